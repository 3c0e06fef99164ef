#!/usr/bin/python3
# tests/run: right 420
"""The place on a whole node, through the front: people who come in, see each other, wait, are cut and
come back, and what is written of it. Children and staff are raw clients (tests/lib/visitor.py):
what they did not get never left the server."""
import datetime
import json
import os
import sys
import threading
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib import ws_client  # noqa: E402
from lib.ibasho_node import ROOT, Nodes, Session, totp  # noqa: E402
from lib.passkey import Passkey, unb64  # noqa: E402
from lib.t import case, main  # noqa: E402
from lib.visitor import BINARY, Visitor  # noqa: E402
from lib.ws_client import Closed, Late, No, Refused  # noqa: E402

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
    return at.astimezone(datetime.timezone.utc).isoformat(timespec="microseconds").replace("+00:00", "Z")


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


def left(seat):
    return lambda of: {"seat": seat} in of["seats"]


def log_of(i, since=None):
    """kind, floor, reason of a child's rows in the log, oldest first; waits until they are written."""
    time.sleep(0.5)
    rows = node.psql("SELECT kind, floor, reason FROM visit_event WHERE account ="
                     f" '{children[i][0].id}' AND at >= '{since or '2000-01-01'}' ORDER BY at, id")
    return [tuple(r.split("|")) for r in rows.splitlines()]


def mark():
    """Rows of what follows are from here on; a line that was closed a moment ago is over by then: its
    client hears the close before the exit is noted."""
    time.sleep(0.1)
    return stamp(now())


def kill_and_wait():
    pid = node.kill("node")
    node.wait_back("node", pid)


def back(i_or_session, seconds=20):
    """A line as soon as there can be one: after a kill the doors are shut for a moment."""
    end = time.monotonic() + seconds
    while True:
        try:
            return visitor(i_or_session) if isinstance(i_or_session, int) else Visitor(node, i_or_session)
        except (OSError, Closed, Refused, Late):
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def wait_written(i, v, seconds=40):
    """He has arrived, and where he stands was written."""
    end = time.monotonic() + seconds
    sql = f"SELECT x, y FROM visit_seat WHERE account = '{children[i][0].id}'"
    while node.psql(sql) != f"{v.me()['x']}|{v.me()['y']}":
        assert time.monotonic() < end, (node.psql(sql), v.me())
        time.sleep(0.2)


@case
def two_children_enter_and_see_each_other(t):
    t.req("AI-4.3-イ-イ")
    t.req("AI-2.2-ウ")
    t.req("KP-1-2")
    since = mark()
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
    t.eq(log_of(1, since), [("entry", "plaza", ""), ("exit", "plaza", "closed")],
         "and who only watched was there all the same")


@case
def only_who_has_a_ticket_comes_in(t):
    t.req("KP-3-運用-3")
    used = ws_client.ticket(children[0][1])
    ws_client.connect(node, used).close()
    for text, origin, what in (("A" * 43, None, "a ticket nobody drew"), (used, None, "used before"),
                               (ws_client.ticket(children[0][1]), "https://elsewhere.example",
                                "a page from elsewhere")):
        try:
            ws_client.connect(node, text, origin=origin).close()
            status = 101
        except Refused as refused:
            status = refused.status
        t.ok(status in (401, 403, 404), what, status)
    t.eq(node.sign_in(node.account("analyst")).request("POST", "/api/v1/ticket").status, 404,
         "who may not be in the place gets none")


@case
def nobody_takes_the_lines_of_all_others(t):
    t.req("AI-2.6-オ")
    lines = [visitor(0) for _ in range(11)]
    for line in lines[:3]:
        t.eq(line.wait_closed(), 4001, "the oldest line of one account makes room")
    t.eq([line.closed for line in lines[3:]], [None] * 8, "the eight newest stay")
    since = mark()
    last = lines[-1]
    codes = []
    for _ in range(30):
        codes.append(last.refused("place.enter", floor="plaza", rung="text"))
        last.command("place.leave")
        time.sleep(0.05)
    t.ok(codes.count(None) <= 24 and set(codes) == {None, "too-many"},
         "who comes and goes without end is told to wait", codes)
    t.ok(len(log_of(0, since)) == 2 * codes.count(None), "and what was done stands in the log")
    others = [line.refused("place.enter", floor="plaza", rung="text") for line in lines[3:7]]
    t.ok(others.count("too-many") >= 2, "on whatever line of his", others)
    for line in lines[3:]:
        line.close()
    with visitor(0) as fresh:
        codes = []
        for _ in range(6):
            codes.append(fresh.refused("place.enter", floor="plaza", rung="text"))
            fresh.command("place.leave")
        t.ok("too-many" in codes, "a new line is no new beginning", codes)
        with visitor(1) as other:
            t.eq(other.refused("place.enter", floor="plaza", rung="text"), None, "others feel nothing")
        time.sleep(3)
        t.eq(fresh.refused("place.enter", floor="plaza", rung="text"), None, "and it passes")
    time.sleep(15)  # until all of it is paid for: cases after this one enter as the same child


@case
def rules_hold_for_altered_clients(t):
    t.req("KP-3-運用-3")
    t.req("AI-2.3-エ")
    with visitor(0) as a, visitor(1) as b:
        a.enter(rung="watch")
        b.enter()
        a.wait("floor.here")
        b.wait("floor.here")
        at = a.me()["x"], a.me()["y"]
        t.eq(a.refused("floor.walk", x=1800, y=800), "watch-walk", "who watches does not walk")
        a.say(BINARY, bytes([1, 127, 0]))
        t.eq(a.refused("person.wave", seat=b.seat), "watch-wave", "nor waves")
        time.sleep(0.5)
        t.eq((a.me()["x"], a.me()["y"]), at, "and stands where it stood, stick or not")
        t.eq(a.command("me.rung", rung="text"), {}, "raising is its own act")
        t.eq(a.refused("floor.walk", x=1800, y=800), None, "then it walks")
        t.eq(a.refused("floor.walk", x=9000, y=800), "invalid", "outside the floor")
        t.eq(a.refused("floor.walk", x=1800, y=800, seat=b.seat), "invalid",
             "nobody walks for another: a seat is no input")
        before = b.me()["x"], b.me()["y"]
        a.command("floor.walk", x=10, y=10)  # into the corner of the outer wall
        time.sleep(0.3)
        t.ok(a.me()["x"] >= 40 and a.me()["y"] >= 40, "a walk into a wall ends before it", a.me())
        t.eq((b.me()["x"], b.me()["y"]), before, "others feel nothing")
        t.eq(b.refused("area.lock", area="square", lock="closed"), "not-found", "a child locks nothing")
        t.eq(b.refused("floor.fly", x=1), "not-found", "a command of no row")
        t.eq(b.command("person.wave", seat=a.seat), {}, "the other feels nothing of all that")
        t.eq(a.wait("wave")["name"], "こども1", "a wave")
        setting("place.rung_most", "text")
        t.eq(b.refused("me.rung", rung="voice"), "rung-most", "what the municipality has not opened")
        setting("place.rung_most", "camera")
    metrics = node.admin("GET", "/metrics").body.decode()
    t.ok("watch-walk" in metrics, "breaches are counted by rule")
    t.ok(int(node.psql("SELECT count(*) FROM access_record WHERE outcome = 'watch-walk'")) >= 1,
         "and recorded")


