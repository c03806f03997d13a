// What is asked of addresses, keys and encoders before anything is sent.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Encoder } from "../api/types";
import { addressFault, keyOddity, overLimits, type Service } from "./services";

const { services } = JSON.parse(readFileSync(new URL("../../../assets/services.json", import.meta.url), "utf8")) as { services: Service[] };
const service = (id: string): Service => services.find((one) => one.id === id) as Service;

describe("assets/services.json", () => {
  it("offers only what RTMP and RTMPS reach, with all that a person needs", () => {
    for (const one of services) {
      if (!one.own_address) expect(one.servers.length, one.id).toBeGreaterThan(0);
      if (one.available) for (const server of one.servers) expect(addressFault(server.url), server.url).toBeNull();
      for (const text of [one.key.where.en, one.key.where["zh-TW"], one.key.where["zh-CN"]]) expect(text.length, one.id).toBeGreaterThan(10);
      expect(one.key.url).toMatch(/^https:\/\//);
      if (one.key.pattern) expect(() => new RegExp(one.key.pattern ?? "")).not.toThrow();
      expect(one.limits.video_kbps).toBeGreaterThan(1000);
    }
    expect(new Set(services.map((one) => one.id)).size).toBe(services.length);
  });
});

describe("an address", () => {
  it("is RTMP or RTMPS with an application", () => {
    expect(addressFault("rtmp://127.0.0.1:1935/live")).toBeNull();
    expect(addressFault(" rtmp://[::1]/live ")).toBeNull();
    expect(addressFault("rtmps://a.rtmps.youtube.com:443/live2")).toBeNull();
    expect(addressFault("rtmps://host")).toBe("addressPath");
    expect(addressFault("rtmp//live")).toBe("addressBad");
    expect(addressFault("rtmp://host")).toBe("addressPath");
    expect(addressFault("")).toBe("addressBad");
  });
});

describe("a key", () => {
  it("is doubted when it does not look like the service's", () => {
    expect(keyOddity("abcd-ef12-abcd-ef12-abcd", service("youtube"))).toBeNull();
    expect(keyOddity("live_123_abc", service("twitch"))).toBeNull();
    expect(keyOddity("abcd-ef12", service("twitch"))).toBe("keyOdd");
    expect(keyOddity("live_1 23", service("twitch"))).toBe("keySpace");
    expect(keyOddity("anything", undefined)).toBeNull();
    expect(keyOddity("", service("twitch"))).toBeNull();
  });
});

describe("an encoder", () => {
  const encoder = (video: Partial<Encoder["video"]>): Encoder => ({
    id: "main", canvas: "main", audio: { codec: "aac", bitrate_kbps: 160 },
    video: { codec: "h264", implementation: "auto", rate_control: "cbr", bitrate_kbps: 4500, max_bitrate_kbps: null, crf: 21, preset: "veryfast", profile: "high", keyframe_interval_s: 2, b_frames: 2, ...video },
  });
  it("is held against what the service takes", () => {
    expect(overLimits(encoder({}), service("twitch"))).toEqual([]);
    expect(overLimits(encoder({ bitrate_kbps: 8000 }), service("twitch"))).toEqual([{ what: "rate", max: 6000, now: 8000 }]);
    expect(overLimits(encoder({ rate_control: "vbr", bitrate_kbps: 5000 }), service("twitch"))).toEqual([{ what: "rate", max: 6000, now: 7500 }]);
    expect(overLimits(encoder({ keyframe_interval_s: 4 }), service("twitch"))).toEqual([{ what: "keyframe", max: 2, now: 4 }]);
    expect(overLimits(encoder({ bitrate_kbps: 99000 }), undefined)).toEqual([]);
  });
});
