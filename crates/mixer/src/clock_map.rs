//! Maps a device's sample count to engine time, although buffers arrive late by varying amounts.
//!
//! A buffer can't arrive before its last sample was captured; it is only ever late. So the truth is the lower envelope of the
//! arrivals: of each second the least late buffer counts, and a straight line (least squares) through the last two minutes of
//! those gives the device's place and speed. A jump is told from a hiccup: after a hiccup the samples come in faster
//! than real time and catch up, after a jump they don't; then the map is anchored anew.
//!
//! This map only measures. [`crate::DeviceResampler`] follows it smoothly.

use media::MediaTime;
use std::collections::VecDeque;

/// Each second of device time gives one point.
const WINDOW_S: f64 = 1.0;
/// Points of the line: the last two minutes.
const POINTS: usize = 120;
/// Points needed before the speed is taken from them.
const MIN_POINTS: usize = 8;
/// A jump of more than this is a new start.
const JUMP_S: f64 = 0.1;
/// A jump of more than this is a new start at once, without a look whether the samples catch up.
const CERTAIN_JUMP_S: f64 = 1.0;
/// How much sound is looked at to tell a hiccup from a jump.
const JUDGE_S: f64 = 0.05;
/// A lasting step of more than this is a new start, too.
const STEP_S: f64 = 0.005;
/// Seconds a step towards late must last.
const STEP_WINDOWS: u32 = 5;
/// No device is further off than this (0.5 %).
const MAX_SLOPE: f64 = 5e-3;

/// What an observation meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Observed {
    /// The map goes on.
    Follows,
    /// The map starts anew here: the first buffer, or sound was lost or the clock jumped.
    Anchored,
}

/// A running estimate of engine time = f(device sample count).
pub struct ClockMap {
    rate: f64,
    anchor: Option<Anchor>,
    /// Engine seconds gained per device second (-300e-6: the device is fast by 300 ppm). Survives new anchors.
    slope: f64,
}

struct Anchor {
    sample: i64,
    time: MediaTime,
    /// Lateness at `at_s` and (with the slope) elsewhere.
    offset_s: f64,
    at_s: f64,
    /// Finished windows: (device seconds since the anchor, lateness against the nominal rate).
    points: VecDeque<(f64, f64)>,
    /// The least late buffer of the running window.
    least: Option<(f64, f64)>,
    window_end_s: f64,
    /// Since when (device seconds) buffers are late by a jump, and by how much then.
    late: Option<(f64, f64)>,
    steps: u32,
}

impl Anchor {
    fn new(sample: i64, time: MediaTime) -> Self {
        Self {
            sample,
            time,
            offset_s: 0.0,
            at_s: 0.0,
            points: VecDeque::new(),
            least: None,
            window_end_s: WINDOW_S,
            late: None,
            steps: 0,
        }
    }

    /// Whether buffers stay late by a jump instead of catching up.
    fn jumped(&mut self, x: f64, beyond: f64) -> bool {
        if beyond <= JUMP_S {
            self.late = None;
            return beyond < -JUMP_S;
        }
        let (since, then) = *self.late.get_or_insert((x, beyond));
        if x - since < JUDGE_S {
            return beyond > CERTAIN_JUMP_S;
        }
        self.late = Some((x, beyond));
        beyond > CERTAIN_JUMP_S || then - beyond < 0.5 * (x - since)
    }
}

impl ClockMap {
    /// A map for a device of `rate` samples a second (nominally).
    pub fn new(rate: u32) -> Self {
        Self {
            rate: f64::from(rate.max(1)),
            anchor: None,
            slope: 0.0,
        }
    }

    /// Notes that sample `sample` (counted from any start) has arrived at `arrival`.
    pub fn observe(&mut self, sample: i64, arrival: MediaTime) -> Observed {
        let slope = self.slope;
        let Some(a) = &mut self.anchor else {
            return self.anchor_at(sample, arrival);
        };
        let x = (sample - a.sample) as f64 / self.rate;
        let late = (arrival - a.time).as_secs_f64() - x;
        let beyond = late - (a.offset_s + slope * (x - a.at_s));
        if a.jumped(x, beyond) {
            return self.anchor_at(sample, arrival);
        }
        if a.least.is_none_or(|l| late - slope * x < l.1 - slope * l.0) {
            a.least = Some((x, late));
        }
        if x < a.window_end_s {
            return Observed::Follows;
        }
        a.window_end_s = x + WINDOW_S;
        match a.least.take() {
            Some(point) => self.close_window(point),
            None => Observed::Follows,
        }
    }

