//! Media time and frame rates. All arithmetic is on integers: a time is computed from an index and a rational rate,
//! never by adding intervals, so nothing drifts.

use serde::{Deserialize, Serialize};
use std::{
    fmt,
    ops::{Add, AddAssign, Neg, Sub},
    str::FromStr,
    time::Duration,
};

/// A point (or a distance) on the engine's timeline: signed nanoseconds since the engine started.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct MediaTime(pub i64);

impl MediaTime {
    /// The start of the engine.
    pub const ZERO: Self = Self(0);
    /// Later than anything.
    pub const MAX: Self = Self(i64::MAX);

    /// From whole milliseconds.
    pub const fn from_millis(ms: i64) -> Self {
        Self(ms * 1_000_000)
    }

    /// From seconds; meant for settings and tests, not for running arithmetic.
    pub fn from_secs_f64(s: f64) -> Self {
        Self((s * 1e9).round() as i64)
    }

    /// The time of `ticks` of a clock of `per_second` ticks a second, rounded to the nearest nanosecond (half up).
    pub fn from_ticks(ticks: i64, per_second: u32) -> Self {
        let n = i128::from(ticks) * 1_000_000_000;
        Self(div_round(n, i128::from(per_second.max(1))))
    }

    /// This time in ticks of a clock of `per_second` ticks a second, rounded to the nearest tick (half up).
    pub fn to_ticks(self, per_second: u32) -> i64 {
        div_round(i128::from(self.0) * i128::from(per_second), 1_000_000_000)
    }

    /// Whole milliseconds, rounded to nearest.
    pub fn as_millis(self) -> i64 {
        self.to_ticks(1000)
    }

    /// Seconds, for display and reports.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// As a `Duration`; negative times become zero.
    pub fn to_duration(self) -> Duration {
        Duration::from_nanos(self.0.max(0) as u64)
    }

    /// From a `Duration`; saturates after 292 years.
    pub fn from_duration(d: Duration) -> Self {
        Self(i64::try_from(d.as_nanos()).unwrap_or(i64::MAX))
    }
}

/// Division to the nearest integer, halves towards positive infinity. `d` must be positive.
fn div_round(n: i128, d: i128) -> i64 {
    (2 * n + d).div_euclid(2 * d).clamp(i64::MIN as i128, i64::MAX as i128) as i64
}

impl Add for MediaTime {
    type Output = Self;
    fn add(self, o: Self) -> Self {
        Self(self.0.saturating_add(o.0))
    }
}
impl AddAssign for MediaTime {
    fn add_assign(&mut self, o: Self) {
        *self = *self + o;
    }
}
impl Sub for MediaTime {
    type Output = Self;
    fn sub(self, o: Self) -> Self {
        Self(self.0.saturating_sub(o.0))
    }
}
impl Neg for MediaTime {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}
impl fmt::Debug for MediaTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.6}s", self.as_secs_f64())
    }
}
impl fmt::Display for MediaTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3} s", self.as_secs_f64())
    }
}

/// A rational frame rate, `num / den` frames a second; both at least 1. Serialised as `"30000/1001"` or a number.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct FrameRate {
    num: u32,
    den: u32,
}

impl FrameRate {
    /// A rate of `num / den`, or `None` when either is zero or the rate is above 1000.
    pub fn new(num: u32, den: u32) -> Option<Self> {
        (num > 0 && den > 0 && u64::from(num) <= 1000 * u64::from(den)).then_some(Self { num, den })
    }
    /// Whole frames a second (at least 1).
    pub const fn whole(fps: u32) -> Self {
        Self {
            num: if fps == 0 { 1 } else { fps },
            den: 1,
        }
    }
    /// Numerator.
    pub const fn num(self) -> u32 {
        self.num
    }
    /// Denominator.
    pub const fn den(self) -> u32 {
        self.den
    }
    /// Frames a second as a float, for display and settings of other libraries.
    pub fn as_f64(self) -> f64 {
        f64::from(self.num) / f64::from(self.den)
    }
    /// When frame `index` is due, counted from the frame 0 at time zero; rounded to the nearest nanosecond.
    pub fn time_of(self, index: i64) -> MediaTime {
        let n = i128::from(index) * i128::from(self.den) * 1_000_000_000;
        MediaTime(div_round(n, i128::from(self.num)))
    }
    /// The last frame that is due at or before `t`.
    pub fn index_at(self, t: MediaTime) -> i64 {
        // time_of rounds to the nanosecond, so a frame's own time may lie half a nanosecond before its exact one.
        let n = (2 * i128::from(t.0) + 1) * i128::from(self.num);
        n.div_euclid(2 * i128::from(self.den) * 1_000_000_000) as i64
    }
    /// How long one frame lasts, rounded to the nanosecond; for waits and display only.
    pub fn frame_duration(self) -> MediaTime {
        self.time_of(1)
    }
}

