//! How picture and sound are encoded, as the document says it. What an encoder makes of it is `codec`'s business.

use super::Extra;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the picture is encoded. Two equal ones of the same canvas share one encoder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct VideoEncoding {
    /// Codec.
    pub codec: VideoCodecName,
    /// Which encoder: `auto` takes the first hardware encoder that really works here, else `x264`. `footlight encoders` lists them.
    pub implementation: String,
    /// How the bit rate is governed.
    pub rate_control: RateControl,
    /// Target (CBR) or average (VBR), kbit/s.
    #[schemars(range(min = 50, max = 200_000))]
    pub bitrate_kbps: u32,
    /// Highest rate for VBR, kbit/s; 1.5 times the target when absent.
    #[schemars(range(min = 50, max = 300_000))]
    pub max_bitrate_kbps: Option<u32>,
    /// Quality for CRF: 0 best, 51 worst.
    #[schemars(range(min = 0.0, max = 51.0))]
    pub crf: f64,
    /// Speed against quality, in x264's words (`ultrafast` to `veryslow`); translated for other encoders.
    #[schemars(extend("enum" = ["ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow"]))]
    pub preset: String,
    /// H.264 profile.
    pub profile: H264Profile,
    /// Seconds between keyframes.
    #[schemars(range(min = 0.1, max = 20.0))]
    pub keyframe_interval_s: f64,
    /// Most B-frames in a row.
    #[schemars(range(min = 0, max = 16))]
    pub b_frames: u32,
    /// Without looking ahead: a few pictures less delay for a little less quality at the same rate. Destinations that are
    /// live within a fraction of a second switch it on by themselves.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub low_delay: bool,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

impl Default for VideoEncoding {
    fn default() -> Self {
        Self {
            codec: VideoCodecName::H264,
            implementation: "auto".into(),
            rate_control: RateControl::Cbr,
            bitrate_kbps: 4500,
            max_bitrate_kbps: None,
            crf: 21.0,
            preset: "veryfast".into(),
            profile: H264Profile::High,
            keyframe_interval_s: 2.0,
            b_frames: 2,
            low_delay: false,
            extra: Extra::new(),
        }
    }
}

/// Video codecs by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VideoCodecName {
    /// H.264.
    #[default]
    H264,
}

/// How a bit rate is governed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RateControl {
    /// Constant: what live services ask for.
    #[default]
    Cbr,
    /// Variable around an average, with a ceiling.
    Vbr,
    /// Constant quality: for recordings.
    Crf,
}

/// H.264 profiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum H264Profile {
    Baseline,
    Main,
    #[default]
    High,
}

/// How sound is encoded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct AudioEncoding {
    /// Codec.
    pub codec: AudioCodecName,
    /// kbit/s.
    #[schemars(range(min = 16, max = 512))]
    pub bitrate_kbps: u32,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

impl Default for AudioEncoding {
    fn default() -> Self {
        Self {
            codec: AudioCodecName::Aac,
            bitrate_kbps: 160,
            extra: Extra::new(),
        }
    }
}

/// Audio codecs by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AudioCodecName {
    /// AAC-LC: what RTMP services take.
    #[default]
    Aac,
    /// Opus.
    Opus,
}
