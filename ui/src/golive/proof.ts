// What a show proves about the upload: the rate that went out for a while without trouble anywhere. Pure.
import type { DestinationState } from "../api/types";

/** So long all must go well until the rate counts. */
const PROOF_S = 30;

export interface Proof {
  /** When it began to go well; none while it does not. */
  since: number | null;
  /** The least since then, kbit/s. */
  least: number;
}
export const NO_PROOF: Proof = { since: null, least: 0 };

/** Goes on with a proof. `proven` is there when it has lasted long enough. Pure. */
export function prove(before: Proof, destinations: readonly DestinationState[], now_s: number): { proof: Proof; proven?: number } {
  const sent = destinations.filter((one) => one.kind !== "local" && one.state !== "idle" && one.state !== "stopped");
  const kbps = sent.reduce((sum, one) => sum + one.bitrate_kbps, 0);
  if (!sent.length || sent.some((one) => one.state !== "live") || kbps <= 0) return { proof: NO_PROOF };
  if (before.since === null) return { proof: { since: now_s, least: kbps } };
  const proof = { since: before.since, least: Math.min(before.least, kbps) };
  return now_s - proof.since >= PROOF_S ? { proof: { since: now_s, least: kbps }, proven: proof.least } : { proof };
}
