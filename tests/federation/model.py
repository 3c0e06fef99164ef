"""tests/federation/model.py - what a federation of five nodes must come to, in as few words as say it:
who is a member by which registry, who listens to whom, what is owed and what has come, and one series
between its host and a guest. Pure: no clock, no network, no chance. tests/federation/model_run.py does
the same to real nodes and compares.

Time is counted in UNIT steps of a node's clock; a contract ends between two of them. What the model
cannot know (which of two messages on crossing ways is first, how far a registry has gone round) it
holds as all that may be, and what is seen narrows it.

`wrong` names a mistake that is made on purpose, so that the comparison itself can be tried:
ended-may-ask    a node whose contract is over is still answered
nobody-learns    a registry stays where it was taken
cut-loses        what was put while a line was cut never comes
offer-is-yes     who was offered a series has accepted it
"""
import dataclasses
import itertools

PREF, LATE = "pref", "hinata"
TOWNS = ("aozora", "midori", "akane", LATE)
NODES = (PREF, *TOWNS)
MISTAKES = ("ended-may-ask", "nobody-learns", "cut-loses", "offer-is-yes")
DATES = (1, 2)  # of a series
ALL = frozenset(DATES)
MUST, MAY, NO = "must", "may", "no"


@dataclasses.dataclass(frozen=True)
class Member:
    keys: tuple       # numbers, oldest first; a node signs with its newest that is not revoked
    to: float = None  # its contract ends when a clock shows that; None: not in our time

    def is_in(self, clock):
        return self.to is None or clock < self.to


@dataclasses.dataclass(frozen=True)
class Registry:
    seq: int
    members: dict     # name -> Member
    revoked: frozenset  # of (name, key number)

    def key(self, name):
        """The number of the key that name signs with; None: it has none."""
        good = [n for n in self.members[name].keys if (name, n) not in self.revoked] \
            if name in self.members else []
        return good[-1] if good else None

    def knows(self, name, number):
        return name in self.members and number in self.members[name].keys and \
            (name, number) not in self.revoked


# ---- a series between its host and one guest ----

@dataclasses.dataclass(frozen=True)
class Pair:
    at_host: str = None     # what the host believes of the guest: its row
    host_places: int = 0
    at_guest: str = None    # the guest's own row
    guest_places: int = 0
    cancelled: frozenset = frozenset()  # dates, as the guest has them
    to_guest: tuple = ()    # (what, places, cancelled), in their order
    to_host: tuple = ()

    def but(self, **change):
        return dataclasses.replace(self, **change)

    def told(self, *message):
        return self.but(to_guest=(*self.to_guest, message))

    def seen(self):
        """What can be seen of it."""
        return (self.at_host, self.host_places if self.at_host else 0, self.at_guest,
                self.guest_places if self.at_guest else 0, self.cancelled if self.at_guest else ALL)


HAS_IT = ("offered", "accepted")


def offer(pair, places, cancelled):
    if pair.at_host in HAS_IT:
        return pair.but(host_places=places).told("change", places, cancelled)
    return pair.but(at_host="offered", host_places=places).told("offer", places, cancelled)


def change(pair, cancelled):
    return pair.told("change", pair.host_places, cancelled) if pair.at_host in HAS_IT else pair


def end(pair):
    return pair.but(at_host="ended").told("end", 0, ALL) if pair.at_host in HAS_IT else pair


def accept(pair):
    """(status, the pair afterwards)"""
    if pair.at_guest is None:
        return 404, pair
    if pair.at_guest != "offered" or pair.cancelled == ALL:
        return 409, pair
    return 200, pair.but(at_guest="accepted", to_host=(*pair.to_host, "accepted"))


def decline(pair):
    if pair.at_guest not in HAS_IT:
        return 404 if pair.at_guest is None else 409, pair
    is_leaving = pair.at_guest == "accepted"
    word = "left" if is_leaving else "declined"
    return 200, pair.but(at_guest=word, cancelled=ALL if is_leaving else pair.cancelled,
                         to_host=(*pair.to_host, word))


