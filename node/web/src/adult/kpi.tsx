import type { VNode } from "preact";
import { useContext, useState } from "preact/hooks";
import { askFile } from "../edge/api.js";
import {
  cellOf,
  defsOf,
  eraShown,
  monthBefore,
  monthShown,
  monthsOf,
  type Part,
  parts,
  type Stage,
  stages,
} from "../state/kpi.js";
import { useAsked } from "../view/asked.js";
import { Back, PageHead, type PageProps, Shown } from "../view/page.js";
import { Time } from "../view/time.js";
import { FormOfWords, Given, useLine, Words } from "../view/words.js";
import { first } from "../words/first.js";
import { kpi as words } from "../words/kpi.js";
import { registers } from "../words/registers.js";
import type { Kpi, KpiMonth } from "../wire.js";
import { SelectField } from "./fields.js";
import { KpiRow } from "./kpi_row.js";
import { KpiSteps } from "./kpi_steps.js";
import { KpiTrend } from "./kpi_trend.js";
import { TakePaper } from "./report_take.js";
import { ToReports } from "./reports.js";

/** The figures of each month (KP-2-1 ... KP-2-5): counts alone; who stands behind one is asked for apart,
 * by those on duty. */
export function KpiPage({ role }: PageProps): VNode {
  const [asked, again] = useAsked("kpi.show", undefined);
  return (
    <div class="page kpi">
      <div class="no-paper">
        {role === "supporter" ? <Back href="#/" word={first.toHome} /> : <ToReports />}
      </div>
      <PageHead title={words.title} />
      <p class="paper-title">
        <Words of={words.title} />
      </p>
      <p class="no-paper">
        <Words of={words.lead} />
      </p>
      <Shown asked={asked} again={again}>
        {(kpi) =>
          kpi.months.length === 0 ? (
            <p class="note">
              <Words of={words.none} />
            </p>
          ) : (
            <Figures of={kpi} role={role} />
          )
        }
      </Shown>
    </div>
  );
}

function Figures({ of, role }: { of: Kpi; role: string | undefined }): VNode {
  const months = monthsOf(of.months);
  const [name, choose] = useState(months[0]?.month ?? "");
  const [part, take] = useState<Part>("all");
  const english = useContext(FormOfWords) === "english";
  const line = useLine();
  const month = months.find((one) => one.month === name) ?? months[0];
  if (month === undefined) return <></>;
  const isOnDuty = role === "commissioner" || role === "supporter";
  return (
    <>
      <div class="kpi-choose no-paper">
        <SelectField
          id="kpi-month"
          word={words.month}
          fault={undefined}
          value={month.month}
          put={(one) => choose(one === "" ? (months[0]?.month ?? "") : one)}
          choices={months.map((one) => [one.month, monthShown(one.month, english)] as const)}
        />
        <SelectField
          id="kpi-part"
          word={words.part}
          fault={undefined}
          value={part}
          put={(one) => take(parts.find((some) => some === one) ?? "all")}
          choices={parts.map((one) => [one, line(words[one])] as const)}
        />
      </div>
      <p class="tags tags-wide" id="kpi-of">
        <b>
          <Words
            of={words.monthEra}
            slots={{
              month: <Given>{monthShown(month.month, english)}</Given>,
              era: <Given>{eraShown(month.month)}</Given>,
            }}
          />
        </b>
        <Words of={words[part]} />
        <span class="fine">
          <Words of={words.version} slots={{ n: month.version }} />
        </span>
        <span class="fine">
          <Words of={words.madeAt} slots={{ time: <Time utc={month.made_at} /> }} />
        </span>
      </p>
      <KpiTrend of={months} part={part} />
      {stages.map((stage) => (
        <StageOf key={stage} stage={stage} of={of} month={month} part={part} isOnDuty={isOnDuty} />
      ))}
      <p class="fine">
        <Words of={words.dash} />
      </p>
      <Take mayTake={role !== "supporter"} />
    </>
  );
}

interface StageProps {
  readonly stage: Stage;
  readonly of: Kpi;
  readonly month: KpiMonth;
  readonly part: Part;
  readonly isOnDuty: boolean;
}

function StageOf({ stage, of, month, part, isOnDuty }: StageProps): VNode {
  const before = monthBefore(monthsOf(of.months), month.month);
  const columns = [words.figure, words.now, words.before] as const;
  return (
    <section class="stack kpi-stage" aria-labelledby={`kpi-${stage}`}>
      <h2 id={`kpi-${stage}`}>
        <Words of={words[stage]} />
      </h2>
      {stage === "apart" ? (
        <p class="fine">
          <Words of={words.apartNote} />
        </p>
      ) : null}
      {stage === "after" ? <KpiSteps month={month} part={part} /> : null}
      <table class="record kpi-table" aria-labelledby={`kpi-${stage}`}>
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
          {defsOf(of.definitions, month, stage).map((def) => (
            <KpiRow
              key={`${def.id} ${month.month}`}
              def={def}
              month={month.month}
              now={cellOf(month, def.id, part)}
              whole={cellOf(month, def.id, "all")}
              before={cellOf(before, def.id, part)}
              isOnDuty={isOnDuty}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Whoever supports children has no use for a file of figures. */
function Take({ mayTake }: { mayTake: boolean }): VNode {
  return (
    <div class="row no-paper" id="kpi-take">
      <button type="button" class="quiet-button" id="kpi-print" onClick={() => window.print()}>
        <Words of={registers.print} />
      </button>
      {mayTake ? (
        <>
          <TakePaper
            word={words.xlsx}
            saved={words.saved}
            name="ibasho-kpi.xlsx"
            take={() => askFile("kpi.file", undefined, undefined, { form: "xlsx" })}
          />
          <TakePaper
            word={words.csv}
            saved={words.saved}
            name="ibasho-kpi.csv"
            take={() => askFile("kpi.file", undefined, undefined)}
          />
        </>
      ) : null}
    </div>
  );
}
