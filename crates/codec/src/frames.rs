//! Pictures between FFmpeg and Footlight, without copying where both know the layout: a [`VideoFrame`] made here keeps
//! FFmpeg's frame alive, and a frame handed to an encoder keeps the `VideoFrame`'s bytes alive. Layouts we lack are
//! converted by swscale to the nearest we have, alpha kept. No decoding and no encoding here.

use crate::{CodecError, color, ff, scale::Scaler};
use bytes::Bytes;
use ff::Frame;
use ffmpeg_sys_next::{self as sys, AVPixelFormat};
use libc::c_void;
use media::{AlphaMode, ColorRange, Fields, MediaTime, PixelFormat, Plane, VideoFrame};
use std::sync::Arc;

/// Our layout for one of FFmpeg's that has the same bytes, and whether its name says full range (`yuvj…`).
pub(crate) fn same_layout(f: AVPixelFormat) -> Option<(PixelFormat, bool)> {
    use AVPixelFormat::*;
    Some(match f {
        AV_PIX_FMT_YUV420P => (PixelFormat::I420, false),
        AV_PIX_FMT_YUVJ420P => (PixelFormat::I420, true),
        AV_PIX_FMT_YUVA420P => (PixelFormat::I420A, false),
        AV_PIX_FMT_NV12 => (PixelFormat::Nv12, false),
        AV_PIX_FMT_P010LE => (PixelFormat::P010, false),
        AV_PIX_FMT_YUV422P => (PixelFormat::I422, false),
        AV_PIX_FMT_YUVJ422P => (PixelFormat::I422, true),
        AV_PIX_FMT_YUV444P => (PixelFormat::I444, false),
        AV_PIX_FMT_YUVJ444P => (PixelFormat::I444, true),
        AV_PIX_FMT_YUVA444P => (PixelFormat::I444A, false),
        AV_PIX_FMT_RGBA => (PixelFormat::Rgba, true),
        AV_PIX_FMT_BGRA => (PixelFormat::Bgra, true),
        AV_PIX_FMT_BGR0 => (PixelFormat::Bgrx, true),
        _ => return None,
    })
}

/// FFmpeg's name for one of our layouts.
pub(crate) fn av_format(f: PixelFormat) -> AVPixelFormat {
    use AVPixelFormat::*;
    match f {
        PixelFormat::I420 => AV_PIX_FMT_YUV420P,
        PixelFormat::I420A => AV_PIX_FMT_YUVA420P,
        PixelFormat::Nv12 => AV_PIX_FMT_NV12,
        PixelFormat::P010 => AV_PIX_FMT_P010LE,
        PixelFormat::I422 => AV_PIX_FMT_YUV422P,
        PixelFormat::I444 => AV_PIX_FMT_YUV444P,
        PixelFormat::I444A => AV_PIX_FMT_YUVA444P,
        PixelFormat::Rgba => AV_PIX_FMT_RGBA,
        PixelFormat::Bgra => AV_PIX_FMT_BGRA,
        PixelFormat::Bgrx => AV_PIX_FMT_BGR0,
    }
}

/// What FFmpeg says of a layout, as far as we need it.
pub(crate) struct Layout {
    pub(crate) alpha: bool,
    pub(crate) rgb: bool,
    pub(crate) components: u8,
    /// More than 8 bits a sample.
    pub(crate) deep: bool,
    chroma_shift: (u8, u8),
}

/// Describes a layout; `None` for those that live on a GPU or that FFmpeg does not describe.
pub(crate) fn describe(f: AVPixelFormat) -> Option<Layout> {
    // SAFETY: a look-up in FFmpeg's static table; null is handled.
    let d = unsafe { sys::av_pix_fmt_desc_get(f).as_ref() }?;
    let has = |flag: i32| d.flags & flag as u64 != 0;
    (!has(sys::AV_PIX_FMT_FLAG_HWACCEL)).then(|| Layout {
        alpha: has(sys::AV_PIX_FMT_FLAG_ALPHA),
        rgb: has(sys::AV_PIX_FMT_FLAG_RGB) || has(sys::AV_PIX_FMT_FLAG_PAL) || has(sys::AV_PIX_FMT_FLAG_BAYER),
        components: d.nb_components,
        deep: d.comp[0].depth > 8,
        chroma_shift: (d.log2_chroma_w, d.log2_chroma_h),
    })
}

