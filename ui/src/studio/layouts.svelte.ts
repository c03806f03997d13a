// The arrangement of the Studio that is shown, and the named ones the person saved. Kept with the preferences.
import { prefs } from "../state/prefs.svelte";
import { defaultLayout, hideDock, readLayout, showDock, type DockId, type Layout } from "./layout";

export type WindowKind = "simple" | "studio";

class Layouts {
  /** In the narrow window: whether the side drawer is out. */
  drawer = $state(false);
  /** The preview is edited large. */
  editing = $state(false);

  get kind(): WindowKind {
    return prefs.get<WindowKind>("layout.kind", "studio");
  }
  set kind(kind: WindowKind) {
    prefs.set("layout.kind", kind);
  }
  readonly current: Layout = $derived(readLayout(prefs.get<unknown>("layout.studio", null)));
  readonly named: { name: string; layout: unknown }[] = $derived(prefs.get<{ name: string; layout: unknown }[]>("layout.named", []));

  set(layout: Layout): void {
    prefs.set("layout.studio", layout);
  }
  putBack(): void {
    this.set(defaultLayout());
  }
  toggle(dock: DockId): void {
    this.set(this.current.hidden.includes(dock) ? showDock(this.current, dock) : hideDock(this.current, dock));
  }
  /** Brings a dock where it can be seen. */
  reveal(dock: DockId): void {
    this.set(showDock(this.current, dock));
    this.drawer = true;
  }
  save(name: string): void {
    prefs.set("layout.named", [...this.named.filter((one) => one.name !== name), { name, layout: this.current }]);
  }
  use(name: string): void {
    const found = this.named.find((one) => one.name === name);
    if (found) this.set(readLayout(found.layout));
  }
  forget(name: string): void {
    prefs.set("layout.named", this.named.filter((one) => one.name !== name));
  }
}

export const layouts = new Layouts();
