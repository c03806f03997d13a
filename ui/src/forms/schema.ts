/* Makes a list of form fields out of a JSON Schema as schemars writes it (draft 2020-12: $ref and $defs, oneOf of consts for
   enums, anyOf with null for options, formats, ranges, defaults). Pure: knows no Svelte, no language and no kind of source. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** How a field is edited. */
export type Control =
  | "text" | "textarea" | "secret" | "number" | "slider" | "switch" | "choice" | "color" | "rate"
  | "file" | "folder" | "font" | "device" | "list" | "object" | "json";

export interface Option { value: Json; title?: string; description?: string }

export interface Field {
  key: string;
  control: Control;
  title?: string;
  description?: string;
  default: Json;
  /** May be `null`: off, or left to the engine. */
  nullable: boolean;
  required: boolean;
  readOnly: boolean;
  /** Behind "more settings" however few there are. */
  advanced: boolean;
  integer: boolean;
  min?: number;
  max?: number;
  unit?: string;
  pattern?: string;
  /** Can have an alpha channel. */
  alpha: boolean;
  options?: Option[];
  /** Of an object. */
  fields?: Field[];
  /** Of a list. */
  item?: Field;
  /** File name endings a file field takes. */
  accept?: string[];
  /** A value the field's number has a meaning of its own for, as 0 for "as the canvas". */
  special?: number;
  /** What that value is called: a key of the catalogue. */
  specialWord?: SpecialWord;
  /** An example in the empty field. */
  example?: string;
  /** Only where another field has one of these values. */
  when?: { key: string; is: readonly Json[] };
}

/** Words for a value that is no number to the person. */
export type SpecialWord = "forms.asCanvas" | "forms.never" | "forms.noLimit" | "forms.theSame";

/** What the page knows of a field that the schema does not say. */
export interface Hint {
  control?: Control;
  unit?: string;
  advanced?: boolean;
  accept?: string[];
  special?: number;
  specialWord?: SpecialWord;
  example?: string;
  when?: { key: string; is: readonly Json[] };
  hidden?: boolean;
}
export interface Hints { order?: readonly string[]; fields?: Readonly<Record<string, Hint>> }

export function isObject(j: Json | undefined): j is JsonObject {
  return typeof j === "object" && j !== null && !Array.isArray(j);
}

const text = (j: Json | undefined): string | undefined => (typeof j === "string" ? j : undefined);
const number = (j: Json | undefined): number | undefined => (typeof j === "number" ? j : undefined);

