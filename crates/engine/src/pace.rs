//! Congestion of a destination that has its encoder to itself: instead of leaving pictures out, the encoder is turned down
//! to what the network takes, and carefully up again. An encoder that others share (destinations, a recording, a viewer) is
//! never touched: there the destination's own queue leaves pictures out.
//!
//! Down: at once, to 85 % of what was really sent, when more than 0.7 s wait to be sent; then two seconds are given for it to
//! show. Up: by a quarter, once nothing has waited for a while; a raise that fails doubles that while, up to a minute.

use crate::{EventLevel, show::Shared};
use media::MediaTime;
use outputs::DestinationState;

/// More than this waiting to be sent is congestion, ms.
const LONG_MS: i64 = 700;
/// Less than this is none, ms.
const SHORT_MS: i64 = 200;
/// Time for a lower rate to show.
const SETTLE: MediaTime = MediaTime::from_millis(2000);
/// Nothing has to wait for this long before the first raise.
const CALM: MediaTime = MediaTime::from_millis(5000);
/// … and for this long after many that failed.
const MOST_CALM: MediaTime = MediaTime::from_millis(60_000);
/// It is never turned down further than to this share of its full rate, or this many kbit/s.
const LEAST: (u32, u32) = (8, 200);

/// The rate of one destination.
#[derive(Debug)]
pub(crate) struct Pace {
    full_kbps: u32,
    kbps: u32,
    /// When it was changed last.
    changed: MediaTime,
    raised: bool,
    /// Since when nothing waits.
    calm_since: Option<MediaTime>,
    calm: MediaTime,
}

impl Pace {
    fn new(full_kbps: u32, now: MediaTime) -> Self {
        Self {
            full_kbps,
            kbps: full_kbps,
            changed: now,
            raised: false,
            calm_since: None,
            calm: CALM,
        }
    }

    /// Looks at what waits to be sent (ms) and what is being sent (kbit/s); gives a new rate, kbit/s.
    fn look(&mut self, now: MediaTime, queued_ms: i64, sent_kbps: f64) -> Option<u32> {
        if queued_ms > LONG_MS {
            self.calm_since = None;
            return self.lower(now, sent_kbps);
        }
        if queued_ms > SHORT_MS {
            self.calm_since = None;
            return None;
        }
        let since = *self.calm_since.get_or_insert(now);
        let rested = now - since >= self.calm && now - self.changed >= self.calm;
        if self.kbps >= self.full_kbps || !rested {
            return None;
        }
        self.raised = true;
        self.change(now, (u64::from(self.kbps) * 5 / 4) as u32 + 1)
    }

    fn lower(&mut self, now: MediaTime, sent_kbps: f64) -> Option<u32> {
        if now - self.changed < SETTLE {
            return None;
        }
        if std::mem::take(&mut self.raised) {
            self.calm = MediaTime((self.calm.0 * 2).min(MOST_CALM.0));
        }
        // While nothing is sent at all the connection is gone rather than slow; half is a fair guess for when it comes back.
        let taken = (sent_kbps * 0.85).max(f64::from(self.kbps) * 0.5);
        let kbps = taken.min(f64::from(self.kbps) * 0.85) as u32;
        self.change(now, kbps)
    }

    fn change(&mut self, now: MediaTime, kbps: u32) -> Option<u32> {
        let least = (self.full_kbps / LEAST.0).max(LEAST.1).min(self.full_kbps);
        let kbps = kbps.clamp(least, self.full_kbps);
        self.changed = now;
        (kbps != self.kbps).then(|| {
            self.kbps = kbps;
            kbps
        })
    }
}

impl Shared {
    /// Turns the encoders of congested destinations down and up again, where nobody else has them.
    pub(crate) fn look_at_pace(&self) {
        use DestinationState::{Degraded, Live};
        let now = self.clock.now();
        let mut paces = self.paces.lock();
        let lines = self.destinations.lock();
        paces.retain(|id, _| lines.contains_key(id));
        for (id, line) in lines.iter() {
            let status = line.handle.status();
            let Some(own) = line.own_rate() else {
                // With whoever came, the encoder went back to the project's rate.
                paces.remove(id);
                continue;
            };
            if !matches!(status.state, Live | Degraded) {
                continue;
            }
            let pace = paces.entry(id.clone()).or_insert_with(|| Pace::new(own.full_kbps, now));
            let before = pace.kbps;
            let Some(kbps) = pace.look(now, status.queued_ms, status.bitrate_kbps) else {
                continue;
            };
            own.set(kbps);
            let name = self
                .destination(id)
                .map_or_else(|_| id.clone(), |d| d.label().to_owned());
            if before == own.full_kbps {
                let text = format!(
                    "{name}: the connection takes less than {before} kbit/s; it gets {kbps} until it is better"
                );
                self.log.add(EventLevel::Warning, format!("destination:{id}"), text);
            } else if kbps == own.full_kbps {
                let text = format!("{name}: the connection takes {kbps} kbit/s again");
                self.log.add(EventLevel::Info, format!("destination:{id}"), text);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: i64) -> MediaTime {
        MediaTime::from_millis(seconds * 1000)
    }

    #[test]
    fn it_goes_down_to_what_is_taken_and_up_again_step_by_step() {
        let mut p = Pace::new(4000, s(0));
        assert_eq!(p.look(s(10), 100, 4000.0), None, "all is well");
        assert_eq!(p.look(s(11), 500, 3000.0), None, "a little waits");
        assert_eq!(p.look(s(12), 900, 3000.0), Some(2550));
        assert_eq!(p.look(s(13), 2000, 2500.0), None, "it has to show first");
        assert_eq!(p.look(s(14), 2000, 2500.0), Some(2125));
        assert_eq!(p.look(s(15), 100, 2000.0), None);
        assert_eq!(p.look(s(19), 100, 2000.0), None);
        assert_eq!(p.look(s(20), 100, 2000.0), Some(2657), "five seconds of calm");
        assert_eq!(p.look(s(22), 100, 2600.0), None);
        assert_eq!(p.look(s(25), 100, 2600.0), Some(3322));
        // That was too much: the next raise waits twice as long.
        assert_eq!(p.look(s(27), 800, 3000.0), Some(2550));
        assert_eq!(p.look(s(29), 0, 2500.0), None);
        assert_eq!(p.look(s(38), 0, 2500.0), None);
        assert_eq!(p.look(s(39), 0, 2500.0), Some(3188));
        assert_eq!(p.look(s(49), 0, 3100.0), Some(3986));
        assert_eq!(p.look(s(59), 0, 3900.0), Some(4000), "never more than the project says");
        assert_eq!(p.look(s(99), 0, 4000.0), None);
    }

    #[test]
    fn there_is_a_floor_and_a_longest_wait() {
        let mut p = Pace::new(4000, s(0));
        let mut at = 10;
        while p.look(s(at), 5000, 0.0).is_some() {
            at += 2;
            assert!(at < 60);
        }
        assert_eq!(p.kbps, 500);
        for _ in 0..20 {
            at += 200;
            let up = p.look(s(at), 0, 500.0).or_else(|| p.look(s(at + 100), 0, 500.0));
            assert!(up.is_some(), "at the latest after a minute");
            at += 110;
            p.look(s(at), 5000, 0.0);
        }
        assert_eq!(p.calm, MOST_CALM);
        let mut small = Pace::new(150, s(0));
        assert_eq!(small.look(s(10), 5000, 10.0), None, "less than the floor stays");
    }
}
