//! The playlists as text.

use super::{HlsStore, MEDIA_PLAYLIST, Part, State, WINDOW, codecs};
use media::MediaTime;
use std::fmt::Write as _;

/// Whole segments whose parts are listed too: players that came a moment ago still play them.
const IN_PARTS: usize = 2;

impl HlsStore {
    /// The media playlist: the last six segments, and the newest ones in parts.
    pub fn playlist(&self) -> String {
        let s = self.state.lock();
        let skip = s.segments.len().saturating_sub(WINDOW);
        let first = s.segments.get(skip).map_or(s.next, |g| g.number);
        let low_latency = s.part > MediaTime::ZERO;
        let mut t = format!(
            "#EXTM3U\n#EXT-X-VERSION:{}\n#EXT-X-TARGETDURATION:{}\n",
            if low_latency { 9 } else { 7 },
            s.target_s.max(1),
        );
        // Writing to a String can't fail.
        if low_latency {
            let part = s.part.as_secs_f64();
            let _ = writeln!(t, "#EXT-X-PART-INF:PART-TARGET={part:.6}");
            let blocks = if s.plain { "" } else { "CAN-BLOCK-RELOAD=YES," };
            let hold = part * 3.0;
            let _ = writeln!(t, "#EXT-X-SERVER-CONTROL:{blocks}PART-HOLD-BACK={hold:.6}");
        }
        let _ = write!(
            t,
            "#EXT-X-MEDIA-SEQUENCE:{first}\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MAP:URI=\"init-{}.mp4\"\n",
            s.show
        );
        for (i, g) in s.segments.iter().enumerate().skip(skip) {
            if low_latency && i + IN_PARTS >= s.segments.len() {
                list_parts(&mut t, g.number, &g.parts);
            }
            let _ = write!(t, "#EXTINF:{:.6},\nseg-{}.m4s\n", g.duration.as_secs_f64(), g.number);
        }
        end(&mut t, &s, low_latency);
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
}

fn list_parts(t: &mut String, segment: u64, parts: &[Part]) {
    for (i, p) in parts.iter().enumerate() {
        let key = if p.independent { ",INDEPENDENT=YES" } else { "" };
        let _ = writeln!(
            t,
            "#EXT-X-PART:DURATION={:.6},URI=\"part-{segment}.{i}.m4s\"{key}",
            p.duration.as_secs_f64()
        );
    }
}

/// What comes after the last whole segment.
fn end(t: &mut String, s: &State, low_latency: bool) {
    if s.ended {
        t.push_str("#EXT-X-ENDLIST\n");
    } else if low_latency {
        list_parts(t, s.next, &s.open);
        if s.plain {
            return;
        }
        let _ = writeln!(
            t,
            "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"part-{}.{}.m4s\"",
            s.next,
            s.open.len()
        );
    }
}
