import { expect, test } from "vitest";
import type { DestinationState, Snapshot } from "../api/types";
import { rested } from "./snapshot";

const state = (on_air: boolean, ...states: DestinationState["state"][]): Snapshot =>
  ({ on_air, destinations: states.map((one, at) => ({ id: `d${at}`, state: one })) }) as unknown as Snapshot;
const states = (one: Snapshot): string[] => one.destinations.map((each) => each.state);

test("stopped by hand is told while the show goes on", () => {
  expect(states(rested(state(true, "live", "stopped")))).toEqual(["live", "stopped"]);
});
test("after the show what has ended is ready again, what failed stays failed", () => {
  expect(states(rested(state(false, "stopped", "failed", "idle")))).toEqual(["idle", "failed", "idle"]);
  const rest = state(false, "idle");
  expect(rested(rest)).toBe(rest);
});
