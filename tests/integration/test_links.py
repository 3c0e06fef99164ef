#!/usr/bin/python3
# tests/run: left 240
"""The links of two nodes (federation/link.h) over a real front, with a relay of ours in between that
delays, stalls and cuts; and a guest and a host of other make, who break the rules one by one."""
import base64
import contextlib
import hashlib
import os
import re
import secrets
import socket
import ssl
import struct
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib import link_pair  # noqa: E402
from lib.link_pair import NAME, WAIT_S, Pair, certificate  # noqa: E402
from lib.t import case, main  # noqa: E402

HELLO, LEAVE, CHAT, GONE, CREDIT = 0, 2, 5, 6, 20
RT, WHOLE = 2, 1
NOBODY = bytes(16)


# ---- a peer of other make ----

def frame(kind, payload=b"", flags=0, seq=0, class_=0, length=None):
    head = struct.pack(">BBIQQ10s", kind, flags, class_, seq, 1795357800000, b"")
    return struct.pack(">H", len(head) + len(payload) if length is None else length) + head + payload


def hello(node, stream=NOBODY, heard=0, flags=0, version=1):
    return frame(HELLO, struct.pack(">B16s16sQ", version, bytes.fromhex(node), stream, heard), flags)


def message(data, opcode=2, masked=True, fin=True):
    n = len(data)
    head = bytes([(0x80 if fin else 0) | opcode])
    bit = 0x80 if masked else 0
    head += (bytes([bit | n]) if n < 126 else bytes([bit | 126]) + struct.pack(">H", n) if n < 65536
             else bytes([bit | 127]) + struct.pack(">Q", n))
    if not masked:
        return head + data
    mask = secrets.token_bytes(4)
    return head + mask + bytes(b ^ mask[i & 3] for i, b in enumerate(data))


class Ended(Exception):
    pass


