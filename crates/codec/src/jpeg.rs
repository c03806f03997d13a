//! Decoding single JPEG pictures, as cameras send them thirty times a second. One decoder is kept for all of them.

use crate::{CodecError, ff, frames};
use ff::{Codec, Frame, Packet};
use ffmpeg_sys_next::{self as sys, AVCodecID};
use frames::Intake;
use media::{MediaTime, VideoFrame};

/// Decodes JPEG pictures, also those without Huffman tables that webcams make.
pub struct JpegDecoder {
    ctx: Codec,
    packet: Packet,
    intake: Intake,
}

impl JpegDecoder {
    /// Opens a decoder.
    ///
    /// # Errors
    /// When this FFmpeg has none, or memory is short.
    pub fn new() -> Result<Self, CodecError> {
        crate::log::start();
        // SAFETY: a look-up in FFmpeg's static table; the context is ours and not open yet.
        let mut ctx = unsafe {
            let codec = sys::avcodec_find_decoder(AVCodecID::AV_CODEC_ID_MJPEG);
            if codec.is_null() {
                return Err(frames::bad("this computer's FFmpeg has no JPEG decoder"));
            }
            let ctx = Codec::new(codec)?;
            (*ctx.ptr()).thread_count = 1;
            (*ctx.ptr()).max_pixels = i64::from(media::frame::MAX_DIMENSION).pow(2) / 4;
            ctx
        };
        ctx.open().map_err(frames::bad)?;
        Ok(Self {
            ctx,
            packet: Packet::new()?,
            intake: Intake::default(),
        })
    }

    /// The picture in `jpeg`, to be shown at `time`. Colours are BT.601 full range (JFIF) unless the file says otherwise.
    ///
    /// # Errors
    /// When it is no JPEG or is damaged; the next one is decoded as if nothing had been.
    pub fn decode(&mut self, jpeg: &[u8], time: MediaTime) -> Result<VideoFrame, CodecError> {
        if !jpeg.starts_with(&[0xff, 0xd8]) {
            return Err(frames::bad("it does not begin as a JPEG does"));
        }
        self.packet.copy_from(jpeg)?;
        let frame = Frame::new()?;
        // SAFETY: our open decoder, packet and frame.
        let code = unsafe {
            match sys::avcodec_send_packet(self.ctx.ptr(), self.packet.ptr()) {
                c if c < 0 => c,
                _ => sys::avcodec_receive_frame(self.ctx.ptr(), frame.ptr()),
            }
        };
        self.packet.clear();
        if code < 0 {
            // SAFETY: our open decoder.
            unsafe { sys::avcodec_flush_buffers(self.ctx.ptr()) };
            return Err(frames::bad(format!("the JPEG is damaged: {}", ff::text(code))));
        }
        self.intake.take(frame, time)
    }
}
