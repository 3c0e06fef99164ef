/** The day's lessons as a child may choose them. Pure; clocks are Japan's, of the node. */

export type LessonState = "before" | "on" | "over" | "cancelled";

interface Chosen {
  readonly is_chosen: boolean;
  readonly state: LessonState;
}

interface SlotOf<L> {
  readonly from: string; // "10:00"
  readonly to: string;
  readonly lessons: readonly L[];
}

/** What one can still choose stands first; what is over is left where it was, but below. */
export function slotsInOrder<S extends { readonly state: string }>(slots: readonly S[]): S[] {
  const late = (one: S): number => (one.state === "over" ? 1 : 0);
  return [...slots].sort((a, b) => late(a) - late(b));
}

/** What is on now and was chosen: the one that a child may go to. */
export function onNow<L extends Chosen>(slots: readonly SlotOf<L>[]): L | undefined {
  return slots.flatMap(({ lessons }) => lessons).find((one) => one.state === "on" && one.is_chosen);
}

/** How many of the day a child has chosen and may still go to. */
export function nChosen<L extends Chosen>(slots: readonly SlotOf<L>[]): number {
  return slots
    .flatMap(({ lessons }) => lessons)
    .filter((one) => one.is_chosen && (one.state === "before" || one.state === "on")).length;
}

export type Offer = "choose" | "late" | "full" | "undo" | "leave" | "none";

/** What one press would do with a lesson; "none": there is nothing to press. */
export function offerOf(lesson: Chosen & { readonly left?: number }): Offer {
  if (lesson.state === "over" || lesson.state === "cancelled") return "none";
  if (lesson.is_chosen) return lesson.state === "on" ? "leave" : "undo";
  if (lesson.left === 0) return "full";
  return lesson.state === "on" ? "late" : "choose";
}

function minuteOf(clock: string): number {
  const [hour = 0, minute = 0] = clock.split(":").map(Number);
  return hour * 60 + minute;
}

const japanMs = 9 * 3600_000;
const dayMs = 86_400_000;

/** How long until something of the day begins or ends, from when the node said `now`; undefined: nothing more
 * does today. A second is added, so that the node is past it, too. */
export function nextChangeMs(
  now: string,
  slots: readonly { readonly from: string; readonly to: string }[],
): number | undefined {
  const sinceMidnight = (Date.parse(now) + japanMs) % dayMs;
  const inMs = slots
    .flatMap(({ from, to }) => [from, to])
    .map((one) => minuteOf(one) * 60_000 - sinceMidnight)
    .filter((one) => one > 0);
  return inMs.length === 0 ? undefined : Math.min(...inMs) + 1000;
}
