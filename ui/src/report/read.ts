// The report of a show as the engine writes it, and what is read out of it: at most three things to look at. Pure.
import type { Event, Lamp } from "../api/types";
import { said, t } from "../i18n";
import { fileName } from "../status/recording";

export interface Span {
  state: Lamp;
  from_s: number;
  to_s: number;
}
export interface AirDestination {
  id: string;
  name: string;
  kind: string;
  url: string;
  live_s: number;
  bytes_sent: number;
  frames_sent: number;
  frames_dropped: number;
  reconnects: number;
  last_error: string | null;
  spans: Span[];
  bitrate: [at_s: number, kbps: number][];
}
export interface AirRecording {
  path: string;
  bytes: number;
  duration_s: number;
  frames: number;
  frames_dropped: number;
  error: string | null;
  from_s: number;
  to_s: number;
}
export interface ShowReport {
  id: string;
  project: string;
  under_way: boolean;
  started_unix_s: number;
  on_air_s: number;
  version: string;
  destinations: AirDestination[];
  recordings: AirRecording[];
  loudness: { integrated_lufs: number | null; max_true_peak_dbtp: number | null; short_term: [at_s: number, lufs: number | null][] };
  canvases: { id: string; frames_due: number; frames_rendered: number; frames_late: number; frames_skipped: number }[];
  process: { peak_rss_mib: number; cpu_s: number };
  markers: { at_s: number; name: string }[];
  events: Event[];
}
/** A line of the list of past shows. */
export interface ReportEntry {
  id: string;
  project: string;
  started_unix_s: number;
  on_air_s: number;
  destinations?: number;
  trouble?: number;
}

const AWAY: readonly Lamp[] = ["retrying", "failed"];

/** How long a destination was away after it had been live, seconds. */
export function awaySeconds(one: AirDestination): number {
  const first = one.spans.find((span) => span.state === "live" || span.state === "degraded");
  if (!first) return 0;
  return one.spans.filter((span) => AWAY.includes(span.state) && span.from_s >= first.from_s).reduce((sum, span) => sum + span.to_s - span.from_s, 0);
}
export const slowSeconds = (one: AirDestination): number =>
  one.spans.filter((span) => span.state === "degraded").reduce((sum, span) => sum + span.to_s - span.from_s, 0);

/** The share of pictures that arrived, over all destinations; null before anything was sent. */
export function arrived(report: ShowReport): number | null {
  const sent = report.destinations.reduce((sum, one) => sum + one.frames_sent, 0);
  const lost = report.destinations.reduce((sum, one) => sum + one.frames_dropped, 0);
  return sent + lost > 0 ? sent / (sent + lost) : null;
}
/** Rounded so that a loss never reads as none. */
export function percent(share: number): string {
  if (share >= 1) return "100%";
  return `${Math.min(99.9, Math.floor(share * 1000) / 10).toFixed(1)}%`;
}

export const timeFor = (seconds: number): string =>
  seconds < 60 ? t("report.sec", { s: Math.round(seconds) }) : t("report.min", { m: Math.floor(seconds / 60), s: Math.round(seconds % 60) });

/** What a person should look at before the next show, worst first. */
export function toLookAt(report: ShowReport, goal: number): string[] {
  const found: { weight: number; text: string }[] = [];
  const add = (weight: number, text: string): void => void found.push({ weight, text });
  const others = report.destinations.length > 1 ? t("report.othersFine") : "";
  for (const one of report.destinations) {
    const name = one.name || one.id;
    const away = awaySeconds(one);
    if (one.live_s < 1 && one.last_error) add(100, t("report.troubleFailed", { name, why: said(one.last_error) }));
    else if (away >= 1) add(50 + Math.min(40, away / 10), t("report.troubleAway", { name, time: timeFor(away), others }));
    else if (one.frames_dropped > 0) add(20 + Math.min(20, one.frames_dropped / 100), t("report.troubleSlow", { name, n: one.frames_dropped }));
  }
  for (const one of report.recordings) if (one.error) add(95, t("report.troubleRecording", { name: fileName(one.path), why: said(one.error) }));
  const off = report.loudness.integrated_lufs === null ? 0 : report.loudness.integrated_lufs - goal;
  if (off > 1) add(30, t("report.troubleLoud", { n: off.toFixed(1) }));
  else if (off < -1) add(25, t("report.troubleQuiet", { n: (-off).toFixed(1) }));
  const skipped = report.canvases.reduce((sum, one) => sum + one.frames_skipped, 0);
  if (skipped > 0 && !report.under_way) add(15, t("report.troubleLate", { n: skipped }));
  return found.sort((a, b) => b.weight - a.weight).slice(0, 3).map((one) => one.text.trim());
}

/** A curve as points of a drawing `width` wide and `height` high; a gap begins a new line. */
export function curve(points: readonly [number, number | null][], length_s: number, low: number, high: number, width: number, height: number): string[] {
  const lines: string[][] = [[]];
  for (const [at, value] of points) {
    if (value === null || !Number.isFinite(value)) {
      if (lines.at(-1)?.length) lines.push([]);
      continue;
    }
    const y = height - ((Math.min(high, Math.max(low, value)) - low) / (high - low)) * height;
    lines.at(-1)?.push(`${((at / Math.max(1, length_s)) * width).toFixed(1)},${y.toFixed(1)}`);
  }
  return lines.filter((one) => one.length > 1).map((one) => one.join(" "));
}

/** Whole parts of an hour for the axis: about five marks. */
export function axis(length_s: number): number[] {
  const steps = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];
  const step = steps.find((one) => length_s / one <= 6) ?? 14_400;
  return Array.from({ length: Math.floor(length_s / step) + 1 }, (_, at) => at * step);
}
