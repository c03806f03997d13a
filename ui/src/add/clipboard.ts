/* Copying items within and between scenes and projects: JSON with a mark, so that other programs' text stays text. What was
   copied is also kept here, for pages that may not read the clipboard. */

import type { SceneItem, Source } from "../api/types";
import type { Placement } from "../monitor/editor/geometry";
import { app } from "../state/app.svelte";
import { addText, addUrl, looksLikeUrl } from "./files";

const MARK = "footlight/items/1";

export interface Copied { mark: typeof MARK; scene: string; items: SceneItem[]; sources: Source[] }

let kept: Copied | null = null;

function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** What is written to the clipboard for some items. */
export function asText(items: readonly SceneItem[]): string {
  const ids = new Set(items.map((i) => i.source));
  const sources = app.project?.sources.filter((s) => ids.has(s.id)) ?? [];
  kept = plain({ mark: MARK, scene: app.selection.scene, items: [...items], sources });
  return JSON.stringify(kept);
}

export async function copyItems(items: readonly SceneItem[]): Promise<void> {
  if (!items.length) return;
  const text = asText(items);
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Not allowed to write there: what is kept here serves this window.
  }
}

export function copiedItems(): Copied | null {
  return kept;
}

/** Where the first copied item lies, for "paste the place". */
export function copyPlacement(): Placement | null {
  const i = kept?.items[0];
  return i ? { position: i.position, alignment: i.alignment, scale: i.scale, rotation_deg: i.rotation_deg, crop: i.crop, bounds: i.bounds } : null;
}

/** The text on the clipboard; what was copied in this window when the clipboard may not be read. */
export async function pasteboard(): Promise<string> {
  try {
    return await navigator.clipboard.readText();
  } catch {
    return kept ? JSON.stringify(kept) : "";
  }
}

/** Copied items out of a text, or nothing when it is something else. */
export function readItems(text: string): Copied | null {
  if (!text.includes(MARK)) return null;
  try {
    const got = JSON.parse(text) as Partial<Copied>;
    const fine = got.mark === MARK && Array.isArray(got.items) && Array.isArray(got.sources);
    return fine ? (got as Copied) : null;
  } catch {
    return null;
  }
}

/** Puts a text into a scene: items, the picture behind an address, or a title. */
export async function pasteText(text: string, scene: string): Promise<boolean> {
  const copied = readItems(text);
  if (copied) return pasteItems(copied, scene);
  const words = text.trim();
  if (!words) return false;
  return looksLikeUrl(words) ? addUrl(words, scene) : addText(words, scene);
}

/** A copy in the scene it came from lies a little aside, so that it is seen. */
const ASIDE = 24;

async function pasteItems(c: Copied, scene: string): Promise<boolean> {
  const there = new Set(app.scene(scene)?.items.map((i) => i.id));
  const items = c.items.map((i) =>
    there.has(i.id) ? { ...i, position: { x: i.position.x + ASIDE, y: i.position.y + ASIDE } } : i);
  const sources = c.sources.filter((s) => app.sourceById.get(s.id)?.kind !== s.kind);
  const done = await app.run({ command: "paste_items", scene, items, ...(sources.length && { sources }) });
  if (done?.items && scene === app.editSceneId) app.selectItems(done.items);
  return done !== undefined;
}
