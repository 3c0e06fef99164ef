#!/usr/bin/python3
# tests/run: right 240
"""WebSockets of a whole node, through the front and past it: who is let in, what a bad client costs
(only itself), how soon a dead one is seen, and that pages stay open however many sockets are."""
import base64
import hashlib
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib import ws_client  # noqa: E402
from lib.ibasho_node import HEALTH_PATH, ROOT, Nodes  # noqa: E402
from lib.t import case, main  # noqa: E402
from lib.ws_client import Closed, Late, No, Refused, frame  # noqa: E402

nodes = node = None
sessions, logins = [], []
KEY = "dGhlIHNhbXBsZSBub25jZQ=="
SEEN_S = 5.0  # a dead peer is noticed


def open_up(i, **how):
    return ws_client.connect(node, ws_client.ticket(sessions[i]), **how)


def status_of(the_ticket, **how):
    try:
        ws_client.connect(node, the_ticket, waits_hello=False, **how).close()
        return 101
    except Refused as refused:
        return refused.status


def metric(name):
    lines = node.admin("GET", "/metrics").body.decode().splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines
               if line.startswith(name) and not line.startswith("#"))


@case
def a_handshake_is_whole_or_refused(t):
    t.req("AI-2.6-オ")
    fresh = ws_client.ticket(sessions[0])
    rows = [
        ("no ticket", dict(without=("Sec-WebSocket-Protocol",)), (400, 401)),
        ("another site", dict(origin="https://evil.example"), (403,)),
        ("the office's page", dict(origin=node.url("office")), (403,)),
        ("no origin", dict(without=("Origin",)), (403,)),
        ("no key", dict(without=("Sec-WebSocket-Key",)), (400,)),
        ("an old version", dict(without=("Sec-WebSocket-Version",),
                                more=("Sec-WebSocket-Version: 8",)), (400, 426)),
        ("two keys", dict(more=(f"Sec-WebSocket-Key: {KEY}",)), (400,)),
        ("a body", dict(more=("Content-Length: 5",), first=b"hello"), (400,)),
        ("chunks", dict(more=("Transfer-Encoding: chunked",), first=b"0\r\n\r\n"), (400, 501)),
        ("its session's cookie alone", dict(without=("Sec-WebSocket-Protocol",), more=(
            "Sec-WebSocket-Protocol: ibasho.v1",
            "Cookie: " + "; ".join(f"{k}={v}" for k, v in sessions[0].cookies.items()))), (401,)),
    ]
    for what, how, wanted in rows:
        got = status_of(fresh, **how)
        t.ok(got in wanted, what, f"got {got}")
    t.eq(status_of(fresh), 101, "none of them used the ticket up")
    t.eq(status_of(fresh), 401, "which is good once")


@case
def a_ticket_ends_with_its_session(t):
    t.req("AI-2.6-オ")
    other = node.sign_in(logins[1])
    unused = ws_client.ticket(other)
    with ws_client.connect(node, ws_client.ticket(other)) as ws:
        t.eq(other.request("DELETE", "/api/v1/session").status, 204, "logged out")
        t.eq(ws.wait_close(), 4003, "its socket closes")
    t.eq(status_of(unused), 401, "its ticket is worth nothing")


@case
def early_frames_are_not_lost(t):
    said = b"".join(frame(1, f"place.leave {n} {{}}".encode()) for n in (1, 2))
    with open_up(0, first=said) as ws:
        for n in (1, 2):
            try:
                ws.wait_reply(n)
            except No:
                pass
        t.ok(True, "both were answered")


@case
def who_breaks_the_protocol_is_closed(t):
    t.req("AI-2.6-オ")
    rows = [
        ("unmasked", frame(1, b"place.leave 1 {}", masked=False), 1002),
        ("a reserved bit", frame(1, b"x", rsv=4), 1002),
        ("a reserved opcode", frame(3, b"x"), 1002),
        ("a long ping", frame(9, b"x" * 126), 1002),
        ("a ping in pieces", frame(9, b"x", fin=False), 1002),
        ("not UTF-8", frame(1, b"\xc0\x80"), 1007),
        ("NUL", frame(1, b"a\0"), 1007),
        # Its head says enough; whoever goes on sending may find the line cut before the close came.
        ("65,537 bytes", frame(1, b"x" * 65537)[:64], 1009),
        ("the top bit of a length", b"\x81\xff" + b"\xff" * 8 + b"mask", 1002),
        ("not the shortest length", b"\x81\xfe\x00\x01maskx", 1002),
        ("goes on with nothing", frame(0, b"x"), 1002),
        ("a close code nobody may send", frame(8, struct.pack(">H", 1005)), 1002),
        ("no command", frame(1, b"hello"), 1008),
        ("a binary message without a row", frame(2, b"\x77"), 1008),
    ]
    for what, said, code in rows:
        with open_up(0) as ws:
            ws.send_bytes(said)
            t.eq(ws.wait_close(), code, what)


