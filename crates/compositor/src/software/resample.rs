//! Upright scaling and moving of a part's planes, with the picture's edges antialiased by coverage. Where nothing is to be
//! done the planes are borrowed, not copied.

use super::{
    axis::{Axis, Line, ONE, Run, Samples, coverage},
    image::{Grid, Part, Rect, View, new_plane, premultiply},
    rows,
};
use media::{FramePool, frame::MAX_DIMENSION};
use multiversion::multiversion;
use project::Sampling;

/// A 256th in [`ONE`]s.
const BYTE: u32 = ONE / 256;
/// The largest code in 8.8: sharp filters go beyond it.
const MOST: i32 = 255 << 8;

/// Where a picture goes across and down, and how it is brought to size.
pub type Lines<'a> = (&'a Line, &'a Line, Sampling);

/// The part `src` of a picture, placed by the lines of x and y, as samples `rect` of `grid` on the canvas, of which the
/// pixels `clip` are drawn.
pub fn resample(pool: &FramePool, src: &Part, (x, y, filter): Lines<'_>, grid: Grid, rect: Rect, clip: &Rect) -> Part {
    let (dx, dy) = (Samples::across(grid.sx, &rect), Samples::down(grid.sy, &rect));
    let ax = Axis::new(x, &Samples::across(src.grid.sx, &src.rect), &dx, filter);
    let ay = Axis::new(y, &Samples::down(src.grid.sy, &src.rect), &dy, filter);
    let cover = Cover::new(coverage(x, &dx, clip.x1), coverage(y, &dy, clip.y1), &rect);
    if let (Axis::Shift(sx), Axis::Shift(sy), None) = (&ax, &ay, &cover) {
        return Part {
            grid,
            rect,
            colors: src.colors.iter().map(|c| c.at(*sx, *sy)).collect(),
            alpha: src.alpha.as_ref().map(|a| a.at(*sx, *sy)),
            premultiplied: src.premultiplied,
        };
    }
    // Colour must not bleed out of transparent samples.
    let src = premultiply(pool, src);
    let make = |v: &View| plane(pool, v, &ax, &ay, &rect, cover.as_ref());
    Part {
        grid,
        rect,
        colors: src.colors.iter().map(make).collect(),
        alpha: src.alpha.as_ref().map(make).or_else(|| {
            cover.as_ref().map(|c| {
                new_plane(pool, &rect, |y, out| {
                    out.fill(255);
                    c.apply(y, out);
                })
            })
        }),
        premultiplied: true,
    }
}

/// Coverage of columns and rows; a sample's is their product.
struct Cover {
    across: Vec<u8>,
    down: Vec<u8>,
}

impl Cover {
    fn new(across: Option<Vec<u8>>, down: Option<Vec<u8>>, rect: &Rect) -> Option<Self> {
        (across.is_some() || down.is_some()).then(|| Self {
            across: across.unwrap_or_else(|| vec![255; rect.w()]),
            down: down.unwrap_or_else(|| vec![255; rect.h()]),
        })
    }
    fn apply(&self, y: usize, row: &mut [u8]) {
        rows::multiply_into(row, &self.across);
        let k = self.down.get(y).copied().unwrap_or(0);
        if k < 255 {
            rows::scale_by(row, k);
        }
    }
}

/// One plane.
fn plane(pool: &FramePool, src: &View, ax: &Axis, ay: &Axis, rect: &Rect, cover: Option<&Cover>) -> View {
    let w = rect.w();
    let (from, to) = ax.span(w);
    let mut source = Source::new(src, from, to - from, Across::new(ax, from), w);
    // Each source row is wanted about once when reducing: mixing whole rows first leaves less to do across.
    let reducing = matches!(ay, Axis::Linear(t) if t.first().zip(t.last()).is_some_and(|(a, b)| b.0 - a.0.min(b.0) >= t.len() as u32));
    new_plane(pool, rect, |y, out| {
        match ay {
            Axis::Shift(s) => narrow(out, source.across(y + s)),
            Axis::Linear(taps) => match taps.get(y) {
                Some((a, 0)) => narrow(out, source.across(*a as usize)),
                Some((a, weight)) if reducing => narrow(out, source.between(*a as usize, *weight)),
                Some((a, weight)) => {
                    let (near, far) = source.pair(*a as usize);
                    lerp(out, near, far, *weight);
                }
                None => {}
            },
            Axis::Box(runs) => {
                if let Some(run) = runs.get(y) {
                    narrow(out, source.mean(run.first, &run.weights));
                }
            }
        }
        if let Some(c) = cover {
            c.apply(y, out);
        }
    })
}

