import type { VNode } from "preact";
import { useContext, useState } from "preact/hooks";
import { askFile } from "../edge/api.js";
import { eraShown, monthShown, type Stage, stages } from "../state/kpi.js";
import { asMonth, coversOf, monthsOf } from "../state/prefecture.js";
import { useAsked } from "../view/asked.js";
import { Back, PageHead, type PageProps, Shown } from "../view/page.js";
import { FormOfWords, Given, Words } from "../view/words.js";
import { first } from "../words/first.js";
import { kpi } from "../words/kpi.js";
import { prefecture as words } from "../words/prefecture.js";
import { registers } from "../words/registers.js";
import type { Prefecture, PrefectureMonth } from "../wire.js";
import { KpiSteps } from "./kpi_steps.js";
import { KpiTrend } from "./kpi_trend.js";
import { Ask } from "./prefecture_ask.js";
import { Choose, type Choice, Names, sizeWord, useChoice } from "./prefecture_choice.js";
import { Health } from "./prefecture_health.js";
import { NodesTable } from "./prefecture_nodes.js";
import { Range, SumRow } from "./prefecture_row.js";
import { TakePaper } from "./report_take.js";
import { Witnesses } from "./witnesses.js";

/** What the municipalities gave, added up, with whose it is (CARD-7). No way leads from here to a child. */
export function PrefecturePage(_: PageProps): VNode {
  const [choice, choose] = useChoice();
  const [asked, again] = useAsked("kpi.prefecture", undefined, choice);
  const [last, keep] = useState<Prefecture | undefined>(undefined);
  const here = asked.at === "here" ? asked.value : undefined;
  if (here !== undefined && here !== last) keep(here);
  return (
    <div class="page kpi prefecture">
      <div class="no-paper">
        <Back href="#/" word={first.toHome} />
      </div>
      <PageHead title={words.title} />
      <p class="paper-title">
        <Words of={words.title} />
      </p>
      <p class="no-paper">
        <Words of={words.lead} />
      </p>
      {last === undefined || last.there.length === 0 ? null : (
        <Choose of={last} choice={choice} choose={choose} />
      )}
      <Shown asked={asked} again={again}>
        {(one) => <Figures of={one} choice={choice} />}
      </Shown>
      {last === undefined || last.months.length === 0 ? null : <Ask of={last} />}
      <Health of={last} />
      <Witnesses />
    </div>
  );
}

function Figures({ of, choice }: { of: Prefecture; choice: Choice }): VNode {
  const month = of.months[0];
  if (of.there.length === 0 || month === undefined)
    return (
      <p class="note">
        <Words of={words.none} />
      </p>
    );
  return (
    <>
      <Head of={of} month={month} />
      {month.n_given === 0 ? (
        <p class="note">
          <Words of={words.noneChosen} />
        </p>
      ) : null}
      <KpiTrend
        of={monthsOf(of)}
        part={of.stage}
        coversOf={(at, figure) => coversOf(of, at, figure)}
      />
      <p class="fine">
        <Words of={words.mixture} />
      </p>
      {stages.map((stage) => (
        <StageOf key={stage} stage={stage} of={of} month={month} />
      ))}
      <NodesTable of={of} month={month} />
      <p class="fine" id="prefecture-dash">
        <Words of={words.dash} slots={{ k: of.hide_under }} />
      </p>
      <Take choice={choice} />
    </>
  );
}

/** Which month, of whom, and whose figures stand in it. */
function Head({ of, month }: { of: Prefecture; month: PrefectureMonth }): VNode {
  const english = useContext(FormOfWords) === "english";
  const size = of.sizes.find((one) => of.nodes.every((n) => !n.is_chosen || n.size === one.size));
  const chosen = of.nodes.filter((one) => one.is_chosen);
  return (
    <section class="card stack-small kpi-whole" aria-labelledby="prefecture-whose">
      <p class="tags tags-wide" id="prefecture-of">
        <b>
          <Words
            of={kpi.monthEra}
            slots={{
              month: <Given>{monthShown(month.month, english)}</Given>,
              era: <Given>{eraShown(month.month)}</Given>,
            }}
          />
        </b>
        <Words of={kpi[of.stage]} />
        {size === undefined || chosen.length === of.nodes.length ? null : <>{sizeWord(size)}</>}
      </p>
      <h2 id="prefecture-whose">
        <Words of={words.whose} />
      </h2>
      <p>
        <b>
          <Words of={words.whoseN} slots={{ n: month.n_given, m: chosen.length }} />
        </b>
        {"："}
        <Names of={of} letters={month.has} />
      </p>
      <Names of={of} letters={month.is_back} word={words.withdrawn} />
      <Names of={of} silent={month} word={words.silent} />
    </section>
  );
}

interface StageProps {
  readonly stage: Stage;
  readonly of: Prefecture;
  readonly month: PrefectureMonth;
}

function StageOf({ stage, of, month }: StageProps): VNode | null {
  const defs = of.definitions.filter(
    (one) => one.stage === stage && month.sums.some((sum) => sum.kpi === one.id),
  );
  if (defs.length === 0) return null;
  const before = of.months[1];
  const columns = [kpi.figure, kpi.now, kpi.before] as const;
  const steps = month.sums.filter((one) => one.kpi.startsWith("at_"));
  return (
    <section class="stack kpi-stage" aria-labelledby={`kpi-${stage}`}>
      <h2 id={`kpi-${stage}`}>
        <Words of={kpi[stage]} />
      </h2>
      {stage === "apart" ? (
        <p class="fine">
          <Words of={kpi.apartNote} />
        </p>
      ) : null}
      {stage === "after" ? (
        <>
          <KpiSteps
            month={asMonth(month, of.stage)}
            part={of.stage}
            lack={words.lackSum}
            daysOf={(figure) => <Range sum={month.sums.find((one) => one.kpi === figure)} />}
          />
          <p class="fine">
            <Words of={words.rangeNote} />
          </p>
          {new Set(steps.map((one) => one.covers)).size > 1 ? (
            <p class="note" id="prefecture-steps-part">
              <Words of={words.stepsPart} />
            </p>
          ) : null}
        </>
      ) : null}
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
          {defs.map((def) => (
            <SumRow
              key={`${def.id} ${month.month}`}
              def={def}
              of={of}
              month={month}
              before={before}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Take({ choice }: { choice: Choice }): VNode {
  return (
    <div class="row no-paper" id="prefecture-take">
      <button type="button" class="quiet-button" onClick={() => window.print()}>
        <Words of={registers.print} />
      </button>
      {(["xlsx", "csv"] as const).map((form) => (
        <TakePaper
          key={form}
          word={words[form]}
          saved={kpi.saved}
          name={`ibasho-prefecture.${form}`}
          take={() => askFile("kpi.prefecture_file", undefined, undefined, { ...choice, form })}
        />
      ))}
    </div>
  );
}
