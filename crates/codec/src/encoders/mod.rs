//! The video encoders, one file and one line in [`LIST`] each. A file says how its encoder is called, which pictures it
//! takes and how our settings are translated into its options; sending pictures and fetching packets is the same for all
//! (`video_encoder`).

mod amf;
mod nvenc;
mod qsv;
mod vaapi;
mod videotoolbox;
mod x264;

use crate::{
    CodecError,
    ff::{self, BufferRef, Codec},
};
use ffmpeg_sys_next as sys;
use media::{FrameRate, PixelFormat};
use project::{H264Profile, RateControl, VideoCodecName, VideoEncoding};

/// Every encoder, best first: `auto` takes the first hardware one that works, else the software one.
static LIST: &[EncoderKind] = &[
    nvenc::KIND,
    qsv::KIND,
    amf::KIND,
    videotoolbox::KIND,
    vaapi::KIND,
    x264::KIND,
];

/// The encoder that works on every computer.
pub(crate) const SOFTWARE: &str = x264::KIND.id;

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
    /// Translates the settings; called before the encoder is opened.
    pub(crate) prepare: fn(&mut Setup) -> Result<(), CodecError>,
}

impl EncoderKind {
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

/// The kind of that id.
pub(crate) fn find(id: &str) -> Result<&'static EncoderKind, CodecError> {
    LIST.iter()
        .find(|k| k.id == id)
        .ok_or_else(|| CodecError::UnknownEncoder {
            id: id.to_owned(),
            known: LIST.iter().map(|k| k.id).collect::<Vec<_>>().join(", "),
        })
}

/// An encoder that is being set up.
pub(crate) struct Setup<'a> {
    pub(crate) ctx: &'a mut Codec,
    pub(crate) kind: &'static EncoderKind,
    pub(crate) settings: &'a VideoEncoding,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) rate: FrameRate,
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
        // A Baseline stream has no B-frames.
        ctx.max_b_frames = if s.profile == H264Profile::Baseline {
            0
        } else {
            s.b_frames.min(16) as i32
        };
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

    /// `low`, `main` or `high` in the encoder's words.
    pub(crate) fn profile(&self) -> &'static str {
        match self.settings.profile {
            H264Profile::Baseline => "baseline",
            H264Profile::Main => "main",
            H264Profile::High => "high",
        }
    }

    /// The preset's place among x264's, 0 (`ultrafast`) to 8 (`veryslow`); unknown words count as `veryfast`.
    pub(crate) fn speed(&self) -> usize {
        PRESETS.iter().position(|p| *p == self.settings.preset).unwrap_or(2)
    }

    /// Sets FFmpeg's quality, for encoders that scale it as H.264's quantiser (0 to 51).
    pub(crate) fn constant_quantiser(&mut self) {
        let q = self.settings.crf.clamp(0.0, 51.0).round() as i32;
        // SAFETY: a number of our context, which is not open yet.
        unsafe { (*self.ctx.ptr()).global_quality = q };
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
        for (i, k) in LIST.iter().enumerate() {
            assert!(LIST[..i].iter().all(|o| o.id != k.id && o.name != k.name), "{}", k.id);
            assert!(
                k.inputs.contains(&PixelFormat::Nv12),
                "{}: the gpu renderer makes NV12",
                k.id
            );
        }
        assert_eq!(LIST.last().map(|k| (k.id, k.hardware)), Some((SOFTWARE, false)));
        assert!(find("nope").is_err_and(|e| e.to_string().contains("x264")));
    }

    #[test]
    fn keyframes_fall_on_whole_frames() {
        let s = VideoEncoding::default();
        assert_eq!(keyframe_distance(&s, FrameRate::whole(30)), 60);
        assert_eq!(keyframe_distance(&s, FrameRate::new(30000, 1001).expect("valid")), 60);
    }
}
