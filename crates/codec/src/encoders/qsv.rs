//! Quick Sync Video, the encoder of Intel's GPUs. Takes pictures from main memory (its session uploads them).

use super::{EncoderKind, Setup};
use crate::CodecError;
use media::PixelFormat;
use project::{RateControl, VideoCodecName};

pub(super) const KIND: EncoderKind = EncoderKind {
    id: "qsv",
    name: "Quick Sync (Intel)",
    codec: VideoCodecName::H264,
    hardware: true,
    ffmpeg_name: "h264_qsv",
    needs: "an Intel GPU with Quick Sync and Intel's media driver",
    inputs: &[PixelFormat::Nv12],
    prepare,
};

fn prepare(s: &mut Setup) -> Result<(), CodecError> {
    if s.settings.low_delay {
        s.set_if_known("async_depth", "1");
    }
    let preset = [
        "veryfast", "veryfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow",
    ][s.speed().min(8)];
    s.set("preset", preset)?;
    s.set("profile", s.profile())?;
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
