//! Quick Sync Video, the encoder of Intel's GPUs. Takes pictures from main memory (its session uploads them).

use super::{EncoderKind, Setup};
use crate::CodecError;
use media::PixelFormat;
use project::{RateControl, VideoCodecName};

/// H.264.
pub(super) const H264: EncoderKind = EncoderKind {
    id: "qsv",
    name: "Quick Sync (Intel)",
    codec: VideoCodecName::H264,
    hardware: true,
    ffmpeg_name: "h264_qsv",
    needs: "an Intel GPU with Quick Sync and Intel's media driver",
    inputs: &[PixelFormat::Nv12],
    native: None,
    prepare,
};
/// HEVC.
pub(super) const HEVC: EncoderKind = EncoderKind {
    codec: VideoCodecName::Hevc,
    ffmpeg_name: "hevc_qsv",
    ..H264
};
/// AV1.
pub(super) const AV1: EncoderKind = EncoderKind {
    codec: VideoCodecName::Av1,
    ffmpeg_name: "av1_qsv",
    needs: "an Intel Arc or newer GPU, Intel's media driver, and FFmpeg 6 or later",
    ..H264
};
/// VP9.
pub(super) const VP9: EncoderKind = EncoderKind {
    codec: VideoCodecName::Vp9,
    ffmpeg_name: "vp9_qsv",
    needs: "an Intel GPU that encodes VP9 (Ice Lake or later) and Intel's media driver",
    ..H264
};

fn prepare(s: &mut Setup) -> Result<(), CodecError> {
    if s.settings.low_delay {
        s.set_if_known("async_depth", "1");
    }
    let preset = [
        "veryfast", "veryfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow",
    ][s.speed().min(8)];
    s.set("preset", preset)?;
    match s.settings.codec {
        VideoCodecName::H264 => s.set("profile", s.profile())?,
        VideoCodecName::Hevc | VideoCodecName::Av1 => s.set_if_known("profile", "main"),
        _ => s.set_if_known("low_power", "1"),
    }
    s.set_if_known("forced_idr", "1");
    // Every keyframe an IDR picture, and never more pictures in flight than a live show can wait for.
    s.set_if_known("idr_interval", "0");
    s.set_if_known("async_depth", "4");
    if s.settings.rate_control == RateControl::Crf {
        // Without a bit rate, FFmpeg takes this for QSV's "intelligent constant quality" or a constant quantiser.
        s.constant_quantiser();
    }
    // CBR and VBR follow from the target and the highest rate being equal or not.
    Ok(())
}
