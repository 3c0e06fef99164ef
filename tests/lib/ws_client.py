"""tests/lib/ws_client.py - somebody in the place, as a browser would be: a ticket, a WebSocket through
the front, numbered commands, events. One thread reads; the test asks and waits.

    with Visitor(node, session) as v:                  # session: ibasho_node.Session, signed in
        v.command("place.enter", floor="plaza", rung="text")     # -> the answer's "ok", or Refused
        v.wait("people.came")                          # the next such event not yet taken
        v.floor.people[seat]["x"]                      # what the client knows of the floor
        v.cut()                                        # the socket breaks without a word

`Raw` is the line itself: frames as they are, for those who break rules.
"""
import base64
import json
import os
import re
import socket
import struct
import threading
import time

WAIT_S = 10
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class Refused(Exception):
    def __init__(self, code, title):
        super().__init__(f"{code}: {title}")
        self.code, self.title = code, title


class Closed(Exception):
    def __init__(self, code, text=""):
        super().__init__(f"closed {code} {text}")
        self.code = code


class Raw:
    """One WebSocket (RFC 6455), client's side; blocking."""

    def __init__(self, node, ticket, origin=None, listener="public", timeout=WAIT_S):
        url = node.url(listener)
        scheme, host, port = re.match(r"(https?)://([^:/]+):(\d+)", url).groups()
        self.sock = socket.create_connection(("127.0.0.1", int(port)), timeout)
        if scheme == "https":
            self.sock = node.nodes.context_of(node, listener).wrap_socket(
                self.sock, server_hostname=host)
        key = base64.b64encode(os.urandom(16)).decode()
        head = (f"GET /ws HTTP/1.1\r\nHost: {host}:{port}\r\nOrigin: {origin or url}\r\n"
                "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                f"Sec-WebSocket-Key: {key}\r\n"
                f"Sec-WebSocket-Protocol: ibasho.v1, ticket.{ticket}\r\n\r\n")
        self.sock.sendall(head.encode())
        self.rest = b""
        while b"\r\n\r\n" not in self.rest:
            got = self.sock.recv(4096)
            if not got:
                raise Closed(0, "no answer to the opening")
            self.rest += got
        answer, self.rest = self.rest.split(b"\r\n\r\n", 1)
        self.status = int(answer.split(b" ", 2)[1])
        if self.status != 101:
            raise Closed(self.status, answer.decode(errors="replace"))
        self.sock.settimeout(None)

    def send(self, opcode, payload, fin=True):
        mask = os.urandom(4)
        body = bytes(b ^ mask[i & 3] for i, b in enumerate(payload))
        head = bytes([(0x80 if fin else 0) | opcode])
        if len(body) < 126:
            head += bytes([0x80 | len(body)])
        else:
            head += bytes([0x80 | 126]) + struct.pack(">H", len(body))
        self.sock.sendall(head + mask + body)

    def _take(self, n):
        while len(self.rest) < n:
            got = self.sock.recv(65536)
            if not got:
                raise Closed(1006)
            self.rest += got
        taken, self.rest = self.rest[:n], self.rest[n:]
        return taken

    def receive(self):
        first, second = self._take(2)
        n = second & 127
        if n == 126:
            n, = struct.unpack(">H", self._take(2))
        elif n == 127:
            n, = struct.unpack(">Q", self._take(8))
        return first & 15, self._take(n)

    def close(self):
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.sock.close()


def ticket(session):
    """A fresh ticket of a signed-in session; an exception with the answer when there is none."""
    reply = session.request("POST", "/api/v1/ticket")
    if reply.status not in (200, 201):
        raise Refused(str(reply.status), reply.body.decode(errors="replace"))
    return reply.json()["ticket"]


