import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { useAsked } from "../view/asked.js";
import { Back, PageHead, type PageProps, Shown } from "../view/page.js";
import { Words } from "../view/words.js";
import { first } from "../words/first.js";
import { wordLists as words } from "../words/word_lists.js";
import type { Words as WordLists } from "../wire.js";
import { BaseList } from "./word_lists_base.js";
import { WordHistory } from "./word_lists_history.js";
import { ImportWords } from "./word_lists_import.js";
import { TermList } from "./word_lists_terms.js";
import { TryOut } from "./word_lists_try.js";

/** What others do not see in a text of people (AI-2.6-ウ): tried out, added, taken out, undone. */
export function WordListsPage({ role }: PageProps): VNode {
  const [asked, again] = useAsked("words.show", undefined);
  const [changed, tell] = useState<WordLists | undefined>(undefined);
  const [round, next] = useState(0);
  const after = (now: WordLists): void => {
    tell(now);
    next(round + 1);
  };
  return (
    <div class="page">
      <Back href="#/" word={first.toHome} />
      <PageHead title={words.title} />
      <p>
        <Words of={words.lead} />
      </p>
      <Shown asked={asked} again={again}>
        {(first) => {
          const now = changed ?? first;
          return (
            <>
              <TryOut version={now.version} />
              <TermList list="own" now={now} after={after} />
              <TermList list="allowed" now={now} after={after} />
              <ImportWords after={after} />
              <BaseList of={now.base} />
              <WordHistory round={round} mayMeet={role === "commissioner"} after={after} />
            </>
          );
        }}
      </Shown>
    </div>
  );
}
