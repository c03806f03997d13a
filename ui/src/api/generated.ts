// Made by `npm run types` from schema.json; do not change it by hand.
/* eslint-disable */
import type {CanvasChanges, EncoderChanges, ItemChanges, RecordingChanges, Settings} from "./values";

/**
 * A message of the server.
 */
export type UiMessage =
  | (Hello & {
      type: "hello";
    })
  | (DocumentMessage & {
      type: "project";
    })
  | (ChangeMessage & {
      type: "change";
    })
  | {
      type: "state";
      state: Snapshot;
    }
  | {
      type: "events";
      /**
       * Oldest first.
       */
      events: Event[];
    }
  | (MetersMessage & {
      type: "meters";
    });
/**
 * How the main canvas' picture lies on one that follows it.
 */
export type FollowRule = "fill" | "fit";
/**
 * A point of a rectangle.
 */
export type Alignment =
  "top_left" | "top" | "top_right" | "left" | "center" | "right" | "bottom_left" | "bottom" | "bottom_right";
/**
 * How pictures are brought to another size.
 */
export type ScaleFilter = "bilinear" | "bicubic" | "lanczos" | "area";
/**
 * Video codecs by name.
 */
export type VideoCodecName = "h264" | "hevc" | "av1" | "vp9" | "prores" | "ffv1";
/**
 * Audio codecs by name.
 */
export type AudioCodecName = "aac" | "opus" | "mp3" | "flac" | "pcm";
/**
 * One change of a JSON value.
 */
export type Change = {
  /**
   * Where: the names of members and indices of elements that lead there.
   */
  at: Step[];
} & Change1;
/**
 * One step of a way into a JSON value.
 */
export type Step = string | number;
export type Change1 =
  | {
      do: "set";
      /**
       * It.
       */
      value: {
        [k: string]: unknown;
      };
    }
  | {
      do: "remove";
    }
  | {
      do: "splice";
      /**
       * Index of the first one.
       */
      from: number;
      /**
       * How many are taken out.
       */
      out: number;
      /**
       * What is put in.
       */
      put: unknown[];
    };
/**
 * How a frame rate is written.
 */
export type RateText = number | string;
export type Color = string;
/**
 * How an item is fitted into its box.
 */
export type BoundsMode = "stretch" | "contain" | "cover" | "width" | "height" | "max_only";
/**
 * How a movement begins and ends.
 */
export type Ease = "linear" | "ease_in" | "ease_out" | "ease_in_out" | "back" | "bounce" | "hold" | "bezier";
/**
 * How a picture is brought to another size. A picture shown pixel by pixel is not filtered at all, and one that is turned
 * by other than quarter turns always is as with `auto`.
 */
export type Sampling = "auto" | "point" | "bilinear" | "bicubic" | "lanczos" | "area";
/**
 * How an item mixes with what is below it: `B` of the colour below `d` and the item's colour `s`, 0 black to 1. Where the
 * item is translucent with alpha `a`, the result is `(1 - a)·d + a·B(d, s)`.
 */
export type BlendMode = "normal" | "additive" | "subtract" | "screen" | "multiply" | "lighten" | "darken";
/**
 * The numbers that are mixed.
 */
export type BlendSpace = "srgb" | "linear";
/**
 * What begins an animation.
 */
export type Trigger = "shown" | "on_air" | "loop" | "command";
/**
 * What holds after an animation.
 */
export type After = "own" | "stay";
/**
 * How a bit rate is governed.
 */
export type RateControl = "cbr" | "vbr" | "crf";
/**
 * H.264 profiles.
 */
export type H264Profile = "baseline" | "main" | "high";
/**
 * What becomes of a destination whose line is too slow for an encode that it shares with others.
 */
export type WhenSlow = "drop" | "step_down";
/**
 * Kinds of recording files.
 */
export type RecordingFormat = "mkv" | "mp4" | "fragmented_mp4" | "mov" | "mpegts" | "flv" | "webm";
/**
 * How captions come.
 */
export type CaptionStyle = "roll_up_2" | "roll_up_3" | "pop_on";
/**
 * Where a destination stands.
 */
export type DestinationState = "idle" | "connecting" | "live" | "degraded" | "retrying" | "failed" | "stopped";
/**
 * Where a recording stands.
 */
export type RecordingState = "starting" | "recording" | "paused" | "failed" | "finished";
/**
 * How much an event matters.
 */
export type EventLevel = "info" | "warning" | "error";
/**
 * How bad a finding is.
 */
export type FindingLevel = "pass" | "warn" | "fail";
/**
 * A wish of a person. As JSON: `{"command": "set_scene", "scene": "main"}`.
 *
 * A `gesture` is any text: edits of the same kind that follow each other with an equal one (a drag, a fader moved) are
 * one step to undo.
 */
