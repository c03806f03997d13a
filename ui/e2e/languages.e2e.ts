// Every room of the window in each of its languages, in the smallest desktop window: nothing is left untranslated, no word is
// cut off, and axe finds nothing.
import type { Page } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { accessibility, closeBrowser, english, openStudio, type Studio, wording } from "./harness";

afterAll(closeBrowser);

/** What may stand in Latin letters in any language: names people or programs gave. */
const NAMES = [/^(Bars|Tone|Title|Plate|Here|Nowhere|Demo show|Second scene)\b/, "rtmp://", "127.0.0.1", "/tmp/", "Footlight", "Ctrl", "Shift", "NVIDIA", "Intel", "x264", "OpenH264", /^(Facebook|YouTube|Twitch|Kick|Trovo|LinkedIn|X|Restream|Vimeo|Instagram)\b/];

/** One room after the other, each reached as a person would, without a word of any language. */
async function rooms(s: Studio, look: (room: string) => Promise<void>): Promise<void> {
  const page = s.page;
  const closed = async (): Promise<void> => {
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
  };
  const dialog = async (): Promise<void> => page.getByRole("dialog").last().waitFor();
  await page.keyboard.press("Control+1");
  await page.locator("[data-area=simple]").waitFor();
  await look("simple");
  for (const tab of await tabs(page, "[data-area=simple]")) {
    await tab.click();
    await look("simple, side");
  }
  await page.keyboard.press("Control+2");
  await page.getByRole("tree").first().waitFor();
  await look("studio");
  for (const row of await page.getByRole("treeitem").all()) {
    await row.click();
    await look(`properties of ${await row.getAttribute("aria-label")}`);
  }
  await page.keyboard.press("Control+,");
  await dialog();
  for (const tab of await tabs(page, "[role=dialog]")) {
    await tab.click();
    await look(`settings, ${await tab.textContent()}`);
  }
  await closed();
  await page.keyboard.press("Control+o");
  await dialog();
  for (const tab of await tabs(page, "[role=dialog]")) {
    await tab.click();
    await look(`projects, ${await tab.textContent()}`);
  }
  await closed();
  for (const [key, room] of [["a", "add source"], ["?", "keys"], ["Control+k", "palette"]] as const) {
    await page.keyboard.press(key);
    await dialog();
    await look(room);
    await closed();
  }
  const checked = page.waitForResponse((answer) => answer.url().includes("/api/check"));
  await page.keyboard.press("Control+Shift+l");
  await dialog();
  await checked;
  await look("go live");
  await closed();
}

async function tabs(page: Page, within: string): Promise<import("playwright-core").Locator[]> {
  return page.locator(within).getByRole("tab").all();
}

for (const [language, word] of [["en-US", "Scenes"], ["zh-TW", "場景"], ["zh-CN", "场景"]] as const) {
  test(`every room in ${language}`, async () => {
    const s = await openStudio({ width: 1280, height: 720, language });
    await s.command({ command: "set_project", name: "Demo show" });
    await s.command({ command: "add_source", kind: "test_pattern", name: "Bars", scene: "main" });
    await s.command({ command: "add_source", kind: "tone", name: "Tone", scene: "main" });
    await s.command({ command: "add_source", kind: "text", name: "Title", scene: "main" });
    await s.command({ command: "add_source", kind: "color", name: "Plate", scene: "main" });
    await s.command({ command: "add_destination", kind: "local", name: "Here" });
    await s.page.getByRole("heading", { name: word, exact: true }).first().waitFor();
    const wrong: string[] = [];
    await rooms(s, async (room) => {
      // Rooms are fetched when first opened.
      await s.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      const found = [...(await wording(s.page)), ...(language === "en-US" ? [] : (await english(s.page, NAMES)).map((text) => `English: ${text}`))];
      wrong.push(...found.map((one) => `${room}: ${one}`));
      // What axe looks at is the same in every language but for names: all rooms once, the main ones in each.
      if (language === "en-US" || /^(simple|studio|go live)$/.test(room)) wrong.push(...(await accessibility(s.page)).map((one) => `${room}: ${one}`));
    });
    expect([...new Set(wrong)]).toEqual([]);
    await s.close();
  }, 120_000);

  test(`the first run in ${language}`, async () => {
    const s = await openStudio({ width: 1280, height: 720, language, firstRun: true });
    const wrong: string[] = [];
    for (const step of [1, 2, 3]) {
      await s.page.locator(`[aria-current=step]`).filter({ hasText: String(step) }).waitFor();
      const found = [...(await wording(s.page)), ...(language === "en-US" ? [] : (await english(s.page, NAMES)).map((text) => `English: ${text}`)), ...(await accessibility(s.page))];
      wrong.push(...found.map((one) => `step ${step}: ${one}`));
      if (step < 3) await s.page.locator("footer button").last().click();
    }
    expect(wrong).toEqual([]);
    await s.close();
  });
}
