import { ask, type Outcome } from "./edge/api.js";
import { canPasskey } from "./edge/can.js";
import { unusedMs } from "./edge/used.js";
import { forgetTab, keepDisplay, keepLasting, keptDisplay, keptLasting } from "./edge/keep.js";
import type { Node, Session } from "./wire.js";
import type { Display } from "./state/display.js";
import {
  type Door,
  type DoorEvent,
  doorAtStart,
  type Factor,
  type Fault,
  nextDoor,
  type Note,
  troubleOf,
} from "./state/door.js";
import { loginFrom, type Page, pageFrom } from "./state/place.js";
import { createStore } from "./state/store.js";

/** Joins the pure states to the world: the node, the address, the device. */

export const door = createStore<Door>(doorAtStart);
export const display = createStore<Display>(keptDisplay());
export const page = createStore<Page>(pageFrom(location.hash));
export const node = createStore<Node | undefined>(undefined);
export const systemIsDark = createStore<boolean>(false);

function tell(event: DoorEvent): void {
  if (event.kind === "session") loginGiven = "";
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

/** The login name of the slip whose QR led here. It leaves the address at once: what stays in a history
 * would be there for the next one at this tablet; and it is forgotten as soon as somebody has come in. */
export let loginGiven = loginFrom(location.hash);

/** Asks who the node is and who is here. Trouble is asked again, so that nobody has to. */
export async function start(): Promise<void> {
  clearTimeout(retry);
  const byeSaid = location.hash === "#/bye";
  if (byeSaid || page.get().at === "in") {
    history.replaceState(null, "", "#/");
    page.set(pageFrom(location.hash));
  }
  const [hello, session] = await Promise.all([
    ask("node.show", undefined, undefined),
    ask("session.show", undefined, undefined),
  ]);
  if (hello.kind === "ok") node.set(hello.value);
  const event = startEvent(hello, session, byeSaid);
  tell(event);
  if (event.kind === "trouble") retry = setTimeout(() => void start(), retryMs);
}

/** Asks anew what the first page says of the node. */
export async function lookAtGate(): Promise<void> {
  const hello = await ask("node.show", undefined, undefined);
  if (hello.kind === "ok") node.set(hello.value);
}

function startEvent(hello: Outcome<Node>, session: Outcome<Session>, byeSaid: boolean): DoorEvent {
  if (hello.kind === "offline" || session.kind === "offline")
    return { kind: "trouble", what: "offline" };
  if (hello.kind === "refused") return { kind: "trouble", what: troubleOf(hello.problem) };
  if (hello.value.status !== "ok") return { kind: "trouble", what: "locked" };
  if (session.kind === "ok") return sessionEvent(session.value);
  if (session.problem.status === 401 || session.problem.status === 404)
    return { kind: "nobody", note: byeSaid ? "bye" : undefined };
  return { kind: "trouble", what: troubleOf(session.problem) };
}

function sessionEvent(session: Session): DoorEvent {
  return { kind: "session", session, canPasskey: canPasskey() };
}

export async function signIn(login: string, password: string): Promise<void> {
  if (login.trim() === "") return tell({ kind: "fault", fault: "need-login" });
  if (password === "") return tell({ kind: "fault", fault: "need-password" });
  tell({ kind: "asking" });
  hear(await ask("session.open", undefined, { login, password }), "wrong-sign-in");
}

export async function giveCode(code: string): Promise<void> {
  const digits = code.normalize("NFKC").replace(/\D/g, "");
  if (digits.length !== 6) return tell({ kind: "fault", fault: "need-code" });
  tell({ kind: "asking" });
  hear(await ask("session.second_factor", undefined, { code: digits }), "wrong-code");
}

/** A child's digits or pictures: "4711", "3-7-1". */
export async function giveStep(step: string): Promise<void> {
  tell({ kind: "asking" });
  hear(await ask("session.second_factor", undefined, { step }), "wrong-step");
}

/** Fewer were pressed than a step has. */
export function wantStep(kind: "pin" | "picture"): void {
  tell({ kind: "fault", fault: kind === "pin" ? "need-pin" : "need-pictures" });
}

/** Back to the name and the password. The session that knew them ends; it could do nothing by itself. */
export async function startOver(): Promise<void> {
  forgetPasskey();
  await ask("session.close", undefined, undefined);
  tell({ kind: "nobody", note: undefined });
}

let passkeyAsked: AbortController | undefined;

/** A passkey, alone at the first page or after the password. */
export async function usePasskey(): Promise<void> {
  passkeyAsked?.abort();
  const mine = new AbortController();
  passkeyAsked = mine;
  tell({ kind: "asking" });
  const options = await ask("session.passkey_options", undefined, undefined);
  if (options.kind !== "ok") return hear(options, "wrong-passkey");
  const glue = await import("./edge/passkey.js").catch(() => undefined);
  if (glue === undefined) return tell({ kind: "fault", fault: "offline" });
  const answer = await glue.askPasskey(options.value, mine.signal);
  if (passkeyAsked !== mine) return; // the reader chose something else meanwhile
  if (answer.kind === "done")
    return hear(await ask("session.passkey", undefined, answer.value), "wrong-passkey");
  tell({ kind: "fault", fault: answer.kind === "stopped" ? "stopped" : "wrong-passkey" });
}

/** What the node said to somebody at the door; `wrong`: what a plain no means there. */
function hear(
  answer: Outcome<Session> | Exclude<Outcome<unknown>, { kind: "ok" }>,
  wrong: Fault,
): void {
  if (answer.kind === "ok") return tell(sessionEvent(answer.value));
  if (answer.kind === "offline") return tell({ kind: "fault", fault: "offline" });
  const { problem } = answer;
  if (problem.status === 429) return tell({ kind: "fault", fault: "wait" });
  if (problem.code === "draining" || problem.code === "contract-ended")
    return tell({ kind: "fault", fault: problem.code });
  // Too many wrong second steps, or too long: the node has forgotten the password that was right.
  if (problem.code === "sign-in-needed" && door.get().at === "second")
    return tell({ kind: "nobody", note: "over" });
  if (problem.status < 500) return tell({ kind: "fault", fault: wrong });
  tell({ kind: "fault", fault: troubleOf(problem) });
}

export function chooseWay(way: Factor): void {
  forgetPasskey();
  tell({ kind: "way", way });
}

function forgetPasskey(): void {
  passkeyAsked?.abort();
  passkeyAsked = undefined;
}

/** Asks the node again where this session stands, after something was done that may have moved it. */
export async function lookAgain(note: Note = "ended"): Promise<void> {
  const session = await ask("session.show", undefined, undefined);
  if (session.kind === "ok") tell(sessionEvent(session.value));
  else if (session.kind === "refused" && session.problem.status === 401) ended(note);
}

export type Leaving = "no" | "asking" | "failed";
export const leaving = createStore<Leaving>("no");

/** Ends the visit. Only when the node has ended it does the page say good-bye: on a shared tablet
 * a session that looks ended and is not would be the next child's. The new document is what makes
 * sure that nothing of the old one stays. */
export async function leave(): Promise<void> {
  if (leaving.get() === "asking") return;
  forgetPasskey();
  leaving.set("asking");
  const lasting = keptLasting();
  const answer = await ask("session.close", undefined, undefined);
  const isOver = answer.kind === "ok" || (answer.kind === "refused" && answer.problem.status < 500);
  if (!isOver) return leaving.set("failed");
  keepDisplay(display.get()); // the node had the browser forget everything: these alone may stay
  keepLasting(lasting);
  forgetTab();
  hide();
  history.replaceState(null, "", "#/bye");
  location.reload();
}

/** The node no longer knows this visit: it was left alone too long, or ended elsewhere. */
export function ended(note: Note = "ended"): void {
  forgetPasskey();
  forgetTab();
  tell({ kind: "nobody", note });
}

/** The node ends a visit that is left alone, and says nothing: on a tablet that others may pick up the page
 * goes at the same time. Nothing is asked, for a question would be a use. */
function endIfUnused(): void {
  const now = door.get();
  if (now.at === "inside" && unusedMs() > now.who.idleMinutes * 60_000) ended();
}
const unusedLookMs = 15_000;

/** Nothing of a page may be seen that is about to go, or that a browser brings back out of its memory. */
function hide(): void {
  document.documentElement.classList.add("gone");
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
  setInterval(endIfUnused, unusedLookMs);
  // Another tab may have ended the visit, or the time may have: who comes back to the page sees no name
  // that is no longer here.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && door.get().at !== "outside") void lookAgain();
  });
  // A page that comes back out of the browser's memory may be another person's by now: it is put there
  // unseen, and made anew.
  addEventListener("pagehide", (event) => {
    if (event.persisted) hide();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}
