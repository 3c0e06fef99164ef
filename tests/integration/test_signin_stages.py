#!/usr/bin/python3
# tests/run: right 400
"""Getting in, step by step, on a whole node: the stages of a session, its device and door, one's
own password and codes, a child's second step, and how staff help. What is refused counts as much
as what is let in."""
import json
import os
import sys
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import Nodes, Session, totp  # noqa: E402
from lib.t import case, main  # noqa: E402

nodes = node = None
API = "/api/v1/session"
SECOND = API + "/second-factor"
ME = "/api/v1/me"
IPAD = {"User-Agent": "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) Version/16.6 Safari/604.1"}
EDGE = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/126.0 Safari/537.36 Edg/126.0"}
NEW = "tanuki-umi-83"


def open_(login, password=None, headers=None, listener="public", session=None, **more):
    session = session or Session(node, listener)
    reply = session.request("POST", API, {"login": login.login,
                                          "password": password or login.password, **more}, headers)
    return session, reply


def next_code(login, used=None):
    """A code that is not the one used; waits for the next step if it must."""
    while totp(login.totp_secret) == used:
        time.sleep(0.2)
    return totp(login.totp_secret)


def stage(session, headers=None):
    reply = session.request("GET", API, headers=headers)
    return reply.json()["stage"] if reply.status == 200 else reply.status


def issued(role, **columns):
    """An account as it is before its first sign-in."""
    login = node.account(role)
    change = "state = 'issued', totp_secret_sealed = NULL, totp_last_step = -1"
    for name, value in columns.items():
        change += f", {name} = {value}"
    node.psql(f"UPDATE account SET {change} WHERE id = '{login.id}'")
    login.totp_secret = None
    return login


def setting(name, value):
    session = node.sign_in(setting.board) if setting.session is None else setting.session
    setting.session = session
    reply = session.request("PUT", f"/api/v1/settings/{name}",
                            {"id": str(uuid.uuid4()), "value": value})
    if reply.status != 200:
        raise RuntimeError(f"{name}: {reply}")


setting.session = None


def why_ended(account):
    return node.psql("SELECT ended_why FROM session WHERE account = "
                     f"'{account}' AND closed_at IS NOT NULL ORDER BY closed_at DESC LIMIT 1")


@case
def stages_open_exactly_their_rows(t):
    """Every stage x every row of signing in, the own page, and one row of everything else."""
    t.req("NI-2.3.4-2b")
    anybody = str(uuid.uuid4())
    rows = [  # method, path, body: who gets past the door (not 401)
        ("GET", API, None, {"second_factor", "enrol", "full"}),
        ("POST", SECOND, {"code": "x"}, {"second_factor"}),
        ("GET", ME + "/sessions", None, {"full"}),
        ("DELETE", f"{ME}/sessions/{anybody}", None, {"full"}),
        ("PUT", ME + "/password", {"new": "short-1x"}, {"enrol", "full"}),
        ("POST", ME + "/totp", {"password": "x"}, {"enrol", "full"}),
        ("PUT", ME + "/totp", {"code": "x"}, {"enrol", "full"}),
        ("PUT", ME + "/step", {"kind": "pin", "step": "2580", "password": "x"}, {"full"}),
        ("DELETE", ME + "/step", None, {"full"}),
        ("POST", f"/api/v1/people/{anybody}/reset", None, {"full"}),
        ("POST", f"/api/v1/people/{anybody}/unlock", None, {"full"}),
        ("POST", f"/api/v1/people/{anybody}/recovery", None, {"full"}),
        ("POST", f"/api/v1/people/{anybody}/recovery/approve", None, {"full"}),
        ("GET", "/api/v1/settings", None, {"full"}),
    ]
    full = node.account("commissioner")
    half, _ = open_(full)
    first, _ = open_(issued("commissioner"))
    sessions = {"nobody": Session(node), "second_factor": half, "enrol": first,
                "full": node.sign_in(full)}
    for name, session in sessions.items():
        if name != "nobody":
            t.eq(stage(session), name, "is at")
    for method, path, body, admitted in rows:
        for name, session in sessions.items():
            reply = session.request(method, path, body)
            t.eq(reply.status != 401 or reply.json()["code"] != "sign-in-needed",
                 name in admitted, f"{method} {path} as {name}: {reply}")
    for name, session in sessions.items():  # last, for it ends them
        reply = session.request("DELETE", API)
        t.eq(reply.status, 401 if name == "nobody" else 204, f"out as {name}")


