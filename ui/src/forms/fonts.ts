// The font families the engine can write with: those of its computer, which need not be this one. Asked for once.
import { get } from "../api/client";

let asked: Promise<string[]> | null = null;

/** Their names, the one that ships with Footlight first; none when the engine does not answer, and then it is asked again. */
export function fontFamilies(): Promise<string[]> {
  asked ??= get<{ families: string[] }>("/api/fonts").then(
    ({ families }) => families,
    () => {
      asked = null;
      return [];
    },
  );
  return asked;
}
