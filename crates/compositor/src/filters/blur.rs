//! Blur: close to a Gaussian by three means over a box, which cost the same however wide they are. Translucent pictures are
//! blurred multiplied by their alpha, so that no colour comes out of what is not seen.

use super::{Filter, FilterKind, Layer, Sheet, kind::settings};
use crate::software::{halved_alpha, rows};
use media::MediaTime;
use project::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One line of the list of kinds.
pub const KIND: FilterKind = FilterKind::of::<Blur>("blur", "Blur", "Makes a picture soft.", |s, _| {
    Ok(Box::new(settings::<Blur>(s)?))
});

/// Settings of a blur.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Blur {
    /// How far colours spread, pixels of the picture: twice the standard deviation.
    #[schemars(range(min = 0.0, max = 200.0))]
    radius: f64,
}

impl Default for Blur {
    fn default() -> Self {
        Self { radius: 10.0 }
    }
}

impl Settings for Blur {}

impl Filter for Blur {
    fn apply(&self, s: Sheet, _: MediaTime) -> Sheet {
        let sigma = self.radius / 2.0;
        if sigma <= 0.0 {
            return s;
        }
        let (full, half) = (half_width(sigma), half_width(sigma / 2.0));
        let Some(a) = &s.a else {
            return Sheet {
                y: blurred(&s.y, full),
                u: blurred(&s.u, half),
                v: blurred(&s.v, half),
                a: None,
            };
        };
        let small = halved_alpha(a);
        let (soft, soft_small) = (blurred(a, full), blurred(&small, half));
        let each = |plane: &Layer, a: &Layer, soft: &Layer, width: f64| {
            let times = Layer::make(plane.width, plane.height, |y, row| {
                rows::multiply(row, plane.row(y), a.row(y))
            });
            let wide = blurred(&times, width);
            Layer::make(plane.width, plane.height, |y, row| {
                divide(row, wide.row(y), soft.row(y))
            })
        };
        Sheet {
            y: each(&s.y, a, &soft, full),
            u: each(&s.u, &small, &soft_small, half),
            v: each(&s.v, &small, &soft_small, half),
            a: Some(soft),
        }
    }
}

/// Half the width of each of three boxes that together have this standard deviation.
fn half_width(sigma: f64) -> f64 {
    ((4.0 * sigma * sigma + 1.0).sqrt() - 1.0) / 2.0
}

fn divide(out: &mut [u8], times: &[u8], alpha: &[u8]) {
    for ((o, p), a) in out.iter_mut().zip(times).zip(alpha) {
        let a = u32::from(*a);
        *o = if a == 0 {
            *p
        } else {
            ((u32::from(*p) * 255 + a / 2) / a).min(255) as u8
        };
    }
}

/// A plane after three boxes each way; the edges reach outwards forever.
fn blurred(plane: &Layer, half: f64) -> Layer {
    let (w, h) = (plane.width, plane.height);
    if w == 0 || h == 0 {
        return plane.clone();
    }
    let mut rows: Vec<u16> = Vec::with_capacity(w * h);
    let (mut a, mut b) = (vec![0u16; w], vec![0u16; w]);
    for y in 0..h {
        a.iter_mut()
            .zip(plane.row(y))
            .for_each(|(o, v)| *o = u16::from(*v) << 8);
        for _ in 0..3 {
            along(&mut b, &a, half);
            std::mem::swap(&mut a, &mut b);
        }
        rows.extend_from_slice(&a);
    }
    let mut other = vec![0; rows.len()];
    for _ in 0..3 {
        down(&mut other, &rows, w, h, half);
        std::mem::swap(&mut rows, &mut other);
    }
    Layer::make(w, h, |y, out| {
        for (o, v) in out.iter_mut().zip(&rows[y * w..(y + 1) * w]) {
            *o = ((u32::from(*v) + 128) >> 8).min(255) as u8;
        }
    })
}

/// Whole samples on each side, and the share of the next one; the number all are divided by.
fn spread(half: f64) -> (usize, f32, f32) {
    let whole = half.floor();
    let share = (half - whole) as f32;
    (whole as usize, share, 1.0 / (2.0 * whole as f32 + 1.0 + 2.0 * share))
}

/// The mean over a box along a row.
fn along(out: &mut [u16], row: &[u16], half: f64) {
    let (n, share, per) = spread(half);
    let last = row.len() - 1;
    let at = |i: isize| f32::from(row[(i.max(0) as usize).min(last)]);
    let mut sum: f64 = (-(n as isize)..=n as isize).map(|i| f64::from(at(i))).sum();
    for (i, o) in out.iter_mut().enumerate() {
        let i = i as isize;
        let (before, after) = (i - n as isize - 1, i + n as isize + 1);
        *o = ((sum as f32 + share * (at(before) + at(after))) * per + 0.5) as u16;
        sum += f64::from(at(after)) - f64::from(at(before + 1));
    }
}

/// The mean over a box downwards, a row at a time.
fn down(out: &mut [u16], rows: &[u16], w: usize, h: usize, half: f64) {
    let (n, share, per) = spread(half);
    let row = |i: isize| {
        let y = (i.max(0) as usize).min(h - 1);
        &rows[y * w..(y + 1) * w]
    };
    let mut sums = vec![0i64; w];
    for i in -(n as isize)..=n as isize {
        sums.iter_mut().zip(row(i)).for_each(|(s, v)| *s += i64::from(*v));
    }
    for (y, out) in out.chunks_exact_mut(w).enumerate() {
        let (before, after) = (y as isize - n as isize - 1, y as isize + n as isize + 1);
        let (first, next, gone) = (row(before), row(after), row(before + 1));
        for ((((o, s), f), x), g) in out.iter_mut().zip(&mut sums).zip(first).zip(next).zip(gone) {
            *o = ((*s as f32 + share * (f32::from(*f) + f32::from(*x))) * per + 0.5) as u16;
            *s += i64::from(*x) - i64::from(*g);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn even_pictures_stay_and_a_point_spreads_as_a_gaussian() {
        let even = Layer::make(40, 30, |_, row| row.fill(77));
        assert!(blurred(&even, half_width(9.3)).row(13).iter().all(|v| *v == 77));
        let sigma = 3.0;
        let n = 61;
        let line = Layer::make(n, n, |_, row| row[n / 2] = 255);
        let out = blurred(&line, half_width(sigma));
        for (x, v) in out.row(n / 2).iter().enumerate() {
            let d = x as f64 - (n / 2) as f64;
            let want = 255.0 * (-d * d / (2.0 * sigma * sigma)).exp() / (sigma * (2.0 * std::f64::consts::PI).sqrt());
            assert!((f64::from(*v) - want).abs() < 3.5, "{x}: {v} {want}");
        }
    }
}