@case
def second_factor_steps_up_to_a_new_session(t):
    t.req("NI-2.3.4-2b")
    login = node.account("supporter")
    session, reply = open_(login)
    t.eq((reply.status, reply.json()), (200, {
        "stage": "second_factor", "role": "supporter", "factors": ["totp"], "must": [],
        "other_devices": 0, "password_least": 10, "idle_minutes": 30, "step_kinds": []}), "half open: no name, no id")
    before = dict(session.cookies)
    code = next_code(login)
    reply = session.request("POST", SECOND, {"code": code})
    t.eq((reply.status, reply.json()["stage"]), (200, "full"), "wholly")
    t.ok(all(session.cookies[k] != before[k] for k in before), "both cookies are new")
    old = Session(node)
    old.cookies = before
    t.eq(stage(old), 401, "and the old ones are dead")
    again, _ = open_(login)
    reply = again.request("POST", SECOND, {"code": code})
    t.eq((reply.status, reply.json()["code"]), (401, "wrong-code"), "a code is used once")
    t.eq(stage(again), "second_factor", "and the session is where it was")
    t.eq(again.request("POST", SECOND, {}).status, 422, "nothing at all")
    t.eq(again.request("POST", SECOND, {"code": "1", "step": "1"}).status, 422, "both at once")
    t.eq(session.request("POST", SECOND, {"code": code}).status, 401, "not for who is in")


@case
def second_factor_ends_with_five_wrong_codes(t):
    t.req("AI-2.6-オ")
    login = node.account("instructor")
    session, _ = open_(login)
    for i in range(5):
        reply = session.request("POST", SECOND, {"code": "abcdef"})
        t.eq((reply.status, reply.json()["code"]),
             (401, "wrong-code" if i < 4 else "sign-in-needed"), f"wrong {i + 1}")
    t.eq(session.cookies, {}, "both cookies are wiped")
    t.eq(why_ended(login.id), "wrong-codes", "and the session is gone")
    t.eq(node.psql(f"SELECT failed_tries FROM account WHERE id = '{login.id}'"), "5",
         "wrong codes count like wrong passwords")
    session, _ = open_(login)
    reply = session.request("POST", SECOND, {"code": next_code(login)})
    t.eq(reply.status, 429, "no more than five a minute, in whatever session")
    t.eq(reply.headers["Retry-After"], "60", "says when")


@case
def second_factor_session_lasts_five_minutes(t):
    login = node.account("analyst")
    session, _ = open_(login)
    t.eq(node.psql("SELECT extract(epoch FROM expires_at - created_at)::int FROM session WHERE"
                   f" account = '{login.id}'"), "300", "five minutes")
    node.psql(f"UPDATE session SET expires_at = now() WHERE account = '{login.id}'")
    t.eq(session.request("POST", SECOND, {"code": next_code(login)}).status, 401, "over")


@case
def session_that_was_planted_is_not_the_one_signed_in(t):
    login, other = node.account("student"), node.account("student")
    attacker, _ = open_(other)
    victim = Session(node)
    victim.cookies = dict(attacker.cookies)
    open_(login, session=victim)
    t.ok(victim.cookies["__Host-ibasho"] != attacker.cookies["__Host-ibasho"], "a new one")
    t.ok(victim.cookies["__Host-ibasho-device"] != attacker.cookies["__Host-ibasho-device"],
         "and a new device")
    t.eq(stage(attacker), 401, "what was planted is dead")
    victim.cookies = {"__Host-ibasho": "a" * 64, "__Host-ibasho-device": "b" * 64}
    open_(login, session=victim)
    t.ok(victim.cookies["__Host-ibasho"] != "a" * 64, "nobody chooses his own token")
    t.eq(stage(victim), "full", "in")


