import type { LogExport, LogExportAsk } from "../wire.js";
import { fieldOfUtc } from "./time.js";

/** Whole days of Japan, "2026-06-01", both of them within. */
export interface Days {
  readonly from: string;
  readonly to: string;
}

const isDay = /^\d{4}-\d{2}-\d{2}$/;
const dayMs = 86_400_000;

/** The day some days on; "" for what is no day. */
export function dayAfter(day: string, n: number): string {
  const at = isDay.test(day) ? Date.parse(`${day}T00:00:00Z`) : NaN;
  return Number.isNaN(at) ? "" : new Date(at + n * dayMs).toISOString().slice(0, 10);
}

/** The Monday of the week a day is in. */
export function mondayOf(day: string): string {
  const at = new Date(`${day}T00:00:00Z`);
  return dayAfter(day, -((at.getUTCDay() + 6) % 7));
}

/** From the first moment of the first day to the one after the last: what the node asks for. */
export function instantsOf(days: Days): { from: string; to: string } | undefined {
  const after = dayAfter(days.to, 1);
  if (dayAfter(days.from, 0) === "" || after === "" || days.to < days.from) return undefined;
  const [from, to] = [days.from, after].map((day) => new Date(`${day}T00:00:00+09:00`));
  if (from === undefined || to === undefined) return undefined;
  return { from: from.toISOString(), to: to.toISOString() };
}

export type QuickName = "today" | "week" | "weekBefore" | "monthBefore";

/** Periods that are asked for often. */
export function quickDays(name: QuickName, now: Date): Days {
  const today = fieldOfUtc(now).slice(0, 10);
  switch (name) {
    case "today":
      return { from: today, to: today };
    case "week":
      return { from: dayAfter(today, -6), to: today };
    case "weekBefore": {
      const monday = dayAfter(mondayOf(today), -7);
      return { from: monday, to: dayAfter(monday, 6) };
    }
    case "monthBefore": {
      const last = dayAfter(`${today.slice(0, 8)}01`, -1);
      return { from: `${last.slice(0, 8)}01`, to: last };
    }
  }
}

export const logKinds = ["entry", "chat", "voice", "reaction", "lesson"] as const;
export type LogKind = (typeof logKinds)[number];

/** How the file shall be: what Excel opens stands first. */
export const logForms = ["bom", "sjis", "plain", "json"] as const;
export type LogForm = (typeof logForms)[number];

/** What every question to the logs has. */
export interface LogQuestion extends Days {
  readonly account: string; // "": everybody
  readonly floor: string; // "": all
  readonly reason: string;
}

export interface LogDraft extends LogQuestion {
  readonly kinds: readonly LogKind[];
  readonly form: LogForm;
  readonly isForGuests: boolean;
}

export function newQuestion(now: Date): LogQuestion {
  return { ...quickDays("week", now), account: "", floor: "", reason: "" };
}

export function newDraft(now: Date): LogDraft {
  return { ...newQuestion(now), kinds: ["entry"], form: "bom", isForGuests: false };
}

const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const reasonLeast = 4;

/** The fields that cannot go out as they are. */
export function lacking(question: LogQuestion): string[] {
  return [
    ...(instantsOf(question) === undefined ? ["/to"] : []),
    ...(question.account !== "" && !isId.test(question.account) ? ["/account"] : []),
    ...([...question.reason.trim()].length < reasonLeast ? ["/reason"] : []),
  ];
}

export function draftLacking(draft: LogDraft): string[] {
  return [...(draft.kinds.length === 0 ? ["/kinds"] : []), ...lacking(draft)];
}

/** What both questions send alike; not for one that lacks something. */
export function sentOf(question: LogQuestion): {
  from: string;
  to: string;
  reason: string;
  account?: string;
  floor?: string;
} {
  const { from, to } = instantsOf(question) ?? { from: "", to: "" };
  return {
    from,
    to,
    reason: question.reason.trim(),
    ...(question.account === "" ? {} : { account: question.account }),
    ...(question.floor === "" ? {} : { floor: question.floor }),
  };
}

export function askOf(draft: LogDraft, id: string): LogExportAsk {
  return {
    id,
    kinds: logKinds.filter((one) => draft.kinds.includes(one)),
    ...sentOf(draft),
    format: draft.form === "json" ? "json" : "csv",
    charset: draft.form === "sjis" ? "sjis" : "utf8",
    has_bom: draft.form === "bom",
    is_for_guests: draft.isForGuests,
  };
}

/** Why a second person must approve; undefined: nobody need. The node decides by the same rule. */
export function secondFor(
  question: LogQuestion,
  bulkDays: number,
): "everybody" | "long" | undefined {
  if (question.account === "") return "everybody";
  const period = instantsOf(question);
  if (period === undefined) return undefined;
  return Date.parse(period.to) - Date.parse(period.from) > bulkDays * dayMs ? "long" : undefined;
}

/** How a row of the list stands. */
export type ExportState = "waiting" | "ready" | "taken" | "searched" | "over";

export function exportState(one: Pick<LogExport, "act" | "state" | "n_files">): ExportState {
  if (one.act === "search") return "searched";
  switch (one.state) {
    case "waiting":
      return "waiting";
    case "over":
      return "over";
    case "approved":
      return one.n_files > 0 ? "taken" : "ready";
  }
}

/** The last day of a period that ends at an instant. */
export function lastDayOf(to: string): string {
  return fieldOfUtc(new Date(Date.parse(to) - 1)).slice(0, 10);
}

export function firstDayOf(from: string): string {
  return fieldOfUtc(new Date(from)).slice(0, 10);
}

/** "3 KB", "1.2 MB". */
export function sizeShown(nBytes: number): string {
  if (nBytes < 1000) return `${nBytes} B`;
  if (nBytes < 1_000_000) return `${Math.round(nBytes / 1000)} KB`;
  return `${(nBytes / 1_000_000).toFixed(1)} MB`;
}
