/** A week of lessons as staff plan it: what of it is still to be mended, in the order of the week. Pure. */
import type { PlanFlag } from "../wire.js";
import { dayAfter, mondayOf } from "./logs.js";

export interface Flag {
  readonly code: PlanFlag["code"];
  /** Whom it is about. */
  readonly account?: string;
}
interface Flagged {
  readonly flags: readonly Flag[];
}
export interface LessonLike extends Flagged {
  readonly lesson: string;
  readonly title: string;
}
export interface SlotLike<L extends LessonLike> extends Flagged {
  readonly n: number;
  readonly lessons: readonly L[];
}
export interface DayLike<L extends LessonLike> extends Flagged {
  readonly day: string;
  readonly slots: readonly SlotLike<L>[];
  /** Whose slot is there no more. */
  readonly lost: readonly L[];
}

/** One point of the check: where it is, and what. */
export interface Point<L extends LessonLike> {
  readonly day: string;
  readonly slot: number | undefined;
  readonly lesson: L | undefined;
  readonly flag: Flag;
}

/** What does not keep the plan from being held; all else does (a newer node's codes as well). */
const notes: readonly string[] = ["course-changed"];

export function isNote({ code }: Flag): boolean {
  return notes.includes(code);
}

/** All points from `today` on, the day's before its slots', a slot's before its lessons'. */
export function pointsOf<L extends LessonLike>(
  days: readonly DayLike<L>[],
  today: string,
): Point<L>[] {
  return days
    .filter(({ day }) => day >= today)
    .flatMap(({ day, flags, slots, lost }) => [
      ...flags.map((flag) => ({ day, slot: undefined, lesson: undefined, flag })),
      ...slots.flatMap(({ n: slot, flags, lessons }) => [
        ...flags.map((flag) => ({ day, slot, lesson: undefined, flag })),
        ...lessons.flatMap((lesson) => lesson.flags.map((flag) => ({ day, slot, lesson, flag }))),
      ]),
      ...lost.flatMap((lesson) =>
        lesson.flags.map((flag) => ({ day, slot: undefined, lesson, flag })),
      ),
    ]);
}

export interface Check<L extends LessonLike> {
  readonly toMend: readonly Point<L>[];
  readonly toKnow: readonly Point<L>[];
}

export function checkOf<L extends LessonLike>(
  days: readonly DayLike<L>[],
  today: string,
): Check<L> {
  const all = pointsOf(days, today);
  return {
    toMend: all.filter(({ flag }) => !isNote(flag)),
    toKnow: all.filter(({ flag }) => isNote(flag)),
  };
}

/** Points of one day that say the same of several slots, told once: an empty day is one line, not three. */
export interface Told<L extends LessonLike> extends Omit<Point<L>, "slot"> {
  readonly slots: readonly number[];
}

export function toldTogether<L extends LessonLike>(points: readonly Point<L>[]): Told<L>[] {
  const told: Told<L>[] = [];
  for (const { slot, ...point } of points) {
    const slots = slot === undefined ? [] : [slot];
    const same = told.findIndex(
      (one) =>
        point.lesson === undefined &&
        one.lesson === undefined &&
        one.day === point.day &&
        one.flag.code === point.flag.code,
    );
    const known = told[same];
    if (known === undefined) told.push({ ...point, slots });
    else told[same] = { ...known, slots: [...known.slots, ...slots] };
  }
  return told;
}

/** The seven days with `day` in it. */
export function weekAround(day: string): { readonly from: string; readonly to: string } {
  const from = mondayOf(day);
  return { from, to: dayAfter(from, 6) };
}

/** The id of an element of the page: where the check leads. */
export function placeId(day: string, slot?: number): string {
  return slot === undefined ? `day-${day}` : `slot-${day}-${slot}`;
}
