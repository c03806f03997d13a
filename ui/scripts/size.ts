// Holds the page to its size: all script that one session in one language can load, compressed as the engine sends it. A build
// over the limit fails and says which files weigh most.
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";

/** Bytes, compressed: of everything that can load in one session, in each language. */
export const LIMIT = 250_000;

export interface Script {
  name: string;
  code: string;
  /** The catalogue it is the file of, for example "zh-TW"; undefined where every language needs it. */
  language?: string | undefined;
}

/** What a session in each language can load, bytes, compressed. One language's catalogue never counts for another. */
export function sizes(scripts: Script[], compressed = (code: string): number => gzipSync(code, { level: 9 }).length): Record<string, number> {
  const shared = scripts.filter((one) => !one.language).reduce((sum, one) => sum + compressed(one.code), 0);
  const all: Record<string, number> = {};
  for (const one of scripts) if (one.language) all[one.language] = (all[one.language] ?? shared) + compressed(one.code);
  return all;
}

/** Says in each build what the page weighs; fails one that is over `limit` in any language, or that has lost a catalogue. */
export function size(limit = LIMIT): Plugin {
  return {
    name: "footlight-size",
    apply: "build",
    generateBundle(_options, bundle) {
      const scripts = Object.values(bundle).flatMap((one): Script[] =>
        one.type === "chunk" ? [{ name: one.fileName, code: one.code, language: /\/i18n\/([\w-]+)\/index\.ts$/.exec(one.facadeModuleId ?? "")?.[1] }] : []);
      const found = Object.entries(sizes(scripts));
      const said = found.map(([language, bytes]) => `${language} ${(bytes / 1000).toFixed(1)} kB`).join(", ");
      this.info(`the page's script, compressed: ${said}; at most ${limit / 1000} kB`);
      if (found.length < 3) this.error("the catalogues are no longer files of their own: every session would load all languages");
      if (found.some(([, bytes]) => bytes >= limit)) {
        const most = scripts.map((one) => ({ name: one.name, bytes: gzipSync(one.code, { level: 9 }).length })).sort((a, b) => b.bytes - a.bytes);
        this.error(`the page's script is over its ${limit / 1000} kB: ${said}. Heaviest: ${most.slice(0, 6).map((one) => `${one.name} ${(one.bytes / 1000).toFixed(1)} kB`).join(", ")}`);
      }
    },
  };
}
