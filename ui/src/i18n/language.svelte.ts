// The words on screen, in the language the person chose. English is always there and is the type of the others; the
// Chinese catalogues are fetched when chosen, so that nobody loads words they do not read.
import { en } from "./en";

type Catalogue = typeof en;
type Room = keyof Catalogue & string;
/** Every key there is: `room.key`. A key that is not in the English catalogue does not compile. */
export type Key = { [R in Room]: `${R}.${keyof Catalogue[R] & string}` }[Room];
/** What another language must have: every key of the English room. */
export type Words<T> = { readonly [K in keyof T]: string };
export type Language = "en" | "zh-TW" | "zh-CN";
export type Values = { [name: string]: string | number };

export const languages: { id: Language; name: string }[] = [
  { id: "en", name: "English" },
  { id: "zh-TW", name: "正體中文" },
  { id: "zh-CN", name: "简体中文" },
];

type Shape = { [R in Room]: { readonly [key: string]: string } };
const shown = $state<{ id: Language; words: Shape }>({ id: "en", words: en });

/** The language shown now. */
export const language = (): Language => shown.id;

/** What the computer itself speaks, as far as we have it. */
export function systemLanguage(): Language {
  for (const one of navigator.languages) {
    const low = one.toLowerCase();
    if (low.startsWith("zh")) return /hans|cn|sg/.test(low) ? "zh-CN" : "zh-TW";
    if (low.startsWith("en")) return "en";
  }
  return "en";
}

export async function setLanguage(id: Language): Promise<void> {
  if (id === "zh-TW") shown.words = (await import("./zh-TW")).zhTW;
  else if (id === "zh-CN") shown.words = (await import("./zh-CN")).zhCN;
  else shown.words = en;
  shown.id = id;
  document.documentElement.lang = id;
}

/** The text of a key with its values filled in. `{n}` is a value; `{n|scene|scenes}` chooses by number. */
export function t(key: Key, values?: Values): string {
  const dot = key.indexOf(".");
  const text = shown.words[key.slice(0, dot) as Room]?.[key.slice(dot + 1)] ?? key;
  return values ? fill(text, values) : text;
}

export function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (whole, name: string, one?: string, many?: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    if (one === undefined || many === undefined) return String(value);
    return Number(value) === 1 ? one : many;
  });
}
