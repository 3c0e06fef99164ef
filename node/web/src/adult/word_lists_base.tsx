import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { Failure } from "../view/page.js";
import { Given, Words } from "../view/words.js";
import { first } from "../words/first.js";
import { wordLists as words } from "../words/word_lists.js";
import type { WordsCategory } from "../wire.js";
import { refusalOf } from "./fields.js";
import { kindWords } from "./word_lists_try.js";

/** What comes with the system, by category; harsh, so each is opened on purpose. */
export function BaseList({ of }: { of: readonly WordsCategory[] }): VNode {
  return (
    <section class="card stack" aria-labelledby="words-base">
      <h2 id="words-base">
        <Words of={words.base} />
      </h2>
      <p class="fine">
        <Words of={words.baseNote} />
      </p>
      <ul class="categories">
        {of.map((one) => (
          <li key={one.name}>
            <Category of={one} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Category({ of }: { of: WordsCategory }): VNode {
  const [terms, tell] = useState<readonly string[] | undefined>(undefined);
  const [failed, fail] = useState<string | undefined>(undefined);
  const open = async (isOpen: boolean): Promise<void> => {
    if (!isOpen || of.n === 0 || terms !== undefined) return;
    const outcome = await ask("words.base", undefined, undefined, { category: of.name });
    fail(refusalOf(outcome));
    if (outcome.kind === "ok") tell(outcome.value.terms);
  };
  const kind = kindWords[of.kind];
  return (
    <details onToggle={(event) => void open(event.currentTarget.open)}>
      <summary>
        <Words of={words.baseOpen} slots={{ title: <Given>{of.title}</Given>, n: of.n }} />
        {kind === undefined ? null : (
          <span class="pill">
            <Words of={kind} />
          </span>
        )}
      </summary>
      <Failure text={failed} />
      {of.n === 0 ? (
        <p class="fine">
          <Words of={words.baseDetected} />
        </p>
      ) : terms === undefined ? (
        failed === undefined ? (
          <p class="fine">
            <Words of={first.starting} />
          </p>
        ) : null
      ) : (
        <ul class="terms">
          {terms.map((term) => (
            <li key={term}>
              <Given>{term}</Given>
            </li>
          ))}
        </ul>
      )}
    </details>
  );
}
