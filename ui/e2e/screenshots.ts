// Every room of the window at 1280 × 720 and 1920 × 1080, as JPEG in docs/screenshots: taken from a real engine with the demo
// of the first run. `FOOTLIGHT_BIN=… npm run screenshots`.
import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Locator, Page } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { closeBrowser, openStudio, type Studio, until } from "./harness";

const TO = resolve(import.meta.dirname, "../../docs/screenshots");
/** What a picture may take, bytes: as good as that allows, so that all of them stay small enough for a repository. */
const SIZES = [{ width: 1280, height: 720, room: 34_000 }, { width: 1920, height: 1080, room: 54_000 }];
const QUALITIES = [72, 50, 30];
/** Those the documents show may take more. */
const SHOWN = /^(simple|first-run|properties-1920|add-source-1920|go-live|report)\.jpg$/, ROOM_SHOWN = 100_000;
const MOST = 200_000, MOST_TOGETHER = 3_000_000;

afterAll(closeBrowser);

type Shot = (name: string, only?: number) => Promise<void>;

/** Takes a picture of the page as it is, at both sizes; what is the same in both at one. */
function camera(page: Page): Shot {
  return async (name, only) => {
    for (const { room, ...size } of SIZES.filter((one) => !only || one.width === only)) {
      await page.setViewportSize(size);
      const file = `${name}${size.width === 1280 ? "" : `-${size.width}`}.jpg`;
      // Not a condition to wait for: pictures come and meters move for a moment at their new size.
      await page.waitForTimeout(1100);
      let taken: Buffer = Buffer.alloc(0);
      for (const quality of QUALITIES) {
        taken = await page.screenshot({ type: "jpeg", quality });
        if (taken.length <= (SHOWN.test(file) ? ROOM_SHOWN : room)) break;
      }
      await writeFile(`${TO}/${file}`, taken);
    }
    await page.setViewportSize({ width: 1280, height: 720 });
  };
}
const dialog = (page: Page): Locator => page.getByRole("dialog").last();
async function closed(page: Page): Promise<void> {
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
}
async function opened(page: Page, key: string): Promise<void> {
  await page.keyboard.press(key);
  await dialog(page).waitFor();
}
/** Opens something by what it is called in the palette. */
async function wish(page: Page, words: string, run = true): Promise<void> {
  await page.keyboard.press("Control+k");
  await page.locator("[role=combobox]:focus").waitFor();
  await page.keyboard.type(words);
  await dialog(page).getByRole("option").first().waitFor();
  if (run) await page.keyboard.press("Enter");
}
/** Sets a preference and opens the page anew with it. */
async function preference(s: Studio, name: string, value: unknown): Promise<void> {
  const headers = { Authorization: `Bearer ${s.token}`, "Content-Type": "application/json" };
  const now = await s.get<Record<string, unknown>>("/api/preferences");
  await fetch(`${s.base}/api/preferences`, { method: "PUT", headers, body: JSON.stringify({ ...now, [name]: value }) });
  await s.page.reload();
  await s.page.getByRole("contentinfo", { name: /Footlights/ }).waitFor();
}

