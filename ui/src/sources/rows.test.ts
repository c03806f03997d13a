// The tree of items.
import { describe, expect, it } from "vitest";
import type { Scene, SceneItem } from "../api/types";
import { picked, rowsOf } from "./rows";

const item = (id: string, scene: string | null = null): SceneItem => ({ id, source: scene ? null : id, scene }) as SceneItem;
const scenes: Scene[] = [
  { id: "a", name: "A", color: "", items: [item("back"), item("inner", "b"), item("top")] },
  { id: "b", name: "B", color: "", items: [item("one"), item("loop", "a")] },
];
const find = (id: string): Scene | undefined => scenes.find((one) => one.id === id);
const list = (open: string[]): string[] => rowsOf(scenes[0] as Scene, find, new Set(open)).map((row) => `${"-".repeat(row.depth)}${row.key}@${row.index}`);

describe("rowsOf", () => {
  it("shows the top first", () => expect(list([])).toEqual(["top@2", "inner@1", "back@0"]));
  it("opens a nested scene, and never itself again", () => {
    expect(list(["inner", "inner/loop"])).toEqual(["top@2", "inner@1", "-inner/loop@1", "-inner/one@0", "back@0"]);
  });
  it("is quick with 2,000 items", () => {
    const many: Scene = { id: "m", name: "", color: "", items: Array.from({ length: 2000 }, (_, n) => item(`i${n}`)) };
    const began = performance.now();
    expect(rowsOf(many, find, new Set()).length).toBe(2000);
    expect(performance.now() - began).toBeLessThan(50);
  });
});

it("picks one, one more, or a range", () => {
  const ids = ["a", "b", "c", "d"];
  expect(picked(ids, ["a"], "a", "c", { ctrl: false, shift: false })).toEqual(["c"]);
  expect(picked(ids, ["a"], "a", "c", { ctrl: true, shift: false })).toEqual(["a", "c"]);
  expect(picked(ids, ["a", "c"], "a", "c", { ctrl: true, shift: false })).toEqual(["a"]);
  expect(picked(ids, ["c"], "c", "a", { ctrl: false, shift: true })).toEqual(["a", "b", "c"]);
});
