//! When each byte pair of the captions goes out. Pairs have slots, 30000 in 1001 seconds of engine time, whatever rate a
//! canvas has: every picture carries the pairs of the slots since the one before it. All encoders of the show read the same
//! schedule, so they all say the same at the same time.
//!
//! What is said is put into slots a little ahead, which no picture has passed yet, and never changed once they are near.

use codec::captions::{ERASE, PADDING, Page, Pair};
use media::{FrameRate, MediaTime};
use std::collections::BTreeMap;

/// Slots ahead of now that are settled: no picture of later than now has been made.
const SETTLED: i64 = 3;
/// Slots that are kept after their time, for encoders that are late: a minute.
const KEPT: i64 = 1800;
/// Slots that may wait to be said: half a minute.
const MOST_AHEAD: i64 = 900;
/// Slots a page that pops on stays at least, and for each of its characters (20 in a second can be read).
const STAYS: (i64, i64) = (30, 2);
/// Slots of silence for which an encoder starts over instead of catching up.
const GAP: i64 = 300;

/// The slots of a show.
#[derive(Default)]
pub(super) struct Schedule {
    pairs: BTreeMap<i64, Pair>,
    /// The slot from which nothing is said yet.
    free: i64,
    /// Where the last page popped on, and how long it has to stay.
    shown_until: i64,
    /// Where the screen is cleared, unless something is said before.
    erase: Option<i64>,
}

fn slots() -> FrameRate {
    FrameRate::new(30_000, 1001).unwrap_or(FrameRate::whole(30))
}

/// The slot of a time.
pub(super) fn slot_at(t: MediaTime) -> i64 {
    slots().index_at(t)
}

impl Schedule {
    /// Puts pages into slots from `now` on, and the clearing after them. False, and nothing happens, when too much waits
    /// already.
    pub(super) fn say(&mut self, now: MediaTime, pages: &[Page], clear_after: MediaTime) -> bool {
        let first = slot_at(now) + SETTLED;
        if self.free > first + MOST_AHEAD {
            return false;
        }
        self.forget(first);
        self.take_erase_back(first);
        let mut at = self.free.max(first);
        for page in pages {
            at = self.put(at, &page.load);
            if !page.show.is_empty() {
                at = self.put(at.max(self.shown_until), &page.show);
                self.shown_until = at + STAYS.0 + STAYS.1 * page.characters as i64;
            }
        }
        self.free = at;
        if clear_after > MediaTime::ZERO {
            let erase = (at + slot_at(clear_after)).max(self.shown_until);
            self.put(erase, &ERASE);
            self.erase = Some(erase);
        }
        true
    }

    /// Takes back what was not said yet and clears the screen.
    pub(super) fn clear(&mut self, now: MediaTime) {
        let first = slot_at(now) + SETTLED;
        self.forget(first);
        self.pairs.split_off(&first);
        self.erase = None;
        self.free = self.put(first, &ERASE);
        self.shown_until = self.free;
    }

    /// Seconds of captions that wait to be said.
    pub(super) fn waiting_s(&self, now: MediaTime) -> f64 {
        slots().time_of((self.free - slot_at(now)).max(0)).as_secs_f64()
    }

    fn put(&mut self, at: i64, pairs: &[Pair]) -> i64 {
        for (slot, p) in (at..).zip(pairs) {
            self.pairs.insert(slot, *p);
        }
        at + pairs.len() as i64
    }

    /// The clearing lies behind everything else. Once its first half is settled the second, a mere repetition, may be missing.
    fn take_erase_back(&mut self, first: i64) {
        if let Some(erase) = self.erase.take() {
            for slot in (erase..erase + ERASE.len() as i64).filter(|s| *s >= first) {
                self.pairs.remove(&slot);
            }
        }
    }

    fn forget(&mut self, now: i64) {
        self.pairs = self.pairs.split_off(&(now - KEPT));
    }

    fn pair(&self, slot: i64) -> Pair {
        self.pairs.get(&slot).copied().unwrap_or(PADDING)
    }
}

/// Where an encoder is in the schedule.
#[derive(Default)]
pub(super) struct Cursor {
    next: Option<i64>,
}

