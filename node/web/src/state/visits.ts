import { utcOfField } from "./time.js";

/** What is asked of the record of visits, as typed. "" asks nothing of that kind. */
export interface VisitQuestion {
  readonly floor: string;
  readonly person: string;
  readonly from: string;
  readonly until: string;
}

export const noVisitQuestion: VisitQuestion = { floor: "", person: "", from: "", until: "" };

export function visitQuery(question: VisitQuestion): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  const person = question.person.trim().toLowerCase();
  if (question.floor !== "") found["floor"] = question.floor;
  if (person !== "") found["person"] = person;
  for (const name of ["from", "until"] as const) {
    const utc = utcOfField(question[name]);
    if (utc !== undefined) found[name] = utc;
  }
  return found;
}

/** A line of the record, as far as a stay is told from it. */
export interface VisitLine {
  readonly id: string;
  readonly visit: string;
  readonly at: string;
  readonly kind: "entry" | "move" | "exit" | "lost";
}

/** How long each stay that is over had lasted, in milliseconds, by the line that ends it; lines are newest
 * first. Who was lost and came back within the same visit has entered again: two stays. One whose entry is not
 * among the lines has none. */
export function staysOf(lines: readonly VisitLine[]): ReadonlyMap<string, number> {
  const entered = new Map<string, number>();
  const stays: [string, number][] = [];
  for (const { id, visit, at, kind } of [...lines].reverse()) {
    const from = entered.get(visit);
    if (kind === "entry") entered.set(visit, Date.parse(at));
    if (from === undefined || (kind !== "exit" && kind !== "lost")) continue;
    stays.push([id, Math.max(0, Date.parse(at) - from)]);
    entered.delete(visit);
  }
  return new Map(stays.reverse());
}
