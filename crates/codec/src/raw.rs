//! Uncompressed pictures as cameras deliver them, into frames of ours. The bytes are copied once, since the camera wants
//! its buffer back.

use crate::{CodecError, frames::bad, scale};
use media::{
    AlphaMode, ColorInfo, ColorMatrix, ColorPrimaries, ColorRange, ColorTransfer, FramePool, MediaTime, PixelFormat,
    VideoFrame, frame::MAX_DIMENSION,
};
use std::sync::OnceLock;

/// Layouts of uncompressed camera pictures; rows follow each other without padding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RawFormat {
    /// Y0 U Y1 V for each pair of pixels (4:2:2), also called YUY2.
    Yuyv,
    /// A plane of luma, then one of interleaved chroma (4:2:0).
    Nv12,
    /// R, G, B.
    Rgb24,
    /// Luma only, full range.
    Gray,
}

/// YUV from a camera that says nothing else: BT.601, limited range (what the Linux kernel's documentation gives as the
/// default of `V4L2_COLORSPACE_SRGB`, and what UVC cameras send).
const CAMERA_YUV: ColorInfo = ColorInfo {
    matrix: ColorMatrix::Bt601,
    range: ColorRange::Limited,
    primaries: ColorPrimaries::Bt709,
    transfer: ColorTransfer::Bt709,
};

fn pool() -> &'static FramePool {
    static POOL: OnceLock<FramePool> = OnceLock::new();
    POOL.get_or_init(FramePool::new)
}

/// A frame of the uncompressed picture `data` of `width`×`height` pixels. YUYV becomes I422, grey I420, RGB BGRX.
///
/// # Errors
/// When `data` is shorter than such a picture is, or the size is out of range.
pub fn frame_from_raw(
    fourcc: RawFormat,
    width: u32,
    height: u32,
    data: &[u8],
    time: MediaTime,
) -> Result<VideoFrame, CodecError> {
    if !(1..=MAX_DIMENSION).contains(&width) || !(1..=MAX_DIMENSION).contains(&height) {
        return Err(bad(format!("its size of {width}×{height} is out of range")));
    }
    let (w, h) = (width as usize, height as usize);
    let (cw, ch) = (w.div_ceil(2), h.div_ceil(2));
    let needed = match fourcc {
        RawFormat::Yuyv => cw * 4 * h,
        RawFormat::Nv12 => w * h + cw * 2 * ch,
        RawFormat::Rgb24 => w * 3 * h,
        RawFormat::Gray => w * h,
    };
    let data = data.get(..needed).ok_or_else(|| {
        bad(format!(
            "a {width}×{height} {fourcc:?} picture has {needed} bytes, but the camera sent {}",
            data.len()
        ))
    })?;
    let (format, color) = match fourcc {
        RawFormat::Yuyv => (PixelFormat::I422, CAMERA_YUV),
        RawFormat::Nv12 => (PixelFormat::Nv12, CAMERA_YUV),
        RawFormat::Rgb24 => (PixelFormat::Bgrx, ColorInfo::SRGB),
        RawFormat::Gray => (
            PixelFormat::I420,
            ColorInfo {
                range: ColorRange::Full,
                ..CAMERA_YUV
            },
        ),
    };
    let (spans, total) = scale::spans(format, width, height);
    let mut buf = pool().take(total);
    let strides: Vec<usize> = spans.iter().map(|s| s.1).collect();
    match fourcc {
        RawFormat::Yuyv => split_yuyv(data, &mut buf, w, h, &strides),
        RawFormat::Nv12 => {
            rows(&data[..w * h], w, &mut buf, strides[0]);
            rows(&data[w * h..], cw * 2, &mut buf[spans[1].0..], strides[1]);
        }
        RawFormat::Rgb24 => bgrx(data, &mut buf, w, strides[0]),
        RawFormat::Gray => {
            rows(data, w, &mut buf, strides[0]);
            buf[spans[1].0..].fill(128);
        }
    }
    let bytes = pool().freeze(buf);
    let planes = scale::planes(&bytes, &spans);
    VideoFrame::new(format, width, height, planes, color, AlphaMode::Opaque, time).map_err(bad)
}

