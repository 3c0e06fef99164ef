import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { momentOf } from "../state/hours.js";
import { dayAfter } from "../state/logs.js";
import { placeId, weekAround } from "../state/plan.js";
import { useAsked } from "../view/asked.js";
import { DayName } from "../view/hours.js";
import { PageHead, type PageProps, Shown } from "../view/page.js";
import { useLine, Words } from "../view/words.js";
import { doors } from "../words/doors.js";
import { plan as words } from "../words/plan.js";
import type { ClassPlan, PlanDay, PlanLesson, PlanSlot } from "../wire.js";
import { SlotText } from "./hours_parts.js";
import { PlanCheck, PlanFlags } from "./plan_check.js";
import { DaySlots } from "./plan_day.js";
import { LessonForm } from "./plan_form.js";
import { Lesson } from "./plan_lesson.js";
import { PlainDay } from "./report_take.js";

/** Who puts courses into slots; an instructor sees the plan (node/classes/class_http.h). */
const planners: readonly string[] = ["commissioner", "contractor", "supporter"];

/** What is open for writing: one form a page. */
type Open =
  | { readonly kind: "lesson"; readonly day: string; readonly slot: number; readonly id?: string }
  | { readonly kind: "slots"; readonly day: string };

/** A week of lessons: what is planned, what of it is missing, and what to do next (AI-4.4-キ-ア, イ, ウ). */
export function PlanPage({ role }: PageProps): VNode {
  const line = useLine();
  const today = momentOf(new Date().toISOString()).day;
  const [day, show] = useState(today);
  const [open, set] = useState<Open | undefined>(undefined);
  const week = weekAround(day);
  const [asked, again] = useAsked("plan.show", undefined, week);
  const turn = (to: string): void => {
    set(undefined);
    show(to);
  };
  return (
    <div class="page page-wide">
      <PageHead title={words.title} />
      <p>
        <Words of={words.lead} />
      </p>
      <nav class="row" aria-label={line(words.weeks)}>
        {(
          [
            [words.before, dayAfter(week.from, -7)],
            [words.thisWeek, today],
            [words.after, dayAfter(week.from, 7)],
          ] as const
        ).map(([word, to]) => (
          <button type="button" class="quiet-button" key={word[2]} onClick={() => turn(to)}>
            <Words of={word} />
          </button>
        ))}
        <a class="quiet-button plan-courses" href="#/courses">
          <Words of={words.toCourses} />
        </a>
        <a class="quiet-button" href="#/shared">
          <Words of={doors.shared} />
        </a>
      </nav>
      <div role="status">
        <h2>
          <Words
            of={words.week}
            slots={{ from: <PlainDay of={week.from} />, to: <PlainDay of={week.to} /> }}
          />
        </h2>
      </div>
      <Shown asked={asked} again={again}>
        {(plan) => (
          <>
            <PlanCheck plan={plan} today={today} />
            {plan.days.map((one) => (
              <Day
                key={one.day}
                of={one}
                plan={plan}
                isToday={one.day === today}
                isPast={one.day < today}
                mayPlan={role !== undefined && planners.includes(role) && one.day >= today}
                mayGive={role === "commissioner"}
                open={open?.day === one.day ? open : undefined}
                set={set}
                again={again}
              />
            ))}
          </>
        )}
      </Shown>
    </div>
  );
}

interface DayProps {
  readonly of: PlanDay;
  readonly plan: ClassPlan;
  readonly isToday: boolean;
  readonly isPast: boolean;
  readonly mayPlan: boolean;
  readonly mayGive: boolean;
  readonly open: Open | undefined;
  readonly set: (open: Open | undefined) => void;
  readonly again: () => void;
}

