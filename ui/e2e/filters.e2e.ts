// Filters in the window: one is added from the list, set, put in order, switched off and removed, and each time the picture of the
// source is what it should be.
import { afterAll, expect, test } from "vitest";
import { accessibility, closeBrowser, openStudio, seen, type Studio, until, wording } from "./harness";

interface Filter { id: string; kind: string; name: string; enabled: boolean; settings: Record<string, unknown> }
interface Doc { project: { sources: { id: string; filters: Filter[] }[]; scenes: { items: { id: string; filters?: Filter[] }[] }[] } }

afterAll(closeBrowser);

const filters = async (s: Studio, source: string): Promise<Filter[]> => (await s.get<Doc>("/api/project")).project.sources.find((one) => one.id === source)?.filters ?? [];

test("a filter is added, set, switched off and removed, and the picture follows", async () => {
  const s = await openStudio({ width: 1920, height: 1080 });
  const page = s.page;
  const { source } = (await s.command({ command: "add_source", kind: "color", name: "Plate", scene: "main", settings: { color: "#808080", width: 640, height: 360 } })) as { source: string };
  await page.getByRole("button", { name: "Studio", exact: true }).click();
  await page.getByRole("treeitem", { name: /Plate/ }).first().click();
  await page.getByRole("tab", { name: "Properties" }).click();
  const side = page.getByRole("tabpanel", { name: "Properties" });
  const luma = async (): Promise<number> => (await seen(page, "program"))[0];
  await until(async () => (await luma()) > 100);
  const grey = await luma();

  // The second list is the source's own: wherever it is shown.
  const add = side.getByRole("button", { name: "Add a filter" }).last();
  await add.click();
  const menu = page.getByRole("menu", { name: "Add a filter" });
  expect(await menu.getByRole("menuitem").count()).toBeGreaterThan(10);
  expect(await accessibility(page)).toEqual([]);
  expect(await wording(page)).toEqual([]);
  await menu.getByRole("menuitem", { name: /^Colour correction/ }).click();
  await until(async () => (await filters(s, source))[0]?.kind === "color_correction");
  const list = side.getByRole("list", { name: "Filters" });
  // It is open: its first setting can be changed at once.
  const bright = list.getByRole("spinbutton", { name: "Brightness" });
  await bright.fill("0.4");
  await bright.press("Enter");
  await until(async () => (await luma()) > grey + 40);
  const light = await luma();
  expect(await accessibility(page)).toEqual([]);
  expect(await wording(page)).toEqual([]);

  const on = list.getByRole("switch", { name: "Colour correction is on" });
  await on.click();
  await until(async () => (await filters(s, source))[0]?.enabled === false && Math.abs((await luma()) - grey) < 3);
  await on.click();
  await until(async () => Math.abs((await luma()) - light) < 3);

  // A name of its own, in the list and in the document.
  await list.getByRole("textbox", { name: "Name" }).fill("Lighter");
  await list.getByRole("textbox", { name: "Name" }).press("Enter");
  await until(async () => (await filters(s, source))[0]?.name === "Lighter");

  // A second one comes after it; the order is what decides, and the menu changes it.
  await add.click();
  await menu.getByRole("menuitem", { name: /^Luma key/ }).click();
  await until(async () => (await filters(s, source)).length === 2);
  await list.getByRole("button", { name: "More about Luma key" }).click();
  await page.getByRole("menuitem", { name: "Move up" }).click();
  await until(async () => (await filters(s, source)).map((one) => one.kind).join() === "luma_key,color_correction");

  await list.getByRole("button", { name: "More about Luma key" }).click();
  await page.getByRole("menuitem", { name: "Remove" }).click();
  await list.getByRole("button", { name: "More about Lighter" }).click();
  await page.getByRole("menuitem", { name: "Remove" }).click();
  await until(async () => (await filters(s, source)).length === 0 && Math.abs((await luma()) - grey) < 3);
  await page.getByRole("button", { name: /^Undo/ }).click();
  await until(async () => (await filters(s, source))[0]?.name === "Lighter" && Math.abs((await luma()) - light) < 3);
  await s.close();
});