export type Command =
  | {
      command: "set_scene";
      /**
       * The canvas; the first when absent.
       */
      canvas?: string | null;
      /**
       * The scene's id or name.
       */
      scene: string;
    }
  | {
      command: "set_source_audio";
      /**
       * The source.
       */
      source: string;
      /**
       * Gain, dB, -100 to 26.
       */
      volume_db?: number | null;
      /**
       * Not heard.
       */
      muted?: boolean | null;
      /**
       * -1 left to 1 right.
       */
      balance?: number | null;
      /**
       * -950 to 20000 ms.
       */
      sync_offset_ms?: number | null;
      /**
       * Joins edits into one step.
       */
      gesture?: string | null;
    }
  | {
      command: "set_source_settings";
      /**
       * The source.
       */
      source: string;
      /**
       * The changed settings.
       */
      settings: Settings;
      /**
       * Joins edits into one step.
       */
      gesture?: string | null;
    }
  | {
      command: "set_item";
      /**
       * The scene.
       */
      scene: string;
      /**
       * The item.
       */
      item: string;
      /**
       * The changed fields.
       */
      changes: ItemChanges;
      /**
       * Joins edits into one step.
       */
      gesture?: string | null;
    }
  | {
      command: "set_background";
      /**
       * The canvas; the first when absent.
       */
      canvas?: string | null;
      /**
       * The colour.
       */
      color: string;
      /**
       * Joins edits into one step.
       */
      gesture?: string | null;
    }
  | {
      command: "set_source_tracks";
      /**
       * The source.
       */
      source: string;
      /**
       * Ids of tracks; all of them when absent.
       */
      tracks?: string[] | null;
    }
  | {
      command: "set_audio_tracks";
      /**
       * The tracks, the master first; at most eight.
       */
      tracks: AudioTrackInput[];
    }
  | {
      command: "set_master_volume";
      /**
       * dB, -100 to 26.
       */
      volume_db: number;
      /**
       * Joins edits into one step.
       */
      gesture?: string | null;
    }
  | {
      command: "add_scene";
      /**
       * Name for people.
       */
      name?: string | null;
      /**
       * The scene it comes after; the last when absent.
       */
      after?: string | null;
    }
  | {
      command: "remove_scene";
      /**
       * The scene's id.
       */
      scene: string;
    }
  | {
      command: "set_scene_properties";
      /**
       * The scene's id.
       */
      scene: string;
      /**
       * Name for people.
       */
      name?: string | null;
      /**
       * `#rrggbb`, or empty for none.
       */
      color?: string | null;
    }
  | {
      command: "duplicate_scene";
      /**
       * The scene's id.
       */
      scene: string;
      /**
       * Name of the copy.
       */
      name?: string | null;
    }
  | {
      command: "add_transition";
      /**
       * Its kind.
       */
      kind: string;
      /**
       * Name for people; the kind's when absent.
       */
      name?: string | null;
      /**
       * Settings; the kind's defaults for what is absent.
       */
      settings?: Settings | null;
    }
  | {
      command: "change_transition";
      /**
       * The transition's id.
       */
      transition: string;
      /**
       * The changed fields.
       */
      changes: Settings;
      /**
       * Joins edits into one step.
       */
      gesture?: string | null;
    }
  | {
      command: "remove_transition";
      /**
       * The transition's id.
       */
      transition: string;
    }
  | {
      command: "add_quick_transition";
      /**
       * A transition's id, `cut` or `fade`.
       */
      transition: string;
      /**
       * What stands on the button; the transition's name when absent.
       */
      name?: string | null;
      /**
       * How long it takes, ms, 0 to 20000; its own length when absent.
       */
      duration_ms?: number | null;
    }
  | {
      command: "change_quick_transition";
      /**
       * The button's id.
       */
      quick: string;
      /**
       * The changed fields.
       */
      changes: Settings;
      /**
       * Joins edits into one step.
       */
      gesture?: string | null;
    }
  | {
      command: "remove_quick_transition";
      /**
       * The button's id.
       */
      quick: string;
    }
  | {
      command: "move_quick_transition";
      /**
       * The button's id.
       */
      quick: string;
      /**
       * Its place afterwards, from 0.
       */
      index: number;
    }
  | {
      command: "set_scene_transition";
      /**
       * The scene's id.
       */
      scene: string;
      /**
       * A transition's id, `cut` or `fade`; as chosen when absent.
       */
      transition?: string | null;
      /**
       * How long it takes then, ms; its own length when absent.
       */
      duration_ms?: number | null;
    }
  | {
      command: "move_scene";
      /**
       * The scene's id.
       */
      scene: string;
      /**
       * Its place afterwards, from 0.
       */
      index: number;
    }
  | {
      command: "add_source";
      /**
       * Its kind.
       */
      kind: string;
      /**
       * Name for people; the kind's when absent.
       */
      name?: string | null;
      /**
       * Settings; the kind's defaults for what is absent.
       */
      settings?: Settings | null;
      /**
       * The scene it is placed in.
       */
      scene?: string | null;
      /**
       * Fields of the item, in place of the sensible ones.
       */
      item?: ItemChanges;
    }
  | {
      command: "set_source";
      /**
       * The source.
       */
      source: string;
      /**
       * Name for people.
       */
      name?: string | null;
      /**
       * `#rrggbb`, or empty for none.
       */
      color?: string | null;
      /**
       * A note for oneself.
       */
      notes?: string | null;
    }
  | {
      command: "remove_source";
      /**
       * The source.
       */
      source: string;
    }
  | {
      command: "duplicate_source";
      /**
       * The source.
       */
      source: string;
      /**
       * The scene the copy is placed in.
       */
      scene?: string | null;
    }
  | {
      command: "move_source";
      /**
       * The source.
       */
      source: string;
      /**
       * Its place afterwards, from 0.
       */
      index: number;
    }
  | {
      command: "try_source";
      /**
       * Its kind.
       */
      kind: string;
      /**
       * Settings; the kind's defaults for what is absent.
       */
      settings?: Settings | null;
    }
  | {
      command: "drop_try";
    }
  | {
      command: "add_item";
      /**
       * The scene.
       */
      scene: string;
      /**
       * The source shown.
       */
      source?: string | null;
      /**
       * Or the scene shown.
       */
      nested?: string | null;
      /**
       * Fields of the item, in place of the sensible ones.
       */
      item?: ItemChanges;
    }
  | {
      command: "remove_items";
      /**
       * The scene.
       */
      scene: string;
      /**
       * Their ids.
       */
      items: string[];
    }
  | {
      command: "duplicate_items";
      /**
       * The scene.
       */
      scene: string;
      /**
       * Their ids.
       */
      items: string[];
    }
  | {
      command: "move_item";
      /**
       * The scene.
       */
      scene: string;
      /**
       * The item.
       */
      item: string;
      /**
       * Its place afterwards in the scene's list, from 0.
       */
      index: number;
      /**
       * The group or layout it comes into, where it stays where it is seen; the scene itself when empty. What holds it stays
       * when absent.
       */
      parent?: string | null;
    }
  | {
      command: "group_items";
      /**
       * The scene.
       */
      scene: string;
      /**
       * Their ids; a layout may begin empty.
       */
      items: string[];
      /**
       * Name for people.
       */
      name?: string | null;
      /**
       * Kind of the layout; a plain group when absent.
       */
      layout?: string | null;
      /**
       * Settings of the layout; the kind's defaults for what is absent.
       */
      settings?: Settings | null;
      /**
       * Rectangle of a plain group: x, y, width, height; around the items when absent.
       *
       * @minItems 4
       * @maxItems 4
       */
      frame?: [number, number, number, number] | null;
    }
  | {
      command: "ungroup_items";
      /**
       * The scene.
       */
      scene: string;
      /**
       * The group or layout.
       */
      item: string;
    }
  | {
      command: "set_layout";
      /**
       * The scene.
       */
      scene: string;
      /**
       * The layout or group.
       */
      item: string;
      /**
       * Another kind; settings that both have stay. `none` makes it a plain group.
       */
      kind?: string | null;
      /**
       * The changed settings.
       */
      settings?: Settings | null;
      /**
       * How long members glide to new places, ms, 0 to 20000.
       */
      duration_ms?: number | null;
      /**
       * How that begins and ends.
       */
      easing?: Ease | null;
      /**
       * Joins edits into one step.
       */
      gesture?: string | null;
    }
  | {
      command: "play_animation";
      /**
       * The scene.
       */
      scene: string;
      /**
       * The item.
       */
      item: string;
      /**
       * One of its animations; all of them when absent.
       */
      animation?: string | null;
    }
  | {
      command: "set_items";
      /**
       * The scene.
       */
      scene: string;
      /**
       * The changes.
       */
      changes: ItemChange[];
      /**
       * Joins edits into one step.
       */
      gesture?: string | null;
    }
  | {
      command: "paste_items";
      /**
       * The scene.
       */
      scene: string;
      /**
       * The items as they were copied.
       */
      items: SceneItemInput[];
      /**
       * Their sources, used for those that are not in this project (any more).
       */
      sources?: SourceInput[] | null;
    }
  | {
      command: "add_filter";
      /**
       * The source whose filters are meant.
       */
      source?: string | null;
      /**
       * Or the scene, or with `item` the scene it is in.
       */
      scene?: string | null;
      /**
       * The item whose filters are meant.
       */
      item?: string | null;
      /**
       * Its kind.
       */
      kind: string;
      /**
       * Name for people; the kind's when absent.
       */
      name?: string | null;
      /**
       * Settings; the kind's defaults for what is absent.
       */
      settings?: Settings | null;
      /**
       * Its place in the list, from 0; the end when absent.
       */
      index?: number | null;
    }
  | {
      command: "set_filter";
      /**
       * The source whose filters are meant.
       */
      source?: string | null;
      /**
       * Or the scene, or with `item` the scene it is in.
       */
      scene?: string | null;
      /**
       * The item whose filters are meant.
       */
      item?: string | null;
      /**
       * The filter.
       */
      filter: string;
      /**
       * Name for people.
       */
      name?: string | null;
      /**
       * Whether it is done.
       */
      enabled?: boolean | null;
      /**
       * The changed settings.
       */
      settings?: Settings | null;
      /**
       * Joins edits into one step.
       */
      gesture?: string | null;
    }
  | {
      command: "remove_filter";
      /**
       * The source whose filters are meant.
       */
      source?: string | null;
      /**
       * Or the scene, or with `item` the scene it is in.
       */
      scene?: string | null;
      /**
       * The item whose filters are meant.
       */
      item?: string | null;
      /**
       * The filter.
       */
      filter: string;
    }
  | {
      command: "move_filter";
      /**
       * The source whose filters are meant.
       */
      source?: string | null;
      /**
       * Or the scene, or with `item` the scene it is in.
       */
      scene?: string | null;
      /**
       * The item whose filters are meant.
       */
      item?: string | null;
      /**
       * The filter.
       */
      filter: string;
      /**
       * Its place afterwards, from 0.
       */
      index: number;
    }
  | {
      command: "add_destination";
      /**
       * Its kind.
       */
      kind: string;
      /**
       * Name for people; the kind's when absent.
       */
      name?: string | null;
      /**
       * Settings; the kind's defaults for what is absent.
       */
      settings?: Settings | null;
      /**
       * Whether it goes live with the show; yes when absent.
       */
      enabled?: boolean | null;
      /**
       * The encoder it carries; the first when absent.
       */
      encoder?: string | null;
      /**
       * Id of the service in the list of services.
       */
      service?: string | null;
    }
  | {
      command: "set_destination";
      /**
       * The destination.
       */
      id: string;
      /**
       * Name for people.
       */
      name?: string | null;
      /**
       * Whether it goes live with the show.
       */
      enabled?: boolean | null;
      /**
       * The encoder it carries.
       */
      encoder?: string | null;
      /**
       * Changed settings. A secret that is empty or absent stays; `null` clears it.
       */
      settings?: Settings | null;
      /**
       * Id of the service in the list of services.
       */
      service?: string | null;
      /**
       * How much later it gets the show, seconds, 0 to 600.
       */
      delay_s?: number | null;
      /**
       * What happens when its line is too slow for an encode that it shares.
       */
      when_slow?: WhenSlow | null;
      /**
       * The destination it stands in for while that one does not work; empty for none.
       */
      standby_for?: string | null;
    }
  | {
      command: "set_destination_encode";
      /**
       * The destination.
       */
      id: string;
      /**
       * Fields named as in the project file; absent ones stay, `null` takes one back.
       */
      changes: Settings;
    }
  | {
      command: "set_destination_tracks";
      /**
       * The destination.
       */
      id: string;
      /**
       * Ids of its tracks; the first track when empty.
       */
      audio_tracks?: string[] | null;
      /**
       * Id of the track for the service's archive; none when empty.
       */
      vod_track?: string | null;
    }
  | {
      command: "remove_destination";
      /**
       * The destination.
       */
      id: string;
    }
  | {
      command: "move_destination";
      /**
       * The destination.
       */
      id: string;
      /**
       * Its place afterwards, from 0.
       */
      index: number;
    }
  | {
      command: "add_encoder";
      /**
       * The one it begins as; the first when absent.
       */
      like?: string | null;
      /**
       * Changed fields, named as in the project file.
       */
      changes?: EncoderChanges;
    }
  | {
      command: "set_encoder";
      /**
       * The encoder.
       */
      id: string;
      /**
       * Changed fields, named as in the project file.
       */
      changes: EncoderChanges;
    }
  | {
      command: "remove_encoder";
      /**
       * The encoder.
       */
      id: string;
    }
  | {
      command: "set_recording";
      /**
       * Changed fields, named as in the project file.
       */
      changes: RecordingChanges;
    }
  | {
      command: "add_canvas";
      /**
       * What its id is made of; "canvas" when absent.
       */
      name?: string | null;
      /**
       * Width in pixels, even.
       */
      width: number;
      /**
       * Height in pixels, even.
       */
      height: number;
      /**
       * The scene it shows; that of the first canvas when absent.
       */
      scene?: string | null;
      /**
       * It shows the first canvas' scene from now on, by the same transitions, with a layout of its own: by this rule.
       */
      follow?: FollowRule | null;
    }
  | {
      command: "set_canvas_item";
      /**
       * The canvas.
       */
      canvas: string;
      /**
       * The scene.
       */
      scene: string;
      /**
       * The item.
       */
      item: string;
      /**
       * Changed fields of its place, in pixels of this canvas; `null` takes one back to the rule, none at all everything.
       */
      changes: Settings;
      /**
       * Joins edits into one step.
       */
      gesture?: string | null;
    }
  | {
      command: "remove_canvas";
      /**
       * The canvas.
       */
      id: string;
    }
  | {
      command: "set_captions";
      /**
       * Changed fields, named as in the project file.
       */
      changes: Settings;
    }
  | {
      command: "set_canvas";
      /**
       * The canvas.
       */
      id: string;
      /**
       * Changed fields, named as in the project file.
       */
      changes: CanvasChanges;
    }
  | {
      command: "set_project";
      /**
       * Its name.
       */
      name?: string | null;
    }
  | {
      command: "undo";
    }
  | {
      command: "redo";
    }
  | {
      command: "batch";
      /**
       * What the step is called in the list of what can be undone.
       */
      label: string;
      /**
       * The edits.
       */
      commands: Command[];
    }
  | {
      command: "set_studio_mode";
      /**
       * On or off.
       */
      on: boolean;
      /**
       * Whether the preview becomes the old programme after a take; stays when absent.
       */
      swap?: boolean | null;
      /**
       * Whether the programme shows a copy of its scene, so that edits are seen in the preview alone until the scene is
       * taken; stays when absent.
       */
      duplicate?: boolean | null;
    }
  | {
      command: "set_preview";
      /**
       * The scene's id or name.
       */
      scene: string;
    }
  | {
      command: "set_transition";
      /**
       * Id or name of one of the project's transitions, `cut` or `fade`.
       */
      transition: string;
      /**
       * How long, ms, 0 to 20000; when absent its own length, or the last one chosen for a cut or a fade.
       */
      duration_ms?: number | null;
    }
  | {
      command: "set_transition_position";
      /**
       * 0 to 1.
       */
      position: number;
    }
  | {
      command: "take";
      /**
       * Id or name of a transition, for this once; the chosen one when absent.
       */
      transition?: string | null;
      /**
       * How long it takes this once, ms.
       */
      duration_ms?: number | null;
    }
  | {
      command: "cut";
    }
  | {
      command: "go_live";
      /**
       * Which destinations; the enabled ones when absent.
       */
      destinations?: string[] | null;
      /**
       * Whether to record; as the project says when absent.
       */
      record?: boolean | null;
    }
  | {
      command: "end_live";
    }
  | {
      command: "mark";
      /**
       * What it marks.
       */
      name?: string | null;
    }
  | {
      command: "start_destination";
      /**
       * The destination.
       */
      id: string;
    }
  | {
      command: "stop_destination";
      /**
       * The destination.
       */
      id: string;
    }
  | {
      command: "retry_destination";
      /**
       * The destination.
       */
      id: string;
    }
  | {
      command: "set_title";
      /**
       * The title, such as `Artist - Song`; empty for none. One line, at most 300 characters.
       */
      title: string;
      /**
       * The destination; every one that is started when absent.
       */
      id?: string | null;
    }
  | {
      command: "caption";
      /**
       * At most 1000 characters; empty takes away what is shown and what waits.
       */
      text: string;
    }
  | {
      command: "metadata";
      /**
       * Names with texts, numbers or truth values; at most 32, 4096 bytes in all.
       */
      fields: Settings;
      /**
       * How long from now, ms, 0 to 600000; now when absent.
       */
      after_ms?: number | null;
    }
  | {
      command: "start_recording";
    }
  | {
      command: "stop_recording";
    }
  | {
      command: "split_recording";
    }
  | {
      command: "pause_recording";
    }
  | {
      command: "resume_recording";
    }
  | {
      command: "remux_recording";
      /**
       * Name of the file, without folder.
       */
      file: string;
      /**
       * Kind of the new file.
       */
      format: "mkv" | "mp4" | "fragmented_mp4" | "mov" | "mpegts" | "flv" | "webm";
    }
  | {
      command: "start_replay";
    }
  | {
      command: "stop_replay";
    }
  | {
      command: "save_replay";
    }
  | {
      command: "play_replay";
      /**
       * The source; all of that kind when absent.
       */
      source?: string | null;
    }
  | {
      command: "screenshot";
      /**
       * `program`, `program:CANVAS`, `preview`, `scene:ID` or `source:ID`; the programme when absent.
       */
      target?: string | null;
    }
  | {
      command: "save_project";
    }
  | {
      command: "end_show";
    };

/**
 * What goes between the page and the engine. Made by `cargo xtask schema`; do not change it by hand.
 */
export interface Api {
  [k: string]: unknown;
}
/**
 * Who serves.
 */
export interface Hello {
  /**
   * Footlight's version.
   */
  version: string;
  /**
   * Counts the shows.
   */
  generation: number;
  /**
   * `linux`, `macos`, `windows`, …
   */
  platform: string;
  /**
   * What there is beyond a show: `projects`, `history`, `reports`, `preferences`, `files`, `check`.
   */
  can: string[];
}
/**
 * The document as pages get it.
 */
export interface DocumentMessage {
  /**
   * Goes up with every change.
   */
  revision: number;
  project: Project;
  /**
   * JSON pointers (RFC 6901) of the secrets that are set.
   */
  secrets: string[];
  /**
   * What undo would take back.
   */
  undo: string | null;
  /**
   * What redo would do again.
   */
  redo: string | null;
  /**
   * Whether the file holds all of it.
   */
  saved: boolean;
  /**
   * The project's folder.
   */
  path: string;
}
/**
 * The document, secrets replaced by "".
 */
