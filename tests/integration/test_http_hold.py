#!/usr/bin/python3
# tests/run: left 60
"""Strangers who hold what they began: more half bodies than the server has places, of JSON and of a
file. They are held by the front, or by the few places of files; whoever asks whole is answered."""
import os
import re
import socket
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import Nodes  # noqa: E402
from lib.t import case, main  # noqa: E402

nodes = Nodes("aozora")
node = nodes.__enter__()["aozora"]
HOST, PORT = re.match(r"https://([^:]+):(\d+)", node.url()).groups()
CONTEXT = node.context()
N_HELD = 420  # the server takes 400 at a time from the front
N_ASKED = 20
ANSWER_S = 5  # far below the ten seconds after which a half body is ended


def hold(path, kind, n_bytes, n_sent):
    head = (f"POST {path} HTTP/1.1\r\nHost: {HOST}:{PORT}\r\nOrigin: {node.url()}\r\n"
            f"Content-Type: {kind}\r\nContent-Length: {n_bytes}\r\n\r\n")
    held = []
    for _ in range(N_HELD):
        s = CONTEXT.wrap_socket(socket.create_connection(("127.0.0.1", int(PORT)), 10),
                                server_hostname=HOST)
        s.sendall(head.encode() + b"x" * n_sent)
        held.append(s)
    return held


def n_answered():
    n = 0
    for _ in range(N_ASKED):
        try:
            n += node.request("GET", "/api/v1/session", timeout=ANSWER_S).status == 401
        except OSError:
            pass
    return n


def n_told(held):
    """How many of the held were told the same: {status: n}."""
    told = {}
    for s in held:
        s.settimeout(40)
        try:
            status = s.recv(4096)[9:12].decode()
        except OSError:
            status = ""
        told[status] = told.get(status, 0) + 1
        s.close()
    return told


@case
def hold_half_bodies_of_json_stop_nobody(t):
    held = hold("/api/v1/session", "application/json", 60000, 40000)
    t.eq(len(held), N_HELD, "all of them are connected")
    t.eq(n_answered(), N_ASKED, "and everybody else is answered")
    t.eq(n_told(held), {"408": N_HELD}, "they are told that they were too slow")


@case
def hold_half_files_stop_nobody(t):
    t.eq(node.wait_answer() < 20, True, "there again")
    held = hold("/api/v1/roster/imports", "application/zip", 1000000, 100000)
    t.eq(n_answered(), N_ASKED, "everybody else is answered")
    began = time.monotonic()
    first = held[0].recv(4096)
    t.ok(first[9:12] in (b"401", b"408"), "the first is told so", first[:80])
    t.ok(time.monotonic() - began < 10, "long before the thirty seconds of a body")
    for s in held:
        s.close()
    t.eq(n_answered(), N_ASKED, "and afterwards, too")


if __name__ == "__main__":
    main(__file__, nodes.close)
