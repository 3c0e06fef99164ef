import type { Problem } from "../edge/api.js";

/** The way in: what stands between a reader and their page. Pure; `control.ts` does the asking. */

export interface Who {
  readonly name: string;
  readonly role: string;
}

/** Why nothing can be shown just now. All but `broken` and `offline` end without the reader. */
export type Trouble = "offline" | "locked" | "busy" | "broken";

/** What the sign-in form says back. */
export type Fault =
  "need-login" | "need-password" | "need-code" | "wrong-sign-in" | "wrong-code" | "wait" | Trouble;

export type Door =
  | { readonly at: "starting" }
  | { readonly at: "trouble"; readonly what: Trouble }
  | {
      readonly at: "outside";
      readonly step: "password" | "code";
      readonly busy: boolean;
      readonly fault: Fault | undefined;
      readonly note: "ended" | "bye" | undefined;
    }
  | { readonly at: "inside"; readonly who: Who };

export type DoorEvent =
  | { readonly kind: "session"; readonly who: Who }
  | { readonly kind: "nobody"; readonly note: "ended" | "bye" | undefined }
  | { readonly kind: "trouble"; readonly what: Trouble }
  | { readonly kind: "asking" }
  | { readonly kind: "fault"; readonly fault: Fault }
  | { readonly kind: "code-wanted" }
  | { readonly kind: "start-over" };

export const doorAtStart: Door = { at: "starting" };

const outside: Extract<Door, { at: "outside" }> = {
  at: "outside",
  step: "password",
  busy: false,
  fault: undefined,
  note: undefined,
};

/** Next state. An event that means nothing where the reader is returns `now` itself: an answer may
 * come after they have moved on. */
export function nextDoor(now: Door, event: DoorEvent): Door {
  switch (event.kind) {
    case "session":
      return { at: "inside", who: event.who };
    case "nobody":
      return { ...outside, note: event.note };
    case "trouble":
      // Someone who is typing or reading keeps what they have; they are told where they asked.
      return now.at === "outside" || now.at === "inside"
        ? now
        : { at: "trouble", what: event.what };
    case "asking":
      return now.at === "outside" ? { ...now, busy: true, fault: undefined, note: undefined } : now;
    case "fault":
      return now.at === "outside"
        ? { ...now, busy: false, fault: event.fault, note: undefined }
        : now;
    case "code-wanted":
      return now.at === "outside" ? { ...outside, step: "code" } : now;
    case "start-over":
      return now.at === "outside" ? outside : now;
  }
}

/** The node's refusals in the words of this page. */
export function troubleOf(problem: Problem): Trouble {
  if (problem.code === "locked") return "locked";
  if (problem.status === 503 || problem.status === 429 || problem.code === "busy") return "busy";
  return "broken";
}
