// What went to each destination over time, kept from the snapshots for the graphs (points.ts). It begins with the page; the report has the whole show.
import { untrack } from "svelte";
import type { DestinationState } from "../api/types";
import { app } from "../state/app.svelte";
import { addPoint, type Point } from "./points";

class History {
  #lists = new Map<string, Point[]>();
  #generation = -1;
  /** Counts up with each snapshot, so that graphs know there is more. */
  round = $state(0);

  note(destinations: readonly DestinationState[], generation: number, at = Date.now()): void {
    if (generation !== this.#generation) this.#lists.clear();
    this.#generation = generation;
    for (const one of destinations) {
      const list = this.#lists.get(one.id);
      if (!list && one.state === "idle") continue;
      const point = { at, kbps: one.bitrate_kbps, queued_ms: one.queued_ms, state: one.state };
      if (list) addPoint(list, point);
      else this.#lists.set(one.id, [point]);
    }
    this.round += 1;
  }
  /** The points of the last `ms`; all there are for Infinity. */
  of(id: string, ms: number): readonly Point[] {
    void this.round;
    const list = this.#lists.get(id) ?? [];
    const since = Date.now() - ms;
    const first = list.findIndex((one) => one.at >= since);
    return first < 0 ? [] : list.slice(Math.max(0, first - 1));
  }
}

export const history = new History();

$effect.root(() => {
  $effect(() => {
    const state = app.state;
    if (state) untrack(() => history.note(state.destinations, state.generation));
  });
});
