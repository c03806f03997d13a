// How the page is built: one plain bundle with relative addresses, so that the engine can serve it from anywhere, and no
// inline script, so that it runs under a strict content policy. `npm run dev` speaks to the engine on this computer.
import { svelte } from "@sveltejs/vite-plugin-svelte";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { size } from "./scripts/size.ts";

const engine = process.env.FOOTLIGHT_ENGINE ?? "http://127.0.0.1:7080";
// The engine takes commands only from its own page: say that the page came from there.
const asOwnPage = { target: engine, changeOrigin: true, ws: true, headers: { origin: engine } };

/** Sizes are written in px and mean that at a scale of 100 %: in the page they become rem, so that the whole window grows with
 *  the scale chosen in Settings. Hairlines stay; a media query knows no scale and stays too. */
function scalable(): Plugin {
  const size = /(@media[^{]*)|(?<![\w.-])(-?\d*\.?\d+)px\b/g;
  return {
    name: "footlight-scalable-sizes",
    enforce: "pre",
    transform(code, id) {
      if (!/\.css(\?|$)|&lang\.css/.test(id) || id.includes("node_modules")) return null;
      return code.replace(size, (all: string, media?: string, px?: string) =>
        media || Math.abs(Number(px)) < 3 ? all : `${Number(px) / 16}rem`,
      );
    },
  };
}

export default defineConfig({
  base: "./",
  plugins: [svelte(), scalable(), size()],
  build: {
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    // Few files compress better than many: the window, its rooms, its dialogs, and one catalogue for each language.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "window", tags: ["$initial"], priority: 3 },
            { name: "rooms", test: /\/src\/(?!i18n)(?:monitor|mixer|properties|status|forms|filters|simple)\//, priority: 2 },
            { name: "dialogs", test: /\/src\/(?!i18n|shell\/tauri)/, priority: 1 },
          ],
        },
      },
    },
    chunkSizeWarningLimit: 600,
  },
  server: { fs: { allow: [".."] }, port: 5170, strictPort: true, proxy: { "/api": asOwnPage, "/hls": { target: engine, changeOrigin: true } } },
  test: { include: ["{src,scripts}/**/*.test.ts"], environment: "node", setupFiles: ["./scripts/words.ts"] },
});
