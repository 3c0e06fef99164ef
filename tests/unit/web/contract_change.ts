/** What is sent of a planned change of contractor. */
import {
  contractChangeOf,
  contractDraftOf,
  dayAfter,
} from "../../../node/web/src/state/contract.ts";
import { changeDraftOf, changeOf, isAlone } from "../../../node/web/src/state/contract_change.ts";
import type { Contract, ContractorChangeAccount } from "../../../node/web/src/wire.ts";
import { suite } from "../../browser/t.ts";

const test = suite(import.meta.filename);
const numbers = { student: 50, staff: 20, guardian: 0 };
const before = Date.parse("2026-11-01T00:00:00Z");
const now: Contract = {
  contract: "c",
  version: 3,
  title: "委託",
  contractor: "はじめ社",
  begins_on: "2026-04-01",
  ends_on: "2027-03-31",
  quota: numbers,
  used: numbers,
  free: numbers,
  decided_at: "2026-04-01T00:00:00Z",
};

function account(id: string, role: string, state = "active"): ContractorChangeAccount {
  return { account: id, name: id, role, state, kind: "open", may_stay: role !== "contractor" };
}

const accounts = [
  account("firm", "contractor"),
  account("keeper", "supporter"),
  account("helper", "supporter"),
  account("gone", "supporter", "closed"),
];

test("a_change_begins_when_the_contract_has_ended", (t) => {
  t.req("CARD-13");
  const draft = changeDraftOf(now, before);
  t.eq([draft.day, draft.time, draft.begins_on], ["2027-04-01", "00:00", "2027-04-01"], "midnight");
  t.eq(dayAfter("2028-02-28"), "2028-02-29", "in a leap year, too");
  t.eq(changeOf(draft, "id", now, accounts), undefined, "who takes over is not known yet");
});

test("after_a_contract_that_has_run_out_the_next_one_begins_soon", (t) => {
  t.req("CARD-13");
  const draft = changeDraftOf(now, Date.parse("2027-04-02T14:50:30Z"));
  t.eq(
    [draft.day, draft.time, draft.begins_on],
    ["2027-04-03", "00:05", "2027-04-03"],
    "in 15 minutes",
  );
});

test("whoever_is_not_ticked_ends", (t) => {
  t.req("CARD-13");
  const draft = {
    ...changeDraftOf(now, before),
    title: " 次の委託 ",
    contractor: "つぎ社",
    ends_on: "2028-03-31",
    n_staff: "２０",
    stays: new Set(["keeper", "firm", "gone", "stranger"]),
  };
  const sent = changeOf(draft, "id", now, accounts);
  t.eq([sent?.staying, sent?.ending], [["keeper"], ["firm", "helper"]], "a contractor never stays");
  t.eq([sent?.ends_at, sent?.n_staff], ["2027-03-31T15:00:00.000Z", 20], "Japan's midnight");
  t.eq(sent?.expected_version, 3, "of the contract as it was seen");
  t.eq(changeOf({ ...draft, time: "" }, "id", now, accounts), undefined, "a time is needed");
});

test("a_place_is_alone_when_nobody_is_left_or_a_lesson_is", (t) => {
  t.req("CARD-13");
  t.eq(
    [
      isAlone({ kind: "duty_sos", n_ends: 2, n_left: 0 }),
      isAlone({ kind: "duty_sos", n_ends: 2, n_left: 1 }),
      isAlone({ kind: "lesson", n_ends: 1, n_left: 0 }),
      isAlone({ kind: "lesson", n_ends: 0, n_left: 0 }),
    ],
    [true, false, true, false],
    "by kind",
  );
});

test("a_contract_to_follow_begins_where_this_one_ends_and_is_corrected_as_its_own", (t) => {
  t.req("HI-3.3-5");
  const fresh = { ...contractDraftOf(now, "new"), ends_on: "2028-03-31" };
  t.eq(contractDraftOf(now, "new").ends_on, "", "its last day is for people to say");
  const sent = contractChangeOf(fresh, "id", now);
  t.eq(
    [sent?.begins_on, sent?.is_new, sent?.expected_version],
    ["2027-04-01", true, 3],
    "a new one",
  );
  const begins_on = dayAfter(new Date(Date.now() + 86_400_000).toISOString().slice(0, 10));
  const next = { ...now, contract: "d", version: 1, begins_on, ends_on: "9999-03-31" };
  const both: Contract = { ...now, next };
  const again = contractChangeOf(contractDraftOf(both, "next"), "id", both);
  t.eq(
    [again?.ends_on, again?.is_new, again?.expected_version],
    ["9999-03-31", undefined, 1],
    "that one",
  );
  const early = { ...contractDraftOf(both, "next"), begins_on: "2026-04-01" };
  const taken = contractChangeOf(early, "id", both);
  t.eq([taken?.is_new, taken?.expected_version], [true, 3], "or in place of this one, at once");
});
