/* What a drag makes of an item: the changes to send for a move, a new size, a turn or a crop, so that the point that has to
   stay still on the canvas does. Every function takes the item as it was when the drag began. Pure. */

import {
  add, box, centre, corners, croppedSize, extent, fractions, picturePlace, sub, tidy, toCanvas, toLocal, turn, union, wrapDeg,
  type Box, type Crop, type Placement, type Point, type Rect, type Size,
} from "./geometry";

/** The fields of an item that a drag can change. */
export type Change = Partial<Placement>;

/** Which edges a handle moves: −1 left or top, 1 right or bottom, 0 none. */
export interface Handle { x: -1 | 0 | 1; y: -1 | 0 | 1 }

export const HANDLES: readonly Handle[] = [
  { x: -1, y: -1 }, { x: 0, y: -1 }, { x: 1, y: -1 }, { x: 1, y: 0 },
  { x: 1, y: 1 }, { x: 0, y: 1 }, { x: -1, y: 1 }, { x: -1, y: 0 },
];

/** Smallest side a drag leaves, canvas pixels: smaller can't be grabbed again. */
export const MIN_SIDE = 4;
const MAX_SCALE = 100;

export function move(p: Placement, by: Point): Change {
  return { position: { x: tidy(p.position.x + by.x), y: tidy(p.position.y + by.y) } };
}

/** Where a handle sits in the item's frame. */
export function handleAt(b: Rect, h: Handle): Point {
  return {
    x: h.x < 0 ? b.left : h.x > 0 ? b.right : (b.left + b.right) / 2,
    y: h.y < 0 ? b.top : h.y > 0 ? b.bottom : (b.top + b.bottom) / 2,
  };
}

export interface ResizeOptions {
  /** Keep the shape. */
  keep: boolean;
  /** Grow from the middle instead of the opposite side. */
  middle?: boolean;
  /** Which direction decides the size when the shape is kept; by default the one that changed more. */
  lead?: "x" | "y";
}

/** The rectangle (in the frame of `b`) after its handle `h` was dragged to `to` (in the same frame). */
export function resizeRect(b: Rect, h: Handle, to: Point, o: ResizeOptions): Rect {
  const w = b.right - b.left;
  const hh = b.bottom - b.top;
  const at = handleAt(b, h);
  const times = o.middle ? 2 : 1;
  let nw = Math.max(MIN_SIDE, w + h.x * (to.x - at.x) * times);
  let nh = Math.max(MIN_SIDE, hh + h.y * (to.y - at.y) * times);
  if (o.keep) {
    const kx = nw / w;
    const ky = nh / hh;
    const lead = h.x === 0 ? "y" : h.y === 0 ? "x" : o.lead ?? (Math.abs(kx - 1) * w >= Math.abs(ky - 1) * hh ? "x" : "y");
    const k = Math.max(lead === "x" ? kx : ky, MIN_SIDE / w, MIN_SIDE / hh);
    nw = w * k;
    nh = hh * k;
  }
  const grow = (lo: number, hi: number, size: number, side: number): [number, number] => {
    if (o.middle || side === 0) {
      const mid = (lo + hi) / 2;
      return [mid - size / 2, mid + size / 2];
    }
    return side > 0 ? [lo, lo + size] : [hi - size, hi];
  };
  const [left, right] = grow(b.left, b.right, nw, h.x);
  const [top, bottom] = grow(b.top, b.bottom, nh, h.y);
  return { left, top, right, bottom };
}

/** The position that puts an item of rectangle `r` (in the old frame) there. */
function positionFor(p: Placement, b: Box, r: Rect): Point {
  const [fx, fy] = fractions(p.alignment);
  const at = toCanvas(b, { x: r.left + fx * (r.right - r.left), y: r.top + fy * (r.bottom - r.top) });
  return { x: tidy(at.x), y: tidy(at.y) };
}

const sign = (n: number): number => (n < 0 ? -1 : 1);
const limitScale = (n: number): number => Math.min(MAX_SCALE, Math.max(-MAX_SCALE, Math.round(n * 1e5) / 1e5));