@case
def session_cookie_is_worth_nothing_elsewhere(t):
    t.req("AI-2.6-オ")
    login = node.account("student")
    session, _ = open_(login, headers=IPAD)
    t.eq(stage(session, IPAD), "full", "on its own device")
    jar = dict(session.cookies)
    for what, cookies, headers in (
            ("the session cookie alone", {"__Host-ibasho": jar["__Host-ibasho"]}, IPAD),
            ("with another device's", {**jar, "__Host-ibasho-device": "0" * 64}, IPAD),
            ("the whole jar on another kind of device", jar, EDGE),
            ("the whole jar without a User-Agent", jar, None)):
        thief = Session(node)
        thief.cookies = dict(cookies)
        t.eq(stage(thief, headers), 401, what)
    t.eq(stage(session, IPAD), "full", "its owner notices nothing")
    setting("session.device_binding", "false")
    thief = Session(node)
    thief.cookies = {"__Host-ibasho": jar["__Host-ibasho"]}
    t.eq(stage(thief, EDGE), "full", "without the setting it would be enough")
    setting("session.device_binding", "true")
    t.eq(stage(thief, EDGE), 401, "with it, not")


@case
def session_belongs_to_its_door(t):
    login = node.account("commissioner")
    outside = node.sign_in(login)
    inside = Session(node, "office")
    inside.cookies = dict(outside.cookies)
    t.eq(stage(inside), 401, "opened at the public door, not valid at the office's")
    inside, reply = open_(login, listener="office", code=next_code(login, totp(login.totp_secret)))
    t.eq((reply.status, stage(inside)), (200, "full"), "opened at the office's")
    outside.cookies = dict(inside.cookies)
    t.eq(stage(outside), 401, "not valid at the public one")


@case
def first_sign_in_of_an_adult_sets_password_and_codes(t):
    t.req("AI-4.3-カ")
    login = issued("instructor", first_until="now() + interval '1 day'", must_change="true",
                   first_password_sealed="'x'")
    session, reply = open_(login)
    t.eq((reply.json()["stage"], reply.json()["must"]), ("enrol", ["password", "second_factor"]),
         "two things to set")
    t.eq(open_(login)[1].json()["code"], "wrong-sign-in", "the first password died with this use")
    t.eq(node.psql(f"SELECT first_password_sealed IS NULL FROM account WHERE id = '{login.id}'"),
         "t", "and can be printed no more")
    t.eq(session.request("PUT", ME + "/password", {"new": login.password}).status, 422,
         "the one that was handed out will not do")
    reply = session.request("PUT", ME + "/password", {"new": NEW})
    t.eq((reply.json()["stage"], reply.json()["must"]), ("enrol", ["second_factor"]), "one is left")
    begun = session.request("POST", ME + "/totp", {}).json()
    t.ok(begun["qr_svg"].startswith("<svg ") and begun["secret"] in begun["uri"], "a QR code")
    t.ok("http" not in begun["qr_svg"].replace("http://www.w3.org/2000/svg", ""), "made here")
    reply = session.request("PUT", ME + "/totp", {"code": "000000"})
    t.eq(reply.status, 422, "a wrong code confirms nothing")
    before = dict(session.cookies)
    login.totp_secret = begun["secret"]
    reply = session.request("PUT", ME + "/totp", {"code": next_code(login)})
    t.eq((reply.status, reply.json()["stage"], reply.json()["must"]), (200, "full", []), "done")
    t.ok(session.cookies["__Host-ibasho"] != before["__Host-ibasho"], "in a new session")
    t.eq(node.psql(f"SELECT state FROM account WHERE id = '{login.id}'"), "active", "and active")
    t.eq(node.psql("SELECT state_before || '>' || state || ' ' || (actor = account) FROM"
                   f" account_step WHERE account = '{login.id}' ORDER BY at DESC, id DESC LIMIT 1"),
         "issued>active true", "with its step")
    t.eq(session.request("DELETE", ME + "/totp").status, 405, "there is no way to switch it off")
    login.password = NEW
    _, reply = open_(login)
    t.eq(reply.json()["stage"], "second_factor", "from now on with the code")


@case
def first_sign_in_of_a_child_is_the_boards_to_decide(t):
    login = issued("student", first_until="now() + interval '1 day'")
    session, reply = open_(login)
    t.eq(reply.json()["stage"], "full", "at once, with the password of the slip")
    t.eq(node.psql("SELECT state || ' ' || (first_until IS NULL) FROM account WHERE id ="
                   f" '{login.id}'"), "active true", "which stays")
    t.eq(open_(login)[1].json()["stage"], "full", "and opens again")
    late = issued("student", first_until="now() - interval '1 second'")
    t.eq(open_(late)[1].json()["code"], "wrong-sign-in", "a slip that is too old opens nothing")
    setting("login.student_changes_first_password", "true")
    login = issued("student", first_until="now() + interval '1 day'")
    session, reply = open_(login)
    t.eq((reply.json()["stage"], reply.json()["must"]), ("enrol", ["password"]), "if it says so")
    reply = session.request("PUT", ME + "/password", {"new": "ume-no-8a"})
    t.eq(reply.json()["stage"], "full", "eight letters are enough for a child")
    setting("login.student_changes_first_password", "false")


