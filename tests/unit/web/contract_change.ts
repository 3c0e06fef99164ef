/** What is sent of a planned change of contractor. */
import {
  changeDraftOf,
  changeOf,
  dayAfter,
  isAlone,
} from "../../../node/web/src/state/contract_change.ts";
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
