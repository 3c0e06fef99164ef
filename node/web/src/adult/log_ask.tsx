import type { VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { newId } from "../edge/id.js";
import {
  askOf,
  draftLacking,
  type LogDraft,
  type LogForm,
  logKinds,
  newDraft,
  secondFor,
} from "../state/logs.js";
import { Check, Send } from "../view/form.js";
import { Words } from "../view/words.js";
import { logs as words, reports } from "../words/reports.js";
import type { FloorInfo } from "../wire.js";
import {
  ChoiceField,
  type Faults,
  faultsOf,
  isFaulty,
  missingAt,
  noFaults,
  toFirstFault,
  WholeFault,
} from "./fields.js";
import { QuestionFields } from "./log_parts.js";

interface Props {
  readonly floors: readonly FloorInfo[];
  readonly bulkDays: number;
  readonly mayFind: boolean;
  readonly after: () => void;
}

const fields = ["/kinds", "/from", "/to", "/account", "/floor", "/reason"];

/** What is to be taken out; whether a second person must approve is said before it is sent. */
export function LogAsk({ floors, bulkDays, mayFind, after }: Props): VNode {
  const [draft, write] = useState<LogDraft>(() => newDraft(new Date()));
  const [faults, tell] = useState<Faults>(noFaults);
  const [said, say] = useState<"waiting" | "approved" | "over" | undefined>(undefined);
  const [busy, work] = useState(false);
  const id = useRef(newId());
  const set = (change: Partial<LogDraft>): void => {
    id.current = newId(); // another draft is another request
    say(undefined);
    write((now) => ({ ...now, ...change }));
  };
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    const form = event.currentTarget as HTMLElement;
    const lacks = missingAt(draftLacking(draft));
    tell(lacks);
    if (isFaulty(lacks)) return toFirstFault(form);
    work(true);
    const outcome = await ask("log_exports.ask", undefined, askOf(draft, id.current));
    work(false);
    if (outcome.kind === "offline") return tell({ at: {}, whole: [""] });
    if (outcome.kind === "refused") {
      tell(faultsOf(outcome.problem, fields));
      return toFirstFault(form);
    }
    id.current = newId();
    write({ ...newDraft(new Date()), kinds: draft.kinds, form: draft.form });
    say(outcome.value.state);
    after();
  };
  return (
    <form class="card stack" onSubmit={(event) => void send(event)} noValidate>
      <h2>
        <Words of={words.ask} />
      </h2>
      <Kinds draft={draft} set={set} isFaulty={faults.at["/kinds"] !== undefined} />
      <QuestionFields
        id="logs"
        of={draft}
        set={set}
        faults={faults}
        floors={floors}
        mayFind={mayFind}
      />
      <Form draft={draft} set={set} />
      <Second draft={draft} bulkDays={bulkDays} />
      <WholeFault faults={faults} />
      <div role="status">
        {said === undefined ? null : (
          <p class="note">
            <Words of={said === "waiting" ? words.didWait : words.didReady} />
          </p>
        )}
      </div>
      <Send busy={busy} word={words.send} busyWord={reports.working} />
    </form>
  );
}

interface PartProps {
  readonly draft: LogDraft;
  readonly set: (change: Partial<LogDraft>) => void;
}

function Kinds({ draft, set, isFaulty }: PartProps & { isFaulty: boolean }): VNode {
  return (
    <fieldset class="field" aria-invalid={isFaulty}>
      <legend>
        <Words of={words.kinds} />
      </legend>
      {logKinds.map((kind) => (
        <Check
          key={kind}
          checked={draft.kinds.includes(kind)}
          word={words[kind]}
          change={(isOn) =>
            set({ kinds: logKinds.filter((k) => (k === kind ? isOn : draft.kinds.includes(k))) })
          }
        />
      ))}
      {draft.kinds.includes("voice") ? (
        <p class="fine">
          <Words of={words.voiceNote} />
        </p>
      ) : null}
      {isFaulty ? (
        <p class="fault">
          <Words of={words.kindsNeed} />
        </p>
      ) : null}
    </fieldset>
  );
}

function Form({ draft, set }: PartProps): VNode {
  return (
    <>
      <ChoiceField
        id="logs-form"
        word={words.form}
        fault={undefined}
        value={draft.form}
        put={(form) => set({ form: form as LogForm })}
        choices={[
          ["bom", words.formBom],
          ["sjis", words.formSjis],
          ["plain", words.formPlain],
          ["json", words.formJson],
        ]}
      />
      {draft.form === "sjis" ? (
        <p class="fine">
          <Words of={words.sjisNote} />
        </p>
      ) : null}
      <Check
        checked={draft.isForGuests}
        word={words.guests}
        change={(isForGuests) => set({ isForGuests })}
      />
    </>
  );
}

function Second({ draft, bulkDays }: { draft: LogDraft; bulkDays: number }): VNode {
  const why = secondFor(draft, bulkDays);
  return (
    <p class="note" role="status" id="logs-second">
      {why === undefined ? (
        <Words of={words.alone} slots={{ n: bulkDays }} />
      ) : (
        <Words
          of={words.second}
          slots={{
            why: (
              <Words
                of={why === "everybody" ? words.whyAll : words.whyLong}
                slots={{ n: bulkDays }}
              />
            ),
          }}
        />
      )}
    </p>
  );
}
