// Canvases that follow the programme, and their layouts.
import type { Words } from "../index";
import type { canvas as en } from "../en/canvas";
export const canvas: Words<typeof en> = {
  follows: "跟隨節目",
  fill: "填滿：取中間，裁去兩側",
  fit: "完整：全部可見，兩側留邊",
  rule: "未擺放的項目依此規則",
  scene: "場景",
  itemRule: "此項目自己的規則",
  asCanvas: "與畫布相同",
  layoutTitle: "{name} 的版面",
  layoutHint: "把項目拖到這個形狀裡該在的位置。沒有擺放的項目依規則排列。",
  own: "已擺放",
  backToRule: "回到規則",
  hide: "在此隱藏 {name}",
  show: "在此顯示 {name}",
};
