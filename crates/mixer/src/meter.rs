//! Level meters. Peak: the highest sample, rising at once and falling by 20 dB in 1.7 s (IEC 60268-10 type I). RMS: over
//! the last 300 ms, rectangular window, relative to full scale ±1.0, so a sine of -18 dBFS peak reads -21.01 dB.

use crate::gain;
use media::audio::{CHANNELS, SAMPLE_RATE};

/// The lowest level shown, dB; silence reads this.
pub const FLOOR_DB: f32 = -120.0;
/// How fast the peak falls, dB per second.
const FALL_DB_PER_S: f64 = 20.0 / 1.7;
/// Parts of the RMS window.
const PARTS: usize = 30;
/// Sample frames of one part: 10 ms.
const PART_FRAMES: usize = SAMPLE_RATE as usize / 100;

/// What a meter shows, left and right.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Meter {
    /// Peak with fall-back, dBFS; at least [`FLOOR_DB`].
    pub peak_db: [f32; CHANNELS],
    /// RMS of the last 300 ms, dBFS; at least [`FLOOR_DB`].
    pub rms_db: [f32; CHANNELS],
}

/// A meter at work.
#[derive(Clone)]
pub struct MeterState {
    peak: [f32; CHANNELS],
    parts: [[f64; CHANNELS]; PARTS],
    at: usize,
    fill: usize,
}

impl Default for MeterState {
    fn default() -> Self {
        Self {
            peak: [0.0; CHANNELS],
            parts: [[0.0; CHANNELS]; PARTS],
            at: 0,
            fill: 0,
        }
    }
}

impl MeterState {
    /// Measures interleaved stereo samples (finite ones).
    pub fn add(&mut self, mut samples: &[f32]) {
        while samples.len() >= CHANNELS {
            let n = (PART_FRAMES - self.fill).min(samples.len() / CHANNELS);
            let (now, rest) = samples.split_at(n * CHANNELS);
            self.add_part(now, n);
            samples = rest;
        }
    }

    /// Frames go by that nobody measures: the peaks fall all the same.
    pub fn pass(&mut self, frames: usize) {
        let fall = fall(frames);
        self.peak = self.peak.map(|p| gain::clean(p * fall));
    }

    fn add_part(&mut self, samples: &[f32], frames: usize) {
        let fall = fall(frames);
        let (peak, power) = measure(samples);
        for c in 0..CHANNELS {
            self.peak[c] = gain::clean(peak[c].max(self.peak[c] * fall));
            self.parts[self.at][c] += f64::from(power[c]);
        }
        self.fill += frames;
        if self.fill >= PART_FRAMES {
            self.fill = 0;
            self.at = (self.at + 1) % PARTS;
            self.parts[self.at] = [0.0; CHANNELS];
        }
    }

    /// What it shows now.
    pub fn show(&self) -> Meter {
        // The part being filled is not counted twice: the oldest one made room for it.
        let frames = ((PARTS - 1) * PART_FRAMES + self.fill) as f64;
        let rms = [0, 1].map(|c| {
            let sum: f64 = self.parts.iter().map(|p| p[c]).sum();
            gain::to_db((sum / frames).sqrt() as f32)
        });
        Meter {
            peak_db: self.peak.map(gain::to_db),
            rms_db: rms,
        }
    }
}

/// What is left of a peak after so many frames.
fn fall(frames: usize) -> f32 {
    10f64.powf(-FALL_DB_PER_S * frames as f64 / f64::from(SAMPLE_RATE) / 20.0) as f32
}

/// Highest magnitude and sum of squares of each channel. Eight lanes, so that it vectorises.
fn measure(samples: &[f32]) -> ([f32; CHANNELS], [f32; CHANNELS]) {
    let mut peak = [0f32; 8];
    let mut power = [0f32; 8];
    let chunks = samples.chunks_exact(8);
    let rest = chunks.remainder();
    for f in chunks {
        for i in 0..8 {
            let a = f[i].abs();
            peak[i] = if a > peak[i] { a } else { peak[i] };
            power[i] += f[i] * f[i];
        }
    }
    for (i, x) in rest.iter().enumerate() {
        peak[i] = peak[i].max(x.abs());
        power[i] += x * x;
    }
    let top = |c: usize| peak.iter().skip(c).step_by(CHANNELS).fold(0f32, |a, b| a.max(*b));
    let sum = |c: usize| power.iter().skip(c).step_by(CHANNELS).sum();
    ([top(0), top(1)], [sum(0), sum(1)])
}
