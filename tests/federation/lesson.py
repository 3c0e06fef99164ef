"""tests/federation/lesson.py - a lesson that midori holds with aozora and with evil, on now whatever the
hour; and evil's end of the two lines to it, which says what it is told to and keeps what it hears."""
import base64
import datetime
import json
import secrets
import struct
import time
import uuid

from federation.world import wait_for
from lib.fed_peer import Line, answer_headers, when, write

JST = datetime.timezone(datetime.timedelta(hours=9))
SHARED = "/api/v1/shared"
HELLO, JOIN, LEAVE, POS, REACT, CHAT, GONE, MUTE, EJECT, LOOK, ON = 0, 1, 2, 3, 4, 5, 6, 8, 9, 11, 18
NOBODY = bytes(16)


def polite(world):
    """Evil answers what it is asked as any node would: so it is offered series, and lives among towns."""
    def answer(handler, body):
        asked = json.loads(body or b"{}")
        said = {"n": asked["n"], "at": when(world.now())} if "n" in asked else {
            "series": asked.get("series"), "state": "offered"}
        text = json.dumps(said, separators=(",", ":")).encode()
        write(handler, 200, answer_headers(world.evil_key, 200, "application/json", text,
                                           dict(handler.headers), int(world.now())), text)
    return answer


class Lesson:
    """Made by the boards of both towns through their routes; then its time is moved to now."""

    def __init__(self, world, host, guest):
        self.world, self.host, self.guest = world, host, guest  # sessions of boards
        self.series = str(uuid.uuid4())
        self.floor = None
        self.lessons = {}  # town -> its own id of the lesson
        self.number = 0    # class

    def _must(self, session, method, path, body):
        reply = session.request(method, path, {"id": str(uuid.uuid4()), **body})
        if reply.status // 100 != 2:
            raise AssertionError(f"{method} {path}: {reply}")
        return reply.json()

    def _open(self, session):
        self._must(session, "PUT", "/api/v1/contract", {
            "title": "契約", "contractor": "受託者", "begins_on": "2020-04-01", "ends_on": "2090-03-31",
            "n_student": 400, "n_staff": 100, "n_guardian": 0})
        for days in range(3):
            day = (datetime.datetime.now(JST) + datetime.timedelta(days=days)).date().isoformat()
            self._must(session, "PUT", "/api/v1/hours/days",
                       {"day": day, "slots": [{"from": "00:00", "to": "24:00"}]})
            self._must(session, "PUT", f"/api/v1/plan/days/{day}",
                       {"slots": [{"from": "10:00", "to": "10:45"}]})
        return day

    def begin(self):
        day = self._open(self.host)
        self._open(self.guest)
        course = self._must(self.host, "POST", "/api/v1/courses", {
            "kind": "relax", "picture": "leaf", "has_hand": True, "has_poll": True, "has_question": True,
            "title": "ゆっくり呼吸《こきゅう》", "summary": "からだをゆるめます。"})["course"]
        self._must(self.host, "PUT", f"/api/v1/courses/{course}/pages",
                   {"pages": [{"title": "はじめ", "text": "めをとじます。", "links": []}]})
        self._must(self.host, "POST", f"/api/v1/courses/{course}/decide",
                   {"decided": True, "version": 1, "pages_version": 1})
        reply = self.host.request("POST", SHARED + "/series", {
            "id": self.series, "course": course, "floor": "lounge", "places": 8, "rules": "",
            "lessons": [{"day": day, "slot": 1}]})
        self.floor = reply.json()["floor"]
        for node in (self.world.ids["aozora"], self.world.EVIL):
            self._must(self.host, "POST", f"{SHARED}/series/{self.series}/offer",
                       {"node": node, "places": 5})
        self._accept()
        self._now()

    def _accept(self):
        path = f"{SHARED}/offers/{self.series}"

        def offered():
            reply = self.guest.request("GET", path)
            return reply.json()["offer"] if reply.status == 200 else None
        offer = wait_for(offered)
        self._must(self.guest, "POST", path + "/accept", {"version": offer["version"]})
        wait_for(lambda: any(p.endswith("/series/offer") for _, p, _, _ in self.world.evil.seen))
        midori = self.world["midori"]
        said = wait_for(lambda: (r := self.world.send(midori, self.world.post(
            midori, "/fed/v1/series/answer", body={"series": self.series, "answer": "accepted"}))
            ).status == 200 and r)
        accepted = wait_for(lambda: midori.psql(
            "SELECT count(*) FROM fed_series_node WHERE state = 'accepted'") == "2")
        if not said or not accepted:
            raise AssertionError("the series was not accepted by both")

    def _now(self):
        begin = datetime.datetime.now(datetime.timezone.utc).replace(second=0, microsecond=0)
        times = [(begin + datetime.timedelta(minutes=m)).isoformat() for m in (-5, 180)]
        for name in ("midori", "aozora"):
            node = self.world[name]
            row = node.psql(f"SELECT lesson, class FROM fed_series_lesson WHERE series = '{self.series}'")
            self.lessons[name], number = row.split("|")
            self.number = int(number)
            for table in ("class_lesson", "fed_series_lesson"):
                node.psql(f"UPDATE {table} SET from_at = '{times[0]}', to_at = '{times[1]}' "
                          f"WHERE lesson = '{self.lessons[name]}'")

    def over(self):
        """It was three days ago: what both towns have counted, NODE -> chosen."""
        for name, key in self.lessons.items():
            for table in ("class_lesson", "fed_series_lesson"):
                self.world[name].psql(f"UPDATE {table} SET from_at = from_at - interval '3 days', "
                                      f"to_at = to_at - interval '3 days' WHERE lesson = '{key}'")

        def counted():
            rows = self.world["midori"].psql("SELECT node, n_chosen FROM fed_series_count").splitlines()
            return dict(row.split("|") for row in rows) if len(rows) == 2 else None
        return wait_for(counted, 40)

    def choose(self, name, child):
        """A child of a town chooses it, as soon as the town knows when it is."""
        path = f"/api/v1/my/lessons/{self.lessons[name]}"
        return wait_for(lambda: child.request("PUT", path, {"chosen": True}).status == 200)


