/* The binary messages of /api/pictures and the merging of what several monitors want into the list sent to the engine. Pure. */

/** A picture: I420 planes, BT.709 limited range. Views into the message: valid until the callback returns. */
export interface Frame {
  width: number;
  height: number;
  sequence: number;
  /** Nothing is on show. */
  black: boolean;
  y: Uint8Array;
  u: Uint8Array;
  v: Uint8Array;
}

const HEADER = 16;

/** A message taken apart, or nothing when it is not one. */
export function parse(data: ArrayBuffer): { want: number; frame: Frame } | null {
  if (data.byteLength < HEADER) return null;
  const head = new DataView(data, 0, HEADER);
  const width = head.getUint16(4, true);
  const height = head.getUint16(6, true);
  const luma = width * height;
  const chroma = Math.ceil(width / 2) * Math.ceil(height / 2);
  if (!luma || data.byteLength < HEADER + luma + 2 * chroma) return null;
  return {
    want: head.getUint32(0, true),
    frame: {
      width, height, sequence: head.getUint32(8, true), black: (head.getUint32(12, true) & 1) !== 0,
      y: new Uint8Array(data, HEADER, luma), u: new Uint8Array(data, HEADER + luma, chroma),
      v: new Uint8Array(data, HEADER + luma + chroma, chroma),
    },
  };
}

/** What one monitor asks for. */
export interface Ask { target: string; width: number; height: number; fps: number }
/** What is asked of the engine. */
export interface Want extends Ask { id: number }

/** One want for each target: the largest size and the highest rate any monitor asks for. Ids stay with their target. */
export function merge(asks: readonly Ask[], idOf: (target: string) => number): Want[] {
  const out = new Map<string, Want>();
  for (const a of asks) {
    const w = out.get(a.target);
    if (!w) out.set(a.target, { id: idOf(a.target), ...a });
    else {
      w.width = Math.max(w.width, a.width);
      w.height = Math.max(w.height, a.height);
      w.fps = Math.max(w.fps, a.fps);
    }
  }
  return [...out.values()];
}

/** Widths that are asked for: few steps, so that dragging a border does not restart the stream at every pixel. */
const WIDTHS = [160, 320, 480, 640, 960, 1280, 1600, 1920, 2560, 3840];

/** The size to ask for so that a picture of `aspect` fills `width` device pixels. */
export function steppedSize(width: number, aspect: number, most = 1920): { width: number; height: number } {
  const w = WIDTHS.find((s) => s >= width * 0.94) ?? 3840;
  const stepped = Math.min(w, most);
  return { width: stepped, height: Math.max(2, 2 * Math.round(stepped / aspect / 2)) };
}
