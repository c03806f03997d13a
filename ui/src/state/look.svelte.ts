// How the window looks: theme, density, scale, language, and how wide it is counted at that scale.
import { setLanguage, systemLanguage, type Language } from "../i18n";
import { prefs } from "./prefs.svelte";

export type Theme = "system" | "dark" | "light" | "contrast";
export type Density = "compact" | "normal" | "roomy";
/** wide: full labels. mid: words go. narrow: the side becomes a drawer. phone: the remote. */
export type Width = "wide" | "mid" | "narrow" | "phone";
export const SCALES = [80, 90, 100, 110, 125, 150, 175, 200] as const;

export function widthOf(px: number, scale: number): Width {
  const at = px / (scale / 100);
  if (at > 1500) return "wide";
  if (at >= 1100) return "mid";
  return at >= 700 ? "narrow" : "phone";
}

const darkSystem = matchMedia("(prefers-color-scheme: dark)");
const moreContrast = matchMedia("(prefers-contrast: more)");

class Look {
  #inner = $state(innerWidth);
  #dark = $state(darkSystem.matches);
  #more = $state(moreContrast.matches);

  readonly theme: Theme = $derived(prefs.get<Theme>("look.theme", "dark"));
  readonly density: Density = $derived(prefs.get<Density>("look.density", "normal"));
  readonly scale: number = $derived(prefs.get<number>("look.scale", 100));
  readonly language: Language = $derived(prefs.get<Language>("look.language", systemLanguage()));
  readonly width: Width = $derived(widthOf(this.#inner, this.scale));
  /** How many device-independent pixels one design pixel is. */
  readonly unit: number = $derived(this.scale / 100);

  /** Keeps the page as it is chosen. Call once, inside a component. */
  follow(): void {
    addEventListener("resize", () => (this.#inner = innerWidth));
    darkSystem.addEventListener("change", (event) => (this.#dark = event.matches));
    moreContrast.addEventListener("change", (event) => (this.#more = event.matches));
    const root = document.documentElement;
    $effect(() => {
      const system = this.#more ? "contrast" : this.#dark ? "dark" : "light";
      root.dataset["theme"] = this.theme === "system" ? system : this.theme;
      root.dataset["density"] = this.density;
      root.dataset["w"] = this.width;
      root.style.setProperty("--ui-scale", String(this.unit));
    });
    $effect(() => {
      void setLanguage(this.language);
    });
  }
  /** One step larger or smaller; 0 goes back to 100 %. */
  step(by: -1 | 0 | 1): void {
    const at = SCALES.findIndex((one) => one >= this.scale);
    const next = by === 0 ? 100 : (SCALES[Math.max(0, Math.min(SCALES.length - 1, (at < 0 ? SCALES.length - 1 : at) + by))] ?? 100);
    prefs.set("look.scale", next);
  }
}

export const look = new Look();
