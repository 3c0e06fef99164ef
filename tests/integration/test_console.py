#!/usr/bin/python3
# tests/run: left 200
"""Those who watch over children, on a whole node through the front: the console, contacts that the node
notices and those that staff note, steps 0 to 4, hand-over notes, the alarm of a floor without staff, the
door that waits for staff. Children are raw clients (tests/lib/visitor.py)."""
import datetime
import os
import sys
import tempfile
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib import handback  # noqa: E402
from lib.ibasho_node import Nodes  # noqa: E402
from lib.t import case, main  # noqa: E402
from lib.visitor import Visitor  # noqa: E402
from lib.ws_client import Late  # noqa: E402

nodes = node = board = supporter = colleague = firm = school_staff = outsider = None
logins, children = [], []
staff_login = colleague_login = None
JST = datetime.timezone(datetime.timedelta(hours=9))
CONSOLE = "/api/v1/console"
MISSING = str(uuid.uuid4())


def put(session, path, **body):
    reply = session.request("PUT", path, {"id": str(uuid.uuid4()), **body})
    assert reply.status // 100 == 2, reply
    return reply


def setting(name, value):
    put(board, f"/api/v1/settings/{name}", value=str(value))


def today(days=0):
    return (datetime.datetime.now(JST) + datetime.timedelta(days=days)).date().isoformat()


def stamp(days):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")


def set_up():
    global board, supporter, colleague, firm, school_staff, outsider, staff_login, colleague_login
    board = node.sign_in(node.account("commissioner", display_name="きょうい"))
    put(board, "/api/v1/contract", title="見本の契約", contractor="受託者", begins_on="2020-04-01",
        ends_on="2090-03-31", n_student=400, n_staff=100, n_guardian=0)
    for days in range(2):
        put(board, "/api/v1/hours/days", day=today(days), slots=[{"from": "00:00", "to": "24:00"}])
    staff_login = node.account("supporter", display_name="しえんいん")
    colleague_login = node.account("supporter", display_name="どうりょう")
    supporter, colleague = node.sign_in(staff_login), node.sign_in(colleague_login)
    firm = node.sign_in(node.account("contractor"))
    mine, other = str(uuid.uuid4()), str(uuid.uuid4())
    for school, name in ((mine, "北の小"), (other, "南の小")):
        reply = board.request("POST", "/api/v1/schools", {"id": school, "name": name})
        assert reply.status == 200, reply
    for i in range(5):
        login = node.account("student", display_name=f"こども{i}")
        logins.append(login)
        if i < 2:
            of_school(login, mine)
        children.append(node.sign_in(login))
    school_staff, outsider = (teacher(s) for s in (mine, other))


def of_school(login, school):
    node.psql(f"UPDATE account SET school = '{school}' WHERE id = '{login.id}';"
              f"UPDATE person SET school = '{school}' WHERE id = '{login.id}'")


def teacher(school):
    login = node.account("school_staff")
    of_school(login, school)
    reply = board.request("POST", f"/api/v1/people/{login.id}/rights",
                          {"id": str(uuid.uuid4()), "right": "manager", "school": school})
    assert reply.status // 100 == 2, reply
    return node.sign_in(login)


def visitor(who, floor="plaza", **more):
    v = Visitor(node, children[who] if isinstance(who, int) else who)
    if floor is not None:
        v.enter(floor=floor, **more)
        v.wait("floor.here")
    return v


def console(session=None):
    reply = (session or supporter).request("GET", CONSOLE)
    assert reply.status == 200, reply
    return reply.json()


def row(i, session=None):
    rows = {r["account"]: r for r in console(session)["rows"]}
    return rows.get(logins[i].id)


def until(what, seconds=10):
    """Until it is true; its value."""
    end = time.monotonic() + seconds
    while True:
        value = what()
        if value or time.monotonic() > end:
            return value
        time.sleep(0.1)


def note(session, i, kind="call", **more):
    return session.request("POST", "/api/v1/contacts",
                           {"id": str(uuid.uuid4()), "child": logins[i].id, "kind": kind, **more})


def child(session, i):
    return session.request("GET", f"/api/v1/children/{logins[i].id}")


def step(session, i, n, kind, **more):
    return session.request("POST", f"/api/v1/children/{logins[i].id}/steps",
                           {"id": str(uuid.uuid4()), "step": n, "kind": kind, "on": today(), **more})


def seat_of(v, name):
    return v.until(lambda: next((s for s, p in v.floor.people.items() if p["name"] == name), None),
                   what=name)


