//! libvpx, VP9 on the processor.

use super::{EncoderKind, Setup};
use crate::CodecError;
use media::PixelFormat;
use project::{RateControl, VideoCodecName};

pub(super) const KIND: EncoderKind = EncoderKind {
    id: "vpx",
    name: "libvpx (processor)",
    codec: VideoCodecName::Vp9,
    hardware: false,
    ffmpeg_name: "libvpx-vp9",
    needs: "an FFmpeg with libvpx",
    inputs: &[PixelFormat::I420],
    native: None,
    prepare,
};

fn prepare(s: &mut Setup) -> Result<(), CodecError> {
    s.set("deadline", "realtime")?;
    let speed = ["8", "8", "7", "7", "6", "6", "5", "5", "4"][s.speed().min(8)];
    s.set("cpu-used", speed)?;
    // No picture waits for later ones, and no hidden picture is made of them.
    s.set("lag-in-frames", "0")?;
    s.set("auto-alt-ref", "0")?;
    s.set_if_known("row-mt", "1");
    s.set_if_known("tile-columns", if s.width >= 1024 { "2" } else { "0" });
    // SAFETY: numbers of our context, which is not open yet. Equal distances: keyframes at the interval and nowhere else.
    unsafe {
        let ctx = &mut *s.ctx.ptr();
        ctx.keyint_min = ctx.gop_size;
        ctx.thread_count = super::processors();
    }
    s.hold_rate();
    if s.settings.rate_control == RateControl::Crf {
        let crf = s.crf_63();
        s.set("crf", &crf)?;
    }
    Ok(())
}
