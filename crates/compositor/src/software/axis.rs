//! Resampling in one direction: which source samples make an output sample, and how much of it the picture covers. The rule
//! is that of [`crate::draw`]: two taps (bilinear) below 2 source samples a step, the mean over the footprint (box) from there.

use super::image::Rect;
use project::Sampling;
use std::f64::consts::PI;

/// A map of one coordinate: `canvas = m·picture + t`, in pixels; `m` is not 0, negative mirrors.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// Factor.
    pub m: f64,
    /// Offset.
    pub t: f64,
    /// The picture's part that exists, from and to, in picture pixels.
    pub crop: (f64, f64),
}

/// Positions closer to a whole pixel than this are taken for it: what single precision loses on large canvases.
const SNAP: f64 = 1.0 / 1024.0;

fn snap(v: f64) -> f64 {
    if (v - v.round()).abs() < SNAP { v.round() } else { v }
}

impl Line {
    /// With the ends of the crop put on whole canvas pixels when they are very near.
    pub fn new(m: f64, t: f64, crop: (f64, f64)) -> Self {
        let (p0, p1) = (snap(m * crop.0 + t), snap(m * crop.1 + t));
        let exact = (p1 - p0) / (crop.1 - crop.0);
        let m = if exact.is_finite() && exact != 0.0 { exact } else { m };
        Self {
            m,
            t: p0 - m * crop.0,
            crop,
        }
    }
    /// Where the crop begins and ends on the canvas, smaller first.
    pub fn extent(&self) -> (f64, f64) {
        let (a, b) = (snap(self.m * self.crop.0 + self.t), snap(self.m * self.crop.1 + self.t));
        (a.min(b), a.max(b))
    }
    /// Picture pixels that canvas pixels `from..to` need, with what the filter looks at around them.
    pub fn needed(&self, from: i64, to: i64, filter: Sampling) -> (f64, f64) {
        let (a, b) = ((from as f64 - self.t) / self.m, (to as f64 - self.t) / self.m);
        let wide = matches!(filter, Sampling::Bicubic | Sampling::Lanczos);
        let margin = if wide { 8.0 } else { 4.0 } + if wide { 8.0 } else { 2.0 } / self.m.abs();
        (a.min(b) - margin, a.max(b) + margin)
    }
    /// Whether picture pixels are canvas pixels an even distance away.
    pub fn is_even_shift(&self) -> bool {
        self.m == 1.0 && (self.t / 2.0).fract() == 0.0
    }
}

/// The samples of a plane in one direction.
#[derive(Clone, Copy, Debug)]
pub struct Samples {
    /// Pixels per sample.
    pub step: u32,
    /// Pixel coordinate of sample 0.
    pub origin: f64,
    /// First sample there is.
    pub from: i64,
    /// Just after the last.
    pub to: i64,
}

impl Samples {
    /// Columns of a plane: the first of its pixels.
    pub fn across(step: u32, r: &Rect) -> Self {
        Self {
            step,
            origin: 0.5,
            from: r.x0,
            to: r.x1,
        }
    }
    /// Rows of a plane: the middle of its pixels.
    pub fn down(step: u32, r: &Rect) -> Self {
        Self {
            step,
            origin: f64::from(step) / 2.0,
            from: r.y0,
            to: r.y1,
        }
    }
}

/// Weights are 14-bit fractions and add up to this.
pub const ONE: u32 = 1 << 14;

/// How output samples are made; indices count from the source plane's first sample.
#[derive(Clone, Debug)]
pub enum Axis {
    /// Output `i` is source `i + .0`.
    Shift(usize),
    /// Two neighbours: index of the first, weight of the second.
    Linear(Vec<(u32, u32)>),
    /// Runs of taps.
    Box(Vec<Run>),
}

/// Neighbouring source samples and their weights.
#[derive(Clone, Debug)]
pub struct Run {
    /// First source sample.
    pub first: usize,
    /// One weight a sample, adding up to [`ONE`]; sharp filters have negative ones.
    pub weights: Vec<i32>,
}

