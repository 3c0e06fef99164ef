import type { VNode } from "preact";
import { hoursWork as words } from "../words/hours_work.js";
import type { HoursPlan } from "../wire.js";
import { DayName } from "../view/hours.js";
import { Given, Words } from "../view/words.js";
import { SlotText } from "./hours_parts.js";

interface Own {
  readonly day: string;
  readonly what: VNode;
}

/** The days to come that have a rule of their own: sessions, closures, holidays more and less. */
export function OwnDays({
  plan,
  today,
  pick,
}: {
  plan: HoursPlan;
  today: string;
  pick: ((day: string) => void) | undefined;
}): VNode {
  const days: Own[] = [
    ...plan.days.map(({ day, slots, is_closure, title }) => ({
      day,
      what: (
        <>
          {is_closure ? <Words of={words.byClosure} /> : null} <SlotText slots={slots} />{" "}
          {title === undefined ? null : <Given>{title}</Given>}
        </>
      ),
    })),
    ...plan.holidays.map(({ day, is_holiday, name }) => ({
      day,
      what: (
        <>
          <Words of={is_holiday ? words.addedHoliday : words.takenOut} />{" "}
          {name === undefined ? null : <Given>{name}</Given>}
        </>
      ),
    })),
  ]
    .filter((one) => one.day >= today)
    .sort((a, b) => a.day.localeCompare(b.day));
  return (
    <section class="card stack">
      <h2>
        <Words of={words.ownDays} />
      </h2>
      {days.length === 0 ? (
        <p>
          <Words of={words.ownNone} />
        </p>
      ) : null}
      <ul class="deeds own-days">
        {days.map(({ day, what }, i) => (
          <li key={`${day} ${i}`}>
            <p>
              <b>
                <DayName of={day} />
              </b>
              {"　"}
              {what}
            </p>
            {pick === undefined ? null : (
              <button type="button" class="quiet-button" onClick={() => pick(day)}>
                <Words of={words.change} />
                <span class="unseen">
                  <DayName of={day} />
                </span>
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
