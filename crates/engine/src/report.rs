//! The report of a show: stable JSON keys, for people, scripts and the bench.

use schemars::JsonSchema;
use serde::Serialize;

/// Everything that can be counted of a show.
#[derive(Clone, Debug, Serialize, Default, JsonSchema)]
pub struct Report {
    /// Footlight's version.
    pub version: String,
    /// How long the show ran, seconds.
    pub duration_s: f64,
    /// `software` or `gpu`.
    pub renderer: String,
    /// What it ran on.
    pub adapter: String,
    /// Per canvas.
    pub canvases: Vec<CanvasReport>,
    /// Per distinct encode.
    pub encoders: Vec<EncoderReport>,
    /// Per destination.
    pub destinations: Vec<DestinationReport>,
    /// Per file.
    pub recordings: Vec<RecordingReport>,
    /// The mix.
    pub audio: AudioReport,
    /// This process.
    pub process: ProcessReport,
}

/// Pictures of one canvas.
#[derive(Clone, Debug, Serialize, Default, JsonSchema)]
pub struct CanvasReport {
    /// Its id.
    pub id: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Frames a second.
    pub fps: f64,
    /// Pictures that were due.
    pub frames_due: u64,
    /// Pictures really drawn.
    pub frames_rendered: u64,
    /// Pictures that were the same as the one before, so nothing needed drawing.
    pub frames_repeated: u64,
    /// Pictures that were not drawn since, in a studio off the air, nobody looked.
    pub frames_unseen: u64,
    /// Pictures that came later than one frame.
    pub frames_late: u64,
    /// Pictures that were never made.
    pub frames_skipped: u64,
    /// Mean time to compose a drawn picture, ms (wall clock of the tick thread).
    pub compose_ms: f64,
}

/// One encode.
#[derive(Clone, Debug, Serialize, Default, JsonSchema)]
pub struct EncoderReport {
    /// Its id in the project.
    pub id: String,
    /// `h264`, `hevc`, `av1`, …
    pub codec: String,
    /// `x264`, `nvenc`, …
    pub implementation: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Pictures a second.
    pub fps: f64,
    /// Mean time to encode a picture, ms; none before the first.
    pub encode_ms: Option<f64>,
    /// Pictures handed to it.
    pub frames_in: u64,
    /// Pictures that came out.
    pub frames_out: u64,
    /// Pictures it was too slow for.
    pub frames_dropped: u64,
    /// Mean rate, kbit/s.
    pub bitrate_kbps: f64,
    /// The rate that it keeps to now, kbit/s: less than in the project while it follows a slow connection; none where it can't
    /// be changed under way.
    pub target_kbps: Option<u32>,
}

/// One destination.
#[derive(Clone, Debug, Serialize, Default, JsonSchema)]
pub struct DestinationReport {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Where, without the key.
    pub url: String,
    /// How it stood when the show was ended: `live`, `retrying`, `failed`, `stopped`, …
    pub state: String,
    /// Seconds the last connection was live.
    pub connected_s: f64,
    /// Bytes written.
    pub bytes_sent: u64,
    /// Pictures written.
    pub frames_sent: u64,
    /// Pictures left out for this destination alone.
    pub frames_dropped: u64,
    /// Times it had to connect again.
    pub reconnects: u32,
    /// From the start of this destination to its first packet, ms.
    pub first_packet_ms: Option<f64>,
    /// The last thing that went wrong.
    pub last_error: Option<String>,
}

/// One recorded file.
#[derive(Clone, Debug, Serialize, Default, JsonSchema)]
pub struct RecordingReport {
    /// The file.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// Pictures in it.
    pub frames: u64,
    /// Its length in seconds.
    pub duration_s: f64,
    /// What went wrong, if anything did.
    pub error: Option<String>,
}

/// The mix.
#[derive(Clone, Debug, Serialize, Default, JsonSchema)]
pub struct AudioReport {
    /// Integrated loudness, LUFS (EBU R128); absent when silent.
    pub master_lufs: Option<f64>,
    /// Highest sample, dBFS; absent when silent.
    pub peak_dbfs: Option<f64>,
    /// 10 ms blocks in which the sound of a source broke off or set in.
    pub xruns: u64,
}

/// This process.
#[derive(Clone, Debug, Serialize, Default, JsonSchema)]
pub struct ProcessReport {
    /// CPU seconds, user and system.
    pub cpu_s: f64,
    /// Highest memory, MiB.
    pub peak_rss_mib: f64,
    /// From the start of the process to the first picture, ms.
    pub startup_ms: f64,
}