def contacts_of(i):
    return node.psql(f"SELECT kind, is_peer, is_answered FROM contact WHERE child = '{logins[i].id}'"
                     " ORDER BY at, id").splitlines()


@case
def a_row_a_child_for_those_who_watch(t):
    t.req("AI-2.7-エ")
    t.req("AI-4.4-カ-ハ-2")
    with visitor(supporter, None) as s, visitor(0) as a, visitor(2, "quiet", rung="watch"):
        s.wait("console", 4)
        rows = until(lambda: (lambda c: c if len(c["rows"]) == 2 else None)(console()))
        t.ok(rows, "two children")
        first = row(0)
        t.eq((first["name"], first["login"], first["floor"], first["room"] if "room" in first else None),
             ("こども0", logins[0].login, "plaza", None), "name, ID, place")
        t.eq((first["state"], first["rung"], first["with"], first["is_cut"]), ("talk", "text", [], False),
             "how he is there")
        t.eq((first["alone_min"], first["is_alone"], "contact_min" in first), (0, False, False),
             "no contact is known of him")
        t.eq(row(2)["rung"], "watch", "only to watch is a whole visit")
        floors = {f["id"]: f for f in console()["floors"]}
        t.eq((floors["plaza"]["n_children"], floors["plaza"]["n_staff"]), (1, 0), "floors")
        t.ok("staffless_since" in floors["plaza"], "nobody watches there")
        s.enter(floor="plaza")
        t.ok(until(lambda: "staffless_since" not in
                   {f["id"]: f for f in console()["floors"]}["plaza"], 4), "now somebody does")
        a.cut()
        t.ok(until(lambda: row(0)["is_cut"], 9), "a line that is cut")
    t.ok(until(lambda: row(2) is None, 4), "who left is not in it")


@case
def others_see_what_they_may_and_children_nothing(t):
    t.req("AI-4.4-カ-オ")
    t.req("KP-2-4-5")
    with visitor(0), visitor(3):
        until(lambda: row(0) and row(3))
        hidden = children[1].request("GET", f"/api/v1/nothing/{MISSING}").body
        for session in (children[0], children[1]):
            for method, path, body in (
                    ("GET", CONSOLE, None), ("GET", f"/api/v1/children/{logins[0].id}", None),
                    ("GET", "/api/v1/handovers", None),
                    ("POST", "/api/v1/contacts", {"id": MISSING, "child": logins[0].id, "kind": "call"}),
                    ("POST", f"/api/v1/children/{logins[0].id}/steps",
                     {"id": MISSING, "step": 2, "kind": "class", "on": today()})):
                reply = session.request(method, path, body)
                t.eq((reply.status, reply.body), (404, hidden), f"a child: {method} {path}")
        for session, want in ((school_staff, [logins[0].id]), (outsider, [])):
            t.eq([r["account"] for r in console(session)["rows"]], want, "the school: its own by duty")
        t.eq(child(outsider, 0).body, outsider.request("GET", f"/api/v1/children/{MISSING}").body,
             "another school's child is as none")
        t.eq(child(outsider, 0).status, 404, "not found")
        t.eq(note(outsider, 0).status, 404, "nor is anything noted of him")
        t.eq(child(school_staff, 0).status, 200, "its own")
        t.eq(school_staff.request("GET", "/api/v1/handovers").status, 404, "notes of the watch are not its")
        t.eq(supporter.request("GET", f"/api/v1/children/{staff_login.id}").status, 404, "an adult is no child")


