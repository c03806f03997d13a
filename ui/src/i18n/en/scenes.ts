// Scenes: tiles, their menu and what is said about them.
export const scenes = {
  add: "New scene",
  newName: "Scene {n}",
  next: "NEXT",
  missing: "{n} {n|source|sources} gone",
  toPreview: "{name} to preview",
  toProgramme: "{name} straight to programme",
  earlier: "Move earlier",
  later: "Move later",
  useAsSource: "Put it into the scene being edited",
  deleted: "Deleted scene “{name}”",
  noneTitle: "No scenes yet",
  noneText: "A scene is one view of your show.",
  tileSize: "Size of the tiles",
  small: "Small",
  medium: "Medium",
  large: "Large",
} as const;