@case
def accounts_that_are_not_to_be_signed_in_look_alike(t):
    """Before approval, after the end, closed: the bytes of a wrong password."""
    t.req("AI-4.3-カ")
    bodies = {open_(node.account("student"), "falsch-falsch")[1].body}
    for change in ("state = 'suspended'", "state = 'closed'",
                   "ends_at = now() - interval '1 second'",
                   "locked_until = now() + interval '1 hour'",
                   "state = 'requested'", "state = 'approved'"):
        login = node.account("student")
        node.psql(f"UPDATE account SET {change} WHERE id = '{login.id}'")
        session, reply = open_(login)
        t.eq(reply.status, 401, change)
        t.eq(session.cookies, {}, "no cookie")
        bodies.add(reply.body)
    t.eq(len(bodies), 1, "one answer for all")


@case
def session_ends_with_the_account(t):
    login = node.account("student")
    session, _ = open_(login)
    node.psql(f"UPDATE account SET ends_at = now() WHERE id = '{login.id}'")
    t.eq(stage(session), 401, "at the end of its term")


@case
def password_change_ends_other_sessions(t):
    t.req("NI-T3-1")
    login = node.account("student")
    other, _ = open_(login)
    session, _ = open_(login)
    for what, body in (("without the old one", {"new": NEW}),
                       ("too short", {"old": login.password, "new": "ume-8a"}),
                       ("the login inside", {"old": login.password, "new": login.login + "x"}),
                       ("one everybody has", {"old": login.password, "new": "password2026"}),
                       ("the same", {"old": login.password, "new": login.password}),
                       ("a wrong old one", {"old": "falsch-falsch", "new": NEW})):
        reply = session.request("PUT", ME + "/password", body)
        t.eq(reply.status, 422, what)
        t.ok(reply.json()["errors"], "with the field and the rule")
    t.eq(stage(other), "full", "nothing has changed yet")
    reply = session.request("PUT", ME + "/password", {"old": login.password, "new": NEW})
    t.eq((reply.status, reply.json()["stage"]), (200, "full"), "changed")
    t.eq((stage(session), stage(other)), ("full", 401), "and the other is out")
    t.eq(open_(login)[1].status, 401, "the old password opens nothing")
    t.eq(open_(login, NEW)[1].status, 200, "the new one does")
    adult = node.account("guardian")
    session = node.sign_in(adult)
    reply = session.request("PUT", ME + "/password", {"old": adult.password, "new": "ume-no-8a"})
    t.eq(reply.status, 422, "nine letters are too few for an adult")
    t.ok("10文字" in reply.json()["errors"][0]["text"], "says the rule", reply)


@case
def old_password_cannot_be_guessed_at_an_open_tablet(t):
    login = node.account("student")
    session, _ = open_(login)
    codes = [session.request("PUT", ME + "/password", {"old": f"falsch-{i}-x", "new": NEW}).status
             for i in range(6)]
    t.eq(codes, [422] * 5 + [429], "five a minute")
    t.eq(node.psql("SELECT sum(failed_tries) FROM account_place WHERE account ="
                   f" '{login.id}'"), "5", "and they count")


@case
def codes_are_changed_with_the_password_alone(t):
    login = node.account("guest_teacher")
    session = node.sign_in(login)
    old = login.totp_secret
    t.eq(session.request("POST", ME + "/totp", {}).status, 422, "not by whoever finds it open")
    t.eq(session.request("POST", ME + "/totp", {"password": "falsch-falsch"}).status, 422, "wrong")
    begun = session.request("POST", ME + "/totp", {"password": login.password}).json()
    t.eq(open_(login, code=next_code(login, totp(old)))[1].status, 200,
         "until it is confirmed the old app is right")
    login.totp_secret = begun["secret"]
    t.eq(session.request("PUT", ME + "/totp", {"code": next_code(login)}).status, 200, "confirmed")
    t.eq(session.request("PUT", ME + "/totp", {"code": next_code(login)}).status, 409, "once")
    t.eq(open_(login, code=totp(old))[1].json()["code"], "wrong-code", "the old app is nothing now")


