/** A lesson while it is held, for those in it. Pure. */

/** One that is on now and the reader has a part in. */
export interface Doing {
  readonly lesson: string;
  readonly title: string;
  readonly floor: string;
  readonly ends_at: string;
}

interface Taught {
  readonly lesson: string;
  readonly title: string;
  readonly floor: string;
  readonly to: string;
  readonly is_on: boolean;
}

/** Of the day's lessons the reader has a part in: what is on. */
export function lessonsNow(all: readonly Taught[]): Doing[] {
  return all
    .filter(({ is_on }) => is_on)
    .map(({ lesson, title, floor, to }) => ({ lesson, title, floor, ends_at: to }));
}

interface SignUp {
  readonly seat: number;
  readonly kind: string;
  readonly untilMs: number;
}

/** A hand stays up over its figure until it goes down; a sign of feeling stands before it. */
export function withHands<S extends SignUp>(
  signs: readonly S[],
  hands: readonly number[],
): readonly (S | SignUp)[] {
  if (hands.length === 0) return signs;
  return [
    ...signs,
    ...hands
      .filter((seat) => !signs.some((one) => one.seat === seat))
      .map((seat) => ({ seat, kind: "hand", untilMs: Infinity })),
  ];
}

/** Seats with a hand up, after one of them moved. */
export function handMoved(now: readonly number[], seat: number, on: boolean): readonly number[] {
  const others = now.filter((one) => one !== seat);
  return on ? [...others, seat] : others;
}

export const choicesMost = 6;

/** A poll as it is opened, without empty answers; undefined: it lacks a question or two answers that differ. */
export function pollOf(
  question: string,
  choices: readonly string[],
): { readonly question: string; readonly choices: readonly string[] } | undefined {
  const filled = [...new Set(choices.map((one) => one.trim()).filter((one) => one !== ""))];
  const asked = question.trim();
  return asked === "" || filled.length < 2 || filled.length > choicesMost
    ? undefined
    : { question: asked, choices: filled };
}

/** The page the class is at, of what there is to read; undefined: none is shown, or it has not come yet. */
export function pageShown<P>(pages: readonly P[], page: number): P | undefined {
  return page < 1 ? undefined : pages[page - 1];
}

/** Questions that wait stand first, oldest first; answered ones after them. */
export function questionsInOrder<Q extends { readonly is_answered: boolean; readonly at: string }>(
  all: readonly Q[],
): Q[] {
  return [...all].sort(
    (a, b) => Number(a.is_answered) - Number(b.is_answered) || a.at.localeCompare(b.at),
  );
}

interface Alone {
  readonly lesson: string;
  readonly no_main: boolean;
  readonly no_supporter: boolean;
}

/** What was told last of a lesson holds; nobody missing any more: it goes. */
export function withAlone<A extends Alone>(all: readonly A[], told: A): readonly A[] {
  const others = all.filter(({ lesson }) => lesson !== told.lesson);
  return told.no_main || told.no_supporter ? [...others, told] : others;
}
