// Carries out a plan with ordinary commands: sources, scenes, items. What the engine refuses is told; the rest is built.
import type { Command, Result } from "../api/types";
import { app } from "../state/app.svelte";
import type { Plan } from "./plan";

type Run = (command: Command) => Promise<Result | undefined>;

/** Builds the scenes and puts the first into the programme. A scene that is there and empty is used for the first. */
export async function build(plan: Plan, run: Run = (command) => app.run(command)): Promise<void> {
  const ids = new Map<string, string>();
  for (const [name, source] of Object.entries(plan.sources)) {
    const made = await run({ command: "add_source", ...source });
    if (made?.source) ids.set(name, made.source);
  }
  const unused = app.project?.scenes.filter((one) => one.items.length === 0) ?? [];
  let first = "";
  for (const [at, scene] of plan.scenes.entries()) {
    const old = at === 0 ? unused[0] : undefined;
    if (old) await run({ command: "set_scene_properties", scene: old.id, name: scene.name });
    const id = old?.id ?? (await run({ command: "add_scene", name: scene.name }))?.scene;
    if (!id) continue;
    first ||= id;
    const commands: Command[] = scene.items.map((one) => ({ command: "add_item", scene: id, source: ids.get(one.source) ?? one.source, item: one.item }));
    if (commands.length) await run({ command: "batch", label: scene.name, commands });
  }
  if (first) await run({ command: "set_scene", scene: first });
}