impl Cursor {
    /// The pairs of the picture of time `t`, at most `most`: those since the picture before. After pictures that were lost it
    /// catches up, and leaves out only what says nothing.
    pub(super) fn take(&mut self, schedule: &Schedule, t: MediaTime, most: usize) -> Vec<Pair> {
        let end = slot_at(t) + 1;
        let next = self.next.filter(|n| end - n < GAP).unwrap_or(end - 1);
        let mut out = vec![];
        let mut slot = next;
        while slot < end && out.len() < most {
            let pair = schedule.pair(slot);
            // With pictures behind, padding only takes room.
            if pair != PADDING || end - slot <= most as i64 {
                out.push(pair);
            }
            slot += 1;
        }
        self.next = Some(slot.max(next));
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use codec::captions::{Style, pages};

    fn ms(ms: i64) -> MediaTime {
        MediaTime::from_millis(ms)
    }

    fn said(s: &Schedule, rate: FrameRate, frames: std::ops::Range<i64>) -> Vec<Pair> {
        let mut cursor = Cursor::default();
        let all = frames.flat_map(|n| cursor.take(s, rate.time_of(n), 31));
        all.filter(|p| *p != PADDING).collect()
    }

    #[test]
    fn every_rate_says_the_same_at_the_pace_of_television() {
        let mut s = Schedule::default();
        let text = pages("The quick brown fox jumps over the lazy dog", Style::RollUp(2));
        assert!(s.say(ms(1000), &text, ms(2000)));
        let mut want: Vec<Pair> = text.iter().flat_map(|p| p.load.clone()).collect();
        want.extend(ERASE);
        for (num, den) in [(24, 1), (25, 1), (30_000, 1001), (30, 1), (50, 1), (60, 1), (5, 1)] {
            let rate = FrameRate::new(num, den).expect("a rate");
            let end = rate.index_at(ms(8000));
            assert_eq!(said(&s, rate, 0..end), want, "{num}/{den}");
            let mut cursor = Cursor::default();
            let pairs: usize = (0..end).map(|n| cursor.take(&s, rate.time_of(n), 31).len()).sum();
            let expected = slot_at(rate.time_of(end - 1)) + 1;
            assert_eq!(pairs as i64, expected, "{num}/{den}: one pair for each slot");
        }
    }

    #[test]
    fn lost_pictures_lose_no_letter() {
        let mut s = Schedule::default();
        let text = pages(&"word ".repeat(30), Style::RollUp(3));
        assert!(s.say(ms(0), &text, MediaTime::ZERO));
        let rate = FrameRate::whole(30);
        let mut cursor = Cursor::default();
        let frames = (0..400).filter(|n| !(40..120).contains(n));
        let got: Vec<Pair> = frames.flat_map(|n| cursor.take(&s, rate.time_of(n), 31)).collect();
        let got: Vec<Pair> = got.into_iter().filter(|p| *p != PADDING).collect();
        assert_eq!(got, text.iter().flat_map(|p| p.load.clone()).collect::<Vec<_>>());
    }

    #[test]
    fn what_was_said_in_time_keeps_the_screen_from_being_cleared() {
        let mut s = Schedule::default();
        let (a, b) = (pages("one", Style::RollUp(2)), pages("two", Style::RollUp(2)));
        assert!(s.say(ms(0), &a, ms(2000)));
        assert!(s.say(ms(1500), &b, ms(2000)));
        let got = said(&s, FrameRate::whole(30), 0..300);
        assert_eq!(
            got.iter().filter(|p| **p == ERASE[0]).count(),
            2,
            "one clearing, twice as codes are"
        );
        assert_eq!(got[got.len() - 2..], ERASE);
        s.clear(ms(1600));
        let cut = said(&s, FrameRate::whole(30), 0..300);
        assert!(cut.len() < got.len(), "what was not said yet is not");
        assert_eq!(cut[cut.len() - 2..], ERASE);
    }

    #[test]
    fn a_page_stays_long_enough_to_be_read() {
        let mut s = Schedule::default();
        let text = pages(&"0123456789 ".repeat(18), Style::PopOn);
        assert_eq!(text.len(), 3);
        assert!(s.say(ms(0), &text, MediaTime::ZERO));
        let shows: Vec<i64> = s
            .pairs
            .iter()
            .filter(|(_, p)| **p == text[0].show[0])
            .map(|(n, _)| *n)
            .collect();
        assert_eq!(shows.len(), 6);
        // 64 characters at 20 a second, and a second.
        assert!(shows[2] - shows[0] >= 30 + 2 * 64, "{shows:?}");
        let mut refused = 0;
        for _ in 0..20 {
            refused += usize::from(!s.say(ms(0), &text, MediaTime::ZERO));
        }
        assert!(refused > 0, "what can't be said within half a minute is refused");
        assert!(s.waiting_s(ms(0)) < 60.0);
    }
}
