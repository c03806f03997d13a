//! How long a block of sound is waited for. Files and generators are ahead of the show; a device delivers what it heard tens of
//! milliseconds later, and how many differs from device to device. So each block is mixed as soon as everything that is open has
//! delivered what it needs: soon after its end where there is no device, later where there is one. Blocks follow each other whatever
//! each one waited, so nothing that is encoded has a gap or moves.

use media::{Clock, MediaTime};

/// A block is mixed no earlier than this after its end: what makes sound on time has some room.
pub(crate) const LEAST: MediaTime = MediaTime::from_millis(30);
/// And no later than this: what comes later still is silent for that block.
pub(crate) const MOST: MediaTime = MediaTime::from_millis(120);
/// Who is further behind has nothing to say now (a file that has ended, a device that was pulled out) and is not waited for.
const AWAY: MediaTime = MediaTime::from_millis(1000);
/// How often it is looked again.
const STEP: MediaTime = MediaTime::from_millis(4);

/// Whether a block that ends at `done` can be mixed at `now`. `ends` is how far each sound reaches, on the block's timeline.
fn is_ready(now: MediaTime, done: MediaTime, mut ends: impl Iterator<Item = MediaTime>) -> bool {
    let waited = now - done;
    waited >= MOST || waited >= LEAST && ends.all(|end| end >= done || done - end > AWAY)
}

/// Sleeps until the block that ends at `done` can be mixed. `ends` is asked again at each look.
pub(crate) fn wait<I: Iterator<Item = MediaTime>>(clock: &dyn Clock, done: MediaTime, ends: impl Fn() -> I) {
    clock.sleep_until(done + LEAST);
    loop {
        let now = clock.now();
        if is_ready(now, done, ends()) {
            return;
        }
        clock.sleep_until(now + STEP);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK_MS: i64 = 10;

    fn ms(ms: i64) -> MediaTime {
        MediaTime::from_millis(ms)
    }

    /// When each block is mixed after its end, and whether everything was there, while time goes on by a millisecond.
    /// `reaches` says how far sounds reach at a time.
    fn mixed(blocks: i64, reaches: impl Fn(i64) -> Vec<i64>) -> Vec<(i64, bool)> {
        let mut now = 0;
        let mut out = vec![];
        for n in 1..=blocks {
            let done = n * BLOCK_MS;
            let ends = |now: i64| reaches(now).into_iter().map(ms).collect::<Vec<_>>();
            while !is_ready(ms(now), ms(done), ends(now).into_iter()) {
                now += 1;
            }
            out.push((now - done, ends(now).iter().all(|e| *e >= ms(done))));
        }
        out
    }

    /// A device that delivers 20 ms at a time, `late` ms after it has heard them.
    fn device(now: i64, late: i64) -> i64 {
        (now - late).div_euclid(20) * 20
    }

    #[test]
    fn without_a_device_sound_is_soon() {
        let all = mixed(100, |_| vec![]);
        assert!(all.iter().all(|m| m.0 == 30), "{all:?}");
        let film = mixed(100, |now| vec![now + 200]);
        assert!(film.iter().all(|m| *m == (30, true)), "{film:?}");
    }

    #[test]
    fn it_follows_the_device_and_misses_nothing() {
        for late in [0, 5, 15, 40, 80] {
            let all = mixed(300, |now| vec![device(now, late), now + 200]);
            assert!(all.iter().all(|m| m.1), "{late}: {all:?}");
            assert!(all.iter().all(|m| m.0 <= 30.max(late + 21)), "{late}: {all:?}");
        }
    }

    #[test]
    fn a_device_that_comes_later_and_goes_moves_it_and_leaves_no_gap() {
        // From 1 s to 2 s a device is there; its sound stays where it ended.
        let all = mixed(400, |now| match now {
            ..1000 => vec![],
            1000..2000 => vec![device(now, 60)],
            _ => vec![device(2000, 60)],
        });
        let at = |ms: i64| all[(ms / BLOCK_MS) as usize];
        assert_eq!(at(500), (30, true));
        assert!(at(1500).1 && (60..=81).contains(&at(1500).0), "{:?}", at(1500));
        assert_eq!(at(2500).0, 120, "it may come back");
        assert_eq!(at(3500).0, 30, "it does not");
        // Each block is mixed, in its turn.
        assert_eq!(all.len(), 400);
    }

    #[test]
    fn nobody_holds_the_show_up() {
        let all = mixed(100, |now| vec![device(now, 500)]);
        assert!(all.iter().all(|m| m.0 <= 120), "{all:?}");
    }

    #[test]
    fn waiting_sleeps_by_the_shows_clock() {
        let clock = media::ManualClock::new();
        clock.set(ms(1000) + MOST);
        // Long past: nothing to wait for, and nobody moves the clock.
        wait(&clock, ms(1000), || std::iter::once(ms(900)));
        assert_eq!(clock.now(), ms(1000) + MOST);
    }
}
