// How an item looks: blend mode, border, shadow and the box it is fitted into are set in the window and seen in the programme;
// undo takes each back.
import { afterAll, expect, test } from "vitest";
import { accessibility, closeBrowser, openStudio, seen, type Studio, until, wording } from "./harness";

interface Item { id: string; blend?: string; border?: { width: number; color: string } | null; shadow?: { blur: number } | null; bounds?: { mode: string; width: number; height: number; alignment?: string } | null; position: { x: number; y: number } }
interface Doc { project: { scenes: { items: Item[] }[] } }

afterAll(closeBrowser);

/** A dark canvas of 640 × 360 with a grey plate of 320 × 180 in its middle, which is selected. */
async function plate(s: Studio): Promise<() => Promise<Item>> {
  await s.command({ command: "add_source", kind: "color", name: "Ground", scene: "main", settings: { color: "#404040", width: 640, height: 360 } });
  const { item } = await s.command({ command: "add_source", kind: "color", name: "Plate", scene: "main", settings: { color: "#808080", width: 320, height: 180 } });
  await s.command({ command: "set_item", scene: "main", item, changes: { bounds: null, position: { x: 160, y: 90 } } });
  await s.page.getByRole("button", { name: "Studio", exact: true }).click();
  await s.page.getByRole("treeitem", { name: /Plate/ }).first().click();
  await s.page.getByRole("tab", { name: "Properties" }).click();
  return async () => {
    const found = (await s.get<Doc>("/api/project")).project.scenes[0]?.items.find((one) => one.id === item);
    if (!found) throw new Error("the plate is gone");
    return found;
  };
}
/** Means of luma: the plate's middle, a line just inside and one just outside its left edge, below it, and a corner of the canvas. */
const MIDDLE = { x: 0.45, y: 0.45, w: 0.1, h: 0.1 };
const EDGE = { x: 0.25 - 0.02, y: 0.4, w: 0.04, h: 0.2 };
const BELOW = { x: 0.45, y: 0.76, w: 0.1, h: 0.03 };
const CORNER = { x: 0, y: 0, w: 0.05, h: 0.05 };
const luma = async (s: Studio, part: typeof MIDDLE): Promise<number> => (await seen(s.page, "program", part))[0];

test("blend mode, border, shadow and box are seen in the programme", async () => {
  const s = await openStudio({ width: 1920, height: 1080 });
  const item = await plate(s);
  const side = s.page.getByRole("tabpanel", { name: "Properties" });
  await until(async () => (await luma(s, MIDDLE)) > 100);
  const grey = await luma(s, MIDDLE), dark = await luma(s, CORNER), edge = await luma(s, EDGE), below = await luma(s, BELOW);
  expect(grey).toBeGreaterThan(dark + 30);
  const undo = (): Promise<void> => s.page.getByRole("button", { name: /^Undo/ }).click();

  await side.getByRole("combobox", { name: "Blend mode" }).selectOption({ label: "Additive" });
  await until(async () => (await item()).blend === "additive" && (await luma(s, MIDDLE)) > grey + 25);
  // What it is blended in matters now, so it is offered.
  await side.getByRole("combobox", { name: "Blend in" }).waitFor();
  expect(await luma(s, CORNER)).toBeCloseTo(dark, 0);
  await undo();
  await until(async () => Math.abs((await luma(s, MIDDLE)) - grey) < 3);

  await side.getByRole("switch", { name: "Border" }).click();
  const wide = side.getByRole("spinbutton", { name: "Width of the border" });
  await wide.fill("12");
  await wide.press("Enter");
  await until(async () => (await item()).border?.width === 12 && (await luma(s, EDGE)) > edge + 25);
  const colour = side.getByRole("textbox", { name: "Colour of the border" });
  await colour.fill("#000000");
  await colour.press("Enter");
  await until(async () => (await luma(s, EDGE)) < edge - 10);
  await side.getByRole("switch", { name: "Border" }).click();
  await until(async () => !(await item()).border && Math.abs((await luma(s, EDGE)) - edge) < 3);

  await side.getByRole("switch", { name: "Shadow" }).click();
  await until(async () => (await luma(s, BELOW)) < below - 8);
  const blur = side.getByRole("spinbutton", { name: "Blur of the shadow" });
  await blur.fill("0");
  await blur.press("Enter");
  const far = side.getByRole("spinbutton", { name: "Shadow Y" });
  await far.fill("40");
  await far.press("Enter");
  // Sharp and further away, it is at its darkest there.
  await until(async () => (await item()).shadow?.blur === 0 && (await luma(s, BELOW)) < below - 20);
  expect(await accessibility(s.page)).toEqual([]);
  expect(await wording(s.page)).toEqual([]);
  await side.getByRole("switch", { name: "Shadow" }).click();
  await until(async () => !(await item()).shadow && Math.abs((await luma(s, BELOW)) - below) < 3);

  // A box as large as the canvas: the plate keeps its shape in it, or is stretched to it.
  await side.getByRole("combobox", { name: "Fit", exact: true }).selectOption({ label: "Whole picture in the box" });
  for (const [name, value] of [["Position X", "0"], ["Position Y", "0"], ["Size W", "640"], ["Size H", "360"]] as const) {
    if (name === "Size W") {
      const keep = side.getByRole("button", { name: "Keep the shape" });
      if ((await keep.getAttribute("aria-pressed")) === "true") await keep.click();
      await side.getByRole("combobox", { name: "Anchor" }).selectOption({ label: "Top left" });
    }
    const field = side.getByRole("spinbutton", { name, exact: true });
    await field.fill(value);
    await field.press("Enter");
    // The other side is worked out from what the engine has taken.
    await until(async () => {
      const now = await item();
      return { "Position X": now.position.x, "Position Y": now.position.y, "Size W": now.bounds?.width, "Size H": now.bounds?.height }[name] === Number(value);
    });
  }
  await until(async () => (await item()).bounds?.mode === "contain" && Math.abs((await luma(s, CORNER)) - grey) < 3);
  await side.getByRole("spinbutton", { name: "Size H", exact: true }).fill("180");
  await side.getByRole("spinbutton", { name: "Size H", exact: true }).press("Enter");
  // Half as high, the plate is half as wide and in the middle of its box: the corner is free again, until it is stretched.
  await until(async () => Math.abs((await luma(s, CORNER)) - dark) < 3);
  await side.getByRole("combobox", { name: "Fit", exact: true }).selectOption({ label: "Stretch to the box" });
  await until(async () => (await item()).bounds?.mode === "stretch" && Math.abs((await luma(s, CORNER)) - grey) < 3);
  await undo();
  await side.getByRole("combobox", { name: "In the box" }).selectOption({ label: "Left" });
  await until(async () => (await item()).bounds?.alignment === "left" && Math.abs((await luma(s, CORNER)) - grey) < 3);
  await s.close();
});
