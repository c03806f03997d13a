import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { read, readNumber, showNumber } from "./check";
import { HINTS } from "./hints";
import { fieldsOf, filled, same, type Field, type JsonObject } from "./schema";

const folder = new URL("../../../assets/schema/", import.meta.url);
function schema(name: string): JsonObject {
  return JSON.parse(readFileSync(new URL(`${name}.schema.json`, folder), "utf8")) as JsonObject;
}
function field(fields: readonly Field[], key: string): Field {
  const f = fields.find((x) => x.key === key);
  if (!f) throw new Error(`no field ${key}`);
  return f;
}

describe("the schemas of our kinds", () => {
  const names = readdirSync(folder).filter((n) => /^(source|destination)-/.test(n)).map((n) => n.replace(".schema.json", ""));
  it.each(names)("%s: every field has an editor", (name) => {
    const fields = fieldsOf(schema(name), schema(name), HINTS[name.replace(/^\w+-/, "")]);
    expect(fields.length).toBeGreaterThan(0);
    for (const f of fields) expect(f.control, f.key).not.toBe("json");
  });

  it("text: order, units, nullable objects, colours", () => {
    const s = schema("source-text");
    const fields = fieldsOf(s, s, HINTS.text);
    expect(fields.slice(0, 3).map((f) => f.key)).toEqual(["text", "size_px", "color"]);
    expect(field(fields, "size_px")).toMatchObject({ control: "number", unit: "px", min: 4, max: 1000, default: 64 });
    expect(field(fields, "color")).toMatchObject({ control: "color", alpha: true, default: "#ffffff" });
    expect(field(fields, "align").options?.map((o) => o.value)).toEqual(["left", "center", "right"]);
    const shadow = field(fields, "shadow");
    expect(shadow).toMatchObject({ control: "object", nullable: true, default: null });
    expect(filled(shadow.fields ?? [], {})).toEqual({ x_px: 0, y_px: 3, blur_px: 8, color: "#000000aa" });
    expect(field(fields, "line_height").control).toBe("slider");
  });

  it("rtmp: the key is secret", () => {
    expect(field(fieldsOf(schema("destination-rtmp")), "key").control).toBe("secret");
  });

  it("media: numbers that may be absent, choices with explanations", () => {
    const fields = fieldsOf(schema("source-media"));
    expect(field(fields, "out_point_s")).toMatchObject({ control: "number", nullable: true, unit: "s" });
    expect(field(fields, "at_end").options?.[0]).toEqual({ value: "hold", description: "The last picture stays." });
    expect(field(fields, "loop").control).toBe("switch");
  });

  it("camera: rates, devices, experts' fields last", () => {
    const s = schema("source-camera");
    const fields = fieldsOf(s, s, HINTS.camera);
    expect(field(fields, "fps")).toMatchObject({ control: "rate", nullable: true });
    expect(field(fields, "device").control).toBe("device");
    expect(fields.at(-1)?.advanced).toBe(true);
  });

  it("encoders and recording of the document", () => {
    const s = schema("project");
    const defs = s.$defs as Record<string, JsonObject>;
    const video = fieldsOf(defs.VideoEncoding as JsonObject, s);
    expect(field(video, "preset").options?.length).toBe(9);
    expect(field(video, "bitrate_kbps")).toMatchObject({ control: "number", integer: true, unit: "kbit/s" });
    expect(fieldsOf(defs.Recording as JsonObject, s, HINTS.recording)[0]).toMatchObject({ key: "folder", control: "folder" });
  });
});

