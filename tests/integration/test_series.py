#!/usr/bin/python3
# tests/run: left 150
"""A series across towns: two whole nodes in one federation and a third member of other make (tests/lib/fed_peer.py).
Made and offered at the host, accepted at home, chosen by a child there, counted; changed, cancelled, left, ended; by
whom and by whom not; what a member that lies is answered; a town that is away for a while."""
import contextlib
import copy
import datetime
import hashlib
import json
import os
import re
import secrets
import sys
import tempfile
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib import fed_peer  # noqa: E402
from lib.fed_peer import Key, Listener, Request, Roots, SIGNED, b64url, pin_of, reading, send  # noqa: E402
from lib import handback  # noqa: E402
from lib.ibasho_node import Nodes, ROOT  # noqa: E402
from lib.mail_server import Certs, MailServer  # noqa: E402
from lib.t import case, main  # noqa: E402

ADMIN = "/api/v1/admin/federation"
SHARED = "/api/v1/shared"
JST = datetime.timezone(datetime.timedelta(hours=9))
folder = tempfile.TemporaryDirectory()
more = contextlib.ExitStack()
mail = more.enter_context(MailServer(more.enter_context(Certs())))
nodes = Nodes("aozora", "midori", env=mail.env(IBASHO_FEDERATION_POLL_S="1", IBASHO_FEDERATION_TIMEOUT_S="5"))
nodes.__enter__()
host, guest = nodes["aozora"], nodes["midori"]
roots = Roots(folder.name)
keys, ids, who = {}, {}, {}
evil_key = Key(folder.name, "evil-1")
EVIL = str(uuid.uuid4())
evil = Listener(folder.name, "evil", evil_key)
made = {}
STAFF = ("commissioner", "contractor", "supporter", "instructor", "auditor")
PAGES = [{"title": "はじめ", "text": "めをとじます。", "links": []}, {"text": "いきをすいます。", "links": []}]


def new():
    return str(uuid.uuid4())


def day(days):
    return (datetime.datetime.now(JST) + datetime.timedelta(days=days)).date().isoformat()


def utc(days, clock):
    """An instant of a day in Japan, as programs write it."""
    at = datetime.datetime.fromisoformat(f"{day(days)}T{clock}:00").replace(tzinfo=JST)
    return at.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def ask(node, name, method, path, body=None, status=None):
    reply = who[node.name, name].request(method, path, body)
    if status is not None:
        assert reply.status == status, (node.name, name, method, path, body, reply)
    return reply


def post(node, name, path, status=200, **body):
    return ask(node, name, "POST", path, {"id": new(), **body}, status).json()


def put(node, name, path, status=200, **body):
    return ask(node, name, "PUT", path, {"id": new(), **body}, status).json()


def until(found, seconds=20):
    end = time.monotonic() + seconds
    while not found() and time.monotonic() < end:
        time.sleep(0.1)
    return found()


def endpoint(node):
    return node.url("federation").removeprefix("https://").rstrip("/")


def member(node, roles, first=()):
    pin = pin_of(node.data_dir + "/front/federation.pem")
    reply = node.admin("POST", ADMIN + "/join", {
        "invitation": b64url(roots.invitation(*first)), "endpoint": endpoint(node), "name_ja": node.name,
        "spki": [{"sha256": b64url(pin)}]})
    asked = reading(reply.body)[0]
    key = asked["keys"][0]
    public = fed_peer.base64.urlsafe_b64decode(key["ed25519"] + "=")
    keys[node.name], ids[node.name] = (key["kid"], public), asked["node"]
    roots.member(asked["node"], node.name, endpoint(node), [pin], key["kid"], public, roles)


def evil_says(node, kind, body, op=None):
    """What the third member tells a node of a series; signed well, whatever it says."""
    def once():
        return send(endpoint(node), Request(
            evil_key, method="POST", path=f"/fed/v1/series/{kind}", authority=endpoint(node), dest=ids[node.name],
            reg=roots.reg(), op=op or new(), body=json.dumps(body, ensure_ascii=False).encode()))
    reply = once()
    while reply.status != 200 and reply.code() == "early-boot":
        time.sleep(0.3)
        reply = once()
    return reply


def series_of(node, name="commissioner", path="series"):
    return {one["series"]: one for one in ask(node, name, "GET", f"{SHARED}/{path}", status=200).json()["items"]}


def rows(node, sql):
    return node.psql(sql).splitlines()


def extra(node):
    """Rows of the tables of leaves that no leaf speaks for."""
    return sum(int(node.psql(f"SELECT count(*) FROM {table} s WHERE NOT EXISTS (SELECT FROM audit_leaf l WHERE"
                             f" l.row_id = s.id AND l.table_name = '{table}')"))
               for table in ("fed_series_step", "floor_version", "floor_plan", "class_lesson", "class_course",
                             "class_pages", "class_course_step"))


def set_up(node):
    for name in STAFF:
        login = node.account(name, display_name="あおきせんせい" if name == "instructor" else None)
        who[node.name, name] = node.sign_in(login)
        ids[node.name, name] = login.id
    for name in "ab":
        login = node.account("student", display_name="うさぎ" if name == "a" else "くま")
        who[node.name, name], ids[node.name, name] = node.sign_in(login), login.id
    put(node, "commissioner", "/api/v1/contract", title="見本の契約", contractor="受託者", begins_on="2020-04-01",
        ends_on="2090-03-31", n_student=400, n_staff=100, n_guardian=10)
    for days in range(1, 9):
        put(node, "commissioner", "/api/v1/hours/days", day=day(days), slots=[{"from": "00:00", "to": "24:00"}])
        put(node, "supporter", f"/api/v1/plan/days/{day(days)}",
            slots=[{"from": "10:00", "to": "10:45"}, {"from": "13:30", "to": "14:15"}])


