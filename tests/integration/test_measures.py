#!/usr/bin/python3
# tests/run: left 150
"""What staff stop, on a whole node: in force at once and after a kill, lifted, over by itself; who is
ejected is out with every line and may not come back; a name that was taken away stays away. Children
are raw clients (tests/lib/visitor.py): what they did not get never left the server."""
import datetime
import os
import re
import sys
import threading
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib import handback  # noqa: E402
from lib.ibasho_node import Nodes  # noqa: E402
from lib.t import case, main  # noqa: E402
from lib.visitor import Visitor  # noqa: E402
from lib.ws_client import Closed, Late, No, Refused  # noqa: E402

nodes = node = board = supporter = teacher = None
staff_login = None
children = []  # (Login, Session)
JST = datetime.timezone(datetime.timedelta(hours=9))
WHY = "ほかの人にいやなことを書いたため"
GONE_S = 2  # AI-2.7-ウ-4


def put(session, path, **body):
    reply = session.request("PUT", path, {"id": str(uuid.uuid4()), **body})
    assert reply.status // 100 == 2, reply
    return reply


def set_up():
    global board, supporter, teacher, staff_login
    board = node.sign_in(node.account("commissioner", display_name="いいんかい"))
    put(board, "/api/v1/contract", title="見本の契約", contractor="受託者", begins_on="2020-04-01",
        ends_on="2090-03-31", n_student=400, n_staff=100, n_guardian=0)
    for days in range(2):
        day = datetime.datetime.now(JST) + datetime.timedelta(days=days)
        put(board, "/api/v1/hours/days", day=day.date().isoformat(),
            slots=[{"from": "00:00", "to": "24:00"}])
    staff_login = node.account("supporter", display_name="しえんいん")
    supporter = node.sign_in(staff_login)
    teacher = node.sign_in(node.account("instructor", display_name="じゅぎょう"))
    for name in ("ソラネコ", "うみのいろ", "やまびこ", "もりのおと", "かぜのこえ", "ゆきぐも"):
        login = node.account("student", display_name=name)
        children.append((login, node.sign_in(login)))


def decide(kind, session=None, ok=200, **body):
    """POST /api/v1/measures: the answer, and after how long it came."""
    began = time.monotonic()
    reply = (session or supporter).request("POST", "/api/v1/measures", {
        "id": str(uuid.uuid4()), "kind": kind, "reason": WHY, **body})
    assert reply.status == ok, reply
    return reply.json(), time.monotonic() - began


def of(i):
    return children[i][0].id


def lift(measure, session=None, ok=200, **body):
    reply = (session or supporter).request("POST", f"/api/v1/measures/{measure}/lift",
                                           {"id": str(uuid.uuid4()), **body})
    assert reply.status == ok, reply
    return reply


def measures(session=None, **query):
    text = "&".join(f"{k}={v}" for k, v in query.items())
    reply = (session or supporter).request("GET", f"/api/v1/measures?{text}")
    assert reply.status == 200, reply
    return reply.json()["items"]


def visitor(i):
    return Visitor(node, children[i][1])


def stopped(v, kind, is_on, seconds=5):
    return v.wait("stopped", seconds, lambda e: e["kind"] == kind and e["is_on"] == is_on)


def kill_and_wait():
    pid = node.kill("node")
    node.wait_back("node", pid)
    node.wait_answer()


def back(session, seconds=20):
    end = time.monotonic() + seconds
    while True:
        try:
            return Visitor(node, session)
        except (OSError, Closed, Refused, Late):
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def no_staff_in(v, t, what):
    """Nothing that this child ever got names who did it."""
    said = b"\n".join(v.heard)
    hidden = [staff_login.id, staff_login.login, WHY, *(c[0].id for c in children),
              *(c[0].login for c in children if c[0].id != v.account)]
    bad = [h for h in hidden if h.encode() in said]
    t.eq(bad, [], what)


