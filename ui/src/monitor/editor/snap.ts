/* Snapping: which lines of the canvas and of other items a dragged rectangle comes near, what it has to move by to lie on
   them, and the guides and distances to show. Pure; all in canvas pixels. */

import type { Rect, Size } from "./geometry";

export type Axis = "x" | "y";
/** The part of the dragged rectangle that snaps. */
export type Part = "start" | "middle" | "end";

/** A line something can snap to. */
export interface Line {
  axis: Axis;
  at: number;
  what: "canvas-edge" | "canvas-middle" | "safe-area" | "item-edge" | "item-middle" | "gap";
  /** The other item, for its name. */
  item?: string;
  /** Where the other thing lies across the line, for the length of the guide. */
  from: number;
  to: number;
}

export interface Hit { axis: Axis; part: Part; line: Line; by: number }

/** A guide line on the canvas. */
export interface Guide { axis: Axis; at: number; from: number; to: number }
/** A measured distance: a line with a number. */
export interface Distance { axis: Axis; from: number; to: number; across: number; value: number }

export interface Other { id: string; rect: Rect }

/** Part of the canvas kept free at each edge: EBU R 95 graphics (5 %) and action (3.5 %) safe areas. */
export const SAFE_AREAS = [0.05, 0.035] as const;

/** The lines of a canvas and of the items on it. */
export function lines(canvas: Size, others: readonly Other[], safe: boolean): Line[] {
  const { width, height } = canvas;
  const out: Line[] = [];
  const x = (at: number, what: Line["what"]): void => void out.push({ axis: "x", at, what, from: 0, to: height });
  const y = (at: number, what: Line["what"]): void => void out.push({ axis: "y", at, what, from: 0, to: width });
  x(0, "canvas-edge"); x(width, "canvas-edge"); x(width / 2, "canvas-middle");
  y(0, "canvas-edge"); y(height, "canvas-edge"); y(height / 2, "canvas-middle");
  if (safe) {
    for (const part of SAFE_AREAS) {
      x(width * part, "safe-area"); x(width * (1 - part), "safe-area");
      y(height * part, "safe-area"); y(height * (1 - part), "safe-area");
    }
  }
  for (const { id, rect: r } of others) {
    const across = { from: r.top, to: r.bottom };
    const along = { from: r.left, to: r.right };
    out.push(
      { axis: "x", at: r.left, what: "item-edge", item: id, ...across }, { axis: "x", at: r.right, what: "item-edge", item: id, ...across },
      { axis: "x", at: (r.left + r.right) / 2, what: "item-middle", item: id, ...across },
      { axis: "y", at: r.top, what: "item-edge", item: id, ...along }, { axis: "y", at: r.bottom, what: "item-edge", item: id, ...along },
      { axis: "y", at: (r.top + r.bottom) / 2, what: "item-middle", item: id, ...along },
    );
  }
  return out;
}

function partAt(r: Rect, axis: Axis, part: Part): number {
  const [lo, hi] = axis === "x" ? [r.left, r.right] : [r.top, r.bottom];
  return part === "start" ? lo : part === "end" ? hi : (lo + hi) / 2;
}

/** The nearest line within `reach` for the given parts of the rectangle, or nothing. Middles meet middles only. */
export function nearest(r: Rect, axis: Axis, parts: readonly Part[], all: readonly Line[], reach: number): Hit | null {
  let best: Hit | null = null;
  for (const line of all) {
    if (line.axis !== axis) continue;
    const middle = line.what === "canvas-middle" || line.what === "item-middle";
    for (const part of parts) {
      if (line.what !== "gap" && middle !== (part === "middle")) continue;
      const by = line.at - partAt(r, axis, part);
      if (Math.abs(by) <= reach && (!best || Math.abs(by) < Math.abs(best.by) - 1e-6)) best = { axis, part, line, by };
    }
  }
  return best;
}

