// Writes src/api/generated.ts, the types of everything that goes between page and engine, from src/api/schema.json (which
// `cargo xtask schema` writes from the Rust types). With `--check` it writes nothing and fails when the file is stale.
import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { compile } from "json-schema-to-typescript";

const api = resolve(import.meta.dirname, "../src/api");
const target = resolve(api, "generated.ts");

const banner = `// Made by \`npm run types\` from schema.json; do not change it by hand.
/* eslint-disable */
import type { CanvasChanges, EncoderChanges, ItemChanges, RecordingChanges, Settings } from "./values";
`;

/** What the engine takes as an open object because it merges it into another type: [command, field] to that type. */
const changes = {
  set_item: { changes: "ItemChanges" },
  add_item: { item: "ItemChanges" },
  add_source: { item: "ItemChanges" },
  set_encoder: { changes: "EncoderChanges" },
  add_encoder: { changes: "EncoderChanges" },
  set_recording: { changes: "RecordingChanges" },
  set_canvas: { changes: "CanvasChanges" },
};

/** True for an object of which the schema says only that it is one: settings of a kind that brings its own schema. */
const open = (s) => s.additionalProperties === true && !s.properties;

/** Brings a schema into the words json-schema-to-typescript reads well. */
function prepare(node, command) {
  if (Array.isArray(node)) return node.map((one) => prepare(one, command));
  if (!node || typeof node !== "object") return node;
  const name = node.properties?.command?.const ?? command;
  const out = {};
  for (const [key, value] of Object.entries(node)) {
    if (key === "properties") {
      out.properties = Object.fromEntries(Object.entries(value).map(([field, schema]) => {
        const made = prepare(schema, name);
        const known = changes[name]?.[field];
        return [field, known ? { description: schema.description, tsType: known } : made];
      }));
    } else out[key] = key === "default" || key === "const" || key === "enum" ? value : prepare(value, command);
  }
  if (open(node)) {
    const nullable = Array.isArray(node.type) && node.type.includes("null");
    return { description: node.description, tsType: nullable ? "Settings | null" : "Settings" };
  }
  delete out.default; // a default in the schema is no part of the type
  delete out.title;
  if (out.$ref && out.properties) {
    const { $ref, description, ...rest } = out;
    return { description, allOf: [{ $ref }, { ...rest, additionalProperties: false }] };
  }
  if (out.$ref) return { $ref: out.$ref, ...(out.description && { description: out.description }) };
  if (out.properties) out.additionalProperties = false;
  return out;
}

async function generate() {
  const schema = prepare(JSON.parse(await readFile(resolve(api, "schema.json"), "utf8")));
  return compile(schema, "Api", {
    // A pair is a tuple; longer bounded lists are plain lists.
    maxItems: 4,
    bannerComment: banner,
    additionalProperties: false,
    unreachableDefinitions: true,
    style: { printWidth: 120 },
  }).then((made) => made.replace(/\n \*( ?\n \*)? This interface was referenced by `Api`'s JSON-Schema\n \* via the `definition` "\w+"\./g, "").replace(/\/\*\*\n \*\/\n/g, ""));
}

const text = await generate();
const old = await readFile(target, "utf8").catch(() => "");
if (process.argv.includes("--check")) {
  if (old !== text) {
    console.error("src/api/generated.ts is stale: run `npm run types` and commit what it writes");
    process.exit(1);
  }
  console.log("types: fine");
} else if (old !== text) {
  await writeFile(target, text);
  console.log("wrote src/api/generated.ts");
}
