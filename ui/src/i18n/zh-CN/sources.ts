import type { Words } from "../index";
import type { sources as en } from "../en/sources";

export const sources: Words<typeof en> = {
  add: "添加来源",
  inScene: "在“{name}”",
  hidden: "已隐藏",
  locked: "已锁定",
  hide: "在此场景中隐藏",
  show: "在此场景中显示",
  lock: "锁定",
  unlock: "解除锁定",
  fold: "收起",
  unfold: "展开",
  waiting: "找不到",
  ended: "已播完",
  useAnother: "改用其他",
  viewersSee: "观众现在能看到",
  inProgramme: "在节目中",
  noneTitle: "此场景还没有内容",
  noneText: "把文件拖到这里，或添加摄像头、屏幕或标题。",
};
