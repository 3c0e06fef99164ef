#!/usr/bin/python3
# tests/run: right 420
"""The place of a whole node as it is delivered, no setting changed: a hundred children on each ready
floor and one who waits; and what stands in the record when lines fall silent or the program is killed."""
import os
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import Nodes  # noqa: E402
from lib.t import case, main  # noqa: E402
from lib.visitor import Visitor  # noqa: E402
from lib.ws_client import Closed, Late, Refused  # noqa: E402
from integration import test_place as town  # noqa: E402

node = None
N = 100  # place.floor_capacity
LOST_S = 60  # AI-2.5-ア: so soon after a cut the record says so


def rows(login, since):
    said = node.psql("SELECT kind, reason, extract(epoch FROM now() - at) FROM visit_event WHERE account ="
                     f" '{login.id}' AND at >= '{since}' ORDER BY id")
    return [tuple(r.split("|")[:2]) for r in said.splitlines()]


def wait_rows(login, since, want, seconds):
    """How long it took, from now; what is there, if it does not come."""
    began = time.monotonic()
    while rows(login, since) != want:
        if time.monotonic() - began > seconds:
            return None, rows(login, since)
        time.sleep(0.2)
    return time.monotonic() - began, want


@case
def the_record_is_exact_about_lines_that_fall_silent(t):
    t.req("AI-2.5-ア")
    since = town.mark()
    (back_login, _), (gone_login, _) = town.children[:2]
    back, gone = town.visitor(0), town.visitor(1)
    for v in (back, gone):
        v.enter()
        v.wait("floor.here")
        v.command("floor.walk", x=1800, y=1000)
    time.sleep(4)
    at = back.me()["x"], back.me()["y"]
    for v in (back, gone):  # silent from here on, the sockets stay open
        v.is_over = True
        v.thread.join(5)
    began = time.monotonic()
    want = [("entry", ""), ("lost", "cut")]
    took, said = wait_rows(back_login, since, want, LOST_S)
    t.eq(said, want, "lost within the minute")
    t.note(f"in the record {time.monotonic() - began:.1f} s after the last sign of life")
    t.ok(50 < time.monotonic() - began, "not at once", time.monotonic() - began)
    t.eq(wait_rows(gone_login, since, want, 2)[1], want, "the other, too")
    time.sleep(max(0, began + 60 - time.monotonic()))
    with town.visitor(0) as again:
        t.eq(again.resume(back)["kind"], "here", "after sixty seconds of silence")
        again.wait("floor.here")
        t.eq((again.me()["x"], again.me()["y"]), at, "on the same spot")
    want = [*want, ("entry", "again"), ("exit", "closed")]
    t.eq(wait_rows(back_login, since, want, 5)[1], want, "entered again, and left")
    time.sleep(6)
    t.eq(rows(gone_login, since), [("entry", ""), ("lost", "cut")], "who stays away is lost once")
    t.eq(node.psql(f"SELECT count(*) FROM visit_seat WHERE account = '{gone_login.id}'"), "0", "gone")


@case
def a_kill_leaves_nobody_unaccounted_for_a_minute(t):
    t.req("AI-2.5-ア")
    t.req("NI-T3-8")
    since = town.mark()
    logins = [login for login, _ in town.children[:3]]
    vs = [town.visitor(i) for i in range(3)]
    for v in vs:
        v.enter()
        v.wait("floor.here")
    vs[2].cut()
    time.sleep(3)
    began = time.monotonic()
    town.kill_and_wait()
    want = [("entry", ""), ("lost", "restart")]
    took, said = wait_rows(logins[0], since, want, LOST_S)
    took = time.monotonic() - began
    t.note(f"in the record {took:.1f} s after the kill")
    t.eq((said, took <= LOST_S), (want, True), "lost within the minute")
    t.eq(wait_rows(logins[2], since, want, 2)[1], want, "and whoever was cut before")
    with town.visitor(0) as again:
        t.eq(again.resume(vs[0])["kind"], "here", "the spot is kept a little longer")
    want = [*want, ("entry", "again"), ("exit", "closed")]
    t.eq(wait_rows(logins[0], since, want, 5)[1], want, "entered again")
    time.sleep(10)
    t.eq(rows(logins[1], since), [("entry", ""), ("lost", "restart")], "the other is lost once")


@case
def a_program_killed_twice_loses_nobody_twice(t):
    t.req("AI-2.5-ア")
    since = town.mark()
    login = town.children[3][0]
    v = town.visitor(3)
    v.enter()
    v.wait("floor.here")
    v.cut()
    want = [("entry", ""), ("lost", "cut")]
    t.eq(wait_rows(login, since, want, LOST_S)[1], want, "marked")
    town.kill_and_wait()
    end = time.monotonic() + 20
    while True:
        try:
            with town.visitor(3) as again:
                t.eq(again.refused("place.resume", visit=v.visit, token=v.token, last_n=0), None,
                     "the spot is kept over the kill, too")
            break
        except (OSError, Closed, Refused, Late):
            assert time.monotonic() < end
            time.sleep(0.2)
    want = [*want, ("entry", "again"), ("exit", "closed")]
    t.eq(wait_rows(login, since, want, 5)[1], want, "what was written before the kill is known after it")


@case
def a_hundred_children_come_to_each_ready_floor(t):
    t.req("SE-4.1-イ-1")
    t.req("AI-4.3-ア")
    vs = []
    try:
        for i in range(N + 1):
            vs.append(town.visitor(i))
        for floor in ("plaza", "classes", "quiet", "counsel", "lounge"):
            numbers = [v.post("place.enter", floor=floor, rung="text") for v in vs]
            answers = [v.answer(n) for v, n in zip(vs, numbers)]
            here = [v for v, a in zip(vs, answers) if a["kind"] == "here"]
            late = [a for a in answers if a["kind"] == "waiting"]
            for v in here:
                v.wait("floor.here", where=lambda of, floor=floor: of["floor"] == floor)
            copies = [v.floor.here["copy"] for v in here]
            if floor == "lounge":
                t.eq((len(here), copies.count(1), copies.count(2)), (N + 1, N, 1), "the last opens a copy")
            else:
                t.eq((len(here), [a["position"] for a in late]), (N, [1]),
                     f"{floor}: a hundred are in, the last waits and knows it")
            first = next(v for v in here if v.floor.here["copy"] == 1)
            first.until(lambda v=first: len(v.floor.people) == N, what="all of them")
            spots = {(p["x"], p["y"]) for p in first.floor.people.values()}
            t.eq(len(spots), N, "each on a spot of his own")
            for v in vs:
                v.command("place.leave")
                v.events.clear()
                v.heard.clear()
    finally:
        for v in vs:
            v.cut()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with Nodes("aozora") as town.nodes:
        node = town.node = town.nodes["aozora"]
        town.set_up()
        while len(town.children) <= N:
            child = node.account("student", display_name=f"こども{len(town.children)}")
            town.children.append((child, node.sign_in(child)))
        main(__file__)