class Raw:
    """A TLS connection to a front, and what comes over it."""

    def __init__(self, port):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.sock = context.wrap_socket(socket.create_connection(("127.0.0.1", port), WAIT_S),
                                        server_hostname=NAME)
        self.sock.settimeout(WAIT_S)
        self.data = b""

    def need(self, n):
        while len(self.data) < n:
            try:
                more = self.sock.recv(65536)
            except (ConnectionError, ssl.SSLError) as e:
                raise Ended from e
            if not more:
                raise Ended
            self.data += more
        part, self.data = self.data[:n], self.data[n:]
        return part

    def open(self, ticket, port, protocol="ibasho-fed.v1", extra="", path="/fed/v1/link"):
        offer = protocol + (f", ticket.{ticket}" if ticket else "")
        self.sock.sendall((f"GET {path} HTTP/1.1\r\nHost: {NAME}:{port}\r\nUpgrade: websocket\r\n"
                           "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                           f"Sec-WebSocket-Key: {base64.b64encode(secrets.token_bytes(16)).decode()}"
                           f"\r\nSec-WebSocket-Protocol: {offer}\r\n{extra}\r\n").encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self.need(1)
        return int(head.split()[1])

    def message(self):
        """(opcode, payload) of the next message of a server's."""
        opcode, n = self.need(1)[0] & 15, self.need(1)[0]
        if n == 126:
            n = struct.unpack(">H", self.need(2))[0]
        elif n == 127:
            n = struct.unpack(">Q", self.need(8))[0]
        return opcode, self.need(n)

    def closed(self):
        """Code and reason it is closed with; what comes before that is passed over."""
        try:
            while True:
                opcode, payload = self.message()
                if opcode == 8:
                    return struct.unpack(">H", payload[:2])[0], payload[2:].decode()
        except Ended:
            return 0, ""

    def end(self):
        self.sock.close()


def ticket_of(host, node, lane):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.connect(host.tickets)
        sock.sendall(f"{node} {lane}\n".encode())
        return sock.recv(64).decode()


def stranger(p, lane="ctl", node=None):
    """A guest of other make whom the host allows, with a line just opened."""
    node = node or secrets.token_bytes(16).hex()
    p.host.say("allow", node, 600)
    p.wait(lambda: p.host.status(node).get("allowed"))
    raw = Raw(p.front.port)
    assert raw.open(ticket_of(p.host, node, lane), p.front.port) == 101
    return raw, node


def stands(p):
    """A line that is up, in a stream of the stranger's drawing; the next number is 1."""
    raw, node = stranger(p)
    raw.sock.sendall(message(hello(node)))
    raw.message()
    raw.sock.sendall(message(hello(node, secrets.token_bytes(16))))
    p.host.next(lambda line: line.startswith(f"up {node}"))
    return raw, node


# ---- what they carry ----

@case
def links_carry_ten_thousand_frames_in_order(t):
    t.req("CARD-6")
    with Pair() as p:
        t.eq(p.link(), ("0", "0"), "the first time nothing goes on")
        p.flow(p.guest, "ctl", 10000, 2000)  # faster, on a busy machine the ring of 4,096 may run over, and all begins anew
        p.flow(p.host, "ctl", 10000, 2000)
        for side, other in ((p.guest, p.host), (p.host, p.guest)):
            side.event("done")
            t.ok(p.wait(lambda: other.counts()["lanes"][0]["n"] == 10000), "all came",
                 other.counts())
            lane = other.counts()["lanes"][0]
            t.eq((lane["lost"], lane["doubled"]), (0, 0), "each once, in order")
            t.ok(p.wait(lambda: side.status(other.id)["waiting"] == 0), "and was acknowledged")


@case
def links_go_on_after_a_cut(t):
    t.req("CARD-6 CARD-7")
    with Pair() as p:
        p.link()
        for n in range(3):
            p.flow(p.guest, "ctl", 500, 1000)
            p.flow(p.host, "ctl", 500, 1000)
            p.flow(p.host, "rt", 100, 200)
            p.wait(lambda: p.host.counts()["lanes"][0]["n"] > 500 * n + 50)
            p.relay.cut()
            t.eq([p.guest.event("down")[0], p.host.event("down")[0]], ["cut", "cut"], "both see it")
            p.guest.next(lambda line: line.startswith("done") and "ctl" in line)
            p.host.next(lambda line: line.startswith("done") and "ctl" in line)
            p.relay.heal()
            t.eq([p.guest.event("up")[0], p.host.event("up")[0]], ["1", "1"], "nothing is missing")
            for side in (p.guest, p.host):
                t.ok(p.wait(lambda: side.counts()["lanes"][0]["n"] == 500 * (n + 1)), "all came")
                lane = side.counts()["lanes"][0]
                t.eq((lane["lost"], lane["doubled"]), (0, 0), "0 lost, 0 doubled")
            t.ok(p.wait(lambda: p.guest.status(p.host.id)["is_rt_up"]), "movement is back, too")
        lane = p.guest.counts()["lanes"][1]
        t.ok(lane["n"] < 300 and lane["doubled"] == 0, "movement is not sent again", lane)


@case
def links_with_a_hole_are_given_up_and_go_on(t):
    def one(ways, found):
        with Pair() as p:
            p.link()
            p.flow(p.guest, "ctl", 5)
            p.flow(p.host, "ctl", 5)
            p.wait(lambda: p.host.counts()["lanes"][0]["n"] == 5)
            p.relay.stall(*ways)
            p.flow(p.guest, "ctl", 50)
            p.flow(p.host, "ctl", 50)
            found["down"] = [p.guest.event("down", 60)[0], p.host.event("down", 60)[0]]
            p.relay.heal()
            found["up"] = [p.guest.event("up", 60)[0], p.host.event("up", 60)[0]]
            p.wait(lambda: all(s.counts()["lanes"][0]["n"] >= 55 for s in (p.host, p.guest)))
            found["lanes"] = [s.counts()["lanes"][0] for s in (p.host, p.guest)]

    tries = [(ways, {}) for ways in (("up",), ("down",), ("up", "down"))]
    threads = [threading.Thread(target=one, args=each) for each in tries]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for ways, found in tries:
        t.ok("silent" in found.get("down", ()), f"{ways}: who hears nothing gives it up", found)
        t.eq(found.get("up"), ["1", "1"], f"{ways}: nothing is missing")
        t.eq([(lane["n"], lane["lost"], lane["doubled"]) for lane in found.get("lanes", ())],
             [(55, 0, 0)] * 2, f"{ways}: 0 lost, 0 doubled")


@case
def links_begin_anew_with_a_new_process(t):
    t.req("CARD-6")
    with Pair() as p:
        p.link()
        p.flow(p.guest, "ctl", 100)
        p.wait(lambda: p.host.counts()["lanes"][0]["n"] == 100)
        p.host = p.host.again()
        t.eq(p.guest.event("down")[0], "cut", "kill -9 of the host")
        p.host.say("allow", p.guest.id, 600)
        t.eq([p.guest.event("up")[0], p.host.event("up")[0]], ["0", "0"], "all is to be said anew")
        p.flow(p.guest, "ctl", 100)
        t.ok(p.wait(lambda: p.host.counts()["lanes"][0]["n"] == 100), "and is")
        p.guest = p.guest.again()
        t.eq(p.host.event("down")[0], "cut", "kill -9 of the guest")
        p.want()
        t.eq([p.guest.event("up")[0], p.host.event("up")[0]], ["0", "0"], "anew again")
        p.host.say("end")
        t.eq(p.guest.event("down")[0], "cut", "a host that ends says good-bye")


@case
def links_drop_movement_that_is_late(t):
    with Pair() as p:
        p.link()
        p.relay.stall("down")
        p.flow(p.host, "rt", 60000)
        p.host.event("done")
        p.flow(p.host, "ctl", 20)
        p.wait(lambda: p.host.status(p.guest.id)["late"] > 1000)
        p.relay.heal()
        t.ok(p.wait(lambda: p.guest.counts()["lanes"][0]["n"] == 20), "words all came")
        lane, late = p.guest.counts()["lanes"][1], p.host.status(p.guest.id)["late"]
        t.ok(late > 1000, "what was over 200 ms old did not go out", late)
        t.eq(lane["doubled"], 0, "nothing twice")
        t.ok(lane["n"] + late <= 60000, "nor made up", (lane, late))
        t.ok(p.guest.status(p.host.id)["is_up"], "and the links stand")


# ---- who may ----

@case
def links_need_a_ticket_of_their_own(t):
    t.req("CARD-11")
    with Pair() as p:
        node = secrets.token_bytes(16).hex()
        t.eq(ticket_of(p.host, node, "ctl"), "denied", "who is not allowed gets none")
        p.want()
        t.ok(p.wait(lambda: p.guest.logged("link.not-opened.*denied")), "our own guest, too")
        p.host.say("allow", node, 600)
        p.wait(lambda: p.host.status(node).get("allowed"))
        good = ticket_of(p.host, node, "ctl")
        for what, ticket, words, want in (
                ("none", None, {}, 401), ("made up", "A" * 43, {}, 401),
                ("another form", "A" * 42, {}, 401),
                ("another protocol", good, {"protocol": "ibasho.v1"}, 400),
                ("a page", good, {"extra": "Origin: https://public.localhost\r\n"}, 403),
                ("another place", good, {"path": "/fed/v1/link?x=1"}, 404),
                ("good", good, {}, 101), ("used before", good, {}, 401)):
            raw = Raw(p.front.port)
            t.eq(raw.open(ticket, p.front.port, **words), want, what)
            raw.end()
        gone = ticket_of(p.host, node, "ctl")
        p.host.say("allow", node, 0)
        p.wait(lambda: not p.host.status(node))
        raw = Raw(p.front.port)
        t.eq(raw.open(gone, p.front.port), 401, "not allowed any more")
        raw.end()


@case
def links_close_when_they_may_not_stand(t):
    t.req("CARD-11")
    with Pair() as p:
        p.link()
        for why in ("contract", "revoked", "split"):
            p.host.say("judge", why)
            t.eq(p.host.event("down")[0], why, "at once")
            t.eq(p.guest.event("down")[0], "cut", "the other side sees it")
            t.ok(not p.host.status(p.guest.id)["is_rt_up"], "both lanes")
            t.eq(ticket_of(p.host, p.guest.id, "ctl"), "unavailable", "and no new one")
            p.host.say("judge")
            t.eq([p.guest.event("up")[0], p.host.event("up")[0]], ["0", "0"], "it had been over")
        p.host.say("allow", p.guest.id, 0)
        t.eq(p.host.event("down")[0], "unwanted", "the host's leave has ended")
        t.eq(p.guest.event("down")[0], "cut", "")
        p.host.say("allow", p.guest.id, 600)
        p.guest.event("up"), p.host.event("up")
        p.want(0)
        t.eq(p.guest.event("down")[0], "unwanted", "the guest wants no more")
        t.eq(p.host.event("down")[0], "cut", "")


@case
def links_refuse_another_key(t):
    with Pair() as p:
        p.host.say("allow", p.guest.id, 600)
        p.want(pin="00" * 32)
        t.ok(p.wait(lambda: p.guest.logged("link.not-opened.*no line: pin")), "the registry's alone")
        t.eq(p.guest.status(p.host.id)["is_up"], 0, "no link")


# ---- what is refused ----

def hostile():
    """What breaks a rule, and which: on a line that is up, and on one that has just been opened."""
    body = struct.pack(">16sQ16s10sH", b"\1" * 16, 1, b"\2" * 16, b"", 1)
    up = [
        ("unmasked", message(frame(LEAVE, seq=1), masked=False), "unmasked"),
        ("over 64 KiB", message(b"x" * 70000)[:100], "size"),  # what it announces is enough
        ("a text", message(b"abc", opcode=1), "text"),
        ("nothing in it", message(b""), "empty"),
        ("no frame", message(b"\0"), "frame"),
        ("noise", message(b"\xff" * 300), "frame"),
        ("cut short", message(frame(LEAVE, seq=1)[:-1]), "frame"),
        ("a length of more", message(frame(LEAVE, seq=1, length=100)), "frame"),
        ("a flag without meaning", message(frame(LEAVE, flags=1, seq=1)), "frame"),
        ("a payload too many", message(frame(LEAVE, b"x", seq=1)), "leave"),
        ("a line without an id", message(frame(GONE, NOBODY, seq=1)), "gone"),
        ("words that are no UTF-8", message(frame(CHAT, body + b"\xff", seq=1)), "chat"),
        ("a number missing", message(frame(LEAVE, seq=2)), "gap"),
        ("more than was said", message(frame(CREDIT, struct.pack(">Q", 1000))), "credit"),
        ("hello again", message(hello("01" * 16)), "hello again"),
        ("a reserved bit", b"\xc2\x80\0\0\0\0", "rsv"),
        ("eleven pings", b"".join(message(b"", opcode=9) for _ in range(11)), "rate"),
    ]
    other = "77" * 16
    begun = [
        ("no hello", lambda node: message(frame(LEAVE, seq=1)), "no hello"),
        ("an unknown type first", lambda node: message(frame(99)), "no hello"),
        ("another version", lambda node: message(hello(node, version=2)), "hello"),
        ("another node", lambda node: message(hello(other)), "another node"),
        ("another lane", lambda node: message(hello(node, flags=RT)), "another lane"),
    ]
    return up, begun


@case
def links_end_with_who_breaks_a_rule_and_no_other(t):
    t.req("CARD-7")
    up, begun = hostile()
    with Pair() as p:
        p.link()
        for what, data, rule in up:
            raw, node = stands(p)
            raw.sock.sendall(data)
            t.eq(raw.closed(), (1008, rule), what)
            t.eq(p.host.next(lambda line, n=node: line.startswith(f"down {n}")).split()[2], "fault",
                 what)
            t.eq(p.host.status(node)["faults"], 1, what)
            raw.end()
            p.host.say("allow", node, 0)
        for what, data, rule in begun:
            raw, node = stranger(p)
            raw.sock.sendall(data(node))
            t.eq(raw.closed(), (1008, rule), what)
            raw.end()
            p.host.say("allow", node, 0)
        raw, node = stands(p)
        raw.sock.sendall(message(frame(200, b"what is to come", flags=255, seq=1) +
                                 frame(LEAVE, seq=2)))
        t.ok(p.wait(lambda: p.host.status(node)["unknown"] == 1), "a newer type is passed over")
        t.eq(p.host.status(node)["faults"], 0, "and no fault")
        raw.end()
        p.flow(p.guest, "ctl", 50)
        t.ok(p.wait(lambda: p.host.counts()["lanes"][0]["n"] == 50), "the good guest goes on")
        t.eq(p.host.status(p.guest.id)["new"], 1, "on the same link")
        t.ok(p.host.logged('"link.fault".*"rule":"unmasked"'), "and it is logged")
        p.host.say("fault", p.guest.id)
        t.eq(p.host.next(lambda line: line.startswith(f"down {p.guest.id}")).split()[2], "fault",
             "a rule that a feature keeps")
        t.eq(p.guest.event("up")[0], "0", "then all anew")


class FalseHost:
    """TLS with a key of its own; answers each opening with `answer`, then says `data`."""

    def __init__(self, folder, answer, data=b""):
        pem, self.pin = certificate(folder)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(pem)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.answer, self.data, self.seen, self.is_over = answer, data, [], False
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while not self.is_over:
            with contextlib.suppress(OSError):
                near, _ = self.listener.accept()
                with self.context.wrap_socket(near, server_side=True) as sock:
                    self.serve(sock)

    def serve(self, sock):
        head = b""
        sock.settimeout(5)
        while not head.endswith(b"\r\n\r\n"):
            head += sock.recv(4096)
        key = re.search(rb"Sec-WebSocket-Key: (.*)\r", head).group(1)
        accept = base64.b64encode(hashlib.sha1(
            key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()).decode()
        sock.sendall(self.answer.replace("ACCEPT", accept).encode())
        if self.data:
            sock.sendall(self.data)
        with contextlib.suppress(OSError):
            while True:
                more = sock.recv(4096)
                if not more:
                    break
                self.seen.append(more)

    def stop(self):
        self.is_over = True
        self.listener.close()


GOOD = ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: ACCEPT\r\nSec-WebSocket-Protocol: ibasho-fed.v1\r\n\r\n")


@case
def links_believe_no_false_host(t):
    with Pair() as p:
        p.host.say("allow", p.guest.id, 600)
        other = "55" * 16
        for what, answer, data, want in (
                ("another status", GOOD.replace("101", "200"), b"", "proto, status 200"),
                ("no answer to the key", GOOD.replace("ACCEPT", "AAAA"), b"", "proto, status 101"),
                ("another protocol", GOOD.replace("fed.v1", "fed.v2"), b"", "proto, status 101"),
                ("an extension", GOOD.replace("\r\n\r\n", "\r\nSec-WebSocket-Extensions: x\r\n\r\n"),
                 b"", "proto, status 101"),
                ("a head without an end", "HTTP/1.1 101 x\r\n" + "a: b\r\n" * 1000, b"", "large"),
                ("masked frames", GOOD, message(hello(p.host.id)), "unmasked"),
                ("another node", GOOD, message(hello(other), masked=False), "another node")):
            host = FalseHost(p.guest.run, answer, data)
            p.guest.say("want", p.host.id, 600, f"{NAME}:{host.port}", host.pin, p.host.tickets)
            pattern = re.escape(want)
            t.ok(p.wait(lambda: p.guest.logged(f"link[.](not-opened|fault).*{pattern}")), what,
                 p.guest.logged("link.*"))
            host.stop()
            p.want(0)
            p.wait(lambda: not p.guest.status(p.host.id))
            open(p.guest.log_path, "w", encoding="ascii").close()
        p.want()
        t.eq(p.guest.event("up")[0], "0", "and then the right one")


if __name__ == "__main__":
    link_pair.build()
    main(__file__)
