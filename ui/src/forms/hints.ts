/* What the page knows of the fields of our kinds that their schemas do not say: the order people expect, which text is a file,
   a font or a device, what is for experts. One entry a kind, named as the form's `scope`. A kind without one still gets a form. */

import type { Hints } from "./schema";

export const IMAGE_FILES = ["png", "jpg", "jpeg", "webp", "gif", "bmp", "svg", "apng"];
export const MEDIA_FILES = ["mp4", "mkv", "mov", "webm", "avi", "m4v", "ts", "flv", "mp3", "wav", "flac", "ogg", "opus", "m4a", "aac"];

const FILM_FILES = ["webm", "mov", "mkv", "mp4", "webp", "png", "apng", "gif"];

/** Codecs whose rate is ours to choose. */
const RATED = ["h264", "hevc", "av1", "vp9"];
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
    order: ["file", "loop", "paused", "audio", "at_end", "speed", "in_point_s", "out_point_s"],
    fields: { file: { control: "file", accept: MEDIA_FILES } },
  },
  replay: { order: ["seconds", "speed", "audio", "at_end"] },
  text: {
    order: ["text", "size_px", "color", "align", "background", "family", "weight", "italic", "outline", "shadow", "line_height", "wrap_px", "file"],
    fields: {
      text: { control: "textarea" }, family: { control: "font" }, file: { control: "file", accept: ["txt"] },
    },
  },
  "transition.wipe": { order: ["pattern", "image_file", "softness", "reverse", "easing"], fields: { image_file: { control: "file", accept: IMAGE_FILES } } },
  "transition.stinger": {
    order: ["file", "point_by", "point_ms", "point_frame", "matte", "matte_file", "invert_matte", "audio", "volume_db", "scenes_sound"],
    fields: {
      file: { control: "file", accept: FILM_FILES }, matte_file: { control: "file", accept: FILM_FILES, when: { key: "matte", is: ["file"] } },
      point_ms: { when: { key: "point_by", is: ["time"] } }, point_frame: { when: { key: "point_by", is: ["frame"] } },
      invert_matte: { when: { key: "matte", is: ["beside", "below", "file", "only"] } }, volume_db: { when: { key: "audio", is: [true] } },
    },
  },
  lut: { fields: { path: { control: "file", accept: ["cube", "png"] } } },
  shader: { fields: { path: { control: "file", accept: ["wgsl"], when: { key: "shader", is: ["file"] } }, values: { hidden: true } } },
  image_mask: { fields: { path: { control: "file", accept: IMAGE_FILES } } },
  chroma_key: { order: ["key", "color", "similarity", "smoothness", "spill"], fields: { color: { when: { key: "key", is: ["custom"] } } } },
  shape_mask: { fields: { height: { when: { key: "shape", is: ["ellipse", "rectangle"] } }, corners: { when: { key: "shape", is: ["rectangle"] } } } },
  scale: { fields: size },
  color: { order: ["color", "color2", "angle_deg", "motion_s", "width", "height"], fields: size },
  test_pattern: { order: ["pattern", "sound", "level_db", "period_s", "width", "height"], fields: size },
  tone: { order: ["sound", "frequency_hz", "level_db"] },
  rtmp: { order: ["url", "key"] },
  local: { order: ["segment_s", "part_s"], fields: { part_s: { advanced: true } } },
  srt: {
    order: ["host", "port", "mode", "stream_id", "passphrase", "latency_ms", "key_length"],
    fields: { host: { example: "srt.example.com" }, local_port: { special: 0, specialWord: "forms.theSame", when: { key: "mode", is: ["rendezvous"] } }, try_connection: { advanced: true, when: { key: "mode", is: ["caller"] } }, languages: { example: "eng, deu" } },
  },
  rist: { order: ["host", "port", "profile", "secret", "buffer_ms"], fields: { host: { example: "rist.example.com" }, secret: { when: { key: "profile", is: ["main"] } } } },
  icecast: {
    order: ["host", "port", "mount", "password", "station", "tls"],
    fields: { host: { example: "radio.example.com" }, mount: { example: "/live" }, website: { example: "https://example.com" } },
  },
  captions: { order: ["style", "clear_after_s", "file"], fields: { file: { control: "file", accept: ["txt"] } } },
  hls_folder: { order: ["folder", "segment_s", "part_s", "delete_old"], fields: { folder: { example: "/srv/www/show" } } },
  hls_push: { fields: { url: { example: "https://example.com/show/live.m3u8" } } },
  custom: { fields: { url: { example: "udp://239.0.0.1:5000" }, format: { example: "mpegts" }, options: { example: "ttl=4 pkt_size=1316" } } },
  encoder: {
    order: ["codec", "rate_control", "bitrate_kbps", "max_bitrate_kbps", "crf", "preset", "keyframe_interval_s", "b_frames", "profile"],
    fields: {
      rate_control: { when: { key: "codec", is: RATED } }, bitrate_kbps: { when: { key: "rate_control", is: ["cbr", "vbr"] } },
      max_bitrate_kbps: { when: { key: "rate_control", is: ["vbr"] } }, crf: { when: { key: "rate_control", is: ["crf"] } },
      preset: { when: { key: "codec", is: RATED } }, profile: { when: { key: "codec", is: ["h264"] } }, b_frames: { when: { key: "codec", is: ["h264", "hevc"] } },
    },
  },
  encoder_audio: { fields: { bitrate_kbps: { when: { key: "codec", is: ["aac", "opus", "mp3"] } } } },
  recording: {
    order: ["folder", "file_name", "format", "encoder", "enabled", "split_minutes", "split_mib", "second_folder", "track_names", "replay", "low_disk_mib", "stop_disk_mib"],
    fields: {
      folder: { control: "folder" }, second_folder: { control: "folder", advanced: true }, split_minutes: { special: 0, specialWord: "forms.never" }, split_mib: { special: 0, specialWord: "forms.noLimit" },
      // Boxes of their own, in the settings.
      iso: { hidden: true }, iso_encoder: { hidden: true },
      track_names: { advanced: true }, low_disk_mib: { advanced: true }, stop_disk_mib: { advanced: true },
    },
  },
};
