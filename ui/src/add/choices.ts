/* What can be added: devices found on this computer, kinds of sources, sources the project has, other scenes. Pure but for the
   words. */

import type { Devices, Project, Settings } from "../api/types";
import type { IconName } from "../components/icons";
import { kindIcon } from "../components/icons";
import { t } from "../i18n";
import { kindName, kindSentence, orderOf } from "./kinds";

export interface Choice {
  key: string;
  group: "found" | "kinds" | "existing" | "scenes";
  name: string;
  note: string;
  icon: IconName;
  /** A new source of this kind with these settings. */
  make?: { kind: string; settings: Settings };
  source?: string;
  scene?: string;
}

function found(d: Devices | null): Choice[] {
  if (!d) return [];
  const use = (x: { kind: string; settings: Settings; id: string; name: string }, note: string, icon: IconName): Choice => ({
    key: `device ${x.kind} ${x.id}`, group: "found", name: x.name, note, icon, make: { kind: x.kind, settings: x.settings },
  });
  return [
    ...d.cameras.map((c) => use(c, t("add.camera"), kindIcon(c.kind))),
    ...d.screens.map((s) => use(s, `${t("add.screen")} · ${s.width} × ${s.height}`, kindIcon(s.kind))),
    ...d.microphones.map((m) => use(m, (m.monitor ? t("add.desktopSound") : t("add.microphone")) + (m.default ? ` · ${t("add.default")}` : ""), m.monitor ? "speaker" : "mic")),
  ];
}

/** Everything, in the order it is shown. `into`: the scene it goes to, which can't hold itself. */
export function choices(project: Project | null, kinds: readonly { id: string; defaults: Settings }[], devices: Devices | null, into: string): Choice[] {
  const ofKinds = [...kinds].sort((a, b) => orderOf(a.id) - orderOf(b.id)).map((k): Choice => ({
    key: `kind ${k.id}`, group: "kinds", name: kindName(k.id), note: kindSentence(k.id), icon: kindIcon(k.id),
    make: { kind: k.id, settings: k.defaults },
  }));
  const existing = (project?.sources ?? []).map((s): Choice => {
    const uses = project?.scenes.filter((c) => c.items.some((i) => i.source === s.id)).length ?? 0;
    return { key: `source ${s.id}`, group: "existing", name: s.name || s.id, note: `${kindName(s.kind)} · ${t("add.usedIn", { n: uses })}`, icon: kindIcon(s.kind), source: s.id };
  });
  const scenes = (project?.scenes ?? []).filter((s) => s.id !== into && !holds(project, s.id, into)).map((s): Choice => ({
    key: `scene ${s.id}`, group: "scenes", name: s.name || s.id, note: t("add.sceneHelp"), icon: "layers", scene: s.id,
  }));
  return [...found(devices), ...ofKinds, ...existing, ...scenes];
}

/** Whether a scene holds another one, directly or through others. */
export function holds(project: Project | null, scene: string, other: string, seen = new Set<string>()): boolean {
  if (seen.has(scene)) return false;
  seen.add(scene);
  const items = project?.scenes.find((s) => s.id === scene)?.items ?? [];
  return items.some((i) => i.scene !== null && (i.scene === other || holds(project, i.scene, other, seen)));
}

export function search(all: readonly Choice[], look: string): Choice[] {
  const words = look.toLowerCase().split(/\s+/).filter(Boolean);
  return all.filter((c) => words.every((w) => `${c.name} ${c.note}`.toLowerCase().includes(w)));
}

/** Kinds that show nothing before they have a file. */
export function needsFile(make: Choice["make"], settings: Settings): boolean {
  return !!make && (make.kind === "image" || make.kind === "media") && !settings.file;
}

/** A name for a new source that no other has. */
export function freeName(project: Project | null, wanted: string): string {
  const taken = new Set(project?.sources.map((s) => s.name));
  if (!taken.has(wanted)) return wanted;
  let n = 2;
  while (taken.has(`${wanted} ${n}`)) n += 1;
  return `${wanted} ${n}`;
}
