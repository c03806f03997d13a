// What is recorded on its own beside the programme, as `recording.iso` says it: which boxes there are, which are ticked. Pure.
import type { Project } from "../api/types";
import { tracksOf } from "../mixer/tracks";

/** Something that can have a file of its own. */
export interface Part {
  /** As the document names it. */
  entry: string;
  kind: "source" | "canvas" | "track";
  name: string;
}

/** Everything the project has, sources first. A canvas and a track only where there are several: the one is the programme. */
export function partsOf(project: Pick<Project, "sources" | "canvases" | "audio">): Part[] {
  const canvases = project.canvases.length > 1 ? project.canvases : [];
  const tracks = tracksOf(project);
  return [
    ...project.sources.map((s): Part => ({ entry: `source:${s.id}`, kind: "source", name: s.name || s.id })),
    ...canvases.map((c): Part => ({ entry: `canvas:${c.id}`, kind: "canvas", name: c.id })),
    ...(tracks.length > 1 ? tracks : []).map((track): Part => ({ entry: `track:${track.id}`, kind: "track", name: track.name || track.id })),
  ];
}

/** How the document may name the same. */
const same = (entry: string, part: Part): boolean => entry === part.entry || `source:${entry}` === part.entry;

export const isAll = (iso: readonly string[]): boolean => iso.includes("all");

/** Whether this part gets a file. */
export const isTicked = (iso: readonly string[], part: Part): boolean => (part.kind === "source" && isAll(iso)) || iso.some((entry) => same(entry, part));

/** The list after "every source" was switched: the sources it now stands for are not named besides. */
export function withAll(iso: readonly string[], on: boolean): string[] {
  const rest = iso.filter((entry) => entry !== "all");
  return on ? ["all", ...rest.filter((entry) => entry.startsWith("canvas:") || entry.startsWith("track:"))] : rest;
}

/** The list after a box was pressed. */
export const withPart = (iso: readonly string[], part: Part, on: boolean): string[] => {
  const rest = iso.filter((entry) => !same(entry, part));
  return on ? [...rest, part.entry] : rest;
};