impl Default for FrameRate {
    fn default() -> Self {
        Self::whole(30)
    }
}
impl fmt::Display for FrameRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.den == 1 {
            write!(f, "{}", self.num)
        } else {
            write!(f, "{}/{}", self.num, self.den)
        }
    }
}
impl fmt::Debug for FrameRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl FromStr for FrameRate {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let bad = || format!("`{s}` is not a frame rate: write 30, 29.97 or 30000/1001 (more than 0, at most 1000)");
        let rate = match s.trim().split_once('/') {
            Some((n, d)) => Self::new(
                n.trim().parse().map_err(|_| bad())?,
                d.trim().parse().map_err(|_| bad())?,
            ),
            None => Self::from_f64(s.trim().parse().map_err(|_| bad())?),
        };
        rate.ok_or_else(bad)
    }
}
impl FrameRate {
    /// The rate a decimal number means: 29.97 is 30000/1001, 23.976 is 24000/1001; else thousandths.
    pub fn from_f64(fps: f64) -> Option<Self> {
        if !fps.is_finite() || fps < 0.001 {
            return None;
        }
        if (fps - fps.round()).abs() < 1e-9 {
            return Self::new(fps.round() as u32, 1);
        }
        let ntsc = (fps * 1.001).round();
        if (fps - ntsc / 1.001).abs() < 0.005 {
            return Self::new(ntsc as u32 * 1000, 1001);
        }
        Self::new((fps * 1000.0).round() as u32, 1000)
    }
}
impl Serialize for FrameRate {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if self.den == 1 {
            s.serialize_u32(self.num)
        } else {
            s.collect_str(self)
        }
    }
}
impl<'de> Deserialize<'de> for FrameRate {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct V;
        impl serde::de::Visitor<'_> for V {
            type Value = FrameRate;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a frame rate such as 30, 29.97 or \"30000/1001\"")
            }
            fn visit_u64<E: serde::de::Error>(self, v: u64) -> Result<FrameRate, E> {
                u32::try_from(v)
                    .ok()
                    .and_then(|n| FrameRate::new(n, 1))
                    .ok_or_else(|| E::custom(format!("frame rate {v} is out of range: 1 to 1000")))
            }
            fn visit_i64<E: serde::de::Error>(self, v: i64) -> Result<FrameRate, E> {
                u64::try_from(v)
                    .map_err(|_| E::custom(format!("frame rate {v} is negative")))
                    .and_then(|v| self.visit_u64(v))
            }
            fn visit_f64<E: serde::de::Error>(self, v: f64) -> Result<FrameRate, E> {
                FrameRate::from_f64(v)
                    .ok_or_else(|| E::custom(format!("frame rate {v} is out of range: more than 0, at most 1000")))
            }
            fn visit_str<E: serde::de::Error>(self, v: &str) -> Result<FrameRate, E> {
                v.parse().map_err(E::custom)
            }
        }
        d.deserialize_any(V)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frame_times_do_not_drift_and_invert() {
        for (n, d) in [(30, 1), (60, 1), (30000, 1001), (24000, 1001), (25, 1), (1000, 7)] {
            let r = FrameRate::new(n, d).expect("valid");
            for i in [0, 1, 2, 29, 1799, 107_892, 12_345_678] {
                assert_eq!(r.index_at(r.time_of(i)), i, "{r} frame {i}");
                assert_eq!(
                    r.index_at(r.time_of(i) - MediaTime(1)),
                    i - 1,
                    "{r} just before frame {i}"
                );
            }
        }
        assert_eq!(
            FrameRate::new(30000, 1001).expect("valid").time_of(30000),
            MediaTime::from_millis(1_001_000)
        );
    }

    #[test]
    fn ticks_round_to_nearest() {
        assert_eq!(MediaTime::from_ticks(1, 90_000), MediaTime(11_111));
        assert_eq!(MediaTime(11_111).to_ticks(90_000), 1);
        assert_eq!(MediaTime::from_millis(-5).to_ticks(1000), -5);
        assert_eq!(MediaTime(1_500_000).to_ticks(1000), 2);
    }

    #[test]
    fn rates_parse_as_people_write_them() {
        for (s, want) in [
            ("30", "30"),
            ("29.97", "30000/1001"),
            ("23.976", "24000/1001"),
            ("59.94", "60000/1001"),
            ("12.5", "12500/1000"),
        ] {
            assert_eq!(s.parse::<FrameRate>().expect(s).to_string(), want);
        }
        for s in ["0", "-3", "1001", "30/0", "x", ""] {
            assert!(s.parse::<FrameRate>().is_err(), "{s}");
        }
        assert_eq!(
            serde_json::from_str::<FrameRate>("\"30000/1001\"").expect("json"),
            FrameRate::new(30000, 1001).expect("valid")
        );
    }
}
