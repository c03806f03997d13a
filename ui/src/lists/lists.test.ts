// Long lists and moves in them.
import { describe, expect, it } from "vitest";
import { dropIndex, flipped, moved } from "./reorder";
import { reveal, visible } from "./virtual";

describe("visible", () => {
  it("draws only what is seen, with a margin", () => {
    const w = visible(2000, 1, 30, 3000, 300, 2);
    expect(w).toEqual({ first: 98, end: 112, top: 98 * 30, height: 60000 });
  });
  it("counts columns", () => {
    expect(visible(200, 3, 100, 0, 250, 0)).toMatchObject({ first: 0, end: 9, height: 6700 });
  });
  it("has an end", () => {
    expect(visible(10, 3, 100, 99999, 250)).toMatchObject({ end: 10 });
    expect(visible(0, 3, 100, 0, 250)).toEqual({ first: 0, end: 0, top: 0, height: 0 });
    expect(visible(5, 1, 30, 0, 0, 0).end).toBeGreaterThan(0);
  });
});

it("reveal scrolls as little as it can", () => {
  expect(reveal(0, 3, 100, 250, 300)).toBe(0);
  expect(reveal(4, 3, 100, 50, 300)).toBe(50);
  expect(reveal(30, 3, 100, 0, 300)).toBe(800);
});

describe("reorder", () => {
  const list = ["a", "b", "c", "d"];
  it.each([[0, 4, "bcda"], [0, 2, "bacd"], [3, 0, "dabc"], [2, 2, "abcd"], [2, 3, "abcd"]])("drops %i before %i", (from, before, out) => {
    expect(moved(list, from, dropIndex(from, before)).join("")).toBe(out);
  });
  it("is the same seen from the other end", () => {
    const from = 1, to = 3;
    const other = moved([...list].reverse(), flipped(from, 4), flipped(to, 4)).reverse();
    expect(other).toEqual(moved(list, from, to));
  });
});
