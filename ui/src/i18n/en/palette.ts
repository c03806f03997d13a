// "Do anything".
export const palette = {
  ask: "What do you want to do",
  found: "{n} found",
  nothing: "Nothing found. Try another word.",
  source: "Source",
  destination: "Destination",
} as const;
