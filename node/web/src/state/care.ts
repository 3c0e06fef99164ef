/** What staff have stopped for a reader, what they have to say, and signs of feeling that are in the air.
 * Pure; times are given in milliseconds since 1970. */

export type StopKind = "chat" | "react" | "mute" | "eject" | "slow";

export interface Stop {
  readonly kind: StopKind;
  readonly until: string | undefined;
  /** Of slow: so long between two lines. */
  readonly seconds: number | undefined;
}

export interface Warning {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly quoted: string | undefined;
}

export interface Care {
  readonly stops: readonly Stop[];
  readonly warnings: readonly Warning[];
  readonly hasCard: boolean;
  /** Something that was stopped works again; said once. */
  readonly isLifted: boolean;
  readonly isRenamed: boolean;
}

export const careAtStart: Care = {
  stops: [],
  warnings: [],
  hasCard: false,
  isLifted: false,
  isRenamed: false,
};

export interface StopTold {
  readonly kind: string;
  readonly is_on: boolean;
  readonly until?: string;
  readonly seconds?: number;
}

/** A line begins with nothing stopped: what holds is told anew. */
export function greeted(now: Care): Care {
  return now.stops.length === 0 ? now : { ...now, stops: [] };
}

export function stopped(now: Care, { kind, is_on, until, seconds }: StopTold): Care {
  if (kind === "rename") return { ...now, isRenamed: true };
  if (!isStop(kind)) return now;
  const others = now.stops.filter((one) => one.kind !== kind);
  if (is_on) return { ...now, stops: [...others, { kind, until, seconds }], isLifted: false };
  const wasOn = others.length < now.stops.length;
  return wasOn ? { ...now, stops: others, isLifted: true } : now;
}

function isStop(kind: string): kind is StopKind {
  return ["chat", "react", "mute", "eject", "slow"].includes(kind);
}

/** Those whose time is not over by the reader's own clock. */
export function inForce(now: Care, nowMs: number): readonly Stop[] {
  return now.stops.filter((one) => one.until === undefined || Date.parse(one.until) > nowMs);
}

export function warned(now: Care, warning: Warning): Care {
  if (now.warnings.some((one) => one.id === warning.id)) return now;
  return { ...now, warnings: [...now.warnings, warning] };
}

export function read(now: Care, id: string): Care {
  return { ...now, warnings: now.warnings.filter((one) => one.id !== id) };
}

/** Numbers of warnings that were read on this device, newest last, so many at most. */
export function withRead(kept: string, id: string): string {
  const all = kept.split(" ").filter((one) => one !== "" && one !== id);
  return [...all, id].slice(-readMost).join(" ");
}
const readMost = 40;

/** Those that were given while the reader was away: not read here, and not long ago. */
export function unread<W extends { readonly incident: string; readonly at: string }>(
  all: readonly W[],
  kept: string,
  nowMs: number,
): readonly W[] {
  const read = new Set(kept.split(" "));
  return all.filter((one) => !read.has(one.incident) && nowMs - Date.parse(one.at) < oldMs);
}
const oldMs = 14 * 86_400_000;

/* --- signs of feeling --------------------------------------------------------------------------- */

export interface Sign {
  readonly seat: number;
  readonly kind: string;
  readonly untilMs: number;
}

export const signMs = 6000;

/** One at a time for each: the newest. */
export function signed(
  now: readonly Sign[],
  seat: number,
  kind: string,
  nowMs: number,
): readonly Sign[] {
  const others = now.filter((one) => one.seat !== seat && one.untilMs > nowMs);
  return [...others, { seat, kind, untilMs: nowMs + signMs }];
}

export function stillUp(now: readonly Sign[], nowMs: number): readonly Sign[] {
  return now.every((one) => one.untilMs > nowMs) ? now : now.filter((one) => one.untilMs > nowMs);
}
