// The shell of a page in an ordinary browser. Paths can't be picked there; the page then offers a field to type one.
import { t } from "../i18n";
import type { Shell } from "./index";

export const browser: Shell = {
  desktop: false,
  pickFile: () => Promise.resolve(null),
  pickFolder: () => Promise.resolve(null),
  saveFile: () => Promise.resolve(null),
  openPath: () => Promise.resolve(),
  revealPath: () => Promise.resolve(),
  async notify(title, text) {
    if (!("Notification" in window) || Notification.permission === "denied") return;
    if (Notification.permission === "granted" || (await Notification.requestPermission()) === "granted") {
      new Notification(title, { body: text });
    }
  },
  onMenu: () => () => {},
  onCloseAsked(ask) {
    // A browser asks in its own words; the page only says whether there is a reason to.
    const before = (event: BeforeUnloadEvent): void => {
      void ask;
      event.preventDefault();
    };
    addEventListener("beforeunload", before);
    return () => removeEventListener("beforeunload", before);
  },
  globalShortcut: () => Promise.resolve(null),
  displays: () => Promise.resolve([]),
  openProjector(target, title) {
    const url = new URL(location.href);
    url.hash = `projector=${encodeURIComponent(target)}`;
    const opened = window.open(url, `footlight-${target}`, "popup,width=960,height=540");
    if (opened) opened.document.title = title || t("common.footlight");
    return Promise.resolve();
  },
  openRoom(room) {
    const url = new URL(location.href);
    url.searchParams.set("room", room);
    window.open(url, `footlight-room-${room}`, "popup,width=760,height=620");
  },
};
