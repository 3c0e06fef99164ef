/** Lists of safe words on the screen (AI-2.6-ウ): what was typed, what is shown of a long list, where in a
 * line something was found, what can be taken back. Pure. */

/** Words as typed: one a line, or several with a comma between. */
export function termsOf(typed: string): readonly string[] {
  const all = typed.split(/[\n,，、]/).map((one) => one.trim());
  return [...new Set(all.filter((one) => one !== ""))];
}

/** For looking through a list: width, case and kind of kana make no difference. */
function folded(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\u30a1-\u30f6]/g, (one) => String.fromCharCode(one.charCodeAt(0) - 0x60));
}

export function termsLike(terms: readonly string[], typed: string): readonly string[] {
  const part = folded(typed.trim());
  return part === "" ? terms : terms.filter((one) => folded(one).includes(part));
}

/** A stretch of a line that was tried out; `hit` is the place of its finding in the list of findings. */
export interface Stretch {
  readonly text: string;
  readonly hit: number | undefined;
}

/** The line with its findings in it. The node names them in order; one that lies within another is told in
 * the list alone. */
export function stretchesOf(line: string, hits: readonly { readonly text: string }[]): Stretch[] {
  const found: Stretch[] = [];
  let from = 0;
  hits.forEach(({ text }, hit) => {
    const at = text === "" ? -1 : line.indexOf(text, from);
    if (at < 0) return;
    if (at > from) found.push({ text: line.slice(from, at), hit: undefined });
    found.push({ text, hit });
    from = at + text.length;
  });
  if (from < line.length) found.push({ text: line.slice(from), hit: undefined });
  return found;
}

/** A decision as the history tells it, as far as undoing goes. */
interface Decision {
  readonly act: string;
  readonly undoes?: string;
}

/** Those that were taken back already: they offer no button. */
export function undoneOf(past: readonly Decision[]): ReadonlySet<string> {
  return new Set(past.flatMap(({ undoes }) => (undoes === undefined ? [] : [undoes])));
}

export function linesOf(text: string): readonly string[] {
  return text.split("\n").filter((one) => one !== "");
}
