/** A course and its pages while staff write them. Pure. */
import { notationOf, readOf, unreadIn } from "./notation.js";

export const courseKinds = [
  "subject",
  "communication",
  "relax",
  "guest",
  "experience",
  "other",
] as const;
export type CourseKind = (typeof courseKinds)[number];

export interface CourseDraft {
  readonly title: string;
  readonly summary: string;
  /** Of the runs of kanji in both. */
  readonly readings: Readonly<Record<string, string>>;
  readonly kind: CourseKind | "";
  readonly picture: string;
  readonly hand: boolean;
  readonly poll: boolean;
  readonly question: boolean;
  readonly places: string;
}

interface CourseLike {
  readonly title: string;
  readonly summary: string;
  readonly kind: CourseKind;
  readonly picture: string;
  readonly has_hand: boolean;
  readonly has_poll: boolean;
  readonly has_question: boolean;
  readonly places?: number;
}

export function courseDraft(of: CourseLike | undefined): CourseDraft {
  const [title, summary] = [readOf(of?.title ?? ""), readOf(of?.summary ?? "")];
  return {
    title: title.text,
    summary: summary.text,
    readings: { ...summary.readings, ...title.readings },
    kind: of?.kind ?? "",
    picture: of?.picture ?? "star",
    hand: of?.has_hand ?? true,
    poll: of?.has_poll ?? false,
    question: of?.has_question ?? false,
    places: of?.places === undefined ? "" : String(of.places),
  };
}

/** A text as it was typed or pasted: with readings in it, they go where readings are. */
export function withText(
  draft: CourseDraft,
  field: "title" | "summary",
  typed: string,
): CourseDraft {
  const { text, readings } = readOf(typed);
  return { ...draft, [field]: text, readings: { ...draft.readings, ...readings } };
}

/** What is not filled in, by the node's pointers; a reading by its run of kanji. */
export function courseLacking(draft: CourseDraft): string[] {
  const { title, summary, readings } = draft;
  return [
    ...(title.trim() === "" ? ["/title"] : []),
    ...(summary.trim() === "" ? ["/summary"] : []),
    ...unreadIn({ text: `${title} ${summary}`, readings }).map((base) => `/reading/${base}`),
    ...(draft.kind === "" ? ["/kind"] : []),
    ...(draft.hand || draft.poll || draft.question ? [] : ["/hand"]),
  ];
}

/** As it is sent; only of a draft that lacks nothing. */
export function courseInput<P extends string>(
  draft: CourseDraft,
): Omit<CourseLike, "picture"> & { readonly picture: P } {
  const { readings, kind, hand, poll, question } = draft;
  const places = draft.places.normalize("NFKC").trim();
  const noted = (text: string): string => notationOf({ text: text.trim(), readings });
  return {
    title: noted(draft.title),
    summary: noted(draft.summary),
    kind: kind === "" ? "other" : kind,
    picture: draft.picture as P,
    has_hand: hand,
    has_poll: poll,
    has_question: question,
    ...(places === "" ? {} : { places: Number(places) }),
  };
}

export interface PageDraft {
  readonly title: string;
  readonly text: string;
  readonly links: readonly { readonly title: string; readonly url: string }[];
}

export const pagesMost = 30;

/** The list with one page moved by one; the same list when there is no room. */
export function movedPage<P>(pages: readonly P[], at: number, by: -1 | 1): readonly P[] {
  const [one, other] = [pages[at], pages[at + by]];
  if (one === undefined || other === undefined) return pages;
  return pages.map((page, i) => (i === at ? other : i === at + by ? one : page));
}

/** Which pages have nothing to read. */
export function emptyPages(pages: readonly PageDraft[]): number[] {
  return pages.flatMap((one, i) => (one.text.trim() === "" ? [i] : []));
}
