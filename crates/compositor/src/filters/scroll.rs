//! Scroll: a picture that runs on and on, for tickers and backgrounds. Where it is depends on engine time alone.

use super::{Filter, FilterKind, Layer, Sheet, kind::settings};
use media::MediaTime;
use project::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One line of the list of kinds.
pub const KIND: FilterKind =
    FilterKind::of::<Scroll>("scroll", "Scroll", "Lets a picture run on, over and over.", |s, _| {
        Ok(Box::new(settings::<Scroll>(s)?))
    });

/// Settings of a scroll.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Scroll {
    /// How fast it runs to the left (to the right where negative), pixels of the picture a second.
    #[schemars(range(min = -10_000.0, max = 10_000.0))]
    speed_x: f64,
    /// How fast it runs upwards (downwards where negative), pixels of the picture a second.
    #[schemars(range(min = -10_000.0, max = 10_000.0))]
    speed_y: f64,
}

impl Default for Scroll {
    fn default() -> Self {
        Self {
            speed_x: 100.0,
            speed_y: 0.0,
        }
    }
}

impl Settings for Scroll {}

/// Chroma samples that a picture of `size` pixels has run on in nanoseconds `t`, in whole ones.
fn offset(speed: f64, t: i64, size: usize) -> usize {
    let half = (size / 2).max(1) as f64;
    // Seconds in f64 are good to a thousandth of a pixel for days.
    let run = speed * (t as f64 / 1e9) / 2.0;
    (run.rem_euclid(half) as usize).min(half as usize - 1)
}

impl Filter for Scroll {
    fn moves(&self) -> bool {
        self.speed_x != 0.0 || self.speed_y != 0.0
    }
    fn apply(&self, s: Sheet, time: MediaTime) -> Sheet {
        // Luma by two pixels at a time: colour stays whole.
        let x = offset(self.speed_x, time.0, s.width());
        let y = offset(self.speed_y, time.0, s.height());
        let run = |p: &Layer, k: usize| {
            let (dx, dy) = ((k * x) % p.width.max(1), (k * y) % p.height.max(1));
            Layer::make(p.width, p.height, |row, out| {
                let from = p.row((row + dy) % p.height);
                let rest = from.len() - dx;
                out[..rest].copy_from_slice(&from[dx..]);
                out[rest..].copy_from_slice(&from[..dx]);
            })
        };
        Sheet {
            y: run(&s.y, 2),
            u: run(&s.u, 1),
            v: run(&s.v, 1),
            a: s.a.as_ref().map(|a| run(a, 2)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_runs_on_by_time_alone() {
        let plane = |n: usize, k: usize| {
            Layer::make(n, n, |_, row| {
                row.iter_mut().enumerate().for_each(|(x, o)| *o = (k * x) as u8)
            })
        };
        let sheet = || Sheet {
            y: plane(8, 1),
            u: plane(4, 2),
            v: plane(4, 2),
            a: None,
        };
        let s = Scroll {
            speed_x: 4.0,
            speed_y: 0.0,
        };
        let at = |ms| s.apply(sheet(), MediaTime::from_millis(ms));
        assert_eq!(at(0).y.row(0), [0, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(at(1000).y.row(3), [4, 5, 6, 7, 0, 1, 2, 3]);
        assert_eq!(at(1000).u.row(3), [4, 6, 0, 2]);
        assert_eq!(at(2000).y.row(0), at(0).y.row(0));
        let wild = Scroll {
            speed_x: f64::NAN,
            speed_y: 1e300,
        };
        wild.apply(sheet(), MediaTime(i64::MAX));
    }
}