@case
def a_child_is_stopped_at_once_and_told_kindly(t):
    t.req("AI-2.7-ウ-2")
    t.req("AI-2.7-ウ-3")
    t.req("AI-2.7-ウ-1")
    t.req("AI-2.7-エ")
    with visitor(0) as a, visitor(1) as b:
        a.account, b.account = of(0), of(1)
        a.enter(rung="text")
        b.enter(rung="text")
        a.wait("floor.here")
        t.eq(a.refused("react", kind="clap"), None, "before it he may")
        answers = []
        began = time.monotonic()
        asking = threading.Thread(target=lambda: answers.append(decide("react", account=of(0))))
        asking.start()
        told = stopped(a, "react", True)
        in_force_s = time.monotonic() - began
        asking.join()
        made, took = answers[0]
        t.note(f"in force and told {1000 * in_force_s:.0f} ms after it was asked for, answered after"
               f" {1000 * took:.0f} ms")
        t.ok("SOS" in told["title"] and "until" not in told, "how to talk to somebody", told)
        t.eq(a.refused("react", kind="clap"), "stopped", "and it is stopped")
        t.eq(b.refused("react", kind="clap"), None, "for him alone")
        chat, _ = decide("chat", account=of(0), minutes=30)
        mute, _ = decide("mute", account=of(0))
        t.ok("until" in stopped(a, "chat", True), "until when")
        stopped(a, "mute", True)
        t.ok(made["is_in_force"] and made["reason"] == WHY, "the answer says so", made)
        rows = measures(account=of(0), in_force="true")
        t.eq({r["kind"] for r in rows}, {"chat", "react", "mute"}, "staff see all of it")
        t.ok(all(r["by"] == staff_login.id and r["by_name"] == "しえんいん" and r["reason"] == WHY
                 and r["login"] == children[0][0].login and r["display_name"] == "ソラネコ"
                 for r in rows), "who did it, why, and whose ID it is", rows)
        for one in (made, chat, mute):
            lift(one["measure"], reason="あやまったため")
        for kind in ("chat", "react", "mute"):
            stopped(a, kind, False)
        t.eq(a.refused("react", kind="clap"), None, "lifted: again")
        lift(made["measure"])
        row = [r for r in measures(account=of(0)) if r["measure"] == made["measure"]][0]
        t.ok(not row["is_in_force"] and row["lifted"]["reason"] == "あやまったため" and
             row["lifted"]["by_name"] == "しえんいん", "lifted once, with the first reason", row)
        no_staff_in(a, t, "the child never learns who, nor any ID but his own")
        no_staff_in(b, t, "nor do others")


@case
def a_measure_is_made_once(t):
    same = str(uuid.uuid4())
    body = {"id": same, "kind": "mute", "account": of(0), "reason": WHY}
    first = supporter.request("POST", "/api/v1/measures", body)
    lift(same)
    again = supporter.request("POST", "/api/v1/measures", body)
    t.eq((first.status, again.status), (200, 200), "the same id again")
    t.ok(not again.json()["is_in_force"], "does not stop him a second time", again)
    t.eq(node.psql(f"SELECT count(*) FROM measure WHERE id = '{same}'"), "1", "one row")
    t.eq(node.psql(f"SELECT count(*) FROM audit_leaf WHERE row_id = '{same}'"), "1", "one leaf")
    other = board.request("POST", "/api/v1/measures", body)
    t.eq(other.status, 409, "another's id is no way to it")
    for change in ({"kind": "react"}, {"account": of(1)}):
        t.eq(supporter.request("POST", "/api/v1/measures", {**body, **change}).status, 409,
             "nor is one's own for somebody or something else: nobody would be stopped")
    plain = node.psql(f"SELECT encode(reason_sealed, 'escape') FROM measure WHERE id = '{same}'")
    t.ok(WHY not in plain and len(plain) > 40, "the reason is sealed")


