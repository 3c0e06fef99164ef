import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { noVisitQuestion, visitQuery, type VisitQuestion } from "../state/visits.js";
import { useAsked } from "../view/asked.js";
import { Back, Failure, PageHead, type PageProps } from "../view/page.js";
import { usePaged } from "../view/paged.js";
import { Time } from "../view/time.js";
import { MissingNote } from "../view/trouble.js";
import { Given, useLine, Words } from "../view/words.js";
import { first } from "../words/first.js";
import { visits as words } from "../words/floors.js";
import type { Word } from "../words/word.js";
import type { FloorInfo, Visit } from "../wire.js";
import { FloorOf, floorLine, RoleName } from "./floor_parts.js";

/** Who came and left, newest first (AI-2.5-ア). */
export function VisitsPage({ role }: PageProps): VNode {
  const [question, put] = useState<VisitQuestion>(noVisitQuestion);
  const query = visitQuery(question);
  const [floors] = useAsked("floors.list", undefined);
  const all = floors.at === "here" ? floors.value.items : [];
  const [paged, { more }] = usePaged<Visit>(JSON.stringify(query), (before) =>
    ask("visits.list", undefined, undefined, {
      ...query,
      ...(before === undefined ? {} : { before }),
    }),
  );
  if (paged.trouble === "missing") return <MissingNote />;
  return (
    <div class="page">
      <Back href="#/" word={first.toHome} />
      <PageHead title={words.title} />
      <p>
        <Words of={words.lead} />
      </p>
      <Filter question={question} put={put} floors={all} />
      <ul class="history">
        {paged.items.map((one) => (
          <li class="card card-small stack-small" key={one.id}>
            <Entry
              visit={one}
              floors={all}
              mayMeet={role === "commissioner"}
              only={() => put({ ...question, person: one.account })}
            />
          </li>
        ))}
      </ul>
      <p role="status" class={paged.items.length === 0 || paged.isAsking ? "note" : "unseen"}>
        {paged.isAsking ? (
          <Words of={first.starting} />
        ) : paged.items.length === 0 && paged.trouble === undefined ? (
          <Words of={words.none} />
        ) : null}
      </p>
      {paged.trouble === undefined ? null : <Failure text={paged.text} />}
      {paged.hasMore ? (
        <button type="button" class="quiet-button" onClick={more}>
          <Words of={words.more} />
        </button>
      ) : null}
    </div>
  );
}

interface FilterProps {
  readonly question: VisitQuestion;
  readonly put: (question: VisitQuestion) => void;
  readonly floors: readonly FloorInfo[];
}

function Filter({ question, put, floors }: FilterProps): VNode {
  const line = useLine();
  const [draft, write] = useState(question);
  const [known, learn] = useState(question);
  if (known !== question) {
    // "only this one" was pressed below: the form follows
    learn(question);
    write(question);
  }
  const set = (change: Partial<VisitQuestion>): void => write({ ...draft, ...change });
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
        <Words of={words.filter} />
      </h2>
      <div>
        <label for="visits-floor">
          <Words of={words.floor} />
        </label>
        <select
          id="visits-floor"
          class="given"
          value={draft.floor}
          onChange={(event) => set({ floor: event.currentTarget.value })}
        >
          <option value="">{line(words.all)}</option>
          {floors.map((one) => (
            <option value={one.id} key={one.id}>
              {floorLine(one)}
            </option>
          ))}
        </select>
      </div>
      <div>
        <label for="visits-person">
          <Words of={words.person} />
        </label>
        <input
          id="visits-person"
          type="text"
          autocomplete="off"
          spellcheck={false}
          value={draft.person}
          onInput={(event) => set({ person: event.currentTarget.value })}
        />
      </div>
      {(["from", "until"] as const).map((name) => (
        <div key={name}>
          <label for={`visits-${name}`}>
            <Words of={words[name]} />
          </label>
          <input
            id={`visits-${name}`}
            type="datetime-local"
            value={draft[name]}
            onInput={(event) => set({ [name]: event.currentTarget.value })}
          />
        </div>
      ))}
      <p class="fine filter-wide">
        <Words of={words.sevenDays} />
      </p>
      <button type="submit" class="button">
        <Words of={words.search} />
      </button>
    </form>
  );
}

const kinds: Readonly<Record<Visit["kind"], Word>> = {
  entry: words.entry,
  move: words.move,
  exit: words.exit,
  lost: words.lost,
};
/** The words of the node (node/place/visit.c). */
const reasons: Readonly<Record<string, Word>> = {
  left: words.left,
  page: words.away,
  closed: words.away,
  cut: words.cut,
  closing: words.closing,
  access: words.access,
  elsewhere: words.elsewhere,
  ended: words.ended,
  floor: words.floorGone,
  restart: words.restart,
};

interface EntryProps {
  readonly visit: Visit;
  readonly floors: readonly FloorInfo[];
  /** May this reader open the page of a person? */
  readonly mayMeet: boolean;
  readonly only: () => void;
}

function Entry({ visit, floors, mayMeet, only }: EntryProps): VNode {
  const name = [visit.display_name, visit.login].filter((one) => one !== undefined).join(" ");
  const reason = reasons[visit.reason];
  return (
    <>
      <p class="tags">
        <span class={visit.kind === "lost" ? "pill pill-alert" : "pill"}>
          <Words of={kinds[visit.kind]} />
        </span>
        <Time utc={visit.at} />
        {visit.is_trial ? (
          <span class="pill">
            <Words of={words.trial} />
          </span>
        ) : null}
      </p>
      <h3 class="deed" id={`visit-${visit.id}`}>
        {mayMeet ? (
          <a class="inline-door" href={`#/people/${visit.account}`}>
            <Given>{name || visit.account}</Given>
          </a>
        ) : (
          <Given>{name || visit.account}</Given>
        )}
      </h3>
      <p class="tags fine">
        {visit.role === undefined ? null : <RoleName of={visit.role} />}
        <FloorOf id={visit.floor} all={floors} />
        {visit.copy > 1 ? <Words of={words.copy} slots={{ n: visit.copy }} /> : null}
        {reason === undefined ? null : (
          <Words of={words.why} slots={{ reason: <Words of={reason} /> }} />
        )}
      </p>
      <button
        type="button"
        class="quiet-button"
        aria-describedby={`visit-${visit.id}`}
        onClick={only}
      >
        <Words of={words.onlyOf} />
      </button>
    </>
  );
}
