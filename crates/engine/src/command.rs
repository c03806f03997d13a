//! Everything a person can do to a running show. The command line, the API and (later) the window send these; nobody has
//! a private way in.

use project::Rgba;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::path::PathBuf;

/// A wish of a person. As JSON: `{"command": "set_scene", "scene": "main"}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// Puts a scene on show.
    SetScene {
        /// The canvas; the first when absent.
        canvas: Option<String>,
        /// The scene's id or name.
        scene: String,
    },
    /// Changes how a source is mixed; absent fields stay.
    SetSourceAudio {
        /// The source.
        source: String,
        /// Gain, dB, -100 to 26.
        volume_db: Option<f64>,
        /// Not heard.
        muted: Option<bool>,
        /// -1 left to 1 right.
        balance: Option<f64>,
        /// -950 to 20000 ms.
        sync_offset_ms: Option<i32>,
    },
    /// Replaces settings of a source; absent fields stay.
    SetSourceSettings {
        /// The source.
        source: String,
        /// The changed settings.
        settings: Map<String, Value>,
    },
    /// Changes fields of a scene item, named as in the project file; absent fields stay.
    SetItem {
        /// The scene.
        scene: String,
        /// The item.
        item: String,
        /// The changed fields.
        changes: Map<String, Value>,
    },
    /// Changes what is behind everything.
    SetBackground {
        /// The canvas; the first when absent.
        canvas: Option<String>,
        /// The colour.
        color: Rgba,
    },
    /// Gain of the master track.
    SetMasterVolume {
        /// dB, -100 to 26.
        volume_db: f64,
    },
    /// Goes live to a destination.
    StartDestination {
        /// The destination.
        id: String,
    },
    /// Ends one destination.
    StopDestination {
        /// The destination.
        id: String,
    },
    /// Tries again at once.
    RetryDestination {
        /// The destination.
        id: String,
    },
    /// Starts a recording.
    StartRecording {
        /// The file; by the project's pattern when absent. Only from this machine's own command line.
        #[serde(skip)]
        path: Option<PathBuf>,
    },
    /// Ends the recording.
    StopRecording,
    /// Writes the project as it is now into its folder.
    SaveProject,
    /// Ends the show.
    EndShow,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_json() {
        let c: Command = serde_json::from_str(r#"{"command":"set_scene","scene":"b"}"#).expect("valid");
        assert_eq!(
            c,
            Command::SetScene {
                canvas: None,
                scene: "b".into()
            }
        );
        let e = serde_json::from_str::<Command>(r#"{"command":"fly"}"#)
            .expect_err("unknown")
            .to_string();
        assert!(e.contains("fly") && e.contains("set_scene"), "{e}");
    }
}
