//! One draw item made into a layer that lies ready on the canvas: sampled, premultiplied, edges antialiased, opacity left
//! to the blend. Where the picture is shown pixel by pixel the layer borrows the picture's own planes.

use super::{
    axis::Line,
    image::{Grid, Image, Rect},
    resample::resample,
    rotate::{Inverse, rotate},
};
use media::FramePool;
use project::Sampling;

/// Gives the pixels of a region of the picture (even edges or the picture's own); `true` asks for 4:2:0 chroma.
pub type Load<'a> = &'a mut dyn FnMut(Rect, bool) -> Image;

/// Where a picture goes: `x' = a·x + c·y + e`, `y' = b·x + d·y + f`, in double precision.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placement {
    pub a: f64,
    pub b: f64,
    pub c: f64,
    pub d: f64,
    pub e: f64,
    pub f: f64,
    /// The part of the picture that exists: x0, y0, x1, y1, inside the picture.
    pub crop: [f64; 4],
    /// Size of the whole picture in pixels.
    pub size: (u32, u32),
    /// How it is brought to size, when it is upright.
    pub filter: Sampling,
}

impl Placement {
    /// Canvas pixels it touches.
    pub fn touched(&self) -> Rect {
        let [x0, y0, x1, y1] = self.crop;
        let corners = [(x0, y0), (x1, y0), (x0, y1), (x1, y1)];
        let x = corners.map(|(x, y)| self.a * x + self.c * y + self.e);
        let y = corners.map(|(x, y)| self.b * x + self.d * y + self.f);
        let low = |v: [f64; 4]| v.into_iter().fold(f64::INFINITY, f64::min).floor().max(-1e9) as i64;
        let high = |v: [f64; 4]| v.into_iter().fold(f64::NEG_INFINITY, f64::max).ceil().min(1e9) as i64;
        Rect {
            x0: low(x),
            y0: low(y),
            x1: high(x),
            y1: high(y),
        }
    }
    /// The layer of canvas pixels in `clip`; `None` when nothing is seen.
    pub fn layer(&self, pool: &FramePool, clip: &Rect, load: Load<'_>) -> Option<Image> {
        if self.b == 0.0 && self.c == 0.0 {
            self.upright(pool, clip, load)
        } else {
            self.slanted(pool, clip, load)
        }
    }

    fn upright(&self, pool: &FramePool, clip: &Rect, load: Load<'_>) -> Option<Image> {
        let [x0, y0, x1, y1] = self.crop;
        let (x, y) = (Line::new(self.a, self.e, (x0, x1)), Line::new(self.d, self.f, (y0, y1)));
        let (ex, ey) = (x.extent(), y.extent());
        let rect = Rect {
            x0: ex.0.floor().max(-1e9) as i64,
            y0: ey.0.floor().max(-1e9) as i64,
            x1: ex.1.ceil().min(1e9) as i64,
            y1: ey.1.ceil().min(1e9) as i64,
        }
        .and(clip);
        if rect.is_empty() {
            return None;
        }
        let f = self.filter;
        let (nx, ny) = (x.needed(rect.x0, rect.x1, f), y.needed(rect.y0, rect.y1, f));
        let halve = x.is_even_shift() && y.is_even_shift() && self.crop_is_even();
        let picture = load(self.region([nx.0, ny.0, nx.1, ny.1])?, halve);
        let small = Grid::C420.cover(rect);
        Some(Image {
            luma: resample(pool, &picture.luma, (&x, &y, f), Grid::FULL, rect, clip),
            chroma: resample(pool, &picture.chroma, (&x, &y, f), Grid::C420, small, clip),
        })
    }

    /// Whether the crop's edges lie between chroma samples of 4:2:0.
    fn crop_is_even(&self) -> bool {
        let even = |v: f64, end: u32| v % 2.0 == 0.0 || v == f64::from(end);
        let [x0, y0, x1, y1] = self.crop;
        even(x0, 0) && even(y0, 0) && even(x1, self.size.0) && even(y1, self.size.1)
    }

