// The engine speaks English; its sentences are known by their wording and said in the language of the page. One that is not
// known stays as it is: better read in English than not at all. The API has codes for the errors of commands only, and those
// say less than the sentence does.
import { engineSentences, fill, language, t } from "./language.svelte";
import type { Key } from "./language.svelte";

interface Pattern {
  key: Key;
  known: RegExp;
  blanks: string[];
}

/** A sentence with blanks as an expression: each blank takes as little as it can, so that the sentence around it decides. */
export function patternOf(key: string, text: string): Pattern {
  const blanks: string[] = [];
  const source = text.split(/(\{\w+\})/).map((part) => {
    const blank = /^\{(\w+)\}$/.exec(part)?.[1];
    if (!blank) return part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    blanks.push(blank);
    return blank === "rest" || blank === "why" ? "(.+)" : blank === "name" ? "(.{1,200}?)" : "(.+?)";
  });
  // A sentence may come with or without its full stop.
  return { key: `said.${key}` as Key, known: new RegExp(`^${source.join("").replace(/\\\.$/, "")}\\.?$`, "s"), blanks };
}

let patterns: Pattern[] | null = null;
const known = new Map<string, string>();
let knownIn = "";

/** A sentence of the engine in the language of the page. */
export function said(text: string): string {
  if (language() === "en" || !text) return text;
  if (knownIn !== language()) {
    known.clear();
    knownIn = language();
  }
  const before = known.get(text);
  if (before !== undefined) return before;
  if (known.size > 2000) known.clear();
  const words = translate(text, 0);
  known.set(text, words);
  return words;
}

/** Part of a sentence, or two of them joined by "and". */
function both(text: string, depth: number): string {
  const whole = translate(text, depth);
  const parts = text.split(" and ");
  if (whole !== text || parts.length < 2) return whole;
  const words = parts.map((part) => translate(part, depth));
  return words.some((part, at) => part === parts[at]) ? text : words.join(t("said.joinAnd"));
}

/** "a, b and c": names, some of which are ours. */
const listed = (text: string, depth: number): string =>
  text.split(/, | and /).map((name) => (name === engineSentences()["theRecording"] ? translate(name, depth + 1) : name)).join(t("said.joinNames"));

function translate(text: string, depth: number): string {
  if (depth > 3 || text.length > 4000) return text;
  patterns ??= Object.entries(engineSentences()).map(([key, words]) => patternOf(key, words));
  for (const { key, known: shape, blanks } of patterns) {
    const found = shape.exec(text);
    if (!found) continue;
    // "Slides: has ended" is said of Slides, not of "Slides:".
    if (found[1]?.endsWith(":")) continue;
    const values = Object.fromEntries(blanks.map((blank, at) => {
      const value = found[at + 1] ?? "";
      if (blank === "device") return [blank, translate(value, depth + 1)];
      if (blank === "names") return [blank, listed(value, depth)];
      return [blank, blank === "rest" || blank === "why" ? both(value.replace(/\.$/, ""), depth + 1) : value];
    }));
    // "name: anything" says nothing when the rest is not known either.
    if (values["rest"] !== undefined && values["rest"] === found.at(-1)?.replace(/\.$/, "")) continue;
    return fill(t(key), values);
  }
  return text;
}
