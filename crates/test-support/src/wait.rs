//! Waiting for what another process or thread does. This is the only place in tests that sleeps, in short steps and never
//! for longer than its limit; a test that can wait on a channel or a manual clock should do that instead.

use media::{Clock, MediaTime, SystemClock};
use std::time::Duration;

/// Time between two looks.
const STEP: MediaTime = MediaTime::from_millis(5);

/// Looks at `condition` until it holds or `limit` has passed; true when it held.
#[must_use = "false means that it never came true"]
pub fn wait_for(limit: Duration, mut condition: impl FnMut() -> bool) -> bool {
    let clock = SystemClock::new();
    let end = MediaTime::from_duration(limit);
    while !condition() {
        let now = clock.now();
        if now >= end {
            return condition();
        }
        clock.sleep_until((now + STEP).min(end));
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_when_true_and_at_the_limit() {
        let mut looks = 0;
        assert!(wait_for(Duration::from_secs(60), || {
            looks += 1;
            looks == 3
        }));
        assert_eq!(looks, 3);
        let clock = SystemClock::new();
        assert!(!wait_for(Duration::from_millis(20), || false));
        assert!(clock.now() >= MediaTime::from_millis(20));
    }
}
