// Where items lie on a canvas of 9:16 that follows one of 16:9: the engine's own tests have the same numbers.
import { expect, it } from "vitest";
import type { ItemPlace, SceneItem } from "../api/types";
import { box } from "../monitor/editor/geometry";
import { grown, lying } from "./follow";

const main = { width: 160, height: 90 };
const tall = { width: 90, height: 160 };
const logo = {
  id: "logo", position: { x: 120, y: 10 }, alignment: "top_left", scale: { x: 1, y: 1 }, rotation_deg: 0, visible: true,
  crop: { left: 0, top: 0, right: 0, bottom: 0 }, bounds: null, flip_x: false, flip_y: false,
} as unknown as SceneItem;

function edges(own: unknown, rule: "fill" | "fit" = "fill"): number[] {
  const { place } = lying(logo, own as ItemPlace | undefined, rule, main, tall);
  const b = box(place, { width: 20, height: 10 });
  if (!b) return [];
  return [b.origin.x + b.left, b.origin.y + b.top, b.origin.x + b.right, b.origin.y + b.bottom].map((v) => Math.round(v * 100) / 100);
}

it("places by the rule what nobody has placed", () => {
  expect(edges(undefined)).toEqual([116.11, 17.78, 151.67, 35.56]);
  expect(edges(undefined, "fit")).toEqual([67.5, 60.31, 78.75, 65.94]);
  expect(edges({ rule: "fit" })).toEqual([67.5, 60.31, 78.75, 65.94]);
});

it("places an item where it was put", () => {
  expect(edges({ position: { x: 30, y: 140 }, scale: { x: 2, y: 1 } })).toEqual([30, 140, 70, 150]);
  expect(edges({ position: { x: 5, y: 5 }, bounds: { mode: "stretch", width: 80, height: 20 } })).toEqual([5, 5, 85, 25]);
  expect(edges({ position: { x: 0, y: 0 } })).toEqual([0, 0, 35.56, 17.78]);
  expect(lying(logo, { visible: false } as ItemPlace, "fill", main, tall).visible).toBe(false);
});

it("grows a box by its box and a picture by its scale", () => {
  const plain = lying(logo, undefined, "fit", main, tall).place;
  expect(grown(plain, 2)).toEqual({ scale: { x: 1.125, y: 1.125 } });
  const boxed = { ...plain, bounds: { mode: "cover" as const, width: 40, height: 20 } };
  expect(grown(boxed, 0.5)).toEqual({ bounds: { mode: "cover", width: 20, height: 10 } });
});
