/** node/web/src/state/hours.ts: how the place stands, what was typed, what was decided. */
import {
  askAgainInMs,
  decidedOf,
  minutesOf,
  monthAfter,
  monthDay,
  nowOf,
  slotFields,
  timeOf,
  weekdayOf,
  weeksOf,
  withOneMore,
} from "../../../node/web/src/state/hours.ts";
import type { Hours, HoursDate } from "../../../node/web/src/wire.ts";
import { suite } from "../../browser/t.ts";

const test = suite(import.meta.filename);

const today: HoursDate = {
  day: "2026-06-01",
  weekday: "monday",
  type: "long",
  rule: "pattern",
  phase: "contract",
  slots: [{ from: "10:00", to: "15:00" }],
};
const open: Hours = {
  state: "open",
  opened_at: "2026-06-01T01:00:00.000000Z",
  closes_at: "2026-06-01T06:00:00.000000Z",
  minutes_left: 61,
  next_at: "2026-06-02T01:00:00.000000Z",
  warn_first: 10,
  warn_last: 3,
  version: 1,
  today,
  week: [today],
};
const shut: Hours = {
  state: "closed",
  next_at: "2026-06-02T01:00:00.000000Z",
  warn_first: 10,
  warn_last: 3,
  version: 1,
  today,
  week: [today],
};

test("place_stands_as_the_node_says_and_time_goes_on", (t) => {
  t.req("AI-4.3-ウ-イ-2, SE-4.1-イ-2");
  t.eq(nowOf(open, 0), { at: "open", until: "15:00" }, "open");
  t.eq(nowOf(open, 52 * 60_000), { at: "closing", until: "15:00", minutes: 9 }, "52 minutes on");
  t.eq(nowOf(open, 90 * 60_000), { at: "closing", until: "15:00", minutes: 1 }, "never below one");
  const midnight = { ...open, closes_at: "2026-06-01T15:00:00.000000Z" };
  t.eq(nowOf(midnight, 0), { at: "open", until: "24:00" }, "midnight is this day's 24:00");
  t.eq(nowOf({ ...open, closes_at: "2026-06-09T15:00:00Z" }, 0), { at: "open-on" }, "further away");
  const far = { ...open, closes_at: "2026-06-09T15:00:00Z", minutes_left: 8 * 24 * 60 };
  t.eq(nowOf(far, 0), { at: "always" }, "so far away that no close is in sight");
  const next = { day: "2026-06-02", time: "10:00" };
  t.eq(nowOf(shut, 0), { at: "closed", next }, "closed, and when next, in Japan's time");
  t.eq(nowOf({ ...shut, state: "outside" }, 0), { at: "outside", next }, "outside the periods");
  const { next_at: _, ...never } = shut;
  t.eq(nowOf(never, 0), { at: "closed", next: undefined }, "nothing decided");
});

test("node_is_asked_again_when_something_will_have_changed", (t) => {
  t.eq(askAgainInMs(open, 0), 61 * 60_000 + 1_000, "at the close");
  const soon = Date.parse("2026-06-02T00:59:00Z");
  t.eq(askAgainInMs(shut, soon), 62_000, "at the opening");
  t.eq(askAgainInMs(shut, soon - 5 * 86_400_000), undefined, "not for days");
  t.eq(askAgainInMs(shut, soon + 86_400_000), undefined, "nor by a clock that is wrong");
});

test("months_are_laid_out_from_monday", (t) => {
  t.eq(weekdayOf("2026-11-01"), "sunday", "a Sunday");
  const days = Array.from({ length: 30 }, (_, i) => {
    const day = `2026-11-${String(i + 1).padStart(2, "0")}`;
    return { ...today, day, weekday: weekdayOf(day) };
  });
  const weeks = weeksOf(days);
  t.eq(weeks.length, 6, "six weeks");
  t.eq(weeks[0]?.map((one) => one?.day.slice(8)).join(), ",,,,,,01", "gaps before the first");
  t.eq(weeks[5]?.map((one) => one?.day.slice(8)).join(), "30,,,,,,", "and after the last");
  t.eq([monthAfter("2026-12", 1), monthAfter("2026-01", -1)], ["2027-01", "2025-12"], "turned");
});

test("times_are_read_as_people_type_them", (t) => {
  const rows = [
    ["10:00", "10:00"],
    ["9", "09:00"],
    ["930", "09:30"],
    ["1530", "15:30"],
    ["１５：３０", "15:30"],
    ["9時", "09:00"],
    ["9時30分", "09:30"],
    ["24:00", "24:00"],
    [" あさ ", "あさ"],
    ["", ""],
  ] as const;
  for (const [typed, want] of rows) t.eq(timeOf(typed), want, `"${typed}"`);
  t.eq([monthDay("12", "２９"), monthDay("01", "3")], ["12-29", "01-03"], "days of a month");
  t.eq([monthDay("01", "32"), monthDay("12", "x")], ["01-32", undefined], "no days");
});

test("slots_are_counted_and_added_within_the_day", (t) => {
  t.req("KP-1-千葉-2");
  t.eq(
    minutesOf([
      { from: "10:00", to: "12:00" },
      { from: "13:30", to: "24:00" },
    ]),
    750,
    "in all",
  );
  t.eq(withOneMore([]), [{ from: "10:00", to: "12:00" }], "the first");
  t.eq(withOneMore([{ from: "9", to: "12" }])[1], { from: "13:00", to: "14:00" }, "an hour later");
  t.eq(withOneMore([{ from: "9", to: "23:30" }])[1]?.to, "23:00", "never past midnight");
  t.eq(withOneMore([{ from: "", to: "x" }])[1], { from: "", to: "" }, "after what is no time");
  t.ok(slotFields("/slots").includes("/slots/5/to"), "every field the node may name");
});

test("decisions_are_read_back_whatever_they_hold", (t) => {
  t.req("AI-2.3-イ");
  t.eq(decidedOf("day", undefined), { at: "nothing" }, "none");
  t.eq(
    decidedOf("day", '{"is_closure":true,"slots":[],"title":"台風"}'),
    { at: "day", slots: [], isClosure: true, title: "台風" },
    "a closure",
  );
  t.eq(
    decidedOf("holiday", '{"is_holiday":false}'),
    { at: "holiday", isHoliday: false, name: "" },
    "a holiday taken out",
  );
  t.eq(
    decidedOf("year_end", "{}"),
    { at: "year-end", from: undefined, to: undefined },
    "no turn of the year",
  );
  t.eq(decidedOf("pattern", '{"monday":[]}').at, "week", "a week");
  t.eq(decidedOf("pattern", "{"), { at: "text", text: "{" }, "what cannot be read stands as it is");
  t.eq(decidedOf("sometime", "{}"), { at: "text", text: "{}" }, "an unknown kind, too");
});
