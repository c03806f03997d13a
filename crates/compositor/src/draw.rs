//! The draw list: what a canvas shows in one picture, flat and without any meaning left (no scenes, no alignment, only
//! pictures and where their pixels go). Both renderers draw it the same way:
//!
//! * Items are drawn in order, each *over* what is there: with colour `c`, alpha `a` (the picture's own, times `opacity`,
//!   times coverage) the canvas becomes `c·a + canvas·(1 - a)`, on the gamma-coded values, as every studio does.
//! * Continuous coordinates: pixel `(i, j)` of a picture or canvas is the square from `(i, j)` to `(i+1, j+1)`; its sample
//!   lies in the middle. Only the part of a picture inside `crop` exists; sampling is clamped to it.
//! * Sampling: with fewer than 2 picture pixels to a canvas pixel (per direction), bilinear; from 2 up, the mean over the
//!   canvas pixel's footprint (box). Colour is sampled premultiplied by alpha.
//! * Coverage: at the edge of the crop rectangle, how much of the canvas pixel lies inside, as the product over the
//!   picture's two directions of `overlap of [u - s/2, u + s/2] with the crop, divided by s`, where `u` is the pixel's middle in
//!   picture pixels and `s` the picture pixels to one canvas pixel in that direction.
//! * Canvas chroma is drawn at its own size: sample `k` takes colour in the middle of pixel column `2k` and between its two rows
//!   (left-sited), coverage over all its 2 × 2 pixels: a picture on even coordinates keeps its own chroma up to the edge.
//! * An item may ask for another scale filter than that rule (see [`crate::Sampling`]), upright only, and for another way of mixing:
//!   see [`crate::blend`].
//! * A canvas' own background is opaque (a translucent one is laid over black); a nested list's is transparent.
//! * Premultiplied YUV frames hold what premultiplied R'G'B' gives through the matrix: `Y = 16 + a·(Y₀ - 16)`, `U = 128 + a·(U₀ - 128)`.

use crate::Filtered;
use media::VideoFrame;
use project::{BlendMode, BlendSpace, Rgba, Sampling};
use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

/// A map of the plane: `x' = a·x + c·y + e`, `y' = b·x + d·y + f`.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "the formula says it")]
pub struct Affine {
    pub a: f32,
    pub b: f32,
    pub c: f32,
    pub d: f32,
    pub e: f32,
    pub f: f32,
}

impl Affine {
    /// Everything stays where it is.
    pub const IDENTITY: Self = Self::place(0.0, 0.0);

    /// Moves by `(x, y)`.
    pub const fn place(x: f32, y: f32) -> Self {
        Self {
            a: 1.0,
            b: 0.0,
            c: 0.0,
            d: 1.0,
            e: x,
            f: y,
        }
    }
    /// Where a point goes.
    pub fn apply(&self, x: f32, y: f32) -> (f32, f32) {
        (self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f)
    }
    /// First `inner`, then this.
    pub fn after(&self, inner: &Self) -> Self {
        let (e, f) = self.apply(inner.e, inner.f);
        Self {
            a: self.a * inner.a + self.c * inner.b,
            b: self.b * inner.a + self.d * inner.b,
            c: self.a * inner.c + self.c * inner.d,
            d: self.b * inner.c + self.d * inner.d,
            e,
            f,
        }
    }
    /// The way back; `None` when the map flattens the plane or is not finite.
    pub fn inverse(&self) -> Option<Self> {
        let det = self.a * self.d - self.b * self.c;
        let finite = [self.a, self.b, self.c, self.d, self.e, self.f]
            .iter()
            .all(|v| v.is_finite());
        if !finite || !det.is_finite() || det == 0.0 {
            return None;
        }
        let (a, b, c, d) = (self.d / det, -self.b / det, -self.c / det, self.a / det);
        let (e, f) = (-(a * self.e + c * self.f), -(b * self.e + d * self.f));
        [a, b, c, d, e, f]
            .iter()
            .all(|v| v.is_finite())
            .then_some(Self { a, b, c, d, e, f })
    }
    /// Whether rows stay rows: no rotation but 0° and 180°, mirroring allowed.
    pub fn is_upright(&self) -> bool {
        self.b == 0.0 && self.c == 0.0
    }
    /// The smallest upright rectangle `[x0, y0, x1, y1]` around where the rectangle `r` goes.
    pub fn bounds(&self, r: [f32; 4]) -> [f32; 4] {
        let corners = [(r[0], r[1]), (r[2], r[1]), (r[0], r[3]), (r[2], r[3])].map(|(x, y)| self.apply(x, y));
        let mut out = [f32::INFINITY, f32::INFINITY, f32::NEG_INFINITY, f32::NEG_INFINITY];
        for (x, y) in corners {
            out = [out[0].min(x), out[1].min(y), out[2].max(x), out[3].max(y)];
        }
        out
    }
}

