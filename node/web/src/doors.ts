import type { HomeDoor } from "./view/home.js";
import { doors } from "./words/doors.js";

/** Where a role can go from my page. The node decides what it may do there. */
const settings: HomeDoor = { href: "#/settings", title: doors.settings, note: doors.settingsNote };
const sheet: HomeDoor = { href: "#/sheet", title: doors.sheet, note: doors.sheetNote };
const sheetCheck: HomeDoor = {
  href: "#/sheet-check",
  title: doors.sheetCheck,
  note: doors.sheetCheckNote,
};

export function doorsOf(role: string): readonly HomeDoor[] {
  switch (role) {
    case "commissioner":
      return [settings, sheet, sheetCheck];
    case "contractor":
    case "auditor":
    case "data_holder":
      return [settings];
    default:
      return [];
  }
}
