/** Calls for help: kept on the device until the node has answered, sent again and again, and looked after
 * until somebody has come to them. Needs no line to the place. */
import { lookAgain, page } from "../control.js";
import { keepSos, keptSos } from "../edge/keep.js";
import { newId } from "../edge/id.js";
import {
  answered,
  called,
  dropped,
  isOpen,
  keptFrom,
  type Kept,
  keptText,
  lookMs,
  nextToSend,
  retryMs,
  type Sos,
  sosAtStart,
  type Shown,
  type SosKind,
  shownOf,
  undone,
  undoLeftMs,
  withKind,
} from "../state/sos.js";
import { createStore } from "../state/store.js";
import { call, mine, takeBack } from "./node.js";

export const sos = createStore<Sos>(sosAtStart);
/** Whether the panel stands open, and whether the reader asked for it just now. */
export const panel = createStore<"closed" | "told" | "asked">("closed");

let child: string | undefined; // who is in, as they are called; undefined: nobody
let isSending = false;
let nFailed = 0;
let sender: ReturnType<typeof setTimeout> | undefined;
let looker: ReturnType<typeof setTimeout> | undefined;

function shown(of: Sos = sos.get()): Shown {
  return child === undefined ? { at: "none" } : shownOf(of, child);
}

function change(next: Sos): void {
  const before = sos.get();
  if (next.kept !== before.kept) keepSos(keptText(next.kept));
  sos.set(next);
  clearTimeout(looker);
  const ms = lookMs(shown(next), Date.now());
  if (ms !== undefined && child !== undefined) looker = setTimeout(() => void look(), ms);
}

/** From now on whoever is in is this child; the result ends it. */
export function begin(whose: string): () => void {
  child = whose;
  change({ kept: keptFrom(keptSos()), told: [] });
  if (isOpen(shown())) panel.set("told");
  void send();
  void look();
  addEventListener("online", hurry);
  return () => {
    removeEventListener("online", hurry);
    clearTimeout(sender);
    clearTimeout(looker);
    child = undefined;
    panel.set("closed");
    sos.set(sosAtStart); // what is kept stays on the device
  };
}

function hurry(): void {
  void send();
  void look();
}

/** One tap: it is on the device before anything else happens. Where somebody may still come to an earlier
 * one, how that stands is shown. */
export function tap(atMs: number): void {
  if (!isOpen(shown())) again(atMs);
  panel.set("asked");
}

export function again(atMs: number): void {
  if (child === undefined) return;
  change(called(sos.get(), newId(), child, atMs));
  void send();
}

export function close(): void {
  panel.set("closed");
}

export async function undo(): Promise<void> {
  const seen = shown();
  if (seen.at === "waiting") {
    change(undone(sos.get(), seen.id));
    panel.set("closed");
    return send();
  }
  if (seen.at !== "told" || undoLeftMs(seen, Date.now()) === 0) return;
  const got = await takeBack(seen.told.id);
  if (got.kind === "done")
    change(answered(sos.get(), { ...seen.told, state: "undone", undoUntilMs: undefined }));
  else void look();
}

export async function choose(kind: SosKind): Promise<void> {
  const seen = shown();
  if (seen.at === "none") return;
  const id = seen.at === "waiting" ? seen.id : seen.told.id;
  change(withKind(sos.get(), id, kind));
  if (seen.at === "waiting") return send();
  const { atMs } = seen.told;
  for (let n = 0; n < 5; n++) {
    const got = await call({ id, atMs, mark: "", kind, isUndone: false }, page.get().at);
    if (got.kind === "told") change(withKind(sos.get(), id, got.told.kind)); // as the node has it
    if (got.kind !== "later") return;
    await new Promise((go) => setTimeout(go, retryMs(n)));
  }
}

/* --- to the node and back ----------------------------------------------------------------------- */

/** Everything that is kept, oldest first; what fails is tried again until it does not. */
async function send(): Promise<void> {
  if (isSending || child === undefined) return;
  isSending = true;
  clearTimeout(sender);
  const whose = child;
  let one: Kept | undefined;
  let isDone = true;
  while (isDone && whose === child && (one = nextToSend(sos.get(), whose)) !== undefined)
    isDone = await sendOne(one);
  isSending = false;
  if (isDone || child === undefined) nFailed = 0;
  else sender = setTimeout(() => void send(), retryMs(nFailed++));
}

async function sendOne(one: Kept): Promise<boolean> {
  const whose = child;
  const got = one.isUndone ? await takeBack(one.id) : await call(one, page.get().at);
  if (whose !== child) return false; // somebody else is in by now
  switch (got.kind) {
    case "told": {
      const now = sos.get().kept.find((other) => other.id === one.id);
      change(answered(sos.get(), { ...got.told, kind: got.told.kind ?? now?.kind }));
      if (now?.isUndone === true) void undoTold(one.id);
      else if (now?.kind !== undefined && now.kind !== one.kind) void choose(now.kind);
      return true;
    }
    case "done":
    case "late": // too late to take it back: how it stands is shown
      change(dropped(sos.get(), one.id));
      if (got.kind === "late") void look();
      return true;
    case "out":
      void lookAgain();
      return false;
    case "later":
      return false;
  }
}

async function undoTold(id: string): Promise<void> {
  const got = await takeBack(id);
  const told = sos.get().told.find((one) => one.id === id);
  if (got.kind === "done" && told !== undefined)
    change(answered(sos.get(), { ...told, state: "undone", undoUntilMs: undefined }));
  else void look();
}

/** How the calls of this child stand. News of one opens the panel again; nothing takes the focus. */
export async function look(): Promise<void> {
  const whose = child;
  if (whose === undefined) return;
  const got = await mine();
  if (whose !== child) return;
  if (got.kind !== "ok") return change({ ...sos.get() });
  const before = shown();
  let next = sos.get();
  for (const told of got.value) {
    const isUndone = next.kept.some((one) => one.id === told.id && one.isUndone);
    if (!isUndone) next = answered(next, told);
  }
  change({ ...next });
  const after = shown(next);
  const wasOf = before.at === "told" ? `${before.told.id} ${before.told.state}` : "";
  const isOf = after.at === "told" ? `${after.told.id} ${after.told.state}` : "";
  const isNews = wasOf !== isOf && (isOpen(after) || wasOf !== "");
  if (isNews && panel.get() === "closed" && isRecent(after)) panel.set("told");
}

const recentMs = 12 * 3_600_000;

function isRecent(of: Shown): boolean {
  return (
    of.at === "told" &&
    of.told.state !== "undone" &&
    of.told.state !== "closed" &&
    Date.now() - of.told.atMs < recentMs
  );
}