# ---- evil's end ----

def frame(kind, payload=b"", flags=0, seq=0, number=0, pseud=b"", length=None):
    head = struct.pack(">BBIQQ10s", kind, flags, number, seq, int(time.time() * 1000), pseud)
    return struct.pack(">H", len(head) + len(payload) if length is None else length) + head + payload


def look(node, name, x=600, y=500, is_staff=0):
    """Payload of JOIN and LOOK."""
    name = name.encode()
    return struct.pack(">BBBBBHH16sB", is_staff, 1, 1, 0, 0, x, y, uuid.UUID(node).bytes, len(name)) + name


def message(data, opcode=2, masked=True):
    n = len(data)
    bit = 0x80 if masked else 0
    head = bytes([0x80 | opcode]) + (bytes([bit | n]) if n < 126 else
                                     bytes([bit | 126]) + struct.pack(">H", n) if n < 65536 else
                                     bytes([bit | 127]) + struct.pack(">Q", n))
    if not masked:
        return head + data
    mask = secrets.token_bytes(4)
    return head + mask + bytes(b ^ mask[i & 3] for i, b in enumerate(data))


class Rope:
    """One line of evil's to a host."""

    def __init__(self, world, host, lane="ctl"):
        self.world, self.host, self.lane = world, host, lane
        self.sock, self.data, self.seq = None, b"", 0
        self.frames = []  # (kind, pseud, payload) as they came
        self.raw = b""    # every byte after the opening

    def ticket(self):
        """A text, or the code of the refusal."""
        reply = self.world.send(self.host, self.world.post(self.host, "/fed/v1/link",
                                                           body={"lane": self.lane}))
        return reply.json()["ticket"] if reply.status == 200 else None, reply

    def open(self, ticket, protocol="ibasho-fed.v1", extra=""):
        """The status of the answer."""
        endpoint = self.world.endpoint(self.host)
        with self.world.net.inside("attacker"):
            line = Line(endpoint, timeout=10)
            line.connect()
        self.sock, self.data = line.sock, b""
        offer = protocol + (f", ticket.{ticket}" if ticket else "")
        self.sock.sendall((
            f"GET /fed/v1/link HTTP/1.1\r\nHost: {endpoint}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {base64.b64encode(bytes(16)).decode()}\r\n"
            f"Sec-WebSocket-Protocol: {offer}\r\n{extra}\r\n").encode())
        while b"\r\n\r\n" not in self.data and self._more():
            pass
        head, _, self.data = self.data.partition(b"\r\n\r\n")
        return int(head.split()[1]) if head.startswith(b"HTTP/") else 0

    def _more(self):
        try:
            got = self.sock.recv(65536)
        except OSError:
            got = b""
        self.data += got
        self.raw += got
        return bool(got)

    def next(self):
        """(opcode, payload); None when the line is closed or silent."""
        while True:
            if len(self.data) >= 2:
                n, at = self.data[1] & 127, 2
                if n > 125 and len(self.data) >= 10:
                    at = 4 if n == 126 else 10
                    n = int.from_bytes(self.data[2:at], "big")
                if (n < 126 or at > 2) and len(self.data) >= at + n:
                    opcode, payload = self.data[0] & 15, self.data[at:at + n]
                    self.data = self.data[at + n:]
                    return opcode, payload
            if not self._more():
                return None

    def greet(self, node=None, version=1, flags=0):
        """Says who it is, draws a stream; False: closed before that."""
        node = uuid.UUID(node or self.world.EVIL).bytes

        def hello(stream):
            return message(frame(HELLO, struct.pack(">B16s16sQ", version, node, stream, 0), flags))
        self.sock.sendall(hello(NOBODY))
        got = self.next()
        if got is None or got[0] == 8:
            return False
        self.sock.sendall(hello(secrets.token_bytes(16)))
        return True

    def say(self, kind, payload=b"", pseud=b"", flags=0, number=0):
        self.seq += 1
        self.sock.sendall(message(frame(kind, payload, flags, self.seq, number, pseud)))

    def hear(self, seconds, until=lambda: False):
        """Keeps what comes for a while; the code it was closed with, or None."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not until():
            self.sock.settimeout(max(0.05, min(0.3, end - time.monotonic())))
            got = self.next()
            if got is None:
                continue
            opcode, payload = got
            if opcode == 8:
                return struct.unpack(">H", payload[:2])[0] if len(payload) > 1 else 1005
            while opcode == 2 and len(payload) >= 34:
                n = struct.unpack(">H", payload[:2])[0]
                self.frames.append((payload[2], payload[24:34], payload[34:2 + n]))
                payload = payload[2 + n:]
        return None

    def close(self):
        if self.sock is not None:
            self.sock.close()
