import type { VNode } from "preact";
import { useContext } from "preact/hooks";
import { monthShown, type Part, runsOf, type TrendPoint, trendOf } from "../state/kpi.js";
import { FormOfWords, Given, useLine, Words } from "../view/words.js";
import { kpi as words } from "../words/kpi.js";
import { prefecture } from "../words/prefecture.js";
import type { KpiMonth } from "../wire.js";
import { Dash } from "./kpi_steps.js";

const series = [
  { kpi: "isolation_30", word: words.isolation, sign: words.lineA },
  { kpi: "continuity", word: words.continuity, sign: words.lineB },
] as const;

interface Props {
  readonly of: readonly KpiMonth[];
  readonly part: Part;
  /** Of sums: which nodes are in it, a letter a node. */
  readonly coversOf?: (month: string, kpi: string) => string | undefined;
}

/** Isolation and whether contact lasted, side by side (KP-3-KPI-1): told apart by dash and mark, not by
 * colour; the table says the same. */
export function KpiTrend({ of, part, coversOf }: Props): VNode {
  const points = trendOf(
    of,
    series.map((one) => one.kpi),
    part,
    coversOf,
  );
  return (
    <section class="card stack kpi-whole" aria-labelledby="kpi-trend">
      <h2 id="kpi-trend">
        <Words of={words.trend} />
      </h2>
      <p class="fine">
        <Words of={words.trendLead} />
      </p>
      <div class="kpi-trend">
        <figure>
          <Lines of={points} />
          <figcaption class="stack-small fine">
            {series.map((one, i) => (
              <span class="kpi-key" key={one.kpi}>
                <svg viewBox="0 0 40 14" aria-hidden="true" focusable="false">
                  <path class={`kpi-line kpi-line-${i}`} d="M2 7H38" />
                  <Mark series={i} x={20} y={7} />
                </svg>
                <span>
                  <Words of={one.word} />
                  {"： "}
                  <Words of={one.sign} />
                </span>
              </span>
            ))}
          </figcaption>
        </figure>
        <TrendTable of={points} />
      </div>
    </section>
  );
}

const [left, right, top, bottom] = [34, 350, 14, 180] as const;

function Lines({ of }: { of: readonly TrendPoint[] }): VNode {
  const line = useLine();
  const step = (right - left - 16) / Math.max(of.length - 1, 1);
  const x = (n: number): number => Math.round((left + 8 + n * step) * 10) / 10;
  const y = (percent: number): number =>
    Math.round((bottom - (percent / 100) * (bottom - top)) * 10) / 10;
  return (
    <svg class="kpi-lines" viewBox="0 0 360 214" role="img" aria-label={line(words.trendAlt)}>
      {[0, 25, 50, 75, 100].map((percent) => (
        <g key={percent}>
          <path class="kpi-grid" d={`M${left} ${y(percent)}H${right}`} />
          <text class="kpi-digits" x={left - 5} y={y(percent) + 4} text-anchor="end">
            {percent}
          </text>
        </g>
      ))}
      {of.map((point, n) => (
        <text class="kpi-digits" key={point.month} x={x(n)} y={bottom + 15} text-anchor="middle">
          {Number(point.month.slice(5))}
        </text>
      ))}
      {of.map((point, n) =>
        n === 0 || point.month.endsWith("-01") ? (
          <text
            class="kpi-digits"
            key={point.month}
            x={x(n)}
            y={bottom + 30}
            text-anchor={of.length > 1 && n === of.length - 1 ? "end" : "middle"}
          >
            {point.month.slice(0, 4)}
          </text>
        ) : null,
      )}
      {series.map((one, i) =>
        runsOf(of, i).map((run) => (
          <g key={`${one.kpi} ${run[0]?.[0] ?? 0}`}>
            <path
              class={`kpi-line kpi-line-${i}`}
              d={run.map(([n, value], at) => `${at === 0 ? "M" : "L"}${x(n)} ${y(value)}`).join("")}
            />
            {run.map(([n, value]) => (
              <Mark series={i} x={x(n)} y={y(value)} key={n} />
            ))}
          </g>
        )),
      )}
    </svg>
  );
}

function Mark({ series: of, x, y }: { series: number; x: number; y: number }): VNode {
  return of === 0 ? (
    <circle class="kpi-mark kpi-mark-0" cx={x} cy={y} r="4" />
  ) : (
    <rect class="kpi-mark kpi-mark-1" x={x - 4} y={y - 4} width="8" height="8" />
  );
}

function TrendTable({ of }: { of: readonly TrendPoint[] }): VNode {
  const english = useContext(FormOfWords) === "english";
  return (
    <table class="kpi-trend-table" aria-labelledby="kpi-trend">
      <thead>
        <tr>
          <th scope="col">
            <Words of={words.monthHead} />
          </th>
          {series.map((one) => (
            <th scope="col" key={one.kpi}>
              <Words of={one.word} />
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {[...of].reverse().map((point) => (
          <tr key={point.month}>
            <th scope="row">
              <Given>{monthShown(point.month, english)}</Given>
            </th>
            {point.values.map((value, i) => (
              <td key={i}>
                {value === undefined ? (
                  <Dash />
                ) : (
                  <>
                    <Words of={words.percent} slots={{ n: value.toFixed(1) }} />
                    <Whose of={point.covers[i]} newest={of.at(-1)?.covers[i]} />
                  </>
                )}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** How many nodes a sum is of, and whether they are those of the newest month. */
function Whose({
  of,
  newest,
}: {
  of: string | undefined;
  newest: string | undefined;
}): VNode | null {
  const line = useLine();
  if (of === undefined) return null;
  return (
    <span class="fine kpi-whose">
      {" "}
      <Words of={prefecture.nNodes} slots={{ n: of.replaceAll("0", "").length }} />
      {of === newest ? null : (
        <b role="img" aria-label={line(prefecture.otherMixture)}>
          ※
        </b>
      )}
    </span>
  );
}
