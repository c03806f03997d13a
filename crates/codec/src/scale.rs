//! Converting layouts with swscale, at the same size, into pooled memory. Colours are not changed: matrix and range of
//! the samples stay what they are.

use crate::{CodecError, ff::Frame, frames};
use bytes::Bytes;
use ffmpeg_sys_next::{self as sys, AVPixelFormat};
use media::{FramePool, PixelFormat, Plane};

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
        self.prepare(from, w as i32, h as i32, to)?;
        let hi = h as i32;
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
                hi,
                dst.as_ptr(),
                strides.as_ptr(),
            )
        };
        if rows != hi {
            return Err(frames::bad("converting its layout failed"));
        }
        let bytes = self.pool.freeze(buf);
        Ok(planes(&bytes, &spans))
    }

    fn prepare(&mut self, from: AVPixelFormat, wi: i32, hi: i32, to: PixelFormat) -> Result<(), CodecError> {
        let flags = sys::SWS_BICUBIC | sys::SWS_ACCURATE_RND;
        // SAFETY: the old context is ours and is freed or reused; the filters and parameters are optional.
        self.sws = unsafe {
            sys::sws_getCachedContext(
                self.sws,
                wi,
                hi,
                from,
                wi,
                hi,
                frames::av_format(to),
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
