/** The plan of lessons, courses with their readings, and the day's lessons of a child. */
import {
  nChosen,
  nextChangeMs,
  offerOf,
  onNow,
  slotsInOrder,
} from "../../../node/web/src/state/lessons.js";
import { kanjiRuns, notationOf, readOf, unreadIn } from "../../../node/web/src/state/notation.js";
import { checkOf, placeId, pointsOf, weekAround } from "../../../node/web/src/state/plan.js";
import { suite } from "../../browser/t.ts";

const test = suite(import.meta.filename);

const lesson = (id: string, ...codes: string[]) => ({
  lesson: id,
  title: id,
  flags: codes.map((code) => ({ code })),
});

test("what_is_missing_in_a_plan_stands_in_the_order_of_the_week", (t) => {
  t.req("AI-4.4-キ-イ AI-4.4-キ-ウ");
  const days = [
    { day: "2026-06-01", flags: [{ code: "few-slots" }], slots: [] },
    {
      day: "2026-06-02",
      flags: [{ code: "few-slots" }],
      slots: [
        { n: 1, flags: [], lessons: [lesson("a", "no-supporter", "course-changed")] },
        { n: 2, flags: [{ code: "slot-empty" }], lessons: [] },
      ],
    },
  ];
  t.eq(
    pointsOf(days, "2026-06-02").map(({ slot, flag }) => [slot, flag.code]),
    [
      [undefined, "few-slots"],
      [1, "no-supporter"],
      [1, "course-changed"],
      [2, "slot-empty"],
    ],
    "a day gone by is not mended any more",
  );
  const { toMend, toKnow } = checkOf(days, "2026-06-02");
  t.eq([toMend.length, toKnow.map(({ flag }) => flag.code)], [3, ["course-changed"]], "sorted");
  t.eq(toMend[1]?.lesson?.title, "a", "whose it is");
  t.eq(checkOf([], "2026-06-02"), { toMend: [], toKnow: [] }, "nothing planned, nothing missing");
});

test("a_code_of_a_newer_node_is_something_to_mend", (t) => {
  const days = [
    {
      day: "2026-06-02",
      flags: [],
      slots: [{ n: 1, flags: [], lessons: [lesson("a", "new-one")] }],
    },
  ];
  t.eq(checkOf(days, "2026-06-01").toMend.length, 1, "rather asked than overlooked");
});

test("a_week_begins_on_monday", (t) => {
  t.eq(weekAround("2026-06-03"), { from: "2026-06-01", to: "2026-06-07" }, "a Wednesday");
  t.eq(weekAround("2026-06-07"), { from: "2026-06-01", to: "2026-06-07" }, "its Sunday");
  t.eq(
    [placeId("2026-06-01"), placeId("2026-06-01", 2)],
    ["day-2026-06-01", "slot-2026-06-01-2"],
    "ids",
  );
});

test("a_title_is_written_once_and_read_by_its_runs_of_kanji", (t) => {
  t.req("HI-4.3-2");
  t.eq(kanjiRuns("分数のふしぎと分数の時間"), ["分数", "時間"], "each once");
  t.eq(
    readOf("分数《ぶんすう》のふしぎ"),
    { text: "分数のふしぎ", readings: { 分数: "ぶんすう" } },
    "taken apart",
  );
  for (const one of [
    "分数《ぶんすう》のふしぎ",
    "｜Web会議《うぇぶかいぎ》の日《ひ》",
    "ひらがなだけ",
    "日本《にほん》と日本語《にほんご》",
    "",
  ])
    t.eq(notationOf(readOf(one)), one, `there and back: ${one}`);
  t.eq(
    notationOf({ text: "日本語と日本", readings: { 日本: "にほん" } }),
    "日本語と日本《にほん》",
    "a run within a longer one is not read by itself",
  );
  t.eq(
    unreadIn({ text: "分数の時間", readings: { 分数: "ぶんすう", 時間: "time" } }),
    ["時間"],
    "a reading is kana",
  );
  t.eq(unreadIn({ text: "人々", readings: {} }), ["人々"], "with the sign of repetition");
});

const one = (change: object = {}) => ({
  is_chosen: false,
  state: "before" as const,
  ...change,
});

test("one_press_does_what_a_lesson_offers", (t) => {
  t.req("AI-4.4-キ-イ");
  const table: readonly [object, string][] = [
    [{}, "choose"],
    [{ left: 1 }, "choose"],
    [{ left: 0 }, "full"],
    [{ is_chosen: true }, "undo"],
    [{ is_chosen: true, left: 0 }, "undo"],
    [{ state: "on" }, "late"],
    [{ state: "on", left: 0 }, "full"],
    [{ state: "on", is_chosen: true }, "leave"],
    [{ state: "over" }, "none"],
    [{ state: "over", is_chosen: true }, "none"],
    [{ state: "cancelled", is_chosen: true }, "none"],
  ];
  for (const [change, want] of table) t.eq(offerOf(one(change)), want, JSON.stringify(change));
});

test("what_is_over_stands_below_what_can_be_chosen", (t) => {
  const slots = [
    { state: "over", n: 1 },
    { state: "on", n: 2 },
    { state: "before", n: 3 },
  ];
  t.eq(
    slotsInOrder(slots).map(({ n }) => n),
    [2, 3, 1],
    "otherwise as they were",
  );
});

test("what_is_on_now_is_offered_to_who_chose_it", (t) => {
  const slot = (...lessons: ReturnType<typeof one>[]) => ({ from: "10:00", to: "10:45", lessons });
  const on = one({ state: "on" });
  const mine = one({ state: "on", is_chosen: true });
  t.eq(onNow([slot(on)]), undefined, "not chosen");
  t.ok(onNow([slot(on), slot(on, mine)]) === mine, "chosen");
  t.eq(
    nChosen([slot(mine, one({ is_chosen: true }), one({ is_chosen: true, state: "over" }))]),
    2,
    "to come",
  );
});

test("the_page_asks_again_when_something_begins_or_ends", (t) => {
  const slots = [
    { from: "10:00", to: "10:45" },
    { from: "11:00", to: "11:45" },
  ];
  const at = (clock: string): string => `2026-06-01T${clock}:00Z`; // nine hours before Japan's
  t.eq(nextChangeMs(at("00:59"), slots), 61_000, "it begins");
  t.eq(nextChangeMs(at("01:00"), slots), 45 * 60_000 + 1000, "it ends");
  t.eq(nextChangeMs(at("02:45"), slots), undefined, "nothing more today");
  t.eq(nextChangeMs(at("01:00"), []), undefined, "no lessons");
});
