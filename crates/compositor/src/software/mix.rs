//! Blend modes: a layer mixed with what is on the canvas by the rules of [`crate::blend`], in R'G'B' worked out sample by
//! sample from YUV and back. Slower than laying a layer over; only the rectangle that the layer touches is worked on.

use super::{
    convert,
    image::{Grid, Image, Part, Rect},
    rows,
};
use crate::{
    blend::{curve, light, mixed},
    color::{FromRgb, ToRgb},
    draw::Style,
};
use media::ColorInfo;
use multiversion::multiversion;
use project::{BlendMode, BlendSpace};
use std::sync::LazyLock;

/// Planes of a canvas: Y, U, V, alpha, alpha at chroma size; the last two empty when it is opaque.
pub type Planes<'a> = [&'a mut [u8]; 5];

/// Premultiplied codes of a rectangle: Y and its alpha at full size, U, V and theirs at half.
struct Field {
    y: Vec<u8>,
    a: Vec<u8>,
    u: Vec<u8>,
    v: Vec<u8>,
    ca: Vec<u8>,
}

/// Mixes a layer into the canvas planes of `luma` size, moved by an even number of pixels; opacity 255 is solid.
pub fn mix(planes: Planes<'_>, luma: &Rect, layer: &Image, moved: (i64, i64), opacity: u8, style: &Style) {
    let chroma = Grid::C420.cover(*luma);
    let l = layer.luma.rect.moved(moved.0, moved.1);
    let c = layer.chroma.rect.moved(moved.0 / 2, moved.1 / 2);
    let around = Grid::C420.cover(l.and(luma));
    // One more chroma sample each way: values are taken between them.
    let small = Rect {
        x0: around.x0.min(c.x0) - 1,
        y0: around.y0.min(c.y0) - 1,
        x1: around.x1.max(c.x1) + 1,
        y1: around.y1.max(c.y1) + 1,
    }
    .and(&chroma);
    let big = Rect {
        x0: 2 * small.x0,
        y0: 2 * small.y0,
        x1: 2 * small.x1,
        y1: 2 * small.y1,
    }
    .and(luma);
    if big.is_empty() || small.is_empty() {
        return;
    }
    let over = of_layer(layer, moved, &big, &small, opacity);
    let under = of_canvas(&planes, luma, &chroma, &big, &small);
    let mut work = Work {
        over,
        under,
        w: big.w(),
        h: big.h(),
        cw: small.w(),
        ch: small.h(),
        mode: style.blend,
        linear: style.space == BlendSpace::Linear,
    };
    let [y, u, v, a, ca] = planes;
    work.luma(y, luma.w(), &big);
    work.chroma(u, v, chroma.w(), &small);
    put_alpha(a, luma.w(), &big, &work.over.a);
    put_alpha(ca, chroma.w(), &small, &work.over.ca);
}

/// Lays alpha over a canvas' alpha plane, which an opaque canvas does not have.
fn put_alpha(plane: &mut [u8], stride: usize, at: &Rect, alpha: &[u8]) {
    let w = at.w();
    for (i, row) in alpha.chunks_exact(w).enumerate() {
        let start = (at.y0 as usize + i) * stride + at.x0 as usize;
        if let Some(dst) = plane.get_mut(start..start + w) {
            rows::over(dst, row, row);
        }
    }
}

/// The layer's planes in the two rectangles, premultiplied and faded; nothing outside the layer.
fn of_layer(layer: &Image, moved: (i64, i64), big: &Rect, small: &Rect, opacity: u8) -> Field {
    let [y] = [part(&layer.luma, moved, big, opacity, 1)];
    let c = part(&layer.chroma, (moved.0 / 2, moved.1 / 2), small, opacity, 2);
    let mut colors = c.0.into_iter();
    Field {
        y: y.0.into_iter().next().unwrap_or_default(),
        a: y.1,
        u: colors.next().unwrap_or_default(),
        v: colors.next().unwrap_or_default(),
        ca: c.1,
    }
}

