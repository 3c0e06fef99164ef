import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { type AuditQuestion, auditQuery, noQuestion } from "../state/audit.js";
import type { AccessRecord } from "../wire.js";
import { useAsked } from "../view/asked.js";
import { Back, Failure, PageHead, type PageProps } from "../view/page.js";
import { usePaged } from "../view/paged.js";
import { Time } from "../view/time.js";
import { MissingNote } from "../view/trouble.js";
import { Given, useLine, Words } from "../view/words.js";
import { audit as words } from "../words/audit.js";
import { first } from "../words/first.js";
import { roles as roleWords } from "../words/home.js";
import type { Word } from "../words/word.js";
import { Notices } from "./notices.js";

/** Who did what, newest first, and what the node noticed by itself (NI-T3-8, NI-T3-10). */
export function AuditPage({ role }: PageProps): VNode {
  const [question, put] = useState<AuditQuestion>(noQuestion);
  const query = auditQuery(question);
  const [paged, { more }] = usePaged<AccessRecord>(JSON.stringify(query), (before) =>
    ask("access_records.list", undefined, undefined, {
      ...query,
      ...(before === undefined ? {} : { before }),
    }),
  );
  const [table] = useAsked("roles.table", undefined);
  const groups = table.at === "here" ? table.value.groups : [];
  const summaries = new Map(
    groups.flatMap((group) => group.rows.map((row) => [row.name, row.summary_ja] as const)),
  );
  if (paged.trouble === "missing") return <MissingNote />;
  return (
    <div class="page">
      <Back href="#/" word={first.toHome} />
      <PageHead title={words.title} />
      <p>
        <Words of={words.lead} />
      </p>
      <Checkpoint />
      <Notices />
      <Filter question={question} put={put} />
      <ul class="history">
        {paged.items.map((one) => (
          <li class="card card-small" key={one.id}>
            <Entry
              entry={one}
              mayMeet={role === "commissioner"}
              summary={summaries.get(one.route) ?? one.route}
              only={(account) => put({ ...question, account })}
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

/** How far the record stands under a signature of the node. */
function Checkpoint(): VNode {
  const [asked] = useAsked("audit.checkpoint", undefined);
  return (
    <p class="fine" role="status">
      {asked.at === "here" ? (
        <Words of={words.checkpoint} slots={{ n: asked.value.size }} />
      ) : asked.at === "trouble" ? (
        <Words of={words.checkpointNone} />
      ) : null}
    </p>
  );
}

const actions: Readonly<Record<string, Word>> = {
  read: words.read,
  change: words.change,
  export: words.export,
  refused: words.refused,
};

interface FilterProps {
  readonly question: AuditQuestion;
  readonly put: (question: AuditQuestion) => void;
}

function Filter({ question, put }: FilterProps): VNode {
  const line = useLine();
  const [draft, write] = useState(question);
  const [known, learn] = useState(question);
  if (known !== question) {
    // "only this one" was pressed below: the form follows
    learn(question);
    write(question);
  }
  const set = (change: Partial<AuditQuestion>): void => write({ ...draft, ...change });
  const fields = ["account", "person"] as const;
  const times = ["from", "until"] as const;
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
        <label for="audit-action">
          <Words of={words.action} />
        </label>
        <select
          id="audit-action"
          value={draft.action}
          onChange={(event) => set({ action: event.currentTarget.value })}
        >
          <option value="">{line(words.all)}</option>
          {Object.entries(actions).map(([id, word]) => (
            <option value={id} key={id}>
              {line(word)}
            </option>
          ))}
        </select>
      </div>
      {fields.map((name) => (
        <div key={name}>
          <label for={`audit-${name}`}>
            <Words of={words[name]} />
          </label>
          <input
            id={`audit-${name}`}
            type="text"
            autocomplete="off"
            spellcheck={false}
            value={draft[name]}
            onInput={(event) => set({ [name]: event.currentTarget.value })}
          />
        </div>
      ))}
      {times.map((name) => (
        <div key={name}>
          <label for={`audit-${name}`}>
            <Words of={words[name]} />
          </label>
          <input
            id={`audit-${name}`}
            type="datetime-local"
            value={draft[name]}
            onInput={(event) => set({ [name]: event.currentTarget.value })}
          />
        </div>
      ))}
      <button type="submit" class="button">
        <Words of={words.search} />
      </button>
    </form>
  );
}

interface EntryProps {
  readonly entry: AccessRecord;
  readonly summary: string;
  readonly only: (account: string) => void;
  /** May this reader open the page of a person? */
  readonly mayMeet: boolean;
}

function Entry({ entry, summary, only, mayMeet }: EntryProps): VNode {
  const action = actions[entry.action];
  return (
    <div class="stack-small">
      <p class="tags">
        <span class={entry.action === "refused" ? "pill pill-alert" : "pill"}>
          {action === undefined ? <Given>{entry.action}</Given> : <Words of={action} />}
        </span>
        <Time utc={entry.at} />
      </p>
      <h3 class="deed" id={`entry-${entry.id}`}>
        <Given>{summary}</Given>
      </h3>
      <p class="fine">
        <Who entry={entry} mayMeet={mayMeet} />
        {entry.n_shown > 0 ? (
          <>
            {"・"}
            <Words of={words.shown} slots={{ n: entry.n_shown }} />
          </>
        ) : null}
        {entry.person === undefined ? null : (
          <>
            {"・"}
            <Words
              of={words.about}
              slots={{ id: <Somebody id={entry.person} mayMeet={mayMeet} /> }}
            />
          </>
        )}
        {entry.outcome === "ok" ? null : (
          <>
            {"・"}
            <Words of={words.outcome} slots={{ code: <Given>{entry.outcome}</Given> }} />
          </>
        )}
      </p>
      {entry.account === undefined ? null : (
        <button
          type="button"
          class="quiet-button"
          aria-describedby={`entry-${entry.id}`}
          onClick={() => only(entry.account ?? "")}
        >
          <Words of={words.onlyOf} />
        </button>
      )}
    </div>
  );
}

/** The record holds ids and no names; who may know the person comes to the page from here. */
function Somebody({ id, mayMeet }: { id: string; mayMeet: boolean }): VNode {
  return mayMeet ? (
    <a class="inline-door" href={`#/people/${id}`}>
      <Given>{id}</Given>
    </a>
  ) : (
    <Given>{id}</Given>
  );
}

function Who({ entry, mayMeet }: { entry: AccessRecord; mayMeet: boolean }): VNode {
  if (entry.operator_name !== undefined) return <Words of={words.operator} />;
  if (entry.account === undefined) return <Words of={words.nobody} />;
  const role = (roleWords as Readonly<Record<string, Word>>)[entry.role];
  return (
    <Words
      of={words.by}
      slots={{
        who: role === undefined ? <Given>{entry.role}</Given> : <Words of={role} />,
        id: <Somebody id={entry.account} mayMeet={mayMeet} />,
      }}
    />
  );
}
