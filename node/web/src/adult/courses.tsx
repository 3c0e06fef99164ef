import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { courseDraft, courseInput } from "../state/course.js";
import { useAsked } from "../view/asked.js";
import { Check, Help } from "../view/form.js";
import { Back, PageHead, Shown } from "../view/page.js";
import { Words } from "../view/words.js";
import { courses as words } from "../words/plan.js";
import type { Course } from "../wire.js";
import { CoursePicture } from "../class/picture.js";
import { Noted } from "../class/title.js";
import { CourseForm } from "./course_form.js";

/** The courses: what children choose among, and whether they may see it yet (AI-4.4-キ-エ). */
export function CoursesPage(): VNode {
  const [asked, again] = useAsked("courses.list", undefined);
  const [isAll, showAll] = useState(false);
  const [round, next] = useState(0);
  return (
    <div class="page">
      <Back href="#/plan" word={words.toPlan} />
      <PageHead title={words.title} />
      <p>
        <Words of={words.lead} />
      </p>
      <Shown asked={asked} again={again}>
        {({ items }) => {
          const shown = items.filter((one) => isAll || !one.is_ended);
          return (
            <>
              {items.some((one) => one.is_ended) ? (
                <Check checked={isAll} word={words.showEnded} change={showAll} />
              ) : null}
              {shown.length === 0 ? (
                <p class="note">
                  <Words of={words.none} />
                </p>
              ) : (
                <ul class="setting-list">
                  {shown.map((one) => (
                    <li key={one.course}>
                      <Row of={one} />
                    </li>
                  ))}
                </ul>
              )}
              <section class="card stack">
                <Help title={words.make} open={items.length === 0}>
                  <CourseForm
                    key={round}
                    id="course-new"
                    start={courseDraft(undefined)}
                    send={(act, draft) =>
                      ask("courses.make", undefined, { id: act, ...courseInput(draft) })
                    }
                    done={(id) => {
                      next(round + 1);
                      location.hash = `#/courses/${id}`;
                    }}
                  />
                </Help>
              </section>
            </>
          );
        }}
      </Shown>
    </div>
  );
}

function Row({ of }: { of: Course }): VNode {
  return (
    <a class="card card-small door course-row" href={`#/courses/${of.course}`}>
      <CoursePicture of={of.picture} />
      <span class="stack-small">
        <span class="door-title">
          <Noted of={of.title} />
        </span>
        <span class="tags fine">
          <CourseState of={of} />
          <Words of={words[of.kind]} />
          <Words of={words.nPages} slots={{ n: of.n_pages }} />
        </span>
      </span>
    </a>
  );
}

/** Whether children may see it. */
export function CourseState({ of }: { of: Course }): VNode {
  return (
    <>
      <span class={of.is_settled ? "pill" : "pill pill-alert"}>
        <Words
          of={of.is_settled ? words.isDecided : of.is_decided ? words.isChanged : words.notDecided}
        />
      </span>
      {of.is_ended ? (
        <span class="pill">
          <Words of={words.isEnded} />
        </span>
      ) : null}
    </>
  );
}