@case
def a_held_stick_is_told_once_and_stops_for_all_on_one_spot(t):
    with visitor(0) as a, visitor(1) as b:
        for v in (a, b):
            v.enter("plaza", spawn="garden")
            v.wait("floor.here")
        b.until(lambda: a.seat in b.floor.people, what="the other")
        ticks, hear = [], b.floor.tick

        def keep(payload):
            ticks.append(ws_client.read_tick(payload))
            hear(payload)

        b.floor.tick = keep
        began = b.floor.people[a.seat]["x"]
        a.say(BINARY, bytes([1, 127, 0]))
        time.sleep(1.5)
        a.say(BINARY, bytes([1, 0, 0]))
        time.sleep(0.5)
        legs = [walks[a.seat] for *_, walks in ticks if a.seat in walks]
        t.ok(1 <= len(legs) <= 2 and all(leg[3] for leg in legs), "said once, as steered", ticks)
        spots = [{k: v.floor.people[a.seat][k] for k in "xy"} for v in (a, b)]
        t.eq(spots[0], spots[1], "both have it on one spot")
        t.ok(150 <= spots[0]["x"] - began <= 300, "as far as it was held", (began, spots))
        n = len(ticks)
        for i in range(20):  # turned all the time: in steps of two bytes
            a.say(BINARY, bytes([1, 100 if i % 2 else 156, 0]))
            time.sleep(0.06)
        a.say(BINARY, bytes([1, 0, 0]))
        time.sleep(0.5)
        t.ok(any(a.seat in steps for _, _, _, steps, _ in ticks[n:]), "steps", ticks[n:])
        spots = [{k: v.floor.people[a.seat][k] for k in "xy"} for v in (a, b)]
        t.eq(spots[0], spots[1], "and again")
        with visitor(2) as late:
            late.enter("plaza")
            late.wait("floor.here")
            late.until(lambda: a.seat in late.floor.people, what="the other")
            time.sleep(0.3)
            t.eq({k: late.floor.people[a.seat][k] for k in "xy"}, spots[0], "for who comes later, too")


@case
def distance_and_states_are_kept_by_the_server(t):
    t.req("SE-4.1-イ-4")
    t.req("AI-2.2-ウ")
    with visitor(0) as a, visitor(1) as b:
        a.enter(state="alone")
        b.enter()
        b.wait("floor.here")
        a.wait("floor.here")
        b.until(lambda: a.seat in b.floor.people, what="a")
        t.ok(b.floor.people[a.seat]["has_distance"], "to be alone is to wish distance")
        t.eq(b.refused("person.wave", seat=a.seat), "distance", "nobody waves then")
        t.eq(b.refused("floor.go", to="person", seat=a.seat), "distance", "nor comes near")
        a.command("me.state", state="break")
        b.wait("people.changed", where=lambda of: any(p["state"] == "break" for p in of["people"]))
        t.ok(True, "a state in one tap, seen by all")
        a.command("me.away", on=True)
        b.wait("people.changed", where=lambda of: any(p["is_away"] for p in of["people"]))
        t.ok(True, "and being away")


@case
def a_closed_room_tells_nothing_outside(t):
    t.req("AI-2.3-オ")
    with Visitor(node, supporter) as s, visitor(0) as a, visitor(1) as third:
        for v in (s, a, third):
            v.enter("counsel")
            v.wait("floor.here")
        rooms = [i for i, r in third.floor.areas.items() if "n" not in r]
        t.ok(rooms, "the floor has rooms one does not see into", third.floor.areas)
        room = next(r for r in rooms if s.refused("area.enter", area=r) is None)
        s.until(lambda: s.floor.here.get("room") == room or
                any(e[0] == "people.left" for e in third.events), what="inside")
        a_seat = a.seat
        s.until(lambda: a_seat in s.floor.people, what="the child")
        s.command("area.invite", seat=a_seat)
        t.eq(a.wait("invited")["area"], room, "invited")
        heard = len(third.heard)
        a.command("area.enter", area=room)
        third.wait("people.left", where=left(a_seat))
        s.until(lambda: "こども0" in {p.get("name") for p in s.floor.people.values()}, what="together")
        a.command("me.state", state="break")
        s.wait("people.changed", where=named("こども0"))
        time.sleep(0.5)
        said = b"".join(third.heard[heard:]).decode(errors="replace")
        t.ok("こども0" not in said and "しえんいん" not in said, "not a word of them reaches a third", said)
        t.ok(all(p.get("name") not in ("こども0", "しえんいん")
                 for p in third.floor.people.values()), "nobody of them is known outside")
        t.ok(third.refused("area.enter", area=room) in ("area-locked", "area-wait", "in-use", "area-who"),
             "the door is shut")
        with visitor(2) as late:
            late.enter("counsel")
            late.wait("floor.here")
            t.eq({p["name"] for p in late.floor.people.values()}, {"こども1", "こども2"},
                 "nor to one who comes later")


@case
def ids_go_to_staff_alone(t):
    t.req("AI-2.3-カ")
    with Visitor(node, supporter) as s, visitor(0) as a:
        a.enter()
        a.wait("floor.here")
        s.enter()
        s.wait("floor.here")
        began, since = time.time(), stamp(now())

        def is_it(item):  # entries of the case before, this child's too, may be told only now
            return (item["name"], item["floor"]) == ("こども1", "plaza") and item["at"] >= since

        with visitor(1) as b:
            b.enter()
            b.wait("floor.here")
            entry = s.wait("entries", where=lambda of: any(map(is_it, of["items"])))
            took = time.time() - began
            item = next(filter(is_it, entry["items"]))
            t.note(f"entry told after {took:.2f} s")
            t.ok(took <= 2, "told within two seconds", took)
            t.eq((item["login"], item["account"], item["floor"]),
                 (children[1][0].login, children[1][0].id, "plaza"), "display name, ID, where")
            t.ok("at" in item and "is_first" in item, "and when")
            s.until(lambda: any(p.get("login") == children[1][0].login
                                for p in s.floor.people.values()), what="the staff's view")
            a.until(lambda: b.seat in a.floor.people, what="b")
            t.ok(children[1][0].id.encode() not in b"".join(a.heard)
                 and children[1][0].login.encode() not in b"".join(a.heard), "no ID on a child's line")
            t.eq((a.seen("entries"), b.seen("entries")), ([], []), "children get no notice")


@case
def first_and_long_absent_are_marked(t):
    t.req("AI-2.3-カ")
    first, long = (node.account("student", display_name=name) for name in ("はじめて", "ひさしぶり"))
    node.psql("INSERT INTO visit_event (id, visit, at, account, kind, floor, copy, is_trial) VALUES"
              f" (gen_random_uuid(), gen_random_uuid(), now() - interval '30 days', '{long.id}', 'entry',"
              " 'plaza', 1, false)")
    try:
        with Visitor(node, supporter) as s:  # in the lobby
            with Visitor(node, node.sign_in(first)) as a, Visitor(node, node.sign_in(long)) as b:
                a.enter()
                b.enter()
                items = {}
                while len(items) < 2:
                    items.update({i["name"]: i for i in s.wait("entries")["items"]})
                t.eq((items["はじめて"]["is_first"], "days_absent" in items["はじめて"]), (True, False),
                     "the first time")
                t.eq((items["ひさしぶり"]["is_first"], items["ひさしぶり"].get("days_absent")), (False, 30),
                     "after a long time")
    finally:  # such a row has no leaf
        node.psql(f"DELETE FROM visit_event WHERE account = '{long.id}' AND at < now() - interval '1 day'")


@case
def who_does_nothing_for_long_sits_down(t):
    t.req("AI-2.2-ウ")
    setting("place.away_min", 1)
    since = mark()
    try:
        with visitor(0) as a, visitor(1) as b, visitor(2) as c:
            a.enter()
            b.enter()
            c.enter()
            b.wait("floor.here")
            for _ in range(7):
                time.sleep(9)
                b.command("me.state", state="talk")
            b.until(lambda: b.floor.people[a.seat]["is_away"], seconds=5, what="away")
            t.ok(not b.me()["is_away"], "who did something does not")
            a.command("floor.walk", x=1800, y=800)
            b.until(lambda: not b.floor.people[a.seat]["is_away"], what="up again")
            t.ok(True, "and whoever moves stands up")
            setting("place.away_out_min", 1)
            out = c.wait("out", seconds=5)
            t.eq(out["reason"], "away", "who does nothing for longer still is taken to the lobby")
            t.ok("また" in out["title"], "gently", out["title"])
            b.wait("people.left", where=left(c.floor.here["seat"]))
            t.ok(not a.seen("out") and not b.seen("out"), "the others stay")
            t.eq(c.refused("place.enter", floor="plaza", rung="text"), None, "and may come again")
    finally:
        setting("place.away_min", 10)
        setting("place.away_out_min", 60)
    t.eq(log_of(2, since)[:2], [("entry", "plaza", ""), ("exit", "plaza", "away")], "written so")