def guest_hears(pair, wrong=None):
    (what, places, cancelled), rest = pair.to_guest[0], pair.to_guest[1:]
    pair = pair.but(to_guest=rest)
    if what == "offer":
        if pair.at_guest in (None, "declined", "left"):
            return pair.but(at_guest="accepted" if wrong == "offer-is-yes" else "offered",
                            guest_places=places, cancelled=cancelled)
        return pair.but(at_host="refused") if pair.at_host == "offered" else pair
    if what == "change":
        is_on = pair.at_guest in HAS_IT
        return pair.but(guest_places=places, cancelled=cancelled) if is_on else pair
    return pair if pair.at_guest is None else pair.but(at_guest="ended", cancelled=ALL)


def host_hears(pair, is_over):
    word, pair = pair.to_host[0], pair.but(to_host=pair.to_host[1:])
    may = {"accepted": HAS_IT, "declined": ("offered", "declined"), "left": ("accepted", "left")}
    return pair if is_over or pair.at_host not in may[word] else pair.but(at_host=word)


class Series:
    def __init__(self, host, name):
        self.host, self.name = host, name
        self.cancelled, self.is_over = frozenset(), False
        self.pairs = {}  # guest -> set of Pair

    def of(self, guest):
        return self.pairs.get(guest, {Pair()})


# ---- all of it ----

