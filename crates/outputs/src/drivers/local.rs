//! The programme for browsers and players on the local network: fMP4 segments in memory (`HlsStore`), which the control
//! server hands out. Segments begin at keyframes, so their length follows the encoder's keyframe interval.

use crate::{
    HlsStore, Link, OutputError,
    kind::{DestinationKind, Driver, DriverFuture, Env, Wants},
};
use codec::{CodecError, FragmentMuxer};
use media::{MediaTime, Packet, PacketReceiver, StreamInfo};
use project::{KindInfo, Settings};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::sync::Arc;

/// `local`: watched from this computer.
pub(crate) const KIND: DestinationKind = DestinationKind {
    info: KindInfo::of::<LocalSettings>(
        "local",
        "Watch page",
        "Serves the programme from this computer to browsers and players on the local network.",
    ),
    schemes: &["local"],
    from_url: |_| Ok((KIND.info.defaults)()),
    redacted_url: |_| "the watch page".into(),
    endpoint: |_| Ok(None),
    wants: |_| Wants::HLS,
    check_streams,
    open,
};

/// Settings of the watch page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct LocalSettings {
    /// Length of a segment in seconds: less is a shorter delay, more is steadier. A segment ends at the first keyframe
    /// after it.
    #[schemars(range(min = 0.5, max = 10.0))]
    pub segment_s: f64,
    /// Length of a part in seconds, for players of low-latency HLS: they are about three parts behind. 0: whole segments
    /// only.
    #[schemars(range(min = 0.0, max = 2.0))]
    pub part_s: f64,
}

impl Default for LocalSettings {
    fn default() -> Self {
        Self {
            segment_s: 2.0,
            part_s: 0.33,
        }
    }
}

impl Settings for LocalSettings {
    fn validate(&self) -> Result<(), (String, String)> {
        if !(0.5..=10.0).contains(&self.segment_s) {
            return Err(("segment_s".into(), "a segment lasts 0.5 to 10 seconds".into()));
        }
        if self.part_s != 0.0 && !(0.1..=2.0).contains(&self.part_s) {
            return Err(("part_s".into(), "a part lasts 0.1 to 2 seconds, or 0 for none".into()));
        }
        Ok(())
    }
}

pub(super) fn check_streams(info: &StreamInfo) -> Result<(), OutputError> {
    if info.video.is_none() && info.audio.is_empty() {
        return Err(OutputError::Unsupported {
            to: "The watch page".into(),
            problem: "there is neither picture nor sound to show. Choose an encoder with video or audio".into(),
        });
    }
    Ok(())
}

fn open(map: &Map<String, Value>, env: &Env) -> Result<Box<dyn Driver>, OutputError> {
    let settings = project::kind::parse::<LocalSettings>(map, "settings")?.settings;
    Ok(Box::new(LocalDriver {
        store: env.hls.clone(),
        segment: MediaTime::from_secs_f64(settings.segment_s),
        part: MediaTime::from_secs_f64(settings.part_s),
    }))
}

struct LocalDriver {
    store: Arc<HlsStore>,
    segment: MediaTime,
    part: MediaTime,
}

impl Driver for LocalDriver {
    fn run<'a>(&'a mut self, info: &'a StreamInfo, packets: &'a PacketReceiver, link: &'a Link) -> DriverFuture<'a> {
        Box::pin(async move {
            link.connected();
            let mut segmenter = None;
            while let Some(p) = packets.recv_with_data().await {
                if p.is_data() && segmenter.is_none() {
                    continue;
                }
                if segmenter.is_none() {
                    segmenter = Some(Segmenter::begin(&self.store, info, &p, (self.segment, self.part))?);
                }
                if let Some(s) = &mut segmenter {
                    s.write(&p).map_err(failed)?;
                }
                link.wrote(p.data.len());
                link.sent(&p);
            }
            if let Some(s) = &mut segmenter {
                s.cut(None).map_err(failed)?;
            }
            Ok(())
        })
    }
}

