// A recording begun and ended from the Simple layout: the file is there, the window says where, the report links to it.
import { statSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { accessibility, closeBrowser, openStudio, until, wording } from "./harness";

interface State {
  on_air: boolean;
  recording: { path: string; frames: number } | null;
  recordings: { path: string; frames: number; state: string; error: string | null }[];
}

afterAll(closeBrowser);

test("a recording without a show, from the Simple layout", async () => {
  const s = await openStudio();
  const page = s.page;
  await s.command({ command: "add_source", kind: "test_pattern", name: "Bars", scene: "main" });
  const foot = page.getByRole("contentinfo", { name: /Footlights/ });
  await page.getByRole("button", { name: "Simple", exact: true }).click();
  await page.getByRole("region", { name: "Scenes" }).waitFor();
  await foot.getByRole("button", { name: "Record only" }).click();
  await until(async () => ((await s.get<State>("/api/state")).recording?.frames ?? 0) > 10);
  await foot.getByRole("button", { name: /Recording/ }).waitFor();
  // Recording is not being public: nothing says ON AIR.
  expect(await page.getByText("ON AIR", { exact: true }).count()).toBe(0);
  expect(await accessibility(page)).toEqual([]);
  await foot.getByRole("button", { name: /Recording/ }).click();
  await page.getByRole("menuitem", { name: "Stop recording" }).click();
  const done = await until(async () => (await s.get<State>("/api/state")).recordings.find((one) => one.state === "finished"));
  expect(done.error).toBeNull();
  expect(statSync(done.path).size).toBeGreaterThan(1000);
  await foot.getByRole("button", { name: "Record only" }).waitFor();

  // Where it lies is said in the Status tab, to be copied.
  await page.getByRole("tab", { name: /Status/ }).click();
  await page.getByRole("button", { name: /Not recording/ }).click();
  await page.getByText(done.path.split("/").pop() ?? "", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Copy the path" }).first().waitFor();
  await s.close();
});

test("a show that is recorded names its file in the report", async () => {
  const s = await openStudio();
  const page = s.page;
  await s.command({ command: "add_source", kind: "test_pattern", name: "Bars", scene: "main" });
  await s.command({ command: "add_destination", kind: "local", name: "Here" });
  await page.getByRole("button", { name: "Simple", exact: true }).click();
  await page.getByRole("tab", { name: /Get ready/ }).click();
  await page.getByRole("switch", { name: "Also record" }).click();
  await page.getByRole("contentinfo").getByRole("button", { name: "Go live" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Go live now" }).click();
  await until(async () => ((await s.get<State>("/api/state")).recording?.frames ?? 0) > 10);
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await page.getByRole("button", { name: "End show" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "End show" }).click();
  const state = await until(async () => {
    const now = await s.get<State>("/api/state");
    return !now.on_air && now.recordings.at(-1)?.state === "finished" ? now : undefined;
  });
  await page.getByRole("button", { name: "See the report" }).click();
  const report = page.getByRole("dialog");
  await report.getByText(state.recordings.at(-1)?.path.split("/").pop() ?? "?", { exact: true }).waitFor();
  expect(await accessibility(page)).toEqual([]);
  await s.close();
});

test("what is recorded on its own is ticked in the settings and lies beside the programme", async () => {
  const s = await openStudio();
  const page = s.page;
  const iso = async (): Promise<string[]> => (await s.get<{ project: { recording: { iso: string[] } } }>("/api/project")).project.recording.iso;
  await s.command({ command: "add_source", kind: "test_pattern", name: "Bars", scene: "main" });
  await page.getByRole("contentinfo", { name: /Footlights/ }).waitFor();
  await page.keyboard.press("Control+,");
  await page.getByRole("tab", { name: "Recording" }).click();
  await page.getByRole("checkbox", { name: "Bars" }).check({ force: true });
  await until(async () => (await iso()).length === 1);
  await page.getByRole("switch", { name: "Every source" }).click();
  await until(async () => (await iso())[0] === "all");
  await until(() => page.getByRole("checkbox", { name: "Bars" }).isDisabled());
  expect(await accessibility(page)).toEqual([]);
  expect(await wording(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await s.command({ command: "start_recording" });
  await until(async () => ((await s.get<State>("/api/state")).recording?.frames ?? 0) > 10);
  await s.command({ command: "stop_recording" });
  const files = (await s.get<State>("/api/state")).recordings.map((one) => one.path);
  expect(files.length).toBe(2);
  expect(files[0]).toMatch(/ - Bars\.mkv$/);
  expect(statSync((files[1] ?? "").replace(/mkv$/, "otio")).size).toBeGreaterThan(500);
  await s.close();
});
