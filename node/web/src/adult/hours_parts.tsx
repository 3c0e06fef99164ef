import type { VNode } from "preact";
import { minutesOf, slotsMost, withOneMore } from "../state/hours.js";
import { hoursWork as words } from "../words/hours_work.js";
import type { Word } from "../words/word.js";
import type { HoursDate, HoursSlot } from "../wire.js";
import { Failure } from "../view/page.js";
import { Given, Words } from "../view/words.js";
import type { Act } from "./hours_act.js";
import { Field, type Faults } from "./fields.js";

/** What is said of a whole form: that others were first, or what the node found; what is wrong with a
 * field stands there. */
export function ActFaults({ act }: { act: Act }): VNode {
  const { whole, at } = act.faults;
  return (
    <div role="alert" class="stack-small">
      {act.isConflict ? (
        <p class="fault">
          <Words of={words.conflict} />
        </p>
      ) : null}
      {whole.map((text) => (
        <Failure text={text} key={text} />
      ))}
      {Object.keys(at).length > 0 ? (
        <p class="fault">
          <Words of={words.fix} />
        </p>
      ) : null}
    </div>
  );
}

/** 10:00–15:00, as often as there are slots. */
export function SlotText({ slots }: { slots: readonly HoursSlot[] }): VNode {
  return (
    <>
      {slots.map((one, i) => (
        <span class="slot-text given" key={one.from}>
          {i > 0 ? " " : ""}
          {one.from}–<wbr />
          {one.to}
        </span>
      ))}
    </>
  );
}

/** How long the day is open in all. */
export function Total({ slots }: { slots: readonly HoursSlot[] }): VNode | null {
  const all = minutesOf(slots);
  const slot = { hours: Math.floor(all / 60), minutes: all % 60 };
  if (all <= 0 || Number.isNaN(all)) return null;
  return <Words of={slot.minutes === 0 ? words.total : words.totalMinutes} slots={slot} />;
}

/** Why the day is as it is: the name somebody gave it, or the rule's. */
export function RuleName({ of: date }: { of: HoursDate }): VNode | null {
  const name = date.title === undefined ? null : <Given>{date.title}</Given>;
  switch (date.rule) {
    case "period":
      return <Words of={words.byPeriod} />;
    case "closure":
      return (
        <>
          <Words of={words.byClosure} /> {name}
        </>
      );
    case "day":
      return name ?? <Words of={words.byDay} />;
    case "holiday":
      return name ?? <Words of={words.byHoliday} />;
    case "year_end":
      return <Words of={words.byYearEnd} />;
    case "pattern":
      return null;
  }
}

export const typeWords: Readonly<Record<HoursDate["type"], Word>> = {
  long: words.long,
  short: words.short,
  closed: words.shut,
};

interface SlotsProps {
  readonly id: string;
  readonly legend: Word;
  readonly prefix: string; // as the node's pointers name them
  readonly slots: readonly HoursSlot[];
  readonly put: (slots: readonly HoursSlot[]) => void;
  readonly faults: Faults;
}

/** The hours of a day, as many as it has; none: closed. */
export function SlotsField({ id, legend, prefix, slots, put, faults }: SlotsProps): VNode {
  const set = (i: number, change: Partial<HoursSlot>): void =>
    put(slots.map((one, at) => (at === i ? { ...one, ...change } : one)));
  return (
    <fieldset class="slots stack-small">
      <legend>
        <Words of={legend} />
      </legend>
      {slots.length === 0 ? (
        <p class="fine">
          <Words of={words.slotNone} />
        </p>
      ) : (
        <ol class="slot-list">
          {slots.map((one, i) => (
            <li key={i}>
              <SlotRow
                id={`${id}-${i}`}
                one={one}
                set={(change) => set(i, change)}
                remove={() => put(slots.filter((_, at) => at !== i))}
                fault={faults.at[`${prefix}/${i}`]}
                from={faults.at[`${prefix}/${i}/from`]}
                to={faults.at[`${prefix}/${i}/to`]}
              />
            </li>
          ))}
        </ol>
      )}
      {faults.at[prefix] === undefined ? null : (
        <p class="fault">
          <Given>{faults.at[prefix]}</Given>
        </p>
      )}
      {slots.length < slotsMost ? (
        <button type="button" class="quiet-button" onClick={() => put(withOneMore(slots))}>
          <Words of={words.slotAdd} />
          <span class="unseen">
            <Words of={legend} />
          </span>
        </button>
      ) : null}
    </fieldset>
  );
}

interface RowProps {
  readonly id: string;
  readonly one: HoursSlot;
  readonly set: (change: Partial<HoursSlot>) => void;
  readonly remove: () => void;
  readonly fault: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

function SlotRow({ id, one, set, remove, fault, from, to }: RowProps): VNode {
  return (
    <div class="slot">
      {(["from", "to"] as const).map((end) => (
        <Field
          id={`${id}-${end}`}
          word={end === "from" ? words.slotFrom : words.slotTo}
          fault={(end === "from" ? from : to) ?? (end === "to" ? fault : undefined)}
          key={end}
        >
          {(names) => (
            <input
              {...names}
              type="text"
              inputMode="text"
              autocomplete="off"
              maxLength={8}
              value={one[end]}
              onInput={(event) => set({ [end]: event.currentTarget.value })}
            />
          )}
        </Field>
      ))}
      <button type="button" class="quiet-button" onClick={remove}>
        <Words of={words.slotRemove} />
        <span class="unseen given">
          {one.from}–{one.to}
        </span>
      </button>
    </div>
  );
}