/// An [`Axis`] made ready for going across rows, with indices counted from the first sample looked at.
enum Across {
    Shift(usize),
    Even(Even),
    Linear {
        first: Vec<u32>,
        weight: Vec<u32>,
        /// Each sample with the next one above it: one lookup fetches both, and a table of fixed size needs no check.
        pairs: Box<[u32; MAX_DIMENSION as usize]>,
    },
    Box(Vec<Run>),
}

impl Across {
    fn new(axis: &Axis, from: usize) -> Self {
        match axis {
            Axis::Shift(s) => Self::Shift(s - from),
            Axis::Linear(taps) => {
                if let Some(even) = Even::of(taps, from as u32) {
                    return Self::Even(even);
                }
                let (first, weight) = taps.iter().map(|(i, w)| (i - from as u32, w)).unzip();
                let pairs = Box::new([0; MAX_DIMENSION as usize]);
                Self::Linear { first, weight, pairs }
            }
            Axis::Box(runs) => {
                let mut runs = runs.clone();
                runs.iter_mut().for_each(|r| r.first -= from);
                Self::Box(runs)
            }
        }
    }
    /// One row of 8.8 numbers.
    fn row(&mut self, out: &mut [u16], row: &[u16]) {
        match self {
            Self::Shift(s) => {
                for (o, v) in out.iter_mut().zip(row.get(*s..).unwrap_or(&[])) {
                    *o = *v;
                }
            }
            Self::Even(e) => e.row(out, row),
            Self::Linear { first, weight, pairs } => {
                pair(pairs, row);
                between(out, pairs, first, weight);
            }
            Self::Box(runs) => {
                for (o, run) in out.iter_mut().zip(runs) {
                    let taps = row.get(run.first..).unwrap_or(&[]).iter().zip(&run.weights);
                    let sum: i32 = taps.map(|(v, w)| i32::from(*v) * w).sum();
                    *o = ((sum + ONE as i32 / 2) >> 14).clamp(0, MOST) as u16;
                }
            }
        }
    }
}

/// Reducing by a simple ratio: every few output samples the same weights come again, one group of source samples further on. No
/// lookups are needed then, which is four times as fast; 1080p and 1440p on smaller canvases are of this kind.
struct Even {
    /// Where the first group begins.
    first: usize,
    /// Output samples made of a group of one source sample more, and the weight of the second of the two each lies between.
    weights: Vec<u32>,
}

impl Even {
    /// Output samples of a group: 2:1, 3:2, 4:3.
    const GROUPS: [usize; 3] = [1, 2, 3];

    fn of(taps: &[(u32, u32)], from: u32) -> Option<Self> {
        let (first, _) = *taps.first()?;
        let fits = |n: &usize| {
            taps.iter().enumerate().all(|(k, (i, w))| {
                let (group, place) = (k / n, k % n);
                *i as usize == first as usize + group * (n + 1) + place && *w == taps[place].1
            })
        };
        let n = Self::GROUPS.into_iter().find(fits)?;
        Some(Self {
            first: (first - from) as usize,
            weights: taps.iter().take(n).map(|(_, w)| *w).collect(),
        })
    }

    fn row(&self, out: &mut [u16], row: &[u16]) {
        let row = row.get(self.first..).unwrap_or(&[]);
        match *self.weights {
            [a] => two_to_one(out, row, [a]),
            [a, b] => three_to_two(out, row, [a, b]),
            [a, b, c] => four_to_three(out, row, [a, b, c]),
            _ => {}
        }
    }
}

/// `N` output samples of every `N + 1` source samples: the `i`th lies between the `i`th and the next.
#[inline(always)]
fn groups<const N: usize>(out: &mut [u16], row: &[u16], weights: [u32; N]) {
    let (near, far) = (weights.map(|w| fraction(ONE - w)), weights.map(fraction));
    let between = |i: usize, a: u16, b: u16| high(a, near[i]) + high(b, far[i]) + 1;
    let (mut whole, sources) = (out.chunks_exact_mut(N), row.chunks_exact(N + 1));
    let tail = row.get(whole.len() * (N + 1)..).unwrap_or(&[]);
    for (o, r) in whole.by_ref().zip(sources) {
        for i in 0..N {
            o[i] = between(i, r[i], r[i + 1]);
        }
    }
    for (i, (o, r)) in whole.into_remainder().iter_mut().zip(tail.windows(2)).enumerate() {
        *o = between(i, r[0], r[1]);
    }
}

