import { expect, it } from "vitest";
import { lineUp, spread, type Thing } from "./arrange";

const thing = (id: string, x: number, y: number, w: number, h: number): Thing => ({
  id, size: { width: w, height: h },
  place: { position: { x, y }, alignment: "top_left", scale: { x: 1, y: 1 }, rotation_deg: 0, crop: { left: 0, top: 0, right: 0, bottom: 0 }, bounds: null },
});
const three = [thing("a", 0, 0, 100, 50), thing("b", 300, 20, 50, 50), thing("c", 500, 40, 100, 100)];

it("lines up edges and middles", () => {
  expect([...lineUp(three, "top")]).toEqual([["b", { position: { x: 300, y: 0 } }], ["c", { position: { x: 500, y: 0 } }]]);
  expect(lineUp(three, "right").get("a")).toEqual({ position: { x: 500, y: 0 } });
  expect(lineUp(three, "middle").get("b")).toEqual({ position: { x: 275, y: 20 } });
});

it("spreads gaps, the outermost stay", () => {
  expect([...spread(three, "x")]).toEqual([["b", { position: { x: 275, y: 20 } }]]);
  expect(spread(three.slice(0, 2), "x").size).toBe(0);
});
