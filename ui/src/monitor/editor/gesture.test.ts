import { expect, it } from "vitest";
import { gestureId, Latest } from "./gesture";

it("has one under way and sends the latest", async () => {
  const sent: number[] = [];
  const open: (() => void)[] = [];
  const l = new Latest<number>((n) => {
    sent.push(n);
    return new Promise<void>((done) => open.push(done));
  });
  l.push(1);
  await Promise.resolve();
  await Promise.resolve();
  l.push(2);
  l.push(3);
  expect(sent).toEqual([1]);
  open[0]?.();
  await new Promise((r) => setTimeout(r));
  expect(sent).toEqual([1, 3]);
  open[1]?.();
  await l.settled();
  l.push(4);
  await new Promise((r) => setTimeout(r));
  expect(sent).toEqual([1, 3, 4]);
});

it("goes on after a refusal", async () => {
  const sent: number[] = [];
  const l = new Latest<number>(async (n) => {
    sent.push(n);
    if (n === 1) throw new Error("no");
  });
  l.push(1);
  await l.settled();
  l.push(2);
  await l.settled();
  expect(sent).toEqual([1, 2]);
});

it("names gestures apart", () => {
  expect(gestureId("a")).not.toBe(gestureId("a"));
});
