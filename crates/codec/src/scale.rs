//! Converting layouts and sizes with swscale: [`Scaler`] and [`Rescaler`] into pooled memory, [`Filler`] into frames of
//! FFmpeg's for layouts that only encoders know. Colours are not changed: matrix and range of the samples stay what they are.

use crate::{CodecError, ff::Frame, frames};
use bytes::Bytes;
use ffmpeg_sys_next::{self as sys, AVPixelFormat};
use media::{FramePool, PixelFormat, Plane, VideoFrame};
use project::ScaleFilter;

/// Rows start at multiples of this and the memory ends with as much room, since swscale's loops work in such steps.
const STEP: usize = 64;

/// A converter that remembers its last conversion's tables.
pub(crate) struct Scaler {
    sws: *mut sys::SwsContext,
    pool: FramePool,
}
// SAFETY: the context is ours alone and not tied to a thread.
unsafe impl Send for Scaler {}

impl Default for Scaler {
    fn default() -> Self {
        Self {
            sws: std::ptr::null_mut(),
            pool: FramePool::new(),
        }
    }
}

impl Drop for Scaler {
    fn drop(&mut self) {
        // SAFETY: ours; null is fine.
        unsafe { sys::sws_freeContext(self.sws) }
    }
}

impl Scaler {
    /// The picture in `frame`, whose layout is `from`, in the layout `to`.
    pub(crate) fn run(
        &mut self,
        frame: &Frame,
        from: AVPixelFormat,
        w: u32,
        h: u32,
        to: PixelFormat,
    ) -> Result<Vec<Plane>, CodecError> {
        let flags = sys::SWS_BICUBIC | sys::SWS_ACCURATE_RND;
        self.resize(frame, (from, w, h), (to, w, h), flags)
    }

    /// The picture in `frame`, of layout and size `from`, in those of `to`; `flags` are swscale's.
    fn resize(
        &mut self,
        frame: &Frame,
        (from, from_w, from_h): (AVPixelFormat, u32, u32),
        (to, w, h): (PixelFormat, u32, u32),
        flags: i32,
    ) -> Result<Vec<Plane>, CodecError> {
        let (source, wanted) = (
            (from, from_w as i32, from_h as i32),
            (frames::av_format(to), w as i32, h as i32),
        );
        self.prepare(source, wanted, flags)?;
        let (spans, total) = spans(to, w, h);
        let mut buf = self.pool.take(total);
        let mut dst = [std::ptr::null_mut::<u8>(); 4];
        let mut strides = [0i32; 4];
        for (i, (start, stride, _)) in spans.iter().enumerate() {
            dst[i] = buf[*start..].as_mut_ptr();
            strides[i] = *stride as i32;
        }
        // SAFETY: source planes and strides are FFmpeg's own of a whole picture of this size and layout; the destination
        // planes lie in `buf`, each with room for all its rows.
        let rows = unsafe {
            let f = &*frame.ptr();
            sys::sws_scale(
                self.sws,
                f.data.as_ptr().cast(),
                f.linesize.as_ptr(),
                0,
                source.2,
                dst.as_ptr(),
                strides.as_ptr(),
            )
        };
        if rows != wanted.2 {
            return Err(frames::bad("converting its layout failed"));
        }
        let bytes = self.pool.freeze(buf);
        Ok(planes(&bytes, &spans))
    }

    fn prepare(
        &mut self,
        (from, from_w, from_h): (AVPixelFormat, i32, i32),
        (to, w, h): (AVPixelFormat, i32, i32),
        flags: i32,
    ) -> Result<(), CodecError> {
        // SAFETY: the old context is ours and is freed or reused; the filters and parameters are optional.
        self.sws = unsafe {
            sys::sws_getCachedContext(
                self.sws,
                from_w,
                from_h,
                from,
                w,
                h,
                to,
                flags,
                std::ptr::null_mut(),
                std::ptr::null_mut(),
                std::ptr::null(),
            )
        };
        if self.sws.is_null() {
            return Err(frames::bad(format!("its layout {from:?} can't be converted")));
        }
        self.same_range();
        Ok(())
    }

    /// Makes source and destination ranges equal, so that only the layout changes.
    fn same_range(&mut self) {
        // SAFETY: our context; the coefficient table is FFmpeg's own.
        unsafe {
            let t = sys::sws_getCoefficients(sys::SWS_CS_ITU709);
            sys::sws_setColorspaceDetails(self.sws, t, 1, t, 1, 0, 1 << 16, 1 << 16);
        }
    }
}

