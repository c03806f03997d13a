import type { Words } from "../index";
import type { scenes as en } from "../en/scenes";

export const scenes: Words<typeof en> = {
  add: "新建场景",
  newName: "场景 {n}",
  next: "下一个",
  missing: "缺少 {n} 个来源",
  toPreview: "“{name}”放到预览",
  toProgramme: "“{name}”直接切到节目",
  earlier: "前移",
  later: "后移",
  useAsSource: "放进正在编辑的场景",
  deleted: "已删除场景“{name}”",
  noneTitle: "还没有场景",
  noneText: "一个场景就是节目的一个画面。",
  tileSize: "图块大小",
  small: "小",
  medium: "中",
  large: "大",
};
