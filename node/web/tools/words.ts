/** The build's check of the catalogue (HI-4.3-2): every word has all forms, every kanji its
 * reading, やさしい stays easy, and nothing a child reads says what it must not. */
import type { Chapter } from "../src/words/all.js";
import type { Segment, Word } from "../src/words/word.js";

const isKanji = /[\p{Script=Han}々〆ヶ]/gu;
const kanaOnly = /^[\p{Script=Hiragana}\p{Script=Katakana}ー]+$/u;

/** Never before a child's eyes, in whatever form. */
const forbidden = ["不登校", "欠席", "遅刻", "問題", "対象者", "ランキング"];
const forbiddenReadings = ["ふとうこう", "けっせき", "ちこく", "たいしょうしゃ"];

const easyKanjiMost = 13;

export interface Finding {
  readonly where: string;
  readonly what: string;
}

export function checkWords(
  chapters: readonly Chapter[],
  segmentsOf: (notation: string) => Segment[],
): Finding[] {
  const found: Finding[] = [];
  for (const { name, forChildren, words } of chapters)
    for (const [key, word] of Object.entries(words))
      for (const what of [
        ...faultsOfForms(word, segmentsOf),
        ...(forChildren ? faultsOfTone(word, segmentsOf) : []),
      ])
        found.push({ where: `${name}.${key}`, what });
  return found;
}

function faultsOfForms(word: Word, segmentsOf: (notation: string) => Segment[]): string[] {
  const faults: string[] = [];
  const [ja, easy, en] = word;
  if (word.length !== 3 || word.some((form) => form.trim() === ""))
    faults.push("a form is missing");
  for (const [form, text] of [
    ["ふりがな", ja],
    ["やさしい", easy],
  ] as const) {
    const parts = segmentsOf(text);
    for (const part of parts) {
      if (part.kind === "text" && part.text.match(isKanji) !== null)
        faults.push(`${form}: no reading over ${part.text.match(isKanji)?.join("") ?? ""}`);
      if (part.kind === "text" && /[《》｜]/.test(part.text))
        faults.push(`${form}: broken notation in ${part.text}`);
      if (part.kind === "ruby" && !kanaOnly.test(part.reading))
        faults.push(`${form}: the reading ${part.reading} is not kana`);
      if (part.kind === "ruby" && !/[\p{Script=Han}々〆ヶ]/u.test(part.base))
        faults.push(`${form}: a reading over ${part.base}, which needs none`);
    }
  }
  const slots = slotsOf(ja, segmentsOf);
  for (const other of [easy, en])
    if (slotsOf(other, segmentsOf) !== slots) faults.push("the forms differ in their slots");
  if (!/[A-Za-z]/.test(en)) faults.push("English: no Latin letter");
  for (const sentence of plainOf(easy, segmentsOf).split(/[。！？]/)) {
    const n = sentence.match(isKanji)?.length ?? 0;
    if (n > easyKanjiMost) faults.push(`やさしい: ${n} kanji in one sentence`);
    const run = longestRun(sentence);
    if (run.length > 16) faults.push(`やさしい: write spaces into ${run}`);
  }
  return faults;
}

function faultsOfTone(word: Word, segmentsOf: (notation: string) => Segment[]): string[] {
  const text = [word[0], word[1]].map((form) => plainOf(form, segmentsOf)).join(" ");
  const readings = [word[0], word[1]]
    .flatMap(segmentsOf)
    .map((part) => (part.kind === "ruby" ? part.reading : part.kind === "text" ? part.text : ""))
    .join("");
  return [
    ...forbidden.filter((one) => text.includes(one)),
    ...forbiddenReadings.filter((one) => readings.includes(one)),
  ].map((one) => `never before a child: ${one}`);
}

function plainOf(
  notation: string,
  segmentsOf: (notation: string) => Segment[],
  withSlots = false,
): string {
  return segmentsOf(notation)
    .map((part) => {
      switch (part.kind) {
        case "text":
          return part.text;
        case "ruby":
          return part.base;
        case "slot":
          return withSlots ? `{${part.name}}` : "";
      }
    })
    .join("");
}

function slotsOf(notation: string, segmentsOf: (notation: string) => Segment[]): string {
  return segmentsOf(notation)
    .flatMap((part) => (part.kind === "slot" ? [part.name] : []))
    .sort()
    .join(" ");
}

/** The longest stretch without a place to breathe. */
function longestRun(sentence: string): string {
  return sentence
    .split(/[\s、。「」（）・]/)
    .reduce((most, one) => (one.length > most.length ? one : most), "");
}

/** The list a reviewer reads: every word, once, in its four forms. */
export function listWords(
  chapters: readonly Chapter[],
  segmentsOf: (notation: string) => Segment[],
): string {
  const lines: string[] = [];
  for (const { name, forChildren, words } of chapters) {
    lines.push(`## ${name}${forChildren ? " (children read this)" : " (adults at work)"}`, "");
    for (const [key, [ja, easy, en]] of Object.entries(words))
      lines.push(
        `${name}.${key}`,
        `  ふつう    ${plainOf(ja, segmentsOf, true)}`,
        `  ふりがな  ${ja}`,
        `  やさしい  ${easy}`,
        `  English   ${en}`,
        "",
      );
  }
  return lines.join("\n");
}

/** Every character that a chapter can put on the screen, readings included. */
export function charactersOf(
  chapters: readonly Chapter[],
  segmentsOf: (notation: string) => Segment[],
): Set<string> {
  const all = new Set<string>(" （）");
  for (const { words } of chapters)
    for (const [ja, easy, en] of Object.values(words))
      for (const part of [ja, easy, en].flatMap(segmentsOf)) {
        const text =
          part.kind === "text" ? part.text : part.kind === "ruby" ? part.base + part.reading : "";
        for (const character of text) all.add(character);
      }
  return all;
}
