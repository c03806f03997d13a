//! What the tests share: test pictures of every format, a renderer (or a printed word that there is no adapter), and the
//! comparison of two pictures by tolerance and number of outliers.

use compositor::{Affine, DrawItem, DrawList, Picture, Style, gpu};
use media::{AlphaMode, ColorInfo, ColorMatrix, ColorRange, MediaTime, PixelFormat, Plane, VideoFrame};
use project::Rgba;
use std::sync::Arc;

/// A GPU renderer, or `None` with a word when this computer has no adapter at all.
#[expect(clippy::print_stdout, reason = "a skipped test must say so")]
pub fn renderer(width: u32, height: u32) -> Option<gpu::GpuRenderer> {
    if gpu::adapter_summary().is_none() {
        println!("SKIPPED: no graphics adapter on this computer, not even lavapipe");
        return None;
    }
    // A device of its own, so that its counts are its own.
    let context = gpu::GpuContext::new().expect("an adapter was found");
    Some(gpu::GpuRenderer::on(context, width, height).expect("a canvas"))
}

/// One sample of the test pattern: smooth waves with a hard-edged block, different in every plane.
fn sample(x: usize, y: usize, w: usize, h: usize, plane: usize, seed: u32) -> u8 {
    let (fx, fy) = (x as f32 / w as f32, y as f32 / h as f32);
    let phase = plane as f32 * 1.3 + seed as f32 * 0.7;
    let wave = (fx * 7.0 + phase).sin() * 50.0 + (fy * 5.0 - phase).cos() * 40.0;
    let block = if (0.3..0.55).contains(&fx) && (0.25..0.6).contains(&fy) {
        25.0
    } else {
        0.0
    };
    (128.0 + wave + block).clamp(18.0, 234.0) as u8
}

/// A picture of the test pattern. Premultiplied pictures are made so that colour is never above alpha.
pub fn picture(format: PixelFormat, w: u32, h: u32, color: ColorInfo, alpha: AlphaMode, seed: u32) -> Arc<VideoFrame> {
    let (w, h) = (w as usize, h as usize);
    let planes = (0..format.planes())
        .map(|i| {
            let (bytes, rows) = format.plane_size(i, w as u32, h as u32);
            // A few bytes of padding, as decoders have it.
            let stride = bytes + 8;
            let mut data = vec![0xEE; stride * rows];
            for (y, row) in data.chunks_exact_mut(stride).enumerate() {
                for (x, v) in row[..bytes].iter_mut().enumerate() {
                    *v = match (format.is_yuv(), format) {
                        (false, _) => sample(x / 4, y, w, h, x % 4, seed),
                        (_, PixelFormat::Nv12) if i == 1 => sample(x / 2, y, bytes / 2, rows, 1 + x % 2, seed),
                        _ => sample(x, y, bytes, rows, i, seed),
                    };
                }
                if !format.is_yuv() && alpha == AlphaMode::Premultiplied {
                    for px in row[..bytes].chunks_exact_mut(4) {
                        let a = u32::from(px[3]);
                        px[..3].iter_mut().for_each(|c| *c = (u32::from(*c) * a / 255) as u8);
                    }
                }
            }
            Plane {
                data: data.into(),
                stride,
            }
        })
        .collect();
    Arc::new(VideoFrame::new(format, w as u32, h as u32, planes, color, alpha, MediaTime::ZERO).expect("picture"))
}

/// BT.709 limited I420.
pub fn video(w: u32, h: u32, seed: u32) -> Arc<VideoFrame> {
    picture(
        PixelFormat::I420,
        w,
        h,
        ColorInfo::BT709_LIMITED,
        AlphaMode::Opaque,
        seed,
    )
}

/// Straight RGBA.
pub fn overlay(w: u32, h: u32, seed: u32) -> Arc<VideoFrame> {
    picture(PixelFormat::Rgba, w, h, ColorInfo::SRGB, AlphaMode::Straight, seed)
}

/// A colour description.
pub fn color(matrix: ColorMatrix, range: ColorRange) -> ColorInfo {
    ColorInfo {
        matrix,
        range,
        ..ColorInfo::default()
    }
}

/// Scale, then rotate by `degrees`, then move.
pub fn place(sx: f32, sy: f32, degrees: f32, x: f32, y: f32) -> Affine {
    let (s, c) = degrees.to_radians().sin_cos();
    let (s, c) = if degrees == 0.0 { (0.0, 1.0) } else { (s, c) };
    Affine {
        a: c * sx,
        b: s * sx,
        c: -s * sy,
        d: c * sy,
        e: x,
        f: y,
    }
}

/// A whole frame, placed.
pub fn item(frame: &Arc<VideoFrame>, m: Affine) -> DrawItem {
    DrawItem {
        canvas_from_picture: m,
        ..DrawItem::whole(frame.clone(), 0.0, 0.0)
    }
}

/// A nested list, placed.
pub fn nested(list: DrawList, m: Affine, opacity: f32) -> DrawItem {
    DrawItem {
        crop: [0.0, 0.0, list.width as f32, list.height as f32],
        picture: Picture::List(Arc::new(list)),
        canvas_from_picture: m,
        opacity,
        style: Style::default(),
    }
}

/// A canvas with a dull green behind everything.
pub fn list(width: u32, height: u32, items: Vec<DrawItem>) -> DrawList {
    DrawList {
        width,
        height,
        background: Rgba([30, 90, 60, 255]),
        items,
    }
}

/// Y, U, V of a frame in I420 or NV12, tightly packed.
pub fn planes(f: &VideoFrame) -> [Vec<u8>; 3] {
    let (w, h) = (f.width, f.height);
    let (cw, ch) = (w.div_ceil(2) as usize, h.div_ceil(2) as usize);
    let rows = |i: usize, bytes: usize, n: usize| -> Vec<u8> {
        (0..n).flat_map(|y| f.planes[i].row(y, bytes).to_vec()).collect()
    };
    let y = rows(0, w as usize, h as usize);
    if f.format == PixelFormat::Nv12 {
        let uv = rows(1, 2 * cw, ch);
        return [
            y,
            uv.iter().copied().step_by(2).collect(),
            uv.iter().copied().skip(1).step_by(2).collect(),
        ];
    }
    assert_eq!(f.format, PixelFormat::I420);
    [y, rows(1, cw, ch), rows(2, cw, ch)]
}

/// How far two pictures are apart.
#[derive(Debug, Default)]
pub struct Difference {
    pub largest: u8,
    pub outliers: usize,
    pub samples: usize,
    pub first: Option<(usize, usize, usize, u8, u8)>,
}

/// Largest difference and the samples that differ by more than `tolerance`; the first of them as plane, x, y, a, b.
pub fn compare(a: &VideoFrame, b: &VideoFrame, tolerance: u8) -> Difference {
    assert_eq!((a.width, a.height), (b.width, b.height));
    let mut d = Difference::default();
    for (i, (p, q)) in planes(a).iter().zip(&planes(b)).enumerate() {
        let w = if i == 0 {
            a.width as usize
        } else {
            a.width.div_ceil(2) as usize
        };
        for (k, (x, y)) in p.iter().zip(q).enumerate() {
            let diff = x.abs_diff(*y);
            d.largest = d.largest.max(diff);
            d.samples += 1;
            if diff > tolerance {
                d.outliers += 1;
                d.first.get_or_insert((i, k % w, k / w, *x, *y));
            }
        }
    }
    d
}
