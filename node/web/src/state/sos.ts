/** A child's call for help, from the tap until somebody has answered: what the device keeps, what the node
 * has said, and what may honestly be shown. Pure; times are milliseconds since 1970. */

export const sosKinds = ["body", "scared", "sad", "talk", "other"] as const;
export type SosKind = (typeof sosKinds)[number];

/** What became of a call at the node. */
export type SosState = "waiting" | "seen" | "answered" | "closed" | "undone";
/** In the order in which they can follow. */
const states: readonly SosState[] = ["waiting", "seen", "answered", "closed", "undone"];

/** A call that the node has not answered for yet; all of it that is kept on a device. */
export interface Kept {
  readonly id: string;
  readonly atMs: number;
  /** By which whose it is can be checked, not found out (`markOf`): never sent as somebody else's. */
  readonly mark: string;
  readonly kind: SosKind | undefined;
  /** Taken back before the node had answered. */
  readonly isUndone: boolean;
}

/** A call that the node has. */
export interface Told {
  readonly id: string;
  readonly atMs: number;
  readonly kind: SosKind | undefined;
  readonly state: SosState;
  /** When that was, where the node says so. */
  readonly stateMs: number | undefined;
  readonly undoUntilMs: number | undefined;
}

export interface Sos {
  readonly kept: readonly Kept[];
  /** Newest first. */
  readonly told: readonly Told[];
}

export const sosAtStart: Sos = { kept: [], told: [] };

/** Four bytes of an id and a name (FNV-1a): the next child at the same tablet has another. */
export function markOf(id: string, name: string): string {
  let hash = 0x811c9dc5;
  for (const one of new TextEncoder().encode(`${id} ${name}`))
    hash = Math.imul(hash ^ one, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

function isOf(one: Kept, name: string): boolean {
  return one.mark === markOf(one.id, name);
}

/** How long a tap may be taken back. */
export const undoMs = 5000;

/* --- what stays on the device ------------------------------------------------------------------- */

export function keptText(kept: readonly Kept[]): string {
  return kept.length === 0 ? "" : JSON.stringify(kept);
}

/** Reads what `keptText` wrote; anything else is nothing. */
export function keptFrom(text: string): Kept[] {
  let got: unknown;
  try {
    got = JSON.parse(text);
  } catch {
    return [];
  }
  return Array.isArray(got) ? got.flatMap(oneKept) : [];
}

function oneKept(of: unknown): Kept[] {
  if (typeof of !== "object" || of === null) return [];
  const { id, atMs, mark, kind, isUndone } = of as Partial<Record<keyof Kept, unknown>>;
  if (typeof id !== "string" || typeof atMs !== "number" || typeof mark !== "string") return [];
  const known = sosKinds.find((one) => one === kind);
  return [{ id, atMs, mark, kind: known, isUndone: isUndone === true }];
}

/* --- what happens ------------------------------------------------------------------------------- */

export function called(now: Sos, id: string, name: string, atMs: number): Sos {
  if (now.kept.some((one) => one.id === id)) return now;
  const one: Kept = { id, atMs, mark: markOf(id, name), kind: undefined, isUndone: false };
  return { ...now, kept: [...now.kept, one] };
}

/** Only while the node has not answered; after that the node is told. */
export function undone(now: Sos, id: string): Sos {
  return { ...now, kept: changed(now.kept, id, (one) => ({ ...one, isUndone: true })) };
}

export function withKind(now: Sos, id: string, kind: SosKind | undefined): Sos {
  return {
    kept: changed(now.kept, id, (one) => ({ ...one, kind })),
    told: changed(now.told, id, (one) => ({ ...one, kind })),
  };
}

/** The node has it: nothing of it stays on the device. */
export function answered(now: Sos, told: Told): Sos {
  const before = now.told.find((one) => one.id === told.id);
  const kept = now.kept.filter((one) => one.id !== told.id);
  const next = before === undefined ? told : later(before, told);
  const others = now.told.filter((one) => one.id !== told.id);
  return { kept, told: [next, ...others].sort((a, b) => b.atMs - a.atMs) };
}

/** Nothing of it is anywhere any more. */
export function dropped(now: Sos, id: string): Sos {
  return {
    kept: now.kept.filter((one) => one.id !== id),
    told: now.told.filter((one) => one.id !== id),
  };
}

/** Answers of the node may overtake each other: what came of a call only goes on. */
function later(before: Told, next: Told): Told {
  const isLater = states.indexOf(next.state) >= states.indexOf(before.state);
  const { state, stateMs } = isLater ? next : before;
  return {
    ...next,
    state,
    stateMs: stateMs ?? before.stateMs,
    kind: next.kind ?? before.kind,
    undoUntilMs: next.undoUntilMs ?? before.undoUntilMs,
  };
}

function changed<T extends { readonly id: string }>(
  all: readonly T[],
  id: string,
  next: (one: T) => T,
): readonly T[] {
  return all.some((one) => one.id === id)
    ? all.map((one) => (one.id === id ? next(one) : one))
    : all;
}

/* --- what is shown ------------------------------------------------------------------------------ */

/** The call a reader is told of: the newest, whichever side has it. `waiting`: not with the node yet. */
export type Shown =
  | { readonly at: "none" }
  | { readonly at: "waiting"; readonly id: string; readonly atMs: number }
  | { readonly at: "told"; readonly told: Told };

export function shownOf(now: Sos, name: string): Shown {
  const mine = now.kept.filter((one) => isOf(one, name) && !one.isUndone);
  const kept = mine[mine.length - 1];
  const told = now.told[0];
  if (kept !== undefined && (told === undefined || kept.atMs >= told.atMs))
    return { at: "waiting", id: kept.id, atMs: kept.atMs };
  return told === undefined ? { at: "none" } : { at: "told", told };
}

/** Whether somebody may still come to it: another tap then shows how it stands and calls nobody twice. */
export function isOpen(shown: Shown): boolean {
  return (
    shown.at === "waiting" ||
    (shown.at === "told" && ["waiting", "seen"].includes(shown.told.state))
  );
}

/** Milliseconds in which the call may still be taken back; 0: no more. */
export function undoLeftMs(shown: Shown, nowMs: number): number {
  if (shown.at === "none") return 0;
  const until =
    shown.at === "waiting"
      ? shown.atMs + undoMs
      : shown.told.state !== "waiting"
        ? 0
        : Math.min(shown.told.undoUntilMs ?? 0, nowMs + undoMs); // clocks differ
  return Math.max(0, until - nowMs);
}

/** What the node should be asked next, or nothing. */
export function nextToSend(now: Sos, name: string): Kept | undefined {
  return now.kept.find((one) => isOf(one, name));
}

/** How long to wait before the next try (`n`: how many failed) and between two looks at an open call. */
export function retryMs(n: number): number {
  return Math.min(15_000, 1000 * 2 ** Math.min(n, 4));
}

/** The node is asked for an hour, no longer: a tablet that was left alone is not kept awake by it. */
export function lookMs(shown: Shown, nowMs: number): number | undefined {
  if (shown.at !== "told" || nowMs - shown.told.atMs > 3_600_000) return undefined;
  switch (shown.told.state) {
    case "waiting":
      return 10_000;
    case "seen":
      return 30_000;
    case "answered":
    case "closed":
    case "undone":
      return undefined;
  }
}
