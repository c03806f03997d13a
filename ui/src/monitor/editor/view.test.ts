import { expect, it } from "vitest";
import { fitted, panned, step, toCanvasPoint, toElement, wheelFactor, zoomed } from "./view";

const canvas = { width: 1920, height: 1080 };
const room = { width: 1000, height: 700 };

it("fits with a margin and in the middle", () => {
  const v = fitted(canvas, room, 20);
  expect(v.scale).toBeCloseTo(0.5);
  expect([v.x, v.y]).toEqual([20, 80]);
});

it("zooms about the pointer", () => {
  const v = fitted(canvas, room, 20);
  const at = { x: 300, y: 200 };
  const before = toCanvasPoint(v, at);
  const z = zoomed(v, 1.5, at, canvas, room);
  const after = toCanvasPoint(z, at);
  expect(after.x).toBeCloseTo(before.x);
  expect(after.y).toBeCloseTo(before.y);
  expect(toElement(z, after)).toEqual({ x: expect.closeTo(300), y: expect.closeTo(200) });
});

it("never loses the canvas", () => {
  const v = panned(fitted(canvas, room, 20), { x: 99999, y: -99999 }, canvas, room);
  expect(v.x).toBeLessThan(room.width);
  expect(v.y + canvas.height * v.scale).toBeGreaterThan(0);
  expect(zoomed(v, 1e9, { x: 0, y: 0 }, canvas, room).scale).toBe(16);
});

it("steps through round figures", () => {
  expect([step(64, true), step(64, false), step(100, true), step(1600, true)]).toEqual([67, 50, 150, 1600]);
  expect(wheelFactor(-100, 0)).toBeGreaterThan(1);
});
