// What stands behind the generated types where the schema says only "an object": settings of a kind, and the part of a thing
// that a command changes.
import type { Canvas, Encoder, Recording, SceneItem } from "./generated";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
/** The settings of a source or destination: their kind's own schema says what they are. */
export type Settings = { [key: string]: Json };

type Deep<T> = T extends (infer U)[] ? U[] : T extends object ? { [K in keyof T]?: Deep<T[K]> } : T;
/** The changed fields of an item; what is not named stays. Filters have commands of their own. */
export type ItemChanges = Deep<Omit<SceneItem, "id" | "source" | "scene" | "filters" | "parent" | Whole>> & { [K in Whole]?: Plain<SceneItem[K]> };
/** The same as data alone. */
type Plain<T> = T extends (infer U)[] ? Plain<U>[] : T extends Settings ? T : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;
/** Fields with settings of a kind inside, which are given as they are. */
type Whole = "members" | "show" | "hide" | "animations";
export type EncoderChanges = Deep<Omit<Encoder, "id">>;
export type RecordingChanges = Partial<Recording>;
export type CanvasChanges = Partial<Omit<Canvas, "id" | "scene">>;
