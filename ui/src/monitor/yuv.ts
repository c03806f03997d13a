/* BT.709 limited range to RGB: as a WebGL2 shader and, for browsers without WebGL and for small slow pictures, in numbers.
   Coefficients: ITU-R BT.709-6, quantised as in clause 3 (luma 16 to 235, chroma 16 to 240). */

import type { Frame } from "./protocol";

export const VERTEX = `#version 300 es
out vec2 at;
void main() {
  vec2 p = vec2(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0);
  at = vec2(p.x * 0.5 + 0.5, 0.5 - p.y * 0.5);
  gl_Position = vec4(p, 0.0, 1.0);
}`;

export const FRAGMENT = `#version 300 es
precision mediump float;
uniform sampler2D y_plane, u_plane, v_plane;
in vec2 at;
out vec4 color;
void main() {
  float y = (texture(y_plane, at).r - 16.0 / 255.0) * (255.0 / 219.0);
  float u = (texture(u_plane, at).r - 128.0 / 255.0) * (255.0 / 224.0);
  float v = (texture(v_plane, at).r - 128.0 / 255.0) * (255.0 / 224.0);
  color = vec4(y + 1.5748 * v, y - 0.187324 * u - 0.468124 * v, y + 1.8556 * u, 1.0);
}`;

const clamp = (n: number): number => (n < 0 ? 0 : n > 255 ? 255 : n);

/** Fills `out` (RGBA) with the picture. */
export function toRgba(f: Frame, out: Uint8ClampedArray): void {
  const half = (f.width + 1) >> 1;
  let o = 0;
  for (let row = 0; row < f.height; row++) {
    const yr = row * f.width;
    const cr = (row >> 1) * half;
    for (let col = 0; col < f.width; col++) {
      const c = cr + (col >> 1);
      const y = ((f.y[yr + col] ?? 16) - 16) * 1.164384;
      const u = (f.u[c] ?? 128) - 128;
      const v = (f.v[c] ?? 128) - 128;
      out[o] = clamp(y + 1.792741 * v);
      out[o + 1] = clamp(y - 0.213249 * u - 0.532909 * v);
      out[o + 2] = clamp(y + 2.112402 * u);
      out[o + 3] = 255;
      o += 4;
    }
  }
}
