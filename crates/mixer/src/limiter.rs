//! The brick-wall limiter of the master track: no sample leaves above the ceiling, and nothing below it is touched.
//!
//! It looks [`LOOKAHEAD_FRAMES`] (5 ms) ahead. For every frame the gain that would bring its louder channel to the ceiling
//! is taken; the least of them over the look-ahead (sliding minimum), eased back by an exponential release, then
//! averaged over the look-ahead, is the gain applied. The average of values that are all at most the frame's own gain
//! is at most that gain, hence the ceiling holds; the average makes the attack a smooth ramp of 5 ms. Both channels get the
//! same gain. It works on sample peaks; peaks between samples (true peaks) may be up to about 1 dB higher.
//!
//! The limiter delays by its look-ahead; [`crate::Mixer`] makes up for it by reading its feeds that much ahead.

use crate::gain;
use media::audio::{CHANNELS, SAMPLE_RATE};
use std::collections::VecDeque;

/// How far the limiter looks ahead, and so how much it delays, in sample frames: 5 ms.
pub const LOOKAHEAD_FRAMES: usize = SAMPLE_RATE as usize / 200;
/// Window of the minimum and of the average.
const WINDOW: usize = LOOKAHEAD_FRAMES + 1;
/// Time constant of the release, seconds.
const RELEASE_S: f64 = 0.1;

/// A look-ahead limiter; see the module.
pub struct Limiter {
    ceiling: f32,
    /// The ceiling of the samples still in the delay line, while a lower one was set.
    old_ceiling: (f32, usize),
    release: f64,
    delay: VecDeque<[f32; CHANNELS]>,
    /// (frame number, gain), gains rising: the sliding minimum is at the front.
    minima: VecDeque<(u64, f32)>,
    frame: u64,
    eased: f64,
    window: VecDeque<f32>,
    sum: f64,
    /// Frames in a row with nothing to do; at 2 × WINDOW everything inside is 1.
    idle: usize,
}

impl Limiter {
    /// A limiter with its ceiling in dBFS (-20 to 0).
    pub fn new(ceiling_dbfs: f32) -> Self {
        let mut l = Self {
            ceiling: ceiling_of(ceiling_dbfs),
            old_ceiling: (0.0, 0),
            release: 1.0 - (-1.0 / (RELEASE_S * f64::from(SAMPLE_RATE))).exp(),
            delay: VecDeque::with_capacity(WINDOW),
            minima: VecDeque::with_capacity(WINDOW + 1),
            frame: 0,
            eased: 1.0,
            window: VecDeque::with_capacity(WINDOW),
            sum: 0.0,
            idle: 0,
        };
        l.reset();
        l
    }

    /// Sets the ceiling in dBFS (-20 to 0). Samples already inside keep the ceiling they came in under.
    pub fn set_ceiling(&mut self, dbfs: f32) {
        let ceiling = ceiling_of(dbfs);
        if ceiling != self.ceiling {
            self.old_ceiling = (self.ceiling.max(self.old_ceiling.0), LOOKAHEAD_FRAMES);
            self.ceiling = ceiling;
        }
    }

    /// Forgets everything inside: after a jump in time.
    pub fn reset(&mut self) {
        self.delay.clear();
        self.delay.resize(LOOKAHEAD_FRAMES, [0.0; CHANNELS]);
        self.window.clear();
        self.window.resize(WINDOW, 1.0);
        self.minima.clear();
        self.eased = 1.0;
        self.sum = WINDOW as f64;
        self.idle = 2 * WINDOW;
        self.old_ceiling = (0.0, 0);
    }

    /// Takes interleaved stereo samples (finite ones) and replaces them by those of [`LOOKAHEAD_FRAMES`] before, limited.
    pub fn process(&mut self, samples: &mut [f32]) {
        let peak = samples.iter().fold(0f32, |a, x| if x.abs() > a { x.abs() } else { a });
        if self.idle >= 2 * WINDOW && peak <= self.ceiling && self.old_ceiling.1 == 0 {
            for f in samples.chunks_exact_mut(CHANNELS) {
                self.delay.push_back([f[0], f[1]]);
                if let Some(d) = self.delay.pop_front() {
                    f.copy_from_slice(&d);
                }
            }
            return;
        }
        for f in samples.chunks_exact_mut(CHANNELS) {
            let out = self.step([f[0], f[1]]);
            f.copy_from_slice(&out);
        }
    }

    fn step(&mut self, input: [f32; CHANNELS]) -> [f32; CHANNELS] {
        let peak = input[0].abs().max(input[1].abs());
        let wanted = if peak > self.ceiling { self.ceiling / peak } else { 1.0 };
        let gain = self.smooth(wanted);
        self.delay.push_back(input);
        let x = self.delay.pop_front().unwrap_or_default();
        let mut ceiling = self.ceiling;
        if self.old_ceiling.1 > 0 {
            ceiling = ceiling.max(self.old_ceiling.0);
            self.old_ceiling.1 -= 1;
            if self.old_ceiling.1 == 0 {
                self.old_ceiling.0 = 0.0;
            }
        }
        // The clamp only takes off what rounding leaves above the ceiling.
        x.map(|x| (x * gain).clamp(-ceiling, ceiling))
    }

    /// The gain for the frame of [`LOOKAHEAD_FRAMES`] ago, given the gain the newest one wants.
    fn smooth(&mut self, wanted: f32) -> f32 {
        while self.minima.back().is_some_and(|(_, g)| *g >= wanted) {
            self.minima.pop_back();
        }
        self.minima.push_back((self.frame, wanted));
        while self
            .minima
            .front()
            .is_some_and(|(n, _)| n + WINDOW as u64 <= self.frame)
        {
            self.minima.pop_front();
        }
        self.frame += 1;
        let least = self.minima.front().map_or(1.0, |m| m.1);
        let released = self.eased + (1.0 - self.eased) * self.release;
        // 1e-5 (0.0001 dB) from 1 is 1, so that the limiter comes to rest.
        self.eased = f64::from(least).min(if released > 0.999_99 { 1.0 } else { released });
        self.idle = if self.eased == 1.0 {
            (self.idle + 1).min(2 * WINDOW)
        } else {
            0
        };
        // Rounding to f32 can't lift it above `least`, which is an f32.
        let eased = self.eased as f32;
        self.window.push_back(eased);
        self.sum += f64::from(eased) - f64::from(self.window.pop_front().unwrap_or(1.0));
        if self.idle >= 2 * WINDOW {
            self.sum = WINDOW as f64;
        }
        (self.sum / WINDOW as f64) as f32
    }
}

/// -20 to 0 dBFS as a factor; not a number counts as 0 dBFS.
fn ceiling_of(dbfs: f32) -> f32 {
    gain::from_db(if dbfs.is_nan() { 0.0 } else { dbfs.clamp(-20.0, 0.0) })
}
