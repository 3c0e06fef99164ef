import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { inOrder } from "../state/floor_order.js";
import { noVisitQuestion, staysOf, visitQuery, type VisitQuestion } from "../state/visits.js";
import { useAsked } from "../view/asked.js";
import { Minutes } from "../view/hours.js";
import { Back, PageHead, type PageProps } from "../view/page.js";
import { RecordCell } from "../view/record.js";
import { usePaged } from "../view/paged.js";
import { Time } from "../view/time.js";
import { MissingNote } from "../view/trouble.js";
import { Given, Words } from "../view/words.js";
import { first } from "../words/first.js";
import { visits as words } from "../words/floors.js";
import type { Word } from "../words/word.js";
import type { FloorInfo, Visit } from "../wire.js";
import { Filter, FilterSelect, FilterText, FilterTime } from "./filter.js";
import { FloorOf, floorLine, RoleName } from "./floor_parts.js";
import { RecordFoot } from "./record.js";

/** Who came and left, newest first (AI-2.5-ア). */
export function VisitsPage({ role }: PageProps): VNode {
  const [question, put] = useState<VisitQuestion>(noVisitQuestion);
  const query = visitQuery(question);
  const [floors] = useAsked("floors.list", undefined);
  const all = floors.at === "here" ? inOrder(floors.value.items) : [];
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
      <VisitFilter question={question} put={put} floors={all} />
      {paged.items.length === 0 ? null : (
        <Table
          items={paged.items}
          floors={all}
          mayMeet={role === "commissioner"}
          only={(person) => put({ ...question, person })}
        />
      )}
      <RecordFoot paged={paged} more={more} none={words.none} moreWord={words.more} />
    </div>
  );
}

function VisitFilter({
  question,
  put,
  floors,
}: {
  question: VisitQuestion;
  put: (question: VisitQuestion) => void;
  floors: readonly FloorInfo[];
}): VNode {
  return (
    <Filter title={words.filter} search={words.search} question={question} put={put}>
      {(draft, set) => (
        <>
          <FilterSelect
            id="visits-floor"
            word={words.floor}
            value={draft.floor}
            put={(floor) => set({ floor })}
            all={words.all}
            choices={floors.map((one) => [one.id, floorLine(one)] as const)}
          />
          <FilterText
            id="visits-person"
            word={words.person}
            value={draft.person}
            put={(person) => set({ person })}
          />
          {(["from", "until"] as const).map((name) => (
            <FilterTime
              key={name}
              id={`visits-${name}`}
              word={words[name]}
              value={draft[name]}
              put={(value) => set({ [name]: value })}
            />
          ))}
          <p class="fine filter-wide">
            <Words of={words.sevenDays} />
          </p>
        </>
      )}
    </Filter>
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
  again: words.again,
  closing: words.closing,
  access: words.access,
  elsewhere: words.elsewhere,
  ended: words.ended,
  hides: words.hides,
  signin: words.signedOut,
  floor: words.floorGone,
  restart: words.restart,
  away: words.idle,
};

interface TableProps {
  readonly items: readonly Visit[];
  readonly floors: readonly FloorInfo[];
  /** May this reader open the page of a person? */
  readonly mayMeet: boolean;
  readonly only: (account: string) => void;
}

/** A line an event. On a narrow screen each line stands as a card, with its columns named in it. */
function Table({ items, floors, mayMeet, only }: TableProps): VNode {
  const stays = staysOf(items);
  return (
    <table class="record">
      <caption class="unseen">
        <Words of={words.table} />
      </caption>
      <thead>
        <tr>
          {columns.map((one, i) => (
            <th scope="col" key={i}>
              <Words of={one} />
            </th>
          ))}
          <td />
        </tr>
      </thead>
      <tbody>
        {items.map((one) => (
          <tr key={one.id}>
            <Line
              visit={one}
              stayMs={stays.get(one.id)}
              floors={floors}
              mayMeet={mayMeet}
              only={() => only(one.account)}
            />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const columns = [words.at, words.who, words.login, words.floor, words.kind, words.stay] as const;

interface LineProps extends Omit<TableProps, "items" | "only"> {
  readonly visit: Visit;
  readonly stayMs: number | undefined;
  readonly only: () => void;
}

function Line({ visit, stayMs, floors, mayMeet, only }: LineProps): VNode {
  const reason = reasons[visit.reason];
  const name = visit.display_name ?? visit.account;
  return (
    <>
      <RecordCell column={words.at}>
        <Time utc={visit.at} />
      </RecordCell>
      <th scope="row" id={`visit-${visit.id}`}>
        {mayMeet ? (
          <a class="inline-door" href={`#/people/${visit.account}`}>
            <Given>{name}</Given>
          </a>
        ) : (
          <Given>{name}</Given>
        )}
        {visit.role === undefined ? null : (
          <span class="fine">
            <RoleName of={visit.role} />
          </span>
        )}
      </th>
      <RecordCell column={words.login}>
        <span class="mono login">{visit.login ?? ""}</span>
      </RecordCell>
      <RecordCell column={words.floor}>
        <FloorOf id={visit.floor} all={floors} />
        {visit.copy > 1 ? <Words of={words.copy} slots={{ n: visit.copy }} /> : null}
      </RecordCell>
      <RecordCell column={words.kind}>
        <span class={visit.kind === "lost" ? "pill pill-alert" : "pill"}>
          <Words of={kinds[visit.kind]} />
        </span>
        {visit.is_trial ? (
          <span class="pill">
            <Words of={words.trial} />
          </span>
        ) : null}
        {reason === undefined ? null : (
          <span class="fine">
            <Words of={reason} />
          </span>
        )}
      </RecordCell>
      <RecordCell column={words.stay}>
        {stayMs === undefined ? "" : <Stay ms={stayMs} />}
      </RecordCell>
      <td>
        <button
          type="button"
          class="quiet-button"
          aria-describedby={`visit-${visit.id}`}
          onClick={only}
        >
          <Words of={words.onlyOf} />
        </button>
      </td>
    </>
  );
}

function Stay({ ms }: { ms: number }): VNode {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return <Words of={words.stayShort} />;
  if (minutes < 60) return <Minutes n={minutes} />;
  return (
    <Words
      of={words.stayHours}
      slots={{ h: Math.floor(minutes / 60), minutes: <Minutes n={minutes % 60} /> }}
    />
  );
}
