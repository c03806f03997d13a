/* The commands of one drag: at most one request under way, the latest place wins, and all of them are one step to undo. */

import type { Command, ItemChanges, Result } from "../../api/types";
import type { Change } from "./change";

type Run = (command: Command) => Promise<Result | undefined>;

let count = 0;

/** A name for a gesture that no other has. */
export function gestureId(what: string): string {
  count += 1;
  return `${what}-${Date.now().toString(36)}-${count}`;
}

/** Sends the newest value whenever the one before has been answered. */
export class Latest<T> {
  private next: { value: T } | null = null;
  private running: Promise<void> | null = null;

  constructor(private deliver: (value: T) => Promise<unknown>) {}

  push(value: T): void {
    this.next = { value };
    this.running ??= this.pump();
  }

  /** Resolves when everything pushed so far has been answered. */
  async settled(): Promise<void> {
    while (this.running) await this.running;
  }

  private async pump(): Promise<void> {
    // The first value goes out after the event that made it has been dealt with.
    await Promise.resolve();
    while (this.next) {
      const { value } = this.next;
      this.next = null;
      try {
        await this.deliver(value);
      } catch {
        // Who delivers tells people; the next value may be fine.
      }
    }
    this.running = null;
  }
}

/** The stream of `set_items` of one drag. */
export function itemsStream(scene: string, run: Run): Latest<ReadonlyMap<string, Change>> {
  const gesture = gestureId("items");
  return new Latest((changes) => run({ command: "set_items", scene, changes: asChanges(changes), gesture }));
}

export function asChanges(changes: ReadonlyMap<string, Change>): { item: string; changes: ItemChanges }[] {
  return [...changes].map(([item, c]) => ({ item, changes: c as ItemChanges }));
}
