import type { Words } from "../index";
import type { sources as en } from "../en/sources";

export const sources: Words<typeof en> = {
  add: "新增來源",
  inScene: "在「{name}」",
  hidden: "已隱藏",
  locked: "已鎖定",
  hide: "在這個場景隱藏",
  show: "在這個場景顯示",
  lock: "鎖定",
  unlock: "解除鎖定",
  fold: "收合",
  unfold: "展開",
  waiting: "找不到",
  ended: "已播完",
  useAnother: "改用別的",
  viewersSee: "觀眾現在看得到",
  inProgramme: "在節目裡",
  noneTitle: "這個場景還沒有東西",
  noneText: "把檔案拖到這裡，或新增攝影機、螢幕或標題。",
};
