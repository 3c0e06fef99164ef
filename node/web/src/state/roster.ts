import { severityOfErrors } from "../words/roster.js";
import type { RosterCount, RosterFinding, RosterImport } from "../wire.js";

/** What the node takes at most as the body of roster.check. */
export const zipMostBytes = 16 * 1024 * 1024;

/** Kinds in the order in which people look at them. */
export const rosterKinds = [
  "person",
  "org",
  "class",
  "enrolment",
  "role",
  "course",
  "session",
] as const;
export type RosterKind = (typeof rosterKinds)[number];

export const rosterMoves = ["added", "changed", "left", "returned", "kept_out"] as const;

const noCount = { added: 0, changed: 0, left: 0, returned: 0, kept_out: 0 };

export function countOf(one: RosterImport, kind: RosterKind): RosterCount {
  return one.counts.items.find((item) => item.kind === kind) ?? { kind, ...noCount };
}

export function isSame(count: RosterCount): boolean {
  return rosterMoves.every((move) => count[move] === 0);
}

/** Errors and cautions apart, as the node's own words for severity tell them. */
export function bySeverity(findings: readonly RosterFinding[]): {
  readonly errors: readonly RosterFinding[];
  readonly warnings: readonly RosterFinding[];
} {
  const isError = (one: RosterFinding): boolean => one.severity === severityOfErrors;
  return {
    errors: findings.filter(isError),
    warnings: findings.filter((one) => !isError(one)),
  };
}

/** The Japanese school year (from April) of an instant. */
export function schoolYearOf(at: Date): number {
  const inJapan = new Date(at.getTime() + 9 * 3600_000);
  return inJapan.getUTCFullYear() - (inJapan.getUTCMonth() < 3 ? 1 : 0);
}

/** One page of a list whose cursor is a number. */
export function numbered<T>(page: { readonly items: readonly T[]; readonly next?: number }): {
  readonly items: readonly T[];
  readonly next?: string;
} {
  return page.next === undefined
    ? { items: page.items }
    : { items: page.items, next: String(page.next) };
}
