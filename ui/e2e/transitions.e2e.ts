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

test("a quick transition takes edits of the scene on show", async () => {
  interface Quick { quick_transitions?: { id: string; name: string; transition: string; duration_ms?: number }[] }
  const quick = async (s: Studio): Promise<Quick["quick_transitions"]> => (await s.get<{ project: Quick }>("/api/project")).project.quick_transitions;
  const s = await openStudio({ width: 1280, height: 900 });
  const page = s.page;
  await s.command({ command: "add_source", kind: "test_pattern", name: "Bars", scene: "main" });
  await page.getByRole("button", { name: "Studio", exact: true }).click();
  await s.command({ command: "set_studio_mode", on: true });
  const between = page.getByRole("region", { name: "Transition" });
  await between.getByRole("button", { name: "Add a quick transition" }).click();
  await page.getByRole("menuitem", { name: "Fade", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: /^Quick transition:/ });
  await dialog.getByLabel("Name").fill("Slowly");
  await dialog.getByLabel("Name").press("Enter");
  await dialog.getByText("The transition's own duration").click();
  await dialog.getByLabel("Duration").fill("0.5");
  await dialog.getByLabel("Duration").press("Enter");
  await until(async () => {
    const one = (await quick(s))?.[0];
    return one?.name === "Slowly" && one.transition === "fade" && one.duration_ms === 500;
  });
  expect(await accessibility(page)).toEqual([]);
  if (SHOTS) await page.screenshot({ path: `${SHOTS}/quick-transition.png` });
  await dialog.getByRole("button", { name: "Done" }).click();

  // Nothing to take yet: the same scene, unchanged.
  const button = between.getByRole("button", { name: "Slowly", exact: true });
  expect(await button.isDisabled()).toBe(true);
  await between.getByRole("button", { name: "Studio mode: options" }).click();
  await page.getByText("Edit a copy: the programme changes only when taken").click();
  const edited = async (): Promise<boolean> => (await s.get<{ desk: { edited: boolean } }>("/api/state")).desk.edited;
  await until(async () => (await s.get<{ desk: { duplicate: boolean } }>("/api/state")).desk.duplicate);
  await s.command({ command: "add_source", kind: "color", name: "Plate", scene: "main", settings: { color: "#2266aa", width: 320, height: 180 } });
  await until(edited);
  await button.waitFor();
  await until(async () => !(await button.isDisabled()));
  if (SHOTS) await page.waitForTimeout(1500).then(() => page.screenshot({ path: `${SHOTS}/edit-a-copy.png` }));
  await page.keyboard.press("Alt+1");
  await until(async () => !(await edited()));
  await s.close();
});

test("a canvas follows the programme with a layout of its own", async () => {
  interface Place { visible?: boolean; position?: { x: number; y: number }; scale?: { x: number } ; bounds?: { width: number } }
  interface Canvases { canvases: { id: string; follow?: { rule: string; places?: Record<string, Record<string, Place>> } | null }[] }
  const s = await openStudio({ width: 1280, height: 900 });
  const page = s.page;
  await s.command({ command: "add_source", kind: "color", name: "Plate", scene: "main", settings: { color: "#2266aa", width: 320, height: 180 } });
  await s.command({ command: "add_canvas", name: "tall", width: 180, height: 320, follow: "fill" });
  const follow = async () => (await s.get<{ project: Canvases }>("/api/project")).project.canvases[1]?.follow;
  await until(async () => (await follow())?.rule === "fill");
  await page.keyboard.press("Control+,");
  await page.getByRole("tab", { name: "Project", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Layout of tall" }).click();
  const dialog = page.getByRole("dialog", { name: "Layout of tall" });
  await dialog.getByRole("combobox", { name: "Where items lie that were not placed" }).selectOption({ label: "Fit: all of it, with bars" });
  await until(async () => (await follow())?.rule === "fit");
  const item = dialog.getByRole("button", { name: "Plate", exact: true }).first();
  const box = await item.boundingBox();
  if (!box) throw new Error("the item has no box");
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2 + 10, box.y + box.height / 2 + 40, { steps: 5 });
  await page.mouse.up();
  const place = async (): Promise<Place | undefined> => Object.values((await follow())?.places?.["main"] ?? {})[0];
  await until(async () => ((await place())?.position?.y ?? 0) > 10);
  const corner = dialog.locator(".corner");
  // Where it rests: the last place of the drag comes back from the engine.
  let before = "";
  await until(async () => {
    const now = JSON.stringify(await corner.boundingBox());
    const rests = now === before;
    before = now;
    await page.waitForTimeout(300);
    return rests;
  });
  const at = await corner.boundingBox();
  if (!at) throw new Error("the item has no corner");
  await page.mouse.move(at.x + 5, at.y + 5);
  await page.mouse.down();
  await page.mouse.move(at.x - 30, at.y - 20, { steps: 5 });
  await page.mouse.up();
  await until(async () => (await place())?.scale !== undefined || (await place())?.bounds !== undefined);
  await dialog.getByRole("button", { name: "Hide Plate here" }).click();
  await until(async () => (await place())?.visible === false);
  expect(await accessibility(page)).toEqual([]);
  if (SHOTS) await page.screenshot({ path: `${SHOTS}/canvas-layout.png` });
  await dialog.getByRole("button", { name: "Back to the rule" }).click();
  await until(async () => (await place()) === undefined);
  await dialog.getByRole("button", { name: "Done" }).click();
  await s.close();
});
