// Settings, Captions: they are switched on, their way is chosen, a line is typed and one is followed from a text source, and timed
// metadata goes to who takes it.
import { afterAll, expect, test } from "vitest";
import { accessibility, closeBrowser, english, openStudio, until, wording } from "./harness";

interface Doc { project: { captions: { enabled: boolean; style: string; clear_after_s: number; source: string } } }
interface State { captions: { enabled: boolean; last: string } }

afterAll(closeBrowser);

test("captions are switched on, set, typed and followed", async () => {
  const s = await openStudio();
  const page = s.page;
  const doc = async (): Promise<Doc["project"]["captions"]> => (await s.get<Doc>("/api/project")).project.captions;
  const last = async (): Promise<string> => (await s.get<State>("/api/state")).captions.last;
  const { source } = (await s.command({ command: "add_source", kind: "text", name: "Lower third", scene: "main", settings: { text: "Nobody yet" } })) as { source: string };
  await page.getByRole("contentinfo", { name: /Footlights/ }).waitFor();
  await page.keyboard.press("Control+,");
  const dialog = page.getByRole("dialog", { name: "Settings" });
  await dialog.getByRole("tab", { name: "Captions" }).click();
  const line = dialog.getByRole("textbox", { name: "Type a caption" });
  await line.waitFor();
  // Off, the field says why it waits.
  expect(await line.isDisabled()).toBe(true);
  expect(await line.getAttribute("placeholder")).toContain("Send captions");
  expect(await accessibility(page)).toEqual([]);

  await dialog.getByRole("switch", { name: "Send captions" }).click();
  await until(async () => (await doc()).enabled);
  await dialog.getByRole("combobox", { name: "Style" }).selectOption({ label: "Up to two rows at once" });
  const after = dialog.getByRole("spinbutton", { name: "Clear after" });
  await after.fill("20");
  await after.press("Enter");
  await until(async () => (await doc()).style === "pop_on" && (await doc()).clear_after_s === 20);

  await line.fill("Good evening, and welcome.");
  await line.press("Enter");
  await until(async () => (await last()) === "Good evening, and welcome.");
  await dialog.getByText("Last: Good evening, and welcome.").waitFor();
  expect(await line.inputValue()).toBe("");
  // What has no sign in captions is named, and the rest is said.
  await line.fill("Hello 晚安");
  await dialog.getByRole("button", { name: "Send" }).first().click();
  await dialog.getByText(/Captions have no signs for: .*晚/).waitFor();
  await dialog.getByRole("button", { name: "Clear" }).click();
  await until(async () => (await last()) === "");

  await dialog.getByRole("combobox", { name: "Follow a text source" }).selectOption({ label: "Lower third" });
  await until(async () => (await doc()).source === source);
  // The text it has when it is chosen is not said, its changes are: one of them comes after that.
  let n = 0;
  await until(async () => {
    await s.command({ command: "set_source_settings", source, settings: { text: `The news at ten, ${++n}` } });
    return (await last()).includes("The news at ten");
  });
  expect(await accessibility(page)).toEqual([]);
  expect(await wording(page)).toEqual([]);

  // Nobody takes timed metadata yet: that is said, and nothing that was typed is lost.
  const value = dialog.getByRole("textbox", { name: "Value" });
  await value.fill("Goal for the blues");
  await value.press("Enter");
  await page.getByRole("status").or(page.getByRole("alert")).filter({ hasText: /neither on the air nor recorded/ }).first().waitFor();
  expect(await value.inputValue()).toBe("Goal for the blues");
  await s.close();
});

for (const language of ["zh-TW", "zh-CN"]) {
  test(`the captions tab in ${language}`, async () => {
    const s = await openStudio({ language });
    await s.command({ command: "set_captions", changes: { enabled: true } });
    await s.page.getByRole("contentinfo").first().waitFor();
    await s.page.keyboard.press("Control+,");
    const dialog = s.page.getByRole("dialog");
    await dialog.getByRole("tab", { name: /^字幕/ }).click();
    await dialog.getByRole("textbox").nth(2).waitFor();
    expect(await english(s.page)).toEqual([]);
    expect(await wording(s.page)).toEqual([]);
    expect(await accessibility(s.page)).toEqual([]);
    await s.close();
  });
}