@case
def childs_second_step_is_asked_when_it_is_set(t):
    t.req("NI-2.3.4-2b")
    login = node.account("student")
    session, _ = open_(login)
    wanted = {"kind": "pin", "step": "2580", "password": login.password}
    t.eq(session.request("PUT", ME + "/step", wanted).status, 404, "off: it is not there")
    setting("login.child_second_step", "pin")
    t.eq(session.request("PUT", ME + "/step", {**wanted, "kind": "picture", "step": "3-7-1"}).status,
         404, "not the other kind")
    t.eq(session.request("PUT", ME + "/step", {**wanted, "step": "1234"}).status, 422, "too easy")
    t.eq(session.request("PUT", ME + "/step", {**wanted, "password": "falsch-falsch"}).status, 422,
         "not without the password")
    t.eq(session.request("PUT", ME + "/step", wanted).status, 204, "set")
    t.eq(node.psql(f"SELECT step_kind || ' ' || (position('2580'::bytea IN step_hash_sealed) = 0)"
                   f" FROM account WHERE id = '{login.id}'"), "pin true", "sealed")
    session, reply = open_(login)
    t.eq((reply.json()["stage"], reply.json()["factors"]), ("second_factor", ["pin"]), "asked")
    t.eq(session.request("POST", SECOND, {"step": "2581"}).json()["code"], "wrong-code", "wrong")
    t.eq(session.request("POST", SECOND, {"code": "123456"}).json()["code"], "wrong-code",
         "a code of an app it does not have")
    t.eq(node.psql(f"SELECT failed_tries FROM account_place WHERE account = '{login.id}'"), "3",
         "counted like wrong passwords")
    reply = session.request("POST", SECOND, {"step": "2580"})
    t.eq((reply.status, reply.json()["stage"]), (200, "full"), "in")
    setting("login.child_second_step", "off")
    t.eq(open_(login)[1].json()["stage"], "full", "switched off it is not asked")
    setting("login.child_second_step", "choose")
    t.eq(open_(login)[1].json()["factors"], ["pin"], "and is there again when it is switched on")
    login = node.account("student")
    session, _ = open_(login)
    wanted = {"kind": "picture", "step": "3-7-1", "password": login.password}
    t.eq(session.request("PUT", ME + "/step", wanted).status, 204, "pictures now")
    other = node.account("student")
    session, reply = open_(login)
    t.eq(reply.json()["factors"], ["picture"], "asked")
    t.eq(session.request("POST", SECOND, {"step": "3-7-1"}).status, 200, "in")
    t.eq(session.request("DELETE", ME + "/step").status, 204, "and away again")
    t.eq(open_(login)[1].json()["stage"], "full", "without")
    t.eq(open_(other)[1].json()["stage"], "full", "nobody else is asked")
    setting("login.child_second_step", "off")


@case
def sessions_are_listed_and_ended(t):
    t.req("AI-2.6-オ")
    login, stranger = node.account("student"), node.account("student")
    one, _ = open_(login, headers=IPAD)
    other, _ = open_(stranger)
    two, reply = open_(login, headers=EDGE)
    t.eq(reply.json()["other_devices"], 1, "one more is in")
    items = two.request("GET", ME + "/sessions", headers=EDGE).json()["items"]
    t.eq(sorted((i["device"], i["is_this"]) for i in items),
         [("Windows Edge", True), ("iPadOS Safari", False)], "both")
    reply = one.request("GET", API, headers=IPAD)
    t.eq(reply.json()["notice"]["device"], "Windows Edge", "the first is told of the new kind")
    t.ok("notice" not in two.request("GET", API, headers=EDGE).json(), "the new one not of itself")
    theirs = other.request("GET", ME + "/sessions").json()["items"][0]["id"]
    t.eq(two.request("DELETE", f"{ME}/sessions/{theirs}", headers=EDGE).status, 404,
         "nobody else's")
    t.eq(two.request("DELETE", f"{ME}/sessions/{uuid.uuid4()}", headers=EDGE).status, 404, "none")
    t.eq(two.request("DELETE", f"{ME}/sessions/zzz", headers=EDGE).status, 404, "no id")
    t.eq(stage(other), "full", "and theirs lives on")
    mine = next(i["id"] for i in items if not i["is_this"])
    t.eq(two.request("DELETE", f"{ME}/sessions/{mine}", headers=EDGE).status, 204, "ended")
    t.eq((stage(one, IPAD), stage(two, EDGE)), (401, "full"), "the other, not this")


