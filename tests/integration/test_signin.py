#!/usr/bin/python3
# tests/run: left 200
"""Signing in and the settings on a whole node, over https through the front: what a person, an
operator and a stolen cookie can do; what a killed node has kept."""
import json
import os
import signal
import sys
import threading
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import Nodes, Session, totp  # noqa: E402
from lib.t import case, main  # noqa: E402

nodes = node = None
SETTING = "/api/v1/settings/session.idle_minutes_student"


def change(session, value, **more):
    return session.request("PUT", SETTING, {"id": str(uuid.uuid4()), "value": value, **more})


@case
def signin_walk_of_a_student(t):
    t.req("NI-T3-1")
    login = node.account("student", display_name="そら")
    session = node.sign_in(login)
    t.eq(sorted(session.cookies), ["__Host-ibasho", "__Host-ibasho-device"],
         "two cookies, bound to this host")
    reply = session.request("GET", "/api/v1/session")
    t.eq((reply.status, reply.json()), (200, {
        "stage": "full", "display_name": "そら", "role": "student", "factors": [], "must": [],
        "other_devices": 0, "password_least": 8, "idle_minutes": 30, "step_kinds": []}), "who")
    t.ok(login.id not in reply.body.decode(), "no id goes to a student")
    t.ok("no-store" in reply.headers.get("Cache-Control", ""), "kept by no cache")
    for path in ("/api/v1/settings", SETTING, SETTING + "/history"):
        t.eq(session.request("GET", path).status, 404, path)
    t.eq(change(session, "45").status, 404, "nor may a student change one")
    stolen = dict(session.cookies)
    reply = session.request("DELETE", "/api/v1/session")
    t.eq(reply.status, 204, "out")
    t.eq(reply.headers["Clear-Site-Data"], '"cache", "cookies", "storage"', "wiped")
    t.eq(session.cookies, {}, "the browser's cookies are gone")
    session.cookies = stolen
    t.eq(session.request("GET", "/api/v1/session").status, 401, "and a copy opens nothing")


@case
def signin_of_an_adult_needs_the_code_once(t):
    t.req("NI-2.3.4-2b")
    login = node.account("contractor")
    session = Session(node)
    wanted = {"login": login.login, "password": login.password}
    reply = session.request("POST", "/api/v1/session", wanted)
    t.eq((reply.status, reply.json()["stage"]), (200, "second_factor"), "the password alone")
    t.ok("display_name" not in reply.json() and "account" not in reply.json(), "tells no name")
    t.eq(session.request("GET", "/api/v1/settings").status, 401, "and opens nothing")
    code = totp(login.totp_secret)
    t.eq(session.request("POST", "/api/v1/session", {**wanted, "code": code}).status, 200, "both")
    reply = Session(node).request("POST", "/api/v1/session", {**wanted, "code": code})
    t.eq((reply.status, reply.json()["code"]), (401, "wrong-code"), "the same code again")


@case
def signin_refusals_say_the_same(t):
    t.req("AI-4.3-カ")
    login = node.account("student")
    bodies = set()
    for who, word in ((login.login, "falsch-falsch"), ("nobody-here-at-all", login.password),
                      ("だれか", login.password)):
        reply = Session(node).request("POST", "/api/v1/session", {"login": who, "password": word})
        t.eq(reply.status, 401, who)
        t.ok(reply.headers.get("Set-Cookie") is None, "no cookie")
        bodies.add(reply.body)
    t.eq(len(bodies), 1, "one answer for all")


@case
def signin_work_is_the_same_for_whoever_does_not_exist(t):
    """Order of magnitude only: an unknown login costs a whole password hash like a known one."""
    t.req("AI-2.6-オ")
    login = node.account("student")
    took = {}
    for who in (login.login, "nobody-here-either"):
        best = 99
        for _ in range(3):
            began = time.monotonic()
            Session(node).request("POST", "/api/v1/session", {"login": who, "password": "falsch--"})
            best = min(best, time.monotonic() - began)
        took[who] = best
    t.note(f"known {took[login.login] * 1000:.1f} ms, unknown {took['nobody-here-either'] * 1000:.1f} ms")
    t.ok(all(v > 0.010 for v in took.values()), "nobody is answered without the work", took)


