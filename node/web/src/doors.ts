import type { HomeDoor } from "./view/home.js";
import { doors } from "./words/doors.js";

/** Where a role can go from my page. The node decides what it may do there. */
const settings: HomeDoor = { href: "#/settings", title: doors.settings, note: doors.settingsNote };
const keys: HomeDoor = { href: "#/keys", title: doors.keys, note: doors.keysNote };

export function doorsOf(role: string): readonly HomeDoor[] {
  switch (role) {
    case "commissioner":
    case "contractor":
    case "auditor":
      return [settings, keys];
    case "data_holder":
      return [settings];
    default:
      return [];
  }
}
