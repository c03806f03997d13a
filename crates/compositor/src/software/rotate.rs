//! Free rotation (and any other slanted placement): every canvas pixel looks up where it lies in the picture, takes it
//! bilinearly, premultiplied, and is faded by how much of it lies inside the picture. Slower than the upright way, for which
//! see [`super::resample`]; reducing below half is done there first.

use super::image::{Grid, Part, Rect, View, premultiply};
use media::FramePool;

/// From canvas pixels to picture pixels: `u = a·x + c·y + e`, `v = b·x + d·y + f`.
#[derive(Clone, Copy, Debug)]
pub struct Inverse {
    pub a: f64,
    pub b: f64,
    pub c: f64,
    pub d: f64,
    pub e: f64,
    pub f: f64,
}

/// One part of a picture, ready to be looked up between samples.
struct Sampler {
    part: Part,
    /// First and last column and row that exist, counted from the views' first sample.
    x: (f32, f32),
    y: (f32, f32),
    /// Sample coordinate = pixel coordinate × scale + offset.
    sx: (f32, f32),
    sy: (f32, f32),
}

impl Sampler {
    fn new(pool: &FramePool, part: &Part, crop: [f64; 4]) -> Self {
        let (gx, gy) = (f64::from(part.grid.sx), f64::from(part.grid.sy));
        let (x0, y0) = (part.rect.x0 as f64, part.rect.y0 as f64);
        let range = |from: f64, to: f64, step: f64, first: f64, count: usize| {
            let last = count.saturating_sub(1) as f64;
            let lo = ((from / step).floor() - first).clamp(0.0, last);
            let hi = ((to / step).ceil() - 1.0 - first).clamp(lo, last);
            (lo as f32, hi as f32)
        };
        Self {
            part: premultiply(pool, part),
            x: range(crop[0], crop[2], gx, x0, part.rect.w()),
            y: range(crop[1], crop[3], gy, y0, part.rect.h()),
            sx: ((1.0 / gx) as f32, (-0.5 / gx - x0) as f32),
            sy: ((1.0 / gy) as f32, (-0.5 - y0) as f32),
        }
    }
    /// The samples that make picture point `(u, v)`, `su` × `sv` picture pixels to a canvas sample.
    #[inline]
    fn locate(&self, u: f32, v: f32, su: f32, sv: f32) -> Spot {
        let (x, y) = (u * self.sx.0 + self.sx.1, v * self.sy.0 + self.sy.1);
        let (step_x, step_y) = (su * self.sx.0, sv * self.sy.0);
        if step_x < BOX && step_y < BOX {
            Spot::Near(Near::new(x, self.x), Near::new(y, self.y))
        } else {
            Spot::Far(Taps::new(x, step_x, self.x), Taps::new(y, step_y, self.y))
        }
    }
}

/// From this many samples a step the footprint is averaged.
const BOX: f32 = 2.0 - 1e-4;

/// The samples that count for one canvas sample.
enum Spot {
    /// Bilinear, columns and rows.
    Near(Near, Near),
    /// More than that in at least one direction.
    Far(Taps, Taps),
}

/// Two neighbours in one direction and the weight of the second.
struct Near {
    first: usize,
    second: usize,
    weight: f32,
}

impl Near {
    fn new(p: f32, (lo, hi): (f32, f32)) -> Self {
        let p = p.max(lo).min(hi);
        // Never negative; the narrow cast is the quick one.
        let first = p as i32 as usize;
        Self {
            first,
            second: (first + 1).min(hi as usize),
            weight: p - first as f32,
        }
    }
}

/// Most samples in one direction: a footprint below 4 (2 picture pixels in full-size chroma) may touch 5.
const MOST: usize = 6;

/// The samples that count in one direction.
struct Taps {
    index: [usize; MOST],
    weight: [f32; MOST],
    count: usize,
}

impl Taps {
    /// Around sample coordinate `p`: two below 2 samples a step, the mean over the footprint from there.
    fn new(p: f32, step: f32, range: (f32, f32)) -> Self {
        let mut taps = Self {
            index: [0; MOST],
            weight: [0.0; MOST],
            count: 2,
        };
        if step < BOX {
            let near = Near::new(p, range);
            (taps.index[0], taps.index[1]) = (near.first, near.second);
            (taps.weight[0], taps.weight[1]) = (1.0 - near.weight, near.weight);
            return taps;
        }
        let (from, to) = (p - step / 2.0 + 0.5, p + step / 2.0 + 0.5);
        let first = from.floor();
        taps.count = ((to.ceil() - first) as usize).clamp(1, MOST);
        for i in 0..taps.count {
            let k = first + i as f32;
            taps.index[i] = k.clamp(range.0, range.1) as usize;
            taps.weight[i] = ((k + 1.0).min(to) - k.max(from)).max(0.0) / step;
        }
        taps
    }
}