fn rows(src: &[u8], bytes: usize, dst: &mut [u8], stride: usize) {
    for (s, d) in src.chunks_exact(bytes).zip(dst.chunks_mut(stride)) {
        d[..bytes].copy_from_slice(s);
    }
}

fn split_yuyv(src: &[u8], dst: &mut [u8], w: usize, h: usize, strides: &[usize]) {
    let pairs = w.div_ceil(2);
    let (luma, chroma) = dst.split_at_mut(strides[0] * h);
    let (u, v) = chroma.split_at_mut(strides[1] * h);
    let lines = luma
        .chunks_mut(strides[0])
        .zip(u.chunks_mut(strides[1]))
        .zip(v.chunks_mut(strides[2]));
    for (s, ((y, u), v)) in src.chunks_exact(pairs * 4).zip(lines) {
        // The stride has room for the second pixel of the last pair when the width is odd.
        let y = &mut y[..pairs * 2];
        for (((q, y), u), v) in s
            .chunks_exact(4)
            .zip(y.chunks_exact_mut(2))
            .zip(&mut u[..pairs])
            .zip(&mut v[..pairs])
        {
            (y[0], *u, y[1], *v) = (q[0], q[1], q[2], q[3]);
        }
    }
}

fn bgrx(src: &[u8], dst: &mut [u8], w: usize, stride: usize) {
    for (s, d) in src.chunks_exact(w * 3).zip(dst.chunks_mut(stride)) {
        for (s, d) in s.chunks_exact(3).zip(d.chunks_exact_mut(4)) {
            (d[0], d[1], d[2], d[3]) = (s[2], s[1], s[0], 255);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(f: RawFormat, w: u32, h: u32, data: &[u8]) -> VideoFrame {
        frame_from_raw(f, w, h, data, MediaTime::ZERO).expect("long enough")
    }

    #[test]
    fn yuyv_is_split_also_at_odd_widths() {
        let f = frame(
            RawFormat::Yuyv,
            3,
            2,
            &[1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 14, 15, 16, 17, 18],
        );
        assert_eq!(f.format, PixelFormat::I422);
        assert_eq!(f.planes[0].row(1, 3), [11, 13, 15]);
        assert_eq!(f.planes[1].row(0, 2), [2, 6]);
        assert_eq!(f.planes[2].row(1, 2), [14, 18]);
    }

    #[test]
    fn other_layouts_keep_their_values() {
        let f = frame(RawFormat::Rgb24, 1, 2, &[1, 2, 3, 4, 5, 6]);
        assert_eq!(
            (f.format, f.planes[0].row(1, 4)),
            (PixelFormat::Bgrx, &[6, 5, 4, 255][..])
        );
        let f = frame(RawFormat::Gray, 2, 1, &[9, 200]);
        assert_eq!(
            (f.planes[0].row(0, 2), f.planes[2].row(0, 1)),
            (&[9, 200][..], &[128][..])
        );
        let f = frame(RawFormat::Nv12, 2, 2, &[1, 2, 3, 4, 5, 6]);
        assert_eq!(
            (f.planes[0].row(1, 2), f.planes[1].row(0, 2)),
            (&[3, 4][..], &[5, 6][..])
        );
    }

    #[test]
    fn short_pictures_are_refused_with_numbers() {
        let e = frame_from_raw(RawFormat::Yuyv, 640, 480, &[0; 10], MediaTime::ZERO).expect_err("too short");
        assert!(e.to_string().contains("614400"), "{e}");
        assert!(frame_from_raw(RawFormat::Gray, 0, 4, &[], MediaTime::ZERO).is_err());
    }
}
