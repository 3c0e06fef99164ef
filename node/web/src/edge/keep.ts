import { type Display, displayFrom, displayText } from "../state/display.js";

/** What stays on the device: the display choice, nothing else. A browser that keeps nothing (a
 * private window, a school's policy) works as well: the choice then lasts for the page. */
const key = "ibasho.display";

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
