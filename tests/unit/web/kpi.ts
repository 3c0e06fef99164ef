/** The figures of months as the page shows them (KP-2-1, KP-2-4-5, KP-2-5, KP-3-KPI-1, HI-4.3-6). */
import {
  behind,
  cellOf,
  defsOf,
  eraShown,
  monthBefore,
  monthShown,
  monthsOf,
  percentOf,
  runsOf,
  shownOf,
  stages,
  trendOf,
} from "../../../node/web/src/state/kpi.js";
import type { KpiCellOut, KpiDefinition, KpiMonth } from "../../../node/web/src/wire.js";
import { suite } from "../../browser/t.ts";

const test = suite(import.meta.filename);

function def(id: string, more: Partial<KpiDefinition> = {}): KpiDefinition {
  return {
    id,
    from_version: 1,
    until_version: 0,
    stage: "tie",
    form: "share",
    requirement: "",
    name: "",
    text: "",
    name_en: "",
    text_en: "",
    ...more,
  };
}
function cell(kpi: string, num: number, den: number): KpiCellOut {
  return { kpi, part: "all", num, den };
}
function month(name: string, cells: KpiCellOut[] = [], version = 1): KpiMonth {
  return { month: name, version, made_at: "2026-06-04T00:00:00Z", cells };
}

test("numbers_of_nobody_are_no_zero", (t) => {
  t.req("KP-2-1");
  t.eq(percentOf(cell("a", 1, 3)), 33.3, "to a tenth");
  t.eq(percentOf(cell("a", 1, 8)), 12.5, "exact");
  t.eq(percentOf(cell("a", 1, 2000)), 0.1, "halves go up, as in the file");
  t.eq(percentOf(cell("a", 0, 0)), undefined, "of nobody");
  t.eq(shownOf(def("a", { form: "median" }), cell("a", 0, 0)), undefined, "no median");
  t.eq(shownOf(def("a", { form: "median" }), cell("a", 0, 1)), 0, "a median of no days");
  t.eq(shownOf(def("a", { form: "count" }), cell("a", 0, 0)), 0, "a count of none");
  t.eq(shownOf(def("a"), undefined), undefined, "not counted then");
  t.eq(
    [behind(def("a"), cell("a", 2, 5)), behind(def("a", { form: "count" }), cell("a", 9, 4))],
    [2, 4],
    "children, not times",
  );
});

test("definitions_are_those_of_the_month", (t) => {
  t.req("KP-0-1, HI-4.3-6, KP-2-5");
  const defs = [
    def("old", { until_version: 1 }),
    def("new", { from_version: 2 }),
    def("days", { stage: "apart" }),
  ];
  const ids = (version: number): string[] =>
    stages
      .flatMap((stage) => defsOf(defs, month("2026-05", [], version), stage))
      .map((one) => one.id);
  t.eq(ids(1), ["old", "days"], "of the first set, attendance last");
  t.eq(ids(2), ["new", "days"], "of the second");
  const both = [month("2026-05", [], 2), month("2026-05", [], 1), month("2026-04")];
  t.eq(
    monthsOf(both).map((one) => [one.month, one.version]),
    [
      ["2026-05", 2],
      ["2026-04", 1],
    ],
    "a month once, by its newest set",
  );
});

test("a_trend_has_gaps_where_nothing_was_counted", (t) => {
  t.req("KP-3-KPI-1");
  const all = [
    month("2027-02", [cell("a", 1, 2), cell("b", 0, 0)]),
    month("2026-12", [cell("a", 1, 4), cell("b", 1, 1)]),
    month("2026-11", [cell("a", 0, 4)]),
  ];
  const points = trendOf(all, ["a", "b"], "all");
  t.eq(
    points.map((one) => [one.month, ...one.values]),
    [
      ["2026-11", 0, undefined],
      ["2026-12", 25, 100],
      ["2027-01", undefined, undefined],
      ["2027-02", 50, undefined],
    ],
    "each month has its place",
  );
  t.eq(
    runsOf(points, 0),
    [
      [
        [0, 0],
        [1, 25],
      ],
      [[3, 50]],
    ],
    "no line over what is missing",
  );
  t.eq(runsOf(points, 1), [[[1, 100]]], "one point");
  t.eq(trendOf([], ["a"], "all"), [], "nothing yet");
  t.eq(monthBefore(all, "2027-01")?.month, "2026-12", "over the year's end");
  t.eq(monthBefore(all, "2027-02"), undefined, "not counted");
  t.eq(cellOf(all[0], "a", "junior"), undefined, "no such part");
  t.eq(monthShown("2026-05", false), "2026年5月", "as in a sentence");
  t.eq([eraShown("2026-05"), eraShown("2019-05")], ["令和8年", "令和元年"], "by eras");
  t.eq(monthShown("2026-05", true), "May 2026", "English");
});