/** The schema behind a `$ref`, with what stands beside the reference laid over it. */
function resolved(s: JsonObject, root: JsonObject, depth = 0): JsonObject {
  const ref = text(s.$ref);
  if (!ref || depth > 16) return s;
  let at: Json | undefined = root;
  for (const part of ref.replace(/^#\/?/, "").split("/").filter(Boolean)) {
    at = isObject(at) ? at[part.replaceAll("~1", "/").replaceAll("~0", "~")] : undefined;
  }
  const { $ref: _, ...beside } = s;
  return isObject(at) ? { ...resolved(at, root, depth + 1), ...beside } : beside;
}

/** Takes `null` out of a schema and says whether it was in. */
function withoutNull(s: JsonObject, root: JsonObject): { schema: JsonObject; nullable: boolean } {
  for (const word of ["anyOf", "oneOf"] as const) {
    const ways = s[word];
    if (!Array.isArray(ways)) continue;
    const rest = ways.filter((w) => !(isObject(w) && (w.type === "null" || w.const === null)));
    if (rest.length === ways.length) continue;
    const { [word]: _, ...beside } = s;
    const only = rest.length === 1 && isObject(rest[0]) ? resolved(rest[0], root) : { [word]: rest };
    return { schema: { ...only, ...beside }, nullable: true };
  }
  if (Array.isArray(s.type) && s.type.includes("null")) {
    const rest = s.type.filter((t) => t !== "null");
    return { schema: { ...s, type: rest.length === 1 ? (rest[0] ?? null) : rest }, nullable: true };
  }
  return { schema: s, nullable: false };
}

/** The values of an enum, however it is written. */
function optionsOf(s: JsonObject, root: JsonObject): Option[] | undefined {
  if (Array.isArray(s.enum)) return s.enum.filter((v) => v !== null).map((value) => ({ value }));
  for (const ways of [s.oneOf, s.anyOf]) {
    if (!Array.isArray(ways) || !ways.length) continue;
    const out: Option[] = [];
    for (const way of ways) {
      if (!isObject(way)) return undefined;
      const w = resolved(way, root);
      if (w.const !== undefined) {
        out.push({ value: w.const, ...named(w) });
      } else if (Array.isArray(w.enum)) {
        out.push(...w.enum.map((value) => ({ value })));
      } else return undefined;
    }
    return out;
  }
  return undefined;
}

function named(s: JsonObject): { title?: string; description?: string } {
  const title = text(s.title);
  const description = text(s.description);
  return { ...(title && { title }), ...(description && { description }) };
}

const UNITS: [RegExp, string][] = [
  [/_px$/, "px"], [/_ms$/, "ms"], [/_s$/, "s"], [/_kbps$/, "kbit/s"], [/_db(fs)?$/, "dB"], [/_hz$/, "Hz"], [/_deg$/, "°"],
  [/^(width|height)$/, "px"], [/_percent$/, "%"], [/_mib$/, "MiB"], [/_minutes$/, "min"], [/_bytes$/, "B"], [/^seconds$/, "s"],
];

const CONTROLS: readonly string[] = [
  "text", "textarea", "secret", "number", "slider", "switch", "choice", "color", "rate", "file", "folder", "font", "device", "list", "object", "json",
];

function isRate(s: JsonObject): boolean {
  const ways = s.anyOf;
  return Array.isArray(ways) && ways.length === 2 && ways.some((w) => isObject(w) && w.type === "number") && ways.some((w) => isObject(w) && w.type === "string");
}

/** Sliders are for short ranges where the ear or the eye decides; long ranges are typed. */
function slides(s: JsonObject, key: string): boolean {
  const min = number(s.minimum);
  const max = number(s.maximum);
  if (min === undefined || max === undefined) return false;
  return /_db$/.test(key) || (s.type === "number" && max - min <= 4);
}

function controlOf(s: JsonObject, key: string, options: Option[] | undefined): Control {
  const widget = text(s["x-widget"]);
  if (widget && CONTROLS.includes(widget)) return widget as Control;
  if (isRate(s)) return "rate";
  if (options) return "choice";
  const format = text(s.format);
  switch (s.type) {
    case "boolean": return "switch";
    case "integer":
    case "number": return slides(s, key) ? "slider" : "number";
    case "array": return "list";
    case "object": return isObject(s.properties) ? "object" : "json";
    case "string":
      if (format === "password" || s.writeOnly === true) return "secret";
      if (format === "color") return "color";
      if (format === "textarea") return "textarea";
      if (format === "path" || format === "file") return "file";
      if (format === "directory" || format === "folder") return "folder";
      if (format === "font") return "font";
      return "text";
    default: return "json";
  }
}

function zero(s: JsonObject, control: Control, options: Option[] | undefined): Json {
  if (control === "choice") return options?.[0]?.value ?? null;
  if (control === "switch") return false;
  if (control === "number" || control === "slider") return Math.max(0, number(s.minimum) ?? 0);
  if (control === "list") return [];
  if (control === "object") return {};
  return control === "json" || control === "rate" ? null : "";
}

/** One field from its schema. */
export function fieldOf(key: string, raw: JsonObject, root: JsonObject, required = false, hint: Hint = {}, depth = 0): Field {
  const outer = resolved(raw, root);
  const { schema: s, nullable } = withoutNull(outer, root);
  const found = optionsOf(s, root);
  const control = hint.control ?? (depth > 4 ? "json" : controlOf(s, key, found));
  const min = number(s.minimum) ?? number(s.exclusiveMinimum);
  const max = number(s.maximum) ?? number(s.exclusiveMaximum);
  const unit = hint.unit ?? text(s["x-unit"]) ?? (s.type === "number" || s.type === "integer" ? UNITS.find(([r]) => r.test(key))?.[1] : undefined);
  const pattern = text(s.pattern);
  const items = isObject(s.items) ? s.items : undefined;
  const accept = hint.accept ?? (Array.isArray(s["x-accept"]) ? s["x-accept"].filter((x): x is string => typeof x === "string") : undefined);
  return {
    key, control, ...named(outer), nullable, required,
    default: outer.default !== undefined ? outer.default : nullable ? null : zero(s, control, found),
    readOnly: s.readOnly === true, advanced: hint.advanced ?? s["x-advanced"] === true, integer: s.type === "integer",
    alpha: !pattern || pattern.includes("8"),
    ...(min !== undefined && { min }), ...(max !== undefined && { max }), ...(unit && { unit }), ...(pattern && { pattern }),
    ...(control === "choice" && found && { options: found }), ...(accept && { accept }),
    ...(control === "object" && { fields: fieldsOf(s, root, {}, depth + 1) }),
    ...(control === "list" && { item: fieldOf("", items ?? { type: "string" }, root, true, {}, depth + 1) }),
    ...(hint.special !== undefined && { special: hint.special }), ...(hint.specialWord && { specialWord: hint.specialWord }),
    ...(hint.example && { example: hint.example }), ...(hint.when && { when: hint.when }),
  };
}

/** The fields of an object's schema: the hints' order first, then as the schema has them; what is advanced last. */
export function fieldsOf(schema: JsonObject, root: JsonObject = schema, hints: Hints = {}, depth = 0): Field[] {
  const s = resolved(schema, root);
  const properties = isObject(s.properties) ? s.properties : {};
  const required = Array.isArray(s.required) ? s.required : [];
  const order = (key: string, p: Json): number => {
    const i = hints.order?.indexOf(key) ?? -1;
    if (i >= 0) return i;
    return 1000 + (isObject(p) ? (number(p["x-order"]) ?? 0) : 0);
  };
  const out = Object.entries(properties)
    .filter(([key]) => !hints.fields?.[key]?.hidden)
    .map(([key, p], i) => ({ rank: order(key, p), i, field: fieldOf(key, isObject(p) ? p : {}, root, required.includes(key), hints.fields?.[key], depth) }))
    .sort((a, b) => a.rank - b.rank || a.i - b.i)
    .map((x) => x.field);
  return [...out.filter((f) => !f.advanced), ...out.filter((f) => f.advanced)];
}

/** Same value, whatever the order of keys. */
export function same(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((x, i) => same(x, b[i]));
  if (isObject(a) && isObject(b)) {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...keys].every((k) => same(a[k], b[k]));
  }
  return false;
}

/** A whole object with defaults where a value is missing. */
export function filled(fields: readonly Field[], value: Json | undefined): JsonObject {
  const v = isObject(value) ? value : {};
  const out: JsonObject = { ...v };
  for (const f of fields) if (out[f.key] === undefined) out[f.key] = f.default;
  return out;
}