/// Colours and alpha of a part in `at`.
fn part(part: &Part, moved: (i64, i64), at: &Rect, opacity: u8, planes: usize) -> (Vec<Vec<u8>>, Vec<u8>) {
    let size = at.w() * at.h();
    let (mut colors, mut alpha) = (vec![vec![0; size]; planes], vec![0; size]);
    let there = part.rect.moved(moved.0, moved.1);
    let seen = there.and(at);
    let n = seen.w();
    for row in seen.y0..seen.y1.max(seen.y0) {
        let (x, y) = ((seen.x0 - there.x0) as usize, (row - there.y0) as usize);
        let start = (row - at.y0) as usize * at.w() + (seen.x0 - at.x0) as usize;
        let a = &mut alpha[start..start + n];
        match &part.alpha {
            Some(v) => a.copy_from_slice(v.row(x, y, n)),
            None => a.fill(255),
        }
        for (out, color) in colors.iter_mut().zip(&part.colors) {
            let out = &mut out[start..start + n];
            out.copy_from_slice(color.row(x, y, n));
            if part.alpha.is_some() && !part.premultiplied {
                rows::multiply_into(out, a);
            }
            if opacity < 255 {
                rows::scale_by(out, opacity);
            }
        }
        if opacity < 255 {
            rows::scale_by(a, opacity);
        }
    }
    (colors, alpha)
}

fn of_canvas(planes: &Planes<'_>, luma: &Rect, chroma: &Rect, big: &Rect, small: &Rect) -> Field {
    let copy = |i: usize, size: &Rect, at: &Rect| -> Vec<u8> {
        let mut out = vec![255; at.w() * at.h()];
        for (y, row) in out.chunks_exact_mut(at.w()).enumerate() {
            let start = (at.y0 as usize + y) * size.w() + at.x0 as usize;
            if let Some(from) = planes[i].get(start..start + at.w()) {
                row.copy_from_slice(from);
            }
        }
        out
    };
    Field {
        y: copy(0, luma, big),
        u: copy(1, chroma, small),
        v: copy(2, chroma, small),
        a: copy(3, luma, big),
        ca: copy(4, chroma, small),
    }
}

struct Work {
    over: Field,
    under: Field,
    w: usize,
    h: usize,
    cw: usize,
    ch: usize,
    mode: BlendMode,
    linear: bool,
}

/// One row of one picture, ready to be mixed: alpha that counts, luma and its alpha, chroma and its alpha.
#[derive(Default)]
struct Side {
    a: Vec<f32>,
    y: Vec<f32>,
    ya: Vec<f32>,
    u: Vec<f32>,
    v: Vec<f32>,
    ca: Vec<f32>,
}

/// Scratch rows.
#[derive(Default)]
struct Scratch {
    wide: Vec<u16>,
    half: Vec<u8>,
}

impl Side {
    /// Luma row `y` of a field, chroma interpolated.
    fn luma(&mut self, f: &Field, y: usize, (w, cw, ch): (usize, usize, usize), s: &mut Scratch) {
        to_float(&mut self.y, &f.y[y * w..(y + 1) * w]);
        to_float(&mut self.a, &f.a[y * w..(y + 1) * w]);
        self.ya.clone_from(&self.a);
        let near = (y / 2).min(ch - 1);
        let far = if y.is_multiple_of(2) {
            near.saturating_sub(1)
        } else {
            (near + 1).min(ch - 1)
        };
        s.wide.resize(w, 0);
        for (out, plane) in [(&mut self.u, &f.u), (&mut self.v, &f.v), (&mut self.ca, &f.ca)] {
            convert::widen(
                &mut s.wide,
                &plane[near * cw..(near + 1) * cw],
                &plane[far * cw..(far + 1) * cw],
                true,
            );
            out.clear();
            out.extend(s.wide.iter().map(|v| f32::from(*v) * 0.125));
        }
    }
    /// Chroma row `j` of a field, luma averaged.
    fn chroma(&mut self, f: &Field, j: usize, (w, h, cw): (usize, usize, usize), s: &mut Scratch) {
        let (top, bottom) = ((2 * j).min(h - 1), (2 * j + 1).min(h - 1));
        s.wide.resize(w, 0);
        s.half.resize(cw, 0);
        for (out, plane) in [(&mut self.y, &f.y), (&mut self.ya, &f.a)] {
            rows::halve(
                &mut s.half,
                &plane[top * w..(top + 1) * w],
                &plane[bottom * w..(bottom + 1) * w],
                &mut s.wide,
            );
            to_float(out, &s.half);
        }
        for (out, plane) in [(&mut self.u, &f.u), (&mut self.v, &f.v), (&mut self.ca, &f.ca)] {
            to_float(out, &plane[j * cw..(j + 1) * cw]);
        }
        self.a.clone_from(&self.ca);
    }
}

