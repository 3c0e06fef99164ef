import { createContext, type ComponentChildren, type VNode } from "preact";
import { useContext } from "preact/hooks";
import { lineOf, notationOf, segmentsOf, type Word, type WordForm } from "../words/word.js";

export const FormOfWords = createContext<WordForm>("ruby");

export type Slots = Readonly<Record<string, ComponentChildren>>;

/** A fixed word in the reader's form. */
export function Words({ of, slots }: { of: Word; slots?: Slots }): VNode {
  const form = useContext(FormOfWords);
  const parts = segmentsOf(notationOf(of, form)).map((part) => {
    switch (part.kind) {
      case "text":
        return part.text;
      case "slot":
        return slots?.[part.name] ?? null;
      case "ruby":
        return form === "plain" ? (
          part.base
        ) : (
          <ruby>
            {part.base}
            <rp>（</rp>
            <rt>{part.reading}</rt>
            <rp>）</rp>
          </ruby>
        );
    }
  });
  return <span>{parts}</span>;
}

/** The same as one line of text, for `title` and labels that cannot hold ruby. */
export function useLine(): (of: Word, slots?: Readonly<Record<string, string>>) => string {
  const form = useContext(FormOfWords);
  return (of, slots) => lineOf(of, form, slots);
}

/** Text that came from a person or the node: the system's fonts, its own direction, any length. */
export function Given({ children }: { children: ComponentChildren }): VNode {
  return (
    <bdi class="given" lang="ja">
      {children}
    </bdi>
  );
}
