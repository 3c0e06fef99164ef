#!/usr/bin/python3
# tests/run: left 150
"""Incidents on a whole node (AI-4.4-カ-ハ-1a, AI-4.4-カ-ハ-1b, KP-3-安全-4): a warning with the quoted line, to
that child alone; a cry for help in a line; grave ones told to the persons on duty within a minute and to
the next one when nobody reads them, also when mail was down and the node was killed; procedures."""
import datetime
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

INCIDENTS, WARNINGS, DUTY = "/api/v1/incidents", "/api/v1/warnings", "/api/v1/duty"
JST = datetime.timezone(datetime.timedelta(hours=9))
certs = Certs().__enter__()
mail = MailServer(certs).__enter__()
nodes = Nodes("aozora", env=mail.env(IBASHO_NOTIFY_RETRY_FIRST_S="1", IBASHO_NOTIFY_RETRY_MOST_S="2"))
node = nodes.__enter__()["aozora"]
CANARY, CRY = "かなりやの子", "もう死にたい"
child, sibling = node.account("student", display_name=CANARY), node.account("student")
board, boss, helper = node.account("commissioner"), node.account("commissioner"), node.account("supporter")
as_child, as_sibling = node.sign_in(child), node.sign_in(sibling)
as_board, as_boss, as_helper = node.sign_in(board), node.sign_in(boss), node.sign_in(helper)
BOARD, BOSS = "board@example.jp", "boss@example.jp"


def wait(what, seconds=15):
    """Until it is true; its value."""
    until = time.monotonic() + seconds
    while True:
        value = what()
        if value or time.monotonic() > until:
            return value
        time.sleep(0.05)


def done(reply):
    assert reply.status // 100 == 2, reply
    return reply


def report(session=None, incident=None, **more):
    body = {"id": incident or str(uuid.uuid4()), "kind": "manual", "urgency": 1, "severity": 1, **more}
    return body["id"], (session or as_helper).request("POST", INCIDENTS, body)


def show(incident, session=None):
    return (session or as_helper).request("GET", f"{INCIDENTS}/{incident}")


def act(session, incident, what, **more):
    return session.request("POST", f"{INCIDENTS}/{incident}/act",
                           {"id": str(uuid.uuid4()), "act": what, **more})


def acts(incident):
    return [s["act"] for s in show(incident).json()["steps"]]


def warn(session=None, account=None, **more):
    body = {"id": str(uuid.uuid4()), "account": (account or child).id, "template": "hurt", "urgency": 1,
            "severity": 1, **more}
    return (session or as_helper).request("POST", WARNINGS, body)


def minutes_pass(incident, n):
    """As if the last word to somebody lay so far back."""
    node.psql(f"UPDATE incident_step SET at = at - interval '{n} min' WHERE incident = '{incident}';"
              f" UPDATE duty_call SET due_at = due_at - interval '{n} min' WHERE id = '{incident}'")


def token_of(one):
    return re.search(r"/#/n/([A-Za-z0-9_-]{43})\s", one.message.get_content()).group(1)


def n_of(address):
    return len(mail.to(address))


def ready(account, session, address, position):
    done(as_board.request("POST", "/api/v1/notify/receivers", {
        "id": str(uuid.uuid4()), "account": account.id, "channel": "mail", "address": address,
        "kinds": ["sos", "incident"]}))
    one = wait(lambda: mail.to(address))[-1]
    done(session.request("POST", "/api/v1/notify/open", {"token": token_of(one)}))
    done(as_board.request("POST", DUTY, {"id": str(uuid.uuid4()), "purpose": "incident",
                                         "account": account.id, "position": position, "is_on": True}))


def open_place():
    done(as_board.request("PUT", "/api/v1/contract", {
        "id": str(uuid.uuid4()), "title": "見本の契約", "contractor": "受託者", "begins_on": "2020-04-01",
        "ends_on": "2090-03-31", "n_student": 400, "n_staff": 100, "n_guardian": 0}))
    for days in range(2):
        day = (datetime.datetime.now(JST) + datetime.timedelta(days=days)).date()
        done(as_board.request("PUT", "/api/v1/hours/days", {
            "id": str(uuid.uuid4()), "day": day.isoformat(), "slots": [{"from": "00:00", "to": "24:00"}]}))


def on_floor(session):
    v = Visitor(node, session)
    v.enter(floor="plaza", rung="text")
    v.wait("floor.here")
    return v


