import type { VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { first } from "../words/first.js";
import { hoursWork as words } from "../words/hours_work.js";
import type { Word } from "../words/word.js";
import type { Hours, HoursPlan } from "../wire.js";
import { useAsked } from "../view/asked.js";
import { Minutes, NowSentence } from "../view/hours.js";
import { Day } from "../view/day.js";
import { Back, PageHead, type PageProps, Shown } from "../view/page.js";
import { Words } from "../view/words.js";
import { contract } from "../words/contract.js";
import { HoursCalendar } from "./hours_calendar.js";
import { CloseForm } from "./hours_close.js";
import { DayForm } from "./hours_day.js";
import { HoursHistory } from "./hours_history.js";
import { OwnDays } from "./hours_own.js";
import { WeekCard } from "./hours_week.js";
import { YearEndCard } from "./hours_year_end.js";

/** Who may read what was decided by whom; the node says so, too. */
const historyRoles: readonly string[] = ["commissioner", "contractor", "auditor", "data_holder"];
const contractRoles: readonly string[] = ["commissioner", "contractor", "auditor"];

/** When the place is open: what holds, and every act of the board upon it (AI-2.3-イ). */
export function HoursPage({ role = "" }: PageProps): VNode {
  const [round, next] = useState(0);
  const [now, askNow] = useAsked("hours.show", undefined);
  const [plan, askPlan] = useAsked("hours.plan", undefined);
  const [said, say] = useState<Word | undefined>(undefined);
  const [picked, pick] = useState("");
  const status = useRef<HTMLDivElement>(null);
  const mayChange = role === "commissioner";
  const look = (): void => {
    next(round + 1);
    askNow();
    askPlan();
  };
  const done = (word: Word): void => {
    say(word);
    look();
    pick("");
    status.current?.scrollIntoView({ block: "center" });
  };
  const act = { done, look };
  return (
    <div class="page">
      <Back href="#/" word={first.toHome} />
      <PageHead title={words.title} />
      <p>
        <Words of={mayChange ? words.lead : words.leadRead} />
      </p>
      <div role="status" ref={status}>
        {said === undefined ? null : (
          <p class="note">
            <Words of={said} />
          </p>
        )}
      </div>
      <Shown asked={now} again={askNow}>
        {(hours) => (
          <Shown asked={plan} again={askPlan}>
            {(plan) => (
              <>
                <NowPart hours={hours} plan={plan} again={look} />
                {mayChange ? <CloseForm {...act} today={hours.today.day} /> : null}
                <HoursCalendar
                  today={hours.today.day}
                  round={round}
                  picked={picked}
                  pick={mayChange ? pick : undefined}
                />
                {mayChange ? (
                  <DayForm {...act} plan={plan} picked={picked} pick={pick} round={round} />
                ) : null}
                <OwnDays plan={plan} today={hours.today.day} pick={mayChange ? pick : undefined} />
                <WeekCard {...act} plan={plan} mayChange={mayChange} />
                <YearEndCard {...act} plan={plan} mayChange={mayChange} />
                <Warnings hours={hours} mayChange={mayChange} />
              </>
            )}
          </Shown>
        )}
      </Shown>
      {contractRoles.includes(role) ? <Periods /> : null}
      {historyRoles.includes(role) ? <HoursHistory round={round} role={role} /> : null}
    </div>
  );
}

function NowPart({
  hours,
  plan,
  again,
}: {
  hours: Hours;
  plan: HoursPlan;
  again: () => void;
}): VNode {
  const heard = useRef({ hours, ms: performance.now() });
  if (heard.current.hours !== hours) heard.current = { hours, ms: performance.now() };
  const isBlank = Object.values(plan.week).every((one) => one.length === 0);
  return (
    <section class="card stack-small now">
      <NowSentence hours={hours} heardMs={heard.current.ms} again={again} />
      {hours.state === "outside" ? (
        <p class="note">
          <Words of={words.outside} />
        </p>
      ) : null}
      {isBlank ? (
        <p class="note">
          <Words of={words.nothingYet} />
        </p>
      ) : null}
    </section>
  );
}

function Warnings({ hours, mayChange }: { hours: Hours; mayChange: boolean }): VNode {
  const { warn_first, warn_last } = hours;
  const both = [warn_first, warn_last].filter((n) => n > 0);
  return (
    <section class="card stack-small">
      <h2>
        <Words of={words.warnings} />
      </h2>
      <p>
        {both.length === 2 ? (
          <Words
            of={words.warningsNow}
            slots={{ first: <Minutes n={warn_first} />, last: <Minutes n={warn_last} /> }}
          />
        ) : both[0] === undefined ? (
          <Words of={words.warningsNone} />
        ) : (
          <Words of={words.warningsOne} slots={{ n: <Minutes n={both[0]} /> }} />
        )}
      </p>
      {mayChange ? <Back href="#/settings/hours.warn_first" word={words.toWarnings} /> : null}
    </section>
  );
}

/** From when to when, and where that is decided. */
function Periods(): VNode {
  const [asked, again] = useAsked("contract.show", undefined);
  const isNone = asked.at === "trouble" && asked.what === "missing";
  return (
    <section class="card stack-small">
      <h2>
        <Words of={words.periods} />
      </h2>
      {isNone ? (
        <p class="note">
          <Words of={words.noPeriods} />
        </p>
      ) : (
        <Shown asked={asked} again={again}>
          {(now) => (
            <dl class="facts">
              <Period name={words.contract} from={now.begins_on} to={now.ends_on} />
              <Period name={words.trial} from={now.trial_begins_on} to={now.trial_ends_on} />
            </dl>
          )}
        </Shown>
      )}
      <Back href="#/contract" word={words.toContract} />
    </section>
  );
}

function Period({
  name,
  from,
  to,
}: {
  name: Word;
  from: string | undefined;
  to: string | undefined;
}): VNode {
  return (
    <div class="fact">
      <dt>
        <Words of={name} />
      </dt>
      <dd>
        {from === undefined || to === undefined ? (
          <Words of={contract.none} />
        ) : (
          <Words of={contract.span} slots={{ from: <Day of={from} />, to: <Day of={to} /> }} />
        )}
      </dd>
    </div>
  );
}
