#!/usr/bin/python3
# tests/run: left 70
"""Reactions on a whole node: seen by those who see whoever reacts, each use a row, with chat and voice
stopped, not by who only watches, and not without end (AI-2.4-カ, AI-2.5-エ)."""
import datetime
import json
import os
import re
import sys
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import ROOT, Nodes  # noqa: E402
from lib.t import case, main  # noqa: E402
from lib.visitor import Visitor  # noqa: E402
from lib.ws_client import No  # noqa: E402

nodes = node = board = supporter = None
children = []  # (Login, Session)
JST = datetime.timezone(datetime.timedelta(hours=9))
PACE_S = 5.2  # after so long all five at once may be used again


def kinds():
    """Of the one list that C, SQL and the browser share."""
    with open(os.path.join(ROOT, "node/place/react_kinds.h"), encoding="utf-8") as f:
        text = f.read()
    parts = re.search(r"define REACT_KINDS\b((?: *\\\n)? *\"[^\n]*\"(?: *\\\n *\"[^\n]*\")*)", text).group(1)
    return "".join(re.findall(r'"([^"]*)"', parts)).split("|")


def put(session, path, **body):
    reply = session.request("PUT", path, {"id": str(uuid.uuid4()), **body})
    assert reply.status // 100 == 2, reply


def set_up():
    global board, supporter
    board = node.sign_in(node.account("commissioner"))
    put(board, "/api/v1/contract", title="見本の契約", contractor="受託者", begins_on="2020-04-01",
        ends_on="2090-03-31", n_student=400, n_staff=100, n_guardian=0)
    for days in range(2):
        day = datetime.datetime.now(JST) + datetime.timedelta(days=days)
        put(board, "/api/v1/hours/days", day=day.date().isoformat(),
            slots=[{"from": "00:00", "to": "24:00"}])
    supporter = node.sign_in(node.account("supporter", display_name="しえんいん"))
    for i in range(4):
        login = node.account("student", display_name=f"こども{i}")
        children.append((login, node.sign_in(login)))


def visitor(i):
    return Visitor(node, children[i][1])


def rows_of(i, since):
    text = node.psql("SELECT kind, floor, copy, room FROM reaction_event WHERE account ="
                     f" '{children[i][0].id}' AND at >= '{since}' ORDER BY at, id")
    return [tuple(r.split("|")) for r in text.splitlines()]


def mark():
    return datetime.datetime.now(datetime.timezone.utc).isoformat()


@case
def everybody_who_sees_him_sees_it_and_each_is_a_row(t):
    t.req("AI-2.4-カ")
    t.req("AI-2.5-エ")
    all_kinds = kinds()
    t.ok(len(all_kinds) >= 12 and len(set(all_kinds)) == len(all_kinds), "twelve at least", all_kinds)
    since = mark()
    with visitor(0) as a, visitor(1) as b, visitor(2) as away, Visitor(node, supporter) as s:
        for v in (a, b, s):
            v.enter()
            v.wait("floor.here")
        away.enter(floor="lounge")
        used = []
        for kind in all_kinds:
            while a.refused("react", kind=kind) == "too-many":
                time.sleep(0.3)
            used.append((kind, "plaza", "1", ""))
            of = b.wait("reacted")
            t.eq(of, {"seat": a.seat, "kind": kind}, f"{kind}: the seat and the kind, nothing else")
            t.eq(rows_of(0, since), used, f"{kind}: a row by the time it was answered")
        t.eq(len(s.seen("reacted")), len(all_kinds), "staff see them")
        t.eq(len(a.seen("reacted")), len(all_kinds), "he sees his own")
        t.eq(away.seen("reacted"), [], "another floor does not")
        t.eq(node.psql("SELECT count(*) FROM reaction_event r WHERE NOT EXISTS (SELECT FROM audit_leaf l"
                       " WHERE l.row_id = r.id AND l.table_name = 'reaction_event')"), "0", "leaves")
        said = b"\n".join(b.heard)
        t.ok(children[0][0].id.encode() not in said and children[0][0].login.encode() not in said,
             "a child's bytes hold no ID")
    check = node.cli("verify", "live", check=False)
    t.eq(check.returncode, 0, f"the audit log is whole: {check.stdout[-300:]}{check.stderr[-300:]}")


