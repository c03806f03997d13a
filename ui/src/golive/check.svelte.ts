// The check before the show: asked of the engine, asked again when something changes.
import { get } from "../api/client";
import type { Finding } from "../api/types";

export class Check {
  findings = $state.raw<Finding[]>([]);
  busy = $state(false);
  failed = $state(false);
  #round = 0;

  async run(): Promise<void> {
    const round = (this.#round += 1);
    this.busy = true;
    try {
      const found = await get<Finding[]>("/api/check");
      if (round !== this.#round) return; // a newer one is on its way
      this.findings = found;
      this.failed = false;
    } catch {
      if (round === this.#round) this.failed = true;
    }
    if (round === this.#round) this.busy = false;
  }
}
