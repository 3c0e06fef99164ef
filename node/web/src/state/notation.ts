/** Text with its readings, 分数《ぶんすう》, taken apart for two kinds of fields and put together again: what
 * is written, and how each run of kanji in it is read. Pure. */
import { segmentsOf } from "../words/word.js";

const kanji = /[\p{Script=Han}\u3005\u3006\u30f6]+/gu;
const kana = /^[\p{Script=Hiragana}\p{Script=Katakana}\u30fc]+$/u;

/** The runs of kanji in a text, each once, in their order. */
export function kanjiRuns(text: string): string[] {
  return [...new Set(text.match(kanji) ?? [])];
}

export interface Read {
  readonly text: string;
  /** By run of kanji. */
  readonly readings: Readonly<Record<string, string>>;
}

/** What somebody pasted with readings is as good as what they typed into the fields. */
export function readOf(notation: string): Read {
  const readings: Record<string, string> = {};
  const text = segmentsOf(notation)
    .map((part) => {
      if (part.kind === "text") return part.text;
      if (part.kind === "slot") return `{${part.name}}`;
      readings[part.base] ??= part.reading;
      return part.base;
    })
    .join("");
  return { text, readings };
}

/** The text with what is known of its readings. A base that was marked as more than kanji keeps its mark. */
export function notationOf({ text, readings }: Read): string {
  const marked = Object.keys(readings).filter((base) => kanjiRuns(base).join("") !== base);
  const bases = [...marked, ...kanjiRuns(text)].filter((one) => (readings[one] ?? "") !== "");
  if (bases.length === 0) return text;
  const any = new RegExp(
    [...new Set(bases)]
      .sort((a, b) => b.length - a.length)
      .map((one) => one.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
      .join("|"),
    "gu",
  );
  const runs = new Set(kanjiRuns(text));
  return text.replace(any, (base, at: number) => {
    const isRun = runs.has(base) && !isKanji(text[at - 1]) && !isKanji(text[at + base.length]);
    if (!isRun && !marked.includes(base)) return base; // part of a longer run, which has its own
    return `${marked.includes(base) ? "｜" : ""}${base}《${readings[base] ?? ""}》`;
  });
}

function isKanji(character: string | undefined): boolean {
  return character !== undefined && /[\p{Script=Han}\u3005\u3006\u30f6]/u.test(character);
}

/** The runs whose reading is not there, or is no kana. */
export function unreadIn({ text, readings }: Read): string[] {
  return kanjiRuns(text).filter((base) => !kana.test(readings[base] ?? ""));
}
