// The docks by name: what stands in them. A dock of another room that is not there yet shows nothing.
import type { Component } from "svelte";
import type { IconName } from "../components/icons";
import Scenes from "../scenes/Scenes.svelte";
import Sources from "../sources/Sources.svelte";
import { rooms } from "../rooms";
import type { DockId } from "./layout";

interface Dock {
  icon: IconName;
  /** Ours; the dock draws its own header buttons into the `head` it is given. */
  component?: Component<Record<string, unknown>>;
  file?: string;
}

export const docks: Record<DockId, Dock> = {
  scenes: { icon: "l-two", component: Scenes as Component<Record<string, unknown>> },
  sources: { icon: "layers", component: Sources as Component<Record<string, unknown>> },
  mixer: { icon: "mix", file: rooms.mixer },
  status: { icon: "log", file: rooms.status },
  properties: { icon: "gear", file: rooms.properties },
};
