/** Asks again by itself while the reader waits before a room (state/room-wait.ts). */
import type { Answer } from "../live/socket.js";
import {
  answered,
  askMs,
  asking,
  isNotYet,
  nextAt,
  type RoomWait,
  waitAt,
} from "../state/room-wait.js";
import { createStore } from "../state/store.js";

export const roomWait = createStore<RoomWait | undefined>(undefined);

export interface Asker {
  readonly ask: (area: string) => Promise<Answer<unknown>>;
  /** Neither in nor to be waited for; `undefined`: it took too long. */
  readonly over: (area: string, answer: Answer<unknown> | undefined) => void;
}

let timer: ReturnType<typeof setInterval> | undefined;

export function waitAtRoom(area: string, asker: Asker): void {
  stopWaiting();
  roomWait.set(waitAt(area, performance.now()));
  timer = setInterval(() => void look(area, asker), askMs / 10);
}

export function stopWaiting(): void {
  clearInterval(timer);
  timer = undefined;
  roomWait.set(undefined);
}

async function look(area: string, { ask, over }: Asker): Promise<void> {
  const wait = roomWait.get();
  if (wait === undefined) return;
  const mine = timer;
  const next = nextAt(wait, performance.now());
  if (next === "over") {
    stopWaiting();
    over(area, undefined);
  }
  // Nobody goes into a room behind a page that is not looked at.
  if (next !== "ask" || document.visibilityState === "hidden") return;
  roomWait.set(asking(wait, performance.now()));
  const answer = await ask(area);
  const now = roomWait.get();
  if (now === undefined || timer !== mine) return; // stopped meanwhile
  if (isNotYet(answer)) return roomWait.set(answered(now));
  stopWaiting();
  if (answer.kind !== "ok") over(area, answer);
}
