#!/usr/bin/python3
# tests/run: left 150
"""Guest teachers between whole nodes: a card made at the prefecture's node, offered, approved and
declined; a lesson given to its teacher at the town's node, whose ID is good for that lesson alone; and
a third member, written in Python, that forges cards and answers."""
import datetime
import os
import sys
import tempfile
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib import fed_peer  # noqa: E402
from lib.fed_peer import Key, Listener, Request, Roots, SIGNED, b64url  # noqa: E402
from lib.fed_peer import answer_headers, pin_of, reading, send, write  # noqa: E402
from lib import handback  # noqa: E402
from lib.ibasho_node import Login, NodeError, Nodes  # noqa: E402
from lib.t import case, main  # noqa: E402
from lib.visitor import Visitor  # noqa: E402

ADMIN = "/api/v1/admin/federation"
OFFER, ANSWER = "/fed/v1/teachers/offer", "/fed/v1/teachers/answer"
JST = datetime.timezone(datetime.timedelta(hours=9))
TEXTS = {"name": "星野 そら", "field": "星と宇宙の話", "evidence": "県立天文台に十二年つとめています。",
         "times": "水曜の午前"}
folder = tempfile.TemporaryDirectory()
nodes = Nodes("pref", "aozora", env={"IBASHO_FEDERATION_POLL_S": "1", "IBASHO_FEDERATION_TIMEOUT_S": "5"})
pref, town = nodes["pref"], nodes["aozora"]
roots = Roots(folder.name)
ids, who, lessons = {}, {}, {}
evil_key = Key(folder.name, "evil-1")
ids["evil"] = str(uuid.uuid4())
evil = Listener(folder.name, "evil", evil_key)
card = {"id": str(uuid.uuid4()), "version": 0}
guest = {}


def new():
    return str(uuid.uuid4())


def wait_for(what, seconds=20):
    until = time.monotonic() + seconds
    while True:
        got = what()
        if got or time.monotonic() > until:
            return got
        time.sleep(0.05)


def ask(name, method, path, body=None, status=None):
    reply = who[name].request(method, path, body)
    if status is not None:
        assert reply.status == status, (name, method, path, body, reply)
    return reply


def act(name, path, status=200, **body):
    return ask(name, "POST", "/api/v1/teachers/" + path, {"id": new(), **body}, status).json()


def put(by, key=None, version=None, status=200, **texts):
    reply = ask(by, "PUT", f"/api/v1/teachers/{key or card['id']}", {
        "id": new(), "expected_version": card["version"] if version is None else version, **TEXTS, **texts}, status)
    return reply.json()


def seen(name, key=None):
    """The card, as that node's commissioner sees it; None: it is not there."""
    reply = ask(name, "GET", f"/api/v1/teachers/{key or card['id']}")
    return reply.json() if reply.status == 200 else None


def answer_at(name, node):
    return next((n["answer"] for n in seen(name)["nodes"] if n["node"] == ids[node]), None)


# ---- a federation of two nodes and a hostile member ----

def join(node, given):
    pin = pin_of(node.data_dir + "/front/federation.pem")
    endpoint = node.url("federation").removeprefix("https://").rstrip("/")
    reply = node.admin("POST", ADMIN + "/join", {"invitation": b64url(roots.invitation()), "endpoint": endpoint,
                                                 "name_ja": node.name, "spki": [{"sha256": b64url(pin)}]})
    asked = reading(reply.body)[0]
    ids[node.name] = asked["node"]
    key = asked["keys"][0]
    roots.member(asked["node"], node.name, endpoint, [pin], key["kid"],
                 fed_peer.base64.urlsafe_b64decode(key["ed25519"] + "="), given)


def evil_answers(handler, body):
    """Takes in whatever it is sent."""
    text = b'{"version":1}'
    write(handler, 200, answer_headers(evil_key, 200, "application/json", text, handler.headers), text)


def forged(path, node=None, **body):
    """What the hostile member says to the town; signed anew while the node is young."""
    node = node or town

    def once():
        request = Request(evil_key, method="POST", path=path, dest=ids[node.name], reg=roots.reg(),
                          authority=node.url("federation").removeprefix("https://").rstrip("/"),
                          body=fed_peer.json.dumps(body).encode())
        reply = send(request.authority, request)
        return reply if reply.status == 200 or reply.code() != "early-boot" else None
    return wait_for(once)


