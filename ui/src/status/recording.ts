// What is said about recordings: where they lie, how long the disk lasts. Pure.
import type { Encoder, Project, RecordingState } from "../api/types";
import { t } from "../i18n";

export const fileName = (path: string): string => path.split(/[\\/]/).pop() ?? path;

/** Bytes a second at which a recording of this project grows. */
export function bytesPerSecond(encoder: Encoder | undefined): number {
  if (!encoder) return 0;
  const { video, audio } = encoder;
  // CRF has no rate of its own: what such a picture usually takes.
  const kbps = (video.rate_control === "crf" ? 6000 : video.bitrate_kbps) + audio.bitrate_kbps;
  return (kbps * 1000) / 8;
}
/** How long the disk lasts, seconds: by the running file when it is long enough, else by the encoder. */
export function roomSeconds(project: Project | null, running: RecordingState | null, free: number | null): number | null {
  if (free === null) return null;
  const encoder = project?.encoders.find((one) => one.id === project.recording.encoder) ?? project?.encoders[0];
  const rate = running && running.duration_s > 10 ? running.bytes / running.duration_s : bytesPerSecond(encoder);
  return rate > 0 ? free / rate : null;
}
export function roomWords(seconds: number | null): string {
  if (seconds === null) return "";
  if (seconds < 2 * 3600) return t("status.roomMinutes", { n: Math.floor(seconds / 60) });
  return t("status.roomHours", { n: Math.floor(seconds / 3600) });
}
export const LOW_S = 30 * 60;
