import type { VNode } from "preact";
import { ask, askFile } from "../edge/api.js";
import { Back, PageHead, type PageProps, Shown } from "../view/page.js";
import { Time } from "../view/time.js";
import { Words } from "../view/words.js";
import { monthly as words } from "../words/monthly.js";
import { weekly } from "../words/reports.js";
import type { MonthlyReport } from "../wire.js";
import { MonthOf } from "./monthly.js";
import { Deliveries } from "./report_deliveries.js";
import { useReport } from "./report_one.js";
import { ReportPassword } from "./report_password.js";
import { TakePaper } from "./report_take.js";

const months = (query: Readonly<Record<string, string>>) =>
  ask("monthly.list", undefined, undefined, query);

/** One monthly report: its files for whom it was given to, who has it (the notice links here). */
export function MonthlyOnePage({ page }: PageProps): VNode {
  const [asked, again] = useReport(page.name, months);
  return (
    <div class="page">
      <Back href="#/monthly" word={words.back} />
      <Shown asked={asked} again={again}>
        {(report) => (
          <>
            <PageHead title={words.title} name={<MonthOf month={report.month} />} />
            <p class="tags tags-wide fine">
              <Words of={weekly.madeAt} slots={{ time: <Time utc={report.made_at} /> }} />
            </p>
            {report.is_mine ? (
              <Files of={report} again={again} />
            ) : (
              <p class="note">
                <Words of={weekly.notMine} />
              </p>
            )}
            <Deliveries of={report.deliveries} id="monthly-deliveries" />
          </>
        )}
      </Shown>
    </div>
  );
}

function Files({ of, again }: { of: MonthlyReport; again: () => void }): VNode {
  const isMailed = of.deliveries.some((one) => one.way === "mail");
  return (
    <>
      <section class="card stack" aria-labelledby="monthly-files">
        <h2 id="monthly-files">
          <Words of={weekly.files} />
        </h2>
        <p class="fine">
          <Words of={words.filesNote} />{" "}
          <a class="inline-door" href="#/kpi">
            <Words of={words.toFigures} />
          </a>
        </p>
        <div class="row">
          <TakePaper
            word={weekly.pdf}
            saved={weekly.saved}
            name={`ibasho-monthly-${of.month}.pdf`}
            take={() => askFile("monthly.pdf", { report: of.id }, undefined)}
            after={again}
          />
          <TakePaper
            word={words.xlsx}
            saved={weekly.saved}
            name={`ibasho-monthly-${of.month}.xlsx`}
            take={() => askFile("monthly.xlsx", { report: of.id }, undefined)}
            after={again}
          />
        </div>
      </section>
      {of.has_password || isMailed ? (
        <ReportPassword
          id="monthly-password"
          isThere={of.has_password}
          take={() => ask("monthly.password", { report: of.id }, undefined)}
        />
      ) : null}
    </>
  );
}