@case
def what_may_not_be_asked(t):
    t.req("AI-2.7-ウ-2")
    def status(session, **body):
        reply = session.request("POST", "/api/v1/measures",
                                {"id": str(uuid.uuid4()), "reason": WHY, **body})
        return reply.status
    t.eq(status(supporter, kind="chat"), 422, "nobody and nowhere")
    t.eq(status(supporter, kind="chat", account=of(0), floor="plaza"), 422, "both")
    t.eq(status(supporter, kind="eject", account=of(0)), 422, "ejected without an end")
    t.eq(status(supporter, kind="eject", floor="plaza", minutes=5), 422, "a whole floor")
    t.eq(status(supporter, kind="slow", floor="plaza"), 422, "how slow")
    t.eq(status(supporter, kind="chat", floor="attic"), 422, "a floor that is not there")
    t.eq(status(supporter, kind="chat", account=of(0), reason="　 "), 422, "without a reason")
    t.eq(status(supporter, kind="rename", account=of(0), name="しねしねこ"), 422, "a name nobody may have")
    t.eq(status(supporter, kind="rename", account=of(0), name="うみのいろ"), 422, "another's name")
    t.eq(status(supporter, kind="chat", account=staff_login.id), 404, "staff are not measured")
    t.eq(status(supporter, kind="chat", account=str(uuid.uuid4())), 404, "nobody")
    for session, who in ((children[1][1], "a child"), (teacher, "an instructor")):
        t.eq(status(session, kind="chat", account=of(0)), 404, f"{who} may not")
        t.eq(session.request("GET", "/api/v1/measures").status, 404, f"nor see: {who}")
    t.eq(lift(str(uuid.uuid4()), ok=404).status, 404, "no such measure")
    t.eq(measures(account=of(0), in_force="true"), [], "nothing of it holds")


@case
def a_floor_is_quiet_for_those_whom_measures_bind(t):
    t.req("HI-3.3-4")
    made, _ = decide("react", floor="plaza")
    slow, _ = decide("slow", floor="plaza", seconds=20, minutes=10)
    with visitor(0) as a, visitor(1) as b, Visitor(node, supporter) as s:
        a.enter()
        stopped(a, "react", True)
        t.eq(stopped(a, "slow", True)["seconds"], 20, "slow mode says how slow")
        t.eq(a.refused("react", kind="good"), "stopped", "on this floor")
        b.enter(floor="lounge")
        t.eq(b.refused("react", kind="good"), None, "not on another")
        s.enter()
        t.eq(s.refused("react", kind="good"), None, "staff go on")
        a.enter(floor="lounge")
        stopped(a, "react", False)
        stopped(a, "slow", False)
        t.eq(a.refused("react", kind="good"), None, "who goes elsewhere may again")
        a.enter()
        stopped(a, "react", True)
        a.command("place.leave")
        stopped(a, "react", False)
    lift(made["measure"])
    lift(slow["measure"])


@case
def an_ejected_child_is_out_with_every_line(t):
    t.req("AI-2.7-ウ-4")
    login, session = children[2]
    second = node.sign_in(login)
    with visitor(0) as other, Visitor(node, supporter) as s:
        s.enter()
        other.account = of(0)
        other.enter()
        here, there = Visitor(node, session), Visitor(node, second)
        here.account = there.account = of(2)
        here.enter()
        seen = other.wait("people.came", where=lambda e: any(p["name"] == "やまびこ" for p in e["people"]))
        seat = [p["seat"] for p in seen["people"] if p["name"] == "やまびこ"][0]
        waits = {}
        began = time.monotonic()

        def hear(name, wait):
            wait()
            waits[name] = time.monotonic() - began
        threads = [threading.Thread(target=hear, args=args) for args in (
            ("gone for others", lambda: other.wait("people.left", where=lambda e: {"seat": seat} in e["seats"])),
            ("gone for staff", lambda: s.wait("people.left", where=lambda e: {"seat": seat} in e["seats"])),
            ("his line", here.wait_closed), ("his other line", there.wait_closed))]
        for thread in threads:
            thread.start()
        made, took = decide("eject", account=of(2), minutes=60)
        for thread in threads:
            thread.join(10)
        t.ok(len(waits) == 4 and max(waits.values()) < GONE_S, "gone within two seconds", waits)
        for line in (here, there):
            out = line.seen("out")[-1]
            t.eq(out["reason"], "ejected", "told")
            t.ok("おやすみ" in out["title"] and "SOS" in out["title"] and
                 re.search(r"[0-9]+時|[0-9]+:[0-9]+", out["title"]), "calmly, until when, who listens", out)
            t.eq(line.closed, 4003, "its sign-in is over")
            no_staff_in(line, t, "not who")
        t.eq([x.request("GET", "/api/v1/me/profile").status for x in (session, second)], [401, 401],
             "all sessions of that ID are closed")
        t.eq(node.psql(f"SELECT count(*) FROM session WHERE account = '{of(2)}' AND closed_at IS NULL"),
             "0", "in the record, too")
        no_staff_in(other, t, "nobody else learns of it")
    children[2] = (login, node.sign_in(login))
    t.eq(children[2][1].request("GET", "/api/v1/me/profile").status, 200,
         "he may sign in again: his page, and SOS")
    with visitor(2) as again:
        t.ok("おやすみ" in stopped(again, "eject", True)["title"], "told again, kindly")
        for floor in ("plaza", "lounge", "counsel"):
            try:
                again.enter(floor=floor)
                t.ok(False, f"{floor} is shut to him")
            except No as no:
                t.ok(no.code == "ejected" and "SOS" in no.no["title"], "no floor until then", no.no)
        t.eq(again.refused("place.resume", visit=here.visit, token=here.token, last_n=0), "not-found",
             "nor by the way back")
        row = measures(account=of(2), in_force="true")[0]
        t.ok(row["kind"] == "eject" and row["by_name"] == "しえんいん" and row["reason"] == WHY and
             "until" in row, "staff see who did it and why", row)
        lift(made["measure"])
        stopped(again, "eject", False)
        t.eq(again.enter()["kind"], "here", "lifted: he comes in")
    log = node.psql(f"SELECT kind, reason FROM visit_event WHERE account = '{of(2)}' ORDER BY at, id")
    t.ok("exit|ejected" in log, "the record says so", log)


