import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { pastWeeks, sundayOf } from "../state/weekly.js";
import { dayShown } from "../state/day.js";
import { PageHead, type PageProps } from "../view/page.js";
import { usePaged } from "../view/paged.js";
import { Time } from "../view/time.js";
import { MissingNote } from "../view/trouble.js";
import { Words } from "../view/words.js";
import { reports, weekly as words } from "../words/reports.js";
import type { WeeklyReport } from "../wire.js";
import { useDeed } from "./deed.js";
import { Said } from "./deed_said.js";
import { SelectField } from "./fields.js";
import { RecordFoot } from "./record.js";
import { PlainDay } from "./report_take.js";
import { ToReports } from "./reports.js";
import { Receivers } from "./weekly_receivers.js";

/** The weekly reports: which there are, who has opened them, who receives the next (AI-4.6-ア-1). */
export function WeeklyPage({ role }: PageProps): VNode {
  const isDesk = role === "commissioner" || role === "contractor";
  const [paged, { more, again }] = usePaged<WeeklyReport>("weekly", (before) =>
    ask("weekly.list", undefined, undefined, before === undefined ? {} : { before }),
  );
  if (paged.trouble === "missing") return <MissingNote />;
  return (
    <div class="page">
      <ToReports />
      <PageHead title={reports.weekly} />
      <p>
        <Words of={words.lead} />
      </p>
      <section class="stack" aria-labelledby="weekly-list">
        <h2 id="weekly-list">
          <Words of={words.list} />
        </h2>
        <ul class="setting-list">
          {paged.items.map((one) => (
            <li key={one.id}>
              <ReportRow of={one} isDesk={isDesk} />
            </li>
          ))}
        </ul>
        <RecordFoot
          paged={paged}
          more={more}
          none={isDesk ? words.none : words.noneOwn}
          moreWord={reports.more}
        />
      </section>
      {isDesk ? <MakeNow known={paged.items} again={again} /> : null}
      {isDesk ? <Receivers kind="weekly" isBoard={role === "commissioner"} /> : null}
    </div>
  );
}

export function WeekOf({ week }: { week: string }): VNode {
  return (
    <Words
      of={words.week}
      slots={{ from: <PlainDay of={week} />, to: <PlainDay of={sundayOf(week)} /> }}
    />
  );
}

function ReportRow({ of, isDesk }: { of: WeeklyReport; isDesk: boolean }): VNode {
  const nOpened = of.deliveries.filter((one) => one.opened_at !== undefined).length;
  return (
    <a class="card card-small door" href={`#/weekly/${of.id}`}>
      <span class="door-title">
        <WeekOf week={of.week} />
      </span>
      <span class="tags tags-wide fine">
        {of.is_mine ? (
          <span class="pill">
            <Words of={words.mine} />
          </span>
        ) : null}
        {isDesk ? (
          <>
            <Words of={words.pupils} slots={{ n: of.n_pupils }} />
            {of.deliveries.length === 0 ? (
              <Words of={words.toNobody} />
            ) : (
              <Words of={words.openedOf} slots={{ n: of.deliveries.length, m: nOpened }} />
            )}
          </>
        ) : null}
        <Words of={words.madeAt} slots={{ time: <Time utc={of.made_at} /> }} />
      </span>
    </a>
  );
}

const nWeeks = 52;
const lookMs = 1500;
const nLooks = 20;

/** A week that is over, made by hand; the list is looked at until it is there. */
function MakeNow({ known, again }: { known: readonly WeeklyReport[]; again: () => void }): VNode {
  const weeks = pastWeeks(new Date(), nWeeks);
  const [week, choose] = useState(weeks[0] ?? "");
  const [made, wait] = useState<{ week: string; nLeft: number } | undefined>(undefined);
  const deed = useDeed();
  const again_ = useRef(again);
  again_.current = again;
  const isThere = made !== undefined && known.some((one) => one.week === made.week);
  useEffect(() => {
    if (made === undefined || isThere || made.nLeft === 0) return;
    const timer = setTimeout(() => {
      again_.current();
      wait({ ...made, nLeft: made.nLeft - 1 });
    }, lookMs);
    return () => clearTimeout(timer);
  }, [made, isThere]);
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const got = await deed.run((id) => ask("weekly.make", undefined, { id, week }));
    if (got !== undefined) wait({ week: got.week, nLeft: nLooks });
  };
  const done = isThere ? words.made : made?.nLeft === 0 ? words.slow : words.making;
  return (
    <form class="card stack" onSubmit={(event) => void send(event)} noValidate>
      <h2>
        <Words of={words.make} />
      </h2>
      <p class="fine">
        <Words of={words.makeNote} />
      </p>
      <SelectField
        id="weekly-week"
        word={words.makeWeek}
        fault={undefined}
        value={week}
        put={(one) => {
          deed.anew();
          wait(undefined);
          choose(one === "" ? (weeks[0] ?? "") : one);
        }}
        choices={weeks.map(
          (one) => [one, `${dayShown(one, false)} ～ ${dayShown(sundayOf(one), false)}`] as const,
        )}
      />
      <Said of={deed.said} done={done} />
      <button type="submit" class="button" aria-disabled={deed.busy}>
        <Words of={deed.busy ? reports.working : words.doMake} />
      </button>
    </form>
  );
}
