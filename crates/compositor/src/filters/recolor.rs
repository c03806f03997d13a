//! Changing colours as R'G'B' although pictures are 4:2:0: rows of luma with the chroma between its samples, then rows of
//! chroma with the mean of the luma around each sample (weights ¼ ½ ¼ across, ½ ½ down).

use super::{Layer, Sheet, bands};
use crate::{
    color::{FromRgb, ToRgb},
    software::{convert, rows},
};
use media::ColorInfo;
use multiversion::multiversion;

/// A row of colours, 0 to 1 (not held to it before it is handed over), and its alpha, 0 to 1.
pub struct Row<'a> {
    pub r: &'a mut [f32],
    pub g: &'a mut [f32],
    pub b: &'a mut [f32],
    pub a: &'a mut [f32],
}

/// Rows of the codes of a 4:2:0 picture, in steps of 8 bits (10 bits have quarters).
pub trait Codes {
    /// Columns and rows.
    fn size(&self) -> (usize, usize);
    /// Luma of row `y`.
    fn luma(&self, y: usize, out: &mut [f32]);
    /// U and V of chroma row `j`.
    fn chroma(&self, j: usize, u: &mut [f32], v: &mut [f32]);
    /// U and V where row `y` has its luma: `near` weighs ¾, `far` ¼.
    fn between(&self, near: usize, far: usize, u: &mut [f32], v: &mut [f32]);
    /// Luma where chroma row `j` has its samples.
    fn mean(&self, j: usize, out: &mut [f32]);
}

