import { charactersOf, checkWords, listWords } from "../../../node/web/tools/words.ts";
import { problemFrom } from "../../../node/web/src/edge/api.js";
import {
  endClockShown,
  fieldOfUtc,
  isToday,
  timeShown,
  utcOfField,
} from "../../../node/web/src/state/time.js";
import { type Chapter, chapters } from "../../../node/web/src/words/all.js";
import { lineOf, segmentsOf, type Word, wordForms } from "../../../node/web/src/words/word.js";
import { suite } from "../../browser/t.ts";

const test = suite(import.meta.filename);

test("notation_is_taken_apart", (t) => {
  const rows: readonly [notation: string, want: string][] = [
    ["相談《そうだん》する", "[相談|そうだん] する"],
    ["お茶《ちゃ》と本《ほん》", "お [茶|ちゃ] と [本|ほん]"],
    ["この｜居場所《いばしょ》", "この [居場所|いばしょ]"],
    ["人々《ひとびと》", "[人々|ひとびと]"],
    ["｜Wi-Fi《ワイファイ》", "[Wi-Fi|ワイファイ]"],
    ["{name}さん", "<name> さん"],
    ["ひらがな", "ひらがな"],
    ["", ""],
  ];
  for (const [notation, want] of rows) {
    const got = segmentsOf(notation)
      .map((part) =>
        part.kind === "text"
          ? part.text
          : part.kind === "ruby"
            ? `[${part.base}|${part.reading}]`
            : `<${part.name}>`,
      )
      .join(" ");
    t.eq(got, want, notation);
  }
});

test("a_line_has_no_readings_and_its_slots", (t) => {
  const word: Word = ["{name}さんの相談《そうだん》", "{name}さんの そうだん", "{name}'s talk"];
  const got = wordForms.map((form) => lineOf(word, form, { name: "そら" }));
  t.eq(
    got,
    ["そらさんの相談", "そらさんの相談", "そらさんの そうだん", "そら's talk"],
    "all four forms",
  );
});

function findings(word: Word, forChildren = true): string[] {
  const chapter: Chapter = { name: "x", forChildren, words: { y: word } };
  return checkWords([chapter], segmentsOf).map((one) => one.what);
}

test("the_check_of_words_finds_each_fault", (t) => {
  t.req("HI-4.3-2");
  const fine: Word = ["学校《がっこう》へ行《い》く", "学校《がっこう》へ いく", "Go to school"];
  t.eq(findings(fine), [], "a good word");
  const rows: readonly [what: string, word: Word, part: string][] = [
    ["no reading", ["学校へ行《い》く", fine[1], fine[2]], "no reading over 学校"],
    ["no reading in やさしい", [fine[0], "学校へ いく", fine[2]], "no reading over 学校"],
    ["a kanji as its own reading", ["学校《学校》", fine[1], fine[2]], "is not kana"],
    ["a reading over kana", ["｜がっこう《がっこう》へ", fine[1], fine[2]], "needs none"],
    ["broken notation", ["学校《がっこう》へ《いく", fine[1], fine[2]], "broken notation"],
    ["a missing form", [fine[0], "", fine[2]], "a form is missing"],
    ["English without a letter", [fine[0], fine[1], "学校"], "no Latin letter"],
    ["other slots", ["{a}へ", "{b}へ", "to {a}"], "differ in their slots"],
    [
      "14 kanji in one easy sentence",
      [
        fine[0],
        "一《いち》 二《に》 三《さん》 四《し》 五《ご》 六《ろく》 七《しち》 八《はち》 九《く》 十《じゅう》 百《ひゃく》 千《せん》 万《まん》 億《おく》",
        fine[2],
      ],
      "14 kanji",
    ],
    [
      "no spaces in やさしい",
      [fine[0], "きょうはとてもいいてんきなのでそとへでかける", fine[2]],
      "write spaces",
    ],
    ["不登校", ["不登校《ふとうこう》の子《こ》", "あ", "a"], "不登校"],
    ["欠席 by its reading", ["けっせきです", "あ", "a"], "けっせき"],
    ["遅刻 in やさしい", ["あ", "遅刻《ちこく》です", "a"], "遅刻"],
    ["問題", ["問題《もんだい》がある", "あ", "a"], "問題"],
    ["対象者", ["対象者《たいしょうしゃ》", "あ", "a"], "対象者"],
    ["ランキング", ["ランキング", "あ", "a"], "ランキング"],
  ];
  for (const [what, word, part] of rows)
    t.ok(
      findings(word).some((one) => one.includes(part)),
      what,
      findings(word).join("; "),
    );
  t.eq(findings(["問題《もんだい》がある", "あ", "a"], false), [], "adults at work may read 問題");
});

test("the_catalogue_itself_is_clean_and_listed", (t) => {
  t.req("HI-4.3-2");
  t.eq(checkWords(chapters, segmentsOf), [], "no finding");
  const list = listWords(chapters, segmentsOf);
  for (const { name, words } of chapters)
    for (const key of Object.keys(words))
      t.ok(list.includes(`\n${name}.${key}\n`), `${name}.${key} is listed`);
  t.ok(charactersOf(chapters, segmentsOf).has("鍵"), "characters of the fonts come from the words");
});

test("refusals_are_read_whatever_the_front_sends", (t) => {
  const rows: readonly [what: string, body: unknown, code: string, title: string, n: number][] = [
    [
      "problem+json",
      { code: "invalid", title: "だめ", errors: [{ pointer: "/a", rule: "most", text: "長い" }] },
      "invalid",
      "だめ",
      1,
    ],
    ["nothing", undefined, "", "", 0],
    ["a list", [1, 2], "", "", 0],
    ["numbers", { code: 4, title: 5, errors: 6 }, "", "", 0],
    ["odd errors", { errors: [null, 3, { text: 4 }, { text: "a" }] }, "", "", 1],
  ];
  for (const [what, body, code, title, n] of rows) {
    const got = problemFrom(418, body);
    t.eq([got.status, got.code, got.title, got.errors.length], [418, code, title, n], what);
  }
});

test("times_are_japan_s_whatever_the_device_says", (t) => {
  t.eq(utcOfField("2027-04-01T00:00"), "2027-03-31T15:00:00.000Z", "midnight of April 1");
  t.eq(fieldOfUtc(new Date("2027-03-31T15:00:00Z")), "2027-04-01T00:00", "and back");
  const evening = new Date("2027-03-31T14:00:00Z");
  t.eq(isToday("2027-03-31T14:59:59Z", evening), true, "a minute before midnight");
  t.eq(isToday("2027-03-31T15:00:00Z", evening), false, "midnight is tomorrow's");
  t.ok(
    timeShown("2027-03-31T15:00:00Z", false).startsWith("2027年4月1日(木)"),
    timeShown("2027-03-31T15:00:00Z", false),
  );
  t.eq(endClockShown("2027-03-31T15:00:00Z"), "24:00", "an hour ends with the day, not before it");
  t.eq(endClockShown("2027-03-31T02:00:00Z"), "11:00", "or at its own minute");
  for (const field of ["", "2027-04-01", "2027-13-01T00:00", "soon"])
    t.eq(utcOfField(field), undefined, field);
});