/** The changes that give the item the rectangle `r` of its present frame. */
export function toRect(p: Placement, size: Size | null, b: Box, r: Rect): Change {
  const w = r.right - r.left;
  const h = r.bottom - r.top;
  const position = positionFor(p, b, r);
  if (p.bounds) return { position, bounds: { ...p.bounds, width: tidy(Math.max(1, w)), height: tidy(Math.max(1, h)) } };
  const c = size && croppedSize(p.crop, size);
  if (!c) return {};
  return { position, scale: { x: limitScale((w / c.width) * sign(p.scale.x)), y: limitScale((h / c.height) * sign(p.scale.y)) } };
}

/** A handle dragged to the canvas point `to`. */
export function resize(p: Placement, size: Size | null, h: Handle, to: Point, o: ResizeOptions): Change {
  const b = box(p, size);
  if (!b) return {};
  return toRect(p, size, b, resizeRect(b, h, toLocal(b, to), o));
}

/** Turns the item about its middle. */
export function turnTo(p: Placement, size: Size | null, deg: number): Change {
  const b = box(p, size);
  if (!b) return {};
  return turnAbout(p, centre(b), deg - p.rotation_deg);
}

/** Turns the item by `by` degrees about a canvas point. */
export function turnAbout(p: Placement, about: Point, by: number): Change {
  const at = add(about, turn(sub(p.position, about), by));
  return { rotation_deg: tidy(wrapDeg(p.rotation_deg + by)), position: { x: tidy(at.x), y: tidy(at.y) } };
}

/** Angle of the knob (right of the top right corner counts as no turn of `start`) for a pointer at `to`, snapped. */
export function knobAngle(about: Point, from: Point, to: Point, start: number, snap: "free" | "quarters" | "steps"): number {
  const angle = (q: Point): number => (Math.atan2(q.y - about.y, q.x - about.x) * 180) / Math.PI;
  const deg = wrapDeg(start + angle(to) - angle(from));
  if (snap === "steps") return wrapDeg(Math.round(deg / 15) * 15);
  const near = Math.round(deg / 90) * 90;
  return snap === "quarters" && Math.abs(deg - near) < 2 ? wrapDeg(near) : tidy(deg);
}

/** Whole source pixels cut off by edges of `r`, dragged in the item's frame; kept inside the picture. */
function croppedTo(p: Placement, size: Size, h: Handle, to: Point): { crop: Crop; rect: Rect } | null {
  const pic = picturePlace(p, size);
  if (!pic) return null;
  const crop: Crop = {
    left: Math.max(0, Math.round(pic.seen.left)), top: Math.max(0, Math.round(pic.seen.top)),
    right: Math.max(0, Math.round(size.width - pic.seen.right)), bottom: Math.max(0, Math.round(size.height - pic.seen.bottom)),
  };
  const rect = { ...pic.rect };
  if (h.x !== 0) {
    const edge = h.x < 0 ? "left" : "right";
    const cut = h.x < 0 !== pic.mirrorX ? "left" : "right";
    const other = cut === "left" ? crop.right : crop.left;
    const was = crop[cut];
    const wanted = was + Math.round(((to.x - rect[edge]) / pic.sx) * -h.x);
    crop[cut] = Math.min(Math.max(0, wanted), size.width - other - 1);
    rect[edge] -= (crop[cut] - was) * pic.sx * h.x;
  }
  if (h.y !== 0) {
    const edge = h.y < 0 ? "top" : "bottom";
    const cut = h.y < 0 !== pic.mirrorY ? "top" : "bottom";
    const other = cut === "top" ? crop.bottom : crop.top;
    const was = crop[cut];
    const wanted = was + Math.round(((to.y - rect[edge]) / pic.sy) * -h.y);
    crop[cut] = Math.min(Math.max(0, wanted), size.height - other - 1);
    rect[edge] -= (crop[cut] - was) * pic.sy * h.y;
  }
  return { crop, rect };
}

/** A handle dragged to the canvas point `to` with Alt: cuts the picture there, and what stays does not move. */
export function crop(p: Placement, size: Size, h: Handle, to: Point): Change {
  const b = box(p, size);
  const cut = b && croppedTo(p, size, h, toLocal(b, to));
  if (!b || !cut) return {};
  const position = positionFor(p, b, cut.rect);
  if (!p.bounds) return { crop: cut.crop, position };
  const width = tidy(Math.max(1, cut.rect.right - cut.rect.left));
  const height = tidy(Math.max(1, cut.rect.bottom - cut.rect.top));
  return { crop: cut.crop, position, bounds: { ...p.bounds, width, height } };
}

