//! A picture as filters work on it, and the small tools they share.

use crate::software::View;
use bytes::Bytes;
use media::{AlphaMode, ColorInfo, MediaTime, PixelFormat, VideoFrame};

/// One plane of bytes. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Layer {
    data: Bytes,
    stride: usize,
    /// Samples in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

impl Layer {
    /// Rows of `stride` bytes, of which `width` count.
    pub fn new(data: Bytes, stride: usize, width: usize, height: usize) -> Self {
        Self {
            data,
            stride,
            width,
            height,
        }
    }
    /// A new plane, filled row by row.
    pub fn make(width: usize, height: usize, mut fill: impl FnMut(usize, &mut [u8])) -> Self {
        let mut data = vec![0; width * height];
        for (y, row) in data.chunks_exact_mut(width.max(1)).enumerate() {
            fill(y, row);
        }
        Self::new(data.into(), width, width, height)
    }
    /// Row `y`; the last one below it.
    pub fn row(&self, y: usize) -> &[u8] {
        let start = y.min(self.height.saturating_sub(1)) * self.stride;
        self.data.get(start..start + self.width).unwrap_or(&[])
    }
    /// All of it.
    pub(crate) fn view(&self) -> View {
        View::new(self.data.clone(), self.stride)
    }
    fn plane(&self) -> media::Plane {
        media::Plane {
            data: self.data.clone(),
            stride: self.stride,
        }
    }
}

/// A picture: BT.709 limited codes, chroma of half size (left-sited), straight alpha at full size.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// Y.
    pub y: Layer,
    /// U, half as wide and high (rounded up).
    pub u: Layer,
    /// V.
    pub v: Layer,
    /// Alpha; `None` is opaque.
    pub a: Option<Layer>,
}

impl Sheet {
    /// Pixels across.
    pub fn width(&self) -> usize {
        self.y.width
    }
    /// Pixels down.
    pub fn height(&self) -> usize {
        self.y.height
    }
    /// With its alpha multiplied, row by row: the function gets the row's number and 255 (or the alpha there is) to lower.
    pub fn fade(self, mut lower: impl FnMut(usize, &mut [u8])) -> Self {
        let (w, h) = (self.width(), self.height());
        let a = Layer::make(w, h, |y, row| {
            match &self.a {
                Some(a) => row.copy_from_slice(a.row(y)),
                None => row.fill(255),
            }
            lower(y, row);
        });
        Self { a: Some(a), ..self }
    }
    /// As a frame.
    ///
    /// # Errors
    /// The planes make no frame: our own mistake.
    pub fn into_frame(self) -> Result<VideoFrame, String> {
        let (w, h) = (self.width() as u32, self.height() as u32);
        let mut planes = vec![self.y.plane(), self.u.plane(), self.v.plane()];
        planes.extend(self.a.as_ref().map(Layer::plane));
        let (format, alpha) = match self.a {
            Some(_) => (PixelFormat::I420A, AlphaMode::Straight),
            None => (PixelFormat::I420, AlphaMode::Opaque),
        };
        VideoFrame::new(format, w, h, planes, ColorInfo::BT709_LIMITED, alpha, MediaTime::ZERO)
    }
}
