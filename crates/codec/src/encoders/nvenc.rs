//! NVENC, the encoder of NVIDIA's GPUs. Takes pictures from main memory and uploads them itself. Data-centre cards
//! without it (A100, H100) report so.

use super::{EncoderKind, Setup};
use crate::CodecError;
use media::PixelFormat;
use project::{RateControl, VideoCodecName};

pub(super) const KIND: EncoderKind = EncoderKind {
    id: "nvenc",
    name: "NVENC (NVIDIA)",
    codec: VideoCodecName::H264,
    hardware: true,
    ffmpeg_name: "h264_nvenc",
    needs: "an NVIDIA GPU with NVENC (most GeForce, Quadro and RTX cards) and NVIDIA's driver",
    inputs: &[PixelFormat::Nv12, PixelFormat::I420],
    prepare,
};

fn prepare(s: &mut Setup) -> Result<(), CodecError> {
    // p1 is NVENC's fastest, p7 its best; even p4 costs the processor nothing.
    let preset = ["p1", "p2", "p4", "p4", "p5", "p5", "p6", "p7", "p7"][s.speed().min(8)];
    s.set("preset", preset)?;
    s.set("tune", if s.settings.low_delay { "ull" } else { "hq" })?;
    if s.settings.low_delay {
        s.set_if_known("zerolatency", "1");
        s.set_if_known("delay", "0");
    }
    s.set("profile", s.profile())?;
    s.set("forced-idr", "1")?;
    s.set_if_known("no-scenecut", "1");
    s.set_if_known("spatial-aq", "1");
    match s.settings.rate_control {
        RateControl::Cbr => s.set("rc", "cbr")?,
        RateControl::Vbr => s.set("rc", "vbr")?,
        RateControl::Crf => {
            s.set("rc", "vbr")?;
            s.set("cq", &s.settings.crf.clamp(0.0, 51.0).to_string())?;
        }
    }
    Ok(())
}
