// Places seen from another space: there and back, and the corners stay where they are.
import { expect, test } from "vitest";
import { box, corners, type Placement } from "./geometry";
import { carried, composed, inverse, seen, spaceOf } from "./spaces";

const place = (more: Partial<Placement> = {}): Placement => ({
  position: { x: 100, y: 60 }, alignment: "top_left", scale: { x: 1, y: 1 }, rotation_deg: 0,
  crop: { left: 0, top: 0, right: 0, bottom: 0 }, bounds: null, ...more,
});
const size = { width: 160, height: 90 };
const GROUPS: Placement[] = [
  place(),
  place({ scale: { x: 2, y: 2 }, rotation_deg: 30 }),
  place({ scale: { x: -0.5, y: 0.5 }, alignment: "center", rotation_deg: -100 }),
  place({ scale: { x: 1.5, y: -1.5 } }),
  place({ bounds: { mode: "contain", width: 640, height: 360 } }),
];
const ITEMS: Placement[] = [
  place(),
  place({ alignment: "bottom_right", rotation_deg: 20, scale: { x: 0.7, y: -1.2 } }),
  place({ bounds: { mode: "cover", width: 200, height: 50, alignment: "top" }, alignment: "left", rotation_deg: 90 }),
];

test("an item carried through a group's space is seen where it was", () => {
  for (const group of GROUPS) {
    const m = spaceOf(group, { width: 640, height: 360 });
    if (!m) throw new Error("no space");
    for (const item of ITEMS) {
      const own = box(item, size);
      const there = box(carried(item, m), size);
      if (!own || !there) throw new Error("no box");
      const was = corners(own).map((p) => seen(m, p)).map((p) => `${p.x.toFixed(2)} ${p.y.toFixed(2)}`).sort();
      const is = corners(there).map((p) => `${p.x.toFixed(2)} ${p.y.toFixed(2)}`).sort();
      expect(is).toEqual(was);
      const back = inverse(m);
      if (!back) throw new Error("no way back");
      const again = carried(carried(item, m), back);
      expect(again.position.x).toBeCloseTo(item.position.x, 6);
      expect(again.rotation_deg).toBeCloseTo(item.rotation_deg, 6);
      expect(again.bounds?.width ?? again.scale.x).toBeCloseTo(item.bounds?.width ?? item.scale.x, 6);
      expect([again.alignment, again.flip_y ?? false]).toEqual([item.alignment, item.flip_y ?? false]);
    }
  }
});

test("spaces in spaces, and what has no way back", () => {
  const outer = { a: 2, b: 0, c: 0, d: 2, e: 10, f: 0 };
  const inner = { a: 0.5, b: 0, c: 0, d: 0.5, e: 5, f: 0 };
  expect(seen(composed(outer, inner), { x: 10, y: 4 })).toEqual({ x: 30, y: 4 });
  expect(inverse({ a: 0, b: 0, c: 0, d: 1, e: 0, f: 0 })).toBeNull();
  expect(spaceOf(place(), null)).toBeNull();
});
