//! Message bodies of Enhanced RTMP (Veovera, "Enhanced RTMP v2", 2024, sections "Enhanced Audio" and "Enhanced Video"):
//! the bytes in front of a payload that say by name which codec it is and, with several tracks, whose it is. As in
//! [`crate::flv`], payloads are never copied here, but for [`many_video`] and [`many_audio`], which join several.

use crate::fourcc::FourCc;

/// Set in the first byte of a video body: what follows is of the enhanced kind.
const EX_VIDEO: u8 = 0x80;
/// In the upper half of the first byte of an audio body: the same.
const EX_AUDIO: u8 = 0x90;
const KEY_FRAME: u8 = 1 << 4;
const INTER_FRAME: u8 = 2 << 4;
/// Video packet type: each track's body is behind its number.
const VIDEO_MULTITRACK: u8 = 6;
/// Audio packet type: the same.
const AUDIO_MULTITRACK: u8 = 5;
/// Multitrack types: one track in a message, or several of one codec.
const ONE_TRACK: u8 = 0;
const MANY_TRACKS: u8 = 1 << 4;
/// The two codecs whose pictures carry a composition time.
const REORDERED: [FourCc; 2] = [*b"hvc1", *b"avc1"];
/// Longest body of one of many tracks: its size has 24 bits.
const MAX_TRACK: usize = 0xff_ffff;

/// What a video body holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VideoPart {
    /// The codec's configuration record.
    SequenceStart,
    /// One picture (or AV1 temporal unit), with presentation minus decoding time in ms.
    Frames {
        /// Decoding can start here.
        keyframe: bool,
        /// Presentation minus decoding time, ms; used by HEVC and H.264 only.
        composition_ms: i64,
    },
    /// Nothing: the stream ends.
    SequenceEnd,
}

/// What an audio body holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AudioPart {
    /// The codec's configuration.
    SequenceStart,
    /// One frame.
    Frames,
}

/// The few bytes in front of a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    bytes: [u8; 12],
    len: usize,
}

impl Head {
    /// The longest there is, bytes.
    pub const MAX: usize = 12;

    pub(crate) const fn new() -> Self {
        Self {
            bytes: [0; Self::MAX],
            len: 0,
        }
    }

    /// Adds bytes; all heads made here fit by construction, and what would not is left out.
    pub(crate) fn push(&mut self, more: &[u8]) {
        if let Some(room) = self.bytes.get_mut(self.len..self.len + more.len()) {
            room.copy_from_slice(more);
            self.len += more.len();
        }
    }