    /// The picture's pixels that are needed of `px`, inside the crop, with even edges or the picture's own.
    fn region(&self, px: [f64; 4]) -> Option<Rect> {
        let c = self.crop;
        let r = Rect {
            x0: px[0].max(c[0]).floor() as i64,
            y0: px[1].max(c[1]).floor() as i64,
            x1: px[2].min(c[2]).ceil() as i64,
            y1: px[3].min(c[3]).ceil() as i64,
        };
        let r = r.even().and(&Rect::size(self.size.0 as usize, self.size.1 as usize));
        (!r.is_empty()).then_some(r)
    }

    fn slanted(&self, pool: &FramePool, clip: &Rect, load: Load<'_>) -> Option<Image> {
        let inverse = self.inverse()?;
        // Picture pixels to a canvas pixel in the picture's own directions; 2 and more are averaged first.
        let (su, sv) = (inverse.a.hypot(inverse.c), inverse.b.hypot(inverse.d));
        if su >= 2.0 || sv >= 2.0 {
            return self.reduced(pool, clip, load, su, sv);
        }
        let rect = self.touched().and(clip);
        if rect.is_empty() {
            return None;
        }
        let picture = load(self.region(inverse.seen(&rect))?, false);
        Some(self.turned(pool, &picture, &inverse, rect))
    }

    fn turned(&self, pool: &FramePool, picture: &Image, inverse: &Inverse, rect: Rect) -> Image {
        let small = Grid::C420.cover(rect);
        Image {
            luma: rotate(pool, &picture.luma, self.crop, inverse, Grid::FULL, rect),
            chroma: rotate(pool, &picture.chroma, self.crop, inverse, Grid::C420, small),
        }
    }

    /// Averages the crop down to its size on the canvas, upright, and turns that.
    fn reduced(&self, pool: &FramePool, clip: &Rect, load: Load<'_>, su: f64, sv: f64) -> Option<Image> {
        let [x0, y0, x1, y1] = self.crop;
        let (w, h) = (x1 - x0, y1 - y0);
        // Even sizes keep chroma whole.
        let even = |size: f64, s: f64| {
            if s >= 2.0 {
                ((size / s / 2.0).round() * 2.0).max(2.0)
            } else {
                size
            }
        };
        let (mx, my) = (even(w, su) / w, even(h, sv) / h);
        let small = Self {
            a: mx,
            b: 0.0,
            c: 0.0,
            d: my,
            e: -x0 * mx,
            f: -y0 * my,
            filter: Sampling::Auto,
            ..*self
        };
        let (nw, nh) = (w * mx, h * my);
        let bounds = Rect::size(nw.ceil() as usize, nh.ceil() as usize);
        let picture = small.upright(pool, &bounds, load)?;
        let turned = Self {
            a: self.a / mx,
            b: self.b / mx,
            c: self.c / my,
            d: self.d / my,
            e: self.e + self.a * x0 + self.c * y0,
            f: self.f + self.b * x0 + self.d * y0,
            crop: [0.0, 0.0, nw, nh],
            size: (bounds.x1 as u32, bounds.y1 as u32),
            filter: Sampling::Auto,
        };
        let inverse = turned.inverse()?;
        let rect = turned.touched().and(clip);
        (!rect.is_empty()).then(|| turned.turned(pool, &picture, &inverse, rect))
    }

    fn inverse(&self) -> Option<Inverse> {
        let det = self.a * self.d - self.b * self.c;
        if !det.is_normal() {
            return None;
        }
        let (a, b, c, d) = (self.d / det, -self.b / det, -self.c / det, self.a / det);
        let (e, f) = (-(a * self.e + c * self.f), -(b * self.e + d * self.f));
        [a, b, c, d, e, f]
            .iter()
            .all(|v| v.is_finite())
            .then_some(Inverse { a, b, c, d, e, f })
    }
}

impl Inverse {
    /// The picture pixels `[x0, y0, x1, y1]` behind canvas pixels, with a margin for the filter.
    fn seen(&self, r: &Rect) -> [f64; 4] {
        let (x0, y0, x1, y1) = (r.x0 as f64, r.y0 as f64, r.x1 as f64, r.y1 as f64);
        let mut out = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
        for (x, y) in [(x0, y0), (x1, y0), (x0, y1), (x1, y1)] {
            let (u, v) = (self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f);
            out = [out[0].min(u), out[1].min(v), out[2].max(u), out[3].max(v)];
        }
        [out[0] - 4.0, out[1] - 4.0, out[2] + 4.0, out[3] + 4.0]
    }
}
