/** A prefecture's figures as the page shows them (CARD-7): whose a sum is, why there is none. */
import { runsOf, trendOf } from "../../../node/web/src/state/kpi.js";
import {
  asMonth,
  cellOfNode,
  coversOf,
  marked,
  monthsOf,
  silentOf,
  sizeBounds,
} from "../../../node/web/src/state/prefecture.js";
import type {
  Prefecture,
  PrefectureMonth,
  PrefectureNode,
  PrefectureSum,
} from "../../../node/web/src/wire.js";
import { suite } from "../../browser/t.ts";

const test = suite(import.meta.filename);

function node(id: string, more: Partial<PrefectureNode> = {}): PrefectureNode {
  return {
    node: id as PrefectureNode["node"],
    name: id,
    size: 1,
    is_chosen: true,
    is_member: true,
    standing: "good",
    ...more,
  };
}
function sum(kpi: string, covers: string, num?: number): PrefectureSum {
  const n = covers.replaceAll("0", "").length;
  return { kpi, covers, n_nodes: n, den: n * 10, ...(num === undefined ? {} : { num }) };
}
function month(
  name: string,
  sums: PrefectureSum[],
  has = "1100",
  is_back = "0010",
): PrefectureMonth {
  return { month: name, version: 1, n_given: sums.length === 0 ? 0 : 2, has, is_back, sums };
}
const here: Prefecture = {
  from: "2026-05",
  to: "2026-08",
  stage: "all",
  hide_under: 5,
  there: [],
  sizes: [],
  definitions: [],
  nodes: [node("a"), node("b"), node("c"), node("d", { standing: "late" })],
  months: [
    month("2026-08", [
      sum("isolation_30", "1100", 5),
      sum("days_1", "1100"),
      sum("came", "0000", 0),
    ]),
    month("2026-07", [sum("isolation_30", "1100", 6)]),
    month("2026-06", [sum("isolation_30", "1000", 3)]),
    month("2026-05", [], "0000", "0000"),
  ],
  cells: [
    { node: "a" as PrefectureNode["node"], kpi: "isolation_30", num: 5, den: 20 },
    { node: "b" as PrefectureNode["node"], kpi: "isolation_30" },
  ],
  left: [],
};
const newest = here.months[0] as PrefectureMonth;

test("a_line_is_broken_where_the_nodes_of_a_sum_change", (t) => {
  t.req("CARD-7");
  const points = trendOf(monthsOf(here), ["isolation_30"], "all", (m, kpi) =>
    coversOf(here, m, kpi),
  );
  t.eq(
    points.map((one) => one.month),
    ["2026-06", "2026-07", "2026-08"],
    "months that anything came of",
  );
  t.eq(
    runsOf(points, 0).map((run) => run.map(([n]) => n)),
    [[0], [1, 2]],
    "of one node, then of two",
  );
  t.eq(points[0]?.covers, ["1000"], "and whose it is");
  t.eq(coversOf(here, "2026-08", "came"), undefined, "of nobody");
});

test("a_sum_is_drawn_as_a_number_and_a_median_is_not", (t) => {
  t.req("CARD-7, KP-2-4-5");
  t.eq(
    asMonth(newest, "junior").cells,
    [
      { kpi: "isolation_30", part: "junior", num: 5, den: 20 },
      { kpi: "came", part: "junior", num: 0, den: 0 },
    ],
    "of the stage that was asked for; days are left out",
  );
});

test("each_lack_has_its_reason", (t) => {
  t.req("CARD-7");
  const of = (n: number): unknown =>
    cellOfNode(here, newest, here.nodes[n] as PrefectureNode, "isolation_30");
  t.eq(of(0), here.cells[0], "shown");
  t.eq([of(1), of(2), of(3)], ["hidden", "withdrawn", "absent"], "small, taken back, not here");
  t.eq(
    marked(here.nodes, newest.is_back).map((one) => one.name),
    ["c"],
    "who took it back",
  );
  t.eq(
    silentOf(here, newest).map((one) => one.name),
    ["d"],
    "who is still to come",
  );
  for (const standing of ["ended", "new"] as const) {
    const away = { ...here, nodes: [...here.nodes.slice(0, 3), node("d", { standing })] };
    t.eq(silentOf(away, newest), [], `nobody waits for one whose contract has ${standing}`);
  }
});

test("sizes_are_told_as_people_write_numbers", (t) => {
  t.eq(sizeBounds({ size: 1, from: 2000, under: 25000 }), { from: "2,000", under: "25,000" }, "");
});
