//! libaom, AV1 on the processor: where SVT-AV1 is missing.

use super::{EncoderKind, Setup};
use crate::CodecError;
use media::PixelFormat;
use project::{RateControl, VideoCodecName};

pub(super) const KIND: EncoderKind = EncoderKind {
    id: "aom",
    name: "libaom (processor)",
    codec: VideoCodecName::Av1,
    hardware: false,
    ffmpeg_name: "libaom-av1",
    needs: "an FFmpeg with libaom",
    inputs: &[PixelFormat::I420],
    native: None,
    prepare,
};

fn prepare(s: &mut Setup) -> Result<(), CodecError> {
    s.set("usage", "realtime")?;
    let speed = ["10", "10", "9", "9", "8", "8", "7", "6", "5"][s.speed().min(8)];
    // Before libaom 3.2 the fastest was 8.
    if s.set("cpu-used", speed).is_err() {
        s.set("cpu-used", "8")?;
    }
    s.set("lag-in-frames", "0")?;
    s.set_if_known("row-mt", "1");
    s.set_if_known("tiles", "2x1");
    // SAFETY: numbers of our context, which is not open yet.
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
