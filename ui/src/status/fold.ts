// What happened, as lines to read: newest first, the same kind within ten seconds folded to one. Pure.
import type { Event } from "../api/types";
import type { IconName } from "../components/icons";
import { said } from "../i18n";

export interface Line {
  /** The newest of those folded here. */
  event: Event;
  count: number;
  first_s: number;
}
const FOLD_S = 10;

/** Two messages are of one kind when they differ in figures only. */
const kindOf = (one: Event): string => `${one.level} ${one.subject} ${one.message.replace(/\d+([.,]\d+)?/g, "#")}`;

export function fold(events: readonly Event[]): Line[] {
  const lines: Line[] = [];
  const open = new Map<string, Line>();
  for (const event of events) {
    const kind = kindOf(event);
    const line = open.get(kind);
    if (line && event.at_s - line.event.at_s <= FOLD_S) {
      line.event = event;
      line.count += 1;
    } else {
      const fresh = { event, count: 1, first_s: event.at_s };
      open.set(kind, fresh);
      lines.push(fresh);
    }
  }
  return lines.sort((a, b) => b.event.seq - a.event.seq);
}

export interface Subject {
  what: "destination" | "source" | "encoder" | "scene" | "recording" | "marker" | "show";
  id: string;
}
/** `destination:yt` taken apart. */
export function subjectOf(text: string): Subject {
  const [what = "", id = ""] = text.split(/:(.*)/s);
  const known = ["destination", "source", "encoder", "scene", "recording", "marker"] as const;
  return { what: known.find((one) => one === what) ?? "show", id };
}

export function iconOf(event: Event, sourceIcon: (id: string) => IconName): IconName {
  const { what, id } = subjectOf(event.subject);
  if (event.level !== "info" && what !== "destination") return "warn";
  switch (what) {
    case "destination":
      return event.level === "error" ? "lamp-fail" : event.level === "warning" ? "lamp-retry" : "lamp-live";
    case "source":
      return sourceIcon(id);
    case "recording":
      return "rec";
    case "encoder":
      return "chip";
    case "scene":
      return "film";
    case "marker":
      return "flag";
    case "show":
      return "lamp-idle";
  }
}

/** A message as name and rest, so that the name can be set apart. */
export function splitName(message: string, name: string): [name: string, rest: string] {
  return name && message.startsWith(name) ? [name, message.slice(name.length)] : ["", message.charAt(0).toUpperCase() + message.slice(1)];
}

/** All of it as text to send to somebody. */
export function asText(lines: readonly Line[], time: (at_s: number) => string): string {
  return lines.map(({ event, count }) => `${time(event.at_s)}  ${event.level === "info" ? "" : "! "}${said(event.message)}${count > 1 ? ` (×${count})` : ""}`).join("\n");
}
