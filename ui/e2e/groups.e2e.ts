// Groups, layouts and movement in the window: put together by a key, moved in the tree, laid out by a picture, keyed and played.
import { afterAll, expect, test } from "vitest";
import { accessibility, closeBrowser, openStudio, type Studio, until } from "./harness";

interface Item {
  id: string;
  name: string;
  parent?: string;
  members?: { width: number; height: number; layout?: { kind: string; settings: Record<string, unknown> } };
  animations?: { trigger: string; keys: { at_ms: number; property: string; value: number; easing: string }[] }[];
  show?: { kind: string; duration_ms: number };
  position: { x: number; y: number };
}
interface Doc { project: { scenes: { items: Item[] }[] } }
const items = async (s: Studio): Promise<Item[]> => (await s.get<Doc>("/api/project")).project.scenes[0]?.items ?? [];
const SHOTS = process.env["FOOTLIGHT_SHOTS"];

afterAll(closeBrowser);

test("items are grouped, laid out, taken out and animated", async () => {
  const s = await openStudio({ width: 1440, height: 900 });
  const page = s.page;
  for (const [name, color] of [["Red", "#aa2222"], ["Green", "#22aa44"], ["Blue", "#2255cc"]]) {
    await s.command({ command: "add_source", kind: "color", name, scene: "main", settings: { color, width: 640, height: 360 }, item: { bounds: null, alignment: "top_left", position: { x: 100, y: 80 } } });
  }
  await page.getByRole("button", { name: "Studio", exact: true }).click();
  const row = (name: string) => page.getByRole("treeitem", { name: new RegExp(`^${name}`) });
  await until(async () => (await s.get<{ sources: { width: number | null }[] }>("/api/state")).sources.every((one) => one.width === 640));
  await row("Red").click();
  await row("Green").click({ modifiers: ["ControlOrMeta"] });
  await page.keyboard.press("Control+g");
  const group = await until(async () => (await items(s)).find((i) => i.members));
  expect(group.members).toMatchObject({ width: 640, height: 360 });
  expect(group.position).toEqual({ x: 100, y: 80 });
  await row("Group").waitFor();
  expect(await row("Red").getAttribute("aria-level")).toBe("2");

  await row("Blue").dragTo(row("Group"), { steps: 8 });
  await until(async () => (await items(s)).find((i) => i.id === "blue")?.parent === group.id);
  expect((await items(s)).find((i) => i.id === "blue")?.position).toEqual({ x: 0, y: 0 });

  await row("Group").click();
  await page.getByRole("tab", { name: "Properties" }).click();
  await page.getByRole("radio", { name: "Grid" }).click();
  await until(async () => (await items(s)).find((i) => i.members)?.members?.layout?.kind === "grid");
  await page.getByRole("radio", { name: "Spotlight" }).click();
  await page.getByRole("combobox", { name: "Large" }).selectOption({ label: "Green" });
  await until(async () => (await items(s)).find((i) => i.members)?.members?.layout?.settings["member"] === "green");
  expect(await accessibility(page)).toEqual([]);
  if (SHOTS) await page.waitForTimeout(1500).then(() => page.screenshot({ path: `${SHOTS}/layout.png` }));

  await page.getByRole("combobox", { name: "Comes", exact: true }).selectOption({ label: "Fade" });
  await until(async () => (await items(s)).find((i) => i.members)?.show?.kind === "fade");
  await page.getByRole("button", { name: "Add an animation" }).click();
  await until(async () => (await items(s)).find((i) => i.members)?.animations?.[0]?.keys.length === 2);
  await page.getByRole("slider", { name: "Playhead" }).fill("0.5");
  await page.getByRole("button", { name: "Add a key here" }).click();
  const keys = await until(async () => {
    const all = (await items(s)).find((i) => i.members)?.animations?.[0]?.keys;
    return all?.length === 3 ? all : undefined;
  });
  expect(keys.find((k) => k.property === "position.x")).toMatchObject({ value: 100 });
  await page.getByRole("button", { name: "Play Animation 1" }).click();
  expect(await accessibility(page)).toEqual([]);
  if (SHOTS) await page.screenshot({ path: `${SHOTS}/animation.png` });

  await row("Group").click();
  await page.keyboard.press("Control+Shift+g");
  await until(async () => (await items(s)).every((i) => !i.parent && !i.members));
  await s.close();
});
