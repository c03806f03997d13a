// Audio tracks: which there are, and who is in which. Pure.
import type { AudioTrack, Project, Source } from "../api/types";

export const MAX_TRACKS = 8;

/** The tracks of the document; without a list there is one, the master. */
export function tracksOf(project: Pick<Project, "audio"> | null | undefined): AudioTrack[] {
  const list = project?.audio.tracks ?? [];
  return list.length ? list : [{ id: "master", name: "", volume_db: 0 }];
}

/** With one more, whose name is `name` and its number; the first is given `first` as its name when it has none. */
export function withOneMore(tracks: readonly AudioTrack[], first: string, name: (n: number) => string): AudioTrack[] {
  if (tracks.length >= MAX_TRACKS) return [...tracks];
  const named = tracks.map((one, at) => (at === 0 && !one.name ? { ...one, name: first } : one));
  return [...named, { id: "", name: name(tracks.length + 1), volume_db: 0 }];
}

/** With another name for one; its id, which others name it by, stays. */
export const renamed = (tracks: readonly AudioTrack[], id: string, name: string): AudioTrack[] => tracks.map((one) => (one.id === id ? { ...one, name } : one));

/** What people call it. */
export const trackName = (track: AudioTrack | undefined): string => track?.name || track?.id || "";

export const isIn = (source: Source, track: string): boolean => source.audio.tracks?.includes(track) ?? true;

/** The tracks a source is in after its check box for `track` was pressed, in the order of the list. */
export function toggled(source: Source, track: string, tracks: readonly AudioTrack[]): string[] {
  return tracks.map((one) => one.id).filter((id) => (id === track ? !isIn(source, id) : isIn(source, id)));
}
