// The words on screen, in the language the person chose. English is the type of the others; a catalogue is fetched when its
// language is chosen, so that nobody loads words they do not read.
import type { en } from "./en";

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

type Sentences = { readonly [key: string]: string };
type Shape = { [R in Room]: Sentences };
/** `engine`: the sentences of the engine as it says them, where they are said in another language here (said.ts). */
interface Loaded { words: Shape; engine: Sentences }
// Catalogues never change: only which one is shown does.
let shown = $state.raw<Loaded & { id: Language }>({ id: "en", words: {} as Shape, engine: {} });

const engine = async (): Promise<Sentences> => (await import("./en/said")).said;
const catalogues: Record<Language, () => Promise<Loaded>> = {
  en: async () => ({ words: (await import("./en")).en, engine: {} }),
  "zh-TW": async () => ({ words: (await import("./zh-TW")).zhTW, engine: await engine() }),
  "zh-CN": async () => ({ words: (await import("./zh-CN")).zhCN, engine: await engine() }),
};

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

let wished: Language | undefined;
/** Shows another language; the last one asked for wins. */
export async function setLanguage(id: Language): Promise<void> {
  wished = id;
  const loaded = await catalogues[id]();
  if (wished !== id) return;
  if (shown.id !== id || shown.words !== loaded.words) shown = { id, ...loaded };
  document.documentElement.lang = id;
}

/** The engine's own sentences by key; empty in English, which needs no translating. */
export const engineSentences = (): Sentences => shown.engine;

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
