import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask, type Outcome } from "../edge/api.js";
import { courseDraft, courseInput } from "../state/course.js";
import { useAsked } from "../view/asked.js";
import { Help } from "../view/form.js";
import { Back, PageHead, type PageProps, Shown } from "../view/page.js";
import { Time } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { courses as words, plan } from "../words/plan.js";
import type { Word } from "../words/word.js";
import type { CourseWhole } from "../wire.js";
import { CoursePicture } from "../class/picture.js";
import { Noted } from "../class/title.js";
import { CourseForm } from "./course_form.js";
import { CoursePages } from "./course_pages.js";
import { CourseState } from "./courses.js";
import { useDeed } from "./deed.js";
import { Said } from "./deed_said.js";
import { Sure } from "./roster_parts.js";

/** One course: what it is, whether the board has decided it, its pages (AI-4.4-キ-エ). */
export function CoursePage({ page, role }: PageProps): VNode {
  const [asked, again] = useAsked("courses.show", { course: page.name });
  return (
    <div class="page">
      <Back href="#/courses" word={words.toList} />
      <Shown asked={asked} again={again}>
        {(course) => (
          <>
            <PageHead title={words.title} name={<Noted of={course.title} />} />
            <Facts of={course} />
            <Decision of={course} isBoard={role === "commissioner"} again={again} />
            <Edit of={course} again={again} />
            <CoursePages of={course} again={again} />
            {role === "instructor" ? null : <Ending of={course} again={again} />}
          </>
        )}
      </Shown>
    </div>
  );
}

const means = [
  ["has_hand", words.hand],
  ["has_poll", words.poll],
  ["has_question", words.question],
] as const;

function Facts({ of }: { of: CourseWhole }): VNode {
  return (
    <section class="card stack">
      <div class="course-row">
        <CoursePicture of={of.picture} />
        <div class="stack-small">
          <p>
            <Noted of={of.summary} />
          </p>
          <p class="tags">
            <CourseState of={of} />
            <span class="pill">
              <Words of={words[of.kind]} />
            </span>
            {means
              .filter(([name]) => of[name])
              .map(([name, word]) => (
                <span class="pill" key={name}>
                  <Words of={word} />
                </span>
              ))}
            {of.places === undefined ? null : (
              <span class="fine">
                <Words of={plan.placesOf} slots={{ n: of.places }} />
              </span>
            )}
          </p>
        </div>
      </div>
    </section>
  );
}

interface Props {
  readonly of: CourseWhole;
  readonly again: () => void;
}

/** The board's mark, and what it takes with it. */
function Decision({ of, isBoard, again }: Props & { isBoard: boolean }): VNode {
  const { course, version, pages_version } = of;
  const decide =
    (decided: boolean) =>
    (id: string): Promise<Outcome<unknown>> =>
      ask("courses.decide", { course }, { id, decided, version, pages_version });
  return (
    <section class="card stack" aria-labelledby="course-decision">
      <h2 id="course-decision">
        <Words of={words.decision} />
      </h2>
      <p role="status">
        {!of.is_decided || of.decided_at === undefined ? (
          <Words of={words.undecided} />
        ) : of.decided_by_name === undefined ? (
          <Words of={words.decidedWhen} slots={{ time: <Time utc={of.decided_at} /> }} />
        ) : (
          <Words
            of={words.decidedAt}
            slots={{
              time: <Time utc={of.decided_at} />,
              name: <Given>{of.decided_by_name}</Given>,
            }}
          />
        )}
      </p>
      {of.is_decided && !of.is_settled ? (
        <p class="note">
          <Words of={words.changedSince} />
        </p>
      ) : null}
      {isBoard && !of.is_ended ? (
        <>
          {!of.is_settled ? (
            <Step
              send={decide(true)}
              word={words.decide}
              sure={words.decideSure}
              again={again}
              isLoud
            />
          ) : null}
          {of.is_decided ? (
            <Step
              send={decide(false)}
              word={words.withdraw}
              sure={words.withdrawSure}
              again={again}
            />
          ) : null}
        </>
      ) : null}
    </section>
  );
}

interface StepProps {
  readonly send: (id: string) => Promise<Outcome<unknown>>;
  readonly word: Word;
  readonly sure: Word;
  readonly again: () => void;
  readonly isLoud?: boolean;
}

function Step({ send, word, sure, again, isLoud = false }: StepProps): VNode {
  const deed = useDeed();
  const run = async (): Promise<void> => {
    if ((await deed.run(send)) !== undefined) again();
  };
  return (
    <>
      <Sure
        word={word}
        yes={words.yes}
        no={words.no}
        busy={deed.busy}
        busyWord={words.saving}
        isQuiet={!isLoud}
        act={() => void run()}
      >
        <p>
          <Words of={sure} />
        </p>
      </Sure>
      <Said of={deed.said} done={words.did} />
    </>
  );
}

function Edit({ of, again }: Props): VNode {
  const [isSaved, tell] = useState(false);
  return (
    <section class="card stack">
      <Help title={words.edit}>
        <CourseForm
          key={of.version}
          id="course"
          start={courseDraft(of)}
          send={(act, draft) =>
            ask(
              "courses.change",
              { course: of.course },
              { id: act, expected_version: of.version, ...courseInput(draft) },
            )
          }
          done={() => {
            tell(true);
            again();
          }}
        />
      </Help>
      <div role="status">
        {isSaved ? (
          <p class="note">
            <Words of={of.is_decided ? words.savedAgain : words.saved} />
          </p>
        ) : null}
      </div>
    </section>
  );
}

function Ending({ of, again }: Props): VNode {
  const end =
    (ended: boolean) =>
    (id: string): Promise<Outcome<unknown>> =>
      ask("courses.end", { course: of.course }, { id, ended });
  return (
    <section class="card stack">
      {of.is_ended ? (
        <Step send={end(false)} word={words.resume} sure={words.resumeSure} again={again} />
      ) : (
        <Step send={end(true)} word={words.end} sure={words.endSure} again={again} />
      )}
    </section>
  );
}
