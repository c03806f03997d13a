// What is changed seldom: names of audio tracks, more canvases, the font of a text, where projects go, and what listeners are
// told is playing.
import { createServer, type Server, type Socket } from "node:net";
import { afterAll, expect, test } from "vitest";
import { accessibility, closeBrowser, openStudio, until, wording } from "./harness";

interface Doc {
  project: { audio: { tracks: { id: string; name: string }[] }; canvases: { id: string; width: number; height: number; scene: string }[]; sources: { id: string; settings: { family?: string } }[] };
}
afterAll(closeBrowser);

/** A server that takes a stream as Icecast does; hears what it is told. */
async function radio(): Promise<{ server: Server; port: number; told: string[]; end(): void }> {
  const told: string[] = [];
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    let head = "";
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      if (head.includes("\r\n\r\n")) return;
      head += bytes.toString("latin1");
      if (!head.includes("\r\n\r\n")) return;
      told.push(head.split("\r\n")[0] ?? "");
      if (head.startsWith("PUT")) socket.write("HTTP/1.1 100 Continue\r\n\r\n");
      else socket.end("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n");
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const at = server.address();
  const port = at && typeof at === "object" ? at.port : 0;
  return { server, port, told, end: () => { for (const one of open) one.destroy(); server.close(); } };
}

test("tracks are renamed, canvases come and go, fonts are listed, projects have a place", async () => {
  const s = await openStudio({ width: 1280, height: 720 });
  const page = s.page;
  const doc = async (): Promise<Doc["project"]> => (await s.get<Doc>("/api/project")).project;
  await s.command({ command: "set_audio_tracks", tracks: [{ id: "live", name: "Programme", volume_db: 0 }, { id: "", name: "Track 2", volume_db: 0 }] });
  await s.command({ command: "add_source", kind: "text", name: "Words", scene: "main" });
  await page.getByRole("button", { name: "Studio", exact: true }).click();

  await page.getByRole("button", { name: "Mixer options" }).click();
  await page.getByRole("menuitem", { name: "Rename an audio track" }).click();
  await page.getByRole("menuitem", { name: "Track 2" }).click();
  const line = page.getByRole("textbox", { name: "Name of the track" });
  await line.fill("Without music");
  expect([...(await accessibility(page)), ...(await wording(page))]).toEqual([]);
  await line.press("Enter");
  await until(async () => (await doc()).audio.tracks[1]?.name === "Without music");
  expect((await doc()).audio.tracks[1]?.id).toBe("track-2");

  await page.getByRole("treeitem", { name: /Words/ }).first().click();
  await page.getByRole("tab", { name: "Properties" }).click();
  const font = page.getByRole("combobox", { name: "Font" });
  await until(() => font.evaluate((input) => [...((input as HTMLInputElement).list?.options ?? [])].some((one) => one.value === "Inter")));
  await font.fill("Inter");
  await font.press("Enter");
  await until(async () => (await doc()).sources[0]?.settings.family === "Inter");

  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+,");
  await page.getByRole("tab", { name: "Project" }).click();
  const add = page.getByRole("button", { name: "Add a canvas" });
  await add.click();
  await page.getByRole("menuitem", { name: /1080 × 1920/ }).click();
  await until(async () => (await doc()).canvases[1]?.height === 1920);
  await page.getByRole("combobox", { name: "Size of tall" }).waitFor();
  expect([...(await accessibility(page)), ...(await wording(page))]).toEqual([]);
  await until(async () => {
    await page.getByRole("button", { name: "Remove the canvas tall" }).click({ timeout: 2000 }).catch(() => {});
    return (await doc()).canvases.length === 1;
  });

  await page.getByRole("tab", { name: "This computer" }).click();
  const place = page.getByRole("textbox", { name: "Folder for projects" });
  await until(async () => (await place.inputValue()).includes(s.folder));
  await place.fill("elsewhere");
  await place.press("Enter");
  await page.getByText("Give the whole path", { exact: false }).waitFor();
  await place.fill(`${s.folder}/elsewhere`);
  await place.press("Enter");
  await until(async () => (await s.get<{ folder: string }>("/api/projects")).folder === `${s.folder}/elsewhere`);
  expect([...(await accessibility(page)), ...(await wording(page))]).toEqual([]);
  await s.close();
});

test("listeners are told what is playing", async () => {
  const s = await openStudio();
  const { port, told, end } = await radio();
  const { destination } = (await s.command({ command: "add_destination", kind: "icecast", name: "Radio", settings: { host: "127.0.0.1", port, mount: "/live", password: "hush" } })) as { destination: string };
  await s.command({ command: "start_destination", id: destination });
  await until(async () => (await s.get<{ destinations: { id: string; state: string }[] }>("/api/state")).destinations.find((one) => one.id === destination)?.state === "live");
  const page = s.page;
  await page.getByRole("button", { name: "Studio", exact: true }).click();
  await page.getByRole("button", { name: "More about Radio" }).first().click();
  await page.getByRole("menuitem", { name: "Say what is playing…" }).click();
  await page.getByRole("textbox", { name: "Title" }).fill("Evening song");
  await page.getByRole("button", { name: "Tell listeners" }).click();
  await until(() => Promise.resolve(told.some((one) => one.includes("/admin/metadata") && one.includes("Evening"))));
  await s.close();
  end();
});
