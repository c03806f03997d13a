/* Names and little pictures of layouts, and what of an item can be keyed, in the person's language. Pure but for the words. */

import type { AnimationKey, SceneItem } from "../api/types";
import { t, type Key } from "../i18n";
import { layoutName } from "../monitor/itemActions";
import { app } from "../state/app.svelte";
import { filterName } from "../filters/words";

export { layoutName };

type Rect = readonly [x: number, y: number, width: number, height: number];

/** Rectangles of a layout's picture, 28 by 16. */
export const PICTURES: Readonly<Record<string, readonly Rect[]>> = {
  none: [[2, 3, 12, 7], [11, 7, 14, 7]],
  grid: [[1, 1, 12.5, 6.5], [14.5, 1, 12.5, 6.5], [1, 8.5, 12.5, 6.5], [14.5, 8.5, 12.5, 6.5]],
  side_by_side: [[1, 3, 12.5, 10], [14.5, 3, 12.5, 10]],
  picture_in_picture: [[1, 1, 26, 14], [18, 9, 8, 5]],
  spotlight: [[1, 1, 19, 14], [21, 1, 6, 4], [21, 6, 6, 4], [21, 11, 6, 4]],
  strip: [[1, 11, 6, 4], [8, 11, 6, 4], [15, 11, 6, 4], [22, 11, 5, 4]],
};

export const EASES = ["linear", "ease_in", "ease_out", "ease_in_out", "back", "bounce", "hold", "bezier"] as const;
export const TRIGGERS = ["shown", "on_air", "loop", "command"] as const;

/** What can be keyed of every item, in the order offered. */
const OF_ITEMS = ["position.x", "position.y", "scale.x", "scale.y", "rotation_deg", "opacity", "corner_radius", "crop.left", "crop.top", "crop.right", "crop.bottom"] as const;
const OF_BOXES = ["bounds.width", "bounds.height"] as const;

export interface Property { value: string; label: string }

/** What can be keyed of this item. Filters that read files are left alone. */
export function propertiesOf(item: SceneItem): Property[] {
  const own: readonly string[] = item.bounds ? [...OF_ITEMS.filter((p) => !p.startsWith("scale")), ...OF_BOXES] : OF_ITEMS;
  const out = own.map((value) => ({ value, label: t(`motion.value_${value.replace(".", "_")}` as Key) }));
  for (const f of item.filters ?? []) {
    const settings = { ...app.kinds.filters.find((k) => k.id === f.kind)?.defaults, ...f.settings };
    if ("path" in settings) continue;
    for (const [name, now] of Object.entries(settings)) {
      if (typeof now === "number") out.push({ value: `filters.${f.id}.${name}`, label: `${filterName(f)}: ${t(`fields.${name}` as Key) === `fields.${name}` ? name.replaceAll("_", " ") : t(`fields.${name}` as Key)}` });
    }
  }
  return out;
}

/** The value an item has itself; 0 where it has none. */
export function valueOf(item: SceneItem, property: string): number {
  const parts = property.split(".");
  if (parts[0] === "filters") {
    const f = item.filters?.find((x) => x.id === parts[1]);
    const name = parts.slice(2).join(".");
    const now = f?.settings?.[name] ?? app.kinds.filters.find((k) => k.id === f?.kind)?.defaults[name];
    return typeof now === "number" ? now : 0;
  }
  let at: unknown = item;
  for (const part of parts) at = typeof at === "object" && at !== null ? (at as Record<string, unknown>)[part] : undefined;
  return typeof at === "number" ? at : 0;
}

/** Keys in the order of time. */
export function inOrder(keys: readonly AnimationKey[]): AnimationKey[] {
  return [...keys].sort((a, b) => (a.at_ms ?? 0) - (b.at_ms ?? 0));
}

/** From the beginning to the last key, ms. */
export const lengthOf = (keys: readonly AnimationKey[]): number => Math.max(0, ...keys.map((k) => k.at_ms ?? 0));