impl Layout {
    /// The layout of ours that loses least of a picture of these colours.
    fn nearest(&self, hdr: bool) -> PixelFormat {
        if hdr && self.deep && !self.rgb && !self.alpha && self.components > 2 {
            return PixelFormat::P010;
        }
        let gray = self.components <= 2 && !self.rgb;
        match (self.rgb || (gray && self.alpha), self.alpha) {
            (true, true) => PixelFormat::Rgba,
            (true, false) => PixelFormat::Bgrx,
            (false, true) if self.chroma_shift == (1, 1) => PixelFormat::I420A,
            (false, true) => PixelFormat::I444A,
            (false, false) if gray => PixelFormat::I420,
            (false, false) => match self.chroma_shift {
                (0, _) => PixelFormat::I444,
                (1, 0) => PixelFormat::I422,
                _ => PixelFormat::I420,
            },
        }
    }
}

/// A plane's bytes inside a frame of FFmpeg's.
struct PlaneOf {
    frame: Arc<Frame>,
    index: usize,
    len: usize,
}

impl AsRef<[u8]> for PlaneOf {
    fn as_ref(&self) -> &[u8] {
        // SAFETY: `take` made sure that the plane is there and its stride positive; FFmpeg allocates `len` bytes (all rows
        // but the last with their stride) and, as the frame is referenced, neither frees nor changes them.
        unsafe { std::slice::from_raw_parts((*self.frame.ptr()).data[self.index], self.len) }
    }
}

/// Turns decoded frames into ours; one per stream.
#[derive(Default)]
pub(crate) struct Intake {
    scaler: Scaler,
}

impl Intake {
    /// A picture of what `frame` holds, shown at `time`. The frame is used up.
    pub(crate) fn take(&mut self, frame: Frame, time: MediaTime) -> Result<VideoFrame, CodecError> {
        // SAFETY: our frame; these fields are plain numbers.
        let (n, w, h, strides) = unsafe {
            let f = &*frame.ptr();
            (f.format, f.width, f.height, f.linesize)
        };
        let format = ff::pixel_format(n).ok_or_else(|| bad("its pixel format is unknown"))?;
        let (width, height) = (size(w)?, size(h)?);
        // What is not HDR shows no more of 10 bits than of 8, and costs twice as much.
        let kept = |f: PixelFormat| f != PixelFormat::P010 || color::is_hdr(&frame);
        let direct = same_layout(format).filter(|(f, _)| kept(*f) && (0..f.planes()).all(|i| strides[i] > 0));
        let Some((ours, full)) = direct else {
            return self.convert(&frame, format, width, height, time);
        };
        let mut color = color::of_frame(&frame, ours, height);
        if full {
            color.range = ColorRange::Full;
        }
        let fields = fields_of(&frame);
        let frame = Arc::new(frame);
        let mut planes = Vec::with_capacity(ours.planes());
        for (index, s) in strides.iter().enumerate().take(ours.planes()) {
            let (bytes, rows) = ours.plane_size(index, width, height);
            let stride = *s as usize;
            // SAFETY: a pointer is read from our frame.
            if unsafe { (*frame.ptr()).data[index].is_null() } {
                return Err(bad("a plane is missing"));
            }
            let data = Bytes::from_owner(PlaneOf {
                frame: frame.clone(),
                index,
                len: stride * (rows - 1) + bytes,
            });
            planes.push(Plane { data, stride });
        }
        let made = VideoFrame::new(ours, width, height, planes, color, alpha_of(ours), time).map_err(bad)?;
        Ok(VideoFrame { fields, ..made })
    }

