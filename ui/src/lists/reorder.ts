// Moving one thing in a list. An index counts places in the list without the thing: what the engine's move commands take.

/** The place of an item dropped before the item that was at `before` (the length: after the last). */
export function dropIndex(from: number, before: number): number {
  return before > from ? before - 1 : before;
}

/** The list after the move. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const rest = list.filter((_, at) => at !== from);
  const it = list[from];
  if (it === undefined) return [...list];
  rest.splice(Math.max(0, Math.min(rest.length, to)), 0, it);
  return rest;
}

/** The same place in a list shown the other way round (sources: the top of the list is the last of the document). */
export const flipped = (index: number, length: number): number => length - 1 - index;
