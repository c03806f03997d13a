// A destination while a person fills in its form, and the command it becomes. Pure.
import type { Command, Destination, Settings } from "../api/types";
import { addressFault, type Service } from "./services";

export interface Draft {
  kind: string;
  service: string;
  name: string;
  url: string;
  /** Typed anew; empty: the saved one stays. */
  key: string;
  segment_s: number;
  enabled: boolean;
  encoder: string;
}

/** A new one, from a service, a server or this computer. */
export function newDraft(pick: Service | "custom" | "local", name: string): Draft {
  const service = typeof pick === "object" ? pick : undefined;
  return {
    kind: pick === "local" ? "local" : "rtmp", service: service?.id ?? "", name, url: service?.servers[0]?.url ?? "", key: "",
    segment_s: 2, enabled: true, encoder: "",
  };
}
export function draftOf(one: Destination): Draft {
  return {
    kind: one.kind, service: one.service ?? "", name: one.name, url: String(one.settings["url"] ?? ""), key: "",
    segment_s: Number(one.settings["segment_s"] ?? 2), enabled: one.enabled, encoder: one.encoder,
  };
}

export type Fault = "addressBad" | "addressRtmps" | "addressPath" | "keyMissing";
/** What keeps it from being saved. A server of one's own may need no key, or has it in its address. */
export function draftFault(draft: Draft, keySet: boolean): Fault | null {
  if (draft.kind !== "rtmp") return null;
  const address = addressFault(draft.url);
  if (address) return address;
  return draft.service && !keySet && !draft.key.trim() ? "keyMissing" : null;
}

function settingsOf(draft: Draft): Settings {
  if (draft.kind === "local") return { segment_s: draft.segment_s };
  const key = draft.key.trim();
  return { url: draft.url.trim(), ...(key ? { key } : {}) };
}
export const addCommand = (draft: Draft): Command => ({
  command: "add_destination", kind: draft.kind, name: draft.name.trim(), enabled: draft.enabled, settings: settingsOf(draft),
  ...(draft.encoder ? { encoder: draft.encoder } : {}), ...(draft.service ? { service: draft.service } : {}),
});

/** Only what was changed; null when nothing was. */
export function editCommand(draft: Draft, from: Destination): Command | null {
  const before = draftOf(from);
  const settings: Settings = {};
  if (draft.kind === "rtmp" && draft.url.trim() !== before.url) settings["url"] = draft.url.trim();
  if (draft.kind === "rtmp" && draft.key.trim()) settings["key"] = draft.key.trim();
  if (draft.kind === "local" && draft.segment_s !== before.segment_s) settings["segment_s"] = draft.segment_s;
  const changes = {
    ...(draft.name.trim() !== before.name ? { name: draft.name.trim() } : {}),
    ...(draft.enabled !== before.enabled ? { enabled: draft.enabled } : {}),
    ...(draft.encoder !== before.encoder ? { encoder: draft.encoder } : {}),
    ...(Object.keys(settings).length ? { settings } : {}),
  };
  return Object.keys(changes).length ? { command: "set_destination", id: from.id, ...changes } : null;
}
