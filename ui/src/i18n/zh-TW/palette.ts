import type { Words } from "../index";
import type { palette as en } from "../en/palette";

export const palette: Words<typeof en> = {
  ask: "想做什麼",
  found: "找到 {n} 項",
  nothing: "沒找到，換個詞試試。",
  source: "來源",
  destination: "直播平台",
};