@case
def log_out_leaves_nothing(t):
    t.req("NI-T3-1")
    login = node.account("student")
    session, _ = open_(login)
    jar = dict(session.cookies)
    reply = session.request("DELETE", API)
    t.eq(reply.headers["Clear-Site-Data"], '"cache", "cookies", "storage"', "wiped")
    wiped = reply.headers.get_all("Set-Cookie")
    t.ok(len(wiped) == 2 and all("Max-Age=0" in w for w in wiped), "both cookies", wiped)
    session.cookies = jar
    t.eq(stage(session), 401, "dead on the server, too")
    t.eq(why_ended(login.id), "log-out", "with its reason")


@case
def reset_by_staff_gives_a_password_for_one_use(t):
    t.req("NI-T3-1")
    admin = node.sign_in(node.account("contractor"))
    child = node.account("student")
    session, _ = open_(child)
    reply = admin.request("POST", f"/api/v1/people/{child.id}/reset")
    t.eq(reply.status, 200, "reset")
    one_time = reply.json()["one_time"]
    t.ok("no-store" in reply.headers["Cache-Control"] and len(one_time) == 19, "told once")
    t.eq(stage(session), 401, "every session ends")
    t.eq(open_(child)[1].status, 401, "the old password is dead")
    session, reply = open_(child, one_time)
    t.eq((reply.json()["stage"], reply.json()["must"]), ("enrol", ["password"]), "a change is due")
    t.eq(open_(child, one_time)[1].status, 401, "it opened once")
    t.eq(session.request("PUT", ME + "/password", {"new": NEW}).json()["stage"], "full", "set")
    t.eq(open_(child, NEW)[1].json()["stage"], "full", "and good")
    late = node.account("student")
    one_time = admin.request("POST", f"/api/v1/people/{late.id}/reset").json()["one_time"]
    node.psql(f"UPDATE account SET first_until = now() WHERE id = '{late.id}'")
    t.eq(open_(late, one_time)[1].status, 401, "not after its time")
    adult = node.account("instructor")
    one_time = admin.request("POST", f"/api/v1/people/{adult.id}/reset").json()["one_time"]
    session, reply = open_(adult, one_time)
    t.eq(reply.json()["stage"], "second_factor", "an adult's code is asked all the same")
    reply = session.request("POST", SECOND, {"code": next_code(adult)})
    t.eq((reply.json()["stage"], reply.json()["must"]), ("enrol", ["password"]), "then the change")
    t.eq(session.request("POST", ME + "/totp", {}).status, 409, "the second factor stays")
    t.eq(session.request("PUT", ME + "/password", {"new": NEW}).json()["stage"], "full", "in")
    t.eq(node.psql("SELECT count(*) FROM access_record WHERE route = 'people.reset' AND outcome ="
                   f" 'ok' AND person IN ('{child.id}', '{late.id}', '{adult.id}')"), "3",
         "each on record")
    t.ok(one_time not in node.log("node"), "and in no log")


@case
def reset_is_for_those_who_may(t):
    t.req("NI-2.3.4-2a")
    boss, contractor = node.account("commissioner"), node.account("contractor")
    child = node.account("student")
    sessions = {role: node.sign_in(node.account(role)) for role in
                ("student", "guardian", "supporter", "instructor", "auditor", "data_holder",
                 "school_staff")}
    sessions["commissioner"], sessions["contractor"] = node.sign_in(boss), node.sign_in(contractor)
    bodies = set()
    for name, session in sessions.items():
        if name in ("commissioner", "contractor"):
            continue
        for what in ("reset", "unlock", "recovery", "recovery/approve"):
            reply = session.request("POST", f"/api/v1/people/{child.id}/{what}")
            t.eq(reply.status, 404, f"{what} by {name}")
            bodies.add(reply.body)
            reply = session.request("POST", f"/api/v1/people/{uuid.uuid4()}/{what}")
            bodies.add(reply.body)
    t.eq(len(bodies), 1, "hidden is missing, byte by byte")
    for name, login in (("commissioner", boss), ("contractor", contractor)):
        for what in ("reset", "recovery", "recovery/approve", "unlock"):
            reply = sessions[name].request("POST", f"/api/v1/people/{login.id}/{what}")
            t.eq(reply.status, 404, f"{what} of one's own by {name}")
    reply = sessions["contractor"].request("POST", f"/api/v1/people/{boss.id}/reset")
    t.eq(reply.status, 404, "a contractor never takes over who oversees him")
    reply = sessions["commissioner"].request("POST", f"/api/v1/people/{contractor.id}/reset")
    t.eq(reply.status, 200, "but the other way round")
    t.eq(stage(sessions["contractor"]), 401, "whose session ended")
    t.eq(stage(sessions["commissioner"]), "full", "nobody else's did")