/// A weight as a 16-bit fraction; all of [`ONE`] is one bit less than all, which [`groups`] gives back.
fn fraction(weight: u32) -> u16 {
    (weight << 2).min(u32::from(u16::MAX)) as u16
}

/// The upper half of a product: processors have it as one instruction for many at once.
#[inline(always)]
fn high(value: u16, fraction: u16) -> u16 {
    ((u32::from(value) * u32::from(fraction)) >> 16) as u16
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn two_to_one(out: &mut [u16], row: &[u16], weights: [u32; 1]) {
    groups(out, row, weights);
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn three_to_two(out: &mut [u16], row: &[u16], weights: [u32; 2]) {
    groups(out, row, weights);
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn four_to_three(out: &mut [u16], row: &[u16], weights: [u32; 3]) {
    groups(out, row, weights);
}

/// Source rows, resampled across, in 8.8 fixed point. The last two are kept: enlarging asks for each many times.
struct Source<'a> {
    view: &'a View,
    from: usize,
    len: usize,
    axis: Across,
    wide: Vec<u16>,
    sums: Vec<i32>,
    kept: [(Option<usize>, Vec<u16>); 2],
}

impl<'a> Source<'a> {
    fn new(view: &'a View, from: usize, len: usize, axis: Across, out: usize) -> Self {
        Self {
            view,
            from,
            len,
            axis,
            wide: vec![0; len],
            sums: vec![0; len],
            kept: [(None, vec![0; out]), (None, vec![0; out])],
        }
    }
    /// Fills slot `i` with source row `y` unless it is there.
    fn fill(&mut self, i: usize, y: usize) {
        if self.kept[i].0 == Some(y) {
            return;
        }
        widen(&mut self.wide, self.view.row(self.from, y, self.len));
        self.axis.row(&mut self.kept[i].1, &self.wide);
        self.kept[i].0 = Some(y);
    }
    fn across(&mut self, y: usize) -> &[u16] {
        let i = usize::from(self.kept[1].0 == Some(y));
        self.fill(i, y);
        &self.kept[i].1
    }
    /// Rows `y` and `y + 1`.
    fn pair(&mut self, y: usize) -> (&[u16], &[u16]) {
        if self.kept[1].0 == Some(y) || self.kept[0].0 == Some(y + 1) {
            self.kept.swap(0, 1);
        }
        self.fill(0, y);
        self.fill(1, y + 1);
        (&self.kept[0].1, &self.kept[1].1)
    }
    /// Between rows `y` and `y + 1`, the second with this weight.
    fn between(&mut self, y: usize, weight: u32) -> &[u16] {
        let (near, far) = (
            self.view.row(self.from, y, self.len),
            self.view.row(self.from, y + 1, self.len),
        );
        match weight / BYTE {
            w if weight.is_multiple_of(BYTE) => mix_by_bytes(&mut self.wide, near, far, w as u16),
            _ => mix(&mut self.wide, near, far, weight),
        }
        self.kept[0].0 = None;
        self.axis.row(&mut self.kept[0].1, &self.wide);
        &self.kept[0].1
    }
    /// The weighted mean of rows from `first`.
    fn mean(&mut self, first: usize, weights: &[i32]) -> &[u16] {
        self.sums.fill(0);
        for (i, w) in weights.iter().enumerate() {
            accumulate(&mut self.sums, self.view.row(self.from, first + i, self.len), *w);
        }
        settle(&mut self.wide, &self.sums);
        self.kept[0].0 = None;
        self.axis.row(&mut self.kept[0].1, &self.wide);
        &self.kept[0].1
    }
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn pair(pairs: &mut [u32; MAX_DIMENSION as usize], row: &[u16]) {
    for (p, (a, b)) in pairs.iter_mut().zip(row.iter().zip(row.get(1..).unwrap_or(&[]))) {
        *p = u32::from(*a) | u32::from(*b) << 16;
    }
}

// Without AVX-512: its gather was a third slower here than AVX2's eight loads.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
fn between(out: &mut [u16], pairs: &[u32; MAX_DIMENSION as usize], first: &[u32], weight: &[u32]) {
    for ((o, i), w) in out.iter_mut().zip(first).zip(weight) {
        let p = pairs[*i as usize % pairs.len()];
        *o = (((p & 0xffff) * (ONE - w) + (p >> 16) * w + ONE / 2) >> 14) as u16;
    }
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn widen(out: &mut [u16], row: &[u8]) {
    for (o, v) in out.iter_mut().zip(row) {
        *o = u16::from(*v) << 8;
    }
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn narrow(out: &mut [u8], row: &[u16]) {
    for (o, v) in out.iter_mut().zip(row) {
        *o = ((u32::from(*v) + 128) >> 8) as u8;
    }
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn lerp(out: &mut [u8], near: &[u16], far: &[u16], weight: u32) {
    for ((o, a), b) in out.iter_mut().zip(near).zip(far) {
        let v = u32::from(*a) * (ONE - weight) + u32::from(*b) * weight;
        *o = ((v + (1 << 21)) >> 22) as u8;
    }
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn mix(out: &mut [u16], near: &[u8], far: &[u8], weight: u32) {
    for ((o, a), b) in out.iter_mut().zip(near).zip(far) {
        let v = u32::from(*a) * (ONE - weight) + u32::from(*b) * weight;
        *o = ((v + 32) >> 6) as u16;
    }
}

/// The same for weights that are whole 256ths, as halves and quarters are: nothing is rounded, and 16 bits are enough.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn mix_by_bytes(out: &mut [u16], near: &[u8], far: &[u8], weight: u16) {
    for ((o, a), b) in out.iter_mut().zip(near).zip(far) {
        *o = u16::from(*a) * (256 - weight) + u16::from(*b) * weight;
    }
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn accumulate(sums: &mut [i32], row: &[u8], weight: i32) {
    for (s, v) in sums.iter_mut().zip(row) {
        *s += i32::from(*v) * weight;
    }
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn settle(out: &mut [u16], sums: &[i32]) {
    for (o, s) in out.iter_mut().zip(sums) {
        *o = ((s + 32) >> 6).clamp(0, MOST) as u16;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Taps of a reduction by `n + 1` to `n`, as [`Axis::new`] makes them of a picture's middle, or of samples sited to the left.
    fn taps(n: usize, count: usize, left: bool) -> Vec<(u32, u32)> {
        let step = (n + 1) as f64 / n as f64;
        let first = if left { 0.0 } else { step / 2.0 - 0.5 };
        let at = |i: usize| first + step * i as f64 + 7.0;
        (0..count)
            .map(|i| (at(i) as u32, ((at(i) - at(i).floor()) * f64::from(ONE)).round() as u32))
            .collect()
    }

    #[test]
    fn groups_give_what_lookups_give() {
        let row: Vec<u16> = (0..400u32).map(|i| ((i * 7919 % 256) << 8) as u16).collect();
        let mut pairs = Box::new([0; MAX_DIMENSION as usize]);
        pair(&mut pairs, &row);
        for n in Even::GROUPS {
            for (count, left) in [(2 * n, false), (100, false), (101, true), (n + 1, false)] {
                let taps = taps(n, count, left);
                let even = Even::of(&taps, 3).unwrap_or_else(|| panic!("{n} {count} {left}"));
                let (first, weight): (Vec<_>, Vec<_>) = taps.iter().map(|(i, w)| (i - 3, w)).unzip();
                let (mut expected, mut out) = (vec![0; count], vec![0; count]);
                between(&mut expected, &pairs, &first, &weight);
                even.row(&mut out, &row);
                let far = expected.iter().zip(&out).map(|(a, b)| a.abs_diff(*b)).max();
                assert!(far <= Some(1), "{n} {count} {left}: {far:?} of 256 in a code");
            }
        }
        assert!(
            Even::of(&[(0, 0), (1, 100), (2, 200), (3, 300)], 0).is_none(),
            "no group"
        );
    }

    #[test]
    fn whole_256ths_mix_alike_both_ways() {
        let (near, far): (Vec<u8>, Vec<u8>) = (0..=255u8).map(|i| (i, i.wrapping_mul(37))).unzip();
        let (mut wide, mut narrow) = ([0; 256], [0; 256]);
        for w in [1, 64, 128, 255] {
            mix(&mut wide, &near, &far, w * BYTE);
            mix_by_bytes(&mut narrow, &near, &far, w as u16);
            assert_eq!(wide, narrow, "{w}");
        }
    }
}
