// What a lamp says: the seven states of a destination in an icon, a colour class and words. One place, so that Footlights,
// Status and sheets never tell two stories.
import type { DestinationState, Lamp, RecordingState } from "../api/types";
import type { IconName } from "../components/icons";
import { rate, t } from "../i18n";

export interface LampLook {
  icon: IconName;
  /** Class of the lamp: red is live, amber needs you. */
  look: "" | "live" | "trouble" | "fail";
}

const LOOKS: Record<Lamp, LampLook> = {
  idle: { icon: "lamp-idle", look: "" },
  connecting: { icon: "lamp-connect", look: "" },
  live: { icon: "lamp-live", look: "live" },
  degraded: { icon: "lamp-slow", look: "trouble" },
  retrying: { icon: "lamp-retry", look: "trouble" },
  failed: { icon: "lamp-fail", look: "fail" },
  stopped: { icon: "lamp-idle", look: "" },
};

export const lampLook = (state: Lamp): LampLook => LOOKS[state] ?? LOOKS.idle;

/** From fine to bad, for choosing what is in front when there is no room. */
const WORSE: Record<Lamp, number> = { idle: 0, stopped: 0, connecting: 1, live: 2, degraded: 3, retrying: 4, failed: 5 };
export const worst = (list: readonly DestinationState[]): DestinationState | undefined =>
  [...list].sort((a, b) => WORSE[b.state] - WORSE[a.state])[0];

/** The state in words, with its figure. */
export function lampWords(one: DestinationState, enabled: boolean): string {
  switch (one.state) {
    case "idle":
      return enabled ? t("frame.ready") : t("frame.turnedOff");
    case "connecting":
      return t("frame.connecting");
    case "live":
      return `${t("frame.live")} · ${rate(one.bitrate_kbps)}`;
    case "degraded":
      return `${t("frame.slow")} · ${rate(one.bitrate_kbps)}`;
    case "retrying":
      return one.retry_in_s !== null && one.retry_in_s >= 0.5 ? t("frame.retryingIn", { s: Math.ceil(one.retry_in_s) }) : t("frame.retrying");
    case "failed":
      return t("frame.failed");
    case "stopped":
      return t("frame.stopped");
  }
}

export type Air = "off" | "starting" | "on" | "nobody";

/** How it stands with the public: who receives the show now. */
export function airOf(onAir: boolean, list: readonly DestinationState[]): { air: Air; receiving: number; started: number } {
  const started = list.filter((one) => ["connecting", "live", "degraded", "retrying"].includes(one.state)).length;
  const receiving = list.filter((one) => one.state === "live" || one.state === "degraded").length;
  if (!onAir) return { air: "off", receiving, started };
  if (receiving > 0) return { air: "on", receiving, started };
  return { air: list.some((one) => one.state === "connecting") ? "starting" : "nobody", receiving, started };
}

/** How long the disk lasts at the recording's rate, in minutes; null when not known yet. */
export function minutesLeft(recording: RecordingState, free: number | null): number | null {
  if (free === null || recording.duration_s < 5 || recording.bytes < 100_000) return null;
  return free / (recording.bytes / recording.duration_s) / 60;
}
export const LOW_MINUTES = 30;

export function roomLeft(minutes: number): string {
  return minutes >= 120 ? t("frame.hoursLeft", { n: Math.floor(minutes / 60) }) : t("frame.minutesLeft", { n: Math.floor(minutes) });
}
