// Everything the engine sends and takes, in one place to import from, under the names this page uses. The types themselves
// are generated from the engine's own (generated.ts); only what the engine's schema leaves open is written here.
import type { Device } from "./generated";
import type { Json, Settings } from "./values";

export type {
  Alignment,
  AudioTrack,
  Availability as EncoderInfo,
  Bounds,
  Canvas,
  CanvasState,
  Captions,
  ChangeMessage,
  Command,
  Destination,
  DestinationState as Lamp,
  DestinationView as DestinationState,
  DocumentMessage as ProjectMessage,
  Encoder,
  EncoderState,
  Event,
  Filter,
  Animation,
  Ease,
  Finding,
  ItemTransition,
  Key as AnimationKey,
  Layout,
  Members,
  FollowRule,
  ItemPlace,
  Level,
  LineFigures,
  MetersMessage as Meters,
  Plan,
  Project,
  Projects,
  QuickTransition,
  Recent as ProjectEntry,
  Recording,
  RecordingStatus as RecordingState,
  Scene,
  SceneItem,
  Snapshot,
  Source,
  SourceAudio,
  SourceView as SourceState,
  UiMessage as ServerMessage,
  Version as HistoryEntry,
} from "./generated";
export type { ItemChanges, Json, Settings } from "./values";

import type * as made from "./generated";

/** A JSON Schema as the engine writes it (schemars): what SchemaForm draws. */
export interface Schema {
  $ref?: string;
  $defs?: { [name: string]: Schema };
  type?: string | string[];
  title?: string;
  description?: string;
  properties?: { [name: string]: Schema };
  required?: string[];
  items?: Schema;
  enum?: Json[];
  const?: Json;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
  default?: Json;
  minimum?: number;
  maximum?: number;
  multipleOf?: number;
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  additionalProperties?: boolean | Schema;
  /** Ours: `x-ui` and its like, see the form. */
  [extra: `x-${string}`]: Json | undefined;
}

/** One change of the document; what is set may be any JSON. */
export type Change = { at: made.Step[] } & ({ do: "set"; value: unknown } | { do: "remove" } | { do: "splice"; from: number; out: number; put: unknown[] });

/** A kind of source, destination, transition or filter. */
export type Kind = Omit<made.Kind, "schema"> & { schema: Schema };
export interface Kinds {
  sources: Kind[];
  destinations: Kind[];
  transitions: Kind[];
  filters: Kind[];
  layouts: Kind[];
}

// The facts about a device are each kind's own, so the engine's schema leaves them open.
export type DeviceUse = Pick<Device, "kind"> & { settings: Settings };
type Known = DeviceUse & Pick<Device, "id" | "name"> & { detail?: string };
export type Camera = Known & { formats?: { width: number; height: number; fps: number[]; pixel?: string }[] };
/** `monitor`: what the computer plays, not a microphone. */
export type Microphone = Known & { default: boolean; monitor: boolean };
export type Screen = Known & { width: number; height: number; x: number; y: number };
export interface Devices {
  cameras: Camera[];
  microphones: Microphone[];
  screens: Screen[];
}

/** What a command answers: `ok` and, where something was made, its id. */
export interface Result {
  /** Characters that captions have no sign for. */
  missing?: string;
  ok: true;
  scene?: string;
  source?: string;
  item?: string;
  items?: string[];
  destination?: string;
  encoder?: string;
  transition?: string;
  /** A transition put at hand. */
  quick?: string;
  filter?: string;
  /** Of go_live: what began, and what could not with its sentence. */
  started?: string[];
  failed?: { id: string; message: string }[];
  recording_failed?: string;
}
