import { keptDisplay } from "./edge/keep.js";
import { themeShown } from "./state/display.js";
import { boot } from "./words/boot.js";

/** Runs before the first paint, so that a dark room is never lit up by a white page, and says so
 * where the pages themselves could not run at all. */
const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
document.documentElement.dataset["theme"] = themeShown(keptDisplay(), isDark);

const isNewEnough = "noModule" in HTMLScriptElement.prototype && "any" in Promise;
if (!isNewEnough)
  addEventListener("DOMContentLoaded", () => {
    const note = document.createElement("p");
    note.className = "starting";
    note.textContent = boot.oldBrowser[0];
    document.body.appendChild(note);
  });
