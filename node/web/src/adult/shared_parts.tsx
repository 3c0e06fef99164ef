import type { VNode } from "preact";
import { CoursePicture } from "../class/picture.js";
import { Noted } from "../class/title.js";
import { nextLesson } from "../state/shared.js";
import { endClockShown } from "../state/time.js";
import { Time } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { shared as words } from "../words/shared.js";
import { sharedCost as cost } from "../words/shared_cost.js";
import type { Word } from "../words/word.js";
import type { SharedLesson, SharedSeries } from "../wire.js";
import { shareWays, yenShown } from "./shared_shares.js";

export const states: Readonly<Record<string, Word>> = {
  open: words.stateOpen,
  offered: words.stateOffered,
  accepted: words.stateAccepted,
  declined: words.stateDeclined,
  refused: words.stateRefused,
  left: words.stateLeft,
  ended: words.stateEnded,
};

export function State({ of }: { of: string }): VNode {
  const word = states[of];
  return (
    <span class={of === "offered" || of === "refused" ? "pill pill-alert" : "pill"}>
      {word === undefined ? <Given>{of}</Given> : <Words of={word} />}
    </span>
  );
}

export function Host({ of }: { of: SharedSeries }): VNode {
  return of.is_host ? (
    <Words of={words.hostSelf} />
  ) : (
    <Words of={words.hostOther} slots={{ name: <Given>{of.host_name}</Given> }} />
  );
}

/** One of a list: what it is, who holds it, how it stands, what comes next. */
export function SeriesRow({ of, href }: { of: SharedSeries; href: string }): VNode {
  const next = nextLesson(of.lessons);
  return (
    <a class="card card-small door course-row" href={href}>
      <CoursePicture of={of.picture} />
      <span class="stack-small">
        <span class="door-title">
          <Noted of={of.title} />
        </span>
        <span class="tags fine">
          <State of={of.state} />
          <Host of={of} />
          {next === undefined ? null : (
            <Words of={words.nextLesson} slots={{ time: <Time utc={next.from} /> }} />
          )}
          <Words of={words.nLessons} slots={{ n: of.lessons.length }} />
        </span>
      </span>
    </a>
  );
}

/** What it is, for host and guest alike. */
export function What({ of }: { of: SharedSeries }): VNode {
  const rows: readonly (readonly [Word, VNode])[] = [
    [words.places, <Words of={words.placesOf} slots={{ n: of.places }} />],
    [
      words.staff,
      of.staff.length === 0 ? (
        <Words of={words.staffNone} />
      ) : (
        <Given>{of.staff.map((one) => one.name).join("、")}</Given>
      ),
    ],
    [
      words.rules,
      of.rules === "" ? (
        <Words of={words.rulesNone} />
      ) : (
        <span class="lines">
          <Noted of={of.rules} />
        </span>
      ),
    ],
    [
      cost.title,
      of.cost === undefined || of.share_by === undefined ? (
        <Words of={cost.none} />
      ) : (
        <Words
          of={cost.agreed}
          slots={{ n: yenShown(of.cost), way: <Words of={shareWays[of.share_by]} /> }}
        />
      ),
    ],
  ];
  return (
    <section class="card stack" aria-labelledby="shared-what">
      <h2 id="shared-what">
        <Words of={words.what} />
      </h2>
      <div class="course-row">
        <CoursePicture of={of.picture} />
        <div class="stack-small">
          <p>
            <Noted of={of.summary} />
          </p>
          <p class="tags">
            <State of={of.state} />
            <span class="fine">
              <Host of={of} />
            </span>
          </p>
        </div>
      </div>
      <dl class="facts">
        {rows.map(([name, value]) => (
          <div class="fact" key={name[2]}>
            <dt>
              <Words of={name} />
            </dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {of.decided_at === undefined || of.decided_by_name === undefined ? null : (
        <p class="fine">
          <Words
            of={words.decidedBy}
            slots={{
              time: <Time utc={of.decided_at} />,
              name: <Given>{of.decided_by_name}</Given>,
            }}
          />
        </p>
      )}
      {of.course === undefined ? null : (
        <a class="quiet-button" href={`#/courses/${of.course}`}>
          <Words of={words.toCourse} />
        </a>
      )}
    </section>
  );
}

/** Only the hour an hour of that day ends at: the day stands before it. */
function EndOf({ utc }: { utc: string }): VNode {
  return (
    <time class="given" dateTime={utc}>
      {endClockShown(utc)}
    </time>
  );
}

/** One date, in a line. */
export function LessonLine({ of }: { of: SharedLesson }): VNode {
  return (
    <p class="tags">
      <b>
        <Words of={words.lessonN} slots={{ n: of.n }} />
      </b>
      <span>
        <Words
          of={words.fromTo}
          slots={{ from: <Time utc={of.from} />, to: <EndOf utc={of.to} /> }}
        />
      </span>
      {of.cancelled ? (
        <span class="pill pill-alert">
          <Words of={words.isCancelled} />
        </span>
      ) : of.over ? (
        <span class="pill">
          <Words of={words.isOver} />
        </span>
      ) : null}
    </p>
  );
}
