import { type Display, displayFrom, displayText } from "../state/display.js";

/** What stays on the device: how pages are shown, nothing else. A browser that keeps nothing (a
 * private window, a school's policy) works as well: the choice then lasts for the page. */
const key = "ibasho.display";
const viewKey = "ibasho.view";

export function keptDisplay(): Display {
  try {
    return displayFrom(localStorage.getItem(key));
  } catch {
    return displayFrom(null);
  }
}

export function keepDisplay(display: Display): void {
  try {
    localStorage.setItem(key, displayText(display));
  } catch {
    /* Refused by the browser: see above. */
  }
}

/** How the place is looked at on this device; "" when nobody chose. */
export function keptView(): string {
  try {
    return localStorage.getItem(viewKey) ?? "";
  } catch {
    return "";
  }
}

export function keepView(view: string): void {
  try {
    if (view === "") localStorage.removeItem(viewKey);
    else localStorage.setItem(viewKey, view);
  } catch {
    /* Refused by the browser: see above. */
  }
}

/** What a page that is loaded again needs to go on, in this tab alone and only while somebody is in: a
 * visit to the place and how they spend the day. Coming out wipes it (`forgetTab`). */
export type TabKey = "visit" | "today";

export function tabText(what: TabKey): string | undefined {
  try {
    return sessionStorage.getItem(`ibasho.${what}`) ?? undefined;
  } catch {
    return undefined;
  }
}

export function keepTab(what: TabKey, text: string | undefined): void {
  try {
    if (text === undefined) sessionStorage.removeItem(`ibasho.${what}`);
    else sessionStorage.setItem(`ibasho.${what}`, text);
  } catch {
    /* Refused by the browser: a page that is loaded again begins at the entrance. */
  }
}

export function forgetTab(): void {
  keepTab("visit", undefined);
  keepTab("today", undefined);
}