    /// Takes the least late buffer of a second into the line.
    fn close_window(&mut self, (x, late): (f64, f64)) -> Observed {
        let Some(a) = &mut self.anchor else {
            return Observed::Follows;
        };
        let beyond = late - (a.offset_s + self.slope * (x - a.at_s));
        if beyond > STEP_S {
            a.steps += 1;
            if a.steps < STEP_WINDOWS {
                return Observed::Follows;
            }
        }
        if beyond.abs() > STEP_S {
            let sample = a.sample + (x * self.rate).round() as i64;
            let time = a.time + MediaTime::from_secs_f64(x + late);
            return self.anchor_at(sample, time);
        }
        a.steps = 0;
        a.points.push_back((x, late));
        if a.points.len() > POINTS {
            a.points.pop_front();
        }
        self.fit();
        Observed::Follows
    }

    /// The line through the points: least squares.
    fn fit(&mut self) {
        let Some(a) = &mut self.anchor else { return };
        let n = a.points.len() as f64;
        let (sx, sy) = a.points.iter().fold((0.0, 0.0), |s, p| (s.0 + p.0, s.1 + p.1));
        let (mx, my) = (sx / n, sy / n);
        if a.points.len() >= MIN_POINTS {
            let xy: f64 = a.points.iter().map(|p| (p.0 - mx) * (p.1 - my)).sum();
            let xx: f64 = a.points.iter().map(|p| (p.0 - mx).powi(2)).sum();
            if xx > 0.0 {
                self.slope = (xy / xx).clamp(-MAX_SLOPE, MAX_SLOPE);
            }
        }
        a.offset_s = my;
        a.at_s = mx;
    }

    fn anchor_at(&mut self, sample: i64, time: MediaTime) -> Observed {
        self.anchor = Some(Anchor::new(sample, time));
        Observed::Anchored
    }

    /// Engine time of a (fractional) sample; none before the first observation.
    pub fn time_of(&self, sample: f64) -> Option<MediaTime> {
        let a = self.anchor.as_ref()?;
        let x = (sample - a.sample as f64) / self.rate;
        let late = a.offset_s + self.slope * (x - a.at_s);
        Some(a.time + MediaTime::from_secs_f64(x + late))
    }

    /// Engine seconds gained per device second.
    pub fn slope(&self) -> f64 {
        self.slope
    }

    /// How much faster than its nominal rate the device runs, parts per million (negative: slower).
    pub fn drift_ppm(&self) -> f64 {
        -self.slope * 1e6
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pushes 10 ms buffers of a 48 kHz device from sample `from` for `seconds`; `late_ms(i)` is the lateness of buffer i.
    fn push(m: &mut ClockMap, from: i64, shift_ms: i64, seconds: i64, late_ms: impl Fn(i64) -> i64) -> (i64, u32) {
        let mut anchors = 0;
        for i in 1..=seconds * 100 {
            let n = from + i * 480;
            let t = MediaTime::from_millis(n / 48 + shift_ms + late_ms(i));
            anchors += u32::from(m.observe(n, t) == Observed::Anchored);
        }
        (from + seconds * 48_000, anchors)
    }
    fn error_ms(m: &ClockMap, sample: i64, truth_ms: i64) -> f64 {
        (m.time_of(sample as f64).expect("anchored") - MediaTime::from_millis(truth_ms)).as_secs_f64() * 1e3
    }

    #[test]
    fn lateness_is_not_taken_for_truth() {
        let mut m = ClockMap::new(48_000);
        let (n, anchors) = push(&mut m, 0, 0, 30, |i| (i * 7919) % 9);
        assert!(anchors <= 2, "{anchors}");
        assert!(error_ms(&m, n, 30_000).abs() < 0.5, "{}", error_ms(&m, n, 30_000));
        assert!(m.drift_ppm().abs() < 5.0, "{}", m.drift_ppm());
    }

    #[test]
    fn a_hiccup_is_forgiven_and_a_jump_is_not() {
        let mut m = ClockMap::new(48_000);
        let (n, _) = push(&mut m, 0, 0, 20, |_| 0);
        // 400 ms nothing, then all of it at once.
        let (n, anchors) = push(&mut m, n, 0, 5, |i| if i <= 40 { (40 - i) * 10 } else { 0 });
        assert_eq!(anchors, 0, "hiccup");
        assert!(error_ms(&m, n, 25_000).abs() < 0.5);
        // 300 ms are lost for good.
        let (n, anchors) = push(&mut m, n, 300, 5, |_| 0);
        assert_eq!(anchors, 1, "jump");
        assert!(error_ms(&m, n, 30_300).abs() < 0.5);
        // 30 ms are lost: smaller than a jump, so it takes some seconds.
        let (n, anchors) = push(&mut m, n, 330, 20, |_| 0);
        assert_eq!(anchors, 1, "step");
        assert!(error_ms(&m, n, 50_330).abs() < 0.5);
        // More samples than time.
        let (n, anchors) = push(&mut m, n, -200, 5, |_| 0);
        assert_eq!(anchors, 1, "back");
        assert!(error_ms(&m, n, 54_800).abs() < 0.5);
    }
}
