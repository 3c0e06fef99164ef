/** Lists of safe words: what was typed, what is shown, what can be taken back. */
import {
  linesOf,
  stretchesOf,
  termsLike,
  termsOf,
  undoneOf,
} from "../../../node/web/src/state/word_lists.js";
import { suite } from "../../browser/t.ts";

const test = suite(import.meta.filename);

test("words_as_typed_are_parted_and_told_once", (t) => {
  t.req("AI-2.6-ウ");
  t.eq(termsOf(" もじょこ、もじょこ ,ばか\n\nあほ "), ["もじょこ", "ばか", "あほ"], "parted");
  t.eq(termsOf(" 、\n "), [], "nothing was typed");
  t.eq(termsOf("a b"), ["a b"], "a space belongs to a word");
});

test("a_list_is_searched_whatever_the_kana", (t) => {
  const terms = ["モジョコ", "もじゃこ", "ＡＢＣ"];
  t.eq(termsLike(terms, "もじょ"), ["モジョコ"], "hiragana finds katakana");
  t.eq(termsLike(terms, "abc"), ["ＡＢＣ"], "and narrow finds wide");
  t.eq(termsLike(terms, "  "), terms, "nothing asked: all");
  t.eq(termsLike(terms, "x"), [], "none");
});

test("findings_are_marked_in_the_line", (t) => {
  t.req("AI-2.6-ウ");
  const line = "きょう し ね、しね";
  t.eq(
    stretchesOf(line, [{ text: "し ね" }, { text: "しね" }]),
    [
      { text: "きょう ", hit: undefined },
      { text: "し ね", hit: 0 },
      { text: "、", hit: undefined },
      { text: "しね", hit: 1 },
    ],
    "in order, each at its place",
  );
  t.eq(
    stretchesOf("ab", [{ text: "ab" }, { text: "b" }, { text: "" }]),
    [{ text: "ab", hit: 0 }],
    "one within another is marked once",
  );
  t.eq(stretchesOf("ab", []), [{ text: "ab", hit: undefined }], "nothing found");
  t.eq(
    stretchesOf(line, [{ text: "し ね" }, { text: "しね" }])
      .map((one) => one.text)
      .join(""),
    line,
    "nothing of the line is lost",
  );
});

test("what_was_undone_offers_no_second_undo", (t) => {
  t.eq(
    [...undoneOf([{ act: "c", undoes: "a" }, { act: "b" }, { act: "a" }])],
    ["a"],
    "the one that another names",
  );
  t.eq(linesOf("a\nb\n"), ["a", "b"], "words of an act, a line each");
});
