/** A lesson while it is held, for those in it. Pure. */

/** One that is on now and the reader has a part in. */
export interface Doing {
  readonly lesson: string;
  readonly title: string;
  readonly floor: string;
  readonly ends_at: string;
}

interface Planned {
  readonly lesson: string;
  readonly title: string;
  readonly floor: string;
  readonly from: string;
  readonly to: string;
  readonly is_cancelled: boolean;
  readonly main?: string;
  readonly sub?: string;
  readonly supporters: readonly { readonly account: string }[];
}

/** Of a day's plan: what is on at `nowMs` with `account` in its team. */
export function lessonsNow(
  days: readonly { readonly slots: readonly { readonly lessons: readonly Planned[] }[] }[],
  account: string,
  nowMs: number,
): Doing[] {
  if (account === "") return [];
  return days
    .flatMap(({ slots }) => slots.flatMap(({ lessons }) => lessons))
    .filter(
      (one) =>
        !one.is_cancelled &&
        Date.parse(one.from) <= nowMs &&
        nowMs < Date.parse(one.to) &&
        (one.main === account ||
          one.sub === account ||
          one.supporters.some((other) => other.account === account)),
    )
    .map(({ lesson, title, floor, to }) => ({ lesson, title, floor, ends_at: to }));
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
