/** Written lines as one reader may know them, and those of their own that are on the way. A line keeps its
 * id from the first try to the last, so that however often it is sent it is said once. Pure. */

/** A line as the node tells it. */
export interface LineTold {
  readonly line: string;
  readonly at: string;
  readonly channel: "floor" | "room" | "talk";
  readonly talk?: string;
  readonly seat?: number;
  readonly name: string;
  readonly is_staff: boolean;
  readonly is_teacher?: boolean;
  readonly is_mine?: boolean;
  readonly text: string;
  readonly to?: { readonly seat?: number; readonly name: string };
  readonly state: "said" | "held" | "kept" | "hidden";
  /** Where its writer is at home, if that is another town. */
  readonly town?: string;
  /* Staff alone: */
  readonly pseud?: string;
  readonly login?: string;
  readonly original?: string;
  readonly categories?: readonly string[];
}

/** Where a line goes: the channel one stands in ("" is none), or a talk of two by its id. */
export type Where = string;
export const open = "open";

/** How a line stands. `pending`: on the way; `failed`: the node said no, or the way was too long; `moved`:
 * its writer is not where it was meant for. */
export type LineState = "said" | "held" | "kept" | "hidden" | "pending" | "failed" | "moved";

export interface Line {
  readonly id: string;
  readonly at: string | undefined; // of the node
  readonly seat: number | undefined;
  readonly name: string;
  readonly isStaff: boolean;
  readonly isTeacher: boolean;
  readonly isMine: boolean;
  readonly text: string;
  readonly to: { readonly seat: number | undefined; readonly name: string } | undefined;
  readonly state: LineState;
  /** Why it failed, when the node said so. */
  readonly code: string | undefined;
  readonly title: string;
  readonly staff: LineForStaff | undefined;
  /** Of another town: its name, and (staff alone) what the writer is known by there. */
  readonly town: string | undefined;
  readonly pseud: string | undefined;
}

export interface LineForStaff {
  readonly login: string;
  readonly original: string | undefined;
  readonly categories: readonly string[];
}

export interface Channel {
  readonly lines: readonly Line[];
  /** Lines of others that came since the reader last looked. */
  readonly nNew: number;
}

export interface Chat {
  /** Which room or floor the open channel is, as `placeKey` names it; "" outside. */
  readonly place: string;
  readonly channels: ReadonlyMap<Where, Channel>;
}

/** Something of one's own that is to be sent, again if need be. `place`: only there. */
export interface Unsaid {
  readonly id: string;
  readonly where: Where;
  readonly place: string;
  readonly text: string;
  readonly to: { readonly seat: number; readonly name: string } | undefined;
}

export const chatAtStart: Chat = { place: "", channels: new Map() };
const none: Channel = { lines: [], nNew: 0 };
const linesMost = 200;

/** Words stay in some areas that nobody sees from outside, and in some that everybody walks through: the
 * node alone says which it is (`channel`). */
export function placeKey(
  floor: string,
  copy: number,
  room: string | undefined,
  channel: "floor" | "room",
): string {
  return `${floor} ${copy} ${room ?? ""} ${channel}`;
}

export function isRoom(place: string): boolean {
  return place.endsWith(" room");
}

export function channelOf(now: Chat, where: Where): Channel {
  return now.channels.get(where) ?? none;
}

/** The reader stands somewhere, or nowhere (""): lines of elsewhere are not theirs to keep. */
export function movedTo(now: Chat, place: string): Chat {
  if (place === now.place) return now;
  const mine = channelOf(now, open).lines.filter((one) => one.isMine && isUnsaid(one));
  const left = mine.map((one): Line => ({ ...one, state: "moved" }));
  return {
    place,
    channels: with_(now.channels, open, { lines: left, nNew: 0 }),
  };
}

/** What has been said today, all at once; what is on the way stays. */
export function filled(now: Chat, where: Where, told: readonly LineTold[]): Chat {
  const channel = channelOf(now, where);
  const lines = told.map((one) => lineOf(one, channel.lines));
  const known = new Set(lines.map((one) => one.id));
  const rest = channel.lines.filter((one) => !known.has(one.id) && isUnsaid(one));
  return set(now, where, { lines: [...lines, ...rest].slice(-linesMost), nNew: 0 });
}

