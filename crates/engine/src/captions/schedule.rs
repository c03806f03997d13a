//! When each byte pair of the captions goes out. Pairs have slots, 30000 in 1001 seconds of engine time, whatever rate a
//! canvas has: every picture carries the pairs of the slots since the one before it. All encoders of the show read the same
//! schedule, so they all say the same at the same time.
//!
//! What is said is put into slots a little ahead, which no picture has passed yet, and never changed once they are near. The
//! packets of CEA-708 lie beside the pairs, a few of their pairs in each slot.

use codec::captions::{self, Code, ERASE, PADDING, Page, Pair, Unit};
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
/// Pairs of CEA-708 in a slot: less than half of what television has room for (9600 bit/s with CEA-608), so that a picture takes
/// those of three slots.
const MOST_SERVICE: usize = 8;
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
    service: Service,
}

/// What is said in CEA-708.
#[derive(Default)]
struct Service {
    units: BTreeMap<i64, Vec<Unit>>,
    /// The number of the next packet.
    sequence: u8,
}

impl Service {
    /// Puts codes into the first free slots from `at` on.
    fn put(&mut self, at: i64, codes: &[Code]) {
        let units = captions::packets(codes, &mut self.sequence);
        let free = self.units.last_key_value().map_or(at, |(slot, _)| slot + 1);
        // A packet begins with a slot of its own, so that it can be taken back alone.
        let packets = units.chunk_by(|_, next| !matches!(next, Unit::Begin(_)));
        let chunks = packets.flat_map(|p| p.chunks(MOST_SERVICE));
        for (slot, units) in (at.max(free)..).zip(chunks) {
            self.units.insert(slot, units.to_vec());
        }
    }

