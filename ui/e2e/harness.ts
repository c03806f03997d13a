// Starts a studio of its own for a test: an engine with its own folders, port and token, and a browser page on it.
// Everything is ended again by `close`, also when the test fails.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import AxeBuilder from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";

const PROGRAM = process.env.FOOTLIGHT_BIN ?? resolve(import.meta.dirname, "../../target/debug/footlight");
/** While working on the page: a folder to take it from (`dist`) in place of the page that was built into the program. */
const PAGE = process.env.FOOTLIGHT_PAGE;
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
  /** Small enough for a busy machine when absent; what is tested is the window. */
  canvas?: { width: number; height: number; fps: number };
}

let browser: Browser | undefined;
/** What a failed test left open. */
const open = new Set<Studio>();

/** The one browser all tests of a file share. */
async function theBrowser(): Promise<Browser> {
  browser ??= await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", ...(PAGE ? ["--disable-features=LocalNetworkAccessChecks"] : [])] });
  return browser;
}

/** Ends the browser and every studio that a failed test left; for `afterAll`. */
export async function closeBrowser(): Promise<void> {
  for (const one of open) await one.close();
  await browser?.close();
  browser = undefined;
}

async function start(folder: string, listen: string, token: string): Promise<{ child: ChildProcess; base: string }> {
  const child = spawn("nice", ["-n", "15", PROGRAM, "studio", "--listen", listen, "--token", token, "--renderer", "software"], {
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
  if (PAGE) {
    await context.route(`${base}/**`, async (route) => {
      const { pathname } = new URL(route.request().url());
      if (/^\/(api|hls|watch)/.test(pathname)) return route.continue();
      return route.fulfill({ path: join(PAGE, pathname === "/" ? "index.html" : pathname) });
    });
  }
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
  await command({ command: "set_canvas", id: "main", changes: options.canvas ?? { width: 640, height: 360, fps: 15 } });
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
      open.delete(studio);
      await context.close();
      await ended(running.child);
      await rm(folder, { recursive: true, force: true });
    },
  };
  open.add(studio);
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

/** What is wrong with the words on the page as it is: keys without a text, values not filled in, and texts cut off by their
 *  box. Names of people's things may be cut with an ellipsis (class `cut`), the window's own words may not. */
export async function wording(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const wrong: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = node.textContent?.trim() ?? "";
      const box = node.parentElement;
      if (!text || !box || !box.checkVisibility({ visibilityProperty: true, opacityProperty: true }) || box.closest("script,style,option,.said")) continue;
      if (/^[a-z0-9]+\.[a-zA-Z0-9_]+$/.test(text) || /\{(?!(project|date|time|canvas|source|counter|elapsed|secret)\})\w+[|}]|undefined|\bNaN\b|\[object/.test(text)) wrong.push(`no words: ${text}`);
      range.selectNodeContents(node);
      const at = range.getBoundingClientRect();
      for (let up: HTMLElement | null = box; up; up = up.parentElement) {
        const style = getComputedStyle(up);
        if (/auto|scroll/.test(style.overflowX + style.overflowY)) break; // what is further on is reached by scrolling
        if (style.overflowX !== "hidden" && style.overflowX !== "clip") continue;
        const mine = up.getBoundingClientRect();
        if (at.right <= mine.right + 1.5 && at.left >= mine.left - 1.5) continue;
        if (!box.closest(".cut")) wrong.push(`cut off: ${text} in ${up.tagName}.${up.className}`);
        break;
      }
      if (at.width && (at.right > innerWidth + 1 || at.left < -1) && !box.closest(".cut")) {
        let scrolled = false;
        for (let up: HTMLElement | null = box; up; up = up.parentElement) scrolled ||= /auto|scroll|hidden/.test(getComputedStyle(up).overflowX);
        if (!scrolled) wrong.push(`outside the window: ${text}`);
      }
    }
    // A button whose words are wider than itself.
    for (const one of document.querySelectorAll<HTMLElement>("button, [role=tab], label.btn, h1, h2, h3")) {
      if (one.checkVisibility() && one.scrollWidth > one.clientWidth + 2 && one.clientWidth > 0 && !one.matches(".cut") && !one.querySelector(".cut"))
        wrong.push(`wider than its box: ${one.textContent?.trim().slice(0, 60)} (${one.className})`);
    }
    return [...new Set(wrong)];
  });
}

