// Each starting point is a show that works with whatever was found.
import { describe, expect, it } from "vitest";
import { planOf, STARTS, type Have } from "./plan";

const size = { width: 1280, height: 720 };
const all: Have = { camera: "camera", screen: "screen", microphone: "mic", film: "film", picture: "image", music: "song" };

describe("a starting point", () => {
  it.each(STARTS)("%s: every item has a source, with and without devices", (start) => {
    for (const have of [all, {}]) {
      const plan = planOf(start, have, size);
      const known = new Set([...Object.keys(plan.sources), ...Object.values(have)]);
      expect(plan.scenes.length).toBeGreaterThan(0);
      for (const scene of plan.scenes) {
        expect(scene.name).not.toMatch(/^firstrun\./);
        for (const one of scene.items) expect(known.has(one.source), `${start}: ${one.source}`).toBe(true);
      }
      for (const name of Object.keys(plan.sources)) expect(plan.scenes.some((scene) => scene.items.some((one) => one.source === name))).toBe(true);
    }
  });
  it("shows something at once, apart from the empty one and a film that is still missing", () => {
    for (const start of ["talk", "screen", "music", "demo"] as const) expect(planOf(start, {}, size).scenes[0]?.items.length).toBeGreaterThan(0);
    expect(planOf("film", all, size).scenes[0]?.items[0]?.source).toBe("film");
  });
  it("puts the camera in the corner of the screen", () => {
    const [first] = planOf("screen", all, size).scenes;
    expect(first?.items.map((one) => one.source)).toEqual(["screen", "camera", "mic"]);
    const corner = first?.items[1]?.item;
    expect((corner?.position?.x ?? 0) + (corner?.bounds?.width ?? 0)).toBeLessThan(1280);
    expect((corner?.position?.y ?? 0) + (corner?.bounds?.height ?? 0)).toBeLessThan(720);
  });
  it("scales its words with the canvas", () => {
    expect(planOf("talk", {}, { width: 640, height: 360 }).sources["soon"]?.settings["size_px"]).toBe(31);
  });
});
