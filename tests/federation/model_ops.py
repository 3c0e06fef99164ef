"""tests/federation/model_ops.py - what may befall a federation, drawn by chance from a seed: lists like
["offer", 0, "midori", 5], which can be written down, left out and done again. An operation for which
nothing is there (a series that was never made, a node that is away) is passed over."""
import itertools

from federation.model import DATES, LATE, NODES, PREF, TOWNS
from federation.model_world import ESCROW, HOSTS

LOOK_EVERY = 6
CLOCK_MOST = 6   # steps of a clock in a round
PARTS = ("node", "node", "keyd", "postgres")
# name -> (how often, what is drawn)
KINDS = {
    "owe": (14, lambda c: two(c)),
    "again": (3, lambda c: two(c)),
    "crash": (5, lambda c: [*two(c), c.choice(PARTS), c.randrange(0, 60)]),
    "kill": (3, lambda c: [c.choice(NODES), c.choice(PARTS)]),
    "cut": (4, lambda c: [c.choice(NODES)]),
    "heal": (4, lambda c: [c.choice(NODES)]),
    "away": (2, lambda c: [c.choice(TOWNS)]),
    "back": (3, lambda c: [c.choice(TOWNS)]),
    "clock": (5, lambda c: [c.choice(("all", "all", *NODES)), c.choice((1, 1, -1))]),
    "renew": (2, lambda c: [c.choice(NODES)]),
    "roots": (1, lambda c: [c.choice(NODES)]),
    "contract": (4, lambda c: [c.choice(TOWNS), c.choice(NODES)]),
    "revoke": (3, lambda c: [c.choice(TOWNS), c.choice(NODES)]),
    "admit": (4, lambda c: [c.choice((LATE, *TOWNS)), c.choice(NODES)]),
    "rotate": (4, lambda c: [c.choice(NODES), c.choice(NODES)]),
    "drop_key": (2, lambda c: [c.choice(NODES), c.choice(NODES)]),
    "old": (2, lambda c: [c.choice(NODES)]),
    "forged": (2, lambda c: [c.choice(NODES)]),
    "make": (4, lambda c: [c.choice(HOSTS)]),
    "offer": (10, lambda c: [c.randrange(3), c.choice(TOWNS), c.randrange(1, 11)]),
    "accept": (8, lambda c: [c.randrange(3), c.choice(TOWNS)]),
    "decline": (5, lambda c: [c.randrange(3), c.choice(TOWNS)]),
    "cancel": (5, lambda c: [c.randrange(3), c.choice(DATES), c.random() < 0.6]),
    "end": (2, lambda c: [c.randrange(3)]),
    "reboot": (2, lambda c: [ESCROW]),
}
PAIRS = tuple(itertools.permutations(NODES, 2))


def two(chance):
    return list(chance.choice(PAIRS))


def draw(chance, n):
    """n operations, and a look now and then. Series stand early, so that something can become of them."""
    ops = [["make", HOSTS[0]], ["make", HOSTS[1]], ["offer", 0, "midori", 5], ["offer", 1, "akane", 4]]
    names = list(KINDS)
    weights = [KINDS[name][0] for name in names]
    while len(ops) < n:
        name = chance.choices(names, weights)[0]
        ops.append([name, *KINDS[name][1](chance)])
    return [op for i, op in enumerate(ops)
            for op in ([op, ["look"]] if i % LOOK_EVERY == LOOK_EVERY - 1 else [op])]


assert PREF not in HOSTS
