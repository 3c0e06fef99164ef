import type { WeeklyDelivery } from "../wire.js";
import { dayAfter, mondayOf } from "./logs.js";
import { fieldOfUtc } from "./time.js";

/** The Mondays of weeks that are over, the newest first. */
export function pastWeeks(now: Date, n: number): string[] {
  const monday = mondayOf(fieldOfUtc(now).slice(0, 10));
  return Array.from({ length: n }, (_, i) => dayAfter(monday, -7 * (i + 1)));
}

export function sundayOf(week: string): string {
  return dayAfter(week, 6);
}

export type MailState = "none" | "no-address" | "sending" | "sent" | "failed";

/** What became of the mail; "none": the receiver looks at the screen. */
export function mailState(
  of: Pick<WeeklyDelivery, "way" | "n_addresses" | "sent_at" | "is_failed">,
): MailState {
  if (of.way === "screen") return "none";
  if (of.n_addresses === 0) return "no-address";
  if (of.is_failed) return "failed";
  return of.sent_at === undefined ? "sending" : "sent";
}

/** Cells of a CSV (RFC 4180); a byte order mark goes. */
export function csvRows(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy;
  const body = text.replace(/^\uFEFF/, "");
  while (cell.lastIndex < body.length) {
    const found = cell.exec(body);
    if (found === null) break;
    row.push(found[1] === undefined ? (found[2] ?? "") : found[1].replace(/""/g, '"'));
    if (found[3] === ",") {
      if (cell.lastIndex === body.length) row.push("");
      else continue;
    }
    rows.push(row);
    row = [];
  }
  return rows;
}

export interface WeekOfPupil {
  readonly login: string;
  readonly name: string;
  readonly nLogins: number;
  readonly nVisits: number;
  readonly seconds: number;
  readonly nLessons: number;
  readonly isThere: boolean;
}

export interface WeekTotals {
  readonly pupils: readonly WeekOfPupil[];
  readonly nLogged: number;
  readonly nLogins: number;
  readonly nCame: number;
  readonly nVisits: number;
  readonly seconds: number;
  readonly nLessons: number;
}

/** Columns of the report's file (reporting/weekly_draw.c). A lesson alone says whether it counts; else a stay
 * alone has seconds, what goes on from before alone says so; who has no line stands there without a beginning. */
const at = {
  login: 0,
  name: 1,
  begin: 5,
  continued: 8,
  seconds: 10,
  counts: 14,
  nAll: 15,
} as const;

/** What the report's file comes to, by the same rules as its PDF (reporting/weekly_draw.c): what goes on from
 * before counts as time, not as another visit. `yes`: the file's word for it. undefined: not such a file. */
export function weekTotals(text: string, yes: string): WeekTotals | undefined {
  const [head = [], ...rows] = csvRows(text);
  if (head.length !== at.nAll) return undefined;
  const pupils = new Map<string, WeekOfPupil>();
  for (const row of rows) {
    const [login, name, begin, continued, seconds, counts] = (
      ["login", "name", "begin", "continued", "seconds", "counts"] as const
    ).map((one) => row[at[one]] ?? "") as [string, string, string, string, string, string];
    const so = pupils.get(login) ?? {
      login,
      name,
      nLogins: 0,
      nVisits: 0,
      seconds: 0,
      nLessons: 0,
      isThere: false,
    };
    if (counts !== "") {
      pupils.set(login, { ...so, nLessons: so.nLessons + (counts === yes ? 1 : 0) });
      continue;
    }
    const isNew = continued === "" ? 1 : 0;
    const isStay = seconds !== "";
    pupils.set(login, {
      ...so,
      nLogins: so.nLogins + (begin !== "" && !isStay ? isNew : 0),
      nVisits: so.nVisits + (isStay ? isNew : 0),
      seconds: so.seconds + (isStay ? Number(seconds) || 0 : 0),
      isThere: so.isThere || isStay,
    });
  }
  const all = [...pupils.values()];
  const sum = (of: (one: WeekOfPupil) => number): number => all.reduce((n, one) => n + of(one), 0);
  return {
    pupils: all,
    nLogged: all.filter((one) => one.nLogins > 0).length,
    nLogins: sum((one) => one.nLogins),
    nCame: all.filter((one) => one.isThere).length,
    nVisits: sum((one) => one.nVisits),
    seconds: sum((one) => one.seconds),
    nLessons: sum((one) => one.nLessons),
  };
}