@case
def who_only_watches_does_not(t):
    t.req("KP-3-運用-3")
    since = mark()
    with visitor(0) as a, visitor(1) as b:
        t.eq(a.refused("react", kind="clap"), "not-here", "from the lobby nobody")
        b.enter()
        a.enter(rung="watch")
        t.eq(a.refused("react", kind="clap"), "watch-react", "nor who only watches")
        t.eq(a.refused("react", kind="bad-kind"), "invalid", "a kind that is none")
        a.command("me.rung", rung="react")
        t.eq(a.refused("react", kind="clap"), None, "the first step is enough")
        b.wait("reacted")
    t.eq(len(rows_of(0, since)), 1, "only that one is written")
    refused = node.psql("SELECT count(*) FROM access_record WHERE route = 'react' AND action = 'refused'"
                        f" AND account = '{children[0][0].id}'")
    t.eq(refused, "1", "what an altered client asked is on record")


@case
def it_works_with_chat_and_voice_stopped(t):
    t.req("AI-2.4-カ")
    for kind in ("chat", "mute"):
        reply = supporter.request("POST", "/api/v1/measures", {
            "id": str(uuid.uuid4()), "kind": kind, "account": children[3][0].id, "minutes": 5,
            "reason": "ためし"})
        t.eq(reply.status, 200, f"{kind} stopped")
    with visitor(3) as a:
        a.enter()
        t.eq(a.refused("react", kind="thanks"), None, "reactions go on")


@case
def nobody_reacts_without_end(t):
    since = mark()
    time.sleep(PACE_S)
    with visitor(0) as a:
        a.enter()
        codes = [a.refused("react", kind="star") for _ in range(9)]
        t.eq(codes[:5], [None] * 5, "five at once")
        t.ok(set(codes[6:]) == {"too-many"}, "then a kind word", codes)
        try:
            a.command("react", kind="star")
        except No as no:
            t.ok("すこし待って" in no.no["title"], "which says what to do", no.no)
        time.sleep(1.3)
        t.eq(a.refused("react", kind="star"), None, "a second later one more")
    t.eq(len(rows_of(0, since)), codes.count(None) + 1, "what was refused is not written")


@case
def a_room_keeps_it_inside(t):
    t.req("AI-2.3-オ")
    since = mark()
    with visitor(0) as a, visitor(1) as b, visitor(2) as outside:
        for v in (a, b, outside):
            v.enter(floor="counsel")
            v.wait("floor.here")
        here = a.floor.here
        with open(os.path.join(ROOT, "node/place/floors/counsel.json"), encoding="utf-8") as f:
            floor = json.load(f)
        rooms = [r["id"] for r in floor["areas"] if "everyone" not in r["see"]]
        t.ok(rooms, "there are closed rooms", here["areas"])
        room = None
        for name in rooms:
            if a.refused("area.enter", area=name) is None:
                room = name
                break
        t.ok(room is not None, "he comes into one", rooms)
        a.wait("floor.here", where=lambda of: of.get("room") == room)
        t.eq(a.refused("react", kind="heart"), None, "in a room")
        a.wait("reacted")
        time.sleep(0.5)
        t.eq(outside.seen("reacted") + b.seen("reacted"), [], "nobody outside sees it")
    t.eq(rows_of(0, since), [("heart", "counsel", "1", room)], "the row says where")


@case
def what_was_answered_is_there_after_a_kill(t):
    t.req("AI-2.5-エ")
    since = mark()
    time.sleep(PACE_S)
    with visitor(0) as a, visitor(1) as b:
        a.enter()
        b.enter()
        numbers = [(v, v.post("react", kind="cheer")) for v in (a, b) for _ in range(4)]
        answered = 0
        pid = node.kill("node")
        for v, number in numbers:
            try:
                v.answer(number, 3)
                answered += 1
            except Exception:  # noqa: BLE001 - cut before it was answered
                pass
    node.wait_back("node", pid)
    node.wait_answer()
    n = len(rows_of(0, since)) + len(rows_of(1, since))
    t.note(f"{answered} answered, {n} written")
    t.ok(answered <= n <= 8, "none that was answered is lost, none is there twice", (answered, n))


if __name__ == "__main__":
    with Nodes("aozora") as nodes:
        node = nodes["aozora"]
        set_up()
        main(__file__)
