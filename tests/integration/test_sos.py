#!/usr/bin/python3
# tests/run: left 150
"""A child's call for help on a whole node (NI-2.3-b2): stored, heard by staff at once, told to the
persons on duty one after another until somebody answers, through kill -9; taken back within five
seconds; seen by nobody whom it does not concern."""
import os
import re
import sys
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import Nodes  # noqa: E402
from lib.mail_server import Certs, MailServer  # noqa: E402
from lib.t import case, main  # noqa: E402
from lib.visitor import Visitor  # noqa: E402

SOS, DUTY = "/api/v1/sos", "/api/v1/duty"
WAIT_S, UNDO_S = 3, 3
certs = Certs().__enter__()
mail = MailServer(certs).__enter__()
nodes = Nodes("aozora", env=mail.env(IBASHO_NOTIFY_RETRY_FIRST_S="1", IBASHO_NOTIFY_RETRY_MOST_S="2"))
node = nodes.__enter__()["aozora"]
CANARY = "かなりやの子"
child, sibling = node.account("student", display_name=CANARY), node.account("student")
board, firm = node.account("commissioner"), node.account("contractor")
first, second, third = (node.account("supporter") for _ in range(3))
as_child, as_sibling, as_board = node.sign_in(child), node.sign_in(sibling), node.sign_in(board)
as_first, as_second, as_third = (node.sign_in(a) for a in (first, second, third))
ADDRESS = {first.id: "first@example.jp", second.id: "second@example.jp", board.id: "board@example.jp"}


def wait(what, seconds=15):
    """Until it is true; its value."""
    until = time.monotonic() + seconds
    while True:
        value = what()
        if value or time.monotonic() > until:
            return value
        time.sleep(0.05)


def press(session=None, sos=None, **more):
    sos = sos or str(uuid.uuid4())
    return sos, (session or as_child).request("POST", SOS, {"id": sos, **more})


def undo(sos, session=None):
    return (session or as_child).request("POST", f"{SOS}/{sos}/undo")


def act(session, sos, what, text=None, act_id=None):
    body = {"id": act_id or str(uuid.uuid4()), "act": what}
    return session.request("POST", f"{SOS}/{sos}/act", body if text is None else {**body, "text": text})


def mine():
    return {s["sos"]: s for s in as_child.request("GET", SOS + "/mine").json()["items"]}


def steps(sos):
    return [s["act"] for s in as_first.request("GET", f"{SOS}/{sos}").json()["steps"]]


def set_to(name, value):
    reply = as_board.request("PUT", f"/api/v1/settings/{name}", {"id": str(uuid.uuid4()),
                                                                "value": str(value)})
    assert reply.status == 200, reply


def duty(account, position, is_on=True, purpose="sos", session=None, decision=None):
    return (session or as_board).request("POST", DUTY, {
        "id": decision or str(uuid.uuid4()), "purpose": purpose, "account": account.id,
        "position": position, "is_on": is_on})


def token_of(one):
    return re.search(r"/#/n/([A-Za-z0-9_-]{43})\s", one.message.get_content()).group(1)


def ready(account, session):
    """An address in use."""
    reply = as_board.request("POST", "/api/v1/notify/receivers", {
        "id": str(uuid.uuid4()), "account": account.id, "channel": "mail",
        "address": ADDRESS[account.id], "kinds": ["sos", "incident"]})
    assert reply.status == 201, reply
    one = wait(lambda: mail.to(ADDRESS[account.id]))[-1]
    assert session.request("POST", "/api/v1/notify/open", {"token": token_of(one)}).status == 200


def came(address, n):
    """The n-th mail about a call to that address, counted from 1 behind the one that proved it."""
    found = mail.to(address)
    return found[n] if len(found) > n else None


def counts():
    return {a: len(mail.to(a)) for a in ADDRESS.values()}