class Floor:
    """What a client knows of where it is."""

    def __init__(self):
        self.here, self.people, self.areas, self.left = None, {}, {}, []

    def hear(self, name, of):
        if name == "floor.here":
            self.here = of
            self.people = {p["seat"]: dict(p) for p in of["people"]}
            self.areas = {a["id"]: a for a in of["areas"]}
        elif name in ("people.came", "people.changed"):
            for person in of["people"]:
                self.people.setdefault(person["seat"], {}).update(person)
        elif name == "people.left":
            for seat in of["seats"]:
                self.left.append(seat)
                self.people.pop(seat, None)
        elif name == "areas":
            self.areas.update({a["id"]: a for a in of["areas"]})

    def tick(self, body):
        """Moves and walks; a walk's person counts as being where it ends."""
        n, = struct.unpack_from("<H", body, 2)
        at = 8
        for _ in range(n):
            seat, x, y = struct.unpack_from("<HHH", body, at)
            at += 6
            if seat in self.people:
                self.people[seat].update(x=x, y=y)
        while at < len(body):
            seat, points = struct.unpack_from("<HB", body, at)
            x, y = struct.unpack_from("<HH", body, at + 8 + (points - 1) * 4)
            at += 8 + points * 4
            if seat in self.people:
                self.people[seat].update(x=x, y=y)


class Visitor:
    def __init__(self, node, session, ticket_text=None):
        self.node, self.session = node, session
        self.raw = Raw(node, ticket_text or ticket(session))
        self.lock = threading.Condition()
        self.events, self.taken, self.answers = [], 0, {}
        self.floor = Floor()
        self.closed, self.heard = None, []
        self.last_n, self.number = 0, 0
        self.visit = self.token = None
        self.is_silent = False  # no pongs: as a machine that sleeps
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()
        self.hello = self.wait("hello")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # -- reading ----------------------------------------------------------------------------------
    def _read(self):
        code = 1006
        try:
            while True:
                opcode, body = self.raw.receive()
                if opcode == CLOSE:
                    code = struct.unpack(">H", body[:2])[0] if len(body) >= 2 else 1005
                    try:
                        self.raw.send(CLOSE, body[:2])
                    except OSError:
                        pass
                    break
                self._hear(opcode, body)
        except (OSError, Closed, ValueError):
            pass
        with self.lock:
            self.closed = code
            self.lock.notify_all()
        self.raw.close()

    def _hear(self, opcode, body):
        if opcode == PING and not self.is_silent:
            self.raw.send(PONG, body)
        elif opcode == TEXT:
            said = json.loads(body)
            with self.lock:
                self.heard.append(body)
                if "re" in said:
                    self.answers[said["re"]] = said
                else:
                    self.last_n = max(self.last_n, said.get("n", 0))
                    self.floor.hear(said["ev"], said["of"])
                    self.events.append((said["ev"], said["of"], said.get("n", 0), time.time()))
                self.lock.notify_all()
        elif opcode == BINARY:
            with self.lock:
                self.heard.append(body)
                if body[:1] == b"\x01":
                    self.floor.tick(body)
                self.lock.notify_all()
            if body == b"\x00" and not self.is_silent:
                self.raw.send(BINARY, b"\x00")

    # -- asking -----------------------------------------------------------------------------------
    def post(self, name, **input_):
        """Sends a command; returns its number."""
        self.number += 1
        self.raw.send(TEXT, f"{name} {self.number} {json.dumps(input_)}".encode())
        return self.number

    def answer(self, number, seconds=WAIT_S):
        said = self.until(lambda: self.answers.pop(number, None), seconds, f"answer {number}")
        if "no" in said:
            raise Refused(said["no"]["code"], said["no"]["title"])
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
        except Refused as no:
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
                    raise TimeoutError(f"{what} did not come in {seconds} s; last events: "
                                       f"{[e[:2] for e in self.events[-6:]]}")
                self.lock.wait(left)

    def wait(self, name, seconds=WAIT_S, where=lambda of: True):
        """The next event of that name that was not waited for before; those passed over stay."""
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

    def wait_closed(self, seconds=WAIT_S):
        end = time.monotonic() + seconds
        with self.lock:
            while self.closed is None:
                left = end - time.monotonic()
                if left <= 0:
                    raise TimeoutError(f"not closed after {seconds} s")
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
        self.raw.close()
        self.thread.join(5)

    def close(self, code=1000):
        if self.closed is None:
            try:
                self.raw.send(CLOSE, struct.pack(">H", code))
                self.wait_closed(5)
            except (OSError, TimeoutError):
                pass
        self.raw.close()
        self.thread.join(5)
