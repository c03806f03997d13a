//! A frame of any format as an [`Image`]: BT.709 limited-range planes. I420(A), I422 and I444(A) in that colour space are not
//! copied. Only the asked region is converted. RGB with alpha comes out premultiplied; YUV keeps what it is.

use super::{
    convert::{self, Order, RgbAlpha, YuvFixed},
    image::{Grid, Image, Part, Rect, View, new_plane},
    rows,
};
use crate::color::YuvMap;
use media::{AlphaMode, FramePool, PixelFormat, Plane, VideoFrame};
use multiversion::multiversion;

/// The frame's pixels in `region` (inside the frame, even edges or the frame's own). `halve` asks for 4:2:0 chroma from
/// RGB, for pictures that are shown pixel by pixel on even coordinates.
pub fn load(pool: &FramePool, f: &VideoFrame, region: Rect, halve: bool) -> Image {
    if f.format == PixelFormat::P010 {
        load_yuv(pool, &narrowed(pool, f), region)
    } else if f.format.is_yuv() {
        load_yuv(pool, f, region)
    } else {
        load_rgb(pool, f, region, halve)
    }
}

/// A picture of 10 bits rounded to 8, as I420 under the same id; others as they are.
pub fn narrowed(pool: &FramePool, f: &VideoFrame) -> VideoFrame {
    if f.format != PixelFormat::P010 {
        return f.clone();
    }
    let (w, h) = (f.width as usize, f.height as usize);
    let (cw, ch) = (w.div_ceil(2), h.div_ceil(2));
    let mut luma = pool.take(w * h);
    for (y, row) in luma.chunks_exact_mut(w).enumerate() {
        narrow(row, f.planes[0].row(y, 2 * w), 0, 2);
    }
    let chroma = [0, 2].map(|first| {
        let mut plane = pool.take(cw * ch);
        for (y, row) in plane.chunks_exact_mut(cw).enumerate() {
            narrow(row, f.planes[1].row(y, 4 * cw), first, 4);
        }
        plane
    });
    let [u, v] = chroma;
    let plane = |data, stride| Plane {
        data: pool.freeze(data),
        stride,
    };
    VideoFrame {
        format: PixelFormat::I420,
        planes: vec![plane(luma, w), plane(u, cw), plane(v, cw)],
        ..f.clone()
    }
}

/// One 16-bit word of every `step` bytes, from byte `first` on, to the nearest of 8 bits.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn narrow(out: &mut [u8], words: &[u8], first: usize, step: usize) {
    for (o, w) in out.iter_mut().zip(words.chunks_exact(step)) {
        let word = u16::from_le_bytes([w[first], w[first + 1]]);
        *o = (word.saturating_add(128) >> 8) as u8;
    }
}

fn view(f: &VideoFrame, plane: usize) -> View {
    let p = &f.planes[plane];
    View::new(p.data.clone(), p.stride)
}

/// The chroma grid of a format.
fn grid(format: PixelFormat) -> Grid {
    match format {
        PixelFormat::I420 | PixelFormat::I420A | PixelFormat::Nv12 => Grid::C420,
        PixelFormat::I422 => Grid::C422,
        _ => Grid::FULL,
    }
}

fn load_yuv(pool: &FramePool, f: &VideoFrame, region: Rect) -> Image {
    let grid = grid(f.format);
    // The region's edges are even or the frame's own, so its chroma begins at a sample.
    let c = grid.cover(region);
    let origin = |v: View, r: &Rect| v.at(r.x0.max(0) as usize, r.y0.max(0) as usize);
    let y = origin(view(f, 0), &region);
    let [u, v] = if f.format == PixelFormat::Nv12 {
        split(pool, &view(f, 1), &c)
    } else {
        [origin(view(f, 1), &c), origin(view(f, 2), &c)]
    };
    let opaque = f.is_opaque();
    let alpha = (!opaque).then(|| origin(view(f, 3), &region));
    let small = alpha.as_ref().map(|a| {
        if grid == Grid::FULL {
            a.clone()
        } else {
            halve_view(pool, a, &region)
        }
    });
    let premultiplied = f.alpha == AlphaMode::Premultiplied && !opaque;
    let mut image = Image {
        luma: Part {
            grid: Grid::FULL,
            rect: region,
            colors: vec![y],
            alpha,
            premultiplied,
        },
        chroma: Part {
            grid,
            rect: c,
            colors: vec![u, v],
            alpha: small,
            premultiplied,
        },
    };
    if let Some(map) = YuvMap::new(f.color) {
        image = to_709(pool, &image, &YuvFixed::new(&map));
    }
    if premultiplied {
        image.luma = rebased(pool, image.luma, 16);
        image.chroma = rebased(pool, image.chroma, 128);
    }
    image
}

