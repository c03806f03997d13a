import { expect, it } from "vitest";
import { merge, parse, steppedSize } from "./protocol";
import { toRgba } from "./yuv";

function message(want: number, w: number, h: number, flags: number, planes: number[][]): ArrayBuffer {
  const body = planes.flat();
  const out = new ArrayBuffer(16 + body.length);
  const head = new DataView(out);
  head.setUint32(0, want, true);
  head.setUint16(4, w, true);
  head.setUint16(6, h, true);
  head.setUint32(8, 7, true);
  head.setUint32(12, flags, true);
  new Uint8Array(out, 16).set(body);
  return out;
}

it("takes a picture apart", () => {
  const got = parse(message(3, 4, 2, 1, [[1, 2, 3, 4, 5, 6, 7, 8], [9, 10], [11, 12]]));
  expect(got?.want).toBe(3);
  expect(got?.frame).toMatchObject({ width: 4, height: 2, sequence: 7, black: true });
  expect([...(got?.frame.u ?? [])]).toEqual([9, 10]);
  expect([...(got?.frame.v ?? [])]).toEqual([11, 12]);
});

it("refuses what is too short", () => {
  expect(parse(new ArrayBuffer(5))).toBeNull();
  expect(parse(message(3, 4, 2, 0, [[1, 2, 3]]))).toBeNull();
});

it("merges what is asked for one target", () => {
  const ids = (t: string): number => (t === "program" ? 1 : 2);
  expect(merge([
    { target: "program", width: 960, height: 540, fps: 30 }, { target: "scene:a", width: 320, height: 180, fps: 2 },
    { target: "program", width: 320, height: 180, fps: 2 },
  ], ids)).toEqual([
    { id: 1, target: "program", width: 960, height: 540, fps: 30 }, { id: 2, target: "scene:a", width: 320, height: 180, fps: 2 },
  ]);
});

it("asks for few sizes", () => {
  expect(steppedSize(725, 16 / 9)).toEqual({ width: 960, height: 540 });
  expect(steppedSize(1000, 16 / 9)).toEqual({ width: 960, height: 540 });
  expect(steppedSize(300, 9 / 16)).toEqual({ width: 320, height: 568 });
  expect(steppedSize(9000, 16 / 9)).toEqual({ width: 1920, height: 1080 });
});

it("turns BT.709 limited range into RGB", () => {
  const rgb = (y: number, u: number, v: number): number[] => {
    const out = new Uint8ClampedArray(4);
    toRgba({ width: 1, height: 1, sequence: 0, black: false, y: new Uint8Array([y]), u: new Uint8Array([u]), v: new Uint8Array([v]) }, out);
    return [...out];
  };
  expect(rgb(16, 128, 128)).toEqual([0, 0, 0, 255]);
  expect(rgb(235, 128, 128)).toEqual([255, 255, 255, 255]);
  const red = rgb(63, 102, 240);
  expect(red[0]).toBeGreaterThan(252);
  expect(Math.max(red[1] ?? 9, red[2] ?? 9)).toBeLessThan(3);
});
