/** Calls, incidents, who is called, a child's steps: order and counting. */
import { standingsOf, stepNow } from "../../../node/web/src/state/child.js";
import {
  dutyDecisions,
  incidentsInOrder,
  isGrave,
  movedDuty,
  reachedBy,
  waitingOf,
} from "../../../node/web/src/state/support.js";
import { suite } from "../../browser/t.ts";

const test = suite(import.meta.filename);

test("the_urgent_stand_first_then_the_serious_then_the_new", (t) => {
  t.req("AI-4.4-カ-ハ-1b");
  const one = (id: string, urgency: number, severity: number, at: string, state = "new") => ({
    id,
    urgency,
    severity,
    at,
    state,
  });
  const got = incidentsInOrder([
    one("old", 1, 1, "2026-06-01"),
    one("new", 1, 1, "2026-06-02"),
    one("over", 3, 3, "2026-06-03", "closed"),
    one("serious", 1, 3, "2026-06-01"),
    one("urgent", 3, 1, "2026-06-01"),
  ]);
  t.eq(
    got.map(({ id }) => id),
    ["urgent", "serious", "new", "old", "over"],
    "what is over comes last, whatever it was",
  );
  t.eq(
    [isGrave({ urgency: 3, severity: 1 }), isGrave({ urgency: 2, severity: 2 })],
    [true, false],
    "one of the two at its highest is grave",
  );
});

test("calls_ring_until_somebody_takes_them", (t) => {
  t.req("NI-2.3-b2");
  const states = ["waiting", "seen", "answered", "closed", "undone"].map((state) => ({ state }));
  t.eq(
    waitingOf(states).map(({ state }) => state),
    ["waiting", "seen"],
    "seen is not answered",
  );
});

test("who_is_called_is_moved_by_as_few_decisions_as_it_takes", (t) => {
  const all = ["a", "b", "c"].map((account, i) => ({ account, position: i + 1 }));
  const names = (list: readonly { account: string }[]): string =>
    list.map(({ account }) => account).join(" ");
  t.eq(names(movedDuty(all, "c", -1)), "a c b", "up");
  t.eq(names(movedDuty(all, "a", 1)), "b a c", "down");
  t.ok(movedDuty(all, "a", -1) === all && movedDuty(all, "x", 1) === all, "no room, nobody");
  t.eq(
    dutyDecisions(all, movedDuty(all, "c", -1)),
    [
      { account: "c", position: 2 },
      { account: "b", position: 3 },
    ],
    "who stays where they were is not decided upon",
  );
  const gaps = [
    { account: "a", position: 2 },
    { account: "b", position: 2 },
  ];
  t.eq(
    dutyDecisions(gaps, movedDuty(gaps, "b", -1)),
    [{ account: "b", position: 1 }],
    "two at one place are told apart",
  );
});

test("a_mail_reaches_who_proved_an_address_for_it", (t) => {
  const one = (account: string, change: object = {}) => ({
    account,
    channel: "mail",
    kinds: ["sos"],
    state: "active",
    ...change,
  });
  t.eq(
    [
      ...reachedBy(
        [
          one("a"),
          one("b", { state: "proving" }),
          one("c", { channel: "webhook" }),
          one("d", { kinds: ["incident"] }),
        ],
        "sos",
      ),
    ],
    ["a"],
    "in use, by mail, for this",
  );
});

test("steps_hold_since_a_day_and_going_back_is_kept", (t) => {
  t.req("KP-2-4-0 KP-2-4-3 KP-2-4-4");
  const entries = [
    { step: 0, on: "2026-06-01", is_back: false },
    { step: 3, on: "2026-07-01", is_back: false },
    { step: 3, on: "2026-07-03", is_back: false },
    { step: 3, on: "2026-07-10", is_back: true },
  ];
  const standings = standingsOf(entries);
  t.eq(standings[0], { step: 0, since: "2026-06-01", back: undefined }, "came in");
  t.eq(standings[1], { step: 1, since: undefined, back: undefined }, "not yet");
  t.eq(standings[3], { step: 3, since: undefined, back: "2026-07-10" }, "and back");
  t.eq(stepNow(entries), 0, "what holds");
  const again = [...entries, { step: 3, on: "2026-09-01", is_back: false }];
  t.eq(stepNow(again), 3, "and forward again");
  t.eq(standingsOf(again)[3]?.since, "2026-09-01", "since then");
  t.eq(stepNow([]), undefined, "nothing yet");
});
