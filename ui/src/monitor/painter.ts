/* Draws pictures of /api/pictures on a canvas element: with WebGL2 (three R8 textures, one triangle), or in numbers where
   there is no WebGL2 or the picture is small and slow. A lost WebGL context is made anew when the browser gives it back. */

import type { Frame } from "./protocol";
import { FRAGMENT, toRgba, VERTEX } from "./yuv";

export interface Painter {
  /** Draws now. False: not possible at present, the picture is skipped. */
  draw(frame: Frame): boolean;
  close(): void;
}

/** The painter for a canvas. `small`: a browser gives out few WebGL contexts, tiles go without. */
export function painterFor(canvas: HTMLCanvasElement, small: boolean): Painter {
  const gl = small ? null : canvas.getContext("webgl2", { alpha: false, antialias: false, depth: false, desynchronized: false, powerPreference: "low-power" });
  return gl ? glPainter(canvas, gl) : plainPainter(canvas);
}

interface Programme { textures: WebGLTexture[]; width: number; height: number }

function compile(gl: WebGL2RenderingContext, type: number, text: string): WebGLShader | null {
  const shader = gl.createShader(type);
  if (!shader) return null;
  gl.shaderSource(shader, text);
  gl.compileShader(shader);
  return gl.getShaderParameter(shader, gl.COMPILE_STATUS) ? shader : null;
}

function prepare(gl: WebGL2RenderingContext): Programme | null {
  const program = gl.createProgram();
  const vertex = compile(gl, gl.VERTEX_SHADER, VERTEX);
  const fragment = compile(gl, gl.FRAGMENT_SHADER, FRAGMENT);
  if (!program || !vertex || !fragment) return null;
  gl.attachShader(program, vertex);
  gl.attachShader(program, fragment);
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) return null;
  gl.useProgram(program);
  ["y_plane", "u_plane", "v_plane"].forEach((name, i) => gl.uniform1i(gl.getUniformLocation(program, name), i));
  gl.bindVertexArray(gl.createVertexArray());
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
  return { textures: [], width: 0, height: 0 };
}

/** Textures of fixed size are cheaper to fill again; they are made anew when the picture's size changes. */
function resize(gl: WebGL2RenderingContext, p: Programme, width: number, height: number): void {
  p.textures.forEach((t) => gl.deleteTexture(t));
  const half: [number, number] = [(width + 1) >> 1, (height + 1) >> 1];
  p.textures = [[width, height] as const, half, half].flatMap(([w, h], i) => {
    const t = gl.createTexture();
    gl.activeTexture(gl.TEXTURE0 + i);
    gl.bindTexture(gl.TEXTURE_2D, t);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.R8, w, h);
    return t ? [t] : [];
  });
  [p.width, p.height] = [width, height];
}

function glPainter(canvas: HTMLCanvasElement, gl: WebGL2RenderingContext): Painter {
  let programme = prepare(gl);
  const lost = (e: Event): void => { e.preventDefault(); programme = null; };
  const back = (): void => { programme = prepare(gl); };
  canvas.addEventListener("webglcontextlost", lost);
  canvas.addEventListener("webglcontextrestored", back);
  return {
    draw(f) {
      if (!programme || gl.isContextLost()) return false;
      if (canvas.width !== f.width || canvas.height !== f.height) [canvas.width, canvas.height] = [f.width, f.height];
      if (programme.width !== f.width || programme.height !== f.height) resize(gl, programme, f.width, f.height);
      const half: [number, number] = [(f.width + 1) >> 1, (f.height + 1) >> 1];
      const planes = [[f.y, f.width, f.height] as const, [f.u, ...half] as const, [f.v, ...half] as const];
      planes.forEach(([bytes, w, h], i) => {
        gl.activeTexture(gl.TEXTURE0 + i);
        gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, w, h, gl.RED, gl.UNSIGNED_BYTE, bytes);
      });
      gl.viewport(0, 0, f.width, f.height);
      gl.drawArrays(gl.TRIANGLES, 0, 3);
      return true;
    },
    close() {
      canvas.removeEventListener("webglcontextlost", lost);
      canvas.removeEventListener("webglcontextrestored", back);
      gl.getExtension("WEBGL_lose_context")?.loseContext();
    },
  };
}

function plainPainter(canvas: HTMLCanvasElement): Painter {
  const context = canvas.getContext("2d", { alpha: false });
  let image: ImageData | null = null;
  return {
    draw(f) {
      if (!context) return false;
      if (!image || image.width !== f.width || image.height !== f.height) {
        [canvas.width, canvas.height] = [f.width, f.height];
        image = context.createImageData(f.width, f.height);
      }
      toRgba(f, image.data);
      context.putImageData(image, 0, 0);
      return true;
    },
    close() { image = null; },
  };
}
