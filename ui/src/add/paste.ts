/* Ctrl C, Ctrl X and Ctrl V in the window, outside of fields: items of the selection are copied, what is on the clipboard comes
   into the scene that is edited. These are the browser's own events, since they may use the clipboard without asking. */

import { remove, selected } from "../monitor/itemActions";
import { app } from "../state/app.svelte";
import { dialogs } from "../state/dialogs.svelte";
import { asText } from "./clipboard";
import { addTransfer } from "./files";

function inField(e: Event): boolean {
  const at = e.target instanceof Element ? e.target : document.activeElement;
  return !!at?.closest("input:not([type=range],[type=checkbox]), textarea, select, [contenteditable]");
}

/** Whether the event is about the scene and not about text somewhere. */
function forScene(e: Event): boolean {
  return !e.defaultPrevented && !dialogs.current && !dialogs.question && !inField(e);
}

function copied(e: ClipboardEvent): boolean {
  const items = selected().items;
  if (!forScene(e) || !items.length || !document.getSelection()?.isCollapsed) return false;
  e.clipboardData?.setData("text/plain", asText(items));
  e.preventDefault();
  return true;
}

let listening = false;

/** Once for the window. */
export function listenForClipboard(): void {
  if (listening) return;
  listening = true;
  addEventListener("copy", copied);
  addEventListener("cut", (e) => {
    if (copied(e)) void remove(selected());
  });
  addEventListener("paste", (e) => {
    if (!forScene(e) || !e.clipboardData || !app.editSceneId) return;
    e.preventDefault();
    void addTransfer(e.clipboardData, app.editSceneId);
  });
}
