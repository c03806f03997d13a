// How a meter moves: up at once, down 20 dB a second, the highest stays as a line for 1.5 s. Pure: time comes in as
// seconds, nothing here knows of the page.

export const FALL_DB_PER_S = 20;
export const HOLD_S = 1.5;
/** A peak from here on counts as over; it must fall below the second before it counts again. */
const OVER_DB = -0.1;
const OVER_AGAIN_DB = -1;
/** Quieter than this is silence. */
const SILENT_DB = -70;
const SILENCE = -120;

/** One bar. */
export class Bar {
  #db = SILENCE;
  #at = 0;
  #held = SILENCE;
  #heldAt = 0;

  /** A new peak. */
  push(db: number, now: number): void {
    const shown = this.level(now);
    this.#db = Math.max(db, shown);
    this.#at = now;
    if (db >= this.hold(now)) {
      this.#held = db;
      this.#heldAt = now;
    }
  }
  /** The length of the bar now. */
  level(now: number): number {
    return fallen(this.#db, now - this.#at);
  }
  /** Where the line stands now. */
  hold(now: number): number {
    return fallen(this.#held, now - this.#heldAt - HOLD_S);
  }
}

const fallen = (db: number, for_s: number): number => Math.max(SILENCE, db - Math.max(0, for_s) * FALL_DB_PER_S);

/** A meter with its bars and what is written beside it. */
export class Ballistics {
  readonly bars: readonly [Bar, Bar] = [new Bar(), new Bar()];
  /** The highest since it was reset. */
  highest = SILENCE;
  /** How often it was over. */
  overs = 0;
  #over = false;
  #heardAt: number | null = null;

  push(peaks: readonly [number, number], now: number): void {
    this.bars[0].push(peaks[0], now);
    this.bars[1].push(peaks[1], now);
    const top = Math.max(peaks[0], peaks[1]);
    this.highest = Math.max(this.highest, top);
    if (top >= OVER_DB && !this.#over) this.overs += 1;
    if (top >= OVER_DB) this.#over = true;
    else if (top < OVER_AGAIN_DB) this.#over = false;
    if (top > SILENT_DB || this.#heardAt === null) this.#heardAt = now;
  }
  /** Seconds without any sound. */
  silentFor(now: number): number {
    return this.#heardAt === null ? 0 : now - this.#heardAt;
  }
  /** A click on the figure. */
  reset(): void {
    this.highest = SILENCE;
    this.overs = 0;
  }
  /** For silence that is meant: muted, or not in this scene. */
  excuse(now: number): void {
    this.#heardAt = now;
  }
}
