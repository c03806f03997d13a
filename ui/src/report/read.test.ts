// What a report says about a show.
import { describe, expect, it } from "vitest";
import { arrived, awaySeconds, axis, curve, percent, toLookAt, type AirDestination, type ShowReport } from "./read";

const to = (changes: Partial<AirDestination>): AirDestination => ({
  id: "yt", name: "YouTube", kind: "rtmp", url: "", live_s: 100, bytes_sent: 0, frames_sent: 3000, frames_dropped: 0, reconnects: 0, last_error: null,
  spans: [{ state: "connecting", from_s: 0, to_s: 1 }, { state: "live", from_s: 1, to_s: 101 }], bitrate: [], ...changes,
});
const report = (changes: Partial<ShowReport>): ShowReport => ({
  id: "x", project: "Show", under_way: false, started_unix_s: 0, on_air_s: 101, version: "", destinations: [to({})], recordings: [],
  loudness: { integrated_lufs: -16, max_true_peak_dbtp: -1, short_term: [] }, canvases: [], process: { peak_rss_mib: 0, cpu_s: 0 }, markers: [], events: [], ...changes,
});

describe("a report", () => {
  it("has nothing to look at when all went well", () => {
    expect(toLookAt(report({}), -16)).toEqual([]);
    expect(percent(arrived(report({})) ?? 0)).toBe("100%");
  });
  it("counts as away only what was live before", () => {
    expect(awaySeconds(to({ spans: [{ state: "retrying", from_s: 0, to_s: 50 }] }))).toBe(0);
    expect(awaySeconds(to({ spans: [{ state: "live", from_s: 0, to_s: 10 }, { state: "retrying", from_s: 10, to_s: 40 }, { state: "live", from_s: 40, to_s: 50 }] }))).toBe(30);
  });
  it("names at most three things, the worst first", () => {
    const found = toLookAt(report({
      destinations: [
        to({ frames_dropped: 12 }),
        to({ id: "tw", name: "Twitch", live_s: 0, last_error: "wrong key", spans: [] }),
        to({ id: "fb", name: "Facebook", spans: [{ state: "live", from_s: 0, to_s: 10 }, { state: "retrying", from_s: 10, to_s: 149 }] }),
      ],
      loudness: { integrated_lufs: -22, max_true_peak_dbtp: -6, short_term: [] },
    }), -16);
    expect(found.length).toBe(3);
    expect(found[0]).toContain("Twitch");
    expect(found[1]).toContain("2 min 19 s");
  });
  it("never rounds a loss away", () => {
    expect(percent(0.99999)).toBe("99.9%");
    expect(percent(0.5)).toBe("50.0%");
    expect(arrived(report({ destinations: [] }))).toBeNull();
  });
  it("draws curves with gaps", () => {
    expect(curve([[0, -16], [1, -16], [2, null], [3, -20], [4, -20]], 4, -40, 0, 100, 40)).toEqual(["0.0,16.0 25.0,16.0", "75.0,20.0 100.0,20.0"]);
    expect(axis(3600)).toEqual([0, 600, 1200, 1800, 2400, 3000, 3600]);
    expect(axis(12).length).toBeLessThan(8);
  });
});
