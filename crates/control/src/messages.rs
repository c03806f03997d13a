//! What goes over `/api/ui` and the shapes of the answers, as types: what pages are told is described by their schema
//! (`cargo xtask schema`), so that page and server can't drift apart.

use crate::patch::Change;
use engine::{Event, Level, Meters, Snapshot};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// A message of the server.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum UiMessage {
    /// The first one: who serves.
    Hello(Hello),
    /// The document, at once and after every change.
    Project(DocumentMessage),
    /// What changed in the document since the last message about it, for pages that wish for changes.
    Change(ChangeMessage),
    /// The state, at once, when something happened, and twice a second (a hidden page: every three seconds).
    State {
        /// The state.
        state: Box<Snapshot>,
    },
    /// What happened.
    Events {
        /// Oldest first.
        events: Vec<Event>,
    },
    /// The meters, twenty times a second while they are wanted.
    Meters(MetersMessage),
}

/// Who serves.
#[derive(Serialize, JsonSchema)]
pub struct Hello {
    /// Footlight's version.
    pub version: &'static str,
    /// Counts the shows.
    pub generation: u64,
    /// `linux`, `macos`, `windows`, …
    pub platform: &'static str,
    /// What there is beyond a show: `projects`, `history`, `reports`, `preferences`, `files`, `check`.
    pub can: &'static [&'static str],
}

/// The document as pages get it.
#[derive(Clone, Serialize, JsonSchema)]
pub struct DocumentMessage {
    /// Goes up with every change.
    pub revision: u64,
    /// The document, secrets replaced by "".
    #[schemars(with = "project::Project")]
    pub project: Value,
    /// JSON pointers (RFC 6901) of the secrets that are set.
    pub secrets: Vec<String>,
    /// What undo would take back.
    pub undo: Option<String>,
    /// What redo would do again.
    pub redo: Option<String>,
    /// Whether the file holds all of it.
    pub saved: bool,
    /// The project's folder.
    pub path: String,
}

/// What changed in the document.
#[derive(Serialize, JsonSchema)]
pub struct ChangeMessage {
    /// Goes up with every change.
    pub revision: u64,
    /// What to do to the document that was told before, in order.
    pub changes: Vec<Change>,
    /// JSON pointers (RFC 6901) of the secrets that are set.
    pub secrets: Vec<String>,
    /// What undo would take back.
    pub undo: Option<String>,
    /// What redo would do again.
    pub redo: Option<String>,
    /// Whether the file holds all of it.
    pub saved: bool,
    /// The project's folder.
    pub path: String,
}

impl DocumentMessage {
    /// The same without the document, which these changes make of the one before.
    pub(crate) fn with(&self, changes: Vec<Change>) -> ChangeMessage {
        ChangeMessage {
            revision: self.revision,
            changes,
            secrets: self.secrets.clone(),
            undo: self.undo.clone(),
            redo: self.redo.clone(),
            saved: self.saved,
            path: self.path.clone(),
        }
    }
}

/// All levels, dB; -120 is silence.
#[derive(Serialize, JsonSchema)]
pub struct MetersMessage {
    /// Seconds of show.
    pub at_s: f64,
    /// The master track.
    pub master: MasterMeter,
    /// By source: peak left and right, RMS left and right.
    pub sources: BTreeMap<String, [f64; 4]>,
}

/// The master track's levels.
#[derive(Serialize, JsonSchema)]
pub struct MasterMeter {
    /// Left and right, dBFS.
    pub peak: [f64; 2],
    /// Left and right, dBFS.
    pub rms: [f64; 2],
    /// Over 400 ms, LUFS.
    pub lufs_m: f64,
    /// Over 3 s, LUFS.
    pub lufs_s: f64,
    /// Since the start, gated, LUFS.
    pub lufs_i: f64,
    /// Highest since the start, dBTP.
    pub true_peak: f64,
}

impl From<Meters> for MetersMessage {
    fn from(m: Meters) -> Self {
        let one = |l: Level| [l.peak_db[0], l.peak_db[1], l.rms_db[0], l.rms_db[1]].map(tenth);
        Self {
            at_s: m.at_s,
            master: MasterMeter {
                peak: m.master.peak_db.map(tenth),
                rms: m.master.rms_db.map(tenth),
                lufs_m: tenth(m.lufs_m),
                lufs_s: tenth(m.lufs_s),
                lufs_i: tenth(m.lufs_i),
                true_peak: tenth(m.true_peak),
            },
            sources: m.sources.into_iter().map(|(id, l)| (id, one(l))).collect(),
        }
    }
}

/// More is not seen, and a message of short numbers is short.
fn tenth(db: f32) -> f64 {
    (f64::from(db) * 10.0).round() / 10.0
}

/// What a page says on `/api/ui`.
#[derive(Deserialize, JsonSchema)]
pub struct UiWish {
    /// Whether it wants the meters.
    pub meters: Option<bool>,
    /// Whether it wants to be told only what changed in the document (`change`) instead of all of it (`project`) each time.
    pub changes: Option<bool>,
    /// Whether nobody can see it: then it hears of what happened and of what is on show as ever, and of the counters every
    /// three seconds. Shown again it gets the state at once.
    pub hidden: Option<bool>,
}

/// What a page says on `/api/pictures`.
#[derive(Deserialize, JsonSchema)]
pub struct PicturesWish {
    /// Replaces all wishes of this socket.
    pub want: Option<Vec<Want>>,
    /// The wish whose picture was drawn.
    pub ack: Option<u32>,
}

/// One wish for pictures.
#[derive(Deserialize, JsonSchema)]
pub struct Want {
    /// Names it in the pictures and in `ack`.
    pub id: u32,
    /// `program`, `program:CANVAS`, `preview`, `scene:ID` or `source:ID`.
    pub target: String,
    /// Pixels at most.
    pub width: u32,
    /// Pixels at most.
    pub height: u32,
    /// Pictures a second at most, 1 to 60.
    #[serde(default = "usual_rate")]
    pub fps: f64,
}

fn usual_rate() -> f64 {
    30.0
}