@case
def capacity_is_exact_when_all_come_at_once(t):
    t.req("SE-4.1-イ-1")
    put(board, "/api/v1/floors/quiet/plan", capacity=3, when_full="wait", is_hidden=False)
    vs = [visitor(i) for i in range(8)]
    try:
        time.sleep(0.3)
        answers = {}

        def go(v):
            answers[v] = v.enter("quiet")
        threads = [threading.Thread(target=go, args=(v,)) for v in vs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        kinds = [answers[v]["kind"] for v in vs]
        t.eq((kinds.count("here"), kinds.count("waiting")), (3, 5), "three are in, five wait")
        t.eq(sorted(answers[v]["position"] for v in vs if answers[v]["kind"] == "waiting"),
             [1, 2, 3, 4, 5], "each with a position")
        inside = [v for v in vs if answers[v]["kind"] == "here"]
        line = sorted((v for v in vs if v not in inside), key=lambda v: answers[v]["position"])
        inside[0].wait("floor.here")
        inside[0].until(lambda: len(inside[0].floor.people) == 3, what="three are seen")
        inside[0].command("place.leave")
        line[0].wait("floor.here")
        t.eq(line[1].wait("wait", where=lambda of: of["position"] == 1)["floor"], "quiet",
             "the next moves up")
        line[1].command("place.leave")
        line[2].wait("wait", where=lambda of: of["position"] == 1)
        line[2].cut()
        time.sleep(0.3)
        inside[1].command("place.leave")
        line[3].wait("floor.here")
        t.ok(True, "who is cut is passed over")
        with visitor(vs.index(line[2])) as again:
            t.eq(again.resume(line[2])["position"], 1, "and keeps the turn")
            inside[2].command("place.leave")
            again.wait("floor.here")
            t.ok(True, "which comes")
        inside[0].wait("floors", where=lambda of: any(
            f["id"] == "quiet" and f["is_full"] for f in of["floors"]))
        t.ok(True, "the lobby hears that it is full")
    finally:
        for v in vs:
            v.close()
    put(board, "/api/v1/floors/quiet/plan", when_full="wait", is_hidden=False)


@case
def a_room_counts_as_little_as_it_shows(t):
    t.req("AI-2.3-オ")
    t.req("SE-4.1-イ-1")
    put(board, "/api/v1/floors/counsel/plan", capacity=1, when_full="wait", is_hidden=False)
    try:
        time.sleep(0.5)
        with Visitor(node, supporter) as s, visitor(0) as a, visitor(1) as b, visitor(2) as lobby:
            s.enter("counsel")
            s.wait("floor.here")
            room = next(i for i, r in s.floor.areas.items()
                        if "n" not in r and s.refused("area.enter", area=i) is None)
            t.eq((a.enter("counsel")["kind"], b.enter("counsel")["kind"]), ("here", "waiting"), "full")
            a.wait("floor.here")
            lobby.wait("floors", where=lambda of: any(
                f["id"] == "counsel" and f["is_full"] and f["n_people"] == 1 for f in of["floors"]))
            t.eq(b.refused("place.enter", floor="counsel", rung="text", spawn="nowhere"), "not-found",
                 "a spawn that is none is refused before one waits")
            s.until(lambda: a.seat in s.floor.people, what="the child")
            s.command("area.invite", seat=a.seat)
            a.wait("invited")
            a.command("area.enter", area=room)
            b.wait("floor.here", seconds=5)
            t.ok(True, "who vanished into a room frees a place, as one who left")
            a.command("area.leave")
            a.until(lambda: len(a.floor.people) == 2, what="both")
            t.ok(True, "and always comes out, onto a full floor, too")
            t.eq(lobby.enter("counsel")["kind"], "waiting", "which is over its capacity by what its rooms held")
            a.command("place.leave")
            time.sleep(1.2)
            t.eq(lobby.seen("floor.here"), [], "one who leaves frees no place then")
            b.command("place.leave")
            lobby.wait("floor.here", seconds=5)
            t.ok(True, "the next one does")
    finally:
        put(board, "/api/v1/floors/counsel/plan", when_full="wait", is_hidden=False)


@case
def a_turn_is_kept_for_a_while(t):
    t.req("SE-4.1-イ-1")
    since = mark()
    put(board, "/api/v1/floors/quiet/plan", capacity=1, when_full="wait", is_hidden=False)
    try:
        time.sleep(0.5)
        with visitor(0) as a, visitor(1) as b:
            t.eq((a.enter("quiet")["kind"], b.enter("quiet")["kind"]), ("here", "waiting"), "one waits")
            b.cut()
            time.sleep(7)  # place.hold_s is 10 here, less live.dead_s
            a.command("place.leave")
            with visitor(1) as again:
                t.eq(again.refused("place.resume", visit=b.visit, token=b.token, last_n=b.last_n),
                     "not-found", "who was away for longer has lost the turn")
                t.eq(again.enter("quiet")["kind"], "here", "and asks anew")
        t.eq(log_of(1, since), [("entry", "quiet", ""), ("exit", "quiet", "closed")],
             "to have waited is not written as a visit")
    finally:
        put(board, "/api/v1/floors/quiet/plan", when_full="wait", is_hidden=False)


@case
def a_full_lounge_opens_another(t):
    t.req("SE-4.1-イ-1")
    t.req("AI-4.3-イ-イ")
    put(board, "/api/v1/floors/lounge/plan", capacity=1, when_full="copy", is_hidden=False)
    time.sleep(0.3)
    try:
        with visitor(0) as a, visitor(1) as b, visitor(2) as c:
            copies = []
            for v in (a, b, c):
                t.eq(v.enter("lounge")["kind"], "here", "in at once")
                copies.append(v.wait("floor.here")["copy"])
            t.eq(copies, [1, 2, 3], "each copy as full as the plan says")
            t.eq(len(a.floor.people), 1, "who is on the other copy is not here")
            b.command("place.leave")
            time.sleep(1.5)
            with visitor(3) as d:
                d.enter("lounge")
                t.eq(d.wait("floor.here")["copy"], 2, "a copy that was closed opens again")
    finally:
        put(board, "/api/v1/floors/lounge/plan", when_full="copy", is_hidden=False)


def publish(floor):
    reply = board.request("POST", "/api/v1/floors", json.dumps(floor).encode(),
                          {"Content-Type": "application/vnd.ibasho.floor+json"})
    assert reply.status == 200, reply


@case
def a_floor_without_a_spot_is_full(t):
    t.req("AI-4.3-ア")
    t.req("SE-4.1-イ-1")
    with open(ROOT + "/node/place/floors/lounge.json", encoding="utf-8") as f:
        floor = json.load(f)
    room = floor["areas"][0]  # the whole floor, but three people fill it
    room.update(rects=[{"x": 0, "y": 0, "w": floor["w_cm"], "h": floor["h_cm"]}], capacity=3)
    floor["areas"] = [room, *(a for a in floor["areas"][1:] if a["id"] != "corner")]
    for door in floor["doors"]:
        door["area"] = "room"
    vs = [visitor(i) for i in range(8)]
    try:
        publish({**floor, "version": 2})
        put(board, "/api/v1/floors/lounge/plan", capacity=100, when_full="wait", is_hidden=False)
        time.sleep(0.5)
        answers = [v.enter("lounge") for v in vs]
        n = [a["kind"] for a in answers].count("here")
        t.eq(n, 3, "as many as its area holds")
        t.eq([a.get("position") for a in answers], [None] * n + list(range(1, 9 - n)),
             "the others wait in order, though the floor would take a hundred")
        vs[0].command("place.leave")
        vs[n].wait("floor.here", seconds=5)
        t.eq(vs[n + 1].wait("wait", where=lambda of: of["position"] == 1)["floor"], "lounge",
             "who leaves makes room for the next, and the next moves up")
        t.eq(vs[0].enter("lounge")["position"], 8 - n, "and stands behind all others then")
        with Visitor(node, supporter) as s:
            t.eq(s.enter("lounge")["kind"], "here", "staff wait for nobody")
        for v in vs:
            v.command("place.leave")
        put(board, "/api/v1/floors/lounge/plan", capacity=100, when_full="copy", is_hidden=False)
        time.sleep(0.5)
        copies = []
        for v in vs:
            v.events.clear()
            t.eq(v.enter("lounge")["kind"], "here", "in at once")
            copies.append(v.wait("floor.here")["copy"])
        t.eq(copies, [1, 1, 1, 2, 2, 2, 3, 3], "on another copy where there is no spot")
    finally:
        for v in vs:
            v.close()
        put(board, "/api/v1/floors/lounge/plan", when_full="copy", is_hidden=False)
        post(board, "/api/v1/floors/lounge/revert", version=0)


@case
def the_newer_device_wins_and_the_older_is_told(t):
    t.req("AI-2.6-オ")
    since = mark()
    with visitor(0) as older, visitor(1) as other:
        older.enter()
        other.enter()
        other.wait("floor.here")
        seat = older.wait("floor.here")["seat"]
        second = node.sign_in(children[0][0])
        with Visitor(node, second) as newer:
            newer.enter()
            t.eq(older.wait("out")["reason"], "elsewhere", "told")
            t.eq(older.wait_closed(), 4001, "and closed")
            t.eq(newer.wait("floor.here")["seat"], seat, "the same place")
            t.eq([p["name"] for p in other.floor.people.values()].count("こども0"), 1, "seen once")
            setting("place.second_device", "refuse")
            try:
                with visitor(0) as third:
                    t.eq(third.refused("place.enter", floor="plaza", rung="text"), "elsewhere",
                         "or the first stays: a setting")
            finally:
                setting("place.second_device", "newer")
    t.eq(log_of(0, since), [("entry", "plaza", ""), ("exit", "plaza", "closed")], "one visit in the log")


@case
def a_cut_line_is_taken_up_again_or_lost(t):
    t.req("AI-2.5-ア")
    since = mark()
    with visitor(1) as other:
        other.enter()
        other.wait("floor.here")
        a = visitor(0)
        a.enter()
        seat = a.wait("floor.here")["seat"]
        a.command("floor.walk", x=1800, y=800)
        other.until(lambda: seat in other.floor.people, what="a")
        time.sleep(0.4)
        a.cut()
        other.wait("people.changed", where=lambda of: any(p["is_lost"] for p in of["people"]))
        t.ok(True, "others see the cut")
        with visitor(0) as again:
            t.eq(again.refused("place.resume", visit=a.visit, token="A" * 43, last_n=0), "not-found",
                 "not with a forged token")
            t.eq(again.refused("place.resume", visit=str(uuid.uuid4()), token=a.token, last_n=0),
                 "not-found", "nor another visit")
            t.eq(again.resume(a)["kind"], "here", "taken up")
            t.eq(again.wait("floor.here")["seat"], seat, "on the same seat")
            with visitor(2) as stranger:
                t.eq(stranger.refused("place.resume", visit=a.visit, token=a.token, last_n=0),
                     "not-found", "nobody takes up another's")
            again.cut()
            other.wait("people.left", seconds=12, where=left(seat))
    t.eq(log_of(0, since), [("entry", "plaza", ""), ("lost", "plaza", "cut")],
         "gone for longer: lost, and marked so")


@case
def who_comes_back_late_has_entered_again(t):
    t.req("AI-2.5-ア")
    since = mark()
    a = visitor(0)
    a.enter()
    seat = a.wait("floor.here")["seat"]
    a.cut()
    end = time.monotonic() + 10  # place.lost_s is 8 here, place.hold_s 10
    while log_of(0, since)[-1][0] != "lost":
        assert time.monotonic() < end, log_of(0, since)
    with visitor(0) as again:
        t.eq(again.resume(a)["kind"], "here", "his spot is kept a little longer than the record waits")
        t.eq(again.wait("floor.here")["seat"], seat, "the same")
        again.command("place.leave")
    want = [("entry", "plaza", ""), ("lost", "plaza", "cut"), ("entry", "plaza", "again"),
            ("exit", "plaza", "left")]
    t.eq(log_of(0, since), want, "the record says both, in one visit")
    t.eq(node.psql("SELECT count(DISTINCT visit) FROM visit_event WHERE account ="
                   f" '{children[0][0].id}' AND at >= '{since}'"), "1", "of one id")


@case
def numbered_events_are_said_again(t):
    t.req("AI-2.3-カ")
    with Visitor(node, supporter) as s:
        s.enter()
        s.wait("floor.here")
        s.cut()
        time.sleep(0.3)
        with visitor(3) as b:
            b.enter()
            time.sleep(1.5)
            with Visitor(node, supporter) as again:
                again.resume(s)
                again.wait("entries", where=lambda of: any(i["name"] == "こども3" for i in of["items"]))
                n = again.last_n
                t.ok(n > s.last_n, "what was said meanwhile, numbered", (s.last_n, n))
                again.cut()
                with Visitor(node, supporter) as third:
                    third.resume(again)
                    third.wait("floor.here")
                    time.sleep(0.3)
                    t.eq(third.seen("entries"), [], "and not twice")


@case
def what_others_say_during_a_cut_is_heard_after_it(t):
    t.req("AI-2.2-ウ")
    t.req("NI-T3-8")
    with Visitor(node, supporter) as s, visitor(1) as b:
        a = visitor(0)
        for v in (s, a, b):
            v.enter("counsel")
            v.wait("floor.here")
        room = next(i for i, r in s.floor.areas.items()
                    if "n" not in r and s.refused("area.enter", area=i) is None)
        b.until(lambda: a.seat in b.floor.people, what="a")
        s.until(lambda: a.seat in s.floor.people, what="a")
        seat = a.seat
        a.cut()
        b.wait("people.changed", where=lambda of: any(p["is_lost"] for p in of["people"]))
        t.eq(b.refused("person.wave", seat=seat), None, "a wave at one whose line is cut")
        t.eq(s.refused("area.invite", seat=seat), None, "an invitation")
        with visitor(0) as again:
            again.resume(a)
            again.wait("floor.here")
            t.eq(again.wait("wave")["name"], "こども1", "is heard when he is back")
            t.eq(again.wait("invited")["area"], room, "so is the invitation, behind it")
            t.ok(again.last_n >= a.last_n + 2, "by their numbers", (a.last_n, again.last_n))
            again.cut()
            with visitor(0) as third:
                third.resume(again)
                third.wait("floor.here")
                time.sleep(0.3)
                t.eq((third.seen("wave"), third.seen("invited")), ([], []), "and not twice")
                t.eq(third.refused("area.enter", area=room), None, "it still holds")
                s.until(lambda: "こども0" in {p.get("name") for p in s.floor.people.values()}, what="together")


@case
def leaving_is_silent_and_written(t):
    t.req("AI-2.5-ア")
    t.req("SE-4.1-イ-2")
    since = mark()
    with visitor(0) as a, visitor(1) as other:
        other.enter()
        other.wait("floor.here")
        a.enter()
        seat = a.wait("floor.here")["seat"]
        other.until(lambda: seat in other.floor.people, what="a")
        a.enter("lounge")
        a.wait("floor.here", where=lambda of: of["floor"] == "lounge")
        other.wait("people.left", where=left(seat))
        a.command("place.leave")
        a.command("place.leave")
        a.enter()
        t.ok(not a.seen("out"), "no message, no penalty, as often as one likes")
    t.eq(log_of(0, since), [("entry", "plaza", ""), ("move", "lounge", ""), ("exit", "lounge", "left"),
                            ("entry", "plaza", ""), ("exit", "plaza", "closed")], "as it was")
    t.eq(node.psql(f"SELECT count(*) FROM visit_seat WHERE account = '{children[0][0].id}'"), "0",
         "nobody stands there")
    t.eq(node.psql("SELECT count(*) FROM visit_event v WHERE NOT EXISTS (SELECT FROM audit_leaf l WHERE"
                   " l.row_id = v.id AND l.table_name = 'visit_event')"), "0", "every row is a leaf")


@case
def access_reaches_those_inside(t):
    t.req("AI-2.3-ア")
    with visitor(0) as a, visitor(1) as b:
        for v in (a, b):
            v.enter()
            v.wait("floor.here")
        began = time.time()
        put(board, "/api/v1/floor-rules", floor="plaza", subject_kind="account", subject=children[0][0].id,
             verdict="deny")
        out = a.wait("out")
        took = time.time() - began
        t.note(f"out {took:.2f} s after the rule")
        t.ok(took <= MEANWHILE_S, "within five seconds", took)
        t.eq(out["reason"], "access", "to the lobby, and told why")
        t.ok("error" not in out["title"] and out["title"], "in a plain sentence", out["title"])
        t.eq(a.refused("place.enter", floor="plaza", rung="text"), "no-access", "may not come back")
        t.eq(a.refused("place.enter", floor="lounge", rung="text"), None, "may go elsewhere")
        t.ok(not b.seen("out"), "the others stay")
        # By whatever way it was changed: also behind the program's back.
        began = time.time()
        node.psql("INSERT INTO floor_rule (id, n, floor, subject_kind, subject, verdict, at, role) SELECT"
                  f" gen_random_uuid(), max(n) + 1, '', 'account', '{children[1][0].id}', 'deny', now(),"
                  " 'operator' FROM floor_rule")
        t.eq(b.wait("out")["reason"], "access", "on every floor")
        t.ok(time.time() - began <= MEANWHILE_S, "as soon", time.time() - began)
        put(board, "/api/v1/floor-rules", floor="plaza", subject_kind="account", subject=children[0][0].id,
             verdict="none")
        node.psql("INSERT INTO floor_rule (id, n, floor, subject_kind, subject, verdict, at, role) SELECT"
                  f" gen_random_uuid(), max(n) + 1, '', 'account', '{children[1][0].id}', 'none', now(),"
                  " 'operator' FROM floor_rule")
        time.sleep(3)
        t.eq((a.refused("place.enter", floor="plaza", rung="text"),
              b.refused("place.enter", floor="plaza", rung="text")), (None, None), "taken back")
    guardian = node.sign_in(node.account("guardian"))
    with Visitor(node, guardian) as g:
        t.eq(g.refused("place.enter", floor="plaza", rung="watch"), "no-access",
             "guardians only where a rule lets them")


@case
def floors_change_under_those_inside(t):
    t.req("AI-4.3-イ-エ-2")
    t.req("AI-2.3-エ")
    path = ROOT + "/node/place/floors/lounge.json"
    with open(path, encoding="utf-8") as f:
        floor = json.load(f)
    with visitor(0) as a:
        a.enter("lounge")
        here = a.wait("floor.here")
        start = a.me()["x"], a.me()["y"]
        floor["version"] += 1
        for dx, dy in ((150, 0), (-150, 0), (0, 150), (0, -150), (250, 0), (0, 250), (-250, 0)):
            if a.refused("floor.walk", x=start[0] + dx, y=start[1] + dy):
                continue
            time.sleep(2.5)
            wall = {"x": a.me()["x"] // 10 * 10 - 20, "y": a.me()["y"] // 10 * 10 - 20, "w": 40, "h": 40,
                    "kind": "wall"}
            began = time.time()
            reply = board.request(
                "POST", "/api/v1/floors",
                json.dumps({**floor, "walls": [*floor["walls"], wall]}).encode(),
                {"Content-Type": "application/vnd.ibasho.floor+json"})
            if reply.status == 200:
                break
        t.eq(reply.status, 200, f"published: {reply}")
        again = a.wait("floor.here")
        took = time.time() - began
        t.note(f"the new floor {took:.2f} s after it was published")
        t.ok(took <= MEANWHILE_S, "without signing in anew, within five seconds", took)
        t.ok(again["hash"] != here["hash"], "another floor")
        x, y = a.me()["x"], a.me()["y"]
        t.ok(not (wall["x"] - 20 < x < wall["x"] + 60 and wall["y"] - 20 < y < wall["y"] + 60),
             "nobody is left inside a wall", (x, y, wall))
        put(board, "/api/v1/floors/lounge/plan", when_full="copy", is_hidden=True)
        t.eq(a.wait("out")["reason"], "floor", "a hidden floor lets its people go")
        t.eq(a.refused("place.enter", floor="lounge", rung="text"), "not-found", "and is not there")
        put(board, "/api/v1/floors/lounge/plan", when_full="copy", is_hidden=False)
        post(board, "/api/v1/floors/lounge/revert", version=0)


@case
def a_suspended_account_is_out(t):
    t.req("AI-2.3-ア")
    login = node.account("student", display_name="とまる")
    with Visitor(node, node.sign_in(login)) as a, visitor(1) as other:
        a.enter()
        other.enter()
        other.wait("floor.here")
        began = time.time()
        node.psql(f"UPDATE account SET state = 'suspended' WHERE id = '{login.id}'")
        t.eq(a.wait("out")["reason"], "signin", "told")
        t.eq(a.wait_closed(), 4003, "and closed: sign in")
        t.ok(time.time() - began <= MEANWHILE_S, "within five seconds", time.time() - began)
        other.until(lambda: "とまる" not in {p["name"] for p in other.floor.people.values()}, what="gone")
    session = node.sign_in(children[2][0])
    with Visitor(node, session) as a:
        a.enter()
        session.request("DELETE", "/api/v1/session")
        t.eq(a.wait_closed(), 4003, "who signs out is out as well")


def end_at_once(t, what, session, act):
    """A ticket that was drawn is worth nothing the moment the act is answered; a line is closed. The
    looking thread alone would take up to two seconds: by then the ticket has let somebody in."""
    with Visitor(node, session) as there:
        ticket = ws_client.ticket(session)
        reply = act()
        t.ok(reply.status in (200, 204), what, reply)
        try:
            ws_client.connect(node, ticket, waits_hello=False).cut()
            status = 101
        except Refused as refused:
            status = refused.status
        t.eq(status, 401, f"{what}: its ticket")
        t.eq(there.wait_closed(), 4003, f"{what}: its line")


@case
def sessions_that_end_close_their_lines_at_once(t):
    t.req("AI-2.3-ア")
    child = node.account("student", display_name="きれる")
    mine, path = node.sign_in(child), f"/api/v1/people/{child.id}"
    end_at_once(t, "password", node.sign_in(child), lambda: mine.request(
        "PUT", "/api/v1/me/password", {"old": child.password, "new": "Himawari-no-2026"}))
    with Visitor(node, mine) as still:
        t.ok(still.hello is not None, "one's own session goes on")
    end_at_once(t, "reset", mine, lambda: board.request("POST", path + "/reset"))
    for step in ("suspend", "close"):
        login = node.account("student")
        end_at_once(t, step, node.sign_in(login), lambda: board.request(
            "POST", f"/api/v1/people/{login.id}/{step}", {"reason": "ためし"}))


@case
def a_changed_factor_closes_the_other_lines_at_once(t):
    t.req("AI-2.3-ア")
    login = node.account("supporter")
    mine, path = node.sign_in(login), f"/api/v1/people/{login.id}/recovery"
    keys = "/api/v1/me/passkeys"
    asked = mine.request("POST", keys + "/options").json()
    key = Passkey(asked["rp_id"], "es256", unb64(asked["user_id"]))
    made = key.create(unb64(asked["challenge"]), node.url())

    def by_key():
        session = Session(node)
        for _ in range(14):  # tries a minute are counted, and all these are one person's
            challenge = unb64(session.request("POST", "/api/v1/session/passkey/options").json()["challenge"])
            reply = session.request("POST", "/api/v1/session/passkey", key.get(challenge, node.url()))
            if reply.status != 429:
                break
            time.sleep(5)
        assert reply.status == 200, reply
        return session

    end_at_once(t, "passkey added", node.sign_in(login), lambda: mine.request(
        "POST", keys, {**made, "label": "かぎ", "password": login.password}))
    secret = mine.request("POST", "/api/v1/me/totp", {"password": login.password}).json()["secret"]
    end_at_once(t, "codes renewed", by_key(), lambda: mine.request(
        "PUT", "/api/v1/me/totp", {"code": totp(secret)}))
    added = mine.request("GET", keys).json()["items"][0]["id"]
    end_at_once(t, "passkey removed", by_key(), lambda: mine.request("DELETE", f"{keys}/{added}"))
    one = node.sign_in(node.account("contractor"))
    t.eq(one.request("POST", path).status, 204, "renewal is asked for")
    end_at_once(t, "renewal", mine, lambda: board.request("POST", path + "/approve"))


@case
def a_profile_that_changed_is_seen(t):
    t.req("AI-2.2-エ")
    with visitor(3) as a, visitor(1) as other:
        a.enter()
        other.enter()
        other.wait("floor.here")
        profile = children[3][1].request("GET", "/api/v1/me/profile").json()
        began = time.time()
        reply = children[3][1].request("PUT", "/api/v1/me/profile", {
            "id": str(uuid.uuid4()), "version": profile["version"], "name": "あたらしい",
            "note": "こんにちは", "kind": "owl", "colour": "mint", "open": True, "private": False,
            "wave": True})
        t.eq(reply.status // 100, 2, f"changed: {reply}")
        other.until(lambda: "あたらしい" in {p["name"] for p in other.floor.people.values()}, what="new name")
        t.ok(time.time() - began <= MEANWHILE_S, "within five seconds", time.time() - began)


@case
def a_session_without_names(t):
    t.req("SE-4.1-イ-3")
    t.req("SE-4.1-イ-2")
    names = []
    with Visitor(node, supporter) as s:
        s.enter("classes")
        s.wait("floor.here")
        for round_ in range(2):
            with visitor(0) as a, visitor(1) as b:
                a.enter("classes")
                b.enter("classes")
                a.wait("floor.here")
                before = a.seat
                made = str(uuid.uuid4())
                reply = board.request("POST", "/api/v1/place/sessions", {
                    "id": made, "floor": "classes", "title": "ほっとルーム", "capacity": 2,
                    "from": stamp(now() - datetime.timedelta(seconds=5)),
                    "until": stamp(now() + datetime.timedelta(hours=1)), "is_anonymous": True})
                t.eq(reply.status // 100, 2, f"made: {reply}")
                t.eq((a.wait("out")["reason"], b.wait("out")["reason"]), ("hides", "hides"),
                     "it begins in the lobby: no name turns into an alias before others' eyes")
                s.wait("floor.here", where=lambda of: of["is_anonymous"])
                t.eq(len(s.floor.people), 1, "staff alone stay")
                a.enter("classes")
                b.enter("classes")
                here = a.wait("floor.here", where=lambda of: of["is_anonymous"])
                t.eq(here["title"], "ほっとルーム", "they come in under its title")
                b.wait("floor.here", where=lambda of: of["is_anonymous"])
                a.until(lambda: len(a.floor.people) == 3, what="all three")
                t.ok(a.seat != before, "on a seat that says nothing")
                mine = a.me()["name"]
                names.append(mine)
                t.ok(mine not in ("こども0", "こども1"), "an alias", mine)
                t.eq({p["kind"] for p in a.floor.people.values() if not p["is_staff"]}, {"neutral"},
                     "one figure for all")
                b.until(lambda: len(b.floor.people) == 3, what="all three")
                seen = {p["name"] for p in b.floor.people.values()}
                t.ok("こども0" not in seen and mine in seen, "others know the alias alone", seen)
                s.until(lambda: children[0][0].login in {p.get("login") for p in s.floor.people.values()},
                        what="the ID for staff")
                with visitor(2) as late:
                    t.eq(late.enter("classes")["kind"], "waiting", "its capacity counts")
                cancel = board.request("POST", f"/api/v1/place/sessions/{made}/cancel",
                                       {"id": str(uuid.uuid4())})
                t.eq(cancel.status // 100, 2, f"ended: {cancel}")
                t.eq((a.wait("out")["reason"], b.wait("out")["reason"]), ("ended", "ended"),
                     "it ends in the lobby: no alias turns into a name")
    t.ok(names[0] != names[1], "another alias in another session", names)
    time.sleep(1)  # until it is written
    n = int(node.psql("SELECT count(*) FROM visit_event WHERE session IS NOT NULL"))
    t.ok(n >= 8, "the log knows the session", n)


def metric(name):
    for line in node.admin("GET", "/metrics").body.decode().splitlines():
        if line.startswith(name + " "):
            return int(line.split()[-1])
    return None


@case
def whoever_runs_the_node_sees_numbers(t):
    t.req("NI-T3-8")
    before = {code: metric(f'ibasho_place_refused_total{{reason="{code}"}}')
              for code in ("not-found", "gone", "too-many", "no-access", "hours-closed", "other")}
    t.ok(None not in before.values(), "refusals by reason", before)
    n_entries, n_cuts = metric("ibasho_place_entries_total"), metric("ibasho_place_cuts_total")
    put(board, "/api/v1/floors/quiet/plan", capacity=1, when_full="wait", is_hidden=False)
    try:
        time.sleep(0.5)
        a, b, lobby = visitor(0), visitor(1), visitor(2)
        a.enter("quiet")
        b.enter("quiet")
        t.eq(lobby.refused("place.enter", floor="nowhere", rung="text"), "not-found", "refused")
        t.eq(lobby.refused("place.resume", visit=a.visit, token=a.token, last_n=0), "not-found", "refused")
        time.sleep(1.5)
        t.eq((metric('ibasho_place_people{floor="quiet"}'), metric('ibasho_place_waiting{floor="quiet"}')),
             (1, 1), "people and those who wait, by floor")
        t.ok(metric("ibasho_place_lobby") >= 2, "the lobby")
        t.eq(metric('ibasho_place_refused_total{reason="not-found"}'), before["not-found"] + 1, "by reason")
        t.eq(metric('ibasho_place_refused_total{reason="gone"}'), before["gone"] + 1, "each")
        t.eq(metric("ibasho_place_entries_total"), n_entries + 1, "who waits has not entered")
        a.cut()
        time.sleep(1.5)
        t.eq((metric("ibasho_place_cuts_total"), metric("ibasho_place_held")), (n_cuts + 1, 1), "a line lost")
        with visitor(0) as again:
            again.resume(a)
        text = node.admin("GET", "/metrics").body.decode()
        t.ok("こども" not in text and children[0][0].id not in text and children[0][0].login not in text,
             "no name and no ID")
        report = node.admin("GET", "/api/v1/admin/doctor").json()
        line = next(c for c in report["checks"] if c["name"] == "place")
        t.ok(line["level"] in (0, "ok") and "フロアに" in line["text"], "the doctor says it, too", line)
        b.close()
        lobby.close()
    finally:
        put(board, "/api/v1/floors/quiet/plan", when_full="wait", is_hidden=False)


@case
def seats_that_cannot_be_read_keep_the_doors_shut(t):
    t.req("NI-T3-8")
    since = mark()
    a = visitor(0)
    a.enter()
    a.wait("floor.here")
    a.command("floor.walk", x=1800, y=1200)
    wait_written(0, a)
    spot = a.me()["x"], a.me()["y"]
    node.psql("REVOKE SELECT ON visit_seat FROM ibasho_app")
    try:
        kill_and_wait()
        end = time.monotonic() + 10
        while time.monotonic() < end:
            line = [c for c in node.admin("GET", "/api/v1/admin/doctor").json()["checks"]
                    if c["name"] == "place"]
            if line and "読んでいます" in line[0]["text"]:
                break
            time.sleep(0.2)
        t.ok("読んでいます" in line[0]["text"], "the doctor says why", line)
        time.sleep(2)
        try:  # asked once: a Visitor would ask until the place opens, and the seats are held a minute
            ws_client.ticket(children[0][1])
            said = 200
        except Refused as refused:
            said = refused.status
        t.eq(said, 503, "nobody comes in beside seats that were not read")
    finally:
        node.psql("GRANT SELECT ON visit_seat TO ibasho_app")
    with back(0, 40) as again:
        t.eq(again.resume(a)["kind"], "here", "read at last")
        again.wait("floor.here")
        t.eq((again.me()["x"], again.me()["y"]), spot, "on the same spot")
    t.eq(log_of(0, since), [("entry", "plaza", ""), ("exit", "plaza", "closed")], "one visit")


@case
def a_session_that_began_meanwhile_takes_back_nobody_as_he_was(t):
    t.req("SE-4.1-イ-3")
    t.req("AI-2.5-ア")
    since = mark()
    a, b, s = visitor(0), visitor(1), Visitor(node, supporter)
    for v in (a, b, s):
        v.enter("classes")
        v.wait("floor.here")
    a.command("me.state", state="break")
    a.command("me.distance", on=True)
    b.command("me.state", state="alone")
    seats = "SELECT count(*) FROM visit_seat WHERE floor = 'classes' AND state IN ('break', 'alone')"
    end = time.monotonic() + 20
    while node.psql(seats) != "2" and time.monotonic() < end:
        time.sleep(0.2)
    begins, made = now() + datetime.timedelta(seconds=3), str(uuid.uuid4())
    reply = board.request("POST", "/api/v1/place/sessions", {
        "id": made, "floor": "classes", "title": "ほっとルーム", "from": stamp(begins),
        "until": stamp(now() + datetime.timedelta(hours=1)), "is_anonymous": True})
    t.eq(reply.status // 100, 2, f"made: {reply}")
    try:
        kill_and_wait()
        while now() < begins + datetime.timedelta(seconds=1.2):
            time.sleep(0.1)
        with back(0) as again, back(1) as other, back(supporter) as staff:
            t.eq(again.refused("place.resume", visit=a.visit, token=a.token, last_n=0), "not-found",
                 "the visit is over")
            t.eq(again.wait("out")["reason"], "hides", "as for those who were inside")
            t.eq(other.enter("classes")["kind"], "here", "he may come in anew")
            here = other.wait("floor.here")
            t.ok(here["is_anonymous"], "into the session")
            t.eq((other.me()["state"], other.me()["has_distance"]), ("talk", False),
                 "not with the wishes that others know him by")
            t.eq(staff.resume(s)["kind"], "here", "staff are where they were")
            cancel = board.request("POST", f"/api/v1/place/sessions/{made}/cancel", {"id": str(uuid.uuid4())})
            t.eq(cancel.status // 100, 2, f"ended: {cancel}")
            other.wait("out")
    finally:
        board.request("POST", f"/api/v1/place/sessions/{made}/cancel", {"id": str(uuid.uuid4())})
    t.eq(log_of(0, since), [("entry", "classes", ""), ("exit", "classes", "hides")], "written so")


@case
def two_wait_and_one_goes_elsewhere(t):
    t.req("SE-4.1-イ-1")
    put(board, "/api/v1/floors/quiet/plan", capacity=1, when_full="wait", is_hidden=False)
    try:
        time.sleep(0.5)
        with visitor(0) as a, visitor(1) as b, visitor(2) as c:
            b.enter("lounge")  # waits from where he stands
            b.wait("floor.here")
            t.eq([v.enter("quiet")["kind"] for v in (a, b, c)], ["here", "waiting", "waiting"], "two wait")
            c.wait("wait", where=lambda of: of["position"] == 2)
            t.eq(b.floor.here["floor"], "lounge", "the first of them on his floor")
            t.eq(b.enter("plaza")["kind"], "here", "he goes elsewhere")
            t.eq(c.wait("wait", where=lambda of: of["position"] == 1)["floor"], "quiet", "the other moves up")
            a.command("place.leave")
            c.wait("floor.here", where=lambda of: of["floor"] == "quiet")
            time.sleep(1.2)
            t.eq(b.floor.here["floor"], "plaza", "and who has gone is not fetched")
    finally:
        put(board, "/api/v1/floors/quiet/plan", when_full="wait", is_hidden=False)


@case
def where_watching_is_all_every_state_is_watching(t):
    t.req("KP-3-運用-3")
    setting("place.rung_most", "watch")
    try:
        with visitor(0) as a, visitor(1) as b:
            t.eq(a.enter(rung="voice", state="break")["kind"], "here", "in, by whatever is asked")
            a.wait("floor.here")
            b.enter(rung="watch")
            b.wait("floor.here")
            b.until(lambda: a.seat in b.floor.people, what="a")
            t.eq(b.floor.people[a.seat]["state"], "watch", "to watch")
            for state in ("talk", "alone", "break"):
                t.eq(a.refused("me.state", state=state), "rung-most", f"no way round it by {state}")
            t.eq(a.refused("me.state", state="watch"), None, "this one is")
            t.eq(a.refused("me.rung", rung="react"), "rung-most", "nor by a rung")
            t.eq(a.refused("floor.walk", x=1800, y=800), "watch-walk", "so nobody walks")
    finally:
        setting("place.rung_most", "camera")


@case
def a_stalled_and_silent_peer_is_lost_and_others_feel_nothing(t):
    t.req("NI-T3-8")
    with visitor(1) as other:
        other.enter()
        other.wait("floor.here")
        a = visitor(0)
        a.enter()
        a.wait("floor.here")
        seat = a.seat
        other.until(lambda: seat in other.floor.people, what="a")
        a.is_over = True  # neither reads nor answers; the socket stays open
        a.thread.join(5)
        began = time.monotonic()
        other.wait("people.changed", seconds=30, where=lambda of: any(
            p["seat"] == seat and p["is_lost"] for p in of["people"]))
        t.note(f"seen after {time.monotonic() - began:.2f} s")  # the figure is place.cut's
        t.eq(other.refused("floor.walk", x=1700, y=900), None, "others feel nothing")
        with visitor(0) as again:
            t.eq(again.resume(a)["kind"], "here", "he may come back meanwhile")
        a.line.cut()


@case
def the_node_takes_so_many(t):
    t.req("SE-4.1-イ-1")
    setting("place.ceiling", 1)
    try:
        with visitor(0) as a, visitor(1) as b, Visitor(node, supporter) as s:
            t.eq(a.enter()["kind"], "here", "one")
            answer = b.enter("lounge")
            t.eq((answer["kind"], answer.get("position")), ("waiting", 1),
                 "the next waits, on whatever floor")
            t.eq(s.enter()["kind"], "here", "staff come in")
            setting("place.ceiling", 500)
            b.wait("floor.here", seconds=5)
            t.ok(True, "a setting that gives room lets in")
    finally:
        setting("place.ceiling", 500)


@case
def killed_and_back_on_the_same_spot(t):
    t.req("NI-T3-8")
    t.req("AI-2.5-ア")
    since = mark()
    vs = [visitor(i) for i in range(4)]
    for i, v in enumerate(vs):
        v.enter("plaza")
        v.wait("floor.here")
        v.command("floor.walk", x=1500 + 150 * i, y=900)
    s = Visitor(node, supporter)
    s.enter("counsel")
    s.wait("floor.here")
    room = next(i for i, r in s.floor.areas.items()
                if "n" not in r and s.refused("area.enter", area=i) is None)
    for i, v in enumerate(vs):
        wait_written(i, v)
    time.sleep(3)  # so is what the staff did
    t.eq(s.floor.here.get("room"), room, "in a closed room")
    spots = [(v.me()["x"], v.me()["y"]) for v in vs]
    began = time.monotonic()
    kill_and_wait()
    again = []
    for i, v in enumerate(vs[:3]):
        again.append(back(i))
        if i < 2:
            again[i].resume(v)
        else:
            again[i].enter("plaza")
        again[i].wait("floor.here")
        if i == 0:
            t.note(f"the first stands there again {time.monotonic() - began:.2f} s after the kill")
            t.ok(time.monotonic() - began <= 3, "within three seconds", time.monotonic() - began)
    for i, v in enumerate(again):
        t.eq((v.me()["x"], v.me()["y"]), spots[i], "on the same spot")
    t.eq(log_of(0, since), [("entry", "plaza", "")], "and the same visit")
    s_back = Visitor(node, supporter)
    s_back.resume(s)
    t.eq(s_back.wait("floor.here").get("room"), room, "in the same room")
    with visitor(4) as late:
        late.enter("lounge")
        s_back.wait("entries", where=lambda of: any(i["name"] == "こども4" for i in of["items"]))
        t.ok(s_back.last_n > s.last_n, "what is said since has higher numbers", (s.last_n, s_back.last_n))
    s_back.close()
    end = time.monotonic() + 62
    while time.monotonic() < end and log_of(3, since)[-1][0] != "lost":
        time.sleep(1)
    t.eq(log_of(3, since), [("entry", "plaza", ""), ("lost", "plaza", "restart")],
         "who did not come back is lost, within a minute")
    for v in again:
        v.close()
    t.eq(log_of(2, since), [("entry", "plaza", ""), ("exit", "plaza", "closed")], "the others left")


@case
def a_room_that_staff_locked_stays_locked(t):
    t.req("AI-2.3-オ")
    t.req("NI-T3-8")
    with Visitor(node, supporter) as s, visitor(0) as a:
        s.enter("counsel")
        a.enter("counsel")
        s.wait("floor.here")
        a.wait("floor.here")
        room = next(i for i, r in s.floor.areas.items() if "n" not in r and r["lock"] == "in_use")
        before = s.floor.areas[room]["lock"]
        t.eq(s.refused("area.lock", area="nowhere", lock="staff"), "not-found", "no such room")
        t.eq(s.refused("area.lock", area=room, lock="staff"), None, "locked")
        a.until(lambda: a.floor.areas[room]["lock"] == "staff", what="the lock")
        t.eq(a.refused("area.enter", area=room), "area-locked", "a child does not get in")
        row = node.psql("SELECT id, floor, area, before, lock, by, role FROM area_lock ORDER BY n DESC"
                        " LIMIT 1").split("|")
        login = node.psql(f"SELECT id FROM account WHERE id = '{row[5]}' AND role = 'supporter'")
        t.eq((row[1:5], login != "", row[6]), (["counsel", room, before, "staff"], True, "supporter"),
             "on record: floor, room, old and new lock, by whom")
        t.eq(node.psql("SELECT count(*) FROM access_record WHERE object = '" + row[0] +
                       "' AND outcome = 'ok'"), "1", "which the access record names")
        t.eq(node.psql("SELECT count(*) FROM area_lock k WHERE NOT EXISTS (SELECT FROM audit_leaf l"
                       " WHERE l.row_id = k.id AND l.table_name = 'area_lock')"), "0", "a leaf")
        kill_and_wait()
    try:
        with back(0) as a, back(supporter) as s:
            a.enter("counsel")
            s.enter("counsel")
            t.eq({r["id"]: r["lock"] for r in a.wait("floor.here")["areas"]}[room], "staff",
                 "after a kill it is locked still")
            time.sleep(3.2)
            t.eq(a.refused("area.enter", area=room), "area-locked", "nobody gets in")
            s.wait("floor.here")
            t.eq(s.refused("area.lock", area=room, lock=before), None, "until staff open it")
            a.until(lambda: a.floor.areas[room]["lock"] == before, what="open")
            t.eq(node.psql("SELECT before FROM area_lock ORDER BY n DESC LIMIT 1"), "staff",
                 "and the record goes on")
    finally:
        if node.psql("SELECT lock FROM area_lock ORDER BY n DESC LIMIT 1") != before:
            with back(supporter) as s:
                s.enter("counsel")
                s.command("area.lock", area=room, lock=before)


@case
def swapped_and_back_on_the_same_spot(t):
    t.req("NI-T3-8")
    since = mark()
    a = visitor(0)
    a.enter()
    a.wait("floor.here")
    a.command("floor.walk", x=1800, y=1200)
    time.sleep(1)
    threading.Thread(target=node.swap, daemon=True).start()
    t.eq(a.wait_closed(30), 1012, "told to come again")
    began = time.monotonic()
    again = None
    while again is None and time.monotonic() - began < 20:
        try:
            again = visitor(0)
        except (OSError, Closed, Refused, Late):
            time.sleep(0.1)
    again.resume(a)
    again.wait("floor.here")
    t.note(f"back {time.monotonic() - began:.2f} s after 1012")
    again.close()
    t.eq(log_of(0, since), [("entry", "plaza", ""), ("exit", "plaza", "closed")], "one visit")


@case
def the_database_away_loses_no_row(t):
    t.req("AI-2.5-ア")
    since = mark()
    with visitor(0) as a:
        a.enter()
        a.wait("floor.here")
        time.sleep(1)
        pid = node.kill("postgres")
        t.eq(a.command("floor.walk", x=1800, y=800), {}, "people feel nothing")
        a.enter("lounge")
        a.wait("floor.here", where=lambda of: of["floor"] == "lounge")
        a.command("place.leave")
        node.wait_back("postgres", pid)
        node.wait_answer()
    end = time.monotonic() + 20
    want = [("entry", "plaza", ""), ("move", "lounge", ""), ("exit", "lounge", "left")]
    while time.monotonic() < end and log_of(0, since) != want:
        time.sleep(0.5)
    t.eq(log_of(0, since), want, "all of it, in order, once")


@case
def closing_is_gentle_and_staff_stay(t):
    t.req("AI-4.3-ウ-イ-2")
    t.req("AI-2.3-イ")
    since = mark()
    with visitor(0) as a, Visitor(node, supporter) as s:
        a.enter()
        s.enter()
        a.wait("floor.here")
        s.wait("floor.here")
        closes = now() + datetime.timedelta(minutes=2)
        if closes.date() != now().date():  # two minutes before midnight
            time.sleep(180)
            closes = now() + datetime.timedelta(minutes=2)
        put(board, "/api/v1/hours/days", day=now().date().isoformat(),
            slots=[{"from": "00:00", "to": closes.strftime("%H:%M")}])
        t.ok(a.wait("closing")["minutes"] in (1, 2, 3), "a day made shorter is told at once")
        t.eq(a.wait("hours")["kind"], "closing", "and the new hours")
        t.ok(not s.seen("closing"), "to those whom it concerns")
        began = time.time()
        reply = board.request("POST", "/api/v1/hours/closure",
                              {"id": str(uuid.uuid4()), "from": now().date().isoformat(),
                               "message": "きょうはおやすみ"})
        t.eq(reply.status // 100, 2, f"closed now: {reply}")
        out = a.wait("out")
        t.ok(time.time() - began <= MEANWHILE_S, "within five seconds", time.time() - began)
        t.eq(out["reason"], "closing", "to the lobby")
        t.ok("つぎ" in out["title"], "with the next opening", out["title"])
        t.eq(s.wait("closing")["minutes"], 0, "staff are told that the others went")
        t.eq(s.refused("floor.walk", x=1800, y=800), None, "and stay")
        t.eq(a.refused("place.enter", floor="plaza", rung="text"), "hours-closed", "closed to children")
        try:
            a.enter()
        except No as no:
            t.ok("つぎは" in no.no["title"] and "月" in no.no["title"], "and says when it opens next", no.no["title"])
        with visitor(1) as late:
            t.ok(late.hello["hours"]["kind"] in ("closed", "outside") and "next_at" in late.hello["hours"],
                 "hello says it too, never an error", late.hello["hours"])
            t.ok(all(not f["is_open"] and f["why_shut"] for f in late.hello["floors"]), "no card is open")
        t.eq(s.refused("place.enter", floor="lounge", rung="text"), None, "staff come and go")
    open_all_day()
    t.eq(log_of(0, since), [("entry", "plaza", ""), ("exit", "plaza", "closing")], "written so")


if __name__ == "__main__":
    with Nodes("aozora", env={"IBASHO_PLACE_HOLD_S": "10", "IBASHO_PLACE_LOST_S": "8"}) as nodes:
        node = nodes["aozora"]
        set_up()
        main(__file__)
