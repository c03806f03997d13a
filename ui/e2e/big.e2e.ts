// A big show, 200 scenes and 2,000 items: lists scroll and items are dragged as in a small one.
import { afterAll, expect, test } from "vitest";
import { closeBrowser, openStudio, type Studio, until } from "./harness";

interface Doc {
  project: { scenes: { id: string; items: { id: string; position: { x: number; y: number } }[] }[] };
}

afterAll(closeBrowser);

/** 200 scenes; the first has 1,005 items, the others five each. */
async function build(s: Studio): Promise<void> {
  const { source } = await s.command({ command: "add_source", kind: "color", name: "Card", scene: "main", settings: { width: 320, height: 180 } });
  const edits = async (commands: object[]): Promise<Record<string, unknown>[]> => {
    const results: Record<string, unknown>[] = [];
    for (let at = 0; at < commands.length; at += 250) {
      const batch = await s.command({ command: "batch", label: "Build", commands: commands.slice(at, at + 250) });
      results.push(...(batch.results as Record<string, unknown>[]));
    }
    return results;
  };
  const made = await edits(Array.from({ length: 199 }, (_, i) => ({ command: "add_scene", name: `Scene ${i + 2}` })));
  const items = (scene: unknown, n: number): object[] =>
    Array.from({ length: n }, () => ({ command: "add_item", scene, source, item: { visible: false } }));
  await edits([...items("main", 1004), ...made.flatMap((one) => items(one.scene, 5))]);
}

/** Does something and says for how long the page's main thread was busy at a stretch meanwhile, ms, over 50 ms only, longest
 *  first: the gaps between messages the page posts to itself without a pause. */
async function busy(s: Studio, what: () => Promise<void>): Promise<number[]> {
  await s.page.evaluate(() => {
    const w = window as unknown as { gaps: number[]; beat: boolean };
    w.gaps = [];
    w.beat = true;
    const { port1, port2 } = new MessageChannel();
    let last = performance.now();
    port2.onmessage = () => {
      const now = performance.now();
      if (now - last > 50) w.gaps.push(Math.round(now - last));
      last = now;
      if (w.beat) port1.postMessage(0);
    };
    port1.postMessage(0);
  });
  await what();
  const gaps = await s.page.evaluate(() => {
    const w = window as unknown as { gaps: number[]; beat: boolean };
    w.beat = false;
    return w.gaps;
  });
  return gaps.sort((a, b) => b - a);
}

interface TraceEvent { name: string; ph: string; pid: number; tid: number; tdur?: number; args?: { name?: string } }

/** Does something and says what processor time the longest tasks of the page's main thread took meanwhile, ms, longest first.
 *  Other programs on the machine hold the thread up but are not counted: what is counted is the page's own work. */
async function worked(s: Studio, what: () => Promise<void>): Promise<number[]> {
  const browser = s.page.context().browser();
  if (!browser) throw new Error("no browser");
  await browser.startTracing(s.page, { categories: ["toplevel", "__metadata"] });
  // The first moments of tracing are not the page's.
  await s.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await what();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const main = new Set(traceEvents.filter((one) => one.name === "thread_name" && one.args?.name === "CrRendererMain").map((one) => `${one.pid}/${one.tid}`));
  const tasks = traceEvents.filter((one) => one.ph === "X" && one.name.endsWith("RunTask") && main.has(`${one.pid}/${one.tid}`));
  if (tasks.length < 50) throw new Error(`only ${tasks.length} tasks were seen`);
  return tasks.map((one) => (one.tdur ?? 0) / 1000).sort((a, b) => b - a);
}

/** Turns the wheel over a list, a picture at a time; back again with a negative number. */
async function scroll(s: Studio, list: ReturnType<Studio["page"]["getByRole"]>, turns: number): Promise<void> {
  const box = await list.boundingBox();
  if (!box) throw new Error("the list is not on the page");
  await s.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  for (let i = 0; i < Math.abs(turns); i++) {
    await s.page.mouse.wheel(0, 120 * Math.sign(turns));
    await s.page.evaluate(() => new Promise(requestAnimationFrame));
  }
}

