// Every room of the window in each of its languages, in the smallest desktop window: nothing is left untranslated, no word is
// cut off, and axe finds nothing.
import type { Locator, Page } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { accessibility, closeBrowser, english, openStudio, type Studio, wording } from "./harness";

afterAll(closeBrowser);

/** What may stand in Latin letters in any language: names people or programs gave, addresses, file names, keys. */
const NAMES = [
  "Far away", "Demo show", "Without music", "://", "127.0.0.1", "/tmp/", "/home/", ".footlight", "example.com", "Footlight", "Ctrl", "Shift", "NVIDIA", "Intel",
  "x264", "OpenH264", "pkt_size", "eng, deu", /^(Facebook|YouTube|Twitch|Kick|Trovo|LinkedIn|X|Restream|Vimeo|Instagram|TikTok|Picarto|Dailymotion|Bilibili)\b/, /^recordings\b/,
  "Noto Sans", /^Inter\b/,
];

type Look = (room: string) => Promise<void>;

const dialog = (page: Page): Locator => page.getByRole("dialog").last();
async function opened(page: Page, key: string): Promise<void> {
  await page.keyboard.press(key);
  await dialog(page).waitFor();
}
async function closed(page: Page): Promise<void> {
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
}
async function eachTab(page: Page, within: Locator, look: Look, room: string): Promise<void> {
  for (const tab of await within.getByRole("tab").all()) {
    await tab.click();
    await look(`${room}, ${(await tab.textContent())?.trim()}`);
  }
}
/** Opens what is folded up: "more settings". */
async function unfold(page: Page): Promise<void> {
  for (const more of await dialog(page).locator("button.more[aria-expanded=false]").all()) await more.click();
}

/** The layouts, and what is selected in them. */
async function layouts(page: Page, look: Look): Promise<void> {
  await page.keyboard.press("Control+1");
  await page.locator("[data-area=simple]").waitFor();
  await eachTab(page, page.locator("[data-area=simple]"), look, "simple");
  await page.keyboard.press("Control+2");
  await page.getByRole("tree").first().waitFor();
  await eachTab(page, page.locator("[data-place=right]"), look, "studio");
  for (const row of await page.getByRole("treeitem").all()) {
    await row.click();
    await look(`properties of ${await row.getAttribute("aria-label")}`);
  }
  for (const menu of await page.locator("[data-area=mixer] [aria-haspopup=menu]").all()) {
    await menu.click();
    await page.getByRole("menu").waitFor();
    await look(`menu ${await menu.getAttribute("aria-label")}`);
    await page.keyboard.press("Escape");
  }
}
/** Settings, projects, and the dialogs that have a key. */
async function dialogs(page: Page, look: Look): Promise<void> {
  for (const [key, room] of [["Control+,", "settings"], ["Control+o", "projects"]] as const) {
    await opened(page, key);
    for (const tab of await dialog(page).getByRole("tab").all()) {
      await tab.click();
      // Forms come with their schema, the plan from the engine.
      await page.waitForLoadState("networkidle");
      await look(`${room}, ${(await tab.textContent())?.trim()}`);
      await unfold(page);
      await look(`${room}, all of ${(await tab.textContent())?.trim()}`);
    }
    await closed(page);
  }
  for (const [key, room] of [["a", "add source"], ["?", "keys"], ["Control+k", "palette"]] as const) {
    await opened(page, key);
    await look(room);
    await closed(page);
  }
  const checked = page.waitForResponse((answer) => answer.url().includes("/api/check"));
  await opened(page, "Control+Shift+l");
  await checked;
  await look("go live");
  await closed(page);
}
/** Where the show can go: the list, the form of each kind, the details of one; and the recording. */
async function outputs(page: Page, look: Look): Promise<void> {
  await page.locator("[data-place=right]").getByRole("tab").first().click();
  await page.locator("[data-place=right] section h3 button").first().click();
  await dialog(page).locator("button.card").first().waitFor();
  await look("add destination");
  const cards = dialog(page).locator("button.card");
  const services = await cards.filter({ has: page.locator(".mono:not(:has(svg))") }).count();
  for (let at = services - 1; at < (await cards.count()); at += 1) {
    const name = await cards.nth(at).locator("b").textContent();
    await cards.nth(at).click();
    await dialog(page).getByRole("textbox").first().waitFor();
    await unfold(page);
    await look(`add destination, ${name}`);
    // A receiver may be waited for: all others need an address.
    if (name !== "RIST") {
      await dialog(page).locator("footer button").last().click();
      await dialog(page).locator("p.warn-tx").first().waitFor();
      await look(`add destination, ${name}, with nothing in it`);
    }
    await dialog(page).locator("footer button").first().click();
    await cards.first().waitFor();
  }
  await closed(page);
  await page.getByRole("contentinfo").getByRole("button", { name: /Far away/ }).first().click();
  await dialog(page).waitFor();
  await eachTab(page, dialog(page), look, "destination");
  await closed(page);
  await page.locator("[data-place=right] .rec button.what").click();
  await dialog(page).waitFor();
  await look("recording");
  await closed(page);
}

async function furnish(s: Studio): Promise<void> {
  await s.command({ command: "set_project", name: "Demo show" });
  await s.command({ command: "add_source", kind: "test_pattern", name: "Bars", scene: "main" });
  await s.command({ command: "add_source", kind: "tone", name: "Tone", scene: "main" });
  await s.command({ command: "add_source", kind: "text", name: "Title", scene: "main" });
  await s.command({ command: "add_source", kind: "color", name: "Plate", scene: "main" });
  await s.command({ command: "add_destination", kind: "local", name: "Here" });
  await s.command({ command: "add_destination", kind: "srt", name: "Far away", enabled: false, settings: { host: "127.0.0.1" } });
  await s.command({ command: "set_audio_tracks", tracks: [{ id: "master", name: "Demo show", volume_db: 0 }, { id: "", name: "Without music", volume_db: 0 }] });
}

for (const [language, word] of [["en-US", "Scenes"], ["zh-TW", "場景"], ["zh-CN", "场景"]] as const) {
  test(`every room in ${language}`, async () => {
    const s = await openStudio({ width: 1280, height: 720, language });
    const broken: string[] = [];
    s.page.on("pageerror", (error) => broken.push(`error: ${error.message}`));
    await furnish(s);
    await s.page.getByRole("heading", { name: word, exact: true }).first().waitFor();
    const wrong: string[] = [];
    const look: Look = async (room) => {
      // Rooms are fetched when first opened, and drawn with the next picture.
      await s.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      const found = [...(await wording(s.page)), ...(language === "en-US" ? [] : (await english(s.page, NAMES)).map((text) => `English: ${text}`))];
      wrong.push(...found.map((one) => `${room}: ${one}`));
      // What axe looks at is the same in every language but for names: once.
      if (language === "en-US") wrong.push(...(await accessibility(s.page)).map((one) => `${room}: ${one}`));
    };
    await layouts(s.page, look);
    await outputs(s.page, look);
    await dialogs(s.page, look);
    expect([...new Set(wrong), ...broken]).toEqual([]);
    await s.close();
  }, 240_000);

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
