//! The state of a show at a moment, as the status line, the watch page and the API see it.

use outputs::{DestinationStatus, RecordingStatus};
use schemars::JsonSchema;
use serde::Serialize;

/// The state of a show.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Snapshot {
    /// Goes up when another project is opened or the show starts anew.
    pub generation: u64,
    /// The project's name.
    pub project: String,
    /// Whether it still runs.
    pub running: bool,
    /// Seconds since the first picture.
    pub elapsed_s: f64,
    /// Whether at least one destination gets the show or is about to.
    pub on_air: bool,
    /// For how long, seconds.
    pub on_air_s: Option<f64>,
    /// `software` or `gpu`.
    pub renderer: String,
    /// What it runs on.
    pub adapter: String,
    /// Per canvas.
    pub canvases: Vec<CanvasState>,
    /// Per distinct encode.
    pub encoders: Vec<EncoderState>,
    /// Per destination.
    pub destinations: Vec<DestinationView>,
    /// The recordings, newest last.
    pub recordings: Vec<RecordingStatus>,
    /// The recording that runs now.
    pub recording: Option<RecordingStatus>,
    /// The replay buffer; none while it does not run.
    pub replay: Option<outputs::ReplayStatus>,
    /// Sum over all destinations, kbit/s.
    pub upload_kbps: f64,
    /// Free bytes where recordings go; none while unknown.
    pub disk_free_bytes: Option<u64>,
    /// What this process uses now.
    pub process: ProcessView,
    /// Per source.
    pub sources: Vec<SourceView>,
    /// The master track.
    pub master: Level,
    /// All audio tracks, the master first.
    pub tracks: Vec<TrackView>,
    /// Integrated loudness, LUFS.
    pub lufs: Option<f64>,
    /// All scenes.
    pub scenes: Vec<SceneView>,
    /// Closed captions.
    pub captions: crate::CaptionsView,
    /// Studio mode, preview and transition.
    pub desk: crate::DeskState,
}

/// One canvas.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CanvasState {
    /// Its id.
    pub id: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// The rate it should run at.
    pub fps: f64,
    /// Pictures a second over the last second, those nobody had to see among them.
    pub fps_now: f64,
    /// The scene on show.
    pub scene: String,
    /// Pictures due.
    pub frames_due: u64,
    /// Pictures drawn.
    pub frames_rendered: u64,
    /// Pictures repeated since nothing had changed.
    pub frames_repeated: u64,
    /// Pictures not drawn since, off the air, nobody looked.
    pub frames_unseen: u64,
    /// Pictures late.
    pub frames_late: u64,
    /// Pictures never made.
    pub frames_skipped: u64,
}

/// One encode.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct EncoderState {
    /// Its id.
    pub id: String,
    /// `h264`, `hevc`, `av1`, …
    pub codec: String,
    /// Which encoder.
    pub implementation: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Pictures a second.
    pub fps: f64,
    /// Pictures out.
    pub frames_out: u64,
    /// Pictures dropped.
    pub frames_dropped: u64,
    /// Mean rate so far, kbit/s.
    pub bitrate_kbps: f64,
    /// The rate that it keeps to now, kbit/s: less than in the project while it follows a slow connection; none where it can't
    /// be changed under way.
    pub target_kbps: Option<u32>,
    /// Mean time to encode a picture so far, ms; none before the first.
    pub encode_ms: Option<f64>,
}

/// One destination.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DestinationView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// Where, without the key.
    pub url: String,
    /// How it does.
    #[serde(flatten)]
    pub status: DestinationStatus,
}

/// One audio track.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TrackView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its level after its limiter.
    pub level: Level,
}

/// One source.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SourceView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// `ready`, `waiting` or `ended`.
    #[schemars(extend("enum" = ["ready", "waiting", "ended"]))]
    pub state: &'static str,
    /// Why it waits.
    pub reason: Option<String>,
    /// Whether it is in the mix now.
    pub heard: bool,
    /// Its level.
    pub level: Level,
    /// Pixels; none until its first picture, and for sound only.
    pub width: Option<u32>,
    /// Pixels.
    pub height: Option<u32>,
    /// Whether it is visible in a scene on show.
    pub in_program: bool,
    /// Whether it is visible in the preview.
    pub in_preview: bool,
}

/// What a process uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct ProcessView {
    /// Over the last second, percent of all cores together.
    pub cpu_percent: f64,
    /// Memory now, MiB.
    pub rss_mib: f64,
}

/// A level after its fader, per channel.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Level {
    /// Peak, dBFS; -120 is silence.
    pub peak_db: [f32; 2],
    /// RMS, dBFS.
    pub rms_db: [f32; 2],
}

/// One scene.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SceneView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}
