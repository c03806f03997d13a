// Everything the engine sends and takes, in one place to import from.
import type { Json, Project, Settings } from "./project";
import type { Event, Meters, Snapshot } from "./snapshot";

export type * from "./commands";
export type * from "./project";
export type * from "./snapshot";

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

/** A kind of source or destination. */
export interface Kind {
  id: string;
  name: string;
  summary: string;
  schema: Schema;
  defaults: Settings;
  icon?: string;
  video?: boolean;
  audio?: boolean;
  /** Of a destination: the beginnings an address may have. */
  schemes?: string[];
}
export interface Kinds {
  sources: Kind[];
  destinations: Kind[];
}

export interface DeviceUse {
  /** Ready for add_source. */
  kind: string;
  settings: Settings;
}
export interface Camera extends DeviceUse {
  id: string;
  name: string;
  formats?: { width: number; height: number; fps: number[]; pixel?: string }[];
}
export interface Microphone extends DeviceUse {
  id: string;
  name: string;
  default: boolean;
  /** What the computer plays, not a microphone. */
  monitor: boolean;
}
export interface Screen extends DeviceUse {
  id: string;
  name: string;
  width: number;
  height: number;
  x: number;
  y: number;
}
export interface Devices {
  cameras: Camera[];
  microphones: Microphone[];
  screens: Screen[];
}

export interface Finding {
  level: "pass" | "warn" | "fail";
  subject: string;
  message: string;
  remedy?: string | null;
}

export interface ProjectEntry {
  path: string;
  name: string;
  modified_s: number;
}
export interface Projects {
  current: string;
  recent: ProjectEntry[];
}
export interface HistoryEntry {
  id: string;
  at_s: number;
  size: number;
}

/** One encoder of GET /api/encoders. */
export interface EncoderInfo {
  id: string;
  name: string;
  codec: string;
  hardware: boolean;
  available: boolean;
  /** Why it can't be used here. */
  reason: string | null;
  /** The one `auto` takes. */
  recommended: boolean;
}

export interface ProjectMessage {
  revision: number;
  project: Project;
  /** JSON pointers of secrets that are set; their values are "". */
  secrets: string[];
  undo: string | null;
  redo: string | null;
  saved: boolean;
  path: string;
}

/** What the WebSocket /api/ui sends. */
export type ServerMessage =
  | { type: "hello"; version: string; generation: number; platform: string; can: string[] }
  | ({ type: "project" } & ProjectMessage)
  | { type: "state"; state: Snapshot }
  | { type: "events"; events: Event[] }
  | ({ type: "meters" } & Meters);