@case
def lost_second_factor_is_renewed_by_two(t):
    t.req("NI-2.3.4-2b")
    adult = node.account("supporter")
    one = node.sign_in(node.account("contractor"))
    two = node.sign_in(node.account("commissioner"))
    ask, grant = f"/api/v1/people/{adult.id}/recovery", f"/api/v1/people/{adult.id}/recovery/approve"
    person = node.sign_in(adult)
    t.eq(two.request("POST", grant).status, 409, "nobody asked")
    t.eq(one.request("POST", ask).status, 204, "one asks")
    t.eq(one.request("POST", grant).status, 409, "the same person may not grant")
    t.eq(stage(person), "full", "nothing has changed yet")
    reply = two.request("POST", grant)
    t.eq(reply.status, 200, "another grants")
    t.eq(two.request("POST", grant).status, 409, "once")
    t.eq(stage(person), 401, "every session ends")
    t.eq(node.psql("SELECT state || ' ' || (totp_secret_sealed IS NULL) || ' ' || has_passkey FROM"
                   f" account WHERE id = '{adult.id}'"), "issued true false", "as before the start")
    t.eq(open_(adult)[1].status, 401, "the old password is dead")
    session, reply = open_(adult, reply.json()["one_time"])
    t.eq((reply.json()["stage"], reply.json()["must"]), ("enrol", ["password", "second_factor"]),
         "both are new")
    session.request("PUT", ME + "/password", {"new": NEW})
    adult.totp_secret = session.request("POST", ME + "/totp", {}).json()["secret"]
    reply = session.request("PUT", ME + "/totp", {"code": next_code(adult)})
    t.eq(reply.json()["stage"], "full", "in again")
    t.eq(node.psql(f"SELECT string_agg(state, ' ' ORDER BY at, id) FROM account_step WHERE account"
                   f" = '{adult.id}'").split()[-3:], ["suspended", "issued", "active"], "its steps")
    for table in ("recovery_ask", "recovery_grant"):
        t.eq(node.psql(f"SELECT count(*) FROM {table} r JOIN audit_leaf l ON l.row_id = r.id AND"
                       f" l.table_name = '{table}' WHERE r.account = '{adult.id}'"), "1", table)
        done = node.psql(f"UPDATE {table} SET role = 'x'", user="ibasho_app", check=False)
        t.ok(done.returncode != 0, f"{table} can only be added to")
    child = node.account("student")
    t.eq(one.request("POST", f"/api/v1/people/{child.id}/recovery").status, 409,
         "a child has none")


@case
def lock_is_seen_and_opened_by_staff(t):
    t.req("AI-2.6-オ")
    child = node.account("student")
    admin = node.sign_in(node.account("commissioner"))
    node.psql(f"UPDATE account SET locked_until = now() + interval '1 hour', failed_tries = 0"
              f" WHERE id = '{child.id}'")
    t.eq(open_(child)[1].status, 401, "locked")
    t.eq(admin.request("POST", f"/api/v1/people/{child.id}/unlock").status, 204, "unlocked")
    t.eq(open_(child)[1].status, 200, "in")


@case
def audit_holds_after_all_of_it(t):
    done = node.cli("verify", "live", check=False)
    t.ok(done.returncode == 0, "every leaf has its row and every row its leaf",
         done.stdout + done.stderr)


if __name__ == "__main__":
    with Nodes("aozora") as nodes:
        node = nodes["aozora"]
        setting.board = node.account("commissioner")
        main(__file__)
