// The page begins: styles, the shell around it, the connection to the engine, then the window.
import { mount } from "svelte";
import "./design/tokens.css";
import "./design/base.css";
import "./design/controls.css";
import "./design/contrast.css";
import App from "./App.svelte";
import { setLanguage } from "./i18n";
import { findShell } from "./shell";
import { app } from "./state/app.svelte";
import { look } from "./state/look.svelte";
import { prefs } from "./state/prefs.svelte";

const target = document.getElementById("app");
if (target) {
  // The first picture has its words.
  await Promise.all([findShell(), setLanguage(look.language)]);
  app.start();
  void prefs.load();
  mount(App, { target });
}
