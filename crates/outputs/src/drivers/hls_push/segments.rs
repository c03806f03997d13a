//! What is uploaded: the show cut into segments at keyframes, and the playlist that names them.

use super::{HlsContainer, HlsPushSettings, muxing};
use crate::OutputError;
use bytes::Bytes;
use codec::{CodecError, FragmentMuxer, StreamMuxer};
use media::{MediaTime, Packet, StreamInfo};
use std::{collections::VecDeque, fmt::Write as _};

/// Segments in the playlist. YouTube takes at most five that it has not fetched yet.
const WINDOW: usize = 5;

/// What is on the server.
pub(super) struct Playlist {
    /// The last [`WINDOW`] segments.
    pub(super) shown: VecDeque<Segment>,
    /// Older ones that are still there.
    pub(super) kept: VecDeque<String>,
    /// Number of the first shown segment, and of breaks before it.
    pub(super) first: u64,
    pub(super) breaks: u64,
    pub(super) next: u64,
    pub(super) target_s: u64,
    /// How often the stream's clock started over.
    pub(super) starts: u64,
}

pub(super) struct Segment {
    pub(super) name: String,
    pub(super) duration: MediaTime,
    /// The stream's clock starts over here; with MP4, this init segment goes with it.
    pub(super) begins: bool,
    pub(super) init: Option<String>,
}

impl Playlist {
    pub(super) fn new(segment: MediaTime) -> Self {
        Self {
            shown: VecDeque::new(),
            kept: VecDeque::new(),
            first: 0,
            breaks: 0,
            next: 0,
            target_s: whole_seconds(segment),
            starts: 0,
        }
    }

    pub(super) fn push(&mut self, s: Segment) {
        self.target_s = self.target_s.max(whole_seconds(s.duration));
        self.shown.push_back(s);
        while self.shown.len() > WINDOW {
            if let Some(old) = self.shown.pop_front() {
                self.first += 1;
                self.breaks += u64::from(old.begins && self.first > 1);
                self.kept.push_back(old.name);
            }
        }
    }

    /// RFC 8216.
    pub(super) fn text(&self, ended: bool) -> String {
        let mut t = format!(
            "#EXTM3U\n#EXT-X-VERSION:{}\n#EXT-X-TARGETDURATION:{}\n#EXT-X-MEDIA-SEQUENCE:{}\n",
            if self.shown.iter().any(|s| s.init.is_some()) {
                7
            } else {
                3
            },
            self.target_s.max(1),
            self.first
        );
        if self.breaks > 0 {
            let _ = writeln!(t, "#EXT-X-DISCONTINUITY-SEQUENCE:{}", self.breaks);
        }
        for (i, s) in self.shown.iter().enumerate() {
            if s.begins && self.first + i as u64 > 0 {
                t.push_str("#EXT-X-DISCONTINUITY\n");
            }
            if let Some(init) = s.init.as_ref().filter(|_| s.begins || i == 0) {
                let _ = writeln!(t, "#EXT-X-MAP:URI=\"{init}\"");
            }
            let _ = write!(t, "#EXTINF:{:.6},\n{}\n", s.duration.as_secs_f64(), s.name);
        }
        if ended {
            t.push_str("#EXT-X-ENDLIST\n");
        }
        t
    }
}

/// A duration as the target duration counts it: rounded up, since no segment may be longer (RFC 8216, 4.3.3.1).
fn whole_seconds(t: MediaTime) -> u64 {
    t.as_secs_f64().ceil().max(0.0) as u64
}

enum Packer {
    Ts(StreamMuxer),
    /// Made with the first packet.
    Fmp4(Option<FragmentMuxer>),
}

/// Cuts the show into segments at keyframes.
pub(super) struct Cutter {
    packer: Packer,
    gathered: Vec<u8>,
    segment: MediaTime,
    has_video: bool,
    begun: Option<MediaTime>,
    end: MediaTime,
}

