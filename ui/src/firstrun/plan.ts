// The starting points as real scenes: which sources are made, where they stand. Pure; build.ts carries it out.
import type { ItemChanges, Settings } from "../api/types";
import { t } from "../i18n";

export type Start = "talk" | "screen" | "film" | "music" | "empty" | "demo";
export const STARTS: readonly Start[] = ["talk", "screen", "film", "music", "demo", "empty"];

/** Sources that are there already: found and tried in the second step. */
export interface Have {
  camera?: string;
  screen?: string;
  microphone?: string;
  film?: string;
  picture?: string;
  music?: string;
}
export interface NewSource {
  kind: string;
  name: string;
  settings: Settings;
}
export interface PlanItem {
  /** An id of `Have`, or a name of `sources`. */
  source: string;
  item: ItemChanges;
}
export interface Plan {
  /** Made once each, by a name that the items use. */
  sources: { [name: string]: NewSource };
  scenes: { name: string; items: PlanItem[] }[];
}
interface Size {
  width: number;
  height: number;
}

const box = (size: Size, mode: "cover" | "contain", x: number, y: number, w: number, h: number): ItemChanges => ({
  position: { x: Math.round(size.width * x), y: Math.round(size.height * y) },
  bounds: { mode, width: Math.round(size.width * w), height: Math.round(size.height * h) },
});
const whole = (size: Size, mode: "cover" | "contain" = "contain"): ItemChanges => box(size, mode, 0, 0, 1, 1);
const at = (size: Size, x: number, y: number, alignment: ItemChanges["alignment"]): ItemChanges => ({
  position: { x: Math.round(size.width * x), y: Math.round(size.height * y) }, alignment,
});

/** The plan of a starting point with what was found. */
export function planOf(start: Start, have: Have, size: Size): Plan {
  const unit = size.height / 1080;
  const text = (words: string, px: number, more: Settings = {}): Settings => ({ text: words, size_px: Math.max(8, Math.round(px * unit)), ...more });
  const sources: Plan["sources"] = {
    back: { kind: "color", name: t("firstrun.srcBack"), settings: { color: "#141a2e", color2: "#3a2440", angle_deg: 60, motion_s: 40 } },
    soon: { kind: "text", name: t("firstrun.sceneSoon"), settings: text(t("firstrun.sceneSoon"), 92, { align: "center" }) },
    pause: { kind: "text", name: t("firstrun.sceneBreak"), settings: text(t("firstrun.sceneBreak"), 92, { align: "center" }) },
    end: { kind: "text", name: t("firstrun.sceneEnd"), settings: text(t("firstrun.sceneEnd"), 92, { align: "center" }) },
    name: { kind: "text", name: t("firstrun.srcName"), settings: text(t("firstrun.yourName"), 44, { background: { color: "#101218dc", padding_px: Math.round(20 * unit), radius_px: 12 * unit } }) },
    clock: { kind: "text", name: t("firstrun.srcClock"), settings: text("{time:%H:%M:%S}", 40, { color: "#ffffffcc" }) },
  };
  const back: PlanItem = { source: "back", item: whole(size, "cover") };
  const card = (name: string, words: string): Plan["scenes"][number] => ({ name, items: [back, { source: words, item: at(size, 0.5, 0.5, "center") }, { source: "clock", item: at(size, 0.96, 0.94, "bottom_right") }] });
  const sound: PlanItem[] = have.microphone ? [{ source: have.microphone, item: {} }] : [];
  const me: PlanItem = have.camera ? { source: have.camera, item: whole(size, "cover") } : back;
  const nameTag: PlanItem = { source: "name", item: at(size, 0.05, 0.9, "bottom_left") };

  let scenes: Plan["scenes"];
  switch (start) {
    case "talk":
      scenes = [
        { name: t("firstrun.sceneName"), items: [me, nameTag, ...sound] },
        { name: t("firstrun.sceneMe"), items: [me, ...sound] },
        card(t("firstrun.sceneSoon"), "soon"), card(t("firstrun.sceneBreak"), "pause"),
      ];
      break;
    case "screen": {
      const shown: PlanItem[] = have.screen ? [{ source: have.screen, item: whole(size) }] : [back];
      const corner: PlanItem[] = have.camera ? [{ source: have.camera, item: box(size, "cover", 0.755, 0.71, 0.225, 0.26) }] : [nameTag];
      scenes = [
        { name: t("firstrun.sceneScreenMe"), items: [...shown, ...corner, ...sound] },
        { name: t("firstrun.sceneScreen"), items: [...shown, ...sound] },
        { name: t("firstrun.sceneMe"), items: [me, ...sound] },
        card(t("firstrun.sceneBreak"), "pause"),
      ];
      break;
    }
    case "film":
      scenes = [
        card(t("firstrun.sceneSoon"), "soon"),
        { name: t("firstrun.sceneFilm"), items: have.film ? [{ source: have.film, item: whole(size) }] : [] },
        card(t("firstrun.sceneEnd"), "end"),
      ];
      if (have.film) scenes = [scenes[1], scenes[0], scenes[2]].filter((one) => one !== undefined);
      break;
    case "music": {
      const seen: PlanItem = have.picture ? { source: have.picture, item: whole(size, "cover") } : back;
      const heard: PlanItem[] = have.music ? [{ source: have.music, item: {} }] : [];
      scenes = [{ name: t("firstrun.sceneMusic"), items: [seen, ...heard] }, card(t("firstrun.sceneBreak"), "pause")];
      break;
    }
    case "demo":
      sources["music"] = { kind: "tone", name: t("firstrun.srcMusic"), settings: { sound: "music", level_db: -12 } };
      sources["title"] = { kind: "text", name: t("firstrun.srcTitle"), settings: text("Footlight", 150, { align: "center", weight: 700 }) };
      sources["bars"] = { kind: "test_pattern", name: t("firstrun.srcTest"), settings: { pattern: "bars", sound: "none" } };
      sources["count"] = { kind: "test_pattern", name: t("firstrun.sceneCounter"), settings: { pattern: "counter", sound: "none" } };
      scenes = [
        { name: t("firstrun.sceneWelcome"), items: [back, { source: "title", item: at(size, 0.5, 0.47, "center") }, { source: "clock", item: at(size, 0.96, 0.94, "bottom_right") }, { source: "music", item: {} }] },
        { name: t("firstrun.sceneScreenMe"), items: [back, { source: "bars", item: box(size, "cover", 0.05, 0.12, 0.62, 0.62) }, { source: "count", item: box(size, "cover", 0.7, 0.12, 0.25, 0.3) }, nameTag, { source: "music", item: {} }] },
        { name: t("firstrun.sceneTest"), items: [{ source: "bars", item: whole(size, "cover") }, { source: "music", item: {} }] },
        card(t("firstrun.sceneBreak"), "pause"),
      ];
      break;
    case "empty":
      scenes = [{ name: t("firstrun.sceneMain"), items: [] }];
      break;
  }
  const used = new Set(scenes.flatMap((scene) => scene.items.map((one) => one.source)));
  return { scenes, sources: Object.fromEntries(Object.entries(sources).filter(([name]) => used.has(name))) };
}
