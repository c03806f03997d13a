/* The context menu of items: the same on the canvas and in the list of sources. And the actions for keys and the palette. */

import { dialogs } from "../state/dialogs.svelte";
import { app } from "../state/app.svelte";
import { isMac, keyFor, register } from "../state/commands";
import { shown } from "../state/keys";
import type { MenuItem } from "../state/menus.svelte";
import { copiedItems, copyPlacement } from "../add/clipboard";
import { t } from "../i18n";
import { editor } from "./editor/editor.svelte";
import * as act from "./itemActions";

const key = (id: string): { key?: string } => {
  const k = keyFor(id);
  return k ? { key: shown(k, isMac) } : {};
};
const ctrl = (letter: string): { key: string } => ({ key: shown(`Ctrl+${letter}`, isMac) });

/** Opens Properties of what is selected. The window's frame shows them wherever it has put them. */
export function showProperties(): void {
  dispatchEvent(new CustomEvent("footlight:show-properties"));
}

/** The entries for some items of a scene. */
export function itemMenu(scene: string, ids: string[]): MenuItem[] {
  const p = act.pick(scene, ids);
  const first = p.items[0];
  if (!first) return emptyMenu(scene);
  const locked = p.items.every((i) => i.locked);
  const hidden = p.items.every((i) => !i.visible);
  const text = p.items.length === 1 && act.textOf(first);
  const out: MenuItem[] = [];
  if (text && scene === app.editSceneId) out.push({ label: t("monitor.editText"), icon: "text", run: () => (editor.writing = first.id) }, "line");
  out.push(
    {
      label: t("monitor.order"), icon: "layers",
      entries: [
        { label: t("monitor.front"), run: () => act.order(p, "front"), ...key("item.front") },
        { label: t("monitor.up"), run: () => act.order(p, "up"), ...key("item.up") },
        { label: t("monitor.down"), run: () => act.order(p, "down"), ...key("item.down") },
        { label: t("monitor.back"), run: () => act.order(p, "back"), ...key("item.back") },
      ],
    },
    {
      label: t("monitor.place"), icon: "l-solo", disabled: locked,
      entries: [
        { label: t("monitor.fitCanvas"), run: () => act.fit(p, "contain"), ...key("item.fit") },
        { label: t("monitor.fillCanvas"), run: () => act.fit(p, "cover") },
        { label: t("monitor.stretchCanvas"), run: () => act.fit(p, "stretch") },
        "line",
        { label: t("monitor.centre"), run: () => act.centreIn(p, "both"), ...key("item.centre") },
        { label: t("monitor.centreX"), run: () => act.centreIn(p, "x") },
        { label: t("monitor.centreY"), run: () => act.centreIn(p, "y") },
        "line",
        { label: t("monitor.mirrorX"), run: () => act.mirror(p, "x") },
        { label: t("monitor.mirrorY"), run: () => act.mirror(p, "y") },
        "line",
        { label: t("monitor.reset"), run: () => act.putBack(p) },
        { label: t("monitor.pastePlace"), disabled: !copyPlacement(), run: () => act.pastePlacement(p) },
      ],
    },
    { label: t("motion.group"), icon: "folder", run: () => void act.group(p), ...key("item.group") },
    { label: t("motion.intoLayout"), icon: "grid", entries: layoutEntries(p) },
    ...(p.items.some((i) => i.members) ? [{ label: t("motion.ungroup"), run: () => void act.ungroup(p), ...key("item.ungroup") }] : []),
    "line",
    { label: t("monitor.duplicate"), icon: "copy", run: () => void act.duplicate(p), ...key("item.duplicate") },
    { label: t("monitor.cut"), run: () => void act.cut(p), ...ctrl("X"), disabled: locked },
    { label: t("monitor.copy"), run: () => act.copy(p), ...ctrl("C") },
    { label: t("monitor.paste"), run: () => void act.paste(scene), ...ctrl("V") },
    "line",
    { label: hidden ? t("monitor.show") : t("monitor.hide"), icon: hidden ? "eye" : "eye-off", run: () => act.toggleShown(p), ...key("item.hide") },
    { label: locked ? t("monitor.unlock") : t("monitor.lock"), icon: locked ? "unlock" : "lock", run: () => act.toggleLocked(p), ...key("item.lock") },
    { label: t("monitor.delete"), icon: "trash", run: () => void act.remove(p), disabled: locked, ...key("item.delete") },
    "line",
    {
      label: t("monitor.properties"), icon: "side",
      run: () => {
        app.selectItems(ids, scene);
        showProperties();
      },
    },
  );
  return out;
}

/** The kinds of layouts, each making one of these items. */
function layoutEntries(p: act.Picked): MenuItem[] {
  return app.kinds.layouts.map((k) => ({ label: act.layoutName(k.id), run: () => void act.group(p, k.id) }));
}

