// Every command the engine takes (docs/api.md), as one union: what is not here can't be sent.
import type { AudioTrack, Canvas, Destination, Encoder, Recording, Scene, SceneItem, Settings, Source, SourceAudio } from "./project";

type Deep<T> = T extends (infer U)[] ? U[] : T extends object ? { [K in keyof T]?: Deep<T[K]> } : T;
/** The changed fields of an item; what is not named stays. */
export type ItemChanges = Deep<Omit<SceneItem, "id" | "source" | "scene">>;

export type Command =
  // scenes
  | { command: "add_scene"; name?: string; after?: string }
  | { command: "remove_scene"; scene: string }
  | { command: "set_scene_properties"; scene: string; name?: string; color?: string }
  | { command: "duplicate_scene"; scene: string; name?: string }
  | { command: "move_scene"; scene: string; index: number }
  // sources
  | { command: "add_source"; kind: string; name?: string; settings?: Settings; scene?: string; item?: ItemChanges }
  | { command: "set_source"; source: string; name?: string; color?: string; notes?: string }
  | { command: "remove_source"; source: string }
  | { command: "duplicate_source"; source: string; scene?: string }
  | { command: "try_source"; kind: string; settings: Settings }
  | { command: "drop_try" }
  | { command: "set_source_settings"; source: string; settings: Settings; gesture?: string }
  | ({ command: "set_source_audio"; source: string; gesture?: string } & Partial<SourceAudio>)
  | { command: "set_source_tracks"; source: string; tracks?: string[] }
  | { command: "set_audio_tracks"; tracks: AudioTrack[] }
  // items
  | { command: "add_item"; scene: string; source?: string; nested?: string; item?: ItemChanges }
  | { command: "remove_items"; scene: string; items: string[] }
  | { command: "duplicate_items"; scene: string; items: string[] }
  | { command: "move_item"; scene: string; item: string; index: number }
  | { command: "set_item"; scene: string; item: string; changes: ItemChanges; gesture?: string }
  | { command: "set_items"; scene: string; changes: { item: string; changes: ItemChanges }[]; gesture?: string }
  | { command: "paste_items"; scene: string; items: SceneItem[]; sources?: Source[] }
  // outputs
  | { command: "add_destination"; kind: string; name?: string; settings?: Settings; enabled?: boolean; encoder?: string; service?: string }
  | { command: "set_destination"; id: string; name?: string; enabled?: boolean; encoder?: string; settings?: Settings; service?: string }
  | { command: "set_destination_encode"; id: string; changes: Settings }
  | { command: "set_destination_tracks"; id: string; audio_tracks?: string[]; vod_track?: string }
  | { command: "remove_destination"; id: string }
  | { command: "move_destination"; id: string; index: number }
  | { command: "start_destination" | "stop_destination" | "retry_destination"; id: string }
  | { command: "add_encoder"; like?: string; changes?: Deep<Omit<Encoder, "id">> }
  | { command: "remove_encoder"; id: string }
  | { command: "set_encoder"; id: string; changes: Deep<Omit<Encoder, "id">> }
  | { command: "set_recording"; changes: Partial<Recording> }
  | { command: "start_recording" | "stop_recording" }
  // project
  | { command: "set_canvas"; id: string; changes: Partial<Omit<Canvas, "id" | "scene">> }
  | { command: "set_background"; color: string; canvas?: string }
  | { command: "set_project"; name?: string }
  | { command: "set_master_volume"; volume_db: number; gesture?: string }
  | { command: "save_project" | "undo" | "redo" | "end_show" }
  | { command: "batch"; label: string; commands: Command[] }
  // live
  | { command: "set_studio_mode"; on: boolean; swap?: boolean }
  | { command: "set_preview"; scene: string }
  | { command: "set_transition"; kind: "cut" | "fade"; duration_ms: number }
  | { command: "take" | "cut" }
  | { command: "set_scene"; scene: string; canvas?: string }
  | { command: "go_live"; destinations?: string[]; record?: boolean }
  | { command: "end_live" }
  | { command: "mark"; name?: string };

/** What a command answers: `ok` and, where something was made, its id. */
export interface Result {
  ok: true;
  scene?: string;
  source?: string;
  item?: string;
  items?: string[];
  destination?: string;
  encoder?: string;
  /** Of go_live: what began, and what could not with its sentence. */
  started?: string[];
  failed?: { id: string; message: string }[];
  recording_failed?: string;
}

export type { Destination, Scene };