@case
def incident_grave_ones_go_to_the_named_persons(t):
    t.req("AI-4.4-カ-ハ-1b")
    ready(board, as_board, BOARD, 1)
    ready(boss, as_boss, BOSS, 2)
    for grade in ((1, 1), (2, 2)):
        incident, reply = report(urgency=grade[0], severity=grade[1], text="少し心配", account=child.id)
        t.eq(reply.status, 201, "reported")
    time.sleep(2.5)
    t.eq((n_of(BOARD), n_of(BOSS)), (1, 1), "what is not grave goes to nobody by mail")
    for grade in ((3, 1), (1, 3)):
        n_board, n_boss, began = n_of(BOARD), n_of(BOSS), time.monotonic()
        with Visitor(node, as_helper) as console:
            incident, _ = report(urgency=grade[0], severity=grade[1], text="けがをさせた", account=child.id)
            said = console.wait("incident.new")
        t.eq((said["incident"], said["kind"], said["urgency"], said["severity"]),
             (incident, "manual", *grade), "consoles hear of it")
        t.ok(wait(lambda: n_of(BOARD) > n_board, 60), "the first has it within a minute")
        t.note(f"mail {time.monotonic() - began:.1f} s after the report")
        t.eq(act(as_helper, incident, "read").json()["state"], "read", "a supporter reads it")
        minutes_pass(incident, 14)
        time.sleep(2.5)
        t.eq(n_of(BOSS), n_boss, "14 minutes: nobody else")
        minutes_pass(incident, 2)
        t.ok(wait(lambda: n_of(BOSS) > n_boss), "16: the next, for none of the named has read it")
        t.eq(acts(incident), ["sent", "read", "sent"], "in the record")
        opened = as_boss.request("POST", "/api/v1/notify/open", {"token": token_of(mail.to(BOSS)[-1])})
        t.eq(opened.json(), {"kind": "incident", "link": f"incident/{incident}"}, "the link leads there")
        t.eq(show(incident, as_boss).json()["text"], "けがをさせた", "what was written")
        before = n_of(BOARD), n_of(BOSS)
        minutes_pass(incident, 20)
        time.sleep(2.5)
        t.eq((n_of(BOARD), n_of(BOSS)), before, "opened is read: nobody else is told")
        t.ok([s for s in show(incident).json()["steps"] if s.get("told") == boss.id and "opened_at" in s],
             "the receipt is seen")


@case
def incident_read_by_a_named_person_ends_it(t):
    t.req("AI-4.4-カ-ハ-1b")
    n = n_of(BOARD), n_of(BOSS)
    incident, _ = report(urgency=3, severity=3)
    wait(lambda: n_of(BOARD) > n[0])
    t.eq(act(as_board, incident, "read").json()["state"], "read", "the named person reads")
    t.eq(node.psql(f"SELECT count(*) FROM duty_call WHERE id = '{incident}'"), "0", "nothing waits")
    t.eq(act(as_helper, incident, "take").json()["state"], "taken", "somebody takes it")
    t.eq(act(as_helper, incident, "note", text="話を聞いた").status, 200, "a note")
    t.eq(act(as_helper, incident, "note").status, 422, "not an empty one")
    t.eq(act(as_helper, incident, "close", text="解決").json()["state"], "closed", "closed")
    texts = [s.get("text") for s in show(incident).json()["steps"]]
    t.eq(texts, [None, None, None, "話を聞いた", "解決"], "the notes")
    t.ok(incident not in str(as_helper.request("GET", INCIDENTS).json()), "no longer open")
    t.ok(incident in str(as_helper.request("GET", INCIDENTS + "?state=all").json()), "but there")


@case
def incident_graded_up_is_reported(t):
    n = n_of(BOARD)
    incident, _ = report(urgency=1, severity=1, account=child.id)
    t.eq(act(as_helper, incident, "grade", urgency=3).status, 422, "both numbers")
    t.eq(act(as_helper, incident, "grade", urgency=4, severity=1).status, 422, "1 to 3")
    reply = act(as_helper, incident, "grade", urgency=3, severity=2).json()
    t.eq((reply["urgency"], reply["severity"]), (3, 2), "graver than thought")
    t.ok(wait(lambda: n_of(BOARD) > n), "the named person is told")
    t.eq(show(incident).json()["urgency"], 3, "as it is now")
    act(as_board, incident, "close")


