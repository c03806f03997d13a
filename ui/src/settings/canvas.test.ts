// Rates of the document in words.
import { expect, it } from "vitest";
import { rateText, RATES } from "./canvas";

it("reads whole, broken and fractional rates", () => {
  expect([30, 29.97, "30000/1001", "60000/1001", "25"].map(rateText)).toEqual(["30", "29.97", "29.97", "59.94", "25"]);
  expect(new Set(RATES.map((one) => rateText(one.value))).size).toBe(RATES.length);
});
