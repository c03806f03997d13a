// Who can see the show, told from the states of the destinations.
import { describe, expect, it } from "vitest";
import type { DestinationState, Lamp, RecordingState } from "../api/types";
import { airOf, minutesLeft, worst } from "./lamps";

const list = (...states: Lamp[]): DestinationState[] => states.map((state, n) => ({ id: String(n), state }) as DestinationState);

describe("airOf", () => {
  it.each<[boolean, Lamp[], string, number, number]>([
    [false, ["idle", "idle"], "off", 0, 0],
    [true, ["connecting", "idle"], "starting", 0, 1],
    [true, ["live", "retrying", "idle"], "on", 1, 2],
    [true, ["degraded"], "on", 1, 1],
    [true, ["retrying", "failed"], "nobody", 0, 1],
    [true, ["retrying", "connecting"], "starting", 0, 2],
  ])("%s %j is %s", (onAir, states, air, receiving, started) => {
    expect(airOf(onAir, list(...states))).toEqual({ air, receiving, started });
  });
});

it("worst is the one that needs a person most", () => {
  expect(worst(list("live", "retrying", "degraded"))?.state).toBe("retrying");
  expect(worst([])).toBeUndefined();
});

it("minutesLeft goes by the recording's own rate", () => {
  const recording = { bytes: 60_000_000, duration_s: 60 } as RecordingState;
  expect(minutesLeft(recording, 120_000_000)).toBeCloseTo(2);
  expect(minutesLeft(recording, null)).toBeNull();
  expect(minutesLeft({ ...recording, duration_s: 1 }, 1)).toBeNull();
});
