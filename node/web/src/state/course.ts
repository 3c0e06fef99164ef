/** A course and its pages while staff write them. Pure. */
import { notationOf, type Read, readOf, unreadIn } from "./notation.js";

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
  readonly title: Read;
  readonly summary: string;
  readonly kind: CourseKind | "";
  readonly picture: string;
  readonly hasHand: boolean;
  readonly hasPoll: boolean;
  readonly hasQuestion: boolean;
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
  return {
    title: readOf(of?.title ?? ""),
    summary: of?.summary ?? "",
    kind: of?.kind ?? "",
    picture: of?.picture ?? "star",
    hasHand: of?.has_hand ?? true,
    hasPoll: of?.has_poll ?? false,
    hasQuestion: of?.has_question ?? false,
    places: of?.places === undefined ? "" : String(of.places),
  };
}

/** What is not filled in, by the node's pointers; a reading by its run of kanji. */
export function courseLacking(draft: CourseDraft): string[] {
  const { title } = draft;
  return [
    ...(title.text.trim() === "" ? ["/title"] : []),
    ...unreadIn(title).map((base) => `/reading/${base}`),
    ...(draft.kind === "" ? ["/kind"] : []),
    ...(draft.summary.trim() === "" ? ["/summary"] : []),
    ...(draft.hasHand || draft.hasPoll || draft.hasQuestion ? [] : ["/has_poll"]),
  ];
}

/** As it is sent; only of a draft that lacks nothing. */
export function courseInput(draft: CourseDraft): CourseLike {
  const places = draft.places.normalize("NFKC").trim();
  return {
    title: notationOf({ ...draft.title, text: draft.title.text.trim() }),
    summary: draft.summary.trim(),
    kind: draft.kind === "" ? "other" : draft.kind,
    picture: draft.picture,
    has_hand: draft.hasHand,
    has_poll: draft.hasPoll,
    has_question: draft.hasQuestion,
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
