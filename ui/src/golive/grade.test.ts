// Grades, sums and the way to being on air.
import { describe, expect, it } from "vitest";
import type { Destination, DestinationState, Encoder, Finding } from "../api/types";
import { byGrade, countOf, folded, gradeOf, neededKbps, startOf } from "./grade";

const finding = (level: Finding["level"], subject: string): Finding => ({ level, subject, message: "" });

describe("a finding", () => {
  it("stops the show only where it must", () => {
    expect(gradeOf(finding("fail", "destination:yt"))).toBe("must");
    expect(gradeOf(finding("fail", "recording"))).toBe("must");
    expect(gradeOf(finding("fail", "source:cam"))).toBe("look");
    expect(gradeOf(finding("warn", "destination:yt"))).toBe("look");
    expect(gradeOf(finding("pass", "encoder:main"))).toBe("fine");
  });
  it("stands in front when it is worse", () => {
    const list = [finding("pass", "a"), finding("warn", "b"), finding("fail", "encoder:x"), finding("warn", "c")];
    expect(byGrade(list).map((one) => one.subject)).toEqual(["encoder:x", "b", "c", "a"]);
    expect(countOf(list, "look")).toBe(2);
  });
});

describe("sources that are fine", () => {
  it("make one line, those that are not stay", () => {
    const list = [finding("pass", "source:a"), finding("fail", "source:b"), finding("pass", "source:c"), finding("pass", "source:d"), finding("pass", "encoder:main")];
    expect(folded(list, (n) => `${n}`).map((one) => one.subject + one.message)).toEqual(["source3", "source:b", "encoder:main"]);
    expect(folded(list.slice(0, 2), () => "").length).toBe(2);
  });
});

describe("going live", () => {
  it("sums what is sent", () => {
    const encoder = { id: "main", video: { bitrate_kbps: 6000 }, audio: { bitrate_kbps: 160 } } as Encoder;
    const to = (kind: string, enabled: boolean): Destination => ({ id: kind, name: "", kind, enabled, encoder: "", service: "", settings: {}, delay_s: 0, standby_for: "", when_slow: "drop" });
    expect(neededKbps([to("rtmp", true), to("rtmp", false), to("local", true)], [encoder])).toBe(6160);
  });
  it("is done when nothing is on its way", () => {
    const at = (id: string, state: DestinationState["state"]): DestinationState => ({ id, state }) as DestinationState;
    expect(startOf(["a", "b"], [at("a", "live"), at("b", "connecting"), at("c", "live")])).toEqual({ wanted: 2, live: 1, going: 1, settled: false });
    expect(startOf(["a", "b"], [at("a", "live"), at("b", "retrying")])).toEqual({ wanted: 2, live: 1, going: 0, settled: true });
    expect(startOf([], [])).toEqual({ wanted: 0, live: 0, going: 0, settled: false });
  });
});