/// The sheet with every row changed; `alpha` says whether alpha may change.
pub fn recolor(s: &Sheet, alpha: bool, change: impl Fn(&mut Row<'_>) + Sync) -> Sheet {
    recolored(s, s.a.as_ref(), alpha, &ToRgb::new(ColorInfo::BT709_LIMITED), change)
}

/// A sheet of any codes, read by the matrix `to`, with every row changed; `a` is its alpha. Large ones in bands.
pub fn recolored(
    s: &(impl Codes + Sync),
    a: Option<&Layer>,
    alpha: bool,
    to: &ToRgb,
    change: impl Fn(&mut Row<'_>) + Sync,
) -> Sheet {
    let (w, h) = s.size();
    let (cw, ch) = (w.div_ceil(2), h.div_ceil(2));
    let bands = bands::count(w * h);
    let change = &change;
    let (mut y, mut alphas) = (vec![0; w * h], alpha.then(|| vec![0; w * h]));
    let width = if alpha { w } else { 0 };
    let planes = [(&mut y[..], w), (alphas.as_deref_mut().unwrap_or(&mut []), width)];
    bands::in_bands(bands, h, planes, || {
        let mut work = Work::new(w);
        move |y: usize, [out, alphas]: [&mut [u8]; 2]| {
            let near = (y / 2).min(ch - 1);
            let far = if y.is_multiple_of(2) {
                near.saturating_sub(1)
            } else {
                (near + 1).min(ch - 1)
            };
            s.between(near, far, &mut work.u, &mut work.v);
            s.luma(y, &mut work.y);
            alpha_row(&mut work.a, a.map(|a| a.row(y)));
            work.change(to, change);
            luma(out, &work);
            for (o, a) in alphas.iter_mut().zip(&work.a) {
                *o = (a * 255.0 + 0.5) as u8;
            }
        }
    });
    let (mut u, mut v) = (vec![0; cw * ch], vec![0; cw * ch]);
    bands::in_bands(bands, ch, [(&mut u[..], cw), (&mut v[..], cw)], || {
        let mut work = Work::new(cw);
        move |j: usize, [u, v]: [&mut [u8]; 2]| {
            s.mean(j, &mut work.y);
            s.chroma(j, &mut work.u, &mut work.v);
            work.a.fill(1.0);
            work.change(to, change);
            chroma(u, v, &work);
        }
    });
    Sheet {
        y: Layer::new(y.into(), w, w, h),
        u: Layer::new(u.into(), cw, cw, ch),
        v: Layer::new(v.into(), cw, cw, ch),
        a: alphas.map(|a| Layer::new(a.into(), w, w, h)).or_else(|| a.cloned()),
    }
}

impl Codes for Sheet {
    fn size(&self) -> (usize, usize) {
        (self.width(), self.height())
    }
    fn luma(&self, y: usize, out: &mut [f32]) {
        whole(out, self.y.row(y));
    }
    fn chroma(&self, j: usize, u: &mut [f32], v: &mut [f32]) {
        whole(u, self.u.row(j));
        whole(v, self.v.row(j));
    }
    fn between(&self, near: usize, far: usize, u: &mut [f32], v: &mut [f32]) {
        let mut wide = vec![0; u.len()];
        for (out, plane) in [(u, &self.u), (v, &self.v)] {
            convert::widen(&mut wide, plane.row(near), plane.row(far), true);
            eighths(out, &wide);
        }
    }
    fn mean(&self, j: usize, out: &mut [f32]) {
        let (mut mean, mut sum) = (vec![0; out.len()], vec![0; self.width()]);
        rows::halve(&mut mean, self.y.row(2 * j), self.y.row(2 * j + 1), &mut sum);
        whole(out, &mean);
    }
}

/// One row: codes before, colours after.
struct Work {
    y: Vec<f32>,
    u: Vec<f32>,
    v: Vec<f32>,
    a: Vec<f32>,
}

impl Work {
    fn new(n: usize) -> Self {
        let row = || vec![0.0; n];
        Self {
            y: row(),
            u: row(),
            v: row(),
            a: row(),
        }
    }
    fn change(&mut self, to: &ToRgb, change: &impl Fn(&mut Row<'_>)) {
        to_rgb(&mut self.y, &mut self.u, &mut self.v, to);
        change(&mut Row {
            r: &mut self.y,
            g: &mut self.u,
            b: &mut self.v,
            a: &mut self.a,
        });
    }
}

fn alpha_row(out: &mut [f32], row: Option<&[u8]>) {
    match row {
        Some(row) => out.iter_mut().zip(row).for_each(|(o, a)| *o = f32::from(*a) / 255.0),
        None => out.fill(1.0),
    }
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn whole(out: &mut [f32], row: &[u8]) {
    for (o, v) in out.iter_mut().zip(row) {
        *o = f32::from(*v);
    }
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn eighths(out: &mut [f32], row: &[u16]) {
    for (o, v) in out.iter_mut().zip(row) {
        *o = f32::from(*v) * 0.125;
    }
}

/// Codes become colours in place: Y to R, U to G, V to B.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn to_rgb(y: &mut [f32], u: &mut [f32], v: &mut [f32], k: &ToRgb) {
    let [ys, rv, gu, gv, bu] = [k.ys, k.rv, k.gu, k.gv, k.bu].map(|v| (v / 255.0) as f32);
    let y0 = k.y0 as f32;
    for ((y, u), v) in y.iter_mut().zip(u).zip(v) {
        let (l, cu, cv) = ((*y - y0) * ys, *u - 128.0, *v - 128.0);
        (*y, *u, *v) = (l + rv * cv, l + gu * cu + gv * cv, l + bu * cu);
    }
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn luma(out: &mut [u8], w: &Work) {
    let [r, g, b] = FromRgb::bt709_limited().rows[0].map(|v| (v * 255.0) as f32);
    for (((o, x), y), z) in out.iter_mut().zip(&w.y).zip(&w.u).zip(&w.v) {
        let [x, y, z] = [*x, *y, *z].map(|c| c.clamp(0.0, 1.0));
        *o = (r * x + g * y + b * z + 16.5) as i32 as u8;
    }
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn chroma(u: &mut [u8], v: &mut [u8], w: &Work) {
    let rows = FromRgb::bt709_limited().rows.map(|r| r.map(|v| (v * 255.0) as f32));
    let ([ur, ug, ub], [vr, vg, vb]) = (rows[1], rows[2]);
    for ((((u, v), x), y), z) in u.iter_mut().zip(v).zip(&w.y).zip(&w.u).zip(&w.v) {
        let [x, y, z] = [*x, *y, *z].map(|c| c.clamp(0.0, 1.0));
        *u = (ur * x + ug * y + ub * z + 128.5) as i32 as u8;
        *v = (vr * x + vg * y + vb * z + 128.5) as i32 as u8;
    }
}
