//! Congestion of a destination that has its encoder to itself: instead of leaving pictures out, the encoder is turned down
//! to what the network takes, and carefully up again. An encoder that others share (destinations, a recording, a viewer) is
//! never touched: there the destination's own queue leaves pictures out.
//!
//! Down: at once, to 85 % of what was really sent, when more than 0.7 s wait to be sent; then two seconds are given for it to
//! show. Up: by a quarter, once nothing has waited for a while; a raise that fails doubles that while, up to a minute.
//!
//! An HLS upload sends a segment at a time, and pictures wait meanwhile: there it is measured in lengths of a segment.
//!
//! Over WebRTC nothing waits here: too much is lost on the way or waits in the network. There the receiver's reports take the
//! place of the queue: 0.15 s in the network, a tenth of the packets lost or a receiver that asks for less are congestion;
//! up to 2 % lost is none. Lines that lose packets without being full are common, so losses between only keep it from rising.

use crate::{EventLevel, show::Shared};
use media::MediaTime;
use outputs::{DestinationState, DestinationStatus, LineFigures};

/// More than this waiting to be sent is congestion, ms.
const LONG_MS: i64 = 700;
/// Less than this is none, ms.
const SHORT_MS: i64 = 200;
/// The same for what waits in the network, where the receiver's reports show it, ms.
const LONG_ON_THE_WAY_MS: f64 = 150.0;
const SHORT_ON_THE_WAY_MS: f64 = 60.0;
/// Packets lost just now: more than this is congestion, less than that is none, percent (as in Google's congestion control).
const MANY_LOST: f64 = 10.0;
const FEW_LOST: f64 = 2.0;
/// A receiver that asks for less than this share of the rate means it.
const MEANT: f64 = 0.9;
/// Time for a lower rate to show.
const SETTLE: MediaTime = MediaTime::from_millis(2000);
/// Nothing has to wait for this long before the first raise.
const CALM: MediaTime = MediaTime::from_millis(5000);
/// … and for this long after many that failed.
const MOST_CALM: MediaTime = MediaTime::from_millis(60_000);
/// It is never turned down further than to this share of its full rate, or this many kbit/s.
const LEAST: (u32, u32) = (8, 200);

/// What is to be seen of a destination's line.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Signs {
    /// Waits to be sent, ms.
    queued_ms: i64,
    /// Was really sent, kbit/s.
    sent_kbps: f64,
    line: LineFigures,
}

/// How much waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Waits {
    Nothing,
    Little,
    TooMuch,
}

impl Signs {
    pub(crate) fn of(s: &DestinationStatus) -> Self {
        Self {
            queued_ms: s.queued_ms,
            sent_kbps: s.bitrate_kbps,
            line: s.line.unwrap_or_default(),
        }
    }

    /// How much waits, the picture being sent at `kbps`.
    pub(crate) fn waits(&self, kbps: u32) -> Waits {
        let grade = |value: f64, little: f64, much: f64| match value {
            v if v > much => Waits::TooMuch,
            v if v > little => Waits::Little,
            _ => Waits::Nothing,
        };
        let l = &self.line;
        // What goes out piece by piece waits for its turn: for half the length of a piece is nothing.
        let piece = l.piece_ms.unwrap_or(0.0);
        let (short, long) = ((SHORT_MS as f64).max(piece * 0.5), (LONG_MS as f64).max(piece * 0.85));
        let asked = l.wished_kbps.is_some_and(|w| w < f64::from(kbps) * MEANT);
        let all = [
            grade(self.queued_ms as f64, short, long),
            l.waiting_ms
                .map_or(Waits::Nothing, |w| grade(w, SHORT_ON_THE_WAY_MS, LONG_ON_THE_WAY_MS)),
            l.loss_now_percent
                .map_or(Waits::Nothing, |p| grade(p, FEW_LOST, MANY_LOST)),
            if asked { Waits::TooMuch } else { Waits::Nothing },
        ];
        all.into_iter().max().unwrap_or(Waits::Nothing)
    }

