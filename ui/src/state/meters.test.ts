import { afterAll, beforeEach, expect, it, vi } from "vitest";

const asked: boolean[] = [];
vi.mock("./socket", () => ({ setMeters: (on: boolean) => void asked.push(on) }));
const page = Object.assign(new EventTarget(), { hidden: false });
vi.stubGlobal("document", page);
const { onMeters, tellMeters } = await import("./meters");

afterAll(() => vi.unstubAllGlobals());
beforeEach(() => {
  asked.length = 0;
  page.hidden = false;
});
const show = (hidden: boolean): void => {
  page.hidden = hidden;
  page.dispatchEvent(new Event("visibilitychange"));
};

it("asks for levels while somebody listens", () => {
  const heard: unknown[] = [];
  const one = onMeters((m) => heard.push(m));
  const two = onMeters(() => {});
  expect(asked).toEqual([true]);
  tellMeters({ sources: {} } as never);
  expect(heard.length).toBe(1);
  one();
  one();
  expect(asked).toEqual([true]);
  two();
  expect(asked).toEqual([true, false]);
});

it("asks for none while the page is hidden", () => {
  const end = onMeters(() => {});
  show(true);
  show(true);
  expect(asked).toEqual([true, false]);
  show(false);
  expect(asked).toEqual([true, false, true]);
  end();
  show(true);
  expect(asked).toEqual([true, false, true, false]);
});

it("asks for none by a page that begins hidden", () => {
  page.hidden = true;
  const end = onMeters(() => {});
  expect(asked).toEqual([]);
  show(false);
  expect(asked).toEqual([true]);
  end();
});
