// What can be done to one destination from its row: what its lamp offers, then what changes the project.
import { t } from "../i18n";
import { lampMenu } from "../frame/lampMenu";
import { app } from "../state/app.svelte";
import { dialogs } from "../state/dialogs.svelte";
import { toasts } from "../state/toasts.svelte";
import type { MenuItem } from "../state/menus.svelte";
import type { DestinationState } from "../api/types";
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

export function destinationMenu(one: DestinationState): MenuItem[] {
  const all = app.project?.destinations ?? [];
  const at = all.findIndex((each) => each.id === one.id);
  const items = lampMenu(one);
  if (at < 0) return items;
  items.push("line", { label: t("destinations.editSettings"), icon: "gear", run: () => dialogs.open("edit-destination", { id: one.id }) });
  if (one.kind === "local") items.push({ label: t("destinations.copyAddress"), icon: "copy", run: () => void copyText(watchUrl()) });
  items.push(
    { label: t("destinations.moveUp"), icon: "up", disabled: at === 0, run: () => void app.run({ command: "move_destination", id: one.id, index: at - 1 }) },
    { label: t("destinations.moveDown"), icon: "down", disabled: at === all.length - 1, run: () => void app.run({ command: "move_destination", id: one.id, index: at + 1 }) },
    "line",
    { label: t("destinations.removeOf", { name: one.name || one.id }), icon: "trash", run: () => void removeDestination(one) },
  );
  return items;
}
