// A show taken out as one file and brought in as another project: everything is there again, and no key ever was in the file.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { accessibility, closeBrowser, openStudio, type Studio, until } from "./harness";

interface Doc {
  path: string;
  secrets: string[];
  project: { name: string; scenes: { name: string }[]; sources: { kind: string; settings: Record<string, unknown> }[]; destinations: { name: string; settings: Record<string, unknown> }[] };
}
const doc = (s: Studio): Promise<Doc> => s.get<Doc>("/api/project");
const KEY = "live_do-not-tell-anybody";

afterAll(closeBrowser);

async function choose(page: Page, entry: RegExp): Promise<void> {
  await page.getByRole("banner").locator("[aria-haspopup=menu]").first().click();
  await page.getByRole("menuitem", { name: entry }).click();
}

test("a bundle goes out without secrets and comes in as another project", async () => {
  const s = await openStudio();
  const page = s.page;
  const picture = await fetch(`${s.base}/api/files?name=dot.png`, { method: "POST", headers: { Authorization: `Bearer ${s.token}` }, body: Buffer.from(DOT, "base64") });
  const { path } = (await picture.json()) as { path: string };
  await s.command({ command: "add_source", kind: "image", name: "Dot", scene: "main", settings: { file: path } });
  await s.command({ command: "add_destination", kind: "rtmp", name: "Main channel", enabled: false, settings: { url: "rtmp://example.org/live", key: KEY } });
  await s.command({ command: "add_scene", name: "Interview 訪談" });
  await s.command({ command: "set_project", name: "Evening show" });
  await page.getByRole("button", { name: "Evening show" }).first().waitFor();
  const before = await doc(s);
  expect(before.secrets).toEqual(["/destinations/0/settings/key"]);

  await choose(page, /^Export/);
  const bundle = join(s.folder, "evening.footlight");
  await page.getByRole("dialog").getByRole("textbox").fill(bundle);
  expect(await accessibility(page)).toEqual([]);
  await page.getByRole("dialog").getByRole("button", { name: /^Export/ }).last().click();
  await until(async () => existsSync(bundle));
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  expect(readFileSync(bundle).includes(KEY)).toBe(false);
  const listed = execFileSync("unzip", ["-l", bundle], { encoding: "utf8" });
  expect(listed).toContain("dot");
  expect(execFileSync("unzip", ["-p", bundle], { encoding: "latin1", maxBuffer: 64 << 20 })).not.toContain(KEY);

  await choose(page, /^Import/);
  await page.getByRole("dialog").getByRole("textbox").fill(bundle);
  await page.getByRole("dialog").getByRole("button", { name: /^Import/ }).last().click();
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  const after = await until(async () => {
    const now = await doc(s);
    return now.path !== before.path ? now : undefined;
  });
  expect(after.project.scenes.map((one) => one.name)).toEqual(before.project.scenes.map((one) => one.name));
  expect(after.project.sources[0]?.kind).toBe("image");
  expect(existsSync(join(after.path, String(after.project.sources[0]?.settings.file)))).toBe(true);
  // The destination came along, its key did not.
  expect(after.project.destinations[0]?.name).toBe("Main channel");
  expect(after.secrets).toEqual([]);
  // Both are in the list, and the old one still has its key.
  await choose(page, /^Open/);
  const other = page.getByRole("dialog").getByRole("listitem").filter({ hasText: before.path });
  await other.getByRole("button").click();
  await until(async () => (await doc(s)).path === before.path);
  expect((await doc(s)).secrets).toEqual(["/destinations/0/settings/key"]);
  await s.close();
});

test("a file that is no bundle is refused in words and nothing changes", async () => {
  const s = await openStudio();
  const before = await doc(s);
  await choose(s.page, /^Import/);
  await s.page.getByRole("dialog").getByRole("textbox").fill("/etc/hostname");
  await s.page.getByRole("dialog").getByRole("button", { name: /^Import/ }).last().click();
  await s.page.getByRole("status").filter({ hasText: /\w/ }).first().waitFor();
  expect((await doc(s)).path).toBe(before.path);
  // What was typed is still there.
  expect(await s.page.getByRole("dialog").getByRole("textbox").inputValue()).toBe("/etc/hostname");
  await s.close();
});

/** A red picture of one pixel. */
const DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC";