    /// What the line carries with a little left over, kbit/s.
    pub(crate) fn taken_kbps(&self) -> f64 {
        let taken = self.line.arriving_kbps.unwrap_or(self.sent_kbps) * 0.85;
        taken.min(self.line.wished_kbps.unwrap_or(f64::INFINITY))
    }
}

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

    /// Looks at the line; gives a new rate, kbit/s.
    fn look(&mut self, now: MediaTime, signs: &Signs) -> Option<u32> {
        let waits = signs.waits(self.kbps);
        if waits > Waits::Nothing {
            self.calm_since = None;
        }
        match waits {
            Waits::TooMuch => return self.lower(now, signs.taken_kbps()),
            Waits::Little => return None,
            Waits::Nothing => {}
        }
        let since = *self.calm_since.get_or_insert(now);
        let rested = now - since >= self.calm && now - self.changed >= self.calm;
        if self.kbps >= self.full_kbps || !rested {
            return None;
        }
        let next = (u64::from(self.kbps) * 5 / 4) as u32 + 1;
        let most = signs.line.wished_kbps.map_or(u32::MAX, |w| w as u32);
        if next.min(most) <= self.kbps {
            return None;
        }
        self.raised = true;
        self.change(now, next.min(most))
    }

    fn lower(&mut self, now: MediaTime, taken_kbps: f64) -> Option<u32> {
        if now - self.changed < SETTLE {
            return None;
        }
        if std::mem::take(&mut self.raised) {
            self.calm = MediaTime((self.calm.0 * 2).min(MOST_CALM.0));
        }
        // While nothing is sent at all the connection is gone rather than slow; half is a fair guess for when it comes back.
        let taken = taken_kbps.max(f64::from(self.kbps) * 0.5);
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
        let away = self.away();
        let mut paces = self.paces.lock();
        let lines = self.destinations.lock();
        paces.retain(|id, _| lines.contains_key(id));
        for (id, line) in lines.iter() {
            let status = line.handle.status();
            let Some(own) = line.own_rate().filter(|_| !away.contains(id)) else {
                // With whoever came, the encoder went back to the project's rate.
                paces.remove(id);
                continue;
            };
            if !matches!(status.state, Live | Degraded) {
                continue;
            }
            let pace = paces.entry(id.clone()).or_insert_with(|| Pace::new(own.full_kbps, now));
            let before = pace.kbps;
            let Some(kbps) = pace.look(now, &Signs::of(&status)) else {
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

    fn queue(queued_ms: i64, sent_kbps: f64) -> Signs {
        Signs {
            queued_ms,
            sent_kbps,
            ..Signs::default()
        }
    }

    fn reports(waiting_ms: f64, loss_now: f64, arriving: f64, wished: Option<f64>) -> Signs {
        let line = LineFigures {
            waiting_ms: Some(waiting_ms),
            loss_now_percent: Some(loss_now),
            arriving_kbps: Some(arriving),
            wished_kbps: wished,
            ..LineFigures::default()
        };
        Signs {
            line,
            ..queue(0, 4200.0)
        }
    }

    #[test]
    fn a_receivers_reports_take_the_place_of_the_queue() {
        let mut p = Pace::new(4000, s(0));
        assert_eq!(
            p.look(s(10), &reports(20.0, 5.0, 4100.0, None)),
            None,
            "5 % are the line's own"
        );
        assert_eq!(p.look(s(11), &reports(200.0, 0.0, 3000.0, None)), Some(2550));
        assert_eq!(p.look(s(13), &reports(40.0, 20.0, 2000.0, None)), Some(1700));
        assert_eq!(p.look(s(15), &reports(0.0, 5.0, 1900.0, None)), None);
        assert_eq!(
            p.look(s(21), &reports(0.0, 5.0, 1900.0, None)),
            None,
            "not up while packets are lost"
        );
        assert_eq!(p.look(s(22), &reports(0.0, 0.0, 1900.0, Some(1800.0))), None);
        assert_eq!(
            p.look(s(27), &reports(0.0, 0.0, 1900.0, Some(1800.0))),
            Some(1800),
            "as far as asked for"
        );
        assert_eq!(p.look(s(40), &reports(0.0, 0.0, 1900.0, Some(1800.0))), None);
        assert_eq!(p.look(s(41), &reports(0.0, 0.0, 1900.0, Some(900.0))), Some(900));
        assert_eq!(p.look(s(47), &reports(0.0, 0.0, 1000.0, Some(5000.0))), None);
        assert_eq!(p.look(s(58), &reports(0.0, 0.0, 1000.0, Some(5000.0))), Some(1126));
    }

    #[test]
    fn what_goes_out_in_pieces_waits_for_its_turn() {
        let upload = |queued_ms| Signs {
            line: LineFigures {
                piece_ms: Some(2000.0),
                ..LineFigures::default()
            },
            ..queue(queued_ms, 4000.0)
        };
        assert_eq!(upload(900).waits(4000), Waits::Nothing);
        assert_eq!(upload(1500).waits(4000), Waits::Little);
        assert_eq!(upload(1800).waits(4000), Waits::TooMuch);
        assert_eq!(queue(900, 4000.0).waits(4000), Waits::TooMuch);
    }

    #[test]
    fn it_goes_down_to_what_is_taken_and_up_again_step_by_step() {
        let mut p = Pace::new(4000, s(0));
        assert_eq!(p.look(s(10), &queue(100, 4000.0)), None, "all is well");
        assert_eq!(p.look(s(11), &queue(500, 3000.0)), None, "a little waits");
        assert_eq!(p.look(s(12), &queue(900, 3000.0)), Some(2550));
        assert_eq!(p.look(s(13), &queue(2000, 2500.0)), None, "it has to show first");
        assert_eq!(p.look(s(14), &queue(2000, 2500.0)), Some(2125));
        assert_eq!(p.look(s(15), &queue(100, 2000.0)), None);
        assert_eq!(p.look(s(19), &queue(100, 2000.0)), None);
        assert_eq!(p.look(s(20), &queue(100, 2000.0)), Some(2657), "five seconds of calm");
        assert_eq!(p.look(s(22), &queue(100, 2600.0)), None);
        assert_eq!(p.look(s(25), &queue(100, 2600.0)), Some(3322));
        // That was too much: the next raise waits twice as long.
        assert_eq!(p.look(s(27), &queue(800, 3000.0)), Some(2550));
        assert_eq!(p.look(s(29), &queue(0, 2500.0)), None);
        assert_eq!(p.look(s(38), &queue(0, 2500.0)), None);
        assert_eq!(p.look(s(39), &queue(0, 2500.0)), Some(3188));
        assert_eq!(p.look(s(49), &queue(0, 3100.0)), Some(3986));
        assert_eq!(
            p.look(s(59), &queue(0, 3900.0)),
            Some(4000),
            "never more than the project says"
        );
        assert_eq!(p.look(s(99), &queue(0, 4000.0)), None);
    }

    #[test]
    fn there_is_a_floor_and_a_longest_wait() {
        let mut p = Pace::new(4000, s(0));
        let mut at = 10;
        while p.look(s(at), &queue(5000, 0.0)).is_some() {
            at += 2;
            assert!(at < 60);
        }
        assert_eq!(p.kbps, 500);
        for _ in 0..20 {
            at += 200;
            let up = p
                .look(s(at), &queue(0, 500.0))
                .or_else(|| p.look(s(at + 100), &queue(0, 500.0)));
            assert!(up.is_some(), "at the latest after a minute");
            at += 110;
            p.look(s(at), &queue(5000, 0.0));
        }
        assert_eq!(p.calm, MOST_CALM);
        let mut small = Pace::new(150, s(0));
        assert_eq!(small.look(s(10), &queue(5000, 10.0)), None, "less than the floor stays");
    }
}
