import type { VNode } from "preact";
import { useContext, useState } from "preact/hooks";
import { behind, shownOf } from "../state/kpi.js";
import { useAsked } from "../view/asked.js";
import { Shown } from "../view/page.js";
import { FormOfWords, Given, useLine, Words } from "../view/words.js";
import { kpi as words } from "../words/kpi.js";
import type { KpiCellOut, KpiDefinition } from "../wire.js";

interface Props {
  readonly def: KpiDefinition;
  readonly month: string;
  readonly now: KpiCellOut | undefined;
  /** Of all pupils: the list behind a number has them all. */
  readonly whole: KpiCellOut | undefined;
  readonly before: KpiCellOut | undefined;
  readonly isOnDuty: boolean;
}

/** One figure with what it means, this month and the one before; who it is, on demand. */
export function KpiRow({ def, month, now, whole, before, isOnDuty }: Props): VNode {
  const [isOpen, open] = useState(false);
  const name = useNameOf(def);
  const id = `kpi-name-${def.id}`;
  const hasPeople = isOnDuty && behind(def, whole) > 0;
  return (
    <tr data-kpi={def.id}>
      <th scope="row">
        <b id={id}>
          <Node>{name}</Node>
        </b>
        <span class="fine">
          <Node>{useTextOf(def)}</Node>
        </span>
        {hasPeople ? (
          <button
            type="button"
            class="quiet-button no-paper"
            aria-expanded={isOpen}
            aria-describedby={id}
            onClick={() => open(!isOpen)}
          >
            <Words of={isOpen ? words.peopleClose : words.people} />
          </button>
        ) : null}
        {hasPeople && isOpen ? <People def={def} month={month} name={name} /> : null}
      </th>
      <td>
        <span class="record-name fine">
          <Words of={words.now} />
        </span>
        <span class="record-value">
          <KpiNumber def={def} cell={now} />
        </span>
      </td>
      <td>
        <span class="record-name fine">
          <Words of={words.before} />
        </span>
        <span class="record-value kpi-before">
          <KpiNumber def={def} cell={before} />
        </span>
      </td>
    </tr>
  );
}

function useNameOf(def: KpiDefinition): string {
  return useContext(FormOfWords) === "english" ? def.name_en : def.name;
}

function useTextOf(def: KpiDefinition): string {
  return useContext(FormOfWords) === "english" ? def.text_en : def.text;
}

/** The node's own text, in the reader's language. */
function Node({ children }: { children: string }): VNode {
  return useContext(FormOfWords) === "english" ? (
    <span lang="en">{children}</span>
  ) : (
    <Given>{children}</Given>
  );
}

export function KpiNumber({
  def,
  cell,
}: {
  def: KpiDefinition;
  cell: KpiCellOut | undefined;
}): VNode {
  const shown = shownOf(def, cell);
  const line = useLine();
  if (shown === undefined || cell === undefined)
    return (
      <b class="kpi-value" role="img" aria-label={line(words.nobody)}>
        —
      </b>
    );
  if (def.form === "share")
    return (
      <>
        <b class="kpi-value">
          <Words of={words.percent} slots={{ n: shown.toFixed(1) }} />
        </b>
        <span class="fine">
          <Words of={words.ofPupils} slots={{ n: cell.den, m: cell.num }} />
        </span>
      </>
    );
  const unit =
    def.form === "median" ? words.days : def.stage === "apart" ? words.dayCount : words.times;
  return (
    <b>
      <Words of={unit} slots={{ n: cell.num, m: cell.den }} />
    </b>
  );
}

/** Who stands behind a number, by today's records. */
function People({ def, month, name }: { def: KpiDefinition; month: string; name: string }): VNode {
  const [asked, again] = useAsked("kpi.people", { month, figure: def.id });
  return (
    <div class="stack-small kpi-people no-paper" role="group" aria-label={name}>
      <Shown asked={asked} again={again}>
        {(people) => (
          <>
            <p class="fine">
              <Words of={words.peopleNote} slots={{ n: people.n_counted }} />
            </p>
            {people.items.length === 0 ? (
              <p>
                <Words of={words.peopleNone} />
              </p>
            ) : (
              <ul class="kpi-list">
                {people.items.map((one) => (
                  <li key={one.account}>
                    <a href={`#/child/${one.account}`}>
                      <Given>{one.name === "" ? one.login : one.name}</Given>{" "}
                      <span class="mono login fine">{one.login}</span>
                    </a>
                  </li>
                ))}
              </ul>
            )}
            {people.n_hidden === 0 ? null : (
              <p class="fine">
                <Words of={words.peopleHidden} slots={{ n: people.n_hidden }} />
              </p>
            )}
          </>
        )}
      </Shown>
    </div>
  );
}
