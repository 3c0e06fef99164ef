/** The figures of months, as the page shows them: pure, out of what the node counted. */
import type { KpiCellOut, KpiDefinition, KpiMonth } from "../wire.js";

export type Part = KpiCellOut["part"];
export type Stage = KpiDefinition["stage"];
/** The order of the page: how to tie, how to keep tied, what comes after; attendance apart, last. */
export const stages: readonly Stage[] = ["tie", "keep", "after", "apart"];
export const parts: readonly Part[] = ["all", "elementary", "junior", "other"];
/** Of the picture of the steps; before them stand those at none yet. */
export const steps = ["none", "0", "1", "2", "3", "4"] as const;

/** The definitions by which a month was counted, in their order. */
export function defsOf(
  defs: readonly KpiDefinition[],
  month: KpiMonth,
  stage: Stage,
): readonly KpiDefinition[] {
  return defs.filter(
    (one) =>
      one.stage === stage &&
      one.from_version <= month.version &&
      (one.until_version === 0 || month.version <= one.until_version),
  );
}

export function cellOf(
  month: KpiMonth | undefined,
  kpi: string,
  part: Part,
): KpiCellOut | undefined {
  return month?.cells.find((one) => one.kpi === kpi && one.part === part);
}

/** Each month once, the newest first, by its newest definitions. */
export function monthsOf(all: readonly KpiMonth[]): readonly KpiMonth[] {
  return all.filter((one, i) => all.findIndex((other) => other.month === one.month) === i);
}

/** The month before in the calendar, if it was counted. */
export function monthBefore(all: readonly KpiMonth[], month: string): KpiMonth | undefined {
  const [year = 0, n = 1] = month.split("-").map(Number);
  const before = n === 1 ? `${year - 1}-12` : `${year}-${String(n - 1).padStart(2, "0")}`;
  return all.find((one) => one.month === before);
}

/** Per cent to a tenth, halves up, as the file says it; undefined: there is nobody to count of. */
export function percentOf(cell: KpiCellOut | undefined): number | undefined {
  if (cell === undefined || cell.den === 0) return undefined;
  return Math.floor((cell.num * 2000 + cell.den) / (cell.den * 2)) / 10;
}

/** What stands in big letters; undefined is shown as a dash. */
export function shownOf(def: KpiDefinition, cell: KpiCellOut | undefined): number | undefined {
  if (cell === undefined) return undefined;
  if (def.form === "share") return percentOf(cell);
  return def.form === "median" && cell.den === 0 ? undefined : cell.num;
}

/** How many children stand behind a number. */
export function behind(def: KpiDefinition, cell: KpiCellOut | undefined): number {
  if (cell === undefined) return 0;
  return def.form === "share" ? cell.num : cell.den;
}

export interface TrendPoint {
  readonly month: string;
  /** Per cent of each series; undefined: not counted, or of nobody. */
  readonly values: readonly (number | undefined)[];
  /** Of whom each number is, where that may change from month to month. */
  readonly covers: readonly (string | undefined)[];
}

/** The oldest first; months between that were not counted have a place of their own. */
export function trendOf(
  all: readonly KpiMonth[],
  kpis: readonly string[],
  part: Part,
  coversOf: (month: string, kpi: string) => string | undefined = () => undefined,
): TrendPoint[] {
  const sorted = [...monthsOf(all)].sort((a, b) => (a.month < b.month ? -1 : 1));
  const [first, last] = [sorted[0]?.month, sorted.at(-1)?.month];
  const points: TrendPoint[] = [];
  for (let at = first; at !== undefined && last !== undefined && at <= last; at = monthAfter(at)) {
    const found = sorted.find((one) => one.month === at);
    const month = at;
    points.push({
      month,
      values: kpis.map((kpi) => percentOf(cellOf(found, kpi, part))),
      covers: kpis.map((kpi) => coversOf(month, kpi)),
    });
  }
  return points;
}

export function monthAfter(month: string): string {
  const [year = 0, n = 1] = month.split("-").map(Number);
  return n === 12 ? `${year + 1}-01` : `${year}-${String(n + 1).padStart(2, "0")}`;
}

/** Runs of points that lie side by side: a line is drawn neither over a month that is missing nor from a sum
 * of some to a sum of others. */
export function runsOf(
  points: readonly TrendPoint[],
  series: number,
): readonly (readonly (readonly [n: number, percent: number])[])[] {
  const runs: [number, number][][] = [];
  let isOpen = false;
  points.forEach((point, n) => {
    const value = point.values[series];
    if (point.covers[series] !== points[n - 1]?.covers[series]) isOpen = false;
    if (value === undefined) isOpen = false;
    else if (isOpen) runs.at(-1)?.push([n, value]);
    else {
      runs.push([[n, value]]);
      isOpen = true;
    }
  });
  return runs;
}

/** "2026-05" as people read it. */
export function monthShown(month: string, english: boolean): string {
  const form = { timeZone: "UTC", year: "numeric", month: english ? "short" : "long" } as const;
  return new Intl.DateTimeFormat(english ? "en-GB" : "ja-JP", form).format(firstOf(month));
}

/** The year of its era (the first is 元年). */
export function eraShown(month: string): string {
  const form = { timeZone: "UTC", era: "long", year: "numeric", month: "long" } as const;
  const parts = new Intl.DateTimeFormat("ja-JP-u-ca-japanese", form).formatToParts(firstOf(month));
  const until = parts.findIndex((one) => one.type === "month");
  return parts
    .slice(0, until)
    .map((one) => one.value)
    .join("");
}

function firstOf(month: string): Date {
  return new Date(`${month}-01T00:00:00Z`);
}
