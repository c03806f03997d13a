//! One stream's decoder: packets in, frames out. Damaged packets are reported, never fatal. Time and order are `reader`'s.

use crate::{CodecError, ff, location::Location};
use ff::{Codec, Frame, Packet};
use ffmpeg_sys_next::{self as sys, AVCodecID, AVStream};

/// No picture above this many pixels is decoded (a damaged header could ask for gigabytes).
const MAX_PIXELS: i64 = 16_384 * 8_192;

/// An open decoder.
pub(crate) struct Decoder {
    ctx: Codec,
}

/// What became of a packet.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Sent {
    /// Taken.
    Ok,
    /// Damaged and skipped.
    Corrupt,
}

impl Decoder {
    /// Opens a decoder for `stream` with this many threads.
    ///
    /// # Safety
    /// `stream` is a live stream of an open input.
    pub(crate) unsafe fn open(stream: *const AVStream, threads: u32, location: &Location) -> Result<Self, CodecError> {
        // SAFETY: the caller's promise.
        let (par, base, meta) = unsafe { ((*stream).codecpar, (*stream).time_base, (*stream).metadata) };
        // SAFETY: as above; a stream always has parameters.
        let (id, alpha) = unsafe {
            (
                (*par).codec_id,
                ff::metadata(meta, c"alpha_mode").as_deref() == Some("1"),
            )
        };
        let codec = find(id, alpha);
        if codec.is_null() {
            return Err(CodecError::NoDecoder {
                what: location.describe(),
                codec: codec_name(id),
            });
        }
        // SAFETY: `codec` is from FFmpeg's table; the context is ours and not open yet.
        let mut ctx = unsafe { Codec::new(codec)? };
        // SAFETY: as above; `par` is live.
        let code = unsafe {
            let c = ctx.ptr();
            (*c).pkt_timebase = base;
            (*c).thread_count = threads as i32;
            (*c).max_pixels = MAX_PIXELS;
            if location.is_device() {
                // Threads that each decode a picture of their own would show a camera late by as many pictures.
                (*c).thread_type = sys::FF_THREAD_SLICE;
                (*c).flags |= sys::AV_CODEC_FLAG_LOW_DELAY as i32;
            }
            sys::avcodec_parameters_to_context(c, par)
        };
        let opened = ff::check(code).map(drop).and_then(|()| ctx.open());
        opened.map_err(|reason| CodecError::Read {
            what: location.describe(),
            reason: format!("the {} decoder did not start: {reason}", codec_name(id)),
            device: location.is_device(),
        })?;
        Ok(Self { ctx })
    }

    /// Hands a packet over; `None` says that there will be no more. All frames must have been fetched before.
    pub(crate) fn send(&mut self, packet: Option<&Packet>) -> Sent {
        let p = packet.map_or(std::ptr::null_mut(), Packet::ptr);
        // SAFETY: our open decoder, and a packet or null.
        match unsafe { sys::avcodec_send_packet(self.ctx.ptr(), p) } {
            c if c < 0 && c != sys::AVERROR_EOF => Sent::Corrupt,
            _ => Sent::Ok,
        }
    }

    /// The next decoded frame; `None` when more packets are needed (or all is out). An error is one damaged picture.
    pub(crate) fn receive(&mut self) -> Result<Option<Frame>, CodecError> {
        let frame = Frame::new()?;
        // SAFETY: our open decoder and our frame.
        match unsafe { sys::avcodec_receive_frame(self.ctx.ptr(), frame.ptr()) } {
            c if c == ff::EAGAIN || c == sys::AVERROR_EOF => Ok(None),
            c if c < 0 => Err(CodecError::Picture { reason: ff::text(c) }),
            _ => Ok(Some(frame)),
        }
    }

    /// Forgets everything, as after a seek or the end.
    pub(crate) fn flush(&mut self) {
        // SAFETY: our open decoder.
        unsafe { sys::avcodec_flush_buffers(self.ctx.ptr()) }
    }
}

/// FFmpeg's own VP8 and VP9 decoders ignore the alpha plane; libvpx's do not.
fn find(id: AVCodecID, alpha: bool) -> *const sys::AVCodec {
    let name = match id {
        AVCodecID::AV_CODEC_ID_VP8 if alpha => Some(c"libvpx"),
        AVCodecID::AV_CODEC_ID_VP9 if alpha => Some(c"libvpx-vp9"),
        _ => None,
    };
    // SAFETY: look-ups in FFmpeg's static table.
    unsafe {
        let special = name.map_or(std::ptr::null(), |n| sys::avcodec_find_decoder_by_name(n.as_ptr()));
        if special.is_null() {
            sys::avcodec_find_decoder(id)
        } else {
            special
        }
    }
}

/// FFmpeg's short name of a codec, such as `h264`.
pub(crate) fn codec_name(id: AVCodecID) -> String {
    // SAFETY: always a static string.
    unsafe { ff::str_of(sys::avcodec_get_name(id)) }
}
