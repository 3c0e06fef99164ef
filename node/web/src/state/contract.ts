import type { Contract, ContractChange } from "../wire.js";

/** Which contract a decision is about: the one in force, the one decided ahead, or a new one. */
export type About = "now" | "next" | "new";

/** What a person fills in about a contract: text as typed, until it is sent. */
export interface ContractDraft {
  readonly title: string;
  readonly contractor: string;
  readonly begins_on: string;
  readonly ends_on: string;
  readonly trial_begins_on: string;
  readonly trial_ends_on: string;
  readonly n_student: string;
  readonly n_staff: string;
  readonly n_guardian: string;
  readonly about: About;
}

/** Begun with what is known: of a new one all but its last day, for it goes on where this one ends. */
export function contractDraftOf(now: Contract | undefined, about: About = "now"): ContractDraft {
  const of = about === "next" ? (now?.next ?? now) : now;
  const isNew = about === "new" && now !== undefined;
  return {
    title: of?.title ?? "",
    contractor: now?.contractor ?? "",
    begins_on: isNew ? dayAfter(now.ends_on) : (of?.begins_on ?? ""),
    ends_on: isNew ? "" : (of?.ends_on ?? ""),
    trial_begins_on: isNew ? "" : (of?.trial_begins_on ?? ""),
    trial_ends_on: isNew ? "" : (of?.trial_ends_on ?? ""),
    n_student: String(of?.quota.student ?? 400),
    n_staff: String(of?.quota.staff ?? 100),
    n_guardian: String(of?.quota.guardian ?? 0),
    about,
  };
}

/** The day after: "2027-03-31" -> "2027-04-01". */
export function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86400000).toISOString().slice(0, 10);
}

/** Whether it would begin only after today; a new one that does not holds at once. */
export function isAhead(draft: ContractDraft, clock = Date.now()): boolean {
  return Date.parse(`${draft.begins_on}T00:00:00+09:00`) > clock;
}

function numberOf(typed: string): number | undefined {
  const plain = typed.trim().normalize("NFKC"); // full-width digits mean the same
  return /^\d{1,6}$/.test(plain) ? Number(plain) : undefined;
}

/** The numbers of IDs as they were typed. */
export type NumberDraft = Pick<ContractDraft, "n_student" | "n_staff" | "n_guardian">;
export function numbersOf(
  draft: NumberDraft,
): { n_student: number; n_staff: number; n_guardian: number } | undefined {
  const n_student = numberOf(draft.n_student);
  const n_staff = numberOf(draft.n_staff);
  const n_guardian = numberOf(draft.n_guardian);
  if (n_student === undefined || n_staff === undefined || n_guardian === undefined)
    return undefined;
  return { n_student, n_staff, n_guardian };
}

/** What is sent; `undefined` while something that is needed is missing. The node checks the rest. */
export function contractChangeOf(
  draft: ContractDraft,
  id: string,
  now: Contract | undefined,
): ContractChange | undefined {
  const numbers = numbersOf(draft);
  const needed = [draft.title, draft.contractor, draft.begins_on, draft.ends_on];
  if (numbers === undefined || needed.some((one) => one.trim() === "")) return undefined;
  // What was decided ahead and is now to hold at once takes over as any other new one.
  const isNext = draft.about === "next" && isAhead(draft);
  return {
    id,
    title: draft.title.trim(),
    contractor: draft.contractor.trim(),
    begins_on: draft.begins_on,
    ends_on: draft.ends_on,
    ...(draft.trial_begins_on === "" ? {} : { trial_begins_on: draft.trial_begins_on }),
    ...(draft.trial_ends_on === "" ? {} : { trial_ends_on: draft.trial_ends_on }),
    ...numbers,
    ...(now === undefined
      ? {}
      : { expected_version: (isNext ? now.next : now)?.version ?? now.version }),
    ...(now !== undefined && draft.about !== "now" && !isNext ? { is_new: true } : {}),
  };
}