@case
def incident_survives_mail_down_and_kill(t):
    t.req("AI-4.4-カ-ハ-1b")
    n = n_of(BOARD)
    mail.stop()
    incident, reply = report(urgency=3, severity=3, account=child.id)
    t.eq(reply.status, 201, "reported while mail is down")
    pid = node.kill("node")
    node.wait_back("node", pid)
    node.wait_answer()
    t.ok(wait(lambda: "sent" in acts(incident)), "put for the named person")
    mail.start()
    t.ok(wait(lambda: n_of(BOARD) > n, 30), "it comes when mail is back")
    t.eq(n_of(BOARD), n + 1, "once")
    same, again = report(incident=incident, urgency=3, severity=3, account=child.id)
    t.eq((again.status, node.psql(f"SELECT count(*) FROM incident WHERE id = '{incident}'")), (201, "1"),
         "sent again: the same")
    act(as_board, incident, "close")


@case
def warning_reaches_that_child_alone(t):
    t.req("AI-4.4-カ-ハ-1a")
    templates = as_helper.request("GET", WARNINGS + "/templates").json()["items"]
    t.ok(len(templates) >= 5 and all(x["title"] and x["text"] for x in templates), "texts stand ready")
    with on_floor(as_child) as me, on_floor(as_sibling) as other, on_floor(as_helper) as staff:
        line = str(uuid.uuid4())
        me.command("chat.say", line=line, text="となりの子はあっちいけ")
        reply = warn(template="alone", line=line)
        t.eq(reply.status, 201, "one act")
        said = me.wait("warned")
        t.eq((said["incident"], said["quoted"]), (reply.json()["incident"], "となりの子はあっちいけ"), "heard")
        t.eq(said["text"], next(x["text"] for x in templates if x["id"] == "alone"), "in its words")
        t.eq(staff.wait("incident.new")["kind"], "warning", "an incident opens")
        time.sleep(0.5)
        t.ok(b"warned" not in b"".join(other.heard), "nobody else hears of it")
        t.ok(b"incident.new" not in b"".join(other.heard + me.heard), "children hear of no incident")
        t.ok(helper.login.encode() not in b"".join(me.heard), "not who it was")
    shown = show(reply.json()["incident"]).json()
    t.eq((shown["quote"], shown["kind"], shown["template"], shown["line"]),
         ("となりの子はあっちいけ", "warning", "alone", line), "the line is kept with it")
    own = as_child.request("GET", WARNINGS + "/mine").json()["items"]
    t.eq([(w["incident"], w["text"], w["quoted"]) for w in own],
         [(reply.json()["incident"], said["text"], said["quoted"])], "it finds it again later")
    t.eq(as_sibling.request("GET", WARNINGS + "/mine").json()["items"], [], "its own alone")
    t.eq(as_helper.request("GET", WARNINGS + "/mine").status, 404, "staff have none")
    t.eq(warn(account=sibling, line=line).status, 422, "of another child it quotes nothing")
    t.eq(warn(line=str(uuid.uuid4())).status, 422, "no such line")
    t.eq(warn(template="none").status, 422, "no such text")
    t.eq(warn(account=board).status, 404, "adults are not warned")
    t.eq(warn(urgency=0).status, 422, "without urgency")


@case
def crisis_line_is_an_incident_and_a_card(t):
    """The alert stands before the line is acknowledged; a second person when nobody reads it."""
    t.req("AI-2.6-ウ")
    n_board, n_boss = n_of(BOARD), n_of(BOSS)
    with on_floor(as_child) as me, on_floor(as_helper) as staff:
        line = str(uuid.uuid4())
        me.command("chat.say", line=line, text=CRY)
        t.eq(node.psql(f"SELECT kind, urgency, severity FROM incident WHERE line = '{line}'"),
             "crisis|3|3", "with the answer to the line it is there")
        t.eq(me.wait("card")["kind"], "helpline", "the child gets the card")
        said = staff.wait("incident.new")
        t.eq((said["kind"], said["account"]), ("crisis", child.id), "staff hear at once")
    incident = said["incident"]
    t.ok(incident != line, "its id is not the child's to choose")
    t.eq(show(incident).json()["quote"], CRY, "as it was written")
    t.ok(wait(lambda: n_of(BOARD) > n_board), "the first")
    minutes_pass(incident, 6)
    t.ok(wait(lambda: n_of(BOSS) > n_boss), "nobody read it for five minutes: a second person")
    act(as_boss, incident, "take")
    t.ok(CRY not in node.psql("SELECT * FROM incident; SELECT * FROM incident_step"), "sealed")
    t.ok(CRY not in node.log("node"), "not in the log")


