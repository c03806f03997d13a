// What can be done from anywhere in the window: the keys of design section 6 that exist now, and the rest of the palette.
import { t } from "../i18n";
import { app } from "../state/app.svelte";
import { register, type Action } from "../state/commands";
import { dialogs } from "../state/dialogs.svelte";
import { look } from "../state/look.svelte";
import { prefs } from "../state/prefs.svelte";
import { layouts } from "../studio/layouts.svelte";
import { quickName, takeQuick, takes } from "../studio/transitions";
import { DOCKS } from "../studio/layout";
import { goToArea } from "./areas";
import { askToEnd, goLive, mark, recording, recordToggle } from "./live";

const sceneAt = (n: number): string | undefined => app.project?.scenes[n - 1]?.id;
const sceneName = (n: number): string => app.project?.scenes[n - 1]?.name ?? "";

/** In studio mode a click or digit is for the preview, without it for the programme. */
export function pickScene(id: string): void {
  if (app.studioMode) void app.run({ command: "set_preview", scene: id });
  else void app.run({ command: "set_scene", scene: id });
}
/** Straight to the programme. */
export const takeScene = (id: string): void => void app.run({ command: "set_scene", scene: id });

/** The person's microphone: the one chosen, else the first there is. */
function microphone(): { id: string; muted: boolean } | undefined {
  const chosen = prefs.get("mixer.microphone", "");
  const all = app.project?.sources ?? [];
  const one = all.find((each) => each.id === chosen) ?? all.find((each) => each.kind === "audio_input");
  return one && { id: one.id, muted: one.audio.muted };
}
function mute(muted: boolean): void {
  const one = microphone();
  if (one) void app.run({ command: "set_source_audio", source: one.id, muted });
}

function scenes(): Action[] {
  return Array.from({ length: 9 }, (_, at) => at + 1).flatMap((n): Action[] => [
    { id: `scene.${n}`, key: String(n), icon: "l-two", label: () => t("scenes.toPreview", { name: sceneName(n) || n }), enabled: () => !!sceneAt(n), run: () => pickScene(sceneAt(n) ?? "") },
    { id: `scene.take.${n}`, key: `Shift+${n}`, icon: "l-solo", label: () => t("scenes.toProgramme", { name: sceneName(n) || n }), enabled: () => !!sceneAt(n), run: () => takeScene(sceneAt(n) ?? "") },
  ]);
}

function live(): Action[] {
  const different = (): boolean => app.studioMode && takes();
  return [
    { id: "take", key: "T", icon: "swap", label: "frame.take", enabled: different, run: () => void app.run({ command: "take" }) },
    { id: "cut", key: "C", icon: "swap", label: "frame.cut", enabled: different, run: () => void app.run({ command: "cut" }) },
    { id: "live", key: "Ctrl+Shift+L", icon: "lamp-live", label: () => (app.onAir ? t("frame.endShow") : t("frame.goLive")), enabled: () => app.connected === "yes", run: () => void (app.onAir ? askToEnd() : goLive()) },
    { id: "record", key: "Ctrl+Shift+R", icon: "rec", label: () => (app.state?.recording ? t("frame.stopRecording") : t("frame.startRecording")), run: recordToggle },
    { id: "record.pause", icon: "pause", label: () => t(app.state?.recording?.state === "paused" ? "frame.resumeRecording" : "frame.pauseRecording"), enabled: () => !!app.state?.recording, run: recording.pause },
    { id: "record.split", icon: "crop", label: "frame.splitRecording", enabled: () => !!app.state?.recording, run: recording.split },
    { id: "replay", key: "Ctrl+Shift+S", icon: "replay", label: () => t(app.state?.replay ? "frame.saveReplay" : "frame.startReplay"), run: recording.replay },
    { id: "replay.play", key: "R", icon: "play", label: "frame.playReplay", enabled: () => !!app.state?.replay && !!app.project?.sources.some((one) => one.kind === "replay"), run: () => recording.play() },
    { id: "screenshot", icon: "image", label: "frame.screenshot", run: recording.screenshot },
    { id: "mark", key: "K", icon: "flag", label: "frame.marker", enabled: () => app.onAir || !!app.state?.recording, run: mark },
    { id: "mic", key: "M", icon: "mic", label: () => (microphone()?.muted ? t("frame.micOn") : t("frame.micOff")), enabled: () => !!microphone(), run: () => mute(!microphone()?.muted) },
    { id: "mic.talk", key: "V", icon: "mic", hidden: true, label: "frame.talkHeld", enabled: () => !!microphone(), run: () => mute(false), release: () => mute(true) },
    { id: "studio-mode", icon: "l-two", label: () => t(app.studioMode ? "frame.studioModeOff" : "frame.studioModeOn"), run: () => void app.run({ command: "set_studio_mode", on: !app.studioMode }) },
  ];
}

