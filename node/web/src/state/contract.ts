import type { Contract, ContractChange } from "../wire.js";

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
  readonly isNew: boolean;
}

export function contractDraftOf(now: Contract | undefined): ContractDraft {
  return {
    title: now?.title ?? "",
    contractor: now?.contractor ?? "",
    begins_on: now?.begins_on ?? "",
    ends_on: now?.ends_on ?? "",
    trial_begins_on: now?.trial_begins_on ?? "",
    trial_ends_on: now?.trial_ends_on ?? "",
    n_student: String(now?.quota.student ?? 400),
    n_staff: String(now?.quota.staff ?? 100),
    n_guardian: String(now?.quota.guardian ?? 0),
    isNew: false,
  };
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

/** Another first day may mean the one that was decided ahead, which has versions of its own. */
function isOfNext(draft: ContractDraft, now: Contract): boolean {
  return now.next !== undefined && !draft.isNew && draft.begins_on !== now.begins_on;
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
  return {
    id,
    title: draft.title.trim(),
    contractor: draft.contractor.trim(),
    begins_on: draft.begins_on,
    ends_on: draft.ends_on,
    ...(draft.trial_begins_on === "" ? {} : { trial_begins_on: draft.trial_begins_on }),
    ...(draft.trial_ends_on === "" ? {} : { trial_ends_on: draft.trial_ends_on }),
    ...numbers,
    ...(now === undefined || isOfNext(draft, now) ? {} : { expected_version: now.version }),
    ...(now !== undefined && draft.isNew ? { is_new: true } : {}),
  };
}
