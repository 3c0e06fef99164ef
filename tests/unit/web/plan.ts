/** The plan of lessons, courses with their readings, and the day's lessons of a child. */
import {
  handMoved,
  lessonsNow,
  pageShown,
  pollOf,
  questionsInOrder,
  withAlone,
  withHands,
} from "../../../node/web/src/state/lesson.js";
import { nextChangeMs, offerOf, slotsInOrder } from "../../../node/web/src/state/lessons.js";
import {
  courseDraft,
  courseInput,
  courseLacking,
  emptyPages,
  movedPage,
  withText,
} from "../../../node/web/src/state/course.js";
import { kanjiRuns, notationOf, readOf, unreadIn } from "../../../node/web/src/state/notation.js";
import {
  checkOf,
  type Flag,
  placeId,
  pointsOf,
  toldTogether,
  weekAround,
} from "../../../node/web/src/state/plan.js";
import { suite } from "../../browser/t.ts";

const test = suite(import.meta.filename);

const flag = (code: Flag["code"]): Flag => ({ code });
const lesson = (id: string, ...codes: Flag["code"][]) => ({
  lesson: id,
  title: id,
  flags: codes.map(flag),
});

test("what_is_missing_in_a_plan_stands_in_the_order_of_the_week", (t) => {
  t.req("AI-4.4-キ-イ AI-4.4-キ-ウ");
  const days = [
    { day: "2026-06-01", flags: [flag("few-slots")], slots: [], lost: [] },
    {
      day: "2026-06-02",
      flags: [flag("few-slots")],
      slots: [
        { n: 1, flags: [], lessons: [lesson("a", "no-supporter", "course-changed")] },
        { n: 2, flags: [flag("slot-empty")], lessons: [] },
      ],
      lost: [lesson("b", "slot-gone")],
    },
  ];
  t.eq(
    pointsOf(days, "2026-06-02").map(({ slot, flag }) => [slot, flag.code]),
    [
      [undefined, "few-slots"],
      [1, "no-supporter"],
      [1, "course-changed"],
      [2, "slot-empty"],
      [undefined, "slot-gone"],
    ],
    "a day gone by is not mended any more",
  );
  const { toMend, toKnow } = checkOf(days, "2026-06-02");
  t.eq([toMend.length, toKnow.map(({ flag }) => flag.code)], [4, ["course-changed"]], "sorted");
  t.eq(toMend[1]?.lesson?.title, "a", "whose it is");
  const empty = [1, 2, 3].map((n) => ({ n, flags: [flag("slot-empty")], lessons: [] }));
  const whole = [{ day: "2026-06-03", flags: [flag("few-slots")], slots: empty, lost: [] }];
  t.eq(
    toldTogether(pointsOf(whole, "")).map(({ flag, slots }) => [flag.code, slots]),
    [
      ["few-slots", []],
      ["slot-empty", [1, 2, 3]],
    ],
    "an empty day is told once",
  );
  t.eq(toldTogether(toMend).length, 4, "of lessons each by itself");
  t.eq(checkOf([], "2026-06-02"), { toMend: [], toKnow: [] }, "nothing planned, nothing missing");
});