def course(is_decided=True, pages=tuple(PAGES)):
    key = post(host, "instructor", "/api/v1/courses", 201, kind="relax", picture="leaf", has_hand=True, has_poll=True,
               has_question=True, title="ゆっくり呼吸《こきゅう》", summary="からだをゆるめます。")["course"]
    put(host, "instructor", f"/api/v1/courses/{key}/pages", pages=list(pages))
    if is_decided:
        post(host, "commissioner", f"/api/v1/courses/{key}/decide", decided=True, version=1, pages_version=1)
    return key


def make(name="contractor", status=200, **change):
    body = {"id": new(), "course": made["course"], "floor": "lounge", "places": 8, "rules": "名前を聞かない。\nやさしく話す。",
            "lessons": [{"day": day(2), "slot": 1}, {"day": day(3), "slot": 1}], **change}
    reply = ask(host, name, "POST", f"{SHARED}/series", body)
    assert status is None or reply.status == status, reply
    return body["id"], reply


def offer(series, node=None, places=5, name="commissioner", status=200, **more):
    reply = ask(host, name, "POST", f"{SHARED}/series/{series}/offer",
                {"id": new(), "node": node or ids["midori"], "places": places, **more})
    assert status is None or reply.status == status, reply
    return reply


def came(series, state="offered"):
    """The series as the guest has it, when it has come to that."""
    path = "offers" if state in ("offered", "declined") else "series"
    found = until(lambda: series_of(guest, path=path).get(series, {}).get("state") == state)
    assert found, (state, series_of(guest), series_of(guest, path="offers"))
    return series_of(guest, path=path)[series]


def accept(series):
    shown = came(series)
    post(guest, "commissioner", f"{SHARED}/offers/{series}/accept", version=shown["version"])
    assert until(lambda: series_of(host)[series]["nodes"][0]["state"] == "accepted"), series_of(host)[series]
    return came(series, "accepted")


def lessons(node, series):
    """n, times and whether they are cancelled, as that node's own plan has them."""
    return [tuple(row.split("|")) for row in rows(node, f"""
        SELECT l.n, to_char(p.from_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), p.is_cancelled, p.places
        FROM fed_series_lesson l JOIN LATERAL (SELECT * FROM class_lesson c WHERE c.lesson = l.lesson
        ORDER BY c.version DESC LIMIT 1) p ON true WHERE l.series = '{series}' ORDER BY l.n""")]


@case
def series_of_a_node_without_a_federation(t):
    t.req("CARD-2")
    for node in (host, guest):
        set_up(node)
    made["course"], made["undecided"] = course(), course(False)
    t.eq(series_of(host), {}, "nothing is there")
    t.eq(make("commissioner", None)[1].json()["code"], "no-federation", "and nobody to hold it with")
    member(host, ["host", "guest", "coordinator"])
    member(guest, ["host", "guest"], (endpoint(host), pin_of(host.data_dir + "/front/federation.pem")))
    roots.member(EVIL, "悪い町", evil.endpoint, [evil.pin], evil_key.kid, evil_key.public, ["host", "guest"])
    reply = host.admin("POST", ADMIN + "/registry", roots.publish(), {"Content-Type": SIGNED})
    t.eq(reply.status, 200, f"a registry: {reply}")
    t.ok(until(lambda: guest.admin("GET", ADMIN).json()["has_registry"]), "at both")


@case
def series_is_made_by_the_office(t):
    t.req("CARD-2, HI-3.3-8")
    for name in ("supporter", "instructor", "auditor", "a"):
        t.eq(make(name, None)[1].status, 404, f"{name} makes none")
    t.eq(make(status=None, course=made["undecided"])[1].json()["code"], "course-undecided", "not decided")
    t.eq(make(status=None, course=new())[1].status, 422, "no such course")
    large = course(pages=[{"text": "あ" * 690, "links": []}] * 29)
    t.eq(make(status=None, course=large)[1].json()["code"], "too-large", "more than one message holds")
    for what, change, pointer in (
            ("a floor with closed rooms", {"floor": "counsel"}, "/floor"),
            ("no floor", {"floor": "nowhere"}, "/floor"),
            ("contact details in the rules", {"rules": "090-1234-5678 にでんわしてね"}, "/rules"),
            ("a slot the day has not", {"lessons": [{"day": day(2), "slot": 7}]}, "/lessons/0/slot"),
            ("yesterday", {"lessons": [{"day": day(-1), "slot": 1}]}, "/lessons/0/day"),
            ("neither lesson nor slot", {"lessons": [{"day": day(2)}]}, "/lessons/0"),
            ("twice at one time", {"lessons": [{"day": day(2), "slot": 1}] * 2}, "/lessons"),
            ("somebody else's lesson", {"lessons": [{"lesson": new()}]}, "/lessons/0/lesson")):
        reply = make(status=None, **change)[1]
        t.eq((reply.status, reply.json().get("errors", [{}])[0].get("pointer")), (422, pointer), what)
    t.eq(rows(host, "SELECT count(*) FROM fed_series"), ["0"], "nothing of it is there")
    planned = new()
    put(host, "supporter", f"/api/v1/lessons/{planned}", day=day(4), slot=1, course=made["course"], floor="classes",
        area="sun", sub_supports=False, main=ids["aozora", "instructor"], supporters=[])
    body = {"lessons": [{"day": day(3), "slot": 1}, {"lesson": planned}, {"day": day(2), "slot": 1}]}
    made["first"], reply = make(**body)
    name = "shared-" + fed_peer.base64.b32encode(uuid.UUID(made["first"]).bytes[:5]).decode().lower()
    t.eq(reply.json()["floor"], name, "its floor is called by its id")
    t.eq(make(id=made["first"], **body)[1].status, 200, "the same act again")
    t.eq(make("commissioner", None, id=made["first"], **body)[1].status, 409, "not somebody else's")
    shown = series_of(host, "supporter")[made["first"]]
    t.eq((shown["state"], shown["is_host"], shown["places"], [s["name"] for s in shown["staff"]], shown["title"]),
         ("open", True, 8, ["あおきせんせい"], "ゆっくり呼吸《こきゅう》"), "as staff read it")
    t.eq([row[:3] for row in lessons(host, made["first"])],
         [("1", utc(2, "10:00"), "f"), ("2", utc(3, "10:00"), "f"), ("3", utc(4, "10:00"), "f")],
         "a lesson for each date, by time, the planned one at its own")
    t.eq(rows(host, f"SELECT floor, places, (SELECT count(*) FROM class_lesson_staff s WHERE s.lesson_version = c.id)"
                    f" FROM class_lesson c WHERE lesson = '{planned}' ORDER BY version DESC LIMIT 1"),
         [f"{name}|8|1"], "it moved to the floor and kept its team")
    t.eq(rows(host, f"SELECT capacity, when_full, is_hidden FROM floor_plan WHERE floor = '{name}'"), ["8|wait|f"],
         "the floor takes as many as there are places, and lets wait")
    t.eq(len(set(rows(host, "SELECT class FROM fed_series_lesson"))), 3, "a class number each")
    t.eq((extra(host), rows(host, "SELECT kind, role FROM fed_series_step")), (0, ["make|contractor"]), "leaves")
    t.eq(rows(host, "SELECT count(*) FROM fed_series WHERE text_sealed LIKE '%名前%'::bytea"), ["0"], "sealed")


