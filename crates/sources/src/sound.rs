//! Sound made of nothing: beeps, tones, noise and a quiet generative music bed. Every sample is a function of its index
//! alone, so sound never drifts, may start anywhere and is the same every time. Knows no threads and no engine time.

use crate::music::Music;
use media::{FrameRate, MediaTime, audio::SAMPLE_RATE};
use std::f64::consts::TAU;

/// Length of a beep, samples: 100 ms, whole cycles of 1 kHz.
pub const BEEP_FRAMES: i64 = SAMPLE_RATE as i64 / 10;
const BEEP_HZ: f64 = 1000.0;

/// What is to be heard.
pub enum Synth {
    /// A beep with every flash.
    Beep(Flashes),
    /// A sine tone of so many Hz.
    Sine(f64),
    /// Pink noise (−3 dB an octave), left and right unrelated.
    Pink,
    /// The music bed.
    Music(Box<Music>),
}

impl Synth {
    /// Writes interleaved stereo from sample `first` on. Tones peak at 1.0 before `gain`; noise and music are about
    /// −18 LUFS at gain 1.
    pub fn fill(&mut self, first: i64, gain: f32, out: &mut [f32]) {
        match self {
            Self::Beep(flashes) => fill_beeps(flashes, first, out),
            Self::Sine(hz) => {
                for (i, pair) in out.chunks_exact_mut(2).enumerate() {
                    pair.fill(sine(*hz, first + i as i64));
                }
            }
            Self::Pink => fill_pink(first, out),
            Self::Music(music) => music.fill(first, out),
        }
        out.iter_mut().for_each(|s| *s *= gain);
    }
}

/// Sine of sample `i`; the phase is exact however far `i` is.
fn sine(hz: f64, i: i64) -> f32 {
    let rate = i64::from(SAMPLE_RATE);
    let (seconds, rest) = (i.div_euclid(rate), i.rem_euclid(rate));
    let turns = (seconds as f64 * hz.fract()).fract() + hz * rest as f64 / rate as f64;
    (turns.fract() * TAU).sin() as f32
}

/// Which frames flash, and the samples their beeps start at: the first frame at or after each multiple of the period.
#[derive(Clone, Copy, Debug)]
pub struct Flashes {
    /// Frame rate.
    pub rate: FrameRate,
    /// Time between flashes.
    pub period: MediaTime,
}

impl Flashes {
    /// The frame of flash `k`.
    pub fn frame(&self, k: i64) -> i64 {
        self.rate.index_at(MediaTime(self.period.0 * k) - MediaTime(1)) + 1
    }
    /// Whether frame `n` flashes.
    pub fn is_flash(&self, n: i64) -> bool {
        let k = self.rate.time_of(n).0.div_euclid(self.period.0.max(1));
        self.frame(k) == n
    }
    /// The first sample of the beep of flash `k`: the one its frame begins at.
    pub fn sample(&self, k: i64) -> i64 {
        self.rate.time_of(self.frame(k)).to_ticks(SAMPLE_RATE)
    }
}

fn fill_beeps(flashes: &Flashes, first: i64, out: &mut [f32]) {
    let period = flashes.period.to_ticks(SAMPLE_RATE).max(1);
    for (i, pair) in out.chunks_exact_mut(2).enumerate() {
        let sample = first + i as i64;
        let k = sample.div_euclid(period);
        // The flash of this period may come a frame late, so the beep may still be the one before.
        let since = [k, k - 1]
            .map(|k| sample - flashes.sample(k))
            .into_iter()
            .find(|s| *s >= 0)
            .unwrap_or(i64::MAX);
        let on = since < BEEP_FRAMES && sample >= 0;
        // A cosine: the very first sample is loud, so that its place can be measured.
        pair.fill(if on {
            (since as f64 * BEEP_HZ / f64::from(SAMPLE_RATE) * TAU).cos() as f32
        } else {
            0.0
        });
    }
}

