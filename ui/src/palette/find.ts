// Finding a wish among what can be done: every word typed must be found; a beginning of a word counts more than its middle.
// Pure.

export interface Entry {
  id: string;
  text: string;
  /** More words it is found by. */
  also?: string;
}

/** How well a text answers; 0: not at all. */
export function score(text: string, wish: string): number {
  const low = text.toLowerCase();
  let sum = 0;
  for (const word of wish.toLowerCase().split(/\s+/).filter(Boolean)) {
    const at = low.indexOf(word);
    if (at < 0) {
      if (word.length < 3 || !inOrder(low, word)) return 0;
      sum += 1;
    } else sum += at === 0 ? 12 : /[\s"“「:(+]/.test(low[at - 1] ?? "") ? 8 : 4;
  }
  return sum + 1 / (1 + low.length);
}

/** The letters in this order, with gaps: "glv" finds "go live". */
function inOrder(text: string, letters: string): boolean {
  let at = -1;
  for (const letter of letters) {
    at = text.indexOf(letter, at + 1);
    if (at < 0) return false;
  }
  return true;
}

/** The best first. With nothing typed: those used lately, then the rest as they are. */
export function search<T extends Entry>(entries: readonly T[], wish: string, lately: readonly string[]): T[] {
  if (!wish.trim()) {
    const rank = (one: T): number => (lately.includes(one.id) ? lately.indexOf(one.id) : 1000);
    return [...entries].sort((a, b) => rank(a) - rank(b));
  }
  return entries
    .map((one) => ({ one, is: Math.max(score(one.text, wish) * 2, one.also ? score(one.also, wish) : 0) + (lately.includes(one.id) ? 0.5 : 0) }))
    .filter(({ is }) => is >= 0.6)
    .sort((a, b) => b.is - a.is)
    .map(({ one }) => one);
}
