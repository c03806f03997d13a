/* The items of a scene as the canvas editor sees them: place, size of what they show, name, whether they can be grabbed. Pure. */

import type { Project, Scene, SceneItem, SourceState } from "../../api/types";
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
}

export function placeOf(i: SceneItem): Placement {
  const { position, alignment, scale, rotation_deg, crop, bounds, flip_x, flip_y } = i;
  return { position, alignment, scale, rotation_deg, crop, bounds, flip_x, flip_y };
}

/** Size of what an item shows: a nested scene has the canvas' size. */
export function sizeOf(i: SceneItem, sources: readonly SourceState[], canvas: Size): Size | null {
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
    const kind = i.scene ? "scene" : project.sources.find((s) => s.id === i.source)?.kind ?? "";
    if (silent.has(kind)) return [];
    return [{
      id: i.id, name: itemName(i, project), kind, source: i.source, place: placeOf(i), size: sizeOf(i, sources, canvas),
      visible: i.visible, locked: i.locked ?? false,
    }];
  });
}

export function boxOf(i: EditItem): Box | null {
  return box(i.place, i.size);
}

/** Items that can be grabbed at a point, the topmost first. */
export function hits(items: readonly EditItem[], at: Point, slack: number): EditItem[] {
  return items.filter((i) => {
    const b = i.visible && !i.locked ? boxOf(i) : null;
    return b !== null && contains(b, at, slack);
  }).reverse();
}

/** Items that a rubber band touches. */
export function touched(items: readonly EditItem[], band: Rect): EditItem[] {
  return items.filter((i) => {
    const b = i.visible && !i.locked ? boxOf(i) : null;
    return b !== null && overlaps(extent(b), band);
  });
}