test("a_code_of_a_newer_node_is_something_to_mend", (t) => {
  const days = [
    {
      day: "2026-06-02",
      flags: [],
      slots: [{ n: 1, flags: [], lessons: [lesson("a", "new-one" as Flag["code"])] }],
      lost: [],
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

test("the_page_asks_again_when_something_begins_or_ends", (t) => {
  const at = (clock: string): string => `2026-06-01T${clock}:00Z`;
  const slots = [
    { begins_at: at("01:00"), ends_at: at("01:45") },
    { begins_at: at("02:00"), ends_at: at("02:45") },
  ];
  t.eq(nextChangeMs(at("00:59"), slots), 61_000, "it begins");
  t.eq(nextChangeMs(at("01:00"), slots), 45 * 60_000 + 1000, "it ends");
  t.eq(nextChangeMs(at("02:45"), slots), undefined, "nothing more today");
  t.eq(nextChangeMs(at("01:00"), []), undefined, "no lessons");
});

test("staff_are_offered_the_lessons_they_have_a_part_in", (t) => {
  t.req("AI-4.4-キ-ウ");
  const taught = (lesson: string, is_on: boolean) => ({
    lesson,
    title: lesson,
    floor: "classes",
    to: "2026-06-01T01:45:00Z",
    is_on,
  });
  const all = lessonsNow([taught("before", false), taught("main", true), taught("support", true)]);
  t.eq(
    all.map(({ lesson }) => lesson),
    ["main", "support"],
    "what is on now",
  );
  t.eq(lessonsNow([]), [], "nobody has no part");
});

test("a_hand_stays_over_its_figure_until_it_goes_down", (t) => {
  t.req("AI-4.4-キ-エ");
  t.eq(handMoved(handMoved([], 3, true), 5, true), [3, 5], "up");
  t.eq(handMoved([3, 5], 5, true), [3, 5], "again: once");
  t.eq(handMoved([3, 5], 3, false), [5], "down");
  const felt = [{ seat: 5, kind: "smile", untilMs: 9 }];
  t.ok(withHands(felt, []) === felt, "nothing new without hands");
  t.eq(
    withHands(felt, [3, 5]).map(({ seat, kind }) => `${seat} ${kind}`),
    ["5 smile", "3 hand"],
    "a sign of feeling stands before it",
  );
});

test("a_lesson_without_its_staff_is_told_until_they_are_there", (t) => {
  t.req("AI-4.4-キ-ウ");
  const told = (lesson: string, no_main: boolean, no_supporter: boolean) => ({
    lesson,
    no_main,
    no_supporter,
  });
  const both = withAlone(withAlone([], told("a", true, false)), told("b", false, true));
  t.eq(both.length, 2, "each by itself");
  t.eq(withAlone(both, told("a", false, true))[1], told("a", false, true), "what was told last");
  t.eq(withAlone(both, told("a", false, false)), [told("b", false, true)], "they have come");
});

test("a_poll_has_a_question_and_answers_that_differ", (t) => {
  t.eq(
    pollOf(" どれ？ ", ["あ", " ", "い "]),
    { question: "どれ？", choices: ["あ", "い"] },
    "trimmed",
  );
  t.eq(pollOf("どれ？", ["あ", "あ"]), undefined, "twice the same is one");
  t.eq(pollOf(" ", ["あ", "い"]), undefined, "no question");
  t.eq(pollOf("どれ？", ["1", "2", "3", "4", "5", "6", "7"]), undefined, "too many");
});

test("a_class_reads_in_step_and_questions_wait_in_turn", (t) => {
  t.eq(pageShown(["a", "b"], 2), "b", "pages count from one");
  t.eq([pageShown(["a"], 0), pageShown([], 1)], [undefined, undefined], "none yet");
  const asked = (at: string, is_answered: boolean) => ({ at, is_answered });
  t.eq(
    questionsInOrder([asked("1", true), asked("3", false), asked("2", false)]).map(({ at }) => at),
    ["2", "3", "1"],
    "what waits stands first, oldest first",
  );
});

test("a_course_is_sent_with_the_readings_of_all_its_kanji", (t) => {
  t.req("AI-4.4-キ-エ");
  const empty = courseDraft(undefined);
  t.eq(courseLacking(empty), ["/title", "/summary", "/kind"], "raising hands is there at first");
  const typed = withText(
    withText(empty, "title", "分数《ぶんすう》の時間"),
    "summary",
    "分数で遊ぶ",
  );
  t.eq(
    [typed.title, typed.readings],
    ["分数の時間", { 分数: "ぶんすう" }],
    "readings go to readings",
  );
  t.eq(
    courseLacking({ ...typed, kind: "subject", hand: false }),
    ["/reading/時間", "/reading/遊", "/hand"],
    "each run once, and a way to take part",
  );
  const whole = {
    ...typed,
    readings: { ...typed.readings, 時間: "じかん", 遊: "あそ" },
    kind: "subject" as const,
    places: "１２",
  };
  t.eq(courseLacking(whole), [], "all there");
  const sent = courseInput(whole);
  t.eq(
    [sent.title, sent.summary, sent.places],
    ["分数《ぶんすう》の時間《じかん》", "分数《ぶんすう》で遊《あそ》ぶ", 12],
    "in the notation",
  );
  t.eq(courseInput(courseDraft(sent)), sent, "there and back");
});

test("pages_change_places_and_none_is_empty", (t) => {
  t.eq(movedPage(["a", "b", "c"], 1, -1), ["b", "a", "c"], "earlier");
  const pages = ["a", "b"];
  t.ok(movedPage(pages, 1, 1) === pages && movedPage(pages, 0, -1) === pages, "no room");
  const page = (text: string) => ({ title: "", text, links: [] });
  t.eq(emptyPages([page("a"), page(" ")]), [1], "which has nothing to read");
});
