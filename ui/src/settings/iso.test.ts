import { expect, test } from "vitest";
import type { Project } from "../api/types";
import { isTicked, partsOf, withAll, withPart, type Part } from "./iso";

const project = {
  sources: [{ id: "cam", name: "Camera" }, { id: "mic", name: "" }],
  canvases: [{ id: "main" }],
  audio: { tracks: [] },
} as unknown as Project;

test("sources have a box each, a lone canvas and a lone track have none", () => {
  expect(partsOf(project).map((p) => [p.entry, p.name])).toEqual([["source:cam", "Camera"], ["source:mic", "mic"]]);
  const more = { ...project, canvases: [{ id: "main" }, { id: "tall" }], audio: { tracks: [{ id: "live", name: "Live" }, { id: "vod", name: "" }] } } as unknown as Project;
  expect(partsOf(more).slice(2).map((p) => p.entry)).toEqual(["canvas:main", "canvas:tall", "track:live", "track:vod"]);
});

test("boxes write what the engine reads", () => {
  const [cam, mic] = partsOf(project) as [Part, Part];
  expect(isTicked(["cam"], cam)).toBe(true);
  expect(isTicked(["cam"], mic)).toBe(false);
  expect(isTicked(["all"], mic)).toBe(true);
  expect(withPart(["cam"], mic, true)).toEqual(["cam", "source:mic"]);
  expect(withPart(["cam", "source:mic"], cam, false)).toEqual(["source:mic"]);
  expect(withAll(["cam", "track:vod"], true)).toEqual(["all", "track:vod"]);
  expect(withAll(["all", "track:vod"], false)).toEqual(["track:vod"]);
});
