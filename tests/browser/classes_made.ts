/** What the pages of lessons have before them: a slot that is on at every hour of today, courses the board has
 * decided, lessons in it; made by asking the node, not on a screen. */
import { randomUUID } from "node:crypto";
import type { Page } from "playwright-core";
import { login, type Place, signedIn, Visit } from "./engine.ts";
import { asked } from "./watch_made.ts";

/** A day of Japan, `n` days from today. */
export function dayIn(n: number): string {
  return new Date(Date.now() + 9 * 3600_000 + n * 86_400_000).toISOString().slice(0, 10);
}

export interface Wanted {
  readonly title: string; // in the notation
  readonly summary?: string;
  readonly picture?: string;
  /** Of tests/browser/run. */
  readonly main: string;
  readonly supporter: string;
  readonly area?: string;
  readonly places?: number;
  readonly link?: string;
  readonly pages?: readonly { readonly title?: string; readonly text: string }[];
  /** Undecided ones are not shown to children. */
  readonly isUndecided?: true;
}

export interface MadeLesson {
  readonly course: string;
  readonly lesson: string;
}

function accountOf(at: Place, name: string): string {
  const { account } = login(at, name);
  if (account === undefined) throw new Error(`${name} was not made whole`);
  return account;
}

const board = "class_board";
let visit: { readonly day: string; readonly made: Promise<Visit> } | undefined;

/** The board's page, and today with its one slot. */
async function desk(at: Place): Promise<Page> {
  const day = dayIn(0);
  if (visit?.day !== day) visit = { day, made: openDay(at, day) }; // midnight may have passed
  return (await visit.made).page;
}

async function openDay(at: Place, day: string): Promise<Visit> {
  const made = await Visit.begin(at, { state: await signedIn(at, board) });
  await made.open();
  await asked(made.page, "PUT", `/api/v1/plan/days/${day}`, {
    slots: [{ from: "00:00", to: "24:00" }],
  });
  return made;
}

/** A lesson that is on now. */
export async function lessonOn(at: Place, of: Wanted): Promise<MadeLesson> {
  const page = await desk(at);
  const { course, version } = await asked<{ course: string; version: number }>(
    page,
    "POST",
    "/api/v1/courses",
    {
      kind: "subject",
      picture: of.picture ?? "number",
      has_hand: true,
      has_poll: true,
      has_question: true,
      title: of.title,
      summary: of.summary ?? "いっしょに やって みます。",
    },
  );
  let pages_version = 0;
  if (of.pages !== undefined)
    ({ pages_version } = await asked<{ pages_version: number }>(
      page,
      "PUT",
      `/api/v1/courses/${course}/pages`,
      { pages: of.pages.map((one) => ({ ...one, links: [] })) },
    ));
  if (of.isUndecided !== true)
    await asked(page, "POST", `/api/v1/courses/${course}/decide`, {
      decided: true,
      version,
      pages_version,
    });
  const lesson = randomUUID();
  await asked(page, "PUT", `/api/v1/lessons/${lesson}`, {
    day: dayIn(0),
    slot: 1,
    course,
    floor: "classes",
    ...(of.area === undefined ? {} : { area: of.area }),
    main: accountOf(at, of.main),
    sub_supports: false,
    supporters: [{ account: accountOf(at, of.supporter) }],
    ...(of.places === undefined ? {} : { places: of.places }),
    ...(of.link === undefined ? {} : { link: of.link }),
  });
  return { course, lesson };
}

let walked: { readonly day: string; readonly made: Promise<MadeLesson> } | undefined;

/** The one that the walks over every page look at. */
export function lessonToLookAt(at: Place): Promise<MadeLesson> {
  const day = dayIn(0);
  if (walked?.day !== day) walked = { day, made: makeWalked(at) };
  return walked.made;
}

function makeWalked(at: Place): Promise<MadeLesson> {
  return lessonOn(at, {
    title: "分数《ぶんすう》の不思議《ふしぎ》",
    summary: "ピザを分《わ》けながら、分数《ぶんすう》を考《かんが》えます。",
    main: "class_page_teacher",
    supporter: "class_page_staff",
    places: 12,
    link: "https://meet.example.jp/bunsu",
    pages: [
      {
        title: "はじめに",
        text: "ピザを ふたつに分《わ》けます。\nどちらも おなじ 大《おお》きさです。",
      },
      { text: "つぎは 4つに 分《わ》けます。" },
    ],
  });
}
