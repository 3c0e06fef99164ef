#!/usr/bin/python3
# tests/run: left 300
"""The place on a whole node, through the front: people who come in, see each other, wait, are cut and
come back, and what is written of it. Children and staff are raw clients (tests/lib/ws_client.py):
what they did not get never left the server."""
import datetime
import json
import os
import subprocess
import sys
import threading
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import ROOT, Nodes  # noqa: E402
from lib.t import case, main  # noqa: E402
from lib.ws_client import BINARY, Closed, Raw, Refused, Visitor, ticket  # noqa: E402

nodes = node = board = supporter = None
children = []  # (Login, Session)
JST = datetime.timezone(datetime.timedelta(hours=9))
MEANWHILE_S = 5  # AI-2.3-ア, AI-4.3-イ-エ-2: so soon people inside feel a change


def put(session, path, **body):
    reply = session.request("PUT", path, {"id": str(uuid.uuid4()), **body})
    assert reply.status // 100 == 2, reply
    return reply


def post(session, path, **body):
    reply = session.request("POST", path, {"id": str(uuid.uuid4()), **body})
    assert reply.status // 100 == 2, reply
    return reply


def setting(name, value):
    put(board, f"/api/v1/settings/{name}", value=str(value))


def now():
    return datetime.datetime.now(JST)


def stamp(at):
    return at.astimezone(datetime.timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")


def open_all_day():
    """Today and tomorrow, from 0:00 to 24:00: a test may run over midnight."""
    for days in range(2):
        put(board, "/api/v1/hours/days", day=(now() + datetime.timedelta(days=days)).date().isoformat(),
            slots=[{"from": "00:00", "to": "24:00"}])


def set_up():
    global board, supporter
    board_login = node.account("commissioner")
    board = node.sign_in(board_login)
    put(board, "/api/v1/contract", title="見本の契約", contractor="受託者", begins_on="2020-04-01",
        ends_on="2090-03-31", n_student=400, n_staff=100, n_guardian=0)
    open_all_day()
    supporter = node.sign_in(node.account("supporter", display_name="しえんいん"))
    for i in range(8):
        login = node.account("student", display_name=f"こども{i}")
        children.append((login, node.sign_in(login)))


def visitor(i, **more):
    return Visitor(node, children[i][1], **more)


def named(name):
    """Of an event about people: it speaks of this one."""
    return lambda of: any(p["name"] == name for p in of["people"])


def log_of(i, since=None):
    """kind, floor, reason of a child's rows in the log, oldest first; waits until they are written."""
    time.sleep(0.5)
    rows = node.psql("SELECT kind, floor, reason FROM visit_event WHERE account ="
                     f" '{children[i][0].id}' AND at >= '{since or '2000-01-01'}' ORDER BY at, id")
    return [tuple(r.split("|")) for r in rows.splitlines()]


def mark():
    return stamp(now() - datetime.timedelta(milliseconds=1))


@case
def two_children_enter_and_see_each_other(t):
    t.req("AI-4.3-イ-イ")
    t.req("AI-2.2-ウ")
    with visitor(0) as a, visitor(1) as b:
        t.eq(a.hello["hours"]["kind"], "open", "the hours, at once")
        t.eq({f["id"] for f in a.hello["floors"]}, {"plaza", "lounge", "classes", "quiet", "counsel"},
             "five floors")
        t.eq(a.hello["me"]["name"], "こども0", "one's own look")
        t.eq(a.enter()["kind"], "here", "in")
        a.wait("floor.here")
        t.eq(b.enter(rung="watch")["kind"], "here", "only watching is a whole visit")
        a.wait("people.came", where=named("こども1"))
        t.ok(True, "seen by the other")
        b.wait("floor.here")
        t.eq({p["name"] for p in b.floor.people.values()}, {"こども0", "こども1"}, "and sees all")
        x, y = a.me()["x"], a.me()["y"]
        a.command("floor.walk", x=1800, y=800)
        a.until(lambda: (a.me()["x"], a.me()["y"]) != (x, y), what="walk")
        b.until(lambda: (b.floor.people[a.seat]["x"], b.floor.people[a.seat]["y"]) ==
                (a.me()["x"], a.me()["y"]), what="the same walk")
        t.ok(True, "a walk is seen by both")


if __name__ == "__main__":
    with Nodes("aozora") as nodes:
        node = nodes["aozora"]
        set_up()
        main(__file__)
