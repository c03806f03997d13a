// Building a show: sources, scenes, properties, undo; studio mode; by mouse and by keyboard alone.
import { afterAll, expect, test } from "vitest";
import { accessibility, closeBrowser, openStudio, type Studio, until } from "./harness";

interface Doc {
  project: {
    scenes: { id: string; name: string; items: { id: string; visible: boolean; position: { x: number; y: number } }[] }[];
    sources: { id: string; name: string; kind: string; settings: Record<string, unknown> }[];
    canvases: { scene: string }[];
  };
}
const doc = async (s: Studio) => (await s.get<Doc>("/api/project")).project;

afterAll(closeBrowser);

test("a source is added, changed, hidden, and everything is taken back", async () => {
  const s = await openStudio({ width: 1920, height: 1080 });
  const page = s.page;
  await page.getByRole("button", { name: "Studio", exact: true }).click();
  await page.getByRole("button", { name: "Add source" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("combobox").first().fill("text");
  await dialog.getByRole("option", { name: /^Text/ }).first().click();
  await dialog.getByRole("button", { name: /^Add/ }).last().click();
  await until(async () => (await doc(s)).sources.length === 1);
  const row = page.getByRole("treeitem").first();
  await row.waitFor();

  await row.getByRole("button", { name: "Hide in this scene" }).click();
  await until(async () => (await doc(s)).scenes[0]?.items[0]?.visible === false);
  await page.keyboard.press("Control+z");
  await until(async () => (await doc(s)).scenes[0]?.items[0]?.visible === true);

  await row.click();
  await page.getByRole("tab", { name: "Properties" }).click();
  await page.getByRole("textbox", { name: "Text" }).first().fill("Good evening");
  await until(async () => (await doc(s)).sources[0]?.settings.text === "Good evening");
  expect(await accessibility(page)).toEqual([]);

  await page.getByRole("button", { name: "New scene" }).first().click();
  await until(async () => (await doc(s)).scenes.length === 2);
  for (let now = await doc(s); now.sources.length + now.scenes.length > 1; now = await doc(s)) {
    const before = JSON.stringify(now);
    await page.getByRole("button", { name: /^Undo/ }).click();
    await until(async () => JSON.stringify(await doc(s)) !== before);
  }
  expect((await doc(s)).sources).toEqual([]);
  expect((await doc(s)).scenes).toHaveLength(1);
  await s.close();
});

test("studio mode: the next scene is prepared and taken, by keys alone", async () => {
  const s = await openStudio({ width: 1920, height: 1080 });
  const page = s.page;
  await s.command({ command: "add_source", kind: "test_pattern", name: "Bars", scene: "main" });
  const { scene } = await s.command({ command: "add_scene", name: "Second" });
  await page.getByRole("button", { name: "Studio", exact: true }).click();
  await s.command({ command: "set_studio_mode", on: true });
  await page.getByRole("region", { name: /^Preview/ }).waitFor();
  await page.getByRole("button", { name: /^2, Second/ }).waitFor();
  await page.locator("body").press("2");
  await page.getByRole("region", { name: "Preview: Second" }).waitFor();
  expect((await doc(s)).canvases[0]?.scene).toBe("main");
  await page.locator("body").press("c");
  await until(async () => (await doc(s)).canvases[0]?.scene === scene);
  await page.getByRole("region", { name: "Programme: Second" }).waitFor();
  await s.close();
});

test("an item is moved on the canvas and by the arrows", async () => {
  const s = await openStudio({ width: 1920, height: 1080 });
  const page = s.page;
  await s.command({ command: "add_source", kind: "color", name: "Plate", scene: "main", settings: { width: 400, height: 300 }, item: { position: { x: 200, y: 200 } } });
  await page.getByRole("button", { name: "Studio", exact: true }).click();
  await page.getByRole("treeitem").first().click();
  const canvas = page.getByRole("application").first();
  await canvas.focus();
  const place = async () => (await doc(s)).scenes[0]?.items[0]?.position;
  const before = await place();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Shift+ArrowDown");
  await until(async () => (await place())?.x === (before?.x ?? 0) + 1);
  await until(async () => (await place())?.y === (before?.y ?? 0) + 10);
  await s.close();
});
