// Numbers as people read them: a true minus, the unit after the figure, times as h:mm:ss. The same in every language.

const minus = (text: string): string => text.replace("-", "−");

/** `−14.0`; silence is `−∞`. */
export const db = (value: number, digits = 1): string => (value <= -100 ? "−∞" : minus(value.toFixed(digits)));

/** `+1.0 dB`, as a fader says it. */
export const gain = (value: number): string => (value <= -100 ? "−∞ dB" : `${value > 0 ? "+" : ""}${minus(value.toFixed(1))} dB`);

/** `6.0 Mbit/s`, `51 Mbit/s`, `160 kbit/s`. */
export const rate = (kbps: number): string => (kbps >= 950 ? `${(kbps / 1000).toFixed(kbps < 19_950 ? 1 : 0)} Mbit/s` : `${Math.round(kbps)} kbit/s`);

/** `4.2 GB`, in thousands as disks are sold. */
export function bytes(count: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let n = count, i = 0;
  while (n >= 999.5 && i < units.length - 1) {
    n /= 1000;
    i += 1;
  }
  return `${n >= 10 || i === 0 ? Math.round(n) : n.toFixed(1)} ${units[i]}`;
}

/** `00:42:17`. */
export function clock(seconds: number): string {
  const all = Math.max(0, Math.floor(seconds));
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${two(Math.floor(all / 3600))}:${two(Math.floor(all / 60) % 60)}:${two(all % 60)}`;
}

/** The time of day, `20:42` or `20:42:19`, in the computer's zone. */
export const timeOfDay = (at: Date, withSeconds = false): string =>
  at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", ...(withSeconds ? { second: "2-digit" } : {}) });