function Day(props: DayProps): VNode {
  const { of, plan, isPast, open, set, again } = props;
  const done = (): void => {
    set(undefined);
    again();
  };
  const all = [...of.slots.flatMap(({ lessons }) => lessons), ...of.lost];
  return (
    <section
      class={
        all.length + (isPast ? 0 : of.slots.length) === 0
          ? "card plan-day plan-day-empty"
          : "card plan-day"
      }
      aria-labelledby={placeId(of.day)}
    >
      <DayHead {...props} />
      {isPast ? null : <PlanFlags of={of.flags} plan={plan} />}
      {open?.kind === "slots" ? (
        <DaySlots of={of} done={done} close={() => set(undefined)} />
      ) : null}
      {of.slots.length === 0 || (isPast && all.length === 0) ? null : (
        <ol class="plan-slots">
          {of.slots.map((slot) => (
            <li key={slot.n}>
              <Slot {...props} slot={slot} />
            </li>
          ))}
        </ol>
      )}
      {open?.kind === "lesson" ? (
        <LessonForm
          key={`${open.slot} ${open.id ?? ""}`}
          day={of}
          slot={open.slot}
          plan={plan}
          lesson={all.find((one) => one.lesson === open.id)}
          done={done}
          close={() => set(undefined)}
        />
      ) : null}
      <Others {...props} lessons={of.lost} word={words.lost} />
      <Others {...props} lessons={of.cancelled} word={words.cancelled} />
    </section>
  );
}

function DayHead({ of, isToday, mayPlan, open, set }: DayProps): VNode {
  return (
    <div class="plan-day-head">
      <h2 id={placeId(of.day)} tabIndex={-1}>
        <DayName of={of.day} />
      </h2>
      {isToday ? (
        <span class="pill">
          <Words of={words.today} />
        </span>
      ) : null}
      {of.is_own ? (
        <span class="pill">
          <Words of={words.ownSlots} />
        </span>
      ) : null}
      <span class="fine">
        {of.open.length === 0 ? (
          <Words of={words.closed} />
        ) : (
          <Words of={words.isOpen} slots={{ time: <SlotText slots={of.open} /> }} />
        )}
      </span>
      {mayPlan ? (
        <button
          type="button"
          class="quiet-button"
          aria-expanded={open?.kind === "slots"}
          onClick={() => set(open?.kind === "slots" ? undefined : { kind: "slots", day: of.day })}
        >
          <Words of={words.daySlots} />
        </button>
      ) : null}
    </div>
  );
}

function Slot({
  of: { day },
  slot,
  plan,
  isPast,
  mayPlan,
  mayGive,
  open,
  set,
  again,
}: DayProps & { slot: PlanSlot }): VNode {
  const isOpen = (id: string | undefined): boolean =>
    open?.kind === "lesson" && open.slot === slot.n && open.id === id;
  const toggle = (id?: string): void =>
    set(
      isOpen(id)
        ? undefined
        : { kind: "lesson", day, slot: slot.n, ...(id === undefined ? {} : { id }) },
    );
  return (
    <div class="plan-slot">
      <h3 id={placeId(day, slot.n)} tabIndex={-1}>
        <Words of={words.slot} slots={{ n: slot.n }} /> <SlotText slots={[slot]} />
      </h3>
      {isPast ? null : <PlanFlags of={slot.flags} plan={plan} />}
      {slot.lessons.length === 0 ? null : (
        <ul class="plan-lessons">
          {slot.lessons.map((one) => (
            <li key={one.lesson}>
              <Lesson
                of={one}
                plan={plan}
                mayPlan={mayPlan}
                mayGive={mayGive}
                isOpen={isOpen(one.lesson)}
                edit={() => toggle(one.lesson)}
                again={again}
              />
            </li>
          ))}
        </ul>
      )}
      {mayPlan && slot.lessons.length < plan.parallel_most ? (
        <button
          type="button"
          class="quiet-button plan-add"
          aria-expanded={isOpen(undefined)}
          onClick={() => toggle()}
        >
          <Words of={words.add} />
        </button>
      ) : null}
    </div>
  );
}

/** Lessons that stand in no slot of the day. */
function Others({
  lessons,
  word,
  plan,
  mayPlan,
  mayGive,
  of: { day },
  open,
  set,
  again,
}: DayProps & {
  readonly lessons: readonly PlanLesson[];
  readonly word: typeof words.lost;
}): VNode | null {
  if (lessons.length === 0) return null;
  return (
    <div class="stack-small">
      <h3>
        <Words of={word} />
      </h3>
      <ul class="plan-slots">
        {lessons.map((one) => (
          <li key={one.lesson}>
            <Lesson
              of={one}
              plan={plan}
              mayPlan={mayPlan}
              mayGive={mayGive}
              isOpen={open?.kind === "lesson" && open.id === one.lesson}
              edit={() => set({ kind: "lesson", day, slot: 1, id: one.lesson })}
              again={again}
            />
          </li>
        ))}
      </ul>
    </div>
  );
}
