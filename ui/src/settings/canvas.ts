// Sizes and rates people choose from, and how a rate of the document ("30000/1001") is read. Pure.

export const SIZES = [
  { width: 1920, height: 1080, name: "full" },
  { width: 1280, height: 720, name: "small" },
  { width: 2560, height: 1440, name: "" },
  { width: 3840, height: 2160, name: "large" },
  { width: 1080, height: 1920, name: "tall" },
  { width: 1080, height: 1080, name: "square" },
] as const;

export const RATES: readonly { value: number | string }[] = [
  { value: 24 }, { value: 25 }, { value: "30000/1001" }, { value: 30 }, { value: 50 }, { value: "60000/1001" }, { value: 60 },
];

export const sizeText = (width: number, height: number): string => `${width} × ${height}`;

/** Frames a second as people read them: 29.97. */
export function rateOf(fps: number | string): number {
  if (typeof fps === "number") return fps;
  const [over, under] = fps.split("/").map(Number);
  return (over ?? 0) / (under ?? 1);
}
export const rateText = (fps: number | string): string => String(Math.round(rateOf(fps) * 100) / 100);