/** The entries where there is no item. */
export function emptyMenu(scene: string): MenuItem[] {
  return [
    { label: t("monitor.addSource"), icon: "plus", run: () => dialogs.open("add-source", { scene }), ...key("source.add") },
    { label: t("motion.addLayout"), icon: "grid", entries: layoutEntries({ scene, items: [] }) },
    { label: t("monitor.paste"), run: () => void act.paste(scene), ...ctrl("V"), disabled: !copiedItems() && !navigator.clipboard?.readText },
    "line",
    { label: t("monitor.selectAll"), run: () => app.selectItems(editor.items.filter((i) => !i.locked).map((i) => i.id)), ...ctrl("A") },
    "line",
    { label: t("monitor.snap"), checked: editor.snap, run: () => editor.toggle("snap") },
    { label: t("monitor.safe"), checked: editor.safe, run: () => editor.toggle("safe") },
    { label: t("monitor.grid"), checked: editor.grid, run: () => editor.toggle("grid") },
    "line",
    { label: t("monitor.fitView"), run: () => editor.fit() },
    { label: t("monitor.fullSize"), run: () => editor.zoomTo(100) },
  ];
}

/** The actions for keys and the palette. They work on what is selected. */
export function registerItemActions(): () => void {
  const some = (): boolean => app.selectedItems.length > 0;
  const sel = act.selected;
  return register(
    { id: "item.hide", label: "monitor.hideOrShow", icon: "eye", key: "H", enabled: some, run: () => act.toggleShown(sel()) },
    { id: "item.lock", label: "monitor.lockOrUnlock", icon: "lock", key: "L", enabled: some, run: () => act.toggleLocked(sel()) },
    { id: "item.delete", label: "monitor.delete", icon: "trash", key: "Delete", enabled: some, run: () => void act.remove(sel()) },
    { id: "item.duplicate", label: "monitor.duplicate", icon: "copy", key: "Ctrl+D", enabled: some, run: () => void act.duplicate(sel()) },
    { id: "item.front", label: "monitor.front", key: "Ctrl+Shift+ArrowUp", enabled: some, run: () => act.order(sel(), "front") },
    { id: "item.up", label: "monitor.up", key: "Ctrl+ArrowUp", enabled: some, run: () => act.order(sel(), "up") },
    { id: "item.down", label: "monitor.down", key: "Ctrl+ArrowDown", enabled: some, run: () => act.order(sel(), "down") },
    { id: "item.back", label: "monitor.back", key: "Ctrl+Shift+ArrowDown", enabled: some, run: () => act.order(sel(), "back") },
    { id: "item.fit", label: "monitor.fitCanvas", enabled: some, run: () => act.fit(sel(), "contain") },
    { id: "item.fill", label: "monitor.fillCanvas", enabled: some, run: () => act.fit(sel(), "cover") },
    { id: "item.centre", label: "monitor.centre", enabled: some, run: () => act.centreIn(sel(), "both") },
    { id: "item.mirror", label: "monitor.mirrorX", enabled: some, run: () => act.mirror(sel(), "x") },
    { id: "item.flip", label: "monitor.mirrorY", enabled: some, run: () => act.mirror(sel(), "y") },
    { id: "item.reset", label: "monitor.reset", enabled: some, run: () => act.putBack(sel()) },
    { id: "item.group", label: "motion.group", icon: "folder", key: "Ctrl+G", enabled: some, run: () => void act.group(sel()) },
    { id: "item.ungroup", label: "motion.ungroup", key: "Ctrl+Shift+G", enabled: () => app.selectedItems.some((i) => i.members), run: () => void act.ungroup(sel()) },
    ...["grid", "side_by_side", "picture_in_picture", "spotlight", "strip"].map((kind) => ({
      id: `layout.${kind}`, label: () => t("motion.addNamedLayout", { name: act.layoutName(kind) }), icon: "grid" as const, run: () => void act.group(sel(), kind),
    })),
    { id: "item.copy", label: "monitor.copy", enabled: some, run: () => act.copy(sel()) },
    { id: "item.paste", label: "monitor.paste", run: () => void act.paste(app.editSceneId) },
    { id: "item.paste-place", label: "monitor.pastePlace", enabled: () => some() && !!copyPlacement(), run: () => act.pastePlacement(sel()) },
    { id: "canvas.snap", label: "monitor.snap", icon: "magnet", run: () => editor.toggle("snap") },
    { id: "canvas.safe", label: "monitor.safe", icon: "l-solo", run: () => editor.toggle("safe") },
    { id: "canvas.grid", label: "monitor.grid", icon: "grid", run: () => editor.toggle("grid") },
  );
}
