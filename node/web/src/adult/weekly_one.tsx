import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ended } from "../control.js";
import { ask, askFile, type Outcome } from "../edge/api.js";
import { type MailState, mailState } from "../state/weekly.js";
import { type Asked, askedOf } from "../view/asked.js";
import { Back, PageHead, type PageProps, Shown } from "../view/page.js";
import { Time } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { reports, weekly as words } from "../words/reports.js";
import type { WeeklyDelivery, WeeklyReport } from "../wire.js";
import { TakePaper } from "./report_take.js";
import { WeekOf } from "./weekly.js";
import { WeeklyPassword } from "./weekly_password.js";
import { WeeklyTotals } from "./weekly_totals.js";

/** The list is the one way to a report; its pages are gone through until it is found. */
async function find(id: string): Promise<Outcome<WeeklyReport>> {
  let before: string | undefined;
  for (;;) {
    const query = before === undefined ? {} : { before };
    const outcome = await ask("weekly.list", undefined, undefined, query);
    if (outcome.kind !== "ok") return outcome;
    const found = outcome.value.items.find((one) => one.id === id);
    if (found !== undefined) return { kind: "ok", value: found };
    before = outcome.value.next;
    if (before === undefined)
      return {
        kind: "refused",
        problem: { status: 404, code: "not-found", title: "", errors: [] },
      };
  }
}

function useReport(id: string): [Asked<WeeklyReport>, () => void] {
  const [asked, tell] = useState<Asked<WeeklyReport>>({ at: "asking" });
  const [round, next] = useState(0);
  useEffect(() => {
    let isGone = false;
    void find(id).then((outcome) => {
      if (isGone) return;
      if (outcome.kind === "refused" && outcome.problem.status === 401) return ended();
      tell(askedOf(outcome));
    });
    return () => {
      isGone = true;
    };
  }, [id, round]);
  return [asked, () => next(round + 1)];
}

/** One report: its files for whom it was given to, its password once, who has it (the notice links here). */
export function WeeklyOnePage({ page, role }: PageProps): VNode {
  const [asked, again] = useReport(page.name);
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
            <Deliveries of={report.deliveries} />
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
      {of.has_password || isMailed ? <WeeklyPassword of={of} /> : null}
    </>
  );
}

function Deliveries({ of }: { of: readonly WeeklyDelivery[] }): VNode {
  return (
    <section class="stack" aria-labelledby="weekly-deliveries">
      <h2 id="weekly-deliveries">
        <Words of={words.deliveries} />
      </h2>
      {of.length === 0 ? (
        <p class="note">
          <Words of={words.deliveriesNone} />
        </p>
      ) : null}
      <ul class="history">
        {of.map((one) => (
          <li class="card card-small" key={one.account}>
            <Delivery of={one} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Delivery({ of }: { of: WeeklyDelivery }): VNode {
  const mail = mailState(of);
  return (
    <div class="stack-small">
      <p class="tags tags-wide">
        <b>
          <Given>{of.name === "" ? of.account : of.name}</Given>
        </b>
        <span class="pill">
          <Words of={words[of.way]} />
        </span>
        {of.opened_at === undefined ? (
          <span class="pill pill-alert">
            <Words of={words.notOpened} />
          </span>
        ) : (
          <Words of={words.opened} slots={{ time: <Time utc={of.opened_at} /> }} />
        )}
      </p>
      <p class="tags tags-wide fine">
        <Words of={words.given} slots={{ time: <Time utc={of.given_at} /> }} />
        <Mail at={mail} sent={of.sent_at} />
      </p>
    </div>
  );
}

function Mail({ at, sent }: { at: MailState; sent: string | undefined }): VNode | null {
  switch (at) {
    case "none":
      return null;
    case "no-address":
      return <Words of={words.noAddress} />;
    case "sending":
      return <Words of={words.sending} />;
    case "sent":
      return <Words of={words.sent} slots={{ time: <Time utc={sent ?? ""} /> }} />;
    case "failed":
      return (
        <span class="pill pill-alert">
          <Words of={words.failed} />
        </span>
      );
  }
}
