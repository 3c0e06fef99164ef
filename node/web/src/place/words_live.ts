/** Joins what is written, shown and stopped in the place to the line: lines go out under an id of their own
 * until the node has them, events come in. `control.ts` hands on both; nothing here knows of a socket. */
import { ask as askNode } from "../edge/api.js";
import { newId } from "../edge/id.js";
import { keepRead, keepTab, keptRead, tabText } from "../edge/keep.js";
import type { Answer } from "../live/socket.js";
import type { CommandName, LiveCommands, LiveEvent, LiveEvents } from "../live/wire.js";
import {
  type Care,
  careAtStart,
  greeted,
  read,
  type Sign,
  signed,
  signMs,
  stillUp,
  stopped,
  unread,
  warned,
  withRead,
} from "../state/care.js";
import {
  acknowledged,
  channelOf,
  type Chat,
  chatAtStart,
  closed as closedChannel,
  decided,
  discarded,
  filled,
  gone,
  heard,
  movedTo,
  open,
  placeKey,
  refused,
  retried,
  seen,
  sendable,
  stillUnsaid,
  type Unsaid,
  type Where,
  written,
} from "../state/chat.js";
import { createStore } from "../state/store.js";
import {
  askedBy,
  asking,
  closed as closedTalk,
  left,
  opened,
  over,
  type Partner,
  type Talks,
  talksAtStart,
  told,
  withBlocks,
} from "../state/talk.js";

export const chat = createStore<Chat>(chatAtStart);
export const talks = createStore<Talks>(talksAtStart);
export const care = createStore<Care>(careAtStart);
/** Signs of feeling that can be seen just now, one for each seat. */
export const signs = createStore<readonly Sign[]>([]);
/** Which channel the panel shows, to whom a line is said by name, and what is typed, for each channel. */
export const where = createStore<Where>(open);
export const addressed = createStore<Partner | undefined>(undefined);
export const drafts = createStore<ReadonlyMap<Where, string>>(new Map());

export type Ask = <N extends CommandName>(
  name: N,
  input: LiveCommands[N]["input"],
) => Promise<Answer<LiveCommands[N]["output"]>>;

interface Ways {
  /** `send` as it is; `ask` says a refusal to the reader as well. */
  readonly send: Ask;
  readonly ask: Ask;
  /** What the reader is called where they stand, and their seat. */
  readonly me: () => { readonly name: string; readonly seat: number } | undefined;
  /** Something was written by somebody else, for ears. */
  readonly voice: (name: string, text: string) => void;
  readonly voiceSign: (seat: number, kind: string) => void;
}

let ways: Ways | undefined;
let unsaid: readonly Unsaid[] = [];
let isLooking = false; // at the newest line, on a page that is seen
const onWay = new Set<string>();
const nTries = new Map<string, number>();
let signer: ReturnType<typeof setTimeout> | undefined;

/** Refusals that pass by themselves. */
const passing: readonly string[] = ["busy", "rate", "too-many", "timeout", "unavailable"];
const triesMost = 5;
const againMs = 2000;

export function beginWords(to: Ways): void {
  ways = to;
  unsaid = unsaidFrom(tabText("unsaid"));
}

export function endWords(): void {
  ways = undefined;
  clearTimeout(signer);
  onWay.clear();
  nTries.clear();
  unsaid = [];
  spot = undefined;
  chat.set(chatAtStart);
  talks.set(talksAtStart);
  care.set(careAtStart);
  signs.set([]);
  where.set(open);
  addressed.set(undefined);
  drafts.set(new Map());
}

/** The reader went out by themselves: what was on its way is not meant to be said any more. */
export function dropWords(): void {
  keepUnsaid([]);
  away();
}

/* --- what is heard ------------------------------------------------------------------------------ */

/** The floor, copy and room the reader is in; undefined outside. Where words go there is told by the lines
 * that come after it. */
let spot: { readonly floor: string; readonly copy: number; readonly room?: string } | undefined;

/** The reader is not, or no longer, where they were. */
export function away(): void {
  spot = undefined;
  chat.set(movedTo(chat.get(), ""));
  talks.set(left(talks.get()));
  where.set(open);
  addressed.set(undefined);
  signs.set([]);
}

function arrived(next: NonNullable<typeof spot>): void {
  const isSame = spot?.floor === next.floor && spot.copy === next.copy && spot.room === next.room;
  spot = next;
  signs.set([]); // seats are given anew
  addressed.set(undefined);
  if (!isSame) chat.set(movedTo(chat.get(), ""));
  flush();
}

function linesCame({ channel, talk, lines }: LiveEvents["chat.lines"]): void {
  if (channel === "talk") {
    chat.set(filled(chat.get(), talk ?? "", lines));
  } else if (spot !== undefined) {
    const place = placeKey(spot.floor, spot.copy, spot.room, channel);
    chat.set(filled(movedTo(chat.get(), place), open, lines));
    restore();
  }
  settle();
  flush();
}

