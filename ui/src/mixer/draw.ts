// Draws all meters of the window in one loop, 30 times a second, from the levels as they come; nothing of it passes through
// component state. Who wants a meter hands over a canvas and says whose level it is.
import { onMeters } from "../state/meters";
import type { Meters } from "../api/types";
import { Ballistics } from "./ballistics";
import { FLOOR_DB, onMeter } from "./taper";

export interface MeterSetting {
  /** A source's id, or "master" for the programme. */
  of: string;
  vertical: boolean;
  /** Drawn weakly: muted or not heard here. */
  weak: boolean;
}
export interface MeterHandle {
  readonly meter: Ballistics;
  set(changes: Partial<MeterSetting>): void;
  stop(): void;
}
/** Called about ten times a second with what is to be written beside the meter. */
export type Beside = (meter: Ballistics, now: number, levels: Meters) => void;

const STOPS: readonly [number, string][] = [
  [-60, "--m-0"], [-30, "--m-1"], [-18, "--m-2"], [-9, "--m-2"], [-5, "--m-3"], [-1.2, "--m-3"], [-1, "--m-4"], [0, "--m-4"],
];
const TICKS = [-36, -24, -18, -9, -3];
const FRAME_MS = 1000 / 30;
const BESIDE_S = 0.1;

interface View {
  canvas: HTMLCanvasElement;
  context: CanvasRenderingContext2D;
  /** How large it lies on the page, in CSS pixels: told by the browser, since asking makes it lay out the page at once. */
  size: { width: number; height: number };
  setting: MeterSetting;
  meter: Ballistics;
  beside: Beside | undefined;
  /** The bars' colours for the size and theme they were made for. */
  paint: { key: string; fill: CanvasGradient; track: string; tick: string } | null;
  /** What was drawn last: the same again is not drawn. */
  shown: string;
}

const views = new Set<View>();
let latest: Meters | null = null;
let stopMeters: (() => void) | null = null;
let frame = 0;
let drawnAt = 0;
let besideAt = 0;

/** Puts a meter on a canvas. */
export function drawMeter(canvas: HTMLCanvasElement, setting: MeterSetting, beside?: Beside): MeterHandle {
  const context = canvas.getContext("2d");
  const meter = new Ballistics();
  if (!context) return { meter, set: () => {}, stop: () => {} };
  const view: View = { canvas, context, size: { width: 0, height: 0 }, setting, meter, beside, paint: null, shown: "" };
  views.add(view);
  const sizes = new ResizeObserver(([now]) => {
    if (now) view.size = { width: now.contentRect.width, height: now.contentRect.height };
  });
  sizes.observe(canvas);
  if (views.size === 1) begin();
  return {
    meter,
    set: (changes) => {
      view.setting = { ...view.setting, ...changes };
      view.paint = null;
      view.shown = "";
    },
    stop: () => {
      views.delete(view);
      sizes.disconnect();
      if (views.size === 0) end();
    },
  };
}

function begin(): void {
  stopMeters = onMeters((levels) => {
    latest = levels;
    const now = performance.now() / 1000;
    for (const view of views) view.meter.push(peaksOf(levels, view.setting.of), now);
  });
  document.addEventListener("visibilitychange", look);
  look();
}
/** Draws only while somebody can see it. */
function look(): void {
  cancelAnimationFrame(frame);
  if (!document.hidden) frame = requestAnimationFrame(loop);
}
function end(): void {
  document.removeEventListener("visibilitychange", look);
  stopMeters?.();
  stopMeters = null;
  latest = null;
  cancelAnimationFrame(frame);
}

function peaksOf(levels: Meters, of: string): [number, number] {
  if (of === "master") return levels.master.peak;
  const found = levels.sources[of];
  return found ? [found[0], found[1]] : [-120, -120];
}

function loop(ms: number): void {
  frame = requestAnimationFrame(loop);
  if (ms - drawnAt < FRAME_MS - 2) return;
  drawnAt = ms;
  const now = ms / 1000;
  const write = latest && now - besideAt > BESIDE_S;
  if (write) besideAt = now;
  for (const view of views) {
    paint(view, now);
    if (write && latest) view.beside?.(view.meter, now, latest);
  }
}

function paint(view: View, now: number): void {
  const { canvas, context, size, setting } = view;
  const dense = Math.min(2, devicePixelRatio || 1);
  const width = Math.round(size.width * dense), height = Math.round(size.height * dense);
  if (!width || !height) return;
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
    view.shown = "";
  }
  const long = setting.vertical ? height : width;
  const state = view.meter.bars.map((bar) => [Math.round(onMeter(bar.level(now)) * long), Math.round(onMeter(bar.hold(now)) * long)]);
  const paints = colours(view, long);
  const shown = `${paints.key} ${state.join()}`;
  if (shown === view.shown) return;
  view.shown = shown;

  const across = setting.vertical ? width : height;
  const gap = across >= 8 * dense ? 2 * dense : 1;
  const thick = Math.floor((across - gap) / 2);
  const box = (bar: number, from: number, to: number): void => {
    if (setting.vertical) context.fillRect(bar * (thick + gap), height - to, thick, to - from);
    else context.fillRect(from, bar * (thick + gap), to - from, thick);
  };
  context.clearRect(0, 0, width, height);
  for (const [bar, [level = 0, hold = 0]] of state.entries()) {
    context.fillStyle = paints.track;
    box(bar, 0, long);
    context.globalAlpha = setting.weak ? 0.35 : 1;
    context.fillStyle = paints.fill;
    box(bar, 0, level);
    if (hold > 0) box(bar, Math.max(0, hold - 2 * dense), hold);
    context.globalAlpha = 1;
    context.fillStyle = paints.tick;
    for (const tick of TICKS) box(bar, Math.round(onMeter(tick) * long), Math.round(onMeter(tick) * long) + Math.ceil(dense / 2));
  }
}

function colours(view: View, long: number): NonNullable<View["paint"]> {
  const theme = document.documentElement.dataset.theme ?? "";
  const key = `${long} ${theme} ${view.setting.vertical} ${view.setting.weak}`;
  if (view.paint?.key === key) return view.paint;
  const style = getComputedStyle(view.canvas);
  const value = (name: string): string => style.getPropertyValue(name).trim() || "#888";
  const fill = view.setting.vertical
    ? view.context.createLinearGradient(0, long, 0, 0)
    : view.context.createLinearGradient(0, 0, long, 0);
  for (const [db, name] of STOPS) fill.addColorStop(onMeter(Math.max(FLOOR_DB, db)), value(name));
  view.paint = { key, fill, track: value("--m-track"), tick: value("--panel") };
  return view.paint;
}