describe("other ways to write a schema", () => {
  it("lists, titles, hints, references beside a description", () => {
    const s: JsonObject = {
      type: "object", required: ["who"],
      properties: {
        who: { title: "Who", type: "string", minLength: 1 },
        tags: { type: "array", items: { $ref: "#/$defs/Tag" }, default: [] },
        note: { type: "string", "x-widget": "textarea", "x-order": -1 },
        mode: { anyOf: [{ $ref: "#/$defs/Mode" }, { type: "null" }], description: "How." },
        loop: { $ref: "#/$defs/Loop" },
      },
      $defs: { Tag: { type: "string", enum: ["a", "b"] }, Mode: { oneOf: [{ const: 1, title: "One" }, { const: 2 }] }, Loop: { $ref: "#/$defs/Loop" } },
    };
    const fields = fieldsOf(s);
    expect(fields[0]?.key).toBe("note");
    expect(field(fields, "who")).toMatchObject({ title: "Who", required: true });
    expect(field(fields, "tags").item).toMatchObject({ control: "choice" });
    expect(field(fields, "mode")).toMatchObject({ control: "choice", nullable: true, description: "How.", options: [{ value: 1, title: "One" }, { value: 2 }] });
    expect(field(fields, "loop").control).toBe("json");
  });
});

describe("reading what people write", () => {
  it("numbers", () => {
    expect(["12", " −3,5 ", "1920/2", "100 px", "2*3+4", "10--4", "-6 dB", "4,500"].map(readNumber)).toEqual([12, -3.5, 960, 100, 10, 14, -6, 4.5]);
    expect(["", "a", "1..2", "1/0", "--", "1e5"].map(readNumber)).toEqual([null, null, null, null, null, null]);
    expect(showNumber(-0.123456)).toBe("−0.123");
    expect(showNumber(-0)).toBe("0");
  });

  it("values of fields and how to write them", () => {
    const fields = fieldsOf(schema("source-text"));
    expect(read(field(fields, "size_px"), "2000")).toEqual({ ok: false, problem: { reason: "range", min: 4, max: 1000 } });
    expect(read(field(fields, "weight"), "450.5")).toEqual({ ok: false, problem: { reason: "whole" } });
    expect(read(field(fields, "color"), "FA0")).toEqual({ ok: true, value: "#ffaa00" });
    expect(read(field(fields, "color"), "red")).toMatchObject({ ok: false });
    const fps = field(fieldsOf(schema("source-camera")), "fps");
    expect([read(fps, ""), read(fps, "30000/1001"), read(fps, "59,94"), read(fps, "fast")]).toEqual([
      { ok: true, value: null }, { ok: true, value: "30000/1001" }, { ok: true, value: 59.94 }, { ok: false, problem: { reason: "rate" } },
    ]);
  });

  it("compares values", () => {
    expect(same({ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 })).toBe(true);
    expect(same({ a: 1 }, { a: 1, b: 2 })).toBe(false);
  });
});

describe("what the hints say of fields", () => {
  const root = schema("project");
  const defs = root["$defs"] as Record<string, JsonObject>;
  it("names real fields only, also those that a field hangs on", () => {
    for (const [kind, part] of [["recording", "Recording"], ["encoder", "VideoEncoding"], ["encoder_audio", "AudioEncoding"]] as const) {
      const keys = fieldsOf(defs[part] ?? {}, root).map((one) => one.key);
      const named = Object.entries(HINTS[kind]?.fields ?? {}).flatMap(([key, hint]) => [key, ...(hint.when ? [hint.when.key] : [])]);
      expect(named.filter((one) => !keys.includes(one))).toEqual([]);
    }
  });
  it("a zero that means never is called so, and sizes have their unit", () => {
    const fields = fieldsOf(defs["Recording"] ?? {}, root, HINTS["recording"]);
    expect(field(fields, "split_minutes")).toMatchObject({ special: 0, specialWord: "forms.never", unit: "min" });
    expect(field(fields, "low_disk_mib").unit).toBe("MiB");
    expect(field(field(fields, "replay").fields ?? [], "seconds").unit).toBe("s");
  });
  it("constant quality is asked only where the rate follows from it", () => {
    expect(field(fieldsOf(defs["VideoEncoding"] ?? {}, root, HINTS["encoder"]), "crf").when).toEqual({ key: "rate_control", is: ["crf"] });
  });
});
