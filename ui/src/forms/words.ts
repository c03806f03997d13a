/* What people read at a field: from the catalogue `fields` by kind and field, else the schema's title, else the field's name
   made into words. Descriptions out of a schema are English, so other languages show only what the catalogue has. */

import { language, t, type Key } from "../i18n";
import type { Problem } from "./check";
import { showNumber } from "./check";
import { isObject, type Field, type Json, type Option } from "./schema";

function known(key: string): string | null {
  const whole = `fields.${key}` as Key;
  const text = t(whole);
  return text === whole ? null : text;
}

/** `keyframe_interval_s` becomes "Keyframe interval". */
export function asWords(key: string): string {
  const bare = key.replace(/_(px|ms|s|kbps|mib|bytes|db|dbfs|hz|deg|percent)$/, "").replaceAll("_", " ").replace(/([a-z])([A-Z])/g, "$1 $2");
  return bare.charAt(0).toUpperCase() + bare.slice(1).toLowerCase();
}

/** The name of a field. `path`: the kind, then the fields around it, as `text.shadow`. */
export function labelOf(f: Field, path: string): string {
  return known(`${path}.${f.key}`) ?? (f.title || (known(f.key) ?? asWords(f.key)));
}

/** One line under the field; only where there is something to say that its name does not. */
export function hintOf(f: Field, path: string): string {
  return known(`${path}.${f.key}_is`) ?? known(`${f.key}_is`) ?? "";
}

/** What the schema's author wrote, for a tooltip. */
export function describedBy(f: Field): string {
  return language() === "en" ? (f.description ?? "").replaceAll("\n", " ").replaceAll("`", "") : "";
}

export function optionLabel(o: Option, f: Field, path: string): string {
  const value = String(o.value);
  const found = known(`${path}.${f.key}.${value}`) ?? known(`${f.key.replace(/^audio_/, "")}.${value}`);
  if (found) return found;
  if (o.title) return o.title;
  return typeof o.value === "string" && /^[a-z_]+$/.test(o.value) && o.value.includes("_") ? asWords(o.value) : value;
}

/** A value in a few words, for "Changed from …". */
export function valueText(f: Field, value: Json, path: string): string {
  if (value === null) return f.control === "object" || f.control === "color" ? t("forms.off") : f.control === "rate" ? t("forms.asCanvas") : t("forms.automatic");
  if (f.special !== undefined && value === f.special) return t(f.specialWord ?? "forms.asCanvas");
  if (typeof value === "boolean") return t(value ? "forms.on" : "forms.off");
  if (typeof value === "number") return `${showNumber(value)}${f.unit ? (f.unit === "°" ? "°" : ` ${f.unit}`) : ""}`;
  if (f.control === "choice") {
    const o = f.options?.find((x) => x.value === value);
    return o ? optionLabel(o, f, path) : String(value);
  }
  if (value === "") return f.control === "font" ? t("forms.ownFont") : t("forms.nothing");
  return Array.isArray(value) || isObject(value) ? JSON.stringify(value) : String(value);
}

export function problemText(p: Problem): string {
  return t(`forms.bad_${p.reason}`, { min: p.min === undefined ? "" : showNumber(p.min), max: p.max === undefined ? "" : showNumber(p.max) });
}

/** Whether a field is meant by what somebody looks for. */
export function matches(f: Field, path: string, look: string): boolean {
  const words = `${labelOf(f, path)} ${hintOf(f, path)} ${f.key} ${describedBy(f)}`.toLowerCase();
  return look.toLowerCase().split(/\s+/).every((w) => words.includes(w));
}
