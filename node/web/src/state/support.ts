/** Calls for help, incidents, who is called: what is done in which order. Pure. */

interface SosLike {
  readonly state: string;
}

/** Calls that nobody has taken yet: these ring. */
export function waitingOf<S extends SosLike>(all: readonly S[]): readonly S[] {
  return all.filter(({ state }) => state === "waiting" || state === "seen");
}

export interface Graded {
  readonly urgency: number;
  readonly severity: number;
}

/** 1 is low, 3 is high (AI-4.4-カ-ハ-1b). */
export function isGrave({ urgency, severity }: Graded): boolean {
  return urgency >= 3 || severity >= 3;
}

/** Urgent before serious before old; what is over comes last. */
export function incidentsInOrder<
  I extends Graded & { readonly at: string; readonly state: string },
>(all: readonly I[]): readonly I[] {
  const over = (one: I): number => (one.state === "closed" ? 1 : 0);
  return [...all].sort(
    (a, b) =>
      over(a) - over(b) ||
      b.urgency - a.urgency ||
      b.severity - a.severity ||
      (a.at < b.at ? 1 : a.at > b.at ? -1 : 0),
  );
}

/** The order of those who are called. */
export interface OnDuty {
  readonly account: string;
}

/** After one was moved up (-1) or down (1); the same list when there is no room. */
export function movedDuty<D extends OnDuty>(
  all: readonly D[],
  account: string,
  by: -1 | 1,
): readonly D[] {
  const at = all.findIndex((one) => one.account === account);
  const to = at + by;
  const one = all[at];
  const other = all[to];
  if (one === undefined || other === undefined) return all;
  return all.map((each, i) => (i === at ? other : i === to ? one : each));
}

/** What is to be decided so that the list stands in this order: who was not there, who stands elsewhere. */
export function dutyDecisions(
  before: readonly (OnDuty & { readonly position: number })[],
  after: readonly OnDuty[],
): readonly { readonly account: string; readonly position: number }[] {
  const was = new Map(before.map(({ account, position }) => [account, position]));
  return after
    .map(({ account }, i) => ({ account, position: i + 1 }))
    .filter(({ account, position }) => was.get(account) !== position);
}

/** Whom a mail of a purpose reaches: proved, in use, and asked for. */
export function reachedBy(
  receivers: readonly {
    readonly account: string;
    readonly channel: string;
    readonly kinds: readonly string[];
    readonly state: string;
  }[],
  purpose: string,
): ReadonlySet<string> {
  return new Set(
    receivers
      .filter((one) => one.channel === "mail" && one.state === "active")
      .filter((one) => one.kinds.includes(purpose))
      .map((one) => one.account),
  );
}
