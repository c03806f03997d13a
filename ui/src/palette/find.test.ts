// The palette finds what is meant.
import { expect, it } from "vitest";
import { search } from "./find";

const all = ["Go live", "Add source", "Add destination", "Undo: Move “Logo”", "Simple layout", "Interview to preview"].map((text, n) => ({ id: String(n), text, ...(n === 0 ? { also: "start stream broadcast" } : {}) }));
const found = (wish: string, lately: string[] = []): string[] => search(all, wish, lately).map((one) => one.text);

it("finds by beginnings, by several words and by letters", () => {
  expect(found("add s")[0]).toBe("Add source");
  expect(found("dest")).toEqual(["Add destination"]);
  expect(found("preview inter")).toEqual(["Interview to preview"]);
  expect(found("glv")).toContain("Go live");
  expect(found("stream")[0]).toBe("Go live");
  expect(found("xyz")).toEqual([]);
});
it("shows what was used lately first", () => {
  expect(found("", ["4", "1"]).slice(0, 2)).toEqual(["Simple layout", "Add source"]);
});
