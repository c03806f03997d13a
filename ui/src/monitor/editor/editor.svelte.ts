/* The state of the canvas editor: what of the document is shown and where, the view (zoom, pan), and the drag under way. It
   shows a drag at once and sends it as it goes; the document that comes back takes over when the drag has been answered. */

import type { SceneItem } from "../../api/types";
import { app } from "../../state/app.svelte";
import { prefs } from "../../state/prefs.svelte";
import { applied, extentOf, type Change, type Handle } from "./change";
import { begin, dragTo, type Drag, type DragKind, type Held, type Outcome, type Surroundings } from "./drag";
import { extent, type Placement, type Point, type Rect, type Size } from "./geometry";
import { itemsStream, type Latest } from "./gesture";
import { boxOf, itemsOf, type EditItem } from "./items";
import { carried, inverse } from "./spaces";
import { fitted, panned, step, zoomed, type View } from "./view";

/** Room around the canvas when it is fitted, for handles and name tags. */
const MARGIN = 34;
/** How near a line has to be to snap, CSS pixels. */
const REACH = 7;
/** The document has taken over after this at the latest, ms. */
const TAKE_OVER_MS = 700;

class CanvasEditor {
  /** Size of the element, CSS pixels. */
  /** Edited large: room is kept around the canvas. Beside the programme it fills its frame. The frame sets this. */
  large = $state(false);
  room = $state.raw<Size>({ width: 0, height: 0 });
  #view = $state.raw<View | null>(null);
  #overrides = $state.raw<ReadonlyMap<string, Change>>(new Map());
  hover = $state<string | null>(null);
  band = $state.raw<Rect | null>(null);
  outcome = $state.raw<Outcome | null>(null);
  dragging = $state<DragKind | null>(null);
  /** The text item that is edited in place. */
  writing = $state<string | null>(null);

  #drag: Drag | null = null;
  #stream: Latest<ReadonlyMap<string, Change>> | null = null;