class Model:
    def __init__(self, wrong=None):
        self.wrong = wrong
        self.registries = []                       # as the office published them
        self.least = dict.fromkeys(NODES, 0)       # what each was seen to have
        self.clock = dict.fromkeys(NODES, 0)
        self.high = dict.fromkeys(NODES, 0)        # as far as its program's clock ever went
        self.joined = set()                        # who knows the roots
        self.up = dict.fromkeys(NODES, True)
        self.cut = dict.fromkeys(NODES, False)     # nobody reaches it; it reaches others
        self.owed = {}                             # (from, to) -> [(op, was it acknowledged)]
        self.came = {}                             # (from, to) -> how many of them, at the last look
        self.lost = set()                          # wrong == "cut-loses"
        self.was_open = set()                      # pairs that may have spoken since the last look
        self.series = []

    # -- registries --

    def newest(self):
        return len(self.registries)

    def publish(self, members, revoked):
        self.registries.append(Registry(self.newest() + 1, members, revoked))
        return self.registries[-1]

    def sees(self, name):
        """Registries that the node may have by now."""
        if not self.least[name]:
            return [None, *self.registries] if self.up[name] else [None]
        if self.wrong == "nobody-learns":
            return [self.registries[self.least[name] - 1]]
        return self.registries[self.least[name] - 1:]

    def has(self, name):
        return self.registries[self.least[name] - 1] if self.least[name] else None

    def takes(self, name, registry):
        self.least[name] = max(self.least[name], registry.seq)

    # -- who listens to whom --

    def in_contract(self, registry, name, clock):
        return name in registry.members and (
            registry.members[name].is_in(clock) or self.wrong == "ended-may-ask")

    def ask_by(self, a, b, ours, theirs):
        """What b says to a, who have those registries: "ok", a refusal, None: nothing that counts."""
        if ours is None or theirs is None or not self.in_contract(ours, b, self.clock[a]):
            return None
        key, answers = ours.key(a), theirs.key(b)
        if key is None or answers is None or not ours.knows(b, answers):
            return None
        if not theirs.knows(a, key):
            return "unknown-key"
        if not self.in_contract(theirs, a, self.clock[b]):
            return "contract-ended"
        return "ok"

    def reaches(self, a, b):
        return self.up[a] and self.up[b] and not self.cut[b] and self.clock[a] == self.clock[b]

    def is_deaf(self, b):
        """Its clock went back: it may hold what is signed now for older than what it forgot."""
        return self.clock[b] < self.high[b]

    def ask(self, a, b):
        """By what was seen last."""
        return self.ask_by(a, b, self.has(a), self.has(b)) if self.reaches(a, b) else None

    def way(self, a, b):
        """Must what a owes b come through, may it, or may it not?"""
        if not self.reaches(a, b):
            return NO
        if self.ask(a, b) == "ok" and not self.is_deaf(b):
            return MUST
        may = any(self.ask_by(a, b, *pair) == "ok"
                  for pair in itertools.product(self.sees(a), self.sees(b)))
        return MAY if may else NO

    def note(self):
        """After everything that changes who may speak."""
        self.was_open |= {p for p in itertools.permutations(NODES, 2) if self.way(*p) != NO}

    def since(self, a, b):
        """The same over the time since the last look."""
        way = self.way(a, b)
        return MAY if way == NO and (a, b) in self.was_open else way

    def asks_openly(self, name):
        """It has no registry yet, or not the one with the coordinator's newest key: then what the
        coordinator says counts for its roots' signatures alone."""
        ours, theirs = self.has(name), self.has(PREF)
        if theirs is None or name not in self.joined or not self.reaches(name, PREF):
            return False
        return ours is None or (ours.key(name) is not None and not ours.knows(PREF, theirs.key(PREF)))

    def is_whole(self):
        """Everybody hears everybody by the newest registry."""
        members = self.registries[-1].members
        return all(self.least[name] == self.newest() for name in members) and all(
            self.way(*pair) == MUST for pair in itertools.permutations(members, 2))

    def learns(self):
        """NAME -> the number it must have when news has gone round: everybody asks the coordinator,
        who hears from each what it has."""
        must = dict(self.least)
        for name in TOWNS:
            if self.way(name, PREF) == MUST and self.way(PREF, name) == MUST:
                must[PREF] = max(must[PREF], must[name])
        for name in TOWNS:
            if self.way(name, PREF) == MUST or self.asks_openly(name):
                must[name] = max(must[name], must[PREF])
        return must

    # -- what is owed --

    def owe(self, a, b, op, is_sure):
        self.owed.setdefault((a, b), []).append((op, is_sure))
        if self.wrong == "cut-loses" and self.cut[b]:
            self.lost.add(op)

    def judge_owed(self, a, b, came):
        """What is wrong with the operations of a that b has done, in their order; None: nothing."""
        owed = [(op, sure) for op, sure in self.owed.get((a, b), []) if op not in self.lost]
        names, known = [op for op, _ in owed], self.came.get((a, b), 0)
        if [op for op in names if op in set(came)] != list(came):
            return "what came was never put, came twice, or in another order"
        if len(came) < known:
            return "what was done is undone"
        last = max((i for i, op in enumerate(names) if op in set(came)), default=-1)
        if any(sure and op not in came for op, sure in owed[:last + 1]):
            return "one that was acknowledged was passed over"
        way = self.since(a, b)
        if way == NO and len(came) > known:
            return "something came where nobody may be heard"
        if way == MUST and any(sure and op not in came for op, sure in owed):
            return "what is owed has not come"
        return None

    # -- series --

    def spread(self, series, guest, is_last=False):
        """Everything a pair may have come to; is_last: what must be told was told."""
        ways = self.since(series.host, guest), self.since(guest, series.host)
        found, todo = set(), list(series.of(guest))
        while todo:
            pair = todo.pop()
            if pair in found:
                continue
            found.add(pair)
            if pair.to_guest and ways[0] != NO:
                todo.append(guest_hears(pair, self.wrong))
            if pair.to_host and ways[1] != NO:
                todo.append(host_hears(pair, series.is_over))
        if not is_last:
            return found
        return {p for p in found if not (p.to_guest and ways[0] == MUST)
                and not (p.to_host and ways[1] == MUST)}

    def loosen(self):
        """Before anything is done: everything that may have come meanwhile."""
        for series in self.series:
            for guest in series.pairs:
                series.pairs[guest] = self.spread(series, guest)

    def looked(self, came):
        """Everything was seen, and it was right."""
        for pair, ops in came.items():
            self.came[pair] = len(ops)
        self.was_open = set()
        self.note()
