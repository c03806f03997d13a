// What the first steps know: the starting point, the devices found, and the sources that were opened to try them. These are
// real sources of the project; what is not used in the end is taken away again.
import { get, upload } from "../api/client";
import type { Devices, DeviceUse, Settings } from "../api/types";
import { app, tellError } from "../state/app.svelte";
import { shell } from "../shell";
import type { Have, Start } from "./plan";

export type Slot = "camera" | "screen" | "microphone";
export type FileSlot = "film" | "picture" | "music";
const NOTHING = "";

export class Setup {
  start = $state<Start>("talk");
  devices = $state.raw<Devices | null>(null);
  looking = $state(false);
  /** Ids of devices chosen; empty: none. */
  chosen = $state<Record<Slot, string>>({ camera: NOTHING, screen: NOTHING, microphone: NOTHING });
  /** Ids of the sources opened for them. */
  have = $state.raw<Have>({});
  files = $state.raw<Partial<Record<FileSlot, string>>>({});
  copying = $state("");

  readonly wants: Slot[] = $derived(this.start === "talk" ? ["camera", "microphone"] : this.start === "screen" ? ["screen", "camera", "microphone"] : []);
  readonly wantsFiles: FileSlot[] = $derived(this.start === "film" ? ["film"] : this.start === "music" ? ["picture", "music"] : []);

  async look(): Promise<void> {
    this.looking = true;
    try {
      this.devices = await get<Devices>("/api/devices");
      const { cameras, screens, microphones } = this.devices;
      const first: Record<Slot, string | undefined> = {
        camera: cameras[0]?.id, screen: screens[0]?.id,
        microphone: (microphones.find((one) => one.default && !one.monitor) ?? microphones.find((one) => !one.monitor))?.id,
      };
      for (const slot of this.wants) if (!this.chosen[slot] && first[slot]) await this.choose(slot, first[slot]);
    } catch (error) {
      tellError(error);
    }
    this.looking = false;
  }
  list(slot: Slot): (DeviceUse & { id: string; name: string })[] {
    if (!this.devices) return [];
    if (slot === "camera") return this.devices.cameras;
    if (slot === "screen") return this.devices.screens;
    return this.devices.microphones.filter((one) => !one.monitor);
  }
  /** Opens a device as a source, in place of the one before. */
  async choose(slot: Slot, id: string): Promise<void> {
    this.chosen[slot] = id;
    const old = this.have[slot];
    const use = this.list(slot).find((one) => one.id === id);
    const made = use ? (await app.run({ command: "add_source", kind: use.kind, name: use.name, settings: use.settings }))?.source : undefined;
    this.have = { ...this.have, [slot]: made };
    if (old) await app.run({ command: "remove_source", source: old }, { quiet: true });
  }
  /** A file from this computer: copied beside the project by the browser, named by its path in the desktop program. */
  async file(slot: FileSlot, given: File | null): Promise<void> {
    try {
      let path: string | null;
      if (given) {
        this.copying = given.name;
        path = (await upload(given, given.name)).path;
      } else path = await shell().pickFile();
      if (!path) return;
      const name = (given?.name ?? path.split(/[\\/]/).pop() ?? path).replace(/\.[^.]+$/, "");
      const settings: Settings = slot === "picture" ? { file: path } : { file: path, loop: slot === "music" };
      const made = await app.run({ command: "add_source", kind: slot === "picture" ? "image" : "media", name, settings });
      const old = this.have[slot];
      this.have = { ...this.have, [slot]: made?.source };
      this.files = { ...this.files, [slot]: name };
      if (old) await app.run({ command: "remove_source", source: old }, { quiet: true });
    } catch (error) {
      tellError(error);
    } finally {
      this.copying = "";
    }
  }
  /** Takes away what was opened and is not wanted by the starting point. */
  async tidy(all = false): Promise<void> {
    const wanted: string[] = all ? [] : [...this.wants, ...this.wantsFiles];
    for (const [slot, id] of Object.entries(this.have)) {
      if (!id || wanted.includes(slot)) continue;
      await app.run({ command: "remove_source", source: id }, { quiet: true });
      this.have = { ...this.have, [slot]: undefined };
      if (slot in this.chosen) this.chosen[slot as Slot] = NOTHING;
    }
  }
  /** What was opened and stands. */
  opened(): Have {
    return Object.fromEntries(Object.entries(this.have).filter(([, id]) => id)) as Have;
  }
}
