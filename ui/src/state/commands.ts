// The list of what a person can do. The palette (Ctrl K), the keys, the menus and the list of keys all read it, so that a
// thing done in one way can be found in every other. Each room registers its own.
import { t, type Key } from "../i18n";
import { fromDigit, fromStroke, isPlain, normal, type Stroke } from "./keys";
import { dialogs } from "./dialogs.svelte";
import { prefs } from "./prefs.svelte";
import type { IconName } from "../components/icons";

export interface Action {
  id: string;
  /** What it does, in words; a function where it names a thing. */
  label: Key | (() => string);
  icon?: IconName;
  /** The key it has at first, as "Ctrl+Shift+L". */
  key?: string;
  run: () => void;
  enabled?: () => boolean;
  /** Called when its key is let go: for what works while held. */
  release?: () => void;
  /** Not offered in the palette (it is about the palette itself, or about one of many things). */
  hidden?: boolean;
  /** More words it is found by. */
  also?: Key;
}

const all = new Map<string, Action>();
export const isMac = /Mac|iP(hone|ad)/.test(navigator.platform);

/** Adds actions; returns what takes them away again (for onDestroy or an $effect). */
export function register(...actions: Action[]): () => void {
  for (const action of actions) all.set(action.id, action);
  return () => {
    for (const action of actions) if (all.get(action.id) === action) all.delete(action.id);
  };
}

export const actions = (): Action[] => [...all.values()];
export const action = (id: string): Action | undefined => all.get(id);
export const labelOf = (one: Action): string => (typeof one.label === "function" ? one.label() : t(one.label));
export const canRun = (one: Action): boolean => one.enabled?.() ?? true;

/** The key an action has now: the person's, else its own. Empty: none. */
export function keyOf(one: Action): string {
  const mine = prefs.get<{ [id: string]: string }>("keys", {})[one.id];
  return normal(mine ?? one.key ?? "");
}
/** The key of an action by id, for tooltips. */
export function keyFor(id: string): string {
  const one = all.get(id);
  return one ? keyOf(one) : "";
}
/** Gives an action another key; undefined: its own again. */
export function setKey(id: string, key: string | undefined): void {
  const keys = { ...prefs.get<{ [id: string]: string }>("keys", {}) };
  if (key === undefined) delete keys[id];
  else keys[id] = key;
  prefs.set("keys", keys);
}

/** Whether a field has the focus, where letters are text. */
function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !["checkbox", "radio", "range", "button", "color"].includes(target.type);
}

/** What a field does itself with these: its own undo, copy, paste, moving by words. */
const FIELD_KEYS = /^Ctrl\+(Shift\+)?(Z|Y|X|C|V|A|Arrow\w+)$/;
const held = new Map<string, Action>();

function find(event: Stroke & { code: string }): { one: Action; key: string } | undefined {
  const wanted = [fromStroke(event, isMac), fromDigit(event.code, event, isMac)].filter(Boolean);
  for (const key of wanted) {
    for (const one of all.values()) if (keyOf(one) === key && canRun(one)) return { one, key };
  }
  return undefined;
}

/** Runs what a key press means. Space and Enter belong to the focused control, always. */
export function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.key === "Enter" || event.key === " ") return;
  const found = find(event);
  if (!found) return;
  const plain = isPlain(found.key);
  if (typing(event.target) && (plain || FIELD_KEYS.test(found.key))) return;
  if (plain && !prefs.get("keys.letters", true)) return;
  // Inside a dialog single keys are for the dialog, also while it is being fetched.
  if (plain && (dialogs.current || dialogs.question)) return;
  if (plain && event.target instanceof Element && event.target.closest("[role=dialog],[role=menu]")) return;
  event.preventDefault();
  if (event.repeat && !/^(edit\.(un|re)do|item\.(up|down))$/.test(found.one.id)) return;
  if (found.one.release) held.set(event.code, found.one);
  found.one.run();
}
export function onKeyUp(event: KeyboardEvent): void {
  const one = held.get(event.code);
  held.delete(event.code);
  one?.release?.();
}
