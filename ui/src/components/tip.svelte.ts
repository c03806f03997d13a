// Tooltips: `<button {@attach tip("Undo", "Ctrl+Z")}>`. One box for the whole page (TipHost.svelte); shown after a rest on the
// thing or when it gets the focus by keyboard, gone with Esc. Nothing needs it: each control has its name without it.
import type { Attachment } from "svelte/attachments";
import { on } from "svelte/events";
import { isMac } from "../state/commands";
import { shown } from "../state/keys";

export const tipState = $state<{ at: { left: number; top: number; up: boolean } | null; text: string; key: string }>({ at: null, text: "", key: "" });
const REST_MS = 500;
let timer: ReturnType<typeof setTimeout> | undefined;

export function hideTip(): void {
  clearTimeout(timer);
  tipState.at = null;
}

function showTip(node: Element, text: string, key: string): void {
  const box = node.getBoundingClientRect();
  const up = box.bottom > innerHeight - 70;
  tipState.at = { left: box.left + box.width / 2, top: up ? box.top - 6 : box.bottom + 6, up };
  tipState.text = text;
  tipState.key = shown(key, isMac);
}

export function tip(text: string | (() => string), key: string | (() => string) = ""): Attachment<Element> {
  return (node) => {
    const show = (): void => showTip(node, typeof text === "function" ? text() : text, typeof key === "function" ? key() : key);
    const enter = (): void => {
      clearTimeout(timer);
      timer = setTimeout(show, REST_MS);
    };
    const focus = (): void => {
      if (node.matches(":focus-visible")) show();
    };
    // By Svelte's own `on`: a thing that goes while it has the focus is blurred in the middle of an update, where a plain
    // listener could not change state.
    const ends = [on(node, "pointerenter", enter), on(node, "focus", focus), ...["pointerleave", "pointerdown", "blur"].map((end) => on(node, end, hideTip))];
    return () => {
      for (const end of ends) end();
      // Not while the page is being updated, which is when a thing goes away.
      queueMicrotask(hideTip);
    };
  };
}
