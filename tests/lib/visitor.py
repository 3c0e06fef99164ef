"""tests/lib/visitor.py - somebody in the place, as a browser would be: a ticket, a line through the
front (ws_client), commands, events, and what it knows of the floor it is on. A thread of its own
hears and answers pings, so several can be there at once.

    with Visitor(node, session) as v:                  # session: ibasho_node.Session, signed in
        v.command("place.enter", floor="plaza", rung="text")     # -> the answer's "ok", or No
        v.wait("people.came")                          # the next such event not yet taken
        v.floor.people[seat]["x"]                      # what the client knows of the floor
        v.cut()                                        # the socket breaks without a word
"""
import json
import select
import struct
import threading
import time

from lib import ws_client
from lib.ws_client import WAIT_S, Closed, Late, No, read_tick

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class Floor:
    """What a client knows of where it is."""

    def __init__(self):
        self.here, self.people, self.areas = None, {}, {}

    def hear(self, name, of):
        if name == "floor.here":
            self.here = of
            self.people = {p["seat"]: dict(p) for p in of["people"]}
            self.areas = {a["id"]: a for a in of["areas"]}
        elif name in ("people.came", "people.changed"):
            for person in of["people"]:
                self.people.setdefault(person["seat"], {}).update(person)
        elif name == "people.left":
            for left in of["seats"]:
                self.people.pop(left["seat"], None)
        elif name == "areas":
            self.areas.update({a["id"]: a for a in of["areas"]})

    def tick(self, payload):
        """Whoever walks counts as being where it ends; whoever steers, where that was told."""
        _, _, moves, steps, walks = read_tick(payload)
        for seat, at in [*moves.items(), *((s, w[2][0 if w[3] else -1]) for s, w in walks.items())]:
            if seat in self.people:
                self.people[seat].update(x=at[0], y=at[1])
        for seat, by in steps.items():
            if seat in self.people:
                self.people[seat]["x"] += by[0]
                self.people[seat]["y"] += by[1]


PLACE_OPENS_S = 20


def ticket_when_open(session):
    """After a start the node answers before its place has read who was where: a page asks again."""
    end = time.monotonic() + PLACE_OPENS_S
    while True:
        try:
            return ws_client.ticket(session)
        except ws_client.Refused as refused:
            if refused.status != 503 or time.monotonic() > end:
                raise
        time.sleep(0.1)


