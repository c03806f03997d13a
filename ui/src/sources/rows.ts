// The items of a scene as the rows of a tree: the top of the picture is the top of the list. A group shows what it holds under
// it, a layout its members in the order of their places, and a nested scene may be opened. Pure.
import type { Scene, SceneItem } from "../api/types";

export interface Row {
  item: SceneItem;
  /** The scene the item is in. */
  scene: string;
  depth: number;
  /** Of a group, a layout or a nested scene: open or closed. */
  open: boolean | null;
  /** Place in its scene's document order. */
  index: number;
  /** Unique in the list: the way to it. */
  key: string;
}

const DEEPEST = 24;

/** `folded` holds the keys of rows that are not as they begin: groups begin open, nested scenes closed. A scene inside itself is
    not followed. */
export function rowsOf(scene: Scene, find: (id: string) => Scene | undefined, folded: ReadonlySet<string>, trail: readonly string[] = [], prefix = "", depth = 0): Row[] {
  return level(scene, "", find, folded, trail, prefix, depth);
}

function level(scene: Scene, parent: string, find: (id: string) => Scene | undefined, folded: ReadonlySet<string>, trail: readonly string[], prefix: string, depth: number): Row[] {
  if (depth > DEEPEST) return [];
  const rows: Row[] = [];
  for (const item of membersOf(scene, parent)) {
    const key = `${prefix}${item.id}`;
    const index = scene.items.indexOf(item);
    const inner = item.scene && !trail.includes(item.scene) && item.scene !== scene.id ? find(item.scene) : undefined;
    const open = item.members ? !folded.has(key) : inner ? folded.has(key) : null;
    rows.push({ item, scene: scene.id, depth, open, index, key });
    if (!open) continue;
    if (item.members) rows.push(...level(scene, item.id, find, folded, trail, prefix, depth + 1));
    else if (inner) rows.push(...rowsOf(inner, find, folded, [...trail, scene.id], `${key}/`, depth + 1));
  }
  return rows;
}

/** What a group or layout holds (the scene itself when empty), as it is listed: a layout's first place first, else the topmost. */
export function membersOf(scene: Scene, parent: string): SceneItem[] {
  const held = scene.items.filter((i) => (i.parent ?? "") === parent);
  return placesByRule(scene, parent) ? held : held.reverse();
}

function placesByRule(scene: Scene, holder: string): boolean {
  return Boolean(scene.items.find((i) => i.id === holder)?.members?.layout);
}

/** The items and all that holds them, or that they hold. */
export function withHeld(scene: Scene, ids: readonly string[]): SceneItem[] {
  const all = new Set(ids);
  for (let more = true; more; ) {
    more = false;
    for (const i of scene.items) {
      if (i.parent && all.has(i.parent) && !all.has(i.id)) {
        all.add(i.id);
        more = true;
      }
    }
  }
  return scene.items.filter((i) => all.has(i.id));
}

export type Side = "above" | "below" | "into";

/** Where a row lands that is dropped at another: what holds it then, and its place in the scene's list. Nothing when it would be
    in itself. */
export function landing(scene: Scene, item: SceneItem, over: SceneItem, side: Side): { parent: string; index: number } | null {
  const rest = scene.items.filter((i) => i.id !== item.id);
  const into = side === "into" && Boolean(over.members);
  const parent = into ? over.id : (over.parent ?? "");
  if (over.id === item.id || withHeld(scene, [item.id]).some((i) => i.id === parent)) return null;
  if (into) return { parent, index: rest.length };
  const later = placesByRule(scene, parent) ? side === "below" : side === "above";
  return { parent, index: rest.indexOf(over) + (later ? 1 : 0) };
}

/** The place in the scene's list that takes an item one step up or down in the list as shown; nothing at its end. */
export function stepped(scene: Scene, item: SceneItem, up: boolean): number | null {
  const mates = membersOf(scene, item.parent ?? "");
  const next = mates[mates.indexOf(item) + (up ? -1 : 1)];
  return next ? scene.items.indexOf(next) : null;
}

/** The ids picked by a click: one, one more (Ctrl), or all from the last to this (Shift). */
export function picked(ids: readonly string[], now: readonly string[], last: string | null, id: string, held: { ctrl: boolean; shift: boolean }): string[] {
  if (held.shift && last && ids.includes(last)) {
    const [a, b] = [ids.indexOf(last), ids.indexOf(id)].sort((x, y) => x - y) as [number, number];
    return ids.slice(a, b + 1);
  }
  if (held.ctrl) return now.includes(id) ? now.filter((one) => one !== id) : [...now, id];
  return [id];
}
