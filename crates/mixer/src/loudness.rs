//! Loudness of the master track after ITU-R BS.1770-4 / EBU R 128: integrated (gated, since the start), momentary
//! (400 ms) and short-term (3 s), and the highest sample. Memory stays the same however long the show is (histogram of 0.1 LU).

use ebur128::{EbuR128, Mode};
use media::audio::SAMPLE_RATE;

/// What is shown when there is nothing to measure, LUFS or dBFS.
const SILENCE: f64 = -120.0;

/// Loudness so far.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Loudness {
    /// Since the start (or the last reset), gated, LUFS; -120 for silence.
    pub integrated_lufs: f64,
    /// Of the last 400 ms, LUFS; -120 for silence.
    pub momentary_lufs: f64,
    /// Of the last 3 s, LUFS; -120 for silence.
    pub short_term_lufs: f64,
    /// Highest point between the samples since the start (or the last reset), dBTP; -120 for silence.
    pub true_peak_dbtp: f64,
    /// Highest sample since the start (or the last reset), dBFS; -120 for silence.
    pub peak_dbfs: f64,
}

pub(crate) struct LoudnessMeter {
    ebu: Option<EbuR128>,
    peak: f32,
}

impl LoudnessMeter {
    pub fn new() -> Self {
        Self {
            ebu: EbuR128::new(
                2,
                SAMPLE_RATE,
                Mode::I | Mode::M | Mode::S | Mode::TRUE_PEAK | Mode::HISTOGRAM,
            )
            .ok(),
            peak: 0.0,
        }
    }

    /// Measures interleaved stereo samples (finite ones).
    pub fn add(&mut self, samples: &[f32]) {
        self.peak = samples
            .iter()
            .fold(self.peak, |a, x| if x.abs() > a { x.abs() } else { a });
        if let Some(e) = &mut self.ebu {
            // Fails only for half frames, which the mixer does not make.
            let _ = e.add_frames_f32(samples);
        }
    }

    fn true_peak(&self) -> f64 {
        let of = |channel| self.ebu.as_ref().and_then(|e| e.true_peak(channel).ok()).unwrap_or(0.0);
        (20.0 * of(0).max(of(1)).log10()).max(SILENCE)
    }

    pub fn show(&self) -> Loudness {
        let value = |f: fn(&EbuR128) -> Result<f64, ebur128::Error>| {
            self.ebu
                .as_ref()
                .and_then(|e| f(e).ok())
                .map_or(SILENCE, |v| v.max(SILENCE))
        };
        Loudness {
            integrated_lufs: value(EbuR128::loudness_global),
            momentary_lufs: value(EbuR128::loudness_momentary),
            short_term_lufs: value(EbuR128::loudness_shortterm),
            true_peak_dbtp: self.true_peak(),
            peak_dbfs: (20.0 * f64::from(self.peak).log10()).max(SILENCE),
        }
    }
}