@case
def sos_is_stored_and_heard_at_once(t):
    t.req("NI-2.3-b2")
    with Visitor(node, as_first) as one, Visitor(node, as_second) as two, \
            Visitor(node, as_child) as me, Visitor(node, as_sibling) as other:
        began = time.monotonic()
        sos, reply = press(kind="fear", page="place", at="2026-01-01T00:00:00Z")
        said = [v.wait("sos.new") for v in (one, two)]
        took = time.monotonic() - began
        t.eq(reply.status, 201, "taken")
        t.eq((reply.json()["sos"], reply.json()["state"]), (sos, "waiting"), "what it says")
        t.ok("まだだれも見ていません" in reply.json()["title"], "honestly", reply.json()["title"])
        t.ok(took < 1, "both consoles have it", took)
        t.note(f"press to the second console: {took * 1000:.0f} ms")
        t.eq({(s["sos"], s["account"], s["name"], s["login"], s["kind"]) for s in said},
             {(sos, child.id, CANARY, child.login, "fear")}, "who it is")
        t.eq(node.psql(f"SELECT count(*) FROM sos WHERE id = '{sos}'"), "1", "stored")
        again, reply_again = press(sos=sos, kind="fear")
        t.eq((reply_again.status, reply_again.json()), (201, reply.json()), "sent again: the same")
        more, reply_more = press()
        t.eq(reply_more.status, 201, "another press at once")
        t.eq(node.psql("SELECT count(*) FROM sos"), "2", "is another call")
        t.eq(one.wait("sos.new")["sos"], more, "and heard as such")
        t.eq(act(as_first, sos, "seen").status, 200, "somebody looks")
        t.eq(me.wait("sos.state")["state"], "seen", "the child is told")
        t.eq(mine()[sos]["state"], "seen", "and finds it")
        for one_sos in (sos, more):
            t.eq(act(as_first, one_sos, "answer", "すぐ行きます").json()["state"], "answered", "answer")
        me.until(lambda: [e for e in me.events if e[0] == "sos.state" and e[1]["state"] == "answered"],
                 5, "answered")
        heard = b"".join(b for b in me.heard + other.heard if isinstance(b, bytes))
        for word in (child.id, first.login, first.id, "すぐ行きます"):
            t.ok(word.encode() not in heard, "no id and no note in a child's bytes", word)
        t.ok(child.login.encode() not in b"".join(other.heard), "nor another's login")
        t.ok(b"sos" not in b"".join(other.heard), "nothing to another child")
    t.ok(CANARY not in node.log("node") and child.login not in node.log("node"), "no name in the log")
    t.ok("すぐ行きます" not in node.psql("SELECT * FROM sos_step"), "a note is sealed")
    close_all()


@case
def sos_is_never_refused_for_what_it_says(t):
    for more in ({"kind": "no such kind"}, {"page": "<script>alert(1)</script>" * 9},
                 {"at": "1999-12-31T23:59:59Z"}, {}):
        sos, reply = press(**more)
        t.eq(reply.status, 201, f"taken: {str(more)[:40]}")
        t.eq(undo(sos).json()["state"], "undone", "and taken back")
    t.eq(node.psql("SELECT string_agg(DISTINCT kind || from_page, ',') FROM sos WHERE kind <> 'fear'"),
         ",other", "only codes are kept")
    t.eq(as_child.request("POST", SOS, {"id": "x"}).status, 422, "but for its id")


