//! Borders and shadows of items: pictures of a rounded rectangle, of one colour, laid below the item. They are made like what
//! comes out of a filter, once, and kept while nothing about them changes; where an item goes does not change them.

use crate::{
    Affine, DrawItem, Filtered, Picture, Style,
    color::FromRgb,
    filters::{Filter, Layer, Made, Sheet},
    shape::Rounded,
};
use media::{AlphaMode, MediaTime, VideoFrame};
use project::{Border, Rgba, Shadow};
use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, LazyLock},
};

/// Larger ones are left out: nothing of them would be on any canvas but a flat colour.
const LARGEST: f32 = 8192.0;

/// What such a picture is made of instead of a source's.
static NOTHING: LazyLock<Option<Arc<VideoFrame>>> = LazyLock::new(|| {
    VideoFrame::rgba(2, 2, vec![0; 16], AlphaMode::Straight)
        .ok()
        .map(Arc::new)
});

/// A rounded rectangle in a picture of its own.
#[derive(Clone, Copy, Debug)]
struct Shape {
    size: (u32, u32),
    middle: [f32; 2],
    /// All of it; of a border, up to its outer edge.
    outer: Rounded,
    /// What is left empty.
    inner: Option<Rounded>,
    /// Standard deviation of its edge, pixels.
    soft: f32,
    color: Rgba,
}

impl Shape {
    fn id(&self) -> u64 {
        let mut h = DefaultHasher::new();
        (self.size, self.color, self.inner.is_some()).hash(&mut h);
        let inner = self.inner.unwrap_or(self.outer);
        for v in [self.middle[0], self.middle[1], self.soft] {
            v.to_bits().hash(&mut h);
        }
        for r in [self.outer, inner] {
            [r.half[0], r.half[1], r.radius].map(f32::to_bits).hash(&mut h);
        }
        h.finish()
    }

    /// How much of a pixel at this distance from an edge is inside.
    fn inside(&self, distance: f32) -> f32 {
        if self.soft < 0.3 {
            return (0.5 - distance).clamp(0.0, 1.0);
        }
        // A logistic curve is within a hundredth of a Gaussian's edge.
        1.0 / (1.0 + (1.702 * distance / self.soft).exp())
    }
}

impl Filter for Shape {
    fn size(&self, _: (u32, u32)) -> (u32, u32) {
        self.size
    }
    fn keeps_opaque(&self) -> bool {
        false
    }
    fn apply(&self, _: Sheet, _: MediaTime) -> Sheet {
        let (w, h) = (self.size.0 as usize, self.size.1 as usize);
        let [r, g, b, a] = self.color.0.map(f64::from);
        let [y, u, v] = FromRgb::bt709_limited().yuv([r, g, b]).map(|c| c.round() as u8);
        let plane = |w, h, code: u8| Layer::make(w, h, |_, row| row.fill(code));
        let [mx, my] = self.middle;
        let alpha = Layer::make(w, h, |y, row| {
            let dy = y as f32 + 0.5 - my;
            for (x, o) in row.iter_mut().enumerate() {
                let dx = x as f32 + 0.5 - mx;
                let hollow = self.inner.map_or(0.0, |i| self.inside(i.distance(dx, dy)));
                let cover = self.inside(self.outer.distance(dx, dy)) * (1.0 - hollow);
                *o = (cover * a as f32 + 0.5) as u8;
            }
        });
        Sheet {
            y: plane(w, h, y),
            u: plane(w.div_ceil(2), h.div_ceil(2), u),
            v: plane(w.div_ceil(2), h.div_ceil(2), v),
            a: Some(alpha),
        }
    }
}

/// The rectangle of an item as it lies on the canvas.
struct Frame {
    /// Half its sides, canvas pixels.
    half: [f32; 2],
    /// Its middle on the canvas.
    middle: (f32, f32),
    /// One pixel along its sides.
    along: [f32; 2],
    down: [f32; 2],
    upright: bool,
    radius: f32,
}

