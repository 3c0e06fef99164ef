import { type Display, displayFrom, displayText } from "../state/display.js";

/** What stays on the device: how pages are shown, which words of staff were read, which way
 * voice took (keep_way.ts), and a call for help until it has been sent. A browser that keeps nothing (a
 * private window, a school's policy) works as well: the choice then lasts for the page. */
const key = "ibasho.display";
const viewKey = "ibasho.view";
const sosKey = "ibasho.sos";
const readKey = "ibasho.read";

function kept(what: string): string {
  try {
    return localStorage.getItem(what) ?? "";
  } catch {
    return "";
  }
}

function keep(what: string, text: string): void {
  try {
    if (text === "") localStorage.removeItem(what);
    else localStorage.setItem(what, text);
  } catch {
    /* Refused by the browser: see above. */
  }
}

export function keptDisplay(): Display {
  return displayFrom(kept(key));
}

export function keepDisplay(display: Display): void {
  keep(key, displayText(display));
}

/** How the place is looked at on this device; "" when nobody chose. */
export function keptView(): string {
  return kept(viewKey);
}

export function keepView(view: string): void {
  keep(viewKey, view);
}

/** Calls for help that the node has not answered for yet (state/sos.ts): an id, a kind, a time, and whose;
 * "" when there is none. */
export function keptSos(): string {
  return kept(sosKey);
}

export function keepSos(calls: string): void {
  keep(sosKey, calls);
}

/** Which words of staff were read here, as chance numbers that name nobody (state/care.ts). */
export function keptRead(): string {
  return kept(readKey);
}

export function keepRead(read: string): void {
  keep(readKey, read);
}

/** What stays when the node has the browser forget all the rest, but for the display: to be read before and
 * written after. The last is of edge/keep_way.ts. */
const lasting = [viewKey, readKey, "ibasho.voice"];

export function keptLasting(): readonly string[] {
  return lasting.map(kept);
}

export function keepLasting(texts: readonly string[]): void {
  texts.forEach((text, i) => keep(lasting[i] ?? "", text));
}

/** What a page that is loaded again needs to go on, in this tab alone and only while somebody is in: a
 * visit to the place, how they spend the day, what they wrote and the node does not have yet, which microphone
 * they chose. Coming out wipes it (`forgetTab`). */
export type TabKey = "visit" | "today" | "unsaid" | "mic";

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
  keepTab("unsaid", undefined);
  keepTab("mic", undefined);
}
