//! FFV1, lossless, on the processor: for archives. Rate, quality and speed do not apply; every picture stands for itself.

use super::{EncoderKind, Setup};
use crate::CodecError;
use ffmpeg_sys_next as sys;
use media::PixelFormat;
use project::VideoCodecName;

pub(super) const KIND: EncoderKind = EncoderKind {
    id: "ffv1",
    name: "FFV1 (processor, lossless)",
    codec: VideoCodecName::Ffv1,
    hardware: false,
    ffmpeg_name: "ffv1",
    needs: "an FFmpeg with its FFV1 encoder",
    inputs: &[PixelFormat::I420],
    native: None,
    prepare,
};

fn prepare(s: &mut Setup) -> Result<(), CodecError> {
    // SAFETY: numbers of our context, which is not open yet. Version 3 has slices, so that several processors work and a
    // damaged part stays small, and checksums.
    unsafe {
        let ctx = &mut *s.ctx.ptr();
        (ctx.bit_rate, ctx.rc_max_rate, ctx.rc_buffer_size) = (0, 0, 0);
        ctx.gop_size = 1;
        ctx.level = 3;
        ctx.slices = 4;
        ctx.thread_count = super::processors().min(4);
        ctx.thread_type = sys::FF_THREAD_SLICE;
    }
    s.set("slicecrc", "1")?;
    s.set_if_known("coder", "range_def");
    Ok(())
}
