import type { ComponentChildren, VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { Said, Send } from "../view/form.js";
import { Given, useLine, Words } from "../view/words.js";
import { first } from "../words/first.js";
import { leavingPapers as words } from "../words/leaving_papers.js";
import type { Word } from "../words/word.js";
import { type Deed, useDeed } from "./deed.js";

/** What the node takes after an act; the sentence says that it was taken. */
export type AfterAct = (word: Word) => void;

/** What is typed on a computer, to be read off and copied. */
export function Typed({ lines }: { lines: readonly string[] }): VNode {
  return (
    <ul class="plain-list stack-small">
      {lines.map((one) => (
        <li key={one}>
          <code class="mono typed">{one}</code>
        </li>
      ))}
    </ul>
  );
}

/** One thing about this contract's end, with its name. */
export function Part({ word, children }: { word: Word; children: ComponentChildren }): VNode {
  return (
    <section class="card stack">
      <h2>
        <Words of={word} />
      </h2>
      {children}
    </section>
  );
}

interface Row {
  readonly word: Word;
  readonly value: ComponentChildren;
}

/** What is known, name and value. */
export function FactRows({ rows }: { rows: readonly Row[] }): VNode {
  return (
    <dl class="facts">
      {rows.map(({ word, value }) => (
        <div class="fact" key={word[2]}>
          <dt>
            <Words of={word} />
          </dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** An id of many characters, in groups that an eye can keep. */
export function Digits({ of }: { of: string }): VNode {
  return <span class="mono digits">{of.replace(/(.{8})(?=.)/gu, "$1 ")}</span>;
}

const mostBytes = 128 * 1024; // LEAVING_DOCUMENT_MOST

interface HandInProps {
  readonly id: string;
  readonly word: Word;
  readonly accept: string;
  readonly doWord: Word;
  /** Sends it or reads it; a word when it cannot be taken. */
  readonly give: (deed: Deed, file: File) => Promise<Word | undefined>;
}

/** A file that the tool made, chosen and given; what is wrong with it stands above it. */
export function HandIn({ id, word, accept, doWord, give }: HandInProps): VNode {
  const file = useRef<HTMLInputElement>(null);
  const line = useLine();
  const [fault, tell] = useState<Word | undefined>(undefined);
  const deed = useDeed();
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (deed.busy) return;
    const chosen = file.current?.files?.[0];
    deed.anew();
    const lacking =
      chosen === undefined ? words.needFile : chosen.size > mostBytes ? words.tooLarge : undefined;
    tell(lacking);
    if (chosen === undefined || lacking !== undefined) return file.current?.focus();
    tell(await give(deed, chosen));
  };
  const texts = deed.said.kind === "refused" ? deed.said.texts : [];
  const isFaulty = fault !== undefined || texts.length > 0;
  return (
    <form class="stack" onSubmit={(event) => void send(event)} noValidate>
      <Said id={`${id}-fault`}>
        {fault !== undefined ? (
          <Words of={fault} />
        ) : texts.length === 0 ? null : (
          texts.map((text) =>
            text === "" ? <Words of={first.noAnswer} /> : <Given key={text}>{text}</Given>,
          )
        )}
      </Said>
      <div>
        <label for={id}>
          <Words of={word} />
        </label>
        <input
          id={id}
          ref={file}
          type="file"
          title={line(words.file)}
          accept={accept}
          aria-invalid={isFaulty}
          aria-describedby={`${id}-fault`}
        />
      </div>
      <Send busy={deed.busy} word={doWord} busyWord={words.working} />
    </form>
  );
}
