//! x265, HEVC on the processor.

use super::{EncoderKind, PRESETS, Setup};
use crate::CodecError;
use media::PixelFormat;
use project::{RateControl, VideoCodecName};

pub(super) const KIND: EncoderKind = EncoderKind {
    id: "x265",
    name: "x265 (processor)",
    codec: VideoCodecName::Hevc,
    hardware: false,
    ffmpeg_name: "libx265",
    needs: "an FFmpeg with libx265",
    inputs: &[PixelFormat::I420],
    native: None,
    prepare,
};

fn prepare(s: &mut Setup) -> Result<(), CodecError> {
    // SAFETY: numbers of our context, which is not open yet.
    unsafe {
        let ctx = &mut *s.ctx.ptr();
        ctx.keyint_min = ctx.gop_size;
    }
    let preset = PRESETS.get(s.speed()).copied().unwrap_or("veryfast");
    s.set("preset", preset)?;
    if s.settings.low_delay {
        s.set("tune", "zerolatency")?;
    }
    s.set("profile", "main")?;
    s.set("forced-idr", "1")?;
    // Keyframes come exactly at the interval and are where decoding can start: live services cut there. Looking further
    // ahead than a third of a second would only make the show late.
    let look = match s.settings.low_delay {
        true => 0.0,
        false => (s.rate.as_f64() / 3.0).round().clamp(4.0, 40.0),
    };
    let params = format!("scenecut=0:open-gop=0:info=0:log-level=error:rc-lookahead={look}");
    s.set("x265-params", &params)?;
    if s.settings.rate_control == RateControl::Crf {
        s.set("crf", &s.settings.crf.clamp(0.0, 51.0).to_string())?;
    }
    Ok(())
}
