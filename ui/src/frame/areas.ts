// F6 goes from area to area of the window, Shift F6 back: top bar, preview, transitions, programme, scenes, sources, mixer,
// side, Footlights. An area is an element with `data-area`; one that is not shown is passed over.

export const ORDER = ["dialog", "top", "preview", "transitions", "programme", "scenes", "sources", "mixer", "status", "properties", "simple", "footlights"] as const;

/** Which area comes next; areas that are not there are left out. */
export function nextArea(there: readonly string[], now: string | null, back: boolean): string | undefined {
  const list = ORDER.filter((one) => there.includes(one));
  const at = now === null ? (back ? 0 : -1) : list.indexOf(now as (typeof ORDER)[number]);
  return list[(at + (back ? -1 : 1) + list.length) % list.length];
}

export function goToArea(back = false): void {
  const areas = [...document.querySelectorAll<HTMLElement>("[data-area]")].filter((one) => one.offsetParent !== null && !one.closest("[inert]"));
  const now = document.activeElement?.closest<HTMLElement>("[data-area]")?.dataset["area"] ?? null;
  const next = nextArea(areas.map((one) => one.dataset["area"] ?? ""), now, back);
  enter(areas.find((one) => one.dataset["area"] === next));
}

/** Focuses the first thing of an area that can be used. */
export function enter(to: HTMLElement | null | undefined): void {
  const first = to?.querySelector<HTMLElement>('[data-enter],button:not([disabled]):not([tabindex="-1"]),[href],input:not([disabled]),select:not([disabled]),[tabindex="0"]');
  (first ?? to)?.focus({ preventScroll: true });
}