export interface Project {
  /**
   * Document version; 1.
   */
  version: number;
  /**
   * The project's name.
   */
  name: string;
  /**
   * Compositions with their own size and rate; the first is the main one.
   */
  canvases: Canvas[];
  /**
   * Everything that can be seen or heard.
   */
  sources: Source[];
  /**
   * Arrangements of sources.
   */
  scenes: Scene[];
  /**
   * How scenes follow each other, besides the plain cut and fade.
   *
   * @maxItems 64
   */
  transitions?: Transition[];
  /**
   * Transitions at hand: a button each that takes the preview by it.
   *
   * @maxItems 20
   */
  quick_transitions?: QuickTransition[];
  audio: Audio;
  /**
   * What is encoded; destinations and the recording name one of these.
   */
  encoders: Encoder[];
  /**
   * Where the show goes live to.
   */
  destinations: Destination[];
  recording: Recording;
  captions: Captions;
}
/**
 * A composition with its own size and frame rate.
 */
export interface Canvas {
  /**
   * Unique among canvases.
   */
  id: string;
  /**
   * Width in pixels, even.
   */
  width: number;
  /**
   * Height in pixels, even.
   */
  height: number;
  /**
   * Frames a second: 30, 29.97 or "30000/1001".
   */
  fps: number | string;
  /**
   * The scene on show at the start (its id).
   */
  scene: string;
  /**
   * What is behind everything.
   */
  background: string;
  /**
   * Shows the main canvas' scene with a layout of its own, whatever `scene` says. Not for the main canvas.
   */
  follow?: Follow | null;
}
/**
 * How a canvas follows the main one.
 */
export interface Follow {
  /**
   * Where items lie that have no place of their own here.
   */
  rule: "fill" | "fit";
  /**
   * Places of single items: scene id, item id, place.
   */
  places?: {
    [k: string]: {
      [k: string]: ItemPlace;
    };
  };
}
/**
 * The place of an item on a canvas that follows: what is absent is as the rule has it. Coordinates are pixels of this canvas.
 */
export interface ItemPlace {
  /**
   * By which rule the rest of it is placed; the canvas' own when absent.
   */
  rule?: FollowRule | null;
  /**
   * Whether it is drawn here.
   */
  visible?: boolean | null;
  /**
   * Where the point named by `alignment` lies.
   */
  position?: Point | null;
  /**
   * Which point of it lies at `position`.
   */
  alignment?: Alignment | null;
  /**
   * Factor on the size after cropping; given, it takes the place of a box.
   */
  scale?: Scale | null;
  /**
   * A box it is fitted into.
   */
  bounds?: Bounds | null;
  /**
   * Clockwise, degrees.
   */
  rotation_deg?: number | null;
  /**
   * Pixels of the source cut off at each edge.
   */
  crop?: Crop | null;
  /**
   * 0 invisible, 1 solid.
   */
  opacity?: number | null;
}
/**
 * A point in canvas pixels.
 */
export interface Point {
  /**
   * To the right.
   */
  x: number;
  /**
   * Downwards.
   */
  y: number;
}
/**
 * A factor for each direction.
 */
export interface Scale {
  /**
   * Horizontal factor.
   */
  x: number;
  /**
   * Vertical factor.
   */
  y: number;
}
/**
 * A box an item is fitted into.
 */
export interface Bounds {
  /**
   * How it is fitted.
   */
  mode: "stretch" | "contain" | "cover" | "width" | "height" | "max_only";
  /**
   * Width of the box in canvas pixels.
   */
  width: number;
  /**
   * Height of the box in canvas pixels.
   */
  height: number;
  /**
   * A point of a rectangle.
   */
  alignment: "top_left" | "top" | "top_right" | "left" | "center" | "right" | "bottom_left" | "bottom" | "bottom_right";
  /**
   * What sticks out of the box is shown too, not cut off.
   */
  overflow: boolean;
}
/**
 * Pixels of the source cut off at each edge.
 */
export interface Crop {
  /**
   * From the left.
   */
  left: number;
  /**
   * From the top.
   */
  top: number;
  /**
   * From the right.
   */
  right: number;
  /**
   * From the bottom.
   */
  bottom: number;
}
/**
 * Something that can be seen or heard.
 */
export interface Source {
  /**
   * Unique among sources.
   */
  id: string;
  /**
   * Name for people; the id when empty.
   */
  name: string;
  /**
   * Colour of its label: `#rrggbb`, or empty for none.
   */
  color: string;
  /**
   * A note for oneself.
   */
  notes: string;
  /**
   * Which kind it is: `screen`, `media`, `image`, `text`, …
   */
  kind: string;
  /**
   * The kind's own settings.
   */
  settings: Settings;
  audio: SourceAudio;
  /**
   * What is done to its picture wherever it is shown, in order.
   *
   * @maxItems 32
   */
  filters?: Filter[];
}
/**
 * How it is mixed.
 */
export interface SourceAudio {
  /**
   * Gain in dB.
   */
  volume_db: number;
  /**
   * Not heard.
   */
  muted: boolean;
  /**
   * -1 left, 0 middle, 1 right.
   */
  balance: number;
  /**
   * Later (positive) or earlier, in milliseconds.
   */
  sync_offset_ms: number;
  /**
   * Ids of the audio tracks it is in; all of them when absent.
   *
   * @maxItems 8
   */
  tracks?: string[] | null;
  /**
   * Its gain in single tracks, dB, besides its own: track id to gain; 0 where absent.
   */
  track_gains_db?: {
    [k: string]: number;
  };
}
/**
 * One step on a picture. Filters of a list are done in order, each on what the one before it made.
 */
export interface Filter {
  /**
   * Unique in its list.
   */
  id: string;
  /**
   * Name for people; the kind's when empty.
   */
  name: string;
  /**
   * Which kind it is: `chroma_key`, `color_correction`, `blur`, …
   */
  kind: string;
  /**
   * Whether it is done.
   */
  enabled: boolean;
  /**
   * The kind's own settings.
   */
  settings: Settings;
}
/**
 * An arrangement of sources.
 */
export interface Scene {
  /**
   * Unique among scenes.
   */
  id: string;
  /**
   * Name for people; the id when empty.
   */
  name: string;
  /**
   * Colour of its label: `#rrggbb`, or empty for none.
   */
  color: string;
  /**
   * What is in it, drawn in this order: the last is on top.
   */
  items: SceneItem[];
  /**
   * How it comes on show, whatever transition is chosen; as chosen when absent.
   */
  transition?: SceneTransition | null;
  /**
   * What is done to the whole picture of it, in order.
   *
   * @maxItems 32
   */
  filters?: Filter[];
}
/**
 * A source (or another scene) placed in a scene. Coordinates are pixels of the canvas, y downwards.
 */
export interface SceneItem {
  /**
   * Unique in its scene.
   */
  id: string;
  /**
   * Its own label; the source's name when empty.
   */
  name: string;
  /**
   * The source's id. Exactly one of `source`, `scene` and `members` is set.
   */
  source: string | null;
  /**
   * A nested scene's id.
   */
  scene: string | null;
  /**
   * Set: it is a group or a layout and shows the items whose `parent` it is.
   */
  members?: Members | null;
  /**
   * Id of the group or layout of this scene that holds it; none when empty. Coordinates are pixels of that one then.
   */
  parent?: string;
  /**
   * Whether it is drawn (and, for a source with sound, heard).
   */
  visible: boolean;
  /**
   * Not to be moved by the mouse: a guard against accidents, not a rule.
   */
  locked: boolean;
  position: Point1;
  /**
   * A point of a rectangle.
   */
  alignment: "top_left" | "top" | "top_right" | "left" | "center" | "right" | "bottom_left" | "bottom" | "bottom_right";
  scale: Scale1;
  /**
   * Left and right change places, inside the item's own rectangle (once more when `scale` mirrors too).
   */
  flip_x: boolean;
  /**
   * Top and bottom change places.
   */
  flip_y: boolean;
  /**
   * Clockwise, degrees.
   */
  rotation_deg: number;
  crop: Crop1;
  /**
   * A box the item is fitted into, whatever the source's size.
   */
  bounds: Bounds | null;
  /**
   * 0 invisible, 1 solid.
   */
  opacity: number;
  /**
   * How its picture is brought to size.
   */
  scale_filter: "auto" | "point" | "bilinear" | "bicubic" | "lanczos" | "area";
  /**
   * How it mixes with what is below.
   */
  blend: "normal" | "additive" | "subtract" | "screen" | "multiply" | "lighten" | "darken";
  /**
   * Which numbers are mixed.
   */
  blend_space: "srgb" | "linear";
  /**
   * Radius of its corners, canvas pixels: 0 sharp.
   */
  corner_radius: number;
  /**
   * A line around it.
   */
  border: Border | null;
  /**
   * A shadow below it.
   */
  shadow: Shadow | null;
  /**
   * What is done to its picture here, after what is done to the source everywhere, in order.
   *
   * @maxItems 32
   */
  filters?: Filter[];
  /**
   * How it appears when it is shown; at once when absent.
   */
  show?: ItemTransition | null;
  /**
   * How it disappears when it is hidden; at once when absent.
   */
  hide?: ItemTransition | null;
  /**
   * Values of it that change over time.
   *
   * @maxItems 16
   */
  animations?: Animation[];
}
/**
 * What makes an item a group or a layout.
 */
export interface Members {
  /**
   * Width of the space its members lie in, in its own pixels.
   */
  width: number;
  /**
   * Height of that space.
   */
  height: number;
  /**
   * The rule that places its members; each lies where it says itself when absent.
   */
  layout?: Layout | null;
}
/**
 * A rule by which a layout places its members, and how it gets from one picture to the next.
 */
export interface Layout {
  /**
   * Which rule it is: `grid`, `side_by_side`, `picture_in_picture`, `spotlight`, `strip`.
   */
  kind: string;
  /**
   * The rule's own settings.
   */
  settings: Settings;
  /**
   * How long members glide to their new places when one comes or goes or the rule changes, ms.
   */
  duration_ms: number;
  /**
   * How that begins and ends.
   */
  easing: "linear" | "ease_in" | "ease_out" | "ease_in_out" | "back" | "bounce" | "hold" | "bezier";
}
/**
 * A point in canvas pixels.
 */
export interface Point1 {
  /**
   * To the right.
   */
  x: number;
  /**
   * Downwards.
   */
  y: number;
}
/**
 * A factor for each direction.
 */
export interface Scale1 {
  /**
   * Horizontal factor.
   */
  x: number;
  /**
   * Vertical factor.
   */
  y: number;
}
/**
 * Pixels of the source cut off at each edge.
 */
export interface Crop1 {
  /**
   * From the left.
   */
  left: number;
  /**
   * From the top.
   */
  top: number;
  /**
   * From the right.
   */
  right: number;
  /**
   * From the bottom.
   */
  bottom: number;
}
/**
 * A line around an item, outside of its rectangle.
 */
export interface Border {
  /**
   * How wide it is, canvas pixels.
   */
  width: number;
  /**
   * Its colour.
   */
  color: string;
}
/**
 * A shadow of an item's rectangle, below it.
 */
export interface Shadow {
  /**
   * How far it lies to the right, canvas pixels, along the item's own edges.
   */
  x: number;
  /**
   * How far it lies downwards.
   */
  y: number;
  /**
   * How far its edge spreads, canvas pixels: 0 is hard.
   */
  blur: number;
  /**
   * Its colour; how dark it is, is its alpha.
   */
  color: string;
}
/**
 * How an item appears when it is shown, or disappears when it is hidden.
 */
export interface ItemTransition {
  /**
   * Which kind of transition it is: `fade`, `slide`, `wipe`, …
   */
  kind: string;
  /**
   * How long it takes, ms.
   */
  duration_ms: number;
  /**
   * The kind's own settings.
   */
  settings: Settings;
}
/**
 * Values of an item that change over time.
 */
export interface Animation {
  /**
   * Unique in its item.
   */
  id: string;
  /**
   * Name for people; the id when empty.
   */
  name: string;
  /**
   * What begins it.
   */
  trigger: "shown" | "on_air" | "loop" | "command";
  /**
   * How long after that it begins, ms.
   */
  delay_ms: number;
  /**
   * What holds once its last key has gone by.
   */
  after: "own" | "stay";
  /**
   * The values, in any order.
   *
   * @maxItems 256
   */
  keys: Key[];
}
/**
 * A value at a time.
 */
