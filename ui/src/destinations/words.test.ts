// The sentences of trouble and the thinning of the graph's points.
import { describe, expect, it } from "vitest";
import type { DestinationState } from "../api/types";
import { addPoint, type Point } from "./points";
import { happened, isAboutKey, nextStep, sentence, unaffected } from "./words";

const one = (changes: Partial<DestinationState>): DestinationState => ({
  id: "yt", name: "YouTube", kind: "rtmp", url: "rtmp://x/app", state: "live", reason: null, connected_s: 0, bytes_sent: 0, frames_sent: 0,
  frames_dropped: 0, reconnects: 0, first_packet_ms: null, bitrate_kbps: 0, queued_ms: 0, last_error: null, retry_in_s: null, line: null, ...changes,
});

describe("trouble is told", () => {
  it("with what happened", () => {
    expect(happened(one({ state: "retrying", reason: "the server closed the connection" }), true)).toBe("The server closed the connection.");
    expect(happened(one({ state: "failed" }), true)).toBe("The connection to YouTube failed.");
    expect(happened(one({ state: "idle" }), false)).toBe("YouTube is off for this show.");
  });
  it("with who carries on", () => {
    const others = [one({ id: "tw", name: "Twitch" }), one({ id: "fb", name: "Facebook", state: "failed" })];
    expect(unaffected(one({}), others, null)).toBe("Twitch is not affected.");
    expect(unaffected(one({}), [], null)).toBe("Nothing else is live.");
  });
  it("with the next step", () => {
    expect(nextStep(one({ state: "retrying", retry_in_s: 3.2 }))).toContain("4 s");
    expect(isAboutKey(one({ state: "failed", reason: "the server refused the stream key" }))).toBe(true);
    expect(isAboutKey(one({ state: "failed", reason: "no such host" }))).toBe(false);
    expect(nextStep(one({}))).toBe("");
  });
  it("as sentences", () => {
    expect(sentence("no answer")).toBe("No answer.");
    expect(sentence("Done.")).toBe("Done.");
    expect(sentence(" ")).toBe("");
    expect(sentence("rtmp://host/app can't be reached")).toBe("rtmp://host/app can't be reached.");
  });
});

describe("the graph's points", () => {
  it("stay few over a long show", () => {
    const list: Point[] = [];
    const hours = 8;
    for (let at = 0; at < hours * 3600_000; at += 500) addPoint(list, { at, kbps: 6000, queued_ms: 0, state: "live" });
    expect(list.length).toBeLessThan(2400 + 200 + hours * 360 + 1);
    expect(list.at(-1)?.at).toBe(hours * 3600_000 - 500);
    for (let i = 1; i < list.length; i++) expect(list[i]?.at).toBeGreaterThan(list[i - 1]?.at ?? -1);
  });
  it("keep a change of state however close", () => {
    const list: Point[] = [];
    addPoint(list, { at: 0, kbps: 6000, queued_ms: 0, state: "live" });
    addPoint(list, { at: 10, kbps: 6000, queued_ms: 0, state: "live" });
    addPoint(list, { at: 20, kbps: 0, queued_ms: 0, state: "retrying" });
    expect(list.length).toBe(2);
  });
});
