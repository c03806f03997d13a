// Levels, 20 times a second, straight to whoever draws them: they never pass through component state.
import type { Meters } from "../api/types";
import { setMeters } from "./socket";

type Listener = (meters: Meters) => void;
const listeners = new Set<Listener>();

/** Calls back with each set of levels. Returns what ends it. Levels are only asked for while somebody listens. */
export function onMeters(listener: Listener): () => void {
  listeners.add(listener);
  if (listeners.size === 1) setMeters(true);
  return () => {
    if (listeners.delete(listener) && listeners.size === 0) setMeters(false);
  };
}

/** For the socket's reader. */
export function tellMeters(meters: Meters): void {
  for (const listener of listeners) listener(meters);
}
