/** Joins the model of the place to the line: commands go out, events and movement come in. It lives as long
 * as one of the place's pages is shown; leaving them is leaving the place. */
import { door, lookAgain } from "../control.js";
import { keepTab, keepView, keptView, tabText } from "../edge/keep.js";
import type { Tick } from "../live/frames.js";
import type { LinkState } from "../live/link.js";
import { type Answer, Link, type Visit } from "../live/socket.js";
import type { CommandName, Entry, LiveCommands, LiveEvent } from "../live/wire.js";
import { type Announcer, type Fact, hear, type Said, say, silent } from "../state/announce.js";
import type { Floor } from "../state/floor.js";
import {
  applyEvent,
  applyTick,
  isMoving,
  placeAtStart,
  type PlaceLive,
  toLobby,
  toWaiting,
} from "../state/place-live.js";
import { isElsewhere, roomOf } from "../state/room-wait.js";
import { type ViewChoice, viewFrom, viewText } from "../state/map-view.js";
import { createStore } from "../state/store.js";
import { type Today, todayFrom, todayText } from "../state/today.js";
import type { Word } from "../words/word.js";
import { stopWaiting, waitAtRoom } from "./at_room.js";
import { floorFile, ticket } from "./node.js";
import { practiceFloor } from "./practice_floor.js";
import { PracticeLine } from "./practice_line.js";
import { look as lookForHelp } from "../sos/control.js";
import { saidOf } from "./said.js";
import { beginLesson, endLesson, hearLesson } from "./lesson_live.js";
import { beginVoice, ear, endVoice, hearVoice } from "./voice_door.js";
import { away, beginWords, dropWords, endWords, flush, hearWords } from "./words_live.js";

/** Something that was said to the reader and waits for them: a wave, a knock, an invitation. */
export interface News {
  readonly id: number;
  readonly event: Extract<LiveEvent, { ev: "wave" | "knock" | "invited" | "knock.answer" }>;
}

/** What the reader's last act came to, when it needs a word. */
export type Echo =
  | { readonly kind: "said"; readonly word: Word | undefined; readonly title: string } // else the node's
  | {
      readonly kind:
        "failed" | "watching" | "waved" | "walking" | "knocked" | "invited" | "gone" | "notIn";
    };

export const link = createStore<LinkState>({ at: "off" });
/** Events at once; movement, which has no store, at most twice a second. */
export const live = createStore<PlaceLive>(placeAtStart);
export const floor = createStore<Floor | undefined>(undefined);
export const news = createStore<readonly News[]>([]);
export const entries = createStore<readonly Entry[]>([]);
export const echo = createStore<Echo | undefined>(undefined);
export const spoken = createStore<Said | undefined>(undefined);
export const today = createStore<Today>("watch");
export const view = createStore<ViewChoice>(viewFrom(keptView()));
/** The map ran too slowly on this device while this page was open. */
export const isMapSlow = createStore<boolean>(false);

let line: Link | PracticeLine | undefined;
let now: PlaceLive = placeAtStart;
let announcer: Announcer = silent;
let lastNews = 0;
let shower: ReturnType<typeof setTimeout> | undefined;
let speaker: ReturnType<typeof setInterval> | undefined;
let floorShown = ""; // of which version `floor` is

const practiceVersion = `${practiceFloor.id} ${practiceFloor.version} `; // as heard() names it
/** The map shows who is where by itself; the words beside it may follow at leisure. */
const [showMs, showBesideMapMs] = [500, 1000];
const saidMostMs = 10_000; // what was said is no news for ever
const newsMost = 5;
const entriesMost = 30;

/** Whether a floor is shown as a map: as chosen, or until it turns out to be too slow here. */
export function isMapShown(): boolean {
  const chosen = view.get().view;
  return chosen === "map" || (chosen === undefined && !isMapSlow.get());
}

/** As it is this moment: what the map draws. */
export function current(): PlaceLive {
  return now;
}

const tickers = new Set<() => void>();

/** Calls `reader` after each frame of movement; the result ends it. */
export function onTick(reader: () => void): () => void {
  tickers.add(reader);
  return () => {
    tickers.delete(reader);
  };
}

/** On this device, whoever is here. */
export function chooseView(change: Partial<ViewChoice>): void {
  view.set({ ...view.get(), ...change });
  keepView(viewText(view.get()));
}

function show(next: PlaceLive): void {
  now = next;
  if (next.visiting.at !== "here") stopWaiting();
  live.set(next);
}

/** What nobody waits for in words: the map has it at once. */
function soon(next: PlaceLive): void {
  now = next;
  shower ??= setTimeout(pulse, isMapShown() ? showBesideMapMs : showMs);
  for (const reader of [...tickers]) reader();
}

/** Others come, go and change, areas fill: many at once may be told in one, within a second. */
function mayWait(event: LiveEvent): boolean {
  switch (event.ev) {
    case "areas":
    case "people.came":
    case "people.left":
      return true;
    case "people.changed": {
      const { visiting } = now;
      return (
        visiting.at === "here" && event.of.people.every((one) => one.seat !== visiting.here.seat)
      );
    }
    default:
      return false;
  }
}

