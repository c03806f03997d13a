// What counts for which language; the limit itself is held by each build.
import { build } from "vite";
import { describe, expect, it } from "vitest";
import { size, sizes } from "./size";

const page = {
  "/main.ts": "const at = new URLSearchParams(location.search).get('l'); const all = { en: () => import('/i18n/en/index.ts'), fr: () => import('/i18n/fr/index.ts'), zh: () => import('/i18n/zh/index.ts') }; all[at]?.();",
  "/i18n/en/index.ts": "export const words = 'words';",
  "/i18n/fr/index.ts": "export const words = 'des mots';",
  "/i18n/zh/index.ts": "export const words = '字';",
} as Record<string, string>;

const made = (limit: number): Promise<unknown> =>
  build({
    configFile: false,
    logLevel: "silent",
    plugins: [{ name: "page", enforce: "pre", resolveId: (id) => (id in page ? id : null), load: (id) => page[id] ?? null }, size(limit)],
    build: { write: false, modulePreload: { polyfill: false }, rolldownOptions: { input: "/main.ts" } },
  });

describe("the page's size", () => {
  it("counts what all need and one catalogue", () => {
    const scripts = [{ name: "a", code: "12345" }, { name: "b", code: "123" }, { name: "en", code: "12", language: "en" }, { name: "zh", code: "1234", language: "zh" }];
    expect(sizes(scripts, (code) => code.length)).toEqual({ en: 10, zh: 12 });
  });

  it("a build under the limit passes, one over it fails and says what is heavy", async () => {
    await expect(made(20_000)).resolves.toBeTruthy();
    await expect(made(100)).rejects.toThrow(/over its 0\.1 kB: en .* kB, .*zh .* kB.*Heaviest: .*main/);
  });
});
