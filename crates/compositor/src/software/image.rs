//! Pictures as the CPU renderer works on them: 8-bit BT.709 limited-range planes, luma and chroma apart, each with its own
//! alpha, zero-copy where the frame already has that form. The same type serves for a source's picture and for a layer that
//! lies ready on the canvas.
//!
//! Premultiplied planes hold `code·alpha/255`, offset included (a transparent sample is 0 in every plane); see [`super::rows`].

use crate::filters::Layer;
use bytes::Bytes;
use media::FramePool;

/// A window into a plane of bytes.
#[derive(Clone, Debug)]
pub struct View {
    data: Bytes,
    offset: usize,
    stride: usize,
}

impl View {
    /// Rows of `stride` bytes from the start of `data`.
    pub fn new(data: Bytes, stride: usize) -> Self {
        Self {
            data,
            offset: 0,
            stride,
        }
    }
    /// `len` samples of row `y` from column `x`; nothing where that is outside.
    pub fn row(&self, x: usize, y: usize, len: usize) -> &[u8] {
        let start = self.offset + y * self.stride + x;
        self.data.get(start..start + len).unwrap_or(&[])
    }
    /// All bytes from the first sample on, and the stride.
    pub fn samples(&self) -> (&[u8], usize) {
        (self.data.get(self.offset..).unwrap_or(&[]), self.stride)
    }
    /// The same as a plane of so many samples and rows, for filters.
    pub fn layer(&self, width: usize, height: usize) -> Layer {
        Layer::new(
            self.data.slice(self.offset.min(self.data.len())..),
            self.stride,
            width,
            height,
        )
    }
    /// The window that begins at column `x` of row `y`.
    pub fn at(&self, x: usize, y: usize) -> Self {
        Self {
            offset: self.offset + y * self.stride + x,
            ..self.clone()
        }
    }
}

/// Where the samples of a plane lie: one for every `sx` × `sy` pixels, on the first of the columns and in the middle of the
/// rows (left-sited, as MPEG-2 and H.264 have it). Sample `k` is at pixel coordinate `0.5 + sx·k`, `sy/2 + sy·k`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    /// Pixels per sample across.
    pub sx: u32,
    /// Pixels per sample down.
    pub sy: u32,
}

impl Grid {
    /// One sample a pixel.
    pub const FULL: Self = Self { sx: 1, sy: 1 };
    /// Chroma of 4:2:0.
    pub const C420: Self = Self { sx: 2, sy: 2 };
    /// Chroma of 4:2:2.
    pub const C422: Self = Self { sx: 2, sy: 1 };

    /// Samples that cover the pixels `[x0, y0, x1, y1]`.
    pub fn cover(self, px: Rect) -> Rect {
        let (sx, sy) = (i64::from(self.sx), i64::from(self.sy));
        Rect {
            x0: px.x0.div_euclid(sx),
            y0: px.y0.div_euclid(sy),
            x1: (px.x1 + sx - 1).div_euclid(sx),
            y1: (px.y1 + sy - 1).div_euclid(sy),
        }
    }
}

/// A rectangle of whole samples or pixels; the ends are not in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rect {
    pub x0: i64,
    pub y0: i64,
    pub x1: i64,
    pub y1: i64,
}

impl Rect {
    /// From the origin.
    pub fn size(w: usize, h: usize) -> Self {
        Self {
            x0: 0,
            y0: 0,
            x1: w as i64,
            y1: h as i64,
        }
    }
    /// Columns.
    pub fn w(&self) -> usize {
        (self.x1 - self.x0).max(0) as usize
    }
    /// Rows.
    pub fn h(&self) -> usize {
        (self.y1 - self.y0).max(0) as usize
    }
    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.w() == 0 || self.h() == 0
    }
    /// What is in both.
    pub fn and(&self, o: &Self) -> Self {
        Self {
            x0: self.x0.max(o.x0),
            y0: self.y0.max(o.y0),
            x1: self.x1.min(o.x1),
            y1: self.y1.min(o.y1),
        }
    }
    /// Moved.
    pub fn moved(&self, x: i64, y: i64) -> Self {
        Self {
            x0: self.x0 + x,
            y0: self.y0 + y,
            x1: self.x1 + x,
            y1: self.y1 + y,
        }
    }
    /// Grown outwards to even edges.
    pub fn even(&self) -> Self {
        Self {
            x0: self.x0 & !1,
            y0: self.y0 & !1,
            x1: (self.x1 + 1) & !1,
            y1: (self.y1 + 1) & !1,
        }
    }
}

/// Planes that share one grid: luma, or both chromas, with the alpha that belongs to them.
#[derive(Clone, Debug)]
pub struct Part {
    /// Where the samples lie.
    pub grid: Grid,
    /// Which samples there are; the views begin at the first.
    pub rect: Rect,
    /// Luma, or U and V.
    pub colors: Vec<View>,
    /// Alpha for these samples; `None` is opaque.
    pub alpha: Option<View>,
    /// Whether the colours are multiplied by alpha already; without meaning when opaque.
    pub premultiplied: bool,
}

/// A whole picture.
#[derive(Clone, Debug)]
pub struct Image {
    /// Y.
    pub luma: Part,
    /// U and V.
    pub chroma: Part,
}

impl Image {
    /// Both parts.
    pub fn parts(&self) -> [&Part; 2] {
        [&self.luma, &self.chroma]
    }
}

/// Fills one new plane of `rect`'s size row by row; the function gets the row (counted from 0) and its samples.
pub fn new_plane(pool: &FramePool, rect: &Rect, mut fill: impl FnMut(usize, &mut [u8])) -> View {
    let (w, h) = (rect.w().max(1), rect.h());
    let mut buf = pool.take(w * h);
    for (y, row) in buf.chunks_exact_mut(w).enumerate() {
        fill(y, row);
    }
    View::new(pool.freeze(buf), w)
}

/// A part's colours multiplied by its alpha.
pub fn premultiply(pool: &FramePool, part: &Part) -> Part {
    let Some(alpha) = part.alpha.as_ref().filter(|_| !part.premultiplied) else {
        return part.clone();
    };
    let w = part.rect.w();
    let colors = part
        .colors
        .iter()
        .map(|c| {
            new_plane(pool, &part.rect, |y, row| {
                super::rows::multiply(row, c.row(0, y, w), alpha.row(0, y, w));
            })
        })
        .collect();
    Part {
        colors,
        premultiplied: true,
        ..part.clone()
    }
}
