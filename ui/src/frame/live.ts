// Going on air and off it, from wherever it is asked: the Footlights, a key, the palette, the tray.
import { t } from "../i18n";
import { dialogFiles, exists } from "../rooms";
import { app } from "../state/app.svelte";
import { dialogs } from "../state/dialogs.svelte";
import { airOf } from "./lamps";

/** Opens the check; without it goes live to the enabled destinations after asking. */
export async function goLive(): Promise<void> {
  if (exists(dialogFiles["go-live"])) return dialogs.open("go-live");
  const names = app.project?.destinations.filter((one) => one.enabled).map((one) => one.name || one.id) ?? [];
  const { yes } = await dialogs.ask({ title: t("frame.goLiveTitle", { n: names.length }), text: names.join(", "), action: t("frame.goLive"), public: true });
  if (yes) await app.run({ command: "go_live" });
}

export async function askToEnd(): Promise<void> {
  const state = app.state;
  if (!state) return;
  const names = state.destinations.filter((one) => ["connecting", "live", "degraded", "retrying"].includes(one.state)).map((one) => one.name);
  const { receiving } = airOf(state.on_air, state.destinations);
  const also = state.recording ? " " + t("frame.endRecordingToo") : "";
  const { yes } = await dialogs.ask({
    title: t("frame.endTitle"),
    text: t(receiving ? "frame.endText" : "frame.endTextNobody", { names: names.join(", ") }) + also,
    action: t("frame.endShow"),
    stay: t("frame.stayOnAir"),
    public: true,
  });
  if (yes) await app.run({ command: "end_live" });
}

export const recordToggle = (): void => void app.run({ command: app.state?.recording ? "stop_recording" : "start_recording" });

export const recording = {
  pause: (): void => void app.run({ command: app.state?.recording?.state === "paused" ? "resume_recording" : "pause_recording" }),
  split: (): void => void app.run({ command: "split_recording" }),
  /** Saves the last seconds; begins to keep them when nothing does yet. */
  replay: (): void => void app.run({ command: app.state?.replay ? "save_replay" : "start_replay" }),
  screenshot: (): void => void app.run({ command: "screenshot" }),
};

export const mark = (): void => void app.run({ command: "mark" });
