//! Pictures. A [`VideoFrame`] is cheap to clone: its planes are reference-counted bytes that may belong to a decoder, a
//! capture buffer or a [`FramePool`]. Frames are never changed once published.

use crate::{ColorInfo, MediaTime};
use bytes::Bytes;
use parking_lot::Mutex;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// Memory layouts we compose from. Chroma of the 4:2:0 formats has (width+1)/2 × (height+1)/2 samples, left-sited.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PixelFormat {
    /// Planes Y, U, V; 4:2:0.
    I420,
    /// Planes Y, U, V, A; 4:2:0, alpha at full size and full range.
    I420A,
    /// Planes Y, interleaved UV; 4:2:0.
    Nv12,
    /// The same with 10 bits: little-endian words of 16, the low six 0. Of HDR pictures, until they are made SDR.
    P010,
    /// Planes Y, U, V; 4:2:2 (chroma width (width+1)/2, full height).
    I422,
    /// Planes Y, U, V; 4:4:4.
    I444,
    /// Planes Y, U, V, A; 4:4:4.
    I444A,
    /// One plane R, G, B, A.
    Rgba,
    /// One plane B, G, R, A.
    Bgra,
    /// One plane B, G, R and a byte without meaning: X11 screens.
    Bgrx,
}

impl PixelFormat {
    /// Number of planes.
    pub const fn planes(self) -> usize {
        match self {
            Self::Rgba | Self::Bgra | Self::Bgrx => 1,
            Self::Nv12 | Self::P010 => 2,
            Self::I420 | Self::I422 | Self::I444 => 3,
            Self::I420A | Self::I444A => 4,
        }
    }
    /// Whether the format can be transparent.
    pub const fn has_alpha(self) -> bool {
        matches!(self, Self::I420A | Self::I444A | Self::Rgba | Self::Bgra)
    }
    /// Whether samples are luma and chroma.
    pub const fn is_yuv(self) -> bool {
        !matches!(self, Self::Rgba | Self::Bgra | Self::Bgrx)
    }
    /// (bytes per row, rows) of plane `i` for a picture of this size, without padding.
    pub const fn plane_size(self, i: usize, width: u32, height: u32) -> (usize, usize) {
        let (w, h) = (width as usize, height as usize);
        let (cw, ch) = (w.div_ceil(2), h.div_ceil(2));
        match (self, i) {
            (Self::Rgba | Self::Bgra | Self::Bgrx, _) => (w * 4, h),
            (Self::I420 | Self::I420A, 1 | 2) => (cw, ch),
            (Self::I422, 1 | 2) => (cw, h),
            (Self::Nv12, 1) => (cw * 2, ch),
            (Self::P010, 1) => (cw * 4, ch),
            (Self::P010, _) => (w * 2, h),
            _ => (w, h),
        }
    }
}

/// How colour relates to alpha.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum AlphaMode {
    /// No transparency: alpha is ignored.
    #[default]
    Opaque,
    /// Colour is not multiplied by alpha (PNG, VP9 with alpha).
    Straight,
    /// Colour is already multiplied by alpha (text, nested scenes).
    Premultiplied,
}

/// Whether a picture is one moment, or two woven line by line, and which of them came first.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Fields {
    /// One moment.
    #[default]
    Progressive,
    /// Two; the first, third … row came first.
    TopFirst,
    /// Two; the second, fourth … row came first.
    BottomFirst,
}

/// One plane of samples.
#[derive(Clone, Debug)]
pub struct Plane {
    /// The bytes; row `y` starts at `y * stride`.
    pub data: Bytes,
    /// Bytes from one row to the next.
    pub stride: usize,
}

impl Plane {
    /// `len` bytes of row `y`.
    pub fn row(&self, y: usize, len: usize) -> &[u8] {
        &self.data[y * self.stride..][..len]
    }
}

/// An immutable picture.
#[derive(Clone, Debug)]
pub struct VideoFrame {
    /// Unique in the process: equal ids mean equal pixels.
    pub id: u64,
    /// Memory layout.
    pub format: PixelFormat,
    /// Width in pixels, at least 1.
    pub width: u32,
    /// Height in pixels, at least 1.
    pub height: u32,
    /// As many planes as the format has.
    pub planes: Vec<Plane>,
    /// How to read the samples.
    pub color: ColorInfo,
    /// How colour relates to alpha.
    pub alpha: AlphaMode,
    /// Whether it is made of two fields.
    pub fields: Fields,
    /// When it is to be shown, on the engine's timeline (or as its maker says).
    pub time: MediaTime,
}

/// A frame nobody has seen before: a fresh id for [`VideoFrame::id`].
pub fn next_frame_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Largest accepted width or height, pixels.
pub const MAX_DIMENSION: u32 = 16_384;

