import { createHash } from "node:crypto";
import { wordlist as english } from "@scure/bip39/wordlists/english.js";
import { wordlist as japanese } from "@scure/bip39/wordlists/japanese.js";
import {
  halfOfWords,
  meantWord,
  sheetCode,
  wordsIn,
  wordsOfHalf,
} from "../../../node/web/src/adult/codec.js";
import {
  drawPlaces,
  nAsked,
  nextSheet,
  type Sheet,
  type SheetEvent,
  sheetAtStart,
} from "../../../node/web/src/adult/sheet-state.js";
import { base64url, uuidBytes } from "../../../node/web/src/edge/bytes.js";
import { newId } from "../../../node/web/src/edge/id.js";
import { suite } from "../../browser/t.ts";

const test = suite(import.meta.filename);

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, "hex"));
}

/* BIP39's published vectors of 32 bytes (vectors.json): the numbers of the words are the same in every
 * language, so the English sentence says which Japanese words must come. */
const vectors: readonly [hex: string, english: string][] = [
  ["00".repeat(32), "abandon ".repeat(23) + "art"],
  ["ff".repeat(32), "zoo ".repeat(23) + "vote"],
  [
    "7f".repeat(32),
    "legal winner thank year wave sausage worth useful legal winner thank year wave sausage worth useful " +
      "legal winner thank year wave sausage worth title",
  ],
  [
    "80".repeat(32),
    "letter advice cage absurd amount doctor acoustic avoid letter advice cage absurd amount doctor acoustic " +
      "avoid letter advice cage absurd amount doctor acoustic bless",
  ],
  [
    "68a79eaca2324873eacc50cb9c6eca8cc68ea5d936f98787c60c7ebc74e6ce7c",
    "hamster diagram private dutch cause delay private meat slide toddler razor book happy fancy gospel " +
      "tennis maple dilemma loan word shrug inflict delay length",
  ],
];

test("sheet_words_are_those_of_bip39", (t) => {
  for (const [hex, sentence] of vectors) {
    const want = sentence
      .split(" ")
      .map((word) => japanese[english.indexOf(word)]?.normalize("NFC") ?? "?");
    t.eq(wordsOfHalf(bytes(hex)), want, `words of ${hex.slice(0, 8)}`);
    t.eq(Buffer.from(halfOfWords(want) ?? []).toString("hex"), hex, `${hex.slice(0, 8)} and back`);
  }
  t.eq(
    [japanese[0], japanese[2047]].map((word) => word?.normalize("NFC")),
    ["あいこくしん", "われる"],
    "the list's ends",
  );
});

test("sheet_words_in_disorder_are_no_half", (t) => {
  const words = wordsOfHalf(
    bytes("68a79eaca2324873eacc50cb9c6eca8cc68ea5d936f98787c60c7ebc74e6ce7c"),
  );
  t.eq(halfOfWords(words.slice(1)), undefined, "23 words");
  t.eq(
    halfOfWords([...words.slice(1), words[0] ?? ""]),
    undefined,
    "turned by one: the checksum says so",
  );
  t.eq(halfOfWords([...words.slice(0, 23), "ことば"]), undefined, "a word of no list");
  t.eq(halfOfWords([]), undefined, "nothing");
});

test("typed_words_are_read_as_meant", (t) => {
  const rows: readonly [typed: string, meant: string | undefined][] = [
    ["あいこくしん", "あいこくしん"],
    ["アイコクシン", "あいこくしん"],
    ["ｱｲｺｸｼﾝ", "あいこくしん"],
    [" あいこくしん　", "あいこくしん"],
    ["か\u3099いけん", "がいけん"],
    ["あっしゅく", "あっしゅく"],
    ["あつしゆく", "あっしゅく"],
    ["", undefined],
    ["やまだたろう", undefined],
    ["abandon", undefined],
  ];
  for (const [typed, meant] of rows) t.eq(meantWord(typed), meant, typed);
});

test("no_two_listed_words_are_taken_for_each_other", (t) => {
  const wrong = japanese
    .map((word) => word.normalize("NFC"))
    .filter((word) => meantWord(word) !== word);
  t.eq(wrong, [], "each listed word means itself");
});

test("pasted_words_are_parted", (t) => {
  const want = ["あい", "うえ", "おか"];
  for (const text of [
    "あい うえ おか",
    "1. あい\n2. うえ\n3. おか",
    "あい、うえ、おか",
    "１ あい　２ うえ　３ おか",
  ])
    t.eq(wordsIn(text), want, JSON.stringify(text));
});

