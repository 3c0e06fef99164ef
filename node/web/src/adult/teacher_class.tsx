import type { VNode } from "preact";
import { endClockShown } from "../state/time.js";
import { useAsked } from "../view/asked.js";
import { PageHead, Shown } from "../view/page.js";
import { Time } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { teachers as words } from "../words/teachers.js";
import type { TeachingLesson } from "../wire.js";
import { Noted } from "../class/title.js";

/** What a guest teacher has here: the lesson of today and the names of who comes to it; nothing else. */
export function TeacherClassPage(): VNode {
  const [asked, again] = useAsked("lessons.teaching", undefined);
  return (
    <div class="page">
      <PageHead title={words.rosterTitle} />
      <p>
        <Words of={words.rosterLead} />
      </p>
      <Shown asked={asked} again={again}>
        {({ lessons, now }) => {
          const mine = lessons.filter(
            (one) => one.part !== "support" && !one.is_cancelled && one.to > now,
          );
          return mine.length === 0 ? (
            <p class="note">
              <Words of={words.lessonNone} />
            </p>
          ) : (
            mine.map((one) => <One of={one} key={one.lesson} />)
          );
        }}
      </Shown>
    </div>
  );
}

function One({ of }: { of: TeachingLesson }): VNode {
  const [asked] = useAsked("my.roster", undefined, { lesson: of.lesson });
  return (
    <section class="card stack">
      <h2>
        <Noted of={of.title} />
      </h2>
      <p class="fine">
        <Words
          of={words.slotAt}
          slots={{ from: <Time utc={of.from} />, to: <Given>{endClockShown(of.to)}</Given> }}
        />
      </p>
      {asked.at !== "here" ? null : asked.value.items.length === 0 ? (
        <p>
          <Words of={words.rosterNone} />
        </p>
      ) : (
        <ul class="deeds">
          {asked.value.items.map((one) => (
            <li class="tags" key={`${one.name} ${one.town}`}>
              <Given>{one.name}</Given>
              <span class="fine">
                <Given>{one.town}</Given>
              </span>
            </li>
          ))}
        </ul>
      )}
      <a class="button" href={`#/place/floor/${of.floor}`}>
        <Words of={words.toPlace} />
      </a>
    </section>
  );
}
