import type { VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { newId } from "../edge/id.js";
import { callName } from "../state/people.js";
import type { Person } from "../wire.js";
import { Check, Send } from "../view/form.js";
import { Given, Words } from "../view/words.js";
import { notify as words } from "../words/notify.js";
import {
  ChoiceField,
  type Faults,
  faultsOf,
  isFaulty,
  missingAt,
  noFaults,
  TextField,
  toFirstFault,
  WholeFault,
} from "./fields.js";
import { chosenKinds } from "./notify_parts.js";
import { FindPerson } from "./person_find.js";

interface Draft {
  readonly person: Person | undefined;
  readonly channel: "mail" | "webhook";
  readonly address: string;
  readonly kinds: readonly string[];
}

const nothing: Draft = {
  person: undefined,
  channel: "mail",
  address: "",
  kinds: ["sos", "incident"],
};
const fields = ["/account", "/address", "/kinds"];

function missing(draft: Draft): string[] {
  return [
    ...(draft.person === undefined ? ["/account"] : []),
    ...(draft.address.trim() === "" ? ["/address"] : []),
    ...(draft.kinds.length === 0 ? ["/kinds"] : []),
  ];
}

interface Props {
  readonly isBoard: boolean;
  readonly changed: () => void;
}

/** A new address: whose, where, for what. */
export function AddReceiver({ isBoard, changed }: Props): VNode {
  const [draft, write] = useState<Draft>(nothing);
  const [faults, tell] = useState<Faults>(noFaults);
  const [secret, show] = useState("");
  const [isDone, say] = useState(false);
  const [busy, work] = useState(false);
  const id = useRef(newId()); // one act, however often it is sent
  const set = (change: Partial<Draft>): void => {
    id.current = newId();
    say(false);
    show("");
    write({ ...draft, ...change });
  };
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    const form = event.currentTarget as HTMLElement;
    const faults = missingAt(missing(draft));
    tell(faults);
    if (isFaulty(faults) || draft.person === undefined) return toFirstFault(form);
    work(true);
    const outcome = await ask("notify.add", undefined, {
      id: id.current,
      account: draft.person.id,
      channel: draft.channel,
      address: draft.address.trim().normalize("NFKC"),
      kinds: [...draft.kinds],
    });
    work(false);
    if (outcome.kind === "offline") return tell({ at: {}, whole: [""] });
    if (outcome.kind === "refused") {
      tell(faultsOf(outcome.problem, fields));
      return toFirstFault(form);
    }
    id.current = newId();
    write(nothing);
    say(true);
    show(outcome.value.secret ?? "");
    changed();
  };
  return (
    <form class="card stack" onSubmit={(event) => void send(event)} noValidate>
      <h2>
        <Words of={words.add} />
      </h2>
      <p>
        <Words of={words.addNote} /> <Words of={isBoard ? words.addNoteBoard : words.addNoteFirm} />
      </p>
      <Whose draft={draft} set={set} isFaulty={faults.at["/account"] !== undefined} />
      <ChoiceField
        id="notify-channel"
        word={words.channel}
        fault={undefined}
        value={draft.channel}
        put={(channel) => set({ channel: channel as Draft["channel"] })}
        choices={[
          ["mail", words.mail],
          ["webhook", words.webhook],
        ]}
      />
      <TextField
        id="notify-address"
        word={draft.channel === "mail" ? words.address : words.url}
        fault={faults.at["/address"]}
        value={draft.address}
        put={(address) => set({ address })}
      />
      <fieldset class="field" aria-invalid={faults.at["/kinds"] !== undefined}>
        <legend>
          <Words of={words.kinds} />
        </legend>
        {chosenKinds.map((kind) => (
          <Check
            key={kind}
            checked={draft.kinds.includes(kind)}
            word={words[kind]}
            change={(isOn) =>
              set({
                kinds: chosenKinds.filter((k) => (k === kind ? isOn : draft.kinds.includes(k))),
              })
            }
          />
        ))}
        {faults.at["/kinds"] === undefined ? null : (
          <p class="fault">
            <Words of={words.kindsNeed} />
          </p>
        )}
      </fieldset>
      <WholeFault faults={faults} />
      <div role="status" class="stack-small">
        {isDone ? (
          <p class="note">
            <Words of={words.done} />
          </p>
        ) : null}
        {secret === "" ? null : (
          <p class="note">
            <Words of={words.secret} /> <Given>{secret}</Given>
          </p>
        )}
      </div>
      <Send busy={busy} word={words.add} busyWord={words.working} />
    </form>
  );
}

interface WhoseProps {
  readonly draft: Draft;
  readonly set: (change: Partial<Draft>) => void;
  readonly isFaulty: boolean;
}

function Whose({ draft, set, isFaulty }: WhoseProps): VNode {
  return (
    <fieldset class="field stack-small" aria-invalid={isFaulty}>
      <legend>
        <Words of={words.person} />
      </legend>
      {isFaulty ? (
        <p class="fault">
          <Words of={words.personNeed} />
        </p>
      ) : null}
      {draft.person === undefined ? (
        <FindPerson id="notify-person" not={[]} choose={(person) => set({ person })} />
      ) : (
        <div class="row">
          <strong>
            <Given>{callName(draft.person)}</Given>
          </strong>
          <button type="button" class="quiet-button" onClick={() => set({ person: undefined })}>
            <Words of={words.other} />
          </button>
        </div>
      )}
    </fieldset>
  );
}
