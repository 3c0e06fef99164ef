"""tests/lib/ws_client.py - a WebSocket client of a test, by hand (RFC 6455): through the front of a
node (TLS), or over any socket. It says what it is told to, also what no browser would.

    ticket = ws_client.ticket(session)                # POST /api/v1/ticket
    with ws_client.connect(node, ticket) as ws:       # Refused(status) when it is not let in
        ws.hello                                      # the first event's `of`
        ok = ws.send_command("floor.walk", {"x": 1200, "y": 800})   # No(code) when refused
        of = ws.wait_event("people.came")             # earlier ones are kept for others to wait for
        ws.send_frame(0x9, b"x", masked=False)        # raw

Pings are answered and BEATs too, whenever something is waited for; `answers = False` ends that.
Nothing runs in the background: a client that nobody waits on is a silent one.
"""
import base64
import hashlib
import json
import os
import re
import select
import struct
import threading
import time

from lib.dial import dial

# addresses.source: of a thread, from where its next lines come (127.0.0.0/8).
addresses = threading.local()
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
WAIT_S = 30  # for what must come, on a machine that does much else


class Refused(Exception):
    def __init__(self, status, body):
        super().__init__(f"{status}: {body[:200]!r}")
        self.status, self.body = status, body


class Closed(Exception):
    """The connection is over; code 1006 without a close."""

    def __init__(self, code, reason=""):
        super().__init__(f"{code} {reason}")
        self.code, self.reason = code, reason


class No(Exception):
    def __init__(self, no):
        super().__init__(f"{no['code']}: {no['title']}")
        self.code, self.no = no["code"], no


class Late(Exception):
    """What was waited for did not come in time."""


def ticket(session):
    reply = session.request("POST", "/api/v1/ticket")
    if reply.status not in (200, 201):
        raise Refused(reply.status, reply.body)
    return reply.json()["ticket"]


def opening(host, origin, the_ticket, key, more=(), without=()):
    """The request's bytes; `more` lines are added, headers named in `without` are left out."""
    protocol = "ibasho.v1" + (f", ticket.{the_ticket}" if the_ticket is not None else "")
    lines = [("Host", host), ("Origin", origin), ("Upgrade", "websocket"),
             ("Connection", "Upgrade"), ("Sec-WebSocket-Version", "13"),
             ("Sec-WebSocket-Key", key), ("Sec-WebSocket-Protocol", protocol)]
    head = "GET /ws HTTP/1.1\r\n" + "".join(
        f"{k}: {v}\r\n" for k, v in lines if k not in without and v is not None)
    return (head + "".join(f"{line}\r\n" for line in more) + "\r\n").encode()


def front_socket(node, listener="public", timeout=WAIT_S):
    scheme, host, port = re.match(r"(https?)://([^:/]+):(\d+)", node.url(listener)).groups()
    sock = dial(host, int(port), timeout, source_address=getattr(addresses, "source", None))
    if scheme == "https":
        sock = node.nodes.context_of(node, listener).wrap_socket(sock, server_hostname=host)
    return sock, f"{host}:{port}"


def connect(node, the_ticket, origin=None, more=(), without=(), first=b"", waits_hello=True):
    """Opens a WebSocket through the node's front. `first`: frames sent behind the head at once."""
    sock, host = front_socket(node)
    key = base64.b64encode(os.urandom(16)).decode()
    try:
        sock.sendall(opening(host, origin or node.url(), the_ticket, key, more, without) + first)
        client = Client(sock)
        client.read_answer(key)
        if waits_hello:
            client.hello = client.wait_event("hello")
        return client
    except BaseException:
        sock.close()
        raise


def frame(opcode, payload=b"", fin=True, masked=True, rsv=0):
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    bit, n = (0x80 if masked else 0), len(payload)
    if n < 126:
        head += bytes([bit | n])
    elif n < 65536:
        head += bytes([bit | 126]) + struct.pack(">H", n)
    else:
        head += bytes([bit | 127]) + struct.pack(">Q", n)
    if not masked:
        return head + payload
    mask = os.urandom(4)
    return head + mask + bytes(b ^ mask[i & 3] for i, b in enumerate(payload))


