/* The cameras, microphones and screens of the computer, asked for once and again on demand. */

import { get } from "../api/client";
import type { Devices, DeviceUse } from "../api/types";

class Found {
  all = $state.raw<(Devices & { problems?: string[] }) | null>(null);
  looking = $state(false);
  #asked = 0;

  /** Asks when it was long ago. Devices come and go, but asking takes a moment. */
  look(again = false): void {
    const now = Date.now();
    if (this.looking || (!again && now - this.#asked < 10_000)) return;
    this.#asked = now;
    this.looking = true;
    get<Devices & { problems?: string[] }>("/api/devices")
      .then((d) => (this.all = d))
      .catch(() => (this.all ??= { cameras: [], microphones: [], screens: [] }))
      .finally(() => (this.looking = false));
  }

  /** Why something could not be looked for, in sentences of the engine. */
  get problems(): string[] {
    return this.all?.problems ?? [];
  }

  /** Those a kind of source can use. */
  of(kind: string): (DeviceUse & { id: string; name: string })[] {
    const d = this.all;
    return d ? [...d.cameras, ...d.microphones, ...d.screens].filter((x) => x.kind === kind) : [];
  }
}

export const devices = new Found();
