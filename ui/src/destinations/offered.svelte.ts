// The services offered by name (assets/services.json, told by the engine): only those that this version can reach.
import { get } from "../api/client";
import type { Destination } from "../api/types";
import { language } from "../i18n";
import type { Service } from "./services";

let list = $state.raw<Service[] | null>(null);
let asked = false;

/** The services offered; empty until the engine has answered. */
export function services(): Service[] {
  if (!asked) {
    asked = true;
    get<{ services: Service[] }>("/api/services")
      .then((told) => (list = told.services.filter((one) => one.available)))
      .catch(() => (asked = false)); // asked again when next needed
  }
  return list ?? [];
}
export const serviceOf = (one: Pick<Destination, "service" | "settings">): Service | undefined => {
  const url = String(one.settings["url"] ?? "");
  return services().find((each) => each.id === one.service) ?? services().find((each) => each.servers.some((server) => server.url === url));
};
export const whereIsKey = (service: Service): string => service.key.where[language()] ?? service.key.where.en;
