/** What the pages of those who watch share: the live line from the entrance, what it makes them ask anew, and
 * asking by the clock while there is no line. It lives as long as one of these pages is shown; each says what
 * of it it wants (watch_calls, watch_held, watch_list). */
import { ended, lookAgain } from "../control.js";
import type { Outcome } from "../edge/api.js";
import { alone, hearAlone } from "../class/alone.js";
import { Link } from "../live/socket.js";
import { ticket } from "../place/node.js";
import {
  type Watch,
  watchAsks,
  watchAtStart,
  watchDid,
  watchDue,
  watchGot,
  watchHears,
  watchLine,
  watchWaited,
  type WatchPart,
  watchWants,
} from "../state/console.js";
import { inOrder } from "../state/floor_order.js";
import { createStore, type Store } from "../state/store.js";
import type { FloorCard } from "../wire.js";

/** Of a part: what was told last, and when this device heard it. */
export interface Told<T> {
  readonly value: T;
  readonly atMs: number;
}

/** A part of a page: how it is asked for and where it is told. */
export interface Part {
  readonly part: WatchPart;
  readonly ask: () => Promise<Outcome<unknown>>;
  readonly forget: () => void;
}

export function partOf<T>(
  part: WatchPart,
  store: Store<Told<T> | undefined>,
  ask: (before: T | undefined) => Promise<Outcome<T>>,
): Part {
  return {
    part,
    forget: () => store.set(undefined),
    ask: async () => {
      const mine = round;
      const outcome = await ask(store.get()?.value);
      if (outcome.kind === "ok" && mine === round)
        store.set({ value: outcome.value, atMs: Date.now() });
      return outcome;
    },
  };
}

export const watch = createStore<Watch>(watchAtStart);
/** The node says that there is no such page for this reader. */
export const isMissing = createStore<boolean>(false);

/** The floors as the line names them: also for those who may not ask for the list. */
export const cards = createStore<readonly FloorCard[]>([]);

let line: Link | undefined;
let timer: ReturnType<typeof setInterval> | undefined;
let parts: readonly Part[] = [];
let round = 0;
let beganMs = 0;
const stepMs = 200;

/** Begins; the result ends it. */
export function beginWatch(wanted: readonly Part[]): () => void {
  round++;
  parts = wanted;
  beganMs = performance.now();
  watch.set(watchWants(wanted.map((one) => one.part)));
  line = new Link({
    url: `${location.origin.replace(/^http/, "ws")}/ws`,
    ticket,
    kept: undefined, // nobody enters from here
    keep: () => undefined,
    changed: (state) => {
      const isFirst = state.at === "connecting";
      watch.set(
        watchLine(watch.get(), state.at === "here" ? "here" : isFirst ? "connecting" : "down"),
      );
      if (state.at === "over" && state.why === "session") void lookAgain();
    },
    event: (event) => {
      if (event.ev === "hello" || event.ev === "floors") cards.set(inOrder(event.of.floors));
      hearAlone(event);
      watch.set(watchHears(watch.get(), event.ev));
      step();
    },
    tick: () => undefined,
    gone: () => undefined,
  });
  line.start();
  addEventListener("online", nudge);
  document.addEventListener("visibilitychange", nudge);
  timer = setInterval(step, stepMs);
  step();
  return endWatch;
}

function endWatch(): void {
  round++;
  clearInterval(timer);
  removeEventListener("online", nudge);
  document.removeEventListener("visibilitychange", nudge);
  line?.stop();
  line = undefined;
  for (const one of parts) one.forget();
  parts = [];
  isMissing.set(false);
  alone.set([]);
}

function nudge(): void {
  line?.nudge();
  step();
}

/** After an act on the page: look at once. */
export function did(...changed: readonly WatchPart[]): void {
  watch.set(changed.reduce(watchDid, watch.get()));
  step();
}

function step(): void {
  const now = performance.now();
  watch.set(watchWaited(watch.get(), now - beganMs));
  const due = watchDue(watch.get(), now);
  for (const one of parts)
    if (due.includes(one.part)) {
      watch.set(watchAsks(watch.get(), one.part, now));
      void take(one, round);
    }
}

async function take(one: Part, mine: number): Promise<void> {
  const outcome = await one.ask();
  if (mine !== round) return;
  watch.set(watchGot(watch.get(), one.part, outcome.kind === "ok"));
  if (outcome.kind !== "refused") return;
  if (outcome.problem.status === 401) return ended();
  if (outcome.problem.status === 404) isMissing.set(true);
}
