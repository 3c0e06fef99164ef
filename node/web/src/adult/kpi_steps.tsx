import type { VNode } from "preact";
import { cellOf, type Part, percentOf, steps } from "../state/kpi.js";
import { useLine, Words } from "../view/words.js";
import { kpi as words } from "../words/kpi.js";
import type { Word } from "../words/word.js";
import type { KpiMonth } from "../wire.js";

const names = {
  none: words.stepNone,
  "0": words.step0,
  "1": words.step1,
  "2": words.step2,
  "3": words.step3,
  "4": words.step4,
} as const;

interface Props {
  readonly month: KpiMonth;
  readonly part: Part;
  /** Of sums: what stands for the median, which cannot be one. */
  readonly daysOf?: (kpi: string) => VNode;
  /** What a dash means where it is not that there was nobody. */
  readonly lack?: Word;
}

/** Where pupils stand, how long it took, who went back (KP-2-4-5): the bar repeats what the row says. */
export function KpiSteps({ month, part, daysOf, lack }: Props): VNode {
  const back = cellOf(month, "back", part);
  const columns = [words.step, words.share, words.standing, words.median] as const;
  return (
    <div class="card stack kpi-whole">
      <h3 id="kpi-steps">
        <Words of={words.funnel} />
      </h3>
      <p class="fine">
        <Words of={words.funnelLead} />
      </p>
      <table class="record kpi-steps" aria-labelledby="kpi-steps">
        <thead>
          <tr>
            {columns.map((one) => (
              <th scope="col" key={one[2]}>
                <Words of={one} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {steps.map((step) => (
            <Step
              key={step}
              step={step}
              month={month}
              part={part}
              {...(daysOf === undefined ? {} : { daysOf })}
              {...(lack === undefined ? {} : { lack })}
            />
          ))}
        </tbody>
      </table>
      {back === undefined ? null : (
        <p>
          <Words of={words.back} slots={{ n: back.num, m: back.den }} />
        </p>
      )}
    </div>
  );
}

function Step({
  step,
  month,
  part,
  daysOf,
  lack,
}: Props & { step: (typeof steps)[number] }): VNode {
  const at = cellOf(month, `at_${step}`, part);
  const days = cellOf(month, `days_${step}`, part);
  const percent = percentOf(at);
  return (
    <tr>
      <th scope="row">
        {step === "none" ? null : (
          <span class="fine">
            <Words of={words.stepN} slots={{ n: step }} />
          </span>
        )}
        <Words of={names[step]} />
      </th>
      <td>
        <svg
          class="kpi-bar"
          viewBox="0 0 100 10"
          preserveAspectRatio="none"
          aria-hidden="true"
          focusable="false"
        >
          <rect class="kpi-bar-all" x="0" y="0" width="100" height="10" />
          <rect class="kpi-bar-part" x="0" y="0" width={percent ?? 0} height="10" />
        </svg>
      </td>
      <td>
        <span class="record-name fine">
          <Words of={words.standing} />
        </span>
        <span class="record-value">
          {percent === undefined || at === undefined ? (
            <Dash {...(at === undefined && lack !== undefined ? { of: lack } : {})} />
          ) : (
            <Words of={words.ofPupils} slots={{ n: at.den, m: at.num }} />
          )}
        </span>
      </td>
      <td>
        {step === "none" ? null : (
          <>
            <span class="record-name fine">
              <Words of={words.median} />
            </span>
            <span class="record-value">
              {daysOf !== undefined ? (
                daysOf(`days_${step}`)
              ) : days === undefined || days.den === 0 ? (
                <Dash />
              ) : (
                <Words of={words.days} slots={{ n: days.num, m: days.den }} />
              )}
            </span>
          </>
        )}
      </td>
    </tr>
  );
}

export function Dash({ of = words.nobody }: { of?: Word }): VNode {
  const line = useLine();
  return (
    <span role="img" aria-label={line(of)}>
      —
    </span>
  );
}
