//! The video encoders, one file for each family and one line in [`LIST`] for each codec it makes. A file says how its encoder
//! is called, which pictures it takes and how our settings are translated into its options; sending pictures and fetching
//! packets is the same for all (`video_encoder`).

mod amf;
mod aom;
mod ffv1;
mod nvenc;
mod prores;
mod qsv;
mod svtav1;
mod vaapi;
mod videotoolbox;
mod vpx;
mod x264;
mod x265;

use crate::{
    CodecError,
    ff::{self, BufferRef, Codec},
};
use ffmpeg_sys_next::{self as sys, AVPixelFormat};
use media::{FrameRate, PixelFormat};
use project::{H264Profile, RateControl, VideoCodecName, VideoEncoding};

/// Every encoder, for each codec best first: `auto` takes the first hardware one that works, else the first software one.
static LIST: &[EncoderKind] = &[
    nvenc::H264,
    qsv::H264,
    amf::H264,
    videotoolbox::H264,
    vaapi::H264,
    x264::KIND,
    nvenc::HEVC,
    qsv::HEVC,
    amf::HEVC,
    videotoolbox::HEVC,
    vaapi::HEVC,
    x265::KIND,
    nvenc::AV1,
    qsv::AV1,
    amf::AV1,
    vaapi::AV1,
    svtav1::KIND,
    aom::KIND,
    qsv::VP9,
    vaapi::VP9,
    vpx::KIND,
    prores::KIND,
    ffv1::KIND,
];

/// One encoder implementation.
pub struct EncoderKind {
    /// What the settings call it.
    pub id: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// The codec it makes.
    pub codec: VideoCodecName,
    /// Whether a GPU does the work.
    pub hardware: bool,
    /// FFmpeg's name of it.
    pub ffmpeg_name: &'static str,
    /// What a computer must have for it, after "it needs".
    pub needs: &'static str,
    /// Layouts it takes as they are, preferred first.
    pub inputs: &'static [PixelFormat],
    /// A layout of FFmpeg's that every picture is converted to, for encoders that take none of ours.
    pub(crate) native: Option<AVPixelFormat>,
    /// Translates the settings; called before the encoder is opened.
    pub(crate) prepare: fn(&mut Setup) -> Result<(), CodecError>,
}

impl EncoderKind {
    /// FFmpeg's description of it; null when this FFmpeg was built without.
    pub(crate) fn find_in_ffmpeg(&self) -> *const sys::AVCodec {
        let name = ff::cstring(self.ffmpeg_name);
        // SAFETY: a look-up in FFmpeg's static table.
        unsafe { sys::avcodec_find_encoder_by_name(name.as_ptr()) }
    }

    /// Whether one thread may do for pictures of this size and rate. x264's threads each work on a picture of their own and
    /// wait for one another's rows: one alone takes 6 % less of the processor's time for the same stream, holds fewer
    /// pictures and need not restrain its motion vectors. What it takes depends on the film, so this only says where a try
    /// is worth it; see [`crate::VideoEncoder::spread`].
    pub(crate) fn begins_with(&self, s: &VideoEncoding, (width, height): (u32, u32), rate: FrameRate) -> Threads {
        let pixels = f64::from(width) * f64::from(height) * rate.as_f64();
        let quick = PRESETS[..=VERYFAST].contains(&s.preset.as_str());
        if self.ffmpeg_name == "libx264" && quick && !s.low_delay && pixels <= 1920.0 * 1088.0 * 30.0 {
            Threads::One
        } else {
            Threads::Many
        }
    }

    /// Whether it takes another bit rate between two pictures: FFmpeg hands changed numbers of the open context on for
    /// these (`reconfig_encoder` of libx264.c and nvenc.c).
    pub(crate) fn takes_new_rates(&self) -> bool {
        self.ffmpeg_name == "libx264" || self.ffmpeg_name.ends_with("_nvenc")
    }

    /// It does not work here; `reason` is what the driver or the system says.
    pub(crate) fn unavailable(&self, reason: impl AsRef<str>) -> CodecError {
        CodecError::EncoderUnavailable {
            name: self.name.to_owned(),
            reason: format!("{}. It needs {}", reason.as_ref(), self.needs),
        }
    }
}

/// Every encoder this build knows, whether it works here or not (see [`crate::probe_all`]), in order of preference.
pub fn encoder_kinds() -> &'static [EncoderKind] {
    LIST
}

