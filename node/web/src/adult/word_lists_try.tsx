import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { stretchesOf } from "../state/word_lists.js";
import { Send } from "../view/form.js";
import { Given, Words } from "../view/words.js";
import { wordLists as words } from "../words/word_lists.js";
import type { Word } from "../words/word.js";
import type { WordsTried } from "../wire.js";
import { useDeed } from "./deed.js";
import { Field } from "./fields.js";

const lineMost = 400;

export const kindWords: Readonly<Record<string, Word>> = {
  ng: words.ng,
  crisis: words.crisis,
  contact: words.contact,
};

interface Tried {
  readonly line: string;
  readonly version: number;
  readonly got: WordsTried;
}

/** A line looked at as the place would: what is hit, why, and what others would see. */
export function TryOut({ version }: { version: number }): VNode {
  const [line, type] = useState("");
  const [tried, show] = useState<Tried | undefined>(undefined);
  const deed = useDeed();
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const text = line.trim();
    if (text === "") return show(undefined);
    const got = await deed.run(() => ask("words.try", undefined, { text }));
    show(got === undefined ? undefined : { line: text, version, got });
  };
  return (
    <form class="card stack" onSubmit={(event) => void send(event)} noValidate>
      <h2>
        <Words of={words.tryOut} />
      </h2>
      <p class="fine">
        <Words of={words.tryNote} />
      </p>
      <Field id="words-try" word={words.tryLine} fault={undefined}>
        {(names) => (
          <input
            {...names}
            type="text"
            autocomplete="off"
            maxLength={lineMost}
            value={line}
            onInput={(event) => type(event.currentTarget.value)}
          />
        )}
      </Field>
      <Send busy={deed.busy} word={words.doTry} busyWord={words.working} />
      <div role="status" class="stack-small tried">
        {deed.said.kind === "refused"
          ? deed.said.texts.map((text) => (
              <p class="fault" key={text}>
                <Given>{text}</Given>
              </p>
            ))
          : null}
        {tried?.version === version ? <Result of={tried} /> : null}
      </div>
    </form>
  );
}

function Result({ of: { line, got } }: { of: Tried }): VNode {
  if (got.hits.length === 0)
    return (
      <p class="note">
        <Words of={words.foundNone} />
      </p>
    );
  return (
    <>
      <dl class="facts">
        <div class="fact">
          <dt>
            <Words of={words.others} />
          </dt>
          <dd class="masked">
            <Given>{got.masked}</Given>
          </dd>
        </div>
        <div class="fact">
          <dt>
            <Words of={words.staffSees} />
          </dt>
          <dd>
            <Given>
              {stretchesOf(line, got.hits).map((one, i) =>
                one.hit === undefined ? one.text : <mark key={i}>{one.text}</mark>,
              )}
            </Given>
          </dd>
        </div>
      </dl>
      {got.is_held ? (
        <p class="note">
          <Words of={words.isHeld} />
        </p>
      ) : null}
      {got.is_crisis ? (
        <p class="note">
          <Words of={words.isCrisis} />
        </p>
      ) : null}
      <h3>
        <Words of={words.found} />
      </h3>
      <ul class="deeds">
        {got.hits.map((hit, i) => {
          const kind = kindWords[hit.kind];
          return (
            <li key={i}>
              <p class="tags">
                <mark>
                  <Given>{hit.text}</Given>
                </mark>
                <Given>{hit.title}</Given>
                {kind === undefined ? null : (
                  <span class="pill">
                    <Words of={kind} />
                  </span>
                )}
              </p>
            </li>
          );
        })}
      </ul>
    </>
  );
}