@case
def series_is_offered_and_accepted(t):
    t.req("CARD-2, CARD-8, HI-3.3-8")
    series = made["first"]
    for name in ("contractor", "supporter", "instructor", "auditor", "a"):
        t.eq(offer(series, name=name, status=None).status, 404, f"{name} offers nothing")
    t.eq(offer(new(), status=None).status, 404, "no such series")
    t.eq(offer(series, new(), status=None).status, 422, "no such node")
    t.eq(offer(series, ids["aozora"], status=None).status, 422, "not ourselves")
    t.eq(offer(series, places=11, status=None).status, 422, "more than the registry lets a town be given")
    shown = ask(host, "contractor", "GET", f"{SHARED}/members", status=200).json()
    t.eq({one["node"] for one in shown["items"]}, {ids["midori"], EVIL}, "who may be offered it")
    act = new()
    first = [ask(host, "commissioner", "POST", f"{SHARED}/series/{series}/offer",
                 {"id": act, "node": ids["midori"], "places": 5}).status for _ in range(2)]
    t.eq(first, [200, 200], "twice the same act")
    shown = came(series)
    t.eq((shown["host"], shown["places"], shown["rules"], shown["title"], shown["is_host"], len(shown["lessons"])),
         (ids["aozora"], 5, "名前を聞かない。\nやさしく話す。", "ゆっくり呼吸《こきゅう》", False, 3), "what came")
    t.eq(rows(guest, "SELECT count(*) FROM floor_version WHERE floor LIKE 'shared-%'"), ["0"], "nothing is here yet")
    whole = ask(guest, "supporter", "GET", f"{SHARED}/offers/{series}", status=200).json()
    t.eq((whole["pages"], json.loads(whole["floor_file"])["id"], [c["slot"] for c in whole["clashes"]]),
         (PAGES, shown["floor"], [1, 1, 1]), "with material, floor and slots")
    for name in ("contractor", "supporter", "instructor", "auditor", "a"):
        for act in ("accept", "decline"):
            reply = ask(guest, name, "POST", f"{SHARED}/offers/{series}/{act}",
                        {"id": new(), **({"version": 1} if act == "accept" else {})})
            t.eq(reply.status, 404, f"{name} does not {act}")
    reply = ask(guest, "commissioner", "POST", f"{SHARED}/offers/{series}/accept", {"id": new(), "version": 99})
    t.eq((reply.status, reply.json()["code"]), (409, "conflict"), "not what he saw")
    act = {"id": new(), "version": shown["version"]}
    for _ in range(2):
        ask(guest, "commissioner", "POST", f"{SHARED}/offers/{series}/accept", act, 200)
    t.ok(until(lambda: series_of(host)[series]["nodes"][0]["state"] == "accepted"), "the host hears of it")
    found = came(series, "accepted")
    t.eq([row[:3] for row in lessons(guest, series)], [row[:3] for row in lessons(host, series)], "the same dates here")
    t.eq({row[3] for row in lessons(guest, series)}, {"5"}, "with our places")
    t.eq(rows(guest, f"SELECT capacity, when_full FROM floor_plan WHERE floor = '{shown['floor']}'"), ["5|wait"], "floor")
    t.eq(rows(guest, f"SELECT hash FROM floor_version WHERE floor = '{shown['floor']}'"),
         rows(host, f"SELECT hash FROM floor_version WHERE floor = '{shown['floor']}'"), "the same at both")
    t.eq(rows(guest, f"SELECT DISTINCT main_at FROM class_lesson WHERE course = '{found['course']}'"), [ids["aozora"]],
         "its main instructor stands at the host")
    known = ask(guest, "supporter", "GET", "/api/v1/courses", status=200).json()["items"]
    t.eq([(c["title"], c["is_settled"], c["n_pages"]) for c in known], [("ゆっくり呼吸《こきゅう》", True, 2)], "decided")
    t.eq((extra(host), extra(guest)), (0, 0), "every row of both has its leaf")
    reply = ask(guest, "commissioner", "POST", f"{SHARED}/offers/{series}/accept", {"id": new(), "version": 1})
    t.eq(reply.json()["code"], "offer-answered", "once")
    # The key of evidence is the same at both and readable at none.
    t.eq(rows(host, "SELECT count(*) FROM fed_outbox WHERE kind LIKE 'series.%'"), ["0"], "nothing is owed")


