// The tree of items.
import { describe, expect, it } from "vitest";
import type { Scene, SceneItem } from "../api/types";
import { landing, picked, rowsOf, stepped, withHeld } from "./rows";

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

describe("groups", () => {
  const held = (id: string, parent: string, holds: "group" | "layout" | null = null): SceneItem => ({
    ...item(id), parent, members: holds ? { width: 1, height: 1, ...(holds === "layout" ? { layout: { kind: "grid" } } : {}) } : undefined,
  }) as SceneItem;
  const scene: Scene = {
    id: "g", name: "", color: "",
    items: [held("back", ""), held("g", "", "group"), held("a", "g"), held("b", "g"), held("l", "", "layout"), held("x", "l"), held("y", "l")],
  };
  const of = (id: string): SceneItem => scene.items.find((i) => i.id === id) as SceneItem;
  const keys = (folded: string[] = []): string[] => rowsOf(scene, find, new Set(folded)).map((r) => `${"-".repeat(r.depth)}${r.key}`);

  it("begin open; a layout's first place is listed first", () => {
    expect(keys()).toEqual(["l", "-x", "-y", "g", "-b", "-a", "back"]);
    expect(keys(["g"])).toEqual(["l", "-x", "-y", "g", "back"]);
  });
  it("take what is dropped on them, and give it out again", () => {
    expect(landing(scene, of("back"), of("g"), "into")).toEqual({ parent: "g", index: 6 });
    expect(landing(scene, of("back"), of("a"), "above")).toEqual({ parent: "g", index: 2 });
    expect(landing(scene, of("a"), of("back"), "below")).toEqual({ parent: "", index: 0 });
    expect(landing(scene, of("y"), of("x"), "above")).toEqual({ parent: "l", index: 5 });
    expect(landing(scene, of("x"), of("y"), "below")).toEqual({ parent: "l", index: 6 });
  });
  it("never go into themselves", () => {
    expect(landing(scene, of("g"), of("a"), "above")).toBeNull();
    expect(landing(scene, of("g"), of("g"), "into")).toBeNull();
  });
  it("keep steps among those of one group", () => {
    expect(stepped(scene, of("a"), true)).toBe(3);
    expect(stepped(scene, of("b"), true)).toBeNull();
    expect(stepped(scene, of("x"), false)).toBe(6);
  });
  it("take along what they hold", () => expect(withHeld(scene, ["g"]).map((i) => i.id)).toEqual(["g", "a", "b"]));
});