@case
def a_word_and_its_answer_are_a_contact(t):
    """Addressed on the floor, then in a talk; silence and presence are none."""
    t.req("KP-2-1")
    t.req("AI-4.4-カ-ハ-2")
    with visitor(0) as a, visitor(supporter) as s, visitor(1) as b:
        s.command("chat.say", line=str(uuid.uuid4()), text="こんにちは", to=seat_of(s, "こども0"))
        s.command("chat.say", line=str(uuid.uuid4()), text="みんなこんにちは")
        b.command("chat.say", line=str(uuid.uuid4()), text="こんにちは")
        time.sleep(2.5)
        t.eq((contacts_of(0), contacts_of(1)), ([], []), "a word alone is none, nor one to nobody")
        t.ok("contact_min" not in row(0), "nor on the console")
        s.forget("console")
        a.command("chat.say", line=str(uuid.uuid4()), text="はい", to=seat_of(a, "しえんいん"))
        t.ok(until(lambda: contacts_of(0) == ["auto|f|t"], 5), "the answer makes one")
        t.eq(row(0).get("contact_min"), 0, "and the console has it")
        s.wait("console", 4)
        s.command("chat.say", line=str(uuid.uuid4()), text="げんき？", to=seat_of(s, "こども0"))
        talk = b.command("talk.ask", seat=seat_of(b, "しえんいん"))["talk"]
        s.wait("talk.open", where=lambda of: of["talk"] == talk)
        t.ok(until(lambda: [w["name"] for w in row(1)["with"]] == ["しえんいん"], 4), "with whom he talks")
        b.command("talk.say", talk=talk, line=str(uuid.uuid4()), text="あのね")
        s.command("talk.say", talk=talk, line=str(uuid.uuid4()), text="うん")
        # The row is written within a second, or found in the record of lines after a crash.
        was = node.kill("node")
        node.wait_back("node", was)
        node.wait_answer()
    t.ok(until(lambda: contacts_of(1) == ["auto|f|t"], 30), "the one before the crash is there")
    t.ok(until(lambda: supporter.request("GET", CONSOLE).status == 200, 30), "the place is open again")
    t.eq(contacts_of(0), ["auto|f|t"], "one conversation, one row")
    shown = until(lambda: child(supporter, 1).json()["contacts"])
    t.eq([(c["kind"], c["other_name"], "by" in c) for c in shown], [("auto", "しえんいん", False)], "shown")
    with visitor(1):
        t.ok(until(lambda: row(1) and "contact_min" in row(1), 5), "known again after the start")


@case
def staff_note_a_contact_in_one_tap(t):
    t.req("AI-4.4-カ-ハ-2")
    with visitor(2):
        until(lambda: row(2))
        t.eq(note(supporter, 2, is_answered=False).status, 201, "called, no answer yet")
        t.ok("contact_min" not in row(2), "that is no two-way contact")
        body = {"id": str(uuid.uuid4()), "child": logins[2].id, "kind": "call", "text": "ほんの話をした"}
        first = supporter.request("POST", "/api/v1/contacts", body)
        again = supporter.request("POST", "/api/v1/contacts", body)
        t.eq((first.status, again.status, first.json()["contact"]), (201, 201, body["id"]), "the same id")
        t.eq(row(2)["contact_min"], 0, "on the console at once")
        t.eq(contacts_of(2), ["call|f|f", "call|f|t"], "sent twice is noted once")
        t.eq([supporter.request("POST", "/api/v1/contacts", {**body, **other}).status for other in
              ({"text": "べつの話"}, {"kind": "visit"}, {"is_answered": not body.get("is_answered", True)})],
             [409] * 3, "the id stands for that one alone")
        t.eq(colleague.request("POST", "/api/v1/contacts", {**body, "child": logins[3].id}).status, 409,
             "nor is an id used for another child")
    texts = {s: child(s, 2).json()["contacts"][0].get("text")
             for s in (supporter, board, colleague, firm)}
    t.eq([texts[s] for s in (supporter, board, colleague, firm)],
         ["ほんの話をした", "ほんの話をした", None, None], "its words: who wrote them, and the board")
    t.eq(node.psql("SELECT count(*) FROM contact WHERE position('ほん'::bytea in text_sealed) > 0"), "0",
         "sealed")
    for bad in ({"kind": "auto"}, {"at": stamp(1)}, {"at": stamp(-40)}, {"text": "あ" * 501}):
        t.eq(note(supporter, 2, **{"kind": "call", **bad}).status, 422, f"refused: {list(bad)}")
    t.eq(note(supporter, 2, child=MISSING).status, 404, "a child there is not")
    t.eq(node.psql("SELECT count(*) FROM contact"), node.psql(
        "SELECT count(*) FROM audit_leaf WHERE table_name = 'contact'"), "each is a leaf")


