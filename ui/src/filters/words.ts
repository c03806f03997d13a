/* Names and one-sentence explanations of the kinds of filters, in the person's language; a kind this page does not know has those
   of the engine. And whose filters a command means. */

import type { Filter, Kind } from "../api/types";
import { t, type Key } from "../i18n";
import { app } from "../state/app.svelte";

/** What filters are on: the fields of a command that name it. */
export type Owner = { source: string } | { scene: string } | { scene: string; item: string };

function known(key: string): string | null {
  const whole = `filters.${key}` as Key;
  const text = t(whole);
  return text === whole ? null : text;
}

export function filterKind(kind: string): Kind | undefined {
  return app.kinds.filters?.find((one) => one.id === kind);
}

export function filterKindName(kind: string): string {
  return known(`kind_${kind}`) ?? filterKind(kind)?.name ?? kind;
}

export function filterKindSentence(kind: string): string {
  return known(`kind_${kind}_is`) ?? filterKind(kind)?.summary ?? "";
}

/** The kinds that can be put on something. */
export function filterChoices(owner: Owner): Kind[] {
  return (app.kinds.filters ?? []).filter((k) => "source" in owner || !k.sources_only);
}

export function filterName(filter: Filter): string {
  return filter.name || filterKindName(filter.kind);
}
