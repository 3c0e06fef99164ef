import type { VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { termsLike, termsOf } from "../state/word_lists.js";
import { Send } from "../view/form.js";
import { Given, useLine, Words } from "../view/words.js";
import { wordLists as words } from "../words/word_lists.js";
import type { Words as WordLists } from "../wire.js";
import { useDeed } from "./deed.js";
import { Said } from "./deed_said.js";
import { TextField } from "./fields.js";

interface Props {
  readonly list: "own" | "allowed";
  readonly now: WordLists;
  readonly after: (now: WordLists) => void;
}

const nAtFirst = 60;
const nSearchable = 12; // fewer are seen at a glance

/** One list: its words, more of them, fewer of them. */
export function TermList({ list, now, after }: Props): VNode {
  const [typed, type] = useState("");
  const [isWhole, showWhole] = useState(false);
  const [leaving, ask_] = useState<string | undefined>(undefined);
  const heading = useRef<HTMLHeadingElement>(null);
  const terms = now[list];
  const like = termsLike(terms, typed);
  const shown = isWhole ? like : like.slice(0, nAtFirst);
  const title = `words-${list}`;
  return (
    <section class="card stack" aria-labelledby={title}>
      <h2 id={title} ref={heading} tabIndex={-1}>
        <Words of={words[list]} /> <Words of={words.count} slots={{ n: terms.length }} />
      </h2>
      <p class="fine">
        <Words of={list === "own" ? words.ownNote : words.allowedNote} />
      </p>
      <AddTerms list={list} version={now.version} after={after} />
      {terms.length > nSearchable ? (
        <div class="search">
          <label for={`${title}-search`}>
            <Words of={words.search} />
          </label>
          <input
            id={`${title}-search`}
            type="search"
            autocomplete="off"
            onInput={(event) => type(event.currentTarget.value)}
          />
        </div>
      ) : null}
      {terms.length === 0 ? (
        <p>
          <Words of={list === "own" ? words.ownNone : words.allowedNone} />
        </p>
      ) : null}
      <p role="status" class={like.length < terms.length ? "fine" : "unseen"}>
        {like.length === 0 && terms.length > 0 ? <Words of={words.searchNone} /> : null}
        {like.length > 0 && like.length < terms.length ? (
          <Words of={words.shown} slots={{ n: terms.length, shown: like.length }} />
        ) : null}
      </p>
      <ul class="terms">
        {shown.map((term) => (
          <li key={term}>
            <Term
              term={term}
              isAsked={leaving === term}
              open={() => ask_(term)}
              close={(now) => {
                ask_(undefined);
                if (now === undefined) return;
                heading.current?.focus(); // the button that was pressed has gone
                after(now);
              }}
              list={list}
              version={now.version}
            />
          </li>
        ))}
      </ul>
      {like.length > shown.length ? (
        <button type="button" class="quiet-button" onClick={() => showWhole(true)}>
          <Words of={words.showAll} />
        </button>
      ) : null}
    </section>
  );
}

interface AddProps {
  readonly list: "own" | "allowed";
  readonly version: number;
  readonly after: (now: WordLists) => void;
}

function AddTerms({ list, version, after }: AddProps): VNode {
  const [typed, type] = useState("");
  const [reason, write] = useState("");
  const [isEmpty, point] = useState(false);
  const deed = useDeed();
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLElement;
    const add = termsOf(typed);
    point(add.length === 0);
    if (add.length === 0) return form.querySelector("input")?.focus();
    const now = await deed.run((id) =>
      ask("words.change", undefined, {
        id,
        list,
        add,
        expected_version: version,
        ...(reason.trim() === "" ? {} : { reason: reason.trim() }),
      }),
    );
    if (now === undefined) return;
    type("");
    write("");
    after(now);
  };
  const put = (set: (text: string) => void) => (text: string) => {
    deed.anew();
    set(text);
  };
  return (
    <form class="stack" onSubmit={(event) => void send(event)} noValidate>
      <div class="pair">
        <TextField
          id={`words-${list}-add`}
          word={list === "own" ? words.addOwn : words.addAllowed}
          hint={words.addHint}
          fault={isEmpty ? "" : undefined}
          value={typed}
          put={put(type)}
        />
        <TextField
          id={`words-${list}-reason`}
          word={words.reason}
          fault={undefined}
          value={reason}
          put={put(write)}
        />
      </div>
      <Said of={deed.said} done={words.done} />
      <Send busy={deed.busy} word={words.add} busyWord={words.working} />
    </form>
  );
}

interface TermProps extends Omit<AddProps, "after"> {
  readonly term: string;
  readonly isAsked: boolean;
  readonly open: () => void;
  /** With the lists as they are then; without: it stays. */
  readonly close: (now: WordLists | undefined) => void;
}

/** A word of the list; taking it out is asked about, with a reason. */
function Term({ term, isAsked, open, close, list, version }: TermProps): VNode {
  const line = useLine();
  const [reason, write] = useState("");
  const deed = useDeed();
  if (!isAsked)
    return (
      <button
        type="button"
        class="quiet-button term"
        aria-label={line(words.remove, { word: term })}
        onClick={open}
      >
        <Given>{term}</Given> <span aria-hidden="true">×</span>
      </button>
    );
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const now = await deed.run((id) =>
      ask("words.change", undefined, {
        id,
        list,
        remove: [term],
        expected_version: version,
        ...(reason.trim() === "" ? {} : { reason: reason.trim() }),
      }),
    );
    if (now !== undefined) close(now);
  };
  return (
    <form class="panel-act stack" onSubmit={(event) => void send(event)} noValidate>
      <p>
        <Words of={words.removeWhat} slots={{ word: <Given>{term}</Given> }} />
      </p>
      <TextField
        id={`words-${list}-leave`}
        word={words.reason}
        fault={undefined}
        value={reason}
        put={(text) => {
          deed.anew();
          write(text);
        }}
      />
      <Said of={deed.said} done={words.done} />
      <div class="row">
        <button type="submit" class="button" aria-disabled={deed.busy}>
          <Words of={words.doRemove} />
        </button>
        <button type="button" class="quiet-button" onClick={() => close(undefined)}>
          <Words of={words.keep} />
        </button>
      </div>
    </form>
  );
}
