// The shell of the desktop program: every call goes to one of the few commands of src-tauri, and what the program says
// comes as the event "footlight-shell". This is the only file that names Tauri; it uses what Tauri itself puts into the
// window, no package.
import type { Display, FileFilter, Shell } from "./index";

interface Internals {
  invoke<T>(command: string, args?: Record<string, unknown>): Promise<T>;
}
declare global {
  interface Window {
    __TAURI_INTERNALS__?: Internals;
  }
}

/** What the program tells the page (src-tauri/src/page.rs). */
type Told =
  | { type: "menu"; id: string }
  | { type: "close-asked"; id: number }
  | { type: "shortcut"; id: string };

function invoke<T>(command: string, args: Record<string, unknown> = {}): Promise<T> {
  const internals = window.__TAURI_INTERNALS__;
  return internals ? internals.invoke<T>(command, args) : Promise.reject(new Error(`no program to ask: ${command}`));
}

function on<K extends Told["type"]>(type: K, hear: (told: Extract<Told, { type: K }>) => void): () => void {
  const heard = (event: Event): void => {
    const told = (event as CustomEvent<Told>).detail;
    if (told.type === type) hear(told as Extract<Told, { type: K }>);
  };
  addEventListener("footlight-shell", heard);
  return () => removeEventListener("footlight-shell", heard);
}

// The tray and the question before closing speak the page's language.
const tellLanguage = (): void => {
  void invoke("set_language", { language: document.documentElement.lang }).catch(() => {});
};
new MutationObserver(tellLanguage).observe(document.documentElement, { attributeFilter: ["lang"] });
tellLanguage();

let shortcuts = 0;

export const tauri: Shell = {
  desktop: true,
  pickFile: (options: { title?: string; filters?: FileFilter[] } = {}) => invoke<string | null>("pick_file", { ...options }),
  pickFolder: (options: { title?: string } = {}) => invoke<string | null>("pick_folder", { ...options }),
  saveFile: (options: { title?: string; name?: string; filters?: FileFilter[] } = {}) =>
    invoke<string | null>("save_file", { ...options }),
  openPath: (path) => invoke("open_path", { path }),
  revealPath: (path) => invoke("reveal_path", { path }),
  notify: (title, text) => invoke("notify", { title, text }),
  onMenu: (run) => on("menu", (told) => run(told.id)),
  onCloseAsked(ask) {
    void invoke("close_ready", { ready: true });
    // A second click on the cross asks the same again: the page answers that it is still there, and goes on asking.
    let asking = 0;
    const end = on("close-asked", ({ id }) => {
      void invoke("close_seen", { id });
      if (id === asking) return;
      asking = id;
      void ask().then((close) => invoke("close_answer", { id, close }));
    });
    return () => {
      end();
      void invoke("close_ready", { ready: false });
    };
  },
  async globalShortcut(key, run) {
    const id = `key-${++shortcuts}`;
    const end = on("shortcut", (told) => {
      if (told.id === id) run();
    });
    try {
      await invoke("add_shortcut", { id, key });
    } catch (error) {
      end();
      throw error;
    }
    return () => {
      end();
      void invoke("remove_shortcut", { id }).catch(() => {});
    };
  },
  displays: () => invoke<Display[]>("displays"),
  async openProjector(target, title, display) {
    await invoke<number | null>("open_projector", { target, title, display: display ?? null });
  },
  openRoom(room) {
    void invoke("open_room", { room });
  },
};
