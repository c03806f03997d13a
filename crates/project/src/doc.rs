//! The document of version 1. Every struct keeps fields it does not know in `extra`, so that a project made by a newer
//! Footlight (or a person's own note) survives being opened and saved here.

mod animation;
mod captions;
mod encoding;
mod filter;
mod follow;
mod look;
mod members;
mod recording;
mod scene;
mod transition;

pub use animation::*;
pub use captions::*;
pub use encoding::*;
pub use filter::*;
pub use follow::*;
pub use look::*;
pub use members::*;
pub use recording::*;
pub use scene::*;
pub use transition::*;

use crate::Rgba;
use media::FrameRate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The document version this build reads and writes.
pub const VERSION: u32 = 1;

/// Fields kept although this build does not know them.
pub type Extra = Map<String, Value>;

/// A whole project.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Project {
    /// Document version; 1.
    #[schemars(range(min = 1, max = 1))]
    pub version: u32,
    /// The project's name.
    pub name: String,
    /// Compositions with their own size and rate; the first is the main one.
    pub canvases: Vec<Canvas>,
    /// Everything that can be seen or heard.
    pub sources: Vec<Source>,
    /// Arrangements of sources.
    pub scenes: Vec<Scene>,
    /// How scenes follow each other, besides the plain cut and fade.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    pub transitions: Vec<Transition>,
    /// Transitions at hand: a button each that takes the preview by it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 20))]
    pub quick_transitions: Vec<QuickTransition>,
    /// The mix.
    pub audio: Audio,
    /// What is encoded; destinations and the recording name one of these.
    pub encoders: Vec<Encoder>,
    /// Where the show goes live to.
    pub destinations: Vec<Destination>,
    /// The recording on this computer.
    pub recording: Recording,
    /// Closed captions.
    pub captions: Captions,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

impl Default for Project {
    fn default() -> Self {
        Self {
            version: VERSION,
            name: "Untitled".into(),
            canvases: vec![Canvas::default()],
            sources: vec![],
            scenes: vec![Scene::default()],
            transitions: vec![],
            quick_transitions: vec![],
            audio: Audio::default(),
            encoders: vec![Encoder::default()],
            destinations: vec![],
            recording: Recording::default(),
            captions: Captions::default(),
            extra: Extra::new(),
        }
    }
}

/// A composition with its own size and frame rate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Canvas {
    /// Unique among canvases.
    pub id: String,
    /// Width in pixels, even.
    #[schemars(range(min = 16, max = 8192))]
    pub width: u32,
    /// Height in pixels, even.
    #[schemars(range(min = 16, max = 8192))]
    pub height: u32,
    /// Frames a second: 30, 29.97 or "30000/1001".
    #[schemars(with = "RateText")]
    pub fps: FrameRate,
    /// The scene on show at the start (its id).
    pub scene: String,
    /// What is behind everything.
    pub background: Rgba,
    /// Shows the main canvas' scene with a layout of its own, whatever `scene` says. Not for the main canvas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub follow: Option<Follow>,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

/// How a frame rate is written.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
enum RateText {
    /// A number: 25, 29.97.
    Number(f64),
    /// A fraction: "30000/1001".
    Fraction(String),
}

impl Default for Canvas {
    fn default() -> Self {
        Self {
            id: "main".into(),
            width: 1920,
            height: 1080,
            fps: FrameRate::whole(30),
            scene: "main".into(),
            background: Rgba::BLACK,
            follow: None,
            extra: Extra::new(),
        }
    }
}

/// Something that can be seen or heard.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Source {
    /// Unique among sources.
    pub id: String,
    /// Name for people; the id when empty.
    pub name: String,
    /// Colour of its label: `#rrggbb`, or empty for none.
    pub color: String,
    /// A note for oneself.
    pub notes: String,
    /// Which kind it is: `screen`, `media`, `image`, `text`, …
    pub kind: String,
    /// The kind's own settings.
    pub settings: Map<String, Value>,
    /// How it is mixed.
    pub audio: SourceAudio,
    /// What is done to its picture wherever it is shown, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32))]
    pub filters: Vec<Filter>,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

/// How a source is mixed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct SourceAudio {
    /// Gain in dB.
    #[schemars(range(min = -100.0, max = 26.0))]
    pub volume_db: f64,
    /// Not heard.
    pub muted: bool,
    /// -1 left, 0 middle, 1 right.
    #[schemars(range(min = -1.0, max = 1.0))]
    pub balance: f64,
    /// Later (positive) or earlier, in milliseconds.
    #[schemars(range(min = -950, max = 20000))]
    pub sync_offset_ms: i32,
    /// Ids of the audio tracks it is in; all of them when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 8))]
    pub tracks: Option<Vec<String>>,
    /// Its gain in single tracks, dB, besides its own: track id to gain; 0 where absent.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub track_gains_db: BTreeMap<String, f64>,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

impl SourceAudio {
    /// Its gain in the track of that id, dB; none when it is not in it.
    pub fn gain_in(&self, track: &str) -> Option<f64> {
        let member = self.tracks.as_ref().is_none_or(|t| t.iter().any(|t| t == track));
        member.then(|| self.track_gains_db.get(track).copied().unwrap_or_default())
    }
}

impl Default for SourceAudio {
    fn default() -> Self {
        Self {
            volume_db: 0.0,
            muted: false,
            balance: 0.0,
            sync_offset_ms: 0,
            tracks: None,
            track_gains_db: BTreeMap::new(),
            extra: Extra::new(),
        }
    }
}

