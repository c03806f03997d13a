//! Visits: somebody takes another's picture as it is, with sound of their own choice, for as long as the other has it. A visit
//! starts no video encoder, keeps none from following its owner's line, and asks it for nothing.

use super::{Encoders, Lease, VideoLane, open_output};
use crate::{EngineError, feed::Feed, wants::AudioWant};
use std::sync::{Arc, atomic::Ordering::Relaxed};

/// An encode that may be visited.
#[derive(Clone)]
pub(crate) struct Host(Arc<VideoLane>);

impl Host {
    /// As the project has it, kbit/s.
    pub(crate) fn kbps(&self) -> u32 {
        self.0.want.settings.bitrate_kbps
    }

    /// `1280×720, 2500 kbit/s`.
    pub(crate) fn words(&self) -> String {
        let (w, h) = self.0.want.size;
        format!("{w}×{h}, {} kbit/s", self.kbps())
    }

    /// Whether anybody still has it who is no visitor, and it works.
    pub(crate) fn is_there(&self) -> bool {
        self.0.owners() > 0 && !self.0.failed.load(Relaxed)
    }
}

impl Lease {
    /// Its picture, as a host for others; none where it has none.
    pub(crate) fn host(&self) -> Option<Host> {
        self.video.clone().map(Host)
    }

    /// Its picture as a step down from the one of `other`: the same canvas in the same codec, reordered alike, at four fifths
    /// of the rate or less, and not turned down itself just now.
    pub(crate) fn step_below(&self, other: &Host) -> Option<Host> {
        let host = self.host()?;
        let alike = |h: &Host| {
            let w = &h.0.want;
            (
                w.canvas,
                w.source.clone(),
                w.every,
                w.settings.codec,
                w.settings.b_frames,
            )
        };
        let now = host.0.target_kbps.load(Relaxed);
        let whole = now == 0 || now == host.kbps();
        let below = u64::from(host.kbps()) * 5 <= u64::from(other.kbps()) * 4;
        (alike(&host) == alike(other) && below && whole && host.is_there()).then_some(host)
    }
}

impl Encoders {
    /// The picture of a host with these tracks.
    pub(crate) fn visit(&self, host: &Host, audio: &[AudioWant]) -> Result<Arc<Lease>, EngineError> {
        let mut outputs = self.outputs.lock();
        let audio = audio
            .iter()
            .map(|a| self.audio_lane(a))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(open_output(
            &mut outputs,
            Some(host.0.clone()),
            audio,
            Feed::of_a_visitor,
        ))
    }
}