/// NV12's chroma as two planes.
fn split(pool: &FramePool, uv: &View, c: &Rect) -> [View; 2] {
    let (w, h) = (c.w().max(1), c.h());
    let (mut u, mut v) = (pool.take(w * h), pool.take(w * h));
    for (y, (u, v)) in u.chunks_exact_mut(w).zip(v.chunks_exact_mut(w)).enumerate() {
        let pairs = uv.row(2 * c.x0 as usize, y + c.y0 as usize, 2 * w);
        rows::deinterleave(pairs, u, v);
    }
    [u, v].map(|p| View::new(pool.freeze(p), w))
}

/// A full-size plane of `region` at 4:2:0 chroma size.
fn halve_view(pool: &FramePool, v: &View, region: &Rect) -> View {
    let (w, h) = (region.w(), region.h());
    let mut sum = vec![0; w];
    new_plane(pool, &Grid::C420.cover(*region), |y, out| {
        let below = (2 * y + 1).min(h.saturating_sub(1));
        rows::halve(out, v.row(0, 2 * y, w), v.row(0, below, w), &mut sum);
    })
}

fn rebased(pool: &FramePool, part: Part, offset: u8) -> Part {
    let Some(alpha) = &part.alpha else { return part };
    let w = part.rect.w();
    let colors = part
        .colors
        .iter()
        .map(|c| {
            new_plane(pool, &part.rect, |y, row| {
                row.copy_from_slice(c.row(0, y, w));
                convert::rebase(row, alpha.row(0, y, w), offset);
            })
        })
        .collect();
    Part { colors, ..part }
}

/// YCbCr of another matrix or range to ours. Luma needs chroma at its own size when the matrix differs.
fn to_709(pool: &FramePool, image: &Image, map: &YuvFixed) -> Image {
    let [ky, ku, kv] = map.0;
    let (l, c) = (&image.luma, &image.chroma);
    let (w, cw, ch) = (l.rect.w(), c.rect.w(), c.rect.h());
    let (mut wide_u, mut wide_v) = (vec![0u16; w], vec![0u16; w]);
    let needs_chroma = ky[1] != 0 || ky[2] != 0;
    let luma = new_plane(pool, &l.rect, |y, out| {
        if needs_chroma {
            // A 4:2:0 chroma row lies between its two luma rows: ¾ of it and ¼ of the next one outwards.
            let near = y / c.grid.sy as usize;
            let far = match (c.grid.sy, y % 2) {
                (1, _) => near,
                (_, 0) => near.saturating_sub(1),
                _ => (near + 1).min(ch.saturating_sub(1)),
            };
            for (wide, plane) in [(&mut wide_u, &c.colors[0]), (&mut wide_v, &c.colors[1])] {
                convert::widen(wide, plane.row(0, near, cw), plane.row(0, far, cw), c.grid.sx == 2);
            }
        }
        convert::yuv_luma(out, l.colors[0].row(0, y, w), &wide_u, &wide_v, ky);
    });
    let chroma = [ku, kv].map(|k| {
        new_plane(pool, &c.rect, |y, out| {
            convert::yuv_chroma(out, c.colors[0].row(0, y, cw), c.colors[1].row(0, y, cw), k);
        })
    });
    Image {
        luma: Part {
            colors: vec![luma],
            ..l.clone()
        },
        chroma: Part {
            colors: chroma.to_vec(),
            ..c.clone()
        },
    }
}

/// The RGB pixels of a region.
struct Pixels {
    view: View,
    region: Rect,
    order: Order,
    alpha: RgbAlpha,
    rows: [convert::RgbRow; 3],
}

