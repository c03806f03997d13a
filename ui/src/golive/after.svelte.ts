// What follows by itself: after a show its report, on a fresh start the first steps. Called once by the window.
import { untrack } from "svelte";
import { t } from "../i18n";
import { app } from "../state/app.svelte";
import { dialogs } from "../state/dialogs.svelte";
import { prefs } from "../state/prefs.svelte";
import { toasts } from "../state/toasts.svelte";

/** A show shorter than this was a try: its report is offered, not opened. */
const TRY_S = 30;

export function watchShows(): void {
  let wasOnAir = false;
  let lasted = 0;
  let asked = false;
  $effect.root(() => {
    $effect(() => {
      const state = app.state;
      if (!state) return;
      untrack(() => {
        if (state.on_air) lasted = state.on_air_s ?? lasted;
        if (wasOnAir && !state.on_air) ended(lasted);
        wasOnAir = state.on_air;
      });
    });
    $effect(() => {
      if (asked || !app.project || !app.state) return;
      asked = true;
      const fresh = app.project.sources.length === 0 && app.project.destinations.length === 0 && !app.state.on_air;
      if (fresh) untrack(() => void firstSteps());
    });
  });
}

/** On a fresh start the first steps; known only once the person's own settings are here. */
async function firstSteps(): Promise<void> {
  await prefs.load();
  if (!prefs.get("firstrun.done", false) && !dialogs.current) dialogs.open("first-run");
}

function ended(lasted: number): void {
  if (lasted >= TRY_S && !dialogs.current) dialogs.open("report");
  else toasts.done(t("golive.reportReady"), { tag: "report", action: { label: t("golive.seeReport"), run: () => dialogs.open("report") } });
}
