/* How the canvas lies in the element it is edited in: scale and offset, zooming about a point, panning, fitting. Pure;
   lengths of the element are CSS pixels. */

import type { Point, Size } from "./geometry";

export interface View {
  /** CSS pixels a canvas pixel. */
  scale: number;
  /** Where the canvas' top left corner lies. */
  x: number;
  y: number;
  /** Follows the size of the element. */
  fit: boolean;
}

export const MAX_SCALE = 16;

/** The whole canvas in the middle, `margin` left at each side. */
export function fitted(canvas: Size, room: Size, margin: number): View {
  const scale = Math.max(0.01, Math.min((room.width - 2 * margin) / canvas.width, (room.height - 2 * margin) / canvas.height));
  return { scale, x: (room.width - canvas.width * scale) / 2, y: (room.height - canvas.height * scale) / 2, fit: true };
}

/** The scale changed to `scale`, the canvas point under `about` (element pixels) staying where it is. */
export function zoomed(v: View, scale: number, about: Point, canvas: Size, room: Size): View {
  const least = Math.min(0.05, fitted(canvas, room, 0).scale / 2);
  const s = Math.min(MAX_SCALE, Math.max(least, scale));
  const k = s / v.scale;
  return held({ scale: s, x: about.x - (about.x - v.x) * k, y: about.y - (about.y - v.y) * k, fit: false }, canvas, room);
}

export function panned(v: View, by: Point, canvas: Size, room: Size): View {
  return held({ ...v, x: v.x + by.x, y: v.y + by.y, fit: false }, canvas, room);
}

/** A part of the canvas stays in sight. */
function held(v: View, canvas: Size, room: Size): View {
  const keep = 48;
  return {
    ...v,
    x: Math.min(room.width - keep, Math.max(keep - canvas.width * v.scale, v.x)),
    y: Math.min(room.height - keep, Math.max(keep - canvas.height * v.scale, v.y)),
  };
}

export function toCanvasPoint(v: View, p: Point): Point {
  return { x: (p.x - v.x) / v.scale, y: (p.y - v.y) / v.scale };
}

export function toElement(v: View, p: Point): Point {
  return { x: p.x * v.scale + v.x, y: p.y * v.scale + v.y };
}

/** Factor for a turn of the wheel; a pinch on a touchpad comes as small steps with Ctrl. */
export function wheelFactor(deltaY: number, mode: number): number {
  const px = mode === 1 ? deltaY * 16 : mode === 2 ? deltaY * 400 : deltaY;
  return Math.exp(-Math.max(-120, Math.min(120, px)) * 0.0025);
}

/** The next round step of zoom, for buttons. */
export function step(percent: number, up: boolean): number {
  const steps = [5, 10, 17, 25, 33, 50, 67, 75, 100, 150, 200, 300, 400, 600, 800, 1200, 1600];
  return up ? steps.find((s) => s > percent + 0.5) ?? 1600 : steps.findLast((s) => s < percent - 0.5) ?? 5;
}
