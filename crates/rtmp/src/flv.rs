//! The bodies of RTMP audio and video messages: FLV tag bodies (Adobe Flash Video File Format 10.1, annex E.4), and by
//! codec the choice between them and those of Enhanced RTMP. Only the few bytes in front of the payload are made here; the
//! payload itself goes into the chunk writer unchanged.

use crate::{
    enhanced::{self, AudioPart, Head, VideoPart},
    fourcc,
};
use media::{AudioStream, VideoCodec, VideoStream};

/// Frame type and codec of an AVC key picture.
const KEY_AVC: u8 = 0x17;
/// Frame type and codec of another AVC picture.
const INTER_AVC: u8 = 0x27;
/// AAC: the format's other bits are fixed to 44 kHz, 16 bit, stereo whatever the stream is (E.4.2.1).
const AAC: u8 = 0xaf;
/// MP3, 16 bit, "44 kHz" (48 kHz has no number of its own and decoders read the frame's), mono; one more is stereo.
const MP3_MONO: u8 = 0x2e;

/// A composition time as 24 bits, cut to what they hold.
pub fn composition(ms: i64) -> [u8; 3] {
    let c = ms.clamp(-0x80_0000, 0x7f_ffff).to_be_bytes();
    [c[5], c[6], c[7]]
}

/// What goes in front of a part of a video stream; `None` where there is nothing to send.
pub fn video_head(stream: &VideoStream, part: VideoPart) -> Option<Head> {
    if stream.codec != VideoCodec::H264 {
        return Some(enhanced::video_head(fourcc::of_video(stream.codec)?, part, None));
    }
    let mut head = Head::new();
    match part {
        VideoPart::SequenceStart => head.push(&[KEY_AVC, 0, 0, 0, 0]),
        VideoPart::Frames {
            keyframe,
            composition_ms,
        } => {
            head.push(&[if keyframe { KEY_AVC } else { INTER_AVC }, 1]);
            head.push(&composition(composition_ms));
        }
        // Services built for FMLE never saw one.
        VideoPart::SequenceEnd => return None,
    }
    Some(head)
}

/// What goes in front of a part of an audio track; `None` where there is nothing to send. The first track goes out as
/// servers have always known it, the others by number.
pub fn audio_head(stream: &AudioStream, part: AudioPart, track: u8) -> Option<Head> {
    use media::AudioCodec::{Aac, Mp3};
    if part == AudioPart::SequenceStart && stream.codec == Mp3 {
        return None;
    }
    if track > 0 || !matches!(stream.codec, Aac | Mp3) {
        let name = fourcc::of_audio(stream.codec)?;
        return Some(enhanced::audio_head(name, part, (track > 0).then_some(track)));
    }
    let mut head = Head::new();
    match (stream.codec, part) {
        (Aac, AudioPart::SequenceStart) => head.push(&[AAC, 0]),
        (Aac, AudioPart::Frames) => head.push(&[AAC, 1]),
        _ => head.push(&[MP3_MONO | u8::from(stream.channels > 1)]),
    }
    Some(head)
}

/// What follows the head of a VP9 sequence start: the record behind the version and flags of its ISO box (VP Codec ISO
/// Media File Format Binding, 2.1), as FFmpeg and players have it; added where the record comes without.
pub fn vp9_prefix(extradata: &[u8]) -> &'static [u8] {
    if extradata.starts_with(&[1, 0, 0, 0]) && extradata.len() >= 12 {
        &[]
    } else {
        &[1, 0, 0, 0]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn composition_time_is_24_bit_signed() {
        assert_eq!(composition(0), [0, 0, 0]);
        assert_eq!(composition(0x01_0203), [1, 2, 3]);
        assert_eq!(composition(-1), [0xff, 0xff, 0xff]);
        assert_eq!(composition(i64::MAX), [0x7f, 0xff, 0xff]);
        assert_eq!(composition(i64::MIN), [0x80, 0, 0]);
    }
}
