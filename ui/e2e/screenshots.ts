// Every room of the window at 1280 × 720 and 1920 × 1080, as JPEG in docs/screenshots: taken from a real engine with the demo
// of the first run on a canvas of full size. `FOOTLIGHT_BIN=… npm run screenshots`.
import { mkdir, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import { closeBrowser, openStudio, until } from "./harness";

const TO = resolve(import.meta.dirname, "../../docs/screenshots");
const SIZES = [{ width: 1280, height: 720 }, { width: 1920, height: 1080 }];
const MOST = 300_000;

afterAll(closeBrowser);

test("every room", async () => {
  await mkdir(TO, { recursive: true });
  const s = await openStudio({ width: 1280, height: 720, firstRun: true, canvas: { width: 1920, height: 1080, fps: 10 } });
  const page = s.page;
  const large: string[] = [];
  /** At both sizes; a moment for the pictures to come and the meters to move. */
  const shot = async (name: string): Promise<void> => {
    for (const size of SIZES) {
      await page.setViewportSize(size);
      await page.waitForTimeout(1100);
      const path = `${TO}/${name}${size.width === 1280 ? "" : `-${size.width}`}.jpg`;
      await page.screenshot({ path, type: "jpeg", quality: 82 });
      if ((await stat(path)).size > MOST) large.push(path);
    }
  };
  const dialog = page.getByRole("dialog");
  const close = async (): Promise<void> => {
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
  };
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
  await dialog.waitFor({ state: "hidden" });
  await s.command({ command: "set_project", name: "Evening show" });
  await s.command({ command: "add_destination", kind: "rtmp", name: "Second server", enabled: false, settings: { url: "rtmp://live.example.org/app", key: "not-a-real-key" } });
  await shot("simple");

  await page.keyboard.press("Control+2");
  await page.getByRole("tree").first().waitFor();
  await shot("studio");
  await page.keyboard.press("2");
  await page.getByRole("treeitem", { name: /Test pattern/ }).first().click();
  await page.getByRole("tab", { name: "Properties" }).click();
  await shot("properties");
  await page.keyboard.press("a");
  await dialog.getByRole("combobox").fill("test");
  await page.keyboard.press("ArrowDown");
  await shot("add-source");
  await close();
  await page.getByRole("tab", { name: "Status" }).click();
  await page.getByRole("contentinfo").getByRole("button", { name: "This computer only" }).first().click();
  await shot("destination");
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
  await page.keyboard.press("Control+k");
  await dialog.getByRole("combobox").waitFor();
  await page.keyboard.type("add dest");
  await shot("palette");
  await page.keyboard.press("Enter");
  await dialog.getByRole("button", { name: /YouTube/ }).waitFor();
  await shot("add-destination");
  await close();
  await page.keyboard.press("?");
  await shot("keys");
  await close();
  await page.keyboard.press("Control+,");
  await shot("settings");
  await close();

  await s.command({ command: "set_studio_mode", on: true });
  await page.getByRole("region", { name: /^Preview/ }).waitFor();
  await page.locator("body").press("3");
  await shot("studio-mode");
  await page.keyboard.press("Control+Shift+l");
  await dialog.getByText("Checked just now").waitFor();
  await shot("go-live");
  await dialog.getByRole("button", { name: "Go live now" }).click();
  await until(async () => (await s.get<{ destinations: { state: string }[] }>("/api/state")).destinations[0]?.state === "live");
  await dialog.waitFor({ state: "hidden" });
  await s.command({ command: "start_recording" });
  await shot("live");
  await page.keyboard.press("k");
  for (const theme of ["light", "contrast"]) {
    await theTheme(theme);
    await shot(theme === "light" ? "light" : "high-contrast");
  }
  await theTheme("dark");
  await page.keyboard.press("Control+1");
  await shot("simple-live");
  await s.command({ command: "end_live" });
  await s.command({ command: "stop_recording" });
  await page.getByRole("button", { name: "See the report" }).click();
  await shot("report");
  await close();
  await page.keyboard.press("Control+2");
  await scale(200);
  await shot("scale-200");
  expect(large).toEqual([]);
  await s.close();

  async function preference(name: string, value: unknown): Promise<void> {
    const headers = { Authorization: `Bearer ${s.token}`, "Content-Type": "application/json" };
    const now = await s.get<Record<string, unknown>>("/api/preferences");
    await fetch(`${s.base}/api/preferences`, { method: "PUT", headers, body: JSON.stringify({ ...now, [name]: value }) });
    await page.reload();
    await page.getByRole("contentinfo", { name: /Footlights/ }).waitFor();
  }
  async function theTheme(name: string): Promise<void> {
    await preference("look.theme", name);
  }
  async function scale(percent: number): Promise<void> {
    await preference("look.scale", percent);
  }
});
