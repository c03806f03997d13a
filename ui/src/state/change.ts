// Carries out what changed in the document: only what lies on the way to a change is made anew, all else stays the very same
// object, so that nothing is drawn again that did not change. Pure.
import type { Change } from "../api/types";

type Step = string | number;

/** The document after the changes; the one given stays as it is. Undefined when they do not fit it. */
export function changed<T>(document: T, changes: readonly Change[]): T | undefined {
  try {
    // What was copied once need not be copied for the next change.
    const mine = new Set<object>();
    return changes.reduce<unknown>((value, change) => at(value, change.at, 0, change, mine), document) as T;
  } catch {
    return undefined;
  }
}

function own(value: unknown, mine: Set<object>): Record<Step, unknown> {
  if (typeof value !== "object" || value === null) throw new Error("nothing is there");
  if (mine.has(value)) return value as Record<Step, unknown>;
  const copy = Array.isArray(value) ? [...(value as unknown[])] : { ...value };
  mine.add(copy);
  return copy as Record<Step, unknown>;
}

function at(value: unknown, way: readonly Step[], depth: number, change: Change, mine: Set<object>): unknown {
  const step = way[depth];
  if (step === undefined) {
    if (change.do === "set") return change.value;
    const list = own(value, mine);
    if (change.do !== "splice" || !Array.isArray(list)) throw new Error("not a list");
    list.splice(change.from, change.out, ...(change.put as unknown[]));
    return list;
  }
  const copy = own(value, mine);
  if (change.do === "remove" && depth === way.length - 1) delete copy[step];
  else if (change.do === "set" && depth === way.length - 1) copy[step] = change.value;
  else copy[step] = at(copy[step], way, depth + 1, change, mine);
  return copy;
}
