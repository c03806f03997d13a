/* What presses and moves of pointers on the canvas mean: select, drag, rubber band, pan, pinch. Turns events of the element
   into calls of the editor; the arithmetic is in drag.ts and view.ts. */

import { app } from "../../state/app.svelte";
import { type Handle } from "./change";
import { editor } from "./editor.svelte";
import { picturePlace, toCanvas, toLocal, type Point } from "./geometry";
import { boxOf, hits, touched, type EditItem } from "./items";
import { toCanvasPoint, wheelFactor } from "./view";

/** Below this a press is a click, CSS pixels. */
const STILL = 3;
/** How near an edge counts as on it, CSS pixels. */
const EDGE = 9;

type Doing =
  | { what: "nothing" }
  | { what: "pressed"; at: Point; item: EditItem | null; was: boolean; shift: boolean; alt: Handle | null }
  | { what: "drag" }
  | { what: "band"; from: Point; kept: string[] }
  | { what: "pan"; last: Point }
  | { what: "pinch"; distance: number; middle: Point };

export class Pointers {
  private doing: Doing = { what: "nothing" };
  private touches = new Map<number, Point>();
  /** Space is held: drags pan. */
  space = false;

  constructor(private element: HTMLElement) {}

  private at(e: { clientX: number; clientY: number }): Point {
    const r = this.element.getBoundingClientRect();
    return { x: e.clientX - r.left, y: e.clientY - r.top };
  }

  down(e: PointerEvent): void {
    const p = this.at(e);
    if (e.pointerType === "touch") {
      this.touches.set(e.pointerId, p);
      if (this.touches.size === 2) return this.pinch();
    }
    if (e.button === 1 || (e.button === 0 && this.space)) {
      e.preventDefault();
      this.hold(e);
      this.doing = { what: "pan", last: p };
      return;
    }
    if (e.button !== 0) return;
    this.hold(e);
    this.press(p, e);
  }

  private hold(e: PointerEvent): void {
    this.element.setPointerCapture(e.pointerId);
  }

  private press(p: Point, e: PointerEvent): void {
    const at = toCanvasPoint(editor.view, p);
    const handle = handleOf(e.target);
    if (handle === "turn") return this.drag("turn", at);
    if (handle) return this.drag(e.altKey && editor.grabbable.length === 1 ? "crop" : "resize", at, handle);
    const slack = 2 / editor.view.scale;
    const found = hits(editor.items, at, slack, editor.inside);
    const own = found.find((i) => editor.selected.some((s) => s.id === i.id));
    const item = own ?? found[0] ?? null;
    const only = editor.grabbable.length === 1 ? editor.grabbable[0] : undefined;
    const alt = e.altKey && only && item?.id === only.id ? edgeAt(only, at, EDGE / editor.view.scale) : null;
    if (item && !own && !e.shiftKey) app.selectItems([item.id]);
    this.doing = { what: "pressed", at: p, item, was: own !== undefined, shift: e.shiftKey, alt };
  }

  private drag(kind: "move" | "resize" | "crop" | "turn", at: Point, handle?: Handle): void {
    this.doing = editor.begin(kind, at, handle) ? { what: "drag" } : { what: "nothing" };
  }

  move(e: PointerEvent): void {
    const p = this.at(e);
    if (this.touches.has(e.pointerId)) this.touches.set(e.pointerId, p);
    const at = toCanvasPoint(editor.view, p);
    const d = this.doing;
    switch (d.what) {
      case "nothing": editor.hover = handleOf(e.target) ? null : (hits(editor.items, at, 0, editor.inside)[0]?.id ?? null); return;
      case "pressed":
        if (Math.hypot(p.x - d.at.x, p.y - d.at.y) > STILL) this.started(d, e);
        return;
      case "drag": editor.drag(at, heldBy(e)); return;
      case "band": this.stretch(d, at); return;
      case "pan":
        editor.panBy({ x: p.x - d.last.x, y: p.y - d.last.y });
        d.last = p;
        return;
      case "pinch": this.pinched(d);
    }
  }

  private started(d: Extract<Doing, { what: "pressed" }>, e: PointerEvent): void {
    const from = toCanvasPoint(editor.view, d.at);
    if (!d.item) {
      this.doing = { what: "band", from, kept: d.shift ? [...app.selection.items] : [] };
      return;
    }
    if (d.shift && !d.was) app.selectItems([...editor.selected.map((i) => i.id), d.item.id]);
    this.drag(d.alt ? "crop" : "move", from, d.alt ?? undefined);
    editor.drag(toCanvasPoint(editor.view, this.at(e)), heldBy(e));
  }

