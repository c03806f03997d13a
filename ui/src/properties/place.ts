/* The place of an item in numbers: what a person writes into a field as a change of the item. Pure. */

import { toRect, withoutBounds, type Change } from "../monitor/editor/change";
import { box, fractions, type Bounds, type Placement, type Size } from "../monitor/editor/geometry";
import type { Field } from "../forms/schema";

/** A form field for a number that is no setting of a schema. */
export function numberField(key: string, more: Partial<Field> = {}): Field {
  return {
    key, control: "number", default: 0, nullable: false, required: true, readOnly: false, advanced: false, integer: false, alpha: false, ...more,
  };
}

/** The item's box as people see it, canvas pixels. */
export function sizeOfBox(p: Placement, size: Size | null): Size | null {
  const b = box(p, size);
  return b && { width: b.right - b.left, height: b.bottom - b.top };
}

/** Another width or height; the fixed point stays where it is. */
export function sized(p: Placement, size: Size | null, to: Partial<Size>, keep: boolean): Change {
  const b = box(p, size);
  if (!b) return {};
  const was = { width: b.right - b.left, height: b.bottom - b.top };
  let { width, height } = { ...was, ...to };
  if (keep && to.width !== undefined) height = (was.height * width) / was.width;
  else if (keep && to.height !== undefined) width = (was.width * height) / was.height;
  width = Math.max(1, width);
  height = Math.max(1, height);
  const [fx, fy] = fractions(p.alignment);
  const { position: _, ...change } = toRect(p, size, b, { left: -fx * width, top: -fy * height, right: (1 - fx) * width, bottom: (1 - fy) * height });
  return change;
}

/** Fits the item into its box in another way; "none" gives it its own size where it lies. */
export function fitted(p: Placement, size: Size | null, mode: Bounds["mode"] | "none"): Change {
  if (mode === "none") {
    if (!p.bounds || !size) return { bounds: null };
    const { bounds, crop, scale, position } = withoutBounds(p, size);
    return { bounds, crop, scale, position };
  }
  if (p.bounds) return { bounds: { ...p.bounds, mode } };
  const now = sizeOfBox(p, size);
  return now ? { bounds: { mode, width: Math.max(1, now.width), height: Math.max(1, now.height) } } : {};
}
