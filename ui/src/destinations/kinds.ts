/* Names and one-sentence explanations of the kinds of destinations, in the person's language; a kind this page does not know has
   those of the engine. */

import { t, type Key } from "../i18n";
import { app } from "../state/app.svelte";

function known(key: string): string | null {
  const whole = `destinations.${key}` as Key;
  const text = t(whole);
  return text === whole ? null : text;
}
const told = (kind: string) => app.kinds.destinations.find((one) => one.id === kind);

export const kindName = (kind: string): string => known(`kind_${kind}`) ?? told(kind)?.name ?? kind;
export const kindSentence = (kind: string): string => known(`kind_${kind}_is`) ?? told(kind)?.summary ?? "";
