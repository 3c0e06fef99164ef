/** The staff's list: order, filters, when the node is asked again, what rings. */
import {
  type ConsoleLike,
  noConsoleFilter,
  notRinging,
  ring,
  rowsShown,
  sameRows,
  stafflessOf,
  type Watch,
  watchAsks,
  watchAtStart,
  watchDid,
  watchDue,
  watchGot,
  watchHears,
  watchLine,
  watchWaited,
  type WatchPart,
  watchParts,
} from "../../../node/web/src/state/console.js";
import { suite } from "../../browser/t.ts";

const test = suite(import.meta.filename);

function row(account: string, change: Partial<ConsoleLike> = {}): ConsoleLike {
  return {
    account,
    login: `id-${account}`,
    name: account,
    floor: "plaza",
    is_alone: false,
    switches: { chat: false, react: false, mute: false },
    incidents: 0,
    ...change,
  };
}

function names(rows: readonly ConsoleLike[]): string {
  return rows.map((one) => one.account).join(" ");
}

const town = [
  row("e", { floor: "quiet" }),
  row("d"),
  row("c", { is_alone: true }),
  row("b", { incidents: 2 }),
  row("a", { sos: { state: "waiting" }, floor: "quiet" }),
  row("f", { switches: { chat: true, react: false, mute: false } }),
];

test("help_stands_first_then_what_happened_then_who_is_alone", (t) => {
  t.req("AI-4.4-カ-ハ-2");
  t.eq(names(rowsShown(town, noConsoleFilter)), "a b c d f e", "in order");
});

test("the_list_is_filtered_by_what_matters", (t) => {
  const shown = (change: Partial<typeof noConsoleFilter>): string =>
    names(rowsShown(town, { ...noConsoleFilter, ...change }));
  t.eq(shown({ only: "alone" }), "c", "alone");
  t.eq(shown({ only: "sos" }), "a b", "with a call or an incident");
  t.eq(shown({ only: "stopped" }), "f", "with something stopped");
  t.eq(shown({ floor: "quiet" }), "a e", "on one floor");
  t.eq(shown({ typed: "ＩＤ-e" }), "e", "by ID, whatever the width");
  t.eq(shown({ typed: "z" }), "", "nobody");
});

test("nothing_moves_under_a_hand", (t) => {
  const held = ["d", "e", "a"];
  t.eq(
    names(rowsShown(town, noConsoleFilter, held)),
    "d e a b c f",
    "those of before stay, who is new comes last in order",
  );
});

test("rows_that_say_the_same_stay_the_same_objects", (t) => {
  const before = [row("a"), row("b")];
  const now = [row("a"), row("b", { is_alone: true })];
  const next = sameRows(before, now);
  t.ok(next[0] === before[0] && next[1] !== before[1], "only the one that changed is another");
  t.ok(sameRows(before, [row("a"), row("b")]) === before, "and nothing at all when none did");
  t.eq(sameRows(before, [row("b")]).length, 1, "who left is gone");
});

test("a_floor_without_staff_is_told_when_the_node_says_so", (t) => {
  t.req("AI-4.4-カ-ア");
  const floors = [
    { id: "plaza", n_children: 3, n_staff: 0, staffless_since: "2026-06-01T01:00:00Z" },
    { id: "quiet", n_children: 0, n_staff: 0 },
  ];
  t.eq(
    stafflessOf(floors).map((one) => one.id),
    ["plaza"],
    "an empty one alarms nobody",
  );
});

/** Asks for whatever is due at a time and has it answered. */
function round(watch: Watch, nowMs: number, isOk = true): [Watch, readonly WatchPart[]] {
  const due = watchDue(watch, nowMs);
  const next = due.reduce((now, part) => watchGot(watchAsks(now, part, nowMs), part, isOk), watch);
  return [next, due];
}

test("the_node_is_asked_when_something_happened_at_most_once_a_second", (t) => {
  let [watch, due] = round(watchLine(watchAtStart, "here"), 0);
  t.eq(due, watchParts, "everything at first");
  [watch, due] = round(watch, 10_000);
  t.eq(due, [], "nothing happened");
  watch = watchHears(watchHears(watch, "console"), "wave");
  [watch, due] = round(watch, 10_100);
  t.eq(due, ["list"], "the part it is about, others pass by");
  watch = watchHears(watchHears(watch, "console"), "sos.new");
  [watch, due] = round(watch, 10_500);
  t.eq(due, ["calls"], "a call at once, the list not twice in a second");
  [watch, due] = round(watch, 11_200);
  t.eq(due, ["list"], "but then");
  [watch, due] = round(watchHears(watch, "held.new"), 12_000);
  t.eq(due, ["held"], "what is held");
  [watch, due] = round(watch, 45_000);
  t.eq(due, watchParts, "minutes go on without a word");
  [watch, due] = round(watchDid(watch, "list"), 45_100);
  t.eq(due, ["list"], "after an act of one's own there is no wait");
});

test("without_a_line_the_node_is_asked_every_five_seconds", (t) => {
  let [watch, due] = round(watchLine(watchAtStart, "down"), 0);
  [watch, due] = round(watch, 4900);
  t.eq(due, [], "not before");
  [watch, due] = round(watch, 5000);
  t.eq(due, watchParts, "then all of it");
  [watch, due] = round(watchLine(watch, "here"), 6100);
  t.eq(due, watchParts, "a line that is back may have missed something");
  t.ok(watchLine(watch, "here") === watch, "the same again is nothing new");
  t.eq(
    [watchWaited(watchAtStart, 4999).line, watchWaited(watchAtStart, 5000).line],
    ["connecting", "down"],
    "one that never came is down, too",
  );
  t.ok(watchWaited(watch, 9000) === watch, "one that is here is not");
});

test("an_answer_that_failed_is_not_asked_for_in_a_rush", (t) => {
  let watch = watchLine(watchAtStart, "here");
  let due: readonly WatchPart[];
  [watch] = round(watch, 0, false);
  [watch, due] = round(watchHears(watch, "console"), 2000);
  t.eq(due, [], "five seconds pass, whatever is told");
  [watch, due] = round(watch, 5000);
  t.eq(due, watchParts, "then again");
  const asking = watchAsks(watch, "list", 9000);
  t.ok(!watchDue(asking, 60_000).includes("list"), "one question at a time");
});

test("each_call_rings_once_and_again_while_it_waits", (t) => {
  t.req("NI-2.3-b2");
  let got = ring(notRinging, ["s1"], 0);
  t.ok(got.rings, "a new one");
  got = ring(got.next, ["s1"], 5000);
  t.ok(!got.rings, "not all the time");
  got = ring(got.next, ["s1", "s2"], 6000);
  t.ok(got.rings, "another one");
  got = ring(got.next, ["s1"], 26_000);
  t.ok(got.rings, "again, while one waits");
  got = ring(got.next, [], 90_000);
  t.ok(!got.rings, "never for nothing");
  got = ring(got.next, ["s1"], 91_000);
  t.ok(got.rings, "one that waits once more");
});