impl Axis {
    /// From source samples `src` to output samples `dst`, placed by `line`.
    pub fn new(line: &Line, src: &Samples, dst: &Samples, filter: Sampling) -> Self {
        let (ss, ds) = (f64::from(src.step), f64::from(dst.step));
        let scale = ds / (line.m * ss);
        let offset = ((dst.origin - line.t) / line.m - src.origin) / ss;
        // The crop in source samples, and within what is loaded.
        let last = (src.to - 1).max(src.from);
        let lo = ((line.crop.0 / ss).floor() as i64).clamp(src.from, last);
        let hi = ((line.crop.1 / ss).ceil() as i64 - 1).clamp(lo, last);
        let at = |i: i64| scale * i as f64 + offset;
        if scale == 1.0 && (offset - offset.round()).abs() < SNAP {
            let first = dst.from + offset.round() as i64;
            if first >= lo && first + (dst.to - dst.from) - 1 <= hi {
                return Self::Shift((first - src.from) as usize);
            }
        }
        let count = dst.from..dst.to;
        let runs = |run: &dyn Fn(f64) -> Run| Self::Box(count.clone().map(|i| run(at(i))).collect());
        let step = scale.abs();
        match filter {
            Sampling::Point => runs(&|p| nearest(p, lo, hi, src.from)),
            Sampling::Bicubic => runs(&|p| sharp(p, step, (&cubic, 2.0), lo, hi, src.from)),
            Sampling::Lanczos => runs(&|p| sharp(p, step, (&lanczos, 3.0), lo, hi, src.from)),
            Sampling::Bilinear | Sampling::Auto if lo < hi && (step < 2.0 - 1e-6 || filter == Sampling::Bilinear) => {
                Self::Linear(count.map(|i| linear(at(i), lo, hi, src.from)).collect())
            }
            _ => runs(&|p| mean(p, step, lo, hi, src.from)),
        }
    }
    /// Source samples `from..to` that are looked at.
    pub fn span(&self, count: usize) -> (usize, usize) {
        let (mut from, mut to) = (usize::MAX, 0);
        let mut add = |a: usize, b: usize| (from, to) = (from.min(a), to.max(b));
        match self {
            Self::Shift(s) => add(*s, s + count),
            Self::Linear(v) => v.iter().for_each(|(a, _)| add(*a as usize, *a as usize + 2)),
            Self::Box(v) => v.iter().for_each(|r| add(r.first, r.first + r.weights.len())),
        }
        (from.min(to), to)
    }
}

/// The two samples around position `p`; `lo` is below `hi`.
fn linear(p: f64, lo: i64, hi: i64, from: i64) -> (u32, u32) {
    let p = p.clamp(lo as f64, hi as f64);
    let k = (p.floor() as i64).min(hi - 1);
    let weight = ((p - k as f64) * f64::from(ONE)).round() as u32;
    ((k - from) as u32, weight)
}

/// The mean over `[p - r/2, p + r/2]`, where sample `k` fills `[k - ½, k + ½]` and the end samples reach outwards forever.
fn mean(p: f64, r: f64, lo: i64, hi: i64, from: i64) -> Run {
    let (a, b) = (p - r / 2.0, p + r / 2.0);
    let first = ((a + 0.5).floor() as i64).clamp(lo, hi);
    let last = ((b - 0.5).ceil() as i64).clamp(first, hi);
    // Each weight is the step between two rounded running sums, so they add up to ONE exactly.
    let until = |k: i64| {
        let right = if k == hi { b } else { b.min(k as f64 + 0.5) };
        (((right - a) / r).clamp(0.0, 1.0) * f64::from(ONE)).round() as i32
    };
    let mut sum = 0;
    let weights = (first..=last)
        .map(|k| {
            let end = if k == last { ONE as i32 } else { until(k) };
            let weight = (end - sum).max(0);
            sum = end.max(sum);
            weight
        })
        .collect();
    Run {
        first: (first - from) as usize,
        weights,
    }
}

/// The sample nearest to position `p`.
fn nearest(p: f64, lo: i64, hi: i64, from: i64) -> Run {
    let k = ((p + 0.5).floor() as i64).clamp(lo, hi);
    Run {
        first: (k - from) as usize,
        weights: vec![ONE as i32],
    }
}

/// Samples around `p` weighed by a kernel of this radius, widened to `step` samples when reducing; the end samples reach
/// outwards forever.
fn sharp(p: f64, step: f64, (kernel, radius): (&dyn Fn(f64) -> f64, f64), lo: i64, hi: i64, from: i64) -> Run {
    // A huge step makes no endless list: beyond the crop all weights fall on its ends.
    let wide = step.clamp(1.0, MOST_STEP);
    let (begin, end) = ((p - radius * wide).ceil() as i64, (p + radius * wide).floor() as i64);
    let (first, last) = (begin.clamp(lo, hi), end.clamp(lo, hi));
    let mut shares = vec![0.0; (last - first + 1) as usize];
    for k in begin..=end {
        let at = (k.clamp(lo, hi) - first) as usize;
        shares[at] += kernel((k as f64 - p) / wide);
    }
    let all: f64 = shares.iter().sum();
    let (mut sum, mut rounded) = (0.0, 0);
    let weights = shares
        .iter()
        .map(|share| {
            sum += share / all;
            let next = (sum * f64::from(ONE)).round() as i32;
            let weight = next - rounded;
            rounded = next;
            weight
        })
        .collect();
    Run {
        first: (first - from) as usize,
        weights,
    }
}