@case
def sos_says_what_it_is_about_after_the_press(t):
    t.req("NI-2.3-b2")
    with Visitor(node, as_first) as console:
        sos, reply = press()
        console.wait("sos.new")
        t.ok("kind" not in reply.json(), "one tap says nothing")
        _, reply = press(sos=sos, kind="sad")
        t.eq([reply.status, reply.json().get("kind")], [201, "sad"], "then what it is about")
        t.eq(console.wait("sos.changed")["sos"], sos, "staff are told")
    for kind in ("sad", "talk", None):
        press(sos=sos, **({"kind": kind} if kind else {}))
    t.eq(mine()[sos]["kind"], "talk", "the last one holds")
    shown = as_first.request("GET", f"{SOS}/{sos}").json()
    t.eq([shown.get("kind"), [one["act"] for one in shown["steps"] if one["act"] == "kind"]],
         ["talk", []], "staff read it on the call")
    t.eq(node.psql(f"SELECT count(*) FROM sos WHERE id = '{sos}'"), "1", "never a second call")
    t.eq(node.psql(f"SELECT string_agg(kind, ',' ORDER BY at) FROM sos_step WHERE sos = '{sos}'"
                   " AND act = 'kind'"), "sad,talk", "each choice once")
    t.eq(press(as_sibling, sos, kind="body")[1].status, 409, "nobody else says so")
    for i in range(20):
        t.eq(press(sos=sos, kind=("sad", "talk")[i % 2])[1].status, 201, "never refused")
    t.eq(node.psql(f"SELECT count(*) FROM sos_step WHERE sos = '{sos}' AND act = 'kind'"), "10",
         "but staff are not told without end")
    t.eq(act(as_first, sos, "close").status, 200, "closed, so that nobody else is told")


@case
def sos_taken_back_is_kept_and_not_sent(t):
    t.req("NI-2.3-b2")
    before = counts()
    sos, _ = press()
    late, _ = press()
    with Visitor(node, as_first) as console:
        t.eq(undo(sos).json()["state"], "undone", "taken back")
        t.eq(console.wait("sos.changed"), {"sos": sos, "state": "undone"}, "staff are told")
    t.eq(undo(sos).status, 200, "twice is once")
    t.eq(undo(late, as_sibling).body, undo(str(uuid.uuid4()), as_sibling).body, "another's: not there")
    t.eq(undo(late, as_sibling).status, 404, "not there")
    t.ok(wait(lambda: came(ADDRESS[first.id], 1), 12), "the other goes out")
    t.eq(undo(late).status, 409, "which is too late to take back")
    t.eq(mail.to(ADDRESS[first.id])[1].message.get_content().count("#/n/"), 1, "a link")
    time.sleep(1.5)
    t.eq(counts()[ADDRESS[first.id]], before[ADDRESS[first.id]] + 1, "only that one")
    t.eq(steps(sos), ["undone"], "kept as taken back")
    t.eq(act(as_first, late, "answer").status, 200, "answered")
    close_all()


@case
def sos_goes_on_until_somebody_answers_by_mail_link(t):
    """On duty: first, third (without an address), second; then everybody who is registered."""
    t.req("NI-2.3-b2")
    before = counts()
    began = time.monotonic()
    sos, _ = press()
    t.ok(wait(lambda: counts()[ADDRESS[first.id]] > before[ADDRESS[first.id]], 12), "the first")
    at_first = time.monotonic() - began
    t.ok(at_first >= UNDO_S, "not before it can no longer be taken back", at_first)
    t.eq(counts()[ADDRESS[second.id]], before[ADDRESS[second.id]], "nobody else yet")
    t.eq(act(as_third, sos, "seen").json()["state"], "seen", "seen is not answered")
    doctor = {c["name"]: c for c in node.admin("GET", "/api/v1/admin/doctor").json()["checks"]}
    t.ok("1 件" in str(doctor["support"]) and doctor["support"]["level"] == "warn", "the operator sees one waits",
         doctor["support"])
    t.ok("\nibasho_support_sos_unanswered 1\n" in node.admin("GET", "/metrics").body.decode(), "in the metrics")
    t.ok(wait(lambda: counts()[ADDRESS[second.id]] > before[ADDRESS[second.id]], 12), "then the next")
    at_second = time.monotonic() - began
    t.note(f"first {at_first:.1f} s, second {at_second:.1f} s after the press (undo {UNDO_S}, wait {WAIT_S})")
    t.ok(at_second - at_first >= WAIT_S - 1, "after the wait", at_second - at_first)
    t.ok(wait(lambda: counts()[ADDRESS[board.id]] > before[ADDRESS[board.id]], 15), "then everybody")
    t.eq(steps(sos)[:5], ["sent", "seen", "passed", "sent", "all"], "who was told, in order")
    one = mail.to(ADDRESS[second.id])[-1]
    opened = as_second.request("POST", "/api/v1/notify/open", {"token": token_of(one)}).json()
    t.eq(opened, {"kind": "sos", "link": f"sos/{sos}"}, "the link leads to it")
    shown = as_second.request("GET", f"{SOS}/{sos}").json()
    t.eq((shown["display_name"], shown["login"], shown["state"]), (CANARY, child.login, "seen"), "he sees")
    t.ok([s for s in shown["steps"] if "opened_at" in s], "that it was opened is on record")
    with Visitor(node, as_child) as me:
        t.eq(act(as_second, sos, "answer").json()["state"], "answered", "he answers")
        t.eq(me.wait("sos.state")["state"], "answered", "the child is told")
    time.sleep(1.5)  # what was on its way
    after = counts()
    time.sleep(WAIT_S + 3)
    t.eq(counts(), after, "nobody else is told")
    t.eq(node.psql("SELECT count(*) FROM duty_call"), "0", "nothing waits")
    t.ok(all(CANARY.encode() not in m.bytes and child.id.encode() not in m.bytes for m in mail.mails),
         "no mail names anybody")
    close_all()


