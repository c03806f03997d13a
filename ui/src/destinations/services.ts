// A service a show can go to by name (assets/services.json), and what is asked of a destination made from one. Pure.
import type { Encoder } from "../api/types";
import type { Language } from "../i18n";

export interface Service {
  id: string;
  name: string;
  kind: string;
  available: boolean;
  /** Each account or event has an address of its own, which a person pastes. */
  own_address?: boolean;
  servers: { name: string; url: string }[];
  key: { url: string; where: Record<Language, string>; pattern?: string; shape?: string };
  limits: { video_kbps: number; audio_kbps: number; height: number; fps: number; keyframe_interval_s: number };
}

/** What is wrong with an address: a key of the catalogue, or nothing. */
export function addressFault(url: string): "addressBad" | "addressPath" | null {
  const text = url.trim();
  if (!/^rtmps?:\/\/[^/\s]+/i.test(text)) return "addressBad";
  return /^rtmps?:\/\/[^/\s]+\/\S+/i.test(text) ? null : "addressPath";
}

/** What is odd about a key: it is still taken, services change their keys. */
export function keyOddity(key: string, service: Service | undefined): "keySpace" | "keyOdd" | null {
  const text = key.trim();
  if (!text) return null;
  if (/\s/.test(text)) return "keySpace";
  const pattern = service?.key.pattern;
  return pattern && !new RegExp(pattern).test(text) ? "keyOdd" : null;
}

export interface OverLimit {
  what: "rate" | "keyframe";
  max: number;
  now: number;
}
/** Where an encoder gives more than the service takes. */
export function overLimits(encoder: Encoder | undefined, service: Service | undefined): OverLimit[] {
  if (!encoder || !service) return [];
  const found: OverLimit[] = [];
  const { video } = encoder;
  const rate = video.rate_control === "vbr" ? (video.max_bitrate_kbps ?? video.bitrate_kbps * 1.5) : video.bitrate_kbps;
  if (rate > service.limits.video_kbps) found.push({ what: "rate", max: service.limits.video_kbps, now: rate });
  if (video.keyframe_interval_s > service.limits.keyframe_interval_s) {
    found.push({ what: "keyframe", max: service.limits.keyframe_interval_s, now: video.keyframe_interval_s });
  }
  return found;
}

/** The encoder a destination carries: its own, else the first. */
export const encoderOf = (one: { encoder: string }, encoders: readonly Encoder[]): Encoder | undefined =>
  encoders.find((each) => each.id === one.encoder) ?? encoders[0];

const CODECS: Record<string, string> = { h264: "H.264", hevc: "HEVC", av1: "AV1", vp9: "VP9", prores: "ProRes", ffv1: "FFV1" };
/** A codec as people write it. */
export const codecWord = (codec: string): string => CODECS[codec] ?? codec;
