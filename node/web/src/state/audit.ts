import { utcOfField } from "./time.js";

/** What is asked of the record of access, as typed. "" asks nothing of that kind. */
export interface AuditQuestion {
  readonly action: string;
  readonly account: string;
  readonly person: string;
  readonly from: string;
  readonly until: string;
}

export const noQuestion: AuditQuestion = {
  action: "",
  account: "",
  person: "",
  from: "",
  until: "",
};

/** The node's own words for it: times in microseconds since 1970. */
export function auditQuery(question: AuditQuestion): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  if (question.action !== "") found["action"] = question.action;
  for (const name of ["account", "person"] as const) {
    const id = question[name].trim().toLowerCase();
    if (id !== "") found[name] = id;
  }
  for (const name of ["from", "until"] as const) {
    const utc = utcOfField(question[name]);
    if (utc !== undefined) found[name] = `${String(Date.parse(utc))}000`;
  }
  return found;
}
