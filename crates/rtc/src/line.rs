//! What the receiver's reports say of the line: how much waits in it, what arrives, and how much the receiver asks for. By
//! transport-wide feedback where the other side gives it (every packet's arrival), else by the round trip and the losses of
//! its receiver reports. It only measures: what to make of it is decided where the encoder is known.

use rtc::interceptor::Acknowledgement;
use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// Packets whose sending is remembered by their transport-wide number: a power of two.
const REMEMBERED: usize = 4096;
/// What arrives and what is sent is a mean over this long.
const WINDOW: Duration = Duration::from_millis(1000);
/// The shortest wait in this long is what stands in the network; longer ones are bursts.
const STANDING: Duration = Duration::from_millis(500);
/// The best way ever is that of the last one to two of these: routes and clocks change.
const BEST_OF: Duration = Duration::from_secs(30);
/// A receiver's wish is void when it has not been said again for this long.
const WISH_HOLDS: Duration = Duration::from_secs(10);
/// Transport-wide feedback silent for this long is no longer looked at.
const FEEDBACK_HOLDS: Duration = Duration::from_secs(3);
/// Most entries of any list here.
const MOST: usize = 8192;

/// The smallest of the last 30 to 60 seconds.
#[derive(Debug, Default)]
struct Best {
    begun: Option<Instant>,
    now: Option<f64>,
    before: Option<f64>,
}

impl Best {
    fn of(&mut self, value: f64, at: Instant) -> f64 {
        let begun = *self.begun.get_or_insert(at);
        if at.saturating_duration_since(begun) >= BEST_OF {
            self.begun = Some(at);
            self.before = self.now.take();
        }
        let now = self.now.map_or(value, |n| n.min(value));
        self.now = Some(now);
        self.before.map_or(now, |b| b.min(now))
    }
}

/// A packet on its way.
#[derive(Clone, Copy, Debug)]
struct OnItsWay {
    number: u16,
    at: Instant,
    bytes: usize,
}

/// The line as the reports show it.
#[derive(Debug)]
pub(crate) struct Line {
    on_their_way: Vec<Option<OnItsWay>>,
    begun: Option<Instant>,
    /// Sent, repairs included.
    sent: VecDeque<(Instant, usize)>,
    /// Arrived by transport-wide feedback, by the receiver's clock.
    arrived: VecDeque<(Duration, usize)>,
    /// Time on the way of the quickest packet of each feedback, ms on no particular scale.
    ways: VecDeque<(Instant, f64)>,
    best_way: Best,
    trips: [Option<f64>; 2],
    best_trip: Best,
    wish: Option<(Instant, f64)>,
}

impl Line {
    pub(crate) fn new() -> Self {
        Self {
            on_their_way: vec![None; REMEMBERED],
            begun: None,
            sent: VecDeque::new(),
            arrived: VecDeque::new(),
            ways: VecDeque::new(),
            best_way: Best::default(),
            trips: [None; 2],
            best_trip: Best::default(),
            wish: None,
        }
    }

    /// A packet leaves, under this transport-wide number.
    pub(crate) fn sends(&mut self, number: u16, bytes: usize, at: Instant) {
        self.begun.get_or_insert(at);
        self.on_their_way[usize::from(number) % REMEMBERED] = Some(OnItsWay { number, at, bytes });
        self.sent.push_back((at, bytes));
        while let Some((t, _)) = self.sent.front()
            && (at.saturating_duration_since(*t) > WINDOW || self.sent.len() > MOST)
        {
            self.sent.pop_front();
        }
    }

    /// Transport-wide feedback came.
    pub(crate) fn hears(&mut self, arrivals: &[Acknowledgement], at: Instant) {
        let Some(begun) = self.begun else { return };
        let mut quickest: Option<f64> = None;
        for a in arrivals {
            let slot = &mut self.on_their_way[usize::from(a.sequence_number) % REMEMBERED];
            let (Some(arrival), Some(p)) = (a.arrival, *slot) else {
                continue;
            };
            if p.number != a.sequence_number {
                continue;
            }
            *slot = None;
            let left = p.at.saturating_duration_since(begun);
            let way = (arrival.as_secs_f64() - left.as_secs_f64()) * 1000.0;
            quickest = Some(quickest.map_or(way, |q| q.min(way)));
            self.arrived.push_back((arrival, p.bytes));
        }
        while let (Some((first, _)), Some((last, _))) = (self.arrived.front(), self.arrived.back())
            && (last.saturating_sub(*first) > WINDOW || self.arrived.len() > MOST)
        {
            self.arrived.pop_front();
        }
        let Some(quickest) = quickest else { return };
        self.best_way.of(quickest, at);
        self.ways.push_back((at, quickest));
        while let Some((t, _)) = self.ways.front()
            && (at.saturating_duration_since(*t) > STANDING && self.ways.len() > 1 || self.ways.len() > MOST)
        {
            self.ways.pop_front();
        }
    }

    /// A receiver report gave this round trip, ms.
    pub(crate) fn measures(&mut self, trip: f64, at: Instant) {
        self.best_trip.of(trip, at);
        self.trips = [Some(trip), self.trips[0]];
    }

