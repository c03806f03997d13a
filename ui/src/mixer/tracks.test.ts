import { describe, expect, it } from "vitest";
import type { Source } from "../api/types";
import { isIn, renamed, toggled, trackName, tracksOf, withOneMore } from "./tracks";

const source = (tracks?: string[]): Source => ({
  id: "a", name: "", color: "", notes: "", kind: "tone", settings: {}, audio: { volume_db: 0, muted: false, balance: 0, sync_offset_ms: 0, ...(tracks ? { tracks } : {}) },
});
const three = ["a", "b", "c"].map((id) => ({ id, name: id, volume_db: 0 }));

describe("audio tracks", () => {
  it("there is always the master", () => {
    expect(tracksOf(null).map((one) => one.id)).toEqual(["master"]);
    expect(tracksOf({ audio: { master_db: 0, limiter_dbfs: -1, tracks: three } })).toEqual(three);
  });
  it("another name leaves the id that others name it by", () => {
    const next = renamed(three, "b", "Voice");
    expect(next.map((one) => [one.id, trackName(one)])).toEqual([["a", "a"], ["b", "Voice"], ["c", "c"]]);
    expect(trackName({ id: "x", name: "", volume_db: 0 })).toBe("x");
    expect(trackName(undefined)).toBe("");
  });
  it("one more names both, and eight are enough", () => {
    const two = withOneMore(tracksOf(null), "Programme", (n) => `Track ${n}`);
    expect(two.map((one) => one.name)).toEqual(["Programme", "Track 2"]);
    expect(two[0]?.id).toBe("master");
    const eight = Array.from({ length: 8 }, (_, n) => ({ id: String(n), name: "", volume_db: 0 }));
    expect(withOneMore(eight, "P", String)).toHaveLength(8);
  });
  it("a source without a word is in all of them", () => {
    expect(isIn(source(), "b")).toBe(true);
    expect(toggled(source(), "b", three)).toEqual(["a", "c"]);
    expect(toggled(source(["c"]), "a", three)).toEqual(["a", "c"]);
    expect(toggled(source([]), "b", three)).toEqual(["b"]);
  });
});
