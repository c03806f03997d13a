// The three sentences of trouble: what happened, what is not affected, what to do next. Pure.
import type { DestinationState, RecordingState } from "../api/types";
import { language, said as inWords, t } from "../i18n";

/** "YouTube, Twitch and the recording", in the language of the page. */
export function listed(names: readonly string[]): string {
  return new Intl.ListFormat(language(), { type: "conjunction" }).format(names);
}
export const isTrouble = (one: DestinationState): boolean => one.state === "retrying" || one.state === "failed" || one.state === "degraded";
export const isGoing = (one: DestinationState): boolean => ["connecting", "live", "degraded", "retrying"].includes(one.state);

/** A sentence of the engine as one of ours: capital letter, full stop. */
export function sentence(text: string): string {
  const trimmed = inWords(text.trim());
  if (!trimmed) return "";
  // An address begins as it is written.
  const first = /^[a-z]+:\/\//.test(trimmed) ? trimmed : trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?。！？]$/.test(first) ? first : `${first}${/[\u3400-\u9fff]/.test(first) ? "。" : "."}`;
}

/** What happened. */
export function happened(one: DestinationState, enabled: boolean): string {
  const name = one.name || one.id;
  switch (one.state) {
    case "idle":
      return t(enabled ? "destinations.fineIdle" : "destinations.fineOff", { name });
    case "connecting":
      // A destination that is called has a reason to be connecting still, and it is no trouble.
      return t(one.reason?.startsWith("waiting for somebody") ? "destinations.waitingFor" : "destinations.connectingTo", { name });
    case "live":
      return t("destinations.fine", { name });
    case "stopped":
      return t("destinations.stoppedText", { name });
    case "degraded":
      return one.reason ? sentence(one.reason) : t("destinations.slowText", { name });
    case "retrying":
    case "failed": {
      const said = one.reason ?? one.last_error;
      return said ? sentence(said) : t("destinations.unknownTrouble", { name });
    }
  }
}

/** Who carries on while this one is in trouble. */
export function unaffected(one: DestinationState, all: readonly DestinationState[], recording: RecordingState | null): string {
  const names = all.filter((each) => each.id !== one.id && each.state === "live").map((each) => each.name || each.id);
  if (recording) names.push(t("destinations.recordingToo"));
  if (!names.length) return t("destinations.nothingElse");
  return sentence(t("destinations.carryOn", { names: listed(names), n: names.length }));
}

/** Whether the server did not like who we are: then a new key helps. */
export const isAboutKey = (one: DestinationState): boolean =>
  one.state === "failed" && /\bkey\b|refus|denied|unauthor|not allowed|auth|金鑰|密钥/i.test(`${one.reason ?? ""} ${one.last_error ?? ""}`);

/** What comes next, or what a person can do. */
export function nextStep(one: DestinationState): string {
  if (one.state === "degraded") return t("destinations.slowNext");
  if (one.state === "failed") return isAboutKey(one) ? t("destinations.failedKeyNext", { name: one.name || one.id }) : t("destinations.failedNext");
  if (one.state !== "retrying") return "";
  return one.retry_in_s !== null && one.retry_in_s >= 0.5 ? t("destinations.retryNext", { s: Math.ceil(one.retry_in_s) }) : t("destinations.retryingNext");
}
