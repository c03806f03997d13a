// What the page makes of the engine's state before anything reads it. Pure.
import type { Snapshot } from "../api/types";

/** A destination that was stopped during a show says so while the show goes on; when the show is over it is as before it. */
export function rested(state: Snapshot): Snapshot {
  if (state.on_air || !state.destinations.some((one) => one.state === "stopped")) return state;
  return { ...state, destinations: state.destinations.map((one) => (one.state === "stopped" ? { ...one, state: "idle" as const } : one)) };
}
