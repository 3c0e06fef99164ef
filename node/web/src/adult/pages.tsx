import type { VNode } from "preact";
import type { Page } from "../state/place.js";
import { MissingNote } from "../view/trouble.js";
import { SettingPage } from "./setting.js";
import { SettingsPage } from "./settings.js";
import { SheetPage } from "./sheet.js";
import { CheckPage, UnlockPage } from "./unlock.js";

/** The pages of grown-ups at work, in a part of their own: no child's device fetches them. */
export function AdultPages({ page }: { page: Page }): VNode {
  switch (page.at) {
    case "settings":
      return <SettingsPage />;
    case "setting":
      return <SettingPage key={page.name} name={page.name} />;
    case "sheet":
      return <SheetPage />;
    case "sheet-check":
      return <CheckPage />;
    case "unlock":
      return <UnlockPage />;
    case "home":
    case "missing":
      return <MissingNote />;
  }
}