test("check_code_is_the_digest_s_first_eight_digits", (t) => {
  const id = "018f2c6e-7d3a-7b1c-9f00-0123456789ab";
  const half = bytes("7f".repeat(32));
  const text = Buffer.concat([
    Buffer.from("ibasho-sheet/1"),
    Buffer.from(id.replace(/-/g, ""), "hex"),
    half,
  ]);
  const hex = createHash("sha256").update(text).digest("hex");
  t.eq(sheetCode(id, half), `${hex.slice(0, 4)}-${hex.slice(4, 8)}`, "as another SHA-256 has it");
  t.eq(uuidBytes(id).length, 16, "16 bytes of id");
});

test("places_are_drawn_fairly", (t) => {
  // 2^32 = 24 * 178956970 + 16: the last 16 numbers would favour the first places.
  const numbers = [2 ** 32 - 1, 2 ** 32 - 16, 25, 25, 0, 49, 47];
  t.eq(
    drawPlaces(nAsked, 24, () => numbers.shift() ?? 0),
    [0, 1, 23],
    "over the last whole round: drawn again",
  );
  t.eq(
    drawPlaces(
      30,
      24,
      (
        (n) => () =>
          n++
      )(0),
    ).length,
    24,
    "never more than there are",
  );
});

const words = wordsOfHalf(bytes("00".repeat(32)));
const states: Record<Sheet["at"], Sheet> = {
  before: sheetAtStart,
  shown: { at: "shown", words, code: "aaaa-bbbb", printed: false },
  asked: {
    at: "asked",
    code: "aaaa-bbbb",
    places: [1, 5, 9],
    wrong: [],
    tries: 0,
    sending: false,
    said: undefined,
  },
  "given-up": { at: "given-up" },
  done: { at: "done", code: "aaaa-bbbb" },
};
const events: Record<SheetEvent["kind"], SheetEvent> = {
  made: { kind: "made", words, code: "aaaa-bbbb" },
  printed: { kind: "printed" },
  "put-away": { kind: "put-away", places: [9, 1, 5] },
  wrong: { kind: "wrong", places: [5] },
  sending: { kind: "sending" },
  refused: { kind: "refused", said: { kind: "offline" } },
  kept: { kind: "kept" },
  again: { kind: "again" },
};

test("sheet_over_every_state_and_event", (t) => {
  const asked = states.asked;
  const moves: Record<string, Sheet> = {
    "before made": states.shown,
    "shown printed": { ...states.shown, printed: true } as Sheet,
    "shown put-away": asked,
    "asked wrong": { ...asked, wrong: [5], tries: 1 } as Sheet,
    "asked sending": { ...asked, sending: true } as Sheet,
    "asked refused": { ...asked, said: { kind: "offline" } } as Sheet,
    "asked kept": states.done,
    "asked again": sheetAtStart,
    "given-up again": sheetAtStart,
  };
  for (const [from, now] of Object.entries(states))
    for (const [by, event] of Object.entries(events)) {
      const want = moves[`${from} ${by}`];
      if (want === undefined)
        t.ok(nextSheet(now, event) === now, `${from} + ${by} changes nothing`);
      else t.eq(nextSheet(now, event), want, `${from} + ${by}`);
    }
});

test("words_are_gone_once_put_away", (t) => {
  let now = nextSheet(nextSheet(sheetAtStart, events.made), events["put-away"]);
  t.ok(!JSON.stringify(now).includes("あいこくしん"), "no word stays in the state");
  for (const event of [events.wrong, events.wrong, events.wrong]) now = nextSheet(now, event);
  t.eq(now, { at: "given-up" }, "three wrong tries end it");
});

test("ids_are_uuid_v7_of_now", (t) => {
  const id = newId();
  t.ok(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id), id);
  const ms = parseInt(id.replace(/-/g, "").slice(0, 12), 16);
  t.ok(Math.abs(ms - Date.now()) < 60_000, "its time is now");
  t.eq(new Set(Array.from({ length: 1000 }, newId)).size, 1000, "no two alike");
});

test("bytes_travel_as_base64url", (t) => {
  for (const hex of ["", "00", "fbff", "00".repeat(32), "ff".repeat(32), "68a79eaca2324873"])
    t.eq(base64url(bytes(hex)), Buffer.from(hex, "hex").toString("base64url"), hex);
});
