#!/usr/bin/python3
# tests/run: right 300
"""Watching on a whole node (NI-2.3.4-2c, NI-T3-10): the 31st record, parallel requests, kill -9,
the notice and who sees it, the setting that raises the budget, lists on record, slow scraping."""
import concurrent.futures
import os
import sys
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import Nodes, Session  # noqa: E402
from lib.t import case, main  # noqa: E402

nodes = Nodes("aozora")
node = nodes.__enter__()["aozora"]
NOTICES = "/api/v1/watch/notices"
students = [node.account("student") for _ in range(45)]
board = node.account("commissioner")
board_session = node.sign_in(board)
auditor_session = node.sign_in(node.account("auditor"))


def show(session, student):
    return session.request("GET", f"/api/v1/people/{student.id}")


def notices(session=None):
    reply = (session or auditor_session).request("GET", NOTICES)
    return reply.json()["items"] if reply.status == 200 else None


def wait_notice(account, kind):
    """Seconds until the auditor sees it; None after ten."""
    began = time.monotonic()
    while time.monotonic() - began < 10:
        found = [n for n in notices() if n["account"] == account and n["kind"] == kind]
        if found:
            return found[0], time.monotonic() - began
        time.sleep(0.1)
    return None, None


@case
def watch_node_stops_the_31st_record(t):
    t.req("NI-T3-10")
    for student in students[:30]:
        t.eq(show(board_session, student).status, 200, "up to thirty")
    reply = show(board_session, students[30])
    t.eq((reply.status, reply.json()["code"]), (429, "reading-budget"), "the 31st")
    t.ok("止めました" in reply.json()["title"] and reply.headers["Retry-After"], "says what happened",
         reply)
    t.ok(students[30].login.encode() not in reply.body, "and nothing of the child")
    t.eq(show(board_session, students[0]).status, 200, "who was seen already may be seen")
    notice, took = wait_notice(board.id, "burst")
    t.ok(notice is not None, "the auditor sees it within ten seconds", took)
    t.eq((notice["n_persons"], notice["rule"], notice["role"]),
         (31, "watch.reads_10min=30", "commissioner"), "what it says")


@case
def watch_node_forgets_nothing_when_killed(t):
    t.req("NI-T3-10")
    was = node.kill("node")
    node.wait_back("node", was)
    node.wait_answer()
    t.eq(show(board_session, students[30]).status, 429, "the 31st, after kill -9")
    t.eq(show(board_session, students[3]).status, 200, "not the others")
    t.eq(len([n for n in notices() if n["account"] == board.id]), 1, "one notice")


@case
def watch_node_counts_requests_side_by_side(t):
    t.req("NI-T3-10")
    login = node.account("contractor")
    session = node.sign_in(login)

    def one(student):
        mine = Session(node, "public")
        mine.cookies = dict(session.cookies)
        return show(mine, student).status

    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        got = list(pool.map(one, students))
    t.eq((got.count(200), got.count(429)), (30, 15), "thirty of 45 at once")


@case
def watch_node_notices_are_for_those_who_watch(t):
    t.req("NI-2.3.4-2c")
    missing = None
    for role in ("student", "supporter", "instructor", "contractor", "school_staff", "analyst"):
        session = node.sign_in(node.account(role))
        reply = session.request("GET", NOTICES)
        missing = missing or session.request("GET", "/api/v1/nothing-here")
        t.eq((reply.status, reply.body), (404, missing.body), f"{role}: not found")
    t.eq(Session(node).request("GET", NOTICES).status, 401, "nobody")
    mine = next(n for n in notices() if n["account"] == board.id)
    seen = f"{NOTICES}/{mine['id']}/seen"
    t.eq(board_session.request("POST", seen).status, 409, "nobody ticks off his own")
    t.eq(auditor_session.request("POST", seen).status, 204, "the auditor does")
    mine = next(n for n in notices() if n["account"] == board.id)
    t.ok(mine["n_seen"] == 1 and "seen_at" in mine, "and it shows", mine)


@case
def watch_node_budget_is_a_setting_of_the_board(t):
    t.req("NI-T3-10")
    other = node.sign_in(node.account("commissioner"))
    reply = other.request("PUT", "/api/v1/settings/watch.reads_10min",
                          {"id": str(uuid.uuid4()), "value": "40"})
    t.eq(reply.status, 200, "raised")
    t.eq(show(board_session, students[30]).status, 200, "now there is room")


@case
def watch_node_lists_say_whom_they_showed(t):
    t.req("NI-2.3.4-2c")
    reader = node.account("commissioner")
    reply = node.sign_in(reader).request("GET", "/api/v1/people")
    t.eq(reply.status, 200, "a list")
    shown = [item["id"] for item in reply.json()["items"]]
    t.ok(len(shown) >= 45, "of many", len(shown))
    child = next(s.id for s in students if s.id in shown)
    records = auditor_session.request("GET", f"/api/v1/access-records?person={child}").json()
    lists = [r for r in records["items"] if r.get("account") == reader.id]
    t.eq([(r["route"], r["n_shown"]) for r in lists], [("people.list", len(shown))],
         "who saw this child?")
    t.eq(auditor_session.request("GET", f"/api/v1/access-records?person={uuid.uuid4()}")
         .json()["items"], [], "nobody saw who is not there")


@case
def watch_node_finds_slow_scraping(t):
    """199 a day, for five days, under both budgets: found by the job, which also runs at start."""
    t.req("NI-T3-10, NI-2.3.4-2c")
    account = str(uuid.uuid4())
    node.psql(f"""
        INSERT INTO access_record (id, at, route, role, account, address, person, action, outcome,
                                   purpose)
        SELECT gen_random_uuid(), now() - make_interval(days => d, mins => i), 'people.show',
               'school_staff', '{account}', '192.0.2.7', gen_random_uuid(), 'read', 'ok', ''
        FROM generate_series(0, 4) AS d, generate_series(1, 199) AS i""")
    was = node.kill("node")
    node.wait_back("node", was)
    node.wait_answer()
    notice, took = wait_notice(account, "slow")
    t.ok(notice is not None, "found", took)
    t.eq((notice["n_persons"], notice["window_s"], notice["rule"]),
         (995, 432000, "watch.slow_persons=300"), "all it took")


if __name__ == "__main__":
    main(__file__, nodes.close)
