// Starts a studio of its own for a test: an engine with its own folders, port and token, and a browser page on it.
// Everything is ended again by `close`, also when the test fails.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import AxeBuilder from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";

const PROGRAM = process.env.FOOTLIGHT_BIN ?? resolve(import.meta.dirname, "../../target/debug/footlight");
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

export interface Studio {
  /** Address with the token. */
  url: string;
  base: string;
  token: string;
  page: Page;
  /** The folder all of it lives in: home, settings, projects. */
  folder: string;
  /** Another page on the same studio. */
  another(): Promise<Page>;
  /** Sends a command past the page, as a script would. */
  command(body: Record<string, unknown>): Promise<Record<string, unknown>>;
  get<T>(path: string): Promise<T>;
  /** Ends the engine, keeping folder and port for `restart`. */
  stop(): Promise<void>;
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface Options {
  width?: number;
  height?: number;
  language?: string;
  /** Where a page begins: by default after the first run. */
  firstRun?: boolean;
}

let browser: Browser | undefined;

/** The one browser all tests of a file share. */
async function theBrowser(): Promise<Browser> {
  browser ??= await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader"] });
  return browser;
}

/** Ends the browser; for `afterAll`. */
export async function closeBrowser(): Promise<void> {
  await browser?.close();
  browser = undefined;
}

async function start(folder: string, listen: string, token: string): Promise<{ child: ChildProcess; base: string }> {
  const child = spawn(PROGRAM, ["studio", "--listen", listen, "--token", token, "--renderer", "software"], {
    env: {
      ...process.env,
      HOME: folder,
      XDG_CONFIG_HOME: join(folder, "config"),
      XDG_DATA_HOME: join(folder, "data"),
      XDG_DOCUMENTS_DIR: folder,
      PULSE_SERVER: process.env.PULSE_SERVER ?? "unix:/nonexistent",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const base = await new Promise<string>((done, fail) => {
    const hear = (chunk: Buffer) => {
      said += chunk.toString();
      const found = /(http:\/\/127\.0\.0\.1:\d+)/.exec(said);
      if (found?.[1]) done(found[1]);
    };
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
    child.once("error", fail);
    child.once("exit", (code) => fail(new Error(`the studio ended with ${code}: ${said}`)));
  });
  return { child, base };
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((done) => {
    if (child.exitCode !== null || child.signalCode !== null) return done();
    const late = setTimeout(() => child.kill("SIGKILL"), 15_000);
    child.once("exit", () => {
      clearTimeout(late);
      done();
    });
    child.kill("SIGINT");
  });
}

/** A studio with a page open on it. */
export async function openStudio(options: Options = {}): Promise<Studio> {
  const folder = await mkdtemp(join(tmpdir(), "footlight-e2e-"));
  const token = "e2e-token-0123456789abcdef";
  let running = await start(folder, "127.0.0.1:0", token);
  const base = running.base;
  const context = await (await theBrowser()).newContext({
    viewport: { width: options.width ?? 1280, height: options.height ?? 720 },
    locale: options.language ?? "en-US",
    reducedMotion: "reduce",
  });
  const headers = { "Authorization": `Bearer ${token}`, "Content-Type": "application/json" };
  const command = async (body: Record<string, unknown>) => {
    const answer = await fetch(`${base}/api/command`, { method: "POST", headers, body: JSON.stringify(body) });
    const json = (await answer.json()) as Record<string, unknown>;
    if (!answer.ok) throw new Error(String(json.message));
    return json;
  };
  if (!options.firstRun) {
    const put = await fetch(`${base}/api/preferences`, { method: "PUT", headers, body: JSON.stringify({ "firstrun.done": true }) });
    if (!put.ok) throw new Error(`preferences: ${put.status} ${await put.text()}`);
  }
  // Small enough for a busy machine; what is tested is the window.
  await command({ command: "set_canvas", id: "main", changes: { width: 640, height: 360, fps: 15 } });
  const url = `${base}/?token=${token}`;
  const another = async () => {
    const page = await context.newPage();
    await page.goto(url);
    return page;
  };
  const page = await another();
  const studio: Studio = {
    url, base, token, page, folder, another,
    command,
    async get<T>(path: string) {
      const answer = await fetch(`${base}${path}`, { headers });
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
      return (await answer.json()) as T;
    },
    stop: () => ended(running.child),
    async restart() {
      running = await start(folder, base.replace("http://", ""), token);
    },
    async close() {
      await context.close();
      await ended(running.child);
      await rm(folder, { recursive: true, force: true });
    },
  };
  return studio;
}

/** What axe-core finds wrong with the page as it is, in words. */
export async function accessibility(page: Page): Promise<string[]> {
  await page.evaluate(AxeBuilder.source);
  return page.evaluate(async () => {
    const axe = (window as unknown as { axe: { run(o: unknown): Promise<{ violations: { id: string; help: string; nodes: { html: string }[] }[] }> } }).axe;
    const found = await axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] });
    return found.violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(" | ")}`);
  });
}

/** Waits until `ask` gives something, at most 30 s. */
export async function until<T>(ask: () => Promise<T | undefined | false | null>): Promise<T> {
  const end = performance.now() + 30_000;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (performance.now() > end) throw new Error(`waited in vain for ${ask.toString()}`);
    await new Promise((done) => setTimeout(done, 100));
  }
}
