// Where the docks of the Studio are: pure, so that every move can be tested. A layout is three places around the monitors,
// each a row or column of groups, each group a few docks as tabs. What is stored is read with suspicion (`readLayout`): an
// old or broken layout becomes a good one instead of an empty window.

export const DOCKS = ["scenes", "sources", "mixer", "status", "properties"] as const;
export type DockId = (typeof DOCKS)[number];
export const PLACES = ["left", "lower", "right"] as const;
export type Place = (typeof PLACES)[number];

export interface Group {
  docks: DockId[];
  active: DockId;
  /** Along its place, in design px; null: what suits its first dock. */
  size: number | null;
}
export interface Layout {
  places: Record<Place, Group[]>;
  /** Width of the side columns, height of the lower row, in design px; null: what suits. */
  sizes: Record<Place, number | null>;
  hidden: DockId[];
}
export type Target = { tabOf: DockId } | { place: Place; index: number };

const group = (...docks: DockId[]): Group => ({ docks, active: docks[0] as DockId, size: null });

export function defaultLayout(): Layout {
  return {
    places: { left: [], lower: [group("scenes"), group("sources"), group("mixer")], right: [group("status", "properties")] },
    sizes: { left: null, lower: null, right: null },
    hidden: [],
  };
}

function copy(layout: Layout): Layout {
  const groups = (list: Group[]): Group[] => list.map((one) => ({ ...one, docks: [...one.docks] }));
  const { left, lower, right } = layout.places;
  return { places: { left: groups(left), lower: groups(lower), right: groups(right) }, sizes: { ...layout.sizes }, hidden: [...layout.hidden] };
}

/** Where a dock is; undefined when it is hidden. */
export function find(layout: Layout, dock: DockId): { place: Place; index: number } | undefined {
  for (const place of PLACES) {
    const index = layout.places[place].findIndex((one) => one.docks.includes(dock));
    if (index >= 0) return { place, index };
  }
  return undefined;
}

/** Takes a dock out; an emptied group goes. */
function take(layout: Layout, dock: DockId): void {
  for (const place of PLACES) {
    for (const one of layout.places[place]) {
      one.docks = one.docks.filter((id) => id !== dock);
      if (one.active === dock && one.docks[0]) one.active = one.docks[0];
    }
    layout.places[place] = layout.places[place].filter((one) => one.docks.length > 0);
  }
  layout.hidden = layout.hidden.filter((id) => id !== dock);
}

/** Moves a dock beside others or as a tab into a group. An index counts the groups as they were before. */
export function moveDock(layout: Layout, dock: DockId, to: Target): Layout {
  if ("tabOf" in to && to.tabOf === dock) return layout;
  const next = copy(layout);
  const from = find(next, dock);
  const alone = from && next.places[from.place][from.index]?.docks.length === 1;
  take(next, dock);
  if ("tabOf" in to) {
    const at = find(next, to.tabOf);
    const into = at && next.places[at.place][at.index];
    if (!into) return layout;
    into.docks.push(dock);
    into.active = dock;
    return next;
  }
  const gone = alone && from.place === to.place && from.index < to.index ? 1 : 0;
  const list = next.places[to.place];
  list.splice(Math.max(0, Math.min(list.length, to.index - gone)), 0, group(dock));
  return next;
}

export function hideDock(layout: Layout, dock: DockId): Layout {
  const next = copy(layout);
  take(next, dock);
  next.hidden.push(dock);
  return next;
}

/** Shows a hidden dock where it is at first; brings one that is a tab to the front. */
export function showDock(layout: Layout, dock: DockId): Layout {
  const at = find(layout, dock);
  if (at) return activate(layout, dock);
  const home = find(defaultLayout(), dock);
  if (!home) return layout;
  const mates = defaultLayout().places[home.place][home.index]?.docks.filter((id) => id !== dock && find(layout, id)) ?? [];
  return moveDock(layout, dock, mates[0] ? { tabOf: mates[0] } : { place: home.place, index: home.index });
}

export function activate(layout: Layout, dock: DockId): Layout {
  const next = copy(layout);
  const at = find(next, dock);
  const into = at && next.places[at.place][at.index];
  if (into) into.active = dock;
  return next;
}

export function resizeGroup(layout: Layout, place: Place, index: number, size: number | null): Layout {
  const next = copy(layout);
  const one = next.places[place][index];
  if (one) one.size = size === null ? null : Math.round(Math.max(90, Math.min(2400, size)));
  return next;
}

export function resizePlace(layout: Layout, place: Place, size: number | null): Layout {
  const next = copy(layout);
  next.sizes[place] = size === null ? null : Math.round(Math.max(place === "lower" ? 120 : 180, Math.min(2400, size)));
  return next;
}

/** The size a group has before anybody changed it; null: what is left. */
export function suits(dock: DockId, place: Place, wide: boolean): number | null {
  if (place !== "lower") return dock === "mixer" ? 260 : null;
  if (dock === "scenes") return wide ? 456 : 262;
  if (dock === "sources") return wide ? 300 : 216;
  return dock === "mixer" ? null : 340;
}
export const suitsPlace = (place: Place, wide: boolean): number | null => (place === "lower" ? null : wide ? 340 : 272);

/** Which group of a place takes what is left: the first without a size of its own, else the last. */
export function stretchy(groups: Group[], place: Place, wide: boolean): number {
  const free = groups.findIndex((one) => (one.size ?? suits(one.docks[0] as DockId, place, wide)) === null);
  return free >= 0 ? free : groups.length - 1;
}

const isDock = (value: unknown): value is DockId => DOCKS.includes(value as DockId);
const isSize = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value) && value > 0 && value < 5000;

/** A layout out of whatever was stored. Docks that are nowhere are shown where they are at first. */
export function readLayout(stored: unknown): Layout {
  const from = stored as Partial<Layout> | null | undefined;
  if (!from || typeof from !== "object" || !from.places) return defaultLayout();
  const out: Layout = { places: { left: [], lower: [], right: [] }, sizes: { left: null, lower: null, right: null }, hidden: [] };
  const seen = new Set<DockId>();
  const fresh = (id: unknown): id is DockId => isDock(id) && !seen.has(id) && !!seen.add(id);
  for (const place of PLACES) {
    const groups: unknown = from.places[place];
    for (const one of Array.isArray(groups) ? (groups as Partial<Group>[]) : []) {
      const docks = Array.isArray(one?.docks) ? one.docks.filter(fresh) : [];
      const first = docks[0];
      if (!first) continue;
      out.places[place].push({ docks, active: docks.includes(one.active as DockId) ? (one.active as DockId) : first, size: isSize(one.size) ? one.size : null });
    }
    const size: unknown = from.sizes?.[place];
    out.sizes[place] = isSize(size) ? size : null;
  }
  out.hidden = Array.isArray(from.hidden) ? from.hidden.filter(fresh) : [];
  let whole = out;
  for (const id of DOCKS) if (!seen.has(id)) whole = showDock(whole, id);
  return whole;
}
