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
  enabled: boolean;
  encoder: string;
  /** Seconds the show goes there later. */
  delay_s: number;
  /** The destination it stands in for; empty: it goes live by itself. */
  standby_for: string;
  /** What becomes of it when its line is too slow for an encode it shares. */
  when_slow: Destination["when_slow"];
  /** What was set in the form of any other kind, by its schema. */
  other: Settings;
}

/** The kind whose form is written by hand; all others get theirs from their schema. */
export const byHand = (kind: string): boolean => kind === "rtmp";

/** The kinds that can go on with another encode under way. */
export const canStepDown = (kind: string): boolean => kind === "rtmp" || kind === "whip";

/** A new one, from a service, a server, this computer or a kind by its id. */
export function newDraft(pick: Service | "custom" | "local" | { of: string }, name: string): Draft {
  const service = typeof pick === "object" && !("of" in pick) ? pick : undefined;
  const kind = typeof pick === "object" && "of" in pick ? pick.of : pick === "local" ? "local" : "rtmp";
  return {
    kind, service: service?.id ?? "", name, url: service?.servers[0]?.url ?? "", key: "", enabled: true, encoder: "",
    delay_s: 0, standby_for: "", when_slow: "drop", other: {},
  };
}
export function draftOf(one: Destination): Draft {
  return {
    kind: one.kind, service: one.service ?? "", name: one.name, url: String(one.settings["url"] ?? ""), key: "",
    enabled: one.enabled, encoder: one.encoder,
    delay_s: one.delay_s ?? 0, standby_for: one.standby_for ?? "", when_slow: one.when_slow ?? "drop", other: {},
  };
}

export type Fault = "addressBad" | "addressPath" | "keyMissing" | "needed";
/** What other kinds can't do without, as far as it depends on what else is set. */
const NEEDS: { [kind: string]: (settings: Settings) => string | null } = {
  srt: (settings) => (settings["mode"] === "listener" ? null : "host"),
  icecast: () => "host",
  hls_push: () => "url",
  hls_folder: () => "folder",
  whip: () => "url",
  custom: () => "url",
};
/** The setting that is still empty and must not be. */
export function missing(kind: string, settings: Settings): string | null {
  const field = NEEDS[kind]?.(settings) ?? null;
  return field && !String(settings[field] ?? "").trim() ? field : null;
}

/** What keeps it from being saved. A server of one's own may need no key, or has it in its address. */
export function draftFault(draft: Draft, keySet: boolean, saved: Settings = {}): Fault | null {
  if (draft.kind !== "rtmp") return missing(draft.kind, { ...saved, ...draft.other }) ? "needed" : null;
  const address = addressFault(draft.url);
  if (address) return address;
  return draft.service && !keySet && !draft.key.trim() ? "keyMissing" : null;
}

function settingsOf(draft: Draft): Settings {
  if (!byHand(draft.kind)) return draft.other;
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
  const settings: Settings = byHand(draft.kind) ? {} : { ...draft.other };
  if (draft.kind === "rtmp" && draft.url.trim() !== before.url) settings["url"] = draft.url.trim();
  if (draft.kind === "rtmp" && draft.key.trim()) settings["key"] = draft.key.trim();
  const changes = {
    ...(draft.name.trim() !== before.name ? { name: draft.name.trim() } : {}),
    ...(draft.enabled !== before.enabled ? { enabled: draft.enabled } : {}),
    ...(draft.encoder !== before.encoder ? { encoder: draft.encoder } : {}),
    ...(draft.delay_s !== before.delay_s ? { delay_s: draft.delay_s } : {}),
    ...(draft.standby_for !== before.standby_for ? { standby_for: draft.standby_for } : {}),
    ...(draft.when_slow !== before.when_slow ? { when_slow: draft.when_slow } : {}),
    ...(Object.keys(settings).length ? { settings } : {}),
  };
  return Object.keys(changes).length ? { command: "set_destination", id: from.id, ...changes } : null;
}
