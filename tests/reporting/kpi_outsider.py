"""tests/reporting/kpi_outsider.py - what somebody who reads the released cells, and knows what they mean, can work
out of the hidden ones.

He does not know how the numbers hang together; he knows what children can be. Every kind of child that there can be
(a last contact so long ago, standing at that step, ...) is an unknown number, 0 or more, and each shown cell is an
equation over them. A hidden number is worked out as far as no whole numbers of children fit what is shown otherwise."""
import itertools

import numpy as np

from kpi_corners import Corners, Impossible, whole_most
from kpi_world import CELLS, COUNTS, PARTS, STAGES, contact_things, steps_things

ALONE_IN_TIMES = {"came": "visits", "called": "calls", "went back": "backs"}


def contact_kinds(n_days, n_before):
    kinds = set()
    for ago in (1, 8, 29, 30, 31, 40, 75, 91, None):
        for first, before, alone, regular, called in itertools.product((False, True), repeat=5):
            kinds.add(tuple(contact_things(ago, n_days, n_before, first, before, alone, regular, called)))
    return sorted(kinds)


def step_kinds():
    kinds = set()
    for at in range(-1, 5):
        for some in itertools.chain.from_iterable(itertools.combinations(range(5), r) for r in range(6)):
            if at < 0 or at in some:
                kinds.add(tuple(steps_things(at, set(some))))
    return sorted(kinds)


# What one child is in each of these respects; respects have nothing to do with each other but that each child is
# something in every one, and that who rose stands somewhere.
STEPS = step_kinds()
OTHER_RESPECTS = {
    "steps": STEPS,
    "rising": [("-at none",), ("rose",), ()],
    "coming": [(), ("came",), ("came", "stayed")],
    "class": [(), ("class",)],
    "back": [(), ("went back",)],
}


class Month:
    """The unknowns of one month and what each is counted in."""

    def __init__(self, n_days, n_before, only=None):
        respects = {"contact": contact_kinds(n_days, n_before), **OTHER_RESPECTS}
        self.counts = []  # of each unknown: (part, respect, things)
        for stage in STAGES:
            for respect, kinds in respects.items():
                if only is None or respect in only:
                    self.counts += [(stage, respect, kind) for kind in kinds]
            self.counts.append((stage, "size", ("size",)))
            if only is None:
                self.counts += [(stage, "times", (times,)) for times in ALONE_IN_TIMES.values()]
        self.n = len(self.counts)
        self.respects = [r for r in respects if only is None or r in only]
        self.of = {}  # (thing, part): coefficients
        for j, (stage, _, things) in enumerate(self.counts):
            for thing in things:
                for part in ("all", stage):
                    self.of.setdefault((thing, part), np.zeros(self.n))[j] += 1
        if only is None:  # who came visited once at least
            for thing, times in ALONE_IN_TIMES.items():
                for part in PARTS:
                    self.of[times, part] = self.of[times, part] + self.of[thing, part]

    def fixed(self):
        """What holds of whatever children there are."""
        rows = []
        for stage in STAGES:
            for respect in self.respects:
                c = np.zeros(self.n)
                for j, (s, r, _) in enumerate(self.counts):
                    if s == stage and r == respect:
                        c[j] = 1
                rows.append((c - self.of["size", stage], 0))
            if "rising" in self.respects:
                rows.append((self.of["at none", stage] - self.of["-at none", stage], 0))
        return rows

    def shown(self, cells, hidden):
        """The equations of what is shown."""
        values = {}
        for (name, part), (num, den) in cells.items():
            if (name, part) in hidden:
                continue
            for thing, value in ((CELLS[name][0], num), (CELLS[name][1], den)):
                if thing is not None and (thing, part) in self.of:
                    values[thing, part] = value
        if not any(("rolls", part) in self.of for part in PARTS):
            return []
        return [(self.of[key], value) for key, value in sorted(values.items())]

    def numbers(self, hidden):
        """Of each hidden cell its num, den and rest, as coefficients."""
        for name, part in sorted(hidden):
            num, den = CELLS[name]
            if (den, part) not in self.of or (num is not None and (num, part) not in self.of):
                continue
            yield (name, part, "den"), self.of[den, part]
            if num is not None:
                yield (name, part, "num"), self.of[num, part]
                if name not in COUNTS:
                    yield (name, part, "rest"), self.of[den, part] - self.of[num, part]


