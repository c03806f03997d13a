/* Whether what a person typed can be a field's value, and if not, how to write it. Pure; the words come from the catalogue. */

import type { Field, Json } from "./schema";

/** Why a value can't be taken: a key of the `forms` catalogue and what goes into it. */
export interface Problem {
  reason: "number" | "whole" | "range" | "least" | "most" | "color" | "rate" | "pattern" | "json" | "needed";
  min?: number;
  max?: number;
}

export type Read = { ok: true; value: Json } | { ok: false; problem: Problem };

const good = (value: Json): Read => ({ ok: true, value });
const bad = (problem: Problem): Read => ({ ok: false, problem });

/** A number as people write it: true minus, decimal comma, its unit behind it, simple sums (1920/2). */
export function readNumber(text: string): number | null {
  const t = text.trim().replaceAll("−", "-").replaceAll("×", "*").replace(/,(?=\d)/g, ".").replace(/\s*(px|ms|s|dB|Hz|°|%|kb\/s)$/i, "");
  if (!/^[-+*/().\d\s]+$/.test(t) || !/\d/.test(t)) return null;
  const n = sum(t.replace(/\s+/g, ""));
  return n !== null && Number.isFinite(n) ? n : null;
}

/** `1920/2-8`: plus and minus, times and over, no brackets. */
function sum(t: string): number | null {
  const parts = t.match(/[-+*/]?[-+]?\d*\.?\d+/g);
  if (!parts || parts.join("") !== t) return null;
  let total = 0;
  let term: number | null = null;
  for (const part of parts) {
    const op = /^[*/]/.test(part) ? part[0] : "+";
    const n = Number(op === "+" ? part.replace(/^([-+])([-+])/, (_, a: string, b: string) => (a === b ? "+" : "-")) : part.slice(1));
    if (Number.isNaN(n)) return null;
    if (op === "+") {
      total += term ?? 0;
      term = n;
    } else if (term === null) return null;
    else term = op === "*" ? term * n : term / n;
  }
  return total + (term ?? 0);
}

/** Whether a number lies in the field's range. */
export function inRange(f: Field, n: number): Problem | null {
  if (f.integer && !Number.isInteger(n)) return { reason: "whole" };
  const { min, max } = f;
  if (min !== undefined && max !== undefined && (n < min || n > max)) return { reason: "range", min, max };
  if (min !== undefined && n < min) return { reason: "least", min };
  if (max !== undefined && n > max) return { reason: "most", max };
  return null;
}

/** What was typed as a value of the field. */
export function read(f: Field, typed: string): Read {
  const t = typed.trim();
  switch (f.control) {
    case "number":
    case "slider": {
      if (t === "" && f.nullable) return good(null);
      const n = readNumber(t);
      if (n === null) return bad({ reason: "number" });
      const problem = inRange(f, n);
      return problem ? bad(problem) : good(n);
    }
    case "rate": return readRate(f, t);
    case "color":
      if (t === "" && f.nullable) return good(null);
      return readColor(t, f.alpha);
    case "json":
      if (t === "" && f.nullable) return good(null);
      try {
        return good(JSON.parse(typed) as Json);
      } catch {
        return bad({ reason: "json" });
      }
    default: {
      if (typed === "" && f.nullable) return good(null);
      if (f.pattern && !matches(f.pattern, typed)) return bad({ reason: "pattern" });
      return good(typed);
    }
  }
}

function matches(pattern: string, typed: string): boolean {
  try {
    return new RegExp(pattern, "u").test(typed);
  } catch {
    return true;
  }
}

function readRate(f: Field, t: string): Read {
  if (t === "") return f.nullable ? good(null) : bad({ reason: "rate" });
  const fraction = /^(\d{1,6})\s*\/\s*(\d{1,6})$/.exec(t);
  if (fraction) return Number(fraction[2]) > 0 && Number(fraction[1]) > 0 ? good(`${fraction[1]}/${fraction[2]}`) : bad({ reason: "rate" });
  const n = readNumber(t.replace(/\s*fps$/i, ""));
  return n !== null && n > 0 && n <= 1000 ? good(n) : bad({ reason: "rate" });
}

/** `#rgb`, `#rrggbb` or, where alpha is allowed, `#rrggbbaa`; the # may be missing. */
function readColor(t: string, alpha: boolean): Read {
  const m = /^#?([0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})$/i.exec(t);
  let hex = m?.[1]?.toLowerCase();
  if (!hex || (hex.length === 8 && !alpha)) return bad({ reason: "color" });
  if (hex.length === 3) hex = [...hex].map((c) => c + c).join("");
  return good(`#${hex}`);
}

/** A number as it stands in a field: at most three decimals, true minus. */
export function showNumber(n: number, decimals = 3): string {
  const rounded = Math.round(n * 10 ** decimals) / 10 ** decimals;
  return String(rounded + 0).replace("-", "−");
}
