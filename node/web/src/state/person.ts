import type { PersonDetail, Role } from "../wire.js";
import { mayApprove, mayIssue, mayRequest } from "./people.js";

/** What can be done with one person's ID just now. The node decides; this spares buttons that would be
 * answered with "not found". */
export type Act =
  | "request"
  | "approve"
  | "issue"
  | "print"
  | "suspend"
  | "resume"
  | "reset"
  | "unlock"
  | "recover-ask"
  | "recover-grant"
  | "close"
  | "merge";

type Known = Pick<
  PersonDetail,
  "role" | "state" | "locked_until" | "may_work" | "is_self" | "n_sessions" | "kind"
>;

export function actsOf(person: Known, viewer: string | undefined): readonly Act[] {
  const { state } = person;
  const isIn = state === "issued" || state === "active";
  const isAdult = person.role !== undefined && person.role !== "student";
  const mayAsk = mayIssue(viewer) && isIn && isAdult && person.is_self !== true;
  if (person.may_work !== true)
    // Who oversees the contractor can be asked for by one, never let in by one.
    return mayAsk && person.n_sessions !== undefined ? ["recover-ask"] : [];
  const found: Act[] = [];
  const add = (act: Act, may: boolean): void => void (may ? found.push(act) : undefined);
  add("unlock", isIn && person.locked_until !== undefined);
  add("request", state === undefined && mayRequest(viewer));
  add("approve", state === "requested" && mayApprove(viewer));
  add("issue", state === "approved" && mayIssue(viewer));
  add("print", isIn && mayIssue(viewer));
  add("reset", isIn);
  add("recover-ask", mayAsk);
  add("recover-grant", mayAsk);
  add("suspend", isIn);
  add("resume", state === "suspended");
  add("close", state !== undefined && state !== "closed" && mayIssue(viewer));
  add("merge", mayIssue(viewer));
  return found;
}

type RoleId = Exclude<Role, "anonymous">;

/** The roles somebody of the register can be asked for. */
export function rolesFor(kind: PersonDetail["kind"], viewer: string | undefined): RoleId[] {
  if (viewer === "school_staff" || kind === "student") return ["student"];
  if (kind === "guardian") return ["guardian"];
  const staff: RoleId[] = [
    "school_staff",
    "supporter",
    "instructor",
    "guest_teacher",
    "commissioner",
    "contractor",
    "auditor",
    "data_holder",
    "analyst",
    "coordinator",
  ];
  return kind === "staff" ? staff : ["student", "guardian", ...staff];
}

/** Grades as rosters write them, in order. */
export const grades = [
  ...["P1", "P2", "P3", "P4", "P5", "P6"],
  ...["J1", "J2", "J3"],
  ...["H1", "H2", "H3"],
] as const;

/** The last instant of a day in Japan. */
export function endOfDay(day: string): string {
  return new Date(`${day}T23:59:59+09:00`).toISOString();
}

/** What was typed of a name while the input method still showed its reading; "" when it was no kana. */
export function readingOf(composing: string): string {
  const kana = composing.replace(/[a-zA-Zａ-ｚＡ-Ｚ]+$/, "");
  return /^[\p{Script=Hiragana}\p{Script=Katakana}ー]+$/u.test(kana) ? katakana(kana) : "";
}

function katakana(kana: string): string {
  return kana.replace(/[\u3041-\u3096]/g, (one) => String.fromCharCode(one.charCodeAt(0) + 0x60));
}
