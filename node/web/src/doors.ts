import type { HomeDoor } from "./view/home.js";
import { home } from "./words/home.js";

/** Where a role can go from my page. The node decides what it may do there. */
const settings: HomeDoor = { href: "#/settings", title: home.doorSettings, note: home.doorSettingsNote };
const sheet: HomeDoor = { href: "#/sheet", title: home.doorSheet, note: home.doorSheetNote };
const sheetCheck: HomeDoor = {
  href: "#/sheet-check",
  title: home.doorSheetCheck,
  note: home.doorSheetCheckNote,
};

export function doorsOf(role: string): readonly HomeDoor[] {
  switch (role) {
    case "commissioner":
      return [settings, sheet, sheetCheck];
    case "contractor":
    case "coordinator":
      return [settings];
    default:
      return [];
  }
}
