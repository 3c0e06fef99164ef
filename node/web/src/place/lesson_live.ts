/** Joins the lesson one is in to the line: its state comes whole and is shown as it came; what there is to
 * read in it is asked for once. */
import { ask, type Outcome, type Problem } from "../edge/api.js";
import { newId } from "../edge/id.js";
import type { CommandName, LiveCommands, LiveEvent } from "../live/wire.js";
import type { Ask } from "./words_live.js";
import { type Doing, handMoved, lessonsNow } from "../state/lesson.js";
import { createStore } from "../state/store.js";
import type { ClassPage, LessonState } from "../wire.js";
import { alone, hearAlone } from "../class/alone.js";

/** The lesson the reader takes part in. */
export const lesson = createStore<LessonState | undefined>(undefined);
/** Seats of those whose hand is up, as far as the reader sees them. */
export const handsUp = createStore<readonly number[]>([]);

/** Says to the reader why something was not to be; no problem: the node was not reached. */
type Say = (name: CommandName, input: object, problem: Problem | undefined) => void;
let ways: Ask | undefined;
let say: Say | undefined;

/** `to`: sends a command, and says a refusal to the reader. */
export function beginLesson(to: Ask, saying: Say): void {
  ways = to;
  say = saying;
}

async function isDone<N extends keyof LiveCommands>(
  name: N,
  input: LiveCommands[N]["input"],
): Promise<boolean> {
  return (await ways?.(name, input))?.kind === "ok";
}

export function hearLesson(event: LiveEvent): void {
  hearAlone(event);
  switch (event.ev) {
    case "lesson.here":
      lesson.set(event.of);
      handsUp.set(event.of.hands.flatMap(({ seat }) => (seat === undefined ? [] : [seat])));
      break;
    case "lesson.hand":
      handsUp.set(handMoved(handsUp.get(), event.of.seat, event.of.on));
      break;
    case "floor.here": // seats are given anew
      handsUp.set([]);
      break;
    case "lesson.over":
      if (lesson.get()?.lesson === event.of.lesson) lesson.set(undefined);
      break;
    case "out":
      endLesson();
      break;
    default:
      break;
  }
}

/** The reader is not, or no longer, in the place. */
export function endLesson(): void {
  lesson.set(undefined);
  handsUp.set([]);
  alone.set([]);
}

/* --- what could be joined ------------------------------------------------------------------------ */

/** What is on now and the reader has a part in: chosen by a child, planned for one of the staff. */
export async function whatIsOn(role: string): Promise<readonly Doing[] | undefined> {
  if (role === "student") {
    const got = await ask("lessons.mine", undefined, undefined);
    if (got.kind !== "ok") return undefined;
    return got.value.slots
      .flatMap(({ lessons, ends_at }) => lessons.map((one) => ({ ...one, ends_at })))
      .filter((one) => one.state === "on" && one.is_chosen);
  }
  const got = await ask("lessons.teaching", undefined, undefined);
  return got.kind === "ok" ? lessonsNow(got.value.lessons) : undefined;
}

/** Who may have a part in a lesson and can ask what is planned. */
export const inLessons: readonly string[] = [
  "student",
  "supporter",
  "instructor",
  "guest_teacher",
  "school_staff",
  "commissioner",
  "contractor",
];

export interface Material {
  readonly pages: readonly ClassPage[];
  readonly link: string | undefined;
}

export async function material(id: string, isStaff: boolean): Promise<Outcome<Material>> {
  if (isStaff) {
    const got = await ask("lessons.live", { lesson: id }, undefined);
    if (got.kind !== "ok") return got;
    return { kind: "ok", value: { pages: got.value.pages, link: got.value.link } };
  }
  const got = await ask("lessons.material", { lesson: id }, undefined);
  if (got.kind !== "ok") return got;
  return { kind: "ok", value: { pages: got.value.pages, link: got.value.lesson.link } };
}

/* --- what one does -------------------------------------------------------------------------------- */

/** A place in it, before one goes to its floor; a refusal is said to the reader. */
export async function choose(id: string): Promise<boolean> {
  const got = await ask("lessons.choose", { lesson: id }, { chosen: true });
  if (got.kind !== "ok")
    say?.("lesson.join", { lesson: id }, got.kind === "refused" ? got.problem : undefined);
  return got.kind === "ok";
}

export async function join(id: string): Promise<boolean> {
  return isDone("lesson.join", { lesson: id });
}

export async function leaveLesson(id: string): Promise<void> {
  if ((await isDone("lesson.leave", { lesson: id })) && lesson.get()?.lesson === id)
    lesson.set(undefined);
}

export function raise(id: string, on: boolean): void {
  void isDone("lesson.hand", { lesson: id, on });
}

export function lower(id: string, seat: number): void {
  void isDone("lesson.hand", { lesson: id, on: false, seat });
}

export function answerPoll(poll: string, choice: number): void {
  void isDone("lesson.poll.answer", { poll, choice });
}

export function showPage(id: string, page: number): void {
  void isDone("lesson.page", { lesson: id, page });
}

export async function openPoll(
  id: string,
  question: string,
  choices: readonly string[],
): Promise<boolean> {
  const input: LiveCommands["lesson.poll.open"]["input"] = {
    lesson: id,
    poll: newId(),
    question,
    choices: [...choices],
  };
  return isDone("lesson.poll.open", input);
}

export function closePoll(poll: string): void {
  void isDone("lesson.poll.close", { poll });
}

/** The same id is sent until the node has it, so that a question is asked once. */
export async function askTeacher(id: string, question: string, text: string): Promise<boolean> {
  return isDone("lesson.ask", { lesson: id, question, text });
}

export function answered(id: string, question: string): void {
  void isDone("lesson.answered", { lesson: id, question });
}