class Visitor:
    def __init__(self, node, session):
        self.line = ws_client.connect(node, ticket_when_open(session), waits_hello=False)
        self.io = threading.Lock()  # of the socket: TLS is not for two at once
        self.lock = threading.Condition()
        self.events, self.answers = [], {}
        self.floor = Floor()
        self.closed, self.heard = None, []
        self.last_n, self.number = 0, 0
        self.visit = self.token = None
        self.is_over = False
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()
        self.hello = self.wait("hello")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # -- hearing ----------------------------------------------------------------------------------
    def _next(self):
        """A frame, or None for a while without one."""
        pending = getattr(self.line.sock, "pending", lambda: 0)()
        if not pending and len(self.line.bytes) < 2 and not select.select([self.line.sock], [], [],
                                                                          0.1)[0]:
            return None
        with self.io:
            try:
                return self.line.next_frame(0.01)
            except Late:
                return None

    def _read(self):
        code = 1006
        try:
            while not self.is_over:
                frame = self._next()
                if frame is None:
                    continue
                if frame[0] == CLOSE:
                    code = struct.unpack(">H", frame[1][:2])[0] if len(frame[1]) >= 2 else 1005
                    self.say(CLOSE, frame[1][:2])
                    break
                self._hear(*frame)
        except (OSError, Closed, ValueError):
            pass
        with self.lock:
            self.closed = code
            self.lock.notify_all()

    def _hear(self, opcode, body):
        if opcode == PING:
            self.say(PONG, body)
        elif opcode == BINARY and body == b"\x00":
            self.say(BINARY, b"\x00")
        with self.lock:
            self.heard.append(body)
            if opcode == TEXT:
                self._hear_text(json.loads(body))
            elif opcode == BINARY and body[:1] == b"\x01":
                self.floor.tick(body)
            self.lock.notify_all()

    def _hear_text(self, said):
        if "re" in said:
            self.answers[said["re"]] = said
            return
        self.last_n = max(self.last_n, said.get("n", 0))
        self.floor.hear(said["ev"], said["of"])
        self.events.append((said["ev"], said["of"]))

    # -- saying -----------------------------------------------------------------------------------
    def say(self, opcode, payload):
        with self.io:
            self.line.send_frame(opcode, payload)

    def post(self, name, **input_):
        """Sends a command; returns its number."""
        self.number += 1
        self.say(TEXT, f"{name} {self.number} {json.dumps(input_)}".encode())
        return self.number

    def answer(self, number, seconds=WAIT_S):
        said = self.until(lambda: self.answers.pop(number, None), seconds, f"answer {number}")
        if "no" in said:
            raise No(said["no"])
        return said["ok"]

    def command(self, name, **input_):
        ok = self.answer(self.post(name, **input_))
        if name in ("place.enter", "place.resume"):
            self.visit, self.token = ok["visit"], ok["token"]
        return ok

    def refused(self, name, **input_):
        """The code with which a command is refused; None: it was not."""
        try:
            self.command(name, **input_)
        except No as no:
            return no.code
        return None

    def until(self, found, seconds=WAIT_S, what="it"):
        """Waits until found() is something; looked at whenever something came."""
        end = time.monotonic() + seconds
        with self.lock:
            while True:
                value = found()
                if value is not None and value is not False:
                    return value
                left = end - time.monotonic()
                if self.closed is not None:
                    raise Closed(self.closed, f"while waiting for {what}")
                if left <= 0:
                    raise Late(f"{what} did not come in {seconds} s; last events: "
                                       f"{self.events[-4:]}")
                self.lock.wait(left)

    def wait(self, name, seconds=WAIT_S, where=lambda of: True):
        """The `of` of the next event of that name; it is taken out, the others stay."""
        def found():
            for i, event in enumerate(self.events):
                if event[0] == name and where(event[1]):
                    del self.events[i]
                    return event[1]
            return None
        return self.until(found, seconds, f"event {name}")

    def seen(self, name):
        """The events of that name which came and were not waited for."""
        with self.lock:
            return [e[1] for e in self.events if e[0] == name]

    def forget(self, name):
        """Drops the events of that name heard so far: the next wait is for a new one."""
        with self.lock:
            self.events = [e for e in self.events if e[0] != name]

    def wait_closed(self, seconds=WAIT_S):
        end = time.monotonic() + seconds
        with self.lock:
            while self.closed is None:
                left = end - time.monotonic()
                if left <= 0:
                    raise Late(f"not closed after {seconds} s")
                self.lock.wait(left)
            return self.closed

    # -- the place --------------------------------------------------------------------------------
    def enter(self, floor="plaza", rung="text", **more):
        return self.command("place.enter", floor=floor, rung=rung, **more)

    def resume(self, before):
        """Takes up the visit of another Visitor (its line was cut)."""
        self.last_n = before.last_n
        return self.command("place.resume", visit=before.visit, token=before.token,
                            last_n=before.last_n)

    @property
    def seat(self):
        return self.floor.here["seat"]

    def me(self):
        return self.floor.people[self.seat]

    # -- ends -------------------------------------------------------------------------------------
    def cut(self):
        """The socket goes without a close frame."""
        self.is_over = True
        self.thread.join(5)
        self.line.cut()

    def close(self, code=1000):
        if self.closed is None and not self.is_over:
            try:
                self.say(CLOSE, struct.pack(">H", code))
                self.wait_closed(5)
            except (OSError, Late):
                pass
        self.cut()