@case
def signin_of_forty_children_at_once(t):
    """One school behind one address at ten o'clock."""
    logins = [node.account("student") for _ in range(40)]
    refused = []

    def enter(login):
        try:
            node.sign_in(login)
        except Exception as e:  # whatever it is, it is a child that did not get in
            refused.append(str(e))

    threads = [threading.Thread(target=enter, args=(login,)) for login in logins]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    t.note(f"40 sign-ins in {time.monotonic() - began:.1f} s")
    t.eq(refused, [], "nobody is refused")


@case
def settings_are_changed_on_screen_and_outlive_a_kill(t):
    t.req("HI-3.3-9")
    session = node.sign_in(node.account("commissioner"))
    rows = session.request("GET", "/api/v1/settings").json()["items"]
    t.ok(len(rows) >= 7, "settings", len(rows))
    t.ok(all(r["title_ja"] and r["help_ja"] and r["requirement"] for r in rows), "all explained")
    reply = change(session, "45", expected_version=0)
    t.eq((reply.status, reply.json()["value"]), (200, "45"), "changed")
    t.eq(change(session, "50", expected_version=0).status, 409, "who saw the old one is told")
    reply = change(session, "1000")
    t.eq(reply.status, 422, "out of range")
    t.ok("240分まで" in reply.json()["errors"][0]["text"], "with the rule", reply)
    pid = node.kill("node", signal.SIGKILL)
    node.wait_back("node", pid)
    node.wait_answer()
    reply = session.request("GET", SETTING)
    t.eq((reply.status, reply.json()["value"]), (200, "45"), "session and setting are still there")
    reply = session.request("POST", SETTING + "/undo", {"id": str(uuid.uuid4())})
    t.eq((reply.status, reply.json()["value"]), (200, "30"), "undone")
    past = session.request("GET", SETTING + "/history").json()["items"]
    t.eq([p["version"] for p in past], [2, 1], "history")
    t.eq(past[0]["undoes"], 1, "says what was undone")
    t.eq(node.psql("SELECT count(*) FROM access_record WHERE route LIKE 'settings.%' AND action ="
                   " 'change' AND outcome = 'ok'"), "2", "both are in the access record")


@case
def settings_retry_after_a_lost_answer_decides_once(t):
    session = node.sign_in(node.account("commissioner"))
    body = {"id": str(uuid.uuid4()), "value": "20"}
    path = "/api/v1/settings/login.lockout_tries"
    for _ in range(3):
        t.eq(session.request("PUT", path, body).status, 200, "sent again")
    t.eq(len(session.request("GET", path + "/history").json()["items"]), 1, "one decision")


@case
def account_is_made_by_the_operators_command(t):
    done = node.cli("account", "create", "--role", "supporter", "--login", "Ren-01", "--name",
                    "れん", "--json")
    made = json.loads(done.stdout)
    t.eq(made["login"], "ren-01", "login in its one form")
    t.ok(len(made["password"]) == 19 and len(made["totp_secret"]) == 32, "told once")
    session = Session(node)
    reply = session.request("POST", "/api/v1/session", {
        "login": "ren-01", "password": made["password"], "code": totp(made["totp_secret"])})
    t.eq(reply.status, 200, "and it opens")
    done = node.cli("account", "create", "--role", "supporter", "--login", "ren-01", "--name",
                    "x", check=False)
    t.ok(done.returncode == 1 and done.stderr != "", "a taken login", done.stderr)
    t.eq(node.cli("account", "create", "--login", "x", check=False).returncode, 2, "wrong words")
    t.ok(made["password"] not in node.log("node"), "the log never saw it")
    t.eq(node.psql("SELECT count(*) FROM access_record WHERE route = 'accounts.create' AND"
                   " operator_name = 'uid:0' AND outcome = 'ok' AND object ="
                   f" '{made['id']}'"), "1", "but the access record did")
    reply = node.request("POST", "/api/v1/admin/accounts", {"id": made["id"]})
    t.eq(reply.status, 404, "the front knows no such way")


@case
def jobs_of_the_first_start_are_done(t):
    t.req("KP-3-安全-3")
    for _ in range(100):
        left = node.psql("SELECT count(*) FROM job WHERE state <> 'done'")
        if left == "0":
            break
        time.sleep(0.1)
    t.eq(left, "0", "nothing waits, nothing is dead")
    kinds = node.psql("SELECT DISTINCT kind FROM job ORDER BY kind").split()
    t.ok({"erased.again", "files.sweep", "retention.sweep"} <= set(kinds), "and all ran", kinds)


if __name__ == "__main__":
    with Nodes("aozora") as nodes:
        node = nodes["aozora"]
        main(__file__)
