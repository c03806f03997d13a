//! What the tests of this crate share: a context on a manual clock, and short ways to open, read and wait. Tests only.

use crate::{Source, SourceContext, SourceKind, SourceState};
use media::{AudioBlock, FrameRate, ManualClock, MediaTime, VideoFrame, audio::SAMPLE_RATE};
use serde_json::Value;
use std::{path::Path, sync::Arc, time::Duration};

/// Longest real time a test waits for a thread: far beyond what it needs.
pub const LONG: Duration = Duration::from_secs(20);

/// Milliseconds as time.
pub fn ms(ms: i64) -> MediaTime {
    MediaTime::from_millis(ms)
}

/// A show that stands still until told to move.
pub struct Stage {
    pub clock: ManualClock,
    pub context: SourceContext,
}

impl Stage {
    pub fn new(dir: &Path) -> Self {
        let clock = ManualClock::new();
        let context = SourceContext {
            id: "under-test".into(),
            name: "Under test".into(),
            clock: Arc::new(clock.clone()),
            start: MediaTime::ZERO,
            rate: FrameRate::whole(30),
            canvas: (320, 180),
            project_dir: dir.to_owned(),
        };
        Self { clock, context }
    }

    pub fn open(&self, kind: &SourceKind, settings: Value) -> Box<dyn Source> {
        let map = settings.as_object().expect("settings are an object");
        (kind.open)(map, self.context.clone()).expect("settings are right")
    }
}

/// The picture shown at `t`, once everything up to `t` is made.
pub fn shown(source: &dyn Source, t: MediaTime) -> Arc<VideoFrame> {
    let slot = source.video().expect("has pictures");
    // A full slot also ends the wait: take what is due and wait on, until the wait changes nothing any more.
    let mut last = None;
    loop {
        assert!(slot.wait_beyond(t, LONG), "no picture beyond {t}");
        let frame = slot.at(t).expect("a picture");
        if last.replace(frame.time) == Some(frame.time) {
            return frame;
        }
    }
}

/// `frames` samples of sound from `t` on (left channel), once they are made.
pub fn heard(source: &dyn Source, t: MediaTime, frames: usize) -> Vec<f32> {
    let feed = source.audio().expect("has sound");
    let mut out = Vec::new();
    let first = t.to_ticks(SAMPLE_RATE);
    while out.len() < frames {
        let n = (frames - out.len()).min(480);
        let at = MediaTime::from_ticks(first + out.len() as i64, SAMPLE_RATE);
        let mut block = AudioBlock::silence(at, n);
        assert!(feed.wait_until(block.end(), LONG), "no sound up to {}", block.end());
        feed.read(at, &mut block.samples);
        out.extend(block.samples.chunks_exact(2).map(|p| p[0]));
    }
    out
}

/// Waits (real time) until `done`, by looking again and again; fails after a long while.
pub fn until(what: &str, mut done: impl FnMut() -> bool) {
    let wait = crate::pace::Stop::default();
    for _ in 0..4000 {
        if done() {
            return;
        }
        wait.wait(Duration::from_millis(5));
    }
    panic!("waited too long: {what}");
}

/// Moves the clock in small steps until `done`.
pub fn step_until(stage: &Stage, what: &str, mut done: impl FnMut() -> bool) {
    until(what, || {
        stage.clock.advance(Duration::from_millis(100));
        done()
    });
}

/// Whether the source waits for something.
pub fn waits(source: &dyn Source) -> bool {
    matches!(source.state(), SourceState::Waiting { .. })
}

/// Mean luma of a picture in a YUV format.
pub fn mean_luma(f: &VideoFrame) -> f64 {
    let (w, h) = (f.width as usize, f.height as usize);
    let sum: u64 = (0..h).flat_map(|y| f.planes[0].row(y, w)).map(|v| u64::from(*v)).sum();
    sum as f64 / (w * h) as f64
}
