//! Blur: close to a Gaussian by three means over a box, which cost the same however wide they are. Translucent pictures are
//! blurred multiplied by their alpha, so that no colour comes out of what is not seen.

use super::{Filter, FilterKind, Layer, Sheet, kind::settings};
use crate::{
    gpu::{Effect, Form},
    software::{halved_alpha, rows},
};
use media::MediaTime;
use multiversion::multiversion;
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

/// One box one way, on premultiplied planes: pairs of texels by one look-up each. Settings: direction, whole texels on each
/// side and the share of the next of luma, the same of chroma.
const PASS: &str = "
fn box(t: texture_2d<f32>, p: vec2i, whole: f32, rest: f32) -> vec4f {
    let size = vec2f(textureDimensions(t));
    let way = settings[0].xy;
    let middle = vec2f(p) + 0.5;
    var sum = textureLoad(t, held(p, t), 0);
    for (var i = 1.0; i <= whole + 1.0; i += 2.0) {
        let a = select(rest, 1.0, i <= whole);
        let b = select(select(0.0, rest, i <= whole), 1.0, i + 1.0 <= whole);
        let away = way * (i + b / max(a + b, 1e-9));
        let low = clamp(middle - away, vec2f(0.5), size - 0.5) / size;
        let high = clamp(middle + away, vec2f(0.5), size - 0.5) / size;
        sum += (a + b) * (textureSampleLevel(t, fl_linear, low, 0.0) + textureSampleLevel(t, fl_linear, high, 0.0));
    }
    return sum / (1.0 + 2.0 * (whole + rest));
}
fn luma(p: vec2i) -> vec2f { return box(fl_luma, p, settings[0].z, settings[0].w).xy; }
fn chroma(p: vec2i) -> vec4f { return box(fl_chroma, p, settings[1].x, settings[1].y); }";

impl Filter for Blur {
    fn on_gpu(&self) -> bool {
        true
    }
    fn effects(&self, size: (u32, u32)) -> Vec<Effect> {
        let sigma = self.radius / 2.0;
        if sigma <= 0.0 {
            return vec![];
        }
        let parts = |half: f64| [half.floor() as f32, (half - half.floor()) as f32];
        let ([a, b], [c, d]) = (parts(half_width(sigma)), parts(half_width(sigma / 2.0)));
        let way = |x: f32, y: f32| Effect::new(Form::Planes, PASS, &[x, y, a, b, c, d], size);
        let (across, down) = (way(1.0, 0.0), way(0.0, 1.0));
        vec![across.clone(), across.clone(), across, down.clone(), down.clone(), down]
    }
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
        let straight = (u32::from(*p) * 255 + a / 2).checked_div(a);
        *o = straight.map_or(*p, |v| v.min(255) as u8);
    }
}

/// A plane after three boxes each way; the edges reach outwards forever. Boxes go downwards only, many columns at once: rows
/// are made columns for it, and back.
fn blurred(plane: &Layer, half: f64) -> Layer {
    let (w, h) = (plane.width, plane.height);
    if w == 0 || h == 0 {
        return plane.clone();
    }
    let fine: Vec<u16> = (0..h).flat_map(|y| plane.row(y)).map(|v| u16::from(*v) << 8).collect();
    let mut other = vec![0; fine.len()];
    let mut now = vec![0; fine.len()];
    turned(&mut now, &fine, w, h);
    for _ in 0..3 {
        down(&mut other, &now, h, w, half);
        std::mem::swap(&mut now, &mut other);
    }
    turned(&mut other, &now, h, w);
    std::mem::swap(&mut now, &mut other);
    for _ in 0..3 {
        down(&mut other, &now, w, h, half);
        std::mem::swap(&mut now, &mut other);
    }
    Layer::make(w, h, |y, out| {
        for (o, v) in out.iter_mut().zip(&now[y * w..(y + 1) * w]) {
            *o = ((u32::from(*v) + 128) >> 8).min(255) as u8;
        }
    })
}

/// Rows of `w` samples become columns, block by block.
fn turned(out: &mut [u16], rows: &[u16], w: usize, h: usize) {
    const BLOCK: usize = 16;
    for (y0, x0) in (0..h)
        .step_by(BLOCK)
        .flat_map(|y| (0..w).step_by(BLOCK).map(move |x| (y, x)))
    {
        for x in x0..(x0 + BLOCK).min(w) {
            for y in y0..(y0 + BLOCK).min(h) {
                out[x * h + y] = rows[y * w + x];
            }
        }
    }
}

/// Whole samples on each side, and the share of the next one; the number all are divided by.
fn spread(half: f64) -> (usize, f32, f32) {
    let whole = half.floor();
    let share = (half - whole) as f32;
    (whole as usize, share, 1.0 / (2.0 * whole as f32 + 1.0 + 2.0 * share))
}

/// The mean over a box downwards, of `h` rows of `w` samples.
fn down(out: &mut [u16], rows: &[u16], w: usize, h: usize, half: f64) {
    let (n, share, per) = spread(half);
    let row = |i: isize| {
        let y = (i.max(0) as usize).min(h - 1);
        &rows[y * w..(y + 1) * w]
    };
    // A box of at most 401 rows of 16 bits: 25 bits.
    let mut sums = vec![0i32; w];
    for i in -(n as isize)..=n as isize {
        sums.iter_mut().zip(row(i)).for_each(|(s, v)| *s += i32::from(*v));
    }
    for (y, out) in out.chunks_exact_mut(w).enumerate() {
        let (before, after) = (y as isize - n as isize - 1, y as isize + n as isize + 1);
        mean(out, &mut sums, [row(before), row(after), row(before + 1)], share, per);
    }
}

/// One row of means from the sums of whole rows, with a share of the rows before and after; then the sums of the next row.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn mean(out: &mut [u16], sums: &mut [i32], [before, after, gone]: [&[u16]; 3], share: f32, per: f32) {
    for ((((o, s), f), x), g) in out.iter_mut().zip(sums).zip(before).zip(after).zip(gone) {
        let ends = (i32::from(*f) + i32::from(*x)) as f32;
        *o = ((*s as f32 + share * ends) * per + 0.5) as i32 as u16;
        *s += i32::from(*x) - i32::from(*g);
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
