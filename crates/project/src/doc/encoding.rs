//! How picture and sound are encoded, as the document says it. What an encoder makes of it is `codec`'s business.

use super::Extra;
use media::{AudioCodec, VideoCodec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the picture is encoded. Two equal ones of the same canvas share one encoder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct VideoEncoding {
    /// Codec.
    pub codec: VideoCodecName,
    /// Which encoder: `auto` takes the first hardware encoder of the codec that really works here, else one on the processor. `footlight encoders` lists them.
    pub implementation: String,
    /// How the bit rate is governed. ProRes and FFV1 have no choice: their rate follows from the picture.
    pub rate_control: RateControl,
    /// Target (CBR) or average (VBR), kbit/s. Not for ProRes and FFV1.
    #[schemars(range(min = 50, max = 200_000))]
    pub bitrate_kbps: u32,
    /// Highest rate for VBR, kbit/s; 1.5 times the target when absent.
    #[schemars(range(min = 50, max = 300_000))]
    pub max_bitrate_kbps: Option<u32>,
    /// Quality for CRF: 0 best, 51 worst; for AV1 and VP9 it is brought to their scale. Not for ProRes and FFV1.
    #[schemars(range(min = 0.0, max = 51.0))]
    pub crf: f64,
    /// Speed against quality, in x264's words (`ultrafast` to `veryslow`); translated for other encoders. Not for ProRes and FFV1.
    #[schemars(extend("enum" = ["ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow"]))]
    pub preset: String,
    /// H.264 profile. The other codecs always use the one for 8-bit 4:2:0 that every player knows.
    pub profile: H264Profile,
    /// Seconds between keyframes. In ProRes and FFV1 every picture is one.
    #[schemars(range(min = 0.1, max = 20.0))]
    pub keyframe_interval_s: f64,
    /// Most B-frames in a row, for H.264 and HEVC; the other codecs have none.
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

/// What a destination wants differently from its encoder. Destinations that end up wanting the same share one encode.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct EncodeWish {
    /// Another canvas, by id; the encoder's when empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub canvas: String,
    /// Width in pixels; follows from the height when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 16, max = 8192))]
    pub width: Option<u32>,
    /// Height in pixels; follows from the width when absent. Without both, the canvas' size.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 16, max = 8192))]
    pub height: Option<u32>,
    /// How the picture is brought to that size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<ScaleFilter>,
    /// Only every n-th picture: 2 makes 30 a second of 60.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 10))]
    pub every: Option<u32>,
    /// Another codec.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub codec: Option<VideoCodecName>,
    /// Another bit rate of the picture, kbit/s.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 50, max = 200_000))]
    pub bitrate_kbps: Option<u32>,
    /// Another codec of the sound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio_codec: Option<AudioCodecName>,
    /// Another bit rate of the sound, kbit/s.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 16, max = 512))]
    pub audio_bitrate_kbps: Option<u32>,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

impl EncodeWish {
    /// Whether there is none.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// Video codecs by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VideoCodecName {
    /// H.264: what every service and every player takes.
    #[default]
    H264,
    /// HEVC (H.265): the same picture in about two thirds of the rate, where the service takes it.
    Hevc,
    /// AV1: the same picture in about half the rate, where the service takes it.
    Av1,
    /// VP9: for WebM recordings and YouTube.
    Vp9,
    /// ProRes 422, for recordings that will be edited: large files (about 45 GB an hour at 1080p30).
    #[serde(rename = "prores")]
    ProRes,
    /// FFV1, lossless, for recordings: very large files.
    Ffv1,
}

impl VideoCodecName {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::H264, Self::Hevc, Self::Av1, Self::Vp9, Self::ProRes, Self::Ffv1];

    /// As the document writes it.
    pub fn id(self) -> &'static str {
        match self {
            Self::H264 => "h264",
            Self::Hevc => "hevc",
            Self::Av1 => "av1",
            Self::Vp9 => "vp9",
            Self::ProRes => "prores",
            Self::Ffv1 => "ffv1",
        }
    }

    /// For people.
    pub fn label(self) -> &'static str {
        match self {
            Self::H264 => "H.264",
            Self::Hevc => "HEVC",
            Self::Av1 => "AV1",
            Self::Vp9 => "VP9",
            Self::ProRes => "ProRes",
            Self::Ffv1 => "FFV1",
        }
    }

    /// Whether its rate follows from the picture, whatever the settings say.
    pub fn has_no_rate(self) -> bool {
        matches!(self, Self::ProRes | Self::Ffv1)
    }

    /// The codec it names.
    pub fn codec(self) -> VideoCodec {
        match self {
            Self::H264 => VideoCodec::H264,
            Self::Hevc => VideoCodec::Hevc,
            Self::Av1 => VideoCodec::Av1,
            Self::Vp9 => VideoCodec::Vp9,
            Self::ProRes => VideoCodec::ProRes,
            Self::Ffv1 => VideoCodec::Ffv1,
        }
    }
}

/// How pictures are brought to another size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScaleFilter {
    /// Fast and a little soft.
    Bilinear,
    /// Sharp at a fair price.
    #[default]
    Bicubic,
    /// The sharpest, and the dearest.
    Lanczos,
    /// The mean of what a pixel covers: for much smaller pictures.
    Area,
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
    /// kbit/s. Not for FLAC and PCM; MP3 takes the nearest rate it knows, at most 320.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AudioCodecName {
    /// AAC-LC: what RTMP services take.
    #[default]
    Aac,
    /// Opus: what WebRTC takes, and the best at low rates.
    Opus,
    /// MP3: for internet radio.
    Mp3,
    /// FLAC, lossless, for recordings.
    Flac,
    /// Uncompressed, 24 bits a sample, for recordings.
    Pcm,
}

impl AudioCodecName {
    /// For people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Aac => "AAC",
            Self::Opus => "Opus",
            Self::Mp3 => "MP3",
            Self::Flac => "FLAC",
            Self::Pcm => "PCM",
        }
    }

    /// The codec it names.
    pub fn codec(self) -> AudioCodec {
        match self {
            Self::Aac => AudioCodec::Aac,
            Self::Opus => AudioCodec::Opus,
            Self::Mp3 => AudioCodec::Mp3,
            Self::Flac => AudioCodec::Flac,
            Self::Pcm => AudioCodec::Pcm,
        }
    }
}
