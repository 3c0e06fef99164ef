import type { Hours, HoursDate, HoursSlot, HoursWeek } from "../wire.js";

/** When the place is open, for those who come and for those who decide. Pure; days and times are Japan's. */

/** A minute of a day: "2026-12-01", "10:00". */
export interface Moment {
  readonly day: string;
  readonly time: string;
}

const japanMs = 9 * 3600_000;
const dayMs = 86_400_000;

export function momentOf(utc: string): Moment {
  const shown = new Date(Date.parse(utc) + japanMs).toISOString();
  return { day: shown.slice(0, 10), time: shown.slice(11, 16) };
}

/** How the place stands now. */
export type Now =
  | { readonly at: "open"; readonly until: string }
  | { readonly at: "open-on" } // over midnight
  | { readonly at: "always" } // no close is in sight
  | { readonly at: "closing"; readonly until: string; readonly minutes: number }
  | { readonly at: "closed" | "outside"; readonly next: Moment | undefined };

/** `elapsedMs`: since the node answered; a device's own clock may be wrong. */
export function nowOf(hours: Hours, elapsedMs: number): Now {
  if (hours.closes_at === undefined || hours.minutes_left === undefined) {
    const next = hours.next_at === undefined ? undefined : momentOf(hours.next_at);
    return { at: hours.state === "outside" ? "outside" : "closed", next };
  }
  const until = endOf(hours.closes_at, hours.today.day);
  if (until === undefined) return { at: isFar(hours.minutes_left) ? "always" : "open-on" };
  const minutes = Math.max(1, hours.minutes_left - Math.floor(elapsedMs / 60_000));
  const isSoon = hours.state === "closing" || minutes <= hours.warn_first;
  return isSoon ? { at: "closing", until, minutes } : { at: "open", until };
}

/** The node looks for a close some eight days ahead (HOURS_JOIN_DAYS). */
function isFar(minutesLeft: number): boolean {
  return minutesLeft > 7 * 24 * 60;
}

/** The time of a close on this day, midnight as 24:00; undefined: it is on another day. */
function endOf(utc: string, today: string): string | undefined {
  const { day, time } = momentOf(utc);
  if (day === today) return time;
  return time === "00:00" && day === dayAfter(today, 1) ? "24:00" : undefined;
}

export function dayAfter(day: string, n: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + n * dayMs).toISOString().slice(0, 10);
}

/** How long until the node should be asked again; undefined: nothing is known to change. */
export function askAgainInMs(hours: Hours, deviceMs: number): number | undefined {
  if (hours.minutes_left !== undefined) return hours.minutes_left * 60_000 + 1_000;
  if (hours.next_at === undefined) return undefined;
  const inMs = Date.parse(hours.next_at) - deviceMs + 2_000;
  return inMs > 0 && inMs < dayMs ? inMs : undefined;
}

export const weekdays = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
] as const;
export type Weekday = (typeof weekdays)[number];

export function weekdayOf(day: string): Weekday {
  return weekdays[(new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7] ?? "monday";
}

/** The month `n` months after "2026-06". */
export function monthAfter(month: string, n: number): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  return new Date(Date.UTC(year, number - 1 + n, 1)).toISOString().slice(0, 7);
}

/** The days of a month as weeks from Monday on, with gaps before the first and after the last. */
export function weeksOf(days: readonly HoursDate[]): readonly (HoursDate | undefined)[][] {
  const gap = weekdays.indexOf(days[0]?.weekday ?? "monday");
  const cells = [...Array.from({ length: gap }, () => undefined), ...days];
  const weeks: (HoursDate | undefined)[][] = [];
  for (let at = 0; at < cells.length; at += 7)
    weeks.push(Array.from({ length: 7 }, (_, i) => cells[at + i]));
  return weeks;
}

export function minutesOf(slots: readonly HoursSlot[]): number {
  return slots.reduce((sum, one) => sum + minuteOf(one.to) - minuteOf(one.from), 0);
}

function minuteOf(time: string): number {
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  return hour * 60 + minute;
}

