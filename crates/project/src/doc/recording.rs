//! How recordings on this computer are made, as the document says it.

use super::Extra;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The recording on this computer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Recording {
    /// Whether it starts with the show.
    pub enabled: bool,
    /// Folder, relative to the project's.
    pub folder: String,
    /// File name without ending; `{project}`, `{date}`, `{time}`, `{canvas}`, `{source}` (what is recorded) and `{counter}`
    /// (which file of the recording, `001`) are replaced. Without `{counter}`, later files of a split recording get a number.
    pub file_name: String,
    /// The encoder it records; the first when empty.
    pub encoder: String,
    /// Kind of file.
    pub format: RecordingFormat,
    /// A new file begins after this many minutes; 0 for one file.
    #[schemars(range(min = 0.0, max = 1440.0))]
    pub split_minutes: f64,
    /// A new file begins before one is larger than this, MiB; 0 for no limit. 4000 fits on FAT32.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub split_mib: u32,
    /// Folder that takes over when the first one fails, stalls or fills up, relative to the project's; empty for none.
    pub second_folder: String,
    /// Free space below which a warning is given, MiB.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub low_disk_mib: u32,
    /// Free space at which the recording ends by itself, complete, or goes on in the second folder, MiB.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub stop_disk_mib: u32,
    /// Names of the audio tracks in the file, in track order.
    #[schemars(length(max = 8))]
    pub track_names: Vec<String>,
    /// The replay buffer.
    pub replay: Replay,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

impl Default for Recording {
    fn default() -> Self {
        Self {
            enabled: false,
            folder: "recordings".into(),
            file_name: "{project} {date} {time}".into(),
            encoder: String::new(),
            format: RecordingFormat::Mkv,
            split_minutes: 0.0,
            split_mib: 0,
            second_folder: String::new(),
            low_disk_mib: 2048,
            stop_disk_mib: 256,
            track_names: vec![],
            replay: Replay::default(),
            extra: Extra::new(),
        }
    }
}

/// Kinds of recording files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub enum RecordingFormat {
    /// Matroska: takes every codec, and what was written before a crash plays.
    #[default]
    #[serde(rename = "mkv")]
    Mkv,
    /// MP4 that is crash-safe while it is written, and an ordinary MP4 once it is complete.
    #[serde(rename = "mp4")]
    Mp4,
    /// MP4 in fragments, also once it is complete.
    #[serde(rename = "fragmented_mp4")]
    FragmentedMp4,
    /// QuickTime, crash-safe as `mp4` is: for ProRes and editors.
    #[serde(rename = "mov")]
    Mov,
    /// MPEG transport stream.
    #[serde(rename = "mpegts")]
    MpegTs,
    /// Flash video: H.264 with one AAC or MP3 track.
    #[serde(rename = "flv")]
    Flv,
    /// WebM: VP9 or AV1 with Opus.
    #[serde(rename = "webm")]
    WebM,
}

/// The replay buffer: the last while of the show, to be saved after something happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Replay {
    /// Whether it runs whenever the show is live or recorded.
    pub enabled: bool,
    /// How much it keeps, seconds.
    #[schemars(range(min = 1, max = 3600))]
    pub seconds: u32,
    /// The most it may take, MiB; it keeps less time then.
    #[schemars(range(min = 8, max = 65_536))]
    pub max_mib: u32,
    /// Kept in the recording folder instead of in memory.
    pub on_disk: bool,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

impl Default for Replay {
    fn default() -> Self {
        Self {
            enabled: false,
            seconds: 30,
            max_mib: 512,
            on_disk: false,
            extra: Extra::new(),
        }
    }
}
