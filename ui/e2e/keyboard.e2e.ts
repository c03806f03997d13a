// A whole show without a mouse: the first run, a scene built and arranged, live on this computer, and the end. After every key
// the focus is somewhere, and it can be seen.
import type { Page } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { accessibility, closeBrowser, focus, openStudio, until } from "./harness";

interface Doc {
  project: { scenes: { id: string; name: string; items: { id: string; position: { x: number; y: number } }[] }[]; sources: { name: string; kind: string; settings: Record<string, unknown> }[] };
}
interface State {
  on_air: boolean;
  destinations: { state: string }[];
}

afterAll(closeBrowser);

/** Presses a key; the focus must be somewhere afterwards and seen. */
async function press(page: Page, key: string): Promise<void> {
  await page.keyboard.press(key);
  // Behind the last thing of a page comes the browser's own bar; the next Tab is back on the page.
  if (/Tab$/.test(key) && (await focus(page)).lost) await page.keyboard.press(key);
  await settled(page, key);
}
/** A focus given back after a dialog comes a picture later: it must come within a second. */
async function settled(page: Page, what: string): Promise<void> {
  const end = performance.now() + 1500;
  let now = await focus(page);
  while ((now.lost || !now.seen) && performance.now() < end) {
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
    now = await focus(page);
  }
  expect(now, `after ${what}`).toMatchObject({ lost: false, seen: true });
}
/** Goes on with Tab until the focus is on something of that name, as a person would; at most 60 times. */
async function tabTo(page: Page, name: RegExp, key = "Tab"): Promise<void> {
  const seen: string[] = [];
  for (let n = 0; n < 60; n += 1) {
    const now = await focus(page);
    if (name.test(now.on)) return;
    seen.push(now.on);
    await press(page, key);
  }
  throw new Error(`Tab never came to ${name}: ${seen.join(" → ")}`);
}

test("from the first run to live and to the end without a mouse", async () => {
  const s = await openStudio({ firstRun: true });
  const page = s.page;
  const doc = async (): Promise<Doc["project"]> => (await s.get<Doc>("/api/project")).project;
  await page.getByRole("heading", { name: "What will you make?" }).waitFor();
  await tabTo(page, /Start empty/);
  await press(page, "Enter");
  await tabTo(page, /^button Next/);
  await press(page, "Enter");
  await page.getByRole("heading", { name: "Nothing to set up" }).waitFor();
  await tabTo(page, /^button Next/);
  await press(page, "Enter");
  await page.getByRole("heading", { name: "Where should it go?" }).waitFor();
  await tabTo(page, /^button Choose/);
  await press(page, "Enter");
  await page.getByText("Added", { exact: true }).waitFor();
  await settled(page, "the destination was added");
  await tabTo(page, /^button Open my studio/);
  await press(page, "Enter");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await settled(page, "the first run ended");

  // A picture, found by its name.
  await press(page, "a");
  await page.getByRole("dialog").getByRole("combobox").waitFor();
  await page.keyboard.type("test");
  await press(page, "ArrowDown");
  await press(page, "Enter");
  await until(async () => (await doc()).sources.length === 1);
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await settled(page, "the source was added");

  // The studio by its key, the canvas by F6, the item by the arrows.
  await press(page, "Control+2");
  await page.getByRole("tree").first().waitFor();
  for (let n = 0; n < 12 && !/application/.test((await focus(page)).on); n += 1) {
    await press(page, "F6");
    if (await page.evaluate(() => !!document.activeElement?.closest("[data-area=programme],[data-area=preview]"))) break;
  }
  await tabTo(page, /application/);
  const place = async (): Promise<{ x: number; y: number } | undefined> => (await doc()).scenes[0]?.items[0]?.position;
  const before = await place();
  await press(page, "Tab");
  await page.keyboard.press("Shift+Tab");
  await press(page, "ArrowRight");
  await until(async () => (await place())?.x === (before?.x ?? 0) + 1);
  await press(page, "Control+z");
  await until(async () => (await place())?.x === before?.x);

  // A property, reached from anywhere with Ctrl K.
  await press(page, "Control+k");
  await page.keyboard.type("new scene");
  await press(page, "Enter");
  await until(async () => (await doc()).scenes.length === 2);
  await settled(page, "the palette closed");
  await press(page, "Shift+1");

  await press(page, "Control+Shift+l");
  const dialog = page.getByRole("dialog");
  await dialog.getByText("Checked just now").waitFor();
  await tabTo(page, /^button Go live now/);
  expect(await accessibility(page)).toEqual([]);
  await press(page, "Enter");
  await until(async () => (await s.get<State>("/api/state")).destinations[0]?.state === "live");
  await dialog.waitFor({ state: "hidden" });
  await settled(page, "the show began");
  await press(page, "k"); // a marker

  await press(page, "Control+Shift+l");
  const question = page.getByRole("alertdialog");
  await question.waitFor();
  // The safe answer has the focus: Enter alone ends nothing.
  expect((await focus(page)).on).not.toMatch(/End show/);
  await tabTo(page, /^button End show/);
  await press(page, "Enter");
  await until(async () => !(await s.get<State>("/api/state")).on_air);
  await question.waitFor({ state: "hidden" });
  await settled(page, "the show ended");
  expect(await accessibility(page)).toEqual([]);
  await s.close();
}, 90_000);
