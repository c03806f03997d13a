// The movement of the meter in numbers.
import { describe, expect, it } from "vitest";
import { Ballistics, Bar } from "./ballistics";

describe("a bar", () => {
  it("rises at once and falls 20 dB a second", () => {
    const bar = new Bar();
    bar.push(-10, 1);
    expect(bar.level(1)).toBe(-10);
    expect(bar.level(1.5)).toBeCloseTo(-20);
    bar.push(-40, 1.5); // quieter than what still falls
    expect(bar.level(1.5)).toBeCloseTo(-20);
    bar.push(-3, 1.6);
    expect(bar.level(1.6)).toBe(-3);
  });
  it("holds its highest for 1.5 s, then lets it fall", () => {
    const bar = new Bar();
    bar.push(-6, 0);
    bar.push(-30, 1);
    expect(bar.hold(1.4)).toBe(-6);
    expect(bar.hold(2)).toBeCloseTo(-16);
    bar.push(-12, 2);
    expect(bar.hold(2)).toBe(-12);
  });
  it("never goes below silence", () => {
    const bar = new Bar();
    bar.push(-100, 0);
    expect(bar.level(1000)).toBe(-120);
  });
});

describe("what stands beside it", () => {
  it("keeps the highest until it is clicked", () => {
    const meter = new Ballistics();
    meter.push([-8, -4], 0);
    meter.push([-30, -30], 10);
    expect(meter.highest).toBe(-4);
    meter.reset();
    expect(meter.highest).toBe(-120);
  });
  it("counts each time it goes over, not each block", () => {
    const meter = new Ballistics();
    for (const [i, db] of [-20, 0, 0.5, -0.5, 0, -10, 0].entries()) meter.push([db, -20], i / 20);
    expect(meter.overs).toBe(2);
  });
  it("knows for how long nothing was heard", () => {
    const meter = new Ballistics();
    expect(meter.silentFor(50)).toBe(0);
    meter.push([-120, -120], 100);
    expect(meter.silentFor(120)).toBe(20);
    meter.push([-50, -120], 121);
    expect(meter.silentFor(122)).toBe(1);
    meter.excuse(130);
    expect(meter.silentFor(131)).toBe(1);
  });
});
