// The one menu that is open: a context menu at the pointer or a list under a button. Menu.svelte shows it.
import type { IconName } from "../components/icons";

export interface MenuEntry {
  label: string;
  icon?: IconName;
  /** As shown: "Ctrl D". */
  key?: string;
  run?: () => void;
  disabled?: boolean;
  /** Shown with a check when set; undefined: nothing is checked. */
  checked?: boolean;
  /** A grey word behind the label. */
  note?: string;
  /** Opens beside it. */
  entries?: MenuItem[];
  /** Colours to choose from, shown as squares. */
  swatches?: { colors: readonly string[]; value: string; pick: (color: string) => void };
}
export type MenuItem = MenuEntry | "line";
export interface MenuPlace {
  left: number;
  top: number;
  /** The element it belongs to; gets the focus back. */
  anchor: HTMLElement | null;
  /** Grows upwards from `top`. */
  up: boolean;
}

class Menus {
  open = $state.raw<{ items: MenuItem[]; place: MenuPlace; label: string } | null>(null);

  /** Opens at a button (below it, above it near the bottom) or at the pointer of a mouse event. */
  show(at: HTMLElement | MouseEvent, items: MenuItem[], label = ""): void {
    this.open = { items, place: at instanceof HTMLElement ? besideOf(at) : atPointer(at), label };
  }
  close(refocus = true): void {
    const anchor = this.open?.place.anchor;
    this.open = null;
    if (refocus) anchor?.focus({ preventScroll: true });
  }
}

function besideOf(anchor: HTMLElement): MenuPlace {
  const box = anchor.getBoundingClientRect();
  const up = box.bottom > innerHeight * 0.66;
  return { left: box.left, top: up ? box.top - 4 : box.bottom + 4, anchor, up };
}
function atPointer(event: MouseEvent): MenuPlace {
  const anchor = event.currentTarget instanceof HTMLElement ? event.currentTarget : null;
  // The menu key gives no pointer: then it opens at the element.
  if (event.clientX === 0 && event.clientY === 0 && anchor) return besideOf(anchor);
  return { left: event.clientX, top: event.clientY, anchor, up: event.clientY > innerHeight * 0.66 };
}

export const menus = new Menus();