def offer_of(key, nodes_, version=1, core=1, withdrawn=False, **texts):
    return {"card": key, "version": version, "core_version": core, **TEXTS, **texts, "is_withdrawn": withdrawn,
            "nodes": [{"node": ids[n]} for n in nodes_]}


# ---- lessons of the town ----

def day(days=0):
    return (datetime.datetime.now(JST) + datetime.timedelta(days=days)).date().isoformat()


def plan(name, method, path, **body):
    return ask(name, method, path, {"id": new(), **body}).json()


def set_up_lessons():
    for name, role in (("child", "student"), ("other", "student"), ("supporter", "supporter"),
                       ("teacher", "instructor")):
        login = town.account(role, display_name={"child": "うさぎ", "other": "くま"}.get(name, name))
        who[name], ids[name] = town.sign_in(login), login.id
    plan("town", "PUT", "/api/v1/contract", title="見本の契約", contractor="受託者", begins_on="2020-04-01",
         ends_on="2090-03-31", n_student=400, n_staff=100, n_guardian=10)
    plan("town", "PUT", "/api/v1/settings/login.tries_per_minute", value="60")
    for days in range(2):
        plan("town", "PUT", "/api/v1/hours/days", day=day(days), slots=[{"from": "00:00", "to": "24:00"}])
        plan("supporter", "PUT", f"/api/v1/plan/days/{day(days)}", slots=[{"from": "00:00", "to": "23:59"}])
    made = plan("teacher", "POST", "/api/v1/courses", kind="guest", picture="star", has_hand=True, has_poll=True,
                has_question=True, title="星《ほし》の話《はなし》", summary="よるのそらをみます。")["course"]
    plan("town", "POST", f"/api/v1/courses/{made}/decide", decided=True, version=1, pages_version=0)
    for name, days in (("now", 0), ("later", 1)):
        lessons[name] = new()
        plan("supporter", "PUT", f"/api/v1/lessons/{lessons[name]}", day=day(days), slot=1, course=made,
             floor="classes", area="sun", sub_supports=False, main=ids["teacher"],
             supporters=[{"account": ids["supporter"]}], link="https://meet.example.jp/abc")
        ask("child", "PUT", f"/api/v1/my/lessons/{lessons[name]}", {"chosen": True}, 200)


def times(name, begins, ends):
    """The lesson's times from now, in minutes: the clock of the test is the node's own."""
    town.psql(f"UPDATE class_lesson SET from_at = now() + interval '{begins} minutes', to_at = now() + interval "
              f"'{ends} minutes' WHERE lesson = '{lessons[name]}'")


def version_of(name):
    return int(town.psql(f"SELECT max(version) FROM class_lesson WHERE lesson = '{lessons[name]}'"))


def staff_of(name):
    return town.psql("SELECT coalesce(string_agg(part || ':' || account::text, ' ' ORDER BY part, account), '') FROM "
                     f"class_lesson_staff WHERE lesson_version = (SELECT id FROM class_lesson WHERE lesson = "
                     f"'{lessons[name]}' ORDER BY version DESC LIMIT 1)")


def enters():
    """Signs in as the guest, whatever code he used last; None: refused."""
    town.psql(f"UPDATE account SET totp_last_step = -1, failed_tries = 0 WHERE id = '{card['id']}'")
    try:
        return town.sign_in(guest["login"])
    except NodeError as error:
        assert "wrong-sign-in" in str(error), error
        return None


def is_in(session):
    return session.request("GET", "/api/v1/session").status == 200 and \
        session.request("GET", "/api/v1/hours").status == 200


