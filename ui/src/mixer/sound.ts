// Which sources have a place in the mixer, and what their strip says. Pure.
import type { Kind, Source, SourceState } from "../api/types";
import type { IconName } from "../components/icons";

/** Whether a source of this kind can be heard at all; a kind the page does not know is given the benefit of the doubt. */
export function hasSound(source: Source, kind: Kind | undefined): boolean {
  if (kind?.audio === false) return false;
  if (kind?.audio === undefined && ["image", "text", "color", "screen", "camera"].includes(source.kind)) return false;
  // A film and a test pattern can be told to be silent.
  return source.settings["audio"] !== false && source.settings["sound"] !== "none";
}

export const isMicrophone = (source: Source): boolean => source.kind === "audio_input" && source.settings["capture"] !== "desktop";

/** The icon on its mute button: a microphone for microphones, else a loudspeaker. */
export function muteIcon(source: Source, muted: boolean): IconName {
  if (isMicrophone(source)) return muted ? "mic-off" : "mic";
  return muted ? "vol-off" : "vol";
}

export interface StripState {
  /** In the mix now: in the programme's scene and visible. */
  heard: boolean;
  /** Its file or device is not there. */
  gone: boolean;
}
export function stripState(state: SourceState | undefined): StripState {
  return { heard: state?.heard ?? false, gone: state?.state === "waiting" };
}

/** How far a loudness is from its goal, in words: 0 is within 1 LU. */
export function offGoal(lufs: number | null, goal: number): number {
  if (lufs === null) return 0;
  const off = lufs - goal;
  return Math.abs(off) <= 1 ? 0 : Math.round(off * 10) / 10;
}
export const GOALS = [-14, -16, -23, -24] as const;
