// The door to the words: `t("frame.undo", {what})`. See language.svelte.ts.
export { fill, language, languages, setLanguage, systemLanguage, t } from "./language.svelte";
export type { Key, Language, Values, Words } from "./language.svelte";
export * from "./figures";
export { said } from "./said";