    /// Takes back what begins at `first` or later; a packet that has begun before is said to its end.
    fn take_back(&mut self, first: i64) {
        let begins = |units: &Vec<Unit>| matches!(units.first(), Some(Unit::Begin(_)));
        let from = self.units.range(first..).find(|(_, units)| begins(units));
        if let Some(from) = from.map(|(slot, _)| *slot) {
            let gone = self.units.split_off(&from);
            let packets = gone.values().flatten().filter(|u| matches!(u, Unit::Begin(_)));
            self.sequence = self.sequence.wrapping_sub(packets.count() as u8) & 3;
        }
    }
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
            if page.show.is_empty() {
                self.service.put(at, &page.service);
            }
            at = self.put(at, &page.load);
            if !page.show.is_empty() {
                self.service.put(at.max(self.shown_until), &page.service);
                at = self.put(at.max(self.shown_until), &page.show);
                self.shown_until = at + STAYS.0 + STAYS.1 * page.characters as i64;
            }
        }
        self.free = at;
        if clear_after > MediaTime::ZERO {
            let erase = (at + slot_at(clear_after)).max(self.shown_until);
            self.put(erase, &ERASE);
            self.service.put(erase, &captions::erase());
            self.erase = Some(erase);
        }
        true
    }

    /// Takes back what was not said yet and clears the screen.
    pub(super) fn clear(&mut self, now: MediaTime) {
        let first = slot_at(now) + SETTLED;
        self.forget(first);
        self.pairs.split_off(&first);
        self.service.take_back(first);
        self.erase = None;
        self.free = self.put(first, &ERASE);
        self.service.put(first, &captions::erase());
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
            if erase >= first {
                self.service.take_back(erase);
            }
        }
    }

    fn forget(&mut self, now: i64) {
        self.pairs = self.pairs.split_off(&(now - KEPT));
        self.service.units = self.service.units.split_off(&(now - KEPT));
    }

    fn service(&self, slot: i64) -> &[Unit] {
        self.service.units.get(&slot).map_or(&[], Vec::as_slice)
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
    /// The pairs of the picture of time `t`, at most `most`: those since the picture before, CEA-608 first. After pictures that
    /// were lost it catches up, and leaves out only what says nothing.
    pub(super) fn take(&mut self, schedule: &Schedule, t: MediaTime, most: usize) -> Vec<Unit> {
        let end = slot_at(t) + 1;
        let next = self.next.filter(|n| end - n < GAP).unwrap_or(end - 1);
        let (mut fields, mut service) = (vec![], vec![]);
        let mut slot = next;
        while slot < end && fields.len() + service.len() + 1 + schedule.service(slot).len() <= most {
            let pair = schedule.pair(slot);
            // With pictures behind, padding only takes room.
            if pair != PADDING || end - slot <= most as i64 {
                fields.push(Unit::Field(pair));
            }
            service.extend_from_slice(schedule.service(slot));
            slot += 1;
        }
        self.next = Some(slot.max(next));
        fields.append(&mut service);
        fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use codec::captions::{Style, pages};

    fn ms(ms: i64) -> MediaTime {
        MediaTime::from_millis(ms)
    }

    fn field(u: &Unit) -> Option<Pair> {
        match u {
            Unit::Field(p) => Some(*p),
            _ => None,
        }
    }

    fn said(s: &Schedule, rate: FrameRate, frames: impl Iterator<Item = i64>) -> Vec<Pair> {
        let mut cursor = Cursor::default();
        let all = frames.flat_map(|n| cursor.take(s, rate.time_of(n), 31));
        all.filter_map(|u| field(&u)).filter(|p| *p != PADDING).collect()
    }

    /// The service of CEA-708 as it comes in pictures.
    fn served(s: &Schedule, rate: FrameRate, frames: impl Iterator<Item = i64>) -> Vec<Unit> {
        let mut cursor = Cursor::default();
        let mut all = vec![];
        for n in frames {
            let units = cursor.take(s, rate.time_of(n), 31);
            assert!(units.len() <= 31);
            let first = units.iter().position(|u| field(u).is_none()).unwrap_or(units.len());
            assert!(units[first..].iter().all(|u| field(u).is_none()), "CEA-608 comes first");
            all.extend_from_slice(&units[first..]);
        }
        all
    }

    #[test]
    fn both_services_say_the_same_at_every_rate_and_after_losses() {
        let mut s = Schedule::default();
        let first = pages(&"two lines of words ".repeat(4), Style::RollUp(2));
        assert!(s.say(ms(0), &first, ms(2000)));
        let second = pages("a page", Style::PopOn);
        assert!(s.say(ms(500), &second, ms(2000)));
        let mut sequence = 0;
        let mut want: Vec<Unit> = vec![];
        for p in first.iter().chain(&second) {
            want.extend(captions::packets(&p.service, &mut sequence));
        }
        want.extend(captions::packets(&captions::erase(), &mut sequence));
        for (num, den) in [(24, 1), (25, 1), (30_000, 1001), (60, 1), (5, 1)] {
            let rate = FrameRate::new(num, den).expect("a rate");
            let end = rate.index_at(ms(12_000));
            assert_eq!(served(&s, rate, 0..end), want, "{num}/{den}");
        }
        let lossy = (0..400).filter(|n| !(5..30).contains(n));
        assert_eq!(served(&s, FrameRate::whole(30), lossy), want);
    }

    #[test]
    fn what_is_taken_back_leaves_no_gap_in_the_numbers() {
        let mut s = Schedule::default();
        let long = pages(&"words and words ".repeat(20), Style::RollUp(3));
        assert!(s.say(ms(0), &long, ms(0)));
        s.clear(ms(500));
        assert!(s.say(ms(600), &pages("after", Style::RollUp(3)), ms(1000)));
        let all = served(&s, FrameRate::whole(30), 0..600);
        let numbers: Vec<u8> = all
            .iter()
            .filter_map(|u| match u {
                Unit::Begin(p) => Some(p[0] >> 6),
                _ => None,
            })
            .collect();
        assert!(numbers.len() >= 4, "{numbers:?}");
        let expected: Vec<u8> = (0..numbers.len()).map(|n| n as u8 & 3).collect();
        assert_eq!(numbers, expected);
        // Every packet is whole.
        let mut left = 0;
        for u in &all {
            match u {
                Unit::Begin(p) => {
                    assert_eq!(left, 0);
                    left = i32::from(p[0] & 0x3f) - 1;
                }
                _ => left -= 1,
            }
        }
        assert_eq!(left, 0);
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
            let units = (0..end).flat_map(|n| cursor.take(&s, rate.time_of(n), 31));
            let pairs = units.filter(|u| field(u).is_some()).count();
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
        let got = said(&s, rate, (0..400).filter(|n| !(40..120).contains(n)));
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
