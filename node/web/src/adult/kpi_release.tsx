import type { VNode } from "preact";
import { useContext, useState } from "preact/hooks";
import { monthShown } from "../state/kpi.js";
import { useAsked } from "../view/asked.js";
import { PageHead, type PageProps, Shown } from "../view/page.js";
import { Time } from "../view/time.js";
import { FormOfWords, Given, Words } from "../view/words.js";
import { kpiRelease as words } from "../words/kpi_release.js";
import type { KpiReleaseMonth, KpiReleasePeer, KpiReleaseRevision, KpiReleases } from "../wire.js";
import { KpiReleaseOne } from "./kpi_release_one.js";
import { ToReports } from "./reports.js";

/** Everything this municipality gives to the prefecture, month by month, to the last number (CARD-5). */
export function KpiReleasePage({ role }: PageProps): VNode {
  const [asked, again] = useAsked("kpi.releases", undefined);
  return (
    <div class="page kpi-release">
      <ToReports />
      <PageHead title={words.title} />
      <Shown asked={asked} again={again}>
        {(of) => <Months of={of} mayAct={role === "commissioner"} again={again} />}
      </Shown>
    </div>
  );
}

interface MonthsProps {
  readonly of: KpiReleases;
  readonly mayAct: boolean;
  readonly again: () => void;
}

function Months({ of, mayAct, again }: MonthsProps): VNode {
  return (
    <>
      {of.state === "can" ? (
        <>
          <p>
            <Words of={words.lead} slots={{ k: of.k }} />
          </p>
          <p class="fine">
            <Words of={of.mode === "auto" ? words.modeAuto : words.modePerson} />
          </p>
        </>
      ) : (
        <p class="note" data-state={of.state}>
          <Words of={words[of.state]} />
        </p>
      )}
      {of.months.length === 0 ? (
        <p class="fine">
          <Words of={words.none} />
        </p>
      ) : (
        <ul class="history" id="kpi-releases">
          {of.months.map((one) => (
            <li class="card stack-small" key={one.month} data-month={one.month}>
              <Month of={one} mayGive={of.state === "can"} mayAct={mayAct} again={again} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

interface MonthProps {
  readonly of: KpiReleaseMonth;
  readonly mayGive: boolean;
  readonly mayAct: boolean;
  readonly again: () => void;
}

function Month({ of, mayGive, mayAct, again }: MonthProps): VNode {
  const english = useContext(FormOfWords) === "english";
  const [isOpen, open] = useState(false);
  const last = of.revisions[0];
  const hasContents = last !== undefined || (mayGive && !of.is_early);
  return (
    <>
      <h2 class="tags">
        <Given>{monthShown(of.month, english)}</Given>
        <span class={last === undefined && !of.is_early ? "pill pill-alert" : "pill"}>
          <Words of={last === undefined ? words.ready : words[last.kind]} />
        </span>
      </h2>
      {of.is_early && last === undefined ? (
        <p class="fine">
          <Words of={words.early} />
        </p>
      ) : null}
      {of.revisions.map((one) => (
        <Revision key={one.release} of={one} />
      ))}
      {hasContents ? (
        <button
          type="button"
          class="quiet-button"
          aria-expanded={isOpen}
          onClick={() => open(!isOpen)}
        >
          <Words of={isOpen ? words.close : words.look} />
        </button>
      ) : null}
      {hasContents && isOpen ? (
        <KpiReleaseOne
          key={last?.release ?? ""}
          month={of.month}
          mayAct={mayAct && mayGive}
          again={again}
        />
      ) : null}
    </>
  );
}

function Revision({ of }: { of: KpiReleaseRevision }): VNode {
  return (
    <div class="stack-small" data-revision={of.revision}>
      <p class="tags">
        <Words of={words.nth} slots={{ n: of.revision }} />
        <Words of={words[of.kind]} />
        <Words of={of.is_auto ? words.byNode : words.byPerson} />
        <span class="fine">
          <Time utc={of.at} />
        </span>
      </p>
      {of.reason === "" ? null : (
        <p>
          <Words of={words.reasonIs} slots={{ reason: <Given>{of.reason}</Given> }} />
        </p>
      )}
      {of.peers.map((one) => (
        <p key={one.node} data-peer={one.state}>
          <Peer of={one} />
        </p>
      ))}
      <p class="fine">
        <Words of={words.sum} /> <span class="mono kpi-sum">{of.sha256}</span>
      </p>
    </div>
  );
}

function Peer({ of }: { of: KpiReleasePeer }): VNode {
  const town = <Given>{of.name}</Given>;
  switch (of.state) {
    case "waiting":
      return <Words of={words.waiting} slots={{ town }} />;
    case "received":
      return <Words of={words.received} slots={{ town, time: <Time utc={of.at} /> }} />;
    case "refused":
      return (
        <Words
          of={words.refused}
          slots={{ town, why: <Given>{of.code_ja === "" ? of.code : of.code_ja}</Given> }}
        />
      );
  }
}
