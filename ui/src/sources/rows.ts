// The items of a scene as the rows of a tree: the top of the picture is the top of the list, a nested scene may be opened and
// shows its own items under it. Pure.
import type { Scene, SceneItem } from "../api/types";

export interface Row {
  item: SceneItem;
  /** The scene the item is in. */
  scene: string;
  depth: number;
  /** Of a nested scene: open or closed. */
  open: boolean | null;
  /** Place in its scene's document order. */
  index: number;
  /** Unique in the list: the way to it. */
  key: string;
}

const DEEPEST = 8;

/** `open` holds the keys of the nested scenes that are open. A scene inside itself is not followed. */
export function rowsOf(scene: Scene, find: (id: string) => Scene | undefined, open: ReadonlySet<string>, trail: readonly string[] = [], prefix = ""): Row[] {
  const rows: Row[] = [];
  for (let index = scene.items.length - 1; index >= 0; index -= 1) {
    const item = scene.items[index];
    if (!item) continue;
    const key = `${prefix}${item.id}`;
    const inner = item.scene && trail.length < DEEPEST && !trail.includes(item.scene) && item.scene !== scene.id ? find(item.scene) : undefined;
    const isOpen = inner ? open.has(key) : null;
    rows.push({ item, scene: scene.id, depth: trail.length, open: isOpen, index, key });
    if (inner && isOpen) rows.push(...rowsOf(inner, find, open, [...trail, scene.id], `${key}/`));
  }
  return rows;
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
