//! The live playlist of the programme in memory: an init segment and the last few media segments (fMP4, HLS version 7,
//! RFC 8216), for the server to hand to browsers and players on the local network.
//!
//! It is bounded to a window, written by the `local` destination and read by anybody. Numbers of segments go on rising
//! when a new show starts, so that a player that stayed never takes a new segment for an old one. It knows no HTTP and
//! makes no segments itself.

use bytes::Bytes;
use media::{AudioCodec, MediaTime, StreamInfo, VideoCodec};
use parking_lot::Mutex;
use std::{collections::VecDeque, fmt::Write as _};
use tokio::sync::watch;

/// Segments in the playlist.
const WINDOW: usize = 6;
/// Segments kept beyond the playlist's end, for players that read it a moment ago (RFC 8216, 6.2.2 asks for the
/// segment's own length plus the playlist's; two are enough on a local network).
const KEPT_BESIDES: usize = 2;
/// The media playlist's file name.
const MEDIA_PLAYLIST: &str = "live.m3u8";
/// The master playlist's file name.
const MASTER_PLAYLIST: &str = "master.m3u8";

/// A file of the playlist, as served.
#[derive(Clone, Debug, PartialEq)]
pub struct Served {
    /// The file.
    pub bytes: Bytes,
    /// Its media type for `Content-Type`.
    pub content_type: &'static str,
    /// It never changes under this name.
    pub immutable: bool,
}

/// The live playlist.
pub struct HlsStore {
    state: Mutex<State>,
    /// Number of the next segment; moves when one is added.
    next: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    init: Option<Bytes>,
    /// Which show's init segment it is.
    show: u64,
    info: StreamInfo,
    segments: VecDeque<Segment>,
    next: u64,
    /// Whole seconds; never falls while a show runs.
    target_s: u64,
    ended: bool,
}

struct Segment {
    number: u64,
    bytes: Bytes,
    duration: MediaTime,
}

impl Default for HlsStore {
    fn default() -> Self {
        Self::new()
    }
}

impl HlsStore {
    /// An empty store.
    pub fn new() -> Self {
        Self {
            state: Mutex::default(),
            next: watch::Sender::new(0),
        }
    }

    /// Begins a show: its init segment, its streams, and how long segments are meant to be.
    pub fn begin(&self, info: &StreamInfo, init: Bytes, segment: MediaTime) {
        let mut s = self.state.lock();
        s.init = Some(init);
        s.show += 1;
        s.info = info.clone();
        s.segments.clear();
        s.target_s = whole_seconds(segment).max(1);
        s.ended = false;
    }

    /// Adds a segment; the oldest falls out of the window.
    pub fn push(&self, bytes: Bytes, duration: MediaTime) {
        let next = {
            let mut s = self.state.lock();
            let number = s.next;
            s.next += 1;
            s.target_s = s.target_s.max(whole_seconds(duration));
            s.segments.push_back(Segment {
                number,
                bytes,
                duration,
            });
            while s.segments.len() > WINDOW + KEPT_BESIDES {
                s.segments.pop_front();
            }
            s.next
        };
        self.next.send_replace(next);
    }

    /// The show is over: the playlist says so, and players stop after the last segment.
    pub fn end(&self) {
        self.state.lock().ended = true;
        self.next.send_modify(|_| {});
    }

    /// Whether a show is going on.
    pub fn is_live(&self) -> bool {
        let s = self.state.lock();
        s.init.is_some() && !s.ended
    }

    /// The init segment; none before the first show.
    pub fn init(&self) -> Option<Bytes> {
        self.state.lock().init.clone()
    }

    /// A media segment by its number, while it is kept.
    pub fn segment(&self, number: u64) -> Option<Bytes> {
        let s = self.state.lock();
        s.segments.iter().find(|g| g.number == number).map(|g| g.bytes.clone())
    }

    /// Number of the segment that comes next.
    pub fn next_number(&self) -> u64 {
        *self.next.borrow()
    }

    /// Waits until segment `number` has been added. Give it a time limit.
    pub async fn wait_for(&self, number: u64) {
        let mut next = self.next.subscribe();
        // The sender lives as long as `self`, so this can't fail.
        let _ = next.wait_for(|n| *n > number).await;
    }

    /// The media playlist: the last six segments.
    pub fn playlist(&self) -> String {
        let s = self.state.lock();
        let skip = s.segments.len().saturating_sub(WINDOW);
        let first = s.segments.get(skip).map_or(s.next, |g| g.number);
        let mut t = format!(
            "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:{}\n#EXT-X-MEDIA-SEQUENCE:{first}\n\
             #EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MAP:URI=\"init-{}.mp4\"\n",
            s.target_s.max(1),
            s.show,
        );
        for g in s.segments.iter().skip(skip) {
            // Writing to a String can't fail.
            let _ = write!(t, "#EXTINF:{:.6},\nseg-{}.m4s\n", g.duration.as_secs_f64(), g.number);
        }
        if s.ended {
            t.push_str("#EXT-X-ENDLIST\n");
        }
        t
    }

    /// The master playlist: one variant, with the codecs browsers want to know first.
    pub fn master_playlist(&self) -> String {
        let s = self.state.lock();
        let audio: u64 = s.info.audio.iter().map(|a| u64::from(a.bitrate)).sum();
        let video = s.info.video.as_ref().map_or(0, |v| u64::from(v.bitrate));
        let mut line = format!(
            "#EXT-X-STREAM-INF:BANDWIDTH={},CODECS=\"{}\"",
            // Peak rate, with room for the container; a rate must be there even when quality drives the encoder.
            ((audio + video) * 11 / 10).max(100_000),
            codecs(&s.info)
        );
        if let Some(v) = &s.info.video {
            let _ = write!(
                line,
                ",RESOLUTION={}x{},FRAME-RATE={:.3}",
                v.width,
                v.height,
                v.rate.as_f64()
            );
        }
        format!("#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n{line}\n{MEDIA_PLAYLIST}\n")
    }

