import { describe, expect, it } from "vitest";
import type { DestinationState } from "../api/types";
import { NO_PROOF, prove, type Proof } from "./proof";

const to = (kind: string, state: DestinationState["state"], bitrate_kbps: number): DestinationState => ({ id: kind, name: "", kind, state, bitrate_kbps }) as DestinationState;

describe("what the upload has carried", () => {
  it("counts after half a minute without trouble, with the least there was", () => {
    let proof: Proof = NO_PROOF;
    let proven: number | undefined;
    for (let s = 0; s <= 30; s += 1) {
      ({ proof, proven } = prove(proof, [to("rtmp", "live", s === 10 ? 4000 : 6000), to("local", "live", 9000)], s));
      if (s < 30) expect(proven).toBeUndefined();
    }
    expect(proven).toBe(4000);
  });
  it("begins anew after trouble, and what stays on this computer proves nothing", () => {
    const well = prove(NO_PROOF, [to("rtmp", "live", 6000)], 0).proof;
    expect(prove(well, [to("rtmp", "live", 6000), to("srt", "degraded", 100)], 29).proof).toEqual(NO_PROOF);
    expect(prove(NO_PROOF, [to("local", "live", 9000)], 0).proof).toEqual(NO_PROOF);
  });
});
