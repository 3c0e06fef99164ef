/** Courses held with other municipalities: which dates a weekly series has, what comes next, what its state
 * is called. Pure. */
import { dayAfter } from "./logs.js";

/** Weekly from a first day on. [] while that is no day or the number none. */
export function weekly(first: string, times: number, most = 60): readonly string[] {
  if (!Number.isInteger(times) || times < 1 || times > most || dayAfter(first, 0) === "") return [];
  return Array.from({ length: times }, (_, i) => dayAfter(first, 7 * i));
}

/** A number as people type it; undefined: none. */
export function numberTyped(text: string): number | undefined {
  const typed = text.normalize("NFKC").trim();
  return /^[0-9]{1,6}$/.test(typed) ? Number(typed) : undefined;
}

/** A sum of yen as people type it; undefined: none, or more than the node takes. */
export function yenTyped(text: string): number | undefined {
  const typed = text.normalize("NFKC").replace(/[,\s]/g, "");
  const n = /^[0-9]{1,9}$/.test(typed) ? Number(typed) : Infinity;
  return n <= 100_000_000 ? n : undefined;
}

interface LessonLike {
  readonly from: string;
  readonly cancelled: boolean;
  readonly over: boolean;
}

/** The next one that is held. */
export function nextLesson<L extends LessonLike>(lessons: readonly L[]): L | undefined {
  return [...lessons]
    .sort((a, b) => Date.parse(a.from) - Date.parse(b.from))
    .find((one) => !one.cancelled && !one.over);
}

interface SeriesLike {
  readonly is_host: boolean;
  readonly state: string;
}

/** Still going on, or going to be. */
export function isGoing({ state }: SeriesLike): boolean {
  return state === "open" || state === "accepted";
}

/** The last moment of a day, as Japan has it: "until" of who names a day. */
export function endOfDay(day: string): string | undefined {
  const after = dayAfter(day, 1);
  return after === "" ? undefined : new Date(`${after}T00:00:00+09:00`).toISOString();
}