/** What somebody typed as a time of the day: "9", "930", "9:30" in characters of any width to "09:00",
 * "09:30". What is no time stays as it was typed: the node says what is wrong with it. */
export function timeOf(typed: string): string {
  const text = typed.normalize("NFKC").trim();
  const parts =
    /^(\d{1,2})(?:[:.\u6642](\d{1,2})?\u5206?)?$/.exec(text) ?? // the two signs of o'clock and minutes
    /^(\d{1,2})(\d{2})$/.exec(text);
  if (parts === null) return typed.trim();
  return `${(parts[1] ?? "").padStart(2, "0")}:${(parts[2] ?? "0").padStart(2, "0")}`;
}

/** Slots as they are sent, with the times read. */
export function slotsOf(typed: readonly HoursSlot[]): HoursSlot[] {
  return typed.map((one) => ({ from: timeOf(one.from), to: timeOf(one.to) }));
}

export function weekOf(typed: HoursWeek): HoursWeek {
  const days = weekdays.map((one) => [one, slotsOf(typed[one])] as const);
  return Object.fromEntries(days) as unknown as HoursWeek;
}

export const slotsMost = 6;

/** One more slot after the last: an hour later, an hour long, as far as the day goes. */
export function withOneMore(slots: readonly HoursSlot[]): HoursSlot[] {
  const last = slots.at(-1);
  if (last === undefined) return [{ from: "10:00", to: "12:00" }];
  const from = Math.min(minuteOf(timeOf(last.to)) + 60, 22 * 60);
  const text = (minute: number): string =>
    `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
  return Number.isNaN(from)
    ? [...slots, { from: "", to: "" }]
    : [...slots, { from: text(from), to: text(from + 60) }];
}

/** The fields of slots as the node names them in what it refuses. */
export function slotFields(prefix: string): string[] {
  const fields = [prefix];
  for (let i = 0; i < slotsMost; i++)
    fields.push(`${prefix}/${i}`, `${prefix}/${i}/from`, `${prefix}/${i}/to`);
  return fields;
}

/** A day of the turn of the year as it is sent, "12-29"; undefined: it is no number. Whether there is such a
 * day the node says. */
export function monthDay(month: "12" | "01", typed: string): string | undefined {
  const text = typed.normalize("NFKC").trim();
  return /^\d{1,2}$/.test(text) ? `${month}-${text.padStart(2, "0")}` : undefined;
}

/** What was decided, as its kind keeps it; a value that is none is said as it stands. */
export type Decided =
  | { readonly at: "nothing" }
  | { readonly at: "week"; readonly week: HoursWeek }
  | { readonly at: "year-end"; readonly from: string | undefined; readonly to: string | undefined }
  | {
      readonly at: "day";
      readonly slots: readonly HoursSlot[];
      readonly isClosure: boolean;
      readonly title: string;
    }
  | { readonly at: "holiday"; readonly isHoliday: boolean; readonly name: string }
  | { readonly at: "text"; readonly text: string };

export function decidedOf(kind: string, value: string | undefined): Decided {
  if (value === undefined) return { at: "nothing" };
  const read = readObject(value);
  if (read === undefined) return { at: "text", text: value };
  switch (kind) {
    case "pattern":
      return { at: "week", week: read as unknown as HoursWeek };
    case "year_end":
      return { at: "year-end", from: textIn(read, "from"), to: textIn(read, "to") };
    case "day":
      return {
        at: "day",
        slots: (read["slots"] as HoursSlot[] | undefined) ?? [],
        isClosure: read["is_closure"] === true,
        title: textIn(read, "title") ?? "",
      };
    case "holiday":
      return {
        at: "holiday",
        isHoliday: read["is_holiday"] === true,
        name: textIn(read, "name") ?? "",
      };
    default:
      return { at: "text", text: value };
  }
}

function readObject(value: string): Record<string, unknown> | undefined {
  try {
    const read: unknown = JSON.parse(value);
    return typeof read === "object" && read !== null
      ? (read as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function textIn(read: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const found = read[name];
  return typeof found === "string" ? found : undefined;
}