@case
def sos_survives_a_kill(t):
    """kill -9 right after the answer, and again after the first mail: it goes on where it was."""
    t.req("NI-2.3-b2")
    before = counts()
    sos, reply = press()
    t.eq(reply.status, 201, "taken")
    pid = node.kill("node")
    node.wait_back("node", pid)
    node.wait_answer()
    t.eq(mine()[sos]["state"], "waiting", "it is there")
    t.ok(wait(lambda: counts()[ADDRESS[first.id]] > before[ADDRESS[first.id]], 20), "the first is told")
    pid = node.kill("node")
    node.wait_back("node", pid)
    node.wait_answer()
    t.ok(wait(lambda: counts()[ADDRESS[second.id]] > before[ADDRESS[second.id]], 20), "the next is told")
    n_first = [s for s in as_first.request("GET", f"{SOS}/{sos}").json()["steps"]
               if s["act"] == "sent" and s["told"] == first.id]
    t.eq(len(n_first), 1, "the first was put once")
    t.eq(act(as_first, sos, "answer").status, 200, "answered")
    again, reply_again = press(sos=sos)
    t.eq(reply_again.json()["state"], "answered", "sent again after all that: the same call")
    close_all()


@case
def sos_answers_are_idempotent_and_staffs_own(t):
    t.req("NI-2.3-b2")
    sos, _ = press()
    one = str(uuid.uuid4())
    for _ in range(3):
        t.eq(act(as_second, sos, "close", act_id=one).json()["state"], "closed", "once")
    t.eq(node.psql(f"SELECT count(*) FROM sos_step WHERE sos = '{sos}'"), "1", "one row")
    t.eq(act(as_second, sos, "answer", act_id=one).status, 409, "an id is one act: nobody believes it was another")
    t.eq(act(as_first, sos, "close", act_id=one).status, 409, "of one person")
    missing = str(uuid.uuid4())
    for role in ("guardian", "instructor", "guest_teacher", "auditor", "data_holder", "analyst"):
        session = node.sign_in(node.account(role))
        for reply in (session.request("POST", SOS, {"id": missing}), session.request("GET", SOS),
                      session.request("GET", f"{SOS}/{sos}"), session.request("GET", SOS + "/mine"),
                      act(session, sos, "answer"), session.request("GET", DUTY)):
            t.eq(reply.status, 404, f"{role} finds nothing")
    for session in (as_child, as_sibling):
        t.eq(session.request("GET", SOS).status, 404, "a child has no list")
        t.eq(session.request("GET", f"{SOS}/{sos}").status, 404, "nor a case")
        t.eq(act(session, sos, "answer").status, 404, "nor an answer")
    t.eq(as_first.request("POST", SOS, {"id": missing}).status, 404, "staff press none")
    t.eq(as_first.request("GET", f"{SOS}/{missing}").status, 404, "none there")
    t.eq(node.request("POST", SOS, {"id": missing}, {"Origin": node.url()}).status, 401, "nobody")
    school = node.sign_in(node.account("school_staff"))
    t.eq(school.request("GET", SOS + "?state=all").json()["items"], [], "a school without this child")
    t.eq(school.request("GET", f"{SOS}/{sos}").body, school.request("GET", f"{SOS}/{missing}").body,
         "hidden is missing")
    t.eq(act(school, sos, "answer").status, 404, "to answer, too")
    listed = as_first.request("GET", SOS + "?state=all").json()["items"]
    t.ok(sos in {s["sos"] for s in listed}, "all of them on request", len(listed))
    t.eq(as_first.request("GET", SOS).json()["items"], [], "open ones first: none")
    t.eq(as_first.request("GET", SOS + "?before=x").status, 422, "no place in the list")


