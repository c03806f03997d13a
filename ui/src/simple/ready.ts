// What is done and what is left before a show. Pure.
import type { Project, Snapshot } from "../api/types";

export interface Ready {
  picture: boolean;
  sound: boolean;
  where: boolean;
  name: boolean;
}
/** A project that nobody named yet. */
export const isUnnamed = (name: string): boolean => /^(untitled|未命名.*|)$/i.test(name.trim());

export function readyOf(project: Project, state: Snapshot, sceneId: string): Ready {
  const scene = project.scenes.find((one) => one.id === sceneId);
  const kinds = new Map(project.sources.map((one) => [one.id, one.kind]));
  const picture = scene?.items.some((one) => one.visible && (one.scene !== null || (kinds.get(one.source ?? "") ?? "audio_input") !== "audio_input")) ?? false;
  const sound = state.sources.some((one) => one.heard && !(project.sources.find((each) => each.id === one.id)?.audio.muted ?? false));
  return { picture, sound, where: project.destinations.some((one) => one.enabled), name: !isUnnamed(project.name) };
}
export const leftOf = (ready: Ready): number => Object.values(ready).filter((one) => !one).length;
