// The time of day of something that happened so many seconds into the show. The start is worked out once per show, so that
// the times written do not wander.
import { untrack } from "svelte";
import { app } from "../state/app.svelte";

let start = $state<number | null>(null);
let generation = -2;

$effect.root(() => {
  $effect(() => {
    const state = app.state;
    if (!state || state.generation === generation) return;
    untrack(() => {
      generation = state.generation;
      start = Date.now() - state.elapsed_s * 1000;
    });
  });
});

export const when = (at_s: number): Date => new Date((start ?? Date.now()) + at_s * 1000);
