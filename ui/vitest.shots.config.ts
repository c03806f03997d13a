// `npm run screenshots`: takes the pictures of docs/screenshots from a real engine.
import { defineConfig } from "vitest/config";

export default defineConfig({ test: { include: ["e2e/screenshots.ts"], testTimeout: 600_000, hookTimeout: 60_000 } });
