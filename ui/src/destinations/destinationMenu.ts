// What can be done to one destination from its row: what its lamp offers, then what changes the project.
import { t } from "../i18n";
import { lampMenu } from "../frame/lampMenu";
import { app } from "../state/app.svelte";
import { dialogs } from "../state/dialogs.svelte";
import { toasts } from "../state/toasts.svelte";
import type { MenuItem } from "../state/menus.svelte";
import type { DestinationState } from "../api/types";
import { takesSoundOnly } from "./kinds";
import { isGoing } from "./words";

export const watchUrl = (): string => new URL("/watch", window.__FOOTLIGHT__?.base ?? location.origin).href;

export async function copyText(text: string, said = t("destinations.copied")): Promise<void> {
  await navigator.clipboard.writeText(text);
  toasts.done(said);
}

/** Deletes a destination. Only one that viewers receive now is asked for; every other comes back with undo. */
export async function removeDestination(one: DestinationState): Promise<void> {
  const name = one.name || one.id;
  if (isGoing(one)) {
    const { yes } = await dialogs.ask({
      title: t("destinations.removeLiveTitle", { name }), text: t("destinations.removeLiveText", { name }),
      action: t("destinations.removeOf", { name }), stay: t("destinations.keepIt"), public: true,
    });
    if (!yes) return;
  }
  if (!(await app.run({ command: "remove_destination", id: one.id }))) return;
  if (app.selection.destination === one.id) app.selectNothing();
  toasts.show({
    kind: "undo", icon: "undo", title: t("destinations.removed", { name }), tag: `removed-${one.id}`,
    action: { label: t("common.putBack"), run: () => void app.run({ command: "undo" }) },
  });
}

/** What listeners are told is being played, while it is sent. */
async function setTitle(one: DestinationState): Promise<void> {
  const { yes, line } = await dialogs.ask({
    title: t("destinations.setTitleOf", { name: one.name || one.id }), text: t("destinations.setTitleText"), action: t("destinations.setTitleDo"),
    line: { label: t("destinations.setTitleLine"), value: titles.get(one.id) ?? "", most: 300 },
  });
  if (!yes || line === undefined || !(await app.run({ command: "set_title", id: one.id, title: line }))) return;
  titles.set(one.id, line);
  toasts.done(t("destinations.titleSet"));
}
/** The titles told in this window, to begin the next one with. */
const titles = new Map<string, string>();

export function destinationMenu(one: DestinationState): MenuItem[] {
  const all = app.project?.destinations ?? [];
  const at = all.findIndex((each) => each.id === one.id);
  const items = lampMenu(one);
  if (at < 0) return items;
  items.push("line", { label: t("destinations.editSettings"), icon: "gear", run: () => dialogs.open("edit-destination", { id: one.id }) });
  if (takesSoundOnly(one.kind) && isGoing(one)) items.push({ label: t("destinations.setTitle"), icon: "tone", run: () => void setTitle(one) });
  if (one.kind === "local") items.push({ label: t("destinations.copyAddress"), icon: "copy", run: () => void copyText(watchUrl()) });
  items.push(
    { label: t("destinations.moveUp"), icon: "up", disabled: at === 0, run: () => void app.run({ command: "move_destination", id: one.id, index: at - 1 }) },
    { label: t("destinations.moveDown"), icon: "down", disabled: at === all.length - 1, run: () => void app.run({ command: "move_destination", id: one.id, index: at + 1 }) },
    "line",
    { label: t("destinations.removeOf", { name: one.name || one.id }), icon: "trash", run: () => void removeDestination(one) },
  );
  return items;
}
