/** The day's lessons as a child may choose them. Pure; times are the node's. */

export type LessonState = "before" | "on" | "over" | "cancelled";

interface Chosen {
  readonly is_chosen: boolean;
  readonly state: LessonState;
}

/** What one can still choose stands first; what is over is left where it was, but below. */
export function slotsInOrder<S extends { readonly state: string }>(slots: readonly S[]): S[] {
  const late = (one: S): number => (one.state === "over" ? 1 : 0);
  return [...slots].sort((a, b) => late(a) - late(b));
}

export type Offer = "choose" | "late" | "full" | "undo" | "leave" | "none";

/** What one press would do with a lesson; "none": there is nothing to press. */
export function offerOf(lesson: Chosen & { readonly left?: number }): Offer {
  if (lesson.state === "over" || lesson.state === "cancelled") return "none";
  if (lesson.is_chosen) return lesson.state === "on" ? "leave" : "undo";
  if (lesson.left === 0) return "full";
  return lesson.state === "on" ? "late" : "choose";
}

/** How long until something of the day begins or ends, from when the node said `now`; undefined: nothing more
 * does today. A second is added, so that the node is past it, too. */
export function nextChangeMs(
  now: string,
  slots: readonly { readonly begins_at: string; readonly ends_at: string }[],
): number | undefined {
  const inMs = slots
    .flatMap(({ begins_at, ends_at }) => [begins_at, ends_at])
    .map((one) => Date.parse(one) - Date.parse(now))
    .filter((one) => one > 0);
  return inMs.length === 0 ? undefined : Math.min(...inMs) + 1000;
}