fn to_float(out: &mut Vec<f32>, row: &[u8]) {
    out.clear();
    out.extend(row.iter().map(|v| f32::from(*v)));
}

impl Work {
    fn luma(&mut self, plane: &mut [u8], stride: usize, at: &Rect) {
        let (mut over, mut under, mut s) = (Side::default(), Side::default(), Scratch::default());
        let mut out = Out::new(self.w);
        let sizes = (self.w, self.cw, self.ch);
        for y in 0..self.h {
            over.luma(&self.over, y, sizes, &mut s);
            under.luma(&self.under, y, sizes, &mut s);
            self.row(&over, &under, &mut out);
            let start = (at.y0 as usize + y) * stride + at.x0 as usize;
            if let Some(dst) = plane.get_mut(start..start + self.w) {
                keep_untouched(dst, &out.y, &over.a);
            }
        }
    }

    fn chroma(&mut self, u: &mut [u8], v: &mut [u8], stride: usize, at: &Rect) {
        let (mut over, mut under, mut s) = (Side::default(), Side::default(), Scratch::default());
        let mut out = Out::new(self.cw);
        let sizes = (self.w, self.h, self.cw);
        for j in 0..self.ch {
            over.chroma(&self.over, j, sizes, &mut s);
            under.chroma(&self.under, j, sizes, &mut s);
            self.row(&over, &under, &mut out);
            let start = (at.y0 as usize + j) * stride + at.x0 as usize;
            for (plane, row) in [(&mut *u, &out.u), (&mut *v, &out.v)] {
                if let Some(dst) = plane.get_mut(start..start + self.cw) {
                    keep_untouched(dst, row, &over.a);
                }
            }
        }
    }

    fn row(&self, over: &Side, under: &Side, out: &mut Out) {
        if self.linear {
            let tables = &*TABLES;
            let mode = self.mode;
            row_with(over, under, out, |s, a, d, b| tables.mixed(mode, s, a, d, b));
        } else {
            row(over, under, out, self.mode);
        }
    }
}

/// Where the layer has no alpha the canvas keeps its codes to the bit.
fn keep_untouched(dst: &mut [u8], new: &[u8], alpha: &[f32]) {
    for ((d, n), a) in dst.iter_mut().zip(new).zip(alpha) {
        *d = if *a > 0.0 { *n } else { *d };
    }
}

/// Premultiplied codes that came out.
struct Out {
    y: Vec<u8>,
    u: Vec<u8>,
    v: Vec<u8>,
}

