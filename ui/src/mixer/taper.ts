// Where a level stands on a fader and on a meter. Pure: positions are 0 (bottom) to 1 (top), levels are dB.

/** Below this a fader is shut: the engine's "not heard". */
export const SHUT_DB = -100;
/** How far a fader reaches as a rule. Louder is possible in the document (up to 26 dB); such a fader reaches that far. */
export const USUAL_TOP_DB = 12;
export const HIGHEST_DB = 26;

type Point = readonly [position: number, db: number];

/** The usual audio taper: 0 dB at 72 % of the way, a few dB around it take the most room. */
const USUAL: readonly Point[] = [
  [0, SHUT_DB], [0.03, -60], [0.14, -40], [0.24, -30], [0.38, -20], [0.55, -10], [0.72, 0], [0.86, 6], [1, 12],
];
/** The same for a level above 12 dB: everything moves down a little to make room. */
const LONG: readonly Point[] = [
  [0, SHUT_DB], [0.03, -60], [0.12, -40], [0.2, -30], [0.32, -20], [0.46, -10], [0.6, 0], [0.82, 12], [1, HIGHEST_DB],
];

const points = (top: number): readonly Point[] => (top > USUAL_TOP_DB ? LONG : USUAL);

/** The top of a fader that has to show `db`. */
export const topFor = (db: number): number => (db > USUAL_TOP_DB ? HIGHEST_DB : USUAL_TOP_DB);

/** Where `db` stands on a fader that ends at `top`. */
export function toPosition(db: number, top: number = USUAL_TOP_DB): number {
  return along(points(top), db, 1, 0);
}
/** The level of a position, in tenths of a dB. */
export function toDb(position: number, top: number = USUAL_TOP_DB): number {
  return Math.round(along(points(top), position, 0, 1) * 10) / 10;
}

/** Reads a piecewise line: finds `value` in column `from`, gives column `to`. */
function along(line: readonly Point[], value: number, from: 0 | 1, to: 0 | 1): number {
  let low = line[0];
  if (!low || value <= low[from]) return low ? low[to] : 0;
  for (const high of line) {
    if (value <= high[from] && high !== low) {
      const share = (value - low[from]) / (high[from] - low[from]);
      return low[to] + share * (high[to] - low[to]);
    }
    low = high;
  }
  return low[to];
}

/** A step on a fader, kept inside what the engine takes. A shut fader opens at −60 dB. */
export function stepped(db: number, by: number): number {
  const start = db <= SHUT_DB ? -60 - Math.max(0, by) : db;
  const next = Math.round((start + by) * 10) / 10;
  if (next < -60 && by < 0) return SHUT_DB;
  return Math.min(HIGHEST_DB, Math.max(SHUT_DB, next));
}

/** What a person typed: "-6", "−6 dB", "+3,5", "-inf", "∞". Undefined when it is no level. */
export function readDb(text: string): number | undefined {
  const plain = text.trim().toLowerCase().replace(/[−–—]/g, "-").replace(",", ".").replace(/\s*db$/, "");
  if (/^-?(∞|inf|infinity|off)$/.test(plain)) return SHUT_DB;
  if (!/^[+-]?\d+(\.\d*)?$/.test(plain)) return undefined;
  const value = Number(plain);
  return Math.min(HIGHEST_DB, Math.max(SHUT_DB, Math.round(value * 10) / 10));
}

/** The figures beside a meter, dBFS. */
export const SCALE = [0, -3, -9, -18, -24, -36, -60] as const;
/** Where speech belongs. */
export const SPEECH = { from: -18, to: -9 } as const;
/** The lowest level a meter shows. */
export const FLOOR_DB = -60;

/** Where a level stands on a meter: the top 24 dB take two thirds of it. */
export function onMeter(db: number): number {
  if (db <= FLOOR_DB) return 0;
  if (db >= 0) return 1;
  return db < -24 ? ((db - FLOOR_DB) / 36) * 0.34 : 0.34 + ((db + 24) / 24) * 0.66;
}
