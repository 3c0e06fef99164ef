import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { monthAfter, weekdays, weeksOf } from "../state/hours.js";
import { hours } from "../words/hours.js";
import { hoursWork as words } from "../words/hours_work.js";
import type { HoursDate, HoursMonth } from "../wire.js";
import { useAsked } from "../view/asked.js";
import { Shown } from "../view/page.js";
import { Words } from "../view/words.js";
import { useRound } from "./hours_act.js";
import { RuleName, SlotText, typeWords } from "./hours_parts.js";

interface Props {
  readonly today: string;
  readonly round: number;
  readonly picked: string;
  /** Undefined: only to be read. */
  readonly pick: ((day: string) => void) | undefined;
}

const wide = "(min-width: 46em)";

/** Seven columns need room; a narrow screen has one day a row. */
function useWide(): boolean {
  const [is, tell] = useState(() => matchMedia(wide).matches);
  useEffect(() => {
    const query = matchMedia(wide);
    const look = (): void => tell(query.matches);
    look();
    query.addEventListener("change", look);
    return () => query.removeEventListener("change", look);
  }, []);
  return is;
}

/** A month as it will be: what each day is and why. */
export function HoursCalendar({ today, round, picked, pick }: Props): VNode {
  const [month, turn] = useState(today.slice(0, 7));
  const [asked, again] = useAsked("hours.month", undefined, { month });
  const isWide = useWide();
  useRound(round, again);
  // The name of what is shown: nobody shall press a day of one month under the name of another.
  const [year = "", number = ""] = (asked.at === "here" ? asked.value.month : month).split("-");
  return (
    <section class="card stack" aria-labelledby="month-title">
      <h2 id="month-title">
        <Words of={words.calendar} />
      </h2>
      <div class="row month-turn">
        <button type="button" class="quiet-button" onClick={() => turn(monthAfter(month, -1))}>
          <Words of={words.before} />
        </button>
        <p class="month-name" role="status">
          <Words of={words.month} slots={{ year, month: Number(number) }} />
        </p>
        <button type="button" class="quiet-button" onClick={() => turn(monthAfter(month, 1))}>
          <Words of={words.after} />
        </button>
      </div>
      <Shown asked={asked} again={again}>
        {(at) => (
          <>
            <p class="fine">
              <Words of={words.counts} slots={{ open: at.n_open, weekdays: at.n_open_weekdays }} />
            </p>
            {isWide ? (
              <WideMonth at={at} today={today} picked={picked} pick={pick} />
            ) : (
              <NarrowMonth at={at} today={today} picked={picked} pick={pick} />
            )}
            {pick === undefined ? null : (
              <p class="fine">
                <Words of={words.pickHint} />
              </p>
            )}
          </>
        )}
      </Shown>
    </section>
  );
}

type MonthProps = Omit<Props, "round"> & { readonly at: HoursMonth };

function WideMonth({ at, ...rest }: MonthProps): VNode {
  return (
    <table class="month" aria-labelledby="month-title">
      <thead>
        <tr>
          {weekdays.map((one) => (
            <th scope="col" key={one}>
              <Words of={hours[one]} />
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeksOf(at.days).map((week, i) => (
          <tr key={i}>
            {week.map((date, j) =>
              date === undefined ? (
                <td key={j} class="month-gap" />
              ) : (
                <td key={j} class={`month-day month-${date.type}`}>
                  <DayCell date={date} head={Number(date.day.slice(8))} {...rest}>
                    <Facts date={date} />
                  </DayCell>
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function NarrowMonth({ at, ...rest }: MonthProps): VNode {
  return (
    <table class="month-rows" aria-labelledby="month-title">
      <thead>
        <tr>
          <th scope="col">
            <Words of={words.dayHead} />
          </th>
          <th scope="col">
            <Words of={words.dayKind} />
          </th>
        </tr>
      </thead>
      <tbody>
        {at.days.map((date) => (
          <tr key={date.day} class={`month-${date.type}`}>
            <th scope="row">
              <DayCell
                date={date}
                head={
                  <Words
                    of={words.mday}
                    slots={{
                      n: Number(date.day.slice(8)),
                      weekday: <Words of={hours[date.weekday]} />,
                    }}
                  />
                }
                {...rest}
              />
            </th>
            <td>
              <Facts date={date} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function DayCell({
  date,
  today,
  picked,
  pick,
  head,
  children,
}: Omit<Props, "round"> & {
  readonly date: HoursDate;
  readonly head: VNode | number;
  readonly children?: VNode;
}): VNode {
  const isToday = date.day === today;
  const inside = (
    <>
      <span class="month-n">{head}</span>{" "}
      {isToday ? (
        <span class="month-today">
          <Words of={words.today} />
        </span>
      ) : null}{" "}
      {children}
    </>
  );
  if (pick === undefined || date.day < today)
    return (
      <div class="month-cell" aria-current={isToday ? "date" : undefined}>
        {inside}
      </div>
    );
  return (
    <button
      type="button"
      class="month-cell"
      aria-pressed={date.day === picked}
      aria-current={isToday ? "date" : undefined}
      onClick={() => pick(date.day)}
    >
      {inside}
    </button>
  );
}

function Facts({ date }: { date: HoursDate }): VNode {
  const isNamed = date.rule !== "pattern";
  return (
    <span class="month-facts">
      {date.type === "closed" && isNamed ? null : (
        <span class={`month-type type-${date.type}`}>
          <Words of={typeWords[date.type]} />
        </span>
      )}
      {date.slots.length === 0 ? null : (
        <span class="month-slots">
          <SlotText slots={date.slots} />
        </span>
      )}
      {isNamed ? (
        <span class="month-why">
          <RuleName of={date} />
        </span>
      ) : null}
      {date.phase === "trial" ? (
        <span class="month-why">
          <Words of={words.trialDay} />
        </span>
      ) : null}
    </span>
  );
}