impl VideoFrame {
    /// A frame of planes that are checked to be large enough.
    ///
    /// # Errors
    /// A sentence, when a plane is missing or too short, or the size is 0 or above [`MAX_DIMENSION`].
    pub fn new(
        format: PixelFormat,
        width: u32,
        height: u32,
        planes: Vec<Plane>,
        color: ColorInfo,
        alpha: AlphaMode,
        time: MediaTime,
    ) -> Result<Self, String> {
        if width == 0 || height == 0 || width > MAX_DIMENSION || height > MAX_DIMENSION {
            return Err(format!(
                "a picture of {width}×{height} is outside 1×1 to {MAX_DIMENSION}×{MAX_DIMENSION}"
            ));
        }
        if planes.len() != format.planes() {
            return Err(format!(
                "{format:?} needs {} planes, got {}",
                format.planes(),
                planes.len()
            ));
        }
        for (i, p) in planes.iter().enumerate() {
            let (bytes, rows) = format.plane_size(i, width, height);
            if p.stride < bytes || p.data.len() < p.stride * (rows - 1) + bytes {
                return Err(format!(
                    "plane {i} of a {width}×{height} {format:?} picture is too short"
                ));
            }
        }
        Ok(Self {
            id: next_frame_id(),
            format,
            width,
            height,
            planes,
            color,
            alpha,
            fields: Fields::Progressive,
            time,
        })
    }

    /// A one-plane RGBA picture from tightly packed bytes.
    ///
    /// # Errors
    /// As [`VideoFrame::new`].
    pub fn rgba(width: u32, height: u32, data: impl Into<Bytes>, alpha: AlphaMode) -> Result<Self, String> {
        let plane = Plane {
            data: data.into(),
            stride: width as usize * 4,
        };
        Self::new(
            PixelFormat::Rgba,
            width,
            height,
            vec![plane],
            ColorInfo::SRGB,
            alpha,
            MediaTime::ZERO,
        )
    }

    /// The same pixels (and id) to be shown at another time.
    pub fn at(&self, time: MediaTime) -> Self {
        Self { time, ..self.clone() }
    }

    /// Whether no pixel can be transparent.
    pub fn is_opaque(&self) -> bool {
        self.alpha == AlphaMode::Opaque || !self.format.has_alpha()
    }
}

/// Reuses picture memory, so steady running allocates nothing. Clone freely; clones share the store.
#[derive(Clone, Default)]
pub struct FramePool {
    free: Arc<Mutex<Vec<Vec<u8>>>>,
}

/// Most buffers a pool keeps when nobody uses them.
const POOL_KEEPS: usize = 8;

struct Pooled {
    buf: Vec<u8>,
    home: Arc<Mutex<Vec<Vec<u8>>>>,
}
impl AsRef<[u8]> for Pooled {
    fn as_ref(&self) -> &[u8] {
        &self.buf
    }
}
impl Drop for Pooled {
    fn drop(&mut self) {
        let mut free = self.home.lock();
        if free.len() < POOL_KEEPS {
            free.push(std::mem::take(&mut self.buf));
        }
    }
}

impl FramePool {
    /// An empty pool.
    pub fn new() -> Self {
        Self::default()
    }
    /// A buffer of exactly `len` bytes; contents are whatever was there before.
    pub fn take(&self, len: usize) -> Vec<u8> {
        let mut free = self.free.lock();
        let found = free.iter().position(|b| b.len() == len);
        match found {
            Some(i) => free.swap_remove(i),
            None => {
                // A size nobody asks for any more must not fill the pool.
                if free.len() == POOL_KEEPS {
                    free.remove(0);
                }
                drop(free);
                vec![0; len]
            }
        }
    }
    /// Freezes a buffer into shared bytes that return to this pool when the last user drops them.
    pub fn freeze(&self, buf: Vec<u8>) -> Bytes {
        Bytes::from_owner(Pooled {
            buf,
            home: self.free.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pool_reuses_memory() {
        let pool = FramePool::new();
        let a = pool.take(100);
        let ptr = a.as_ptr();
        let b = pool.freeze(a);
        drop(b.clone());
        let other = pool.take(100);
        assert_ne!(other.as_ptr(), ptr, "still in use");
        drop(b);
        let again = pool.take(100);
        assert_eq!(again.as_ptr(), ptr);
    }

    #[test]
    fn short_planes_are_refused() {
        let e = VideoFrame::rgba(2, 2, vec![0; 15], AlphaMode::Straight).expect_err("too short");
        assert!(e.contains("2×2"), "{e}");
        assert!(VideoFrame::rgba(0, 2, vec![], AlphaMode::Straight).is_err());
        assert_eq!(PixelFormat::I420.plane_size(1, 3, 3), (2, 2));
    }
}
