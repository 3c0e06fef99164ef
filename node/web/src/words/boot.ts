import type { Word } from "./word.js";

/** What boot.ts says to a browser that cannot open the pages. Kana only: nothing there sets ruby. */
export const boot = {
  oldBrowser: [
    "この ブラウザでは ひらけません。 あたらしい Chrome、 Edge、 Safari を つかってください。",
    "この ブラウザでは ひらけません。 あたらしい Chrome、 Edge、 Safari を つかって ください。",
    "This browser cannot open the pages. Please use a current Chrome, Edge or Safari.",
  ],
} satisfies Record<string, Word>;
