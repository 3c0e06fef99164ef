import type { VNode } from "preact";
import { checkOf, isNote, placeId, type Told, toldTogether } from "../state/plan.js";
import { DayName } from "../view/hours.js";
import { Given, Words } from "../view/words.js";
import { plan as words, planFlags } from "../words/plan.js";
import type { Word } from "../words/word.js";
import type { ClassPlan, PlanFlag, PlanLesson } from "../wire.js";
import { Noted } from "../class/title.js";

const known: Readonly<Record<string, Word>> = planFlags;

/** Flags of a person lead to that person's page, those of a course to the course. */
const ofPerson: readonly string[] = ["qualification-missing", "qualification-ended", "staff-gone"];
const ofCourse: readonly string[] = ["course-undecided", "course-changed", "course-ended"];

/** A name that everybody reads in the place; who is not known any more keeps an ID. */
export function staffName(plan: ClassPlan, account: string): string {
  return plan.staff.find((one) => one.account === account)?.display_name ?? account;
}

/** What is missing, in plain words with what to do next. */
export function PlanFlags({
  of: flags,
  plan,
  course,
}: {
  of: readonly PlanFlag[];
  plan: ClassPlan;
  course?: string;
}): VNode | null {
  if (flags.length === 0) return null;
  return (
    <ul class="plan-flags">
      {flags.map((flag) => (
        <li class={isNote(flag) ? "note" : "fault"} key={`${flag.code} ${flag.account ?? ""}`}>
          <FlagSentence of={flag} plan={plan} course={course} />
        </li>
      ))}
    </ul>
  );
}

function FlagSentence({
  of: flag,
  plan,
  course,
}: {
  of: PlanFlag;
  plan: ClassPlan;
  course: string | undefined;
}): VNode {
  const name = flag.account === undefined ? undefined : staffName(plan, flag.account);
  return (
    <>
      {name === undefined ? null : (
        <>
          <b>
            <Given>{name}</Given>
          </b>
          {": "}
        </>
      )}
      <Words of={known[flag.code] ?? planFlags.unknown} slots={{ code: flag.code }} />
      {flag.account !== undefined && ofPerson.includes(flag.code) ? (
        <Door href={`#/people/${flag.account}`} />
      ) : course !== undefined && ofCourse.includes(flag.code) ? (
        <Door href={`#/courses/${course}`} />
      ) : null}
    </>
  );
}

function Door({ href }: { href: string }): VNode {
  return (
    <>
      {" "}
      <a class="inline-door" href={href}>
        <Words of={words.toIt} />
      </a>
    </>
  );
}

/** The check before the plan is handed over: everything that is still to be mended, and the way to it. */
export function PlanCheck({ plan, today }: { plan: ClassPlan; today: string }): VNode {
  const { toMend, toKnow } = checkOf(plan.days, today);
  return (
    <section class="card stack" aria-labelledby="plan-check">
      <h2 id="plan-check">
        <Words of={words.check} />
      </h2>
      <p class="fine">
        <Words of={words.checkLead} />
      </p>
      <p class={toMend.length === 0 ? "note" : "fault"} role="status" id="plan-check-said">
        {toMend.length === 0 ? (
          <Words of={words.checkGood} />
        ) : (
          <Words of={words.checkN} slots={{ n: toMend.length }} />
        )}
      </p>
      {toMend.length === 0 ? null : (
        <ul class="plan-points">
          {toldTogether(toMend).map((one, i) => (
            <li key={i}>
              <PointRow of={one} plan={plan} />
            </li>
          ))}
        </ul>
      )}
      {toKnow.length === 0 ? null : (
        <p>
          <Words of={words.checkNotes} slots={{ n: toKnow.length }} />
        </p>
      )}
    </section>
  );
}

function PointRow({ of, plan }: { of: Told<PlanLesson>; plan: ClassPlan }): VNode {
  const to = placeId(of.day, of.slots[0]);
  return (
    <>
      <button
        type="button"
        class="quiet-button"
        onClick={() => {
          const at = document.getElementById(to);
          at?.scrollIntoView({ block: "start" });
          at?.focus();
        }}
      >
        <DayName of={of.day} />
        {of.slots.length === 0 ? null : (
          <>
            {" "}
            <Words of={words.slot} slots={{ n: of.slots.join("・") }} />
          </>
        )}
      </button>{" "}
      {of.lesson === undefined ? null : (
        <>
          <b>
            <Noted of={of.lesson.title} />
          </b>
          {": "}
        </>
      )}
      <FlagSentence of={of.flag} plan={plan} course={of.lesson?.course} />
    </>
  );
}