export interface Key {
  /**
   * When, ms after the beginning.
   */
  at_ms: number;
  /**
   * Which value: `position.x`, `position.y`, `scale.x`, `scale.y`, `rotation_deg`, `opacity`, `corner_radius`, `crop.left`,
   * `crop.top`, `crop.right`, `crop.bottom`, `bounds.width`, `bounds.height`, or `filters.ID.SETTING` of a number among the
   * settings of one of the item's filters.
   */
  property: string;
  /**
   * How much, in the unit of that value.
   */
  value: number;
  /**
   * How the value gets here from the key before; before the first one it is already here.
   */
  easing: "linear" | "ease_in" | "ease_out" | "ease_in_out" | "back" | "bounce" | "hold" | "bezier";
  /**
   * The curve of `bezier`: x and y of its two handles, 0 to 1 in x.
   *
   * @minItems 4
   * @maxItems 4
   */
  bezier?: [number, number, number, number] | null;
}
/**
 * The transition by which a scene comes on show, whatever is chosen.
 */
export interface SceneTransition {
  /**
   * A transition's id, `cut` or `fade`.
   */
  transition: string;
  /**
   * How long it takes then, ms; its own length when absent.
   */
  duration_ms?: number | null;
}
/**
 * A transition with its settings, ready to be taken.
 */
export interface Transition {
  /**
   * Unique among transitions; neither `cut` nor `fade`, which are always there.
   */
  id: string;
  /**
   * Name for people; the id when empty.
   */
  name: string;
  /**
   * Which kind it is: `fade`, `slide`, `move`, …
   */
  kind: string;
  /**
   * How long it takes, ms.
   */
  duration_ms: number;
  /**
   * The kind's own settings.
   */
  settings: Settings;
}
/**
 * A transition at hand: a button that takes the preview by it, whatever is chosen.
 */
export interface QuickTransition {
  /**
   * Unique among them.
   */
  id: string;
  /**
   * What stands on the button; the transition's name when empty.
   */
  name: string;
  /**
   * A transition's id, `cut` or `fade`.
   */
  transition: string;
  /**
   * How long it takes, ms; the transition's own length when absent.
   */
  duration_ms?: number | null;
}
/**
 * The mix.
 */
export interface Audio {
  /**
   * Gain of the master track in dB.
   */
  master_db: number;
  /**
   * The limiter lets no sample exceed this, dBFS.
   */
  limiter_dbfs: number;
  /**
   * Mixes of their own for destinations and recordings; the first is the master, which is what people hear. None given means
   * one track, the master.
   *
   * @maxItems 8
   */
  tracks?: AudioTrack[];
}
/**
 * One mix of the sources. Which it carries is said by the sources.
 */
export interface AudioTrack {
  /**
   * Unique among tracks.
   */
  id: string;
  /**
   * Name for people and in recordings.
   */
  name: string;
  /**
   * Gain of this track in dB, besides the master's.
   */
  volume_db: number;
}
/**
 * What is encoded, once, for all who name it.
 */
export interface Encoder {
  /**
   * Unique among encoders.
   */
  id: string;
  /**
   * The canvas it encodes.
   */
  canvas: string;
  video: VideoEncoding;
  audio: AudioEncoding;
}
/**
 * Picture.
 */
export interface VideoEncoding {
  /**
   * Codec.
   */
  codec: "h264" | "hevc" | "av1" | "vp9" | "prores" | "ffv1";
  /**
   * Which encoder: `auto` takes the first hardware encoder of the codec that really works here, else one on the processor. `footlight encoders` lists them.
   */
  implementation: string;
  /**
   * How the bit rate is governed. ProRes and FFV1 have no choice: their rate follows from the picture.
   */
  rate_control: "cbr" | "vbr" | "crf";
  /**
   * Target (CBR) or average (VBR), kbit/s. Not for ProRes and FFV1.
   */
  bitrate_kbps: number;
  /**
   * Highest rate for VBR, kbit/s; 1.5 times the target when absent.
   */
  max_bitrate_kbps: number | null;
  /**
   * Quality for CRF: 0 best, 51 worst; for AV1 and VP9 it is brought to their scale. Not for ProRes and FFV1.
   */
  crf: number;
  /**
   * Speed against quality, in x264's words (`ultrafast` to `veryslow`); translated for other encoders. Not for ProRes and FFV1.
   */
  preset: "ultrafast" | "superfast" | "veryfast" | "faster" | "fast" | "medium" | "slow" | "slower" | "veryslow";
  /**
   * H.264 profile. The other codecs always use the one for 8-bit 4:2:0 that every player knows.
   */
  profile: "baseline" | "main" | "high";
  /**
   * Seconds between keyframes. In ProRes and FFV1 every picture is one.
   */
  keyframe_interval_s: number;
  /**
   * Most B-frames in a row, for H.264 and HEVC; the other codecs have none.
   */
  b_frames: number;
  /**
   * Without looking ahead: a few pictures less delay for a little less quality at the same rate. Destinations that are
   * live within a fraction of a second switch it on by themselves.
   */
  low_delay?: boolean;
}
/**
 * Sound.
 */
export interface AudioEncoding {
  /**
   * Codec.
   */
  codec: "aac" | "opus" | "mp3" | "flac" | "pcm";
  /**
   * kbit/s. Not for FLAC and PCM; MP3 takes the nearest rate it knows, at most 320.
   */
  bitrate_kbps: number;
}
/**
 * One place the show goes live to.
 */
export interface Destination {
  /**
   * Unique among destinations.
   */
  id: string;
  /**
   * Name for people; the id when empty.
   */
  name: string;
  /**
   * Which kind it is: `rtmp`, `local`, …
   */
  kind: string;
  /**
   * Id of the service it is, of the list Footlight ships; empty for none.
   */
  service: string;
  /**
   * Whether it goes live with the show.
   */
  enabled: boolean;
  /**
   * The encoder it carries; the first when empty.
   */
  encoder: string;
  /**
   * How much later than it happened the show goes there, seconds.
   */
  delay_s: number;
  /**
   * What happens when the line is too slow for an encode that others share: theirs is not touched.
   */
  when_slow: "drop" | "step_down";
  /**
   * The destination it stands in for: it goes live only while that one does not work. Empty: it goes live by itself.
   */
  standby_for: string;
  encode?: EncodeWish;
  /**
   * Ids of the audio tracks it carries, in this order; the first track when empty.
   *
   * @maxItems 8
   */
  audio_tracks?: string[];
  /**
   * Id of the audio track for the archive that the service keeps (Twitch's VOD track); none when empty. It follows the
   * tracks above, where the server takes several.
   */
  vod_track?: string;
  /**
   * The kind's own settings.
   */
  settings: Settings;
}
/**
 * What it wants differently from that encoder.
 */
export interface EncodeWish {
  /**
   * Another canvas, by id; the encoder's when empty.
   */
  canvas?: string;
  /**
   * Width in pixels; follows from the height when absent.
   */
  width?: number | null;
  /**
   * Height in pixels; follows from the width when absent. Without both, the canvas' size.
   */
  height?: number | null;
  /**
   * How the picture is brought to that size.
   */
  filter?: ScaleFilter | null;
  /**
   * Only every n-th picture: 2 makes 30 a second of 60.
   */
  every?: number | null;
  /**
   * Another codec.
   */
  codec?: VideoCodecName | null;
  /**
   * Another bit rate of the picture, kbit/s.
   */
  bitrate_kbps?: number | null;
  /**
   * Another codec of the sound.
   */
  audio_codec?: AudioCodecName | null;
  /**
   * Another bit rate of the sound, kbit/s.
   */
  audio_bitrate_kbps?: number | null;
}
/**
 * The recording on this computer.
 */
export interface Recording {
  /**
   * Whether it starts with the show.
   */
  enabled: boolean;
  /**
   * Folder, relative to the project's.
   */
  folder: string;
  /**
   * File name without ending; `{project}`, `{date}`, `{time}`, `{canvas}`, `{source}` (what is recorded) and `{counter}`
   * (which file of the recording, `001`) are replaced. Without `{counter}`, later files of a split recording get a number.
   */
  file_name: string;
  /**
   * The encoder it records; the first when empty.
   */
  encoder: string;
  /**
   * Kind of file.
   */
  format: "mkv" | "mp4" | "fragmented_mp4" | "mov" | "mpegts" | "flv" | "webm";
  /**
   * A new file begins after this many minutes; 0 for one file.
   */
  split_minutes: number;
  /**
   * A new file begins before one is larger than this, MiB; 0 for no limit. 4000 fits on FAT32.
   */
  split_mib: number;
  /**
   * Folder that takes over when the first one fails, stalls or fills up, relative to the project's; empty for none.
   */
  second_folder: string;
  /**
   * Free space below which a warning is given, MiB.
   */
  low_disk_mib: number;
  /**
   * Free space at which the recording ends by itself, complete, or goes on in the second folder, MiB.
   */
  stop_disk_mib: number;
  /**
   * Names of the audio tracks in the file, in track order.
   *
   * @maxItems 8
   */
  track_names: string[];
  /**
   * What goes into a file of its own besides, on the same clock: `all` for every source, ids of sources (also as
   * `source:ID`), `canvas:ID`, `track:ID`. A manifest beside the files (OpenTimelineIO) opens them together in an editor.
   *
   * @maxItems 64
   */
  iso: string[];
  /**
   * The encoder whose settings those files take; when empty x264 at its fastest, with constant quality.
   */
  iso_encoder: string;
  replay: Replay;
}
/**
 * The replay buffer.
 */
export interface Replay {
  /**
   * Whether it runs whenever the show is live or recorded.
   */
  enabled: boolean;
  /**
   * How much it keeps, seconds.
   */
  seconds: number;
  /**
   * The most it may take, MiB; it keeps less time then.
   */
  max_mib: number;
  /**
   * Kept in the recording folder instead of in memory.
   */
  on_disk: boolean;
}
/**
 * Closed captions.
 */
export interface Captions {
  /**
   * Whether the pictures carry captions.
   */
  enabled: boolean;
  /**
   * How they come.
   */
  style: "roll_up_2" | "roll_up_3" | "pop_on";
  /**
   * Seconds after which they are taken away when nothing more is said; 0 to leave them.
   */
  clear_after_s: number;
  /**
   * A text file whose new lines are captioned, relative to the project's folder; empty for none.
   */
  file: string;
  /**
   * Id of a text source whose last line is captioned whenever it changes; empty for none.
   */
  source: string;
}
/**
 * What changed in the document.
 */
export interface ChangeMessage {
  /**
   * Goes up with every change.
   */
  revision: number;
  /**
   * What to do to the document that was told before, in order.
   */
  changes: Change[];
  /**
   * JSON pointers (RFC 6901) of the secrets that are set.
   */
  secrets: string[];
  /**
   * What undo would take back.
   */
  undo: string | null;
  /**
   * What redo would do again.
   */
  redo: string | null;
  /**
   * Whether the file holds all of it.
   */
  saved: boolean;
  /**
   * The project's folder.
   */
  path: string;
}
/**
 * The state.
 */
export interface Snapshot {
  /**
   * Goes up when another project is opened or the show starts anew.
   */
  generation: number;
  /**
   * The project's name.
   */
  project: string;
  /**
   * Whether it still runs.
   */
  running: boolean;
  /**
   * Seconds since the first picture.
   */
  elapsed_s: number;
  /**
   * Whether at least one destination gets the show or is about to.
   */
  on_air: boolean;
  /**
   * For how long, seconds.
   */
  on_air_s: number | null;
  /**
   * `software` or `gpu`.
   */
  renderer: string;
  /**
   * What it runs on.
   */
  adapter: string;
  /**
   * Per canvas.
   */
  canvases: CanvasState[];
  /**
   * Per distinct encode.
   */
  encoders: EncoderState[];
  /**
   * Per destination.
   */
  destinations: DestinationView[];
  /**
   * The recordings, newest last.
   */
  recordings: RecordingStatus[];
  /**
   * The recording that runs now.
   */
  recording: RecordingStatus | null;
  /**
   * The replay buffer; none while it does not run.
   */
  replay: ReplayStatus | null;
  /**
   * Sum over all destinations, kbit/s.
   */
  upload_kbps: number;
  /**
   * Free bytes where recordings go; none while unknown.
   */
  disk_free_bytes: number | null;
  process: ProcessView;
  /**
   * Per source.
   */
  sources: SourceView[];
  master: Level1;
  /**
   * All audio tracks, the master first.
   */
  tracks: TrackView[];
  /**
   * Integrated loudness, LUFS.
   */
  lufs: number | null;
  /**
   * All scenes.
   */
  scenes: SceneView[];
  captions: CaptionsView;
  desk: DeskState;
}
/**
 * One canvas.
 */