  readonly canvas: Size = $derived.by(() => {
    const c = app.project?.canvases[0];
    return { width: c?.width ?? 1920, height: c?.height ?? 1080 };
  });
  readonly view: View = $derived(this.#view ?? fitted(this.canvas, this.room, this.large ? MARGIN : 0));
  readonly silent: ReadonlySet<string> = $derived(new Set(app.kinds.sources.filter((k) => k.video === false).map((k) => k.id)));
  readonly items: EditItem[] = $derived.by(() => {
    const scene = app.editScene;
    if (!scene || !app.project) return [];
    const all = itemsOf(scene, app.project, app.state?.sources ?? [], this.canvas, this.silent);
    if (!this.#overrides.size) return all;
    return all.map((i) => {
      const o = this.#overrides.get(i.id);
      return o ? { ...i, place: applied(i.place, o) } : i;
    });
  });
  /** Groups that one is inside of: what is selected is in them, so their other members can be grabbed too. */
  readonly inside: ReadonlySet<string> = $derived.by(() => {
    const out = new Set<string>();
    for (let open = this.selected.map((i) => i.parent); open.length; ) {
      const id = open.pop();
      if (!id || out.has(id)) continue;
      out.add(id);
      open.push(this.items.find((i) => i.id === id)?.parent ?? "");
    }
    return out;
  });
  readonly selected: EditItem[] = $derived.by(() => {
    const ids = app.selection.scene === app.editSceneId ? app.selection.items : [];
    return this.items.filter((i) => ids.includes(i.id));
  });
  /** What can be dragged of what is selected. */
  readonly grabbable: EditItem[] = $derived(this.selected.filter((i) => !i.locked));

  get snap(): boolean { return prefs.get("canvas.snap", true); }
  get safe(): boolean { return prefs.get("canvas.safe", true); }
  get grid(): boolean { return prefs.get("canvas.grid", false); }
  toggle(what: "snap" | "safe" | "grid"): void {
    prefs.set(`canvas.${what}`, !this[what]);
  }

  // View
  get percent(): number {
    return Math.round(this.view.scale * devicePixelRatio * 100);
  }
  get fits(): boolean { return this.#view === null; }
  fit(): void { this.#view = null; }
  zoomBy(factor: number, about: Point): void {
    this.#view = zoomed(this.view, this.view.scale * factor, about, this.canvas, this.room);
  }
  zoomStep(up: boolean): void { this.zoomTo(step(this.percent, up)); }
  zoomTo(percent: number): void {
    const middle = { x: this.room.width / 2, y: this.room.height / 2 };
    this.#view = zoomed(this.view, percent / 100 / devicePixelRatio, middle, this.canvas, this.room);
  }
  panBy(by: Point): void {
    this.#view = panned(this.view, by, this.canvas, this.room);
  }

  // Drags
  begin(kind: DragKind, from: Point, handle?: Handle): boolean {
    const items = this.grabbable.map(({ id, place, size }) => ({ id, place, size }));
    this.#drag = begin(kind, from, items, handle);
    if (!this.#drag) return false;
    this.dragging = kind;
    this.#stream = itemsStream(app.editSceneId, (command) => app.run(command));
    return true;
  }

  drag(to: Point, held: Held): void {
    if (!this.#drag) return;
    const out = dragTo(this.#drag, to, held, this.#surroundings(this.#drag));
    this.outcome = out;
    this.#overrides = out.changes;
    this.#stream?.push(this.#own(out.changes));
  }

  /** The drag is over: what was sent last holds. */
  end(): void {
    const stream = this.#stream;
    this.#clear();
    if (stream) void this.#takeOver(stream);
  }

  /** Gives the drag up: everything goes back to where it was, in the same step of undo. */
  giveUp(): void {
    const d = this.#drag;
    if (!d || !this.#stream) return;
    const back = new Map(d.items.map((i) => [i.id, { ...i.place }] as const));
    this.#overrides = back;
    this.#stream.push(this.#own(back));
    this.end();
  }

  /** Changes made by keys: shown at once, sent under `stream`. */
  show(changes: ReadonlyMap<string, Change>, stream: Latest<ReadonlyMap<string, Change>>): void {
    this.#overrides = changes;
    stream.push(this.#own(changes));
    void this.#takeOver(stream);
  }

  /** Changes as the document has them: those of a group's member in the group's own pixels. */
  #own(changes: ReadonlyMap<string, Change>): ReadonlyMap<string, Change> {
    return new Map([...changes].map(([id, c]) => {
      const item = this.items.find((i) => i.id === id);
      const back = item?.space && inverse(item.space);
      if (!item || !back) return [id, c] as const;
      const was = carried(item.place, back);
      const is = carried(applied(item.place, c), back);
      return [id, within(c, is, was)] as const;
    }));
  }

  #clear(): void {
    this.#drag = null;
    this.#stream = null;
    this.dragging = null;
    this.outcome = null;
  }

  async #takeOver(stream: Latest<ReadonlyMap<string, Change>>): Promise<void> {
    const mine = this.#overrides;
    await stream.settled();
    const until = performance.now() + TAKE_OVER_MS;
    while (this.#overrides === mine && !this.#arrived(mine) && performance.now() < until) await new Promise((r) => setTimeout(r, 30));
    if (this.#overrides === mine) this.#overrides = new Map();
  }

  /** Whether the document has what was sent. */
  #arrived(changes: ReadonlyMap<string, Change>): boolean {
    const found = new Map(app.editScene?.items.map((i) => [i.id, i] as const));
    return [...this.#own(changes)].every(([id, c]) => {
      const item = found.get(id);
      return item !== undefined && holds(item, c);
    });
  }

  #surroundings(d: Drag): Surroundings {
    const moving = new Set(d.items.map((i) => i.id));
    const others = this.items.flatMap((i) => {
      const b = i.visible && !moving.has(i.id) && !this.inside.has(i.id) && (!i.parent || this.inside.has(i.parent)) ? boxOf(i) : null;
      return b ? [{ id: i.id, rect: extent(b) }] : [];
    });
    // What fills the canvas has no edges of its own to line up with.
    const { width, height } = this.canvas;
    const edges = others.filter(({ rect: r }) => r.left > 1 || r.top > 1 || r.right < width - 1 || r.bottom < height - 1);
    return { canvas: this.canvas, others: edges, safe: this.safe, snap: this.snap, reach: REACH / this.view.scale };
  }

  /** The rectangle around what is selected, canvas pixels. */
  get around(): Rect | null {
    return extentOf(this.selected);
  }
}

/** The fields that a change names, as they are in the space that holds the item. */
function within(c: Change, is: Placement, was: Placement): Change {
  const out: Change = { position: is.position };
  if (c.scale && !is.bounds) out.scale = is.scale;
  if (c.bounds !== undefined) out.bounds = c.bounds && is.bounds;
  if (c.rotation_deg !== undefined) out.rotation_deg = is.rotation_deg;
  if (c.crop) out.crop = c.crop;
  if (c.alignment) out.alignment = is.alignment;
  if (c.flip_x !== undefined) out.flip_x = is.flip_x ?? was.flip_x ?? false;
  if (c.flip_y !== undefined) out.flip_y = is.flip_y ?? was.flip_y ?? false;
  return out;
}

function holds(item: SceneItem, c: Change): boolean {
  const near = (a: number, b: number): boolean => Math.abs(a - b) < 0.01;
  if (c.position && !(near(item.position.x, c.position.x) && near(item.position.y, c.position.y))) return false;
  if (c.scale && !(near(item.scale.x, c.scale.x) && near(item.scale.y, c.scale.y))) return false;
  if (c.bounds && !(item.bounds && near(item.bounds.width, c.bounds.width) && near(item.bounds.height, c.bounds.height))) return false;
  if (c.crop && !(["left", "top", "right", "bottom"] as const).every((e) => item.crop[e] === c.crop?.[e])) return false;
  return c.rotation_deg === undefined || near(item.rotation_deg, c.rotation_deg);
}

export const editor = new CanvasEditor();
