//! How long to wait before trying again: exponential with full jitter and a cap ("Exponential Backoff and Jitter", AWS
//! Architecture Blog, 2015). Deterministic: the chance comes from a seed. Knows no clock; it only says how long.

use std::time::Duration;

/// The longest wait for a server that was not even reached: the network may be back any moment, and an attempt costs nobody
/// anything.
const UNREACHED_CAP: Duration = Duration::from_millis(2000);
/// No wait is shorter than this, however the dice fall: a server that refuses at once must not be hammered.
const LEAST: Duration = Duration::from_millis(100);

/// A sequence of waits, each drawn evenly between 0.1 s and a ceiling that doubles up to the cap.
#[derive(Clone, Debug)]
pub struct Backoff {
    first: Duration,
    cap: Duration,
    tries: u32,
    random: u64,
}

impl Backoff {
    /// Ceilings `first`, 2 × `first`, 4 × `first`, … up to `cap`. The same `seed` gives the same waits.
    pub const fn new(first: Duration, cap: Duration, seed: u64) -> Self {
        Self {
            first,
            cap,
            tries: 0,
            random: seed,
        }
    }

    /// What destinations use: ceilings 1, 2, 4, 8, 15, 15, … seconds.
    pub const fn standard(seed: u64) -> Self {
        Self::new(Duration::from_secs(1), Duration::from_secs(15), seed)
    }

    /// The longest the next wait can be.
    pub fn ceiling(&self) -> Duration {
        self.first.saturating_mul(1 << self.tries.min(20)).min(self.cap)
    }

    /// How long to wait before the next try of a server that has refused or lost us.
    pub fn next_wait(&mut self) -> Duration {
        self.draw_below(self.ceiling())
    }

    /// How long to wait before the next try of a server that could not be reached: at most two seconds.
    pub fn next_wait_unreached(&mut self) -> Duration {
        self.draw_below(self.ceiling().min(UNREACHED_CAP))
    }

    fn draw_below(&mut self, ceiling: Duration) -> Duration {
        self.tries = self.tries.saturating_add(1);
        let least = LEAST.min(ceiling);
        let share = (self.draw() >> 11) as f64 / (1u64 << 53) as f64;
        least + (ceiling - least).mul_f64(share)
    }

    /// Starts over with short waits: after a connection that held.
    pub fn reset(&mut self) {
        self.tries = 0;
    }

    /// SplitMix64 (Steele, Lea, Flood 2014): small, and good enough to spread reconnects.
    fn draw(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ceilings_double_up_to_the_cap() {
        let mut b = Backoff::standard(1);
        let seconds: Vec<u64> = (0..7)
            .map(|_| {
                let c = b.ceiling().as_secs();
                b.next_wait();
                c
            })
            .collect();
        assert_eq!(seconds, [1, 2, 4, 8, 15, 15, 15]);
        b.reset();
        assert_eq!(b.ceiling(), Duration::from_secs(1));
    }

    #[test]
    fn seeds_spread_destinations() {
        let first: Vec<_> = (0..6).map(|s| Backoff::standard(s).next_wait()).collect();
        let mut apart = first.clone();
        apart.dedup();
        assert_eq!(apart.len(), first.len(), "{first:?}");
        assert_eq!(
            Backoff::standard(3).next_wait(),
            first[3],
            "the same seed gives the same wait"
        );
    }

    proptest! {
        #[test]
        fn waits_stay_between_least_and_ceiling(seed: u64, tries in 0usize..2000) {
            let mut b = Backoff::standard(seed);
            for _ in 0..tries.min(40) {
                let ceiling = b.ceiling();
                let w = b.next_wait();
                prop_assert!(w >= LEAST && w <= ceiling && ceiling <= Duration::from_secs(15));
                let w = b.next_wait_unreached();
                prop_assert!(w >= LEAST && w <= UNREACHED_CAP);
            }
        }
    }
}
