//! ProRes 422, on the processor: for recordings that go into an edit. Its rate follows from the size (about 100 Mbit/s at
//! 1080p30), so the settings of rate, quality and speed do not apply; every picture stands for itself.

use super::{EncoderKind, Setup};
use crate::CodecError;
use ffmpeg_sys_next::{self as sys, AVPixelFormat};
use media::PixelFormat;
use project::VideoCodecName;

pub(super) const KIND: EncoderKind = EncoderKind {
    id: "prores",
    name: "ProRes 422 (processor)",
    codec: VideoCodecName::ProRes,
    hardware: false,
    ffmpeg_name: "prores_ks",
    needs: "an FFmpeg with its ProRes encoder",
    inputs: &[PixelFormat::I420, PixelFormat::Nv12],
    native: Some(AVPixelFormat::AV_PIX_FMT_YUV422P10LE),
    prepare,
};

fn prepare(s: &mut Setup) -> Result<(), CodecError> {
    // SAFETY: numbers of our context, which is not open yet.
    unsafe {
        let ctx = &mut *s.ctx.ptr();
        (ctx.bit_rate, ctx.rc_max_rate, ctx.rc_buffer_size) = (0, 0, 0);
        ctx.gop_size = 1;
        ctx.thread_count = super::processors();
        ctx.thread_type = sys::FF_THREAD_SLICE;
    }
    s.set("profile", "standard")?;
    // What editors expect to read.
    s.set("vendor", "apl0")
}
