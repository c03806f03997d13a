// The state of the show at a moment, as the engine tells it (docs/api.md). The page holds no truth of its own.

export interface Snapshot {
  project: string;
  running: boolean;
  elapsed_s: number;
  renderer: string;
  adapter: string;
  generation: number;
  on_air: boolean;
  on_air_s: number | null;
  canvases: CanvasState[];
  encoders: EncoderState[];
  destinations: DestinationState[];
  recordings: RecordingState[];
  /** The running one. */
  recording: RecordingState | null;
  sources: SourceState[];
  scenes: { id: string; name: string }[];
  master: Level;
  /** All audio tracks, the master first. */
  tracks?: { id: string; name: string; level: Level }[];
  lufs: number | null;
  desk: Desk;
  process: { cpu_percent: number; rss_mib: number };
  upload_kbps: number;
  /** In the recording folder. */
  disk_free_bytes: number | null;
}

export interface Level {
  peak_db: [number, number];
  rms_db: [number, number];
}

export interface CanvasState {
  id: string;
  width: number;
  height: number;
  fps: number;
  fps_now: number;
  scene: string;
  frames_due: number;
  frames_rendered: number;
  frames_repeated: number;
  frames_late: number;
  frames_skipped: number;
}

export interface EncoderState {
  id: string;
  implementation: string;
  frames_out: number;
  frames_dropped: number;
  bitrate_kbps: number;
}

export type Lamp = "idle" | "connecting" | "live" | "degraded" | "retrying" | "failed" | "stopped";

export interface DestinationState {
  id: string;
  name: string;
  kind: string;
  url: string;
  state: Lamp;
  reason: string | null;
  connected_s: number;
  bytes_sent: number;
  frames_sent: number;
  frames_dropped: number;
  reconnects: number;
  first_packet_ms: number | null;
  bitrate_kbps: number;
  queued_ms: number;
  last_error: string | null;
  retry_in_s: number | null;
}

export interface RecordingState {
  path: string;
  bytes: number;
  frames: number;
  frames_dropped: number;
  duration_s: number;
  state: "starting" | "recording" | "finished" | "failed";
  error: string | null;
}

export interface SourceState {
  id: string;
  name: string;
  kind: string;
  state: "ready" | "waiting" | "ended";
  reason: string | null;
  heard: boolean;
  level: Level;
  width: number | null;
  height: number | null;
  in_program: boolean;
  in_preview: boolean;
}

export interface Desk {
  studio_mode: boolean;
  preview: string;
  transition: { kind: "cut" | "fade"; duration_ms: number };
  /** Take puts the old programme into the preview. */
  swap: boolean;
  /** 0 to 1 while a transition runs. */
  progress: number | null;
}

export interface Event {
  seq: number;
  at_s: number;
  level: "info" | "warning" | "error";
  /** `destination:ID`, `source:ID`, `encoder:ID`, `recording`, `show`. */
  subject: string;
  message: string;
}

export interface Meters {
  at_s: number;
  master: {
    peak: [number, number];
    rms: [number, number];
    lufs_m: number | null;
    lufs_s: number | null;
    lufs_i: number | null;
    true_peak: number | null;
  };
  /** id: [peak left, peak right, rms left, rms right], dBFS; -120 is silence. */
  sources: { [id: string]: [number, number, number, number] };
}
