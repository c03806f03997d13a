// Transitions as people choose them: a cut and a fade are always there, the project's own come after them.
import type { QuickTransition } from "../api/types";
import { t, type Key } from "../i18n";
import { app } from "../state/app.svelte";
import { dialogs } from "../state/dialogs.svelte";

export interface Choice {
  id: string;
  name: string;
}

const PLAIN = ["fade", "cut"] as const;

/** All there are to choose from. */
export function choices(): Choice[] {
  const own = app.project?.transitions ?? [];
  const plain = PLAIN.filter((id) => !own.some((one) => one.id === id)).map((id) => ({ id: id as string, name: t(`frame.${id}`) }));
  return [...plain, ...own.map((one) => ({ id: one.id ?? "", name: one.name || (one.id ?? "") }))];
}

export function nameOf(id: string): string {
  return choices().find((one) => one.id === id)?.name ?? id;
}

/** The name of a kind in the person's language. */
export function kindName(kind: string): string {
  const key = `frame.transition_${kind}` as Key;
  const text = t(key);
  return text === key ? (app.kinds.transitions.find((one) => one.id === kind)?.name ?? kind) : text;
}

export function kindsToAdd(): { kind: string; label: string }[] {
  return app.kinds.transitions.map((one) => ({ kind: one.id, label: kindName(one.id) }));
}

/** Adds one, chooses it, and opens its settings. */
export async function addTransition(kind: string): Promise<void> {
  const made = await app.run({ command: "add_transition", kind, name: kindName(kind) });
  const id = made?.transition;
  if (typeof id !== "string") return;
  await app.run({ command: "set_transition", transition: id });
  dialogs.open("transition", { id });
}

/** What stands on the button of a transition at hand. */
export function quickName(one: QuickTransition): string {
  return one.name || nameOf(one.transition ?? "");
}

/** Takes the preview by the nth transition at hand, from 1. */
export function takeQuick(n: number): void {
  const one = app.project?.quick_transitions?.[n - 1];
  if (one) void app.run({ command: "take", transition: one.transition ?? "fade", ...(typeof one.duration_ms === "number" ? { duration_ms: one.duration_ms } : {}) });
}

/** Puts the chosen transition at hand, as long as it is chosen now, and opens what can be set of it. */
export async function addQuick(transition: string): Promise<void> {
  const made = await app.run({ command: "add_quick_transition", transition });
  if (typeof made?.quick === "string") dialogs.open("quick-transition", { id: made.quick });
}

/** Whether taking the preview changes the programme: another scene, or the same one with edits. */
export function takes(): boolean {
  return app.preview !== app.program || (app.state?.desk.edited ?? false);
}