export interface CanvasState {
  /**
   * Its id.
   */
  id: string;
  /**
   * Pixels.
   */
  width: number;
  /**
   * Pixels.
   */
  height: number;
  /**
   * The rate it should run at.
   */
  fps: number;
  /**
   * Pictures a second over the last second, those nobody had to see among them.
   */
  fps_now: number;
  /**
   * The scene on show.
   */
  scene: string;
  /**
   * Pictures due.
   */
  frames_due: number;
  /**
   * Pictures drawn.
   */
  frames_rendered: number;
  /**
   * Pictures repeated since nothing had changed.
   */
  frames_repeated: number;
  /**
   * Pictures not drawn since, off the air, nobody looked.
   */
  frames_unseen: number;
  /**
   * Pictures late.
   */
  frames_late: number;
  /**
   * Pictures never made.
   */
  frames_skipped: number;
}
/**
 * One encode.
 */
export interface EncoderState {
  /**
   * Its id.
   */
  id: string;
  /**
   * `h264`, `hevc`, `av1`, …
   */
  codec: string;
  /**
   * Which encoder.
   */
  implementation: string;
  /**
   * Pixels.
   */
  width: number;
  /**
   * Pixels.
   */
  height: number;
  /**
   * Pictures a second.
   */
  fps: number;
  /**
   * Pictures out.
   */
  frames_out: number;
  /**
   * Pictures dropped.
   */
  frames_dropped: number;
  /**
   * Mean rate so far, kbit/s.
   */
  bitrate_kbps: number;
  /**
   * The rate that it keeps to now, kbit/s: less than in the project while it follows a slow connection; none where it can't
   * be changed under way.
   */
  target_kbps: number | null;
  /**
   * Mean time to encode a picture so far, ms; none before the first.
   */
  encode_ms: number | null;
}
/**
 * One destination.
 */
export interface DestinationView {
  /**
   * Its id.
   */
  id: string;
  /**
   * Its name.
   */
  name: string;
  /**
   * Its kind.
   */
  kind: string;
  /**
   * Where, without the key.
   */
  url: string;
  /**
   * Where it stands.
   */
  state: "idle" | "connecting" | "live" | "degraded" | "retrying" | "failed" | "stopped";
  /**
   * Why, in a sentence for the creator; none when all is well.
   */
  reason: string | null;
  /**
   * Seconds since this connection was accepted; 0 when not live.
   */
  connected_s: number;
  /**
   * Bytes handed to the network (or to the segment store) so far.
   */
  bytes_sent: number;
  /**
   * Video frames handed over completely (audio packets when the show has no video).
   */
  frames_sent: number;
  /**
   * Video frames (or audio packets) of the show that this destination did not get.
   */
  frames_dropped: number;
  /**
   * Times it came back after having been live.
   */
  reconnects: number;
  /**
   * Milliseconds from the start of the destination to its first media message.
   */
  first_packet_ms: number | null;
  /**
   * Mean over the last four seconds, kbit/s.
   */
  bitrate_kbps: number;
  /**
   * Media time that waits to be sent, milliseconds.
   */
  queued_ms: number;
  /**
   * The last thing that went wrong, kept after recovery.
   */
  last_error: string | null;
  /**
   * Seconds until the next try, while retrying.
   */
  retry_in_s: number | null;
  /**
   * What the protocol knows of its line, where it knows anything; kept after the connection has ended.
   */
  line: LineFigures | null;
}
/**
 * What a protocol knows of its line. What it can't know is missing.
 */
export interface LineFigures {
  /**
   * Time to the other side and back, milliseconds.
   */
  rtt_ms: number | null;
  /**
   * Share of the packets that got lost on the way since the connection began, percent.
   */
  loss_percent: number | null;
  /**
   * Packets that got lost on the way.
   */
  packets_lost: number | null;
  /**
   * Packets that were sent again.
   */
  packets_repeated: number | null;
  /**
   * Packets given up because their time was over before they arrived: what the viewer misses.
   */
  packets_late: number | null;
  /**
   * What the line is thought to carry, kbit/s.
   */
  bandwidth_kbps: number | null;
  /**
   * What waits in the network: how much longer packets take than they did at best, milliseconds.
   */
  waiting_ms: number | null;
  /**
   * What reaches the other side, kbit/s.
   */
  arriving_kbps: number | null;
  /**
   * It sends pieces of this length, each once it is complete: an HLS upload's segments, milliseconds of media.
   */
  piece_ms: number | null;
  /**
   * Share of the packets that got lost on the way just now, percent.
   */
  loss_now_percent: number | null;
  /**
   * The most that the receiver asks for, kbit/s.
   */
  wished_kbps: number | null;
  /**
   * Sent and not yet acknowledged, milliseconds of media.
   */
  unacknowledged_ms: number | null;
  /**
   * The receiver's delay that both sides agreed on, milliseconds.
   */
  latency_ms: number | null;
  /**
   * What is sent is encrypted.
   */
  encrypted: boolean | null;
}
/**
 * What became of a recording so far: of one of its files, or of the one under way.
 */
export interface RecordingStatus {
  /**
   * The file, under the name it really has.
   */
  path: string;
  /**
   * Its size.
   */
  bytes: number;
  /**
   * Video frames in it (audio packets when the show has no video).
   */
  frames: number;
  /**
   * Video frames that the disk was too slow for.
   */
  frames_dropped: number;
  /**
   * Its length in seconds.
   */
  duration_s: number;
  /**
   * Length of its picture in seconds, to which sound may add a little; 0 without a picture.
   */
  picture_s: number;
  /**
   * Where it stands.
   */
  state: "starting" | "recording" | "paused" | "failed" | "finished";
  /**
   * What went wrong, in a sentence for the creator.
   */
  error: string | null;
  /**
   * What is about to go wrong (the disk fills up), or why it ended by itself though complete.
   */
  warning: string | null;
  /**
   * Which file of the recording, from 1.
   */
  part: number;
  /**
   * Length of the whole recording in seconds, earlier files included.
   */
  total_s: number;
}
/**
 * How a replay buffer does.
 */
export interface ReplayStatus {
  /**
   * What would be saved now, seconds.
   */
  seconds: number;
  /**
   * What it takes, bytes.
   */
  bytes: number;
  /**
   * The file saved last.
   */
  saved: string | null;
  /**
   * What went wrong last, in a sentence.
   */
  error: string | null;
}
/**
 * What this process uses now.
 */
export interface ProcessView {
  /**
   * Over the last second, percent of all cores together.
   */
  cpu_percent: number;
  /**
   * Memory now, MiB.
   */
  rss_mib: number;
}
/**
 * One source.
 */
export interface SourceView {
  /**
   * Its id.
   */
  id: string;
  /**
   * Its name.
   */
  name: string;
  /**
   * Its kind.
   */
  kind: string;
  /**
   * `ready`, `waiting` or `ended`.
   */
  state: "ready" | "waiting" | "ended";
  /**
   * Why it waits.
   */
  reason: string | null;
  /**
   * Whether it is in the mix now.
   */
  heard: boolean;
  level: Level;
  /**
   * Pixels; none until its first picture, and for sound only.
   */
  width: number | null;
  /**
   * Pixels.
   */
  height: number | null;
  /**
   * Whether it is visible in a scene on show.
   */
  in_program: boolean;
  /**
   * Whether it is visible in the preview.
   */
  in_preview: boolean;
}
/**
 * Its level.
 */
export interface Level {
  /**
   * Peak, dBFS; -120 is silence.
   *
   * @minItems 2
   * @maxItems 2
   */
  peak_db: [number, number];
  /**
   * RMS, dBFS.
   *
   * @minItems 2
   * @maxItems 2
   */
  rms_db: [number, number];
}
/**
 * The master track.
 */
export interface Level1 {
  /**
   * Peak, dBFS; -120 is silence.
   *
   * @minItems 2
   * @maxItems 2
   */
  peak_db: [number, number];
  /**
   * RMS, dBFS.
   *
   * @minItems 2
   * @maxItems 2
   */
  rms_db: [number, number];
}
/**
 * One audio track.
 */
export interface TrackView {
  /**
   * Its id.
   */
  id: string;
  /**
   * Its name.
   */
  name: string;
  level: Level2;
}
/**
 * Its level after its limiter.
 */
export interface Level2 {
  /**
   * Peak, dBFS; -120 is silence.
   *
   * @minItems 2
   * @maxItems 2
   */
  peak_db: [number, number];
  /**
   * RMS, dBFS.
   *
   * @minItems 2
   * @maxItems 2
   */
  rms_db: [number, number];
}
/**
 * One scene.
 */
export interface SceneView {
  /**
   * Its id.
   */
  id: string;
  /**
   * Its name.
   */
  name: string;
}
/**
 * Closed captions.
 */
export interface CaptionsView {
  /**
   * Whether the pictures carry them.
   */
  enabled: boolean;
  /**
   * What was said last.
   */
  last: string;
  /**
   * Seconds of captions that wait to be said.
   */
  waiting_s: number;
}
/**
 * Studio mode, preview and transition.
 */
export interface DeskState {
  /**
   * Whether preview and programme are apart.
   */
  studio_mode: boolean;
  /**
   * The scene in preview: the programme's own when nothing else was chosen.
   */
  preview: string;
  transition: Transition2;
  /**
   * Whether the preview takes the old programme's scene after a take.
   */
  swap: boolean;
  /**
   * How far the running transition of the main canvas is, 0 to 1; none when none runs.
   */
  progress: number | null;
  /**
   * Whether a hand holds it there, as a T-bar does.
   */
  held: boolean;
  /**
   * Whether the programme shows a copy of its scene, so that edits of it are seen in the preview alone.
   */
  duplicate: boolean;
  /**
   * Whether the scene on show was edited since it came on show, so that taking it again changes the programme.
   */
  edited: boolean;
  /**
   * The films of transitions, by the transition's id.
   */
  films: {
    [k: string]: FilmView;
  };
}
/**
 * How the next scene comes.
 */
export interface Transition2 {
  /**
   * Id of one of the project's, `cut` or `fade`.
   */
  id: string;
  /**
   * How long, ms.
   */
  duration_ms: number;
}
/**
 * A film of a transition, as people are told of it.
 */
export interface FilmView {
  /**
   * `ready`, or `waiting` while it can't be played.
   */
  state: string;
  /**
   * Why it can't be played and what to do.
   */
  reason: string | null;
  /**
   * How long it is, ms; none while that is not known.
   */
  length_ms: number | null;
}
/**
 * One line of the show's log.
 */
export interface Event {
  /**
   * Counts up from 1.
   */
  seq: number;
  /**
   * Seconds since the show began (negative before).
   */
  at_s: number;
  /**
   * How much it matters.
   */
  level: "info" | "warning" | "error";
  /**
   * What it is about: `destination:yt`, `source:cam`, `recording`, `show`.
   */
  subject: string;
  /**
   * What happened.
   */
  message: string;
}
/**
 * All levels, dB; -120 is silence.
 */
export interface MetersMessage {
  /**
   * Seconds of show.
   */
  at_s: number;
  master: MasterMeter;
  /**
   * By source: peak left and right, RMS left and right.
   */
  sources: {
    /**
     * @minItems 4
     * @maxItems 4
     */
    [k: string]: [number, number, number, number];
  };
}
/**
 * The master track.
 */
export interface MasterMeter {
  /**
   * Left and right, dBFS.
   *
   * @minItems 2
   * @maxItems 2
   */
  peak: [number, number];
  /**
   * Left and right, dBFS.
   *
   * @minItems 2
   * @maxItems 2
   */
  rms: [number, number];
  /**
   * Over 400 ms, LUFS.
   */
  lufs_m: number;
  /**
   * Over 3 s, LUFS.
   */
  lufs_s: number;
  /**
   * Since the start, gated, LUFS.
   */
  lufs_i: number;
  /**
   * Highest since the start, dBTP.
   */
  true_peak: number;
}
/**
 * A whole project.
 */
export interface Project1 {
  /**
   * Document version; 1.
   */
  version: number;
  /**
   * The project's name.
   */
  name: string;
  /**
   * Compositions with their own size and rate; the first is the main one.
   */
  canvases: Canvas[];
  /**
   * Everything that can be seen or heard.
   */
  sources: Source[];
  /**
   * Arrangements of sources.
   */
  scenes: Scene[];
  /**
   * How scenes follow each other, besides the plain cut and fade.
   *
   * @maxItems 64
   */
  transitions?: Transition[];
  /**
   * Transitions at hand: a button each that takes the preview by it.
   *
   * @maxItems 20
   */
  quick_transitions?: QuickTransition[];
  audio: Audio;
  /**
   * What is encoded; destinations and the recording name one of these.
   */
  encoders: Encoder[];
  /**
   * Where the show goes live to.
   */
  destinations: Destination[];
  recording: Recording;
  captions: Captions;
}
/**
 * How a source is mixed.
 */
