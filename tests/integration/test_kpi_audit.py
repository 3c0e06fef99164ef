#!/usr/bin/python3
"""What a prefecture that reads the released figures can work out of the hidden ones: nothing below what the rule allows,
in any of 50 made-up prefectures (tests/reporting; `make kpi-audit` goes through 1,000 of them and all twelve months)."""
# tests/run: beside 420
import collections
import os
import random
import subprocess
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [f"{ROOT}/tests", f"{ROOT}/tests/reporting"]
from kpi_audit import KS, Mask, audit_town  # noqa: E402
from kpi_corners import Corners, Impossible, whole_most  # noqa: E402
from kpi_outsider import audit_month, audit_pair  # noqa: E402
from kpi_world import BEFORE_DAYS, CELLS, MONTH_DAYS, PARTS, prefecture  # noqa: E402
from lib.t import case, main  # noqa: E402

BUILD = os.environ.get("IBASHO_BUILD", "build/debug")
PROGRAM = f"{ROOT}/{BUILD}/kpi-mask-say"
N_PREFECTURES, N_MONTHS = 50, 2


def mask():
    subprocess.run(["make", "--no-print-directory", "-s", f"FLAVOUR={os.path.basename(BUILD)}",
                    f"{BUILD}/kpi-mask-say"], cwd=ROOT, check=True)
    return Mask(PROGRAM)


@case
def kpi_audit_finds_nothing_known_too_closely(t):
    t.req("CARD-5")
    program, total, dice = mask(), collections.Counter(), random.Random(1)
    for i in range(N_PREFECTURES):
        first = dice.randrange(12 - N_MONTHS + 1)
        town = dice.choice(prefecture(f"test {i}"))
        count, found = audit_town(town, range(first, first + N_MONTHS), program, KS[i % len(KS)])
        total += count
        t.eq(found, [], f"prefecture {i}")
    program.end()
    t.note(", ".join(f"{what} {n}" for what, n in sorted(total.items())))
    t.eq(total["undecided"], 0, "every question had an answer")
    t.eq(total["months"], N_PREFECTURES * N_MONTHS, "months")
    t.ok(total["pairs"] > N_PREFECTURES // 3, "months that may be of the same children", total["pairs"])
    t.ok(total["shown"] > total["cells"] // 5, "a mask that hides all is none", total["shown"])
    t.ok(total["known by the naive rule"] > 100, "the naive rule gives away", total["known by the naive rule"])


def everybody(n):
    """Cells of a town in which all children are met each week, come, and stand at step 1: n by part."""
    same = {"rolls", "tied 7", "tied 30", "tied 90", "met", "met before", "met again", "regular", "came", "stayed",
            "visits", "at 1", "reached 0", "reached 1"}
    return {(name, part): (n[part] if num in same else 0, n[part] if den in same else 0)
            for name, (num, den) in CELLS.items() for part in PARTS}


def moved(cells, n, stage, names):
    """n of a stage less in the num of each of those, more where the name begins with +."""
    cells = dict(cells)
    for part in ("all", stage):
        for name in names:
            key, sign = (name.lstrip("+/"), part), 1 if name[0] == "+" else -1
            num, den = cells[key]
            cells[key] = (num, den + sign * n) if name[0] == "/" else (num + sign * n, den)
    return cells


ISOLATED = ("+isolation_30", "connection_30", "+isolation_7", "connection_7", "/first", "continuity", "regular")


@case
def kpi_audit_sees_what_a_careless_mask_tells(t):
    """By hand: 2 of 20 isolated, so 18 connected; all that tells of it is told one by one."""
    t.req("CARD-5")
    n = {"all": 50, "elementary": 20, "junior": 30, "other": 0}
    cells = moved(moved(everybody(n), 2, "elementary", ISOLATED), 10, "junior", ISOLATED)
    month = (30, 31)
    program = mask()
    shown = program.shown(30, cells, 5, False)
    program.end()
    hidden = {key for key, how in shown.items() if how != "shown"}
    t.eq(audit_month(*month, cells, hidden, 5)[0], {}, "masked")
    for told in (("isolation_30", "junior"), ("connection_30", "junior"), ("first", "elementary")):
        known = audit_month(*month, cells, hidden - {told}, 5)[0]
        t.eq(known.get(("isolation_30", "elementary", "num")), (2, 2), f"by {told}")


@case
def kpi_audit_sees_what_the_next_month_tells(t):
    """18 of 20 were met in June, which June hides; July says whom of them it met again: 18 of 18."""
    t.req("CARD-5")
    n = {"all": 50, "elementary": 20, "junior": 30, "other": 0}
    june = moved(everybody(n), 2, "elementary", ISOLATED)
    july = moved(everybody(n), 2, "elementary", ("continuity", "/continuity"))
    program = mask()
    shown = [program.shown(30, june, 5, False), program.shown(31, july, 5, True)]
    alone = program.shown(31, july, 5, False)
    program.end()
    hidden = [{key for key, how in s.items() if how != "shown"} for s in (*shown, alone)]
    t.eq(audit_pair((30, 31, june, hidden[0]), (31, 30, july, hidden[1]), 5)[0], {}, "masked beside June")
    known = audit_pair((30, 31, june, hidden[0]), (31, 30, july, hidden[2]), 5)[0]
    t.eq(known.get((0, "isolation_30", "elementary", "num")), (2, 2), "masked by itself")


@case
def kpi_audit_solves_by_hand(t):
    """a + b = 3, a + c = 3, b + c = 3 has the only corner 1.5 each, which is no number of children; with a slack
    of one there is room for whole ones."""
    import numpy as np
    rows = [(np.array(c, float), 3) for c in ([1, 1, 0], [1, 0, 1], [0, 1, 1])]
    aim = np.array([1.0, 0, 0])
    t.eq(Corners(rows, 3).raise_(aim), 1.5, "the corner")
    t.eq(whole_most(rows, 3, aim, np.inf, lambda x: None), -np.inf, "no whole numbers fit")
    rows = [(np.array([*c, *s], float), 3) for c, s in zip(([1, 1, 0], [1, 0, 1], [0, 1, 1]), np.eye(3))]
    t.eq(whole_most(rows, 6, np.array([1.0, 1, 1, 0, 0, 0]), np.inf, lambda x: None), 4, "4 of 4.5")
    try:
        Corners([(np.array([1.0, 1]), 3), (np.array([1.0, 1]), 4)], 2)
        t.ok(False, "3 is not 4")
    except Impossible:
        t.ok(True, "3 is not 4")


@case
def kpi_audit_the_mask_refuses_what_cannot_be(t):
    t.req("CARD-5")
    n = {"all": 50, "elementary": 20, "junior": 30, "other": 0}
    program = mask()
    for what, cells in (("negative", {("visits", "all"): (-1, 50)}), ("more than all", {("class", "all"): (51, 50)}),
                        ("not 100 %", {("isolation_90", "all"): (7, 50)})):
        answer = program.ask(30, {**everybody(n), **cells}, 5, False)
        t.eq(answer.get("refused"), "invalid", what)
    answer = program.ask(27, everybody(n), 5, False)
    t.eq(answer.get("refused"), "invalid", "no month has 27 days")
    t.eq(sum(MONTH_DAYS), 365, "a year of months")
    t.eq(len(BEFORE_DAYS), 12, "each with one before it")
    program.end()


if __name__ == "__main__":
    main(__file__)
