import { expect, test } from "vitest";
import type { LineFigures } from "../api/types";
import { rate } from "../i18n";
import { lineFigures } from "./line";

const nothing: LineFigures = {
  rtt_ms: null, loss_percent: null, packets_lost: null, packets_repeated: null, packets_late: null, bandwidth_kbps: null,
  unacknowledged_ms: null, latency_ms: null, encrypted: null,
  waiting_ms: null, arriving_kbps: null, loss_now_percent: null, wished_kbps: null, piece_ms: null,
};

test("only what is known is shown", () => {
  expect(lineFigures(null)).toEqual([]);
  expect(lineFigures(undefined)).toEqual([]);
  expect(lineFigures(nothing)).toEqual([]);
  const shown = lineFigures({ ...nothing, rtt_ms: 51.6, loss_percent: 5.04, packets_late: 0, encrypted: true });
  expect(shown.map(([, value]) => value)).toEqual(["52 ms", "5.0 %", "0 packets", "yes"]);
  const receiver = lineFigures({ ...nothing, arriving_kbps: 2400, waiting_ms: 12.4, wished_kbps: 3000 });
  expect(receiver.map(([, value]) => value)).toEqual([rate(2400), "12 ms", rate(3000)]);
});