export interface SourceAudio1 {
  /**
   * Gain in dB.
   */
  volume_db: number;
  /**
   * Not heard.
   */
  muted: boolean;
  /**
   * -1 left, 0 middle, 1 right.
   */
  balance: number;
  /**
   * Later (positive) or earlier, in milliseconds.
   */
  sync_offset_ms: number;
  /**
   * Ids of the audio tracks it is in; all of them when absent.
   *
   * @maxItems 8
   */
  tracks?: string[] | null;
  /**
   * Its gain in single tracks, dB, besides its own: track id to gain; 0 where absent.
   */
  track_gains_db?: {
    [k: string]: number;
  };
}
/**
 * The mix.
 */
export interface Audio1 {
  /**
   * Gain of the master track in dB.
   */
  master_db: number;
  /**
   * The limiter lets no sample exceed this, dBFS.
   */
  limiter_dbfs: number;
  /**
   * Mixes of their own for destinations and recordings; the first is the master, which is what people hear. None given means
   * one track, the master.
   *
   * @maxItems 8
   */
  tracks?: AudioTrack[];
}
/**
 * How the picture is encoded. Two equal ones of the same canvas share one encoder.
 */
export interface VideoEncoding1 {
  /**
   * Codec.
   */
  codec: "h264" | "hevc" | "av1" | "vp9" | "prores" | "ffv1";
  /**
   * Which encoder: `auto` takes the first hardware encoder of the codec that really works here, else one on the processor. `footlight encoders` lists them.
   */
  implementation: string;
  /**
   * How the bit rate is governed. ProRes and FFV1 have no choice: their rate follows from the picture.
   */
  rate_control: "cbr" | "vbr" | "crf";
  /**
   * Target (CBR) or average (VBR), kbit/s. Not for ProRes and FFV1.
   */
  bitrate_kbps: number;
  /**
   * Highest rate for VBR, kbit/s; 1.5 times the target when absent.
   */
  max_bitrate_kbps: number | null;
  /**
   * Quality for CRF: 0 best, 51 worst; for AV1 and VP9 it is brought to their scale. Not for ProRes and FFV1.
   */
  crf: number;
  /**
   * Speed against quality, in x264's words (`ultrafast` to `veryslow`); translated for other encoders. Not for ProRes and FFV1.
   */
  preset: "ultrafast" | "superfast" | "veryfast" | "faster" | "fast" | "medium" | "slow" | "slower" | "veryslow";
  /**
   * H.264 profile. The other codecs always use the one for 8-bit 4:2:0 that every player knows.
   */
  profile: "baseline" | "main" | "high";
  /**
   * Seconds between keyframes. In ProRes and FFV1 every picture is one.
   */
  keyframe_interval_s: number;
  /**
   * Most B-frames in a row, for H.264 and HEVC; the other codecs have none.
   */
  b_frames: number;
  /**
   * Without looking ahead: a few pictures less delay for a little less quality at the same rate. Destinations that are
   * live within a fraction of a second switch it on by themselves.
   */
  low_delay?: boolean;
}
/**
 * How sound is encoded.
 */
export interface AudioEncoding1 {
  /**
   * Codec.
   */
  codec: "aac" | "opus" | "mp3" | "flac" | "pcm";
  /**
   * kbit/s. Not for FLAC and PCM; MP3 takes the nearest rate it knows, at most 320.
   */
  bitrate_kbps: number;
}
/**
 * What a destination wants differently from its encoder. Destinations that end up wanting the same share one encode.
 */
export interface EncodeWish1 {
  /**
   * Another canvas, by id; the encoder's when empty.
   */
  canvas?: string;
  /**
   * Width in pixels; follows from the height when absent.
   */
  width?: number | null;
  /**
   * Height in pixels; follows from the width when absent. Without both, the canvas' size.
   */
  height?: number | null;
  /**
   * How the picture is brought to that size.
   */
  filter?: ScaleFilter | null;
  /**
   * Only every n-th picture: 2 makes 30 a second of 60.
   */
  every?: number | null;
  /**
   * Another codec.
   */
  codec?: VideoCodecName | null;
  /**
   * Another bit rate of the picture, kbit/s.
   */
  bitrate_kbps?: number | null;
  /**
   * Another codec of the sound.
   */
  audio_codec?: AudioCodecName | null;
  /**
   * Another bit rate of the sound, kbit/s.
   */
  audio_bitrate_kbps?: number | null;
}
/**
 * The recording on this computer.
 */
export interface Recording1 {
  /**
   * Whether it starts with the show.
   */
  enabled: boolean;
  /**
   * Folder, relative to the project's.
   */
  folder: string;
  /**
   * File name without ending; `{project}`, `{date}`, `{time}`, `{canvas}`, `{source}` (what is recorded) and `{counter}`
   * (which file of the recording, `001`) are replaced. Without `{counter}`, later files of a split recording get a number.
   */
  file_name: string;
  /**
   * The encoder it records; the first when empty.
   */
  encoder: string;
  /**
   * Kind of file.
   */
  format: "mkv" | "mp4" | "fragmented_mp4" | "mov" | "mpegts" | "flv" | "webm";
  /**
   * A new file begins after this many minutes; 0 for one file.
   */
  split_minutes: number;
  /**
   * A new file begins before one is larger than this, MiB; 0 for no limit. 4000 fits on FAT32.
   */
  split_mib: number;
  /**
   * Folder that takes over when the first one fails, stalls or fills up, relative to the project's; empty for none.
   */
  second_folder: string;
  /**
   * Free space below which a warning is given, MiB.
   */
  low_disk_mib: number;
  /**
   * Free space at which the recording ends by itself, complete, or goes on in the second folder, MiB.
   */
  stop_disk_mib: number;
  /**
   * Names of the audio tracks in the file, in track order.
   *
   * @maxItems 8
   */
  track_names: string[];
  /**
   * What goes into a file of its own besides, on the same clock: `all` for every source, ids of sources (also as
   * `source:ID`), `canvas:ID`, `track:ID`. A manifest beside the files (OpenTimelineIO) opens them together in an editor.
   *
   * @maxItems 64
   */
  iso: string[];
  /**
   * The encoder whose settings those files take; when empty x264 at its fastest, with constant quality.
   */
  iso_encoder: string;
  replay: Replay;
}
/**
 * The replay buffer: the last while of the show, to be saved after something happened.
 */
export interface Replay1 {
  /**
   * Whether it runs whenever the show is live or recorded.
   */
  enabled: boolean;
  /**
   * How much it keeps, seconds.
   */
  seconds: number;
  /**
   * The most it may take, MiB; it keeps less time then.
   */
  max_mib: number;
  /**
   * Kept in the recording folder instead of in memory.
   */
  on_disk: boolean;
}
/**
 * Closed captions (CEA-608) inside the picture: every destination and recording has them, and players show them to who wants
 * them. H.264, HEVC and AV1 carry them.
 */
export interface Captions1 {
  /**
   * Whether the pictures carry captions.
   */
  enabled: boolean;
  /**
   * How they come.
   */
  style: "roll_up_2" | "roll_up_3" | "pop_on";
  /**
   * Seconds after which they are taken away when nothing more is said; 0 to leave them.
   */
  clear_after_s: number;
  /**
   * A text file whose new lines are captioned, relative to the project's folder; empty for none.
   */
  file: string;
  /**
   * Id of a text source whose last line is captioned whenever it changes; empty for none.
   */
  source: string;
}
/**
 * The state of a show.
 */
export interface Snapshot1 {
  /**
   * Goes up when another project is opened or the show starts anew.
   */
  generation: number;
  /**
   * The project's name.
   */
  project: string;
  /**
   * Whether it still runs.
   */
  running: boolean;
  /**
   * Seconds since the first picture.
   */
  elapsed_s: number;
  /**
   * Whether at least one destination gets the show or is about to.
   */
  on_air: boolean;
  /**
   * For how long, seconds.
   */
  on_air_s: number | null;
  /**
   * `software` or `gpu`.
   */
  renderer: string;
  /**
   * What it runs on.
   */
  adapter: string;
  /**
   * Per canvas.
   */
  canvases: CanvasState[];
  /**
   * Per distinct encode.
   */
  encoders: EncoderState[];
  /**
   * Per destination.
   */
  destinations: DestinationView[];
  /**
   * The recordings, newest last.
   */
  recordings: RecordingStatus[];
  /**
   * The recording that runs now.
   */
  recording: RecordingStatus | null;
  /**
   * The replay buffer; none while it does not run.
   */
  replay: ReplayStatus | null;
  /**
   * Sum over all destinations, kbit/s.
   */
  upload_kbps: number;
  /**
   * Free bytes where recordings go; none while unknown.
   */
  disk_free_bytes: number | null;
  process: ProcessView;
  /**
   * Per source.
   */
  sources: SourceView[];
  master: Level1;
  /**
   * All audio tracks, the master first.
   */
  tracks: TrackView[];
  /**
   * Integrated loudness, LUFS.
   */
  lufs: number | null;
  /**
   * All scenes.
   */
  scenes: SceneView[];
  captions: CaptionsView;
  desk: DeskState;
}
/**
 * What a process uses.
 */
export interface ProcessView1 {
  /**
   * Over the last second, percent of all cores together.
   */
  cpu_percent: number;
  /**
   * Memory now, MiB.
   */
  rss_mib: number;
}
/**
 * A level after its fader, per channel.
 */
export interface Level3 {
  /**
   * Peak, dBFS; -120 is silence.
   *
   * @minItems 2
   * @maxItems 2
   */
  peak_db: [number, number];
  /**
   * RMS, dBFS.
   *
   * @minItems 2
   * @maxItems 2
   */
  rms_db: [number, number];
}
/**
 * The captions in a snapshot.
 */
export interface CaptionsView1 {
  /**
   * Whether the pictures carry them.
   */
  enabled: boolean;
  /**
   * What was said last.
   */
  last: string;
  /**
   * Seconds of captions that wait to be said.
   */
  waiting_s: number;
}
/**
 * The desk in a snapshot.
 */
export interface DeskState1 {
  /**
   * Whether preview and programme are apart.
   */
  studio_mode: boolean;
  /**
   * The scene in preview: the programme's own when nothing else was chosen.
   */
  preview: string;
  transition: Transition2;
  /**
   * Whether the preview takes the old programme's scene after a take.
   */
  swap: boolean;
  /**
   * How far the running transition of the main canvas is, 0 to 1; none when none runs.
   */
  progress: number | null;
  /**
   * Whether a hand holds it there, as a T-bar does.
   */
  held: boolean;
  /**
   * Whether the programme shows a copy of its scene, so that edits of it are seen in the preview alone.
   */
  duplicate: boolean;
  /**
   * Whether the scene on show was edited since it came on show, so that taking it again changes the programme.
   */
  edited: boolean;
  /**
   * The films of transitions, by the transition's id.
   */
  films: {
    [k: string]: FilmView;
  };
}
/**
 * A transition that is chosen, with its length.
 */
export interface Transition21 {
  /**
   * Id of one of the project's, `cut` or `fade`.
   */
  id: string;
  /**
   * How long, ms.
   */
  duration_ms: number;
}
/**
 * The master track's levels.
 */
export interface MasterMeter1 {
  /**
   * Left and right, dBFS.
   *
   * @minItems 2
   * @maxItems 2
   */
  peak: [number, number];
  /**
   * Left and right, dBFS.
   *
   * @minItems 2
   * @maxItems 2
   */
  rms: [number, number];
  /**
   * Over 400 ms, LUFS.
   */
  lufs_m: number;
  /**
   * Over 3 s, LUFS.
   */
  lufs_s: number;
  /**
   * Since the start, gated, LUFS.
   */
  lufs_i: number;
  /**
   * Highest since the start, dBTP.
   */
  true_peak: number;
}
/**
 * All kinds.
 */
export interface Kinds {
  /**
   * Of sources.
   */
  sources: Kind[];
  /**
   * Of destinations.
   */
  destinations: Kind[];
  /**
   * Of transitions between scenes.
   */
  transitions: Kind[];
  /**
   * Of filters.
   */
  filters: Kind[];
  /**
   * Of layouts.
   */
  layouts: Kind[];
}
/**
 * A kind of source, destination, transition or filter, with everything a form needs.
 */
