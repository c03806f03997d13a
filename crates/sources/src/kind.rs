//! What every source is to the engine: a maker of pictures, sound or both on the engine's timeline, and the description
//! a kind registers. Nothing here knows any particular kind.

use crate::{SourceError, cue::FilmInfo};
use media::{Clock, FrameRate, FrameSlot, MediaTime};
use mixer::AudioFeed;
use project::KindInfo;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};
use std::{path::PathBuf, sync::Arc, time::Duration};

/// What a source is told when it is opened.
#[derive(Clone)]
pub struct SourceContext {
    /// The source's id in the project; names its threads and log lines.
    pub id: String,
    /// The source's name for people; stands on its slate.
    pub name: String,
    /// Engine time. It may stand still (offline drawing): a source must not wait for it before it makes what is due.
    pub clock: Arc<dyn Clock>,
    /// Engine time of media position 0.
    pub start: MediaTime,
    /// Frame rate of the main canvas: a generator's natural rate.
    pub rate: FrameRate,
    /// Width and height of the main canvas, pixels: a generator's natural size.
    pub canvas: (u32, u32),
    /// Folder that relative paths in settings start from.
    pub project_dir: PathBuf,
}

impl SourceContext {
    /// The file a setting names: absolute paths as they are, others from the project's folder.
    pub fn path(&self, file: &str) -> PathBuf {
        self.project_dir.join(file)
    }
}

/// A running source, or why its settings are wrong.
pub type Opened = Result<Box<dyn Source>, SourceError>;

/// What a computer has to offer, or why that can't be found out.
pub type DeviceList = Result<Vec<Device>, SourceError>;

/// One kind of source: one file of this crate and one line in [`crate::source_kinds`].
#[derive(Clone, Copy)]
pub struct SourceKind {
    /// Id, name, settings.
    pub info: KindInfo,
    /// Whether it can make pictures.
    pub video: bool,
    /// Whether it can make sound.
    pub audio: bool,
    /// Opens one. Fails for wrong settings only; a missing file or device is waited for under a slate.
    pub open: fn(&Map<String, Value>, SourceContext) -> Opened,
    /// Lists what this computer has to offer, for kinds that capture from devices.
    pub devices: Option<fn() -> DeviceList>,
}

/// Something a source can capture from.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Device {
    /// Id of the source kind that captures it.
    pub kind: String,
    /// Unique among the devices of that kind.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// More for people: size, rates, where it is plugged in.
    pub detail: String,
    /// Settings to paste into a source.
    pub settings: Map<String, Value>,
    /// What a program may want to know, each kind its own: `width`, `height`, `x`, `y` of a screen; `default`, `monitor` of a
    /// sound device.
    #[serde(flatten)]
    pub facts: Map<String, Value>,
}

/// A piece of a file to be played.
#[derive(Clone, Debug, PartialEq)]
pub struct Clip {
    /// The file, an absolute path.
    pub file: PathBuf,
    /// Where it may begin at the earliest, seconds into the file.
    pub from_s: f64,
    /// How long the file is, seconds.
    pub length_s: f64,
}

/// How a source is doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum SourceState {
    /// It plays.
    Ready,
    /// Its file or device is missing or broken; a slate is shown and it recovers by itself.
    Waiting {
        /// What is missing and what to do, for people.
        reason: String,
    },
    /// It has played to its end.
    Ended,
}

/// A running source. Its threads end on [`Source::stop`] or drop, quickly.
///
/// The tick reads the slot of every source on every tick, hidden ones too, so a maker that waits for room never waits long.
pub trait Source: Send {
    /// Where its pictures are; `None` for sound only. The same slot for the source's whole life.
    fn video(&self) -> Option<&FrameSlot>;
    /// Where its sound is; `None` for pictures only. The same feed for the source's whole life.
    fn audio(&self) -> Option<&AudioFeed>;
    /// How it is doing.
    fn state(&self) -> SourceState;
    /// Things people should know although it plays: a font replaced, a text cut short. Empty when all is well.
    fn notices(&self) -> Vec<String> {
        Vec::new()
    }
    /// Takes new settings while running.
    ///
    /// # Errors
    /// Wrong settings; the old ones stay in force.
    fn update(&mut self, settings: &Map<String, Value>) -> Result<(), SourceError>;
    /// Plays a piece of a file at once; for the kind of instant replays, nothing to the others.
    fn play(&mut self, _clip: Clip) {}
    /// Plays its film once, with position 0 at engine time `at`; nothing to kinds that play no film on a cue. The first
    /// pictures are there when this returns.
    fn begin(&mut self, _at: MediaTime) {}
    /// What is known of the film that stands ready; none for other kinds, and while it does not.
    fn film(&self) -> Option<FilmInfo> {
        None
    }
    /// Ends its threads. Pictures and sound already made stay readable.
    fn stop(&mut self);
    /// Waits until the first picture and sound are there, or it is known that they have to be waited for; at most `limit`.
    fn ready(&self, limit: Duration) -> bool;
}
