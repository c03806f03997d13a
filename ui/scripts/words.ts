// Before the unit tests: the words are there, as they are before the page is shown.
import { setLanguage } from "../src/i18n";

// What the page tells its document has no document to go to here.
(globalThis as { document?: unknown }).document ??= { documentElement: {} };
await setLanguage("en");