impl Out {
    fn new(n: usize) -> Self {
        Self {
            y: vec![0; n],
            u: vec![0; n],
            v: vec![0; n],
        }
    }
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn row(over: &Side, under: &Side, out: &mut Out, mode: BlendMode) {
    match mode {
        BlendMode::Normal => row_with(over, under, out, |s, a, d, b| mixed(BlendMode::Normal, s, a, d, b)),
        BlendMode::Additive => row_with(over, under, out, |s, a, d, b| mixed(BlendMode::Additive, s, a, d, b)),
        BlendMode::Subtract => row_with(over, under, out, |s, a, d, b| mixed(BlendMode::Subtract, s, a, d, b)),
        BlendMode::Screen => row_with(over, under, out, |s, a, d, b| mixed(BlendMode::Screen, s, a, d, b)),
        BlendMode::Multiply => row_with(over, under, out, |s, a, d, b| mixed(BlendMode::Multiply, s, a, d, b)),
        BlendMode::Lighten => row_with(over, under, out, |s, a, d, b| mixed(BlendMode::Lighten, s, a, d, b)),
        BlendMode::Darken => row_with(over, under, out, |s, a, d, b| mixed(BlendMode::Darken, s, a, d, b)),
    }
}

/// Premultiplied R'G'B' of 0 to alpha and that alpha, of sample `i`.
#[inline(always)]
fn rgb(s: &Side, i: usize, k: &Matrix) -> ([f32; 3], f32) {
    let a = s.a[i];
    let share = |of: f32| if of > 0.0 { a / of } else { 0.0 };
    let (ys, cs) = (share(s.ya[i]) * k.y, share(s.ca[i]));
    let y = (s.y[i] - s.ya[i] * (16.0 / 255.0)) * ys;
    let u = (s.u[i] - s.ca[i] * (128.0 / 255.0)) * cs;
    let v = (s.v[i] - s.ca[i] * (128.0 / 255.0)) * cs;
    let most = a * (1.0 / 255.0);
    let hold = |c: f32| c.max(0.0).min(most);
    (
        [hold(y + k.rv * v), hold(y + k.gu * u + k.gv * v), hold(y + k.bu * u)],
        most,
    )
}

#[inline(always)]
fn row_with(over: &Side, under: &Side, out: &mut Out, mixed: impl Fn(f32, f32, f32, f32) -> f32) {
    let k = Matrix::new();
    let n = out.y.len().min(over.y.len()).min(under.y.len());
    for i in 0..n {
        let ((s, a), (d, b)) = (rgb(over, i, &k), rgb(under, i, &k));
        let c = [
            mixed(s[0], a, d[0], b),
            mixed(s[1], a, d[1], b),
            mixed(s[2], a, d[2], b),
        ];
        let alpha = a + b - a * b;
        let code = |row: [f32; 3], add: f32| {
            (row[0] * c[0] + row[1] * c[1] + row[2] * c[2] + add * alpha + 0.5).max(0.0) as i32 as u8
        };
        out.y[i] = code(k.rows[0], 16.0);
        out.u[i] = code(k.rows[1], 128.0);
        out.v[i] = code(k.rows[2], 128.0);
    }
}

/// From codes to 0..1 and back.
struct Matrix {
    y: f32,
    rv: f32,
    gu: f32,
    gv: f32,
    bu: f32,
    rows: [[f32; 3]; 3],
}

impl Matrix {
    fn new() -> Self {
        let (to, from) = (ToRgb::new(ColorInfo::BT709_LIMITED), FromRgb::bt709_limited());
        let unit = |v: f64| (v / 255.0) as f32;
        Self {
            y: unit(to.ys),
            rv: unit(to.rv),
            gu: unit(to.gu),
            gv: unit(to.gv),
            bu: unit(to.bu),
            rows: from.rows.map(|r| r.map(|v| (v * 255.0) as f32)),
        }
    }
}

/// Steps of the curve's table, and of the finer one back.
const IN: usize = 1023;
const BACK: usize = 16_383;

static TABLES: LazyLock<Tables> = LazyLock::new(|| Tables {
    light: (0..=IN).map(|i| light(i as f32 / IN as f32)).collect(),
    curve: (0..=BACK).map(|i| curve(i as f32 / BACK as f32)).collect(),
});

/// The sRGB curve both ways.
struct Tables {
    light: Vec<f32>,
    curve: Vec<f32>,
}

impl Tables {
    fn look(table: &[f32], v: f32) -> f32 {
        let last = table.len() - 1;
        table[((v * last as f32 + 0.5) as usize).min(last)]
    }
    /// As [`mixed`], on amounts of light.
    fn mixed(&self, mode: BlendMode, s: f32, a: f32, d: f32, b: f32) -> f32 {
        let straight = |c: f32, a: f32| if a > 0.0 { c / a } else { 0.0 };
        let s = Self::look(&self.light, straight(s, a)) * a;
        let d = Self::look(&self.light, straight(d, b)) * b;
        let alpha = a + b - a * b;
        Self::look(&self.curve, straight(mixed(mode, s, a, d, b), alpha)) * alpha
    }
}