@case
def contact_line_is_an_incident_without_mail(t):
    t.req("AI-4.4-カ-ハ-1a")
    n = len(mail.mails)
    with on_floor(as_child) as me:
        line = str(uuid.uuid4())
        t.eq(me.command("chat.say", line=line, text="でんわは090-1234-5678だよ")["state"], "held", "held")
        time.sleep(0.3)
        t.ok(b'"card"' not in b"".join(me.heard), "no helpline for that")
    t.eq(node.psql(f"SELECT kind, urgency, severity FROM incident WHERE line = '{line}'"), "contact|2|1",
         "an incident")
    time.sleep(2)
    t.eq(len(mail.mails), n, "which wakes nobody")


@case
def procedure_is_a_timed_case_with_steps(t):
    t.req("KP-3-安全-4")
    cards = {c["id"]: c for c in as_helper.request("GET", "/api/v1/procedures").json()["items"]}
    t.eq(sorted(cards), ["bullying", "crisis", "harassment"], "three cards")
    t.ok(all(s["who"] and s["text"] for c in cards.values() for s in c["steps"]), "who does what")
    t.ok(all(any("within_min" in s for s in c["steps"]) for c in cards.values()), "by when")
    n = len(mail.mails)
    drill, _ = report(kind="drill", procedure="crisis", urgency=3, severity=3)
    t.eq(act(as_helper, drill, "tick", tick=1).status, 200, "the first step")
    t.eq(act(as_board, drill, "tick", tick=3).status, 200, "another, by another")
    t.eq(act(as_helper, drill, "tick", tick=9).status, 422, "no such step")
    t.eq(act(as_helper, drill, "tick").status, 422, "which")
    ticks = [(s["tick"], s["by"], bool(s["at"])) for s in show(drill).json()["steps"]]
    t.eq(ticks, [(1, helper.id, True), (3, board.id, True)], "each with its time")
    plain, _ = report()
    t.eq(act(as_helper, plain, "tick", tick=1).status, 422, "not without a procedure")
    t.eq(report(procedure="none")[1].status, 422, "no such procedure")
    time.sleep(2.5)
    t.eq(len(mail.mails), n, "a drill wakes nobody")
    t.eq(show(drill).json()["kind"], "drill", "and is told apart")


@case
def incident_is_not_there_for_others(t):
    about, _ = report(account=child.id, text="心配")
    nobody, _ = report(text="だれのことでもない")
    missing = str(uuid.uuid4())
    for session in (as_child, *(node.sign_in(node.account(r)) for r in
                                ("guardian", "instructor", "guest_teacher", "auditor", "analyst"))):
        for reply in (session.request("GET", INCIDENTS), show(about, session), act(session, about, "read"),
                      report(session)[1], warn(session), session.request("GET", WARNINGS + "/templates"),
                      session.request("GET", "/api/v1/procedures")):
            t.eq(reply.status, 404, "not there")
    school = node.sign_in(node.account("school_staff"))
    t.eq(school.request("GET", INCIDENTS + "?state=all").json()["items"], [], "a school without this child")
    for hidden in (about, nobody):
        t.eq(show(hidden, school).body, show(missing, school).body, "hidden is missing")
        t.eq(act(school, hidden, "read").status, 404, "to act on, too")
    t.eq(warn(school).status, 404, "no warning")
    t.eq(report(school)[1].status, 404, "no report")
    t.eq(show(missing).status, 404, "missing")
    t.eq(as_helper.request("GET", f"{INCIDENTS}?account={sibling.id}&state=all").json()["items"], [],
         "by child")
    page = as_helper.request("GET", f"{INCIDENTS}?account={child.id}&state=all").json()["items"]
    t.ok(page and all(i["account"] == child.id for i in page), "all of one", len(page))