@case
def steps_are_noted_gone_back_from_and_never_erased(t):
    t.req("KP-2-4-0")
    t.req("KP-2-4-1")
    t.req("KP-2-4-2")
    t.req("KP-2-4-3")
    t.req("KP-2-4-4")
    t.req("KP-2-4-5")
    t.ok("step" not in child(supporter, 4).json(), "he never came")
    with visitor(4):
        shown = until(lambda: child(supporter, 4).json().get("steps"))
        t.eq([(s["step"], s["on"], s["kind"]) for s in shown], [(0, today(), "auto")], "the first entry")
    for days in (-1, -8, -15):
        t.eq(note(supporter, 4, "phone", at=stamp(days)).status, 201, "a call each week")
    t.eq((child(supporter, 4).json()["weeks"], child(supporter, 4).json()["step"]), (3, 0), "three weeks")
    node.restart()
    node.wait_answer()
    t.ok(until(lambda: child(supporter, 4).json().get("step") == 1, 30), "regular contact, by the job")
    t.eq(node.psql(f"SELECT step, kind, is_back FROM care_step WHERE child = '{logins[4].id}' ORDER BY n"),
         "0|auto|f\n1|auto|f", "as rows")
    t.eq(step(supporter, 4, 2, "class").status, 201, "staff note the second")
    for session, who in ((supporter, "a supporter"), (board, "the board"), (firm, "the firm")):
        t.eq(step(session, 4, 3, "separate_room", place="相談室").status, 403, f"not by {who}")
    t.eq(step(school_staff, 4, 3, "separate_room", place="相談室").status, 404, "a child of no school")
    t.eq(step(school_staff, 0, 3, "separate_room").status, 422, "step 3 has a place")
    t.eq(step(school_staff, 0, 3, "classroom", place="1組").status, 422, "a kind of another step")
    t.eq(step(school_staff, 0, 3, "separate_room", place="相談室", on=today(1)).status, 422, "a day to come")
    t.eq(step(school_staff, 0, 1, "auto").status, 403, "step 1 is the node's")
    t.eq(step(school_staff, 0, 4, "classroom", is_back=True).status, 409, "nothing to go back from")
    reply = step(school_staff, 0, 3, "separate_room", place="相談室となりの部屋")
    t.eq((reply.status, reply.json()["step"]), (201, 3), "noted")
    t.eq(step(school_staff, 0, 4, "outing").json()["step"], 4, "on to four")
    t.eq(step(school_staff, 0, 4, "outing", is_back=True).json()["step"], 3, "back to three")
    past = child(school_staff, 0).json()
    t.eq([(s["step"], s["is_back"]) for s in past["steps"] if s["step"] > 2],
         [(3, False), (4, False), (4, True)], "all of it stands")
    places = [next(s for s in child(x, 0).json()["steps"] if s["step"] == 3).get("place")
              for x in (school_staff, board, supporter, firm)]
    t.eq(places, ["相談室となりの部屋", "相談室となりの部屋", None, None], "where: the school and the board")
    t.eq(node.psql("SELECT count(*) FROM care_step WHERE position('相談'::bytea in place_sealed) > 0"), "0",
         "sealed")
    t.ok('"step' not in children[0].request("GET", "/api/v1/me").body.decode(), "he does not see it")


@case
def what_one_shift_leaves_to_the_next(t):
    body = {"id": str(uuid.uuid4()), "text": "こども3は\n図工の話をしたがっています"}
    t.eq(supporter.request("POST", "/api/v1/handovers", body).status, 201, "left")
    t.eq(supporter.request("POST", "/api/v1/handovers", body).status, 201, "sent again")
    t.eq(colleague.request("POST", "/api/v1/handovers", body).status, 409, "not by another")
    t.eq(supporter.request("POST", "/api/v1/handovers", {**body, "text": "べつのこと"}).status, 409,
         "nor for another text")
    listed = colleague.request("GET", "/api/v1/handovers").json()["items"]
    t.eq([(h["text"], h["by_name"], h["day"]) for h in listed], [(body["text"], "しえんいん", today())], "once")
    t.eq(console(colleague)["handover"]["text"], body["text"], "the newest stands on the console")
    t.ok("handover" not in console(school_staff), "not for the school")
    t.eq(node.psql("SELECT count(*) FROM handover WHERE position('図工'::bytea in text_sealed) > 0"), "0",
         "sealed")
    for bad in ({"text": ""}, {"text": "あ" * 2001}, {"text": "あ", "day": today(1)},
                {"text": "あ", "day": "きのう"}):
        reply = supporter.request("POST", "/api/v1/handovers", {"id": str(uuid.uuid4()), **bad})
        t.eq(reply.status, 422, f"refused: {bad['text'][:3]} {bad.get('day', '')}")
    for n in range(51):
        supporter.request("POST", "/api/v1/handovers", {"id": str(uuid.uuid4()), "text": f"その{n}"})
    first = supporter.request("GET", "/api/v1/handovers").json()
    rest = supporter.request("GET", "/api/v1/handovers?before=" + first["next"]).json()
    t.eq((len(first["items"]), len(rest["items"]), "next" in rest), (50, 2, False), "a page at a time")


