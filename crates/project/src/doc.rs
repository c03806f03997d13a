//! The document of version 1. Every struct keeps fields it does not know in `extra`, so that a project made by a newer
//! Footlight (or a person's own note) survives being opened and saved here.

use crate::Rgba;
use media::FrameRate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The document version this build reads and writes.
pub const VERSION: u32 = 1;

/// Fields kept although this build does not know them.
pub type Extra = Map<String, Value>;

/// A whole project.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Project {
    /// Document version; 1.
    pub version: u32,
    /// The project's name.
    pub name: String,
    /// Compositions with their own size and rate; the first is the main one.
    pub canvases: Vec<Canvas>,
    /// Everything that can be seen or heard.
    pub sources: Vec<Source>,
    /// Arrangements of sources.
    pub scenes: Vec<Scene>,
    /// The mix.
    pub audio: Audio,
    /// What is encoded; destinations and the recording name one of these.
    pub encoders: Vec<Encoder>,
    /// Where the show goes live to.
    pub destinations: Vec<Destination>,
    /// The recording on this computer.
    pub recording: Recording,
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
            audio: Audio::default(),
            encoders: vec![Encoder::default()],
            destinations: vec![],
            recording: Recording::default(),
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
    /// Which kind it is: `screen`, `media`, `image`, `text`, …
    pub kind: String,
    /// The kind's own settings.
    pub settings: Map<String, Value>,
    /// How it is mixed.
    pub audio: SourceAudio,
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
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

impl Default for SourceAudio {
    fn default() -> Self {
        Self {
            volume_db: 0.0,
            muted: false,
            balance: 0.0,
            sync_offset_ms: 0,
            extra: Extra::new(),
        }
    }
}

/// An arrangement of sources.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Scene {
    /// Unique among scenes.
    pub id: String,
    /// Name for people; the id when empty.
    pub name: String,
    /// What is in it, drawn in this order: the last is on top.
    pub items: Vec<SceneItem>,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

impl Default for Scene {
    fn default() -> Self {
        Self {
            id: "main".into(),
            name: "Main".into(),
            items: vec![],
            extra: Extra::new(),
        }
    }
}

/// A source (or another scene) placed in a scene. Coordinates are pixels of the canvas, y downwards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct SceneItem {
    /// Unique in its scene.
    pub id: String,
    /// The source's id. Exactly one of `source` and `scene` is set.
    pub source: Option<String>,
    /// A nested scene's id.
    pub scene: Option<String>,
    /// Whether it is drawn (and, for a source with sound, heard).
    pub visible: bool,
    /// Where the point named by `alignment` lies.
    pub position: Point,
    /// Which point of the item lies at `position`, and about which it turns.
    pub alignment: Alignment,
    /// Factor on the size after cropping; negative mirrors. Ignored when `bounds` is set.
    pub scale: Scale,
    /// Clockwise, degrees.
    #[schemars(range(min = -36000.0, max = 36000.0))]
    pub rotation_deg: f64,
    /// Pixels of the source cut off at each edge.
    pub crop: Crop,
    /// A box the item is fitted into, whatever the source's size.
    pub bounds: Option<Bounds>,
    /// 0 invisible, 1 solid.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub opacity: f64,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

impl Default for SceneItem {
    fn default() -> Self {
        Self {
            id: String::new(),
            source: None,
            scene: None,
            visible: true,
            position: Point::default(),
            alignment: Alignment::TopLeft,
            scale: Scale::default(),
            rotation_deg: 0.0,
            crop: Crop::default(),
            bounds: None,
            opacity: 1.0,
            extra: Extra::new(),
        }
    }
}

/// A point in canvas pixels.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Point {
    /// To the right.
    #[schemars(range(min = -100_000.0, max = 100_000.0))]
    pub x: f64,
    /// Downwards.
    #[schemars(range(min = -100_000.0, max = 100_000.0))]
    pub y: f64,
}

/// A factor for each direction.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Scale {
    /// Horizontal factor.
    #[schemars(range(min = -100.0, max = 100.0))]
    pub x: f64,
    /// Vertical factor.
    #[schemars(range(min = -100.0, max = 100.0))]
    pub y: f64,
}

impl Default for Scale {
    fn default() -> Self {
        Self { x: 1.0, y: 1.0 }
    }
}

/// Pixels of the source cut off at each edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Crop {
    /// From the left.
    pub left: u32,
    /// From the top.
    pub top: u32,
    /// From the right.
    pub right: u32,
    /// From the bottom.
    pub bottom: u32,
}

/// A point of a rectangle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Alignment {
    #[default]
    TopLeft,
    Top,
    TopRight,
    Left,
    Center,
    Right,
    BottomLeft,
    Bottom,
    BottomRight,
}

impl Alignment {
    /// The point as fractions of width and height.
    pub const fn fractions(self) -> (f64, f64) {
        match self {
            Self::TopLeft => (0.0, 0.0),
            Self::Top => (0.5, 0.0),
            Self::TopRight => (1.0, 0.0),
            Self::Left => (0.0, 0.5),
            Self::Center => (0.5, 0.5),
            Self::Right => (1.0, 0.5),
            Self::BottomLeft => (0.0, 1.0),
            Self::Bottom => (0.5, 1.0),
            Self::BottomRight => (1.0, 1.0),
        }
    }
}

/// A box an item is fitted into. The item lies in the middle of the box.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Bounds {
    /// How it is fitted.
    pub mode: BoundsMode,
    /// Width of the box in canvas pixels.
    #[schemars(range(min = 1.0, max = 100_000.0))]
    pub width: f64,
    /// Height of the box in canvas pixels.
    #[schemars(range(min = 1.0, max = 100_000.0))]
    pub height: f64,
}

/// How an item is fitted into its box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BoundsMode {
    /// Fills the box, aspect ratio not kept.
    Stretch,
    /// As large as fits, aspect ratio kept.
    Contain,
    /// Fills the box, aspect ratio kept; what sticks out is cut off.
    Cover,
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
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

impl Default for Audio {
    fn default() -> Self {
        Self {
            master_db: 0.0,
            limiter_dbfs: -1.0,
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
    pub preset: String,
    /// H.264 profile.
    pub profile: H264Profile,
    /// Seconds between keyframes.
    #[schemars(range(min = 0.1, max = 20.0))]
    pub keyframe_interval_s: f64,
    /// Most B-frames in a row.
    #[schemars(range(min = 0, max = 16))]
    pub b_frames: u32,
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
    /// Whether it goes live with the show.
    pub enabled: bool,
    /// The encoder it carries; the first when empty.
    pub encoder: String,
    /// The kind's own settings.
    pub settings: Map<String, Value>,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

impl Default for Destination {
    fn default() -> Self {
        Self {
            id: String::new(),
            name: String::new(),
            kind: "rtmp".into(),
            enabled: true,
            encoder: String::new(),
            settings: Map::new(),
            extra: Extra::new(),
        }
    }
}

/// The recording on this computer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Recording {
    /// Whether it starts with the show.
    pub enabled: bool,
    /// Folder, relative to the project's.
    pub folder: String,
    /// File name without ending; `{project}`, `{date}` and `{time}` are replaced.
    pub file_name: String,
    /// The encoder it records; the first when empty.
    pub encoder: String,
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
