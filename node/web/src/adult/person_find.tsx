import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { callName } from "../state/people.js";
import type { People, Person } from "../wire.js";
import { Failure } from "../view/page.js";
import { Given, useLine, Words } from "../view/words.js";
import { person as words } from "../words/person.js";
import { refusalOf } from "./fields.js";
import { PersonTags } from "./person_parts.js";

interface Props {
  readonly id: string;
  readonly not: readonly string[];
  readonly role?: Person["role"];
  readonly choose: (person: Person) => void;
}

const nShown = 8;

/** Finds somebody by name within another form. Asks when told: each list counts as people looked at. */
export function FindPerson({ id, not, role, choose }: Props): VNode {
  const line = useLine();
  const [q, type] = useState("");
  const [found, tell] = useState<People | undefined>(undefined);
  const [fault, say] = useState<string | undefined>(undefined);
  const look = async (): Promise<void> => {
    if (q.trim() === "") return;
    const query = { q: q.trim(), ...(role === undefined ? {} : { role }) };
    const outcome = await ask("people.list", undefined, undefined, query);
    say(refusalOf(outcome));
    tell(outcome.kind === "ok" ? outcome.value : undefined);
  };
  const items = (found?.items ?? []).filter((one) => !not.includes(one.id)).slice(0, nShown);
  return (
    <div class="stack">
      <div>
        <label for={id}>
          <Words of={words.find} />
        </label>
        <input
          id={id}
          type="search"
          autocomplete="off"
          value={q}
          onInput={(event) => type(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.isComposing) return;
            event.preventDefault(); // it is not this that the form around waits for
            void look();
          }}
        />
      </div>
      <button type="button" class="quiet-button" onClick={() => void look()}>
        <Words of={words.doFind} />
      </button>
      <div role="status" class="stack-small">
        <Failure text={fault} />
        {found !== undefined && items.length === 0 ? (
          <p>
            <Words of={words.foundNone} />
          </p>
        ) : null}
        {found !== undefined && found.total > items.length + not.length ? (
          <p class="fine">
            <Words of={words.foundMany} slots={{ total: found.total, n: items.length }} />
          </p>
        ) : null}
      </div>
      {items.length === 0 ? null : (
        <ul class="history">
          {items.map((one) => (
            <li class="stack-small" key={one.id}>
              <PersonTags person={one} />
              <button
                type="button"
                class="quiet-button found"
                aria-label={line(words.choose, { name: callName(one) })}
                onClick={() => {
                  tell(undefined);
                  type("");
                  choose(one);
                }}
              >
                <Given>{callName(one)}</Given>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
