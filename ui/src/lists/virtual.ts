// Which rows of a long list are on screen. Rows have one height and may hold several columns, so that 200 scenes or 2,000
// items cost no more than the twenty that are seen.

export interface Window {
  /** First item to draw. */
  first: number;
  /** One past the last. */
  end: number;
  /** Where the first row lies, and how high the whole list is, in px. */
  top: number;
  height: number;
}

/** `over`: rows drawn beyond the edges, so that scrolling shows no gaps. */
export function visible(count: number, columns: number, row: number, scroll: number, view: number, over = 3): Window {
  const across = Math.max(1, columns);
  const rows = Math.ceil(count / across);
  if (row <= 0 || count === 0) return { first: 0, end: 0, top: 0, height: 0 };
  const from = Math.max(0, Math.min(rows - 1, Math.floor(scroll / row) - over));
  const to = Math.min(rows, Math.ceil((scroll + view) / row) + over);
  return { first: from * across, end: Math.min(count, Math.max(to, from + 1) * across), top: from * row, height: rows * row };
}

/** How far to scroll so that an item is whole on screen; the scroll it has when it already is. */
export function reveal(index: number, columns: number, row: number, scroll: number, view: number): number {
  const at = Math.floor(index / Math.max(1, columns)) * row;
  if (at < scroll) return at;
  return at + row > scroll + view ? at + row - view : scroll;
}
