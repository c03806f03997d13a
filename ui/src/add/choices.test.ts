import { expect, it, vi } from "vitest";
import type { Project, SceneItem } from "../api/types";
import type { Choice } from "./choices";

vi.mock("./kinds", () => ({ kindName: (k: string) => k, kindSentence: () => "", orderOf: () => 0 }));
vi.mock("../i18n", () => ({ t: (k: string) => k }));

const { freeName, holds, needsFile, search } = await import("./choices");

const item = (id: string, scene: string | null, source: string | null): SceneItem => ({
  id, name: "", scene, source, visible: true, locked: false, position: { x: 0, y: 0 }, alignment: "top_left", scale: { x: 1, y: 1 }, rotation_deg: 0,
  crop: { left: 0, top: 0, right: 0, bottom: 0 }, bounds: null, opacity: 1,
  flip_x: false, flip_y: false, scale_filter: "auto", blend: "normal", blend_space: "srgb", corner_radius: 0, border: null, shadow: null,
});
const project = {
  sources: [{ name: "Camera" }, { name: "Camera 2" }],
  scenes: [
    { id: "a", name: "A", items: [item("1", "b", null)] }, { id: "b", name: "B", items: [item("1", "c", null)] },
    { id: "c", name: "C", items: [] }, { id: "loop", name: "L", items: [item("1", "loop", null)] },
  ],
} as unknown as Project;

it("knows which scenes hold which", () => {
  expect(holds(project, "a", "c")).toBe(true);
  expect(holds(project, "c", "a")).toBe(false);
  expect(holds(project, "loop", "a")).toBe(false);
});

it("finds free names", () => {
  expect(freeName(project, "Camera")).toBe("Camera 3");
  expect(freeName(project, "Screen")).toBe("Screen");
});

it("searches names and notes", () => {
  const all: Choice[] = [
    { key: "1", group: "found", name: "Studio Cam 4K", note: "Camera", icon: "cam" }, { key: "2", group: "kinds", name: "Text", note: "A title", icon: "text" },
  ];
  expect(search(all, "cam studio").map((c) => c.key)).toEqual(["1"]);
  expect(search(all, " ").length).toBe(2);
});

it("waits for a file", () => {
  expect(needsFile({ kind: "image", settings: {} }, { file: "" })).toBe(true);
  expect(needsFile({ kind: "image", settings: {} }, { file: "media/a.png" })).toBe(false);
  expect(needsFile({ kind: "text", settings: {} }, {})).toBe(false);
});