impl Frame {
    fn of(item: &DrawItem) -> Option<Self> {
        let m = &item.canvas_from_picture;
        let (sx, sy) = (m.a.hypot(m.b), m.c.hypot(m.d));
        let [x0, y0, x1, y1] = item.crop;
        let half = [(x1 - x0) * sx / 2.0, (y1 - y0) * sy / 2.0];
        let middle = m.apply((x0 + x1) / 2.0, (y0 + y1) / 2.0);
        let upright = m.is_upright();
        let (along, down) = if upright {
            ([1.0, 0.0], [0.0, 1.0])
        } else {
            ([m.a / sx, m.b / sx], [m.c / sy, m.d / sy])
        };
        let sane = half.iter().chain(&[middle.0, middle.1]).all(|v| v.is_finite()) && half[0] > 0.0 && half[1] > 0.0;
        sane.then_some(Self {
            half,
            middle,
            along,
            down,
            upright,
            radius: item.style.radius,
        })
    }

    /// A shape about the middle moved by `by`, with `margin` pixels around the rectangle, as an item.
    fn item(
        &self,
        like: &DrawItem,
        by: [f32; 2],
        margin: f32,
        shape: impl FnOnce((u32, u32), [f32; 2]) -> Shape,
    ) -> Option<DrawItem> {
        let (x, y) = (
            self.middle.0 + by[0] * self.along[0] + by[1] * self.down[0],
            self.middle.1 + by[0] * self.along[1] + by[1] * self.down[1],
        );
        let reach = [self.half[0] + margin, self.half[1] + margin];
        if reach.iter().any(|r| *r > LARGEST / 2.0) || !(x.is_finite() && y.is_finite()) {
            return None;
        }
        // Upright ones begin on even pixels, so that they are copied; their middle is where it is.
        let begin = |at: f32, reach: f32| ((at - reach) / 2.0).floor() * 2.0;
        let (ox, oy) = (begin(x, reach[0]), begin(y, reach[1]));
        let middle = if self.upright { [x - ox, y - oy] } else { reach };
        let size = [0, 1].map(|i| ((middle[i] + reach[i]) / 2.0).ceil() as u32 * 2);
        let shape = shape((size[0], size[1]), middle);
        let canvas_from_picture = if self.upright {
            Affine::place(ox, oy)
        } else {
            let ([a, b], [c, d]) = (self.along, self.down);
            Affine {
                a,
                b,
                c,
                d,
                e: x - a * middle[0] - c * middle[1],
                f: y - b * middle[0] - d * middle[1],
            }
        };
        let made = Made {
            id: shape.id(),
            filter: Arc::new(shape),
        };
        let nothing = Picture::Frame(NOTHING.clone()?);
        let picture = Filtered::new(nothing, vec![made], MediaTime::ZERO)?;
        let (w, h) = picture.size();
        Some(DrawItem {
            picture: Picture::Filtered(Arc::new(picture)),
            crop: [0.0, 0.0, w as f32, h as f32],
            canvas_from_picture,
            opacity: like.opacity,
            style: Style::default(),
        })
    }

    fn rounded(&self, more: f32) -> Rounded {
        Rounded {
            half: self.half.map(|h| (h + more).max(0.0)),
            // A sharp corner stays sharp however far out.
            radius: if self.radius > 0.0 {
                (self.radius + more).max(0.0)
            } else {
                0.0
            },
        }
    }
}

/// The border of an item, a pixel of it under the item so that nothing shines through between.
pub(crate) fn border(item: &DrawItem, b: &Border) -> Option<DrawItem> {
    let width = b.width as f32;
    if !(width > 0.0 && width.is_finite()) || b.color.0[3] == 0 {
        return None;
    }
    let frame = Frame::of(item)?;
    frame.item(item, [0.0; 2], width + 1.0, |size, middle| Shape {
        size,
        middle,
        outer: frame.rounded(width),
        inner: Some(frame.rounded(-1.0)),
        soft: 0.0,
        color: b.color,
    })
}

/// The shadow of an item.
pub(crate) fn shadow(item: &DrawItem, s: &Shadow) -> Option<DrawItem> {
    let [x, y, blur] = [s.x, s.y, s.blur].map(|v| v as f32);
    if !(x.is_finite() && y.is_finite() && blur >= 0.0 && blur.is_finite()) || s.color.0[3] == 0 {
        return None;
    }
    let frame = Frame::of(item)?;
    let soft = blur / 2.0;
    frame.item(item, [x, y], 3.0 * soft + 1.0, |size, middle| Shape {
        size,
        middle,
        outer: frame.rounded(0.0),
        inner: None,
        soft,
        color: s.color,
    })
}
