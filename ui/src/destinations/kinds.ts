// Names and one-sentence explanations of the kinds of destinations, in the person's language; a kind this page does not know
// has those of the engine.
import type { Kind } from "../api/types";
import type { IconName } from "../components/icons";
import { t, type Key } from "../i18n";

/** Kinds that take the show's sound and no picture. */
export const takesSoundOnly = (kind: string): boolean => kind === "icecast";

/** The icon of a kind of destination. */
export const kindIcon = (kind: string): IconName => icons[kind] ?? "out";
const icons: { [kind: string]: IconName } = { whip: "bolt", icecast: "tone", srt: "signal", rist: "radio", hls_push: "web", local: "screen", custom: "link" };

function known(key: string): string | null {
  const whole = `destinations.${key}` as Key;
  const text = t(whole);
  return text === whole ? null : text;
}

export const kindName = (kind: Pick<Kind, "id" | "name">): string => known(`kind_${kind.id}`) ?? kind.name;
export const kindSentence = (kind: Pick<Kind, "id" | "summary">): string => known(`kind_${kind.id}_is`) ?? kind.summary;