/** Scales several items together from a canvas point that stays. */
export function scaleAbout(p: Placement, about: Point, k: number): Change {
  const at = add(about, { x: (p.position.x - about.x) * k, y: (p.position.y - about.y) * k });
  const position = { x: tidy(at.x), y: tidy(at.y) };
  if (p.bounds) {
    return { position, bounds: { ...p.bounds, width: tidy(Math.max(1, p.bounds.width * k)), height: tidy(Math.max(1, p.bounds.height * k)) } };
  }
  return { position, scale: { x: limitScale(p.scale.x * k), y: limitScale(p.scale.y * k) } };
}

/** The rectangle around several items. */
export function extentOf(items: readonly { place: Placement; size: Size | null }[]): Rect | null {
  return union(items.map((i) => box(i.place, i.size)).filter((b): b is Box => b !== null).map(extent));
}

/** An item with bounds as one without, lying where it lay: mirroring needs a scale. */
export function withoutBounds(p: Placement, size: Size): Placement {
  const pic = picturePlace(p, size);
  const b = box(p, size);
  if (!p.bounds || !pic || !b) return p;
  const cut: Crop = {
    left: Math.max(0, Math.round(pic.seen.left)), top: Math.max(0, Math.round(pic.seen.top)),
    right: Math.max(0, Math.round(size.width - pic.seen.right)), bottom: Math.max(0, Math.round(size.height - pic.seen.bottom)),
  };
  return { ...p, bounds: null, crop: cut, scale: { x: limitScale(pic.sx), y: limitScale(pic.sy) }, position: positionFor(p, b, pic.rect) };
}

/** Mirrors the picture inside its rectangle. */
export function flip(p: Placement, size: Size | null, way: "x" | "y"): Change {
  // A box has no scale of its own whose sign could be turned.
  if (p.bounds || !size) return way === "x" ? { flip_x: !p.flip_x } : { flip_y: !p.flip_y };
  return { scale: { ...p.scale, [way]: -p.scale[way] } };
}

/** Puts the middle of the item on the middle of the canvas, in one or both directions. */
export function centreOn(p: Placement, size: Size | null, canvas: Size, way: "x" | "y" | "both"): Change {
  const b = box(p, size);
  if (!b) return {};
  const c = centre(b);
  return move(p, { x: way === "y" ? 0 : canvas.width / 2 - c.x, y: way === "x" ? 0 : canvas.height / 2 - c.y });
}

/** As large as fits the canvas, or as large as covers it; the shape is kept. */
export function fitCanvas(p: Placement, canvas: Size, mode: Bounds["mode"]): Change {
  return {
    bounds: { mode, width: canvas.width, height: canvas.height }, rotation_deg: 0,
    ...(({ alignment }) => {
      const [fx, fy] = fractions(alignment);
      return { position: { x: fx * canvas.width, y: fy * canvas.height } };
    })(p),
  };
}
type Bounds = NonNullable<Placement["bounds"]>;

/** Everything as a new item has it: unturned, uncut, its own size, at the top left. */
export function reset(): Required<Change> {
  return {
    flip_x: false, flip_y: false,
    position: { x: 0, y: 0 }, alignment: "top_left", scale: { x: 1, y: 1 }, rotation_deg: 0,
    crop: { left: 0, top: 0, right: 0, bottom: 0 }, bounds: null,
  };
}

/** Names another point of the item as the one that lies at `position`, without moving the item. */
export function realign(p: Placement, size: Size | null, alignment: Placement["alignment"]): Change {
  const b = box(p, size);
  if (!b) return { alignment };
  return { alignment, position: positionFor({ ...p, alignment }, b, b) };
}

/** The item as it will be. */
export function applied(p: Placement, c: Change): Placement {
  return { ...p, ...c };
}

/** Corner points, for callers that draw the item as it will be. */
export function quadOf(p: Placement, size: Size | null): ReturnType<typeof corners> | null {
  const b = box(p, size);
  return b ? corners(b) : null;
}
