// What is known of the upload. There is no server to measure it with before a show, so nothing is guessed: what all places
// together need is a sum, and what the connection has carried without trouble during a show is remembered for the next one.
import type { DestinationState } from "../api/types";
import { rate, t } from "../i18n";
import { prefs } from "../state/prefs.svelte";
import { NO_PROOF, prove } from "./proof";

const KEPT = "upload.proven_kbps";

let proof = NO_PROOF;
/** Looks at the state of a show as it comes. */
export function watchUpload(destinations: readonly DestinationState[], elapsed_s: number): void {
  const next = prove(proof, destinations, elapsed_s);
  proof = next.proof;
  if (next.proven && next.proven > prefs.get(KEPT, 0)) prefs.set(KEPT, Math.round(next.proven));
}

/** What is needed and what is known, in words. */
export function uploadWords(needed_kbps: number): string {
  const proven = prefs.get(KEPT, 0);
  return proven ? t("golive.uploadProven", { rate: rate(needed_kbps), proven: rate(proven) }) : t("golive.upload", { rate: rate(needed_kbps) });
}
