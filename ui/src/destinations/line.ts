// What a protocol knows of its line, as figures with their names. Pure.
import type { LineFigures } from "../api/types";
import { rate, t } from "../i18n";

/** The figures that are known, in the order a person asks for them. */
export function lineFigures(line: LineFigures | null | undefined): [label: string, value: string][] {
  if (!line) return [];
  const found: [string, string | null][] = [
    [t("destinations.figRtt"), line.rtt_ms === null ? null : t("destinations.ms", { n: Math.round(line.rtt_ms) })],
    [t("destinations.figLoss"), line.loss_percent === null ? null : t("destinations.percent", { n: line.loss_percent.toFixed(1) })],
    [t("destinations.figRepeated"), line.packets_repeated === null ? null : t("destinations.packets", { n: line.packets_repeated })],
    [t("destinations.figLate"), line.packets_late === null ? null : t("destinations.packets", { n: line.packets_late })],
    [t("destinations.figBandwidth"), line.bandwidth_kbps === null ? null : rate(line.bandwidth_kbps)],
    [t("destinations.figArriving"), line.arriving_kbps === null ? null : rate(line.arriving_kbps)],
    [t("destinations.figWaiting"), line.waiting_ms === null ? null : t("destinations.ms", { n: Math.round(line.waiting_ms) })],
    [t("destinations.figWished"), line.wished_kbps === null ? null : rate(line.wished_kbps)],
    [t("destinations.figUnacknowledged"), line.unacknowledged_ms === null ? null : t("destinations.ms", { n: line.unacknowledged_ms })],
    [t("destinations.figLatency"), line.latency_ms === null ? null : t("destinations.ms", { n: line.latency_ms })],
    [t("destinations.figEncrypted"), line.encrypted === null ? null : t(line.encrypted ? "destinations.yes" : "destinations.no")],
  ];
  return found.filter((each): each is [string, string] => each[1] !== null);
}
