import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { type LogQuestion, quickDays, type QuickName } from "../state/logs.js";
import { callName } from "../state/people.js";
import type { FloorInfo, Person } from "../wire.js";
import { Given, Words } from "../view/words.js";
import { reports as words } from "../words/reports.js";
import type { Word } from "../words/word.js";
import { DayField, Field, type Faults, SelectField, TextField } from "./fields.js";
import { floorLine } from "./floor_parts.js";
import { FindPerson } from "./person_find.js";

interface Props<Q extends LogQuestion> {
  readonly id: string;
  readonly of: Q;
  readonly set: (change: Partial<LogQuestion>) => void;
  readonly faults: Faults;
  readonly floors: readonly FloorInfo[];
  /** Who may not find people by name gives the id that a record shows. */
  readonly mayFind: boolean;
}

const quick: readonly (readonly [QuickName, Word])[] = [
  ["today", words.today],
  ["week", words.week],
  ["weekBefore", words.weekBefore],
  ["monthBefore", words.monthBefore],
];

/** Whose, where, from when until when, and why: what each question to the logs must say. */
export function QuestionFields<Q extends LogQuestion>(props: Props<Q>): VNode {
  const { id, of, set, faults, floors } = props;
  return (
    <>
      <Period {...props} />
      <Whose {...props} />
      <SelectField
        id={`${id}-floor`}
        word={words.floor}
        fault={faults.at["/floor"]}
        none={words.floorAll}
        value={of.floor}
        put={(floor) => set({ floor })}
        choices={floors.map((one) => [one.id, floorLine(one)] as const)}
      />
      <Field
        id={`${id}-reason`}
        word={words.reason}
        hint={words.reasonHint}
        fault={faults.at["/reason"]}
      >
        {(names) => (
          <textarea
            {...names}
            rows={2}
            value={of.reason}
            onInput={(event) => set({ reason: event.currentTarget.value })}
          />
        )}
      </Field>
    </>
  );
}

function Period<Q extends LogQuestion>({ id, of, set, faults }: Props<Q>): VNode {
  const isWrong = faults.at["/to"] === "";
  return (
    <fieldset class="field stack-small">
      <legend>
        <Words of={words.quick} />
      </legend>
      <div class="row">
        {quick.map(([name, word]) => (
          <button
            type="button"
            class="quiet-button"
            key={name}
            onClick={() => set(quickDays(name, new Date()))}
          >
            <Words of={word} />
          </button>
        ))}
      </div>
      <div class="pair">
        <DayField
          id={`${id}-from`}
          word={words.from}
          fault={faults.at["/from"]}
          value={of.from}
          put={(from) => set({ from })}
        />
        <DayField
          id={`${id}-to`}
          word={words.to}
          fault={isWrong ? undefined : faults.at["/to"]}
          value={of.to}
          put={(to) => set({ to })}
        />
      </div>
      {isWrong ? (
        <p class="fault" id={`${id}-to-fault`}>
          <Words of={words.periodOrder} />
        </p>
      ) : null}
    </fieldset>
  );
}

function Whose<Q extends LogQuestion>({ id, of, set, faults, mayFind }: Props<Q>): VNode {
  const [person, know] = useState<Person | undefined>(undefined);
  if (!mayFind)
    return (
      <>
        <TextField
          id={`${id}-person`}
          word={words.personId}
          fault={undefined}
          value={of.account}
          put={(account) => set({ account: account.trim().toLowerCase() })}
        />
        {faults.at["/account"] === undefined ? null : (
          <p class="fault">
            <Words of={words.personIdWrong} />
          </p>
        )}
      </>
    );
  return (
    <fieldset class="field stack-small">
      <legend>
        <Words of={words.person} />
      </legend>
      {of.account === "" ? (
        <>
          <p class="fine">
            <Words of={words.personAll} />
          </p>
          <FindPerson
            id={`${id}-person`}
            not={[]}
            choose={(one) => {
              know(one);
              set({ account: one.id });
            }}
          />
        </>
      ) : (
        <div class="row">
          <strong>
            <Given>
              {person === undefined || person.id !== of.account ? of.account : callName(person)}
            </Given>
          </strong>
          <button type="button" class="quiet-button" onClick={() => set({ account: "" })}>
            <Words of={words.everybody} />
          </button>
        </div>
      )}
    </fieldset>
  );
}
