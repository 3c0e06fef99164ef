import type { HomeDoor } from "./view/home.js";
import { doors } from "./words/doors.js";
import { home } from "./words/home.js";

/** Where a role can go from my page. The node decides what it may do there. */
const settings: HomeDoor = { href: "#/settings", title: doors.settings, note: doors.settingsNote };
const keys: HomeDoor = { href: "#/keys", title: doors.keys, note: doors.keysNote };

const roles: HomeDoor = { href: "#/roles", title: doors.roles, note: doors.rolesNote };
const me: HomeDoor = { href: "#/me", title: home.me, note: home.meNote };

export function doorsOf(role: string): readonly HomeDoor[] {
  switch (role) {
    case "commissioner":
    case "contractor":
    case "auditor":
      return [settings, keys, roles, me];
    case "data_holder":
      return [settings, roles, me];
    case "student":
      return [me];
    default:
      return [roles, me];
  }
}
