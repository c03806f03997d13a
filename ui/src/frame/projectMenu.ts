// The menu under the project's name: save, other projects, bringing in and taking out, going back.
import { t } from "../i18n";
import { app } from "../state/app.svelte";
import { isMac, keyFor } from "../state/commands";
import { dialogs } from "../state/dialogs.svelte";
import { shown } from "../state/keys";
import type { MenuItem } from "../state/menus.svelte";

export function projectMenu(): MenuItem[] {
  return [
    { label: app.saved ? t("frame.savedAlready") : t("frame.saveProject"), icon: "disk", key: shown(keyFor("project.save"), isMac), disabled: app.saved, run: () => void app.run({ command: "save_project" }) },
    "line",
    { label: t("frame.newProject"), icon: "plus", run: () => dialogs.open("project", { tab: "new" }) },
    { label: t("frame.openProject"), icon: "folder", key: shown(keyFor("project.open"), isMac), run: () => dialogs.open("project", { tab: "open" }) },
    { label: t("frame.importProject"), icon: "down2", run: () => dialogs.open("project", { tab: "import" }) },
    { label: t("frame.exportProject"), icon: "out", run: () => dialogs.open("project", { tab: "export" }) },
    "line",
    { label: t("frame.history"), icon: "replay", run: () => dialogs.open("project", { tab: "history" }) },
    { label: t("frame.projectSettings"), icon: "gear", run: () => dialogs.open("settings", { tab: "project" }) },
  ];
}
