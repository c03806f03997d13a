//! The levels of a running show, for meters: light enough to be read twenty times a second.

use crate::{Level, Remote};
use std::collections::BTreeMap;

/// All levels at a moment, dB; -120 is silence.
#[derive(Clone, Debug)]
pub struct Meters {
    /// Seconds of show.
    pub at_s: f64,
    /// The master track after its limiter.
    pub master: Level,
    /// Loudness over 400 ms, LUFS.
    pub lufs_m: f32,
    /// Loudness over 3 s, LUFS.
    pub lufs_s: f32,
    /// Loudness since the start, gated, LUFS.
    pub lufs_i: f32,
    /// Highest true peak since the start, dBTP.
    pub true_peak: f32,
    /// Each source after its fader.
    pub sources: BTreeMap<String, Level>,
}

impl Remote {
    /// The levels now. Who asks keeps the sound from resting for two seconds.
    pub fn meters(&self) -> Meters {
        let at_s = self.0.elapsed_s();
        let mut sound = self.0.sound.lock();
        sound.asked = self.0.clock.now();
        let loudness = sound.loudness;
        let value = |f: fn(&mixer::Loudness) -> f64| loudness.as_ref().map_or(-120.0, f) as f32;
        Meters {
            at_s,
            master: sound.master.unwrap_or(Level {
                peak_db: [-120.0; 2],
                rms_db: [-120.0; 2],
            }),
            lufs_m: value(|l| l.momentary_lufs),
            lufs_s: value(|l| l.short_term_lufs),
            lufs_i: value(|l| l.integrated_lufs),
            true_peak: value(|l| l.true_peak_dbtp),
            sources: sound.sources.clone(),
        }
    }
}
