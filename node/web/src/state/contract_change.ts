import type {
  Contract,
  ContractorChange,
  ContractorChangeAccount,
  ContractorChangeNew,
  ContractorChangePlace,
} from "../wire.js";
import { dayAfter, type NumberDraft, numbersOf } from "./contract.js";

/** What a person fills in about a change of contractor: text as typed, until it is sent. */
export interface ChangeDraft extends NumberDraft {
  readonly day: string;
  readonly time: string;
  readonly title: string;
  readonly contractor: string;
  readonly begins_on: string;
  readonly ends_on: string;
  readonly stays: ReadonlySet<string>;
}

const minute = 60000;

/** It begins as most changes are: at midnight, when the contract has ended, with as many IDs. After one that has
 * run out: soon, and yet so late that another can confirm it. */
export function changeDraftOf(now: Contract, clock = Date.now()): ChangeDraft {
  const midnight = dayAfter(now.ends_on);
  const isOver = Date.parse(`${midnight}T00:00:00+09:00`) <= clock;
  const soon = new Date(clock + (9 * 60 + 15) * minute).toISOString();
  const first = isOver ? soon.slice(0, 10) : midnight;
  return {
    day: first,
    time: isOver ? soon.slice(11, 16) : "00:00",
    title: "",
    contractor: "",
    begins_on: first,
    ends_on: "",
    n_student: String(now.quota.student),
    n_staff: String(now.quota.staff),
    n_guardian: String(now.quota.guardian),
    stays: new Set(),
  };
}

/** What is sent; `undefined` while something that is needed is missing. The node checks the rest. */
export function changeOf(
  draft: ChangeDraft,
  id: string,
  now: Contract,
  accounts: readonly ContractorChangeAccount[],
): ContractorChangeNew | undefined {
  const numbers = numbersOf(draft);
  const needed = [draft.title, draft.contractor, draft.begins_on, draft.ends_on];
  const at = Date.parse(`${draft.day}T${draft.time}:00+09:00`);
  if (numbers === undefined || needed.some((one) => one.trim() === "") || Number.isNaN(at))
    return undefined;
  const open = accounts.filter((one) => one.state !== "closed");
  const staying = open.filter((one) => one.may_stay && draft.stays.has(one.account));
  return {
    id,
    ends_at: new Date(at).toISOString(),
    title: draft.title.trim(),
    contractor: draft.contractor.trim(),
    begins_on: draft.begins_on,
    ends_on: draft.ends_on,
    ...numbers,
    expected_version: now.version,
    ending: open.filter((one) => !staying.includes(one)).map((one) => one.account),
    staying: staying.map((one) => one.account),
  };
}

export function stepOf(
  of: ContractorChange,
  kind: ContractorChange["steps"][number]["kind"],
): ContractorChange["steps"][number] | undefined {
  return of.steps.find((one) => one.kind === kind);
}

/** Nobody is left, or lessons have nobody who gives them. */
export function isAlone(place: ContractorChangePlace): boolean {
  return place.kind === "lesson" ? place.n_ends > 0 : place.n_left === 0;
}