def share(lesson):
    """The lesson becomes a date of a series, offered to the third member, which accepts it."""
    series = new()
    course = town.psql(f"SELECT course FROM class_lesson WHERE lesson = '{lesson}' LIMIT 1")
    ask("town", "POST", "/api/v1/shared/series", {"id": series, "course": course, "floor": "plaza", "places": 10,
                                                  "rules": "", "lessons": [{"lesson": lesson}]}, 200)
    ask("town", "POST", f"/api/v1/shared/series/{series}/offer", {"id": new(), "node": ids["evil"], "places": 5}, 200)
    assert wait_for(lambda: [s for s in evil.seen if s[1].endswith("/series/offer")]), "the offer went out"
    reply = forged("/fed/v1/series/answer", series=series, answer="accepted")
    assert reply.status == 200, reply.body
    return series


def unsaid(node):
    return node.psql("SELECT count(*) FROM teacher_step s WHERE NOT EXISTS (SELECT FROM audit_leaf l WHERE l.row_id ="
                     " s.id AND l.table_name = 'teacher_step')")


def set_up():
    for node, given in ((pref, ["host", "guest", "coordinator"]), (town, ["host", "guest"])):
        join(node, given)
    roots.member(ids["evil"], "悪い町", evil.endpoint, [evil.pin], evil_key.kid, evil_key.public, ["guest"])
    text = roots.publish()
    for node in nodes:
        reply = node.admin("POST", ADMIN + "/registry", text, {"Content-Type": SIGNED})
        assert reply.status == 200, reply
    evil.answer = evil_answers
    who["pref"] = pref.sign_in(pref.account("commissioner", display_name="県の人"))
    who["maker"] = pref.sign_in(pref.account("contractor", display_name="受託の人"))
    who["town"] = town.sign_in(town.account("commissioner", display_name="市の人"))
    set_up_lessons()


@case
def a_card_is_made_and_offered(t):
    t.req("CARD-3")
    for bad, pointer in (({"name": ""}, "name"), ({"name": "ほし\u200bの"}, "name"), ({"name": "死ね"}, "name"),
                         ({"evidence": "電話は 090-1234-5678 です"}, "evidence"), ({"times": "x" * 401}, "times"),
                         ({"field": None}, "field"), ({"field": "a\u202eb"}, "field")):
        reply = put("maker", status=422, **bad)
        t.ok(pointer in reply["errors"][0]["pointer"], f"{bad}: {reply}")
    t.eq(put("maker", version=3, status=404)["code"], "not-found", "a version of nothing")
    op = new()
    body = {"id": op, "expected_version": 0, **TEXTS}
    path = f"/api/v1/teachers/{card['id']}"
    t.eq(ask("maker", "PUT", path, body).json()["version"], 1, "made")
    t.eq(ask("maker", "PUT", path, body).json()["version"], 1, "sent again, made once")
    t.eq(put("pref", version=0, status=409)["code"], "changed", "a card that is there is not made anew")
    card["version"] = 1
    mine = seen("pref")
    t.eq(put("maker", key=new(), version=0, evidence="一行め\n二行め\u200b")["version"], 1, "what may have lines has lines")
    t.eq(sorted(c["evidence"] for c in ask("pref", "GET", "/api/v1/teachers").json()["items"])[0], "一行め\n二行め",
         "and nothing that is not seen")
    t.eq({k: mine[k] for k in TEXTS}, TEXTS, "as it was written")
    t.eq((mine["is_own"], mine["answer"], mine["nodes"], mine["slots"]), (True, "none", [], []), "nobody answered yet")
    cards = ask("pref", "GET", "/api/v1/teachers").json()
    t.eq(sorted(m["node"] for m in cards["members"]), sorted([ids["aozora"], ids["evil"]]), "to whom it may go")
    t.eq(act("maker", f"{card['id']}/offer", 409, nodes=[{"node": new()}])["code"], "no-member", "not to anybody")
    act("maker", f"{card['id']}/offer", nodes=[{"node": ids["aozora"]}, {"node": ids["evil"]}])
    there = wait_for(lambda: seen("town"))
    t.eq(({k: there[k] for k in TEXTS}, there["is_own"], there["home_name"], there["answer"]),
         (TEXTS, False, "pref", "none"), "it came to the town")
    t.ok(wait_for(lambda: [s for s in evil.seen if s[1] == OFFER]), "and to the third")
    t.eq(put("town", version=1, status=409)["code"], "not-own", "the town cannot change it")
    t.eq(act("town", f"{card['id']}/withdraw", 409)["code"], "not-own", "nor withdraw it")
    t.ok(TEXTS["name"] not in town.psql("SELECT name_sealed::text FROM teacher_card"), "names are sealed")
    t.eq((unsaid(pref), unsaid(town)), ("0", "0"), "every step is a leaf")


