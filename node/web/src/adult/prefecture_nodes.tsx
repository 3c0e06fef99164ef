import type { VNode } from "preact";
import { useContext } from "preact/hooks";
import { monthShown } from "../state/kpi.js";
import { cellOfNode, type Standing } from "../state/prefecture.js";
import { Time } from "../view/time.js";
import { FormOfWords, Given, Words } from "../view/words.js";
import { prefecture as words } from "../words/prefecture.js";
import type { Word } from "../words/word.js";
import type { Prefecture, PrefectureMonth, PrefectureNode } from "../wire.js";
import { NodeName } from "./prefecture_choice.js";
import { Own } from "./prefecture_row.js";

/** The figures of the first look: how to tie, whether it lasts, what comes after; never attendance. */
const figures: readonly string[] = ["isolation_30", "connection_30", "continuity", "class"];

const standings: Readonly<Record<Standing, Word>> = {
  good: words.good,
  late: words.late,
  new: words.new,
  ended: words.ended,
};

/** Each municipality in the order of the list, with the newest month that came of it. */
export function NodesTable({ of, month }: { of: Prefecture; month: PrefectureMonth }): VNode {
  const english = useContext(FormOfWords) === "english";
  const defs = of.definitions.filter(
    (one) => figures.includes(one.id) && month.sums.some((sum) => sum.kpi === one.id),
  );
  return (
    <section class="stack" aria-labelledby="prefecture-nodes">
      <h2 id="prefecture-nodes">
        <Words of={words.nodes} />
      </h2>
      <p class="fine">
        <Words of={words.nodesNote} />
      </p>
      <table class="record prefecture-nodes" aria-labelledby="prefecture-nodes">
        <thead>
          <tr>
            <th scope="col">
              <Words of={words.node} />
            </th>
            {defs.map((def) => (
              <th scope="col" key={def.id}>
                {english ? <span lang="en">{def.name_en}</span> : <Given>{def.name}</Given>}
              </th>
            ))}
            <th scope="col">
              <Words of={words.came} />
            </th>
          </tr>
        </thead>
        <tbody>
          {of.nodes
            .filter((one) => one.is_chosen)
            .map((one) => (
              <tr key={one.node} data-node={one.node} data-standing={one.standing}>
                <th scope="row">
                  <NodeName of={one} />
                </th>
                {defs.map((def) => (
                  <td key={def.id}>
                    <span class="record-name fine">
                      {english ? <span lang="en">{def.name_en}</span> : <Given>{def.name}</Given>}
                    </span>
                    <span class="record-value">
                      <Own def={def} cell={cellOfNode(of, month, one, def.id)} />
                    </span>
                  </td>
                ))}
                <td>
                  <span class="record-name fine">
                    <Words of={words.came} />
                  </span>
                  <span class="record-value">
                    <Came of={one} english={english} />
                  </span>
                </td>
              </tr>
            ))}
        </tbody>
      </table>
      <p class="fine">
        <Words of={words.lateNote} />
      </p>
    </section>
  );
}

function Came({ of, english }: { of: PrefectureNode; english: boolean }): VNode {
  return (
    <>
      {of.last_month === undefined || of.last_at === undefined ? (
        <Words of={words.neverCame} />
      ) : (
        <Words
          of={words.cameAt}
          slots={{
            month: <Given>{monthShown(of.last_month, english)}</Given>,
            time: <Time utc={of.last_at} />,
          }}
        />
      )}{" "}
      {of.standing === "good" ? null : (
        <span class={of.standing === "late" ? "pill pill-alert" : "pill"}>
          <Words of={standings[of.standing]} />
        </span>
      )}
    </>
  );
}