    fn convert(
        &mut self,
        frame: &Frame,
        format: AVPixelFormat,
        w: u32,
        h: u32,
        time: MediaTime,
    ) -> Result<VideoFrame, CodecError> {
        let layout = describe(format).ok_or_else(|| bad("it is in a GPU's memory"))?;
        // Negative strides (pictures stored upside down) come here with a layout of ours.
        let hdr = color::is_hdr(frame);
        let ours = match same_layout(format) {
            Some((f, _)) if f != PixelFormat::P010 || hdr => f,
            _ => layout.nearest(hdr),
        };
        let mut color = color::of_frame(frame, ours, h);
        if layout.components <= 2 && !layout.rgb && !layout.alpha {
            // Grey: swscale reads it as full range unless tagged; say so in the result.
            color.range = color::tagged_range(frame).unwrap_or(ColorRange::Full);
        } else if same_layout(format).is_some_and(|(_, full)| full) {
            color.range = ColorRange::Full;
        }
        let planes = self.scaler.run(frame, format, w, h, ours)?;
        let made = VideoFrame::new(ours, w, h, planes, color, alpha_of(ours), time).map_err(bad)?;
        Ok(VideoFrame {
            fields: fields_of(frame),
            ..made
        })
    }
}

/// What the decoder says of a frame's fields.
fn fields_of(frame: &Frame) -> Fields {
    // SAFETY: plain numbers of our frame.
    let (woven, top) = unsafe { ((*frame.ptr()).interlaced_frame, (*frame.ptr()).top_field_first) };
    match (woven != 0, top != 0) {
        (false, _) => Fields::Progressive,
        (true, true) => Fields::TopFirst,
        (true, false) => Fields::BottomFirst,
    }
}

fn alpha_of(f: PixelFormat) -> AlphaMode {
    if f.has_alpha() {
        AlphaMode::Straight
    } else {
        AlphaMode::Opaque
    }
}

fn size(n: i32) -> Result<u32, CodecError> {
    u32::try_from(n)
        .ok()
        .filter(|n| (1..=media::frame::MAX_DIMENSION).contains(n))
        .ok_or_else(|| bad(format!("its size of {n} pixels is out of range")))
}

pub(crate) fn bad(reason: impl Into<String>) -> CodecError {
    CodecError::Picture { reason: reason.into() }
}

/// # Safety
/// `keep` is the `Box<Bytes>` that [`lend`] gave to FFmpeg; called once, when its last reference is gone.
unsafe extern "C" fn give_back(keep: *mut c_void, _data: *mut u8) {
    // SAFETY: see above.
    drop(unsafe { Box::from_raw(keep.cast::<Bytes>()) });
}

/// Makes `into` refer to the bytes of `frame` without copying them; FFmpeg may keep them as long as it likes.
pub(crate) fn lend(frame: &VideoFrame, into: &mut Frame) -> Result<(), CodecError> {
    into.clear();
    let f = into.ptr();
    for (i, plane) in frame.planes.iter().enumerate().take(4) {
        let stride = i32::try_from(plane.stride).map_err(|_| bad("its rows are too long"))?;
        let data = plane.data.as_ptr().cast_mut();
        let keep = Box::into_raw(Box::new(plane.data.clone()));
        // SAFETY: the bytes live as long as `keep`, which FFmpeg gives back when done; READONLY keeps it from writing.
        // On failure the box is still ours.
        unsafe {
            let b = sys::av_buffer_create(
                data,
                plane.data.len(),
                Some(give_back),
                keep.cast(),
                sys::AV_BUFFER_FLAG_READONLY,
            );
            if b.is_null() {
                drop(Box::from_raw(keep));
                return Err(CodecError::OutOfMemory {
                    doing: "handing a picture on",
                });
            }
            (*f).buf[i] = b;
            (*f).data[i] = data;
            (*f).linesize[i] = stride;
        }
    }
    // SAFETY: plain numbers of our frame.
    unsafe {
        (*f).extended_data = (*f).data.as_mut_ptr();
        (*f).format = av_format(frame.format) as i32;
        (*f).width = frame.width as i32;
        (*f).height = frame.height as i32;
    }
    color::tag_frame(into, frame.color);
    Ok(())
}