    /// The receiver asks for at most this, kbit/s (REMB).
    pub(crate) fn wishes(&mut self, kbps: f64, at: Instant) {
        if kbps.is_finite() && kbps > 0.0 {
            self.wish = Some((at, kbps));
        }
    }

    /// What stands in the network, ms; none before anything is known.
    pub(crate) fn waiting_ms(&mut self, now: Instant) -> Option<f64> {
        let fresh = |(t, _): &&(Instant, f64)| now.saturating_duration_since(*t) < FEEDBACK_HOLDS;
        if let Some((at, _)) = self.ways.back().filter(fresh).copied() {
            let least = self.ways.iter().map(|w| w.1).reduce(f64::min)?;
            return Some((least - self.best_way.of(least, at)).max(0.0));
        }
        // Of two reports the shorter: one alone may have stood behind a keyframe.
        let least = self.trips.iter().flatten().copied().reduce(f64::min)?;
        Some((least - self.best_trip.of(least, now)).max(0.0))
    }

    /// What reaches the receiver, kbit/s, `loss` being the share that its last report calls lost.
    pub(crate) fn arriving_kbps(&self, loss: f64, now: Instant) -> Option<f64> {
        let fresh = |(t, _): &&(Instant, f64)| now.saturating_duration_since(*t) < FEEDBACK_HOLDS;
        if let (Some(_), Some((first, _)), Some((last, _))) = (
            self.ways.back().filter(fresh),
            self.arrived.front(),
            self.arrived.back(),
        ) {
            let s = last.saturating_sub(*first).max(WINDOW / 4).as_secs_f64();
            return Some(self.arrived.iter().map(|a| a.1).sum::<usize>() as f64 / 125.0 / s);
        }
        let within = |(t, _): &&(Instant, usize)| now.saturating_duration_since(*t) <= WINDOW;
        let bytes: usize = self.sent.iter().filter(within).map(|s| s.1).sum();
        self.begun?;
        Some(bytes as f64 / 125.0 / WINDOW.as_secs_f64() * (1.0 - loss.clamp(0.0, 1.0)))
    }

    /// What the receiver asks for at most, kbit/s.
    pub(crate) fn wished_kbps(&self, now: Instant) -> Option<f64> {
        let holds = |(t, _): &(Instant, f64)| now.saturating_duration_since(*t) < WISH_HOLDS;
        self.wish.filter(holds).map(|w| w.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rtc::rtcp::transport_feedbacks::cc_feedback_report::Ecn;

    fn start() -> Instant {
        tokio::time::Instant::now().into_std()
    }

    const fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    #[test]
    fn transport_wide_feedback_shows_what_waits_and_what_arrives() {
        let (t0, mut l) = (start(), Line::new());
        // 1000 bytes every 8 ms are 1000 kbit/s; they take 20 ms, by a clock of the receiver's own.
        let arrives =
            |n: u64, way: u64| Acknowledgement::received(n as u16, Some(ms(77_000 + n * 8 + way)), Ecn::NotEct);
        for n in 0..250u64 {
            l.sends(n as u16, 1000, t0 + ms(n * 8));
            l.hears(&[arrives(n, 20)], t0 + ms(n * 8 + 40));
        }
        let now = t0 + ms(2030);
        assert_eq!(l.waiting_ms(now), Some(0.0));
        let kbps = l.arriving_kbps(0.0, now).expect("known");
        assert!((kbps - 1000.0).abs() < 30.0, "{kbps}");
        // A queue of 200 ms comes about, with a burst that is worse.
        for n in 250..400u64 {
            l.sends(n as u16, 1000, t0 + ms(n * 8));
            l.hears(&[arrives(n, if n % 10 == 0 { 400 } else { 220 })], t0 + ms(n * 8 + 240));
        }
        let waiting = l.waiting_ms(t0 + ms(3450)).expect("known");
        assert!((waiting - 200.0).abs() < 1.0, "{waiting}");
        assert_eq!(l.waiting_ms(t0 + ms(30_000)), None, "old feedback says nothing");
    }

    #[test]
    fn without_it_reports_have_to_do() {
        let (t0, mut l) = (start(), Line::new());
        assert_eq!((l.waiting_ms(t0), l.arriving_kbps(0.0, t0)), (None, None));
        for n in 0..125u64 {
            l.sends(n as u16, 1000, t0 + ms(n * 8));
        }
        l.measures(30.0, t0 + ms(500));
        l.measures(330.0, t0 + ms(990));
        assert_eq!(l.waiting_ms(t0 + ms(1000)), Some(0.0), "once may be a keyframe");
        l.measures(350.0, t0 + ms(1900));
        assert_eq!(l.waiting_ms(t0 + ms(1900)), Some(300.0));
        let kbps = l.arriving_kbps(0.25, t0 + ms(1000)).expect("known");
        assert!((kbps - 750.0).abs() < 1.0, "{kbps}");
        l.wishes(640.0, t0);
        l.wishes(f64::NAN, t0);
        assert_eq!(l.wished_kbps(t0 + ms(9000)), Some(640.0));
        assert_eq!(l.wished_kbps(t0 + ms(11_000)), None);
        // A best way of long ago is forgotten.
        for n in 0..80 {
            l.measures(350.0, t0 + ms(2000 + n * 1000));
        }
        assert_eq!(l.waiting_ms(t0 + ms(82_000)), Some(0.0));
    }
}