test("200 scenes and 2,000 items scroll and drag without holding the page up", async () => {
  const s = await openStudio({ width: 1920, height: 1080 });
  await build(s);
  const doc = async (): Promise<Doc["project"]> => (await s.get<Doc>("/api/project")).project;
  expect((await doc()).scenes.map((one) => one.items.length)).toEqual([1005, ...Array.from({ length: 199 }, () => 5)]);
  const page = s.page;
  await page.getByRole("button", { name: "Studio", exact: true }).click();
  const tree = page.getByRole("tree", { name: "Sources" });
  await tree.getByRole("treeitem").first().waitFor();
  // Only what can be seen is on the page.
  expect(await tree.getByRole("treeitem").count()).toBeLessThan(100);

  // The measure itself: a page that is held up for 150 ms is seen to be.
  const held = await busy(s, () => page.evaluate(() => new Promise<void>((done) => setTimeout(() => {
    const end = performance.now() + 150;
    while (performance.now() < end);
    setTimeout(done, 50);
  }))));
  expect(held[0] ?? 0).toBeGreaterThanOrEqual(140);

  // And by processor time.
  const burnt = await worked(s, () => page.evaluate(async () => {
    for (let n = 0; n < 60; n++) await new Promise(requestAnimationFrame);
    await new Promise<void>((done) => setTimeout(() => {
      // Counted by work, not by the clock, which goes on while others have the processor.
      let x = 0;
      for (let n = 0; n < 200_000_000; n++) x += Math.sqrt(n);
      (window as unknown as { x: number }).x = x;
      done();
    }));
  }));
  expect(burnt[0] ?? 0).toBeGreaterThan(50);

  const figures: Record<string, number[]> = {};
  const work: Record<string, number[]> = {};
  // Twice, scrolling there and back: once by the clock, once by processor time, which the clock's own messages would fill with tasks.
  const measure = async (name: string, what: (way: 1 | -1) => Promise<void>): Promise<void> => {
    figures[name] = await busy(s, () => what(1));
    work[name] = await worked(s, () => what(-1));
  };
  const scenes = page.getByRole("group", { name: "Scenes" });
  let lowest = 0;
  await measure("sources scroll", (way) => scroll(s, tree, 80 * way));
  await measure("scenes scroll", async (way) => {
    await scroll(s, scenes, 80 * way);
    lowest = Math.max(lowest, await scenes.evaluate((box) => box.scrollTop));
  });
  expect(lowest).toBeGreaterThan(1000);

  // The one item that can be seen, the first one, is dragged over the canvas.
  const canvas = page.getByRole("application").first();
  const box = await canvas.boundingBox();
  if (!box) throw new Error("no canvas");
  const before = (await doc()).scenes[0]?.items[0]?.position;
  await measure("drag", async () => {
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    for (let i = 1; i <= 60; i++) {
      await page.mouse.move(box.x + box.width / 2 + 2 * i, box.y + box.height / 2 + i);
      await page.evaluate(() => new Promise(requestAnimationFrame));
    }
    await page.mouse.up();
  });
  await until(async () => {
    const now = (await doc()).scenes[0]?.items[0]?.position;
    return before && now && now.x > before.x && now.y > before.y;
  });
  const worst = Object.fromEntries(Object.entries(figures).map(([what, ms]) => [what, { over50ms: ms.length, longest: ms[0] ?? 0, work: Math.round(work[what]?.[0] ?? 0) }]));
  console.info("big show:", JSON.stringify(worst));
  // No picture comes late for what the page does itself. Others on the machine can hold it up all the same; a page that draws
  // all rows or takes in the whole document at each step is found by either.
  for (const [what, ms] of Object.entries(work)) expect(ms[0], `${what}: ${ms.slice(0, 5).map(Math.round).join(", ")} ms of work at a stretch`).toBeLessThan(50);
  for (const [what, ms] of Object.entries(figures)) expect(ms.length, `${what}: ${ms.slice(0, 10).join(", ")} ms`).toBeLessThan(12);
  await s.close();
});
