/* The items of a scene as the canvas editor sees them: place, size of what they show, name, whether they can be grabbed. Pure. */

import type { Project, Scene, SceneItem, SourceState } from "../../api/types";
import { carried, composed, spaceOf, type Space } from "./spaces";
import { box, contains, extent, overlaps, type Box, type Placement, type Point, type Rect, type Size } from "./geometry";

export interface EditItem {
  id: string;
  name: string;
  /** Kind of its source, or `scene`. */
  kind: string;
  source: string | null;
  place: Placement;
  /** Of what it shows; unknown until the source has a picture. */
  size: Size | null;
  visible: boolean;
  locked: boolean;
  /** Of a member of a group: from the group's pixels to the canvas'. Its `place` is already the canvas'. */
  space: Space | null;
  /** The group that holds it. */
  parent: string;
}

export function placeOf(i: SceneItem): Placement {
  const { position, alignment, scale, rotation_deg, crop, bounds, flip_x, flip_y } = i;
  return { position, alignment, scale, rotation_deg, crop, bounds, flip_x, flip_y };
}

/** Size of what an item shows: a nested scene has the canvas' size. */
export function sizeOf(i: SceneItem, sources: readonly SourceState[], canvas: Size): Size | null {
  if (i.members) return { width: i.members.width ?? 1920, height: i.members.height ?? 1080 };
  if (i.scene) return { width: canvas.width, height: canvas.height };
  const s = sources.find((x) => x.id === i.source);
  return s?.width && s.height ? { width: s.width, height: s.height } : null;
}

/** What people call an item: its own label, else its source's or scene's name. */
export function itemName(i: SceneItem, project: Project): string {
  if (i.name) return i.name;
  const named = i.scene ? project.scenes.find((s) => s.id === i.scene) : project.sources.find((s) => s.id === i.source);
  return named?.name || named?.id || i.id;
}

/** All items of a scene, the last on top, as in the document. Sound-only sources have no place and are left out. */
export function itemsOf(scene: Scene, project: Project, sources: readonly SourceState[], canvas: Size, silent: ReadonlySet<string>): EditItem[] {
  return scene.items.flatMap((i) => {
    const space = around(scene, i, canvas);
    if (space === undefined) return [];
    const kind = i.members ? "group" : i.scene ? "scene" : project.sources.find((s) => s.id === i.source)?.kind ?? "";
    if (silent.has(kind)) return [];
    return [{
      id: i.id, name: itemName(i, project), kind, source: i.source, place: space ? carried(placeOf(i), space) : placeOf(i), size: sizeOf(i, sources, canvas),
      visible: holders(scene, i).every((h) => h.visible), locked: holders(scene, i).some((h) => h.locked ?? false), space, parent: i.parent ?? "",
    }];
  });
}

/** The space a member lies in; null for what is in the scene itself, nothing for what a layout places. */
function around(scene: Scene, item: SceneItem, canvas: Size): Space | null | undefined {
  let space: Space | null = null;
  let at = item;
  for (let n = 0; at.parent; n += 1) {
    const holder = scene.items.find((x) => x.id === at.parent);
    if (!holder?.members || holder.members.layout || n > 16) return undefined;
    const own = spaceOf(placeOf(holder), sizeOf(holder, [], canvas));
    if (!own) return undefined;
    space = space ? composed(own, space) : own;
    at = holder;
  }
  return space;
}

/** The item and all that hold it; what hides or locks one of them does so to the item. */
function holders(scene: Scene, i: SceneItem): SceneItem[] {
  const out = [i];
  for (let at = i; at.parent && out.length <= 17; ) {
    const up = scene.items.find((x) => x.id === at.parent);
    if (!up) break;
    out.push(up);
    at = up;
  }
  return out;
}

export function boxOf(i: EditItem): Box | null {
  return box(i.place, i.size);
}

const NOWHERE: ReadonlySet<string> = new Set();

/** Items that can be grabbed at a point, the topmost first. A group is one thing, unless one is `inside` of it. */
export function hits(items: readonly EditItem[], at: Point, slack: number, inside: ReadonlySet<string> = NOWHERE): EditItem[] {
  return items.filter((i) => {
    if (i.parent && !inside.has(i.parent)) return false;
    if (i.kind === "group" && inside.has(i.id)) return false;
    const b = i.visible && !i.locked ? boxOf(i) : null;
    return b !== null && contains(b, at, slack);
  }).reverse();
}

/** Items that a rubber band touches. */
export function touched(items: readonly EditItem[], band: Rect): EditItem[] {
  return items.filter((i) => {
    if (i.parent) return false;
    const b = i.visible && !i.locked ? boxOf(i) : null;
    return b !== null && overlaps(extent(b), band);
  });
}
