import type { Words } from "../index";
import type { palette as en } from "../en/palette";

export const palette: Words<typeof en> = {
  ask: "想做什么",
  found: "找到 {n} 项",
  nothing: "没找到，换个词试试。",
  source: "来源",
  destination: "直播平台",
};
