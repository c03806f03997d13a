//! The arithmetic of deinterlacing, one plane at a time. Rows of the field that is shown stay; each of the others is made up of
//! the rows above and below it now, and of itself in the fields just before and just after, which lie in the frame before
//! and this one (first field) or in this one and the next (second field).
//!
//! *yadif* ("yet another deinterlacing filter", M. Niedermayer) follows edges: of five directions it takes the one along which
//! the rows above and below differ least, and holds the result to the mean in time plus or minus how much changes there.
//! *bwdif* (T. Mundt's union of yadif with the BBC's filter by M. Weston) does the same with longer filters over five rows and
//! three fields instead of directions. Both are written here from their published descriptions.

use media::Plane;
use multiversion::multiversion;

/// How rows are made up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// By directions; `spatial` also holds the result to what the rows around say.
    Yadif { spatial: bool },
    /// By longer filters.
    Bwdif,
}

/// One picture to be made.
#[derive(Clone, Copy, Debug)]
pub struct Weave {
    /// How.
    pub method: Method,
    /// Whether the second field is shown.
    pub second: bool,
    /// Which rows are there: 0 the first, third, …, 1 the others.
    pub kept: usize,
}

/// Rows around a missing one. `before` and `after` are the fields next to this one in time, in which the row itself is.
struct Rows<'a> {
    above: &'a [u8],
    below: &'a [u8],
    before: &'a [u8],
    after: &'a [u8],
    /// The rows above and below, in the frame before and the frame after.
    then: [&'a [u8]; 2],
    later: [&'a [u8]; 2],
    /// Two rows up and two down, in the fields before and after.
    two: [[&'a [u8]; 2]; 2],
    /// Four rows up and four down in the same; of bwdif.
    four: [[&'a [u8]; 2]; 2],
    /// Three rows up and down, now; of bwdif.
    three: [&'a [u8]; 2],
}

impl Weave {
    /// Makes a plane of `(bytes, rows)`: of the frame before, this one and the next. Samples of one kind are `step` bytes apart.
    pub fn plane(&self, out: &mut [u8], [past, now, next]: [&Plane; 3], (bytes, rows): (usize, usize), step: usize) {
        for (y, out) in out.chunks_exact_mut(bytes.max(1)).enumerate().take(rows) {
            if y % 2 == self.kept || rows < 2 {
                out.copy_from_slice(now.row(y, bytes));
                continue;
            }
            let (before, after) = if self.second { (now, next) } else { (past, now) };
            // Beyond the edges, the nearest row of the same field.
            let at = |p: &Plane, d: isize| {
                let mut to = y as isize + d;
                while to < 0 {
                    to += 2;
                }
                while to >= rows as isize {
                    to -= 2;
                }
                to.max(0) as usize * p.stride
            };
            macro_rules! row {
                ($p:expr, $d:expr) => {
                    &$p.data[at($p, $d)..][..bytes]
                };
            }
            let r = Rows {
                above: row!(now, -1),
                below: row!(now, 1),
                before: row!(before, 0),
                after: row!(after, 0),
                then: [row!(past, -1), row!(past, 1)],
                later: [row!(next, -1), row!(next, 1)],
                two: [[row!(before, -2), row!(before, 2)], [row!(after, -2), row!(after, 2)]],
                four: [[row!(before, -4), row!(before, 4)], [row!(after, -4), row!(after, 4)]],
                three: [row!(now, -3), row!(now, 3)],
            };
            let near_edge = y < 2 || y + 2 >= rows;
            match self.method {
                Method::Yadif { spatial } => {
                    edges(out, &r, step);
                    hold(out, &r, spatial && !near_edge, false);
                }
                Method::Bwdif if y < 4 || y + 5 > rows => {
                    mean(out, r.above, r.below);
                    hold(out, &r, !near_edge, true);
                }
                Method::Bwdif => {
                    longer(out, &r);
                    hold(out, &r, true, true);
                }
            }
        }
    }
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn mean(out: &mut [u8], above: &[u8], below: &[u8]) {
    for ((o, a), b) in out.iter_mut().zip(above).zip(below) {
        *o = ((u16::from(*a) + u16::from(*b)) >> 1) as u8;
    }
}

/// The best of five directions; the three samples at either end have no neighbours enough and take the mean.
fn edges(out: &mut [u8], r: &Rows<'_>, step: usize) {
    mean(out, r.above, r.below);
    let margin = 3 * step;
    let Some(n) = out.len().checked_sub(2 * margin).filter(|n| *n > 0) else {
        return;
    };
    let shifted = |row| -> [&[u8]; 7] { std::array::from_fn(|k| &(row as &[u8])[k * step..][..n]) };
    directions(&mut out[margin..margin + n], shifted(r.above), shifted(r.below));
}

/// `a[3]` and `b[3]` are the samples above and below; lower numbers lie to the left.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn directions(out: &mut [u8], a: [&[u8]; 7], b: [&[u8]; 7]) {
    let n = out.len();
    let (a, b) = (a.map(|s| &s[..n]), b.map(|s| &s[..n]));
    for (i, o) in out.iter_mut().enumerate() {
        let a = |k: usize| i16::from(a[k][i]);
        let b = |k: usize| i16::from(b[k][i]);
        // Three pairs along a direction that leans `d` to the right above and to the left below.
        let score =
            |d: usize, e: usize| (a(d - 1) - b(e - 1)).abs() + (a(d) - b(e)).abs() + (a(d + 1) - b(e + 1)).abs();
        let mut best = score(3, 3) - 1;
        let mut value = (a(3) + b(3)) >> 1;
        for (near, far) in [((2, 4), (1, 5)), ((4, 2), (5, 1))] {
            let s = score(near.0, near.1);
            let better = s < best;
            best = if better { s } else { best };
            value = if better { (a(near.0) + b(near.1)) >> 1 } else { value };
            // The steeper one counts only where the gentler one was better already.
            let s = score(far.0, far.1);
            let better = better & (s < best);
            best = if better { s } else { best };
            value = if better { (a(far.0) + b(far.1)) >> 1 } else { value };
        }
        *o = value as u8;
    }
}

/// The filter of five rows and three fields where rows differ more than fields, else of four rows; 13 fractional bits.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn longer<'a>(out: &mut [u8], r: &Rows<'a>) {
    let n = out.len();
    let of = |s: &[u8], i: usize| i32::from(s[i]);
    let (above, below, before, after) = (&r.above[..n], &r.below[..n], &r.before[..n], &r.after[..n]);
    let two = r.two.map(|p| p.map(|s| &s[..n]));
    let four = r.four.map(|p| p.map(|s| &s[..n]));
    let three = r.three.map(|s| &s[..n]);
    for (i, o) in out.iter_mut().enumerate() {
        let (c, e) = (of(above, i), of(below, i));
        let (p, q) = (of(before, i), of(after, i));
        let around = |s: &[[&[u8]; 2]; 2]| of(s[0][0], i) + of(s[0][1], i) + of(s[1][0], i) + of(s[1][1], i);
        let outer = of(three[0], i) + of(three[1], i);
        let high = (5570 * (p + q) - 3801 * around(&two) + 1016 * around(&four)) >> 2;
        let moving = (high + 4309 * (c + e) - 213 * outer) >> 13;
        let still = (5077 * (c + e) - 981 * outer) >> 13;
        let value = if (c - e).abs() > (p - q).abs() { moving } else { still };
        *o = value.clamp(0, 255) as u8;
    }
}

/// Holds a row to its mean in time, plus or minus what changes there. `spatial` lets the rows around widen that; `sure` says
/// not where nothing changes.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn hold<'a>(out: &mut [u8], r: &Rows<'a>, spatial: bool, sure: bool) {
    let n = out.len();
    let of = |s: &[u8], i: usize| i16::from(s[i]);
    let (above, below, before, after) = (&r.above[..n], &r.below[..n], &r.before[..n], &r.after[..n]);
    let (then, later) = (r.then.map(|s| &s[..n]), r.later.map(|s| &s[..n]));
    let two = r.two.map(|p| p.map(|s| &s[..n]));
    for (i, o) in out.iter_mut().enumerate() {
        let (c, e) = (of(above, i), of(below, i));
        let (p, q) = (of(before, i), of(after, i));
        let d = (p + q) >> 1;
        let change = |s: &[&[u8]; 2]| ((of(s[0], i) - c).abs() + (of(s[1], i) - e).abs()) >> 1;
        let mut most = ((p - q).abs() >> 1).max(change(&then)).max(change(&later));
        if spatial {
            let b = ((of(two[0][0], i) + of(two[1][0], i)) >> 1) - c;
            let f = ((of(two[0][1], i) + of(two[1][1], i)) >> 1) - e;
            let high = (d - e).max(d - c).max(b.min(f));
            let low = (d - e).min(d - c).min(b.max(f));
            let wider = most.max(low).max(-high);
            most = if sure && most == 0 { 0 } else { wider };
        }
        *o = i16::from(*o).clamp(d - most, d + most).clamp(0, 255) as u8;
    }
}
