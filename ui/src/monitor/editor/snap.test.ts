import { expect, it } from "vitest";
import { distances, gapLines, guides, lines, snapEdges, snapMove, type Other } from "./snap";

const canvas = { width: 1920, height: 1080 };
const rect = (left: number, top: number, w: number, h: number) => ({ left, top, right: left + w, bottom: top + h });
const others: Other[] = [{ id: "slides", rect: rect(100, 200, 800, 600) }];

it("snaps to the edges and the middle of the canvas", () => {
  const s = snapMove(rect(4, -5, 100, 100), lines(canvas, [], false), [], 8);
  expect([s.dx, s.dy]).toEqual([-4, 5]);
  const m = snapMove(rect(907, 600, 100, 100), lines(canvas, [], false), [], 8);
  expect(m.dx).toBe(3);
  expect(m.hits[0]?.line.what).toBe("canvas-middle");
});

it("snaps to safe areas only when they are shown", () => {
  const near = rect(98, 400, 50, 50);
  expect(snapMove(near, lines(canvas, [], true), [], 4).dx).toBe(-2);
  expect(snapMove(near, lines(canvas, [], false), [], 4).dx).toBe(0);
});

it("snaps to edges and middles of neighbours and names them", () => {
  const s = snapMove(rect(1352, 290, 508, 513), lines(canvas, others, false), others, 8);
  expect(s.dy).toBe(-3);
  expect(s.hits[0]).toMatchObject({ axis: "y", part: "end", line: { what: "item-edge", item: "slides" } });
  const g = guides({ left: 1352, right: 1860, top: 287, bottom: 800 }, s.hits);
  expect(g).toEqual([{ axis: "y", at: 800, from: 100, to: 1860 }]);
});

it("leaves alone what is out of reach", () => {
  expect(snapMove(rect(1352, 420, 100, 100), lines(canvas, others, false), others, 3).hits).toEqual([]);
});

it("finds equal gaps between two neighbours", () => {
  const two: Other[] = [{ id: "a", rect: rect(0, 0, 300, 300) }, { id: "b", rect: rect(1000, 0, 300, 300) }];
  const moved = rect(545, 10, 200, 200);
  expect(gapLines(moved, two, "x")).toMatchObject([{ at: 650, what: "gap" }]);
  expect(snapMove(moved, [], two, 8)).toMatchObject({ dx: 5, dy: 0 });
  expect(gapLines(rect(500, 400, 200, 200), two, "x")).toEqual([]);
});

it("snaps only the edges that are dragged", () => {
  const s = snapEdges(rect(96, 205, 300, 500), 1, 0, lines(canvas, others, false), 8);
  expect(s.hits).toEqual([]);
  expect(snapEdges(rect(96, 205, 300, 500), -1, -1, lines(canvas, others, false), 8)).toMatchObject({ dx: 4, dy: -5 });
});

it("measures to neighbours and to the edges of the canvas", () => {
  const d = distances(rect(938, 300, 924, 400), others, canvas, 1);
  expect(d.find((x) => x.axis === "x" && x.to === 938)).toMatchObject({ from: 900, value: 38 });
  expect(d.find((x) => x.axis === "x" && x.from === 1862)).toMatchObject({ to: 1920, value: 58 });
  expect(d.filter((x) => x.axis === "y").map((x) => x.value)).toEqual([300, 380]);
});