@case
def who_may_not_sees_nothing(t):
    t.req("CARD-3")
    one = f"/api/v1/teachers/{card['id']}"
    for name in ("child", "supporter", "teacher"):
        for method, path in (("GET", "/api/v1/teachers"), ("GET", one), ("PUT", one), ("POST", one + "/withdraw"),
                             ("POST", one + "/offer"), ("POST", one + "/approve"), ("POST", one + "/slots"),
                             ("GET", f"/api/v1/teachers/lessons/{lessons['now']}"),
                             ("GET", f"/api/v1/my/roster?lesson={lessons['now']}")):
            t.eq(ask(name, method, path, None if method == "GET" else {"id": new()}).status, 404, f"{name} {path}")
    for path in ("approve", "decline"):
        t.eq(act("maker", f"{card['id']}/{path}", 404, version=1)["code"], "not-found", "the commissioner alone decides")
    for key in (new(), "x"):
        t.eq(ask("town", "GET", f"/api/v1/teachers/{key}").status, 404, "no such card")


@case
def forged_cards_and_answers(t):
    t.req("CARD-3")
    t.req("CARD-11")
    before = seen("town")
    for what, body, code in (
            ("another home's card", offer_of(card["id"], ["aozora"], 9, 9, name="にせもの"), "role-denied"),
            ("its withdrawal", offer_of(card["id"], ["aozora"], 9, 9, True), "role-denied"),
            ("with the id of a person of the town", offer_of(ids["child"], ["aozora"]), "role-denied"),
            ("a core of the future", offer_of(new(), ["aozora"], 1, 2), "bad-json"),
            ("a hidden character", offer_of(new(), ["aozora"], name="ほし\u202eの"), "bad-json"),
            ("an empty name", offer_of(new(), ["aozora"], name=""), "bad-json"),
            ("a field more", {**offer_of(new(), ["aozora"]), "email": "a@example.jp"}, "bad-json")):
        t.eq(forged(OFFER, **body).code(), code, what)
    t.eq(seen("town"), before, "nothing of it changed")
    t.eq(forged(OFFER, pref, **offer_of(card["id"], ["pref"], 9, 9)).code(), "role-denied", "nor at its home")
    own = new()
    t.eq(forged(OFFER, **offer_of(own, ["aozora"], 2, 2)).status, 200, "a card of its own it may offer")
    t.eq(forged(OFFER, **offer_of(own, ["aozora"], 1, 1, name="まえの なまえ")).json()["version"], 2, "an older one is late")
    t.eq(seen("town", own)["name"], TEXTS["name"], "and changes nothing")
    for field in ("name", "field", "evidence"):
        t.eq(forged(OFFER, **offer_of(own, ["aozora"], 3, 2, **{field: "べつのもの"})).code(), "bad-json",
             f"another {field} as if it were the same")
    t.eq(forged(OFFER, **offer_of(own, ["aozora"], 3, 1)).code(), "bad-json", "nor does an approval of before come back")
    t.eq(forged(OFFER, **offer_of(own, ["aozora"], 3, 2, True)).status, 200, "withdrawn")
    t.eq(act("town", f"{own}/approve", 409, version=3)["code"], "withdrawn", "it is not to be approved")
    kept = new()
    put("maker", key=kept, version=0)
    t.eq(forged(ANSWER, pref, card=kept, home=ids["pref"], version=1, answer="approved").code(), "role-denied",
         "an answer to what was never offered to it")
    t.eq(forged(ANSWER, card=new(), home=ids["pref"], version=1, answer="approved").status, 200, "early: the card may come later")
    t.eq(forged(ANSWER, card=card["id"], home=ids["evil"], version=1, answer="approved").code(), "role-denied",
         "of a card of another home by that name")
    t.eq(forged(ANSWER, card=card["id"], home=ids["pref"], version=1, answer="yes").code(), "bad-json", "no such answer")
    t.eq(town.psql(f"SELECT count(*) FROM teacher_answer WHERE is_own AND node <> '{ids['aozora']}'"), "0",
         "nobody answers for the town")
    t.eq((unsaid(pref), unsaid(town)), ("0", "0"), "every step is a leaf")