/** Somebody said something; it may be the reader's own, and may be known. */
export function heard(now: Chat, told: LineTold, isLooking: boolean): Chat {
  const where = told.channel === "talk" ? (told.talk ?? "") : open;
  const channel = channelOf(now, where);
  const at = channel.lines.findIndex((one) => one.id === told.line);
  const line = lineOf(told, channel.lines);
  const lines =
    at >= 0
      ? inTime(channel.lines.map((one, i) => (i === at ? line : one)))
      : inTime([...channel.lines, line]);
  const isNew = at < 0 && !line.isMine && !isLooking;
  return set(now, where, {
    lines: lines.slice(-linesMost),
    nNew: channel.nNew + (isNew ? 1 : 0),
  });
}

/** The reader has written something. */
export function written(now: Chat, unsaid: Unsaid, name: string): Chat {
  const channel = channelOf(now, unsaid.where);
  if (channel.lines.some((one) => one.id === unsaid.id)) return now;
  const line: Line = {
    id: unsaid.id,
    at: undefined,
    seat: undefined,
    name,
    isStaff: false,
    isTeacher: false,
    isMine: true,
    text: unsaid.text,
    to: unsaid.to,
    state: "pending",
    code: undefined,
    title: "",
    staff: undefined,
    town: undefined,
    pseud: undefined,
  };
  return set(now, unsaid.where, { ...channel, lines: [...channel.lines, line] });
}

/** The node has it: from now on it stands where the node has put it, as others read it. */
export function acknowledged(
  now: Chat,
  where: Where,
  told: {
    readonly line: string;
    readonly at: string;
    readonly state: LineTold["state"];
    readonly text?: string;
  },
): Chat {
  return line(now, where, told.line, (one) => ({
    ...one,
    at: told.at,
    text: told.text ?? one.text,
    state: told.state,
    code: undefined,
  }));
}

export function refused(now: Chat, where: Where, id: string, code: string, title: string): Chat {
  return line(now, where, id, (one) => ({ ...one, state: "failed", code, title }));
}

/** It is tried again, under the same id. */
export function retried(now: Chat, where: Where, id: string): Chat {
  return line(now, where, id, (one) => ({ ...one, state: "pending", code: undefined, title: "" }));
}

/** Staff have put it away: its writer alone still sees it, and what became of it. */
export function gone(now: Chat, id: string): Chat {
  return everywhere(now, (lines) => {
    const one = lines.find((line) => line.id === id);
    if (one === undefined) return lines;
    if (!one.isMine) return lines.filter((line) => line !== one);
    const state = one.state === "held" || one.state === "kept" ? "kept" : "hidden";
    return lines.map((line) => (line === one ? { ...one, state } : line));
  });
}

/** Its writer does not want it to be said any more. */
export function discarded(now: Chat, id: string): Chat {
  return everywhere(now, (lines) =>
    lines.some((one) => one.id === id) ? lines.filter((one) => one.id !== id) : lines,
  );
}

/** What staff decided of a line that was held. */
export function decided(now: Chat, id: string, isReleased: boolean): Chat {
  const state = isReleased ? "said" : "kept";
  return everywhere(now, (lines) =>
    lines.some((one) => one.id === id)
      ? lines.map((one) => (one.id === id ? { ...one, state } : one))
      : lines,
  );
}

export function seen(now: Chat, where: Where): Chat {
  const channel = channelOf(now, where);
  return channel.nNew === 0 ? now : set(now, where, { ...channel, nNew: 0 });
}

/** A talk of two that is no more, after its reader has closed it. */
export function closed(now: Chat, where: Where): Chat {
  if (!now.channels.has(where)) return now;
  const channels = new Map(now.channels);
  channels.delete(where);
  return { ...now, channels };
}

/** Those that may be sent from where the reader stands, in the order in which they were written. */
export function sendable(now: Chat, unsaid: readonly Unsaid[]): Unsaid[] {
  return unsaid.filter((one) => {
    const known = channelOf(now, one.where).lines.find((line) => line.id === one.id);
    if (known?.state !== "pending") return false;
    return one.where === open ? one.place === now.place : true;
  });
}

