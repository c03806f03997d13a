// Which file stands behind the name of a room, a dialog or a sheet. Files are fetched when first needed, so that a room nobody
// opens costs nothing. A file has a line in `files` and one under its name.
import type { Component } from "svelte";

const files = import.meta.glob<{ default: Component<Record<string, unknown>> }>([
  "./add/AddSource.svelte",
  "./canvases/CanvasLayout.svelte",
  "./destinations/AddDestination.svelte",
  "./destinations/DestinationSheet.svelte",
  "./destinations/EditDestination.svelte",
  "./firstrun/FirstRun.svelte",
  "./forms/SchemaForm.svelte",
  "./golive/GoLive.svelte",
  "./mixer/Mixer.svelte",
  "./mixer/MixerHead.svelte",
  "./monitor/EditBar.svelte",
  "./monitor/Monitor.svelte",
  "./palette/Palette.svelte",
  "./properties/Properties.svelte",
  "./report/Report.svelte",
  "./settings/KeysList.svelte",
  "./settings/ProjectDialog.svelte",
  "./settings/Settings.svelte",
  "./simple/Simple.svelte",
  "./status/RecordingSheet.svelte",
  "./studio/TransitionDialog.svelte",
  "./studio/TransitionQuick.svelte",
  "./status/Status.svelte",
]);

/** Parts of the window that belong to others than the frame. */
export const rooms = {
  monitor: "./monitor/Monitor.svelte",
  properties: "./properties/Properties.svelte",
  mixer: "./mixer/Mixer.svelte",
  status: "./status/Status.svelte",
  simple: "./simple/Simple.svelte",
  "schema-form": "./forms/SchemaForm.svelte",
} as const;

export const dialogFiles = {
  settings: "./settings/Settings.svelte",
  keys: "./settings/KeysList.svelte",
  palette: "./palette/Palette.svelte",
  project: "./settings/ProjectDialog.svelte",
  "add-source": "./add/AddSource.svelte",
  "go-live": "./golive/GoLive.svelte",
  "add-destination": "./destinations/AddDestination.svelte",
  "edit-destination": "./destinations/EditDestination.svelte",
  "first-run": "./firstrun/FirstRun.svelte",
  report: "./report/Report.svelte",
  transition: "./studio/TransitionDialog.svelte",
  "quick-transition": "./studio/TransitionQuick.svelte",
  "canvas-layout": "./canvases/CanvasLayout.svelte",
} as const;

/** Sheets lie over the lower half and never over the monitors. */
export const sheetFiles = {
  destination: "./destinations/DestinationSheet.svelte",
  recording: "./status/RecordingSheet.svelte",
} as const;

export type RoomName = keyof typeof rooms;
export type DialogName = keyof typeof dialogFiles;
export type SheetName = keyof typeof sheetFiles;

/** Whether a file is there. */
export const exists = (path: string): boolean => path in files;
/** Fetches the component of a file. */
export async function load(path: string): Promise<Component<Record<string, unknown>> | null> {
  const file = files[path];
  return file ? (await file()).default : null;
}