/// A number from −1 to 1 that belongs to (`a`, `b`): SplitMix64's finaliser.
pub fn noise(a: i64, b: u64) -> f32 {
    let mut z = (a as u64)
        .wrapping_mul(0x9E37_79B9_7F4A_7C15)
        .wrapping_add(b.wrapping_mul(0xD1B5_4A32_D192_ED03));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^= z >> 31;
    (z >> 40) as f32 / 8_388_608.0 - 1.0
}

/// Rows of the Voss–McCartney sum: row r changes every 2^r samples; 13 reach down to about 6 Hz.
const ROWS: u32 = 13;

fn fill_pink(first: i64, out: &mut [f32]) {
    for (i, pair) in out.chunks_exact_mut(2).enumerate() {
        let n = first + i as i64;
        for (c, s) in pair.iter_mut().enumerate() {
            let sum: f32 = (0..ROWS).map(|r| noise(n >> r, u64::from(r) * 2 + c as u64)).sum();
            *s = sum * 0.058;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beeps_start_where_flashes_do_at_any_rate() {
        for (num, den) in [
            (30, 1),
            (25, 1),
            (60, 1),
            (30_000, 1001),
            (24_000, 1001),
            (60_000, 1001),
        ] {
            let rate = FrameRate::new(num, den).expect("rate");
            let flashes = Flashes {
                rate,
                period: MediaTime::from_millis(1000),
            };
            let mut out = vec![0.0; 5 * 48_000 * 2];
            Synth::Beep(flashes).fill(0, 1.0, &mut out);
            let loud: Vec<bool> = out.chunks_exact(2).map(|p| p[0].abs() > 0.99).collect();
            for k in 0..4 {
                let n = flashes.frame(k);
                assert!(flashes.is_flash(n) && !flashes.is_flash(n + 1) && !flashes.is_flash(n - 1));
                let time = rate.time_of(n);
                assert!(time >= MediaTime::from_millis(1000 * k) && time < MediaTime::from_millis(1000 * k + 45));
                let at = time.to_ticks(48_000) as usize;
                assert!(loud[at], "{rate}: beep {k} starts at sample {at}");
                let before = out[at.saturating_sub(480) * 2..at * 2].iter().all(|s| *s == 0.0);
                assert!(before, "{rate}: silence before beep {k}");
                assert!(
                    out[(at + 4800) * 2..(at + 5280) * 2].iter().all(|s| *s == 0.0),
                    "100 ms long"
                );
            }
        }
    }

    #[test]
    fn sound_is_the_same_from_wherever_it_starts() {
        let far = 48_000 * 3600 * 7 + 12_345;
        for make in [|| Synth::Sine(441.3), || Synth::Pink, || Synth::Music(Box::default())] {
            let (mut a, mut b) = (vec![0.0; 960 * 2], vec![0.0; 480 * 2]);
            make().fill(far, 1.0, &mut a);
            make().fill(far + 480, 1.0, &mut b);
            for (x, y) in a[960..].iter().zip(&b) {
                assert!((x - y).abs() < 1e-4);
            }
            assert!(a.iter().any(|s| s.abs() > 0.005));
        }
    }

    #[test]
    fn pink_noise_falls_three_decibels_an_octave() {
        let mut out = vec![0.0; 48_000 * 4 * 2];
        Synth::Pink.fill(0, 1.0, &mut out);
        let left: Vec<f64> = out.chunks_exact(2).map(|p| f64::from(p[0])).collect();
        let power = |hz: f64| {
            // Mean Goertzel power over short windows around a frequency.
            left.chunks_exact(4800)
                .map(|w| {
                    let (s, c) = w.iter().enumerate().fold((0.0, 0.0), |(s, c), (i, v)| {
                        let p = TAU * hz * i as f64 / 48_000.0;
                        (s + v * p.sin(), c + v * p.cos())
                    });
                    s * s + c * c
                })
                .sum::<f64>()
        };
        let band = |hz: f64| (0..24).map(|i| power(hz * (1.0 + 0.02 * f64::from(i)))).sum::<f64>();
        let fall = 10.0 * (band(200.0) / band(3200.0)).log10();
        assert!((8.0..16.0).contains(&fall), "four octaves: {fall} dB, wanted about 12");
    }
}
