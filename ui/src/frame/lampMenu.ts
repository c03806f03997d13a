// What can be done to one destination from its lamp. What viewers there would notice is asked first; the rest is not.
import type { DestinationState } from "../api/types";
import { t } from "../i18n";
import { sheetFiles, exists } from "../rooms";
import { app } from "../state/app.svelte";
import { dialogs } from "../state/dialogs.svelte";
import type { MenuItem } from "../state/menus.svelte";

export function showDestination(id: string): void {
  app.selectDestination(id);
  if (exists(sheetFiles.destination)) dialogs.openSheet("destination", { id });
}

export async function startDestination(one: { id: string; name: string }): Promise<void> {
  if (!app.onAir) {
    const { yes } = await dialogs.ask({ title: t("frame.startOneTitle", { name: one.name }), text: t("frame.startOneText"), action: t("frame.goLive"), public: true });
    if (!yes) return;
  }
  await app.run({ command: "start_destination", id: one.id });
}

export async function stopDestination(one: DestinationState): Promise<void> {
  if (one.state === "live" || one.state === "degraded") {
    const { yes } = await dialogs.ask({ title: t("frame.stopOneTitle", { name: one.name }), text: t("frame.stopOneText"), action: t("frame.stopOne", { name: one.name }), stay: t("frame.stayOnAir"), public: true });
    if (!yes) return;
  }
  await app.run({ command: "stop_destination", id: one.id });
}

export function lampMenu(one: DestinationState): MenuItem[] {
  const going = ["connecting", "live", "degraded", "retrying"].includes(one.state);
  const known = app.project?.destinations.find((each) => each.id === one.id);
  const items: MenuItem[] = [];
  if (one.state === "retrying") items.push({ label: t("frame.retryNow"), icon: "retry", run: () => void app.run({ command: "retry_destination", id: one.id }) });
  if (going) items.push({ label: t("frame.stop"), icon: "stop", run: () => void stopDestination(one) });
  else items.push({ label: one.state === "idle" ? t("frame.startNow") : t("frame.startAgain"), icon: "lamp-live", run: () => void startDestination(one) });
  if (exists(sheetFiles.destination)) items.push("line", { label: t("common.details"), icon: "info", run: () => showDestination(one.id) });
  if (known) {
    items.push({ label: t("frame.withTheShow"), checked: known.enabled, run: () => void app.run({ command: "set_destination", id: one.id, enabled: !known.enabled }) });
  }
  return items;
}