class Client:
    def __init__(self, sock):
        self.sock, self.bytes, self.answers = sock, b"", True
        self.events, self.replies, self.binary = [], {}, []  # what came and nobody waited for
        self.number, self.hello, self.n_pings, self.n_beats = 0, None, 0, 0
        self.is_open = True

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self, code=1000):
        """Says a close, does not wait for the other's."""
        if self.is_open:
            self.is_open = False
            try:
                self.sock.sendall(frame(8, struct.pack(">H", code)))
            except OSError:
                pass
        self.sock.close()

    def cut(self):
        """As when the line is gone: no close is said."""
        self.is_open = False
        self.sock.close()

    # -- bytes ----------------------------------------------------------------------------------
    def _more(self, until):
        left = until - time.monotonic()
        pending = getattr(self.sock, "pending", lambda: 0)()
        if not pending and (left <= 0 or not select.select([self.sock], [], [], left)[0]):
            raise Late()
        try:
            some = self.sock.recv(65536)
        except (ConnectionError, OSError):
            some = b""
        if not some:
            self.is_open = False
            raise Closed(1006)
        self.bytes += some

    def read_answer(self, key):
        until = time.monotonic() + WAIT_S
        while b"\r\n\r\n" not in self.bytes:
            self._more(until)
        head, self.bytes = self.bytes.split(b"\r\n\r\n", 1)
        status = int(head.split(b" ", 2)[1])
        if status != 101:
            length = re.search(rb"(?i)content-length: *(\d+)", head)
            try:  # the front may keep the line
                while length is None or len(self.bytes) < int(length.group(1)):
                    self._more(until)
            except (Closed, Late):
                pass
            raise Refused(status, self.bytes)
        accept = base64.b64encode(hashlib.sha1(key.encode() + GUID).digest())
        if b"sec-websocket-accept: " + accept.lower() not in head.lower():
            raise Refused(status, head)

    def next_frame(self, wait_s=WAIT_S):
        """(opcode, payload), whatever it is; nothing is answered."""
        return self._next(time.monotonic() + wait_s)

    def _next(self, until):
        while True:
            whole = self._whole()
            if whole:
                return whole
            self._more(until)

    def _whole(self):
        b = self.bytes
        if len(b) < 2:
            return None
        n, at = b[1] & 0x7f, 2
        if n == 126 and len(b) >= 4:
            n, at = struct.unpack(">H", b[2:4])[0], 4
        elif n == 127 and len(b) >= 10:
            n, at = struct.unpack(">Q", b[2:10])[0], 10
        elif n > 125:
            return None
        if len(b) < at + n:
            return None
        self.bytes = b[at + n:]
        return b[0] & 15, b[at:at + n]

    # -- saying ---------------------------------------------------------------------------------
    def send_bytes(self, some):
        self.sock.sendall(some)

    def send_frame(self, opcode, payload=b"", **how):
        self.sock.sendall(frame(opcode, payload, **how))

    def send_text(self, text):
        self.send_frame(1, text.encode() if isinstance(text, str) else text)

    def stick(self, dx, dy):
        self.send_frame(2, struct.pack("Bbb", 1, dx, dy))

    def post_command(self, name, input=None):
        """Says it and does not wait; its number."""
        self.number += 1
        self.send_text(f"{name} {self.number} {json.dumps(input or {}, ensure_ascii=False)}")
        return self.number

    def send_command(self, name, input=None, wait_s=WAIT_S):
        return self.wait_reply(self.post_command(name, input), wait_s)

    # -- hearing --------------------------------------------------------------------------------
    def _take(self, until):
        """One frame, sorted to where it is waited for."""
        opcode, payload = self._next(until)
        if opcode == 1:
            said = json.loads(payload)
            if "ev" in said:
                self.events.append(said)
            else:
                self.replies[said["re"]] = said
        elif opcode == 9:
            self.n_pings += 1
            if self.answers:
                self.send_frame(10, payload)
        elif opcode == 2 and payload == b"\0":
            self.n_beats += 1
            if self.answers:
                self.send_frame(2, b"\0")
        elif opcode == 2:
            self.binary.append(payload)
        elif opcode == 8:
            self.is_open = False
            code = struct.unpack(">H", payload[:2])[0] if payload else 1005
            try:
                self.send_frame(8, payload[:2])
            except OSError:
                pass
            raise Closed(code, payload[2:].decode())

    def wait_reply(self, number, wait_s=WAIT_S):
        until = time.monotonic() + wait_s
        while number not in self.replies:
            self._take(until)
        said = self.replies.pop(number)
        if "no" in said:
            raise No(said["no"])
        return said["ok"]

    def wait_event(self, name, fits=None, wait_s=WAIT_S):
        """The `of` of the first such event; it is taken out, the others stay."""
        until = time.monotonic() + wait_s
        seen = 0
        while True:
            for i in range(seen, len(self.events)):
                said = self.events[i]
                if said["ev"] == name and (fits is None or fits(said["of"])):
                    return self.events.pop(i)["of"]
            seen = len(self.events)
            self._take(until)

    def wait_binary(self, fits=None, wait_s=WAIT_S):
        until = time.monotonic() + wait_s
        while True:
            for i, payload in enumerate(self.binary):
                if fits is None or fits(payload):
                    return self.binary.pop(i)
            self._take(until)

    def wait_close(self, wait_s=WAIT_S):
        """The close code; whatever comes before is kept."""
        until = time.monotonic() + wait_s
        try:
            while True:
                self._take(until)
        except Closed as e:
            return e.code

    def listen(self, seconds):
        """Answers pings and keeps what comes, for so long."""
        until = time.monotonic() + seconds
        try:
            while True:
                self._take(until)
        except Late:
            pass


def read_tick(payload):
    """A TICK: (is_picture, floor_ms, {seat: (x, y)}, {seat: (dx, dy)},
    {seat: (speed, age_ms, [(x, y)...], is_steered)})."""
    kind, flags, n_moves, floor_ms = struct.unpack("<BBHI", payload[:8])
    if kind != 1:
        raise ValueError(f"not a TICK: {payload[:16]!r}")
    at, moves, steps, walks = 8, {}, {}, {}
    for _ in range(n_moves):
        seat, x, y = struct.unpack("<HHH", payload[at:at + 6])
        moves[seat] = (x, y)
        at += 6
    (n_runs,) = struct.unpack("<H", payload[at:at + 2])
    at += 2
    for _ in range(n_runs):
        seat, n = struct.unpack("<HB", payload[at:at + 3])
        at += 3
        for i in range(n):
            steps[seat + i] = struct.unpack("<bb", payload[at + 2 * i:at + 2 * i + 2])
        at += 2 * n
    while at < len(payload):
        seat, n_points, kind, speed, age_ms = struct.unpack("<HBBHH", payload[at:at + 8])
        at += 8
        walks[seat] = (speed, age_ms, [struct.unpack("<HH", payload[at + 4 * i:at + 4 * i + 4])
                                       for i in range(n_points)], kind == 1)
        at += 4 * n_points
    return bool(flags & 1), floor_ms, moves, steps, walks
