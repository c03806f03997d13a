//! AMF, the encoder of AMD's GPUs on Windows. Takes pictures from main memory. On Linux, AMD's GPUs encode through VAAPI.

use super::{EncoderKind, Setup};
use crate::CodecError;
use media::PixelFormat;
use project::{H264Profile, RateControl, VideoCodecName};

/// H.264.
pub(super) const H264: EncoderKind = EncoderKind {
    id: "amf",
    name: "AMF (AMD)",
    codec: VideoCodecName::H264,
    hardware: true,
    ffmpeg_name: "h264_amf",
    needs: "an AMD GPU, Windows, and AMD's driver",
    inputs: &[PixelFormat::Nv12, PixelFormat::I420],
    native: None,
    prepare,
};
/// HEVC.
pub(super) const HEVC: EncoderKind = EncoderKind {
    codec: VideoCodecName::Hevc,
    ffmpeg_name: "hevc_amf",
    ..H264
};
/// AV1.
pub(super) const AV1: EncoderKind = EncoderKind {
    codec: VideoCodecName::Av1,
    ffmpeg_name: "av1_amf",
    needs: "an AMD GPU of the RX 7000 series or later, Windows, and AMD's driver",
    ..H264
};

fn prepare(s: &mut Setup) -> Result<(), CodecError> {
    let quality = [
        "speed", "speed", "balanced", "balanced", "balanced", "quality", "quality", "quality", "quality",
    ];
    s.set("usage", "transcoding")?;
    s.set("quality", quality[s.speed().min(8)])?;
    let profile = match (s.settings.codec, s.settings.profile) {
        (VideoCodecName::H264, H264Profile::Baseline) => "constrained_baseline",
        (VideoCodecName::H264, _) => s.profile(),
        _ => "main",
    };
    s.set("profile", profile)?;
    s.set_if_known("forced_idr", "1");
    match s.settings.rate_control {
        RateControl::Cbr => s.set("rc", "cbr")?,
        RateControl::Vbr => s.set("rc", "vbr_peak")?,
        RateControl::Crf => {
            s.set("rc", "cqp")?;
            let scale = if s.settings.codec == VideoCodecName::Av1 {
                5.0
            } else {
                1.0
            };
            let q = (s.settings.crf.clamp(0.0, 51.0) * scale).round().to_string();
            for name in ["qp_i", "qp_p", "qp_b"] {
                s.set_if_known(name, &q);
            }
        }
    }
    Ok(())
}
