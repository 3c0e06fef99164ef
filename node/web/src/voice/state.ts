/** Voice as one reader may know it: whether there is any, where their microphone goes, whom they hear, with
 * whom they may speak alone. Pure. */
import type { VoiceMic } from "../wire.js";
import type { MicTo, VoiceEvent, Way } from "./wire.js";

/** One's own way to the media program. `cannot`: this browser has none. */
export type Session = "none" | "opening" | "open" | "flows" | "cannot";

/** A plain sentence that waits to be read. `off`: the microphone went off with the line it spoke on. */
export type Note =
  | { readonly kind: "down" | "off" | "slow" | "staff" | "place" | Because }
  | { readonly kind: MicProblem };

/** Why the place turned it off. */
type Because = "moved" | "silent" | "talk";

/** Why there is no microphone, as far as a browser tells. */
export type MicProblem = "denied" | "missing" | "used" | "old" | "lost";

export interface Speaker {
  readonly number: number;
  readonly to: Exclude<MicTo, "none">;
}

/** Of a talk of two: who wants to speak. */
export interface TalkVoice {
  readonly mine: boolean;
  readonly theirs: boolean;
}

export interface Voice {
  /** The media program is there. */
  readonly isUp: boolean;
  readonly session: Session;
  readonly way: Way | undefined;
  readonly to: MicTo;
  /** Who is heard just now, by seat; oneself, too, so that one knows to be heard. */
  readonly speakers: ReadonlyMap<number, Speaker>;
  readonly talks: ReadonlyMap<string, TalkVoice>;
  readonly note: Note | undefined;
}

export const voiceAtStart: Voice = {
  isUp: false,
  session: "none",
  way: undefined,
  to: "none",
  speakers: new Map(),
  talks: new Map(),
  note: undefined,
};

/** Next state. What changes nothing returns `now` itself. */
export function heard(now: Voice, event: VoiceEvent): Voice {
  switch (event.ev) {
    case "voice.up":
      return now.isUp
        ? now
        : { ...now, isUp: true, note: now.note?.kind === "down" ? undefined : now.note };
    case "voice.down":
      return { ...ended(now), isUp: false, note: { kind: "down" } };
    case "voice.gone":
      return ended(now);
    case "voice.ready":
      return { ...now, session: "flows", way: event.of.way };
    case "voice.mic":
      return micMoved(now, event.of);
    case "voice.speaks":
      return spoke(now, event.of);
    case "talk.voice": {
      const { talk, mine, theirs } = event.of;
      const talks = new Map(now.talks);
      if (mine || theirs) talks.set(talk, { mine, theirs });
      else talks.delete(talk);
      return { ...now, talks };
    }
  }
}

function micMoved(
  now: Voice,
  { to, by, reason }: Extract<VoiceEvent, { ev: "voice.mic" }>["of"],
): Voice {
  if (by === "self") return { ...now, to, note: undefined };
  const wasOn = now.to !== "none" && to === "none";
  const isNews = wasOn || (by === "staff" && to === "none");
  return { ...now, to, note: isNews ? { kind: by === "staff" ? by : noteOf(reason) } : now.note };
}

function noteOf(reason: VoiceMic["reason"]): "off" | "place" | Because {
  switch (reason) {
    case "moved":
    case "silent":
    case "talk":
      return reason;
    case "line":
    case "restart":
      return "off";
    default:
      return "place";
  }
}

function spoke(
  now: Voice,
  { seat, number, to, is_on }: Extract<VoiceEvent, { ev: "voice.speaks" }>["of"],
): Voice {
  // Without a seat: of another copy of the floor, a voice without a figure.
  if (seat === undefined || to === "none") return now;
  const known = now.speakers.get(seat);
  if (is_on ? known?.number === number && known.to === to : known === undefined) return now;
  const speakers = new Map(now.speakers);
  if (is_on) speakers.set(seat, { number, to });
  else speakers.delete(seat);
  return { ...now, speakers };
}

/** The session is over, whoever ended it: a microphone that was on is off, and that is said. */
export function ended(now: Voice): Voice {
  const note = now.to === "none" ? now.note : ({ kind: "off" } as const);
  const session = now.session === "cannot" ? now.session : "none";
  return { ...now, session, way: undefined, to: "none", speakers: new Map(), note };
}

/** On another floor seats are given anew; the session goes on. */
export function moved(now: Voice): Voice {
  return now.speakers.size === 0 ? now : { ...now, speakers: new Map() };
}

/** Out of the place: nothing of it goes on, and nothing needs to be said. */
export function left(now: Voice): Voice {
  return { ...ended({ ...now, to: "none" }), talks: new Map(), note: undefined, isUp: false };
}

/** Seats that are heard, for rings; the same set as long as the same are. */
export function seatsOf(now: Voice, known: ReadonlySet<number>): ReadonlySet<number> {
  const { speakers } = now;
  const isSame =
    speakers.size === known.size && [...speakers.keys()].every((one) => known.has(one));
  return isSame ? known : new Set(speakers.keys());
}

export type Mic = "off" | "on" | "stopped";

/** The three states of one's own microphone. */
export function micOf(now: Voice, isStopped: boolean): Mic {
  if (isStopped) return "stopped";
  return now.to === "none" ? "off" : "on";
}

/** There may be a session: the program is there, the reader is on a floor and does not only watch. */
export function isWanted(
  now: Voice,
  { isOnLine, standing }: { readonly isOnLine: boolean; readonly standing: string | undefined },
): boolean {
  return (
    now.isUp &&
    now.session !== "cannot" &&
    isOnLine &&
    standing !== undefined &&
    standing !== "watch"
  );
}

/** What follows a refusal to open: wait until something is said, try again, or never. */
export function afterRefusal(code: string): "wait" | "again" | "never" {
  switch (code) {
    case "voice-off":
    case "voice-watch":
    case "no-place":
      return "wait";
    case "voice-offer":
      return "never";
    default:
      return "again";
  }
}

const firstMs = 1000;
const mostMs = 30_000;

/** Before try `n` (0 is the first) to open anew; `random` in [0, 1) spreads those who were cut together. */
export function reopenMs(n: number, random: number): number {
  return Math.round(Math.min(mostMs, firstMs * 2 ** Math.min(n, 10)) * (0.5 + random / 2));
}

/** A browser's name for why it gives no microphone (Media Capture and Streams, section 10.2). */
export function problemOf(name: string): MicProblem {
  switch (name) {
    case "NotAllowedError":
    case "SecurityError":
      return "denied";
    case "NotFoundError":
    case "OverconstrainedError":
      return "missing";
    case "NotReadableError":
    case "AbortError":
      return "used";
    default:
      return "old";
  }
}
