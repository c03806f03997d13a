//! x264, on the processor: the encoder that every computer has.

use super::{EncoderKind, PRESETS, Setup, Threads};
use crate::CodecError;
use ffmpeg_sys_next as sys;
use media::PixelFormat;
use project::{RateControl, VideoCodecName};

pub(super) const KIND: EncoderKind = EncoderKind {
    id: "x264",
    name: "x264 (processor)",
    codec: VideoCodecName::H264,
    hardware: false,
    ffmpeg_name: "libx264",
    needs: "an FFmpeg with libx264",
    inputs: &[PixelFormat::I420, PixelFormat::Nv12],
    native: None,
    prepare,
};

fn prepare(s: &mut Setup) -> Result<(), CodecError> {
    // SAFETY: numbers of our context, which is not open yet.
    unsafe {
        let ctx = &mut *s.ctx.ptr();
        ctx.keyint_min = ctx.gop_size;
        // 0 lets x264 choose from the number of processors, as the ffmpeg command does.
        ctx.thread_count = match s.threads {
            Threads::One => 1,
            Threads::Many => 0,
        };
        ctx.thread_type = if s.settings.low_delay {
            // Threads that share a picture instead of each working on one of the next.
            sys::FF_THREAD_SLICE
        } else {
            sys::FF_THREAD_FRAME
        };
    }
    let preset = PRESETS.get(s.speed()).copied().unwrap_or("veryfast");
    s.set("preset", preset)?;
    if s.settings.low_delay {
        s.set("tune", "zerolatency")?;
    }
    if preset == "veryfast" && !s.settings.low_delay {
        // Its ten pictures are 0.4 s at 24 a second, by which everything after going live comes later.
        let quarter = (s.rate.as_f64() / 4.0).round().clamp(2.0, 10.0);
        s.set("rc-lookahead", &format!("{quarter}"))?;
    }
    s.set("profile", s.profile())?;
    // Keyframes come exactly at the interval: live services cut their segments there.
    s.set("sc_threshold", "0")?;
    s.set("forced-idr", "1")?;
    if s.settings.rate_control == RateControl::Crf {
        s.set("crf", &s.settings.crf.clamp(0.0, 51.0).to_string())?;
    }
    Ok(())
}
