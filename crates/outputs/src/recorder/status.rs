//! What a recording says of itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Where a recording stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordingState {
    /// The file is being made; no picture has come yet.
    #[default]
    Starting,
    /// Packets go into the file.
    Recording,
    /// A person has stopped it for a while: the file goes on without a gap when it resumes.
    Paused,
    /// Cut short; `error` says why.
    Failed,
    /// Complete.
    Finished,
}

/// What became of a recording so far: of one of its files, or of the one under way.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct RecordingStatus {
    /// The file, under the name it really has.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Video frames in it (audio packets when the show has no video).
    pub frames: u64,
    /// Video frames that the disk was too slow for.
    pub frames_dropped: u64,
    /// Its length in seconds.
    pub duration_s: f64,
    /// Where it stands.
    pub state: RecordingState,
    /// What went wrong, in a sentence for the creator.
    pub error: Option<String>,
    /// What is about to go wrong (the disk fills up), or why it ended by itself though complete.
    pub warning: Option<String>,
    /// Which file of the recording, from 1.
    pub part: u32,
    /// Length of the whole recording in seconds, earlier files included.
    pub total_s: f64,
}

impl RecordingStatus {
    /// Whether it still goes on.
    pub fn is_running(&self) -> bool {
        use RecordingState::{Paused, Recording, Starting};
        matches!(self.state, Starting | Recording | Paused)
    }
}