/// The value of a plane at a spot.
#[inline]
fn mix((samples, stride): (&[u8], usize), spot: &Spot) -> f32 {
    let get = |x: usize, y: usize| f32::from(samples.get(y * stride + x).copied().unwrap_or(0));
    match spot {
        Spot::Near(x, y) => {
            let row = |y: usize| {
                let (a, b) = (get(x.first, y), get(x.second, y));
                a + (b - a) * x.weight
            };
            let (top, bottom) = (row(y.first), row(y.second));
            top + (bottom - top) * y.weight
        }
        Spot::Far(x, y) => {
            let row = |y: usize| (0..x.count).map(|i| get(x.index[i], y) * x.weight[i]).sum::<f32>();
            (0..y.count).map(|i| row(y.index[i]) * y.weight[i]).sum()
        }
    }
}

/// How much of a footprint lies within the crop, in one direction.
#[derive(Clone, Copy)]
struct Edge {
    from: f32,
    to: f32,
    half: f32,
    per: f32,
}

impl Edge {
    fn new(from: f32, to: f32, size: f32) -> Self {
        Self {
            from,
            to,
            half: size / 2.0,
            per: 1.0 / size,
        }
    }
    /// The part of `[at - size/2, at + size/2]` in `[from, to]`, 0–1.
    fn overlap(&self, at: f32) -> f32 {
        (((at + self.half).min(self.to) - (at - self.half).max(self.from)) * self.per).clamp(0.0, 1.0)
    }
}

/// A part of the picture seen through `inverse`, premultiplied, as samples `rect` of `grid` on the canvas.
pub fn rotate(pool: &FramePool, part: &Part, crop: [f64; 4], inverse: &Inverse, grid: Grid, rect: Rect) -> Part {
    let sampler = Sampler::new(pool, part, crop);
    let (w, h) = (rect.w().max(1), rect.h());
    let mut colors: Vec<_> = part.colors.iter().map(|_| pool.take(w * h)).collect();
    let mut alpha = pool.take(w * h);
    for y in 0..h {
        let at = y * w..(y + 1) * w;
        let mut rows: Vec<&mut [u8]> = colors.iter_mut().filter_map(|c| c.get_mut(at.clone())).collect();
        if let Some(alpha) = alpha.get_mut(at) {
            look_up(
                &mut rows,
                alpha,
                &sampler,
                crop,
                inverse,
                grid,
                (rect.x0, rect.y0 + y as i64),
            );
        }
    }
    let view = |buf| View::new(pool.freeze(buf), w);
    Part {
        grid,
        rect,
        colors: colors.into_iter().map(view).collect(),
        alpha: Some(view(alpha)),
        premultiplied: true,
    }
}

/// One row of the layer, beginning at canvas sample `start`.
fn look_up(
    colors: &mut [&mut [u8]],
    alpha: &mut [u8],
    sampler: &Sampler,
    crop: [f64; 4],
    m: &Inverse,
    grid: Grid,
    start: (i64, i64),
) {
    let (gx, gy) = (f64::from(grid.sx), f64::from(grid.sy));
    // How far a step across and a step down go in the picture, together the sample's footprint.
    let (su, sv) = ((m.a * gx).hypot(m.c * gy) as f32, (m.b * gx).hypot(m.d * gy) as f32);
    let [x0, y0, x1, y1] = crop.map(|v| v as f32);
    let (edge_x, edge_y) = (Edge::new(x0, x1, su), Edge::new(y0, y1, sv));
    // Coverage is that of the sample's pixels; colour is taken where the sample lies, half a pixel in from their left.
    let (x, y) = ((start.0 as f64 + 0.5) * gx, (start.1 as f64 + 0.5) * gy);
    let (u0, v0) = (m.a * x + m.c * y + m.e, m.b * x + m.d * y + m.f);
    let views: Vec<_> = sampler.part.colors.iter().map(View::samples).collect();
    let alphas = sampler.part.alpha.as_ref().map(View::samples);
    let aside = (gx - 1.0) / 2.0;
    let (du, dv) = ((m.a * aside) as f32, (m.b * aside) as f32);
    for (i, alpha) in alpha.iter_mut().enumerate() {
        // Single precision is enough for a point, not for the way along the row.
        let along = i as f64 * gx;
        let (u, v) = ((u0 + m.a * along) as f32, (v0 + m.b * along) as f32);
        let cover = edge_x.overlap(u) * edge_y.overlap(v);
        if cover <= 0.0 {
            *alpha = 0;
            colors.iter_mut().for_each(|c| c[i] = 0);
            continue;
        }
        let spot = sampler.locate(u - du, v - dv, su, sv);
        let a = cover * alphas.map_or(255.0, |a| mix(a, &spot));
        *alpha = (a + 0.5) as u8;
        for (row, view) in colors.iter_mut().zip(&views) {
            row[i] = ((mix(*view, &spot) * cover).min(a) + 0.5) as u8;
        }
    }
}
