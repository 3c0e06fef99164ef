import type { VNode } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import { askAgainInMs, type Moment, type Now, dayAfter, nowOf, weekdayOf } from "../state/hours.js";
import { hours as words } from "../words/hours.js";
import type { Word } from "../words/word.js";
import type { Hours } from "../wire.js";
import { FormOfWords, Given, Words } from "./words.js";

const mdays = words as Readonly<Record<string, Word>>;
// As they are read aloud: 1、3、4、6、8、10分 are ぷん.
const isPun = (n: number): boolean => [0, 1, 3, 4, 6, 8].includes(n % 10);

/** "10:00" as people say it, 10時. */
export function Clock({ of: time }: { of: string }): VNode {
  const form = useContext(FormOfWords);
  const [hour = "", minute = ""] = time.split(":");
  if (time === "24:00") return <Words of={words.midnight} />;
  const slots = {
    hour: String(Number(hour)),
    minute: form === "english" ? minute : String(Number(minute)),
  };
  if (minute === "00") return <Words of={words.hour} slots={slots} />;
  return <Words of={isPun(Number(minute)) ? words.hourPun : words.hourFun} slots={slots} />;
}

export function Minutes({ n }: { n: number }): VNode {
  return <Words of={isPun(n) ? words.minutesPun : words.minutesFun} slots={{ n }} />;
}

/** "2026-12-01" without its year, 12月1日（火）, with every reading a child may want. */
export function DayName({ of: day }: { of: string }): VNode {
  const form = useContext(FormOfWords);
  const [, month = 1, mday = 1] = day.split("-").map(Number);
  if (form === "english") {
    const at = new Date(`${day}T00:00:00Z`);
    const shape = { timeZone: "UTC", weekday: "long", month: "long", day: "numeric" } as const;
    return <span class="given">{new Intl.DateTimeFormat("en-GB", shape).format(at)}</span>;
  }
  const slots = {
    month,
    day: (
      <span class="mday">
        <Words of={mdays[`d${mday}`] ?? words.dn} slots={{ n: mday }} />
      </span>
    ),
    weekday: <Words of={words[weekdayOf(day)]} />,
  };
  return <Words of={words.day} slots={slots} />;
}

/** How the place stands, in one sentence, and when it opens next. `heard` is when the node said so, on
 * the page's own clock; `again` is called when it will have changed. */
export function NowSentence({
  hours,
  heardMs,
  again,
}: {
  hours: Hours;
  heardMs: number;
  again: () => void;
}): VNode {
  const [nowMs, tick] = useState(performance.now());
  useEffect(() => {
    const timer = setInterval(() => tick(performance.now()), 15_000);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => {
    const inMs = askAgainInMs(hours, Date.now());
    if (inMs === undefined) return undefined;
    const timer = setTimeout(again, inMs);
    return () => clearTimeout(timer);
  }, [hours]);
  const now = nowOf(hours, Math.max(0, nowMs - heardMs));
  return (
    <>
      <p class="now-state">
        <State now={now} />
      </p>
      {now.at === "closed" || now.at === "outside" ? (
        <p>
          <Next next={now.next} today={hours.today.day} />
        </p>
      ) : null}
      <Title hours={hours} isOpen={now.at !== "closed" && now.at !== "outside"} />
    </>
  );
}

function State({ now }: { now: Now }): VNode {
  switch (now.at) {
    case "open":
      return <Words of={words.open} slots={{ time: <Clock of={now.until} /> }} />;
    case "open-on":
      return <Words of={words.openOn} />;
    case "always":
      return <Words of={words.always} />;
    case "closing":
      return (
        <Words
          of={words.closing}
          slots={{ minutes: <Minutes n={now.minutes} />, time: <Clock of={now.until} /> }}
        />
      );
    case "closed":
    case "outside":
      return <Words of={words.closed} />;
  }
}

/** When it opens next, as seen from `today`. */
export function Next({ next, today }: { next: Moment | undefined; today: string }): VNode {
  if (next === undefined) return <Words of={words.nextNone} />;
  const slots = { day: <DayName of={next.day} />, time: <Clock of={next.time} /> };
  if (next.day === today) return <Words of={words.nextToday} slots={slots} />;
  const isTomorrow = next.day === dayAfter(today, 1);
  return <Words of={isTomorrow ? words.nextTomorrow : words.nextOn} slots={slots} />;
}

/** What the day is called: a session, or what a closure tells. */
function Title({ hours, isOpen }: { hours: Hours; isOpen: boolean }): VNode | null {
  const { today, next_title } = hours;
  const word =
    today.rule === "closure" && today.title !== undefined
      ? words.message
      : today.rule === "day" && today.title !== undefined
        ? words.todayTitle
        : undefined;
  return (
    <>
      {word === undefined ? null : (
        <p>
          <Words of={word} slots={{ title: <Given>{today.title}</Given> }} />
        </p>
      )}
      {isOpen || next_title === undefined || next_title === today.title ? null : (
        <p>
          <Words of={words.nextTitle} slots={{ title: <Given>{next_title}</Given> }} />
        </p>
      )}
    </>
  );
}