@case
def incident_ids_stand_for_one_thing(t):
    """An id that comes again is the same once more; for anything else it is refused, so that nobody is told
    that it was done."""
    incident, _ = report(account=child.id, text="一度")
    body = {"id": incident, "kind": "manual", "urgency": 1, "severity": 1, "account": child.id, "text": "一度"}
    t.eq(as_helper.request("POST", INCIDENTS, body).status, 201, "sent again")
    for change in ({"urgency": 3}, {"account": sibling.id}, {"kind": "drill"}):
        t.eq(as_helper.request("POST", INCIDENTS, {**body, **change}).status, 409, f"{change}")
    t.eq(as_board.request("POST", INCIDENTS, body).status, 409, "another's")
    step = str(uuid.uuid4())
    note = {"id": step, "act": "note", "text": "一度"}
    for _ in range(2):
        t.eq(as_helper.request("POST", f"{INCIDENTS}/{incident}/act", note).status, 200, "a note, and again")
    for session, change in ((as_helper, {"act": "close"}), (as_board, {}),
                            (as_helper, {"act": "grade", "urgency": 3, "severity": 3})):
        t.eq(session.request("POST", f"{INCIDENTS}/{incident}/act", {**note, **change}).status, 409, f"{change}")
    t.eq((acts(incident), show(incident).json()["state"]), (["note"], "new"), "nothing else happened")
    first = warn(id=step)
    t.eq((first.status, warn(id=step).status), (201, 201), "a warning, and again")
    t.eq(warn(id=step, account=sibling).status, 409, "not as if another child had been warned")
    t.eq(as_sibling.request("GET", WARNINGS + "/mine").json()["items"], [], "who was not")


@case
def incident_about_staff_is_not_for_them(t):
    """Whom a report is about neither reads nor ends it, nor is he the one who is told."""
    other = node.sign_in(node.account("supporter"))
    before = as_helper.request("GET", INCIDENTS).body
    with Visitor(node, as_helper) as him, Visitor(node, other) as colleague:
        complaint, reply = report(as_board, account=helper.id, text="こまった職員のこと")
        t.eq(reply.status, 201, "reported")
        t.eq(colleague.wait("incident.new")["incident"], complaint, "colleagues hear of it")
        him.command("place.enter", floor="plaza", rung="text")
        t.ok(complaint.encode() not in b"".join(him.heard), "he does not")
    t.eq(as_helper.request("GET", INCIDENTS).body, before, "not in his list")
    missing = str(uuid.uuid4())
    t.eq(show(complaint).body, show(missing).body, "hidden is missing")
    for what in ("read", "take", "close"):
        t.eq(act(as_helper, complaint, what).body, act(as_helper, missing, what).body, f"no {what}")
    t.eq(show(complaint, as_boss).json()["text"], "こまった職員のこと", "the board reads it")
    own, _ = report(account=helper.id, text="わたしのまちがい")
    t.eq(show(own).json()["text"], "わたしのまちがい", "what he reported himself is his to see")
    duty = {"purpose": "incident", "account": helper.id, "position": 3}
    done(as_board.request("POST", DUTY, {"id": str(uuid.uuid4()), "is_on": True, **duty}))
    grave, _ = report(as_board, account=helper.id, urgency=3, text="すぐに見る")
    steps = lambda: show(grave, as_boss).json()["steps"]  # noqa: E731
    for n in (1, 2, 3):
        t.ok(wait(lambda n=n: len(steps()) >= n), f"word {n}")
        minutes_pass(grave, 16)
    t.eq([(s["act"], s.get("told")) for s in steps()][:3],
         [("sent", board.id), ("sent", boss.id), ("all", None)], "he is on duty, and passed over")
    t.eq(act(as_boss, grave, "read").json()["state"], "read", "it ends with another")
    done(as_board.request("POST", DUTY, {"id": str(uuid.uuid4()), "is_on": False, **duty}))


@case
def incident_record_is_whole(t):
    t.req("NI-T3-8")
    node.psql("DELETE FROM duty_call")
    for table in ("incident", "incident_step"):
        n = node.psql(f"SELECT count(*), count(l.row_id) FROM {table} s LEFT JOIN audit_leaf l ON"
                      f" l.row_id = s.id AND l.table_name = '{table}'").split("|")
        t.eq(n[0], n[1], table)
    log = node.log("node")
    t.ok(CANARY not in log and child.login not in log, "no name in the log")
    t.ok(all(CANARY.encode() not in m.bytes and child.id.encode() not in m.bytes for m in mail.mails),
         "no mail names anybody")


def fini():
    nodes.__exit__(None, None, None)
    for one in (mail, certs):
        one.__exit__(None, None, None)


if __name__ == "__main__":
    open_place()
    main(__file__, fini)
