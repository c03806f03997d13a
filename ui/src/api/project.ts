// The document: what a project is made of, field for field as the engine writes it (crates/project/src/doc).
// Ids are the engine's; names are for people.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Settings = { [key: string]: Json };

export interface Project {
  version: number;
  name: string;
  canvases: Canvas[];
  sources: Source[];
  scenes: Scene[];
  audio: { master_db: number; limiter_dbfs: number; /** Absent: one, the master. */ tracks?: AudioTrack[] };
  encoders: Encoder[];
  destinations: Destination[];
  recording: Recording;
}

export interface Canvas {
  id: string;
  width: number;
  height: number;
  /** 30, 29.97 or "30000/1001". */
  fps: number | string;
  /** The scene in the programme. */
  scene: string;
  background: string;
}

export interface Source {
  id: string;
  name: string;
  kind: string;
  settings: Settings;
  audio: SourceAudio;
  /** Label colour: "" or "#rrggbb". */
  color?: string;
  notes?: string;
}

/** One mix of the sources, for destinations and recordings. */
export interface AudioTrack {
  id: string;
  name: string;
  volume_db: number;
}

export interface SourceAudio {
  volume_db: number;
  muted: boolean;
  balance: number;
  sync_offset_ms: number;
  /** Ids of the tracks it is in; absent: all. */
  tracks?: string[];
}

export interface Scene {
  id: string;
  name: string;
  /** Drawn in this order: the last is on top. */
  items: SceneItem[];
  color?: string;
}

export type Alignment =
  | "top_left" | "top" | "top_right"
  | "left" | "center" | "right"
  | "bottom_left" | "bottom" | "bottom_right";

export interface SceneItem {
  id: string;
  /** Own label; empty means the source's. */
  name?: string;
  /** Exactly one of `source` and `scene` is set. */
  source: string | null;
  scene: string | null;
  visible: boolean;
  locked?: boolean;
  position: { x: number; y: number };
  alignment: Alignment;
  scale: { x: number; y: number };
  rotation_deg: number;
  crop: { left: number; top: number; right: number; bottom: number };
  bounds: Bounds | null;
  opacity: number;
}

export interface Bounds {
  mode: "stretch" | "contain" | "cover";
  width: number;
  height: number;
}

export interface Encoder {
  id: string;
  canvas: string;
  video: VideoEncoding;
  audio: { codec: "aac" | "opus"; bitrate_kbps: number };
}

export interface VideoEncoding {
  codec: "h264";
  implementation: string;
  rate_control: "cbr" | "vbr" | "crf";
  bitrate_kbps: number;
  max_bitrate_kbps: number | null;
  crf: number;
  preset: string;
  profile: "baseline" | "main" | "high";
  keyframe_interval_s: number;
  b_frames: number;
}

export interface Destination {
  id: string;
  name: string;
  kind: string;
  enabled: boolean;
  /** The encoder it carries; the first when empty. */
  encoder: string;
  settings: Settings;
  /** What it wants differently from its encoder. */
  encode?: Settings;
  /** Ids of its audio tracks; absent: the first. */
  audio_tracks?: string[];
  vod_track?: string;
  /** The service it was made from, an id of assets/services.json. */
  service?: string;
}

export interface Recording {
  enabled: boolean;
  folder: string;
  file_name: string;
  encoder: string;
}