export interface Kind {
  /**
   * Its id.
   */
  id: string;
  /**
   * Name for people.
   */
  name: string;
  /**
   * One sentence for people.
   */
  summary: string;
  /**
   * JSON Schema of its settings.
   */
  schema: Settings;
  /**
   * The settings of a new one.
   */
  defaults: Settings;
  /**
   * Whether it can make pictures (a source), or carries them.
   */
  video: boolean;
  /**
   * Whether it can make sound (a source), or carries it.
   */
  audio: boolean;
  /**
   * Of a destination: the URL schemes it takes, without `://`.
   */
  schemes: string[];
  /**
   * Of a filter: whether it can be on sources alone.
   */
  sources_only: boolean;
  /**
   * Of a transition: whether an item can come and go by it.
   */
  for_items: boolean;
}
/**
 * An error: a stable code and a sentence.
 */
export interface Problem {
  /**
   * What it is about.
   */
  code: string;
  /**
   * What happened and what to do.
   */
  message: string;
}
/**
 * One thing that was checked.
 */
export interface Finding {
  /**
   * How it stands.
   */
  level: "pass" | "warn" | "fail";
  /**
   * What it is about: `project`, `source:cam`, `destination:yt`, `recording`, `encoder:main`.
   */
  subject: string;
  /**
   * In words.
   */
  message: string;
  /**
   * What to do about it, where that is not said yet.
   */
  remedy?: string | null;
}
/**
 * What a show takes.
 */
export interface Plan {
  /**
   * Every distinct encode of a picture.
   */
  encodes: PlannedEncode[];
  /**
   * Distinct encodes of sound.
   */
  sounds: number;
  /**
   * Who gets what.
   */
  outputs: PlannedOutput[];
  /**
   * What all destinations take together, kbit/s.
   */
  uplink_kbps: number;
  /**
   * What encoding takes, in percent of one core, where every encode on the processor has been measured in this show.
   */
  cpu_percent: number | null;
  /**
   * GPUs' encoders in use.
   */
  sessions: Sessions[];
  /**
   * What is otherwise than the document says, in words.
   */
  changes: string[];
  /**
   * What would save an encode, in words.
   */
  merges: string[];
  /**
   * What can't be planned, and why.
   */
  problems: string[];
}
/**
 * One encode.
 */
export interface PlannedEncode {
  /**
   * The encoder of the document it comes from.
   */
  encoder: string;
  /**
   * The canvas' id.
   */
  canvas: string;
  /**
   * `h264`, `hevc`, …
   */
  codec: string;
  /**
   * Which encoder makes it, as far as that is known without opening it.
   */
  implementation: string;
  /**
   * Whether a GPU does the work.
   */
  hardware: boolean;
  /**
   * Pixels.
   */
  width: number;
  /**
   * Pixels.
   */
  height: number;
  /**
   * Pictures a second.
   */
  fps: number;
  /**
   * kbit/s; 0 where it follows from the picture.
   */
  bitrate_kbps: number;
  /**
   * Mean time to encode a picture, ms, where this show has measured it.
   */
  encode_ms: number | null;
  /**
   * Share of the time there is for a picture that encoding one takes, percent; at 100 it falls behind.
   */
  load_percent: number | null;
  /**
   * Who gets it: names of destinations, and the recording.
   */
  users: string[];
}
/**
 * Somebody's part.
 */
export interface PlannedOutput {
  /**
   * `destination:ID` or `recording`.
   */
  subject: string;
  /**
   * Name for people.
   */
  name: string;
  /**
   * Index in `encodes`; none when it gets sound only.
   */
  encode: number | null;
  /**
   * Ids of its audio tracks.
   */
  tracks: string[];
  /**
   * kbit/s.
   */
  kbps: number;
}
/**
 * Encodes on one kind of GPU encoder.
 */
export interface Sessions {
  /**
   * `nvenc`, `qsv`, …
   */
  implementation: string;
  /**
   * Encodes at once.
   */
  used: number;
  /**
   * How many its driver allows, where that is known.
   */
  limit: number | null;
}
/**
 * The projects a person can choose from.
 */
export interface Projects {
  /**
   * The open project's folder.
   */
  current: string;
  /**
   * Those opened lately, newest first, the open one among them.
   */
  recent: Recent[];
  /**
   * Where new ones go; the page's preference `projects.folder` chooses another one.
   */
  folder: string;
}
/**
 * A project opened lately.
 */
export interface Recent {
  /**
   * Its folder.
   */
  path: string;
  /**
   * Its name when it was open last.
   */
  name: string;
  /**
   * When its file was changed last, seconds since 1970.
   */
  modified_s: number;
}
/**
 * A finished show in a list.
 */
export interface ReportLine {
  /**
   * Names it.
   */
  id: string;
  /**
   * The project's name then.
   */
  project: string;
  /**
   * When it went on the air, seconds since 1970.
   */
  started_unix_s: number;
  /**
   * For how long, seconds.
   */
  on_air_s: number;
  /**
   * How many destinations took part.
   */
  destinations: number;
  /**
   * How many of them lost pictures, came back or failed.
   */
  trouble: number;
}
/**
 * A show on the air, from its beginning to its end.
 */
export interface ShowReport {
  /**
   * Names it in the list of reports.
   */
  id: string;
  /**
   * The project's name.
   */
  project: string;
  /**
   * Whether it still goes on.
   */
  under_way: boolean;
  /**
   * When it went on the air, seconds since 1970.
   */
  started_unix_s: number;
  /**
   * How long it was on the air (so far), seconds.
   */
  on_air_s: number;
  /**
   * Footlight's version.
   */
  version: string;
  /**
   * Every destination that took part.
   */
  destinations: AirDestination[];
  /**
   * The recordings that ran meanwhile.
   */
  recordings: AirRecording[];
  loudness: AirLoudness;
  /**
   * The pictures, since the engine started.
   */
  canvases: CanvasReport[];
  process: AirProcess;
  /**
   * What a person marked.
   */
  markers: AirMarker[];
  /**
   * What happened; `at_s` since it went on the air.
   */
  events: Event[];
}
/**
 * One destination of a show.
 */
export interface AirDestination {
  /**
   * Its id.
   */
  id: string;
  /**
   * Its name.
   */
  name: string;
  /**
   * Its kind.
   */
  kind: string;
  /**
   * Where, without the key.
   */
  url: string;
  /**
   * Seconds it was live in all.
   */
  live_s: number;
  /**
   * Bytes sent.
   */
  bytes_sent: number;
  /**
   * Pictures sent.
   */
  frames_sent: number;
  /**
   * Pictures it did not get.
   */
  frames_dropped: number;
  /**
   * Times it came back.
   */
  reconnects: number;
  /**
   * The last thing that went wrong.
   */
  last_error: string | null;
  /**
   * What the protocol last knew of its line, where it knows anything.
   */
  line: LineFigures | null;
  /**
   * How it stood, one after the other.
   */
  spans: AirSpan[];
  /**
   * [seconds since the beginning, kbit/s].
   */
  bitrate: [unknown, unknown][];
  /**
   * [seconds since the beginning, pictures it did not get so far].
   */
  dropped: [unknown, unknown][];
}
/**
 * How a destination stood for a while.
 */
export interface AirSpan {
  /**
   * The state.
   */
  state: "idle" | "connecting" | "live" | "degraded" | "retrying" | "failed" | "stopped";
  /**
   * From, seconds since the beginning.
   */
  from_s: number;
  /**
   * To, seconds since the beginning.
   */
  to_s: number;
}
/**
 * One recording of a show.
 */
export interface AirRecording {
  /**
   * The file.
   */
  path: string;
  /**
   * Its size.
   */
  bytes: number;
  /**
   * Its length, seconds.
   */
  duration_s: number;
  /**
   * Pictures in it.
   */
  frames: number;
  /**
   * Pictures the disk was too slow for.
   */
  frames_dropped: number;
  /**
   * What went wrong.
   */
  error: string | null;
  /**
   * When it was first seen, seconds since the beginning.
   */
  from_s: number;
  /**
   * When it was last seen running.
   */
  to_s: number;
}
/**
 * The sound.
 */
export interface AirLoudness {
  /**
   * Integrated, LUFS; none when silent.
   */
  integrated_lufs: number | null;
  /**
   * Highest true peak, dBTP; none when silent.
   */
  max_true_peak_dbtp: number | null;
  /**
   * [seconds since the beginning, short-term LUFS or none when silent].
   */
  short_term: [unknown, unknown][];
  /**
   * [seconds since the beginning, highest peak of the master, dBFS].
   */
  peak: [unknown, unknown][];
}
/**
 * Pictures of one canvas.
 */
export interface CanvasReport {
  /**
   * Its id.
   */
  id: string;
  /**
   * Pixels.
   */
  width: number;
  /**
   * Pixels.
   */
  height: number;
  /**
   * Frames a second.
   */
  fps: number;
  /**
   * Pictures that were due.
   */
  frames_due: number;
  /**
   * Pictures really drawn.
   */
  frames_rendered: number;
  /**
   * Pictures that were the same as the one before, so nothing needed drawing.
   */
  frames_repeated: number;
  /**
   * Pictures that were not drawn since, in a studio off the air, nobody looked.
   */
  frames_unseen: number;
  /**
   * Pictures that came later than one frame.
   */
  frames_late: number;
  /**
   * Pictures that were never made.
   */
  frames_skipped: number;
  /**
   * Mean time to compose a drawn picture, ms (wall clock of the tick thread).
   */
  compose_ms: number;
}
/**
 * This process.
 */
export interface AirProcess {
  /**
   * Highest memory so far, MiB.
   */
  peak_rss_mib: number;
  /**
   * CPU seconds while on the air.
   */
  cpu_s: number;
}
/**
 * A place marked by a person.
 */
export interface AirMarker {
  /**
   * Seconds since the beginning.
   */
  at_s: number;
  /**
   * What it marks.
   */
  name: string;
}
/**
 * The sound of a show.
 */
export interface AirLoudness1 {
  /**
   * Integrated, LUFS; none when silent.
   */
  integrated_lufs: number | null;
  /**
   * Highest true peak, dBTP; none when silent.
   */
  max_true_peak_dbtp: number | null;
  /**
   * [seconds since the beginning, short-term LUFS or none when silent].
   */
  short_term: [unknown, unknown][];
  /**
   * [seconds since the beginning, highest peak of the master, dBFS].
   */
  peak: [unknown, unknown][];
}
/**
 * What the process used.
 */
export interface AirProcess1 {
  /**
   * Highest memory so far, MiB.
   */
  peak_rss_mib: number;
  /**
   * CPU seconds while on the air.
   */
  cpu_s: number;
}
/**
 * An earlier version of a project.
 */
export interface Version {
  /**
   * Names it, for going back to it.
   */
  id: string;
  /**
   * When it was saved, seconds since 1970.
   */
  at_s: number;
  /**
   * Bytes.
   */
  size: number;
}
/**
 * The devices of this computer by what they are.
 */
export interface Devices {
  /**
   * What gives pictures.
   */
  cameras: Device[];
  /**
   * What gives sound.
   */
  microphones: Device[];
  /**
   * Displays.
   */
  screens: Device[];
  /**
   * Other kinds that have devices.
   */
  other: Device[];
  /**
   * What could not be listed, and why.
   */
  problems: string[];
}
/**
 * Something a source can capture from.
 */
export interface Device {
  /**
   * Id of the source kind that captures it.
   */
  kind: string;
  /**
   * Unique among the devices of that kind.
   */
  id: string;
  /**
   * Name for people.
   */
  name: string;
  /**
   * More for people: size, rates, where it is plugged in.
   */
  detail: string;
  /**
   * Settings to paste into a source.
   */
  settings: Settings;
}
/**
 * Whether an encoder can be used on this computer.
 */
export interface Availability {
  /**
   * What the settings call it.
   */
  id: string;
  /**
   * What people call it.
   */
  name: string;
  /**
   * The codec it makes.
   */
  codec: string;
  /**
   * Whether a GPU does the work.
   */
  hardware: boolean;
  /**
   * Whether it encoded two pictures just now.
   */
  available: boolean;
  /**
   * Why it is not available.
   */
  reason: string | null;
  /**
   * Whether `auto` takes it for its codec.
   */
  recommended: boolean;
}
/**
 * One mix of the sources. Which it carries is said by the sources.
 */
export interface AudioTrackInput {
  /**
   * Unique among tracks.
   */
  id?: string;
  /**
   * Name for people and in recordings.
   */
  name?: string;
  /**
   * Gain of this track in dB, besides the master's.
   */
  volume_db?: number;
}
/**
 * The changed fields of one item of a scene.
 */