/// The encoders that make `codec`, best first.
pub(crate) fn makers(codec: VideoCodecName) -> impl Iterator<Item = &'static EncoderKind> {
    LIST.iter().filter(move |k| k.codec == codec)
}

/// The kind of that id that makes `codec`.
pub(crate) fn find(codec: VideoCodecName, id: &str) -> Result<&'static EncoderKind, CodecError> {
    makers(codec)
        .find(|k| k.id == id)
        .ok_or_else(|| CodecError::UnknownEncoder {
            id: id.to_owned(),
            codec: codec.label(),
            known: makers(codec).map(|k| k.id).collect::<Vec<_>>().join(", "),
        })
}

/// Whether an encoder of any codec has that id.
pub(crate) fn is_known(id: &str) -> bool {
    LIST.iter().any(|k| k.id == id)
}

/// The encoder of `codec` that needs no hardware: the first that this FFmpeg was built with.
pub(crate) fn software(codec: VideoCodecName) -> &'static str {
    let ours = || makers(codec).filter(|k| !k.hardware);
    let built = ours().find(|k| !k.find_in_ffmpeg().is_null());
    built.or_else(|| ours().next()).map_or(x264::KIND.id, |k| k.id)
}

/// How an encoder on the processor may divide its work, where it leaves the choice to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Threads {
    /// All in the call that hands it a picture.
    One,
    /// As many as the encoder thinks right for this computer.
    Many,
}

/// An encoder that is being set up.
pub(crate) struct Setup<'a> {
    pub(crate) ctx: &'a mut Codec,
    pub(crate) kind: &'static EncoderKind,
    pub(crate) settings: &'a VideoEncoding,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) rate: FrameRate,
    pub(crate) threads: Threads,
    /// Set by encoders that take pictures in the GPU's memory only: where to upload them.
    pub(crate) upload: Option<BufferRef>,
}

impl Setup<'_> {
    /// Sets one of the encoder's own options.
    pub(crate) fn set(&mut self, name: &str, value: &str) -> Result<(), CodecError> {
        ff::check(self.av_opt_set(name, value))
            .map(drop)
            .map_err(|e| self.unavailable(format!("it does not take {name}={value}: {e}")))
    }

    /// Sets an option that older or newer versions may lack.
    pub(crate) fn set_if_known(&mut self, name: &str, value: &str) {
        if self.av_opt_set(name, value) < 0 {
            tracing::debug!("{} does not know {name}={value}", self.kind.name);
        }
    }

    fn av_opt_set(&mut self, name: &str, value: &str) -> i32 {
        let (name, value) = (ff::cstring(name), ff::cstring(value));
        // SAFETY: our context, whose private options belong to it; both strings are copied.
        unsafe { sys::av_opt_set((*self.ctx.ptr()).priv_data, name.as_ptr(), value.as_ptr(), 0) }
    }

    /// The settings that FFmpeg names the same for all encoders.
    pub(crate) fn common(&mut self) {
        let s = self.settings;
        let bitrate = bits(s.bitrate_kbps);
        let ceiling = self.ceiling();
        // SAFETY: numbers of our context, which is not open yet.
        let ctx = unsafe { &mut *self.ctx.ptr() };
        ctx.gop_size = keyframe_distance(s, self.rate);
        // A Baseline stream has no B-frames; AV1 and VP9 have nothing like them.
        let reorders = match s.codec {
            VideoCodecName::H264 => s.profile != H264Profile::Baseline,
            codec => codec == VideoCodecName::Hevc,
        };
        ctx.max_b_frames = if reorders { s.b_frames.min(16) as i32 } else { 0 };
        if s.rate_control != RateControl::Crf {
            ctx.bit_rate = bitrate;
            ctx.rc_max_rate = ceiling;
            // One second: what live services expect a player to hold.
            ctx.rc_buffer_size = i32::try_from(ceiling).unwrap_or(i32::MAX);
        }
    }

    /// The highest rate, bit/s.
    fn ceiling(&self) -> i64 {
        let s = self.settings;
        match s.rate_control {
            RateControl::Vbr => bits(
                s.max_bitrate_kbps
                    .unwrap_or(s.bitrate_kbps.saturating_mul(3) / 2)
                    .max(s.bitrate_kbps),
            ),
            _ => bits(s.bitrate_kbps),
        }
    }

    /// The H.264 profile in the encoder's words.
    pub(crate) fn profile(&self) -> &'static str {
        match self.settings.profile {
            H264Profile::Baseline => "baseline",
            H264Profile::Main => "main",
            H264Profile::High => "high",
        }
    }

    /// The preset's place among x264's, 0 (`ultrafast`) to 8 (`veryslow`); unknown words count as `veryfast`.
    pub(crate) fn speed(&self) -> usize {
        let place = PRESETS.iter().position(|p| *p == self.settings.preset);
        place.unwrap_or(VERYFAST)
    }

    /// Sets FFmpeg's quality, for encoders that scale it as H.264's quantiser (0 to 51).
    pub(crate) fn constant_quantiser(&mut self) {
        let q = self.settings.crf.clamp(0.0, 51.0).round() as i32;
        // SAFETY: a number of our context, which is not open yet.
        unsafe { (*self.ctx.ptr()).global_quality = q };
    }

    /// Sets FFmpeg's quality on the scale of VP9 and AV1 (0 to 255), where `crf` is on H.264's.
    pub(crate) fn constant_quantiser_255(&mut self) {
        let q = (self.settings.crf.clamp(0.0, 51.0) * 5.0).round() as i32;
        // SAFETY: a number of our context, which is not open yet.
        unsafe { (*self.ctx.ptr()).global_quality = q };
    }

    /// `crf` on the scale of VP9's and AV1's software encoders, 0 to 63.
    pub(crate) fn crf_63(&self) -> String {
        (self.settings.crf.clamp(0.0, 51.0) * 63.0 / 51.0).round().to_string()
    }

    /// Makes the lowest rate the target too: how libaom and libvpx are asked for a constant one.
    pub(crate) fn hold_rate(&mut self) {
        if self.settings.rate_control == RateControl::Cbr {
            // SAFETY: numbers of our context, which is not open yet.
            unsafe {
                let ctx = &mut *self.ctx.ptr();
                (ctx.rc_min_rate, ctx.rc_max_rate) = (ctx.bit_rate, ctx.bit_rate);
            }
        }
    }

    pub(crate) fn unavailable(&self, reason: impl AsRef<str>) -> CodecError {
        self.kind.unavailable(reason)
    }
}

