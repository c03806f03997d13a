// Dragging a dock by its name: onto the middle of another it becomes a tab, at an edge it stands beside it, at the window's
// left or right edge it opens a column. The same moves are in each dock's menu.
import { find, moveDock, type DockId, type Place, type Target } from "./layout";
import { layouts } from "./layouts.svelte";

type Side = "tab" | "before-x" | "after-x" | "before-y" | "after-y";
const START_PX = 6;
const EDGE_PX = 28;

class DockDrag {
  dragged = $state<DockId | null>(null);
  over = $state<{ group: DockId; side: Side } | null>(null);
  /** An empty side column that is offered. */
  edge = $state<Place | null>(null);

  begin(event: PointerEvent, dock: DockId): void {
    if (event.button !== 0) return;
    const { clientX, clientY } = event;
    const move = (to: PointerEvent): void => {
      if (!this.dragged && Math.hypot(to.clientX - clientX, to.clientY - clientY) < START_PX) return;
      this.dragged = dock;
      this.#aim(to.clientX, to.clientY, dock);
    };
    const end = (drop: boolean): void => {
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", up);
      removeEventListener("keydown", esc, true);
      removeEventListener("pointercancel", cancel);
      if (drop && this.dragged) this.#drop(dock);
      this.dragged = null;
      this.over = null;
      this.edge = null;
    };
    const up = (): void => end(true);
    const cancel = (): void => end(false);
    const esc = (key: KeyboardEvent): void => {
      if (key.key === "Escape") end(false);
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", up);
    addEventListener("pointercancel", cancel);
    addEventListener("keydown", esc, true);
  }

  #aim(x: number, y: number, dock: DockId): void {
    this.over = null;
    this.edge = null;
    const { left, right } = layouts.current.places;
    if (x < EDGE_PX && !left.length) this.edge = "left";
    else if (x > innerWidth - EDGE_PX && !right.length) this.edge = "right";
    if (this.edge) return;
    const at = document.elementFromPoint(x, y)?.closest<HTMLElement>("[data-group]");
    const group = at?.dataset["group"] as DockId | undefined;
    if (!at || !group) return;
    const box = at.getBoundingClientRect();
    const across = at.dataset["place"] === "lower";
    const part = across ? (x - box.left) / box.width : (y - box.top) / box.height;
    const side: Side = part < 0.3 ? (across ? "before-x" : "before-y") : part > 0.7 ? (across ? "after-x" : "after-y") : "tab";
    const same = find(layouts.current, dock), other = find(layouts.current, group);
    const onItself = same && other && same.place === other.place && same.index === other.index;
    if (!(onItself && (side === "tab" || group === dock))) this.over = { group, side };
  }

  #drop(dock: DockId): void {
    const to = this.#target();
    if (to) layouts.set(moveDock(layouts.current, dock, to));
  }
  #target(): Target | undefined {
    if (this.edge) return { place: this.edge, index: 0 };
    if (!this.over) return undefined;
    const at = find(layouts.current, this.over.group);
    if (!at) return undefined;
    if (this.over.side === "tab") return { tabOf: this.over.group };
    return { place: at.place, index: at.index + (this.over.side.startsWith("after") ? 1 : 0) };
  }
}

export const dockDrag = new DockDrag();
