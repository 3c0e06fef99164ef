/** A prefecture's figures as the page shows them: pure, out of what the nodes gave. A sum is only compared
 * with one of the same nodes. */
import type {
  KpiCellOut,
  KpiMonth,
  Prefecture,
  PrefectureCell,
  PrefectureMonth,
  PrefectureNode,
  PrefectureSize,
  PrefectureSum,
} from "../wire.js";

export type Standing = PrefectureNode["standing"];
/** Why a node has no number where others have one. */
export type Lack = "hidden" | "absent" | "withdrawn";

export function sumOf(month: PrefectureMonth | undefined, kpi: string): PrefectureSum | undefined {
  return month?.sums.find((one) => one.kpi === kpi);
}

/** The sums of a month as a node's own page has its numbers, so that they are drawn alike; a median is no
 * sum and is left out, as is what no node shows. */
export function asMonth(month: PrefectureMonth, stage: KpiCellOut["part"]): KpiMonth {
  return {
    month: month.month,
    version: month.version,
    made_at: "",
    cells: month.sums.flatMap((one) =>
      one.num === undefined ? [] : [{ kpi: one.kpi, part: stage, num: one.num, den: one.den }],
    ),
  };
}

/** Months in which anything of the choice stands. */
export function monthsOf(of: Prefecture): readonly KpiMonth[] {
  return of.months.filter((one) => one.n_given > 0).map((one) => asMonth(one, of.stage));
}

/** Of which nodes that sum is; undefined: of none. */
export function coversOf(of: Prefecture, month: string, kpi: string): string | undefined {
  const sum = sumOf(
    of.months.find((one) => one.month === month),
    kpi,
  );
  return sum === undefined || sum.n_nodes === 0 ? undefined : sum.covers;
}

/** A letter a node, "1" for those that are meant. */
export function marked(
  nodes: readonly PrefectureNode[],
  letters: string,
): readonly PrefectureNode[] {
  return nodes.filter((_, i) => letters[i] === "1");
}

/** Those chosen whose figures of the month neither came nor were taken back. */
export function silentOf(of: Prefecture, month: PrefectureMonth): readonly PrefectureNode[] {
  return of.nodes.filter(
    (one, i) =>
      one.is_chosen &&
      (one.standing === "good" || one.standing === "late") &&
      month.has[i] !== "1" &&
      month.is_back[i] !== "1",
  );
}

/** A node's own number of the month, or why there is none. */
export function cellOfNode(
  of: Prefecture,
  month: PrefectureMonth,
  node: PrefectureNode,
  kpi: string,
): PrefectureCell | Lack {
  const cell = of.cells.find((one) => one.node === node.node && one.kpi === kpi);
  if (cell !== undefined) return cell.num === undefined ? "hidden" : cell;
  return month.is_back[of.nodes.indexOf(node)] === "1" ? "withdrawn" : "absent";
}

/** Bounds of a class of size, as people read numbers. */
export function sizeBounds(size: PrefectureSize): {
  readonly from: string;
  readonly under: string;
} {
  return { from: digits(size.from), under: digits(size.under) };
}

function digits(n: number): string {
  return n.toLocaleString("en-US");
}