/// x264's presets, fastest first (`placebo` is not for live shows).
pub(crate) const PRESETS: [&str; 9] = [
    "ultrafast",
    "superfast",
    "veryfast",
    "faster",
    "fast",
    "medium",
    "slow",
    "slower",
    "veryslow",
];

/// The place of `veryfast` in [`PRESETS`].
const VERYFAST: usize = 2;

/// Threads for encoders that do not choose themselves: one a processor.
pub(crate) fn processors() -> i32 {
    std::thread::available_parallelism().map_or(1, |n| n.get().min(16) as i32)
}

fn bits(kbps: u32) -> i64 {
    i64::from(kbps) * 1000
}

/// Frames from one keyframe to the next.
fn keyframe_distance(s: &VideoEncoding, rate: FrameRate) -> i32 {
    (rate.as_f64() * s.keyframe_interval_s.clamp(0.05, 60.0))
        .round()
        .clamp(1.0, 60_000.0) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_software_is_last() {
        use project::VideoCodecName::*;
        for (i, k) in LIST.iter().enumerate() {
            let same = |o: &&EncoderKind| o.codec == k.codec && (o.id == k.id || o.name == k.name);
            assert!(!LIST[..i].iter().any(|o| same(&o)), "{} {:?}", k.id, k.codec);
            assert!(
                !k.hardware || k.inputs.contains(&PixelFormat::Nv12),
                "{}: the gpu renderer makes NV12",
                k.id
            );
        }
        for (codec, id) in [
            (H264, "x264"),
            (Hevc, "x265"),
            (Av1, "svtav1"),
            (Vp9, "vpx"),
            (ProRes, "prores"),
            (Ffv1, "ffv1"),
        ] {
            assert_eq!(software(codec), id);
            assert!(makers(codec).last().is_some_and(|k| !k.hardware));
        }
        assert!(find(Hevc, "x264").is_err_and(|e| e.to_string().contains("x265")));
    }

    #[test]
    fn keyframes_fall_on_whole_frames() {
        let s = VideoEncoding::default();
        assert_eq!(keyframe_distance(&s, FrameRate::whole(30)), 60);
        assert_eq!(keyframe_distance(&s, FrameRate::new(30000, 1001).expect("valid")), 60);
    }
}
