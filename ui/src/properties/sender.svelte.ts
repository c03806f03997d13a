/* Sends changes of items as they are made: one request under way, those of one movement one step to undo. What was set is shown
   until the document has it. */

import type { ItemChanges } from "../api/types";
import { gestureId, Latest } from "../monitor/editor/gesture";
import { app } from "../state/app.svelte";

type Changes = { item: string; changes: ItemChanges }[];

export class ItemSender {
  #gesture = { key: "", id: "" };
  #stream = new Latest<{ scene: string; changes: Changes; gesture: string }>((x) => app.run({ command: "set_items", ...x }));

  /** `key` names what is changed: the same key while `live` stays one step to undo. */
  send(key: string, changes: Changes, live: boolean): void {
    if (!changes.length) return;
    if (this.#gesture.key !== key) this.#gesture = { key, id: gestureId("place") };
    this.#stream.push({ scene: app.editSceneId, changes, gesture: this.#gesture.id });
    if (!live) this.#gesture = { key: "", id: "" };
  }
}
