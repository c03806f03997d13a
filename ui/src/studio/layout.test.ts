// Docks move, hide and come back, and no stored layout can break the window.
import { describe, expect, it } from "vitest";
import { activate, defaultLayout, DOCKS, find, hideDock, moveDock, PLACES, readLayout, resizeGroup, resizePlace, showDock, stretchy, type Layout } from "./layout";

const shape = (layout: Layout): string => PLACES.map((place) => `${place}:${layout.places[place].map((one) => one.docks.join("+")).join(",")}`).join(" ");
const everything = (layout: Layout): string[] => [...PLACES.flatMap((place) => layout.places[place].flatMap((one) => one.docks)), ...layout.hidden].sort();

describe("moveDock", () => {
  it("moves between places", () => {
    expect(shape(moveDock(defaultLayout(), "scenes", { place: "left", index: 0 }))).toBe("left:scenes lower:sources,mixer right:status+properties");
  });
  it("counts an index before the move", () => {
    expect(shape(moveDock(defaultLayout(), "scenes", { place: "lower", index: 2 }))).toContain("lower:sources,scenes,mixer");
    expect(shape(moveDock(defaultLayout(), "mixer", { place: "lower", index: 0 }))).toContain("lower:mixer,scenes,sources");
  });
  it("becomes a tab and is shown", () => {
    const moved = moveDock(defaultLayout(), "sources", { tabOf: "scenes" });
    expect(shape(moved)).toContain("lower:scenes+sources,mixer");
    expect(moved.places.lower[0]?.active).toBe("sources");
  });
  it("leaves its old group with another tab in front", () => {
    const moved = moveDock(defaultLayout(), "status", { place: "left", index: 0 });
    expect(moved.places.right[0]).toMatchObject({ docks: ["properties"], active: "properties" });
  });
  it("does nothing onto itself, and never changes what it was given", () => {
    const before = defaultLayout();
    expect(moveDock(before, "mixer", { tabOf: "mixer" })).toBe(before);
    moveDock(before, "mixer", { place: "left", index: 0 });
    expect(before).toEqual(defaultLayout());
  });
});

describe("hide and show", () => {
  it("comes back home", () => {
    const hidden = hideDock(defaultLayout(), "sources");
    expect(find(hidden, "sources")).toBeUndefined();
    expect(shape(showDock(hidden, "sources"))).toBe(shape(defaultLayout()));
  });
  it("comes back as a tab of its mate", () => {
    expect(shape(showDock(hideDock(defaultLayout(), "properties"), "properties"))).toContain("right:status+properties");
  });
  it("brings a tab to the front", () => {
    expect(activate(defaultLayout(), "properties").places.right[0]?.active).toBe("properties");
  });
});

describe("sizes", () => {
  it("stay within reason", () => {
    expect(resizeGroup(defaultLayout(), "lower", 0, 3).places.lower[0]?.size).toBe(90);
    expect(resizePlace(defaultLayout(), "right", 99999).sizes.right).toBe(2400);
    expect(resizePlace(defaultLayout(), "right", null).sizes.right).toBeNull();
  });
  it("one group always takes what is left", () => {
    expect(stretchy(defaultLayout().places.lower, "lower", true)).toBe(2);
    expect(stretchy(hideDock(defaultLayout(), "mixer").places.lower, "lower", true)).toBe(1);
  });
});

describe("readLayout", () => {
  it("reads what was written", () => {
    const layout = moveDock(hideDock(defaultLayout(), "status"), "mixer", { place: "left", index: 0 });
    expect(readLayout(JSON.parse(JSON.stringify(layout)))).toEqual(layout);
  });
  it.each([null, 3, "x", {}, { places: null }, { places: { lower: "no" } }, { places: { lower: [{ docks: ["chat", "scenes", "scenes"] }, null] } }])("makes a whole layout of %j", (stored) => {
    expect(everything(readLayout(stored))).toEqual([...DOCKS].sort());
  });
});