@case
def each_commissioner_answers_for_his_own(t):
    t.req("CARD-3")
    one = card["id"]
    t.eq(act("town", f"{one}/approve", 409, version=7)["code"], "changed", "not what he read")
    act("town", f"{one}/approve", version=1)
    t.ok(wait_for(lambda: answer_at("pref", "aozora") == "approved"), "its home hears", seen("pref"))
    t.ok(wait_for(lambda: [s for s in evil.seen if s[1] == ANSWER]), "and the third town, from the town itself")
    act("pref", f"{one}/approve", version=1)
    t.ok(wait_for(lambda: answer_at("town", "pref") == "approved"), "the home's own answer, too")
    t.eq(forged(ANSWER, card=one, home=ids["pref"], version=1, answer="approved").status, 200, "the third answers")
    t.eq(answer_at("town", "evil"), "approved", "for itself")
    card["version"] = put("maker", times="木曜の午後")["version"]
    t.ok(wait_for(lambda: seen("town")["times"] == "木曜の午後"), "a change comes")
    t.eq((seen("town")["answer"], seen("town")["core_version"]), ("approved", 1), "other times ask nobody again")
    card["version"] = put("maker", times="木曜の午後", evidence="天文台に三年つとめました。")["version"]
    t.ok(wait_for(lambda: seen("town")["answer"] == "changed"), "other evidence does", seen("town"))
    t.eq((answer_at("pref", "aozora"), answer_at("town", "pref")), ("changed", "changed"), "of everybody")
    t.eq(put("maker", version=1, status=409)["code"], "changed", "an old version is not written over")


@case
def all_of_this_can_be_handed_back(t):
    t.req("KP-3-調達-4")
    handback.opens_everything(t, nodes["aozora"])


@case
def a_lesson_is_given(t):
    t.req("CARD-3")
    one, lesson = card["id"], lessons["now"]
    times("now", 60, 120)
    shown = ask("town", "GET", f"/api/v1/teachers/lessons/{lesson}").json()
    mine = next(c for c in shown["cards"] if c["card"] == one)
    t.eq((mine["refusal"], shown["main_name"]), ("own-first", "teacher"), "approved anew first")
    give = {"lesson": lesson, "part": "main", "expected_version": version_of("now")}
    t.eq(act("town", f"{one}/slots", 409, **give)["code"], "own-first", "and not without")
    act("town", f"{one}/approve", version=card["version"])
    t.eq(act("town", f"{one}/slots", 409, **{**give, "expected_version": 9})["code"], "changed", "another plan")
    t.eq(act("town", f"{one}/slots", 404, **{**give, "lesson": new()})["code"], "not-found", "no lesson")
    op = new()
    made = act("town", f"{one}/slots", **give, id=op)
    t.eq((made["account"], made["account_state"]), (one, "approved"), "an ID of the card's own name")
    t.eq(act("town", f"{one}/slots", **give, id=op), made, "sent again")
    t.eq(act("town", f"{one}/slots", 409, **{**give, "expected_version": version_of("now")})["code"], "slot-there", "once")
    t.eq(staff_of("now"), " ".join([f"main:{one}", f"sub:{ids['teacher']}", f"support:{ids['supporter']}"]),
         "he teaches, who taught helps him")
    issued = ask("town", "POST", "/api/v1/people/issue", {"ids": [one], "first": "sheet"}, 200).json()["items"][0]
    guest["login"] = Login("guest_teacher", issued["login"], issued["first_password"], None, one)
    t.eq(town.psql(f"SELECT count(*) FROM account_step WHERE account = '{one}'"), "3", "asked for, approved, issued")
    t.eq(unsaid(town), "0", "every step is a leaf")