impl Pixels {
    fn new(f: &VideoFrame, region: Rect) -> Self {
        let rgba = f.format == PixelFormat::Rgba;
        Self {
            view: view(f, 0).at(4 * region.x0.max(0) as usize, region.y0.max(0) as usize),
            region,
            order: if rgba { Order::RGBA } else { Order::BGRA },
            alpha: match f.alpha {
                _ if f.is_opaque() => RgbAlpha::Ignored,
                AlphaMode::Premultiplied => RgbAlpha::Multiplied,
                _ => RgbAlpha::Straight,
            },
            rows: convert::rgb_rows(),
        }
    }
    /// Row `y`, counted from the region's first; the last again below it.
    fn row(&self, y: usize) -> &[u8] {
        let y = y.min(self.region.h().saturating_sub(1));
        self.view.row(0, y, 4 * self.region.w())
    }
    /// Y, U or V (0 to 2) of row `y`.
    fn component(&self, out: &mut [u8], y: usize, i: usize) {
        match self.alpha {
            RgbAlpha::Ignored => convert::rgb_opaque(out, self.row(y), self.order, self.rows[i]),
            RgbAlpha::Straight => convert::rgb_straight(out, self.row(y), self.order, self.rows[i]),
            RgbAlpha::Multiplied => convert::rgb_multiplied(out, self.row(y), self.order, self.rows[i]),
        }
    }
    /// U and V as samples of `grid`.
    fn chroma(&self, pool: &FramePool, grid: Grid) -> [View; 2] {
        let small = grid.cover(self.region);
        if grid == Grid::FULL {
            return [1, 2].map(|i| new_plane(pool, &small, |y, out| self.component(out, y, i)));
        }
        if self.alpha != RgbAlpha::Straight {
            return self.halved(pool, &small);
        }
        let w = self.region.w();
        let (mut top, mut bottom, mut sum) = (vec![0; w], vec![0; w], vec![0; w]);
        [1, 2].map(|i| {
            new_plane(pool, &small, |y, out| {
                self.component(&mut top, 2 * y, i);
                self.component(&mut bottom, 2 * y + 1, i);
                rows::halve(out, &top, &bottom, &mut sum);
            })
        })
    }
    /// 4:2:0 chroma of opaque or premultiplied pixels, averaged before it is converted.
    fn halved(&self, pool: &FramePool, small: &Rect) -> [View; 2] {
        let (w, cw, ch) = (self.region.w(), small.w().max(1), small.h());
        let (mut u, mut v) = (pool.take(cw * ch), pool.take(cw * ch));
        let (mut even, mut odd) = (vec![0; w], vec![0; w]);
        let [_, ku, kv] = self.rows;
        let multiplied = self.alpha == RgbAlpha::Multiplied;
        for (y, (u, v)) in u.chunks_exact_mut(cw).zip(v.chunks_exact_mut(cw)).enumerate() {
            let pair = [self.row(2 * y), self.row(2 * y + 1)];
            convert::rgb_halved([u, v], pair, self.order, [ku, kv], multiplied, [&mut even, &mut odd]);
        }
        [u, v].map(|p| View::new(pool.freeze(p), cw))
    }
}

fn load_rgb(pool: &FramePool, f: &VideoFrame, region: Rect, halve: bool) -> Image {
    let pixels = Pixels::new(f, region);
    let grid = if halve { Grid::C420 } else { Grid::FULL };
    let alpha = (pixels.alpha != RgbAlpha::Ignored)
        .then(|| new_plane(pool, &region, |y, out| convert::rgb_alpha(out, pixels.row(y))));
    let small = alpha
        .as_ref()
        .map(|a| if halve { halve_view(pool, a, &region) } else { a.clone() });
    let premultiplied = alpha.is_some();
    Image {
        luma: Part {
            grid: Grid::FULL,
            rect: region,
            colors: vec![new_plane(pool, &region, |y, out| pixels.component(out, y, 0))],
            alpha,
            premultiplied,
        },
        chroma: Part {
            grid,
            rect: grid.cover(region),
            colors: pixels.chroma(pool, grid).to_vec(),
            alpha: small,
            premultiplied,
        },
    }
}
