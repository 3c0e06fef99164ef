/** A fixed word: what the screen says, once, in every form a reader may choose.
 *
 * `ja` carries its readings in the notation of Aozora Bunko, 相談《そうだん》: the run of kanji before
 * 《》, or what follows ｜ if the base is not only kanji. ふつう is `ja` without the readings, ふりがな is
 * `ja` as ruby. `easy` is やさしい日本語 with spaces between phrases and readings on its kanji.
 * `{name}` is a slot for something that is no fixed word. */
export type Word = readonly [ja: string, easy: string, en: string];

export type WordForm = "plain" | "ruby" | "easy" | "english";
export const wordForms: readonly WordForm[] = ["plain", "ruby", "easy", "english"];

export type Segment =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "ruby"; readonly base: string; readonly reading: string }
  | { readonly kind: "slot"; readonly name: string };

const token = /(?:｜([^｜《》]+)|([\p{Script=Han}々〆ヶ]+))《([^《》]+)》|\{(\w+)\}/gu;

/** Takes the notation apart. What is no ruby and no slot stays text. */
export function segmentsOf(notation: string): Segment[] {
  const found: Segment[] = [];
  let from = 0;
  for (const match of notation.matchAll(token)) {
    if (match.index > from) found.push({ kind: "text", text: notation.slice(from, match.index) });
    const [whole, marked, kanji, reading, slot] = match;
    if (slot !== undefined) found.push({ kind: "slot", name: slot });
    else found.push({ kind: "ruby", base: marked ?? kanji ?? "", reading: reading ?? "" });
    from = match.index + whole.length;
  }
  if (from < notation.length) found.push({ kind: "text", text: notation.slice(from) });
  return found;
}

export function notationOf(word: Word, form: WordForm): string {
  switch (form) {
    case "plain":
    case "ruby":
      return word[0];
    case "easy":
      return word[1];
    case "english":
      return word[2];
  }
}

/** One line without readings, for places that hold text only: titles, labels of controls. */
export function lineOf(
  word: Word,
  form: WordForm,
  slots: Readonly<Record<string, string>> = {},
): string {
  return segmentsOf(notationOf(word, form))
    .map((part) => {
      switch (part.kind) {
        case "text":
          return part.text;
        case "ruby":
          return part.base;
        case "slot":
          return slots[part.name] ?? "";
      }
    })
    .join("");
}