@case
def it_is_over_by_itself_at_its_time(t):
    with visitor(0) as a:
        a.enter()
        made, _ = decide("react", account=of(0), minutes=1)
        told = stopped(a, "react", True)
        until = datetime.datetime.fromisoformat(told["until"].replace("Z", "+00:00"))
        left = (until - datetime.datetime.now(datetime.timezone.utc)).total_seconds()
        t.ok(50 < left <= 61, "a minute", left)
        t.eq(a.refused("react", kind="star"), "stopped", "until then")
        stopped(a, "react", False, left + 5)
        t.ok(datetime.datetime.now(datetime.timezone.utc) >= until, "not before")
        t.eq(a.refused("react", kind="star"), None, "over")
        t.ok(not [r for r in measures(account=of(0)) if r["measure"] == made["measure"]][0]["is_in_force"],
             "for staff, too")


@case
def a_kill_lifts_nothing(t):
    t.req("AI-2.7-ウ-1")
    t.req("AI-2.7-ウ-4")
    login, _ = children[3]
    with visitor(3) as inside, visitor(0) as a:
        inside.enter()
        a.enter()
        mute, _ = decide("mute", account=of(0))
        react, _ = decide("react", account=of(0))
        gone, _ = decide("chat", account=of(0))
        lift(gone["measure"])
        floor, _ = decide("slow", floor="plaza", seconds=7)
        time.sleep(2.5)  # his seat is written
        eject, _ = decide("eject", account=of(3), minutes=60)
        kill_and_wait()
    children[3] = (login, node.sign_in(login))
    with back(children[0][1]) as a:
        stopped(a, "mute", True)
        stopped(a, "react", True)
        a.enter()
        t.eq(stopped(a, "slow", True)["seconds"], 7, "slow mode holds after a kill")
        t.eq(a.refused("react", kind="good"), "stopped", "so do stops")
        t.eq([e["kind"] for e in a.seen("stopped")], [], "what was lifted stays lifted")
    with back(children[3][1]) as b:
        stopped(b, "eject", True)
        t.eq(b.refused("place.enter", floor="plaza", rung="text"), "ejected", "and ejections")
    for one in (mute, react, floor, eject):
        lift(one["measure"])
    kill_and_wait()
    with back(children[3][1]) as b:
        t.eq(b.enter()["kind"], "here", "lifted is lifted after a kill")
        t.eq(b.seen("stopped"), [], "nothing is stopped any more")


