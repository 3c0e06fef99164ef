import type { Said } from "./keys-api.js";

/** The making of a key sheet, step by step. The half itself is in no state: only its words while the
 * paper is on the screen, and the code afterwards. */
export type Sheet =
  | { readonly at: "before" }
  | {
      readonly at: "shown";
      readonly words: readonly string[];
      readonly code: string;
      readonly printed: boolean;
    }
  | {
      readonly at: "asked";
      readonly code: string;
      readonly places: readonly number[]; // 0-based, ascending
      readonly wrong: readonly number[]; // places whose word did not match at the last try
      readonly tries: number;
      readonly sending: boolean;
      readonly said: Said | undefined; // the node's refusal
    }
  | { readonly at: "given-up" } // too many wrong words: that paper is not it
  | { readonly at: "done"; readonly code: string };

export type SheetEvent =
  | { readonly kind: "made"; readonly words: readonly string[]; readonly code: string }
  | { readonly kind: "printed" }
  | { readonly kind: "put-away"; readonly places: readonly number[] }
  | { readonly kind: "wrong"; readonly places: readonly number[] }
  | { readonly kind: "sending" }
  | { readonly kind: "refused"; readonly said: Said }
  | { readonly kind: "kept" }
  | { readonly kind: "again" };

export const sheetAtStart: Sheet = { at: "before" };
export const nAsked = 3;
export const nTries = 3;

/** Next state; an event out of its step changes nothing. Once put away, the words are not shown
 * again: who has no paper makes another sheet. */
export function nextSheet(now: Sheet, event: SheetEvent): Sheet {
  switch (event.kind) {
    case "made":
      return now.at === "before"
        ? { at: "shown", words: event.words, code: event.code, printed: false }
        : now;
    case "printed":
      return now.at === "shown" ? { ...now, printed: true } : now;
    case "put-away":
      return now.at === "shown"
        ? {
            at: "asked",
            code: now.code,
            places: [...event.places].sort((a, b) => a - b),
            wrong: [],
            tries: 0,
            sending: false,
            said: undefined,
          }
        : now;
    case "wrong":
      if (now.at !== "asked") return now;
      if (now.tries + 1 >= nTries) return { at: "given-up" };
      return { ...now, wrong: event.places, tries: now.tries + 1, sending: false };
    case "sending":
      return now.at === "asked" ? { ...now, wrong: [], sending: true, said: undefined } : now;
    case "refused":
      return now.at === "asked" ? { ...now, sending: false, said: event.said } : now;
    case "kept":
      return now.at === "asked" ? { at: "done", code: now.code } : now;
    case "again":
      return now.at === "given-up" || now.at === "asked" ? sheetAtStart : now;
  }
}

/** `n` different places below `below`, from a source of random 32-bit numbers. Numbers of the last,
 * unfull round are drawn again, so that every place is as likely. */
export function drawPlaces(n: number, below: number, random: () => number): number[] {
  const drawn = new Set<number>();
  const whole = Math.floor(2 ** 32 / below) * below;
  while (drawn.size < Math.min(n, below)) {
    const number = random();
    if (number < whole) drawn.add(number % below);
  }
  return [...drawn].sort((a, b) => a - b);
}
