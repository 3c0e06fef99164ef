import type { VNode } from "preact";
import { useContext, useState } from "preact/hooks";
import { percentOf } from "../state/kpi.js";
import { cellOfNode, type Lack, sumOf } from "../state/prefecture.js";
import { FormOfWords, Given, useLine, Words } from "../view/words.js";
import { kpi } from "../words/kpi.js";
import { prefecture as words } from "../words/prefecture.js";
import type { Word } from "../words/word.js";
import type {
  KpiDefinition,
  Prefecture,
  PrefectureCell,
  PrefectureMonth,
  PrefectureSum,
} from "../wire.js";
import { Dash } from "./kpi_steps.js";
import { Names, NodeName } from "./prefecture_choice.js";

interface Props {
  readonly def: KpiDefinition;
  readonly of: Prefecture;
  readonly month: PrefectureMonth;
  readonly before: PrefectureMonth | undefined;
}

/** One figure: what it means, the sum with whose it is, the month before, each municipality on demand. */
export function SumRow({ def, of, month, before }: Props): VNode {
  const [isOpen, open] = useState(false);
  const english = useContext(FormOfWords) === "english";
  const now = sumOf(month, def.id);
  const then = sumOf(before, def.id);
  const id = `prefecture-name-${def.id}`;
  return (
    <tr data-kpi={def.id}>
      <th scope="row">
        <b id={id}>{english ? <span lang="en">{def.name_en}</span> : <Given>{def.name}</Given>}</b>
        <span class="fine">
          {english ? <span lang="en">{def.text_en}</span> : <Given>{def.text}</Given>}
        </span>
        <button
          type="button"
          class="quiet-button no-paper"
          aria-expanded={isOpen}
          aria-describedby={id}
          onClick={() => open(!isOpen)}
        >
          <Words of={isOpen ? words.byNodeClose : words.byNode} />
        </button>
        {isOpen ? <ByNode def={def} of={of} month={month} sum={now} /> : null}
      </th>
      <td>
        <span class="record-name fine">
          <Words of={kpi.now} />
        </span>
        <span class="record-value">
          <Sum def={def} sum={now} other={undefined} />
        </span>
      </td>
      <td>
        <span class="record-name fine">
          <Words of={kpi.before} />
        </span>
        <span class="record-value kpi-before">
          <Sum def={def} sum={then} other={now?.covers} />
        </span>
      </td>
    </tr>
  );
}

function Sum({
  def,
  sum,
  other,
}: {
  def: KpiDefinition;
  sum: PrefectureSum | undefined;
  /** Of whom the sum is that it will be compared with. */
  other: string | undefined;
}): VNode {
  const line = useLine();
  if (sum === undefined || sum.n_nodes === 0) return <Dash of={words.lackSum} />;
  const isMedian = def.form === "median";
  return (
    <>
      {isMedian ? <Range sum={sum} /> : <Value def={def} num={sum.num ?? 0} den={sum.den} />}
      <span class="fine kpi-whose">
        <Words of={isMedian ? words.ofNodesRange : words.ofNodes} slots={{ n: sum.n_nodes }} />
        {other === undefined || other === sum.covers ? null : (
          <b role="img" aria-label={line(words.otherMixture)}>
            ※
          </b>
        )}
      </span>
    </>
  );
}

/** A median of several nodes is no number. */
export function Range({ sum }: { sum: PrefectureSum | undefined }): VNode {
  if (sum === undefined || sum.n_nodes === 0) return <Dash of={words.lackSum} />;
  if (sum.low === undefined || sum.high === undefined) return <Dash />;
  return sum.low === sum.high ? (
    <Words of={kpi.days} slots={{ n: sum.low, m: sum.den }} />
  ) : (
    <Words of={words.range} slots={{ low: sum.low, high: sum.high, m: sum.den }} />
  );
}

interface ValueProps {
  readonly def: KpiDefinition;
  readonly num: number;
  readonly den: number;
}

export function Value({ def, num, den }: ValueProps): VNode {
  if (def.form !== "share") {
    if (def.form === "median" && den === 0) return <Dash />;
    const unit =
      def.form === "median" ? kpi.days : def.stage === "apart" ? kpi.dayCount : kpi.times;
    return (
      <b>
        <Words of={unit} slots={{ n: num, m: den }} />
      </b>
    );
  }
  const percent = percentOf({ kpi: def.id, part: "all", num, den });
  if (percent === undefined) return <Dash />;
  return (
    <>
      <b class="kpi-value">
        <Words of={kpi.percent} slots={{ n: percent.toFixed(1) }} />
      </b>
      <span class="fine">
        <Words of={kpi.ofPupils} slots={{ n: den, m: num }} />
      </span>
    </>
  );
}

const lacks: Readonly<Record<Lack, readonly [full: Word, short: Word]>> = {
  hidden: [words.lackHidden, words.hidden],
  absent: [words.lackAbsent, words.absent],
  withdrawn: [words.lackWithdrawn, words.lackWithdrawn],
};

/** A node's own number, or a dash that says why there is none. */
export function Own({ def, cell }: { def: KpiDefinition; cell: PrefectureCell | Lack }): VNode {
  if (typeof cell === "string")
    return (
      <>
        <Dash of={lacks[cell][0]} />{" "}
        <span class="fine" aria-hidden="true">
          <Words of={lacks[cell][1]} />
        </span>
      </>
    );
  return <Value def={def} num={cell.num ?? 0} den={cell.den ?? 0} />;
}

function ByNode({
  def,
  of,
  month,
  sum,
}: {
  def: KpiDefinition;
  of: Prefecture;
  month: PrefectureMonth;
  sum: PrefectureSum | undefined;
}): VNode {
  return (
    <div class="stack-small kpi-people no-paper">
      {sum === undefined ? null : <Names of={of} letters={sum.covers} word={words.isOf} />}
      <ul class="kpi-list">
        {of.nodes
          .filter((one) => one.is_chosen)
          .map((one) => (
            <li key={one.node}>
              <NodeName of={one} />
              {"： "}
              <Own def={def} cell={cellOfNode(of, month, one, def.id)} />
            </li>
          ))}
      </ul>
    </div>
  );
}
