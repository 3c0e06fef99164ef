import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import {
  callName,
  type Chosen,
  everybody,
  mayApprove,
  mayIssue,
  mayRequest,
  type PeopleQuestion,
  peopleQuery,
  states,
  toggled,
} from "../state/people.js";
import type { Person } from "../wire.js";
import { useAsked } from "../view/asked.js";
import { Back, Failure, PageHead, type PageProps } from "../view/page.js";
import { usePaged } from "../view/paged.js";
import { MissingNote } from "../view/trouble.js";
import { Given, useLine, Words } from "../view/words.js";
import { first } from "../words/first.js";
import { roles as roleWords } from "../words/home.js";
import { people as words } from "../words/people.js";
import { summary } from "../words/summary.js";
import { Bulk } from "./people_bulk.js";
import { PersonTags } from "./person_parts.js";

/** Everyone this viewer may know of: searched, filtered, and dealt with many at a time. */
export function PeoplePage({ role }: PageProps): VNode {
  const [question, put] = useState<PeopleQuestion>(everybody);
  const [chosen, choose] = useState<Chosen>(new Set());
  const query = peopleQuery(question);
  const [total, tellTotal] = useState<number | undefined>(undefined);
  const [paged, { more, again }] = usePaged<Person>(JSON.stringify(query), async (after) => {
    const outcome = await ask("people.list", undefined, undefined, {
      ...query,
      ...(after === undefined ? {} : { after }),
    });
    if (outcome.kind === "ok") tellTotal(outcome.value.total);
    return outcome;
  });
  if (paged.trouble === "missing") return <MissingNote />;
  const mayChoose = mayApprove(role) || mayIssue(role);
  return (
    <div class="page">
      <Back href="#/" word={first.toHome} />
      <PageHead title={words.title} />
      <p>
        <Words of={role === "supporter" ? words.hiddenNames : words.lead} />
      </p>
      <p class="row">
        {mayRequest(role) ? (
          <a class="button" href="#/person-new">
            <Words of={words.add} />
          </a>
        ) : null}
        {role === "commissioner" ? (
          <a class="back" href="#/unused">
            <Words of={summary.toUnused} />
          </a>
        ) : null}
      </p>
      <Search
        question={question}
        isNarrow={role === "supporter"}
        put={(next) => {
          choose(new Set());
          put(next);
        }}
      />
      <p role="status" class="fine">
        {paged.isAsking ? (
          <Words of={first.starting} />
        ) : total === undefined ? null : (
          <Words of={paged.items.length === 0 ? words.none : words.found} slots={{ n: total }} />
        )}
      </p>
      {mayChoose ? (
        <Bulk role={role} people={paged.items} chosen={chosen} choose={choose} again={again} />
      ) : null}
      <ul class="history">
        {paged.items.map((one) => (
          <li class="card card-small person-row" key={one.id}>
            {mayChoose ? (
              <Tick
                person={one}
                checked={chosen.has(one.id)}
                change={() => choose(toggled(chosen, one.id))}
              />
            ) : null}
            <PersonLine person={one} />
          </li>
        ))}
      </ul>
      {paged.trouble === undefined ? null : <Failure text={paged.text} />}
      {paged.hasMore ? (
        <button type="button" class="quiet-button" onClick={more}>
          <Words of={words.more} />
        </button>
      ) : null}
    </div>
  );
}

interface SearchProps {
  readonly question: PeopleQuestion;
  readonly isNarrow: boolean;
  readonly put: (question: PeopleQuestion) => void;
}

/** Asks when the form is sent: each list that is shown counts as people looked at. */
function Search({ question, isNarrow, put }: SearchProps): VNode {
  const line = useLine();
  const [draft, write] = useState(question);
  const [schools] = useAsked("schools.list", undefined);
  const set = (change: Partial<PeopleQuestion>): void => write({ ...draft, ...change });
  return (
    <form
      class="card filter"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        put(draft);
      }}
    >
      <div class="filter-wide">
        <label for="people-q">
          <Words of={words.search} />
        </label>
        <input
          id="people-q"
          type="search"
          autocomplete="off"
          value={draft.q}
          onInput={(event) => set({ q: event.currentTarget.value })}
        />
      </div>
      <div>
        <label for="people-state">
          <Words of={words.state} />
        </label>
        <select
          id="people-state"
          value={draft.state}
          onChange={(event) => set({ state: event.currentTarget.value })}
        >
          <option value="">{line(words.all)}</option>
          {states.map((one) => (
            <option value={one} key={one}>
              {line(words[one])}
            </option>
          ))}
          {isNarrow ? null : <option value="none">{line(words.noId)}</option>}
        </select>
      </div>
      {isNarrow ? null : (
        <div>
          <label for="people-role">
            <Words of={words.role} />
          </label>
          <select
            id="people-role"
            value={draft.role}
            onChange={(event) => set({ role: event.currentTarget.value })}
          >
            <option value="">{line(words.all)}</option>
            {Object.entries(roleWords).map(([id, word]) => (
              <option value={id} key={id}>
                {line(word)}
              </option>
            ))}
          </select>
        </div>
      )}
      {schools.at === "here" && schools.value.items.length > 1 ? (
        <div>
          <label for="people-school">
            <Words of={words.school} />
          </label>
          <select
            id="people-school"
            value={draft.school}
            onChange={(event) => set({ school: event.currentTarget.value })}
          >
            <option value="">{line(words.all)}</option>
            {schools.value.items.map((one) => (
              <option value={one.id} key={one.id}>
                {one.name}
              </option>
            ))}
          </select>
        </div>
      ) : null}
      <button type="submit" class="button">
        <Words of={words.doSearch} />
      </button>
    </form>
  );
}

interface TickProps {
  readonly person: Person;
  readonly checked: boolean;
  readonly change: () => void;
}

function Tick({ person, checked, change }: TickProps): VNode {
  const line = useLine();
  return (
    <label class="tick">
      <input
        type="checkbox"
        checked={checked}
        aria-label={line(words.chooseOne, { name: callName(person) })}
        onChange={change}
      />
    </label>
  );
}

function PersonLine({ person }: { person: Person }): VNode {
  return (
    <div class="stack-small">
      <a class="person-name" href={`#/people/${person.id}`}>
        <Given>{callName(person)}</Given>
        {person.kana === undefined || person.kana === "" ? null : (
          <span class="fine">
            {" "}
            <Given>{person.kana}</Given>
          </span>
        )}
      </a>
      <PersonTags person={person} />
    </div>
  );
}
