//! The memory a picture is drawn into: I420 planes in one pooled buffer, with two alpha planes (at luma and at chroma size)
//! when it is a nested scene. Layers are blended row by row, only where they lie.

use super::{
    image::{Grid, Image, Part, Rect, View},
    mix, rows,
};
use crate::{CompositorError, Style, color::FromRgb, color::byte};
use media::{AlphaMode, ColorInfo, FramePool, MediaTime, PixelFormat, Plane, VideoFrame};
use project::Rgba;

/// A picture being drawn.
pub struct Canvas {
    buf: Vec<u8>,
    luma: Rect,
    chroma: Rect,
    alpha: bool,
}

impl Canvas {
    /// Memory of `w` × `h` pixels with whatever was in it; with alpha planes for a nested scene.
    pub fn new(pool: &FramePool, w: u32, h: u32, alpha: bool) -> Self {
        let luma = Rect::size(w as usize, h as usize);
        let chroma = Grid::C420.cover(luma);
        let size = |r: &Rect| r.w() * r.h();
        let bytes = size(&luma) * if alpha { 2 } else { 1 } + size(&chroma) * if alpha { 3 } else { 2 };
        Self {
            buf: pool.take(bytes),
            luma,
            chroma,
            alpha,
        }
    }

    /// Planes in the order Y, U, V, alpha, alpha at chroma size; the last two empty without alpha.
    fn planes(&mut self) -> [&mut [u8]; 5] {
        let (l, c) = (self.luma.w() * self.luma.h(), self.chroma.w() * self.chroma.h());
        let (y, rest) = self.buf.split_at_mut(l);
        let (u, rest) = rest.split_at_mut(c);
        let (v, rest) = rest.split_at_mut(c);
        let (a, small) = rest.split_at_mut(l.min(rest.len()));
        [y, u, v, a, small]
    }

    /// Fills with a colour; a canvas without alpha shows translucent colours over black.
    pub fn fill(&mut self, color: Rgba) {
        let [r, g, b, a] = color.0.map(f64::from);
        let with_alpha = self.alpha;
        let opacity = a / 255.0;
        let [y, u, v] = if with_alpha {
            FromRgb::bt709_limited().yuv([r, g, b]).map(|c| c * opacity)
        } else {
            FromRgb::bt709_limited().yuv([r * opacity, g * opacity, b * opacity])
        };
        for (plane, value) in self.planes().into_iter().zip([y, u, v, a, a]) {
            plane.fill(byte(value));
        }
    }

    /// Draws a layer over what is there, or mixed with it, moved by an even number of pixels; opacity 255 is solid.
    pub fn blend(&mut self, layer: &Image, moved: (i64, i64), opacity: u8, style: &Style) {
        let (luma, chroma) = (self.luma, self.chroma);
        if !style.is_over() {
            return mix::mix(self.planes(), &luma, layer, moved, opacity, style);
        }
        let [y, u, v, a, small] = self.planes();
        blend_part(&mut [y], a, &luma, &layer.luma, moved, opacity);
        blend_part(&mut [u, v], small, &chroma, &layer.chroma, moved, opacity);
    }

    /// The finished picture as a frame, for a canvas without alpha.
    ///
    /// # Errors
    /// The planes do not make a frame: our own mistake.
    pub fn into_frame(self, pool: &FramePool, time: MediaTime) -> Result<VideoFrame, CompositorError> {
        let (l, c) = (self.luma, self.chroma);
        let (ls, cs) = (l.w() * l.h(), c.w() * c.h());
        let bytes = pool.freeze(self.buf);
        let plane = |from: usize, len: usize, stride: usize| Plane {
            data: bytes.slice(from..from + len),
            stride,
        };
        let planes = vec![plane(0, ls, l.w()), plane(ls, cs, c.w()), plane(ls + cs, cs, c.w())];
        let (w, h) = (l.w() as u32, l.h() as u32);
        VideoFrame::new(
            PixelFormat::I420,
            w,
            h,
            planes,
            ColorInfo::BT709_LIMITED,
            AlphaMode::Opaque,
            time,
        )
        .map_err(CompositorError::Frame)
    }

    /// The finished picture of a nested scene.
    pub fn into_image(self, pool: &FramePool) -> Image {
        let (l, c, alpha) = (self.luma, self.chroma, self.alpha);
        let (ls, cs) = (l.w() * l.h(), c.w() * c.h());
        let bytes = pool.freeze(self.buf);
        let view = |from: usize, len: usize, stride: usize| View::new(bytes.slice(from..from + len), stride);
        let part = |grid, rect, colors, alpha| Part {
            grid,
            rect,
            colors,
            alpha,
            premultiplied: true,
        };
        let (u, v) = (view(ls, cs, c.w()), view(ls + cs, cs, c.w()));
        let big = alpha.then(|| view(ls + 2 * cs, ls, l.w()));
        let small = alpha.then(|| view(2 * (ls + cs), cs, c.w()));
        Image {
            luma: part(Grid::FULL, l, vec![view(0, ls, l.w())], big),
            chroma: part(Grid::C420, c, vec![u, v], small),
        }
    }
}

/// Draws one part onto the planes of the same grid; `below` is their alpha plane, empty when the canvas has none.
fn blend_part(planes: &mut [&mut [u8]], below: &mut [u8], size: &Rect, part: &Part, moved: (i64, i64), opacity: u8) {
    let (mx, my) = (moved.0 / i64::from(part.grid.sx), moved.1 / i64::from(part.grid.sy));
    let at = part.rect.moved(mx, my);
    let touched = at.and(size);
    if touched.is_empty() {
        return;
    }
    let (w, stride) = (touched.w(), size.w());
    let x = (touched.x0 - at.x0) as usize;
    for row in touched.y0..touched.y1 {
        let y = (row - at.y0) as usize;
        let start = row as usize * stride + touched.x0 as usize;
        let alpha = part.alpha.as_ref().map(|a| a.row(x, y, w));
        for (plane, color) in planes.iter_mut().zip(&part.colors) {
            if let Some(dst) = plane.get_mut(start..start + w) {
                blend_row(dst, color.row(x, y, w), alpha, part.premultiplied, opacity);
            }
        }
        if let Some(dst) = below.get_mut(start..start + w) {
            match alpha {
                Some(a) if opacity == 255 => rows::over(dst, a, a),
                Some(a) => rows::over_faded(dst, a, a, opacity),
                None => rows::over_solid_faded(dst, &vec![255; w], opacity),
            }
        }
    }
}

fn blend_row(dst: &mut [u8], src: &[u8], alpha: Option<&[u8]>, premultiplied: bool, opacity: u8) {
    match (alpha, premultiplied, opacity) {
        (None, _, 255) if dst.len() == src.len() => dst.copy_from_slice(src),
        (None, _, o) => rows::over_solid_faded(dst, src, o),
        (Some(a), true, 255) => rows::over(dst, src, a),
        (Some(a), true, o) => rows::over_faded(dst, src, a, o),
        (Some(a), false, 255) => rows::over_straight(dst, src, a),
        (Some(a), false, o) => rows::over_straight_faded(dst, src, a, o),
    }
}
