// The points of a bitrate graph: half a second apart for 20 minutes, older ones ten seconds apart. Pure.
import type { Lamp } from "../api/types";

export interface Point {
  /** ms since 1970. */
  at: number;
  kbps: number;
  queued_ms: number;
  state: Lamp;
}
const APART_MS = 450;
const FINE_MS = 20 * 60_000;
const COARSE_MS = 10_000;

/** Adds a point and thins out what is old. Pure apart from the list it is given. */
export function addPoint(list: Point[], point: Point): void {
  const last = list.at(-1);
  if (last && point.at - last.at < APART_MS && last.state === point.state) return;
  list.push(point);
  // Every 200 points is often enough to look at the old ones.
  if (list.length % 200 !== 0) return;
  let kept = 0, at = -Infinity;
  for (const one of list) {
    if (point.at - one.at <= FINE_MS || one.at - at >= COARSE_MS) {
      list[kept++] = one;
      at = one.at;
    }
  }
  list.length = kept;
}
