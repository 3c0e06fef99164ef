/** The staff's list of who is in the place: what is on top, who has been alone, what is asked again and when.
 * Pure; times are given. */

/** One child in the place, as far as the list is about it (GET console). */
export interface ConsoleLike {
  readonly account: string;
  readonly login: string;
  readonly name: string;
  /** Absent: at the entrance. */
  readonly floor?: string;
  /** Nobody answered or was answered for as long as the municipality says (AI-4.4-カ-ハ-2). */
  readonly is_alone: boolean;
  readonly switches: { readonly chat: boolean; readonly react: boolean; readonly mute: boolean };
  readonly sos?: { readonly state: string };
  readonly incidents: number;
}

export interface ConsoleFilter {
  readonly only: "all" | "alone" | "sos" | "stopped";
  readonly floor: string; // "" all of them
  readonly typed: string; // a part of a name or an ID
}

export const noConsoleFilter: ConsoleFilter = { only: "all", floor: "", typed: "" };

function isStopped({ switches }: ConsoleLike): boolean {
  return switches.chat || switches.react || switches.mute;
}

function isAsked(row: ConsoleLike, { only, floor, typed }: ConsoleFilter): boolean {
  if (floor !== "" && row.floor !== floor) return false;
  const part = typed.trim().normalize("NFKC").toLowerCase();
  const text = `${row.name} ${row.login}`.normalize("NFKC").toLowerCase();
  if (part !== "" && !text.includes(part)) return false;
  switch (only) {
    case "all":
      return true;
    case "alone":
      return row.is_alone;
    case "sos":
      return row.sos !== undefined || row.incidents > 0;
    case "stopped":
      return isStopped(row);
  }
}

function rankOf(row: ConsoleLike): number {
  if (row.sos !== undefined) return 0;
  if (row.incidents > 0) return 1;
  return row.is_alone ? 2 : 3;
}

/** Help first, then what happened, then who is alone; among equals by floor and name. */
function inOrder(a: ConsoleLike, b: ConsoleLike): number {
  return (
    rankOf(a) - rankOf(b) ||
    (a.floor ?? "").localeCompare(b.floor ?? "") ||
    a.name.localeCompare(b.name, "ja") ||
    (a.account < b.account ? -1 : 1)
  );
}

/** Who is shown, in order. `held`: the order of before, while somebody's hand is on the list: nothing moves
 * under it, and whoever is new comes last. */
export function rowsShown<R extends ConsoleLike>(
  rows: readonly R[],
  filter: ConsoleFilter,
  held?: readonly string[],
): readonly R[] {
  const found = rows.filter((row) => isAsked(row, filter)).sort(inOrder);
  if (held === undefined) return found;
  const at = new Map(held.map((account, i) => [account, i]));
  const placeOf = (row: R): number => at.get(row.account) ?? held.length;
  return found
    .map((row, i) => [row, i] as const)
    .sort(([a, i], [b, k]) => placeOf(a) - placeOf(b) || i - k)
    .map(([row]) => row);
}

/** The rows just told, where one that says what it said before is the very object of before: a view draws
 * again only what changed. */
export function sameRows<R extends { readonly account: string }>(
  before: readonly R[],
  now: readonly R[],
): readonly R[] {
  const known = new Map(before.map((row) => [row.account, row]));
  const next = now.map((row) => {
    const old = known.get(row.account);
    return old !== undefined && JSON.stringify(old) === JSON.stringify(row) ? old : row;
  });
  const isSame = next.length === before.length && next.every((row, i) => row === before[i]);
  return isSame ? before : next;
}

/** A floor without staff is alarming when children are on it. */
export interface ConsoleFloor {
  readonly id: string;
  readonly n_children: number;
  readonly n_staff: number;
  readonly staffless_since?: string;
}

export function stafflessOf<F extends ConsoleFloor>(floors: readonly F[]): readonly F[] {
  return floors.filter((one) => one.staffless_since !== undefined);
}

/* --- what is asked of the node, and when ------------------------------------------------------- */

export type WatchLine = "connecting" | "here" | "down";

/** What of the page is asked for. */
export type WatchPart = "list" | "calls" | "held";
export const watchParts: readonly WatchPart[] = ["list", "calls", "held"];

