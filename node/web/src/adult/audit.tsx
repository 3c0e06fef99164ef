import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { type AuditQuestion, auditQuery, noQuestion } from "../state/audit.js";
import type { AccessRecord } from "../wire.js";
import { useAsked } from "../view/asked.js";
import { Back, PageHead, type PageProps } from "../view/page.js";
import { usePaged } from "../view/paged.js";
import { Time } from "../view/time.js";
import { MissingNote } from "../view/trouble.js";
import { Given, useLine, Words } from "../view/words.js";
import { audit as words } from "../words/audit.js";
import { first } from "../words/first.js";
import { roles as roleWords } from "../words/home.js";
import type { Word } from "../words/word.js";
import { Filter, FilterSelect, FilterText, FilterTime } from "./filter.js";
import { Notices } from "./notices.js";
import { RecordFoot } from "./record.js";

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
      <AuditFilter question={question} put={put} />
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
      <RecordFoot paged={paged} more={more} none={words.none} moreWord={words.more} />
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

function AuditFilter({
  question,
  put,
}: {
  question: AuditQuestion;
  put: (question: AuditQuestion) => void;
}): VNode {
  const line = useLine();
  return (
    <Filter title={words.filter} search={words.search} question={question} put={put}>
      {(draft, set) => (
        <>
          <FilterSelect
            id="audit-action"
            word={words.action}
            value={draft.action}
            put={(action) => set({ action })}
            all={words.all}
            choices={Object.entries(actions).map(([id, word]) => [id, line(word)] as const)}
          />
          {(["account", "person"] as const).map((name) => (
            <FilterText
              key={name}
              id={`audit-${name}`}
              word={words[name]}
              value={draft[name]}
              put={(value) => set({ [name]: value })}
            />
          ))}
          {(["from", "until"] as const).map((name) => (
            <FilterTime
              key={name}
              id={`audit-${name}`}
              word={words[name]}
              value={draft[name]}
              put={(value) => set({ [name]: value })}
            />
          ))}
        </>
      )}
    </Filter>
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
