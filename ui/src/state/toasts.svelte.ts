// Short messages at the bottom left, above the Footlights, at most three. Never for what a lamp already shows.
import type { IconName } from "../components/icons";

export interface Toast {
  id: number;
  /** needs: stays until dealt with. done: 5 s. undo: 8 s. */
  kind: "needs" | "done" | "undo";
  title: string;
  text?: string;
  icon?: IconName;
  action?: { label: string; run: () => void };
  /** Two with the same tag do not stand beside each other: the newer replaces the older. */
  tag?: string;
}

const STAY_MS = { needs: 0, done: 5000, undo: 8000 };
let next = 1;

class Toasts {
  list = $state<Toast[]>([]);

  show(toast: Omit<Toast, "id">): number {
    const id = next++;
    const rest = this.list.filter((one) => !toast.tag || one.tag !== toast.tag);
    this.list = [...rest, { ...toast, id }].slice(-3);
    const stay = STAY_MS[toast.kind];
    if (stay) setTimeout(() => this.close(id), stay);
    return id;
  }
  close(id: number): void {
    this.list = this.list.filter((one) => one.id !== id);
  }
  needs(title: string, more: Partial<Omit<Toast, "id" | "kind" | "title">> = {}): number {
    return this.show({ kind: "needs", title, ...more });
  }
  done(title: string, more: Partial<Omit<Toast, "id" | "kind" | "title">> = {}): number {
    return this.show({ kind: "done", title, ...more });
  }
}

export const toasts = new Toasts();
