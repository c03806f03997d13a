//! How the threads of sources wait: until a moment of the engine's clock, but never longer than until they are stopped.
//! A manual clock can't wake a waiting thread that also listens for "stop", so such a clock is looked at every few
//! milliseconds; nothing here is precise enough to time a picture with (pictures carry their own times).

use media::{Clock, MediaTime};
use parking_lot::{Condvar, Mutex};
use std::{sync::Arc, time::Duration};

/// Longest stretch without a look at a clock that is moved by hand.
const LOOK_EVERY: Duration = Duration::from_millis(25);

/// Tells a thread to end, and lets it wait meanwhile. Clones share the signal.
#[derive(Clone, Default)]
pub struct Stop {
    inner: Arc<(Mutex<Flags>, Condvar)>,
}

#[derive(Default)]
struct Flags {
    stopped: bool,
    poked: bool,
}

impl Stop {
    /// Tells the thread to end.
    pub fn stop(&self) {
        self.inner.0.lock().stopped = true;
        self.inner.1.notify_all();
    }
    /// Whether it was told to end.
    pub fn is_stopped(&self) -> bool {
        self.inner.0.lock().stopped
    }
    /// Ends one wait early: there is news (new settings).
    pub fn poke(&self) {
        self.inner.0.lock().poked = true;
        self.inner.1.notify_all();
    }
    /// Waits `time` of real time, or less if stopped or poked; true unless stopped.
    pub fn wait(&self, time: Duration) -> bool {
        let mut f = self.inner.0.lock();
        if !f.stopped && !f.poked {
            self.inner.1.wait_for(&mut f, time);
        }
        f.poked = false;
        !f.stopped
    }
    /// Waits until `clock` reads `until`, or until stopped or poked; true unless stopped.
    pub fn wait_until(&self, clock: &dyn Clock, until: MediaTime) -> bool {
        loop {
            let left = until - clock.now();
            let mut f = self.inner.0.lock();
            if f.stopped || f.poked || left <= MediaTime::ZERO {
                f.poked = false;
                return !f.stopped;
            }
            let most = if clock.runs_by_itself() {
                Duration::MAX
            } else {
                LOOK_EVERY
            };
            self.inner.1.wait_for(&mut f, left.to_duration().min(most));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use media::ManualClock;

    #[test]
    fn a_standing_clock_does_not_hold_up_stop() {
        let (stop, clock) = (Stop::default(), ManualClock::new());
        let (s, c) = (stop.clone(), clock.clone());
        let t = std::thread::Builder::new()
            .name("waiter".into())
            .spawn(move || {
                (
                    s.wait_until(&c, MediaTime::from_millis(10)),
                    s.wait_until(&c, MediaTime::MAX),
                )
            })
            .expect("thread");
        clock.advance(Duration::from_millis(10));
        stop.stop();
        let (_, second) = t.join().expect("ends");
        assert!(!second, "stopped while waiting for a time that never comes");
    }
}
