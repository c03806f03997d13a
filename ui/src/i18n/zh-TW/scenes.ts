import type { Words } from "../index";
import type { scenes as en } from "../en/scenes";

export const scenes: Words<typeof en> = {
  add: "新增場景",
  newName: "場景 {n}",
  next: "下一個",
  missing: "缺少 {n} 個來源",
  toPreview: "「{name}」放到預覽",
  toProgramme: "「{name}」直接切到節目",
  earlier: "往前移",
  later: "往後移",
  useAsSource: "放進正在編輯的場景",
  deleted: "已刪除場景「{name}」",
  noneTitle: "還沒有場景",
  noneText: "一個場景就是節目的一個畫面。",
  tileSize: "圖示大小",
  small: "小",
  medium: "中",
  large: "大",
};
