import type { Person } from "../wire.js";

/** What the list of people is asked for. "" asks nothing of that kind. */
export interface PeopleQuestion {
  readonly q: string;
  readonly school: string;
  readonly state: string;
  readonly role: string;
}

export const everybody: PeopleQuestion = { q: "", school: "", state: "", role: "" };

export function peopleQuery(question: PeopleQuestion): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(question).flatMap(([name, value]: [string, string]) =>
      value.trim() === "" ? [] : [[name, value.trim()]],
    ),
  );
}

/** The best that this viewer may call a person by. */
export function callName(person: Pick<Person, "name" | "display_name" | "login">): string {
  return [person.name, person.display_name, person.login].find((one) => one) ?? "";
}

export type Chosen = ReadonlySet<string>;

export function toggled(chosen: Chosen, id: string): Chosen {
  const next = new Set(chosen);
  if (!next.delete(id)) next.add(id);
  return next;
}

/** Those of the list who are chosen and in one of the states; in the order of the list. */
export function chosenIn(
  people: readonly Person[],
  chosen: Chosen,
  states: readonly Person["state"][],
): string[] {
  return people
    .filter((one) => chosen.has(one.id) && states.includes(one.state))
    .map((one) => one.id);
}

export const states = [
  "requested",
  "approved",
  "issued",
  "active",
  "suspended",
  "closed",
] as const satisfies readonly Person["state"][];

/** What a role may do with IDs; the node decides, this only spares useless buttons. */
export function mayApprove(role: string | undefined): boolean {
  return role === "commissioner";
}
export function mayIssue(role: string | undefined): boolean {
  return role === "commissioner" || role === "contractor";
}
/** Whose first password a role may hand out: those the board trusts get it from the board alone. */
export function mayHandOut(role: string | undefined, of: Person["role"]): boolean {
  if (role === "commissioner") return true;
  const open: readonly Person["role"][] = [
    "student",
    "guardian",
    "supporter",
    "instructor",
    "guest_teacher",
    "contractor",
  ];
  return role === "contractor" && open.includes(of);
}
export function mayRequest(role: string | undefined): boolean {
  return mayIssue(role) || role === "school_staff";
}

/** What someone of the roster is asked an ID for; another role is chosen on the person's own page. */
export function roleOfKind(kind: Person["kind"]): "student" | "guardian" | "school_staff" {
  switch (kind) {
    case "guardian":
      return "guardian";
    case "staff":
      return "school_staff";
    case "student":
    case undefined:
      return "student";
  }
}
