// What the person chose for this window: look, keys, layouts, and what each room keeps. Stored by the engine for the user,
// with a copy in this browser so that the first picture is already right.
import { get, put } from "../api/client";

const COPY = "footlight.preferences";
const WAIT_MS = 600;
type Stored = { [key: string]: unknown };

function readCopy(): Stored {
  try {
    return JSON.parse(localStorage.getItem(COPY) ?? "{}") as Stored;
  } catch {
    return {};
  }
}

class Preferences {
  #all = $state.raw<Stored>(readCopy());
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Keys changed here before the engine's copy arrived: they win. */
  #touched = new Set<string>();

  /** A value of this window, for example `prefs.get("mixer.hidden", [])`. Reactive. */
  get<T>(key: string, otherwise: T): T {
    const value = this.#all[key];
    return value === undefined ? otherwise : (value as T);
  }
  set(key: string, value: unknown): void {
    this.#all = { ...this.#all, [key]: value };
    this.#touched.add(key);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#store(), WAIT_MS);
    this.#copy();
  }
  /** Fetches what the engine keeps. */
  async load(): Promise<void> {
    try {
      const kept = await get<Stored>("/api/preferences");
      const mine = Object.fromEntries([...this.#touched].map((key) => [key, this.#all[key]]));
      this.#all = { ...kept, ...mine };
      this.#copy();
    } catch {
      /* the copy serves until the engine answers */
    }
  }
  async #store(): Promise<void> {
    try {
      await put("/api/preferences", this.#all);
    } catch {
      this.#timer = setTimeout(() => void this.#store(), 5000); // the engine is away: later
    }
  }
  #copy(): void {
    try {
      localStorage.setItem(COPY, JSON.stringify(this.#all));
    } catch {
      /* storage may be off or full; the engine's copy is the real one */
    }
  }
}

export const prefs = new Preferences();
