import { expect, test } from "vitest";
import type { Change } from "../api/types";
import { changed } from "./change";

const doc = (): { scenes: { id: string; items: { id: string; x: number }[] }[]; name: string; gone?: number } => ({
  name: "Show",
  gone: 1,
  scenes: [{ id: "a", items: [{ id: "1", x: 0 }, { id: "2", x: 0 }] }, { id: "b", items: [] }],
});

test("only what changed is another object", () => {
  const before = doc();
  const after = changed(before, [
    { at: ["scenes", 0, "items", 1, "x"], do: "set", value: 7 },
    { at: ["scenes", 0, "items"], do: "splice", from: 1, out: 0, put: [{ id: "3", x: 1 }] },
    { at: ["gone"], do: "remove" },
  ]);
  expect(after).toEqual({ name: "Show", scenes: [{ id: "a", items: [{ id: "1", x: 0 }, { id: "3", x: 1 }, { id: "2", x: 7 }] }, { id: "b", items: [] }] });
  expect(after?.scenes[1]).toBe(before.scenes[1]);
  expect(after?.scenes[0]?.items[0]).toBe(before.scenes[0]?.items[0]);
  expect(before).toEqual(doc());
});

test("the whole may be replaced, and nothing changed is the same", () => {
  const before = doc();
  expect(changed(before, [])).toBe(before);
  expect(changed<unknown>(before, [{ at: [], do: "set", value: [1] }])).toEqual([1]);
});

test("changes of another document are refused", () => {
  const wrong: Change[] = [{ at: ["scenes", 9, "items"], do: "splice", from: 0, out: 1, put: [] }];
  expect(changed(doc(), wrong)).toBeUndefined();
});