@case
def floods_cost_their_sender_alone(t):
    t.req("AI-2.6-オ")
    floods = [
        ("200,000 pings", frame(9) * 200000, (1008,)),
        ("60,000 one-byte fragments", frame(1, b"x", fin=False) + frame(0, b"y", fin=False) * 60000,
         (1008,)),
        ("commands", b"".join(frame(1, b"place.leave 1 {}") for _ in range(20000)), (1008,)),
        ("sticks", b"".join(frame(2, b"\1\1\1") for _ in range(20000)), (1008,)),
    ]
    with open_up(1) as quiet:
        for what, said, codes in floods:
            with open_up(0) as ws:
                rounds = metric("ibasho_live_rounds_total")

                def pour(sock=ws.sock, some=said):
                    try:
                        sock.sendall(some)
                    except OSError:
                        pass

                thread = threading.Thread(target=pour)
                thread.start()
                try:
                    quiet.send_command("place.leave")
                except No as no:
                    t.ok(no.code != "too-many", f"{what}: another is answered", no.code)
                code = ws.wait_close()
                thread.join()
                # A front that meets bytes after the end may cut the line before the close is read.
                t.ok(code in codes + (1006,), what, code)
                t.note(f"{what}: {metric('ibasho_live_rounds_total') - rounds:.0f} rounds of the loop")
    t.ok(metric('ibasho_live_faults_total{rule="rate"}') >= 1, "the pings were counted")
    t.ok(metric('ibasho_live_faults_total{rule="fragments"}') >= 1, "the fragments too")
    t.ok(metric('ibasho_live_breaches_total{rule="flood"}') >= 2, "commands and sticks too")


@case
def a_dead_peer_is_seen_within_five_seconds(t):
    ws = open_up(0)
    pid = os.fork()
    if pid == 0:  # a machine of its own, which will stop in the middle
        try:
            while True:
                ws.listen(1)
        finally:
            os._exit(0)
    try:
        time.sleep(2.5)
        before = metric("ibasho_live_dead_total")
        os.kill(pid, signal.SIGSTOP)
        began = time.monotonic()
        while metric("ibasho_live_dead_total") == before and time.monotonic() - began < 20:
            time.sleep(0.05)
        took = time.monotonic() - began
        t.note(f"seen after {took:.2f} s")
        t.ok(took <= SEEN_S + 0.5, "seen", f"{took:.2f} s")  # half a second for our looking
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        ws.cut()


@case
def commands_of_other_roles_are_on_record(t):
    t.req("NI-T3-7")
    with open_up(0) as ws:
        said = []
        for name in ("area.lock", "area.nonsense"):
            number = ws.post_command(name, {"area": "x", "lock": "open"})
            try:
                ws.wait_reply(number)
            except No as no:
                said.append(json.dumps(no.no, sort_keys=True))
        t.eq(len(said), 2, "both refused")
        t.eq(said[0], said[1], "in the same words")
    sql = ("SELECT count(*) FROM access_record WHERE route = 'area.lock' AND action = 'refused'"
           f" AND account = '{logins[0].id}' AND address IS NOT NULL")
    until = time.monotonic() + 10
    while node.psql(sql) != "1" and time.monotonic() < until:
        time.sleep(0.1)
    t.eq(node.psql(sql), "1", "the role's try stands in the record, with its address")


