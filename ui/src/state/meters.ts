// Levels, 20 times a second, straight to whoever draws them: they never pass through component state.
import type { Meters } from "../api/types";
import { setMeters } from "./socket";

type Listener = (meters: Meters) => void;
const listeners = new Set<Listener>();

let asked = false;

/** Levels are only asked for while somebody listens and the page is to be seen. */
function changed(): void {
  const wanted = listeners.size > 0 && !document.hidden;
  if (wanted === asked) return;
  asked = wanted;
  setMeters(wanted);
}

/** Calls back with each set of levels. Returns what ends it. */
export function onMeters(listener: Listener): () => void {
  if (!listeners.size) document.addEventListener("visibilitychange", changed);
  listeners.add(listener);
  changed();
  return () => {
    if (!listeners.delete(listener)) return;
    if (!listeners.size) document.removeEventListener("visibilitychange", changed);
    changed();
  };
}

/** For the socket's reader. */
export function tellMeters(meters: Meters): void {
  for (const listener of listeners) listener(meters);
}