/** How each part stands: whether something happened since it was asked for, and when that was. */
interface PartState {
  readonly isDirty: boolean;
  readonly isAsking: boolean;
  readonly askedMs: number;
  readonly failed: boolean;
}

export interface Watch {
  readonly line: WatchLine;
  /** The parts that the page has: nothing else is asked for. */
  readonly wants: readonly WatchPart[];
  readonly parts: Readonly<Record<WatchPart, PartState>>;
}

const untold: PartState = { isDirty: true, isAsking: false, askedMs: -Infinity, failed: false };

export const watchAtStart: Watch = {
  line: "connecting",
  wants: watchParts,
  parts: { list: untold, calls: untold, held: untold },
};

export function watchWants(wants: readonly WatchPart[]): Watch {
  return { ...watchAtStart, wants };
}

const leastMs = 1000; // however much happens
const downMs = 5000; // nobody tells: ask
const hereMs = 30_000; // minutes go on, whatever is told

/** Which part an event of the line is about; undefined: none of this page's. */
const partsOf: Readonly<Record<string, readonly WatchPart[]>> = {
  console: ["list"],
  staffless: ["list"],
  "sos.new": ["calls", "list"],
  "sos.changed": ["calls", "list"],
  "incident.new": ["calls", "list"],
  "held.new": ["held"],
};

function withPart(watch: Watch, part: WatchPart, change: Partial<PartState>): Watch {
  return {
    ...watch,
    parts: { ...watch.parts, [part]: { ...watch.parts[part], ...change } },
  };
}

export function watchHears(watch: Watch, event: string): Watch {
  const parts = partsOf[event] ?? [];
  return parts.reduce((now, part) => withPart(now, part, { isDirty: true }), watch);
}

/** A line that came back may have missed something. */
export function watchLine(watch: Watch, line: WatchLine): Watch {
  if (line === watch.line) return watch;
  const next = { ...watch, line };
  if (line !== "here") return next;
  return watchParts.reduce((now, part) => withPart(now, part, { isDirty: true }), next);
}

/** A line that does not come about is down: nobody waits for it unknowingly. */
export function watchWaited(watch: Watch, waitedMs: number): Watch {
  return watch.line === "connecting" && waitedMs >= downMs ? { ...watch, line: "down" } : watch;
}

/** What is to be asked now; each is `watchAsks`ed at once and `watchGot` with its answer. */
export function watchDue(watch: Watch, nowMs: number): readonly WatchPart[] {
  return watch.wants.filter((part) => {
    const { isDirty, isAsking, askedMs, failed } = watch.parts[part];
    if (isAsking) return false;
    const waitedMs = nowMs - askedMs;
    if (waitedMs >= (watch.line === "here" && !failed ? hereMs : downMs)) return true;
    return isDirty && !failed && waitedMs >= leastMs;
  });
}

export function watchAsks(watch: Watch, part: WatchPart, nowMs: number): Watch {
  return withPart(watch, part, { isDirty: false, isAsking: true, askedMs: nowMs });
}

export function watchGot(watch: Watch, part: WatchPart, isOk: boolean): Watch {
  return withPart(watch, part, { isAsking: false, failed: !isOk });
}

/** Something done on this page: look now, do not wait to be told. */
export function watchDid(watch: Watch, part: WatchPart): Watch {
  return withPart(watch, part, { isDirty: true, askedMs: -Infinity });
}

/* --- what rings ------------------------------------------------------------------------------- */

/** Calls for help that nobody has answered: those that ring. */
export interface Ringing {
  readonly known: ReadonlySet<string>;
  readonly rangMs: number;
}

export const notRinging: Ringing = { known: new Set(), rangMs: -Infinity };
const ringAgainMs = 20_000;

/** Rings for each that is new, and again while one waits. */
export function ring(
  before: Ringing,
  waiting: readonly string[],
  nowMs: number,
): { readonly next: Ringing; readonly rings: boolean } {
  const isNew = waiting.some((one) => !before.known.has(one));
  const rings = isNew || (waiting.length > 0 && nowMs - before.rangMs >= ringAgainMs);
  return {
    next: { known: new Set(waiting), rangMs: rings ? nowMs : before.rangMs },
    rings,
  };
}
