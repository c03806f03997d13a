/* What the page knows of the fields of our kinds that their schemas do not say: the order people expect, which text is a file,
   a font or a device, what is for experts. One entry a kind, named as the form's `scope`. A kind without one still gets a form. */

import type { Hints } from "./schema";

export const IMAGE_FILES = ["png", "jpg", "jpeg", "webp", "gif", "bmp", "svg", "apng"];
export const MEDIA_FILES = ["mp4", "mkv", "mov", "webm", "avi", "m4v", "ts", "flv", "mp3", "wav", "flac", "ogg", "opus", "m4a", "aac"];

const size = { width: { special: 0 }, height: { special: 0 } } as const;

export const HINTS: Readonly<Record<string, Hints>> = {
  camera: {
    order: ["device", "width", "height", "fps", "backend", "format"],
    fields: { device: { control: "device" }, ...size, backend: { advanced: true }, format: { advanced: true } },
  },
  audio_input: { order: ["device", "capture"], fields: { device: { control: "device" } } },
  screen: {
    order: ["output", "cursor", "fps", "region", "display"],
    fields: { output: { control: "device" }, display: { advanced: true } },
  },
  image: { fields: { file: { control: "file", accept: IMAGE_FILES } } },
  media: {
    order: ["file", "loop", "paused", "audio", "at_end", "in_point_s", "out_point_s"],
    fields: { file: { control: "file", accept: MEDIA_FILES } },
  },
  text: {
    order: ["text", "size_px", "color", "align", "background", "family", "weight", "italic", "outline", "shadow", "line_height", "wrap_px", "file"],
    fields: {
      text: { control: "textarea" }, family: { control: "font" }, file: { control: "file", accept: ["txt"] },
    },
  },
  color: { order: ["color", "color2", "angle_deg", "motion_s", "width", "height"], fields: size },
  test_pattern: { order: ["pattern", "sound", "level_db", "period_s", "width", "height"], fields: size },
  tone: { order: ["sound", "frequency_hz", "level_db"] },
  rtmp: { order: ["url", "key"] },
  srt: { order: ["host", "port", "mode", "stream_id", "passphrase", "latency_ms", "key_length"] },
  icecast: { order: ["host", "port", "mount", "password", "station", "tls"] },
  recording: {
    order: ["folder", "file_name", "format", "encoder", "enabled", "split_minutes", "split_mib", "second_folder", "track_names", "replay", "low_disk_mib", "stop_disk_mib"],
    fields: {
      folder: { control: "folder" }, second_folder: { control: "folder", advanced: true }, split_minutes: { unit: "min", special: 0 }, split_mib: { unit: "MiB", special: 0 },
      track_names: { advanced: true }, low_disk_mib: { unit: "MiB", advanced: true }, stop_disk_mib: { unit: "MiB", advanced: true },
    },
  },
};
