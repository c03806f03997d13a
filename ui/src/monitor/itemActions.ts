/* What can be done to items of a scene, from the context menu, the tools beside the selection, keys and the palette. All go
   to the engine as commands; several commands that belong together go as one step to undo. */

import type { Command, SceneItem, Settings } from "../api/types";
import { copyItems, copyPlacement, pasteboard, pasteText } from "../add/clipboard";
import { t, type Key } from "../i18n";
import { app } from "../state/app.svelte";
import { toasts } from "../state/toasts.svelte";
import { centreOn, fitCanvas, flip, reset, type Change } from "./editor/change";
import { membersOf, stepped, withHeld } from "../sources/rows";
import { asChanges } from "./editor/gesture";
import { placeOf, sizeOf } from "./editor/items";
import type { Size } from "./editor/geometry";

export interface Picked { scene: string; items: SceneItem[] }

/** The items of a scene by id, in the document's order. */
export function pick(scene: string, ids: readonly string[]): Picked {
  return { scene, items: app.scene(scene)?.items.filter((i) => ids.includes(i.id)) ?? [] };
}

/** What is selected in the scene that is edited. */
export function selected(): Picked {
  return { scene: app.editSceneId, items: app.selectedItems };
}

export function canvasSize(): Size {
  const c = app.project?.canvases[0];
  return { width: c?.width ?? 1920, height: c?.height ?? 1080 };
}

const free = (p: Picked): SceneItem[] => p.items.filter((i) => !i.locked);

function change(p: Picked, how: (i: SceneItem, size: Size | null, canvas: Size) => Change): void {
  const canvas = canvasSize();
  const sources = app.state?.sources ?? [];
  const changes = new Map(free(p).map((i) => [i.id, how(i, sizeOf(i, sources, canvas), canvas)] as const));
  if (changes.size) void app.run({ command: "set_items", scene: p.scene, changes: asChanges(changes) });
}

export type Order = "front" | "up" | "down" | "back";

/** The last item is on top. */
export function order(p: Picked, way: Order): void {
  const scene = app.scene(p.scene);
  const all = scene?.items ?? [];
  const last = all.length - 1;
  // Front and back keep the order among several; one step up begins with the topmost.
  const from = way === "front" || way === "down" ? p.items : [...p.items].reverse();
  const commands = from.map((i): Command => {
    const at = all.findIndex((x) => x.id === i.id);
    const mates = scene ? membersOf(scene, i.parent ?? "") : [];
    // A layout's first place is listed first, else the topmost.
    const rule = scene?.items.some((x) => x.id === i.parent && x.members?.layout) ?? false;
    const step = scene && mates.length ? stepped(scene, i, (way === "up") !== rule) : null;
    const index = way === "front" ? last : way === "back" ? 0 : step ?? at;
    return { command: "move_item", scene: p.scene, item: i.id, index };
  });
  together(t(`monitor.${way}`), commands);
}

/** One command as it is, several as one step. */
export function together(label: string, commands: Command[]): void {
  const only = commands[0];
  if (!only) return;
  void app.run(commands.length === 1 ? only : { command: "batch", label, commands });
}

export const mirror = (p: Picked, way: "x" | "y"): void => change(p, (i, size) => flip(placeOf(i), size, way));
export const centreIn = (p: Picked, way: "x" | "y" | "both"): void => change(p, (i, size, canvas) => centreOn(placeOf(i), size, canvas, way));
export const fit = (p: Picked, mode: "contain" | "cover" | "stretch"): void => change(p, (i, _, canvas) => fitCanvas(placeOf(i), canvas, mode));
export const putBack = (p: Picked): void => change(p, () => reset());

export function show(p: Picked, visible: boolean): void {
  void app.run({ command: "set_items", scene: p.scene, changes: p.items.map((i) => ({ item: i.id, changes: { visible } })) });
}
/** Hides what is shown, shows all when all are hidden. */
export const toggleShown = (p: Picked): void => show(p, p.items.every((i) => !i.visible));

export function lock(p: Picked, locked: boolean): void {
  void app.run({ command: "set_items", scene: p.scene, changes: p.items.map((i) => ({ item: i.id, changes: { locked } })) });
}
export const toggleLocked = (p: Picked): void => lock(p, !p.items.every((i) => i.locked));

export async function remove(p: Picked): Promise<void> {
  const items = free(p);
  const first = items[0];
  if (!first) return;
  const title = items.length === 1 ? t("monitor.deleted", { name: app.itemName(first) }) : t("monitor.deletedMany", { n: items.length });
  const done = await app.run({ command: "remove_items", scene: p.scene, items: items.map((i) => i.id) });
  if (!done) return;
  app.selectNothing();
  toasts.show({
    kind: "undo", title, icon: "undo", tag: "deleted-items",
    action: { label: t("monitor.putBack"), run: () => void app.run({ command: "undo" }) },
  });
}

export async function duplicate(p: Picked): Promise<void> {
  const done = await app.run({ command: "duplicate_items", scene: p.scene, items: p.items.map((i) => i.id) });
  if (done?.items && p.scene === app.editSceneId) app.selectItems(done.items);
}

/** What is held goes with what holds it. */
function whole(p: Picked): SceneItem[] {
  const scene = app.scene(p.scene);
  return scene ? withHeld(scene, p.items.map((i) => i.id)) : p.items;
}
export function copy(p: Picked): void {
  void copyItems(whole(p));
}
export async function cut(p: Picked): Promise<void> {
  await copyItems(whole(p));
  await remove(p);
}
export async function paste(scene: string): Promise<void> {
  await pasteText(await pasteboard(), scene);
}
export function pastePlacement(p: Picked): void {
  const place = copyPlacement();
  if (place) change(p, () => ({ ...place }));
}

/** Puts items into a group, or with a kind of layout into one of those. */
export async function group(p: Picked, layout?: string): Promise<void> {
  if (!p.items.length && !layout) return;
  const done = await app.run({ command: "group_items", scene: p.scene, items: p.items.map((i) => i.id), ...(layout ? { layout, name: layoutName(layout) } : {}) });
  if (done?.item && p.scene === app.editSceneId) app.selectItems([done.item]);
}
export async function ungroup(p: Picked): Promise<void> {
  const holders = p.items.filter((i) => i.members);
  const freed: string[] = [];
  for (const one of holders) {
    const done = await app.run({ command: "ungroup_items", scene: p.scene, item: one.id });
    freed.push(...(done?.items ?? []));
  }
  if (freed.length && p.scene === app.editSceneId) app.selectItems(freed);
}
/** What a kind of layout is called. */
export function layoutName(kind: string): string {
  const key = `motion.layout_${kind}` as Key;
  const text = t(key);
  return text === key ? (app.kinds.layouts.find((k) => k.id === kind)?.name ?? kind) : text;
}

/** The text source an item shows, when it is one. */
export function textOf(i: SceneItem | undefined): { id: string; settings: Settings } | null {
  const source = i?.source ? app.sourceById.get(i.source) : undefined;
  return source?.kind === "text" && !source.settings.file ? source : null;
}
