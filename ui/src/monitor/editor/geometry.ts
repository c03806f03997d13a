/* Where an item lies on its canvas, in canvas pixels with y downwards: the same arithmetic as the engine's
   crates/compositor/src/layout.rs (`place`), for drawing frames and for hit tests. Pure; knows no Svelte and no document. */

export interface Point { x: number; y: number }
export interface Size { width: number; height: number }
export interface Crop { left: number; top: number; right: number; bottom: number }
export type Alignment =
  | "top_left" | "top" | "top_right" | "left" | "center" | "right" | "bottom_left" | "bottom" | "bottom_right";
export interface Bounds {
  mode: "stretch" | "contain" | "cover" | "width" | "height" | "max_only";
  width: number;
  height: number;
  /** Where the picture lies in the box; the middle when absent. */
  alignment?: Alignment;
  /** What sticks out is seen too. */
  overflow?: boolean;
}

/** The part of a scene item that says where it lies. */
export interface Placement {
  position: Point;
  alignment: Alignment;
  scale: Point;
  rotation_deg: number;
  crop: Crop;
  bounds: Bounds | null;
  flip_x?: boolean;
  flip_y?: boolean;
}

/** Edges in the item's own turned frame, whose origin is the item's `position`. */
export interface Rect { left: number; top: number; right: number; bottom: number }

/** The rectangle that is aligned and turned: what handles belong to. */
export interface Box extends Rect { origin: Point; deg: number }

export type Quad = [Point, Point, Point, Point];

/** Which part of the picture is seen and where it lies in the item's frame. */
export interface PicturePlace {
  /** Seen edges in source pixels. */
  seen: Rect;
  /** Where that lies in the item's frame. */
  rect: Rect;
  /** Canvas pixels a source pixel, never negative. */
  sx: number;
  sy: number;
  mirrorX: boolean;
  mirrorY: boolean;
}

const FRACTIONS: Record<Alignment, [number, number]> = {
  top_left: [0, 0], top: [0.5, 0], top_right: [1, 0],
  left: [0, 0.5], center: [0.5, 0.5], right: [1, 0.5],
  bottom_left: [0, 1], bottom: [0.5, 1], bottom_right: [1, 1],
};

export function fractions(a: Alignment): [number, number] {
  return FRACTIONS[a];
}

/** Sine and cosine of degrees, exact for quarter turns. */
export function sinCos(deg: number): [number, number] {
  const r = ((deg % 360) + 360) % 360;
  if (r === 0) return [0, 1];
  if (r === 90) return [1, 0];
  if (r === 180) return [0, -1];
  if (r === 270) return [-1, 0];
  const a = (r * Math.PI) / 180;
  return [Math.sin(a), Math.cos(a)];
}

/** Turns a vector clockwise (y is downwards). */
export function turn(p: Point, deg: number): Point {
  const [s, c] = sinCos(deg);
  return { x: p.x * c - p.y * s, y: p.x * s + p.y * c };
}

export function add(a: Point, b: Point): Point {
  return { x: a.x + b.x, y: a.y + b.y };
}

export function sub(a: Point, b: Point): Point {
  return { x: a.x - b.x, y: a.y - b.y };
}

/** Size of the picture after cropping, or nothing when nothing is left of it. */
export function croppedSize(crop: Crop, size: Size): Size | null {
  const width = size.width - crop.left - crop.right;
  const height = size.height - crop.top - crop.bottom;
  return width > 0 && height > 0 ? { width, height } : null;
}

/** The item's rectangle. `size` is the source's; without it only an item with bounds has a rectangle. */
export function box(p: Placement, size: Size | null): Box | null {
  let w: number;
  let h: number;
  if (p.bounds) {
    w = p.bounds.width;
    h = p.bounds.height;
  } else {
    const c = size && croppedSize(p.crop, size);
    if (!c) return null;
    w = c.width * Math.abs(p.scale.x);
    h = c.height * Math.abs(p.scale.y);
  }
  if (!(w > 0 && h > 0)) return null;
  const [fx, fy] = fractions(p.alignment);
  return { left: -fx * w, top: -fy * h, right: (1 - fx) * w, bottom: (1 - fy) * h, origin: p.position, deg: p.rotation_deg };
}

