"""tests/federation/model_look.py - looking at real nodes and saying what of it is not as the model has it:
at once what may never be (an older registry, one that nobody signed, an operation done twice), and after
a while what has not come although it must."""
import http.client
import time

from federation.model import ALL, MUST, NO, NODES
from federation.model_ops import PAIRS


class Mismatch(Exception):
    """Nodes and model differ."""


class Look:
    """Of a run (model_play.py): world, model, settle_s."""

    def can(self, *names):
        return all(self.model.up[name] for name in names)

    def expect(self, is_right, what, **detail):
        if not is_right:
            said = ", ".join(f"{k}={v!r}" for k, v in detail.items())
            raise Mismatch(f"{what}: {said}"[:2000])

    def read_numbers(self):
        """What registry each has: one the office signed, never an older one than before."""
        seen = {name: self.world.seen(name) for name in NODES if self.can(name)}
        for name, it in seen.items():
            if it is None:
                continue
            seq = it["seq"]
            numbers = [0 if r is None else r.seq for r in self.model.sees(name)]
            self.expect(seq in numbers, "the number of a registry", name=name, seq=seq, may=numbers)
            self.expect(seq == 0 or it["hash"] == self.world.office.hash(seq), "a registry nobody signed",
                        name=name, seq=seq)
            self.expect(it["evidence"] == 0, "a split", name=name)
            self.model.least[name] = seq
        return seen

    def wrong_with(self, seen):
        """What of this look is not as it must be when all has come to rest; None: nothing."""
        model, ids = self.model, self.world.ids
        must = model.learns()
        for name, it in seen.items():
            if it is None:
                return f"{name} says nothing"
            if it["seq"] < must[name]:
                return f"{name} has registry {it['seq']}, not {must[name]}"
        for a, b in PAIRS:
            if b not in seen or a not in ids:
                continue
            known = {op for op, _ in model.owed.get((a, b), [])}
            came = [op for peer, op in seen[b]["ops"] if peer == ids[a] and op in known]
            wrong = model.judge_owed(a, b, came)
            if wrong:
                return f"{a} -> {b}: {wrong} (way {model.since(a, b)}, {len(came)} of {len(known)})"
        for name, it in seen.items():
            if it["effects"] != len(it["ops"]):
                return f"{name}: {it['effects']} effects of {len(it['ops'])} operations"
        return next(filter(None, (self.wrong_series(one, guest, seen)
                                  for one in model.series for guest in one.pairs)), None)

    def view(self, one, guest, seen):
        """What can be seen of a pair: as Pair.seen, None for a side that cannot be looked at."""
        host = seen.get(one.host)
        rows = {node: (state, places) for series, node, state, places in host["guests"]
                if series == one.name} if host else {}
        at_host = rows.get(self.world.ids[guest], (None, 0)) if host else None
        if guest not in seen:
            return at_host, None
        state, places, cancelled = seen[guest]["series"].get(one.name, (None, 0, list(ALL)))
        return at_host, (state, places, frozenset(cancelled or ()))

    def fits(self, pair, view):
        said = pair.seen()
        return (view[0] is None or said[:2] == tuple(view[0])) and (view[1] is None or said[2:] == view[1])

    def wrong_series(self, one, guest, seen):
        view = self.view(one, guest, seen)
        last = self.model.spread(one, guest, is_last=True)
        if any(self.fits(p, view) for p in last):
            return None
        return (f"series of {one.host} at {guest}: seen {view}, may be {[p.seen() for p in last][:8]} "
                f"(ways {self.model.since(one.host, guest)}, {self.model.since(guest, one.host)})")

    def look(self):
        """Waits until all that must come has come; what differs then, differs."""
        until = time.monotonic() + self.settle_s
        self.nudged = {}
        while True:
            self.model.note()
            seen = self.read_numbers()
            wrong = self.wrong_with(seen)
            if wrong is None:
                break
            if time.monotonic() > until:
                raise Mismatch(wrong)
            self.nudge(seen)
            time.sleep(0.1)
        model = self.model
        for one in model.series:
            for guest in one.pairs:
                view = self.view(one, guest, seen)
                one.pairs[guest] = {p for p in model.spread(one, guest, is_last=True) if self.fits(p, view)}
        model.looked({(a, b): [op for peer, op in seen[b]["ops"] if peer == self.world.ids[a] and op in
                               {o for o, _ in model.owed.get((a, b), [])}]
                      for a, b in PAIRS if b in seen and a in self.world.ids})

    def nudge(self, seen):
        """Who is heard of is not away any more: whom something waits for says a word."""
        for a, b in PAIRS:
            if a not in seen or seen[a] is None or self.world.ids.get(b) not in seen[a]["waiting"]:
                continue
            if self.model.way(a, b) == MUST and time.monotonic() > self.nudged.get((a, b), 0):
                self.nudged[a, b] = time.monotonic() + 1.0
                try:
                    self.world.ping(b, a, timeout=4)
                except (OSError, http.client.HTTPException):
                    pass

    def do_look(self):
        self.look()
        for a, b in PAIRS:
            if self.can(a, b) and b in self.world.ids and self.model.least[a] and self.model.way(a, b) == NO \
                    and self.model.ask(a, b) is not None:
                self.says(a, b, self.model.ask(a, b))

    def says(self, a, b, code):
        """Who may not speak is told so, by that name."""
        until = time.monotonic() + 10
        while True:
            try:
                reply = self.world.ping(a, b).json()
            except (OSError, http.client.HTTPException, ValueError) as trouble:
                reply = {"code": str(trouble)}
            self.expect(reply["code"] != "ok", "it was answered", a=a, b=b, want=code)
            if reply["code"] == code:
                return
            self.expect(time.monotonic() < until, "a refusal", a=a, b=b, want=code, reply=reply)
            time.sleep(0.3)