/** After a reload, or when the line is there again: what was not said yet is said. */
function restore(): void {
  const name = ways?.me()?.name ?? "";
  let next = chat.get();
  for (const one of unsaid)
    if (one.where !== open || one.place === next.place) next = written(next, one, name);
  chat.set(next);
}

export function hearWords(event: LiveEvent): void {
  switch (event.ev) {
    case "hello":
      care.set(greeted(care.get()));
      if (event.of.me.role === "student") void fetchWarnings();
      break;
    case "floor.here": {
      const { floor, copy, room } = event.of;
      arrived({ floor, copy, ...(room === undefined ? {} : { room }) });
      break;
    }
    case "out":
      away();
      break;
    case "chat.lines":
      linesCame(event.of);
      break;
    case "chat.line": {
      const to = event.of.channel === "talk" ? (event.of.talk ?? "") : open;
      const isRead = isLooking && where.get() === to;
      const isKnown = channelOf(chat.get(), to).lines.some((one) => one.id === event.of.line);
      chat.set(heard(chat.get(), event.of, isRead));
      settle();
      if (!isKnown && event.of.is_mine !== true && event.of.seat !== ways?.me()?.seat)
        ways?.voice(event.of.name, event.of.text);
      break;
    }
    case "chat.gone":
      chat.set(gone(chat.get(), event.of.line));
      break;
    case "chat.held":
      chat.set(decided(chat.get(), event.of.line, event.of.state === "released"));
      break;
    case "talk.asked":
      talks.set(askedBy(talks.get(), event.of.talk, partnerOf(event.of)));
      break;
    case "talk.open": {
      const mine = ways?.me()?.seat;
      const other = event.of.people.find((one) => one.seat !== mine);
      const who = other === undefined ? undefined : partnerOf(other);
      talks.set(opened(talks.get(), event.of.talk, who, event.of.is_first));
      flush();
      break;
    }
    case "talk.over":
      talks.set(over(talks.get(), event.of.talk, event.of.why));
      break;
    case "reacted":
      show(event.of.seat, event.of.kind);
      break;
    case "stopped":
      care.set(stopped(care.get(), event.of));
      break;
    case "warned": {
      const { incident, title, text, quoted } = event.of;
      if (keptRead().includes(incident)) break; // told again after a cut
      care.set(warned(care.get(), { id: incident, title, text, quoted }));
      break;
    }
    case "card":
      care.set({ ...care.get(), hasCard: true });
      break;
    default:
      break;
  }
}

function partnerOf(of: {
  readonly seat?: number;
  readonly name: string;
  readonly is_staff: boolean;
}): Partner {
  return { seat: of.seat, name: of.name, isStaff: of.is_staff };
}

/* --- writing ------------------------------------------------------------------------------------ */

/** True: it is on its way, and the field may be empty again. */
export function say(text: string): void {
  const to = where.get();
  const whom = to === open ? addressed.get() : undefined;
  const { place } = chat.get();
  const one: Unsaid = {
    id: newId(),
    where: to,
    place,
    text,
    to: whom?.seat === undefined ? undefined : { seat: whom.seat, name: whom.name },
  };
  keepUnsaid([...unsaid, one]);
  chat.set(written(chat.get(), one, ways?.me()?.name ?? ""));
  draft("");
  addressed.set(undefined); // the next one is for everyone again
  flush();
}

export function draft(text: string): void {
  drafts.set(new Map(drafts.get()).set(where.get(), text));
}

/** A line that was meant for another place gets a new id: there it may have been said. */
export function retry(id: string): void {
  const to = where.get();
  const line = channelOf(chat.get(), to).lines.find((one) => one.id === id);
  nTries.delete(id);
  if (line?.state === "moved" || !unsaid.some((one) => one.id === id)) {
    discard(id);
    if (line !== undefined) say(line.text);
    return;
  }
  chat.set(retried(chat.get(), to, id));
  flush();
}

export function discard(id: string): void {
  chat.set(discarded(chat.get(), id));
  settle();
}

/** Everything that may go out from here goes, in the order in which it was written. */
export function flush(): void {
  for (const one of sendable(chat.get(), unsaid)) if (!onWay.has(one.id)) void send(one);
}

async function send(one: Unsaid): Promise<void> {
  const ask = ways?.send;
  if (ask === undefined) return;
  onWay.add(one.id);
  const { id, where: to, text } = one;
  const answer =
    to === open
      ? await ask("chat.say", {
          line: id,
          text,
          ...(one.to === undefined ? {} : { to: one.to.seat }),
        })
      : await ask("talk.say", { talk: to, line: id, text });
  onWay.delete(id);
  if (answer.kind === "cut") return; // it goes again when the line is there
  if (answer.kind === "ok") {
    chat.set(acknowledged(chat.get(), to, answer.value));
    settle();
    return;
  }
  const n = (nTries.get(id) ?? 0) + 1;
  nTries.set(id, n);
  if (passing.includes(answer.code) && n < triesMost) setTimeout(flush, againMs);
  else chat.set(refused(chat.get(), to, id, answer.code, answer.title));
}