/** The first nine transitions at hand. */
function quick(): Action[] {
  const at = (n: number) => app.project?.quick_transitions?.[n - 1];
  return Array.from({ length: 9 }, (_, i) => i + 1).map((n): Action => ({
    id: `quick.${n}`, key: `Alt+${n}`, icon: "swap", label: () => { const one = at(n); return t("frame.quickKey", { name: one ? quickName(one) : n }); },
    enabled: () => app.studioMode && takes() && !!at(n), run: () => takeQuick(n),
  }));
}

function edit(): Action[] {
  return [
    { id: "edit.undo", key: "Ctrl+Z", icon: "undo", label: () => (app.undo ? t("frame.undoWhat", { what: app.undo }) : t("common.undo")), enabled: () => app.undo !== null, run: () => void app.run({ command: "undo" }) },
    { id: "edit.redo", key: "Ctrl+Shift+Z", icon: "redo", label: () => (app.redo ? t("frame.redoWhat", { what: app.redo }) : t("frame.redo")), enabled: () => app.redo !== null, run: () => void app.run({ command: "redo" }) },
    { id: "edit.canvas", key: "E", icon: "tool", label: () => t(layouts.editing ? "frame.editDone" : "frame.editPreview"), enabled: () => layouts.kind === "studio" && !!app.editScene, run: () => (layouts.editing = !layouts.editing) },
    { id: "source.add", key: "A", icon: "plus", label: "sources.add", enabled: () => !!app.editScene, run: () => dialogs.open("add-source", { scene: app.editSceneId }) },
    { id: "scene.add", icon: "plus", label: "scenes.add", run: () => void app.run({ command: "add_scene", after: app.editSceneId }) },
    { id: "destination.add", icon: "plus", label: "frame.addDestination", run: () => dialogs.open("add-destination") },
    { id: "report", icon: "log", label: "status.viewReport", run: () => dialogs.open("report") },
    { id: "project.save", key: "Ctrl+S", icon: "disk", label: "frame.saveProject", run: () => void app.run({ command: "save_project" }) },
    { id: "project.open", key: "Ctrl+O", icon: "folder", label: "frame.openProject", run: () => dialogs.open("project", { tab: "open" }) },
    { id: "project.new", icon: "plus", label: "frame.newProject", run: () => dialogs.open("project", { tab: "new" }) },
    { id: "project.import", icon: "down2", label: "frame.importProject", also: "frame.importAlso", run: () => dialogs.open("project", { tab: "import" }) },
    { id: "project.export", icon: "out", label: "frame.exportProject", run: () => dialogs.open("project", { tab: "export" }) },
    { id: "project.history", icon: "replay", label: "frame.history", run: () => dialogs.open("project", { tab: "history" }) },
  ];
}

function view(): Action[] {
  return [
    { id: "palette", key: "Ctrl+K", hidden: true, label: "frame.doAnything", run: () => dialogs.open("palette") },
    { id: "keys", key: "?", icon: "keyboard", label: "settings.keysList", run: () => dialogs.open("keys") },
    { id: "settings", key: "Ctrl+,", icon: "gear", label: "common.settings", run: () => dialogs.open("settings") },
    { id: "settings.look", icon: "palette", label: "settings.look", also: "settings.lookAlso", run: () => dialogs.open("settings", { tab: "look" }) },
    { id: "settings.encoder", icon: "chip", label: "settings.encoder", also: "settings.encoderAlso", run: () => dialogs.open("settings", { tab: "encoder" }) },
    { id: "settings.recording", icon: "rec", label: "settings.recording", run: () => dialogs.open("settings", { tab: "recording" }) },
    { id: "settings.captions", icon: "text", label: "settings.captions", also: "settings.captionsAlso", run: () => dialogs.open("settings", { tab: "captions" }) },
    { id: "view.simple", key: "Ctrl+1", icon: "l-solo", label: "frame.toSimple", run: () => (layouts.kind = "simple") },
    { id: "view.studio", key: "Ctrl+2", icon: "l-two", label: "frame.toStudio", run: () => (layouts.kind = "studio") },
    { id: "view.larger", key: "Ctrl++", icon: "plus", label: "frame.larger", run: () => look.step(1) },
    { id: "view.larger2", key: "Ctrl+=", hidden: true, label: "frame.larger", run: () => look.step(1) },
    { id: "view.smaller", key: "Ctrl+-", icon: "minus", label: "frame.smaller", run: () => look.step(-1) },
    { id: "view.actual", key: "Ctrl+0", label: "frame.actualSize", run: () => look.step(0) },
    { id: "area.next", key: "F6", hidden: true, label: "frame.nextArea", run: () => goToArea() },
    { id: "area.previous", key: "Shift+F6", hidden: true, label: "frame.previousArea", run: () => goToArea(true) },
    { id: "layout.back", icon: "dock", label: "frame.docksBack", run: () => layouts.putBack() },
    ...DOCKS.map((dock): Action => ({ id: `dock.${dock}`, icon: "dock", label: () => t("frame.dockShowHide", { name: t(`frame.dock_${dock}`) }), run: () => layouts.toggle(dock) })),
  ];
}

export const registerFrame = (): (() => void) => register(...live(), ...quick(), ...scenes(), ...edit(), ...view());
