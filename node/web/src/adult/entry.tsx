import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Words } from "../view/words.js";
import { keys } from "../words/keys.js";
import type { Word } from "../words/word.js";
import { halfOfWords, meantWord, nWords, sheetCode, wordsIn } from "./codec.js";
import type { Said } from "./keys-api.js";
import { KeyFailure } from "./parts.js";

type Fault =
  | { readonly kind: "empty" | "words"; readonly places: readonly number[] }
  | { readonly kind: "whole" }
  | undefined;

interface Props {
  readonly nodeId: string;
  readonly busy: boolean;
  readonly said: Said | undefined;
  readonly doWord: Word;
  /** Gets the half of a whole, well-formed sheet; it is wiped when this is over. */
  readonly give: (half: Uint8Array, code: string) => Promise<void>;
}

/** 24 numbered places for the words of a sheet. What was typed never becomes state: it stays in the
 * fields and goes with them. */
export function SheetEntry({ nodeId, busy, said, doWord, give }: Props): VNode {
  const fields = useRef<(HTMLInputElement | null)[]>(Array.from({ length: nWords }, () => null));
  const [fault, tellFault] = useState<Fault>(undefined);
  const [code, tellCode] = useState<string | undefined>(undefined);
  const half = useRef<Uint8Array>(new Uint8Array(0));
  useEffect(
    () => () => {
      half.current.fill(0);
    },
    [],
  );
  const read = (): void => {
    const typed = fields.current.map((field) => (field?.value ?? "").trim());
    const meant = typed.map(meantWord);
    const empty = typed.flatMap((word, at) => (word === "" ? [at] : []));
    const unknown = meant.flatMap((word, at) => (word === undefined ? [at] : []));
    half.current.fill(0);
    if (unknown.length > 0) {
      const places = empty.length > 0 ? empty : unknown;
      fields.current[places[0] ?? 0]?.focus();
      tellCode(undefined);
      return tellFault({ kind: empty.length > 0 ? "empty" : "words", places });
    }
    const whole = halfOfWords(meant.filter((word) => word !== undefined));
    if (whole === undefined) {
      tellCode(undefined);
      return tellFault({ kind: "whole" });
    }
    half.current = whole;
    tellFault(undefined);
    tellCode(sheetCode(nodeId, whole));
  };
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    if (code === undefined) return read();
    await give(half.current, code);
    half.current.fill(0);
    tellCode(undefined);
  };
  /** All the words pasted into one field go to their places. */
  const spread = (event: ClipboardEvent, from: number): void => {
    const words = wordsIn(event.clipboardData?.getData("text") ?? "");
    if (words.length < 2) return;
    event.preventDefault();
    words.slice(0, nWords - from).forEach((word, i) => {
      const field = fields.current[from + i];
      if (field !== null && field !== undefined) field.value = word;
    });
  };
  const isWrong = (at: number): boolean =>
    (fault?.kind === "empty" || fault?.kind === "words") && fault.places.includes(at);
  return (
    <form class="card stack" onSubmit={(event) => void send(event)} noValidate autocomplete="off">
      <div id="entry-fault" role="alert">
        {fault?.kind === "empty" ? (
          <p class="fault">
            <Words of={keys.notFilled} slots={{ n: fault.places.length }} />
          </p>
        ) : null}
        {fault?.kind === "words" ? (
          <p class="fault">
            <Words of={keys.notListed} slots={{ n: fault.places.map((at) => at + 1).join(", ") }} />
          </p>
        ) : null}
        {fault?.kind === "whole" ? (
          <p class="fault">
            <Words of={keys.notWhole} />
          </p>
        ) : null}
        <KeyFailure said={said} />
      </div>
      <ol class="entry">
        {fields.current.map((_, at) => (
          <li key={at}>
            <label for={`entry-${at}`}>
              <Words of={keys.place} slots={{ n: at + 1 }} />
            </label>
            <input
              id={`entry-${at}`}
              type="text"
              lang="ja"
              autocomplete="off"
              spellcheck={false}
              aria-invalid={isWrong(at)}
              aria-describedby={isWrong(at) ? "entry-fault" : undefined}
              ref={(field) => {
                fields.current[at] = field;
              }}
              onInput={() => tellCode(undefined)}
              onPaste={(event) => spread(event, at)}
            />
          </li>
        ))}
      </ol>
      <div role="status">
        {code === undefined ? null : (
          <p class="key-code">
            <Words of={keys.codeSame} slots={{ code: <b>{code}</b> }} />
          </p>
        )}
      </div>
      <button type="submit" class="button" aria-disabled={busy}>
        <Words of={busy ? keys.sending : code === undefined ? keys.readDo : doWord} />
      </button>
    </form>
  );
}