impl Cutter {
    pub(super) fn new(info: &StreamInfo, s: &HlsPushSettings) -> Result<Self, OutputError> {
        let packer = match s.container {
            HlsContainer::Ts => Packer::Ts(StreamMuxer::new(s.ts_format(), info, &[]).map_err(muxing)?),
            HlsContainer::Fmp4 => Packer::Fmp4(Some(FragmentMuxer::new(info, MediaTime::ZERO).map_err(muxing)?)),
        };
        Ok(Self {
            packer,
            gathered: vec![],
            segment: MediaTime::from_secs_f64(s.segment_s),
            has_video: info.video.is_some(),
            begun: None,
            end: MediaTime::ZERO,
        })
    }

    pub(super) fn init(&self) -> Option<Bytes> {
        match &self.packer {
            Packer::Fmp4(Some(m)) => Some(m.init_segment()),
            _ => None,
        }
    }

    /// Takes a packet and gives the segment that ends before it, if one does.
    pub(super) fn write(&mut self, p: &Packet) -> Result<Option<(Bytes, MediaTime)>, CodecError> {
        let leads = p.is_video() || !self.has_video && !p.is_data();
        // Half a picture early will do, as rates like 29.97 never hit whole seconds.
        let full = self
            .begun
            .is_some_and(|b| p.pts - b >= self.segment - MediaTime(p.duration.0 / 2));
        let ready = if leads && p.keyframe && full {
            self.cut(Some(p.pts))?
        } else {
            None
        };
        match &mut self.packer {
            Packer::Ts(m) => self.gathered.extend_from_slice(&m.write(p)?),
            Packer::Fmp4(Some(m)) => m.write(p)?,
            Packer::Fmp4(None) => {}
        }
        if leads {
            self.begun.get_or_insert(p.pts);
            self.end = self.end.max(p.pts + p.duration);
        }
        Ok(ready)
    }

    fn cut(&mut self, next: Option<MediaTime>) -> Result<Option<(Bytes, MediaTime)>, CodecError> {
        let Some(begun) = self.begun.take() else {
            return Ok(None);
        };
        let bytes = match &mut self.packer {
            Packer::Ts(m) => {
                self.gathered.extend_from_slice(&m.cut()?);
                std::mem::take(&mut self.gathered).into()
            }
            Packer::Fmp4(Some(m)) => m.cut()?,
            Packer::Fmp4(None) => Bytes::new(),
        };
        Ok(Some((bytes, next.unwrap_or(self.end) - begun)))
    }

    pub(super) fn finish(&mut self) -> Result<Option<(Bytes, MediaTime)>, CodecError> {
        self.cut(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_playlist_moves_on_and_tells_where_the_clock_starts_over() {
        let mut p = Playlist::new(MediaTime::from_millis(2000));
        let segment = |n: u64, begins| Segment {
            name: format!("{n}.m4s"),
            duration: MediaTime::from_millis(2000),
            begins,
            init: Some(if n < 4 { "init1.mp4".into() } else { "init2.mp4".into() }),
        };
        for n in 0..6 {
            p.push(segment(n, n == 0 || n == 4));
        }
        let t = p.text(false);
        assert!(
            t.contains("#EXT-X-MEDIA-SEQUENCE:1\n") && !t.contains("DISCONTINUITY-SEQUENCE"),
            "{t}"
        );
        assert!(
            t.contains("#EXT-X-MAP:URI=\"init1.mp4\"\n#EXTINF:2.000000,\n1.m4s\n"),
            "{t}"
        );
        assert!(
            t.contains("#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"init2.mp4\"\n#EXTINF:2.000000,\n4.m4s\n"),
            "{t}"
        );
        for n in 6..10 {
            p.push(segment(n, false));
        }
        let t = p.text(true);
        assert!(
            t.contains("#EXT-X-DISCONTINUITY-SEQUENCE:1\n") && t.ends_with("#EXT-X-ENDLIST\n"),
            "{t}"
        );
        assert!(!t.contains("#EXT-X-DISCONTINUITY\n"), "{t}");
    }
}