@case
def a_console_is_told_at_most_once_a_second_and_recorded_once_an_hour(t):
    with visitor(supporter, None) as s:
        with visitor(0) as a:
            until(lambda: row(0))
            s.forget("console")
            begun = time.monotonic()
            for i in range(20):
                a.command("me.state", state=("alone", "talk")[i % 2])
                time.sleep(0.15)
            took = time.monotonic() - begun
            n = len(s.seen("console"))
            t.ok(1 <= n <= took + 1.5, "told once a second", f"{n} in {took:.1f} s")
            time.sleep(2.2)
            s.forget("console")
            time.sleep(3)
            t.eq(len(s.seen("console")), 0, "nothing changes, nothing is said")
            count = "SELECT count(*) FROM access_record WHERE route = 'console.show' AND account ="
            before = node.psql(f"{count} '{staff_login.id}'")
            for _ in range(10):
                console()
            t.eq(node.psql(f"{count} '{staff_login.id}'"), before, "ten looks more, no record more")
        with visitor(3):
            until(lambda: row(3))
            t.ok(int(node.psql(f"{count} '{staff_login.id}'")) <= int(before) + 1, "a child not shown yet: one")


@case
def nobody_watches_a_floor(t):
    """In real time: the setting's least is a minute."""
    t.req("AI-4.4-カ-ア")
    setting("care.staffless_min", 1)
    setting("care.alone_min", 1)
    with visitor(supporter, None) as s, visitor(2), visitor(0) as a, visitor(colleague) as c:
        until(lambda: row(0) and row(2))
        c.command("chat.say", line=str(uuid.uuid4()), text="こんにちは", to=seat_of(c, "こども0"))
        a.command("chat.say", line=str(uuid.uuid4()), text="はい", to=seat_of(a, "どうりょう"))
        c.command("place.leave")
        try:
            s.wait("staffless", 50)
            t.ok(False, "too early")
        except Late:
            pass
        told = s.wait("staffless", 25)
        t.eq(told["floor"], "plaza", "told to staff, in the lobby too")
        t.ok(until(lambda: node.psql("SELECT kind, floor, urgency FROM incident WHERE kind = 'staffless'")
                   == "staffless|plaza|3", 5), "an incident for those on duty")
        t.ok(until(lambda: row(2)["is_alone"], 15), "who has been alone so long is marked")
        t.ok(row(0)["alone_min"] <= row(2)["alone_min"], "a contact counts anew")
        time.sleep(3)
        t.eq(len(s.seen("staffless")), 0, "once")
        t.eq(console()["n_incidents"], 1, "and counted on the console")
    setting("care.staffless_min", 3)
    setting("care.alone_min", 10)


@case
def the_door_waits_for_staff_where_it_shall(t):
    t.req("AI-4.4-カ-ア")
    setting("care.hold_entries", "true")
    time.sleep(1.5)
    with Visitor(node, children[0]) as a:
        t.eq(a.enter(floor="plaza")["kind"], "waiting", "nobody is there who watches")
        with visitor(supporter, "quiet"):
            here = a.wait("floor.here", 5)
            t.eq(here["floor"], "plaza", "staff came in: so does he")
        time.sleep(2)
        with Visitor(node, children[2]) as b:
            t.eq(b.enter(floor="plaza")["kind"], "waiting", "they left: the next waits")
            t.eq(a.me()["name"], "こども0", "who is inside stays")
            setting("care.hold_entries", "false")
            b.wait("floor.here", 6)


@case
def all_of_it_is_in_the_log_that_can_be_proved(t):
    t.req("NI-T3-8")
    note(supporter, 3, text="あした話す")
    with tempfile.TemporaryDirectory() as scratch:
        path = scratch + "/export"
        node.cli("log", "export", "--to", path)
        key = node.cli("log", "key").stdout.strip()
        done = node.cli("verify", "log", path, "--key", key, "--checkpoints",
                        node.data_dir + "/checkpoints.log")
        t.ok("異常はありません" in done.stdout, "clean", done.stdout)
        with open(path, encoding="utf-8") as f:
            text = f.read()
        for table in ("contact", "handover"):
            t.ok(f'"{table}"' in text, f"leaves of {table}")


@case
def all_of_this_can_be_handed_back(t):
    t.req("KP-3-調達-4")
    handback.opens_everything(t, node)


if __name__ == "__main__":
    with Nodes("aozora", env={"IBASHO_PLACE_HOLD_S": "10", "IBASHO_PLACE_LOST_S": "8"}) as nodes:
        node = nodes["aozora"]
        set_up()
        main(__file__)