@case
def he_is_in_for_his_lesson_alone(t):
    t.req("CARD-3")
    times("now", 11, 60)
    t.eq(enters(), None, "eleven minutes before it he is not let in")
    times("now", 9, 60)
    session = enters()
    t.ok(session is not None and is_in(session), "nine minutes before he is")
    who["guest"] = session
    roster = ask("guest", "GET", f"/api/v1/my/roster?lesson={lessons['now']}", status=200).json()
    t.eq(roster, {"items": [{"name": "うさぎ", "town": "あおぞら市"}]}, "names and towns of who chose it, nothing else")
    for path in (f"/api/v1/my/roster?lesson={lessons['later']}", "/api/v1/my/roster", "/api/v1/people",
                 f"/api/v1/people/{ids['child']}", f"/api/v1/lessons/{lessons['now']}/attendance", "/api/v1/teachers",
                 "/api/v1/plan", f"/api/v1/lessons/{lessons['later']}/live", "/api/v1/courses"):
        t.eq(ask("guest", "GET", path).status, 404, path)
    shown = ask("guest", "GET", f"/api/v1/lessons/{lessons['now']}/live", status=200).json()
    t.eq(shown["state"]["is_instructor"], True, "the panel of his lesson")
    times("now", -5, 60)
    shown = ask("guest", "GET", f"/api/v1/lessons/{lessons['now']}/live", status=200).json()
    t.eq(shown.get("link"), "https://meet.example.jp/abc", "its link, while it is on")
    with Visitor(town, session) as v:
        t.eq(v.refused("place.enter", floor="plaza", rung="text"), "no-access", "no floor but his lesson's")
        t.ok(wait_for(lambda: v.refused("place.enter", floor="classes", rung="text") is None), "the floor of his lesson")
        act("town", f"{card['id']}/decline", version=card["version"])
        t.ok(wait_for(lambda: v.closed is not None, 5), "the approval is taken back: his line closes")
    t.eq(is_in(session), False, "and his session is over")
    t.ok(wait_for(lambda: answer_at("pref", "aozora") == "declined"), "his home hears")
    act("town", f"{card['id']}/approve", version=card["version"])
    t.eq(is_in(session), False, "approved again: that session stays over")


@case
def it_moves_and_ends_with_the_lesson(t):
    t.req("CARD-3")
    session = enters()
    t.ok(is_in(session), "in again")
    with Visitor(town, session) as v:
        times("now", 30, 90)
        t.eq(is_in(session), False, "moved to later: it is over at once")
        t.ok(wait_for(lambda: v.closed is not None, 6), "and his line is closed without an act")
    times("now", -30, 0)
    t.eq(is_in(session), False, "at its end he is out")
    t.eq(enters(), None, "and not let in")
    times("now", -5, 30)
    t.ok(is_in(session), "moved once more: on again")
    plan("supporter", "PUT", f"/api/v1/lessons/{lessons['now']}", day=day(), slot=1,
         course=town.psql(f"SELECT course FROM class_lesson WHERE lesson = '{lessons['now']}' LIMIT 1"), floor="classes",
         sub_supports=False, main=ids["teacher"], supporters=[{"account": ids["supporter"]}])
    t.eq(is_in(session), False, "another teaches it now")
    slot = next(s for s in seen("town")["slots"] if s["lesson"] == lessons["now"])
    t.eq(slot["is_given"], False, "and the card says so")
    act("town", f"slots/{slot['slot']}/end")
    act("town", f"{card['id']}/slots", lesson=lessons["now"], part="sub", expected_version=version_of("now"))
    times("now", -5, 30)
    session = enters()
    t.ok(is_in(session), "given anew, as a helper; the same ID")
    slot = next(s for s in seen("town")["slots"] if s["is_given"])
    act("town", f"slots/{slot['slot']}/end")
    t.eq(is_in(session), False, "taken back")
    t.ok(card["id"] not in staff_of("now"), "and out of its staff")
    act("town", f"{card['id']}/slots", lesson=lessons["now"], part="main", expected_version=version_of("now"))
    session = enters()
    t.ok(is_in(session), "once more")
    plan("supporter", "POST", f"/api/v1/lessons/{lessons['now']}/cancel")
    t.eq(is_in(session), False, "a cancelled lesson ends it")
    t.eq(act("town", f"{card['id']}/slots", 409, lesson=lessons["now"], part="main",
             expected_version=version_of("now"))["code"], "lesson-cancelled", "and gives none")


