// The mixer's own choices, shared by the mixer and the head of its dock.
import { app } from "../state/app.svelte";
import { prefs } from "../state/prefs.svelte";
import type { Source } from "../api/types";
import { hasSound } from "./sound";

class Options {
  /** Counts up when all peaks are forgotten. */
  round = $state(0);
  readonly form: "auto" | "strips" | "rows" = $derived(prefs.get("mixer.form", "auto"));
  /** What is done with sources that are not in this scene. */
  readonly others: "dim" | "hide" = $derived(prefs.get("mixer.others", "dim"));
  readonly all: Source[] = $derived((app.project?.sources ?? []).filter((one) => hasSound(one, app.kind(one.kind))));
  readonly shown: Source[] = $derived(this.others === "hide" ? this.all.filter((one) => app.stateById.get(one.id)?.heard ?? true) : this.all);
}
export const options = new Options();