/** Words for near and far change on the way, though nothing more is said until a walk has ended. */
function pulse(): void {
  const { visiting } = now;
  const goesOn = visiting.at === "here" && isMoving(visiting.here, performance.now());
  shower = undefined;
  show({ ...now });
  if (goesOn) shower = setTimeout(pulse, isMapShown() ? showBesideMapMs : showMs);
}

/* --- coming and going ------------------------------------------------------------------------- */

function dayHere(): string {
  return new Date().toDateString();
}

export function begin(): () => void {
  today.set(todayFrom(tabText("today"), dayHere()));
  line = new Link({
    url: `${location.origin.replace(/^http/, "ws")}/ws`,
    ticket,
    kept: visitFrom(tabText("visit")),
    keep: (visit) => keepTab("visit", visit === undefined ? undefined : JSON.stringify(visit)),
    changed: (state) => {
      link.set(state);
      if (state.at === "here") flush();
      if (state.at === "over") {
        show(toLobby(now));
        away();
        if (state.why === "session")
          void lookAgain(now.out?.reason === "ejected" ? "rest" : "ended");
      }
    },
    event: heard,
    tick: moved,
    sound: (data) => ear.hear?.(data),
    gone: () => {
      show(toLobby(now));
      away();
      echo.set({ kind: "gone" });
    },
  });
  beginWords({ send, ask: act, me: meHere, voice, voiceSign });
  beginLesson(act, (name, input, problem) =>
    problem === undefined ? echo.set({ kind: "failed" }) : refused(name, input, problem),
  );
  beginVoice();
  line.start();
  speaker = setInterval(speak, 250);
  addEventListener("online", nudge);
  document.addEventListener("visibilitychange", seen);
  addEventListener("pointerdown", awake, { passive: true });
  addEventListener("keydown", awake);
  return end;
}

/** A room for one, on this device alone: nothing goes out and nobody comes in. */
export function beginPractice(): () => void {
  const own = door.get();
  const name = own.at === "inside" ? own.who.name : "";
  floor.set(practiceFloor);
  floorShown = practiceVersion;
  line = new PracticeLine({ floor: practiceFloor, name, event: heard, tick: moved });
  line.start();
  return end;
}

function moved(tick: Tick): void {
  soon(applyTick(now, tick, performance.now()));
}

/** Silent for the others, and nothing of it stays here. */
function end(): void {
  removeEventListener("online", nudge);
  document.removeEventListener("visibilitychange", seen);
  removeEventListener("pointerdown", awake);
  removeEventListener("keydown", awake);
  clearInterval(speaker);
  clearTimeout(shower);
  shower = undefined;
  line?.stop();
  line = undefined;
  endVoice();
  endWords();
  endLesson();
  show(placeAtStart);
  announcer = silent;
  floorShown = "";
  floor.set(undefined);
  news.set([]);
  entries.set([]);
  echo.set(undefined);
  spoken.set(undefined);
}

export function startAgain(): void {
  line?.start();
}

function visitFrom(text: string | undefined): Visit | undefined {
  if (text === undefined || door.get().at !== "inside") return undefined;
  try {
    const { visit, token, lastN } = JSON.parse(text) as Partial<Visit>;
    return typeof visit === "string" && typeof token === "string" && typeof lastN === "number"
      ? { visit, token, lastN }
      : undefined;
  } catch {
    return undefined;
  }
}

/* --- what is heard ---------------------------------------------------------------------------- */

function heard(event: LiveEvent): void {
  const before = now.visiting;
  const next = applyEvent(now, event);
  if (isMapShown() && mayWait(event)) soon(next);
  else if (next !== now) show(next);
  hearWords(event);
  hearLesson(event);
  hearVoice(event);
  switch (event.ev) {
    case "floor.here":
      if (before.at !== "here" || before.here.floor !== event.of.floor) {
        stopWaiting();
        news.set([]);
        echo.set(undefined);
      }
      void showFloor(event.of.floor, `${event.of.floor} ${event.of.version} ${event.of.hash}`);
      break;
    case "people.came":
      if (before.at === "here")
        for (const { name, seat } of event.of.people)
          if (seat !== before.here.seat) tell({ kind: "came", name });
      break;
    case "wave":
      tell({ kind: "wave", name: event.of.name });
      addNews(event);
      break;
    case "knock":
      tell({ kind: "knock", name: event.of.name, area: event.of.area });
      addNews(event);
      break;
    case "invited":
      tell({ kind: "invited", name: event.of.name, area: event.of.area });
      addNews(event);
      break;
    case "knock.answer":
      tell({ kind: "answer", area: event.of.area, isWelcome: event.of.welcome });
      echo.set(undefined);
      addNews(event);
      break;
    case "sos.state":
      void lookForHelp();
      break;
    case "entries":
      entries.set([...event.of.items, ...entries.get()].slice(0, entriesMost));
      break;
    default:
      break;
  }
}

/** Who the reader is to the others here. */
function meHere(): { readonly name: string; readonly seat: number } | undefined {
  if (now.visiting.at !== "here") return undefined;
  const { seat, people } = now.visiting.here;
  return { seat, name: people.get(seat)?.name ?? "" };
}

