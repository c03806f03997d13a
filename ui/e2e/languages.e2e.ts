// The first run in each of the window's languages, in the smallest desktop window: nothing is left untranslated, no word is cut
// off, and axe finds nothing.
import { afterAll, expect, test } from "vitest";
import { accessibility, closeBrowser, english, openStudio, wording } from "./harness";

afterAll(closeBrowser);

/** What may stand in Latin letters in any language: names people or programs gave. */
const NAMES = [/^(Bars|Tone|Title|Plate|Here|Nowhere|Demo show|Second scene)\b/, "rtmp://", "127.0.0.1", "/tmp/", "Footlight", "Ctrl", "Shift", "NVIDIA", "Intel", "x264", "OpenH264", /^(Facebook|YouTube|Twitch|Kick|Trovo|LinkedIn|X|Restream|Vimeo|Instagram)\b/];

for (const language of ["en-US", "zh-TW", "zh-CN"]) {
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
