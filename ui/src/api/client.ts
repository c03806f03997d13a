// Speaks HTTP to the engine. The shell that opened the page may say where the engine is and with which token; a token in
// the page's address is kept for this window only and taken out of the address, so that it is not copied by accident.
import type { Command, Result } from "./types";

export interface Hello {
  base?: string;
  token?: string;
}
declare global {
  interface Window {
    __FOOTLIGHT__?: Hello;
  }
}

/** What the engine refused or could not do: a stable code and a sentence for people. */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  constructor(code: string, message: string, status = 0) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

const TOKEN = "footlight.token";

function readToken(): string {
  if (window.__FOOTLIGHT__?.token) return window.__FOOTLIGHT__.token;
  const here = new URL(location.href);
  const given = here.searchParams.get("token");
  try {
    if (given) {
      sessionStorage.setItem(TOKEN, given);
      here.searchParams.delete("token");
      history.replaceState(null, "", here);
    }
    return given ?? sessionStorage.getItem(TOKEN) ?? "";
  } catch {
    return given ?? ""; // storage may be off; then the token lives as long as the page
  }
}

export const base = (window.__FOOTLIGHT__?.base ?? location.origin).replace(/\/$/, "");
const token = readToken();

/** The address of a WebSocket or of something a tag loads: the token goes in the address there. */
export function address(path: string, socket = false): string {
  const url = new URL(base + path);
  if (socket) url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  if (token) url.searchParams.set("token", token);
  return url.href;
}

async function ask<T>(method: string, path: string, body?: BodyInit, type?: string): Promise<T> {
  const headers: Record<string, string> = {};
  if (token) headers["Authorization"] = `Bearer ${token}`;
  if (type) headers["Content-Type"] = type;
  let answer: Response;
  try {
    answer = await fetch(base + path, { method, headers, body: body ?? null, cache: "no-store" });
  } catch {
    throw new ApiError("unreachable", "Footlight's engine does not answer.");
  }
  const text = await answer.text();
  let data: unknown = null;
  try {
    data = text ? JSON.parse(text) : null;
  } catch {
    /* some errors of HTTP itself are plain text */
  }
  if (answer.ok) return data as T;
  const told = data as { code?: string; message?: string } | null;
  throw new ApiError(told?.code ?? "http", told?.message ?? (text || answer.statusText), answer.status);
}

export const get = <T>(path: string): Promise<T> => ask<T>("GET", path);
export const post = <T>(path: string, body: unknown): Promise<T> =>
  ask<T>("POST", path, JSON.stringify(body), "application/json");
export const put = <T>(path: string, body: unknown): Promise<T> =>
  ask<T>("PUT", path, JSON.stringify(body), "application/json");

/** Sends one command. Throws ApiError when it was refused; then nothing has changed. */
export const send = (command: Command): Promise<Result> => post<Result>("/api/command", command);

/** Stores a file beside the project, in its `media/` folder. */
export const upload = (file: Blob, name: string): Promise<{ path: string }> =>
  ask("POST", `/api/files?name=${encodeURIComponent(name)}`, file, "application/octet-stream");

/** The address of a WebSocket. */
export const socketUrl = (path: string): string => address(path, true);
