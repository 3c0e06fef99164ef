#!/usr/bin/python3
# tests/run: left 300
"""The life of IDs on a whole node as it is delivered: the operator makes the first commissioner and
nobody else; everyone else is requested, approved and issued over https, signs in for the first time,
is suspended and closed (AI-4.3-オ, AI-4.3-カ, KP-1-千葉-1)."""
import os
import sys
import threading
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import Login, Nodes, Session, totp  # noqa: E402
from lib.t import case, main  # noqa: E402

N_PLACES = 580
AT_ONCE = 145
REASON = "ひみつのりゆう"
SCHOOLS = {"kita": str(uuid.uuid4()), "minami": str(uuid.uuid4())}
nodes = node = board = contractor = None
board_login = None


def kana(i):
    letters = "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめも"
    return letters[i % 35] + letters[i // 35]


def request(session, role, **more):
    wanted = {"id": str(uuid.uuid4()), "role": role, "family": "髙橋", "given": "子",
              "family_kana": "たかはし", "given_kana": "こ", **more}
    return session.request("POST", "/api/v1/people", wanted), wanted["id"]


def approve(ids):
    return board.request("POST", "/api/v1/people/approve", {"ids": ids})


def issue(session, ids, first="sheet", timeout=60):
    return session.request("POST", "/api/v1/people/issue", {"ids": ids, "first": first},
                           timeout=timeout)


def move(session, verb, person):
    return session.request("POST", f"/api/v1/people/{person}/{verb}", {"reason": REASON})


def student(school="kita"):
    """A student with an ID: (id, login, first password)."""
    reply, person = request(contractor, "student", school=SCHOOLS[school])
    assert reply.status == 201, reply
    assert approve([person]).status == 204
    reply = issue(contractor, [person])
    assert reply.status == 200, reply
    item = reply.json()["items"][0]
    return person, item["login"], item["first_password"]


def first_sign_in(login, password):
    """An adult's: the given password opens nothing but the way to an own one and a second factor."""
    session = Session(node)
    reply = session.request("POST", "/api/v1/session", {"login": login, "password": password})
    assert reply.status == 200 and reply.json()["stage"] == "enrol", reply
    hidden = session.request("GET", "/api/v1/people")
    assert hidden.status == 401, hidden
    reply = session.request("PUT", "/api/v1/me/password", {"new": "Himawari-no-2026"})
    assert reply.status in (200, 204), reply
    secret = session.request("POST", "/api/v1/me/totp", {}).json()["secret"]
    reply = session.request("PUT", "/api/v1/me/totp", {"code": totp(secret)})
    assert reply.status in (200, 204), reply
    return session, Login("", login, "Himawari-no-2026", secret, None)


def state(person):
    return node.psql(f"SELECT state FROM account WHERE id = '{person}'")


def contract(**changes):
    wanted = {"id": str(uuid.uuid4()), "title": "令和8年度 学びの居場所", "contractor": "受託社",
              "begins_on": "2026-04-01", "ends_on": "2027-03-31", "n_student": 700, "n_staff": 100,
              "n_guardian": 100, **changes}
    return board.request("PUT", "/api/v1/contract", wanted)


@case
def the_operator_makes_the_first_commissioner_and_nobody_else(t):
    global board, board_login
    t.req("AI-4.3-カ")
    for role in ("student", "contractor", "auditor"):
        reply = node.admin("POST", "/api/v1/admin/accounts", {
            "id": str(uuid.uuid4()), "role": role, "login": f"early-{role}",
            "display_name": "だれか", "password": "Himawari-2026"})
        t.eq(reply.status, 409, role)
        t.eq(reply.json()["code"], "not-first-commissioner", "and says why")
    board_login = node.account("commissioner")
    board = node.sign_in(board_login)
    reply = node.admin("POST", "/api/v1/admin/accounts", {
        "id": str(uuid.uuid4()), "role": "commissioner", "login": "second", "display_name": "だれか",
        "password": "Himawari-2026"})
    t.eq(reply.status, 409, "the second is requested like everybody")
    t.eq(node.psql("SELECT count(*) FROM account"), "1", "one account")
    t.ok("accounts.operator_makes" not in node.cli("doctor", check=False).stdout,
         "the doctor is content with it")
    node.psql("INSERT INTO org (id, kind, name, created_at) VALUES "
              + ", ".join(f"('{i}', 'school', '{n}小学校', now())" for n, i in SCHOOLS.items()))


@case
def an_adult_is_requested_approved_issued_and_lets_himself_in(t):
    global contractor
    t.req("AI-4.3-カ, AI-4.3-オ-1")
    t.eq(contract().status, 200, "the board records the contract")
    reply, person = request(board, "contractor")
    t.eq(reply.status, 201, "requested")
    t.eq(issue(board, [person]).status, 409, "not issued before it is approved")
    t.eq(approve([person]).status, 204, "approved")
    reply = issue(board, [person])
    t.eq(reply.status, 200, "issued")
    item = reply.json()["items"][0]
    contractor, login = first_sign_in(item["login"], item["first_password"])
    login.role = "contractor"
    node.permit_export(board, person)
    t.eq(state(person), "active", "by the first full sign-in")
    t.eq(contractor.request("GET", "/api/v1/contract").json()["used"],
         {"student": 0, "staff": 2, "guardian": 0}, "counted")
    again = Session(node).request("POST", "/api/v1/session",
                                  {"login": item["login"], "password": item["first_password"]})
    t.eq(again.status, 401, "the printed password opens nothing any more")
    t.eq(node.psql(f"SELECT first_password_sealed IS NULL FROM account WHERE id = '{person}'"), "t",
         "nor is it kept")


@case
def a_contractor_is_never_handed_a_teachers_first_password(t):
    t.req("AI-4.3-カ, NI-2.3.4-2a")
    reply, person = request(contractor, "school_staff", school=SCHOOLS["kita"])
    t.eq(reply.status, 201, "asked for by the contractor")
    t.eq(approve([person]).status, 204, "approved")
    missing = issue(contractor, [str(uuid.uuid4())])
    hidden = issue(contractor, [person])
    t.eq((hidden.status, hidden.body), (404, missing.body), "not his to issue, as if missing")
    t.eq(state(person), "approved", "nothing was done")
    t.eq(issue(board, [person]).status, 200, "a commissioner issues")
    for session, kind, wanted in ((contractor, "passwords", 404), (contractor, "ids", 200),
                                  (board, "passwords", 200)):
        reply = session.request("POST", "/api/v1/people/slips", {"ids": [person], "kind": kind})
        t.eq(reply.status, wanted, f"{kind} on paper")
    t.eq(contractor.request("POST", f"/api/v1/people/{person}/reset").status, 404,
         "nor made anew before the teacher has a second factor")


@case
def nobody_gets_in_before_approval_and_nobody_can_tell(t):
    t.req("AI-4.3-カ")
    reply, person = request(contractor, "student", school=SCHOOLS["kita"])
    t.eq(reply.status, 201, "requested")
    t.eq(contractor.request("POST", "/api/v1/people/approve", {"ids": [person]}).status, 404,
         "the contractor does not approve")
    answers = set()
    ready, login, password = student()
    for name, word in ((login, "chigau-kotoba"), ("dare-mo-inai", password), (person, password),
                       ("takahashi", "takahashi1")):
        reply = Session(node).request("POST", "/api/v1/session", {"login": name, "password": word})
        answers.add((reply.status, reply.body))
    t.eq(len(answers), 1, "a wrong password and nobody: the same bytes")
    t.eq(answers.pop()[0], 401, "refused")
    t.eq(approve([person]).status, 204, "approved")
    t.eq(state(person), "approved", "approved, yet without a login")
    t.eq(move(board, "suspend", ready).status, 200, "suspended before the first use")
    reply = Session(node).request("POST", "/api/v1/session", {"login": login, "password": password})
    wrong = Session(node).request("POST", "/api/v1/session", {"login": "dare-mo", "password": password})
    t.eq((reply.status, reply.body), (wrong.status, wrong.body), "the same for who is suspended")


@case
def a_suspended_or_closed_child_is_out_at_once(t):
    t.req("AI-4.3-カ")
    for verb in ("suspend", "close"):
        person, login, password = student()
        child = Session(node)
        reply = child.request("POST", "/api/v1/session", {"login": login, "password": password})
        t.eq((reply.status, reply.json().get("stage")), (200, "full"), "in with the sheet's password")
        t.ok(login not in reply.body.decode() and person not in reply.body.decode(),
             "a child's answer holds no ID")
        t.eq(state(person), "active", "by the first sign-in")
        t.eq(move(child, "resume", person).status, 404, "children move nobody")
        t.eq(move(contractor, verb, person).status, 200, verb)
        t.eq(child.request("GET", "/api/v1/session").status, 401, "the open session is dead")
        again = Session(node).request("POST", "/api/v1/session", {"login": login, "password": password})
        t.eq(again.status, 401, "and no new one begins")
    person, login, password = student()
    move(board, "suspend", person)
    t.eq(move(board, "resume", person).json()["state"], "issued", "back to where it was")
    t.eq(Session(node).request("POST", "/api/v1/session",
                               {"login": login, "password": password}).status, 200, "in again")
    everything = node.psql("SELECT coalesce(string_agg(s::text, ''), '') FROM account_step s") + \
        node.psql("SELECT coalesce(string_agg(a::text, ''), '') FROM access_record a")
    t.ok(REASON not in everything and REASON.encode().hex() not in everything,
         "reasons stand nowhere in clear")
    t.ok(REASON not in board.request("GET", f"/api/v1/people/{person}").body.decode(),
         "nor in what is shown of a person")


@case
def a_full_class_is_refused_with_the_number(t):
    t.req("AI-4.3-オ-1, AI-4.3-オ-2")
    used = board.request("GET", "/api/v1/contract").json()["used"]
    t.eq(contract(n_student=used["student"]).status, 200, "no free ID left")
    reply, person = request(contractor, "student", school=SCHOOLS["kita"])
    t.eq(approve([person]).status, 204, "approved")
    reply = issue(contractor, [person])
    t.eq((reply.status, reply.json()["code"]), (409, "quota-full"), "refused")
    t.ok(f"{used['student']}件まで" in reply.json()["title"], "with the number")
    t.eq(contractor.request("PUT", "/api/v1/contract", {}).status, 404, "not the contractor's")
    t.eq(contract().status, 200, "the board's change")
    t.eq(issue(contractor, [person]).status, 200, "then it goes")


@case
def five_hundred_eighty_are_issued_while_a_child_signs_in(t):
    t.req("KP-1-千葉-1, AI-4.3-カ")
    _, login, password = student("minami")
    before = int(contractor.request("GET", "/api/v1/people?school=" + SCHOOLS["kita"]).json()["total"])
    ids = []
    for i in range(N_PLACES):
        reply, person = request(contractor, "student", school=SCHOOLS["kita"], grade="P5",
                                given_kana=kana(i), family="山田", family_kana="やまだ")
        if reply.status != 201:
            t.eq(reply.status, 201, f"request {i}: {reply}")
            return
        ids.append(person)
    for i in range(0, N_PLACES, AT_ONCE):
        t.eq(approve(ids[i:i + AT_ONCE]).status, 204, "approved")
    logins = set()
    for i in range(0, N_PLACES, AT_ONCE):
        done = []
        bulk = threading.Thread(target=lambda: done.append(issue(contractor, ids[i:i + AT_ONCE])))
        bulk.start()
        reply = Session(node).request("POST", "/api/v1/session", {"login": login, "password": password})
        t.eq(reply.status, 200, "a child signs in meanwhile")
        t.ok(bulk.is_alive(), "and does not wait for the whole class's passwords")
        bulk.join()
        t.eq(done[0].status, 200, "issued")
        logins |= {item["login"] for item in done[0].json()["items"]}
    t.eq(len(logins), N_PLACES, "each a login of its own")
    t.ok(not any(set(name) & set("ilo01-") for name in logins), "without letters that look alike")
    t.ok(not any(word in name for name in logins for word in ("yamada", "kita", "takahashi")),
         "that says nothing of name or school")
    reply = contractor.request("GET", "/api/v1/people?school=" + SCHOOLS["kita"])
    t.eq(int(reply.json()["total"]) - before, N_PLACES, "all are found")
    found = contractor.request("GET", "/api/v1/people?q=" + "%E3%82%84%E3%81%BE%E3%81%A0").json()
    t.eq(int(found["total"]), N_PLACES, "by kana, too")
    t.eq(node.psql("SELECT count(*) FROM account WHERE state = 'issued' AND role = 'student'"
                   " AND id IN (" + ",".join(f"'{i}'" for i in ids) + ")"), str(N_PLACES), "issued")


@case
def every_step_is_in_the_log_that_verifies(t):
    t.req("AI-4.3-カ")
    n = node.psql("SELECT count(*) FROM account_step s WHERE NOT EXISTS (SELECT FROM audit_leaf l"
                  " WHERE l.row_id = s.id AND l.table_name = 'account_step')")
    t.eq(n, "0", "no step without a leaf")
    t.eq(node.psql("SELECT count(*) FROM account a WHERE NOT EXISTS (SELECT FROM account_step s"
                   " WHERE s.account = a.id AND s.state = a.state)"), "0", "nor a state without a step")
    done = node.cli("verify", "live", check=False)
    t.eq(done.returncode, 0, "ibasho verify: " + done.stdout[-300:])
    node.psql("UPDATE account_step SET actor_role = 'commissioner' WHERE id = (SELECT id FROM"
              " account_step WHERE state = 'issued' LIMIT 1)")
    t.ok(node.cli("verify", "live", check=False).returncode != 0, "a step changed behind its back is found")


if __name__ == "__main__":
    with Nodes("midori", env={"IBASHO_ACCOUNTS_OPERATOR_MAKES": "false",
                              "IBASHO_LOGIN_HASH_THREADS": "1"}) as nodes:
        node = nodes["midori"]
        main(__file__)
