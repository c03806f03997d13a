// The six arrangements of the Simple layout: where each visible picture of a scene goes. A layout chosen here is an ordinary
// scene: positions and boxes, nothing else. Pure.
import type { ItemChanges, SceneItem } from "../api/types";

export const LAYOUTS = ["one", "two", "row", "side", "corner", "screen"] as const;
export type Layout = (typeof LAYOUTS)[number];

interface Size {
  width: number;
  height: number;
}
interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
  cover: boolean;
}
/** What is known of an item for arranging it. */
export interface Thing {
  id: string;
  kind: string;
  /** Seen at all: not only sound. */
  seen: boolean;
  item: SceneItem;
}

/** How many pictures an arrangement needs to make sense. */
export const NEEDS: Record<Layout, number> = { one: 1, two: 2, row: 2, side: 2, corner: 2, screen: 2 };

const SCREENS = ["screen", "window", "media", "image", "test_pattern"];
const covers = (item: SceneItem, size: Size): boolean =>
  !!item.bounds && item.bounds.width >= size.width * 0.98 && item.bounds.height >= size.height * 0.98 && item.position.x <= size.width * 0.02 && item.position.y <= size.height * 0.02;

/** The pictures that are arranged: visible, not locked, not a backdrop or a title. */
export function pictures(things: readonly Thing[], size: Size): Thing[] {
  const candidates = things.filter((one) => one.seen && one.item.visible && !one.item.locked && !["text", "color"].includes(one.kind));
  // A still picture at the very bottom that fills everything is a backdrop while others lie on it.
  const lowest = things[0];
  if (candidates.length > 2 && lowest && candidates[0] === lowest && lowest.kind === "image" && covers(lowest.item, size)) return candidates.slice(1);
  return candidates;
}

/** The boxes for `count` pictures, as shares of the canvas. The first is the main one. */
export function boxes(layout: Layout, count: number, screenFirst: boolean): Box[] {
  const gap = 0.0125, edge = 0.0125;
  const even = (n: number, y: number, h: number, cover: boolean): Box[] => {
    const w = (1 - 2 * edge - gap * (n - 1)) / n;
    return Array.from({ length: n }, (_, at) => ({ x: edge + at * (w + gap), y, w, h, cover }));
  };
  const full: Box = { x: 0, y: 0, w: 1, h: 1, cover: !screenFirst };
  if (count === 0) return [];
  if (count === 1) return [full];
  switch (layout) {
    case "one":
      return [full];
    case "two":
      return even(2, 0.12, 0.76, true);
    case "row":
      return even(count, count === 2 ? 0.12 : 0.2, count === 2 ? 0.76 : 0.6, true);
    case "side": {
      const others = count - 1;
      const h = (1 - 2 * 0.022 - 0.022 * (others - 1)) / others;
      const tall = Math.min(h, 0.47);
      const top = (1 - tall * others - 0.022 * (others - 1)) / 2;
      return [
        { x: edge, y: 0.022, w: 0.7125, h: 0.956, cover: !screenFirst },
        ...Array.from({ length: others }, (_, at) => ({ x: 0.7375, y: top + at * (tall + 0.022), w: 0.25, h: tall, cover: true })),
      ];
    }
    case "corner": {
      const w = Math.min(0.225, (0.96 - gap * (count - 2)) / (count - 1)), h = w * 1.155;
      return [full, ...Array.from({ length: count - 1 }, (_, at) => ({ x: 1 - 0.02 - (at + 1) * w - at * gap, y: 1 - 0.03 - h, w, h, cover: true }))];
    }
    case "screen": {
      const others = count - 1;
      const h = 0.24, w = Math.min(0.24, (1 - 2 * edge - gap * (others - 1)) / others);
      const left = (1 - w * others - gap * (others - 1)) / 2;
      return [
        { x: 0.12, y: 0.015, w: 0.76, h: 0.7, cover: false },
        ...Array.from({ length: others }, (_, at) => ({ x: left + at * (w + gap), y: 1 - 0.022 - h, w, h, cover: true })),
      ];
    }
  }
}

export interface Arranged {
  changes: { item: string; changes: ItemChanges }[];
  /** Items that this arrangement has no place for; they are hidden. */
  hidden: number;
  /** The main picture, when it must first go below those that lie on it. */
  below: { item: string; index: number } | null;
}
/** What has to change so that a scene is laid out. One step, one undo. */
export function arrange(layout: Layout, things: readonly Thing[], size: Size): Arranged {
  const list = ordered(layout, pictures(things, size));
  const isScreen = SCREENS.includes(list[0]?.kind ?? "");
  const places = boxes(layout, list.length, isScreen && layout !== "row" && layout !== "two");
  const changes: Arranged["changes"] = [];
  for (const [at, thing] of list.entries()) {
    const place = places[at];
    if (!place) {
      changes.push({ item: thing.id, changes: { visible: false } });
      continue;
    }
    changes.push({
      item: thing.id,
      changes: {
        visible: true, alignment: "top_left", rotation_deg: 0,
        position: { x: Math.round(place.x * size.width), y: Math.round(place.y * size.height) },
        bounds: { mode: place.cover ? "cover" : "contain", width: Math.max(1, Math.round(place.w * size.width)), height: Math.max(1, Math.round(place.h * size.height)) },
      },
    });
  }
  return { changes, hidden: Math.max(0, list.length - places.length), below: layout === "corner" ? belowOthers(list, things) : null };
}

/** The main picture fills everything: whatever lies below it could not be seen. */
function belowOthers(list: readonly Thing[], things: readonly Thing[]): Arranged["below"] {
  const main = list[0];
  const index = Math.min(...list.map((one) => things.indexOf(one)));
  return main && things.indexOf(main) > index ? { item: main.id, index } : null;
}

/** The main picture in front of the others: a screen for "Corner" and "Screen first", else the order of the scene. */
function ordered(layout: Layout, list: readonly Thing[]): Thing[] {
  if (layout !== "corner" && layout !== "screen") return [...list];
  const screen = list.find((one) => SCREENS.includes(one.kind));
  return screen ? [screen, ...list.filter((one) => one !== screen)] : [...list];
}

/** Which arrangement a scene has now; undefined when it was placed by hand. */
export function layoutOf(things: readonly Thing[], size: Size): Layout | undefined {
  const list = pictures(things, size);
  if (!list.length) return undefined;
  return LAYOUTS.find((layout) => {
    if (list.length < NEEDS[layout] || (layout === "one" && list.length !== 1) || (layout === "two" && list.length !== 2)) return false;
    return arrange(layout, things, size).changes.every(({ item, changes }) => {
      const now = list.find((one) => one.id === item)?.item;
      const box = changes.bounds;
      if (!now?.bounds || !box) return false;
      return now.bounds.mode === box.mode && Math.abs(now.bounds.width - (box.width ?? 0)) < 2 && Math.abs(now.bounds.height - (box.height ?? 0)) < 2
        && Math.abs(now.position.x - (changes.position?.x ?? 0)) < 2 && Math.abs(now.position.y - (changes.position?.y ?? 0)) < 2;
    });
  });
}
