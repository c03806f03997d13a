//! Signals and small helpers for the mixer's tests.

use media::{
    AudioBlock, MediaTime,
    audio::{BLOCK_FRAMES, SAMPLE_RATE},
};
use mixer::{AudioFeed, FeedPolicy, Mixer};

/// Engine time of a sample index.
pub fn at(index: i64) -> MediaTime {
    MediaTime::from_ticks(index, SAMPLE_RATE)
}

/// A block at a sample index, left and right by a function of the absolute index.
pub fn block(start: i64, frames: usize, f: impl Fn(i64) -> (f32, f32)) -> AudioBlock {
    let samples = (start..start + frames as i64)
        .flat_map(|i| {
            let (l, r) = f(i);
            [l, r]
        })
        .collect();
    AudioBlock {
        time: at(start),
        samples,
    }
}

/// A feed that holds `seconds` of a signal from time zero.
pub fn feed(seconds: f64, f: impl Fn(i64) -> (f32, f32)) -> AudioFeed {
    let frames = (seconds * f64::from(SAMPLE_RATE)) as usize;
    let feed = AudioFeed::new(MediaTime::from_secs_f64(seconds + 1.0), FeedPolicy::DropOldest);
    assert!(feed.push(&block(0, frames, f)));
    feed
}

/// A sine of `hz`, both channels.
pub fn sine(hz: f64, amplitude: f64) -> impl Fn(i64) -> (f32, f32) {
    move |i| {
        let x = (amplitude * (std::f64::consts::TAU * hz * i as f64 / f64::from(SAMPLE_RATE)).sin()) as f32;
        (x, x)
    }
}

/// A signal that tells every index: exact in f32, small.
pub fn ramp(i: i64) -> (f32, f32) {
    ((i % 4096) as f32 / 8192.0, -((i % 4096) as f32) / 8192.0)
}

/// Mixes blocks `from..to` (in blocks of 480 frames) into one run of samples.
pub fn run(m: &mut Mixer, from: i64, to: i64) -> Vec<f32> {
    (from..to)
        .flat_map(|b| m.mix(at(b * BLOCK_FRAMES as i64)).samples)
        .collect()
}
