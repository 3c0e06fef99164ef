import type { VNode } from "preact";
import { ask, type Outcome } from "../edge/api.js";
import { linesOf, undoneOf } from "../state/word_lists.js";
import { type PageOfList, usePaged } from "../view/paged.js";
import { Time } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { roles } from "../words/home.js";
import { hoursWork } from "../words/hours_work.js";
import { wordLists as words } from "../words/word_lists.js";
import type { Word } from "../words/word.js";
import type { Words as WordLists, WordsPast } from "../wire.js";
import { useDeed } from "./deed.js";
import { Said } from "./deed_said.js";
import { useRound } from "./hours_act.js";
import { RecordFoot } from "./record.js";

async function load(before: string | undefined): Promise<Outcome<PageOfList<WordsPast>>> {
  const query = before === undefined ? {} : { before };
  const outcome = await ask("words.history", undefined, undefined, query);
  if (outcome.kind !== "ok") return outcome;
  const { items, has_more } = outcome.value;
  const last = items.at(-1);
  return {
    kind: "ok",
    value: has_more && last !== undefined ? { items, next: String(last.version) } : { items },
  };
}

interface Props {
  /** How many changes were made on this page: after each the history is asked for again. */
  readonly round: number;
  readonly mayMeet: boolean;
  readonly after: (now: WordLists) => void;
}

/** Every decision, newest first; taking one back is a decision, too. */
export function WordHistory({ round, mayMeet, after }: Props): VNode {
  const [paged, { more, again }] = usePaged<WordsPast>("words.history", load);
  useRound(round, again);
  const undone = undoneOf(paged.items);
  return (
    <section class="card stack" aria-labelledby="words-history">
      <h2 id="words-history">
        <Words of={words.history} />
      </h2>
      {paged.items.length === 0 ? null : (
        <ol class="history">
          {paged.items.map((one) => (
            <li key={one.act}>
              <Past one={one} isUndone={undone.has(one.act)} mayMeet={mayMeet} after={after} />
            </li>
          ))}
        </ol>
      )}
      <RecordFoot paged={paged} more={more} none={words.historyNone} moreWord={words.older} />
    </section>
  );
}

const nNamed = 12;

function Terms({ of, word }: { of: string; word: Word }): VNode | null {
  const all = linesOf(of);
  if (all.length === 0) return null;
  return (
    <p>
      <Words
        of={word}
        slots={{
          words: (
            <>
              <Given>{all.slice(0, nNamed).join("、")}</Given>{" "}
              {all.length > nNamed ? (
                <Words of={words.andMore} slots={{ n: all.length - nNamed }} />
              ) : null}
            </>
          ),
        }}
      />
    </p>
  );
}

interface PastProps extends Omit<Props, "round"> {
  readonly one: WordsPast;
  readonly isUndone: boolean;
}

function Past({ one, isUndone, mayMeet, after }: PastProps): VNode {
  const deed = useDeed();
  const by = (roles as Readonly<Record<string, Word>>)[one.role];
  const undo = async (): Promise<void> => {
    const now = await deed.run((id) => ask("words.undo", undefined, { id, act: one.act }));
    if (now !== undefined) after(now);
  };
  return (
    <div class="past stack-small">
      <div class="stack-small">
        <p class="tags" id={`words-act-${one.version}`}>
          <b>
            <Words of={words[one.list]} />
          </b>
          {one.undoes === undefined ? null : (
            <span class="pill">
              <Words of={words.isUndo} />
            </span>
          )}
          {isUndone ? (
            <span class="pill">
              <Words of={words.wasUndone} />
            </span>
          ) : null}
        </p>
        <Terms of={one.added} word={words.added} />
        <Terms of={one.removed} word={words.removed} />
        {one.reason === undefined ? null : (
          <p>
            <Words of={words.because} slots={{ text: <Given>{one.reason}</Given> }} />
          </p>
        )}
        <p class="fine">
          <Words
            of={words.by}
            slots={{
              time: <Time utc={one.decided_at} />,
              role: by === undefined ? <Given>{one.role}</Given> : <Words of={by} />,
            }}
          />{" "}
          {mayMeet ? (
            <a class="inline-door" href={`#/people/${one.decided_by}`}>
              <Words of={hoursWork.person} />
            </a>
          ) : null}
        </p>
        <Said of={deed.said} done={words.done} />
      </div>
      {isUndone ? null : (
        <button
          type="button"
          class="quiet-button"
          aria-describedby={`words-act-${one.version}`}
          aria-disabled={deed.busy}
          onClick={() => void undo()}
        >
          <Words of={words.undo} />
        </button>
      )}
    </div>
  );
}
