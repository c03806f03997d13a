// Canvases that follow the programme, and their layouts.
export const canvas = {
  follows: "Follows the programme",
  fill: "Fill: the middle, cut at the sides",
  fit: "Fit: all of it, with bars",
  rule: "Where items lie that were not placed",
  scene: "Scene",
  itemRule: "This item by itself",
  asCanvas: "As the canvas",
  layoutTitle: "Layout of {name}",
  layoutHint: "Drag items to where they belong in this shape. What you do not place lies by the rule.",
  own: "placed",
  backToRule: "Back to the rule",
  hide: "Hide {name} here",
  show: "Show {name} here",
};
