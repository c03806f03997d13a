//! NVENC, the encoder of NVIDIA's GPUs. Takes pictures from main memory and uploads them itself. Data-centre cards
//! without it (A100, H100) report so.

use super::{EncoderKind, Setup};
use crate::CodecError;
use media::PixelFormat;
use project::{RateControl, VideoCodecName};

/// H.264.
pub(super) const H264: EncoderKind = EncoderKind {
    id: "nvenc",
    name: "NVENC (NVIDIA)",
    codec: VideoCodecName::H264,
    hardware: true,
    ffmpeg_name: "h264_nvenc",
    needs: "an NVIDIA GPU with NVENC (most GeForce, Quadro and RTX cards) and NVIDIA's driver",
    inputs: &[PixelFormat::Nv12, PixelFormat::I420],
    native: None,
    prepare,
};
/// HEVC.
pub(super) const HEVC: EncoderKind = EncoderKind {
    codec: VideoCodecName::Hevc,
    ffmpeg_name: "hevc_nvenc",
    ..H264
};
/// AV1.
pub(super) const AV1: EncoderKind = EncoderKind {
    codec: VideoCodecName::Av1,
    ffmpeg_name: "av1_nvenc",
    needs: "an NVIDIA GPU of the RTX 40 series or later, NVIDIA's driver, and FFmpeg 6 or later",
    ..H264
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
    match s.settings.codec {
        VideoCodecName::H264 => s.set("profile", s.profile())?,
        VideoCodecName::Hevc => s.set("profile", "main")?,
        // AV1 has one profile for 4:2:0.
        _ => {}
    }
    s.set("forced-idr", "1")?;
    s.set_if_known("no-scenecut", "1");
    s.set_if_known("spatial-aq", "1");
    match s.settings.rate_control {
        RateControl::Cbr => s.set("rc", "cbr")?,
        RateControl::Vbr => s.set("rc", "vbr")?,
        RateControl::Crf => {
            s.set("rc", "vbr")?;
            let cq = match s.settings.codec {
                VideoCodecName::Av1 => s.crf_63(),
                _ => s.settings.crf.clamp(0.0, 51.0).to_string(),
            };
            s.set("cq", &cq)?;
        }
    }
    Ok(())
}
