// The three grades of a finding, and what going live would do. Pure.
import type { Destination, DestinationState, Encoder, Finding } from "../api/types";
import { encoderOf } from "../destinations/services";

export type Grade = "fine" | "look" | "must";

/** Only what would keep a destination, the recording or the encode from working must be fixed first: a camera that is away
 *  leaves a show that runs. */
export function gradeOf(finding: Finding): Grade {
  if (finding.level === "pass") return "fine";
  if (finding.level === "warn") return "look";
  return /^(destination|encoder):|^(recording|project)$/.test(finding.subject) ? "must" : "look";
}

const ORDER: Record<Grade, number> = { must: 0, look: 1, fine: 2 };
/** What must be fixed first, then what to look at; each group in the engine's order. */
export const byGrade = (findings: readonly Finding[]): Finding[] =>
  [...findings].sort((a, b) => ORDER[gradeOf(a)] - ORDER[gradeOf(b)]);

export const countOf = (findings: readonly Finding[], grade: Grade): number => findings.filter((one) => gradeOf(one) === grade).length;

/** What all enabled destinations together need, kbit/s. */
export function neededKbps(destinations: readonly Destination[], encoders: readonly Encoder[]): number {
  let sum = 0;
  for (const one of destinations) {
    const found = one.enabled && one.kind !== "local" ? encoderOf(one, encoders) : undefined;
    if (found) sum += Number(one.encode?.["bitrate_kbps"] ?? found.video.bitrate_kbps) + Number(one.encode?.["audio_bitrate_kbps"] ?? found.audio.bitrate_kbps);
  }
  return sum;
}

/** All sources that are fine make one line: what is well needs no list. The message is then made of their count. */
export function folded(findings: readonly Finding[], words: (n: number) => string): Finding[] {
  const fine = findings.filter((one) => one.level === "pass" && one.subject.startsWith("source:"));
  if (fine.length < 3) return [...findings];
  const rest = findings.filter((one) => !fine.includes(one));
  return [{ level: "pass", subject: "source", message: words(fine.length) }, ...rest];
}

export interface Start {
  wanted: number;
  live: number;
  /** Still on its way. */
  going: number;
  /** Nothing more will happen by itself soon: all live, or failed. */
  settled: boolean;
}
/** How far a start is. */
export function startOf(ids: readonly string[], states: readonly DestinationState[]): Start {
  const mine = states.filter((one) => ids.includes(one.id));
  const live = mine.filter((one) => one.state === "live" || one.state === "degraded").length;
  const going = mine.filter((one) => one.state === "connecting" || one.state === "idle").length;
  return { wanted: ids.length, live, going, settled: going === 0 && mine.length > 0 };
}
