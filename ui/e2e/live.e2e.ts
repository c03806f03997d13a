// A newcomer's way: from a fresh start to live on this computer, with its clicks and seconds counted; then a recording, the
// end of the show and what it says afterwards.
import { afterAll, expect, test } from "vitest";
import { accessibility, closeBrowser, openStudio, until } from "./harness";

interface State {
  on_air: boolean;
  destinations: { state: string; frames_sent: number }[];
  recordings: { path: string; frames: number; state: string }[];
}

afterAll(closeBrowser);

test("from a fresh start to live in under 8 clicks and 60 seconds", async () => {
  const s = await openStudio({ firstRun: true });
  const begun = performance.now();
  let clicks = 0;
  const click = async (name: string) => {
    await s.page.getByRole("button", { name, exact: true }).last().click();
    clicks += 1;
  };
  await s.page.getByRole("heading", { name: "What will you make?" }).waitFor();
  expect(await accessibility(s.page)).toEqual([]);
  await s.page.getByRole("button", { name: /Show me a demo/ }).click();
  clicks += 1;
  await click("Next");
  await click("Next");
  await s.page.getByRole("heading", { name: "Where should it go?" }).waitFor();
  expect(await accessibility(s.page)).toEqual([]);
  await click("Choose");
  await click("Open my studio");
  await s.page.getByRole("contentinfo", { name: /Footlights/ }).getByRole("button", { name: "Go live" }).click();
  clicks += 1;
  await s.page.getByRole("dialog").getByRole("button", { name: /Go live/ }).click();
  clicks += 1;
  await s.page.getByText("ON AIR", { exact: true }).first().waitFor();
  await until(async () => (await s.get<State>("/api/state")).destinations[0]?.state === "live");
  expect(clicks).toBeLessThan(8);
  expect((performance.now() - begun) / 1000).toBeLessThan(60);
  const playlist = await until(async () => {
    const answer = await fetch(`${s.base}/hls/master.m3u8`);
    return answer.ok ? answer.text() : undefined;
  });
  expect(playlist).toContain("#EXTM3U");

  // The dialog leaves by itself once all lamps are lit.
  await s.page.getByRole("dialog").waitFor({ state: "hidden" });
  expect(await accessibility(s.page)).toEqual([]);
  await s.page.getByRole("button", { name: "Start recording" }).click();
  await until(async () => ((await s.get<State>("/api/state")).recordings.at(-1)?.frames ?? 0) > 10);

  await s.page.getByRole("button", { name: "End show" }).click();
  await s.page.getByRole("alertdialog").getByRole("button", { name: "End show" }).click();
  await until(async () => !(await s.get<State>("/api/state")).on_air);
  const report = await s.get<{ destinations: { frames_sent: number }[] }>("/api/show-report");
  expect(report.destinations[0]?.frames_sent).toBeGreaterThan(0);
  await s.close();
}, 120_000);
