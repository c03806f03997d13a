// The watch page: the picture, and beside it the truth about the show, fed by one WebSocket.
import { play } from "./player.js";

const $ = (id) => document.getElementById(id);
const video = $("video"), curtain = $("curtain"), unmute = $("unmute");

const WORDS = { idle: "Off", connecting: "Connecting", live: "Live", retrying: "Trying again", failed: "Failed", stopped: "Ended" };

function clock(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  return `${Math.floor(s / 3600)}:${String(Math.floor(s / 60) % 60).padStart(2, "0")}:${String(s % 60).padStart(2, "0")}`;
}

function element(tag, text, className) {
  const e = document.createElement(tag);
  e.textContent = text;
  if (className) e.className = className;
  return e;
}

function showFacts(state) {
  const canvas = state.canvases[0];
  const lost = canvas.frames_late + canvas.frames_skipped;
  const rows = [
    ["Picture", `${canvas.width} × ${canvas.height}`],
    ["Frames a second", `${canvas.fps_now.toFixed(1)} of ${canvas.fps.toFixed(canvas.fps % 1 ? 2 : 0)}`],
    ["Late or left out", String(lost), lost > 0],
    ["Scene", state.scenes.find((s) => s.id === canvas.scene)?.name ?? canvas.scene],
    ["Loudness", state.lufs === null ? "silent" : `${state.lufs.toFixed(1)} LUFS`],
  ];
  const recording = state.recordings.at(-1);
  if (recording) rows.push(["Recording", recording.error ? "stopped: see below" : clock(recording.duration_s), Boolean(recording.error)]);
  $("facts").replaceChildren(...rows.flatMap(([name, value, warn]) => [element("dt", name), element("dd", value, warn ? "warn" : "")]));
}

function showMeter(master) {
  master.peak_db.forEach((db, i) => {
    const percent = Math.min(100, Math.max(0, (db + 60) / 60 * 100));
    $(i ? "meter-r" : "meter-l").style.setProperty("--level", `${percent}%`);
  });
  const loudest = Math.max(-60, Math.min(0, ...[Math.max(...master.peak_db)]));
  $("meter").setAttribute("aria-valuenow", loudest.toFixed(0));
}

function showDestinations(destinations) {
  $("destinations").replaceChildren(...destinations.map((d) => {
    const li = document.createElement("li");
    const trouble = d.state === "retrying" || d.state === "failed";
    const rate = d.state === "live" && d.bitrate_kbps ? ` ${Math.round(d.bitrate_kbps)} kbit/s` : "";
    li.append(element("b", d.name), element("span", (WORDS[d.state] ?? d.state) + rate, `state num ${d.state === "live" ? "live" : ""} ${trouble ? "warn" : ""}`));
    const detail = d.reason ?? (d.frames_dropped ? `${d.frames_dropped} pictures left out` : "");
    if (detail) li.append(element("small", detail));
    return li;
  }));
}

function showEvents(events) {
  const list = $("events");
  for (const e of events) {
    const li = element("li", "", e.level);
    li.append(element("time", clock(e.at_s)), element("span", e.message));
    list.prepend(li);
  }
  while (list.childElementCount > 100) list.lastElementChild.remove();
}

function show({ state, events }) {
  $("title").textContent = state.project || "Footlight";
  document.title = `${state.project || "Footlight"} – watch`;
  $("clock").textContent = clock(state.elapsed_s);
  const live = state.destinations.filter((d) => d.state === "live").length;
  badge(live ? "air" : "warn", live ? "On air" : state.running ? "Nobody receives it" : "Ended");
  showFacts(state);
  showMeter(state.master);
  showDestinations(state.destinations);
  showEvents(events);
}

function badge(className, text) {
  $("air").className = `badge ${className}`;
  if ($("air").textContent !== text) $("air").textContent = text;
}

function listen() {
  const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/live`);
  let first = true;
  socket.onmessage = (m) => {
    if (first) $("events").replaceChildren();
    first = false;
    show(JSON.parse(m.data));
  };
  socket.onclose = () => {
    badge("warn", "Lost the studio, trying again");
    setTimeout(listen, 1000);
  };
}

unmute.onclick = () => {
  video.muted = false;
  video.play().catch(() => {});
  unmute.hidden = true;
};
video.onvolumechange = () => { unmute.hidden = !video.muted || curtain.hidden === false; };

listen();
play(video, (what) => {
  curtain.hidden = what === "playing";
  unmute.hidden = what !== "playing" || !video.muted;
  $("curtain-text").textContent = "Waiting for the picture…";
});
