/* Where an item lies on a canvas that follows the main one: the same arithmetic as the engine's crates/engine/src/following.rs,
   in the pixels of that canvas. Pure. */

import type { FollowRule, ItemPlace, SceneItem } from "../api/types";
import type { Bounds, Placement, Point, Size } from "../monitor/editor/geometry";

/** From the main canvas to another one: the same factor both ways, then a shift. */
export interface Over { scale: number; x: number; y: number }

export function over(rule: FollowRule, main: Size, to: Size): Over {
  const [sx, sy] = [to.width / Math.max(1, main.width), to.height / Math.max(1, main.height)];
  const scale = rule === "fill" ? Math.max(sx, sy) : Math.min(sx, sy);
  return { scale, x: (to.width - main.width * scale) / 2, y: (to.height - main.height * scale) / 2 };
}

export interface Lying { place: Placement; visible: boolean; own: boolean }

/** Where an item lies: as the rule has it, but for what its own place says. */
export function lying(item: SceneItem, own: ItemPlace | undefined, rule: FollowRule, main: Size, to: Size): Lying {
  const by = over(own?.rule ?? rule, main, to);
  const point = (p: Point): Point => ({ x: p.x * by.scale + by.x, y: p.y * by.scale + by.y });
  const boxed = (b: Bounds): Bounds => ({ ...b, width: b.width * by.scale, height: b.height * by.scale });
  const bounds = own?.bounds ?? (own?.scale || !item.bounds ? null : boxed(item.bounds as Bounds));
  return {
    place: {
      position: own?.position ?? point(item.position),
      alignment: own?.alignment ?? item.alignment,
      scale: own?.scale ?? { x: item.scale.x * by.scale, y: item.scale.y * by.scale },
      rotation_deg: own?.rotation_deg ?? item.rotation_deg,
      crop: own?.crop ?? item.crop,
      bounds: bounds as Bounds | null,
      flip_x: item.flip_x,
      flip_y: item.flip_y,
    },
    visible: own?.visible ?? item.visible,
    own: own !== undefined,
  };
}

/** The same item `by` times as large about the point that lies at its position. */
export function grown(place: Placement, by: number): { bounds: Bounds } | { scale: Point } {
  const round = (v: number): number => Math.round(v * 1000) / 1000;
  if (place.bounds) {
    const { width, height } = place.bounds;
    return { bounds: { ...place.bounds, width: round(Math.max(1, width * by)), height: round(Math.max(1, height * by)) } };
  }
  return { scale: { x: round(place.scale.x * by), y: round(place.scale.y * by) } };
}
