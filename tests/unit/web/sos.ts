/** A child's call for help: kept until the node has it, honest about what is known, taken back in time. */
import {
  answered,
  called,
  dropped,
  isOpen,
  keptFrom,
  keptText,
  lookMs,
  markOf,
  nextToSend,
  retryMs,
  type Sos,
  sosAtStart,
  type SosState,
  shownOf,
  type Told,
  undoLeftMs,
  undone,
  undoMs,
  withKind,
} from "../../../node/web/src/state/sos.js";
import { suite } from "../../browser/t.ts";

const test = suite(import.meta.filename);
const me = "ウミウシ";

function told(id: string, state: SosState, more: Partial<Told> = {}): Told {
  return {
    id,
    atMs: 1000,
    kind: undefined,
    state,
    stateMs: undefined,
    undoUntilMs: undefined,
    ...more,
  };
}

test("a_tap_is_kept_until_the_node_has_answered", (t) => {
  t.req("NI-2.3-b2");
  const now = called(sosAtStart, "s1", me, 1000);
  t.eq(called(now, "s1", me, 2000), now, "one id, one call");
  t.eq(keptFrom(keptText(now.kept)), now.kept, "a page that is loaded again knows it");
  t.eq(nextToSend(now, me)?.id, "s1", "it goes out");
  t.eq(nextToSend(now, "another"), undefined, "never as somebody else's");
  t.eq(shownOf(now, me), { at: "waiting", id: "s1", atMs: 1000 }, "and is said to be waiting");
  t.eq(shownOf(now, "another"), { at: "none" }, "to nobody else");
  const has = answered(now, told("s1", "waiting"));
  t.eq([has.kept, keptText(has.kept)], [[], ""], "then nothing stays on the device");
  t.eq(shownOf(has, me).at, "told", "the node has it");
});

test("nothing_but_an_id_a_kind_a_time_and_whose_is_kept", (t) => {
  const now = withKind(called(sosAtStart, "s1", me, 1000), "s1", "sad");
  t.eq(
    Object.keys((JSON.parse(keptText(now.kept)) as object[])[0] ?? {}).sort(),
    ["atMs", "id", "isUndone", "kind", "mark"],
    "no name, no text, no place",
  );
  t.ok(!keptText(now.kept).includes(me), "whose it is can be checked, not read");
  t.ok(markOf("s1", me) !== markOf("s2", me), "nor is one child known by it twice");
});

test("what_cannot_be_read_is_nothing", (t) => {
  const rows = ["", "{", "null", "[1]", '[{"id":1}]', '[{"id":"a","atMs":"x","mark":"b"}]'];
  for (const text of rows) t.eq(keptFrom(text), [], text);
  const odd = '[{"id":"a","atMs":1,"mark":"b","kind":"of-a-newer-client"}]';
  t.eq(keptFrom(odd)[0]?.kind, undefined, "a kind that is not known is none");
});

test("several_calls_are_several_calls", (t) => {
  let now = called(called(sosAtStart, "s1", me, 1000), "s2", me, 2000);
  t.eq([nextToSend(now, me)?.id, now.kept.length], ["s1", 2], "the oldest first, none merged");
  now = answered(now, told("s1", "waiting"));
  t.eq(nextToSend(now, me)?.id, "s2", "then the next");
  t.eq(shownOf(now, me).at, "waiting", "and the newest is the one that is shown");
});

test("answers_that_overtake_each_other_only_go_on", (t) => {
  let now: Sos = answered(
    called(sosAtStart, "s1", me, 1000),
    told("s1", "seen", { stateMs: 5000 }),
  );
  now = answered(now, told("s1", "waiting"));
  t.eq([now.told[0]?.state, now.told[0]?.stateMs], ["seen", 5000], "seen stays seen");
  now = answered(now, told("s1", "answered", { stateMs: 6000 }));
  t.eq(now.told[0]?.state, "answered", "and goes on");
  now = answered(now, told("s2", "waiting", { atMs: 9000 }));
  t.eq(now.told.map((one) => one.id), ["s2", "s1"], "newest first"); // prettier-ignore
});

test("a_tap_can_be_taken_back_for_five_seconds", (t) => {
  const now = called(sosAtStart, "s1", me, 1000);
  t.eq(undoLeftMs(shownOf(now, me), 1000), undoMs, "at once");
  t.eq(undoLeftMs(shownOf(now, me), 1000 + undoMs), 0, "then no more");
  const back = undone(now, "s1");
  t.eq(shownOf(back, me).at, "none", "the reader sees none");
  t.eq(nextToSend(back, me)?.isUndone, true, "the node may have it: it is told");
  t.eq(dropped(back, "s1"), sosAtStart, "and then nothing is left");
  const has = answered(now, told("s1", "waiting", { undoUntilMs: 7000 }));
  t.eq(undoLeftMs(shownOf(has, me), 3000), 4000, "as long as the node says");
  t.eq(undoLeftMs(shownOf(has, me), 1000), undoMs, "never longer than that, whatever the clocks");
  const seen = answered(has, told("s1", "seen"));
  t.eq(undoLeftMs(shownOf(seen, me), 3000), 0, "what was seen was seen");
  t.eq(undoLeftMs({ at: "none" }, 0), 0, "where there is none");
});

test("a_second_tap_shows_how_the_first_stands_while_somebody_may_come", (t) => {
  const rows: readonly [SosState, boolean][] = [
    ["waiting", true],
    ["seen", true],
    ["answered", false],
    ["closed", false],
    ["undone", false],
  ];
  for (const [state, want] of rows)
    t.eq(isOpen(shownOf(answered(sosAtStart, told("s", state)), me)), want, state);
  t.ok(isOpen(shownOf(called(sosAtStart, "s", me, 1), me)), "on its way");
});

test("a_call_is_tried_and_looked_after_at_a_calm_pace", (t) => {
  t.eq([0, 1, 2, 3, 4, 50].map(retryMs), [1000, 2000, 4000, 8000, 15000, 15000], "tries");
  const at = (state: SosState, nowMs: number): number | undefined =>
    lookMs(shownOf(answered(sosAtStart, told("s", state)), me), nowMs);
  t.eq([at("waiting", 2000), at("seen", 2000), at("closed", 2000)], [10_000, 30_000, undefined], "looks"); // prettier-ignore
  t.eq(at("waiting", 4_000_000), undefined, "not for ever: a tablet left alone goes to sleep");
  t.eq(lookMs({ at: "none" }, 0), undefined, "nor for nothing");
});
