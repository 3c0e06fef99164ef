import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { exportState, firstDayOf, lastDayOf, logKinds } from "../state/logs.js";
import { countShown } from "../state/dictionary.js";
import { Time } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { logs as words, reports } from "../words/reports.js";
import type { Word } from "../words/word.js";
import type { FloorInfo, LogExport } from "../wire.js";
import { useDeed } from "./deed.js";
import { Said } from "./deed_said.js";
import { FloorOf, RoleName } from "./floor_parts.js";
import { LogTake } from "./log_take.js";
import { PlainDay } from "./report_take.js";

interface Props {
  readonly of: LogExport;
  readonly floors: readonly FloorInfo[];
  readonly validDays: number;
  readonly changed: () => void;
}

const forms: Readonly<Record<string, Word>> = {
  "csv utf8 true": words.formBom,
  "csv utf8 false": words.formPlain,
  "csv sjis false": words.formSjis,
};

/** An export or a search: who asked, for what, who approved, who took how much and when. */
export function LogRow({ of, floors, validDays, changed }: Props): VNode {
  const form = forms[`${of.format} ${of.charset} ${String(of.has_bom)}`] ?? words.formJson;
  const name = <Given>{of.by_name ?? of.by}</Given>;
  return (
    <div class="stack-small" id={`log-${of.id}`}>
      <p class="tags tags-wide">
        <b>
          <Words of={of.act === "search" ? words.isSearch : words.isExport} />
        </b>
        <StateOf of={of} />
        {of.is_for_guests ? (
          <span class="pill">
            <Words of={words.forGuests} />
          </span>
        ) : null}
        <span class="fine">
          <Words
            of={words.by}
            slots={{ time: <Time utc={of.at} />, name, role: <RoleName of={of.by_role} /> }}
          />
        </span>
      </p>
      {of.act === "search" ? (
        <p>
          <Words of={words.wordsOf} slots={{ text: <Given>{of.words ?? ""}</Given> }} />
        </p>
      ) : (
        <p class="tags tags-wide">
          {logKinds
            .filter((one) => of.kinds.includes(one))
            .map((one) => (
              <span key={one}>
                <Words of={words[one]} />
              </span>
            ))}
          <span class="fine">
            <Words of={form} />
          </span>
        </p>
      )}
      <p class="tags tags-wide">
        {of.account === undefined ? (
          <Words of={words.whoseAll} />
        ) : (
          <Words
            of={words.whose}
            slots={{ name: <Given>{of.account_name ?? of.account}</Given> }}
          />
        )}
        {of.floor === "" ? null : <FloorOf id={of.floor} all={floors} />}
        <Words
          of={words.period}
          slots={{
            from: <PlainDay of={firstDayOf(of.from)} />,
            to: <PlainDay of={lastDayOf(of.to)} />,
          }}
        />
      </p>
      <p>
        <Words of={words.because} slots={{ text: <Given>{of.reason}</Given> }} />
      </p>
      <Became of={of} />
      <Acts of={of} validDays={validDays} changed={changed} />
    </div>
  );
}

function StateOf({ of }: { of: LogExport }): VNode {
  const state = exportState(of);
  return (
    <span class={state === "waiting" ? "pill pill-alert" : "pill"}>
      <Words of={words[state]} slots={{ n: of.n_files }} />
    </span>
  );
}

/** Who approved, and what went out. */
function Became({ of }: { of: LogExport }): VNode {
  return (
    <p class="tags tags-wide fine">
      {of.approved_at === undefined ? null : (
        <Words
          of={words.approvedBy}
          slots={{
            time: <Time utc={of.approved_at} />,
            name: <Given>{of.approved_name ?? of.approved_by ?? ""}</Given>,
          }}
        />
      )}
      {of.ended_at === undefined ? null : (
        <Words
          of={of.act === "search" ? words.found : words.lastTaken}
          slots={{ time: <Time utc={of.ended_at} />, n: countShown(of.n_rows ?? 0) }}
        />
      )}
    </p>
  );
}

function Acts({ of, validDays, changed }: Omit<Props, "floors">): VNode | null {
  if (of.may_approve) return <Approve of={of} validDays={validDays} changed={changed} />;
  const state = exportState(of);
  if (!of.is_mine) return null;
  if (state === "waiting")
    return (
      <p class="fine">
        <Words of={words.waitsForOther} />
      </p>
    );
  return state === "ready" || state === "taken" ? (
    <>
      {of.charset === "sjis" ? (
        <p class="fine">
          <Words of={words.sjisNote} />
        </p>
      ) : null}
      <LogTake id={of.id} at={of.at} changed={changed} />
    </>
  ) : null;
}

function Approve({ of, validDays, changed }: Omit<Props, "floors">): VNode {
  const [sure, askSure] = useState(false);
  const deed = useDeed();
  const approve = async (): Promise<void> => {
    const got = await deed.run((id) => ask("log_exports.approve", { id: of.id }, { id }));
    askSure(false);
    if (got !== undefined) changed();
  };
  return (
    <>
      {sure ? (
        <div class="panel-act stack-small">
          <p role="alert">
            <Words of={words.approveSure} slots={{ name: <Given>{of.by_name ?? of.by}</Given> }} />
          </p>
          <div class="row">
            <button
              type="button"
              class="button"
              aria-disabled={deed.busy}
              onClick={() => void approve()}
            >
              <Words of={deed.busy ? reports.working : words.approveYes} />
            </button>
            <button type="button" class="quiet-button" onClick={() => askSure(false)}>
              <Words of={words.cancel} />
            </button>
          </div>
        </div>
      ) : (
        <>
          <p class="fine">
            <Words of={words.leave} slots={{ n: validDays }} />
          </p>
          <div class="row">
            <button
              type="button"
              class="quiet-button"
              aria-describedby={`log-${of.id}`}
              onClick={() => askSure(true)}
            >
              <Words of={words.approve} />
            </button>
          </div>
        </>
      )}
      <Said of={deed.said} done={reports.done} />
    </>
  );
}