/// The mix.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Audio {
    /// Gain of the master track in dB.
    #[schemars(range(min = -100.0, max = 26.0))]
    pub master_db: f64,
    /// The limiter lets no sample exceed this, dBFS.
    #[schemars(range(min = -20.0, max = 0.0))]
    pub limiter_dbfs: f64,
    /// Mixes of their own for destinations and recordings; the first is the master, which is what people hear. None given means
    /// one track, the master.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 8))]
    pub tracks: Vec<AudioTrack>,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

/// Most audio tracks of a project.
pub const MAX_AUDIO_TRACKS: usize = 8;

/// One mix of the sources. Which it carries is said by the sources.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct AudioTrack {
    /// Unique among tracks.
    pub id: String,
    /// Name for people and in recordings.
    pub name: String,
    /// Gain of this track in dB, besides the master's.
    #[schemars(range(min = -100.0, max = 26.0))]
    pub volume_db: f64,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

impl AudioTrack {
    /// The name shown to people.
    pub fn label(&self) -> &str {
        shown(&self.name, &self.id)
    }
}

impl Audio {
    /// The tracks there are: at least the master, at most eight.
    pub fn all_tracks(&self) -> Vec<AudioTrack> {
        if self.tracks.is_empty() {
            return vec![AudioTrack {
                id: "master".into(),
                ..AudioTrack::default()
            }];
        }
        self.tracks.iter().take(MAX_AUDIO_TRACKS).cloned().collect()
    }
}

impl Default for Audio {
    fn default() -> Self {
        Self {
            master_db: 0.0,
            limiter_dbfs: -1.0,
            tracks: vec![],
            extra: Extra::new(),
        }
    }
}

/// What is encoded, once, for all who name it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Encoder {
    /// Unique among encoders.
    pub id: String,
    /// The canvas it encodes.
    pub canvas: String,
    /// Picture.
    pub video: VideoEncoding,
    /// Sound.
    pub audio: AudioEncoding,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

impl Default for Encoder {
    fn default() -> Self {
        Self {
            id: "main".into(),
            canvas: "main".into(),
            video: VideoEncoding::default(),
            audio: AudioEncoding::default(),
            extra: Extra::new(),
        }
    }
}

/// One place the show goes live to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Destination {
    /// Unique among destinations.
    pub id: String,
    /// Name for people; the id when empty.
    pub name: String,
    /// Which kind it is: `rtmp`, `local`, …
    pub kind: String,
    /// Id of the service it is, of the list Footlight ships; empty for none.
    pub service: String,
    /// Whether it goes live with the show.
    pub enabled: bool,
    /// The encoder it carries; the first when empty.
    pub encoder: String,
    /// How much later than it happened the show goes there, seconds.
    #[schemars(range(min = 0.0, max = 600.0))]
    pub delay_s: f64,
    /// What happens when the line is too slow for an encode that others share: theirs is not touched.
    pub when_slow: WhenSlow,
    /// The destination it stands in for: it goes live only while that one does not work. Empty: it goes live by itself.
    pub standby_for: String,
    /// What it wants differently from that encoder.
    #[serde(skip_serializing_if = "EncodeWish::is_none")]
    pub encode: EncodeWish,
    /// Ids of the audio tracks it carries, in this order; the first track when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 8))]
    pub audio_tracks: Vec<String>,
    /// Id of the audio track for the archive that the service keeps (Twitch's VOD track); none when empty. It follows the
    /// tracks above, where the server takes several.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub vod_track: String,
    /// The kind's own settings.
    pub settings: Map<String, Value>,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

/// What becomes of a destination whose line is too slow for an encode that it shares with others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhenSlow {
    /// Pictures are left out for it.
    #[default]
    Drop,
    /// It gets the lower encode of another destination of this show, where there is one, and its own again when the line
    /// allows. RTMP and WHIP only.
    StepDown,
}

impl Default for Destination {
    fn default() -> Self {
        Self {
            id: String::new(),
            name: String::new(),
            kind: "rtmp".into(),
            service: String::new(),
            enabled: true,
            encoder: String::new(),
            delay_s: 0.0,
            when_slow: WhenSlow::default(),
            standby_for: String::new(),
            encode: EncodeWish::default(),
            audio_tracks: vec![],
            vod_track: String::new(),
            settings: Map::new(),
            extra: Extra::new(),
        }
    }
}

/// The name shown to people: `name`, or the id where there is none.
fn shown<'a>(name: &'a str, id: &'a str) -> &'a str {
    if name.is_empty() { id } else { name }
}
impl Source {
    /// The name shown to people.
    pub fn label(&self) -> &str {
        shown(&self.name, &self.id)
    }
}
impl Scene {
    /// The name shown to people.
    pub fn label(&self) -> &str {
        shown(&self.name, &self.id)
    }
}
impl Destination {
    /// The name shown to people.
    pub fn label(&self) -> &str {
        shown(&self.name, &self.id)
    }
}
impl Project {
    /// A source by id.
    pub fn source(&self, id: &str) -> Option<&Source> {
        self.sources.iter().find(|s| s.id == id)
    }
    /// A scene by id, else by name.
    pub fn scene(&self, id: &str) -> Option<&Scene> {
        self.scenes
            .iter()
            .find(|s| s.id == id)
            .or_else(|| self.scenes.iter().find(|s| s.name == id))
    }
    /// An encoder by id; the first when `id` is empty.
    pub fn encoder(&self, id: &str) -> Option<&Encoder> {
        if id.is_empty() {
            self.encoders.first()
        } else {
            self.encoders.iter().find(|e| e.id == id)
        }
    }
}