/** Where the picture itself lies: inside the box with `contain`, cut with `cover`. */
export function picturePlace(p: Placement, size: Size): PicturePlace | null {
  const b = box(p, size);
  const c = croppedSize(p.crop, size);
  if (!b || !c) return null;
  const bw = b.right - b.left;
  const bh = b.bottom - b.top;
  let sx = Math.abs(p.scale.x);
  let sy = Math.abs(p.scale.y);
  const seen: Rect = {
    left: p.crop.left, top: p.crop.top, right: size.width - p.crop.right, bottom: size.height - p.crop.bottom,
  };
  const mirrorX = (p.flip_x ?? false) !== (!p.bounds && p.scale.x < 0);
  const mirrorY = (p.flip_y ?? false) !== (!p.bounds && p.scale.y < 0);
  let { left, top } = b;
  if (p.bounds) {
    [sx, sy] = fitting(p.bounds, bw / c.width, bh / c.height);
    const [ax, ay] = fractions(p.bounds.alignment ?? "center");
    const open = p.bounds.overflow ?? false;
    const x = inBox(c.width * sx, bw, ax, mirrorX, open);
    const y = inBox(c.height * sy, bh, ay, mirrorY, open);
    seen.left += x.before / sx; seen.right -= x.after / sx;
    seen.top += y.before / sy; seen.bottom -= y.after / sy;
    left += x.start;
    top += y.start;
  }
  const iw = (seen.right - seen.left) * sx;
  const ih = (seen.bottom - seen.top) * sy;
  return { seen, rect: { left, top, right: left + iw, bottom: top + ih }, sx, sy, mirrorX, mirrorY };
}

/** Factors that fit a picture into its box. */
function fitting(b: Bounds, fx: number, fy: number): [number, number] {
  const both = (f: number): [number, number] => [f, f];
  switch (b.mode) {
    case "stretch": return [fx, fy];
    case "contain": return both(Math.min(fx, fy));
    case "cover": return both(Math.max(fx, fy));
    case "width": return both(fx);
    case "height": return both(fy);
    case "max_only": return both(Math.min(fx, fy, 1));
  }
}

/** In one direction: where a picture of this size begins in its box, and what of it is cut off before and after (of the picture,
    which may be mirrored). */
function inBox(size: number, room: number, at: number, mirrored: boolean, open: boolean): { start: number; before: number; after: number } {
  const start = (room - size) * at;
  if (open || size <= room * (1 + 1e-9)) return { start, before: 0, after: 0 };
  const [before, after] = [Math.max(0, -start), Math.max(0, start + size - room)];
  return { start: Math.max(0, start), before: mirrored ? after : before, after: mirrored ? before : after };
}

/** From the item's frame to the canvas. */
export function toCanvas(b: { origin: Point; deg: number }, p: Point): Point {
  return add(b.origin, turn(p, b.deg));
}

/** From the canvas to the item's frame. */
export function toLocal(b: { origin: Point; deg: number }, p: Point): Point {
  return turn(sub(p, b.origin), -b.deg);
}

/** Corners on the canvas: top left, top right, bottom right, bottom left of the unturned item. */
export function corners(b: Box, r: Rect = b): Quad {
  return [
    toCanvas(b, { x: r.left, y: r.top }), toCanvas(b, { x: r.right, y: r.top }),
    toCanvas(b, { x: r.right, y: r.bottom }), toCanvas(b, { x: r.left, y: r.bottom }),
  ];
}

export function centre(b: Box): Point {
  return toCanvas(b, { x: (b.left + b.right) / 2, y: (b.top + b.bottom) / 2 });
}

/** The upright rectangle around points. */
export function around(points: readonly Point[]): Rect {
  const xs = points.map((p) => p.x);
  const ys = points.map((p) => p.y);
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

/** The upright rectangle around an item on the canvas. */
export function extent(b: Box): Rect {
  return around(corners(b));
}

export function union(rects: readonly Rect[]): Rect | null {
  if (!rects.length) return null;
  return {
    left: Math.min(...rects.map((r) => r.left)), top: Math.min(...rects.map((r) => r.top)),
    right: Math.max(...rects.map((r) => r.right)), bottom: Math.max(...rects.map((r) => r.bottom)),
  };
}

export function overlaps(a: Rect, b: Rect): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/** Whether any part of the item sticks out of the canvas. */
export function sticksOut(b: Box, canvas: Size): boolean {
  const e = extent(b);
  const slack = 0.5;
  return e.left < -slack || e.top < -slack || e.right > canvas.width + slack || e.bottom > canvas.height + slack;
}

/** Whether a canvas point lies in the item, `slack` canvas pixels around it counted in. */
export function contains(b: Box, p: Point, slack = 0): boolean {
  const l = toLocal(b, p);
  return l.x >= b.left - slack && l.x <= b.right + slack && l.y >= b.top - slack && l.y <= b.bottom + slack;
}

/** Whether the item is turned by whole quarter turns, so that its edges are upright. */
export function upright(deg: number): boolean {
  return Math.abs(deg / 90 - Math.round(deg / 90)) < 1e-9;
}

/** An angle between −180 and 180. */
export function wrapDeg(deg: number): number {
  const r = ((deg % 360) + 360) % 360;
  return r > 180 ? r - 360 : r;
}

/** Rounds to hundredths: what the document stores needs no more. */
export function tidy(n: number): number {
  return Math.round(n * 100) / 100 + 0;
}
