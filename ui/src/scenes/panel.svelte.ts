// What the scenes panel keeps between its head and its tiles.
import type { Scene } from "../api/types";
import { t } from "../i18n";
import { app } from "../state/app.svelte";
import { prefs } from "../state/prefs.svelte";
import { toasts } from "../state/toasts.svelte";

export const TILE_SIZES = { s: 96, m: 115, l: 200 } as const;
export type TileSize = keyof typeof TILE_SIZES;

class Panel {
  /** The scene whose name is being written. */
  renaming = $state<string | null>(null);

  get size(): TileSize {
    return prefs.get<TileSize>("scenes.size", "m");
  }
  set size(size: TileSize) {
    prefs.set("scenes.size", size);
  }
}
export const panel = new Panel();

export async function addScene(after?: string): Promise<void> {
  const made = await app.run({ command: "add_scene", name: freeName(), ...(after ? { after } : {}) });
  if (!made?.scene) return;
  if (app.studioMode) await app.run({ command: "set_preview", scene: made.scene });
  panel.renaming = made.scene;
}

/** "Scene 4": the first such name that is free. */
export function freeName(): string {
  const names = new Set(app.project?.scenes.map((one) => one.name));
  for (let n = (app.project?.scenes.length ?? 0) + 1; ; n += 1) {
    const name = t("scenes.newName", { n });
    if (!names.has(name)) return name;
  }
}

export async function removeScene(scene: Scene): Promise<void> {
  const done = await app.run({ command: "remove_scene", scene: scene.id });
  if (!done) return;
  toasts.show({ kind: "undo", title: t("scenes.deleted", { name: scene.name || scene.id }), tag: "deleted-scene", action: { label: t("common.putBack"), run: () => void app.run({ command: "undo" }) } });
}

export function moveScene(id: string, index: number): void {
  const last = (app.project?.scenes.length ?? 1) - 1;
  void app.run({ command: "move_scene", scene: id, index: Math.max(0, Math.min(last, index)) });
}
export const LABEL_COLORS = ["", "#e06c5a", "#e0a458", "#d9cf63", "#7fbf6a", "#5bb8b0", "#6b9ee8", "#a583e0", "#d77fb2"] as const;