export interface ItemChange {
  /**
   * The item.
   */
  item: string;
  /**
   * The changed fields.
   */
  changes: Settings;
}
/**
 * A source (or another scene) placed in a scene. Coordinates are pixels of the canvas, y downwards.
 */
export interface SceneItemInput {
  /**
   * Unique in its scene.
   */
  id?: string;
  /**
   * Its own label; the source's name when empty.
   */
  name?: string;
  /**
   * The source's id. Exactly one of `source`, `scene` and `members` is set.
   */
  source?: string | null;
  /**
   * A nested scene's id.
   */
  scene?: string | null;
  /**
   * Set: it is a group or a layout and shows the items whose `parent` it is.
   */
  members?: MembersInput | null;
  /**
   * Id of the group or layout of this scene that holds it; none when empty. Coordinates are pixels of that one then.
   */
  parent?: string;
  /**
   * Whether it is drawn (and, for a source with sound, heard).
   */
  visible?: boolean;
  /**
   * Not to be moved by the mouse: a guard against accidents, not a rule.
   */
  locked?: boolean;
  position?: PointInput;
  /**
   * A point of a rectangle.
   */
  alignment?:
    "top_left" | "top" | "top_right" | "left" | "center" | "right" | "bottom_left" | "bottom" | "bottom_right";
  scale?: ScaleInput;
  /**
   * Left and right change places, inside the item's own rectangle (once more when `scale` mirrors too).
   */
  flip_x?: boolean;
  /**
   * Top and bottom change places.
   */
  flip_y?: boolean;
  /**
   * Clockwise, degrees.
   */
  rotation_deg?: number;
  crop?: CropInput;
  /**
   * A box the item is fitted into, whatever the source's size.
   */
  bounds?: BoundsInput | null;
  /**
   * 0 invisible, 1 solid.
   */
  opacity?: number;
  /**
   * How its picture is brought to size.
   */
  scale_filter?: "auto" | "point" | "bilinear" | "bicubic" | "lanczos" | "area";
  /**
   * How it mixes with what is below.
   */
  blend?: "normal" | "additive" | "subtract" | "screen" | "multiply" | "lighten" | "darken";
  /**
   * Which numbers are mixed.
   */
  blend_space?: "srgb" | "linear";
  /**
   * Radius of its corners, canvas pixels: 0 sharp.
   */
  corner_radius?: number;
  /**
   * A line around it.
   */
  border?: BorderInput | null;
  /**
   * A shadow below it.
   */
  shadow?: ShadowInput | null;
  /**
   * What is done to its picture here, after what is done to the source everywhere, in order.
   *
   * @maxItems 32
   */
  filters?: FilterInput[];
  /**
   * How it appears when it is shown; at once when absent.
   */
  show?: ItemTransitionInput | null;
  /**
   * How it disappears when it is hidden; at once when absent.
   */
  hide?: ItemTransitionInput | null;
  /**
   * Values of it that change over time.
   *
   * @maxItems 16
   */
  animations?: AnimationInput[];
}
/**
 * What makes an item a group or a layout.
 */
export interface MembersInput {
  /**
   * Width of the space its members lie in, in its own pixels.
   */
  width?: number;
  /**
   * Height of that space.
   */
  height?: number;
  /**
   * The rule that places its members; each lies where it says itself when absent.
   */
  layout?: LayoutInput | null;
}
/**
 * A rule by which a layout places its members, and how it gets from one picture to the next.
 */
export interface LayoutInput {
  /**
   * Which rule it is: `grid`, `side_by_side`, `picture_in_picture`, `spotlight`, `strip`.
   */
  kind?: string;
  /**
   * The rule's own settings.
   */
  settings?: Settings;
  /**
   * How long members glide to their new places when one comes or goes or the rule changes, ms.
   */
  duration_ms?: number;
  /**
   * How a movement begins and ends.
   */
  easing?: "linear" | "ease_in" | "ease_out" | "ease_in_out" | "back" | "bounce" | "hold" | "bezier";
}
/**
 * Where the point named by `alignment` lies.
 */
export interface PointInput {
  /**
   * To the right.
   */
  x?: number;
  /**
   * Downwards.
   */
  y?: number;
}
/**
 * Factor on the size after cropping; negative mirrors. Ignored when `bounds` is set.
 */
export interface ScaleInput {
  /**
   * Horizontal factor.
   */
  x?: number;
  /**
   * Vertical factor.
   */
  y?: number;
}
/**
 * Pixels of the source cut off at each edge.
 */
export interface CropInput {
  /**
   * From the left.
   */
  left?: number;
  /**
   * From the top.
   */
  top?: number;
  /**
   * From the right.
   */
  right?: number;
  /**
   * From the bottom.
   */
  bottom?: number;
}
/**
 * A box an item is fitted into.
 */
export interface BoundsInput {
  /**
   * How it is fitted.
   */
  mode: "stretch" | "contain" | "cover" | "width" | "height" | "max_only";
  /**
   * Width of the box in canvas pixels.
   */
  width: number;
  /**
   * Height of the box in canvas pixels.
   */
  height: number;
  /**
   * A point of a rectangle.
   */
  alignment?:
    "top_left" | "top" | "top_right" | "left" | "center" | "right" | "bottom_left" | "bottom" | "bottom_right";
  /**
   * What sticks out of the box is shown too, not cut off.
   */
  overflow?: boolean;
}
/**
 * A line around an item, outside of its rectangle.
 */
export interface BorderInput {
  /**
   * How wide it is, canvas pixels.
   */
  width?: number;
  /**
   * Its colour.
   */
  color?: string;
}
/**
 * A shadow of an item's rectangle, below it.
 */
export interface ShadowInput {
  /**
   * How far it lies to the right, canvas pixels, along the item's own edges.
   */
  x?: number;
  /**
   * How far it lies downwards.
   */
  y?: number;
  /**
   * How far its edge spreads, canvas pixels: 0 is hard.
   */
  blur?: number;
  /**
   * Its colour; how dark it is, is its alpha.
   */
  color?: string;
}
/**
 * One step on a picture. Filters of a list are done in order, each on what the one before it made.
 */
export interface FilterInput {
  /**
   * Unique in its list.
   */
  id?: string;
  /**
   * Name for people; the kind's when empty.
   */
  name?: string;
  /**
   * Which kind it is: `chroma_key`, `color_correction`, `blur`, …
   */
  kind?: string;
  /**
   * Whether it is done.
   */
  enabled?: boolean;
  /**
   * The kind's own settings.
   */
  settings?: Settings;
}
/**
 * How an item appears when it is shown, or disappears when it is hidden.
 */
export interface ItemTransitionInput {
  /**
   * Which kind of transition it is: `fade`, `slide`, `wipe`, …
   */
  kind?: string;
  /**
   * How long it takes, ms.
   */
  duration_ms?: number;
  /**
   * The kind's own settings.
   */
  settings?: Settings;
}
/**
 * Values of an item that change over time.
 */
export interface AnimationInput {
  /**
   * Unique in its item.
   */
  id?: string;
  /**
   * Name for people; the id when empty.
   */
  name?: string;
  /**
   * What begins it.
   */
  trigger?: "shown" | "on_air" | "loop" | "command";
  /**
   * How long after that it begins, ms.
   */
  delay_ms?: number;
  /**
   * What holds once its last key has gone by.
   */
  after?: "own" | "stay";
  /**
   * The values, in any order.
   *
   * @maxItems 256
   */
  keys?: KeyInput[];
}
/**
 * A value at a time.
 */
export interface KeyInput {
  /**
   * When, ms after the beginning.
   */
  at_ms?: number;
  /**
   * Which value: `position.x`, `position.y`, `scale.x`, `scale.y`, `rotation_deg`, `opacity`, `corner_radius`, `crop.left`,
   * `crop.top`, `crop.right`, `crop.bottom`, `bounds.width`, `bounds.height`, or `filters.ID.SETTING` of a number among the
   * settings of one of the item's filters.
   */
  property?: string;
  /**
   * How much, in the unit of that value.
   */
  value?: number;
  /**
   * How a movement begins and ends.
   */
  easing?: "linear" | "ease_in" | "ease_out" | "ease_in_out" | "back" | "bounce" | "hold" | "bezier";
  /**
   * The curve of `bezier`: x and y of its two handles, 0 to 1 in x.
   *
   * @minItems 4
   * @maxItems 4
   */
  bezier?: [number, number, number, number] | null;
}
/**
 * Something that can be seen or heard.
 */
export interface SourceInput {
  /**
   * Unique among sources.
   */
  id?: string;
  /**
   * Name for people; the id when empty.
   */
  name?: string;
  /**
   * Colour of its label: `#rrggbb`, or empty for none.
   */
  color?: string;
  /**
   * A note for oneself.
   */
  notes?: string;
  /**
   * Which kind it is: `screen`, `media`, `image`, `text`, …
   */
  kind?: string;
  /**
   * The kind's own settings.
   */
  settings?: Settings;
  audio?: SourceAudioInput;
  /**
   * What is done to its picture wherever it is shown, in order.
   *
   * @maxItems 32
   */
  filters?: FilterInput[];
}
/**
 * How it is mixed.
 */
export interface SourceAudioInput {
  /**
   * Gain in dB.
   */
  volume_db?: number;
  /**
   * Not heard.
   */
  muted?: boolean;
  /**
   * -1 left, 0 middle, 1 right.
   */
  balance?: number;
  /**
   * Later (positive) or earlier, in milliseconds.
   */
  sync_offset_ms?: number;
  /**
   * Ids of the audio tracks it is in; all of them when absent.
   *
   * @maxItems 8
   */
  tracks?: string[] | null;
  /**
   * Its gain in single tracks, dB, besides its own: track id to gain; 0 where absent.
   */
  track_gains_db?: {
    [k: string]: number;
  };
}
/**
 * A point in canvas pixels.
 */
export interface PointInput1 {
  /**
   * To the right.
   */
  x?: number;
  /**
   * Downwards.
   */
  y?: number;
}
/**
 * A factor for each direction.
 */
export interface ScaleInput1 {
  /**
   * Horizontal factor.
   */
  x?: number;
  /**
   * Vertical factor.
   */
  y?: number;
}
/**
 * Pixels of the source cut off at each edge.
 */
export interface CropInput1 {
  /**
   * From the left.
   */
  left?: number;
  /**
   * From the top.
   */
  top?: number;
  /**
   * From the right.
   */
  right?: number;
  /**
   * From the bottom.
   */
  bottom?: number;
}
/**
 * How a source is mixed.
 */
export interface SourceAudioInput1 {
  /**
   * Gain in dB.
   */
  volume_db?: number;
  /**
   * Not heard.
   */
  muted?: boolean;
  /**
   * -1 left, 0 middle, 1 right.
   */
  balance?: number;
  /**
   * Later (positive) or earlier, in milliseconds.
   */
  sync_offset_ms?: number;
  /**
   * Ids of the audio tracks it is in; all of them when absent.
   *
   * @maxItems 8
   */
  tracks?: string[] | null;
  /**
   * Its gain in single tracks, dB, besides its own: track id to gain; 0 where absent.
   */
  track_gains_db?: {
    [k: string]: number;
  };
}
/**
 * What a page says on `/api/ui`.
 */
export interface UiWish {
  /**
   * Whether it wants the meters.
   */
  meters?: boolean | null;
  /**
   * Whether it wants to be told only what changed in the document (`change`) instead of all of it (`project`) each time.
   */
  changes?: boolean | null;
  /**
   * Whether nobody can see it: then it hears of what happened and of what is on show as ever, and of the counters every
   * three seconds. Shown again it gets the state at once.
   */
  hidden?: boolean | null;
}
/**
 * What a page says on `/api/pictures`.
 */
export interface PicturesWish {
  /**
   * Replaces all wishes of this socket.
   */
  want?: Want[] | null;
  /**
   * The wish whose picture was drawn.
   */
  ack?: number | null;
}
/**
 * One wish for pictures.
 */
export interface Want {
  /**
   * Names it in the pictures and in `ack`.
   */
  id: number;
  /**
   * `program`, `program:CANVAS`, `preview`, `scene:ID` or `source:ID`.
   */
  target: string;
  /**
   * Pixels at most.
   */
  width: number;
  /**
   * Pixels at most.
   */
  height: number;
  /**
   * Pictures a second at most, 1 to 60.
   */
  fps?: number;
}
