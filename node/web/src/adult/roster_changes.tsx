import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask, type Outcome } from "../edge/api.js";
import { grades } from "../state/person.js";
import { numbered, type RosterKind, rosterKinds } from "../state/roster.js";
import type { RosterChange, RosterChanges } from "../wire.js";
import { Failure } from "../view/page.js";
import { type PageOfList, usePaged } from "../view/paged.js";
import { Given, Words } from "../view/words.js";
import { first } from "../words/first.js";
import { roster as words } from "../words/roster.js";
import type { Word } from "../words/word.js";
import { Grade } from "./grade.js";
import { faultOf } from "./roster_parts.js";

const moves: Readonly<Record<string, Word>> = {
  added: words.added,
  changed: words.changed,
  left: words.left,
  returned: words.returned,
  kept_out: words.kept_out,
};
const kindWords: Readonly<Record<RosterKind, Word>> = {
  person: words.person,
  org: words.org,
  class: words.class,
  enrolment: words.enrolment,
  role: words.role,
  course: words.course,
  session: words.session,
};

export function kindWord(kind: string): Word {
  return (kindWords as Readonly<Record<string, Word>>)[kind] ?? words.all;
}

export function moveWord(move: string): Word {
  return moves[move] ?? words.changed;
}

async function changesOf(
  id: string,
  kind: string,
  after: string | undefined,
): Promise<Outcome<PageOfList<RosterChange>>> {
  const query = { ...(kind === "" ? {} : { kind }), ...(after === undefined ? {} : { after }) };
  const outcome: Outcome<RosterChanges> = await ask("roster.changes", { id }, undefined, query);
  return outcome.kind === "ok" ? { kind: "ok", value: numbered(outcome.value) } : outcome;
}

/** Every change of a package, one by one. */
export function Changes({ id, kinds }: { id: string; kinds: readonly RosterKind[] }): VNode {
  const [kind, choose] = useState<string>(kinds[0] ?? "");
  const [paged, { more }] = usePaged<RosterChange>(`${id} ${kind}`, (after) =>
    changesOf(id, kind, after),
  );
  return (
    <section class="card stack">
      <h2>
        <Words of={words.list} />
      </h2>
      <KindChoice kinds={kinds} kind={kind} choose={choose} />
      <p role="status" class={paged.isAsking ? "fine" : "unseen"}>
        {paged.isAsking ? <Words of={first.starting} /> : null}
      </p>
      <ul class="deeds">
        {paged.items.map((one) => (
          <li key={one.n}>
            <ChangeLine change={one} />
          </li>
        ))}
      </ul>
      {paged.trouble === undefined ? null : <Failure text={paged.text} />}
      {paged.hasMore ? (
        <button type="button" class="quiet-button" aria-disabled={paged.isAsking} onClick={more}>
          <Words of={words.more} />
        </button>
      ) : null}
    </section>
  );
}

interface KindProps {
  readonly kinds: readonly RosterKind[];
  readonly kind: string;
  readonly choose: (kind: string) => void;
}

function KindChoice({ kinds, kind, choose }: KindProps): VNode {
  return (
    <fieldset>
      <legend>
        <Words of={words.which} />
      </legend>
      <div class="choice-row">
        {[...rosterKinds.filter((one) => kinds.includes(one)), ""].map((one) => (
          <label class="choice" key={one}>
            <input
              type="radio"
              name="roster-kind"
              checked={one === kind}
              onChange={() => choose(one)}
            />
            <span>
              <Words of={one === "" ? words.all : kindWord(one)} />
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** Where it belongs; of a pupil after the grade, as rosters write it. */
function Detail({ of }: { of: string }): VNode {
  const [grade = "", ...rest] = of.split(" ");
  if (!grades.some((one) => one === grade)) return <Given>{of}</Given>;
  return (
    <>
      <Grade of={grade} /> <Given>{rest.join(" ")}</Given>
    </>
  );
}

function ChangeLine({ change }: { change: RosterChange }): VNode {
  return (
    <>
      <h3 class="deed">
        <Given>{change.label}</Given>
      </h3>
      <p class="tags">
        <span class={change.what === "left" ? "pill pill-alert" : "pill"}>
          <Words of={moveWord(change.what)} />
        </span>
        <span class="fine">
          <Words of={kindWord(change.kind)} />
        </span>
        {change.detail.trim() === "" ? null : (
          <span class="fine">
            <Detail of={change.detail.trim()} />
          </span>
        )}
      </p>
      {change.fields === "" ? null : (
        <p class="fine">
          <Words of={words.fields} slots={{ fields: <Given>{change.fields}</Given> }} />
        </p>
      )}
      {change.same_as === "" ? null : (
        <p class="note">
          <Words of={words.doubles} />{" "}
          <a class="person-name" href={`#/people/${change.same_as}`}>
            <Words of={words.sameAs} />
          </a>
        </p>
      )}
    </>
  );
}

const pagesMost = 200; // of a hundred each: more than the node takes into a preview

/** People of the package who may be somebody already here: looked for when asked. */
export function Doubles({ id, n }: { id: string; n: number }): VNode {
  const [found, tellFound] = useState<readonly RosterChange[] | undefined>(undefined);
  const [busy, work] = useState(false);
  const [fault, tell] = useState<string | undefined>(undefined);
  const look = async (): Promise<void> => {
    if (busy) return;
    work(true);
    let after: string | undefined;
    const all: RosterChange[] = [];
    for (let page = 0; page < pagesMost && all.length < n; page++) {
      const outcome = await changesOf(id, "person", after);
      tell(faultOf(outcome));
      if (outcome.kind !== "ok") return work(false);
      all.push(...outcome.value.items.filter((one) => one.same_as !== ""));
      after = outcome.value.next;
      if (after === undefined) break;
    }
    work(false);
    tellFound(all);
  };
  return (
    <section class="card stack">
      <h2>
        <Words of={words.doubles} />
      </h2>
      <p>
        <Words of={words.doublesLead} slots={{ n }} />
      </p>
      <div role="alert">
        <Failure text={fault} />
      </div>
      {found === undefined ? (
        <button type="button" class="quiet-button" aria-disabled={busy} onClick={() => void look()}>
          <Words of={busy ? first.starting : words.doublesShow} />
        </button>
      ) : (
        <ul class="deeds">
          {found.map((one) => (
            <li key={one.n}>
              <ChangeLine change={one} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
