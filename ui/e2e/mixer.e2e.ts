// The mixer for eyes that need more: in the light theme, at 200 %, and in forced colours. Levels, faders and what is muted are
// seen, and every control is reached.
import type { Locator, Page } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { accessibility, closeBrowser, openStudio, type Studio, until, wording } from "./harness";

afterAll(closeBrowser);

async function preference(s: Studio, changes: Record<string, unknown>): Promise<void> {
  const headers = { Authorization: `Bearer ${s.token}`, "Content-Type": "application/json" };
  const now = await s.get<Record<string, unknown>>("/api/preferences");
  await fetch(`${s.base}/api/preferences`, { method: "PUT", headers, body: JSON.stringify({ ...now, ...changes }) });
  await s.page.reload();
}
/** A studio in its Studio layout with a tone at −18 dB and a muted one. */
async function studio(look: Record<string, unknown>, width = 1280, height = 800): Promise<{ s: Studio; mixer: Locator }> {
  const s = await openStudio({ width, height });
  await s.command({ command: "add_source", kind: "tone", name: "Tone", scene: "main", settings: { level_db: -18 } });
  const { source } = (await s.command({ command: "add_source", kind: "test_pattern", name: "Bars with a rather long name", scene: "main" })) as { source: string };
  await s.command({ command: "set_source_audio", source, muted: true });
  await preference(s, look);
  await s.page.getByRole("button", { name: "Studio", exact: true }).click();
  const mixer = s.page.locator("[data-area=mixer]");
  await mixer.getByRole("group", { name: "Tone" }).waitFor();
  return { s, mixer };
}

/** How much a level stands out from its empty track (WCAG's ratio), once the meter shows one: what is drawn in the left bar
 *  about the tone's level against what is drawn near its end. */
async function contrastOfLevel(strip: Locator): Promise<number> {
  const canvas = strip.locator("canvas");
  return until(() => canvas.evaluate((node) => {
    const one = node as HTMLCanvasElement;
    const context = one.getContext("2d");
    if (!context || !one.width || !one.height) return undefined;
    const upright = one.height > one.width;
    const long = upright ? one.height : one.width;
    const at = (part: number): number => {
      const far = Math.round(part * (long - 1));
      const [x, y] = upright ? [2, one.height - 1 - far] : [far, 1];
      const [r = 0, g = 0, b = 0] = context.getImageData(x, y, 1, 1).data;
      const line = (v: number): number => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
      return 0.2126 * line(r) + 0.7152 * line(g) + 0.0722 * line(b);
    };
    // About −18 dB the tone is there; just below 0 it never is.
    const ratios = [0.5, 0.55, 0.6].map((part) => {
      const [high, low] = [at(part), at(0.97)].sort((a, b) => b - a);
      return ((high ?? 0) + 0.05) / ((low ?? 0) + 0.05);
    });
    const best = Math.max(...ratios);
    return best > 1.2 ? best : undefined;
  }));
}

test("in the light theme a level stands out from its track", async () => {
  const { s, mixer } = await studio({ "look.theme": "light" });
  expect(await s.page.evaluate(() => document.documentElement.dataset.theme)).toBe("light");
  expect(await contrastOfLevel(mixer.getByRole("group", { name: "Tone" }))).toBeGreaterThan(3);
  expect([...(await wording(s.page)), ...(await accessibility(s.page))]).toEqual([]);
  await s.close();
});

/** What of a strip can't be used: too small, or cut off by what is around it, after it was scrolled to. */
async function outOfReach(page: Page, strip: Locator, least: number): Promise<string[]> {
  const wrong: string[] = [];
  for (const control of await strip.locator("button:visible, [role=slider]:visible").all()) {
    await control.scrollIntoViewIfNeeded();
    const name = (await control.getAttribute("aria-label")) ?? (await control.textContent())?.trim() ?? "";
    const found = await control.evaluate((node) => {
      const box = node.getBoundingClientRect();
      const hit = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
      return { width: box.width, height: box.height, hit: node.contains(hit) };
    });
    if (!found.hit) wrong.push(`${name} is behind something`);
    if (Math.min(found.width, found.height) < least) wrong.push(`${name} is ${found.width} × ${found.height}`);
  }
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  return wrong;
}

test("at 200 % every control of the mixer is there, whole and large", async () => {
  const { s, mixer } = await studio({ "look.scale": 200 }, 1920, 1080);
  expect(await s.page.evaluate(() => getComputedStyle(document.documentElement).fontSize)).toBe("32px");
  for (const name of ["Tone", "Bars with a rather long name", "Programme"]) {
    expect(await outOfReach(s.page, mixer.getByRole("group", { name, exact: true }), 24)).toEqual([]);
  }
  expect([...(await wording(s.page)), ...(await accessibility(s.page))]).toEqual([]);
  await s.close();
});

test("in forced colours faders, levels and mutes keep their shapes", async () => {
  const { s, mixer } = await studio({});
  await s.page.emulateMedia({ forcedColors: "active" });
  await until(() => s.page.evaluate(() => matchMedia("(forced-colors: active)").matches));
  const strip = mixer.getByRole("group", { name: "Tone" });
  const muted = mixer.getByRole("group", { name: /^Bars/ });
  const shapes = await strip.evaluate((node) => {
    const style = (what: string, part?: string): CSSStyleDeclaration => getComputedStyle(node.querySelector(what) ?? node, part);
    const ground = getComputedStyle(document.body).backgroundColor;
    return {
      knob: style(".fader u").borderTopColor !== ground && parseFloat(style(".fader u").borderTopWidth) >= 1,
      line: style(".fader .track", "::before").backgroundColor !== ground,
      zero: style(".fader .zero").backgroundColor !== ground,
      bars: style(".bars").outlineStyle === "solid" && style(".bars").outlineColor !== ground,
      icon: style(".nm > svg").color === style(".nm").color,
    };
  });
  expect(shapes).toEqual({ knob: true, line: true, zero: true, bars: true, icon: true });
  expect(await contrastOfLevel(strip)).toBeGreaterThan(3);
  // Muted is a shape, not a shade: a ring that the others don't have.
  const ring = (of: Locator): Promise<string> => of.locator("button[aria-pressed]").evaluate((node) => getComputedStyle(node).outlineStyle);
  expect([await ring(muted), await ring(strip)]).toEqual(["solid", "none"]);
  await s.close();
});
