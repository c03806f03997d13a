/* Moving pictures from the engine: one WebSocket (/api/pictures) for all monitors of the page. Monitors subscribe; what they
   ask for is merged, each picture is acknowledged after it was drawn, and nothing is asked for while nobody can see it. */

import { address } from "../api/client";
import { merge, parse, type Ask, type Frame } from "../monitor/protocol";

export type { Frame } from "../monitor/protocol";

export interface Subscription {
  /** Asks for another size, CSS or device pixels as the caller counts. */
  resize(width: number, height: number): void;
  stop(): void;
}

export interface SubscribeOptions extends Ask {
  /** The element that shows it: pictures stop while it is not on screen. */
  element?: Element;
}

/** The part of WebSocket that is used here. */
export interface Socket {
  binaryType: string;
  readyState: number;
  onopen: ((e: Event) => void) | null;
  onclose: ((e: CloseEvent) => void) | null;
  onmessage: ((e: MessageEvent) => void) | null;
  send(text: string): void;
  close(): void;
}

interface Entry {
  ask: Ask;
  draw: (frame: Frame) => void;
  seen: boolean;
  drawnAt: number;
  /** Draws the latest when its pace allows. */
  late: ReturnType<typeof setTimeout> | undefined;
}

const OPEN = 1;
const RETRY_FIRST_MS = 300;
const RETRY_MOST_MS = 5000;
const IDLE_MS = 4000;

/** The pictures of one server. `connect` opens a socket. */
export class Pictures {
  private entries = new Set<Entry>();
  private ids = new Map<string, number>();
  private targets = new Map<number, string>();
  private latest = new Map<string, Frame>();
  private socket: Socket | null = null;
  private sent = "";
  private due = false;
  private retryMs = RETRY_FIRST_MS;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private observer: IntersectionObserver | null = null;
  private observed = new Map<Element, Entry>();

  constructor(private connect: () => Socket, private hidden: () => boolean = () => document.hidden) {}

  subscribe(o: SubscribeOptions, draw: (frame: Frame) => void): Subscription {
    const { element, ...ask } = o;
    const entry: Entry = { ask, draw, seen: true, drawnAt: -Infinity, late: undefined };
    this.entries.add(entry);
    if (element) this.watch(element, entry);
    const last = this.latest.get(ask.target);
    // Still pictures are not sent again: who comes later gets the last one.
    if (last) queueMicrotask(() => this.entries.has(entry) && draw(last));
    this.changed();
    return {
      resize: (width, height) => {
        if (entry.ask.width === width && entry.ask.height === height) return;
        entry.ask = { ...entry.ask, width, height };
        this.changed();
      },
      stop: () => {
        this.entries.delete(entry);
        clearTimeout(entry.late);
        if (element) this.unwatch(element);
        this.changed();
      },
    };
  }

  /** Looks again at what is wanted; called when the page is hidden or shown, and by subscriptions. */
  changed(): void {
    if (this.due) return;
    this.due = true;
    queueMicrotask(() => {
      this.due = false;
      this.update();
    });
  }

  private update(): void {
    const asks = this.hidden() ? [] : [...this.entries].filter((e) => e.seen).map((e) => e.ask);
    const wants = merge(asks, (target) => this.idOf(target));
    for (const target of this.latest.keys()) {
      if (![...this.entries].some((e) => e.ask.target === target)) this.latest.delete(target);
    }
    clearTimeout(this.timer);
    if (!this.socket) {
      if (wants.length) this.open();
      return;
    }
    if (!wants.length) this.timer = setTimeout(() => this.socket?.close(), IDLE_MS);
    const text = JSON.stringify({ want: wants });
    if (this.socket.readyState !== OPEN || text === this.sent) return;
    this.sent = text;
    this.socket.send(text);
  }

  private idOf(target: string): number {
    let id = this.ids.get(target);
    if (id === undefined) {
      id = this.ids.size + 1;
      this.ids.set(target, id);
      this.targets.set(id, target);
    }
    return id;
  }

  private open(): void {
    const socket = this.connect();
    this.socket = socket;
    this.sent = "";
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.retryMs = RETRY_FIRST_MS;
      this.update();
    };
    socket.onmessage = (e) => this.message(socket, e.data);
    socket.onclose = () => {
      if (this.socket !== socket) return;
      this.socket = null;
      clearTimeout(this.timer);
      if (!this.entries.size) return;
      this.timer = setTimeout(() => this.update(), this.retryMs);
      this.retryMs = Math.min(RETRY_MOST_MS, this.retryMs * 2);
    };
  }

  private message(socket: Socket, data: unknown): void {
    const got = data instanceof ArrayBuffer ? parse(data) : null;
    const target = got ? this.targets.get(got.want) : undefined;
    if (!got || target === undefined) return;
    const takers = [...this.entries].filter((e) => e.ask.target === target);
    if (takers.length) this.latest.set(target, got.frame);
    const fastest = Math.max(...takers.map((e) => e.ask.fps));
    for (const e of takers) if (e.seen) this.draw(e, got.frame, e.ask.fps < fastest);
    if (socket.readyState === OPEN) socket.send(`{"ack":${got.want}}`);
  }

  /** A tile that shares its picture with a monitor keeps its own slow pace, and still ends with the last picture. */
  private draw(e: Entry, frame: Frame, slow: boolean): void {
    const wait = slow ? e.drawnAt + 1000 / e.ask.fps - performance.now() : 0;
    if (wait > 0) {
      e.late ??= setTimeout(() => {
        e.late = undefined;
        const last = this.latest.get(e.ask.target);
        if (last && this.entries.has(e)) this.draw(e, last, false);
      }, wait);
      return;
    }
    e.drawnAt = performance.now();
    e.draw(frame);
  }

  private watch(element: Element, entry: Entry): void {
    if (typeof IntersectionObserver === "undefined") return;
    this.observer ??= new IntersectionObserver((changes) => {
      for (const c of changes) {
        const e = this.observed.get(c.target);
        if (e) e.seen = c.isIntersecting;
      }
      this.changed();
    });
    this.observed.set(element, entry);
    this.observer.observe(element);
  }

  private unwatch(element: Element): void {
    this.observed.delete(element);
    this.observer?.unobserve(element);
  }
}

let shared: Pictures | null = null;

/** Pictures of `target` as they come; `draw` is called for each and has drawn it when it returns. */
export function subscribe(o: SubscribeOptions, draw: (frame: Frame) => void): Subscription {
  if (!shared) {
    const pictures = new Pictures(() => new WebSocket(address("/api/pictures", true)));
    document.addEventListener("visibilitychange", () => pictures.changed());
    shared = pictures;
  }
  return shared.subscribe(o, draw);
}