@case
def all_of_this_can_be_handed_back(t):
    t.req("KP-3-調達-4")
    handback.opens_everything(t, nodes["aozora"])


@case
def series_child_chooses_at_home_and_is_counted(t):
    t.req("CARD-4, CARD-9, AI-4.4-キ-イ")
    series = made["first"]
    key = came(series, "accepted")["lessons"][0]["lesson"]

    def mine(name):
        shown = ask(guest, name, "GET", f"/api/v1/my/lessons?day={day(2)}", status=200).json()
        return next((one for slot in shown["slots"] for one in slot["lessons"] if one["lesson"] == key), None)
    t.eq((mine("a")["title_kana"], mine("a")["places"]), ("ゆっくりこきゅう", 5), "a lesson like others")
    for node, towns in ((guest, ["aozora"]), (host, ["midori"])):
        theirs = {one["lesson"]: one for one in came(series, "accepted")["lessons"]} if node is guest else {
            one["lesson"]: one for one in series_of(host)[series]["lessons"]}
        said = ask(node, "a", "GET", "/api/v1/my/shared", status=200).json()["items"]
        t.eq({one["lesson"]: (one["towns"], one["is_more"]) for one in said},
             dict.fromkeys(theirs, (towns, False)), f"{node.name}: whose they are, too")
    for name in "ab":
        t.eq(ask(guest, name, "PUT", f"/api/v1/my/lessons/{key}", {"chosen": True}).status, 200, f"{name} chooses it")
    t.eq(ask(guest, "b", "PUT", f"/api/v1/my/lessons/{key}", {"chosen": False}).status, 200, "one gives it up")
    # It was yesterday, and he was in it for forty minutes.
    stay = new()
    for kind, minutes, more in (("joined", 2, "NULL"), ("left", 42, "'self'")):
        guest.psql(f"""INSERT INTO lesson_event (id, at, account, role, kind, lesson, course, course_version, course_kind,
            stay, visit, floor, reason, is_trial) SELECT '{stay if kind == "joined" else new()}', l.from_at - interval '3 days' + interval
            '{minutes} minutes', '{ids['midori', 'a']}', 'student', '{kind}', l.lesson, s.course, 1, 'relax', '{stay}',
            '{new()}', s.floor, {more}, false FROM fed_series_lesson l JOIN fed_series s USING (series)
            WHERE l.series = '{series}' AND l.n = 1""")
    for node, lesson in ((guest, key), (host, series_of(host)[series]["lessons"][0]["lesson"])):
        node.psql("; ".join(f"UPDATE {table} SET from_at = from_at - interval '3 days', to_at = to_at - interval '3 days'"
                            f" WHERE lesson = '{lesson}'" for table in ("class_lesson", "fed_series_lesson")))

    def counted():
        shown = ask(host, "supporter", "GET", f"{SHARED}/series/{series}/counts", status=200).json()["items"][0]
        return {one["name"]: (one["chosen"], one["joined"], one["attended"]) for one in shown["nodes"]}
    t.ok(until(lambda: len(counted()) == 2), "both towns have counted")
    t.eq(counted(), {"aozora": (0, 0, 0), "midori": (1, 1, 1)}, "by node, no names")
    shown = ask(guest, "supporter", "GET", f"{SHARED}/series/{series}/counts", status=200).json()["items"][0]
    t.eq([one["name"] for one in shown["nodes"]], ["midori"], "a guest sees its own")
    for name in ("auditor", "a"):
        t.eq(ask(host, name, "GET", f"{SHARED}/series/{series}/counts").status, 404, f"{name} sees none")
    text = host.psql("SELECT string_agg(t::text, ' ') FROM (SELECT * FROM fed_series_count) t")
    t.ok(ids["midori", "a"] not in text, "nobody's id crossed")


@case
def series_changes_travel(t):
    t.req("CARD-2, CARD-8")
    series = made["first"]
    for name in ("supporter", "instructor", "auditor", "a"):
        t.eq(ask(host, name, "PUT", f"{SHARED}/series/{series}/lessons/2", {"id": new(), "cancelled": True}).status, 404,
             f"{name} changes nothing")
    reply = ask(host, "contractor", "PUT", f"{SHARED}/series/{series}/lessons/1", {"id": new(), "cancelled": True})
    t.eq(reply.json()["code"], "lesson-over", "what is over stays")
    t.eq(ask(host, "contractor", "PUT", f"{SHARED}/series/{series}/lessons/9", {"id": new(), "cancelled": True}).status,
         404, "no such date")
    put(host, "contractor", f"{SHARED}/series/{series}/lessons/2", cancelled=False, day=day(5), slot=2)
    t.ok(until(lambda: lessons(guest, series)[1][1:3] == (utc(5, "13:30"), "f")), "another time")
    t.eq(lessons(host, series)[1][1], utc(5, "13:30"), "at both")
    reply = ask(host, "contractor", "PUT", f"{SHARED}/series/{series}/lessons/3",
                {"id": new(), "cancelled": False, "day": day(5), "slot": 2})
    t.eq(reply.json()["code"], "times-meet", "not two at a time")
    before = lessons(guest, series)
    offer(series, places=6)
    t.ok(until(lambda: {row[3] for row in lessons(guest, series)[1:]} == {"6"}), "more places", lessons(guest, series))
    t.eq(lessons(guest, series)[0], before[0], "what is over is untouched")
    t.eq(rows(guest, "SELECT capacity FROM floor_plan WHERE floor LIKE 'shared-%' ORDER BY n DESC LIMIT 1"), ["6"], "floor")
    put(host, "contractor", f"{SHARED}/series/{series}/lessons/2", cancelled=True)
    t.ok(until(lambda: lessons(guest, series)[1][2] == "t"), "cancelled here, too")
    put(host, "contractor", f"{SHARED}/series/{series}/lessons/2", cancelled=False)
    t.ok(until(lambda: lessons(guest, series)[1][2] == "f"), "and planned again")
    here = rows(guest, f"SELECT lesson FROM fed_series_lesson WHERE series = '{series}' AND n = 2")[0]
    post(guest, "supporter", f"/api/v1/lessons/{here}/cancel")
    put(host, "contractor", f"{SHARED}/series/{series}/lessons/2", cancelled=False, day=day(8), slot=2)
    t.ok(until(lambda: lessons(guest, series)[1][1] == utc(8, "13:30")), "moved")
    t.eq(lessons(guest, series)[1][2], "t", "what staff here cancelled the host does not plan again")
    # The host's own plan is followed.
    own = series_of(host)[series]["lessons"][2]["lesson"]
    post(host, "supporter", f"/api/v1/lessons/{own}/cancel")
    t.ok(until(lambda: lessons(guest, series)[2][2] == "t"), "cancelled in the plan of the host")
    t.eq(series_of(host)[series]["lessons"][2]["cancelled"], True, "and said so there")
    t.eq((extra(host), extra(guest)), (0, 0), "with leaves")


