/* Keys while the canvas has the focus: arrows move what is selected, Tab goes through the items, Enter edits a text. */

import { app } from "../../state/app.svelte";
import { textOf } from "../itemActions";
import { move, type Change } from "./change";
import { editor } from "./editor.svelte";
import type { Point } from "./geometry";
import { itemsStream, type Latest } from "./gesture";

/** Presses that follow within this are one step to undo, ms. */
const TOGETHER_MS = 900;

const ARROWS: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 }, ArrowRight: { x: 1, y: 0 }, ArrowUp: { x: 0, y: -1 }, ArrowDown: { x: 0, y: 1 },
};

let stream: { latest: Latest<ReadonlyMap<string, Change>>; of: string; until: number } | null = null;

function nudge(by: Point): void {
  const items = editor.grabbable;
  if (!items.length) return;
  const of = `${app.editSceneId}/${items.map((i) => i.id).join(" ")}`;
  const now = performance.now();
  if (!stream || stream.of !== of || now > stream.until) {
    stream = { latest: itemsStream(app.editSceneId, (command) => app.run(command)), of, until: 0 };
  }
  stream.until = now + TOGETHER_MS;
  editor.show(new Map(items.map((i) => [i.id, move(i.place, by)] as const)), stream.latest);
}

function next(back: boolean): boolean {
  const all = editor.items.filter((i) => i.visible && !i.locked && (!i.parent || editor.inside.has(i.parent)));
  const at = all.findIndex((i) => i.id === editor.selected[0]?.id);
  const to = at < 0 ? (back ? 0 : all.length - 1) : at + (back ? 1 : -1);
  const item = all[to];
  // Past the last one the focus leaves the canvas as anywhere else.
  if (!item) return false;
  app.selectItems([item.id]);
  return true;
}

export function onKey(e: KeyboardEvent): void {
  const arrow = ARROWS[e.key];
  const ctrl = e.ctrlKey || e.metaKey;
  if (arrow && !ctrl && !e.altKey) {
    const k = e.shiftKey ? 10 : 1;
    nudge({ x: arrow.x * k, y: arrow.y * k });
    e.preventDefault();
  } else if (e.key === "Tab" && !ctrl && !e.altKey) {
    if (next(e.shiftKey)) e.preventDefault();
  } else if (e.key === "a" && ctrl) {
    app.selectItems(editor.items.filter((i) => !i.locked && !i.parent).map((i) => i.id));
    e.preventDefault();
  } else if (e.key === "Enter" && editor.selected.length === 1) {
    const item = app.selectedItems[0];
    if (textOf(item)) {
      editor.writing = item?.id ?? null;
      e.preventDefault();
    }
  } else if (e.key === "Escape" && editor.selected.length) {
    app.selectNothing();
    e.preventDefault();
    e.stopPropagation();
  }
}
