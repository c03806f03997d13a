/* Lining up several items: edges, middles, equal gaps. Pure. */

import { move, type Change } from "../monitor/editor/change";
import { box, extent, union, type Placement, type Rect, type Size } from "../monitor/editor/geometry";

export interface Thing { id: string; place: Placement; size: Size | null }
export type Edge = "left" | "middle" | "right" | "top" | "centre" | "bottom";

interface Placed { thing: Thing; rect: Rect }

function placed(things: readonly Thing[]): Placed[] {
  return things.flatMap((thing) => {
    const b = box(thing.place, thing.size);
    return b ? [{ thing, rect: extent(b) }] : [];
  });
}

/** Brings one edge or middle of all to the same line: that of the rectangle around them. */
export function lineUp(things: readonly Thing[], edge: Edge): Map<string, Change> {
  const all = placed(things);
  const around = union(all.map((p) => p.rect));
  const out = new Map<string, Change>();
  if (!around) return out;
  for (const { thing, rect: r } of all) {
    const by = {
      left: { x: around.left - r.left, y: 0 }, right: { x: around.right - r.right, y: 0 },
      middle: { x: (around.left + around.right - r.left - r.right) / 2, y: 0 },
      top: { x: 0, y: around.top - r.top }, bottom: { x: 0, y: around.bottom - r.bottom },
      centre: { x: 0, y: (around.top + around.bottom - r.top - r.bottom) / 2 },
    }[edge];
    if (by.x || by.y) out.set(thing.id, move(thing.place, by));
  }
  return out;
}

/** Makes the gaps between neighbours the same; the outermost stay. */
export function spread(things: readonly Thing[], axis: "x" | "y"): Map<string, Change> {
  const [lo, hi] = axis === "x" ? (["left", "right"] as const) : (["top", "bottom"] as const);
  const all = placed(things).sort((a, b) => a.rect[lo] + a.rect[hi] - b.rect[lo] - b.rect[hi]);
  const out = new Map<string, Change>();
  const first = all[0];
  const last = all.at(-1);
  if (!first || !last || all.length < 3) return out;
  const used = all.reduce((sum, p) => sum + p.rect[hi] - p.rect[lo], 0);
  const gap = (last.rect[hi] - first.rect[lo] - used) / (all.length - 1);
  let at = first.rect[hi] + gap;
  for (const { thing, rect } of all.slice(1, -1)) {
    const by = at - rect[lo];
    if (Math.abs(by) > 0.01) out.set(thing.id, move(thing.place, axis === "x" ? { x: by, y: 0 } : { x: 0, y: by }));
    at += rect[hi] - rect[lo] + gap;
  }
  return out;
}