# ---- solving ----

def without_known(rows, n):
    """What a shown 0, or a row of one unknown, settles: (rows left, settled values or nan)."""
    value = np.full(n, np.nan)
    rows = [(c.copy(), float(r)) for c, r in rows]
    moved = True
    while moved:
        moved, left = False, []
        for c, r in rows:
            some = np.nonzero(c)[0]
            settled = some[~np.isnan(value[some])]
            if len(settled):
                r -= c[settled] @ value[settled]
                c[settled] = 0
                some = np.nonzero(c)[0]
            if not len(some):
                if abs(r) > 1e-9:
                    raise Impossible
            elif len(some) == 1:
                value[some[0]] = r / c[some[0]]
                moved = True
            elif r == 0 and ((c[some] > 0).all() or (c[some] < 0).all()):
                value[some] = 0
                moved = True
            else:
                left.append((c, r))
        rows = left
    if (value < 0).any() or (np.abs(value - np.round(value))[~np.isnan(value)] > 1e-9).any():
        raise Impossible
    return rows, value


def islands(rows, n):
    """Rows that share an unknown belong together: [(columns, rows)]."""
    root = list(range(n))

    def find(i):
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    for c, _ in rows:
        some = np.nonzero(c)[0]
        for j in some[1:]:
            root[find(int(j))] = find(int(some[0]))
    groups = {}
    for c, r in rows:
        groups.setdefault(find(int(np.nonzero(c)[0][0])), []).append((c, r))
    for key, group in groups.items():
        yield np.array([j for j in range(n) if find(j) == key]), group


TRIES = 12


