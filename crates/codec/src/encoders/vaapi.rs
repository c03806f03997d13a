//! VAAPI, the encoder of Intel's and AMD's GPUs on Linux. Takes pictures in the GPU's memory only, so they are uploaded
//! into a pool of surfaces that is made here.

use super::{EncoderKind, Setup};
use crate::{
    CodecError,
    ff::{self, BufferRef},
    log,
};
use ffmpeg_sys_next::{self as sys, AVHWDeviceType, AVHWFramesContext, AVPixelFormat};
use media::PixelFormat;
use project::{H264Profile, RateControl, VideoCodecName};

/// H.264.
pub(super) const H264: EncoderKind = EncoderKind {
    id: "vaapi",
    name: "VAAPI (Intel, AMD)",
    codec: VideoCodecName::H264,
    hardware: true,
    ffmpeg_name: "h264_vaapi",
    needs: "Linux and an Intel or AMD GPU with its VAAPI driver",
    inputs: &[PixelFormat::Nv12],
    native: None,
    prepare,
};
/// HEVC.
pub(super) const HEVC: EncoderKind = EncoderKind {
    codec: VideoCodecName::Hevc,
    ffmpeg_name: "hevc_vaapi",
    ..H264
};
/// AV1.
pub(super) const AV1: EncoderKind = EncoderKind {
    codec: VideoCodecName::Av1,
    ffmpeg_name: "av1_vaapi",
    needs: "Linux, an Intel or AMD GPU that encodes AV1, its VAAPI driver, and FFmpeg 6.1 or later",
    ..H264
};
/// VP9.
pub(super) const VP9: EncoderKind = EncoderKind {
    codec: VideoCodecName::Vp9,
    ffmpeg_name: "vp9_vaapi",
    needs: "Linux and an Intel GPU that encodes VP9 with its VAAPI driver",
    ..H264
};

/// Surfaces in the pool: the reference pictures, the reordered ones and those in flight.
const SURFACES: i32 = 24;

fn prepare(s: &mut Setup) -> Result<(), CodecError> {
    if s.settings.low_delay {
        s.set_if_known("async_depth", "1");
    }
    let frames = surfaces(s)?;
    // SAFETY: our context, not open yet; it gets a reference of its own.
    unsafe {
        let ctx = &mut *s.ctx.ptr();
        ctx.pix_fmt = AVPixelFormat::AV_PIX_FMT_VAAPI;
        ctx.sw_pix_fmt = AVPixelFormat::AV_PIX_FMT_NV12;
        ctx.hw_frames_ctx = frames.another();
    }
    s.upload = Some(frames);
    match (s.settings.codec, s.settings.profile) {
        (VideoCodecName::H264, H264Profile::Baseline) => s.set("profile", "constrained_baseline")?,
        (VideoCodecName::H264, _) => s.set("profile", s.profile())?,
        (VideoCodecName::Hevc | VideoCodecName::Av1, _) => s.set("profile", "main")?,
        // VP9 has profile 0 for 8 bits.
        _ => {}
    }
    match s.settings.rate_control {
        RateControl::Cbr => s.set_if_known("rc_mode", "CBR"),
        RateControl::Vbr => s.set_if_known("rc_mode", "VBR"),
        RateControl::Crf => {
            s.set_if_known("rc_mode", "CQP");
            match s.settings.codec {
                VideoCodecName::Av1 | VideoCodecName::Vp9 => s.constant_quantiser_255(),
                _ => s.constant_quantiser(),
            }
        }
    }
    Ok(())
}

/// Opens the GPU and makes the pool.
fn surfaces(s: &Setup) -> Result<BufferRef, CodecError> {
    let node = render_node()
        .ok_or_else(|| s.unavailable("this computer has no GPU that Linux can render with (no /dev/dri/renderD…)"))?;
    log::forget_errors();
    let mut device = std::ptr::null_mut();
    let path = ff::cstring(&node);
    // SAFETY: FFmpeg fills in `device` on success only; the path is copied.
    let code = unsafe {
        sys::av_hwdevice_ctx_create(
            &mut device,
            AVHWDeviceType::AV_HWDEVICE_TYPE_VAAPI,
            path.as_ptr(),
            std::ptr::null_mut(),
            0,
        )
    };
    // SAFETY: on success the reference is ours.
    let device = unsafe { BufferRef::own(device) }.filter(|_| code >= 0);
    let device =
        device.ok_or_else(|| s.unavailable(format!("the driver of {node} did not start: {}", log::explain(code))))?;
    // SAFETY: `device` is a device context; the new reference, if any, is ours.
    let frames = unsafe { BufferRef::own(sys::av_hwframe_ctx_alloc(device.ptr())) }.ok_or(CodecError::OutOfMemory {
        doing: "opening the GPU",
    })?;
    // SAFETY: the data of a frames reference is an AVHWFramesContext, which we may fill in until it is initialised.
    let code = unsafe {
        let f = &mut *(*frames.ptr()).data.cast::<AVHWFramesContext>();
        f.format = AVPixelFormat::AV_PIX_FMT_VAAPI;
        f.sw_format = AVPixelFormat::AV_PIX_FMT_NV12;
        f.width = s.width as i32;
        f.height = s.height as i32;
        f.initial_pool_size = SURFACES;
        sys::av_hwframe_ctx_init(frames.ptr())
    };
    if code < 0 {
        return Err(s.unavailable(format!("{node} has no room for pictures: {}", log::explain(code))));
    }
    Ok(frames)
}

/// The first GPU that can be used without a screen.
fn render_node() -> Option<String> {
    let mut nodes: Vec<String> = std::fs::read_dir("/dev/dri")
        .ok()?
        .filter_map(|e| e.ok()?.file_name().into_string().ok())
        .filter(|n| n.starts_with("renderD"))
        .collect();
    nodes.sort();
    nodes.first().map(|n| format!("/dev/dri/{n}"))
}
