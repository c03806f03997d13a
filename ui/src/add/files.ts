/* Files, addresses and text dropped or pasted onto a scene become sources. Files are sent to the engine, which keeps them in
   the project's media folder, so that the project can be moved to another computer. */

import { upload } from "../api/client";
import type { ItemChanges, Settings } from "../api/types";
import { IMAGE_FILES, MEDIA_FILES } from "../forms/hints";
import { t } from "../i18n";
import type { Point, Size } from "../monitor/editor/geometry";
import { app, tellError } from "../state/app.svelte";
import { toasts } from "../state/toasts.svelte";
import { pasteText, readItems } from "./clipboard";

/** As the engine takes them, bytes. */
const MOST = 2 * 1024 ** 3;

/** The kind of source for a file, by its ending, else by its type. */
export function kindOf(name: string, type = ""): "image" | "media" | "text" | null {
  const ending = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? "";
  if (IMAGE_FILES.includes(ending)) return "image";
  if (MEDIA_FILES.includes(ending)) return "media";
  if (ending === "txt") return "text";
  if (type.startsWith("image/")) return "image";
  if (type.startsWith("video/") || type.startsWith("audio/")) return "media";
  return type === "text/plain" ? "text" : null;
}

export function looksLikeUrl(text: string): boolean {
  return /^https?:\/\/\S+$/i.test(text);
}

/** `Holiday clip` for `holiday_clip.mp4`. */
export function nameOf(file: string): string {
  const bare = decodeURIComponentSafe(file.split(/[/\\]/).pop() ?? file).replace(/\.[^.]+$/, "").replace(/[_-]+/g, " ").trim();
  return bare ? bare.charAt(0).toUpperCase() + bare.slice(1) : file;
}

function decodeURIComponentSafe(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The size of a picture, as far as the browser can tell. */
async function pictureSize(file: Blob): Promise<Size | null> {
  try {
    const bitmap = await createImageBitmap(file);
    const size = { width: bitmap.width, height: bitmap.height };
    bitmap.close();
    return size;
  } catch {
    return null;
  }
}

/** Where a dropped picture lies: its middle at the pointer, not larger than half the canvas. */
export function dropped(at: Point | undefined, size: Size | null, canvas: Size): ItemChanges | undefined {
  if (!at || !size) return undefined;
  const k = Math.min(1, canvas.width / 2 / size.width, canvas.height / 2 / size.height);
  return {
    position: { x: Math.round(at.x), y: Math.round(at.y) }, alignment: "center",
    bounds: { mode: "contain", width: Math.round(size.width * k), height: Math.round(size.height * k) },
  };
}

async function addKind(kind: string, name: string, settings: Settings, scene: string, item?: ItemChanges): Promise<boolean> {
  const done = await app.run({ command: "add_source", kind, name, settings, scene, ...(item && { item }) });
  if (done?.item && scene === app.editSceneId) app.selectItems([done.item]);
  return done !== undefined;
}

/** One file into a scene. */
export async function addFile(file: File | Blob, name: string, scene: string, at?: Point): Promise<boolean> {
  const kind = kindOf(name, file.type);
  if (!kind) {
    toasts.needs(t("add.unknownFile", { name }), { text: t("add.unknownFileHelp"), tag: "unknown-file" });
    return false;
  }
  if (file.size > MOST) {
    toasts.needs(t("add.tooLarge", { name }), { text: t("add.tooLargeHelp"), tag: "too-large" });
    return false;
  }
  const note = toasts.show({ kind: "needs", title: t("add.storing", { name }), icon: "folder" });
  try {
    const { path } = await upload(file, name);
    const c = app.project?.canvases[0];
    const item = kind === "image" ? dropped(at, await pictureSize(file), { width: c?.width ?? 1920, height: c?.height ?? 1080 }) : undefined;
    return await addKind(kind, nameOf(name), { file: path }, scene, item);
  } catch (error) {
    tellError(error);
    return false;
  } finally {
    toasts.close(note);
  }
}

export async function addText(text: string, scene: string, at?: Point): Promise<boolean> {
  const name = text.split("\n")[0]?.trim().slice(0, 40) ?? "";
  const item: ItemChanges | undefined = at && { position: at, alignment: "center" };
  return addKind("text", name || t("add.text"), { text }, scene, item);
}

/** The picture, clip or sound behind an address: fetched by this page where its server allows that. */
export async function addUrl(url: string, scene: string, at?: Point): Promise<boolean> {
  try {
    const answer = await fetch(url, { credentials: "omit" });
    if (answer.ok) {
      const blob = await answer.blob();
      const path = new URL(url).pathname;
      let name = decodeURIComponentSafe(path.split("/").pop() ?? "") || "download";
      if (!/\.[a-z0-9]+$/i.test(name)) name += endingOf(blob.type);
      if (kindOf(name, blob.type) && !blob.type.startsWith("text/html")) return await addFile(blob, name, scene, at);
    }
  } catch {
    // Not reachable, or its server keeps it from other pages.
  }
  toasts.needs(t("add.cannotFetch"), { text: t("add.cannotFetchHelp"), tag: "cannot-fetch" });
  return false;
}

function endingOf(type: string): string {
  const found = /^(image|video|audio)\/([a-z0-9]+)/i.exec(type)?.[2];
  return found ? `.${found === "jpeg" ? "jpg" : found === "mpeg" ? "mp3" : found}` : "";
}

/** Whether a drag carries something that can become a source. */
export function canTake(data: DataTransfer | null): boolean {
  return !!data && ["Files", "text/uri-list", "text/plain"].some((type) => data.types.includes(type)) && !data.types.includes("application/x-footlight");
}

/** What was dropped or pasted, put into a scene; several files one after the other. */
export async function addTransfer(data: DataTransfer, scene: string, at?: Point): Promise<boolean> {
  // A DataTransfer is empty as soon as the event is over: read it before anything waits.
  const files = [...data.files];
  const url = data.getData("text/uri-list").split("\n").find((l) => l && !l.startsWith("#"))?.trim() ?? "";
  const text = data.getData("text/plain");
  if (files.length) {
    let all = true;
    for (const [i, f] of files.entries()) {
      const spot = at && { x: at.x + i * 32, y: at.y + i * 32 };
      all = (await addFile(f, f.name || `pasted${endingOf(f.type)}`, scene, spot)) && all;
    }
    return all;
  }
  if (looksLikeUrl(url)) return addUrl(url, scene, at);
  if (readItems(text) || !at) return pasteText(text, scene);
  if (looksLikeUrl(text.trim())) return addUrl(text.trim(), scene, at);
  return text.trim() ? addText(text.trim(), scene, at) : false;
}
