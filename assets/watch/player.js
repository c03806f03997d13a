// Plays the show: over WebRTC where that works, a fraction of a second late, else our own live HLS (fMP4) through Media Source
// Extensions, so that any browser shows it without a library. Where a browser has no MSE (iOS before 17.1), its own HLS player
// gets the playlist.
import { watchWebRtc } from "./whep.js";

const PLAYLIST = "/hls/live.m3u8";
/** Seconds behind the newest segment at which playback starts, and beyond which it jumps forward. */
const BEHIND = 3, TOO_FAR = 9;
/** Milliseconds for which WebRTC is not tried again where it did not work. */
const PAUSE = 60000;

/**
 * Reads our playlists: segments with their sequence numbers, the init segment, what there is to fetch in order (`pieces`: parts
 * where they are listed, else whole segments) and how far behind low latency stays (0: there is none).
 */
export function parse(text) {
  const out = { first: 0, init: null, segments: [], pieces: [], holdBack: 0 };
  let duration = 0, parts = [];
  for (const line of text.split("\n").map((l) => l.trim())) {
    const segment = out.first + out.segments.length;
    if (line.startsWith("#EXT-X-MEDIA-SEQUENCE:")) out.first = Number(line.slice(22));
    else if (line.startsWith("#EXT-X-MAP:")) out.init = /URI="([^"]+)"/.exec(line)?.[1] ?? null;
    else if (line.startsWith("#EXT-X-SERVER-CONTROL:")) out.holdBack = Number(/PART-HOLD-BACK=([\d.]+)/.exec(line)?.[1] ?? 0);
    else if (line.startsWith("#EXT-X-PART:")) parts.push({ uri: /URI="([^"]+)"/.exec(line)?.[1], segment, part: parts.length });
    else if (line.startsWith("#EXTINF:")) duration = parseFloat(line.slice(8));
    else if (line && !line.startsWith("#")) {
      out.segments.push({ uri: line, duration, number: segment });
      if (parts.length) parts.at(-1).last = true;
      out.pieces.push(...(parts.length ? parts : [{ uri: line, segment, part: 0, last: true }]));
      parts = [];
    }
  }
  out.pieces.push(...parts);
  return out;
}

async function get(url, kind) {
  const answer = await fetch(url, { cache: "no-store" });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return kind === "text" ? answer.text() : answer.arrayBuffer();
}

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

/** Keeps `video` playing whatever is live; `tell("playing" | "waiting")` hears of changes. Never gives up. */
export async function play(video, tell) {
  let notBefore = "RTCPeerConnection" in window ? 0 : Infinity, other = false;
  for (;;) {
    let played = false, refused = false;
    const hear = (what) => {
      played ||= what === "playing";
      tell(what);
    };
    const rtc = !other && performance.now() >= notBefore;
    try {
      await (rtc ? watchWebRtc(video, hear) : hls(video, hear));
    } catch (error) {
      refused = error.refused;
      console.info("watch: starting again:", error.message);
    }
    // A way that never played makes room for the other at once. One on which nothing got through is left alone for a while;
    // one that is not offered now may be in a moment.
    other = rtc && !played;
    if (other && !refused) notBefore = performance.now() + PAUSE;
    if (!other) await wait(1000);
    tell("waiting");
  }
}

/** HLS by whatever means the browser has. */
async function hls(video, tell) {
  if ("MediaSource" in window || "ManagedMediaSource" in window) return once(video, tell);
  if (!(await fetch(PLAYLIST, { cache: "no-store" })).ok) throw new Error("nothing live yet");
  video.src = PLAYLIST;
  video.addEventListener("playing", () => tell("playing"), { once: true });
  return new Promise((_, fail) => {
    for (const end of ["ended", "error"]) video.addEventListener(end, () => fail(new Error("the stream stopped")), { once: true });
  });
}

/** One run: until the stream's head changes, an append fails or the playlist goes away. */
async function once(video, tell) {
  const master = await get("/hls/master.m3u8", "text");
  const codecs = /CODECS="([^"]+)"/.exec(master)?.[1];
  if (!codecs) throw new Error("no codecs named");
  let list = parse(await get(PLAYLIST, "text"));
  if (!list.segments.length) throw new Error("nothing live yet");

  const source = "ManagedMediaSource" in window ? new ManagedMediaSource() : new MediaSource();
  video.disableRemotePlayback = true;
  video.src = URL.createObjectURL(source);
  await new Promise((done) => source.addEventListener("sourceopen", done, { once: true }));
  const buffer = source.addSourceBuffer(`video/mp4; codecs="${codecs}"`);
  const append = (bytes) => new Promise((done, fail) => {
    buffer.addEventListener("updateend", done, { once: true });
    buffer.addEventListener("error", () => fail(new Error("the browser refused a segment")), { once: true });
    buffer.appendBuffer(bytes);
  });
  const init = list.init;
  await append(await get(`/hls/${init}`));
  // Start close to the edge, yet with enough in hand not to stutter.
  const low = list.holdBack > 0;
  const behind = low ? list.holdBack : BEHIND, tooFar = low ? list.holdBack + 2 : TOO_FAR;
  let at = { segment: list.segments.at(low ? -1 : -2)?.number ?? list.segments.at(-1).number, part: 0 };
  let started = false, quiet = 0;
  for (;;) {
    const fresh = list.pieces.filter((p) => p.segment > at.segment || p.segment === at.segment && p.part >= at.part);
    // What lies between has fallen out of the list, or came as parts and is listed whole now.
    if (fresh.length && (fresh[0].segment > at.segment + 1 || fresh[0].part !== (fresh[0].segment === at.segment ? at.part : 0))) throw new Error("fell behind");
    if (list.init !== init || list.first + list.segments.length < at.segment - 1) throw new Error("a new stream began");
    for (const piece of fresh) {
      await append(await get(`/hls/${piece.uri}`));
      at = piece.last ? { segment: piece.segment + 1, part: 0 } : { segment: piece.segment, part: piece.part + 1 };
    }
    quiet = fresh.length ? 0 : quiet + 1;
    if (quiet > 20) throw new Error("the stream stopped");
    keepUp(video, buffer, started, behind, tooFar);
    if (!started && buffer.buffered.length) {
      started = true;
      video.play().catch(() => {});
      tell("playing");
    }
    // The server answers when the next part is there; without parts it is asked again and again.
    if (!low || !fresh.length) await wait(500);
    list = parse(await get(low ? `${PLAYLIST}?_HLS_msn=${at.segment}&_HLS_part=${at.part}` : PLAYLIST, "text"));
  }
}

/** Jumps to the live edge when too far away, and forgets what was played long ago. */
function keepUp(video, buffer, started, behind, tooFar) {
  const ranges = buffer.buffered;
  if (!ranges.length) return;
  const end = ranges.end(ranges.length - 1), begin = ranges.start(0);
  const outside = video.currentTime < ranges.start(ranges.length - 1);
  if (!started || outside || end - video.currentTime > tooFar) video.currentTime = Math.max(ranges.start(ranges.length - 1), end - behind);
  if (!buffer.updating && video.currentTime - begin > 30) buffer.remove(begin, video.currentTime - 15);
}
