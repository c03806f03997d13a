// A destination under change: the draft, what is wrong with it, and saving it. Shared by the dialog and the details sheet.
import { app } from "../state/app.svelte";
import { draftFault, draftOf, editCommand, type Draft } from "./draft";
import { serviceOf } from "./offered.svelte";
import { isGoing } from "./words";

class Editor {
  #id: () => string;
  draft = $state<Draft | null>(null);
  tell = $state(false);
  readonly saved = $derived.by(() => app.project?.destinations.find((one) => one.id === this.#id()));
  readonly service = $derived(this.saved ? serviceOf(this.saved) : undefined);
  readonly keySet: boolean = $derived.by(() => {
    const at = app.project?.destinations.findIndex((one) => one.id === this.#id()) ?? -1;
    return app.secrets.includes(`/destinations/${at}/settings/key`);
  });
  readonly fault = $derived(this.draft ? draftFault(this.draft, this.keySet, this.saved?.settings) : null);
  readonly changed = $derived(this.draft && this.saved ? editCommand(this.draft, this.saved) : null);
  /** Saving what was changed would break a connection that stands. */
  readonly reconnects: boolean = $derived.by(() => {
    const state = app.state?.destinations.find((one) => one.id === this.#id());
    const change = this.changed;
    return !!state && isGoing(state) && change?.command === "set_destination" && (!!change.settings || change.encoder !== undefined);
  });

  constructor(id: () => string) {
    this.#id = id;
    this.draft = this.saved ? draftOf(this.saved) : null;
  }
  reset(): void {
    this.draft = this.saved ? draftOf(this.saved) : null;
    this.tell = false;
  }
  /** Whether it is saved now. */
  async save(): Promise<boolean> {
    this.tell = true;
    if (this.fault) return false;
    if (this.changed && !(await app.run(this.changed))) return false;
    this.tell = false;
    return true;
  }
}

export const editor = (id: () => string): Editor => new Editor(id);