/** Lines at which the gaps to the nearest neighbours on both sides are the same. */
export function gapLines(r: Rect, others: readonly Other[], axis: Axis): Line[] {
  const [lo, hi] = axis === "x" ? (["left", "right"] as const) : (["top", "bottom"] as const);
  const [clo, chi] = axis === "x" ? (["top", "bottom"] as const) : (["left", "right"] as const);
  const beside = others.filter((o) => o.rect[clo] < r[chi] && r[clo] < o.rect[chi]);
  const mid = (r[lo] + r[hi]) / 2;
  let before: Other | undefined;
  let after: Other | undefined;
  for (const o of beside) {
    const om = (o.rect[lo] + o.rect[hi]) / 2;
    if (om <= mid && (!before || o.rect[hi] > before.rect[hi])) before = o;
    if (om > mid && (!after || o.rect[lo] < after.rect[lo])) after = o;
  }
  if (!before || !after || after.rect[lo] - before.rect[hi] < r[hi] - r[lo]) return [];
  const at = (before.rect[hi] + after.rect[lo]) / 2;
  return [{ axis, at, what: "gap", from: r[clo], to: r[chi] }];
}

export interface Snapped { dx: number; dy: number; hits: Hit[] }

/** How far a moved rectangle has to go to lie on the nearest lines. */
export function snapMove(r: Rect, all: readonly Line[], others: readonly Other[], reach: number): Snapped {
  const parts: Part[] = ["start", "end", "middle"];
  const pick = (axis: Axis): Hit | null => {
    const line = nearest(r, axis, parts, all, reach);
    const gap = nearest(r, axis, ["middle"], gapLines(r, others, axis), reach);
    return gap && (!line || Math.abs(gap.by) < Math.abs(line.by)) ? gap : line;
  };
  const x = pick("x");
  const y = pick("y");
  return { dx: x?.by ?? 0, dy: y?.by ?? 0, hits: [x, y].filter((h): h is Hit => h !== null) };
}

/** How far the dragged edges of a rectangle have to go. `sx`, `sy`: which edges move (−1, 0, 1). */
export function snapEdges(r: Rect, sx: number, sy: number, all: readonly Line[], reach: number): Snapped {
  const x = sx ? nearest(r, "x", [sx < 0 ? "start" : "end"], all, reach) : null;
  const y = sy ? nearest(r, "y", [sy < 0 ? "start" : "end"], all, reach) : null;
  return { dx: x?.by ?? 0, dy: y?.by ?? 0, hits: [x, y].filter((h): h is Hit => h !== null) };
}

/** The guides for what was snapped to: as long as both things together. */
export function guides(r: Rect, hits: readonly Hit[]): Guide[] {
  return hits.filter((h) => h.line.what !== "gap").map(({ axis, line }) => {
    const [lo, hi] = axis === "x" ? [r.top, r.bottom] : [r.left, r.right];
    return { axis, at: line.at, from: Math.min(line.from, lo), to: Math.max(line.to, hi) };
  });
}

/** Distances from the rectangle to its nearest neighbour, else to the edge of the canvas, on each side. */
export function distances(r: Rect, others: readonly Other[], canvas: Size, farthest = 0.34): Distance[] {
  const out: Distance[] = [];
  const side = (axis: Axis, forward: boolean): void => {
    const [lo, hi] = axis === "x" ? (["left", "right"] as const) : (["top", "bottom"] as const);
    const [clo, chi] = axis === "x" ? (["top", "bottom"] as const) : (["left", "right"] as const);
    const length = axis === "x" ? canvas.width : canvas.height;
    const mine = forward ? r[hi] : r[lo];
    let theirs = forward ? length : 0;
    let across = (r[clo] + r[chi]) / 2;
    for (const { rect: o } of others) {
      if (o[clo] >= r[chi] || o[chi] <= r[clo]) continue;
      const edge = forward ? o[lo] : o[hi];
      if (forward ? edge >= mine && edge < theirs : edge <= mine && edge > theirs) {
        theirs = edge;
        across = (Math.max(o[clo], r[clo]) + Math.min(o[chi], r[chi])) / 2;
      }
    }
    const value = Math.round(forward ? theirs - mine : mine - theirs);
    if (value > 0 && value <= length * farthest) out.push({ axis, from: Math.min(mine, theirs), to: Math.max(mine, theirs), across, value });
  };
  side("x", false); side("x", true); side("y", false); side("y", true);
  return out;
}