class Island:
    """Unknowns that hang together, and the sums of them that are asked for."""

    def __init__(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.corners = Corners(rows, len(columns))
        self.aims, self.least_seen, self.most_seen = None, None, None
        self.n_branched = 0
        self.dice = np.random.default_rng(1)

    def want(self, aims):
        self.aims = np.array(aims)
        self.least_seen, self.most_seen = np.full(len(aims), np.inf), np.full(len(aims), -np.inf)
        self.see(self.corners.here())

    def see(self, x):
        """A whole corner shows something of every sum."""
        if np.abs(x - np.round(x)).max(initial=0) < 1e-5:
            values = self.aims @ np.round(x)
            self.least_seen = np.minimum(self.least_seen, values)
            self.most_seen = np.maximum(self.most_seen, values)

    def least(self, i, enough):
        if self.least_seen[i] <= enough:
            return self.least_seen[i]
        return -self._most(-self.aims[i], -enough, lambda: self.least_seen[i] <= enough)

    def most(self, i, enough):
        if self.most_seen[i] >= enough:
            return self.most_seen[i]
        return self._most(self.aims[i], enough, lambda: self.most_seen[i] >= enough)

    def _most(self, aim, enough, is_seen):
        end = self.corners.raise_(aim, enough, self.see)
        x = self.corners.here()
        if np.isinf(end) or is_seen() or np.abs(x - np.round(x)).max(initial=0) < 1e-5:
            return end
        # The corner is not whole: one beside it may be, on the way to some other aim as well.
        for _ in range(TRIES):
            self.corners.raise_(20 * aim + self.dice.standard_normal(len(aim)), see=self.see, steps_most=60)
            if is_seen():
                return enough
        self.n_branched += 1
        return whole_most(self.rows, len(self.columns), aim, enough, self.see)


class Outsider:
    """Which of 1 .. k - 1 a hidden number may still be."""

    def __init__(self, rows, n, k):
        self.k = k
        rows, self.value = without_known(rows, n)
        self.of = np.full(n, -1)  # the island of each unknown
        self.islands = []
        for columns, group in islands(rows, n):
            self.of[columns] = len(self.islands)
            self.islands.append(Island(columns, [(c[columns], r) for c, r in group]))

    def ask(self, numbers):
        """{name: (low, high)} of those of which some but not all of 1 .. k - 1 are possible, and how often it
        branched."""
        asked = [{} for _ in self.islands]  # {aim: (its number there)}
        sums = []
        for name, aim in numbers:
            base = aim @ np.nan_to_num(self.value)
            open_ = np.isnan(self.value) & (aim != 0)
            parts = []
            for i in sorted(set(self.of[open_].tolist()) - {-1}):
                cut = aim[self.islands[i].columns]
                parts.append((i, asked[i].setdefault(cut.tobytes(), (len(asked[i]), cut))[0]))
            has_end = not (self.of[open_] < 0).any()  # else an unknown that stands in no row
            sums.append((name, base, parts, has_end))
        for island, aims in zip(self.islands, asked):
            if aims:
                island.want([cut for _, cut in aims.values()])
        tight = {}
        for name, base, parts, has_end in sums:
            low, high = self._ends(base, parts, has_end)
            if high >= 1 and low <= self.k - 1 and not (low <= 1 and high >= self.k - 1):
                tight[name] = (float(low), float(high))
        return tight, sum(i.n_branched for i in self.islands)

    def _ends(self, base, parts, has_end):
        """Exact, or as far as the rule asks; islands do not meet, so their ends add up."""
        one = len(parts) == 1
        low = base + sum(self.islands[i].least(j, 1 - base if one else -np.inf) for i, j in parts)
        high = np.inf
        if has_end:
            high = base + sum(self.islands[i].most(j, self.k - 1 - base if one else np.inf) for i, j in parts)
        return np.ceil(low - 1e-5), np.floor(high + 1e-5)


def of_small(tight, cells_of, k):
    """What is not small is no secret, however close it is known: it is hidden for others' sake."""
    kept = {}
    for (*before, name, part, number), ends in tight.items():
        num, den = cells_of(*before)[name, part]
        if 1 <= {"num": num, "den": den, "rest": den - num}[number] < k:
            kept[(*before, name, part, number)] = ends
    return kept


def audit_month(n_days, n_before, cells, hidden, k):
    """({(name, part, number): (low, high)} of the small numbers of which some of 1 .. k - 1 can be left out,
    branchings)."""
    month = _month(n_days, n_before, None)
    outsider = Outsider(month.fixed() + month.shown(cells, hidden), month.n, k)
    tight, branched = outsider.ask(month.numbers(hidden))
    return of_small(tight, lambda: cells, k), branched


def audit_pair(before, now, k):
    """Two months in a row, each (n_days, n_before, cells, hidden), taken for the same children: who was met in the
    first is who "was met the month before" in the second. None: they cannot be the same children."""
    months = [_month(m[0], m[1], ("contact",)) for m in (before, now)]
    n = months[0].n + months[1].n

    def wide(rows, i):
        pads = [np.zeros(months[0].n), np.zeros(months[1].n)]
        return [(np.concatenate([c, pads[1]] if i == 0 else [pads[0], c]), r) for c, r in rows]

    rows = []
    for i, m in enumerate((before, now)):
        rows += wide(months[i].fixed() + months[i].shown(m[2], m[3]), i)
    for stage in STAGES:
        rows.append((np.concatenate([months[0].of["met", stage], -months[1].of["met before", stage]]), 0))
    try:
        outsider = Outsider(rows, n, k)
    except Impossible:
        return None, 0
    asked = []
    for i, m in enumerate((before, now)):
        for name, aim in months[i].numbers(m[3]):
            asked.append(((i, *name), wide([(aim, 0)], i)[0][0]))
    tight, branched = outsider.ask(asked)
    return of_small(tight, lambda i: (before, now)[i][2], k), branched


_months = {}


def _month(n_days, n_before, only):
    key = (n_days, n_before, only)
    if key not in _months:
        _months[key] = Month(*key)
    return _months[key]
