import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { type Decided, decidedOf, weekdays } from "../state/hours.js";
import { hours } from "../words/hours.js";
import { hoursWork as words } from "../words/hours_work.js";
import { roles } from "../words/home.js";
import type { Word } from "../words/word.js";
import type { HoursPast } from "../wire.js";
import { useAsked } from "../view/asked.js";
import { DayName } from "../view/hours.js";
import { Failure, Shown } from "../view/page.js";
import { Time } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { useRound } from "./hours_act.js";
import { SlotText } from "./hours_parts.js";

const kindWords: Readonly<Record<HoursPast["kind"], Word>> = {
  pattern: words.ofWeek,
  year_end: words.yearEnd,
  day: words.ofDay,
  holiday: words.ofHoliday,
};

interface More {
  readonly items: readonly HoursPast[];
  readonly hasMore: boolean;
}

const nAtFirst = 8; // what is older is asked for

/** Every decision, newest first: what it was and became, by whom, when and why (AI-2.3-イ). */
export function HoursHistory({ round, role }: { round: number; role: string }): VNode {
  const [asked, again] = useAsked("hours.history", undefined);
  const [more, add] = useState<More | undefined>(undefined);
  const [failed, fail] = useState<string | undefined>(undefined);
  const [n, show] = useState(nAtFirst);
  useRound(round, () => {
    add(undefined);
    show(nAtFirst);
    again();
  });
  const look = async (last: HoursPast | undefined): Promise<void> => {
    const before = String(last?.version ?? 1);
    const outcome = await ask("hours.history", undefined, undefined, { before });
    if (outcome.kind !== "ok") return fail(outcome.kind === "refused" ? outcome.problem.title : "");
    fail(undefined);
    const { items, has_more } = outcome.value;
    add({ items: [...(more?.items ?? []), ...items], hasMore: has_more });
  };
  return (
    <section class="card stack" aria-labelledby="hours-history">
      <h2 id="hours-history">
        <Words of={words.history} />
      </h2>
      <Shown asked={asked} again={again}>
        {(first) => {
          const all = [...first.items, ...(more?.items ?? [])];
          return (
            <>
              {all.length === 0 ? (
                <p>
                  <Words of={words.historyNone} />
                </p>
              ) : (
                <ol class="history">
                  {all.slice(0, n).map((one) => (
                    <li key={one.version}>
                      <Past one={one} role={role} />
                    </li>
                  ))}
                </ol>
              )}
              <Failure text={failed} />
              {all.length > n || (more?.hasMore ?? first.has_more) ? (
                <button
                  type="button"
                  class="quiet-button"
                  onClick={() => {
                    if (all.length <= n) void look(all.at(-1));
                    show(n + 20);
                  }}
                >
                  <Words of={words.older} />
                </button>
              ) : null}
            </>
          );
        }}
      </Shown>
    </section>
  );
}

function Past({ one, role }: { one: HoursPast; role: string }): VNode {
  const by = (roles as Readonly<Record<string, Word>>)[one.role];
  return (
    <div class="past stack-small">
      <p>
        <b>
          <Words of={kindWords[one.kind]} />{" "}
          {one.day === undefined ? null : <DayName of={one.day} />}
        </b>
      </p>
      <dl class="facts past-values">
        <Value name={words.wasValue} of={decidedOf(one.kind, one.value_before)} />
        <Value name={words.isValue} of={decidedOf(one.kind, one.value)} />
      </dl>
      {one.reason === undefined ? null : (
        <p>
          <Words of={words.why} slots={{ text: <Given>{one.reason}</Given> }} />
        </p>
      )}
      <p class="fine">
        <Words
          of={words.by}
          slots={{
            time: <Time utc={one.decided} />,
            role: by === undefined ? <Given>{one.role}</Given> : <Words of={by} />,
          }}
        />{" "}
        {role === "commissioner" && one.account !== undefined ? (
          <a class="inline-door" href={`#/people/${one.account}`}>
            <Words of={words.person} />
          </a>
        ) : null}
      </p>
    </div>
  );
}

function Value({ name, of: value }: { name: Word; of: Decided }): VNode {
  return (
    <div class="fact">
      <dt>
        <Words of={name} />
      </dt>
      <dd>
        <ValueText of={value} />
      </dd>
    </div>
  );
}

function ValueText({ of: value }: { of: Decided }): VNode {
  switch (value.at) {
    case "nothing":
      return <Words of={words.noneOwn} />;
    case "week":
      return (
        <ul class="week-line">
          {weekdays.map((one) => (
            <li key={one}>
              <Words of={hours[one]} />{" "}
              {(value.week[one] ?? []).length === 0 ? (
                <Words of={words.shut} />
              ) : (
                <SlotText slots={value.week[one]} />
              )}
            </li>
          ))}
        </ul>
      );
    case "year-end":
      return value.from === undefined || value.to === undefined ? (
        <Words of={words.yearEndNone} />
      ) : (
        <Words
          of={words.yearEndNow}
          slots={{ from: Number(value.from.slice(3)), to: Number(value.to.slice(3)) }}
        />
      );
    case "day":
      return (
        <>
          {value.isClosure ? <Words of={words.byClosure} /> : null} <SlotText slots={value.slots} />{" "}
          {value.title === "" ? null : <Given>{value.title}</Given>}
        </>
      );
    case "holiday":
      return (
        <>
          <Words of={value.isHoliday ? words.addedHoliday : words.isWork} />{" "}
          {value.name === "" ? null : <Given>{value.name}</Given>}
        </>
      );
    case "text":
      return <Given>{value.text}</Given>;
  }
}
