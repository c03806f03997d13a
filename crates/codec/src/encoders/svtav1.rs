//! SVT-AV1, AV1 on the processor.

use super::{EncoderKind, Setup};
use crate::CodecError;
use media::PixelFormat;
use project::{RateControl, VideoCodecName};

pub(super) const KIND: EncoderKind = EncoderKind {
    id: "svtav1",
    name: "SVT-AV1 (processor)",
    codec: VideoCodecName::Av1,
    hardware: false,
    ffmpeg_name: "libsvtav1",
    needs: "an FFmpeg with libsvtav1",
    inputs: &[PixelFormat::I420],
    native: None,
    prepare,
};

fn prepare(s: &mut Setup) -> Result<(), CodecError> {
    // 12 is the fastest that every version takes; 4 and less are not for live shows.
    let preset = ["12", "11", "10", "10", "9", "8", "7", "6", "5"][s.speed().min(8)];
    s.set("preset", preset)?;
    // SAFETY: a number of our context, which is not open yet. With a ceiling SVT-AV1 refuses a constant rate, and takes
    // one for a variable rate only in some versions.
    unsafe { (*s.ctx.ptr()).rc_max_rate = 0 };
    match s.settings.rate_control {
        // Its constant rate exists for low delay only, where each picture follows from those before it.
        RateControl::Cbr => s.set("svtav1-params", "rc=2:pred-struct=1")?,
        RateControl::Vbr if s.settings.low_delay => s.set("svtav1-params", "rc=2:pred-struct=1")?,
        RateControl::Vbr => s.set("svtav1-params", "rc=1")?,
        RateControl::Crf => {
            let crf = s.crf_63();
            s.set("crf", &crf)?;
        }
    }
    Ok(())
}
