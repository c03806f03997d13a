import { expect, it } from "vitest";
import { applied } from "./change";
import { begin, dragTo, type Drag, type Grabbed, type Held, type Surroundings } from "./drag";
import { box, centre, extent, type Placement, type Point } from "./geometry";

const base: Placement = {
  position: { x: 100, y: 100 }, alignment: "top_left", scale: { x: 1, y: 1 }, rotation_deg: 0,
  crop: { left: 0, top: 0, right: 0, bottom: 0 }, bounds: null,
};
const a: Grabbed = { id: "a", place: base, size: { width: 400, height: 300 } };
const b: Grabbed = { id: "b", place: { ...base, position: { x: 700, y: 500 }, alignment: "center", rotation_deg: 45 }, size: { width: 100, height: 100 } };
const env: Surroundings = { canvas: { width: 1920, height: 1080 }, others: [], safe: false, snap: true, reach: 10 };
const none: Held = { shift: false, ctrl: false, alt: false };

function start(kind: Drag["kind"], from: Point, items: Grabbed[], handle?: Drag["handle"]): Drag {
  const d = begin(kind, from, items, handle);
  if (!d) throw new Error("nothing to drag");
  return d;
}
function after(i: Grabbed, d: Drag, to: Point, held = none) {
  const r = box(applied(i.place, dragTo(d, to, held, env).changes.get(i.id) ?? {}), i.size);
  if (!r) throw new Error("no box");
  return r;
}

it("moves, snaps, and Ctrl ignores snapping", () => {
  const d = start("move", { x: 200, y: 200 }, [a]);
  expect(extent(after(a, d, { x: 105, y: 290 }))).toMatchObject({ left: 0, top: 190 });
  expect(extent(after(a, d, { x: 105, y: 290 }, { ...none, ctrl: true }))).toMatchObject({ left: 5, top: 190 });
  expect(extent(after(a, d, { x: 500, y: 220 }, { ...none, shift: true }))).toMatchObject({ left: 400, top: 100 });
});

it("moves several by the same", () => {
  const d = start("move", { x: 0, y: 0 }, [a, b]);
  const out = dragTo(d, { x: 33, y: 44 }, { ...none, ctrl: true }, env);
  expect(out.changes.get("a")?.position).toEqual({ x: 133, y: 144 });
  expect(out.changes.get("b")?.position).toEqual({ x: 733, y: 544 });
});

it("keeps the shape while it snaps a corner to the canvas", () => {
  const d = start("resize", { x: 500, y: 400 }, [a], { x: 1, y: 1 });
  const r = extent(after(a, d, { x: 1412, y: 1073 }));
  expect(r.bottom).toBeCloseTo(1080, 0);
  expect((r.right - r.left) / (r.bottom - r.top)).toBeCloseTo(4 / 3, 2);
  expect([r.left, r.top]).toEqual([100, 100]);
});

it("snaps an edge of a quarter turned item", () => {
  const turned: Grabbed = { ...a, place: { ...base, position: { x: 800, y: 100 }, rotation_deg: 90 } };
  // Its left handle is at the top of the canvas rectangle, its bottom handle at the left.
  const d = start("resize", { x: 500, y: 300 }, [turned], { x: 0, y: 1 });
  const r = extent(after(turned, d, { x: 6, y: 300 }, { ...none, shift: true }));
  expect(r.left).toBeCloseTo(0, 1);
  expect(r.right).toBeCloseTo(800, 1);
});

it("scales several from the opposite corner", () => {
  const d = start("resize", { x: 0, y: 0 }, [a, b], { x: 1, y: 1 });
  const to = { x: d.around.left + (d.around.right - d.around.left) * 2, y: d.around.top + (d.around.bottom - d.around.top) * 2 };
  const out = dragTo(d, to, { ...none, ctrl: true }, env);
  expect(out.changes.get("a")?.scale).toEqual({ x: 2, y: 2 });
  expect(out.changes.get("b")?.position).toEqual({ x: 1300, y: 900 });
});

it("turns one about its middle and several about theirs", () => {
  const one = start("turn", { x: 510, y: 90 }, [a]);
  const r = after(a, one, { x: 700, y: 500 }, { ...none, shift: true });
  expect(r.deg % 15).toBe(0);
  expect(centre(r).x).toBeCloseTo(300, 1);
  const both = start("turn", { x: 900, y: 100 }, [a, b]);
  const mid = { x: (both.around.left + both.around.right) / 2, y: (both.around.top + both.around.bottom) / 2 };
  const out = dragTo(both, { x: mid.x - (100 - mid.y), y: mid.y + (900 - mid.x) }, none, env);
  expect(out.changes.get("b")?.rotation_deg).toBeCloseTo(135, 1);
});

it("crops with Alt, and tells how much", () => {
  const d = start("crop", { x: 500, y: 250 }, [a], { x: 1, y: 0 });
  expect(dragTo(d, { x: 450, y: 250 }, none, env)).toMatchObject({ tag: { crop: [0, 0, 50, 0] } });
});