@case
def sos_of_a_panic_are_all_kept_and_told_in_turns(t):
    """Twelve presses: twelve calls on every console; mails of five at a time; the rest when those are
    answered."""
    t.req("NI-2.3-b2")
    before = counts()[ADDRESS[first.id]]
    with Visitor(node, as_second) as console:
        pressed = [press() for _ in range(12)]
        t.eq({r.status for _, r in pressed}, {201}, "none is refused")
        t.eq({console.wait("sos.new")["sos"] for _ in pressed}, {s for s, _ in pressed}, "all are heard")
    t.ok(wait(lambda: counts()[ADDRESS[first.id]] >= before + 5, 12), "five are told")
    time.sleep(2)
    t.eq(counts()[ADDRESS[first.id]], before + 5, "and no more at once")
    t.eq(len(as_first.request("GET", SOS).json()["items"]), 12, "all stand in the list")
    for sos, _ in pressed[:5]:
        t.eq(act(as_first, sos, "answer").status, 200, "those are answered")
    t.ok(wait(lambda: counts()[ADDRESS[first.id]] >= before + 10, 12), "then the next are told")
    close_all()


@case
def sos_goes_to_the_school_on_duty_too(t):
    """Beside the first of the node; to that school alone, and while the duty is given."""
    t.req("NI-2.3-b2")
    mine, other = str(uuid.uuid4()), str(uuid.uuid4())
    staff = {k: node.account("school_staff") for k in ("duty", "elsewhere", "none")}
    for school, who in ((mine, (sibling, staff["duty"], staff["none"])), (other, (staff["elsewhere"],))):
        among = ", ".join(f"'{a.id}'" for a in who)
        node.psql(f"INSERT INTO org (id, kind, name, created_at) VALUES ('{school}', 'school', 'がっこう', now());"
                  f" UPDATE person SET school = '{school}', grade = 'J1' WHERE id IN ({among});"
                  f" UPDATE account SET school = '{school}' WHERE id IN ({among})")
    for who, school in (("duty", mine), ("elsewhere", other)):
        t.eq(as_board.request("POST", f"/api/v1/people/{staff[who].id}/rights", {
            "id": str(uuid.uuid4()), "right": "on_duty", "school": school}).status // 100, 2, "on duty")
    sessions = {k: node.sign_in(a) for k, a in staff.items()}
    ADDRESS[staff["duty"].id] = "school@example.jp"
    ready(staff["duty"], sessions["duty"])
    before = counts()
    sos, _ = press(as_sibling)
    t.ok(wait(lambda: counts()["school@example.jp"] > before["school@example.jp"]), "the school is told")
    t.ok(wait(lambda: counts()[ADDRESS[first.id]] > before[ADDRESS[first.id]], 2), "with the first")
    told = [s["told"] for s in as_first.request("GET", f"{SOS}/{sos}").json()["steps"]]
    t.eq(told, [staff["duty"].id, first.id], "these two, in this order")
    shown = sessions["duty"].request("GET", f"{SOS}/{sos}")
    t.eq((shown.status, shown.json().get("login")), (200, sibling.login), "it sees whose it is")
    missing = str(uuid.uuid4())
    for who in ("elsewhere", "none"):
        t.eq(sessions[who].request("GET", f"{SOS}/{sos}").body,
             sessions[who].request("GET", f"{SOS}/{missing}").body, f"{who}: not there")
        t.eq(act(sessions[who], sos, "answer").status, 404, f"{who}: not to be answered")
        t.ok(sos not in str(sessions[who].request("GET", SOS).json()), f"{who}: not in the list")
    t.ok(sos in str(sessions["duty"].request("GET", SOS).json()), "in the list of the one on duty")
    t.eq(act(sessions["duty"], sos, "answer").json()["state"], "answered", "the school answers")
    other_sos, _ = press()
    t.eq(sessions["duty"].request("GET", f"{SOS}/{other_sos}").status, 404, "a child of no school of its own")
    for _ in range(51):
        undo(press()[0])
    for who in ("duty", "elsewhere", "none"):
        page = sessions[who].request("GET", f"{SOS}?state=all").json()
        t.ok("next" not in page, f"{who}: where a page ends tells of no other call", page)
    t.ok(sos in str(sessions["duty"].request("GET", f"{SOS}?state=all").json()), "and its own is on the first page")
    close_all()


@case
def sos_duty_is_decided_by_the_board_and_the_firm(t):
    as_firm = node.sign_in(firm)
    one = str(uuid.uuid4())
    t.eq(duty(firm, 4, session=as_firm, decision=one).status, 204, "the firm")
    t.eq(duty(firm, 9, session=as_firm, decision=one).status, 204, "the same again")
    order = [(d["account"], d["position"]) for d in
             as_first.request("GET", DUTY).json()["items"] if d["purpose"] == "sos"]
    t.eq(order, [(first.id, 1), (third.id, 2), (second.id, 3), (firm.id, 4)], "in order")
    t.eq(duty(first, 1, session=as_second).status, 404, "a supporter decides nothing")
    t.eq(duty(child, 1).status, 422, "a child is not on duty")
    t.eq(duty(firm, 1, is_on=False).status, 204, "off")
    t.ok(firm.id not in str(as_first.request("GET", DUTY).json()), "and gone")


@case
def sos_record_is_whole(t):
    """Every row of it is a leaf."""
    t.req("NI-T3-8")
    for table in ("sos", "sos_step", "duty_person"):
        n = node.psql(f"SELECT count(*), count(l.row_id) FROM {table} s LEFT JOIN audit_leaf l ON"
                      f" l.row_id = s.id AND l.table_name = '{table}'").split("|")
        t.eq(n[0], n[1], table)
        t.ok(int(n[0]) > 2, "rows", n[0])
    n = node.psql("SELECT count(*) FROM access_record WHERE route = 'sos.press' AND outcome = 'ok'")
    t.ok(int(n) >= int(node.psql("SELECT count(*) FROM sos")), "each press is on record", n)


def close_all():
    for s in as_first.request("GET", SOS).json()["items"]:
        act(as_first, s["sos"], "close")


def fini():
    nodes.__exit__(None, None, None)
    for one in (mail, certs):
        one.__exit__(None, None, None)


if __name__ == "__main__":
    for name, value in (("sos.undo_s", UNDO_S), ("sos.wait_open_s", WAIT_S), ("sos.wait_closed_s", WAIT_S)):
        set_to(name, value)
    for position, account in enumerate((first, third, second), 1):
        duty(account, position)
    for account, session in ((first, as_first), (second, as_second), (board, as_board)):
        ready(account, session)
    main(__file__, fini)
