"""tests/lib/storm.py - storms: a seeded plan of kills, writers that keep a history, and the check
that nothing acknowledged was lost and nothing happened twice.

    history = History()
    with Writers(4, write_one, history):          # write_one(client, id) -> "ok" | "refused" | None
        for hit in run_plan(plan(seed=7, seconds=60, targets=("node", "keyd")), node): ...
    history.check(t, read_all())                  # ids as the node holds them now

A write has an id that the client made. Its end is "ok" (the node said it is done), "refused" (the
node said it did not happen) or unknown (no answer, 502-504): then the client asks again with the
same id until it knows, as a tablet does; what is still unknown at the end may or may not be there.
"""
import collections
import random
import threading
import time
import uuid


def plan(seed, seconds, targets, least_gap_s=0.3, most_gap_s=3.0):
    """[(at second, target)] - the same for the same seed; every target is hit at least once."""
    chance = random.Random(seed)
    hits, at = [], 0.0
    while True:
        at += chance.uniform(least_gap_s, most_gap_s)
        if at >= seconds:
            break
        hits.append((at, chance.choice(targets)))
    for i, target in enumerate(targets):
        if hits and target not in {h[1] for h in hits}:
            hits[i % len(hits)] = (hits[i % len(hits)][0], target)
    return hits


def run_plan(hits, node, kill=None):
    """Carries the plan out on time; yields (second, target, pid). A target that is not running
    just then is hit as soon as it is, for it was meant to be hit."""
    began = time.monotonic()
    for at, target in hits:
        time.sleep(max(0.0, began + at - time.monotonic()))
        pid = 0
        until = time.monotonic() + 15
        while not pid and time.monotonic() < until:
            pid = (kill or node.kill)(target)
            if not pid:
                time.sleep(0.01)
        yield time.monotonic() - began, target, pid


class History:
    """What clients asked for and what they were told. Threads: any."""

    def __init__(self):
        self._lock = threading.Lock()
        self.asked = collections.Counter()
        self.ok, self.refused = {}, {}  # id -> when
        self.longest_gap_s = 0.0
        self._last_ok = time.monotonic()

    def ask(self, key):
        with self._lock:
            self.asked[key] += 1

    def end(self, key, verdict):
        now = time.monotonic()
        with self._lock:
            if verdict == "ok":
                self.longest_gap_s = max(self.longest_gap_s, now - self._last_ok)
                self._last_ok = now
            (self.ok if verdict == "ok" else self.refused)[key] = now

    def check(self, t, found):
        """found: every id the node holds, as often as it holds it."""
        found = collections.Counter(found)
        lost = [k for k in self.ok if not found[k]]
        twice = [k for k, n in found.items() if n > 1]
        ghosts = [k for k in self.refused if found[k] and k not in self.ok]
        strange = [k for k in found if k not in self.asked]
        unknown = [k for k in self.asked if k not in self.ok and k not in self.refused]
        t.note(f"{len(self.asked)} asked, {len(self.ok)} acknowledged, {len(self.refused)} refused,"
               f" {len(unknown)} unknown; {sum(self.asked.values()) - len(self.asked)} asked again;"
               f" longest time without an acknowledgement {self.longest_gap_s:.2f} s")
        t.ok(len(self.ok) > 0, "something was acknowledged")
        t.eq(lost[:5], [], f"nothing acknowledged is lost (of {len(self.ok)})")
        t.eq(twice[:5], [], "nothing happened twice")
        t.eq(ghosts[:5], [], "nothing refused happened")
        t.eq(strange[:5], [], "nothing is there that nobody asked for")


class Writers:
    """n threads that write until the block ends, then settle what they had begun."""

    def __init__(self, n, write_one, history, settle_s=30):
        self._write_one, self.history, self._settle_s = write_one, history, settle_s
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(i,)) for i in range(n)]
        self.errors = []

    def _run(self, client):
        try:
            while not self._stop.is_set():
                self._one(client, str(uuid.uuid4()))
        except Exception as e:  # a defect of the test itself must not look like silence
            self.errors.append(repr(e))

    def _one(self, client, key):
        until = None
        while True:
            self.history.ask(key)
            verdict = self._write_one(client, key)
            if verdict is not None:
                self.history.end(key, verdict)
                return
            if self._stop.is_set():
                until = until or time.monotonic() + self._settle_s
                if time.monotonic() > until:
                    return
            time.sleep(0.05)

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()
        if self.errors:
            raise RuntimeError("writers: " + "; ".join(self.errors))
