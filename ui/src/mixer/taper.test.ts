// The taper goes both ways, keeps its marks and takes what people type.
import { describe, expect, it } from "vitest";
import { onMeter, readDb, SHUT_DB, stepped, toDb, topFor, toPosition } from "./taper";

describe("fader", () => {
  it("has its marks where a desk has them", () => {
    expect(toPosition(0)).toBeCloseTo(0.72);
    expect(toPosition(SHUT_DB)).toBe(0);
    expect(toPosition(12)).toBe(1);
    expect(toPosition(26, 26)).toBe(1);
    expect(toDb(0)).toBe(SHUT_DB);
    expect(toDb(1)).toBe(12);
  });
  it("goes there and back", () => {
    for (const top of [12, 26]) {
      for (let db = -60; db <= top; db += 0.7) expect(toDb(toPosition(db, top), top)).toBeCloseTo(db, 1);
    }
  });
  it("rises all the way", () => {
    for (let p = 0; p < 1; p += 0.01) expect(toDb(p + 0.01)).toBeGreaterThan(toDb(p));
  });
  it("reaches what the document holds", () => {
    expect(topFor(0)).toBe(12);
    expect(topFor(12.1)).toBe(26);
    expect(toPosition(20, topFor(20))).toBeLessThan(1);
  });
  it("steps and shuts", () => {
    expect(stepped(0, 0.5)).toBe(0.5);
    expect(stepped(-59.9, -0.5)).toBe(SHUT_DB);
    expect(stepped(SHUT_DB, 0.5)).toBe(-60);
    expect(stepped(SHUT_DB, -0.5)).toBe(SHUT_DB);
    expect(stepped(25.9, 3)).toBe(26);
  });
  it("reads what is typed", () => {
    expect(readDb("−6 dB")).toBe(-6);
    expect(readDb("+3,55")).toBe(3.6);
    expect(readDb("-inf")).toBe(SHUT_DB);
    expect(readDb("−∞")).toBe(SHUT_DB);
    expect(readDb("99")).toBe(26);
    expect(readDb("loud")).toBeUndefined();
    expect(readDb("")).toBeUndefined();
  });
});

describe("meter", () => {
  it("gives the top 24 dB two thirds", () => {
    expect(onMeter(-24)).toBeCloseTo(0.34);
    expect(onMeter(-60)).toBe(0);
    expect(onMeter(-120)).toBe(0);
    expect(onMeter(3)).toBe(1);
    expect(onMeter(-12)).toBeCloseTo(0.67);
  });
});
