import type { Problem } from "../edge/api.js";
import type { Session } from "../wire.js";

/** The way in: what stands between a reader and their page. Pure; `control.ts` does the asking. */

export interface Who {
  readonly name: string;
  readonly role: string;
  readonly otherDevices: number;
  readonly passwordLeast: number; // characters of a new password
  readonly idleMinutes: number; // so long may the visit be left alone
  readonly stepKinds: readonly string[]; // what a child may lock its ID with, "pin", "picture"
  readonly factors: readonly string[];
  /** The last coming in from a device not seen before. */
  readonly notice: { readonly at: string; readonly device: string } | undefined;
}

/** Why nothing can be shown just now. All but `broken` and `offline` end without the reader. */
export type Trouble = "offline" | "locked" | "busy" | "broken";

/** Ways to prove oneself a second time, in the order in which they are offered. */
export type Factor = "passkey" | "totp" | "picture" | "pin";
export const factors: readonly Factor[] = ["passkey", "totp", "picture", "pin"];

/** What a new ID has to bring along before it opens anything. */
export type Must = "password" | "second_factor";

/** What a form of the way in says back. */
export type Fault =
  | "need-login"
  | "need-password"
  | "wrong-sign-in"
  | "need-code"
  | "need-pin"
  | "need-pictures"
  | "wrong-code"
  | "wrong-step"
  | "stopped" // by the reader or the device, while a passkey was asked for
  | "wrong-passkey"
  | "contract-ended" // the password was right; the ID ended with its contractor
  | "draining" // a contract's end: whoever it is, right or wrong
  | "wait"
  | Trouble;

/** Why somebody stands outside again. */
export type Note = "ended" | "bye" | "over" | "rest";

export type Door =
  | { readonly at: "starting" }
  | { readonly at: "trouble"; readonly what: Trouble }
  | {
      readonly at: "outside";
      readonly busy: boolean;
      readonly fault: Fault | undefined;
      readonly note: Note | undefined;
    }
  | {
      readonly at: "second";
      readonly ways: readonly Factor[]; // none: this device can do none of them
      readonly way: Factor | undefined;
      readonly busy: boolean;
      readonly fault: Fault | undefined;
    }
  | {
      readonly at: "enrol";
      readonly must: readonly Must[];
      readonly all: number;
      readonly passwordLeast: number;
    }
  | { readonly at: "inside"; readonly who: Who };

export type DoorEvent =
  | { readonly kind: "session"; readonly session: Session; readonly canPasskey: boolean }
  | { readonly kind: "nobody"; readonly note: Note | undefined }
  | { readonly kind: "trouble"; readonly what: Trouble }
  | { readonly kind: "asking" }
  | { readonly kind: "fault"; readonly fault: Fault }
  | { readonly kind: "way"; readonly way: Factor };

export const doorAtStart: Door = { at: "starting" };

/** Next state. An event that means nothing where the reader is returns `now` itself: an answer may
 * come after they have moved on. */
export function nextDoor(now: Door, event: DoorEvent): Door {
  switch (event.kind) {
    case "session":
      return doorOf(event.session, event.canPasskey, now);
    case "nobody":
      return { at: "outside", busy: false, fault: undefined, note: event.note };
    case "trouble":
      // Someone who is typing or reading keeps what they have; they are told where they asked.
      return now.at === "starting" || now.at === "trouble"
        ? { at: "trouble", what: event.what }
        : now;
    case "asking":
      if (now.at === "outside") return { ...now, busy: true, fault: undefined, note: undefined };
      return now.at === "second" ? { ...now, busy: true, fault: undefined } : now;
    case "fault":
      if (now.at === "outside") return { ...now, busy: false, fault: event.fault, note: undefined };
      return now.at === "second" ? { ...now, busy: false, fault: event.fault } : now;
    case "way":
      return now.at === "second" && now.ways.includes(event.way)
        ? { ...now, way: event.way, busy: false, fault: undefined }
        : now;
  }
}

/** Where a session of the node stands. */
function doorOf(session: Session, canPasskey: boolean, now: Door): Door {
  switch (session.stage) {
    case "second_factor": {
      const ways = factors.filter(
        (one) => session.factors.includes(one) && (one !== "passkey" || canPasskey),
      );
      if (now.at !== "second")
        return { at: "second", ways, way: ways[0], busy: false, fault: undefined };
      // Back from the app that shows the digits, perhaps: all stays as it was left.
      return { ...now, ways, way: ways.find((one) => one === now.way) ?? ways[0] };
    }
    case "enrol": {
      const must = (["password", "second_factor"] as const).filter((one) =>
        session.must.includes(one),
      );
      return {
        at: "enrol",
        must,
        all: now.at === "enrol" ? now.all : must.length,
        passwordLeast: session.password_least,
      };
    }
    case "full":
      return {
        at: "inside",
        who: {
          name: session.display_name ?? "",
          role: session.role,
          otherDevices: session.other_devices,
          passwordLeast: session.password_least,
          idleMinutes: session.idle_minutes,
          stepKinds: session.step_kinds,
          factors: session.factors,
          notice: session.notice,
        },
      };
  }
}

/** The node's refusals in the words of this page. */
export function troubleOf(problem: Problem): Trouble {
  if (problem.code === "locked") return "locked";
  if (problem.status === 503 || problem.status === 429 || problem.code === "busy") return "busy";
  return "broken";
}