function settle(): void {
  const next = stillUnsaid(chat.get(), unsaid);
  if (next.length < unsaid.length) keepUnsaid(next);
}

/** In this tab alone, until it is said: a page that is loaded again says it. */
function keepUnsaid(next: readonly Unsaid[]): void {
  unsaid = next;
  keepTab("unsaid", next.length === 0 ? undefined : JSON.stringify(next));
}

function unsaidFrom(text: string | undefined): Unsaid[] {
  try {
    const got: unknown = text === undefined ? [] : JSON.parse(text);
    return Array.isArray(got) ? got.filter(isUnsaid) : [];
  } catch {
    return [];
  }
}

function isUnsaid(of: unknown): of is Unsaid {
  const { id, where, place, text } = (of ?? {}) as Partial<Record<keyof Unsaid, unknown>>;
  return [id, where, place, text].every((one) => typeof one === "string");
}

/** The reader sees the newest line of a channel, or does not. */
export function look(is: boolean): void {
  isLooking = is;
  if (is) chat.set(seen(chat.get(), where.get()));
}

/* --- talks of two ------------------------------------------------------------------------------- */

export async function askTalk(whom: Partner & { readonly seat: number }): Promise<boolean> {
  const answer = await ways?.ask("talk.ask", { seat: whom.seat });
  if (answer?.kind !== "ok") return false;
  talks.set(asking(talks.get(), answer.value.talk, whom));
  where.set(answer.value.talk);
  return true;
}

export async function answerTalk(id: string, isYes: boolean): Promise<void> {
  const answer = await ways?.ask("talk.answer", { talk: id, yes: isYes });
  if (answer?.kind === "cut") return;
  if (isYes && answer?.kind === "ok") where.set(id);
  else talks.set(closedTalk(talks.get(), id));
}

export async function leaveTalk(id: string): Promise<void> {
  const answer = await ways?.ask("talk.leave", { talk: id });
  if (answer?.kind === "cut") return;
  closeTalk(id);
}

export function closeTalk(id: string): void {
  talks.set(closedTalk(talks.get(), id));
  chat.set(closedChannel(chat.get(), id));
  if (where.get() === id) where.set(open);
}

/** Not with them any more; the talk that is open ends with it. */
export async function block(seat: number, talk: string | undefined): Promise<boolean> {
  const answer = await ways?.ask("talk.block", { seat });
  if (answer?.kind !== "ok") return false;
  if (talk !== undefined) closeTalk(talk);
  if (talks.get().blocks !== undefined) void fetchBlocks();
  return true;
}

export async function unblock(id: string): Promise<void> {
  const answer = await ways?.ask("talk.unblock", { block: id });
  if (answer?.kind === "ok") void fetchBlocks();
}

export async function fetchBlocks(): Promise<void> {
  const answer = await ways?.ask("talk.blocks", {});
  if (answer?.kind === "ok") talks.set(withBlocks(talks.get(), answer.value.blocks));
}

export function toldOfStaff(): void {
  talks.set(told(talks.get()));
}

/* --- signs and news ----------------------------------------------------------------------------- */

export async function react(kind: LiveCommands["react"]["input"]["kind"]): Promise<void> {
  const answer = await ways?.ask("react", { kind });
  const me = ways?.me();
  if (answer?.kind === "ok" && me !== undefined) show(me.seat, kind);
}

function show(seat: number, kind: string): void {
  signs.set(signed(signs.get(), seat, kind, Date.now()));
  clearTimeout(signer);
  signer = setTimeout(lower, signMs + 50);
  const me = ways?.me();
  if (me !== undefined && seat !== me.seat) ways?.voiceSign(seat, kind);
}

function lower(): void {
  const next = stillUp(signs.get(), Date.now());
  signs.set(next);
  clearTimeout(signer);
  const first = next.reduce((least, one) => Math.min(least, one.untilMs), Infinity);
  if (first < Infinity) signer = setTimeout(lower, Math.max(50, first - Date.now() + 50));
}

/** What staff had to say while the reader was not here. */
async function fetchWarnings(): Promise<void> {
  const mine = ways;
  const answer = await askNode("warnings.mine", undefined, undefined);
  if (answer.kind !== "ok" || ways !== mine) return;
  for (const one of unread(answer.value.items, keptRead(), Date.now()))
    care.set(warned(care.get(), { ...one, id: one.incident, quoted: one.quoted }));
}

export function readWarning(id: string): void {
  keepRead(withRead(keptRead(), id));
  care.set(read(care.get(), id));
}

export function closeCard(): void {
  care.set({ ...care.get(), hasCard: false });
}

export function closeLifted(): void {
  care.set({ ...care.get(), isLifted: false, isRenamed: false });
}
