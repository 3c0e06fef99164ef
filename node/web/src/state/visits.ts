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
