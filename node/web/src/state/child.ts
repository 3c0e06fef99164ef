/** A child's steps 0 to 4 (KP-2-4-0 ... 4): where they stand, since when, and what was before. Pure. */

export type StepNumber = 0 | 1 | 2 | 3 | 4;
export const stepNumbers: readonly StepNumber[] = [0, 1, 2, 3, 4];

/** One entry of the history. */
export interface StepEntry {
  readonly step: number;
  readonly on: string; // YYYY-MM-DD
  readonly is_back: boolean;
}

export interface StepStanding {
  readonly step: StepNumber;
  /** Since when it holds; undefined: not reached, or not any more. */
  readonly since: string | undefined;
  /** When it was left again, if that was the last word on it. */
  readonly back: string | undefined;
}

/** How each step stands, from entries in the order in which they were written: the last word on a step counts.
 * Going back ends it and erases nothing. */
export function standingsOf(entries: readonly StepEntry[]): readonly StepStanding[] {
  return stepNumbers.map((step) => {
    let since: string | undefined;
    let back: string | undefined;
    for (const one of entries.filter((entry) => entry.step === step)) {
      if (one.is_back) [since, back] = [undefined, one.on];
      else [since, back] = [since ?? one.on, undefined];
    }
    return { step, since, back };
  });
}

/** The highest step that holds; undefined: none yet. */
export function stepNow(entries: readonly StepEntry[]): StepNumber | undefined {
  return standingsOf(entries)
    .filter((one) => one.since !== undefined)
    .at(-1)?.step;
}
