import { ask, type Outcome } from "./edge/api.js";
import { keepDisplay, keptDisplay } from "./edge/keep.js";
import type { Node, Session } from "./wire.js";
import type { Display } from "./state/display.js";
import {
  type Door,
  type DoorEvent,
  doorAtStart,
  type Fault,
  nextDoor,
  troubleOf,
} from "./state/door.js";
import { type Page, pageFrom } from "./state/place.js";
import { createStore } from "./state/store.js";

/** Joins the pure states to the world: the node, the address, the device. */

export const door = createStore<Door>(doorAtStart);
export const display = createStore<Display>(keptDisplay());
export const page = createStore<Page>(pageFrom(location.hash));
export const node = createStore<Node | undefined>(undefined);
export const systemIsDark = createStore<boolean>(false);

function tell(event: DoorEvent): void {
  door.set(nextDoor(door.get(), event));
}

export function chooseDisplay(change: Partial<Display>): void {
  const next = { ...display.get(), ...change };
  display.set(next);
  keepDisplay(next);
}

/* --- the way in ------------------------------------------------------------------------------- */

const retryMs = 10_000;
let retry: ReturnType<typeof setTimeout> | undefined;

/** Asks who the node is and who is here. Trouble is asked again, so that nobody has to. */
export async function start(): Promise<void> {
  clearTimeout(retry);
  const byeSaid = location.hash === "#/bye";
  if (byeSaid) history.replaceState(null, "", "#/");
  const [hello, session] = await Promise.all([
    ask("node.show", undefined, undefined),
    ask("session.show", undefined, undefined),
  ]);
  if (hello.kind === "ok") node.set(hello.value);
  const event = startEvent(hello, session, byeSaid);
  tell(event);
  if (event.kind === "trouble") retry = setTimeout(() => void start(), retryMs);
}

function startEvent(hello: Outcome<Node>, session: Outcome<Session>, byeSaid: boolean): DoorEvent {
  if (hello.kind === "offline" || session.kind === "offline")
    return { kind: "trouble", what: "offline" };
  if (hello.kind === "refused") return { kind: "trouble", what: troubleOf(hello.problem) };
  if (hello.value.status !== "ok") return { kind: "trouble", what: "locked" };
  if (session.kind === "ok") return { kind: "session", who: whoOf(session.value) };
  if (session.problem.status === 401 || session.problem.status === 404)
    return { kind: "nobody", note: byeSaid ? "bye" : undefined };
  return { kind: "trouble", what: troubleOf(session.problem) };
}

function whoOf(session: Session): { name: string; role: string } {
  return { name: session.display_name, role: session.role };
}

/* The password waits here, in memory alone, while the code is asked for. */
let waiting: { login: string; password: string } | undefined;

export async function signIn(login: string, password: string): Promise<void> {
  if (login.trim() === "") return tell({ kind: "fault", fault: "need-login" });
  if (password === "") return tell({ kind: "fault", fault: "need-password" });
  await knock({ login, password }, "wrong-sign-in");
}

export async function giveCode(code: string): Promise<void> {
  const digits = code.normalize("NFKC").replace(/\D/g, "");
  if (waiting === undefined) return startOver();
  if (digits.length !== 6) return tell({ kind: "fault", fault: "need-code" });
  await knock({ ...waiting, code: digits }, "wrong-code");
}

async function knock(
  input: { login: string; password: string; code?: string },
  wrong: Fault,
): Promise<void> {
  tell({ kind: "asking" });
  const answer = await ask("session.open", undefined, input);
  if (answer.kind === "ok") {
    waiting = undefined;
    return tell({ kind: "session", who: whoOf(answer.value) });
  }
  if (answer.kind === "offline") return tell({ kind: "fault", fault: "offline" });
  const { problem } = answer;
  if (problem.code === "code-needed") {
    waiting = { login: input.login, password: input.password };
    return tell({ kind: "code-wanted" });
  }
  if (problem.status === 429) return tell({ kind: "fault", fault: "wait" });
  if (problem.status < 500) return tell({ kind: "fault", fault: wrong });
  tell({ kind: "fault", fault: troubleOf(problem) });
}

export function startOver(): void {
  waiting = undefined;
  tell({ kind: "start-over" });
}

export type Leaving = "no" | "asking" | "failed";
export const leaving = createStore<Leaving>("no");

/** Ends the visit. Only when the node has ended it does the page say good-bye: on a shared tablet
 * a session that looks ended and is not would be the next child's. The new document is what makes
 * sure that nothing of the old one stays. */
export async function leave(): Promise<void> {
  if (leaving.get() === "asking") return;
  leaving.set("asking");
  const answer = await ask("session.close", undefined, undefined);
  const isOver = answer.kind === "ok" || (answer.kind === "refused" && answer.problem.status < 500);
  if (!isOver) return leaving.set("failed");
  keepDisplay(display.get()); // the node had the browser forget everything: this alone may stay
  history.replaceState(null, "", "#/bye");
  location.reload();
}

/** The node no longer knows this visit: it was left alone too long, or ended elsewhere. */
export function ended(): void {
  tell({ kind: "nobody", note: "ended" });
}

async function lookAgain(): Promise<void> {
  const session = await ask("session.show", undefined, undefined);
  if (session.kind === "refused" && session.problem.status === 401) ended();
}

/* --- the world -------------------------------------------------------------------------------- */

export function listen(): void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  systemIsDark.set(dark.matches);
  dark.addEventListener("change", () => systemIsDark.set(dark.matches));
  addEventListener("hashchange", () => page.set(pageFrom(location.hash)));
  addEventListener("online", () => {
    if (door.get().at === "trouble") void start();
  });
  // Another tab may have ended the visit, or the time may have: who comes back to the page sees no name
  // that is no longer here.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && door.get().at === "inside") void lookAgain();
  });
  // A page that comes back out of the browser's memory may be another person's by now.
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}
