import type { VNode } from "preact";
import { ask } from "../edge/api.js";
import { Given, Words } from "../view/words.js";
import { plan as words } from "../words/plan.js";
import { teachers } from "../words/teachers.js";
import type { ClassPlan, PlanLesson } from "../wire.js";
import { CoursePicture } from "../class/picture.js";
import { Noted, plainOf } from "../class/title.js";
import { useDeed } from "./deed.js";
import { Said } from "./deed_said.js";
import { PlanFlags, staffName } from "./plan_check.js";
import { Sure } from "./roster_parts.js";

interface Props {
  readonly of: PlanLesson;
  readonly plan: ClassPlan;
  readonly mayPlan: boolean;
  /** To a guest teacher: the board alone. */
  readonly mayGive: boolean;
  readonly isOpen: boolean;
  readonly edit: () => void;
  readonly again: () => void;
}

/** One lesson in its slot: the course, who is in it, what is missing, and what one can do. */
export function Lesson({ of, plan, mayPlan, mayGive, isOpen, edit, again }: Props): VNode {
  const mayChange = mayPlan && !of.is_cancelled;
  const name = plainOf(of.title);
  return (
    <article class={of.is_cancelled ? "plan-lesson plan-lesson-off" : "plan-lesson"}>
      <div class="plan-lesson-head">
        <CoursePicture of={of.picture} />
        <a href={`#/courses/${of.course}`}>
          <Noted of={of.title} />
        </a>
      </div>
      {of.is_cancelled ? (
        <p class="pill pill-alert">
          <Words of={words.cancelledOne} />
        </p>
      ) : (
        <>
          <Team of={of} plan={plan} />
          <p class="tags fine">
            {of.places === undefined ? null : (
              <Words of={words.placesOf} slots={{ n: of.places }} />
            )}
            {of.has_link ? <Words of={words.hasLink} /> : null}
          </p>
          <PlanFlags of={of.flags} plan={plan} course={of.course} />
        </>
      )}
      <div class="row">
        {mayChange ? (
          <button
            type="button"
            class="quiet-button plan-edit"
            aria-expanded={isOpen}
            onClick={edit}
          >
            <Words of={words.editShort} />
            <span class="unseen">
              <Given>{name}</Given>
            </span>
          </button>
        ) : null}
        <a class="quiet-button" href={`#/lessons/${of.lesson}`}>
          <Words of={words.attendance} />
          <span class="unseen">
            <Given>{name}</Given>
          </span>
        </a>
        {mayChange && mayGive ? (
          <a class="quiet-button" href={`#/teacher-slot/${of.lesson}`}>
            <Words of={teachers.giveShort} />
            <span class="unseen">
              <Given>{name}</Given>
            </span>
          </a>
        ) : null}
        {mayChange ? <Cancel of={of} again={again} /> : null}
      </div>
    </article>
  );
}

function Team({ of, plan }: { of: PlanLesson; plan: ClassPlan }): VNode {
  const names = (ids: readonly (string | undefined)[]): string =>
    ids.flatMap((id) => (id === undefined ? [] : [staffName(plan, id)])).join("、");
  const support = names(of.supporters.map(({ account }) => account));
  const rows = [
    [words.main, names([of.main])],
    ...(of.sub === undefined ? [] : [[words.sub, names([of.sub])] as const]),
    [words.supporters, support],
  ] as const;
  return (
    <dl class="plan-team">
      {rows.map(([word, text]) => (
        <div key={word[2]}>
          <dt>
            <Words of={word} />
          </dt>
          <dd>
            {text !== "" ? (
              <Given>{text}</Given>
            ) : word === words.supporters && of.sub_supports && of.sub !== undefined ? (
              <Words of={words.subSupports} />
            ) : (
              <Words of={words.nobody} />
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Cancel({ of, again }: { of: PlanLesson; again: () => void }): VNode {
  const deed = useDeed();
  const run = async (): Promise<void> => {
    const got = await deed.run((id) =>
      ask("lessons.cancel", { lesson: of.lesson }, { id, expected_version: of.version }),
    );
    if (got !== undefined) again();
  };
  return (
    <>
      <Sure
        word={words.cancel}
        yes={words.yes}
        no={words.no}
        busy={deed.busy}
        busyWord={words.saving}
        isQuiet
        act={() => void run()}
      >
        <p>
          <Words of={words.cancelSure} />
        </p>
      </Sure>
      <Said of={deed.said} done={words.saved} />
    </>
  );
}
