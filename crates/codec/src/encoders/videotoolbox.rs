//! VideoToolbox, the encoder of Apple's computers. Takes pictures from main memory.

use super::{EncoderKind, Setup};
use crate::CodecError;
use ffmpeg_sys_next as sys;
use media::PixelFormat;
use project::{RateControl, VideoCodecName};

/// H.264.
pub(super) const H264: EncoderKind = EncoderKind {
    id: "videotoolbox",
    name: "VideoToolbox (Apple)",
    codec: VideoCodecName::H264,
    hardware: true,
    ffmpeg_name: "h264_videotoolbox",
    needs: "a computer by Apple",
    inputs: &[PixelFormat::Nv12, PixelFormat::I420],
    native: None,
    prepare,
};
/// HEVC.
pub(super) const HEVC: EncoderKind = EncoderKind {
    codec: VideoCodecName::Hevc,
    ffmpeg_name: "hevc_videotoolbox",
    ..H264
};

fn prepare(s: &mut Setup) -> Result<(), CodecError> {
    match s.settings.codec {
        VideoCodecName::H264 => s.set("profile", s.profile())?,
        _ => s.set("profile", "main")?,
    }
    // A show must not become late because the encoder thinks it has time.
    s.set_if_known("realtime", "1");
    // Apple's own software encoder is no better than x264.
    s.set_if_known("allow_sw", "0");
    match s.settings.rate_control {
        RateControl::Cbr => s.set_if_known("constant_bit_rate", "1"),
        RateControl::Vbr => {}
        RateControl::Crf => {
            // VideoToolbox's quality runs from 0 (worst) to 100; FFmpeg takes it times FF_QP2LAMBDA when QSCALE is set.
            let quality = (100.0 - s.settings.crf.clamp(0.0, 51.0) * 100.0 / 51.0).max(1.0);
            // SAFETY: numbers of our context, which is not open yet.
            unsafe {
                let ctx = &mut *s.ctx.ptr();
                ctx.flags |= sys::AV_CODEC_FLAG_QSCALE as i32;
                ctx.global_quality = (quality * f64::from(sys::FF_QP2LAMBDA)).round() as i32;
            }
        }
    }
    Ok(())
}
