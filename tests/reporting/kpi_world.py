"""tests/reporting/kpi_world.py - made-up prefectures: towns of children who are met, come, take part, move on and
away over twelve months, counted by the definitions of reporting/kpi/kpi_def.c as this file reads them.

Only the words of the definitions were read for it; it shares nothing with the C code but their names. Of a child and
a month it keeps which things it is counted in ("met", "at_2"); a cell is how many children of a part are counted in
one thing, out of another."""
import random

PARTS = ("all", "elementary", "junior", "other")
STAGES = PARTS[1:]
MONTH_DAYS = (30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 28, 31)  # April to March
BEFORE_DAYS = (31,) + MONTH_DAYS[:-1]

# name: (num, den); times are things that a child may be counted in more than once.
CELLS = {
    "isolation_30": ("alone 30", "rolls"), "isolation_7": ("alone 7", "rolls"), "isolation_90": ("alone 90", "rolls"),
    "connection_30": ("tied 30", "rolls"), "connection_7": ("tied 7", "rolls"), "connection_90": ("tied 90", "rolls"),
    "first": ("first", "met"), "first_unsupported": ("first alone", "first"), "outreach": ("calls", "called"),
    "continuity": ("met again", "met before"), "regular": ("regular", "rolls"), "came": ("came", "rolls"),
    "stayed": ("stayed", "came"), "visits": ("visits", "came"), "class": ("class", "rolls"),
    "at_none": ("at none", "rolls"), **{f"at_{i}": (f"at {i}", "rolls") for i in range(5)},
    **{f"days_{i}": (None, f"reached {i}") for i in range(5)},
    "rose": ("rose", "rolls"), "back": ("backs", "went back"),
}
COUNTS = ("outreach", "visits", "back")
MEDIANS = tuple(f"days_{i}" for i in range(5))


def steps_things(at, reached):
    """Where a child stands (-1: nowhere), and which steps it has ever reached."""
    things = ["at none" if at < 0 else f"at {at}"]
    things += ["reached 0"] if 0 in reached else []
    return things + [f"reached {i}" for i in range(1, 5) if {i - 1, i} <= reached]


def contact_things(ago, n_days, n_before, is_first, was_before, is_alone, is_regular, is_called):
    """ago: days since the last contact, None: never. The rest is only asked where the days leave it open."""
    things = ["rolls"] + [f"{'tied' if ago is not None and ago <= w else 'alone'} {w}" for w in (7, 30, 90)]
    if ago is not None and ago <= n_days:
        things += ["met"] + (["first"] if is_first else []) + (["first alone"] if is_first and is_alone else [])
        things += ["met before", "met again"] if was_before and not is_first else []
        things += ["regular"] if is_regular and ago <= 28 else []
    elif ago is not None and ago <= n_days + n_before:
        things += ["met before"]
    if is_called and (ago is None or (ago <= n_days and is_first)):
        things += ["called"]
    return things


class Child:
    def __init__(self, dice, month):
        self.stage = dice.choices(STAGES, (8, 11, dice.choice((0, 1))))[0]
        self.is_here = True
        self.since = month
        self.often = dice.choice((0, 0.02, 0.1, 0.4, 0.95))
        self.contacts = []  # days, counted from the first of April
        self.at, self.reached, self.support = -1, set(), dice.random() < 0.4
        self.comes = dice.choice((0, 0.3, 0.9))

    def live(self, dice, begin, n_days):
        """A month goes by; returns what the child is counted in, a list with repeats."""
        end, stood = begin + n_days, self.at
        self.contacts += [d for d in range(begin, end) if dice.random() < self.often / 5]
        self.contacts = [d for d in self.contacts if d >= end - 400]
        before = self.contacts and min(self.contacts) < begin
        n_before = 31 if begin == 0 else BEFORE_DAYS[[sum(MONTH_DAYS[:m]) for m in range(12)].index(begin)]
        weeks = {(end - 1 - d) // 7 for d in self.contacts if d >= end - 28}
        calls = 0 if before or dice.random() < 0.6 else dice.randint(1, 4)
        ago = end - max(self.contacts) if self.contacts else None
        things = contact_things(
            ago, n_days, n_before, is_first=not before,
            was_before=any(begin - n_before <= d < begin for d in self.contacts), is_alone=self.support,
            is_regular=len(weeks) >= 3, is_called=calls > 0)
        things += ["calls"] * (calls if "called" in things else 0)
        if dice.random() < self.comes:
            things += ["came"] + ["visits"] * dice.randint(1, 15) + (["stayed"] if dice.random() < 0.8 else [])
            self.at = max(self.at, 0)
        things += ["class"] if dice.random() < self.comes / 3 else []
        if dice.random() < 0.1:
            self.at = min(4, self.at + 1)
        elif self.at > 0 and dice.random() < 0.05:
            self.at -= 1
            things += ["went back"] + ["backs"] * dice.randint(1, 2)
        self.reached |= {self.at} - {-1}
        things += steps_things(self.at, self.reached)
        return things + (["rose"] if self.at > stood else [])


class Town:
    """months: of each, n_days and {(name, part): (num, den)}."""

    def __init__(self, dice):
        size = int(min(400, dice.lognormvariate(3.6, 1.0))) + 1
        is_still = dice.random() < 0.4  # nobody comes or goes: the rolls are the same all year
        children = [Child(dice, 0) for _ in range(size)]
        self.months = []
        for month, n_days in enumerate(MONTH_DAYS):
            if month > 0 and not is_still:
                children = [c for c in children if dice.random() < 0.97]
                children += [Child(dice, month) for _ in range(dice.randint(0, 1 + size // 40))]
            begin = sum(MONTH_DAYS[:month])
            counted = {}
            for child in children:
                for thing in child.live(dice, begin, n_days):
                    for part in ("all", child.stage):
                        counted[thing, part] = counted.get((thing, part), 0) + 1
            self.months.append((n_days, cells_of(counted, dice)))


def cells_of(counted, dice):
    cells = {}
    for name, (num, den) in CELLS.items():
        for part in PARTS:
            n = counted.get((den, part), 0)
            cells[name, part] = (counted.get((num, part), 0) if num else dice.randint(0, 90) if n else 0, n)
    return cells


def prefecture(seed):
    dice = random.Random(seed)
    return [Town(dice) for _ in range(dice.randint(2, 4))]
