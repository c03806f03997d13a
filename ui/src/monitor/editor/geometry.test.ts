import { describe, expect, it } from "vitest";
import { box, centre, contains, corners, extent, picturePlace, sticksOut, toCanvas, toLocal, wrapDeg, type Alignment, type Bounds, type Placement, type Point } from "./geometry";

const base: Placement = {
  position: { x: 0, y: 0 }, alignment: "top_left", scale: { x: 1, y: 1 }, rotation_deg: 0,
  crop: { left: 0, top: 0, right: 0, bottom: 0 }, bounds: null,
};
const item = (p: Partial<Placement>): Placement => ({ ...base, ...p });
const size = { width: 40, height: 20 };

/** Top left and bottom right on the canvas of the picture's seen part, mirrored as the engine does: its own test's numbers. */
function seenCorners(p: Placement, s = size): number[] {
  const b = box(p, s);
  const pic = picturePlace(p, s);
  if (!b || !pic) return [];
  const { left, top, right, bottom } = pic.rect;
  const a = toCanvas(b, { x: pic.mirrorX ? right : left, y: pic.mirrorY ? bottom : top });
  const z = toCanvas(b, { x: pic.mirrorX ? left : right, y: pic.mirrorY ? top : bottom });
  return [a.x, a.y, z.x, z.y];
}

const near = (a: Point, b: Point): void => {
  expect(a.x).toBeCloseTo(b.x, 6);
  expect(a.y).toBeCloseTo(b.y, 6);
};

describe("the engine's own cases", () => {
  it("alignment names the point at the position", () => {
    const at = { position: { x: 100, y: 50 } };
    expect(seenCorners(item(at))).toEqual([100, 50, 140, 70]);
    expect(seenCorners(item({ ...at, alignment: "bottom_right" }))).toEqual([60, 30, 100, 50]);
    const mirrored = item({ ...at, alignment: "bottom_right", scale: { x: -2, y: 1 } });
    expect(seenCorners(mirrored)).toEqual([100, 30, 20, 50]);
    expect(seenCorners({ ...mirrored, crop: { ...base.crop, left: 10 } })).toEqual([100, 30, 40, 50]);
  });

  it("turning is clockwise about the position", () => {
    expect(seenCorners(item({ position: { x: 100, y: 50 }, rotation_deg: 90 }))).toEqual([100, 50, 80, 90]);
  });

  it("bounds fit whatever the size", () => {
    const fit = (mode: Bounds["mode"]): Placement => item({ bounds: { mode, width: 100, height: 100 } });
    expect(seenCorners(fit("stretch"))).toEqual([0, 0, 100, 100]);
    expect(seenCorners(fit("contain"))).toEqual([0, 25, 100, 75]);
    expect(seenCorners(fit("cover"))).toEqual([0, 0, 100, 100]);
    expect(picturePlace(fit("cover"), size)?.seen).toEqual({ left: 10, top: 0, right: 30, bottom: 20 });
  });

  it("every way of fitting, and where in the box", () => {
    const square = { width: 40, height: 40 };
    const fit = (mode: Bounds["mode"], alignment: Alignment, overflow: boolean): Placement => item({ bounds: { mode, width: 100, height: 60, alignment, overflow } });
    for (const [mode, alignment, overflow, place] of [
      ["contain", "top_left", false, [0, 0, 60, 60]], ["contain", "bottom_right", false, [40, 0, 100, 60]],
      ["cover", "bottom_right", false, [0, 0, 100, 60]], ["cover", "bottom_right", true, [0, -40, 100, 60]],
      ["width", "center", true, [0, -20, 100, 80]], ["height", "center", false, [20, 0, 80, 60]], ["max_only", "center", false, [30, 10, 70, 50]],
    ] as const) expect(seenCorners(fit(mode, alignment, overflow), square), `${mode} ${alignment}`).toEqual([...place]);
    expect(picturePlace(fit("cover", "bottom_right", false), square)?.seen).toEqual({ left: 0, top: 16, right: 40, bottom: 40 });
  });

  it("a flip keeps the rectangle and what is cut off", () => {
    const p = item({ bounds: { mode: "cover", width: 20, height: 20, alignment: "left" }, flip_x: true });
    expect(seenCorners(p)).toEqual([20, 0, 0, 20]);
    expect(picturePlace(p, size)?.seen).toEqual({ left: 20, top: 0, right: 40, bottom: 20 });
    expect(seenCorners(item({ scale: { x: -1, y: 1 }, flip_y: true }))).toEqual([40, 20, 0, 0]);
  });
});

