"""tests/lib/storm.py - what clients asked for in a storm and what they were told, and the check that
nothing acknowledged was lost and nothing happened twice. What befalls a node: storm_faults.py; who is
in the place: storm_load.py; what is looked at afterwards: storm_check.py.

    history = History()
    with Writers(4, write_one, history):          # write_one(client, id) -> "ok" | "refused" | None
        ...                                       # something befalls the node
    history.check(t, read_all())                  # ids as the node holds them now

A write has an id that the client made. Its end is "ok" (the node said it is done), "refused" (the
node said it did not happen) or unknown (no answer, 502-504): then the client asks again with the
same id until it knows, as a tablet does; what is still unknown at the end may or may not be there.
"""
import collections
import threading
import time
import uuid


class History:
    """What clients asked for and what they were told. Threads: any."""

    def __init__(self):
        self._lock = threading.Lock()
        self.asked, self.began = collections.Counter(), {}
        self.ok, self.refused = {}, {}  # id -> when
        self.longest_gap_s = 0.0
        self._last_ok = time.monotonic()

    def ask(self, key):
        with self._lock:
            self.began.setdefault(key, time.monotonic())
            self.asked[key] += 1

    def end(self, key, verdict):
        now = time.monotonic()
        with self._lock:
            if verdict == "ok":
                self.longest_gap_s = max(self.longest_gap_s, now - self._last_ok)
                self._last_ok = now
            (self.ok if verdict == "ok" else self.refused)[key] = now

    def check(self, t, found, what=""):
        """found: every id the node holds, as often as it holds it."""
        found = collections.Counter(found)
        name = f"{what}: " if what else ""
        lost = [k for k in self.ok if not found[k]]
        twice = [k for k, n in found.items() if n > 1]
        ghosts = [k for k in self.refused if found[k] and k not in self.ok]
        strange = [k for k in found if k not in self.asked]
        unknown = [k for k in self.asked if k not in self.ok and k not in self.refused]
        t.note(f"{name}{len(self.asked)} asked, {len(self.ok)} acknowledged, {len(self.refused)} refused,"
               f" {len(unknown)} unknown; {sum(self.asked.values()) - len(self.asked)} asked again;"
               f" longest time without an acknowledgement {self.longest_gap_s:.2f} s")
        t.ok(len(self.ok) > 0, f"{name}something was acknowledged")
        t.eq(lost[:5], [], f"{name}nothing acknowledged is lost (of {len(self.ok)})")
        t.eq(twice[:5], [], f"{name}nothing happened twice")
        t.eq(ghosts[:5], [], f"{name}nothing refused happened")
        t.eq(strange[:5], [], f"{name}nothing is there that nobody asked for")


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
