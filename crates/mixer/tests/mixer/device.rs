//! The device resampler against simulated devices: drifting clocks, late buffers, stops.

use media::{AudioBlock, MediaTime, audio::SAMPLE_RATE};
use mixer::DeviceResampler;
use std::f64::consts::TAU;

/// Small pseudo-random numbers, 0 to 1 (xorshift).
struct Random(u64);
impl Random {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// A device whose clock is off by `ppm`: captures a function of true time.
struct Device {
    rate: f64,
    channels: usize,
    sample: i64,
    /// True time of sample 0.
    origin: f64,
    random: Random,
}

impl Device {
    fn new(nominal: u32, channels: usize, ppm: f64) -> Self {
        Self {
            rate: f64::from(nominal) * (1.0 + ppm * 1e-6),
            channels,
            sample: 0,
            origin: 0.25,
            random: Random(88_172_645_463_325_252),
        }
    }
    fn now(&self) -> f64 {
        self.origin + self.sample as f64 / self.rate
    }
    /// The next buffer and when it arrives: up to 6 ms late, now and then up to 40 ms (never before the one before it:
    /// that is up to the caller).
    fn buffer(&mut self, frames: usize, signal: impl Fn(f64) -> f64) -> (Vec<f32>, f64) {
        let samples = (0..frames)
            .flat_map(|i| {
                let t = self.origin + (self.sample + i as i64) as f64 / self.rate;
                std::iter::repeat_n(signal(t) as f32, self.channels)
            })
            .collect();
        self.sample += frames as i64;
        let hiccup = if self.random.next() < 0.002 { 0.034 } else { 0.0 };
        let late = self.random.next() * (0.006 + hiccup);
        (samples, self.now() + late)
    }
}

/// What a window of the left channel holds.
struct Fit {
    /// Phase of the 1 Hz sine: the place.
    phase_1: f64,
    /// How far off 1 kHz the tone is.
    pitch_ppm: f64,
    /// The tone against all that is neither it nor the 1 Hz sine.
    snr_db: f64,
}

/// Least squares of 1 Hz (sine, cosine) and 1 kHz of a slightly different pitch (sine, cosine, and both times t).
fn fit(first: i64, left: &[f64]) -> Fit {
    const N: usize = 6;
    let middle = left.len() as f64 / 2.0 / f64::from(SAMPLE_RATE);
    let basis = |i: usize| {
        let t = (first + i as i64) as f64 / f64::from(SAMPLE_RATE);
        let from_middle = i as f64 / f64::from(SAMPLE_RATE) - middle;
        let (a, b) = ((TAU * 1000.0 * t).sin_cos(), (TAU * t).sin_cos());
        [b.0, b.1, a.0, a.1, a.0 * from_middle, a.1 * from_middle]
    };
    let mut m = [[0.0; N + 1]; N];
    for (i, y) in left.iter().enumerate() {
        let b = basis(i);
        for r in 0..N {
            for c in 0..N {
                m[r][c] += b[r] * b[c];
            }
            m[r][N] += b[r] * y;
        }
    }
    for p in 0..N {
        let pivot = m[p];
        for (_, row) in m.iter_mut().enumerate().filter(|(r, _)| *r != p) {
            let k = row[p] / pivot[p];
            row.iter_mut().zip(pivot).for_each(|(x, y)| *x -= k * y);
        }
    }
    let k: Vec<f64> = (0..N).map(|i| m[i][N] / m[i][i]).collect();
    let left_over = |(i, y): (usize, &f64)| (y - basis(i).iter().zip(&k).map(|(b, k)| b * k).sum::<f64>()).powi(2);
    let noise: f64 = left.iter().enumerate().map(left_over).sum();
    let power = k[2] * k[2] + k[3] * k[3];
    Fit {
        phase_1: k[1].atan2(k[0]),
        // d(phase)/dt of a·sin + b·cos with slopes c, d is (a·d - b·c) / (a² + b²).
        pitch_ppm: (k[2] * k[5] - k[3] * k[4]) / power / (TAU * 1000.0) * 1e6,
        snr_db: 10.0 * (power / 2.0 * left.len() as f64 / noise).log10(),
    }
}

/// 1 kHz tells the pitch, 1 Hz tells the place (to the half second).
fn signal(t: f64) -> f64 {
    0.4 * (TAU * 1000.0 * t).sin() + 0.4 * (TAU * t).sin()
}

/// Runs a device for `seconds`; calls `check` with each finished window of 0.2 s (first sample index, left channel).
fn simulate(nominal: u32, ppm: f64, seconds: f64, mut check: impl FnMut(i64, &[f64], f64)) {
    let mut device = Device::new(nominal, 1, ppm);
    let mut r = DeviceResampler::new(nominal, 1).expect("format");
    let mut out: Vec<AudioBlock> = vec![];
    let mut left: Vec<f64> = vec![];
    let mut expect: Option<i64> = None;
    let mut arrived = 0f64;
    let mut n = 0;
    let mut windows = 0;
    while device.now() < seconds {
        // Devices give odd sizes.
        let frames = [480, 441, 512, 477][n % 4];
        n += 1;
        let (samples, at) = device.buffer(frames, signal);
        arrived = arrived.max(at);
        r.push(&samples, MediaTime::from_secs_f64(arrived), &mut out);
        for b in out.drain(..) {
            let start = b.time.to_ticks(SAMPLE_RATE);
            // A new anchor is allowed in the first seconds only.
            if expect != Some(start) {
                assert!(device.now() < 10.0, "seam at {:.3}", device.now());
                left.clear();
            }
            left.extend(b.samples.chunks(2).map(|f| f64::from(f[0])));
            let end = start + b.frames() as i64;
            expect = Some(end);
            if left.len() >= 9600 {
                // Every fifth window is looked at: the fit is the slow part.
                windows += 1;
                if windows % 5 == 0 {
                    check(end - left.len() as i64, &left, r.drift_ppm());
                }
                left.clear();
            }
        }
    }
}

/// The worst windows of a run.
#[derive(Debug)]
struct Worst {
    /// From 3 s on, seconds.
    error_s: f64,
    /// From 120 s on.
    snr_db: f64,
    /// From 120 s on.
    pitch_ppm: f64,
    /// Of the measured drift, from 120 s on.
    drift_ppm: f64,
}

fn worst(nominal: u32, ppm: f64, seconds: f64) -> Worst {
    let mut w = Worst {
        error_s: 0.0,
        snr_db: f64::MAX,
        pitch_ppm: 0.0,
        drift_ppm: 0.0,
    };
    simulate(nominal, ppm, seconds, |first, left, drift| {
        let at = first as f64 / f64::from(SAMPLE_RATE);
        let f = fit(first, left);
        if at > 3.0 {
            w.error_s = w.error_s.max((f.phase_1 / TAU).abs());
        }
        if at > 120.0 {
            w.snr_db = w.snr_db.min(f.snr_db);
            w.pitch_ppm = w.pitch_ppm.max(f.pitch_ppm.abs());
            w.drift_ppm = w.drift_ppm.max((drift - ppm).abs());
        }
    });
    w
}

fn holds(nominal: u32, ppm: f64, seconds: f64) {
    let w = worst(nominal, ppm, seconds);
    #[expect(clippy::print_stdout, reason = "figures for people")]
    {
        println!("{nominal} Hz {ppm:+} ppm, {seconds} s: {w:?}");
    }
    let good = w.error_s < 0.005 && w.snr_db > 60.0 && w.pitch_ppm < 30.0 && w.drift_ppm < 20.0;
    assert!(good, "{nominal} Hz {ppm:+} ppm: {w:?}");
}

#[test]
fn twenty_minutes_stay_in_place_and_in_tune() {
    holds(48_000, 300.0, 1200.0);
    holds(48_000, -300.0, 1200.0);
}

#[test]
#[ignore = "two simulated hours take a minute or more: cargo nextest run -p mixer --run-ignored all"]
fn two_hours_of_a_fast_device_stay_in_place_and_in_tune() {
    holds(48_000, 300.0, 7200.0);
}

#[test]
#[ignore = "two simulated hours take a minute or more: cargo nextest run -p mixer --run-ignored all"]
fn two_hours_of_a_slow_device_stay_in_place_and_in_tune() {
    holds(48_000, -300.0, 7200.0);
}

#[test]
fn other_rates_come_out_at_48k() {
    for rate in [8000, 16_000, 44_100, 96_000, 192_000] {
        holds(rate, 100.0, 180.0);
    }
}

#[test]
fn a_sample_lands_where_it_was_captured() {
    for rate in [8000u32, 44_100, 48_000, 96_000] {
        let mut r = DeviceResampler::new(rate, 2).expect("format");
        let mut out = vec![];
        let chunk = rate as usize / 100;
        // A click at exactly 0.5 s; buffers arrive on time.
        for b in 0..100 {
            let mut s = vec![0f32; chunk * 2];
            if b == 50 {
                s[0] = 0.9;
                s[1] = 0.9;
            }
            r.push(&s, MediaTime::from_millis((b as i64 + 1) * 10), &mut out);
        }
        let all = out.iter().flat_map(|b| {
            let start = b.time.to_ticks(SAMPLE_RATE);
            b.samples
                .chunks(2)
                .enumerate()
                .map(move |(i, f)| (start + i as i64, f[0]))
        });
        let (index, top) = all.fold((0, 0f32), |a, x| if x.1 > a.1 { x } else { a });
        let off = index - 24_000;
        assert!(top > 0.3, "{rate} Hz: {top}");
        assert!(off.abs() <= 2, "{rate} Hz: click off by {off} samples");
    }
}

#[test]
fn a_device_that_stops_and_comes_back_is_placed_anew() {
    let mut device = Device::new(44_100, 2, -50.0);
    let mut r = DeviceResampler::new(44_100, 2).expect("format");
    let mut out = vec![];
    let step = |d: &mut Device, r: &mut DeviceResampler, out: &mut Vec<AudioBlock>| {
        let (s, at) = d.buffer(441, signal);
        r.push(&s, MediaTime::from_secs_f64(at), out);
    };
    while device.now() < 20.0 {
        step(&mut device, &mut r, &mut out);
    }
    let before = out.last().expect("sound").end();
    assert!((before.as_secs_f64() - 20.0).abs() < 0.03, "{before}");
    out.clear();
    device.origin += 7.5; // unplugged; its counter stands still
    while device.now() < 40.0 {
        step(&mut device, &mut r, &mut out);
    }
    let first = out.first().expect("sound").time;
    assert!((first.as_secs_f64() - 27.5).abs() < 0.03, "{first}");
    let last = out.last().expect("sound");
    let left: Vec<f64> = out
        .iter()
        .rev()
        .take(20)
        .rev()
        .flat_map(|b| b.samples.chunks(2).map(|f| f64::from(f[0])).collect::<Vec<_>>())
        .collect();
    let f = fit(last.end().to_ticks(SAMPLE_RATE) - left.len() as i64, &left);
    assert!((f.phase_1 / TAU).abs() < 0.005, "in place: {} s", f.phase_1 / TAU);
}

#[test]
fn hostile_input_is_harmless() {
    assert!(DeviceResampler::new(0, 2).is_err());
    assert!(DeviceResampler::new(48_000, 0).is_err());
    assert!(DeviceResampler::new(u32::MAX, 2).is_err());
    let mut r = DeviceResampler::new(48_000, 6).expect("format");
    let mut out = vec![];
    r.push(&[], MediaTime::ZERO, &mut out);
    r.push(&[1.0; 5], MediaTime::ZERO, &mut out);
    assert!(out.is_empty());
    for (i, t) in [0, 5, -1_000_000, i64::MAX / 2, i64::MIN / 2, i64::MAX, i64::MIN, 0, 10]
        .into_iter()
        .enumerate()
    {
        let v = [f32::NAN, f32::INFINITY, 1e30, 0.5][i % 4];
        r.push(&vec![v; 6 * 4800], MediaTime(t), &mut out);
    }
    assert!(
        out.iter().all(|b| b.samples.iter().all(|x| x.abs() < 1.0)),
        "broken samples are silence"
    );
    assert!(r.drift_ppm().is_finite());
}

#[test]
fn channels_become_stereo() {
    for (channels, want) in [(1u16, (0.25, 0.25)), (2, (0.25, -0.5)), (5, (0.25, -0.5))] {
        let mut r = DeviceResampler::new(48_000, channels).expect("format");
        let mut out = vec![];
        for b in 0..50 {
            let f: Vec<f32> = [0.25, -0.5, 0.9, 0.9, 0.9][..channels.into()].to_vec();
            r.push(&f.repeat(480), MediaTime::from_millis((b + 1) * 10), &mut out);
        }
        let s = &out[40].samples;
        assert!(
            (s[100] - want.0).abs() < 1e-3 && (s[101] - want.1).abs() < 1e-3,
            "{channels}: {:?}",
            &s[100..102]
        );
    }
}