/** A line that is said (or held) needs no keeping. */
export function stillUnsaid(now: Chat, unsaid: readonly Unsaid[]): Unsaid[] {
  return unsaid.filter((one) => {
    const known = channelOf(now, one.where).lines.find((line) => line.id === one.id);
    return known !== undefined && isUnsaid(known);
  });
}

function isUnsaid(one: Line): boolean {
  return one.state === "pending" || one.state === "failed" || one.state === "moved";
}

function lineOf(told: LineTold, known: readonly Line[]): Line {
  const before = known.find((one) => one.id === told.line);
  const { to } = told;
  return {
    id: told.line,
    at: told.at,
    seat: told.seat,
    name: told.name,
    isStaff: told.is_staff,
    isTeacher: told.is_teacher === true,
    isMine: told.is_mine === true || before?.isMine === true,
    text: told.text,
    to: to === undefined ? undefined : { seat: to.seat, name: to.name },
    state: told.state,
    code: undefined,
    title: "",
    staff:
      told.login === undefined
        ? undefined
        : { login: told.login, original: told.original, categories: told.categories ?? [] },
    town: told.town,
    pseud: told.pseud,
  };
}

/** By the node's times; what has none yet comes last, as it was written. */
function inTime(lines: readonly Line[]): readonly Line[] {
  const time = (one: Line): number => (one.at === undefined ? Infinity : Date.parse(one.at));
  return lines
    .map((one, i) => ({ one, i, at: time(one) }))
    .sort((a, b) => (a.at === b.at ? a.i - b.i : a.at - b.at))
    .map(({ one }) => one);
}

function line(now: Chat, where: Where, id: string, next: (one: Line) => Line): Chat {
  const channel = channelOf(now, where);
  if (!channel.lines.some((one) => one.id === id)) return now;
  const lines = inTime(channel.lines.map((one) => (one.id === id ? next(one) : one)));
  return set(now, where, { ...channel, lines });
}

function everywhere(now: Chat, next: (lines: readonly Line[]) => readonly Line[]): Chat {
  let channels = now.channels;
  for (const [where, channel] of now.channels) {
    const lines = next(channel.lines);
    if (lines !== channel.lines) channels = with_(channels, where, { ...channel, lines });
  }
  return channels === now.channels ? now : { ...now, channels };
}

function set(now: Chat, where: Where, channel: Channel): Chat {
  return { ...now, channels: with_(now.channels, where, channel) };
}

function with_(
  channels: Chat["channels"],
  where: Where,
  channel: Channel,
): ReadonlyMap<Where, Channel> {
  return new Map(channels).set(where, channel);
}

/* --- writing ------------------------------------------------------------------------------------ */

const warnLeft = 20;

/** As a reader counts letters: a flag or a family is one. Where a browser cannot count so (Firefox before
 * 125), code points are near enough, and never fewer. */
export function lettersOf(text: string): number {
  const { Segmenter } = Intl as { Segmenter?: typeof Intl.Segmenter };
  if (Segmenter === undefined) return [...text].length;
  let n = 0;
  for (const _ of new Segmenter("ja", { granularity: "grapheme" }).segment(text)) n++;
  return n;
}

/** What to say of the length: nothing until the end is near. */
export function lengthNote(
  text: string,
  most: number,
): { readonly kind: "left" | "over"; readonly n: number } | undefined {
  const left = most - lettersOf(text.trim());
  if (left < 0) return { kind: "over", n: -left };
  return left <= warnLeft ? { kind: "left", n: left } : undefined;
}

/** The keys of a field, as far as sending goes. An input method says by `isComposing`, by key code 229, or
 * (Safari) by having ended just before the key came that it is the one who was meant. */
export interface KeyPress {
  readonly key: string;
  readonly keyCode: number;
  readonly isComposing: boolean;
  readonly shiftKey: boolean;
  readonly timeMs: number;
}

/** Safari ends the composition before it tells of the Enter that ended it. */
export const composedMs = 120;

export function isSend(press: KeyPress, composedAtMs: number | undefined): boolean {
  if (press.key !== "Enter" || press.shiftKey) return false;
  if (press.isComposing || press.keyCode === 229) return false;
  return composedAtMs === undefined || press.timeMs - composedAtMs > composedMs;
}
