import { expect, test } from "vitest";
import type { LineFigures } from "../api/types";
import { lineFigures } from "./line";

const nothing: LineFigures = {
  rtt_ms: null, loss_percent: null, packets_lost: null, packets_repeated: null, packets_late: null, bandwidth_kbps: null,
  unacknowledged_ms: null, latency_ms: null, encrypted: null,
};

test("only what is known is shown", () => {
  expect(lineFigures(null)).toEqual([]);
  expect(lineFigures(undefined)).toEqual([]);
  expect(lineFigures(nothing)).toEqual([]);
  const shown = lineFigures({ ...nothing, rtt_ms: 51.6, loss_percent: 5.04, packets_late: 0, encrypted: true });
  expect(shown.map(([, value]) => value)).toEqual(["52 ms", "5.0 %", "0 packets", "yes"]);
});