    /// A file by the name it has in the playlists (`master.m3u8`, `live.m3u8`, `init-…`, `seg-…`); none when it is not
    /// there (yet, or any more).
    pub fn file(&self, name: &str) -> Option<Served> {
        let text = |t: String| Served {
            bytes: t.into(),
            content_type: "application/vnd.apple.mpegurl",
            immutable: false,
        };
        let media = |bytes| Served {
            bytes,
            content_type: "video/mp4",
            immutable: true,
        };
        // A playlist without segments stops some players for good: it is not there before the first one.
        let begun = !self.state.lock().segments.is_empty();
        match name {
            MASTER_PLAYLIST => begun.then(|| text(self.master_playlist())),
            MEDIA_PLAYLIST => begun.then(|| text(self.playlist())),
            _ => {
                if let Some(n) = between(name, "seg-", ".m4s") {
                    return self.segment(n).map(media);
                }
                let show = between(name, "init-", ".mp4")?;
                let s = self.state.lock();
                s.init.clone().filter(|_| show == s.show).map(media)
            }
        }
    }
}

fn between(name: &str, head: &str, tail: &str) -> Option<u64> {
    name.strip_prefix(head)?.strip_suffix(tail)?.parse().ok()
}

/// A duration as the target duration counts it: rounded to the nearest second (RFC 8216, 4.3.3.1).
fn whole_seconds(t: MediaTime) -> u64 {
    u64::try_from(t.to_ticks(1)).unwrap_or(0)
}

/// The streams as a CODECS attribute (RFC 6381): `avc1.64001f,mp4a.40.2`.
pub fn codecs(info: &StreamInfo) -> String {
    let video = info.video.iter().map(|v| video_codec(v.codec, &v.extradata));
    let audio = info.audio.iter().take(1).map(|a| match a.codec {
        AudioCodec::Aac => "mp4a.40.2".to_owned(),
        AudioCodec::Opus => "opus".to_owned(),
        AudioCodec::Mp3 => "mp4a.40.34".to_owned(),
        AudioCodec::Flac => "fLaC".to_owned(),
        AudioCodec::Pcm => "ipcm".to_owned(),
        _ => "unknown".to_owned(),
    });
    video.chain(audio).collect::<Vec<_>>().join(",")
}

/// A video codec with what its configuration record says of profile and level.
fn video_codec(codec: VideoCodec, record: &[u8]) -> String {
    match codec {
        // Profile, constraints and level: bytes 1 to 3 of the AVCDecoderConfigurationRecord.
        VideoCodec::H264 => match record.get(1..4) {
            Some(&[p, c, l]) => format!("avc1.{p:02x}{c:02x}{l:02x}"),
            _ => "avc1".into(),
        },
        VideoCodec::Hevc => record.first_chunk().map_or("hvc1".into(), hevc_codec),
        // AV1-ISOBMFF, 5: profile, level and tier, bits.
        VideoCodec::Av1 => match record.get(1..3) {
            Some(&[a, b]) => {
                let tier = if b & 0x80 == 0 { 'M' } else { 'H' };
                let bits = match b >> 5 & 3 {
                    0 => 8,
                    2 => 10,
                    _ => 12,
                };
                format!("av01.{}.{:02}{tier}.{bits:02}", a >> 5, a & 31)
            }
            _ => "av01".into(),
        },
        // VP Codec ISO Media File Format Binding, 3: profile, level, bits.
        VideoCodec::Vp9 => match record.get(..3) {
            Some(&[p, l, b]) => format!("vp09.{p:02}.{l:02}.{:02}", b >> 4),
            _ => "vp09".into(),
        },
        VideoCodec::ProRes => "apcn".into(),
        VideoCodec::Ffv1 => "FFV1".into(),
        _ => "unknown".into(),
    }
}

/// ISO/IEC 14496-15, E.3: profile, compatibility with its bits reversed, tier and level, constraints without zeros at the end.
fn hevc_codec(record: &[u8; 13]) -> String {
    let space = ["", "A", "B", "C"][usize::from(record[1] >> 6)];
    let tier = if record[1] & 0x20 == 0 { 'L' } else { 'H' };
    let compatible = u32::from_be_bytes([record[2], record[3], record[4], record[5]]).reverse_bits();
    let mut text = format!("hvc1.{space}{}.{compatible:X}.{tier}{}", record[1] & 31, record[12]);
    let used = record[6..12].iter().rposition(|b| *b != 0).map_or(0, |i| i + 1);
    for b in &record[6..6 + used] {
        // Writing to a String can't fail.
        let _ = write!(text, ".{b:X}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codecs_are_written_as_browsers_read_them() {
        let hvcc = [1, 1, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 93, 0xf0];
        assert_eq!(video_codec(VideoCodec::Hevc, &hvcc), "hvc1.1.6.L93.90");
        assert_eq!(video_codec(VideoCodec::Av1, &[0x81, 0x08, 0x0c, 0]), "av01.0.08M.08");
        assert_eq!(video_codec(VideoCodec::Av1, &[0x81, 0x2d, 0xcc, 0]), "av01.1.13H.10");
        assert_eq!(
            video_codec(VideoCodec::Vp9, &[0, 41, 0x80, 1, 1, 1, 0, 0]),
            "vp09.00.41.08"
        );
        for codec in [VideoCodec::H264, VideoCodec::Hevc, VideoCodec::Av1, VideoCodec::Vp9] {
            assert_eq!(video_codec(codec, &[]).len(), 4, "a record that is cut short says less");
        }
    }
}
