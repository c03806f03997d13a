// Keys are read, written and compared the same way everywhere.
import { describe, expect, it } from "vitest";
import { conflicts, fromDigit, fromStroke, isPlain, normal, shown, type Stroke } from "./keys";

const press = (key: string, held = ""): Stroke => ({ key, ctrlKey: held.includes("c"), metaKey: held.includes("m"), altKey: held.includes("a"), shiftKey: held.includes("s") });

describe("fromStroke", () => {
  it.each([
    ["t", "", "T"], ["T", "s", "Shift+T"], ["l", "cs", "Ctrl+Shift+L"], ["?", "s", "?"], ["F6", "s", "Shift+F6"],
    ["ArrowUp", "a", "Alt+ArrowUp"], ["+", "c", "Ctrl++"], ["Control", "c", ""], ["1", "", "1"],
  ])("%s %s is %s", (key, held, out) => expect(fromStroke(press(key, held))).toBe(out));
  it("takes Command for Ctrl on macOS", () => {
    expect(fromStroke(press("k", "m"), true)).toBe("Ctrl+K");
    expect(fromStroke(press("k", "m"))).toBe("K");
  });
  it("finds digits by their place under Shift", () => expect(fromDigit("Digit2", press("@", "s"))).toBe("Shift+2"));
});

describe("normal", () => {
  it.each([["shift+ctrl+l", "Ctrl+Shift+L"], ["cmd+k", "Ctrl+K"], ["Ctrl++", "Ctrl++"], ["+", "+"], ["", ""], ["F9", "F9"]])("%s is %s", (text, out) => expect(normal(text)).toBe(out));
});

it("shown is what is on the keys", () => {
  expect(shown("Ctrl+Shift+ArrowUp")).toBe("Ctrl Shift ↑");
  expect(shown("Ctrl+Shift+L", true)).toBe("⌘ ⇧ L");
  expect(shown("Ctrl++")).toBe("Ctrl +");
});

it("plain keys are those that type", () => {
  expect(["T", "Shift+1", "?", "Delete", "ArrowUp"].every(isPlain)).toBe(true);
  expect(["Ctrl+T", "Alt+ArrowUp", "F9", "Shift+F6"].some(isPlain)).toBe(false);
});

it("conflicts names who shares a key", () => {
  const found = conflicts([{ id: "a", key: "T" }, { id: "b", key: "t" }, { id: "c", key: "" }, { id: "d", key: "" }, { id: "e", key: "E" }]);
  expect([...found]).toEqual([["T", ["a", "b"]]]);
});
