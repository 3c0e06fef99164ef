#!/usr/bin/python3
# tests/run: pages 240
"""The end of a day in the place, by the clock itself: the last warning, the close, staff who stay, a
day that goes on after all."""
import datetime
import os
import sys
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import Nodes  # noqa: E402
from lib.t import case, main  # noqa: E402
from lib.visitor import Visitor  # noqa: E402
from lib.ws_client import No  # noqa: E402

nodes = node = board = None
JST = datetime.timezone(datetime.timedelta(hours=9))
LATE_S = 5  # after its moment, at most


def put(path, **body):
    reply = board.request("PUT", path, {"id": str(uuid.uuid4()), **body})
    assert reply.status // 100 == 2, reply


def now():
    return datetime.datetime.now(JST)


def close_in_two_minutes():
    """Today until a whole minute, 61 s from now at least; when it closes, as a time of this machine."""
    while True:
        closes = (now() + datetime.timedelta(seconds=121)).replace(second=0, microsecond=0)
        if closes.date() == now().date() and (closes - now()).total_seconds() > 65:
            break
        time.sleep(1)
    put("/api/v1/hours/days", day=now().date().isoformat(),
        slots=[{"from": "00:00", "to": closes.strftime("%H:%M")}])
    return closes


@case
def the_day_ends_by_the_clock(t):
    t.req("AI-4.3-ウ-イ-2")
    t.req("AI-2.3-イ")
    put("/api/v1/contract", title="見本の契約", contractor="受託者", begins_on="2020-04-01",
        ends_on="2090-03-31", n_student=400, n_staff=100, n_guardian=0)
    put("/api/v1/settings/hours.warn_last", value="1")
    closes = close_in_two_minutes()
    child = node.account("student", display_name="こども")
    with Visitor(node, node.sign_in(child)) as a, \
            Visitor(node, node.sign_in(node.account("supporter", display_name="しえん"))) as s:
        t.eq(a.hello["hours"]["kind"], "closing", "nearly over, but open")
        for v in (a, s):
            v.command("place.enter", floor="plaza", rung="text")
            v.wait("floor.here")
        t.eq(a.wait("closing", seconds=70)["minutes"], 1, "the last warning")
        left = (closes - now()).total_seconds()
        t.ok(60 - LATE_S <= left <= 61, "a minute before", left)
        out = a.wait("out", seconds=70)
        late = (now() - closes).total_seconds()
        t.note(f"out {late:.2f} s after the close")
        t.ok(0 <= late <= LATE_S, "at the close, not before", late)
        t.eq(out["reason"], "closing", "to the lobby")
        t.ok("ありがとう" in out["title"], "gently", out["title"])
        t.eq(a.wait("hours", where=lambda of: of["kind"] == "closed")["is_bound"], True, "and the hours")
        t.eq(s.wait("closing")["minutes"], 0, "staff hear that the others have gone")
        t.eq(s.command("floor.walk", x=1800, y=800), {}, "and stay")
        t.eq(s.seen("out"), [], "nobody puts them out")
        try:
            a.command("place.enter", floor="plaza", rung="text")
            t.ok(False, "closed to a child")
        except No as no:
            t.eq(no.code, "hours-closed", "closed to a child")
        t.eq(node.psql(f"SELECT kind, reason FROM visit_event WHERE account = '{child.id}'"
                       " ORDER BY at DESC, id DESC LIMIT 1"), "exit|closing", "written so")
        a.forget("hours")  # who came in before the first beat heard of the closing hour once more
        put("/api/v1/hours/days", day=now().date().isoformat(), slots=[{"from": "00:00", "to": "24:00"}])
        t.eq(a.wait("hours", where=lambda of: of["kind"] in ("open", "closing"))["is_bound"], True,
             "a day that goes on after all is told to those in the lobby")
        t.eq(a.command("place.enter", floor="plaza", rung="text")["kind"], "here", "and they come in")


if __name__ == "__main__":
    with Nodes("aozora") as nodes:
        node = nodes["aozora"]
        board = node.sign_in(node.account("commissioner"))
        main(__file__)
