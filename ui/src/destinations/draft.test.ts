// From a form to a command: only what was changed, and a saved key is never sent back.
import { describe, expect, it } from "vitest";
import type { Destination } from "../api/types";
import { addCommand, draftFault, draftOf, editCommand, newDraft, newOfKind } from "./draft";

const saved: Destination = { id: "yt", name: "YouTube", kind: "rtmp", enabled: true, encoder: "", settings: { url: "rtmp://a.rtmp.youtube.com/live2", key: "" }, service: "youtube" };

describe("a destination's form", () => {
  it("becomes a new destination", () => {
    const draft = { ...newDraft("custom", "Mine"), url: " rtmp://127.0.0.1/live ", key: " k " };
    expect(addCommand(draft)).toEqual({ command: "add_destination", kind: "rtmp", name: "Mine", enabled: true, settings: { url: "rtmp://127.0.0.1/live", key: "k" } });
    expect(addCommand(newDraft("local", "Here"))).toEqual({ command: "add_destination", kind: "local", name: "Here", enabled: true, settings: { segment_s: 2 } });
  });
  it("sends only what was changed", () => {
    const draft = draftOf(saved);
    expect(editCommand(draft, saved)).toBeNull();
    expect(editCommand({ ...draft, name: "Channel" }, saved)).toEqual({ command: "set_destination", id: "yt", name: "Channel" });
    expect(editCommand({ ...draft, key: "new" }, saved)).toEqual({ command: "set_destination", id: "yt", settings: { key: "new" } });
  });
  it("asks for a key where a service needs one", () => {
    expect(draftFault(draftOf(saved), false)).toBe("keyMissing");
    expect(draftFault(draftOf(saved), true)).toBeNull();
    expect(draftFault({ ...newDraft("custom", ""), url: "rtmp://h/app" }, false)).toBeNull();
    expect(draftFault({ ...newDraft("custom", ""), url: "rtmps://h/app" }, false)).toBe("addressRtmps");
    expect(draftFault(newDraft("local", ""), false)).toBeNull();
  });
});

describe("a kind whose form is made from its schema", () => {
  const srt = { id: "srt", name: "SRT", summary: "", schema: {}, defaults: { host: "", port: 9000 } };
  it("is added and changed with what was changed", () => {
    const draft = { ...newOfKind(srt), changed: { host: "h.example.com" } };
    expect(addCommand(draft)).toEqual({ command: "add_destination", kind: "srt", name: "SRT", enabled: true, settings: { host: "h.example.com" } });
    expect(draftFault(draft, false)).toBeNull();
    const one: Destination = { id: "d", name: "SRT", kind: "srt", enabled: true, encoder: "", settings: { host: "h.example.com", port: 9000 } };
    expect(editCommand(draftOf(one), one)).toBeNull();
    expect(editCommand({ ...draftOf(one), changed: { port: 9001 } }, one)).toEqual({ command: "set_destination", id: "d", settings: { port: 9001 } });
  });
});