/** English that stands on the page, as far as it is not a name: for the pages of other languages. Two small words in a row. */
export async function english(page: Page, allowed: readonly (string | RegExp)[] = []): Promise<string[]> {
  const found = await page.evaluate(() => {
    const texts: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const box = node.parentElement;
      if (box && box.checkVisibility() && !box.closest("script,style")) texts.push(node.textContent?.trim() ?? "");
    }
    for (const one of document.querySelectorAll("[aria-label],[title],[placeholder]"))
      for (const name of ["aria-label", "title", "placeholder"]) texts.push(one.getAttribute(name) ?? "");
    return [...new Set(texts)].filter((text) => /[a-zA-Z]{2,} [a-z]{2,}/.test(text));
  });
  return found.filter((text) => !allowed.some((one) => (typeof one === "string" ? text.includes(one) : one.test(text))));
}

/** Where the focus is, in words, and whether it can be seen: a ring of at least 2 px on the element or on what shows it. */
export async function focus(page: Page): Promise<{ on: string; lost: boolean; seen: boolean }> {
  return page.evaluate(() => {
    const one = document.activeElement as HTMLElement | null;
    if (!one || one === document.body) return { on: "nothing", lost: true, seen: false };
    const ring = (each: Element): boolean => {
      const style = getComputedStyle(each);
      return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1.5) || /0px 0px 0px [1-4]px/.test(style.boxShadow);
    };
    // The ring of a slider is on its knob, which a page can't look at.
    // A dialog that was just opened is seen by itself.
    let seen = one.matches("input[type=range], [role$=dialog][tabindex='-1']") || [...one.children].some(ring);
    for (let up: HTMLElement | null = one, far = 0; up && far < 3; up = up.parentElement, far += 1) seen ||= ring(up);
    const name = one.getAttribute("aria-label") ?? one.textContent?.trim().slice(0, 40) ?? "";
    return { on: `${one.tagName.toLowerCase()}${one.getAttribute("role") ? `[${one.getAttribute("role")}]` : ""} ${name}`, lost: false, seen };
  });
}

/** The mean of Y, U and V over a part of a picture as the engine draws it now: "program", "scene:ID" or "source:ID". Places and
 *  sizes from 0 to 1 of the picture; all of it when left out. */
export async function seen(page: Page, target: string, part: { x: number; y: number; w: number; h: number } = { x: 0, y: 0, w: 1, h: 1 }): Promise<[number, number, number]> {
  return page.evaluate(async ({ target, part }) => {
    const token = sessionStorage.getItem("footlight.token") ?? "";
    const socket = new WebSocket(`${location.origin.replace("http", "ws")}/api/pictures?token=${token}`);
    socket.binaryType = "arraybuffer";
    await new Promise((done, fail) => { socket.onopen = done; socket.onerror = fail; });
    const got = new Promise<ArrayBuffer>((done) => { socket.onmessage = (m) => { if (m.data instanceof ArrayBuffer) done(m.data); }; });
    socket.send(JSON.stringify({ want: [{ id: 1, target, width: 320, height: 180, fps: 30 }] }));
    const data = await got;
    socket.close();
    const head = new DataView(data);
    const [w, h] = [head.getUint16(4, true), head.getUint16(6, true)];
    const bytes = new Uint8Array(data, 16);
    const mean = (from: number, width: number, height: number): number => {
      const [x0, y0] = [Math.floor(part.x * width), Math.floor(part.y * height)];
      const [x1, y1] = [Math.max(x0 + 1, Math.floor((part.x + part.w) * width)), Math.max(y0 + 1, Math.floor((part.y + part.h) * height))];
      let sum = 0;
      for (let y = y0; y < y1; y++) for (let x = x0; x < x1; x++) sum += bytes[from + y * width + x] ?? 0;
      return sum / ((x1 - x0) * (y1 - y0));
    };
    const [cw, ch] = [Math.ceil(w / 2), Math.ceil(h / 2)];
    return [mean(0, w, h), mean(w * h, cw, ch), mean(w * h + cw * ch, cw, ch)] as [number, number, number];
  }, { target, part });
}
