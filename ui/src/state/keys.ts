// Keys as text: "Ctrl+Shift+L", "T", "F6", "Alt+ArrowUp". Reading, writing and comparing them; nothing here touches the page.
// On macOS Ctrl is Command. What is compared is what the person sees: the letter on their layout, the key for everything else.

export interface Stroke {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

/** The modifiers in the order they are written. */
const ORDER = ["Ctrl", "Alt", "Shift"] as const;
const ALONE = new Set(["Control", "Shift", "Alt", "Meta", "AltGraph", "Dead", "Process", "Unidentified"]);
const SIGNS: { [key: string]: string } = {
  ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", " ": "Space", Escape: "Esc", Delete: "Del", Comma: ",",
};

/** One form for each key: "shift + ctrl + l" is "Ctrl+Shift+L". Empty when it is none. */
export function normal(text: string): string {
  const parts = text.split("+").map((part) => part.trim());
  // "Ctrl++": the last part is the plus key itself.
  const last = text.endsWith("+") ? "+" : (parts.at(-1) ?? "");
  if (!last) return "";
  const held = new Set(parts.slice(0, -1).map((part) => part.toLowerCase()));
  const has = { Ctrl: held.has("ctrl") || held.has("cmd"), Alt: held.has("alt"), Shift: held.has("shift") };
  return [...ORDER.filter((one) => has[one]), last.length === 1 ? last.toUpperCase() : last].join("+");
}

/** The text of a key press; empty while only modifiers are held. */
export function fromStroke(stroke: Stroke, mac = false): string {
  if (ALONE.has(stroke.key)) return "";
  const ctrl = mac ? stroke.metaKey : stroke.ctrlKey;
  const letter = stroke.key.length === 1;
  // "?" already says Shift; a letter or a key with a name does not.
  const shift = stroke.shiftKey && (!letter || /[\p{L}\d]/u.test(stroke.key) || stroke.key === " ");
  const parts = [ctrl ? "Ctrl" : "", stroke.altKey ? "Alt" : "", shift ? "Shift" : ""].filter(Boolean);
  return normal([...parts, letter ? stroke.key.toUpperCase() : stroke.key].join("+"));
}

/** For a digit row where Shift changes the character: "Shift+1" is found by its place on the keyboard. */
export function fromDigit(code: string, stroke: Stroke, mac = false): string {
  const digit = /^Digit(\d)$/.exec(code)?.[1];
  return digit ? fromStroke({ ...stroke, key: digit }, mac) : "";
}

/** As shown on screen: `Ctrl Shift L`, on macOS `⌘ ⇧ L`. */
export function shown(text: string, mac = false): string {
  if (!text) return "";
  const parts = text.endsWith("+") ? [...text.slice(0, -1).split("+").filter(Boolean), "+"] : text.split("+");
  const marks: { [part: string]: string } = mac ? { Ctrl: "⌘", Alt: "⌥", Shift: "⇧" } : {};
  return parts.map((part) => marks[part] ?? SIGNS[part] ?? part).join(" ");
}

/** Whether it works only while no field has the focus: no Ctrl or Alt, and no function key. */
export const isPlain = (text: string): boolean => !/^(Ctrl|Alt)\+/.test(text) && !/^(Shift\+)?F\d+$/.test(text);

/** Which keys more than one command has. */
export function conflicts(keys: { id: string; key: string }[]): Map<string, string[]> {
  const by = new Map<string, string[]>();
  for (const { id, key } of keys) {
    if (!key) continue;
    const same = by.get(normal(key)) ?? [];
    same.push(id);
    by.set(normal(key), same);
  }
  return new Map([...by].filter(([, ids]) => ids.length > 1));
}
