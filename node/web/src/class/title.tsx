import type { VNode } from "preact";
import { useContext } from "preact/hooks";
import { segmentsOf } from "../words/word.js";
import { readOf } from "../state/notation.js";
import { FormOfWords } from "../view/words.js";

/** What staff wrote with its readings, 分数《ぶんすう》: a title, a sentence, a page. It is no fixed word;
 * readers of ふつう and of English have the characters alone. */
export function Noted({ of: text }: { of: string }): VNode {
  const form = useContext(FormOfWords);
  const isPlain = form === "plain" || form === "english";
  return (
    <bdi class="given" lang="ja">
      {isPlain
        ? plainOf(text)
        : segmentsOf(text).map((part) => {
            switch (part.kind) {
              case "text":
                return part.text;
              case "slot":
                return `{${part.name}}`; // somebody wrote it so
              case "ruby":
                return (
                  <ruby>
                    {part.base}
                    <rp>（</rp>
                    <rt>{part.reading}</rt>
                    <rp>）</rp>
                  </ruby>
                );
            }
          })}
    </bdi>
  );
}

/** The same as one line without readings, for lists of a control and labels. */
export function plainOf(text: string): string {
  return readOf(text).text;
}
