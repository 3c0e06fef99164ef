import type { VNode } from "preact";
import type { Page } from "../state/place.js";
import { MissingNote } from "../view/trouble.js";
import { ApprovePage, CheckPage, KeysPage, UnlockPage } from "./keys.js";
import { SettingPage } from "./setting.js";
import { SettingsPage } from "./settings.js";
import { FirstSheetPage, SheetPage } from "./sheet.js";

interface Props {
  readonly page: Page;
  /** Whose page it is; `undefined` at the office before anyone can sign in. */
  readonly role: string | undefined;
}

/** The pages of grown-ups at work, in a part of their own: no child's device fetches them. */
export function AdultPages({ page, role }: Props): VNode {
  switch (page.at) {
    case "settings":
      return <SettingsPage />;
    case "setting":
      return <SettingPage key={page.name} name={page.name} />;
    case "keys":
      return <KeysPage role={role} />;
    case "sheet":
      return <SheetPage />;
    case "sheet-check":
      return <CheckPage />;
    case "sheet-approve":
      return <ApprovePage />;
    case "first-sheet":
      return <FirstSheetPage />;
    case "unlock":
      return <UnlockPage />;
    case "home":
    case "missing":
      return <MissingNote />;
  }
}
