/* The spaces of groups: where they lie on the canvas, and an item's place seen from another space. The same arithmetic as the
   engine's crates/compositor/src/spaces.rs. Pure. */

import { picturePlace, toCanvas, turn, wrapDeg, type Alignment, type Placement, type Point, type Size } from "./geometry";

/** A map of the plane: x' = a·x + c·y + e, y' = b·x + d·y + f. */
export interface Space { a: number; b: number; c: number; d: number; e: number; f: number }

export function seen(m: Space, p: Point): Point {
  return { x: m.a * p.x + m.c * p.y + m.e, y: m.b * p.x + m.d * p.y + m.f };
}

/** First `inner`, then `outer`. */
export function composed(outer: Space, inner: Space): Space {
  const at = seen(outer, { x: inner.e, y: inner.f });
  return {
    a: outer.a * inner.a + outer.c * inner.b, b: outer.b * inner.a + outer.d * inner.b,
    c: outer.a * inner.c + outer.c * inner.d, d: outer.b * inner.c + outer.d * inner.d, e: at.x, f: at.y,
  };
}

export function inverse(m: Space): Space | null {
  const det = m.a * m.d - m.b * m.c;
  if (!Number.isFinite(det) || det === 0) return null;
  const [a, b, c, d] = [m.d / det, -m.b / det, -m.c / det, m.a / det];
  return { a, b, c, d, e: -(a * m.e + c * m.f), f: -(b * m.e + d * m.f) };
}

/** From the pixels of a group of this size to what is around it. */
export function spaceOf(place: Placement, size: Size | null): Space | null {
  const p = size && picturePlace(place, size);
  if (!p) return null;
  const at = (x: number, y: number): Point => {
    const u = (p.mirrorX ? p.seen.right - x : x - p.seen.left) * p.sx + p.rect.left;
    const v = (p.mirrorY ? p.seen.bottom - y : y - p.seen.top) * p.sy + p.rect.top;
    return toCanvas({ origin: place.position, deg: place.rotation_deg }, { x: u, y: v });
  };
  const [o, x, y] = [at(0, 0), at(1, 0), at(0, 1)];
  return { a: x.x - o.x, b: x.y - o.y, c: y.x - o.x, d: y.y - o.y, e: o.x, f: o.y };
}

const UPSIDE_DOWN: Readonly<Partial<Record<Alignment, Alignment>>> = {
  top_left: "bottom_left", top: "bottom", top_right: "bottom_right", bottom_left: "top_left", bottom: "top", bottom_right: "top_right",
};
const turned = (a: Alignment): Alignment => UPSIDE_DOWN[a] ?? a;

/** A place that is the same one, seen through `m`. Exact unless `m` scales unevenly and the item is turned by other than quarter
    turns. */
export function carried(p: Placement, m: Space): Placement {
  const across = Math.hypot(m.a, m.b);
  const down = across > 0 ? (m.a * m.d - m.b * m.c) / across : 0;
  const mirrored = down < 0;
  const [kx, ky] = along(p.rotation_deg, across, Math.abs(down));
  const out: Placement = {
    ...p,
    position: seen(m, p.position),
    rotation_deg: wrapDeg((Math.atan2(m.b, m.a) * 180) / Math.PI + (mirrored ? -p.rotation_deg : p.rotation_deg)),
    scale: p.bounds ? p.scale : { x: p.scale.x * kx, y: p.scale.y * ky },
    bounds: p.bounds && { ...p.bounds, width: p.bounds.width * kx, height: p.bounds.height * ky },
  };
  if (!mirrored) return out;
  if (out.bounds) out.bounds.alignment = turned(out.bounds.alignment ?? "center");
  return { ...out, flip_y: !(p.flip_y ?? false), alignment: turned(p.alignment) };
}

function along(deg: number, x: number, y: number): [number, number] {
  const t = ((deg % 180) + 180) % 180;
  if (t < 1e-6 || t > 180 - 1e-6) return [x, y];
  if (Math.abs(t - 90) < 1e-6) return [y, x];
  return [Math.sqrt(x * y), Math.sqrt(x * y)];
}

/** A movement on the canvas in the space's own pixels. */
export function pulled(by: Point, m: Space): Point {
  const back = inverse({ ...m, e: 0, f: 0 });
  return back ? seen(back, by) : turn(by, 0);
}
