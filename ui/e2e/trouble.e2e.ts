// When things go wrong: a server that is not there, an engine that goes away, two windows at once, strangers.
import { afterAll, expect, test } from "vitest";
import { accessibility, closeBrowser, openStudio, until } from "./harness";

afterAll(closeBrowser);

test("a refusing destination says so, is tried again, and costs the other one nothing", async () => {
  const s = await openStudio({ width: 1920, height: 1080 });
  const page = s.page;
  await s.command({ command: "add_source", kind: "test_pattern", name: "Bars", scene: "main" });
  await s.command({ command: "add_destination", kind: "rtmp", name: "Nowhere", settings: { url: "rtmp://127.0.0.1:9/app", key: "secret-key-1" } });
  await s.command({ command: "add_destination", kind: "local", name: "Here" });
  await s.command({ command: "go_live" });
  const foot = page.getByRole("contentinfo", { name: /Footlights/ });
  await foot.getByRole("button", { name: /^Nowhere Retrying/ }).waitFor();
  await foot.getByRole("button", { name: /^Here Live/ }).waitFor();
  await foot.getByRole("button", { name: "Retry now" }).click();
  const lost = (await s.get<{ destinations: { name: string; frames_dropped: number }[] }>("/api/state")).destinations.find((d) => d.name === "Here");
  expect(lost?.frames_dropped).toBe(0);
  const shown = JSON.stringify(await s.get("/api/project")) + (await page.content());
  expect(shown).not.toContain("secret-key-1");
  await s.close();
});

test("the page says when the engine is gone, and comes back with it", async () => {
  const s = await openStudio();
  const page = s.page;
  await page.getByRole("contentinfo", { name: /Footlights/ }).waitFor();
  await s.command({ command: "set_project", name: "Evening show" });
  await page.getByRole("button", { name: "Evening show" }).first().waitFor();
  await s.stop();
  await page.getByText(/lost|not answer|connection/i).first().waitFor();
  await s.restart();
  await until(async () => (await page.getByText(/lost|not answer/i).count()) === 0);
  await page.getByRole("button", { name: "Evening show" }).first().waitFor();
  await s.close();
});

test("two windows see each other's changes", async () => {
  const s = await openStudio();
  const other = await s.another();
  await s.command({ command: "add_scene", name: "漢字 مرحبا 🎬 " + "x".repeat(480) });
  await s.page.getByText(/漢字/).first().waitFor();
  await other.getByText(/漢字/).first().waitFor();
  await s.close();
});

test("a stranger's page and a wrong token are refused", async () => {
  const s = await openStudio();
  const ask = (headers: Record<string, string>) => fetch(`${s.base}/api/command`, { method: "POST", headers, body: '{"command":"undo"}' });
  expect((await ask({ Authorization: "Bearer wrong" })).status).toBe(403);
  expect((await ask({ Authorization: `Bearer ${s.token}`, Origin: "https://evil.example" })).status).toBe(403);
  expect((await fetch(`${s.base}/api/project?token=wrong`)).status).toBe(403);
  await s.close();
});

test("a room alone in a window of its own follows the show and commands it", async () => {
  const s = await openStudio({ firstRun: true });
  await s.command({ command: "add_source", kind: "tone", name: "Music", scene: "main" });
  const other = await s.another();
  await other.setViewportSize({ width: 760, height: 620 });
  await other.goto(`${s.url}&room=mixer`);
  const strip = other.getByRole("group", { name: "Music" });
  await strip.waitFor();
  expect(await other.getByRole("banner").count()).toBe(0);
  await other.getByRole("contentinfo", { name: /Footlights/ }).waitFor();
  await strip.getByRole("button", { name: /^Mute/ }).click();
  await until(async () => (await s.get<{ project: { sources: { audio: { muted: boolean } }[] } }>("/api/project")).project.sources[0]?.audio.muted);
  expect(await accessibility(other)).toEqual([]);
  await s.close();
});
