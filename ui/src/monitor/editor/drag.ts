/* A drag on the canvas from its beginning: what it does to the items for a pointer position and held keys, what it snaps to
   and what to show for it. Pure: every answer is made from the items as they were when the drag began. */

import {
  applied, crop, extentOf, handleAt, knobAngle, move, resize, resizeRect, scaleAbout, turnAbout, turnTo, type Change, type Handle,
} from "./change";
import { box, centre, extent, toCanvas, tidy, turn, upright, type Placement, type Point, type Rect, type Size } from "./geometry";
import { distances, guides, lines, snapEdges, snapMove, type Distance, type Guide, type Hit, type Other } from "./snap";

export interface Grabbed { id: string; place: Placement; size: Size | null }
export type DragKind = "move" | "resize" | "crop" | "turn";

export interface Drag {
  kind: DragKind;
  from: Point;
  items: readonly Grabbed[];
  handle: Handle;
  /** Rectangle around all items, as it was. */
  around: Rect;
}

export interface Held { shift: boolean; ctrl: boolean; alt: boolean }

export interface Surroundings {
  canvas: Size;
  others: readonly Other[];
  safe: boolean;
  snap: boolean;
  /** How near a line has to be, canvas pixels. */
  reach: number;
}

export interface Outcome {
  changes: Map<string, Change>;
  guides: Guide[];
  distances: Distance[];
  hits: Hit[];
  /** What the tag at the item says. */
  tag: { size: Size } | { deg: number } | { at: Point } | { crop: [number, number, number, number] };
}

export function begin(kind: DragKind, from: Point, items: readonly Grabbed[], handle: Handle = { x: 0, y: 0 }): Drag | null {
  const around = extentOf(items);
  return around ? { kind, from, items, handle, around } : null;
}

export function dragTo(d: Drag, to: Point, held: Held, env: Surroundings): Outcome {
  if (d.kind === "move") return moved(d, to, held, env);
  if (d.kind === "turn") return turned(d, to, held);
  const only = d.items.length === 1 ? d.items[0] : undefined;
  if (d.kind === "crop" && only) return cropped(d, only, to);
  return only ? resized(d, only, to, held, env) : scaledAll(d, to, held, env);
}

function shifted(r: Rect, by: Point): Rect {
  return { left: r.left + by.x, right: r.right + by.x, top: r.top + by.y, bottom: r.bottom + by.y };
}

function moved(d: Drag, to: Point, held: Held, env: Surroundings): Outcome {
  let by = { x: Math.round(to.x - d.from.x), y: Math.round(to.y - d.from.y) };
  // Shift keeps to one direction.
  if (held.shift) by = Math.abs(by.x) >= Math.abs(by.y) ? { x: by.x, y: 0 } : { x: 0, y: by.y };
  let hits: Hit[] = [];
  if (env.snap && !held.ctrl) {
    const s = snapMove(shifted(d.around, by), lines(env.canvas, env.others, env.safe), env.others, env.reach);
    hits = held.shift ? s.hits.filter((h) => (h.axis === "x" ? by.x : by.y) !== 0) : s.hits;
    for (const h of hits) by[h.axis] += h.by;
  }
  const r = shifted(d.around, by);
  const changes = new Map(d.items.map((i) => [i.id, move(i.place, by)] as const));
  return {
    changes, hits, guides: guides(r, hits), distances: distances(r, env.others, env.canvas),
    tag: { at: { x: tidy(r.left), y: tidy(r.top) } },
  };
}

function resized(d: Drag, item: Grabbed, to: Point, held: Held, env: Surroundings): Outcome {
  const o = { keep: !held.shift, middle: held.alt };
  let change = resize(item.place, item.size, d.handle, to, o);
  let hits: Hit[] = [];
  const now = box(applied(item.place, change), item.size);
  if (now && env.snap && !held.ctrl && upright(item.place.rotation_deg)) {
    // Which sides of the canvas rectangle this handle moves.
    const way = turn(d.handle, item.place.rotation_deg);
    const s = snapEdges(extent(now), Math.round(way.x), Math.round(way.y), lines(env.canvas, env.others, env.safe), env.reach);
    hits = s.hits;
    if (o.keep && hits.length > 1) hits = [hits.reduce((a, b) => (Math.abs(b.by) < Math.abs(a.by) ? b : a))];
    if (hits.length) {
      const corner = toCanvas(now, handleAt(now, d.handle));
      const target = { ...corner };
      for (const h of hits) target[h.axis] += h.by;
      const swapped = Math.round(item.place.rotation_deg / 90) % 2 !== 0;
      const axis = hits[0]?.axis ?? "x";
      change = resize(item.place, item.size, d.handle, target, { ...o, lead: swapped ? (axis === "x" ? "y" : "x") : axis });
    }
  }
  const after = box(applied(item.place, change), item.size);
  const r = after ? extent(after) : d.around;
  const size = after ? { width: Math.round(after.right - after.left), height: Math.round(after.bottom - after.top) } : { width: 0, height: 0 };
  return { changes: new Map([[item.id, change]]), hits, guides: guides(r, hits), distances: [], tag: { size } };
}

function cropped(d: Drag, item: Grabbed, to: Point): Outcome {
  const change = item.size ? crop(item.place, item.size, d.handle, to) : {};
  const c = change.crop ?? item.place.crop;
  return { changes: new Map([[item.id, change]]), hits: [], guides: [], distances: [], tag: { crop: [c.left, c.top, c.right, c.bottom] } };
}

function scaledAll(d: Drag, to: Point, held: Held, env: Surroundings): Outcome {
  const o = { keep: true, middle: held.alt };
  let r = resizeRect(d.around, d.handle, to, o);
  let hits: Hit[] = [];
  if (env.snap && !held.ctrl) {
    const s = snapEdges(r, d.handle.x, d.handle.y, lines(env.canvas, env.others, env.safe), env.reach);
    const best = s.hits.reduce<Hit | null>((a, b) => (!a || Math.abs(b.by) < Math.abs(a.by) ? b : a), null);
    if (best) {
      hits = [best];
      const target = handleAt(r, d.handle);
      target[best.axis] += best.by;
      r = resizeRect(d.around, d.handle, target, { ...o, lead: best.axis });
    }
  }
  const k = (r.right - r.left) / (d.around.right - d.around.left);
  const still = held.alt ? handleAt(d.around, { x: 0, y: 0 }) : handleAt(d.around, { x: -d.handle.x as Handle["x"], y: -d.handle.y as Handle["y"] });
  return {
    changes: new Map(d.items.map((i) => [i.id, scaleAbout(i.place, still, k)] as const)), hits, guides: guides(r, hits), distances: [],
    tag: { size: { width: Math.round(r.right - r.left), height: Math.round(r.bottom - r.top) } },
  };
}

function turned(d: Drag, to: Point, held: Held): Outcome {
  const snap = held.shift ? "steps" : held.ctrl ? "free" : "quarters";
  const only = d.items.length === 1 ? d.items[0] : undefined;
  const b = only && box(only.place, only.size);
  const about = b ? centre(b) : handleAt(d.around, { x: 0, y: 0 });
  const deg = knobAngle(about, d.from, to, only?.place.rotation_deg ?? 0, snap);
  const changes = new Map(d.items.map((i) => [i.id, only ? turnTo(i.place, i.size, deg) : turnAbout(i.place, about, deg)] as const));
  return { changes, hits: [], guides: [], distances: [], tag: { deg } };
}