async function firstRun(s: Studio, shot: Shot): Promise<void> {
  const { page } = s;
  const next = (): Promise<void> => page.locator("footer button").last().click();
  await page.getByRole("heading", { name: "What will you make?" }).waitFor();
  await page.getByRole("button", { name: /Show me a demo/ }).click();
  await shot("first-run");
  await next();
  await shot("first-run-2");
  await next();
  await page.getByRole("button", { name: "Choose", exact: true }).click();
  await page.getByText("Added", { exact: true }).waitFor();
  await shot("first-run-3");
  await next();
  await page.getByRole("dialog").waitFor({ state: "hidden" });
}
async function building(s: Studio, shot: Shot): Promise<void> {
  const { page } = s;
  await shot("simple");
  await page.keyboard.press("Control+2");
  await page.getByRole("tree").first().waitFor();
  await shot("studio");
  await page.keyboard.press("2");
  await page.getByRole("treeitem", { name: /Test pattern/ }).first().click();
  await page.getByRole("tab", { name: "Properties" }).click();
  await shot("properties");
  await opened(page, "a");
  await dialog(page).getByRole("combobox").fill("test");
  await page.keyboard.press("ArrowDown");
  await shot("add-source");
  await closed(page);
  await page.getByRole("tab", { name: "Status" }).click();
  await page.getByRole("button", { name: "Mixer options" }).click();
  await page.getByRole("menu").waitFor();
  await shot("audio-tracks", 1280); // a menu closes when the window changes its size
  await page.keyboard.press("Escape");
}
async function destinations(s: Studio, shot: Shot): Promise<void> {
  const { page } = s;
  await wish(page, "add destination", false);
  await shot("palette", 1280);
  await page.keyboard.press("Enter");
  await dialog(page).getByRole("button", { name: /^SRT/ }).waitFor();
  await shot("add-destination");
  await dialog(page).getByRole("button", { name: /^SRT/ }).click();
  await dialog(page).getByRole("button", { name: "Add SRT" }).waitFor();
  await shot("add-srt", 1280);
  await closed(page);
  await page.getByRole("button", { name: "More about Second server" }).click();
  await page.getByRole("menuitem", { name: "Change settings" }).click();
  await dialog(page).getByText("Stands in for").waitFor();
  await shot("change-destination");
  await closed(page);
}
async function settings(s: Studio, shot: Shot): Promise<void> {
  const { page } = s;
  await opened(page, "Control+,");
  for (const [tab, name] of [["Look and language", "settings"], ["Encoder", "encoder"], ["Recording", "recording-settings"]] as const) {
    await dialog(page).getByRole("tab", { name: tab }).click();
    await page.waitForLoadState("networkidle");
    if (name === "encoder") await dialog(page).getByRole("heading", { name: "What the show needs" }).waitFor();
    await shot(name);
  }
  await closed(page);
  await opened(page, "?");
  await shot("keys", 1280);
  await closed(page);
  await opened(page, "Control+o");
  await shot("projects");
  await closed(page);
}
async function onAir(s: Studio, shot: Shot): Promise<void> {
  const { page } = s;
  const lamps = async (): Promise<string[]> => (await s.get<{ destinations: { state: string }[] }>("/api/state")).destinations.map((one) => one.state);
  await s.command({ command: "set_studio_mode", on: true });
  await page.getByRole("region", { name: /^Preview/ }).waitFor();
  await page.locator("body").press("3");
  await shot("studio-mode");
  await opened(page, "Control+Shift+l");
  await dialog(page).getByText("Checked just now").waitFor();
  await shot("go-live");
  await dialog(page).getByRole("button", { name: "Go live now" }).click();
  await until(async () => (await lamps())[0] === "live");
  await s.command({ command: "start_recording" });
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await shot("live");
  await s.command({ command: "start_destination", id: "second-server" });
  await until(async () => (await lamps())[1] === "retrying");
  await page.getByRole("button", { name: /^Second server/ }).first().click();
  await dialog(page).waitFor();
  await shot("destination");
  await dialog(page).getByRole("button", { name: "Close" }).click();
  await s.command({ command: "stop_destination", id: "second-server" });
  await page.locator(".rec button.what").click();
  await dialog(page).waitFor();
  await shot("recording");
  await dialog(page).getByRole("button", { name: "Close" }).click();
  await page.locator("body").press("k");
  for (const theme of ["light", "contrast", "dark"]) {
    await preference(s, "look.theme", theme);
    if (theme !== "dark") await shot(theme === "light" ? "light" : "high-contrast", 1280);
  }
  await page.keyboard.press("Control+1");
  await shot("simple-live");
  await s.command({ command: "end_live" });
  await s.command({ command: "stop_recording" });
  // After a show of some length it opens by itself.
  const offered = page.getByRole("button", { name: "See the report" });
  await offered.or(page.getByRole("dialog")).first().waitFor();
  if (await offered.isVisible()) await offered.click();
  await shot("report");
  await closed(page);
  // The scale first: what the page itself has just chosen would be stored over it.
  await preference(s, "look.scale", 200);
  await page.keyboard.press("Control+2");
  await page.getByRole("tree").first().waitFor();
  await shot("scale-200", 1920);
}

test("every room", async () => {
  await mkdir(TO, { recursive: true });
  const s = await openStudio({ width: 1280, height: 720, firstRun: true, canvas: { width: 1280, height: 720, fps: 10 } });
  const shot = camera(s.page);
  await firstRun(s, shot);
  await s.command({ command: "set_project", name: "Evening show" });
  await s.command({ command: "add_destination", kind: "rtmp", name: "Second server", enabled: false, settings: { url: "rtmp://127.0.0.1:9/app", key: "not-a-real-key" } });
  await s.command({ command: "set_audio_tracks", tracks: [{ id: "master", name: "Show", volume_db: 0 }, { id: "", name: "Without music", volume_db: 0 }] });
  await building(s, shot);
  await destinations(s, shot);
  await settings(s, shot);
  await onAir(s, shot);
  await s.close();
  const sizes = await Promise.all((await readdir(TO)).map(async (name) => ({ name, bytes: (await stat(`${TO}/${name}`)).size })));
  expect(sizes.filter((one) => one.bytes > MOST)).toEqual([]);
  expect(sizes.reduce((sum, one) => sum + one.bytes, 0)).toBeLessThan(MOST_TOGETHER);
});
