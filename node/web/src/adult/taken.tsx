import type { VNode } from "preact";
import { ask } from "../edge/api.js";
import { PageHead } from "../view/page.js";
import { usePaged } from "../view/paged.js";
import { Time } from "../view/time.js";
import { MissingNote } from "../view/trouble.js";
import { Given, Words } from "../view/words.js";
import { roles } from "../words/home.js";
import { registers as words } from "../words/registers.js";
import type { Taken } from "../wire.js";
import { RecordFoot } from "./record.js";
import { ToReports } from "./reports.js";

/** Everything that left the node, and the permission it stands on (AI-8-3, AI-7.2-4). */
export function TakenPage(): VNode {
  const [paged, { more }] = usePaged<Taken>("taken", (before) =>
    ask("taken.list", undefined, undefined, before === undefined ? {} : { before }),
  );
  if (paged.trouble === "missing") return <MissingNote />;
  return (
    <div class="page">
      <div class="no-paper">
        <ToReports />
      </div>
      <PageHead title={words.taken} />
      <p class="paper-title">
        <Words of={words.taken} />
      </p>
      <p>
        <Words of={words.takenLead} />
      </p>
      <div class="row no-paper">
        <button type="button" id="taken-print" class="quiet-button" onClick={() => window.print()}>
          <Words of={words.print} />
        </button>
      </div>
      <ul class="history" id="taken-list">
        {paged.items.map((one) => (
          <li class="card card-small stack-small" key={one.id}>
            <One of={one} />
          </li>
        ))}
      </ul>
      <RecordFoot paged={paged} more={more} none={words.takenNone} moreWord={words.more} />
    </div>
  );
}

const bases = {
  owner: words.owner,
  grant: words.grant,
  receiver: words.receiver,
  leaving: words.leaving,
  upkeep: words.upkeep,
  none: words.basisNone,
} as const;

function One({ of }: { of: Taken }): VNode {
  const isWrong = of.basis === "none" && !of.is_refused;
  return (
    <>
      <p class="tags">
        <b>
          <Given>{of.what}</Given>
        </b>
        <span class={isWrong ? "pill pill-alert" : "pill"}>
          <Words of={of.is_refused ? words.refused : bases[of.basis]} />
        </span>
      </p>
      <p class="fine">
        <Time utc={of.at} /> / <Who of={of} />
      </p>
      {of.grant === undefined ? null : (
        <p class="fine">
          <Words
            of={words.grantFor}
            slots={{
              given: <Given>{of.given_name ?? "-"}</Given>,
              name: <Given>{of.holder_name ?? "-"}</Given>,
              purpose: <Given>{of.purpose ?? "-"}</Given>,
              until: of.until === undefined ? "-" : <Time utc={of.until} />,
            }}
          />
        </p>
      )}
    </>
  );
}

function Who({ of }: { of: Taken }): VNode {
  if (of.name !== undefined) return <Given>{of.name}</Given>;
  if (of.operator_name !== undefined) return <Words of={words.operator} />;
  const word = roles[of.role as keyof typeof roles];
  return word === undefined ? <Given>{of.role}</Given> : <Words of={word} />;
}