/// Most source samples to an output sample that a sharp filter looks at: a picture shrunk further is thinned out.
const MOST_STEP: f64 = 64.0;

/// Catmull-Rom (Keys 1981, a = -1/2), radius 2.
fn cubic(x: f64) -> f64 {
    let x = x.abs();
    if x < 1.0 {
        (1.5 * x - 2.5) * x * x + 1.0
    } else if x < 2.0 {
        ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    } else {
        0.0
    }
}

/// Lanczos of radius 3: sinc(x)·sinc(x/3).
fn lanczos(x: f64) -> f64 {
    match x.abs() {
        0.0 => 1.0,
        x if x < 3.0 => 3.0 * (PI * x).sin() * (PI * x / 3.0).sin() / (PI * PI * x * x),
        _ => 0.0,
    }
}

/// How much of each output sample's pixels lies within the extent, 0–255; `None` when all of all. A canvas of odd size ends
/// (at pixel `end`) within the last chroma sample, of which only the inner pixels count.
pub fn coverage(line: &Line, dst: &Samples, end: i64) -> Option<Vec<u8>> {
    let (e0, e1) = line.extent();
    let step = i64::from(dst.step);
    let cover = |i: i64| {
        let (left, right) = ((i * step) as f64, ((i + 1) * step).min(end).max(i * step + 1) as f64);
        let inside = right.min(e1) - left.max(e0);
        (inside.clamp(0.0, right - left) / (right - left) * 255.0 + 0.5) as u8
    };
    let partial = (dst.from..dst.to).any(|i| cover(i) < 255);
    partial.then(|| (dst.from..dst.to).map(cover).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILTERS: [Sampling; 6] = [
        Sampling::Auto,
        Sampling::Point,
        Sampling::Bilinear,
        Sampling::Bicubic,
        Sampling::Lanczos,
        Sampling::Area,
    ];

    fn samples(to: i64) -> Samples {
        Samples {
            step: 1,
            origin: 0.5,
            from: 0,
            to,
        }
    }

    #[test]
    fn weights_add_up_whatever_the_scale() {
        for scale in [0.001, 0.013, 0.1, 0.3333, 0.5, 0.6, 1.0, 1.7, 40.0, -0.2, -1.0] {
            for filter in FILTERS {
                let line = Line::new(scale, 3.3, (0.0, 1000.0));
                let axis = Axis::new(&line, &samples(1000), &samples(50), filter);
                match axis {
                    Axis::Box(runs) => {
                        for r in runs {
                            assert_eq!(r.weights.iter().sum::<i32>(), ONE as i32, "scale {scale}");
                            assert!(r.first + r.weights.len() <= 1000);
                        }
                    }
                    Axis::Linear(taps) => assert!(taps.iter().all(|t| t.0 < 999 && t.1 <= ONE)),
                    Axis::Shift(_) => {}
                }
            }
        }
    }

    #[test]
    fn sharp_filters_keep_samples_they_lie_on() {
        for filter in FILTERS {
            let double = Axis::new(&Line::new(3.0, 0.0, (0.0, 100.0)), &samples(100), &samples(300), filter);
            let Axis::Box(runs) = double else { continue };
            // Output 31 lies on source 10.
            let run = &runs[31];
            let at = run.weights.iter().position(|w| *w == ONE as i32).map(|i| i + run.first);
            assert_eq!(at, Some(10), "{filter:?}: {run:?}");
        }
    }

    #[test]
    fn whole_shifts_are_copies_and_halves_are_means() {
        let axis = Axis::new(
            &Line::new(1.0, -7.0, (0.0, 100.0)),
            &samples(100),
            &samples(20),
            Sampling::Auto,
        );
        assert!(matches!(axis, Axis::Shift(7)));
        let half = Axis::new(
            &Line::new(0.5, 0.0, (0.0, 100.0)),
            &samples(100),
            &samples(50),
            Sampling::Auto,
        );
        let Axis::Box(runs) = half else { panic!("{half:?}") };
        assert_eq!(
            (runs[3].first, runs[3].weights.as_slice()),
            (6, &[ONE as i32 / 2, ONE as i32 / 2][..])
        );
    }

    #[test]
    fn left_sited_chroma_takes_a_quarter_of_each_neighbour() {
        // Full-size samples to 4:2:0 columns at 1:1.
        let dst = Samples { step: 2, ..samples(50) };
        let axis = Axis::new(&Line::new(1.0, 0.0, (0.0, 100.0)), &samples(100), &dst, Sampling::Auto);
        let Axis::Box(runs) = axis else { panic!("{axis:?}") };
        assert_eq!(
            (runs[5].first, runs[5].weights.as_slice()),
            (9, &[ONE as i32 / 4, ONE as i32 / 2, ONE as i32 / 4][..])
        );
    }
}
