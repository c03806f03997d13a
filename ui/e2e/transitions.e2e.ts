// Transitions in studio mode: one is added and set, the T-bar is pushed there and back, a scene insists on its own.
import { afterAll, expect, test } from "vitest";
import { accessibility, closeBrowser, openStudio, type Studio, until } from "./harness";

interface Doc {
  project: {
    scenes: { id: string; transition?: { transition: string } }[];
    canvases: { scene: string }[];
    transitions?: { id: string; kind: string; duration_ms: number; settings: Record<string, unknown> }[];
  };
}
interface State {
  desk: { transition: { id: string; duration_ms: number }; preview: string; progress: number | null; held: boolean };
}
const doc = async (s: Studio) => (await s.get<Doc>("/api/project")).project;
const desk = async (s: Studio) => (await s.get<State>("/api/state")).desk;
const SHOTS = process.env["FOOTLIGHT_SHOTS"];

afterAll(closeBrowser);

test("a transition is added, set, pushed by hand and insisted on", async () => {
  const s = await openStudio({ width: 1280, height: 720 });
  const page = s.page;
  await s.command({ command: "add_source", kind: "test_pattern", name: "Bars", scene: "main" });
  const { scene } = await s.command({ command: "add_scene", name: "Second" });
  await s.command({ command: "add_source", kind: "color", name: "Plate", scene, settings: { color: "#2266aa", width: 1920, height: 1080 } });
  await page.getByRole("button", { name: "Studio", exact: true }).click();
  await s.command({ command: "set_studio_mode", on: true });
  await s.command({ command: "set_preview", scene });
  const between = page.getByRole("region", { name: "Transition" });
  await between.getByRole("button", { name: "Add a transition" }).click();
  await page.getByRole("menuitem", { name: "Slide" }).click();
  const dialog = page.getByRole("dialog", { name: "Transition: Slide" });
  await dialog.getByRole("combobox", { name: "Moves" }).selectOption({ label: "Up" });
  await dialog.getByLabel("Duration").fill("2");
  await dialog.getByLabel("Duration").press("Enter");
  await until(async () => {
    const one = (await doc(s)).transitions?.[0];
    return one?.kind === "slide" && one.duration_ms === 2000 && one.settings["direction"] === "up";
  });
  expect(await accessibility(page)).toEqual([]);
  if (SHOTS) await page.screenshot({ path: `${SHOTS}/transition-dialog.png` });
  await dialog.getByRole("button", { name: "Done" }).click();
  expect((await desk(s)).transition).toEqual({ id: "slide", duration_ms: 2000 });

  const bar = between.getByRole("slider", { name: "T-bar" });
  await bar.fill("0.4");
  await until(async () => (await desk(s)).held && (await desk(s)).progress === 0.4);
  expect((await doc(s)).canvases[0]?.scene).toBe(scene);
  await page.getByRole("region", { name: "Preview: Main" }).waitFor();
  expect(await accessibility(page)).toEqual([]);
  if (SHOTS) await page.waitForTimeout(1500).then(() => page.screenshot({ path: `${SHOTS}/transition-held.png` }));
  await bar.fill("0");
  await until(async () => (await doc(s)).canvases[0]?.scene === "main" && (await desk(s)).preview === scene);
  await bar.fill("0.9");
  await until(async () => (await desk(s)).held);
  await bar.fill("1");
  await until(async () => (await doc(s)).canvases[0]?.scene === scene && (await desk(s)).progress === null);

  await page.getByRole("button", { name: /^1, Main/ }).click({ button: "right" });
  await page.getByRole("menuitem", { name: "Comes on show by" }).click();
  await page.getByRole("menuitemcheckbox", { name: "Cut" }).or(page.getByRole("menuitemradio", { name: "Cut" })).or(page.getByRole("menuitem", { name: "Cut" })).click();
  await until(async () => (await doc(s)).scenes[0]?.transition?.transition === "cut");
  await between.getByRole("button", { name: /^Take/ }).click();
  await until(async () => (await doc(s)).canvases[0]?.scene === "main");
  expect((await desk(s)).progress).toBeNull();

  await between.getByRole("button", { name: "Settings of this transition" }).click();
  await dialog.getByRole("button", { name: "Delete" }).click();
  await until(async () => !(await doc(s)).transitions?.length);
  expect((await desk(s)).transition.id).toBe("fade");
  await s.close();
});
