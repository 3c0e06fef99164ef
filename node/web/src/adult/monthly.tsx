import type { VNode } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { eraShown, monthShown, monthsOf } from "../state/kpi.js";
import { useAsked } from "../view/asked.js";
import { PageHead, type PageProps } from "../view/page.js";
import { usePaged } from "../view/paged.js";
import { Time } from "../view/time.js";
import { MissingNote } from "../view/trouble.js";
import { FormOfWords, Given, Words } from "../view/words.js";
import { monthly as words } from "../words/monthly.js";
import { reports, weekly } from "../words/reports.js";
import type { MonthlyReport } from "../wire.js";
import { useDeed } from "./deed.js";
import { Said } from "./deed_said.js";
import { SelectField } from "./fields.js";
import { RecordFoot } from "./record.js";
import { ToReports } from "./reports.js";
import { Receivers } from "./weekly_receivers.js";

/** The monthly reports: which there are, who has opened them, who receives the next (KP-3-調達-3b). */
export function MonthlyPage({ role }: PageProps): VNode {
  const [paged, { more, again }] = usePaged<MonthlyReport>("monthly", (before) =>
    ask("monthly.list", undefined, undefined, before === undefined ? {} : { before }),
  );
  if (paged.trouble === "missing") return <MissingNote />;
  return (
    <div class="page">
      <ToReports />
      <PageHead title={words.title} />
      <p>
        <Words of={words.lead} />
      </p>
      <section class="stack" aria-labelledby="monthly-list">
        <h2 id="monthly-list">
          <Words of={weekly.list} />
        </h2>
        <ul class="setting-list">
          {paged.items.map((one) => (
            <li key={one.id}>
              <ReportRow of={one} />
            </li>
          ))}
        </ul>
        <RecordFoot paged={paged} more={more} none={words.none} moreWord={reports.more} />
      </section>
      <GiveNow again={again} />
      <Receivers kind="monthly" isBoard={role === "commissioner"} />
    </div>
  );
}

export function MonthOf({ month }: { month: string }): VNode {
  const english = useContext(FormOfWords) === "english";
  return (
    <Words
      of={words.monthEra}
      slots={{
        month: <Given>{monthShown(month, english)}</Given>,
        era: <Given>{eraShown(month)}</Given>,
      }}
    />
  );
}

function ReportRow({ of }: { of: MonthlyReport }): VNode {
  const nOpened = of.deliveries.filter((one) => one.opened_at !== undefined).length;
  return (
    <a class="card card-small door" href={`#/monthly/${of.id}`}>
      <span class="door-title">
        <MonthOf month={of.month} />
      </span>
      <span class="tags tags-wide fine">
        {of.is_mine ? (
          <span class="pill">
            <Words of={weekly.mine} />
          </span>
        ) : null}
        {of.deliveries.length === 0 ? (
          <Words of={weekly.toNobody} />
        ) : (
          <Words of={weekly.openedOf} slots={{ n: of.deliveries.length, m: nOpened }} />
        )}
        <Words of={weekly.madeAt} slots={{ time: <Time utc={of.made_at} /> }} />
      </span>
    </a>
  );
}

const lookMs = 2000;
const nLooksMost = 8;

/** The report of a counted month, given to whoever does not have it yet. */
function GiveNow({ again }: { again: () => void }): VNode | null {
  const [asked] = useAsked("kpi.show", undefined);
  const [chosen, choose] = useState("");
  const english = useContext(FormOfWords) === "english";
  const [nLooks, look] = useState(0);
  const deed = useDeed();
  useEffect(() => {
    if (nLooks === 0) return;
    const timer = setTimeout(() => {
      again();
      look(nLooks - 1);
    }, lookMs);
    return () => clearTimeout(timer);
  }, [nLooks]);
  const months = asked.at === "here" ? monthsOf(asked.value.months).map((one) => one.month) : [];
  const month = months.includes(chosen) ? chosen : months[0];
  if (month === undefined) return null;
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const got = await deed.run((id) => ask("monthly.make", undefined, { id, month }));
    if (got !== undefined) look(nLooksMost);
  };
  return (
    <form class="card stack" onSubmit={(event) => void send(event)} noValidate>
      <h2>
        <Words of={words.make} />
      </h2>
      <p class="fine">
        <Words of={words.makeNote} />
      </p>
      <SelectField
        id="monthly-month"
        word={words.makeMonth}
        fault={undefined}
        value={month}
        put={(one) => {
          deed.anew();
          choose(one);
        }}
        choices={months.map((one) => [one, monthShown(one, english)] as const)}
      />
      <Said of={deed.said} done={words.asked} />
      <button type="submit" class="button" aria-disabled={deed.busy}>
        <Words of={deed.busy ? reports.working : words.doMake} />
      </button>
    </form>
  );
}