pub(super) fn failed(source: CodecError) -> OutputError {
    OutputError::Mux {
        what: "The watch page's stream".into(),
        source,
    }
}

/// Cuts one show into segments, and those into parts. However it ends, the playlist ends with it.
pub(super) struct Segmenter<'a> {
    store: &'a HlsStore,
    muxer: FragmentMuxer,
    segment: MediaTime,
    /// Pictures (or blocks of sound, without video) in a part; 0 when segments have only one.
    in_part: u32,
    has_video: bool,
    /// Presentation time of the segment's first picture (or sound, without video); none while it is empty.
    begun: Option<MediaTime>,
    /// Where the latest presented picture (or sound) ends.
    end: MediaTime,
    gathered: Gathered,
}

/// The part that is being gathered.
#[derive(Default)]
struct Gathered {
    pictures: u32,
    duration: MediaTime,
    independent: bool,
}

impl<'a> Segmenter<'a> {
    pub(super) fn begin(
        store: &'a HlsStore,
        info: &StreamInfo,
        first: &Packet,
        (segment, part): (MediaTime, MediaTime),
    ) -> Result<Self, OutputError> {
        let muxer = FragmentMuxer::new(info, first.pts).map_err(failed)?;
        // All parts but a segment's last one are equally long, as players like it.
        let one = match (&info.video, info.audio.first()) {
            (Some(v), _) => v.rate.frame_duration(),
            (None, Some(a)) => MediaTime::from_ticks(i64::from(a.frame_size), a.sample_rate),
            (None, None) => MediaTime::ZERO,
        };
        let in_part = if part > MediaTime::ZERO && one > MediaTime::ZERO {
            (part.0 / one.0).max(1)
        } else {
            0
        };
        store.begin(info, muxer.init_segment(), segment, MediaTime(in_part * one.0));
        Ok(Self {
            store,
            muxer,
            segment,
            in_part: u32::try_from(in_part).unwrap_or(u32::MAX),
            has_video: info.video.is_some(),
            begun: None,
            end: MediaTime::ZERO,
            gathered: Gathered::default(),
        })
    }

    pub(super) fn write(&mut self, p: &Packet) -> Result<(), CodecError> {
        let leads = p.is_video() || !self.has_video && !p.is_data();
        if leads && p.keyframe && self.is_full_at(p) {
            self.cut(Some(p.pts))?;
        } else if leads && self.in_part > 0 && self.gathered.pictures >= self.in_part {
            self.cut_part()?;
        }
        self.muxer.write(p)?;
        if leads {
            self.begun.get_or_insert(p.pts);
            self.end = self.end.max(p.pts + p.duration);
            self.gathered.independent |= self.gathered.pictures == 0 && p.keyframe;
            self.gathered.pictures += 1;
            self.gathered.duration += p.duration;
        }
        Ok(())
    }

    /// Whether the segment is long enough to end before `p`; half a picture early will do, as rates like 29.97 never hit
    /// whole seconds.
    fn is_full_at(&self, p: &Packet) -> bool {
        self.begun
            .is_some_and(|b| p.pts - b >= self.segment - MediaTime(p.duration.0 / 2))
    }

    fn cut_part(&mut self) -> Result<(), CodecError> {
        let part = std::mem::take(&mut self.gathered);
        let bytes = self.muxer.cut()?;
        self.store.push_part(bytes, part.duration, part.independent);
        Ok(())
    }

    /// Ends the segment where the next begins, or where its own last picture ends. An empty one is left out.
    pub(super) fn cut(&mut self, next: Option<MediaTime>) -> Result<(), CodecError> {
        if let Some(begun) = self.begun.take() {
            self.cut_part()?;
            self.store.finish_segment(next.unwrap_or(self.end) - begun);
        }
        Ok(())
    }
}

impl Drop for Segmenter<'_> {
    fn drop(&mut self) {
        self.store.end();
    }
}