    /// The bytes.
    pub fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

/// Packet type (lower half of the first byte), frame type (upper half) and composition time of a video part.
fn video_type(codec: FourCc, part: VideoPart) -> (u8, u8, Option<[u8; 3]>) {
    match part {
        VideoPart::SequenceStart => (0, KEY_FRAME, None),
        VideoPart::SequenceEnd => (2, KEY_FRAME, None),
        VideoPart::Frames {
            keyframe,
            composition_ms,
        } => {
            let frame = if keyframe { KEY_FRAME } else { INTER_FRAME };
            match (REORDERED.contains(&codec), composition_ms) {
                (true, 0) => (3, frame, None), // CodedFramesX: the time is 0 and left out
                (true, ms) => (1, frame, Some(crate::flv::composition(ms))),
                (false, _) => (1, frame, None),
            }
        }
    }
}

/// In front of a video payload. With `track`, the message says whose it is: for tracks after the first, where the server
/// takes several.
pub fn video_head(codec: FourCc, part: VideoPart, track: Option<u8>) -> Head {
    let (kind, frame, composition) = video_type(codec, part);
    let mut head = Head::new();
    match track {
        None => {
            head.push(&[EX_VIDEO | frame | kind]);
            head.push(&codec);
        }
        Some(track) => {
            head.push(&[EX_VIDEO | frame | VIDEO_MULTITRACK, ONE_TRACK | kind]);
            head.push(&codec);
            head.push(&[track]);
        }
    }
    if let Some(time) = composition {
        head.push(&time);
    }
    head
}

/// In front of an audio payload, as [`video_head`].
pub fn audio_head(codec: FourCc, part: AudioPart, track: Option<u8>) -> Head {
    let kind = part as u8;
    let mut head = Head::new();
    match track {
        None => {
            head.push(&[EX_AUDIO | kind]);
            head.push(&codec);
        }
        Some(track) => {
            head.push(&[EX_AUDIO | AUDIO_MULTITRACK, ONE_TRACK | kind]);
            head.push(&codec);
            head.push(&[track]);
        }
    }
    head
}

/// One message with pictures of one moment from several tracks of one codec: (track, composition time in ms, payload).
/// Tracks over 16 MiB are left out, since their size can't be said.
pub fn many_video(codec: FourCc, part: VideoPart, tracks: &[(u8, i64, &[u8])]) -> Vec<u8> {
    // With a time in every track where the codec has one at all: the packet type holds for all tracks.
    let (mut kind, frame, _) = video_type(codec, part);
    let timed = matches!(part, VideoPart::Frames { .. }) && REORDERED.contains(&codec);
    if timed {
        kind = 1;
    }
    let mut out = vec![EX_VIDEO | frame | VIDEO_MULTITRACK, MANY_TRACKS | kind];
    out.extend(codec);
    for (track, composition_ms, payload) in tracks {
        let time = crate::flv::composition(*composition_ms);
        let time = if timed { &time[..] } else { &[] };
        push_track(&mut out, *track, &[time, payload]);
    }
    out
}

/// One message with sound of one moment from several tracks of one codec: (track, payload).
pub fn many_audio(codec: FourCc, part: AudioPart, tracks: &[(u8, &[u8])]) -> Vec<u8> {
    let mut out = vec![EX_AUDIO | AUDIO_MULTITRACK, MANY_TRACKS | part as u8];
    out.extend(codec);
    for (track, payload) in tracks {
        push_track(&mut out, *track, &[payload]);
    }
    out
}

fn push_track(out: &mut Vec<u8>, track: u8, parts: &[&[u8]]) {
    let size: usize = parts.iter().map(|p| p.len()).sum();
    if size > MAX_TRACK {
        return;
    }
    out.push(track);
    out.extend(&(size as u32).to_be_bytes()[1..]);
    for p in parts {
        out.extend_from_slice(p);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: VideoPart = VideoPart::Frames {
        keyframe: true,
        composition_ms: 0,
    };
    const LATER: VideoPart = VideoPart::Frames {
        keyframe: false,
        composition_ms: 67,
    };

    #[test]
    fn video_heads_are_those_of_the_specification() {
        let check = |codec: &FourCc, part, track, want: &[u8]| {
            assert_eq!(
                video_head(*codec, part, track).as_slice(),
                want,
                "{codec:?} {part:?} {track:?}"
            );
        };
        check(b"hvc1", VideoPart::SequenceStart, None, b"\x90hvc1");
        check(b"hvc1", KEY, None, b"\x93hvc1");
        check(b"hvc1", LATER, None, b"\xa1hvc1\0\0\x43");
        check(b"hvc1", VideoPart::SequenceEnd, None, b"\x92hvc1");
        check(b"av01", VideoPart::SequenceStart, None, b"\x90av01");
        check(b"av01", KEY, None, b"\x91av01");
        check(b"av01", LATER, None, b"\xa1av01");
        check(b"vp09", LATER, None, b"\xa1vp09");
        check(b"av01", KEY, Some(1), b"\x96\x01av01\x01");
        check(b"hvc1", LATER, Some(2), b"\xa6\x01hvc1\x02\0\0\x43");
        check(b"avc1", VideoPart::SequenceStart, Some(1), b"\x96\x00avc1\x01");
    }

    #[test]
    fn audio_heads_are_those_of_the_specification() {
        let check = |codec: &FourCc, part, track, want: &[u8]| {
            assert_eq!(audio_head(*codec, part, track).as_slice(), want);
        };
        check(b"Opus", AudioPart::SequenceStart, None, b"\x90Opus");
        check(b"Opus", AudioPart::Frames, None, b"\x91Opus");
        check(b"mp4a", AudioPart::SequenceStart, Some(1), b"\x95\x00mp4a\x01");
        check(b"mp4a", AudioPart::Frames, Some(3), b"\x95\x01mp4a\x03");
    }

    #[test]
    fn many_tracks_are_told_apart_by_their_sizes() {
        let body = many_audio(*b"Opus", AudioPart::Frames, &[(1, b"abc"), (2, b"d")]);
        assert_eq!(body, b"\x95\x11Opus\x01\0\0\x03abc\x02\0\0\x01d");
        let body = many_video(*b"hvc1", KEY, &[(0, 0, b"x"), (1, 40, b"yz")]);
        assert_eq!(body, b"\x96\x11hvc1\0\0\0\x04\0\0\0x\x01\0\0\x05\0\0\x28yz");
        let body = many_video(*b"av01", VideoPart::SequenceStart, &[(1, 0, b"cfg")]);
        assert_eq!(body, b"\x96\x10av01\x01\0\0\x03cfg");
        let long = vec![0; MAX_TRACK + 1];
        assert_eq!(many_audio(*b"Opus", AudioPart::Frames, &[(1, &long)]), b"\x95\x11Opus");
    }
}
