import type { VNode } from "preact";
import { momentOf } from "../state/hours.js";
import { useAsked } from "../view/asked.js";
import { DayName } from "../view/hours.js";
import { Back, PageHead, type PageProps, Shown } from "../view/page.js";
import { Given, Words } from "../view/words.js";
import { attendance as words, courses } from "../words/plan.js";
import type { Word } from "../words/word.js";
import type { LessonAttendance, LessonPupil } from "../wire.js";
import { Noted } from "../class/title.js";

/** Who took part in a lesson, from when until when (AI-4.6-ア-2). */
export function LessonPage({ page }: PageProps): VNode {
  const [asked, again] = useAsked("lessons.attendance", { lesson: page.name });
  return (
    <div class="page">
      <Back href="#/plan" word={courses.toPlan} />
      <Shown asked={asked} again={again}>
        {(of) => (
          <>
            <PageHead title={words.title} name={<Noted of={of.title} />} />
            <p>
              <Words
                of={words.when}
                slots={{
                  day: <DayName of={of.day} />,
                  from: <Given>{momentOf(of.from).time}</Given>,
                  to: <Given>{endOf(of.to)}</Given>,
                }}
              />{" "}
              <span class="pill">
                <Words of={kinds[of.kind] ?? courses.other} />
              </span>
            </p>
            <p class="fine">
              <Words of={words.rule} slots={{ n: of.attended_min }} />
            </p>
            <People of={of} />
          </>
        )}
      </Shown>
    </div>
  );
}

const kinds: Readonly<Record<string, Word>> = {
  subject: courses.subject,
  communication: courses.communication,
  relax: courses.relax,
  guest: courses.guest,
  experience: courses.experience,
};

/** Midnight is the end of a day, not its beginning. */
function endOf(utc: string): string {
  const { time } = momentOf(utc);
  return time === "00:00" ? "24:00" : time;
}

function People({ of }: { of: LessonAttendance }): VNode {
  const { items } = of;
  const n = items.filter((one) => one.is_attended).length;
  return (
    <section class="card stack" aria-labelledby="attendance-people">
      <h2 id="attendance-people">
        <Words of={words.title} />
      </h2>
      {items.length === 0 ? (
        <p class="note">
          <Words of={words.none} />
        </p>
      ) : (
        <>
          <p>
            <Words of={words.count} slots={{ n, m: items.length }} />
          </p>
          <ul class="deeds">
            {items.map((one) => (
              <li key={one.account}>
                <Row of={one} least={of.attended_min} />
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function Row({ of, least }: { of: LessonPupil; least: number }): VNode {
  return (
    <p class="tags tags-wide">
      <b>
        <Given>{of.name ?? of.account}</Given>
      </b>
      {of.login === undefined ? null : <span class="mono">{of.login}</span>}
      <span class={of.is_attended ? "pill" : "pill pill-alert"}>
        {of.is_attended ? (
          <Words of={words.isAttended} />
        ) : (
          <Words of={words.short} slots={{ n: least }} />
        )}
      </span>
      <span class="tags fine">
        <Words of={words.nMinutes} slots={{ n: of.minutes }} />
        <span>
          <Words of={words.joined} /> <Clock utc={of.joined_at} />
        </span>
        {of.is_open ? (
          <Words of={words.stillHere} />
        ) : (
          <span>
            <Words of={words.left} /> <Clock utc={of.left_at} />
          </span>
        )}
        {of.is_late ? <Words of={words.late} /> : null}
      </span>
    </p>
  );
}

/** A time of the lesson's own day. */
function Clock({ utc }: { utc: string }): VNode {
  return (
    <time class="given" dateTime={utc}>
      {momentOf(utc).time}
    </time>
  );
}
