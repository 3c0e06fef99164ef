import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { slotFields, weekdays, weekOf } from "../state/hours.js";
import { hours } from "../words/hours.js";
import { hoursWork as words } from "../words/hours_work.js";
import type { HoursPlan, HoursWeek } from "../wire.js";
import { Send } from "../view/form.js";
import { Words } from "../view/words.js";
import { type ActProps, useAct } from "./hours_act.js";
import { ActFaults, SlotsField, SlotText, Total } from "./hours_parts.js";
import { TextField } from "./fields.js";

const fields = [...weekdays.flatMap((one) => slotFields(`/week/${one}`)), "/reason"];

interface Props extends ActProps {
  readonly plan: HoursPlan;
  readonly mayChange: boolean;
}

/** The week as it is every week, and its change. */
export function WeekCard({ plan, mayChange, ...page }: Props): VNode {
  const [isOpen, open] = useState(false);
  const done: ActProps["done"] = (said) => {
    open(false);
    page.done(said);
  };
  return (
    <section class="card stack" aria-labelledby="week-title">
      <h2 id="week-title">
        <Words of={words.week} />
      </h2>
      {isOpen ? (
        <WeekForm plan={plan} done={done} look={page.look} cancel={() => open(false)} />
      ) : (
        <>
          <WeekTable week={plan.week} />
          {mayChange ? (
            <button type="button" class="quiet-button" onClick={() => open(true)}>
              <Words of={words.weekChange} />
            </button>
          ) : null}
        </>
      )}
    </section>
  );
}

function WeekTable({ week }: { week: HoursWeek }): VNode {
  return (
    <table class="week" aria-labelledby="week-title">
      <thead>
        <tr>
          <th scope="col">
            <Words of={words.weekday} />
          </th>
          <th scope="col">
            <Words of={words.slots} />
          </th>
        </tr>
      </thead>
      <tbody>
        {weekdays.map((one) => (
          <tr key={one}>
            <th scope="row">
              <Words of={hours[one]} />
            </th>
            <td>
              {week[one].length === 0 ? (
                <Words of={words.shut} />
              ) : (
                <>
                  <SlotText slots={week[one]} />{" "}
                  <span class="fine">
                    <Total slots={week[one]} />
                  </span>
                </>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type FormProps = ActProps & { readonly plan: HoursPlan; readonly cancel: () => void };

function WeekForm({ plan, cancel, ...page }: FormProps): VNode {
  const [week, write] = useState<HoursWeek>(plan.week);
  const [reason, give] = useState("");
  const act = useAct(page, fields);
  const send = (event: Event): void => {
    event.preventDefault();
    void act.send(event.currentTarget as HTMLElement, (id) =>
      ask("hours.pattern", undefined, {
        id,
        expected_version: plan.version,
        week: weekOf(week),
        ...(reason.trim() === "" ? {} : { reason: reason.trim() }),
      }),
    );
  };
  return (
    <form class="stack" onSubmit={send} noValidate>
      <p class="fine">
        <Words of={words.slotHint} />
      </p>
      <div class="week-days">
        {weekdays.map((one) => (
          <SlotsField
            key={one}
            id={`week-${one}`}
            legend={hours[one]}
            prefix={`/week/${one}`}
            slots={week[one]}
            put={(slots) => {
              act.renew();
              write({ ...week, [one]: slots });
            }}
            faults={act.faults}
          />
        ))}
      </div>
      <TextField
        id="week-reason"
        word={words.reason}
        fault={act.faults.at["/reason"]}
        value={reason}
        put={(text) => {
          act.renew();
          give(text);
        }}
      />
      <ActFaults act={act} />
      <div class="row">
        <Send busy={act.busy} word={words.decide} busyWord={words.saving} />
        <button type="button" class="quiet-button" onClick={cancel}>
          <Words of={words.cancel} />
        </button>
      </div>
    </form>
  );
}