@case
def series_town_that_is_away_hears_later(t):
    t.req("CARD-12")
    series = made["first"]
    guest.stop()
    put(host, "contractor", f"{SHARED}/series/{series}/lessons/2", cancelled=False, day=day(6), slot=1)
    put(host, "contractor", f"{SHARED}/series/{series}/lessons/2", cancelled=False, day=day(6), slot=2)
    t.ok(int(rows(host, "SELECT count(*) FROM fed_outbox WHERE kind = 'series.change'")[0]) >= 2, "it waits")
    guest.start()
    t.ok(until(lambda: lessons(guest, series)[1][1] == utc(6, "13:30"), 60), "the last word holds", lessons(guest, series))


def good_offer(series=None):
    """An offer that would be taken in: the floor is a copy of a ready one, as the host makes it."""
    series = series or new()
    floor = json.load(open(os.path.join(ROOT, "node/place/floors/lounge.json"), encoding="utf-8"))
    floor["id"] = "shared-" + fed_peer.base64.b32encode(uuid.UUID(series).bytes[:5]).decode().lower()
    body = {"series": series,
            "text": {"title": "えをかく", "summary": "すきな色でかきます。", "rules": "", "kind": "other",
                     "picture": "art", "has_hand": True, "has_poll": False, "has_question": False,
                     "staff": [{"name": "まちの先生"}]},
            "more": {"floor": "", "hash": "", "pages": []},
            "dates": [{"n": n, "class": secrets.randbelow(2**32 - 1) + 1, "from": utc(n + 1, "15:00"),
                       "to": utc(n + 1, "15:45"), "cancelled": False} for n in (1, 2)],
            "places": 5, "key": b64url(secrets.token_bytes(32))}
    return with_floor(body, floor)


def hurried(n):
    """Ids whose floors have names of their own."""
    return str(uuid.UUID(bytes=bytes([n]) + secrets.token_bytes(15)))


def with_floor(body, floor):
    """The file and its hash: SHA-256 of the canonical form."""
    text = json.dumps(floor, ensure_ascii=False, separators=(",", ":")).encode()
    body["more"]["floor"] = b64url(text)
    body["more"]["hash"] = canonical_hash(floor)
    return body