@case
def what_cannot_be_written_is_taken_back(t):
    with visitor(0) as a:
        a.enter()
        node.psql("ALTER TABLE measure ADD CONSTRAINT shut CHECK (false) NOT VALID")
        try:
            reply = supporter.request("POST", "/api/v1/measures", {
                "id": str(uuid.uuid4()), "kind": "react", "account": of(0), "reason": WHY}, timeout=60)
            t.ok(reply.status // 100 != 2, "it could not be written", reply)
        finally:
            node.psql("ALTER TABLE measure DROP CONSTRAINT shut")
        stopped(a, "react", True)
        stopped(a, "react", False)
        t.eq(a.refused("react", kind="good"), None, "so it does not hold")


@case
def a_name_that_was_taken_away_stays_away(t):
    t.req("AI-2.7-ア")
    login, session = children[4]

    def own(name):
        now = session.request("GET", "/api/v1/me/profile").json()
        reply = session.request("PUT", "/api/v1/me/profile", {
            "id": str(uuid.uuid4()), "version": now["version"], "name": name, "note": now["note"],
            "kind": now["kind"], "colour": now["colour"], "open": True, "private": False, "wave": True})
        rules = [d.get("rule") for d in reply.json().get("errors", [])] if reply.status == 422 else []
        return reply.status, rules

    with visitor(4) as a, visitor(0) as b:
        a.account, b.account = of(4), of(0)
        a.enter()
        b.enter()
        b.until(lambda: any(p["name"] == "かぜのこえ" for p in b.floor.people.values()))
        seat = [s for s, p in b.floor.people.items() if p["name"] == "かぜのこえ"][0]
        began = time.monotonic()
        made, _ = decide("rename", account=of(4), name="あさひのまち")
        b.until(lambda: b.floor.people[seat]["name"] == "あさひのまち", 2, "the new name")
        t.note(f"others see the new name after {1000 * (time.monotonic() - began):.0f} ms")
        t.eq(a.me()["name"], "あさひのまち", "he sees it himself")
        told = stopped(a, "rename", True)
        t.ok("あさひのまち" in told["title"] and "プロフィール" in told["title"], "and is told", told)
        t.eq((made["name_before"], made["name_after"]), ("かぜのこえ", "あさひのまち"), "both names stay")
        t.eq(session.request("GET", "/api/v1/me/profile").json()["name"], "あさひのまち", "his profile")
        for name in ("かぜのこえ", "カゼノコエ", "かぜ・のこえ", "ｶｾﾞﾉｺｴ", "かぜのこえ2", "★かぜのこえ★"):
            status, rules = own(name)
            t.eq((status, rules), (422, ["taken-away"]), f"not again: {name}")
        t.eq(own("ゆうひのまち")[0], 200, "another one is his to choose")
        b.until(lambda: b.floor.people[seat]["name"] == "ゆうひのまち", 8, "seen")
        made, _ = decide("rename", account=of(4))
        t.ok(made["name_after"] not in ("", "ゆうひのまち"), "staff need not think of one", made)
        b.until(lambda: b.floor.people[seat]["name"] == made["name_after"], 2, "the name made up")
        t.eq(own("ゆうひのまち")[1], ["taken-away"], "this one is gone, too")
        t.eq(own("かぜのこえ")[1], ["taken-away"], "and the first")
        t.eq(lift(made["measure"], ok=409).status, 409, "a name is given, not lifted")
        no_staff_in(a, t, "the child never learns who")
        no_staff_in(b, t, "nor do others")
    rows = [r for r in measures(account=of(4)) if r["kind"] == "rename"]
    t.eq([(r["name_before"], r["name_after"]) for r in rows][-1], ("かぜのこえ", "あさひのまち"),
         "both are in the record")
    kill_and_wait()
    with back(session) as a:
        t.eq(a.hello["me"]["name"], made["name_after"], "the name holds after a kill")
    t.eq(own("かぜのこえ")[1], ["taken-away"], "so does that it is gone")


@case
def all_of_this_can_be_handed_back(t):
    t.req("KP-3-調達-4")
    handback.opens_everything(t, node)


if __name__ == "__main__":
    with Nodes("aozora") as nodes:
        node = nodes["aozora"]
        set_up()
        main(__file__)