class Holds:
    """In the node's place at the front's socket: takes every WebSocket and keeps it."""

    def __init__(self, path):
        self.path, self.held = path, []
        os.rename(path, path + ".kept")
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.bind(path)
        os.chmod(path, 0o666)
        self.sock.listen(1024)
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            try:
                conn, _ = self.sock.accept()
                head = b""
                while b"\r\n\r\n" not in head:
                    head += conn.recv(8192)
                key = [line.split(b": ", 1)[1] for line in head.split(b"\r\n")
                       if line.lower().startswith(b"sec-websocket-key:")][0]
                accept = base64.b64encode(hashlib.sha1(key + ws_client.GUID).digest())
                conn.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                             b"Connection: Upgrade\r\nSec-WebSocket-Protocol: ibasho.v1\r\n"
                             b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n")
                self.held.append(conn)
                threading.Thread(target=self._wait, args=(conn,), daemon=True).start()
            except OSError:
                return

    @staticmethod
    def _wait(conn):
        try:
            while conn.recv(4096):
                pass
        except OSError:
            pass
        conn.close()

    def wait(self, n):
        """Until n are held: the other side may read an answer before it is counted here."""
        until = time.monotonic() + 10
        while len(self.held) < n and time.monotonic() < until:
            time.sleep(0.01)

    def end(self):
        os.rename(self.path + ".kept", self.path)
        self.sock.close()
        for conn in self.held:
            conn.close()


@case
def sockets_never_take_the_pages_places(t):
    """The front alone, with its least number of connections: 60 of 100 for WebSockets."""
    with Nodes("midori") as small:
        town = small["midori"]
        written = town.data_dir + "/front/haproxy.cfg"
        owner = os.stat(written)
        subprocess.run(["ops/front/render", town.data_dir + "/node.conf", town.data_dir + "/front",
                        "front.maxconn=100"], check=True, cwd=ROOT)
        os.chown(written, owner.st_uid, owner.st_gid)
        town.reload()
        time.sleep(1)
        holds = Holds(town.run_dir + "/front/ws.sock")
        clients = []
        try:
            for _ in range(60):
                clients.append(ws_client.connect(town, "A" * 43, waits_hello=False))
            holds.wait(60)
            t.eq(len(holds.held), 60, "three fifths are taken")
            began = time.monotonic()
            try:
                ws_client.connect(town, "A" * 43, waits_hello=False)
                status = 101
            except Refused as refused:
                status = refused.status
            t.eq(status, 503, "one more is told to come again")
            t.note(f"after {time.monotonic() - began:.1f} s")
            for _ in range(20):
                t.eq(town.request("GET", HEALTH_PATH).status, 200, "the pages answer")
            clients.pop().cut()
            time.sleep(0.5)
            clients.append(ws_client.connect(town, "A" * 43, waits_hello=False))
            t.ok(True, "a place that is free is given")
        finally:
            for client in clients:
                client.cut()
            holds.end()


@case
def nobody_waits_long_while_the_node_is_away(t):
    """Killed: the front says 503 or takes the way to the next program; people come back by themselves."""
    ws = open_up(0)
    pid = node.kill("node")
    t.eq(ws.wait_close(), 1006, "the line is cut at once")
    node.wait_back("node", pid)
    began = time.monotonic()
    while time.monotonic() - began < 20:
        try:
            with open_up(0) as again:
                t.ok(again.hello is not None, "let in by the next program")
                break
        except (Refused, Closed, Late, OSError):
            time.sleep(0.1)
    else:
        t.ok(False, "nobody was let in again")


def open_all_day():
    import datetime
    import uuid
    board = node.sign_in(node.account("commissioner"))
    now = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=9)))
    board.request("PUT", "/api/v1/contract", {
        "id": str(uuid.uuid4()), "title": "見本の契約", "contractor": "受託者",
        "begins_on": "2020-04-01", "ends_on": "2090-03-31", "n_student": 400, "n_staff": 100,
        "n_guardian": 0})
    for days in range(2):
        board.request("PUT", "/api/v1/hours/days", {
            "id": str(uuid.uuid4()), "day": (now + datetime.timedelta(days=days)).date().isoformat(),
            "slots": [{"from": "00:00", "to": "24:00"}]})


if __name__ == "__main__":
    with Nodes("aozora") as nodes:
        node = nodes["aozora"]
        open_all_day()
        for _ in range(2):
            logins.append(node.account("student"))
            sessions.append(node.sign_in(logins[-1]))
        main(__file__)
