// A whole show without a mouse: the first run, a source and a scene, the mixer, live on this computer, the end and the report.
// After every key the focus is somewhere and its ring is seen; Esc gives it back to where it was.
import type { Page } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { accessibility, closeBrowser, focus, openStudio, until } from "./harness";

interface Doc {
  project: { scenes: { id: string; name: string }[]; sources: { id: string; kind: string; audio: { muted: boolean; volume_db: number } }[]; destinations: { kind: string }[] };
}
interface State {
  on_air: boolean;
  destinations: { state: string }[];
}

afterAll(closeBrowser);

/** Waits until the focus is on something whose name fits, with its ring drawn. After a dialog it comes a picture later. */
async function onto(page: Page, what: string, name = /./): Promise<void> {
  let now = await focus(page);
  await until(async () => {
    now = await focus(page);
    return !now.lost && now.seen && name.test(now.on);
  }).catch(() => {
    throw new Error(`after ${what} the focus is ${now.lost ? "lost" : `on “${now.on}”${now.seen ? "" : ", which has no ring"}`}`);
  });
}
/** Presses a key; the focus must be somewhere afterwards and seen. */
async function press(page: Page, key: string): Promise<void> {
  await page.keyboard.press(key);
  // Behind the last thing of a page comes the browser's own bar; the next Tab is back on the page.
  if (/Tab$/.test(key) && (await focus(page)).lost) await page.keyboard.press(key);
  await onto(page, key);
}
/** Goes on with a key until the focus is on something of that name, as a person would. */
async function go(page: Page, name: RegExp, key = "Tab", most = 80): Promise<void> {
  const seen: string[] = [];
  for (let n = 0; n < most; n += 1) {
    const now = await focus(page);
    if (name.test(now.on)) return;
    seen.push(now.on);
    await press(page, key);
  }
  throw new Error(`${key} never came to ${name}: ${seen.join(" → ")}`);
}
/** The palette, with its field focused: what is typed then goes there. */
async function wish(page: Page, words: string): Promise<void> {
  await page.keyboard.press("Control+k");
  await onto(page, "Ctrl K", /combobox/);
  await page.keyboard.type(words);
  await page.getByRole("dialog").getByRole("option").first().waitFor();
}
/** Goes to an area of the window by F6. */
async function area(page: Page, name: string): Promise<void> {
  for (let n = 0; n < 12; n += 1) {
    if (await page.evaluate((wanted) => !!document.activeElement?.closest(`[data-area=${wanted}]`), name)) return;
    await press(page, "F6");
  }
  throw new Error(`F6 never came to ${name}`);
}

test("from the first run to the report without a mouse", async () => {
  const s = await openStudio({ firstRun: true });
  const page = s.page;
  const doc = async (): Promise<Doc["project"]> => (await s.get<Doc>("/api/project")).project;
  const state = (): Promise<State> => s.get<State>("/api/state");
  const dialog = page.getByRole("dialog");

  // The first run.
  await page.getByRole("heading", { name: "What will you make?" }).waitFor();
  await press(page, "Tab");
  await go(page, /Start empty/);
  await press(page, "Enter");
  await go(page, /^button Next/);
  await press(page, "Enter");
  await page.getByRole("heading", { name: "Nothing to set up" }).waitFor();
  await go(page, /^button Next/);
  await press(page, "Enter");
  await page.getByRole("heading", { name: "Where should it go?" }).waitFor();
  await go(page, /^button Choose/);
  await press(page, "Enter");
  await page.getByText("Added", { exact: true }).waitFor();
  await go(page, /^button Open my studio/);
  await press(page, "Enter");
  await dialog.waitFor({ state: "hidden" });
  await onto(page, "the first run");
  expect((await doc()).destinations.map((one) => one.kind)).toEqual(["local"]);

  // A source with a sound, found by its name.
  await press(page, "Control+2");
  await page.getByRole("tree").first().waitFor();
  await press(page, "a");
  await dialog.getByRole("combobox").waitFor();
  await page.keyboard.type("test sound");
  await press(page, "ArrowDown");
  await press(page, "Enter");
  const tone = await until(async () => (await doc()).sources.find((one) => one.kind === "tone"));
  await dialog.waitFor({ state: "hidden" });
  await onto(page, "adding a source");

  // A scene, from the palette, which gives the focus back.
  await area(page, "scenes");
  const before = await focus(page);
  await wish(page, "new scene");
  await press(page, "Escape");
  await dialog.waitFor({ state: "hidden" });
  await onto(page, "Esc in the palette");
  expect((await focus(page)).on).toBe(before.on);
  await wish(page, "new scene");
  await press(page, "Enter");
  await until(async () => (await doc()).scenes.length === 2);
  await onto(page, "the new scene");
  await press(page, "Escape");

  // The mixer: louder, silent, heard again.
  const sound = async (): Promise<{ muted: boolean; volume_db: number }> => (await doc()).sources.find((one) => one.id === tone.id)?.audio ?? { muted: false, volume_db: 0 };
  await area(page, "mixer");
  await go(page, /\[slider\]/);
  await press(page, "ArrowDown");
  await press(page, "PageDown");
  await until(async () => (await sound()).volume_db === -3.5);
  await press(page, "Tab");
  await press(page, "Space");
  await until(async () => (await sound()).muted);
  await page.locator(":focus[aria-pressed=true]").waitFor();
  await press(page, "Space");
  await until(async () => !(await sound()).muted);

  // The menu of a strip and a dialog: Esc, and the focus is back.
  await go(page, /^button More/, "Shift+Tab");
  const strip = (await focus(page)).on;
  await press(page, "Enter");
  await page.getByRole("menu").waitFor();
  await press(page, "Escape");
  await onto(page, "Esc in a menu");
  expect((await focus(page)).on).toBe(strip);
  await press(page, "Control+,");
  await dialog.waitFor();
  await press(page, "Tab");
  await press(page, "Escape");
  await dialog.waitFor({ state: "hidden" });
  await onto(page, "Esc in Settings");
  expect((await focus(page)).on).toBe(strip);

  // Live on this computer.
  await press(page, "Control+Shift+l");
  await dialog.getByText("Checked just now").waitFor();
  await go(page, /^button Go live now/);
  expect(await accessibility(page)).toEqual([]);
  await press(page, "Enter");
  await until(async () => (await state()).destinations[0]?.state === "live");
  await dialog.waitFor({ state: "hidden" });
  await onto(page, "going live");

  // The end: the safe answer has the focus, and Esc takes it.
  const question = page.getByRole("alertdialog");
  await press(page, "Control+Shift+l");
  await question.waitFor();
  expect((await focus(page)).on).not.toMatch(/End show/);
  await press(page, "Escape");
  await question.waitFor({ state: "hidden" });
  expect((await state()).on_air).toBe(true);
  await press(page, "Control+Shift+l");
  await question.waitFor();
  await go(page, /^button End show/);
  await press(page, "Enter");
  await until(async () => !(await state()).on_air);
  await question.waitFor({ state: "hidden" });
  await onto(page, "the end of the show");

  // The report, from the palette.
  await wish(page, "report");
  await press(page, "Enter");
  await dialog.getByRole("heading", { level: 1 }).waitFor();
  await onto(page, "the report opened");
  expect(await accessibility(page)).toEqual([]);
  await press(page, "Escape");
  await dialog.waitFor({ state: "hidden" });
  await onto(page, "Esc in the report");
  await s.close();
}, 180_000);