describe("box", () => {
  it("is unknown without a size unless the item has bounds", () => {
    expect(box(base, null)).toBeNull();
    expect(box(item({ bounds: { mode: "contain", width: 10, height: 5 } }), null)).toMatchObject({ right: 10, bottom: 5 });
  });

  it("is nothing when everything is cropped away", () => {
    expect(box(item({ crop: { left: 20, top: 0, right: 20, bottom: 0 } }), size)).toBeNull();
  });

  it("has its middle where every alignment says", () => {
    const all: Alignment[] = ["top_left", "top", "top_right", "left", "center", "right", "bottom_left", "bottom", "bottom_right"];
    for (const alignment of all) {
      const b = box(item({ alignment, position: { x: 7, y: 9 }, rotation_deg: 33 }), size);
      if (!b) throw new Error("no box");
      // The aligned point is at the position whatever the turn.
      const [tl, tr, br, bl] = corners(b);
      near({ x: (tl.x + br.x) / 2, y: (tl.y + br.y) / 2 }, centre(b));
      near({ x: (tr.x + bl.x) / 2, y: (tr.y + bl.y) / 2 }, centre(b));
      if (alignment === "top_left") near(tl, { x: 7, y: 9 });
      if (alignment === "center") near(centre(b), { x: 7, y: 9 });
      if (alignment === "bottom_right") near(br, { x: 7, y: 9 });
    }
  });

  it("keeps its rectangle when mirrored", () => {
    const plain = box(item({ rotation_deg: 20 }), size);
    expect(box(item({ rotation_deg: 20, scale: { x: -1, y: -1 } }), size)).toEqual(plain);
  });

  it("goes to the canvas and back", () => {
    const b = box(item({ position: { x: 12, y: -8 }, rotation_deg: 211, alignment: "right" }), size);
    if (!b) throw new Error("no box");
    near(toLocal(b, toCanvas(b, { x: 3, y: 4 })), { x: 3, y: 4 });
  });
});

it("finds points in turned items", () => {
  const b = box(item({ position: { x: 50, y: 50 }, alignment: "center", rotation_deg: 45 }), size);
  if (!b) throw new Error("no box");
  expect(contains(b, { x: 50, y: 50 })).toBe(true);
  expect(contains(b, { x: 50 + 13, y: 50 + 13 })).toBe(true);
  expect(contains(b, { x: 50 + 13, y: 50 - 13 })).toBe(false);
  expect(contains(b, { x: 50 + 6, y: 50 - 10 }, 4)).toBe(true);
});

it("knows what sticks out", () => {
  const canvas = { width: 100, height: 100 };
  const out = (p: Partial<Placement>): boolean => {
    const b = box(item(p), size);
    return b !== null && sticksOut(b, canvas);
  };
  expect(out({})).toBe(false);
  expect(out({ position: { x: 61, y: 0 } })).toBe(true);
  expect(out({ position: { x: 60, y: 80 } })).toBe(false);
  expect(out({ rotation_deg: 5 })).toBe(true);
});

it("wraps angles", () => {
  expect([0, 180, 181, -180, 540, -90].map(wrapDeg)).toEqual([0, 180, -179, 180, 180, -90]);
});

it("gives the upright extent of a quarter turn exactly", () => {
  const b = box(item({ rotation_deg: 90, position: { x: 100, y: 50 } }), size);
  expect(b && extent(b)).toEqual({ left: 80, top: 50, right: 100, bottom: 90 });
});
