import { describe, expect, it } from "vitest";
import { applied, centreOn, crop, fitCanvas, flip, handleAt, HANDLES, knobAngle, realign, resize, scaleAbout, turnTo, withoutBounds, type Change, type Handle } from "./change";
import { box, centre, corners, picturePlace, toCanvas, type Placement, type Point } from "./geometry";

const base: Placement = {
  position: { x: 200, y: 150 }, alignment: "top_left", scale: { x: 1, y: 1 }, rotation_deg: 0,
  crop: { left: 0, top: 0, right: 0, bottom: 0 }, bounds: null,
};
const size = { width: 400, height: 200 };
const variants: [string, Partial<Placement>][] = [
  ["plain", {}],
  ["centre aligned, turned", { alignment: "center", rotation_deg: 30 }],
  ["mirrored", { scale: { x: -1.5, y: 0.5 }, alignment: "right" }],
  ["mirrored both ways, turned", { scale: { x: -1, y: -2 }, rotation_deg: -75, alignment: "bottom" }],
  ["cropped", { crop: { left: 50, top: 20, right: 30, bottom: 10 }, alignment: "top_right" }],
  ["contain", { bounds: { mode: "contain", width: 300, height: 300 } }],
  ["cover, turned", { bounds: { mode: "cover", width: 300, height: 300 }, rotation_deg: 200, alignment: "bottom_left" }],
  ["stretch", { bounds: { mode: "stretch", width: 123, height: 77 }, alignment: "left" }],
];

function boxOf(p: Placement): NonNullable<ReturnType<typeof box>> {
  const b = box(p, size);
  if (!b) throw new Error("no box");
  return b;
}
function near(a: Point, b: Point, slack = 0.03): void {
  expect(Math.abs(a.x - b.x)).toBeLessThan(slack);
  expect(Math.abs(a.y - b.y)).toBeLessThan(slack);
}
const opposite = (h: Handle): Handle => ({ x: -h.x as Handle["x"], y: -h.y as Handle["y"] });
const on = (p: Placement, h: Handle): Point => toCanvas(boxOf(p), handleAt(boxOf(p), h));

describe.each(variants)("resize: %s", (_, v) => {
  const p = { ...base, ...v };
  it.each(HANDLES.map((h) => [h]))("handle %j follows the pointer and the other side stays", (h) => {
    const b = boxOf(p);
    const grab = handleAt(b, h);
    const to = toCanvas(b, { x: grab.x + h.x * 37, y: grab.y + h.y * 21 });
    const free = applied(p, resize(p, size, h, to, { keep: false }));
    near(on(free, h), to);
    near(on(free, opposite(h)), on(p, opposite(h)));
    const kept = applied(p, resize(p, size, h, to, { keep: true }));
    const k = boxOf(kept);
    expect((k.right - k.left) / (k.bottom - k.top)).toBeCloseTo((b.right - b.left) / (b.bottom - b.top), 2);
    near(on(kept, opposite(h)), on(p, opposite(h)), 0.1);
  });

  it("grows from the middle", () => {
    const h: Handle = { x: 1, y: 1 };
    const b = boxOf(p);
    const to = toCanvas(b, { x: b.right + 10, y: b.bottom + 10 });
    near(centre(boxOf(applied(p, resize(p, size, h, to, { keep: false, middle: true })))), centre(b));
  });

  it("never gets smaller than can be grabbed", () => {
    const h: Handle = { x: 1, y: 1 };
    const small = boxOf(applied(p, resize(p, size, h, toCanvas(boxOf(p), { x: -9999, y: -9999 }), { keep: false })));
    expect(small.right - small.left).toBeGreaterThan(3.9);
    expect(small.bottom - small.top).toBeGreaterThan(3.9);
  });

  it("keeps mirroring and bounds", () => {
    const c = resize(p, size, { x: 1, y: 1 }, { x: 900, y: 900 }, { keep: false });
    if (p.bounds) {
      expect(c.scale).toBeUndefined();
      expect(c.bounds?.mode).toBe(p.bounds.mode);
    } else {
      expect(Math.sign(c.scale?.x ?? 0)).toBe(Math.sign(p.scale.x));
      expect(Math.sign(c.scale?.y ?? 0)).toBe(Math.sign(p.scale.y));
    }
  });
});

describe.each(variants)("turning: %s", (_, v) => {
  const p = { ...base, ...v };
  it("keeps the middle", () => {
    const t = applied(p, turnTo(p, size, 77));
    expect(t.rotation_deg).toBe(77);
    near(centre(boxOf(t)), centre(boxOf(p)));
  });
  it("names another point without moving", () => {
    for (const alignment of ["top_left", "center", "bottom_right", "left"] as const) {
      corners(boxOf(applied(p, realign(p, size, alignment)))).forEach((c, i) => {
        const was = corners(boxOf(p))[i];
        if (was) near(c, was);
      });
    }
  });
});

