#!/usr/bin/python3
# tests/run: left 200
"""Files as bodies through the front (ops/front/bodies): 16 MiB arrive, more does not; a refusal is
never lost behind a body on its way; a slow sender is cut off; a stranger's bytes go nowhere. And
health, while the database hangs."""
import os
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import Nodes, Session  # noqa: E402
from lib.t import case, main  # noqa: E402

nodes = Nodes("aozora")
node = nodes.__enter__()["aozora"]
IMPORTS = "/api/v1/roster/imports"
MIB = 1 << 20
board = node.sign_in(node.account("commissioner"))


def send(body, kind="application/zip", session=board):
    return session.request("POST", IMPORTS, body, {"Content-Type": kind}, timeout=60)


def code(reply):
    return reply.json().get("code") if reply.body[:1] == b"{" else None


def begin(n_bytes, path=IMPORTS, kind="application/zip"):
    """A head, and a connection on which its body has yet to come."""
    connection = node.connection("public", timeout=60)
    connection.putrequest("POST", path)
    for name, value in (("Content-Type", kind), ("Content-Length", str(n_bytes)),
                        ("Origin", node.url()),
                        ("Cookie", "; ".join(f"{k}={v}" for k, v in board.cookies.items()))):
        connection.putheader(name, value)
    connection.endheaders()
    return connection


@case
def file_node_takes_sixteen_mebibytes_and_no_more(t):
    t.req("NI-T3-10")
    for size in (0, 1, 100_000, 16 * MIB):
        reply = send(os.urandom(size))
        t.ok(reply.status in (201, 422), f"{size} bytes are read as a package", reply)
        t.ok(code(reply) not in ("too-large", "type", "too-slow"), f"{size} bytes", reply)
    for n_bytes, path, kind, what in (
            (16 * MIB + 1, IMPORTS, "application/zip", "a byte more"),
            (65537, "/api/v1/session", "application/json", "JSON keeps its own cap"),
            (65537, IMPORTS + "/x/apply", "application/json", "and below the path, too")):
        connection = begin(n_bytes, path, kind)
        t.eq(connection.getresponse().status, 413, what + ": refused by its head")
        connection.close()


@case
def file_node_refusals_are_never_lost(t):
    some = os.urandom(MIB)
    stranger = Session(node)
    for _ in range(15):
        reply = send(some, "application/json")
        t.eq((reply.status, code(reply)), (415, "type"), "another kind")
        reply = send(some, session=stranger)
        t.eq((reply.status, code(reply)), (401, "sign-in-needed"), "a stranger")
        reply = board.request("POST", IMPORTS, some, {"Content-Type": "application/zip",
                                                      "Origin": "https://evil.example"})
        t.eq((reply.status, code(reply)), (403, "cross-site"), "from another site")


@case
def file_node_a_slow_sender_is_cut_off(t):
    connection = begin(MIB)
    connection.send(b"P")
    began = time.monotonic()
    reply = connection.getresponse()
    t.eq(reply.status, 408, "too slow")
    t.ok(time.monotonic() - began < 45, "within the time of a body", time.monotonic() - began)
    connection.close()


@case
def file_node_health_is_told_while_the_database_hangs(t):
    postmaster = node.pid("postgres")
    children = subprocess.run(["pgrep", "-P", str(postmaster)], capture_output=True, text=True,
                              check=True).stdout.split()
    waiting = [threading.Thread(target=lambda: Session(node).request(
        "POST", "/api/v1/session", {"login": "nobody-here", "password": "nothing at all"},
        timeout=60)) for _ in range(4)]
    t.ok(len(children) >= 5, "the cluster's processes", children)
    for pid in children:
        os.kill(int(pid), signal.SIGSTOP)
    try:
        for thread in waiting:
            thread.start()
        time.sleep(1)  # every worker now waits for an answer that does not come
        for _ in range(3):
            reply = node.request("GET", "/api/v1/health", timeout=5)
            t.eq((reply.status, reply.json()), (200, {"status": "ok"}), "health")
            t.eq(node.request("GET", "/api/v1/node", timeout=5).status, 200, "the first page's words")
        t.ok(all(thread.is_alive() for thread in waiting), "and they do wait")
    finally:
        for pid in children:
            os.kill(int(pid), signal.SIGCONT)
    for thread in waiting:
        thread.join()
    t.eq(node.wait_answer() < 20, True, "and on it goes")


if __name__ == "__main__":
    main(__file__, nodes.close)
