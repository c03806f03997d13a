// Folding and reading what happened.
import { describe, expect, it } from "vitest";
import type { Event } from "../api/types";
import { asText, fold, iconOf, splitName, subjectOf } from "./fold";

let seq = 0;
const event = (at_s: number, message: string, changes: Partial<Event> = {}): Event => ({ seq: (seq += 1), at_s, level: "info", subject: "destination:yt", message, ...changes });

describe("what happened", () => {
  it("folds the same kind within ten seconds", () => {
    const lines = fold([event(0, "try 1 failed"), event(4, "try 2 failed"), event(6, "other"), event(13, "try 3 failed"), event(40, "try 4 failed")]);
    expect(lines.map((one) => [one.event.message, one.count])).toEqual([["try 4 failed", 1], ["try 3 failed", 3], ["other", 1]]);
    expect(lines[1]?.first_s).toBe(0);
  });
  it("keeps different subjects and levels apart", () => {
    expect(fold([event(0, "gone", { subject: "source:a" }), event(1, "gone", { subject: "source:b" }), event(2, "gone", { subject: "source:a", level: "error" })]).length).toBe(3);
  });
  it("knows what a line is about", () => {
    expect(subjectOf("destination:a:b")).toEqual({ what: "destination", id: "a:b" });
    expect(subjectOf("show")).toEqual({ what: "show", id: "" });
    expect(subjectOf("new-thing:x").what).toBe("show");
    expect(iconOf(event(0, "x", { subject: "source:cam" }), () => "cam")).toBe("cam");
    expect(iconOf(event(0, "x", { subject: "source:cam", level: "warning" }), () => "cam")).toBe("warn");
    expect(splitName("YouTube live", "YouTube")).toEqual(["YouTube", " live"]);
    expect(splitName("nothing here", "YouTube")).toEqual(["", "Nothing here"]);
  });
  it("becomes text", () => {
    expect(asText(fold([event(61, "a"), event(62, "b", { level: "warning" })]), (at) => `${at}s`)).toBe("62s  ! b\n61s  a");
  });
});