describe.each(variants)("cropping: %s", (_, v) => {
  const p = { ...base, ...v };
  it.each(HANDLES.map((h) => [h]))("handle %j cuts there and nowhere else", (h) => {
    const b = boxOf(p);
    const pic = picturePlace(p, size);
    if (!pic) throw new Error("no picture");
    const grab = handleAt(pic.rect, h);
    const to = toCanvas(b, { x: grab.x - h.x * 10 * pic.sx, y: grab.y - h.y * 10 * pic.sy });
    const cut = applied(p, crop(p, size, h, to));
    const after = picturePlace(cut, size);
    const cutBox = boxOf(cut);
    if (!after) throw new Error("no picture");
    // The edges lie where they were dragged to, the others where they were; a rounded source pixel of slack.
    const slack = 1.1 * Math.max(pic.sx, pic.sy);
    near(toCanvas(cutBox, handleAt(after.rect, h)), to, slack);
    near(toCanvas(cutBox, handleAt(after.rect, opposite(h))), toCanvas(b, handleAt(pic.rect, opposite(h))), slack);
    // The picture is not scaled by it.
    expect(after.sx / pic.sx).toBeCloseTo(1, 1);
    // Ten source pixels, at the side a mirrored picture has there.
    if (h.x !== 0) {
      const side = h.x < 0 !== pic.mirrorX ? "left" : "right";
      const before = side === "left" ? pic.seen.left : size.width - pic.seen.right;
      expect(Math.abs(cut.crop[side] - before - 10)).toBeLessThanOrEqual(1);
    }
  });

  it("stays inside the picture", () => {
    const gone = crop(p, size, { x: 1, y: 0 }, toCanvas(boxOf(p), { x: -99999, y: 0 }));
    const c = { ...p.crop, ...gone.crop };
    expect(c.left + c.right).toBe(size.width - 1);
    const all = crop(p, size, { x: 1, y: 0 }, toCanvas(boxOf(p), { x: 99999, y: 0 }));
    expect(all.crop?.[p.scale.x < 0 ? "left" : "right"]).toBe(0);
  });
});

describe("mirroring", () => {
  it("keeps the rectangle", () => {
    const p = { ...base, rotation_deg: 20, alignment: "center" as const };
    expect(boxOf(applied(p, flip(p, size, "x")))).toEqual(boxOf(p));
    expect(flip(p, size, "y")).toEqual({ scale: { x: 1, y: -1 } });
  });

  it("takes bounds away and leaves the picture where it is", () => {
    for (const mode of ["contain", "cover", "stretch"] as const) {
      const p: Placement = { ...base, alignment: "center", rotation_deg: 15, bounds: { mode, width: 320, height: 300 } };
      const flipped = applied(p, flip(p, size, "x"));
      const was = picturePlace(p, size);
      const now = picturePlace(flipped, size);
      if (!was || !now) throw new Error("no picture");
      expect(now.mirrorX).toBe(true);
      near(toCanvas(boxOf(flipped), handleAt(now.rect, { x: 0, y: 0 })), toCanvas(boxOf(p), handleAt(was.rect, { x: 0, y: 0 })), 1);
      expect(now.rect.right - now.rect.left).toBeCloseTo(was.rect.right - was.rect.left, -0.5);
      expect(withoutBounds(p, size).bounds).toBeNull();
    }
  });
});

describe("whole canvas", () => {
  const canvas = { width: 1920, height: 1080 };
  it("fits, fills and centres", () => {
    const p: Placement = { ...base, alignment: "bottom_right", rotation_deg: 40 };
    const fit = boxOf(applied(p, fitCanvas(p, canvas, "contain")));
    near(corners(fit)[0], { x: 0, y: 0 });
    near(corners(fit)[2], { x: 1920, y: 1080 });
    near(centre(boxOf(applied(p, centreOn(p, size, canvas, "both")))), { x: 960, y: 540 });
    expect(centre(boxOf(applied(p, centreOn(p, size, canvas, "x")))).y).toBeCloseTo(centre(boxOf(p)).y, 1);
  });

  it("scales several about a point", () => {
    const p: Placement = { ...base, position: { x: 100, y: 100 } };
    const c: Change = scaleAbout(p, { x: 0, y: 0 }, 2);
    expect(c).toEqual({ position: { x: 200, y: 200 }, scale: { x: 2, y: 2 } });
  });
});

it("snaps the turn knob", () => {
  const about = { x: 0, y: 0 };
  const from = { x: 10, y: 0 };
  const at = (deg: number): Point => ({ x: 10 * Math.cos((deg * Math.PI) / 180), y: 10 * Math.sin((deg * Math.PI) / 180) });
  expect(knobAngle(about, from, at(40), 0, "free")).toBeCloseTo(40);
  expect(knobAngle(about, from, at(40), 0, "steps")).toBe(45);
  expect(knobAngle(about, from, at(91.5), 0, "quarters")).toBe(90);
  expect(knobAngle(about, from, at(170), 30, "free")).toBeCloseTo(-160);
});