/// What an item shows.
#[derive(Clone, Debug)]
pub enum Picture {
    /// A frame of a source.
    Frame(Arc<VideoFrame>),
    /// A nested scene that has to be drawn by itself first; its background is transparent.
    List(Arc<DrawList>),
    /// Another picture that has to be filtered first.
    Filtered(Arc<Filtered>),
}

impl Picture {
    /// (width, height) in pixels.
    pub fn size(&self) -> (u32, u32) {
        match self {
            Self::Frame(f) => (f.width, f.height),
            Self::List(l) => (l.width, l.height),
            Self::Filtered(f) => f.size(),
        }
    }
    /// Whether no pixel can be transparent.
    pub fn is_opaque(&self) -> bool {
        match self {
            Self::Frame(f) => f.is_opaque(),
            Self::List(_) => false,
            Self::Filtered(f) => f.is_opaque(),
        }
    }
    /// A number of everything that decides how it looks, and what it is of.
    pub fn signature(&self) -> (u8, u64) {
        match self {
            Self::Frame(f) => (0, f.id),
            Self::List(l) => (1, signature(l)),
            Self::Filtered(f) => (2, f.signature()),
        }
    }
}

/// How a placed picture is sampled and how it mixes with what is below it.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Style {
    /// How it is brought to size.
    pub filter: Sampling,
    /// What becomes of its colour and the one below.
    pub blend: BlendMode,
    /// Which numbers are mixed.
    pub space: BlendSpace,
    /// Radius of its corners, canvas pixels.
    pub radius: f32,
}

impl Style {
    /// Whether it is simply laid over what is below.
    pub fn is_over(&self) -> bool {
        crate::blend::is_over(self.blend, self.space)
    }
}

/// One picture on the canvas.
#[derive(Clone, Debug)]
pub struct DrawItem {
    /// What is shown.
    pub picture: Picture,
    /// The part of the picture that is shown: x0, y0, x1, y1 in its pixels, inside `0, 0, width, height`.
    pub crop: [f32; 4],
    /// From pixels of the full picture (not of the crop) to pixels of the canvas.
    pub canvas_from_picture: Affine,
    /// 0 invisible, 1 solid.
    pub opacity: f32,
    /// How it is sampled and mixed.
    pub style: Style,
}

impl DrawItem {
    /// The whole of a frame, moved to `(x, y)`.
    pub fn whole(frame: Arc<VideoFrame>, x: f32, y: f32) -> Self {
        let crop = [0.0, 0.0, frame.width as f32, frame.height as f32];
        Self {
            picture: Picture::Frame(frame),
            crop,
            canvas_from_picture: Affine::place(x, y),
            opacity: 1.0,
            style: Style::default(),
        }
    }
    /// Whether every pixel well inside its rectangle hides what is below.
    pub fn is_solid(&self) -> bool {
        let over = self.style.blend == BlendMode::Normal && self.style.radius == 0.0;
        over && self.picture.is_opaque() && self.opacity >= 1.0 && self.canvas_from_picture.is_upright()
    }
    /// The smallest upright rectangle `[x0, y0, x1, y1]` around it on the canvas.
    pub fn bounds(&self) -> [f32; 4] {
        self.canvas_from_picture.bounds(self.crop)
    }
}

/// What a canvas shows, bottom first.
#[derive(Clone, Debug)]
pub struct DrawList {
    /// Width of the canvas in pixels.
    pub width: u32,
    /// Height of the canvas in pixels.
    pub height: u32,
    /// What is behind everything; transparent for a nested list.
    pub background: Rgba,
    /// Pictures, the last on top.
    pub items: Vec<DrawItem>,
}

/// A number of everything that decides how the list looks: equal signatures mean equal pictures.
pub fn signature(list: &DrawList) -> u64 {
    let mut h = DefaultHasher::new();
    (list.width, list.height, list.background, list.items.len()).hash(&mut h);
    for item in &list.items {
        item.picture.signature().hash(&mut h);
        let s = &item.style;
        (s.filter, s.blend, s.space, s.radius.to_bits()).hash(&mut h);
        let m = &item.canvas_from_picture;
        for v in item
            .crop
            .iter()
            .chain([&m.a, &m.b, &m.c, &m.d, &m.e, &m.f, &item.opacity])
        {
            v.to_bits().hash(&mut h);
        }
    }
    h.finish()
}
