import type { VNode } from "preact";
import { ask } from "../edge/api.js";
import { inOrder } from "../state/floor_order.js";
import { useAsked } from "../view/asked.js";
import { PageHead, type PageProps } from "../view/page.js";
import { usePaged } from "../view/paged.js";
import { MissingNote } from "../view/trouble.js";
import { Words } from "../view/words.js";
import { logs as words, reports } from "../words/reports.js";
import type { LogExport } from "../wire.js";
import { LogAsk } from "./log_ask.js";
import { LogRow } from "./log_row.js";
import { RecordFoot } from "./record.js";
import { ToReports } from "./reports.js";

/** A number that the town has set; `initial` until it is known. */
function useDaysSet(name: string, initial: number): number {
  const [asked] = useAsked("settings.show", { name });
  const value = asked.at === "here" ? Number(asked.value.value) : NaN;
  return Number.isInteger(value) ? value : initial;
}

/** The four logs taken out: asked for with a reason, approved by a second person, taken, all on record
 * (AI-2.5-ア to エ, AI-2.7-イ). */
export function LogsPage({ role }: PageProps): VNode {
  const [floors] = useAsked("floors.list", undefined);
  const bulkDays = useDaysSet("log.bulk_days", 7);
  const validDays = useDaysSet("log.export_valid_days", 7);
  const [paged, { more, again }] = usePaged<LogExport>("log_exports", (before) =>
    ask("log_exports.list", undefined, undefined, before === undefined ? {} : { before }),
  );
  if (paged.trouble === "missing") return <MissingNote />;
  const mine = paged.items.filter((one) => one.may_approve);
  const others = paged.items.filter((one) => !one.may_approve);
  const all = floors.at === "here" ? inOrder(floors.value.items) : [];
  return (
    <div class="page">
      <ToReports />
      <PageHead title={reports.logs} />
      <p>
        <Words of={reports.logsNote} /> <Words of={reports.recorded} />
      </p>
      {role === "commissioner" ? null : (
        <p class="note">
          <Words of={reports.purpose} />
        </p>
      )}
      {mine.length === 0 ? null : (
        <section class="stack" aria-labelledby="logs-waiting">
          <h2 id="logs-waiting">
            <Words of={words.forYou} />
          </h2>
          <ul class="history">
            {mine.map((one) => (
              <li class="card card-small" key={one.id}>
                <LogRow of={one} floors={all} validDays={validDays} changed={again} />
              </li>
            ))}
          </ul>
        </section>
      )}
      <LogAsk floors={all} bulkDays={bulkDays} mayFind={role !== "auditor"} after={again} />
      <section class="stack" aria-labelledby="logs-list">
        <h2 id="logs-list">
          <Words of={words.list} />
        </h2>
        {role === "contractor" ? (
          <p class="fine">
            <Words of={words.listOwn} />
          </p>
        ) : null}
        <ul class="history">
          {others.map((one) => (
            <li class="card card-small" key={one.id}>
              <LogRow of={one} floors={all} validDays={validDays} changed={again} />
            </li>
          ))}
        </ul>
        <RecordFoot paged={paged} more={more} none={words.none} moreWord={reports.more} />
      </section>
    </div>
  );
}
