import type { VNode } from "preact";
import { ask, askFile } from "../edge/api.js";
import { Back, PageHead, type PageProps, Shown } from "../view/page.js";
import { Time } from "../view/time.js";
import { Words } from "../view/words.js";
import { reports, weekly as words } from "../words/reports.js";
import type { WeeklyReport } from "../wire.js";
import { Deliveries } from "./report_deliveries.js";
import { useReport } from "./report_one.js";
import { ReportPassword } from "./report_password.js";
import { TakePaper } from "./report_take.js";
import { WeekOf } from "./weekly.js";
import { WeeklyTotals } from "./weekly_totals.js";

const weeks = (query: Readonly<Record<string, string>>) =>
  ask("weekly.list", undefined, undefined, query);

/** One report: its files for whom it was given to, its password once, who has it (the notice links here). */
export function WeeklyOnePage({ page, role }: PageProps): VNode {
  const [asked, again] = useReport(page.name, weeks);
  const isDesk = role === "commissioner" || role === "contractor";
  return (
    <div class="page">
      <Back href="#/weekly" word={words.back} />
      <Shown asked={asked} again={again}>
        {(report) => (
          <>
            <PageHead title={reports.weekly} name={<WeekOf week={report.week} />} />
            <p class="tags tags-wide">
              {isDesk ? <Words of={words.pupils} slots={{ n: report.n_pupils }} /> : null}
              <span class="fine">
                <Words of={words.madeAt} slots={{ time: <Time utc={report.made_at} /> }} />
              </span>
            </p>
            {report.is_mine ? (
              <Files of={report} again={again} />
            ) : (
              <p class="note">
                <Words of={words.notMine} />
              </p>
            )}
            <Deliveries of={report.deliveries} id="weekly-deliveries" />
          </>
        )}
      </Shown>
    </div>
  );
}

function Files({ of, again }: { of: WeeklyReport; again: () => void }): VNode {
  const isMailed = of.deliveries.some((one) => one.way === "mail");
  return (
    <>
      <section class="card stack" aria-labelledby="weekly-files">
        <h2 id="weekly-files">
          <Words of={words.files} />
        </h2>
        <p class="fine">
          <Words of={words.filesNote} />
        </p>
        <div class="row">
          <TakePaper
            word={words.pdf}
            saved={words.saved}
            name={`ibasho-weekly-${of.week}.pdf`}
            take={() => askFile("weekly.pdf", { report: of.id }, undefined)}
            after={again}
          />
          <TakePaper
            word={words.csv}
            saved={words.saved}
            name={`ibasho-weekly-${of.week}.csv`}
            take={() => askFile("weekly.csv", { report: of.id }, undefined)}
            after={again}
          />
        </div>
        <WeeklyTotals report={of.id} after={again} />
      </section>
      {of.has_password || isMailed ? (
        <ReportPassword
          id="weekly-password"
          isThere={of.has_password}
          take={() => ask("weekly.password", { report: of.id }, undefined)}
        />
      ) : null}
    </>
  );
}
