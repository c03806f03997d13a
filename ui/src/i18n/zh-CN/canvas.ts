// Canvases that follow the programme, and their layouts.
import type { Words } from "../index";
import type { canvas as en } from "../en/canvas";
export const canvas: Words<typeof en> = {
  follows: "跟随节目",
  fill: "填满：取中间，裁去两侧",
  fit: "完整：全部可见，两侧留边",
  rule: "未摆放的项目按此规则",
  scene: "场景",
  itemRule: "此项目自己的规则",
  asCanvas: "与画布相同",
  layoutTitle: "{name} 的版面",
  layoutHint: "把项目拖到这个形状里该在的位置。没有摆放的项目按规则排列。",
  own: "已摆放",
  backToRule: "回到规则",
  hide: "在此隐藏 {name}",
  show: "在此显示 {name}",
};
