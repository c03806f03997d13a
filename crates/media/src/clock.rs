//! The one place that reads the machine's clock or sleeps. Everything else takes a [`Clock`], so tests step time by hand.

use crate::MediaTime;
use parking_lot::{Condvar, Mutex};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// Engine time. Cheap to clone behind an `Arc`.
pub trait Clock: Send + Sync + 'static {
    /// Time since the engine started.
    fn now(&self) -> MediaTime;
    /// Blocks the calling thread until `t`; returns at once when `t` has passed.
    fn sleep_until(&self, t: MediaTime);
    /// Whether it goes on by itself, second by second. Who waits for something else too can then wait all of the time at
    /// once; a clock that is moved by hand has to be looked at again and again.
    fn runs_by_itself(&self) -> bool {
        true
    }
}

/// The machine's monotonic clock, zero at creation.
#[derive(Clone, Debug)]
pub struct SystemClock {
    start: Instant,
}

impl SystemClock {
    /// A clock that reads zero now.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    pub fn new() -> Self {
        Self { start: Instant::now() }
    }
    /// A clock whose zero is `start`.
    pub fn starting_at(start: Instant) -> Self {
        Self { start }
    }
    /// The `Instant` that reads `t` on this clock.
    pub fn instant_of(&self, t: MediaTime) -> Instant {
        self.start + t.to_duration()
    }
    /// Engine time of an `Instant` (negative when before the start).
    pub fn time_of(&self, i: Instant) -> MediaTime {
        match i.checked_duration_since(self.start) {
            Some(d) => MediaTime::from_duration(d),
            None => -MediaTime::from_duration(self.start.duration_since(i)),
        }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> MediaTime {
        self.time_of(Instant::now())
    }
    #[expect(clippy::disallowed_methods, reason = "the one place that sleeps")]
    fn sleep_until(&self, t: MediaTime) {
        let wait = t - self.now();
        if wait > MediaTime::ZERO {
            std::thread::sleep(wait.to_duration());
        }
    }
}

/// A clock that moves only when told to. `sleep_until` blocks until the clock has been advanced that far.
#[derive(Clone, Default)]
pub struct ManualClock {
    state: Arc<(Mutex<MediaTime>, Condvar)>,
}

impl ManualClock {
    /// A clock at zero.
    pub fn new() -> Self {
        Self::default()
    }
    /// Moves time forward and wakes the sleepers that are due.
    pub fn advance(&self, by: Duration) {
        let mut t = self.state.0.lock();
        *t += MediaTime::from_duration(by);
        self.state.1.notify_all();
    }
    /// Sets the time; never backwards.
    pub fn set(&self, to: MediaTime) {
        let mut t = self.state.0.lock();
        *t = to.max(*t);
        self.state.1.notify_all();
    }
}

impl Clock for ManualClock {
    fn now(&self) -> MediaTime {
        *self.state.0.lock()
    }
    fn sleep_until(&self, t: MediaTime) {
        let mut now = self.state.0.lock();
        while *now < t {
            self.state.1.wait(&mut now);
        }
    }
    fn runs_by_itself(&self) -> bool {
        false
    }
}