/// Brings pictures to another size, their layout and colours unchanged. One for each size and thread.
pub struct Rescaler {
    scaler: Scaler,
    frame: Frame,
    size: (u32, u32),
    flags: i32,
}

impl Rescaler {
    /// To `width`×`height` pixels with this filter.
    ///
    /// # Errors
    /// When memory is short.
    pub fn new(width: u32, height: u32, filter: ScaleFilter) -> Result<Self, CodecError> {
        let flags = match filter {
            ScaleFilter::Bilinear => sys::SWS_BILINEAR,
            ScaleFilter::Bicubic => sys::SWS_BICUBIC,
            ScaleFilter::Lanczos => sys::SWS_LANCZOS,
            ScaleFilter::Area => sys::SWS_AREA,
        };
        Ok(Self {
            scaler: Scaler::default(),
            frame: Frame::new()?,
            size: (width, height),
            flags: flags | sys::SWS_ACCURATE_RND,
        })
    }

    /// `picture` at the other size; a picture that has it already is shared, not copied.
    ///
    /// # Errors
    /// When it can't be scaled, or memory is short.
    pub fn run(&mut self, picture: &VideoFrame) -> Result<VideoFrame, CodecError> {
        let (w, h) = self.size;
        if (picture.width, picture.height) == self.size {
            return Ok(picture.clone());
        }
        frames::lend(picture, &mut self.frame)?;
        let from = (frames::av_format(picture.format), picture.width, picture.height);
        let planes = self
            .scaler
            .resize(&self.frame, from, (picture.format, w, h), self.flags);
        self.frame.clear();
        let (color, alpha) = (picture.color, picture.alpha);
        VideoFrame::new(picture.format, w, h, planes?, color, alpha, picture.time).map_err(frames::bad)
    }
}

/// Converts pictures of FFmpeg's frames to a layout that none of ours is, at the same size.
pub(crate) struct Filler {
    scaler: Scaler,
    to: AVPixelFormat,
    size: (u32, u32),
}

impl Filler {
    pub(crate) fn new(to: AVPixelFormat, size: (u32, u32)) -> Self {
        Self {
            scaler: Scaler::default(),
            to,
            size,
        }
    }

    /// The picture in `frame` in a frame of its own.
    pub(crate) fn run(&mut self, frame: &Frame) -> Result<Frame, CodecError> {
        let (w, h) = (self.size.0 as i32, self.size.1 as i32);
        // SAFETY: a number of our frame.
        let number = unsafe { (*frame.ptr()).format };
        let from = crate::ff::pixel_format(number).ok_or_else(|| frames::bad("its layout is unknown"))?;
        let flags = sys::SWS_BICUBIC | sys::SWS_ACCURATE_RND;
        self.scaler.prepare((from, w, h), (self.to, w, h), flags)?;
        let filled = Frame::new()?;
        // SAFETY: `filled` gets memory of its own for this size and layout; `frame` holds a whole picture of this size.
        let rows = unsafe {
            let d = &mut *filled.ptr();
            (d.format, d.width, d.height) = (self.to as i32, w, h);
            if sys::av_frame_get_buffer(d, 0) < 0 || sys::av_frame_copy_props(d, frame.ptr()) < 0 {
                return Err(CodecError::OutOfMemory {
                    doing: "converting a picture",
                });
            }
            let s = &*frame.ptr();
            sys::sws_scale(
                self.scaler.sws,
                s.data.as_ptr().cast(),
                s.linesize.as_ptr(),
                0,
                h,
                d.data.as_ptr(),
                d.linesize.as_ptr(),
            )
        };
        if rows == h {
            Ok(filled)
        } else {
            Err(frames::bad("converting its layout failed"))
        }
    }
}

/// (start, stride, length) of each plane of one allocation, and the allocation's length.
pub(crate) fn spans(f: PixelFormat, w: u32, h: u32) -> (Vec<(usize, usize, usize)>, usize) {
    let mut at = 0;
    let mut spans = Vec::with_capacity(f.planes());
    for i in 0..f.planes() {
        let (bytes, rows) = f.plane_size(i, w, h);
        let stride = bytes.next_multiple_of(STEP);
        spans.push((at, stride, stride * rows));
        at += stride * rows;
    }
    (spans, at + STEP)
}

/// Planes of one frozen allocation laid out by [`spans`].
pub(crate) fn planes(bytes: &Bytes, spans: &[(usize, usize, usize)]) -> Vec<Plane> {
    spans
        .iter()
        .map(|(start, stride, len)| Plane {
            data: bytes.slice(*start..start + len),
            stride: *stride,
        })
        .collect()
}
