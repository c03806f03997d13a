// The round of F6.
import { expect, it } from "vitest";
import { nextArea } from "./areas";

it("goes round the areas that are there, both ways", () => {
  const there = ["footlights", "scenes", "top", "mixer"];
  expect(nextArea(there, null, false)).toBe("top");
  expect(nextArea(there, "top", false)).toBe("scenes");
  expect(nextArea(there, "footlights", false)).toBe("top");
  expect(nextArea(there, "top", true)).toBe("footlights");
  expect(nextArea(there, null, true)).toBe("footlights");
  expect(nextArea([], null, false)).toBeUndefined();
});
