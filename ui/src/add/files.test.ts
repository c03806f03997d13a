import { expect, it, vi } from "vitest";

vi.mock("../state/app.svelte", () => ({ app: {}, tellError: () => {} }));
vi.mock("../state/toasts.svelte", () => ({ toasts: {} }));
vi.mock("../i18n", () => ({ t: (k: string) => k }));
vi.mock("../api/client", () => ({ upload: () => Promise.reject(new Error("no")) }));

const { dropped, kindOf, looksLikeUrl, nameOf } = await import("./files");
const { readItems } = await import("./clipboard");

it("knows the kind of a file", () => {
  expect([kindOf("a.PNG"), kindOf("b.mp4"), kindOf("c.wav"), kindOf("d.txt"), kindOf("e.exe"), kindOf("f", "image/webp"), kindOf("g", "video/mp4")])
    .toEqual(["image", "media", "media", "text", null, "image", "media"]);
});

it("makes names of files", () => {
  expect([nameOf("holiday_clip-2.mp4"), nameOf("C:\\x\\logo.png"), nameOf("a%20b.png"), nameOf(".png")]).toEqual(["Holiday clip 2", "Logo", "A b", ".png"]);
});

it("tells addresses from text", () => {
  expect([looksLikeUrl("https://a.b/c.png"), looksLikeUrl("see https://a.b"), looksLikeUrl("ftp://x")]).toEqual([true, false, false]);
});

it("places what is dropped under the pointer, not larger than half the canvas", () => {
  const canvas = { width: 1920, height: 1080 };
  expect(dropped({ x: 100.4, y: 50 }, { width: 3840, height: 2160 }, canvas)).toEqual({
    position: { x: 100, y: 50 }, alignment: "center", bounds: { mode: "contain", width: 960, height: 540 },
  });
  expect(dropped({ x: 0, y: 0 }, { width: 64, height: 64 }, canvas)?.bounds).toMatchObject({ width: 64, height: 64 });
  expect(dropped(undefined, { width: 64, height: 64 }, canvas)).toBeUndefined();
});

it("reads only its own items from the clipboard", () => {
  expect(readItems("hello")).toBeNull();
  expect(readItems('{"mark":"footlight/items/1"')).toBeNull();
  expect(readItems('{"mark":"footlight/items/1","scene":"a","items":[],"sources":[]}')).toMatchObject({ scene: "a" });
});
