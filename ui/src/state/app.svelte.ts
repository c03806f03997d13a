// What the page knows of the show: the document, its state and the person's selection. All of it comes from the engine; the
// page only asks for changes (`app.run`) and shows what comes back.
import { ApiError, get, send } from "../api/client";
import type { ChangeMessage, Command, Event, Kind, Kinds, Project, ProjectMessage, Result, Scene, SceneItem, ServerMessage, Snapshot, Source } from "../api/types";
import { t, type Key } from "../i18n";
import { sentence } from "../destinations/words";
import { changed } from "./change";
import { tellMeters } from "./meters";
import { rested } from "./snapshot";
import { begin, startOver, type Link } from "./socket";
import { toasts } from "./toasts.svelte";

/** What is picked in the window. Everything selected opens in Properties. */
export interface Selection {
  /** The scene the items are in. */
  scene: string;
  items: string[];
  /** A source picked outside any scene (in the mixer). */
  source: string | null;
  destination: string | null;
}
const NOTHING: Selection = { scene: "", items: [], source: null, destination: null };
const KEPT_EVENTS = 500;

class App {
  project = $state.raw<Project | null>(null);
  revision = $state(0);
  /** JSON pointers of secrets that are set. */
  secrets = $state.raw<string[]>([]);
  #undo = $state<string | null>(null);
  #redo = $state<string | null>(null);
  saved = $state(true);
  path = $state("");
  state = $state.raw<Snapshot | null>(null);
  events = $state.raw<Event[]>([]);
  kinds = $state.raw<Kinds>({ sources: [], destinations: [], transitions: [], filters: [], layouts: [] });
  selection = $state.raw<Selection>(NOTHING);
  connected = $state<Link>("no");
  /** When the next try to reach the engine is, in ms since 1970. */
  retryAt = $state<number | null>(null);
  version = $state("");
  platform = $state("");
  can = $state.raw<string[]>([]);
  generation = $state(-1);

  /** What undo would take back, in words; null when there is nothing. */
  readonly undo: string | null = $derived(stepName(this.#undo));
  readonly redo: string | null = $derived(stepName(this.#redo));
  readonly onAir: boolean = $derived(this.state?.on_air ?? false);
  readonly studioMode: boolean = $derived(this.state?.desk.studio_mode ?? false);
  /** Id of the scene in the programme. */
  readonly program: string = $derived(this.state?.canvases[0]?.scene ?? this.project?.canvases[0]?.scene ?? "");
  /** Id of the scene in the preview; the programme's when studio mode is off. */
  readonly preview: string = $derived(this.studioMode ? (this.state?.desk.preview ?? this.program) : this.program);
  /** Id of the scene that is edited: the preview's in studio mode, else the programme's. */
  readonly editSceneId: string = $derived(this.preview);
  /** That scene of the document. */
  readonly editScene: Scene | undefined = $derived(this.project?.scenes.find((one) => one.id === this.editSceneId));
  /** The selected items of the scene that is edited, in the document's order. */
  readonly selectedItems: SceneItem[] = $derived(
    this.selection.scene === this.editSceneId
      ? (this.editScene?.items.filter((one) => this.selection.items.includes(one.id)) ?? [])
      : [],
  );
  readonly sourceById: Map<string, Source> = $derived(new Map(this.project?.sources.map((one) => [one.id, one])));
  readonly stateById = $derived(new Map(this.state?.sources.map((one) => [one.id, one])));

  scene(id: string): Scene | undefined {
    return this.project?.scenes.find((one) => one.id === id);
  }
  kind(id: string): Kind | undefined {
    return this.kinds.sources.find((one) => one.id === id);
  }
  /** The name of an item for people: its own, else its source's or nested scene's. */
  itemName(item: SceneItem): string {
    if (item.name) return item.name;
    if (item.source) return this.sourceById.get(item.source)?.name || item.source;
    return (item.scene && this.scene(item.scene)?.name) || item.scene || item.id;
  }

  selectItems(items: string[], scene = this.editSceneId): void {
    this.selection = { ...NOTHING, scene, items };
  }
  selectSource(source: string): void {
    this.selection = { ...NOTHING, source };
  }
  selectDestination(destination: string): void {
    this.selection = { ...NOTHING, destination };
  }
  selectNothing(): void {
    this.selection = NOTHING;
  }

  /** Sends a command. What the engine refuses is told in a toast with its sentence; then the answer is undefined. */
  async run(command: Command, options: { quiet?: boolean } = {}): Promise<Result | undefined> {
    try {
      return await send(command);
    } catch (error) {
      if (!options.quiet) tellError(error);
      return undefined;
    }
  }

  start(): void {
    begin((message) => this.#read(message), (link, retryAt) => {
      this.connected = link === "lost" && this.connected === "no" ? "no" : link;
      this.retryAt = retryAt;
    });
  }

  #read(message: ServerMessage): void {
    if (message.type === "meters") tellMeters(message);
    else if (message.type === "state") this.state = rested(message.state);
    else if (message.type === "events") this.#readEvents(message.events);
    else if (message.type === "project") this.#readProject(message, message.project);
    else if (message.type === "change") {
      const project = this.project && changed(this.project, message.changes);
      if (project) this.#readProject(message, project);
      else startOver();
    }
    else if (message.type === "hello") {
      if (message.generation !== this.generation) this.#newShow(message.generation);
      this.version = message.version;
      this.platform = message.platform;
      this.can = message.can;
    }
  }
  #readProject(message: ProjectMessage | ChangeMessage, project: Project): void {
    this.project = project;
    this.revision = message.revision;
    this.secrets = message.secrets;
    this.#undo = message.undo;
    this.#redo = message.redo;
    this.saved = message.saved;
    this.path = message.path;
  }
  #readEvents(fresh: Event[]): void {
    const last = this.events.at(-1)?.seq ?? 0;
    const added = fresh.filter((one) => one.seq > last);
    if (added.length) this.events = [...this.events, ...added].slice(-KEPT_EVENTS);
  }
  /** Another project, or the engine started anew: nothing of the old one holds. */
  #newShow(generation: number): void {
    this.generation = generation;
    this.events = [];
    this.selection = NOTHING;
    void get<Kinds>("/api/kinds").then((kinds) => (this.kinds = kinds)).catch(tellError);
  }
}

/** A step is named by its command, or by the label of a batch, which is in words already. */
function stepName(label: string | null): string | null {
  if (label === null) return null;
  const key = `undo.${label}` as Key;
  const words = t(key);
  return words === key ? label : words;
}

/** Says in a toast what went wrong. */
export function tellError(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const unreachable = error instanceof ApiError && error.code === "unreachable";
  toasts.needs(unreachable ? t("common.unreachable") : sentence(message), { tag: message });
}

export const app = new App();
