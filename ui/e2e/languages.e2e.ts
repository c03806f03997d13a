// The window in each of its languages and themes: nothing is left untranslated, and axe finds nothing.
import { afterAll, expect, test } from "vitest";
import { accessibility, closeBrowser, openStudio } from "./harness";

afterAll(closeBrowser);

for (const [language, word] of [["en-US", "Scenes"], ["zh-TW", "場景"], ["zh-CN", "场景"]] as const) {
  test(`the studio in ${language}`, async () => {
    const s = await openStudio({ width: 1920, height: 1080, language });
    await s.command({ command: "add_source", kind: "test_pattern", name: "Bars", scene: "main" });
    await s.command({ command: "add_source", kind: "tone", name: "Tone", scene: "main" });
    await s.page.getByRole("heading", { name: word, exact: true }).first().waitFor();
    expect(await accessibility(s.page)).toEqual([]);
    await s.close();
  });
}