function voice(name: string, text: string): void {
  tell({ kind: "line", name, text });
}

function voiceSign(seat: number, sign: string): void {
  const name = now.visiting.at === "here" ? now.visiting.here.people.get(seat)?.name : undefined;
  if (name !== undefined) tell({ kind: "sign", name, sign });
}

function addNews(event: News["event"]): void {
  news.set([{ id: ++lastNews, event }, ...news.get()].slice(0, newsMost));
}

export function dropNews(id: number): void {
  news.set(news.get().filter((one) => one.id !== id));
}

function tell(fact: Fact): void {
  announcer = hear(announcer, fact);
}

function speak(): void {
  const { next, said } = say(announcer, performance.now());
  announcer = next;
  if (said !== undefined) spoken.set(said);
  else if (performance.now() - announcer.saidMs > saidMostMs) spoken.set(undefined);
}

/** The floor of before stands until the new one has come. */
async function showFloor(id: string, version: string): Promise<void> {
  if (version === floorShown) return;
  if (floor.get()?.id !== id) floor.set(undefined);
  const got = await floorFile(id);
  const { visiting } = now;
  if (got.kind !== "ok" || visiting.at !== "here" || visiting.here.floor !== id) return;
  floorShown = version;
  floor.set(got.value);
}

/* --- what is done ----------------------------------------------------------------------------- */

export async function send<N extends CommandName>(
  name: N,
  input: LiveCommands[N]["input"],
): Promise<Answer<LiveCommands[N]["output"]>> {
  return (await line?.command(name, input)) ?? { kind: "cut" };
}

export async function act<N extends CommandName>(
  name: N,
  input: LiveCommands[N]["input"],
  done?: Echo["kind"],
): Promise<Answer<LiveCommands[N]["output"]>> {
  echo.set(undefined);
  if (isElsewhere(name)) stopWaiting();
  const answer = await send(name, input);
  if (answer.kind === "no") refused(name, input, answer);
  else if (answer.kind === "cut") echo.set({ kind: "failed" });
  else if (done !== undefined && done !== "said") echo.set({ kind: done });
  return answer;
}

function refused(
  name: CommandName,
  input: object,
  { code, title }: { readonly code: string; readonly title: string },
): void {
  const room = code === "area-wait" ? roomOf(name, input, floor.get()) : undefined;
  if (room !== undefined) return waitAtRoom(room, { ask: askRoom, over: notIn });
  const word = saidOf(name, input, code);
  echo.set(word === undefined && title === "" ? { kind: "failed" } : { kind: "said", word, title });
}

/** Higher on the ladder by the reader's own act; kept for the day. */
export async function climb(rung: Today): Promise<boolean> {
  if ((await act("me.rung", { rung })).kind !== "ok") return false;
  today.set(rung);
  keepTab("today", todayText(rung, dayHere()));
  return true;
}

export async function enter(id: string, spawn: string | undefined, rung: Today): Promise<boolean> {
  today.set(rung);
  keepTab("today", todayText(rung, dayHere()));
  const answer = await act("place.enter", {
    floor: id,
    rung,
    ...(spawn === undefined ? {} : { spawn }),
  });
  if (answer.kind !== "ok") return false;
  if (answer.value.kind === "waiting") show(toWaiting(now, id, answer.value.position ?? 1));
  return true;
}

function askRoom(area: string): Promise<Answer<unknown>> {
  return line?.command("area.enter", { area }) ?? Promise.resolve({ kind: "cut" });
}

function notIn(area: string, answer: Answer<unknown> | undefined): void {
  if (answer?.kind === "no") refused("area.enter", { area }, answer);
  else echo.set({ kind: "notIn" });
}

/** One tap, whatever the line does: the reader is out at once. */
export function leave(): void {
  show(toLobby(now));
  dropWords();
  endLesson();
  news.set([]);
  echo.set(undefined);
  void line?.command("place.leave", {});
}

/** To a spot of the floor; what is in the way is the node's to know. */
export async function walk(x: number, y: number): Promise<void> {
  stopWaiting();
  const answer = await line?.command("floor.walk", { x, y });
  if (answer?.kind === "no") refused("floor.walk", { x, y }, answer);
}

/** A packet of one's own microphone. */
export function saySound(data: ArrayBuffer): void {
  if (line instanceof Link) line.sound(data);
}

export function stick(dx: number, dy: number): void {
  if (dx !== 0 || dy !== 0) stopWaiting();
  line?.stick(dx, dy);
}

/* --- the page and its reader ------------------------------------------------------------------ */

function nudge(): void {
  line?.nudge();
}

function seen(): void {
  const isHidden = document.visibilityState === "hidden";
  if (!isHidden) nudge();
  if (now.visiting.at === "here") void line?.command("me.away", { on: isHidden });
}

/** Whoever does something here is no longer away. */
function awake(): void {
  const { visiting } = now;
  if (visiting.at !== "here" || visiting.here.people.get(visiting.here.seat)?.is_away !== true)
    return;
  void line?.command("me.away", { on: false });
}
