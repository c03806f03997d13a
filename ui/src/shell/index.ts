// What the surrounding program can do for the page: files, windows, notices. In a browser the page makes do with what a
// browser has; inside the desktop program tauri.ts does it. tauri.ts is the only file that names Tauri.
import { browser } from "./browser";

export interface FileFilter {
  name: string;
  extensions: string[];
}
/** A display of this computer that a projector can fill. */
export interface Display {
  index: number;
  name: string;
  width: number;
  height: number;
  x: number;
  y: number;
  primary: boolean;
}
export interface Shell {
  /** True in the desktop program: paths can be picked and shown. */
  readonly desktop: boolean;
  /** Full paths; null where only the browser's own file choice is there or nothing was chosen. */
  pickFile(options?: { title?: string; filters?: FileFilter[] }): Promise<string | null>;
  pickFolder(options?: { title?: string }): Promise<string | null>;
  saveFile(options?: { title?: string; name?: string; filters?: FileFilter[] }): Promise<string | null>;
  openPath(path: string): Promise<void>;
  revealPath(path: string): Promise<void>;
  notify(title: string, text: string): Promise<void>;
  /** The program's own menu and tray: ids of actions (state/commands.ts). */
  onMenu(run: (action: string) => void): () => void;
  /** Asked before the window closes: answer false to keep it open. */
  onCloseAsked(ask: () => Promise<boolean>): () => void;
  /** A key that works while another program has the focus. Returns what ends it; null where there is no such thing. */
  globalShortcut(key: string, run: () => void): Promise<(() => void) | null>;
  /** The displays a projector can fill; none where only an ordinary window can be opened. */
  displays(): Promise<Display[]>;
  /**
   * A picture ("program", "preview", "scene:ID", "source:ID", "program:CANVAS") or, in the desktop program, the "multiview"
   * in a window of its own; on a display it fills it.
   */
  openProjector(target: string, title: string, display?: number): Promise<void>;
  /** One room of the studio ("mixer", "scenes") in a window of its own; absent where that can't be done yet. */
  openRoom?(room: string): void;
}

let current: Shell = browser;
export const shell = (): Shell => current;

/** Takes the desktop program's shell where the page runs inside it. */
export async function findShell(): Promise<void> {
  // A window with one room or one picture is a page as in any browser: the program listens to the main window only.
  if (!("__TAURI_INTERNALS__" in window) || new URLSearchParams(location.search).has("room") || location.hash.includes("projector=")) return;
  const found = import.meta.glob<{ tauri: Shell }>("./tauri.ts");
  const file = found["./tauri.ts"];
  if (file) current = (await file()).tauri;
}
