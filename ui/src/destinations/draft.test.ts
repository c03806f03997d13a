// From a form to a command: only what was changed, and a saved key is never sent back.
import { describe, expect, it } from "vitest";
import type { Destination } from "../api/types";
import { addCommand, draftFault, draftOf, editCommand, missing, newDraft } from "./draft";

const saved: Destination = { id: "yt", name: "YouTube", kind: "rtmp", enabled: true, encoder: "", settings: { url: "rtmp://a.rtmp.youtube.com/live2", key: "" }, service: "youtube", delay_s: 0, standby_for: "", when_slow: "drop" };

describe("a destination's form", () => {
  it("becomes a new destination", () => {
    const draft = { ...newDraft("custom", "Mine"), url: " rtmp://127.0.0.1/live ", key: " k " };
    expect(addCommand(draft)).toEqual({ command: "add_destination", kind: "rtmp", name: "Mine", enabled: true, settings: { url: "rtmp://127.0.0.1/live", key: "k" } });
    expect(addCommand(newDraft("local", "Here"))).toEqual({ command: "add_destination", kind: "local", name: "Here", enabled: true, settings: {} });
  });
  it("of another kind is what its own form has set", () => {
    const draft = { ...newDraft({ of: "srt" }, "Studio B"), other: { host: "10.0.0.2" } };
    expect(addCommand(draft)).toEqual({ command: "add_destination", kind: "srt", name: "Studio B", enabled: true, settings: { host: "10.0.0.2" } });
    const there: Destination = { ...saved, id: "b", kind: "srt", settings: { host: "10.0.0.2", passphrase: "" }, service: "" };
    expect(editCommand(draftOf(there), there)).toBeNull();
    expect(editCommand({ ...draftOf(there), other: { latency_ms: 200 }, delay_s: 5, standby_for: "yt", when_slow: "step_down" }, there))
      .toEqual({ command: "set_destination", id: "b", delay_s: 5, standby_for: "yt", when_slow: "step_down", settings: { latency_ms: 200 } });
    expect(draftFault(draft, false)).toBeNull();
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
    expect(draftFault({ ...newDraft("custom", ""), url: "rtmps://h/app" }, false)).toBeNull();
    expect(draftFault(newDraft("local", ""), false)).toBeNull();
  });
});

it("a kind by its schema can't do without its address, unless it waits to be called", () => {
  const srt = newDraft({ of: "srt" }, "Far away");
  expect(draftFault(srt, false, { mode: "caller", host: "" })).toBe("needed");
  expect(draftFault({ ...srt, other: { host: "srt.example.com" } }, false, { mode: "caller", host: "" })).toBeNull();
  expect(draftFault({ ...srt, other: { mode: "listener" } }, false, { mode: "caller", host: "" })).toBeNull();
  expect(missing("hls_push", { url: " " })).toBe("url");
  expect(missing("rist", { host: "" })).toBeNull();
  expect(missing("something new", {})).toBeNull();
});
