// Sends a value that changes quickly (a fader under the hand) without flooding the engine: one request at a time, the
// newest value next. Changes that belong together carry one gesture id, so that undo takes them back in one step.

const PAUSE_MS = 900;
let count = 0;

/** A name that no other gesture of this window has. */
export const gestureId = (what: string): string => `${what}-${Date.now().toString(36)}-${(count += 1)}`;

export class Sender<T> {
  #send: (value: T, gesture: string) => Promise<unknown>;
  #what: string;
  #busy = false;
  #next: { value: T; gesture: string } | null = null;
  #gesture = "";
  #usedAt = 0;

  constructor(what: string, send: (value: T, gesture: string) => Promise<unknown>) {
    this.#what = what;
    this.#send = send;
  }
  /** Begins a gesture: a press, a drag. */
  begin(): void {
    this.#gesture = gestureId(this.#what);
    this.#usedAt = performance.now();
  }
  /** Wheel and keys have no beginning: what follows within a second belongs together. */
  carryOn(): void {
    if (!this.#gesture || performance.now() - this.#usedAt > PAUSE_MS) this.begin();
  }
  push(value: T): void {
    if (!this.#gesture) this.begin();
    this.#usedAt = performance.now();
    this.#next = { value, gesture: this.#gesture };
    void this.#go();
  }
  /** Whether everything has arrived. */
  get idle(): boolean {
    return !this.#busy && !this.#next;
  }

  async #go(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.#next) {
        const { value, gesture } = this.#next;
        this.#next = null;
        await this.#send(value, gesture);
      }
    } finally {
      this.#busy = false;
    }
  }
}