def canonical_hash(floor):
    text = json.dumps(floor, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    return hashlib.sha256(text).hexdigest()


def floor_of(body):
    text = body["more"]["floor"]
    return json.loads(fed_peer.base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def bad_offers():
    """What is wrong with it, the offer, the code."""
    def made_of(change):
        body = good_offer()
        change(body)
        return body

    def floor_with(change):
        body = good_offer()
        floor = floor_of(body)
        change(floor)
        return with_floor(body, floor)

    def date(**change):
        return made_of(lambda body: body["dates"][0].update(change))

    def text(**change):
        return made_of(lambda body: body["text"].update(change))
    many = good_offer()
    many["dates"] = [{**many["dates"][0], "n": 1, "class": n + 1} for n in range(10000)]
    sixty_one = good_offer()
    sixty_one["dates"] = [{"n": n, "class": n, "from": utc(n + 1, "15:00"), "to": utc(n + 1, "15:45"),
                           "cancelled": False} for n in range(1, 62)]
    wrong_hash = good_offer()
    wrong_hash["more"]["hash"] = "0" * 64
    other_floor = good_offer()
    other_floor["more"] = good_offer()["more"]
    return [
        ("10,000 dates", many, ("too-large", "bad-json")),
        ("61 dates", sixty_one, ("bad-json",)),
        ("a time of 2099", date(**{"from": "2099-01-01T01:00:00Z", "to": "2099-01-01T02:00:00Z"}), ("bad-json",)),
        ("a day and a half", date(to=utc(4, "03:00")), ("bad-json",)),
        ("the end first", date(to=utc(2, "14:00")), ("bad-json",)),
        ("seconds", date(**{"from": utc(2, "15:00").replace(":00Z", ":01Z")}), ("bad-json",)),
        ("two of one number", made_of(lambda b: b["dates"][1].update(n=1)), ("bad-json",)),
        ("two of one class", made_of(lambda b: b["dates"][1].update({"class": b["dates"][0]["class"]})), ("bad-json",)),
        ("class 0", date(**{"class": 0}), ("bad-json",)),
        ("all over", made_of(lambda b: b.update(dates=[{**b["dates"][0], "from": utc(-2, "15:00"),
                                                        "to": utc(-2, "15:45")}])), ("bad-json",)),
        ("more places than we have", made_of(lambda b: b.update(places=11)), ("bad-json",)),
        ("a phone number", text(summary="090-1234-5678 にでんわしてね"), ("bad-json",)),
        ("an address in a page", made_of(lambda b: b["more"].update(pages=[
            {"text": "kodomo@example.com にメールしてね", "links": []}])), ("bad-json",)),
        ("a hidden letter", text(summary="たの\u200bしく"), ("bad-json",)),
        ("letters that turn", text(title="えを\u202eかく"), ("bad-json",)),
        ("letters that pass for others", text(staff=[{"name": "st\u0430ff"}]), ("bad-json",)),
        ("a kanji without reading", text(title="絵をかく"), ("bad-json",)),
        ("nothing to take part by", text(has_hand=False), ("bad-json",)),
        ("a link without https", made_of(lambda b: b["more"].update(pages=[{"text": "み", "links": [
            {"title": "ここ", "url": "http://example.jp/"}]}])), ("bad-json",)),
        ("a key that is short", made_of(lambda b: b.update(key=b64url(b"x" * 31))), ("bad-json",)),
        ("another floor's name", other_floor, ("bad-json",)),
        ("another hash", wrong_hash, ("bad-json",)),
        ("no floor", made_of(lambda b: b["more"].update(floor=b64url(b"{}"))), ("bad-json",)),
        ("a closed room", floor_with(lambda f: f["areas"][0].update(see=["inside"])), ("bad-json",)),
        ("a room for some", floor_with(lambda f: f["areas"][0].update(enter=["staff"])), ("bad-json",)),
        ("a locked room", floor_with(lambda f: f["areas"][1].update(lock="in_use")), ("bad-json",)),
        ("a way out of its own", floor_with(lambda f: f["areas"][3].update(to="trap")), ("bad-json",)),
        ("a room with hours", floor_with(lambda f: f["areas"][0].update(hours="class-hours")), ("bad-json",)),
        ("a wall in the way", floor_with(lambda f: f["spawns"][0].update(x=5, y=5)), ("bad-json",)),
        ("another field", made_of(lambda b: b.update(account=new())), ("bad-json",)),
    ]


@case
def series_member_that_lies_is_refused(t):
    t.req("CARD-2, CARD-11, CARD-12")

    def state():
        return [guest.psql(f"SELECT coalesce(md5(string_agg(t::text, ',' ORDER BY t::text)), '') FROM {table} t")
                for table in ("fed_series", "fed_series_lesson", "fed_series_step", "class_lesson", "floor_version")]
    before = state()
    for what, body, codes in bad_offers():
        reply = evil_says(guest, "offer", body)
        t.ok(reply.status >= 400 and reply.code() in codes, f"{what}: {reply.status} {reply.body[:120]!r}")
    t.eq(state(), before, "nothing changed")
    mine, theirs = good_offer(), made["first"]
    reply = evil_says(guest, "offer", good_offer(theirs))
    t.eq(reply.code(), "op-conflict", "the id of another town's series")
    near = list(uuid.UUID(theirs).bytes)
    near[15] ^= 1
    reply = evil_says(guest, "offer", good_offer(str(uuid.UUID(bytes=bytes(near)))))
    t.eq(reply.code(), "op-conflict", "the floor of another town's series")
    for kind, body in (("change", {"series": theirs, "places": 1, "dates": mine["dates"]}), ("end", {"series": theirs}),
                       ("change", {"series": new(), "places": 1, "dates": mine["dates"]}), ("end", {"series": new()})):
        t.eq(evil_says(guest, kind, body).code(), "not-found", f"{kind} of a series that is not its own")
    t.eq(state(), before, "nothing changed")
    # At the host: who was not offered it takes no part in it.
    date = series_of(host)[theirs]["lessons"][0]
    count = {"series": theirs, "n": 1, "class": date["class"], "n_chosen": 9, "n_joined": 9, "n_attended": 9}
    t.eq(evil_says(host, "count", count).code(), "not-found", "counts")
    t.eq(evil_says(host, "answer", {"series": theirs, "answer": "accepted"}).code(), "not-found", "an answer")
    # A good one of its own is taken in, and then it may lie about that one no more than about others.
    op = new()
    t.eq([evil_says(guest, "offer", mine, op).status for _ in range(2)], [200, 200], "a good one, told twice")
    t.eq(evil_says(guest, "offer", mine).code(), "op-conflict", "not offered over what is there")
    again = copy.deepcopy(good_offer())
    again["dates"][0]["class"] = mine["dates"][0]["class"]
    t.eq(evil_says(guest, "offer", again).code(), "op-conflict", "a class number twice")
    dates = copy.deepcopy(mine["dates"])
    for what, change in (("another class", {"class": 7}), ("a date it has not", {"n": 9}),
                         ("2099", {"from": "2099-01-01T01:00:00Z", "to": "2099-01-01T02:00:00Z"})):
        body = {"series": mine["series"], "places": 5, "dates": [{**dates[0], **change}]}
        t.eq(evil_says(guest, "change", body).code(), "bad-json", f"a change: {what}")
    was = guest.psql(f"SELECT version FROM fed_series WHERE series = '{mine['series']}'")
    guest.psql(f"UPDATE fed_series SET version = 2000 WHERE series = '{mine['series']}'")
    body = {"series": mine["series"], "places": 4, "dates": dates}
    t.eq(evil_says(guest, "change", body).code(), "too-large", "a change: the 2000th")
    guest.psql(f"UPDATE fed_series SET version = {was} WHERE series = '{mine['series']}'")
    t.eq(evil_says(guest, "end", {"series": mine["series"]}).status, 200, "its own end")
    t.eq(series_of(guest, path="offers")[mine["series"]]["state"], "ended", "is believed")
    t.eq(ask(guest, "commissioner", "POST", f"{SHARED}/offers/{mine['series']}/accept",
             {"id": new(), "version": 3}).json()["code"], "offer-over", "and it cannot be accepted any more")
    codes = [evil_says(guest, "offer", good_offer(hurried(n))) for n in range(20)]
    t.eq([reply.status for reply in codes[:19]] + [codes[19].code()], [200] * 19 + ["too-large"],
         "twenty within a day, whatever becomes of them")
    offer(theirs, EVIL, 3)
    for what, change in (("more than joined", {"n_joined": 1}), ("another class", {"class": 1}), ("to come", {"n": 2})):
        t.eq(evil_says(host, "count", {**count, **change}).code(), "role-denied", f"before it accepted: {what}")
    t.eq(evil_says(host, "answer", {"series": theirs, "answer": "accepted"}).status, 200, "it accepts")
    for what, change in (("more than joined", {"n_joined": 1}), ("another class", {"class": 1}), ("to come", {"n": 2})):
        t.eq(evil_says(host, "count", {**count, **change}).code(), "bad-json", what)
    t.eq(evil_says(host, "count", count).status, 200, "a count that may be")
    t.eq(evil_says(host, "answer", {"series": theirs, "answer": "left"}).status, 200, "it leaves")
    t.eq(evil_says(host, "answer", {"series": theirs, "answer": "accepted"}).code(), "role-denied", "and is not back")
    t.eq((extra(host), extra(guest)), (0, 0), "with leaves")


@case
def series_is_declined_left_and_ended(t):
    t.req("CARD-2, CARD-8, HI-3.3-8")
    second, _ = make(lessons=[{"day": day(7), "slot": 1}, {"day": day(8), "slot": 1}])
    offer(second)
    shown = came(second)
    post(guest, "commissioner", f"{SHARED}/offers/{second}/decline")
    t.ok(until(lambda: series_of(host)[second]["nodes"][0]["state"] == "declined"), "declined")
    t.eq(rows(guest, f"SELECT count(*) FROM floor_version WHERE floor = '{shown['floor']}'"), ["0"], "nothing came")
    t.eq({row[2] for row in lessons(host, second)}, {"f"}, "the host's own go on")
    offer(second, places=4)
    accept(second)
    t.eq({row[2:] for row in lessons(guest, second)}, {("f", "4")}, "offered again, accepted")
    post(guest, "commissioner", f"{SHARED}/offers/{second}/decline")
    t.ok(until(lambda: series_of(host)[second]["nodes"][0]["state"] == "left"), "left")
    t.eq({row[2] for row in lessons(guest, second)}, {"t"}, "what was to come is cancelled here")
    t.eq(rows(guest, f"SELECT is_hidden FROM floor_plan WHERE floor = '{shown['floor']}' ORDER BY n DESC LIMIT 1"), ["t"],
         "the floor is hidden")
    offer(second, places=3)
    accept(second)
    t.eq({row[2:] for row in lessons(guest, second)}, {("f", "3")}, "and back again")
    for name in ("contractor", "supporter", "instructor", "auditor", "a"):
        t.eq(ask(host, name, "POST", f"{SHARED}/series/{second}/end", {"id": new()}).status, 404, f"{name} ends nothing")
    t.eq(ask(guest, "commissioner", "POST", f"{SHARED}/series/{second}/end", {"id": new()}).status, 404, "nor a guest")
    act = {"id": new()}
    t.eq([ask(host, "commissioner", "POST", f"{SHARED}/series/{second}/end", act).status for _ in range(2)], [200, 200],
         "ended, told twice")
    came(second, "ended")
    for node in (host, guest):
        t.eq({row[2] for row in lessons(node, second)}, {"t"}, f"{node.name}: nothing is to come")
        t.eq(rows(node, f"SELECT bool_and(ended_at IS NOT NULL) FROM fed_series_lesson WHERE series = '{second}'"), ["t"],
             f"{node.name}: the term of its rows has begun")
    t.eq(offer(second, status=None).json()["code"], "series-ended", "no more of it")
    swept = [guest.psql(f"SELECT sweep_delete('{table}', 'ended_at', now() + interval '1 minute', 100)", "ibasho_app")
             for table in ("fed_series", "fed_series_lesson", "fed_series_node", "fed_series_count")]
    t.eq(swept, ["2", "4", "0", "0"], "the sweep takes what is over at its term, and nothing of what goes on")
    t.eq(list(series_of(guest)), [made["first"]], "which is there")
    t.eq((extra(host), extra(guest)), (0, 0), "with leaves")


def mails(n):
    """The n-th mail to the guest's board, when it has come: nothing stands in it but a link."""
    box = "board@example.jp"
    assert until(lambda: len(mail.to(box)) == n, 40), (n, len(mail.to(box)))
    return mail.to(box)[-1].message.get_content()


def board_has_an_address():
    reply = ask(guest, "commissioner", "POST", "/api/v1/notify/receivers", {
        "id": new(), "account": ids["midori", "commissioner"], "channel": "mail", "address": "board@example.jp",
        "kinds": ["incident"]}, 201)
    token = re.search(r"/#/n/([A-Za-z0-9_-]{43})\s", mails(1)).group(1)
    ask(guest, "commissioner", "POST", "/api/v1/notify/open", {"token": token}, 200)
    return reply


@case
def series_an_offer_is_told_to_the_board(t):
    t.req("HI-3.3-8, CARD-8")
    board_has_an_address()
    made["third"], _ = make(lessons=[{"day": day(7), "slot": 2}, {"day": day(8), "slot": 2}], cost=120000,
                            share_by="places")
    offer(made["third"])
    text = mails(2)
    t.ok("呼吸" not in text and "あおぞら" not in text, "not what, nor by whom")
    t.eq(rows(guest, "SELECT link FROM notify_notice WHERE link <> ''"), ["shared"], "once, to the page of it")
    accept(made["third"])


@case
def series_cost_is_shared_as_agreed(t):
    t.req("CARD-8")
    path = f"{SHARED}/series/{made['third']}/shares"
    for change, pointer in (({"cost": 5}, "/share_by"), ({"share_by": "town"}, "/cost"),
                            ({"cost": -1, "share_by": "town"}, "/cost"), ({"cost": 10**9, "share_by": "town"}, "/cost")):
        reply = make(status=None, **change)[1]
        t.eq((reply.status, reply.json()["errors"][0]["pointer"]), (422, pointer), f"{change}")
    for name in ("supporter", "instructor", "auditor", "a"):
        t.eq([ask(host, name, "GET", p).status for p in (path, path + "/csv")], [404, 404], f"{name} sees none of it")
    t.eq(ask(guest, "commissioner", "GET", path).status, 404, "a guest has not all counts")
    t.eq(ask(host, "commissioner", "GET", f"{SHARED}/series/{made['first']}/shares").status, 404, "no cost, no shares")
    of = series_of(guest)[made["third"]]
    t.eq((of["cost"], of["share_by"]), (120000, "places"), "who was offered it read what it agreed to")
    shown = ask(host, "contractor", "GET", path, status=200).json()
    t.eq([(i["is_self"], i["places"], i["permille"], i["yen"]) for i in shown["items"]],
         [(True, 8, 615, 73846), (False, 5, 385, 46154)], "by places, to the yen")
    reply = ask(host, "commissioner", "GET", path + "/csv", status=200)
    lines = reply.body.decode("utf-8-sig").split("\r\n")
    t.eq((lines[0].count('","'), [line.split('","')[-1] for line in lines[1:3]]), (5, ['73846"', '46154"']), "as CSV")
    t.ok("うさぎ" not in reply.body.decode() and ids["midori", "a"] not in reply.body.decode(), "numbers of towns alone")
    # By who took part: a town that left has numbers, and bears its part.
    host.psql(f"INSERT INTO fed_series_count SELECT '{made['third']}', 1, node, 9, n, n, now() FROM (VALUES"
              f" ('{ids['aozora']}'::uuid, 2), ('{ids['midori']}'::uuid, 1)) AS v (node, n)")
    shown = ask(host, "contractor", "GET", path, status=200).json()
    t.eq([(i["joined"], i["attended"], i["yen"]) for i in shown["items"]], [(2, 2, 73846), (1, 1, 46154)], "counts beside")


@case
def series_names_who_teaches_at_every_town(t):
    t.req("CARD-3, CARD-4")
    series = made["third"]
    t.eq([s["staff"] for s in (series_of(host)[series], series_of(guest)[series])], [[], []], "nobody yet")
    own = series_of(host)[series]["lessons"][1]["lesson"]
    version = int(rows(host, f"SELECT max(version) FROM class_lesson WHERE lesson = '{own}'")[0])
    put(host, "supporter", f"/api/v1/lessons/{own}", expected_version=version, day=day(8), slot=2, course=made["course"],
        floor=series_of(host)[series]["floor"], sub_supports=False, main=ids["aozora", "instructor"], supporters=[])
    for node in (host, guest):
        t.ok(until(lambda n=node: [p["name"] for p in series_of(n)[series]["staff"]] == ["あおきせんせい"]),
             f"{node.name} names who teaches", series_of(node)[series]["staff"])
    t.eq((extra(host), extra(guest)), (0, 0), "with leaves")
    t.eq(len(series_of(guest)[series]["lessons"]), 2, "dates stay")


@case
def series_one_town_is_left_out(t):
    t.req("CARD-4, CARD-8")
    series = made["third"]
    path, act = f"{SHARED}/series/{series}/leave_out", {"id": new(), "node": ids["midori"]}
    for name in ("contractor", "supporter", "instructor", "auditor", "a"):
        t.eq(ask(host, name, "POST", path, act).status, 404, f"{name} leaves nobody out")
    t.eq(ask(guest, "commissioner", "POST", path, act).status, 404, "nor a guest")
    t.eq(ask(host, "commissioner", "POST", path, {"id": new(), "node": EVIL}).json()["code"], "not-in-it", "not in it")
    t.eq([ask(host, "commissioner", "POST", path, act).status for _ in range(2)], [200, 200], "left out, told twice")
    shown = came(series, "ended")
    t.eq({row[2] for row in lessons(guest, series)}, {"t"}, "what was to come is not held there")
    t.eq(rows(guest, f"SELECT is_hidden FROM floor_plan WHERE floor = '{shown['floor']}' ORDER BY n DESC LIMIT 1"), ["t"],
         "its floor is hidden")
    t.eq({row[2] for row in lessons(host, series)}, {"f"}, "the host and the others go on")
    of = series_of(host)[series]
    t.eq((of["state"], of["nodes"][0]["state"]), ("open", "ended"), "and so it stands there")
    shown = ask(host, "commissioner", "GET", f"{SHARED}/series/{series}/shares", status=200).json()
    t.eq([i["yen"] for i in shown["items"]], [73846, 46154], "it bears its part of what was given")
    t.ok("呼吸" not in mails(3), "its board is told that something came, not what")
    t.eq(offer(series, status=None).json()["code"], "left-out", "no second time")
    t.eq(ask(host, "commissioner", "POST", path, {"id": new(), "node": ids["midori"]}).json()["code"], "not-in-it", "once")
    t.eq((extra(host), extra(guest)), (0, 0), "with leaves")


if __name__ == "__main__":
    def fini():
        evil.close()
        more.close()
        nodes.close()
        folder.cleanup()
    main(__file__, fini)
