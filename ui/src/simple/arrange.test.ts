// Every arrangement stays on the canvas, does not overlap where it should not, and is known again afterwards.
import { describe, expect, it } from "vitest";
import type { SceneItem } from "../api/types";
import { arrange, boxes, layoutOf, LAYOUTS, NEEDS, pictures, type Thing } from "./arrange";

const size = { width: 1920, height: 1080 };
const item = (id: string, changes: Partial<SceneItem> = {}): SceneItem => ({
  id, name: "", source: id, scene: null, visible: true, locked: false, position: { x: 0, y: 0 }, alignment: "top_left", scale: { x: 1, y: 1 }, rotation_deg: 0,
  crop: { left: 0, top: 0, right: 0, bottom: 0 }, bounds: null, opacity: 1,
  flip_x: false, flip_y: false, scale_filter: "auto", blend: "normal", blend_space: "srgb", corner_radius: 0, border: null, shadow: null, ...changes,
});
const thing = (id: string, kind: string, changes: Partial<SceneItem> = {}): Thing => ({ id, kind, seen: kind !== "audio_input", item: item(id, changes) });
/** The things after the changes. */
const after = (things: Thing[], layout: (typeof LAYOUTS)[number]): Thing[] => {
  const { changes } = arrange(layout, things, size);
  return things.map((one) => {
    const change = changes.find((each) => each.item === one.id)?.changes;
    return change ? { ...one, item: { ...one.item, ...change } as SceneItem } : one;
  });
};

describe("an arrangement", () => {
  it("stays on the canvas for any number of pictures", () => {
    for (const layout of LAYOUTS) {
      for (let count = 0; count <= 6; count++) {
        for (const box of boxes(layout, count, count % 2 === 0)) {
          expect(box.x, `${layout} ${count}`).toBeGreaterThanOrEqual(-1e-9);
          expect(box.y, `${layout} ${count}`).toBeGreaterThanOrEqual(-1e-9);
          expect(box.x + box.w, `${layout} ${count}`).toBeLessThanOrEqual(1 + 1e-9);
          expect(box.y + box.h, `${layout} ${count}`).toBeLessThanOrEqual(1 + 1e-9);
          expect(box.w * box.h).toBeGreaterThan(0);
        }
      }
    }
  });
  it("gives each picture a place of its own, apart from Corner", () => {
    for (const layout of ["two", "row", "side", "screen"] as const) {
      const all = boxes(layout, 4, false);
      for (const [i, a] of all.entries()) {
        for (const b of all.slice(i + 1)) expect(a.x + a.w <= b.x + 1e-9 || b.x + b.w <= a.x + 1e-9 || a.y + a.h <= b.y + 1e-9 || b.y + b.h <= a.y + 1e-9, layout).toBe(true);
      }
    }
  });
  it("leaves titles, backgrounds, sound, hidden and locked items alone", () => {
    const things = [thing("back", "color"), thing("cam", "camera"), thing("mic", "audio_input"), thing("name", "text"), thing("off", "camera", { visible: false }), thing("logo", "image", { locked: true })];
    expect(pictures(things, size).map((one) => one.id)).toEqual(["cam"]);
    expect(arrange("one", things, size).changes.map((one) => one.item)).toEqual(["cam"]);
  });
  it("puts the screen first where that is meant", () => {
    const things = [thing("cam", "camera"), thing("desk", "screen")];
    expect(arrange("screen", things, size).changes[0]?.item).toBe("desk");
    expect(arrange("corner", things, size).changes[0]?.item).toBe("desk");
    expect(arrange("two", things, size).changes[0]?.item).toBe("cam");
  });
  it("puts a picture that fills everything below those in its corner", () => {
    expect(arrange("corner", [thing("back", "color"), thing("cam", "camera"), thing("desk", "screen")], size).below).toEqual({ item: "desk", index: 1 });
    expect(arrange("corner", [thing("desk", "screen"), thing("cam", "camera")], size).below).toBeNull();
  });
  it("hides what has no place, and says how many", () => {
    expect(arrange("one", [thing("a", "camera"), thing("b", "camera"), thing("c", "camera")], size).hidden).toBe(2);
  });
  it("is known again", () => {
    const three = [thing("a", "camera"), thing("b", "camera"), thing("c", "camera")];
    for (const layout of ["row", "side", "corner", "screen"] as const) expect(layoutOf(after(three, layout), size), layout).toBe(layout);
    expect(layoutOf(after(three.slice(0, 2), "two"), size)).toBe("two");
    expect(layoutOf(after(three, "one"), size)).toBe("one");
    expect(layoutOf(three, size)).toBeUndefined();
    expect(NEEDS.one).toBe(1);
  });
});
