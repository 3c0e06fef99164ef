/** What is said over the WebSocket, by the rows of the node: commands, their answers, events. */
import type { Role, Time } from "../wire.js";

export type Rung = "watch" | "react" | "text" | "voice" | "camera";
export type MeState = "talk" | "watch" | "alone" | "break";
export type Lock = "open" | "in_use" | "staff" | "closed";

export interface PersonLook {
  readonly name: string;
  readonly kind: number;
  readonly colour: number;
  readonly note?: string;
}

/** One's own look, as the others see it, and what one may see. */
export interface Me extends PersonLook {
  readonly login: string;
  readonly role: Role;
  readonly is_staff: boolean;
  readonly sees_ids: boolean;
}

export interface Person extends PersonLook {
  readonly seat: number;
  readonly state: MeState;
  readonly is_away: boolean;
  readonly is_lost: boolean;
  readonly is_staff: boolean;
  readonly has_distance: boolean;
  readonly x: number;
  readonly y: number;
  /* To staff only. */
  readonly login?: string;
  readonly account?: string;
  readonly rung?: Rung;
  readonly is_first?: boolean;
  readonly days_absent?: number;
}

export interface AreaState {
  readonly id: string;
  readonly n?: number;
  readonly is_full: boolean;
  readonly is_in_use: boolean;
  readonly lock: Lock;
}

export interface FloorCard {
  readonly id: string;
  readonly name_ja: string;
  readonly name_en: string;
  readonly theme: string;
  readonly n_people: number;
  readonly is_full: boolean;
  readonly is_waiting: boolean;
  readonly is_open: boolean;
  readonly why_shut?: string;
  readonly session?: {
    readonly title: string;
    readonly until: Time;
    readonly is_anonymous: boolean;
  };
}

/** is_bound: the hours hold for this visitor; staff come and go at any hour. */
export interface HoursNow {
  readonly kind: string;
  readonly is_bound: boolean;
  readonly closes_at?: Time;
  readonly next_at?: Time;
  readonly next_title?: string;
}

export interface Entry {
  readonly seat: number;
  readonly name: string;
  readonly login: string;
  readonly account: string;
  readonly floor: string;
  readonly at: Time;
  readonly is_first: boolean;
  readonly days_absent?: number;
}

export interface EnterAnswer {
  readonly kind: "here" | "waiting";
  readonly position?: number;
  readonly visit: string;
  readonly token: string;
}

type None = Readonly<Record<string, never>>;

export interface LiveEvents {
  hello: {
    readonly now: Time;
    readonly me: Me;
    readonly floors: readonly FloorCard[];
    readonly hours: HoursNow;
    readonly ping_s: number;
  };
  floors: { readonly floors: readonly FloorCard[] };
  hours: HoursNow;
  "floor.here": {
    readonly floor: string;
    readonly copy: number;
    readonly version: number;
    readonly hash: string;
    readonly is_anonymous: boolean;
    readonly title?: string;
    readonly seat: number;
    readonly room?: string;
    readonly people: readonly Person[];
    readonly areas: readonly AreaState[];
  };
  "people.came": { readonly people: readonly Person[] };
  "people.left": { readonly seats: readonly number[] };
  "people.changed": { readonly people: readonly Person[] };
  areas: { readonly areas: readonly AreaState[] };
  wait: { readonly floor: string; readonly position: number };
  out: { readonly reason: string; readonly title: string };
  closing: { readonly minutes: number };
  wave: { readonly seat: number; readonly name: string };
  knock: { readonly seat: number; readonly name: string; readonly area: string };
  invited: { readonly area: string; readonly seat: number; readonly name: string };
  "knock.answer": { readonly area: string; readonly welcome: boolean };
  entries: { readonly items: readonly Entry[] };
}

interface Row<I, O> {
  readonly input: I;
  readonly output: O;
}

export interface LiveCommands {
  "place.enter": Row<
    {
      readonly floor: string;
      readonly spawn?: string;
      readonly rung: "watch" | "text" | "voice";
      readonly state?: "talk" | "alone" | "break";
    },
    EnterAnswer
  >;
  "place.resume": Row<
    { readonly visit: string; readonly token: string; readonly last_n: number },
    EnterAnswer
  >;
  "place.leave": Row<None, None>;
  "floor.walk": Row<{ readonly x: number; readonly y: number }, None>;
  "floor.go": Row<
    {
      readonly to: "person" | "area" | "board" | "spawn";
      readonly seat?: number;
      readonly id?: string;
    },
    None
  >;
  "floor.stop": Row<None, None>;
  "area.enter": Row<{ readonly area: string }, None>;
  "area.leave": Row<None, None>;
  "area.knock": Row<{ readonly area: string }, None>;
  "area.answer": Row<{ readonly seat: number; readonly welcome: boolean }, None>;
  "area.invite": Row<{ readonly seat: number }, None>;
  "area.lock": Row<{ readonly area: string; readonly lock: Lock }, None>;
  "me.state": Row<{ readonly state: MeState }, None>;
  "me.rung": Row<{ readonly rung: Rung }, None>;
  "me.distance": Row<{ readonly on: boolean }, None>;
  "me.away": Row<{ readonly on: boolean }, None>;
  "person.wave": Row<{ readonly seat: number }, None>;
}

export type EventName = keyof LiveEvents;
export type CommandName = keyof LiveCommands;

/** Something the server said of itself. */
export type LiveEvent = {
  [N in EventName]: { readonly ev: N; readonly n: number; readonly of: LiveEvents[N] };
}[EventName];