@case
def a_town_that_takes_part_must_have_approved(t):
    t.req("CARD-3")
    one, lesson = card["id"], lessons["later"]
    t.eq(forged(ANSWER, card=one, home=ids["pref"], version=card["version"], answer="declined").status, 200, "the third says no")
    series = share(lesson)
    shown = ask("town", "GET", f"/api/v1/teachers/lessons/{lesson}").json()
    mine = next(c for c in shown["cards"] if c["card"] == one)
    t.eq((mine["refusal"], mine["missing"]), ("not-approved", [{"name": "悪い町"}]), "it is said who has not")
    give = {"lesson": lesson, "part": "main", "expected_version": version_of("later")}
    t.eq(act("town", f"{one}/slots", 409, **give)["code"], "not-approved", "no slot")
    forged(ANSWER, card=one, home=ids["pref"], version=card["version"], answer="approved")
    act("town", f"{one}/slots", **give)
    times("later", -5, 30)
    session = enters()
    t.ok(is_in(session), "all have approved")
    floor = town.psql(f"SELECT floor FROM class_lesson WHERE lesson = '{lesson}' ORDER BY version DESC LIMIT 1")
    t.ok(floor.startswith("shared-"), "it is held on a floor of its own")
    with Visitor(town, session) as v:
        t.ok(wait_for(lambda: v.refused("place.enter", floor=floor, rung="text") is None), "to which he comes")
        t.eq([p["name"] for p in session.request("GET", f"/api/v1/my/roster?lesson={lesson}").json()["items"]], ["うさぎ"],
             "with the names of who chose it")
    forged(ANSWER, card=one, home=ids["pref"], version=card["version"], answer="declined")
    t.eq(is_in(session), False, "one town takes it back: it stands still")
    forged(ANSWER, card=one, home=ids["pref"], version=card["version"], answer="approved")
    t.ok(is_in(session), "until that town says yes")
    t.eq(forged("/fed/v1/series/answer", series=series, answer="left").status, 200, "that town leaves the series")
    forged(ANSWER, card=one, home=ids["pref"], version=card["version"], answer="declined")
    t.ok(is_in(session), "who takes part no more is not asked")


@case
def a_withdrawn_card_opens_nothing(t):
    t.req("CARD-3")
    session = enters()
    t.ok(is_in(session), "in")
    act("maker", f"{card['id']}/withdraw")
    t.ok(wait_for(lambda: not is_in(session)), "withdrawn at its home: over at the town")
    there = seen("town")
    t.eq(there["is_withdrawn"], True, "it says so")
    t.eq(act("town", f"{card['id']}/approve", 409, version=there["version"])["code"], "withdrawn", "no way back")
    t.eq(put("maker", version=there["version"], status=409)["code"], "withdrawn", "nor at its home")
    kinds = town.psql(f"SELECT DISTINCT kind FROM teacher_step WHERE card = '{card['id']}' ORDER BY 1").split()
    t.eq(kinds, ["approve", "decline", "heard", "receive", "slot", "slot_end"], "all of it is on record")
    t.eq((unsaid(pref), unsaid(town)), ("0", "0"), "every step is a leaf")
    town.psql("UPDATE teacher_card SET ended_at = ended_at - interval '366 days'")
    town.psql("INSERT INTO job (id, kind, payload, state, run_at, created_at) VALUES (gen_random_uuid(), 'retention.sweep',"
              " '{}', 'waiting', now(), now())")
    t.ok(wait_for(lambda: seen("town") is None), "a year after its end it is gone")
    t.eq(enters(), None, "and his ID opens nothing without it")
    t.eq(town.psql(f"SELECT count(*) > 0 FROM teacher_slot WHERE card = '{card['id']}'"), "t", "what he taught stays on record")


if __name__ == "__main__":
    with nodes:
        set_up()
        main(__file__, lambda: (evil.close(), folder.cleanup()))
