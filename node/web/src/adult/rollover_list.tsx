import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { type RolloverKind, type Wishes, wished } from "../state/rollover.js";
import { numbered } from "../state/roster.js";
import type { Rollover, RolloverChange } from "../wire.js";
import { useAsked } from "../view/asked.js";
import { Failure } from "../view/page.js";
import { usePaged } from "../view/paged.js";
import { Given, Words } from "../view/words.js";
import { first } from "../words/first.js";
import { roster as words } from "../words/roster.js";
import { Grade } from "./grade.js";
import { rolloverKindWord } from "./rollover_act.js";

/** Kinds that are about people and have a list worth reading, those that need a look first. */
const listed = [
  "unknown",
  "graduate",
  "leave",
  "hold",
  "transfer",
  "up",
  "right",
] as const satisfies readonly RolloverKind[];

interface ListProps {
  readonly one: Rollover;
  readonly wishes?: Wishes;
  readonly wish?: (wishes: Wishes) => void;
}

/** Whom the roll-over is about, kind by kind. Before it is done, one can be treated otherwise. */
export function RolloverList({ one, wishes, wish }: ListProps): VNode | null {
  const kinds = listed.filter((kind) => one.counts[kind] > 0);
  const [kind, choose] = useState<RolloverKind | undefined>(kinds[0]);
  const [schools] = useAsked("schools.list", undefined);
  const nameOf = (id: string | undefined): string =>
    schools.at === "here" ? (schools.value.items.find((one) => one.id === id)?.name ?? "") : "";
  const [paged, { more }] = usePaged<RolloverChange>(`${one.id} ${kind ?? ""}`, async (after) => {
    const outcome = await ask("roster.rollover_changes", { id: one.id }, undefined, {
      kind: kind ?? "up",
      ...(after === undefined ? {} : { after }),
    });
    return outcome.kind === "ok" ? { kind: "ok", value: numbered(outcome.value) } : outcome;
  });
  if (kind === undefined) return null;
  return (
    <section class="card stack">
      <h2>
        <Words of={words.list} />
      </h2>
      <fieldset>
        <legend>
          <Words of={words.which} />
        </legend>
        <div class="choice-row">
          {kinds.map((id) => (
            <label class="choice" key={id}>
              <input
                type="radio"
                name="rollover-kind"
                checked={id === kind}
                onChange={() => choose(id)}
              />
              <span>
                <Words of={rolloverKindWord(id)} />
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      <p role="status" class={paged.isAsking ? "fine" : "unseen"}>
        {paged.isAsking ? <Words of={first.starting} /> : null}
      </p>
      <ul class="deeds">
        {paged.items.map((change) => (
          <li key={change.n}>
            <Line change={change} nameOf={nameOf} />
            {wishes === undefined || wish === undefined || change.person === undefined ? null : (
              <WishChoice change={change} person={change.person} wishes={wishes} wish={wish} />
            )}
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

interface LineProps {
  readonly change: RolloverChange;
  readonly nameOf: (school: string | undefined) => string;
}

function Line({ change, nameOf }: LineProps): VNode {
  const { grade_before: before, grade: after, kind } = change;
  const [from, to] = [
    nameOf(change.school_before),
    kind === "transfer" || kind === "up" ? nameOf(change.school) : "",
  ];
  return (
    <>
      <a
        class="person-name"
        id={`change-${String(change.n)}`}
        href={`#/people/${change.person ?? ""}`}
      >
        {change.name === "" ? <Words of={words.nobodyName} /> : <Given>{change.name}</Given>}
      </a>
      <p class="tags">
        {before === "" && after === "" ? null : (
          <span class="pill">
            {after === "" || after === before ? (
              <Grade of={before} />
            ) : (
              <Words
                of={words.grades}
                slots={{ before: <Grade of={before} />, after: <Grade of={after} /> }}
              />
            )}
          </span>
        )}
        {from === "" ? null : (
          <span class="fine">
            {to === "" || to === from ? (
              <Given>{from}</Given>
            ) : (
              <Words
                of={words.fromTo}
                slots={{ before: <Given>{from}</Given>, after: <Given>{to}</Given> }}
              />
            )}
          </span>
        )}
      </p>
    </>
  );
}

interface WishProps {
  readonly change: RolloverChange;
  readonly person: string;
  readonly wishes: Wishes;
  readonly wish: (wishes: Wishes) => void;
}

const mayBeWished: readonly string[] = ["up", "graduate", "unknown"];

/** Repeats a grade, or moves away: the rule does not know it, people do. */
function WishChoice({ change, person, wishes, wish }: WishProps): VNode | null {
  if (!mayBeWished.includes(change.kind)) return null;
  const now = wishes.get(person);
  if (now !== undefined)
    return (
      <div class="row">
        <span class="pill">
          <Words of={now === "hold" ? words.hold : words.leave} />
        </span>
        <button
          type="button"
          class="quiet-button"
          aria-describedby={`change-${String(change.n)}`}
          onClick={() => wish(wished(wishes, person, undefined))}
        >
          <Words of={words.unwish} />
        </button>
      </div>
    );
  return (
    <div class="row">
      <button
        type="button"
        class="quiet-button"
        aria-describedby={`change-${String(change.n)}`}
        onClick={() => wish(wished(wishes, person, "hold"))}
      >
        <Words of={words.holdHere} />
      </button>
      <button
        type="button"
        class="quiet-button"
        aria-describedby={`change-${String(change.n)}`}
        onClick={() => wish(wished(wishes, person, "leave"))}
      >
        <Words of={words.leaveHere} />
      </button>
    </div>
  );
}
