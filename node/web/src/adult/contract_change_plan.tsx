import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { type ChangeDraft, changeDraftOf, changeOf } from "../state/contract_change.js";
import { Send } from "../view/form.js";
import { Given, Words } from "../view/words.js";
import { contract } from "../words/contract.js";
import { contractChange as words } from "../words/contract_change.js";
import type { Word } from "../words/word.js";
import type { Contract, ContractorChange, ContractorChangeAccount } from "../wire.js";
import { useDeed } from "./deed.js";
import { Refused } from "./deed_said.js";
import { DayField, Field, TextField } from "./fields.js";
import { RoleName } from "./floor_parts.js";

interface Props {
  readonly now: Contract;
  readonly of: ContractorChange;
  readonly after: (word: Word) => void;
}

interface PartProps {
  readonly draft: ChangeDraft;
  readonly set: (change: Partial<ChangeDraft>) => void;
}

/** What the first of two persons fills in. Nothing changes by it. */
export function PlanForm({ now, of, after }: Props): VNode {
  const [draft, write] = useState<ChangeDraft>(() => changeDraftOf(now));
  const [isMissing, tell] = useState(false);
  const deed = useDeed();
  const accounts = of.accounts.filter((one) => one.state !== "closed");
  const set = (change: Partial<ChangeDraft>): void => {
    deed.anew();
    tell(false);
    write({ ...draft, ...change });
  };
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const isWhole = changeOf(draft, "", now, accounts) !== undefined;
    tell(!isWhole);
    if (!isWhole) return;
    const got = await deed.run((id) => {
      const change = changeOf(draft, id, now, accounts);
      if (change === undefined) throw new Error("a draft that was whole");
      return ask("contract.change_plan", undefined, change);
    });
    if (got !== undefined) after(words.planDone);
  };
  return (
    <form class="stack" onSubmit={(event) => void send(event)} noValidate autocomplete="off">
      <When draft={draft} set={set} />
      <Next draft={draft} set={set} />
      <Stays accounts={accounts} draft={draft} set={set} />
      <p class="note">
        <Words of={words.planHint} />
      </p>
      <div role="alert">
        {isMissing ? (
          <p class="fault">
            <Words of={words.notFilled} />
          </p>
        ) : null}
      </div>
      <Refused of={deed} />
      <Send busy={deed.busy} word={words.doPlan} busyWord={words.working} />
    </form>
  );
}

function When({ draft, set }: PartProps): VNode {
  return (
    <>
      <h3>
        <Words of={words.when} />
      </h3>
      <DayField
        id="change-day"
        word={words.day}
        fault={undefined}
        value={draft.day}
        put={(day) => set({ day })}
      />
      <Field id="change-time" word={words.time} hint={words.timeHint} fault={undefined}>
        {(names) => (
          <input
            {...names}
            type={"time" as "text"}
            value={draft.time}
            onInput={(event) => set({ time: event.currentTarget.value })}
          />
        )}
      </Field>
    </>
  );
}

const numbers = [
  ["n_student", contract.student],
  ["n_staff", contract.staff],
  ["n_guardian", contract.guardian],
] as const;

function Next({ draft, set }: PartProps): VNode {
  return (
    <>
      <h3>
        <Words of={words.next} />
      </h3>
      <TextField
        id="change-contractor"
        word={words.nextContractor}
        fault={undefined}
        value={draft.contractor}
        put={(contractor) => set({ contractor })}
      />
      <TextField
        id="change-title"
        word={words.nextName}
        fault={undefined}
        value={draft.title}
        put={(title) => set({ title })}
      />
      <DayField
        id="change-begins"
        word={words.nextBegins}
        fault={undefined}
        value={draft.begins_on}
        put={(begins_on) => set({ begins_on })}
      />
      <DayField
        id="change-ends"
        word={words.nextEnds}
        fault={undefined}
        value={draft.ends_on}
        put={(ends_on) => set({ ends_on })}
      />
      {numbers.map(([name, who]) => (
        <div class="field" key={name}>
          <label for={`change-${name}`}>
            <Words of={contract.numberOf} slots={{ who: <Words of={who} /> }} />
          </label>
          <input
            id={`change-${name}`}
            type="text"
            inputMode="numeric"
            autocomplete="off"
            value={draft[name]}
            onInput={(event) => set({ [name]: event.currentTarget.value })}
          />
        </div>
      ))}
    </>
  );
}

/** Everybody ends who is not ticked. */
function Stays({
  accounts,
  draft,
  set,
}: PartProps & { accounts: readonly ContractorChangeAccount[] }): VNode {
  const toggle = (account: string, stays: boolean): void => {
    const next = new Set(draft.stays);
    if (stays) next.add(account);
    else next.delete(account);
    set({ stays: next });
  };
  return (
    <fieldset class="field stack-small">
      <legend>
        <Words of={words.who} />
      </legend>
      <p class="fine">
        <Words of={accounts.length === 0 ? words.whoNone : words.whoLead} />
      </p>
      {accounts.map((one) => {
        const slots = {
          who: one.name === "" ? <Words of={words.nobody} /> : <Given>{one.name}</Given>,
          role: <RoleName of={one.role} />,
        };
        return one.may_stay ? (
          <label class="check" key={one.account}>
            <input
              type="checkbox"
              checked={draft.stays.has(one.account)}
              onChange={(event) => toggle(one.account, event.currentTarget.checked)}
            />
            <span>
              <Words of={words.stayOf} slots={slots} />
            </span>
          </label>
        ) : (
          <p key={one.account}>
            <Words of={words.mustEnd} slots={slots} />
          </p>
        );
      })}
      <p class="fine">
        <Words of={words.afterward} />
      </p>
    </fieldset>
  );
}
