import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { slotFields, slotsOf } from "../state/hours.js";
import { Words } from "../view/words.js";
import { plan as words } from "../words/plan.js";
import type { HoursSlot, PlanDay } from "../wire.js";
import { TextField } from "./fields.js";
import { DraftForm, useDraft } from "./floor_forms.js";

const slotsMost = 8;
const fields = slotFields("/slots");

interface Draft {
  readonly slots: readonly HoursSlot[];
}

/** Slots of one day other than the template's: an event, a half day, an hour later (AI-4.4-キ-ア). */
export function DaySlots({
  of,
  done,
  close,
}: {
  of: PlanDay;
  done: () => void;
  close: () => void;
}): VNode {
  const { draft, set, deed, fault } = useDraft<Draft>(
    () => ({ slots: of.slots.map(({ from, to }) => ({ from, to })) }),
    fields,
  );
  const [isBack, back] = useState(false);
  const change = (at: number, to: Partial<HoursSlot>): void =>
    set({ slots: draft.slots.map((one, i) => (i === at ? { ...one, ...to } : one)) });
  const send = async (form: HTMLElement): Promise<void> => {
    const isDone = await deed.send(form, (id) =>
      ask("plan.day", { day: of.day }, isBack ? { id } : { id, slots: slotsOf(draft.slots) }),
    );
    if (isDone) done();
  };
  return (
    <div class="plan-form stack">
      <p class="fine">
        <Words of={words.daySlotsNote} />
      </p>
      <DraftForm deed={deed} send={send} word={words.save}>
        <ol class="slot-list">
          {draft.slots.map((one, i) => (
            <li class="slot" key={i}>
              <TextField
                id={`plan-${of.day}-${i}-from`}
                word={words.from}
                fault={fault(`/slots/${i}/from`) ?? fault(`/slots/${i}`)}
                value={one.from}
                put={(from) => change(i, { from })}
              />
              <TextField
                id={`plan-${of.day}-${i}-to`}
                word={words.to}
                fault={fault(`/slots/${i}/to`)}
                value={one.to}
                put={(to) => change(i, { to })}
              />
              <button
                type="button"
                class="quiet-button"
                onClick={() => set({ slots: draft.slots.filter((_, at) => at !== i) })}
              >
                <Words of={words.dropSlot} slots={{ n: i + 1 }} />
              </button>
            </li>
          ))}
        </ol>
        {draft.slots.length < slotsMost ? (
          <button
            type="button"
            class="quiet-button"
            onClick={() => set({ slots: [...draft.slots, { from: "", to: "" }] })}
          >
            <Words of={words.addSlot} />
          </button>
        ) : null}
        {of.is_own ? (
          <label class="check">
            <input
              type="checkbox"
              checked={isBack}
              onChange={(event) => {
                deed.renew();
                back(event.currentTarget.checked);
              }}
            />
            <span>
              <Words of={words.asTemplate} />
            </span>
          </label>
        ) : null}
      </DraftForm>
      <button type="button" class="quiet-button" onClick={close}>
        <Words of={words.close} />
      </button>
    </div>
  );
}