  private stretch(d: Extract<Doing, { what: "band" }>, at: Point): void {
    const band = {
      left: Math.min(d.from.x, at.x), top: Math.min(d.from.y, at.y), right: Math.max(d.from.x, at.x), bottom: Math.max(d.from.y, at.y),
    };
    editor.band = band;
    const now = new Set([...d.kept, ...touched(editor.items, band).map((i) => i.id)]);
    app.selectItems(editor.items.filter((i) => now.has(i.id)).map((i) => i.id));
  }

  up(e: PointerEvent): void {
    this.touches.delete(e.pointerId);
    const d = this.doing;
    this.doing = { what: "nothing" };
    if (d.what === "drag") editor.end();
    if (d.what === "band") editor.band = null;
    if (d.what === "pressed") this.click(d);
  }

  /** The browser took the pointer away, or Esc was pressed. Says whether there was something to give up. */
  cancel(): boolean {
    const d = this.doing;
    this.doing = { what: "nothing" };
    this.touches.clear();
    if (d.what === "drag") editor.giveUp();
    if (d.what === "band") editor.band = null;
    return d.what === "drag" || d.what === "band";
  }

  private click(d: Extract<Doing, { what: "pressed" }>): void {
    if (!d.item) {
      if (!d.shift) app.selectNothing();
      return;
    }
    const id = d.item.id;
    const ids = editor.selected.map((i) => i.id);
    if (d.shift) app.selectItems(d.was ? ids.filter((x) => x !== id) : [...ids, id]);
    else {
      const top = hits(editor.items, toCanvasPoint(editor.view, d.at), 2 / editor.view.scale, editor.inside)[0];
      app.selectItems([top && ids.length > 1 ? top.id : id]);
    }
  }

  private pinch(): void {
    this.cancelQuietly();
    const [a, b] = [...this.touches.values()];
    if (a && b) this.doing = { what: "pinch", distance: Math.hypot(a.x - b.x, a.y - b.y), middle: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 } };
  }

  private cancelQuietly(): void {
    if (this.doing.what === "drag") editor.giveUp();
    editor.band = null;
  }

  private pinched(d: Extract<Doing, { what: "pinch" }>): void {
    const [a, b] = [...this.touches.values()];
    if (!a || !b) return;
    const distance = Math.max(8, Math.hypot(a.x - b.x, a.y - b.y));
    const middle = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
    editor.zoomBy(distance / d.distance, middle);
    editor.panBy({ x: middle.x - d.middle.x, y: middle.y - d.middle.y });
    [d.distance, d.middle] = [distance, middle];
  }

  wheel(e: WheelEvent): void {
    e.preventDefault();
    if (e.ctrlKey || e.metaKey) return editor.zoomBy(wheelFactor(e.deltaY, e.deltaMode), this.at(e));
    if (editor.fits) return;
    const k = e.deltaMode === 1 ? 16 : 1;
    editor.panBy(e.shiftKey ? { x: -e.deltaY * k, y: 0 } : { x: -e.deltaX * k, y: -e.deltaY * k });
  }
}

function heldBy(e: PointerEvent): { shift: boolean; ctrl: boolean; alt: boolean } {
  return { shift: e.shiftKey, ctrl: e.ctrlKey || e.metaKey, alt: e.altKey };
}

/** Which handle an element is. */
function handleOf(target: EventTarget | null): Handle | "turn" | null {
  const name = target instanceof Element ? target.getAttribute("data-handle") : null;
  if (!name) return null;
  if (name === "turn") return "turn";
  const [x, y] = name.split(",").map(Number);
  return { x: (x ?? 0) as Handle["x"], y: (y ?? 0) as Handle["y"] };
}

/** The edge of the picture that a point is on. */
function edgeAt(i: EditItem, at: Point, near: number): Handle | null {
  const b = boxOf(i);
  const pic = b && i.size && picturePlace(i.place, i.size);
  if (!b || !pic) return null;
  const l = toLocal(b, at);
  const x = Math.abs(l.x - pic.rect.left) < near ? -1 : Math.abs(l.x - pic.rect.right) < near ? 1 : 0;
  const y = Math.abs(l.y - pic.rect.top) < near ? -1 : Math.abs(l.y - pic.rect.bottom) < near ? 1 : 0;
  return x || y ? { x, y } : null;
}

/** The mouse pointer over a handle of an item turned by `deg`. */
export function cursorOf(h: Handle, deg: number): string {
  const angle = (Math.atan2(h.y, h.x) * 180) / Math.PI + deg;
  const names = ["ew-resize", "nwse-resize", "ns-resize", "nesw-resize"] as const;
  return names[((Math.round(angle / 45) % 4) + 4) % 4] ?? "move";
}

/** A point of an item's frame in element pixels. */
export function onScreen(i: EditItem, p: Point): Point {
  const b = boxOf(i);
  const c = b ? toCanvas(b, p) : p;
  return { x: c.x * editor.view.scale + editor.view.x, y: c.y * editor.view.scale + editor.view.y };
}
