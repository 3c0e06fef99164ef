import type { VNode } from "preact";
import { useContext, useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { type Part, parts } from "../state/kpi.js";
import { useAsked } from "../view/asked.js";
import { Check } from "../view/form.js";
import { Shown } from "../view/page.js";
import { FormOfWords, Given, Words } from "../view/words.js";
import { kpi as kpiWords } from "../words/kpi.js";
import { kpiRelease as words } from "../words/kpi_release.js";
import type { KpiDefinition, KpiReleaseCell, KpiReleaseShown } from "../wire.js";
import { useDeed } from "./deed.js";
import { Refused, Said } from "./deed_said.js";
import { TextField } from "./fields.js";
import { KpiNumber } from "./kpi_row.js";

interface Props {
  readonly month: string;
  readonly mayAct: boolean;
  readonly again: () => void;
}

/** One month as it went, or as it would go: every cell, hidden ones with their reason. */
export function KpiReleaseOne({ month, mayAct, again }: Props): VNode {
  const [asked, retry] = useAsked("kpi.release_show", { month });
  const [kpis, retryKpis] = useAsked("kpi.show", undefined);
  return (
    <Shown asked={asked} again={retry}>
      {(of) => (
        <Shown asked={kpis} again={retryKpis}>
          {({ definitions }) => (
            <div class="stack">
              <p>
                <Words
                  of={
                    !of.is_sent
                      ? words.wouldGo
                      : of.kind === "withdraw"
                        ? words.wentBack
                        : words.wentOut
                  }
                />
              </p>
              {of.cells.length === 0 ? null : (
                <>
                  <Cells of={of} defs={definitions} />
                  <p class="fine">
                    <Words of={kpiWords.dash} />
                  </p>
                </>
              )}
              <details>
                <summary>
                  <Words of={words.bytes} />
                </summary>
                <pre class="mono kpi-bytes" tabIndex={0}>
                  {of.body}
                </pre>
                <p class="fine">
                  <Words of={words.sum} /> <span class="mono kpi-sum">{of.sha256}</span>
                </p>
              </details>
              {mayAct ? <Acts of={of} defs={definitions} again={again} /> : null}
            </div>
          )}
        </Shown>
      )}
    </Shown>
  );
}

/** The definitions of which something is there, in their order. */
function defsIn(of: KpiReleaseShown, defs: readonly KpiDefinition[]): readonly KpiDefinition[] {
  return defs.filter((def) => of.cells.some((cell) => cell.kpi === def.id));
}

function useNameOf(): (def: KpiDefinition) => string {
  const english = useContext(FormOfWords) === "english";
  return (def) => (english ? def.name_en : def.name);
}

function Cells({ of, defs }: { of: KpiReleaseShown; defs: readonly KpiDefinition[] }): VNode {
  const nameOf = useNameOf();
  return (
    <div class="table-wide" tabIndex={0} role="group">
      <table class="record kpi-table">
        <thead>
          <tr>
            <th scope="col">
              <Words of={words.figure} />
            </th>
            {parts.map((part) => (
              <th scope="col" key={part}>
                <Words of={kpiWords[part]} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {defsIn(of, defs).map((def) => (
            <tr key={def.id} data-kpi={def.id}>
              <th scope="row">
                <Given>{nameOf(def)}</Given>
              </th>
              {parts.map((part) => (
                <td key={part}>
                  <span class="record-name fine">
                    <Words of={kpiWords[part]} />
                  </span>
                  <span class="record-value">
                    <Cell def={def} of={cellOf(of, def.id, part)} />
                  </span>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function cellOf(of: KpiReleaseShown, kpi: string, part: Part): KpiReleaseCell | undefined {
  return of.cells.find((one) => one.kpi === kpi && one.part === part);
}

function Cell({ def, of }: { def: KpiDefinition; of: KpiReleaseCell | undefined }): VNode {
  if (of === undefined) return <></>;
  const { kpi, part, num, den } = of;
  if (of.shown === "shown" && num !== undefined && den !== undefined)
    return <KpiNumber def={def} cell={{ kpi, part, num, den }} />;
  return (
    <span data-hidden={of.shown}>
      <b aria-hidden="true">—</b>{" "}
      <span class="fine">
        <Words of={of.shown === "shown" ? words.small : words[of.shown]} />
      </span>
    </span>
  );
}

interface ActsProps {
  readonly of: KpiReleaseShown;
  readonly defs: readonly KpiDefinition[];
  readonly again: () => void;
}

function Acts({ of, defs, again }: ActsProps): VNode | null {
  if (!of.is_sent) return <Give month={of.month} again={again} />;
  if (of.kind === "withdraw") return null;
  return (
    <>
      <Fix of={of} defs={defs} again={again} />
      <TakeBack month={of.month} again={again} />
    </>
  );
}

function Give({ month, again }: { month: string; again: () => void }): VNode {
  const deed = useDeed();
  return (
    <div class="stack-small">
      <button
        type="button"
        class="button"
        disabled={deed.busy}
        onClick={() =>
          void deed
            .run((id) => ask("kpi.release_send", undefined, { id, month }))
            .then((got) => (got === undefined ? undefined : again()))
        }
      >
        <Words of={words.give} />
      </button>
      <Said of={deed.said} done={words.given} />
    </div>
  );
}

function Fix({ of, defs, again }: ActsProps): VNode {
  const deed = useDeed();
  const nameOf = useNameOf();
  const [chosen, tick] = useState<readonly string[]>([]);
  const [reason, say] = useState("");
  const [wasSent, sent] = useState(false);
  const left = defsIn(of, defs).filter((def) =>
    of.cells.some((cell) => cell.kpi === def.id && cell.shown === "shown"),
  );
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    sent(true);
    if (chosen.length === 0 || reason.trim() === "") return;
    const got = await deed.run((id) =>
      ask("kpi.release_correct", { month: of.month }, { id, kpis: chosen, reason: reason.trim() }),
    );
    if (got !== undefined) again();
  };
  return (
    <details class="kpi-fix">
      <summary>
        <Words of={words.fix} />
      </summary>
      <form class="stack" noValidate onSubmit={(event) => void send(event)}>
        <p>
          <Words of={words.fixNote} />
        </p>
        <fieldset
          class="field stack-small"
          aria-invalid={wasSent && chosen.length === 0}
          id={`kpi-fix-${of.month}`}
        >
          <legend>
            <Words of={words.fixWhich} />
          </legend>
          {left.map((def) => (
            <Check
              key={def.id}
              checked={chosen.includes(def.id)}
              word={words.fixOne}
              slots={{ name: <Given>{nameOf(def)}</Given> }}
              change={(isOn) =>
                tick(isOn ? [...chosen, def.id] : chosen.filter((one) => one !== def.id))
              }
            />
          ))}
          {wasSent && chosen.length === 0 ? (
            <p class="fault">
              <Words of={words.needFigure} />
            </p>
          ) : null}
        </fieldset>
        <Reason id={`kpi-fix-reason-${of.month}`} value={reason} put={say} wasSent={wasSent} />
        <button type="submit" class="button" disabled={deed.busy}>
          <Words of={words.doFix} />
        </button>
        <Refused of={deed} />
      </form>
    </details>
  );
}

function TakeBack({ month, again }: { month: string; again: () => void }): VNode {
  const deed = useDeed();
  const [reason, say] = useState("");
  const [wasSent, sent] = useState(false);
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    sent(true);
    if (reason.trim() === "") return;
    const got = await deed.run((id) =>
      ask("kpi.release_withdraw", { month }, { id, reason: reason.trim() }),
    );
    if (got !== undefined) again();
  };
  return (
    <details class="kpi-back">
      <summary>
        <Words of={words.back} />
      </summary>
      <form class="stack" noValidate onSubmit={(event) => void send(event)}>
        <p>
          <Words of={words.backNote} />
        </p>
        <Reason id={`kpi-back-reason-${month}`} value={reason} put={say} wasSent={wasSent} />
        <button type="submit" class="button" disabled={deed.busy}>
          <Words of={words.doBack} />
        </button>
        <Refused of={deed} />
      </form>
    </details>
  );
}

interface ReasonProps {
  readonly id: string;
  readonly value: string;
  readonly put: (text: string) => void;
  readonly wasSent: boolean;
}

function Reason({ id, value, put, wasSent }: ReasonProps): VNode {
  return (
    <TextField
      id={id}
      word={words.reason}
      hint={words.reasonHint}
      fault={wasSent && value.trim() === "" ? "" : undefined}
      value={value}
      put={put}
    />
  );
}
