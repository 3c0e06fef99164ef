import type { ComponentChildren, VNode } from "preact";
import { useState } from "preact/hooks";
import { useLine, Words } from "../view/words.js";
import type { Word } from "../words/word.js";

interface FilterProps<Q> {
  readonly title: Word;
  readonly search: Word;
  readonly question: Q;
  readonly put: (question: Q) => void;
  readonly children: (draft: Q, set: (change: Partial<Q>) => void) => ComponentChildren;
}

/** What is asked of a record: filled in, and asked when the button is pressed. A question that was put
 * elsewhere on the page ("only this one") comes into the fields. */
export function Filter<Q extends object>({
  title,
  search,
  question,
  put,
  children,
}: FilterProps<Q>): VNode {
  const [draft, write] = useState(question);
  const [known, learn] = useState(question);
  if (known !== question) {
    learn(question);
    write(question);
  }
  return (
    <form
      class="card filter"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        put(draft);
      }}
    >
      <h2 class="filter-wide">
        <Words of={title} />
      </h2>
      {children(draft, (change) => write({ ...draft, ...change }))}
      <button type="submit" class="button">
        <Words of={search} />
      </button>
    </form>
  );
}

interface FieldProps {
  readonly id: string;
  readonly word: Word;
  readonly value: string;
  readonly put: (value: string) => void;
}

function Labelled({
  id,
  word,
  children,
}: Pick<FieldProps, "id" | "word"> & { children: ComponentChildren }): VNode {
  return (
    <div>
      <label for={id}>
        <Words of={word} />
      </label>
      {children}
    </div>
  );
}

export function FilterSelect({
  id,
  word,
  value,
  put,
  all,
  choices,
}: FieldProps & {
  /** What stands for no choice. */
  all: Word;
  choices: readonly (readonly [value: string, label: string])[];
}): VNode {
  const line = useLine();
  return (
    <Labelled id={id} word={word}>
      <select
        id={id}
        class="given"
        value={value}
        onChange={(event) => put(event.currentTarget.value)}
      >
        <option value="">{line(all)}</option>
        {choices.map(([one, label]) => (
          <option value={one} key={one}>
            {label}
          </option>
        ))}
      </select>
    </Labelled>
  );
}

/** An ID, as typed. */
export function FilterText({ id, word, value, put }: FieldProps): VNode {
  return (
    <Labelled id={id} word={word}>
      <input
        id={id}
        type="text"
        autocomplete="off"
        spellcheck={false}
        value={value}
        onInput={(event) => put(event.currentTarget.value)}
      />
    </Labelled>
  );
}

/** A day and a minute in Japan. */
export function FilterTime({ id, word, value, put }: FieldProps): VNode {
  return (
    <Labelled id={id} word={word}>
      <input
        id={id}
        type="datetime-local"
        value={value}
        onInput={(event) => put(event.currentTarget.value)}
      />
    </Labelled>
  );
}
