// Properties of every kind of source a newcomer meets: a field is changed in the window and the picture the engine draws
// changes with it.
import type { Locator, Page } from "playwright-core";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { accessibility, closeBrowser, openStudio, seen, type Studio, until } from "./harness";

type Settings = Record<string, unknown>;
interface Doc {
  project: { sources: { id: string; kind: string; settings: Settings }[] };
}

afterAll(closeBrowser);

const settings = async (s: Studio, id: string): Promise<Settings> =>
  (await s.get<Doc>("/api/project")).project.sources.find((one) => one.id === id)?.settings ?? {};

const look = (page: Page, source: string): Promise<[number, number, number]> => seen(page, `source:${source}`);

/** Adds a source to the first scene and opens its properties. */
async function opened(s: Studio, kind: string, with_: Settings = {}): Promise<string> {
  const { source } = (await s.command({ command: "add_source", kind, name: `A ${kind}`, scene: "main", settings: with_ })) as { source: string };
  await s.page.getByRole("button", { name: "Studio", exact: true }).click();
  await s.page.getByRole("treeitem", { name: new RegExp(`A ${kind}`) }).first().click();
  await s.page.getByRole("tab", { name: "Properties" }).click();
  return source;
}

test("text: its words and size", async () => {
  const s = await openStudio({ width: 1920, height: 1080 });
  const id = await opened(s, "text", { text: "i", size_px: 40 });
  const state = async (): Promise<number> => (await s.get<{ sources: { id: string; width: number | null }[] }>("/api/state")).sources.find((one) => one.id === id)?.width ?? 0;
  const narrow = await until(async () => (await state()) || undefined);
  await s.page.getByRole("textbox", { name: "Text" }).first().fill("A much longer line");
  await until(async () => (await state()) > narrow * 4);
  const long = await state();
  const size = s.page.getByRole("spinbutton", { name: "Size", exact: true });
  await size.fill("80");
  await size.press("Enter");
  await until(async () => (await settings(s, id)).size_px === 80 && (await state()) > long * 1.6);
  expect(await accessibility(s.page)).toEqual([]);
  await s.close();
});

test("colour: the plate takes the colour that is typed", async () => {
  const s = await openStudio({ width: 1920, height: 1080 });
  const id = await opened(s, "color", { color: "#000000" });
  const dark = await look(s.page, id);
  expect(dark[0]).toBeLessThan(30);
  const field = s.page.getByRole("textbox", { name: /Colo/ }).first();
  await field.fill("#ff0000");
  await field.press("Enter");
  await until(async () => (await look(s.page, id))[2] > 200);
  await s.page.getByRole("button", { name: /^Undo/ }).click();
  await until(async () => (await settings(s, id)).color === "#000000");
  await s.close();
});

test("test pattern: another pattern is another picture", async () => {
  const s = await openStudio({ width: 1920, height: 1080 });
  const id = await opened(s, "test_pattern", { pattern: "bars" });
  const bars = await look(s.page, id);
  await choose(s.page, /Picture/, "Moving rings");
  await until(async () => (await settings(s, id)).pattern === "zone_plate");
  await until(async () => Math.abs((await look(s.page, id))[0] - bars[0]) > 8);
  await s.close();
});

test("image: another file is another picture, and what is missing says so", async () => {
  const s = await openStudio({ width: 1920, height: 1080 });
  const paint = async (name: string, color: string): Promise<string> => {
    const file = join(s.folder, name);
    execFileSync("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", `color=${color}:s=64x36`, "-frames:v", "1", file]);
    return file;
  };
  const [black, white] = [await paint("black.png", "black"), await paint("white.png", "white")];
  const id = await opened(s, "image", { file: black });
  await until(async () => (await look(s.page, id))[0] < 30);
  const field = s.page.getByRole("textbox", { name: /file/i }).first();
  await type(field, white);
  await until(async () => (await look(s.page, id))[0] > 200);
  await type(field, join(s.folder, "gone.png"));
  await s.page.getByText(/gone\.png/).first().waitFor();
  expect(await accessibility(s.page)).toEqual([]);
  await s.close();
});

test("media file: the file chosen plays, and its loop is a switch", async () => {
  const s = await openStudio({ width: 1920, height: 1080 });
  const file = join(s.folder, "clip.mp4");
  execFileSync("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "color=white:s=160x90:r=15:d=2", "-pix_fmt", "yuv420p", file]);
  const id = await opened(s, "media", {});
  const field = s.page.getByRole("textbox", { name: /file/i }).first();
  await type(field, file);
  await until(async () => (await look(s.page, id))[0] > 200);
  const loop = s.page.getByRole("switch", { name: /loop|again|over/i }).first();
  const before = await loop.isChecked();
  await loop.click();
  await until(async () => (await settings(s, id)).loop === !before);
  await s.close();
});

/** Types in place of what is there, as a person does: a file's field shows its whole path once it has the focus. */
async function type(field: Locator, text: string): Promise<void> {
  await field.click();
  await field.press("Control+a");
  await field.pressSequentially(text);
  await field.press("Enter");
}

/** Chooses in a list, however the form shows it. */
async function choose(page: Page, name: RegExp, value: string): Promise<void> {
  const box = page.getByRole("combobox", { name }).first();
  await box.selectOption({ label: value });
}
