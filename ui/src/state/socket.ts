// The one WebSocket over which the engine tells its state. When it breaks the page keeps everything it shows and everything
// typed, tries again by itself with growing pauses, and says so (see ConnectionBar).
import { address } from "../api/client";
import type { ServerMessage } from "../api/types";

export type Link = "no" | "yes" | "lost";

const PAUSES_MS = [250, 500, 1000, 2000, 4000];

let socket: WebSocket | null = null;
let tries = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
let wantMeters = false;
let onMessage: (message: ServerMessage) => void = () => {};
let onLink: (link: Link, retryAt: number | null) => void = () => {};

/** Connects and stays connected. */
export function begin(message: typeof onMessage, link: typeof onLink): void {
  onMessage = message;
  onLink = link;
  connect();
  addEventListener("online", retryNow);
  document.addEventListener("visibilitychange", tellHidden);
}

/** Begins anew, as after a break: everything is told again. */
export function startOver(): void {
  socket?.close();
}

/** Tries at once instead of waiting for the pause to end. */
export function retryNow(): void {
  if (socket && socket.readyState <= WebSocket.OPEN) return;
  clearTimeout(timer);
  connect();
}

/** Whether the engine sends levels, 20 times a second; off while nobody looks at a meter. */
export function setMeters(on: boolean): void {
  wantMeters = on;
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ meters: on }));
}

/** A page nobody can see hears of its counters seldom; shown again it gets everything at once. */
function tellHidden(): void {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ hidden: document.hidden }));
}

function connect(): void {
  const mine = new WebSocket(address("/api/ui", true));
  socket = mine;
  mine.onopen = () => {
    tries = 0;
    onLink("yes", null);
    mine.send(JSON.stringify({ changes: true }));
    if (wantMeters) setMeters(true);
    if (document.hidden) tellHidden();
  };
  mine.onmessage = (event: MessageEvent<unknown>) => {
    if (typeof event.data !== "string") return;
    onMessage(JSON.parse(event.data) as ServerMessage);
  };
  mine.onclose = () => {
    if (socket !== mine) return;
    const pause = PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)] ?? 4000;
    tries += 1;
    onLink("lost", Date.now() + pause);
    timer = setTimeout(connect, pause);
  };
}
