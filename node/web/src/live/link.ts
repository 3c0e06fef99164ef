/** The line to the place, as pure states: what a close means, how long to wait before the next try. */

/** Why the line is over and no further try is made. */
export type Over = "elsewhere" | "session" | "refused";

export type LinkState =
  | { readonly at: "off" }
  | { readonly at: "connecting" } // for the first time
  | { readonly at: "here" }
  | { readonly at: "again" } // it was here and was cut: the line is being made anew
  | { readonly at: "over"; readonly why: Over };

/** What to do after a close (RFC 6455, section 7.4; 4001 and 4003 are the place's own). */
export type Next =
  | { readonly do: "again"; readonly isAtOnce: boolean }
  | { readonly do: "stop"; readonly why: Over };

export function afterClose(code: number): Next {
  switch (code) {
    case 1012: // the node starts anew and is there in a moment
      return { do: "again", isAtOnce: true };
    case 4001:
      return { do: "stop", why: "elsewhere" };
    case 4003:
      return { do: "stop", why: "session" };
    default:
      return { do: "again", isAtOnce: false };
  }
}

const firstMs = 300;
const mostMs = 5000;

/** Before try `n` (0 is the first); `random` in [0, 1) spreads those who were cut together. */
export function waitMs(n: number, random: number): number {
  return Math.round(Math.min(mostMs, firstMs * 2 ** Math.min(n, 10)) * (0.5 + random / 2));
}

/** The server sends a BEAT every 2 s: so long without anything, and the line is dead. */
export const deadMs = 5000;
