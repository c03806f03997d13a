/* Names and one-sentence explanations of the kinds of sources, in the person's language; a kind this page does not know has
   those of the engine. */

import { t, type Key } from "../i18n";
import { app } from "../state/app.svelte";

function known(key: string): string | null {
  const whole = `add.${key}` as Key;
  const text = t(whole);
  return text === whole ? null : text;
}

export function kindName(kind: string): string {
  return known(`kind_${kind}`) ?? app.kind(kind)?.name ?? kind;
}

export function kindSentence(kind: string): string {
  return known(`kind_${kind}_is`) ?? app.kind(kind)?.summary ?? "";
}

/** Kinds in the order people look for them; others follow. */
const ORDER = ["camera", "screen", "image", "media", "text", "color", "audio_input", "replay", "test_pattern", "tone"];

export function orderOf(kind: string): number {
  const i = ORDER.indexOf(kind);
  return i < 0 ? ORDER.length : i;
}

