#!/usr/bin/python3
# tests/run: right 150
"""The plan of classes on a whole node through the front: slots by day type and of one day, courses from
writing to the commissioner's decision, lessons with their staff, qualifications; who may what, bad input,
acts sent again, what the database holds."""
import datetime
import os
import sys
import tempfile
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib import handback  # noqa: E402
from lib.ibasho_node import Nodes  # noqa: E402
from lib.t import case, main  # noqa: E402

nodes = node = None
who, ids = {}, {}
# In Japan, of one moment: a midnight during the run moves nothing.
TODAY = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=9))).date()
NEW_YEAR = f"{TODAY.year + 2}-01-01"
ROLES = ("commissioner", "contractor", "supporter", "instructor", "guest_teacher", "school_staff",
         "student", "guardian", "auditor")


def new():
    return str(uuid.uuid4())


def day(days):
    return (TODAY + datetime.timedelta(days=days)).isoformat()


def ask(role, method, path, body=None, status=None):
    reply = who[role].request(method, path, body)
    if status is not None:
        assert reply.status == status, (role, method, path, body, reply)
    return reply


def put(role, path, status=200, **body):
    return ask(role, "PUT", path, {"id": new(), **body}, status).json()


def post(role, path, status=200, **body):
    return ask(role, "POST", path, {"id": new(), **body}, status).json()


def set_up():
    for role in ROLES:
        login = node.account(role, display_name=f"{role[:4]}の人")
        who[role], ids[role] = node.sign_in(login), login.id
    for role, name in (("supporter", "helper"), ("instructor", "teacher")):
        login = node.account(role, display_name=f"{name}さん")
        who[name], ids[name] = node.sign_in(login), login.id
    put("commissioner", "/api/v1/contract", title="見本の契約", contractor="受託者",
        begins_on="2020-04-01", ends_on="2090-03-31", n_student=400, n_staff=100, n_guardian=10)
    # Days of their own, so that no holiday and no Sunday has a say: long, long, short.
    for days, to in ((3, "15:00"), (4, "15:00"), (5, "12:00"), (6, "15:00")):
        put("commissioner", "/api/v1/hours/days", day=day(days), slots=[{"from": "10:00", "to": to}])


COURSE = {"kind": "relax", "picture": "leaf", "has_hand": True, "has_poll": False, "has_question": True,
          "title": "ゆっくり呼吸《こきゅう》", "summary": "いきをして、からだをゆるめます。"}


def course(role="instructor", **more):
    return post(role, "/api/v1/courses", 201, **{**COURSE, **more})["course"]


def decided(**more):
    made = course(**more)
    post("commissioner", f"/api/v1/courses/{made}/decide", decided=True, version=1, pages_version=0)
    return made


def plan(days=3, role="supporter", n=1):
    reply = ask(role, "GET", f"/api/v1/plan?from={day(days)}&to={day(days + n - 1)}", status=200).json()
    return reply["days"][0] if n == 1 else reply


def lesson(made, days=3, slot=1, lesson=None, role="supporter", **more):
    return ask(role, "PUT", f"/api/v1/lessons/{lesson or new()}",
               {"id": new(), "day": day(days), "slot": slot, "course": made, "floor": "classes",
                "area": "sun", "sub_supports": False, "supporters": [], **more})


def codes(flagged):
    return sorted(f["code"] for f in flagged["flags"])


def planned(key, days=3):
    return next(one for slot in plan(days)["slots"] for one in slot["lessons"] if one["lesson"] == key)


@case
def slots_by_the_type_of_the_day(t):
    t.req("AI-4.4-キ-ア")
    days = plan(3, n=3)["days"]
    t.eq([d["type"] for d in days], ["long", "long", "short"], "types")
    t.eq([(s["n"], s["from"], s["to"]) for s in days[0]["slots"]],
         [(1, "10:15", "11:00"), (2, "11:10", "11:55"), (3, "13:30", "14:15")], "of a long day")
    t.eq(days[2]["slots"], [], "none on a short day")
    t.eq([codes(s) for s in days[0]["slots"]], [["slot-empty"]] * 3, "no course yet")
    made = put("supporter", f"/api/v1/plan/days/{day(4)}", slots=[{"from": "10:00", "to": "10:45"}])
    t.eq(made["n_moved"], 0, "nothing to move")
    own = plan(4)
    t.ok(own["is_own"] and codes(own) == ["few-slots"], "one slot is too few for a long day", own)
    put("supporter", f"/api/v1/plan/days/{day(4)}", slots=[])
    t.eq(codes(plan(4)), ["few-slots"], "none at all as well")
    put("supporter", f"/api/v1/plan/days/{day(4)}", slots=[{"from": "09:00", "to": "09:45"}])
    t.eq(codes(plan(4)["slots"][0]), ["outside-hours", "slot-empty"], "before the doors open")
    put("contractor", f"/api/v1/plan/days/{day(4)}")
    t.ok(not plan(4)["is_own"] and len(plan(4)["slots"]) == 3, "by the template again")
    put("commissioner", "/api/v1/settings/class.slots", value="あさ")
    t.ok("template-unreadable" in codes(plan(4)), "a template that is none", plan(4)["flags"])
    put("commissioner", "/api/v1/settings/class.slots", value="10:15 11:10 13:30")
    put("commissioner", "/api/v1/settings/class.short_slots", value="10:30")
    t.eq(len(plan(5)["slots"]), 1, "a setting gives short days a slot")
    put("commissioner", "/api/v1/settings/class.short_slots", value="")
    for bad in ([{"from": "10:00", "to": "10:00"}], [{"from": "11:00", "to": "11:45"}] * 2,
                [{"from": "1000x", "to": "10:45"}], "10:00"):
        reply = ask("supporter", "PUT", f"/api/v1/plan/days/{day(4)}", {"id": new(), "slots": bad})
        t.eq(reply.status, 422, f"{bad}")
    for bad in ("2026-02-30", "2020-01-01", "2099-01-01", "x"):
        reply = ask("supporter", "PUT", f"/api/v1/plan/days/{bad}", {"id": new(), "slots": []})
        t.eq(reply.status, 422, f"day {bad}")
    for bad in ("from=x", f"from={day(1)}&to={day(0)}", f"from={day(0)}&to={day(42)}"):
        t.eq(ask("supporter", "GET", f"/api/v1/plan?{bad}").status, 422, bad)


@case
def a_course_is_written_then_decided_with_the_commissioner(t):
    t.req("AI-4.4-キ-エ")
    body = {"id": new(), **COURSE}
    first = ask("instructor", "POST", "/api/v1/courses", body, 201).json()
    t.eq((first["course"], first["version"]), (body["id"], 1), "made")
    t.eq(ask("instructor", "POST", "/api/v1/courses", body, 201).json(), first, "sent again")
    t.eq(ask("supporter", "POST", "/api/v1/courses", body).status, 409, "not by another")
    path = f"/api/v1/courses/{body['id']}"
    shown = ask("supporter", "GET", path, status=200).json()
    t.eq((shown["title"], shown["is_decided"], shown["pages"]), (COURSE["title"], False, []), "as it was written")
    for what, rule, more in (("a kanji without reading", "reading", {"title": "呼吸"}),
                             ("a word that is not said", "forbidden", {"title": "ちこくしない"}),
                             ("no means", "least", {"has_hand": False, "has_question": False}),
                             ("a telephone number", "contact", {"summary": "090-1234-5678 まで"}),
                             ("a word that hurts", "words", {"summary": "死ね"})):
        reply = ask("instructor", "PUT", path, {"id": new(), **COURSE, **more})
        t.eq((reply.status, [e["rule"] for e in reply.json().get("errors", [])]), (422, [rule]), what)
    for what, more in (("a kind", {"kind": "math"}), ("a picture", {"picture": "../x"}), ("places", {"places": 0}),
                       ("a field", {"decided": True}), ("a long title", {"title": "あ" * 81})):
        t.eq(ask("instructor", "PUT", path, {"id": new(), **COURSE, **more}).status, 422, what)
    seen = {"decided": True, "version": 1, "pages_version": 0}
    for role in ("contractor", "supporter", "instructor"):
        t.eq(ask(role, "POST", path + "/decide", {"id": new(), **seen}).status, 404, f"{role} decides nothing")
    act = {"id": new(), **seen}
    t.eq(ask("commissioner", "POST", path + "/decide", act).status, 200, "decided")
    t.eq(ask("commissioner", "POST", path + "/decide", act).status, 200, "sent again")
    t.eq(node.psql(f"SELECT count(*) FROM class_course_step WHERE course = '{body['id']}'"), "1", "once")
    put("instructor", path, expected_version=1, **{**COURSE, "title": "ゆっくり", "summary": "しにたいと おもったら、はなしてね。"})
    t.eq(ask("instructor", "PUT", path, {"id": new(), **COURSE, "expected_version": 1}).status, 409, "it changed")
    shown = ask("commissioner", "GET", path, status=200).json()
    t.eq((shown["title"], shown["decided_title"], shown["is_decided"], shown["is_settled"]),
         ("ゆっくり", COURSE["title"], True, False), "pupils go on seeing what was decided")
    t.eq(ask("commissioner", "POST", path + "/decide", {"id": new(), **seen}).status, 409, "an old version")
    t.eq(ask("commissioner", "POST", path + "/decide", {**act, "decided": False}).status, 409, "the id is another's")
    post("commissioner", path + "/decide", decided=False, version=2, pages_version=0)
    t.ok(not ask("commissioner", "GET", path).json()["is_decided"], "withdrawn")
    t.ok("ゆっくり" in [c["title"] for c in ask("supporter", "GET", "/api/v1/courses").json()["items"]], "listed")


@case
def pages_with_links_by_https_alone(t):
    t.req("AI-4.4-キ-エ")
    made = course()
    path = f"/api/v1/courses/{made}"
    pages = [{"title": "はじめ", "text": "めをとじて、\nいきをすいます。", "links":
              [{"title": "しゃしん", "url": "https://example.jp/a?b=1"}]}, {"text": "つぎ", "links": []}]
    act = {"id": new(), "expected_version": 0, "pages": pages}
    first = ask("instructor", "PUT", path + "/pages", act, 200).json()
    t.eq((first["version"], first["pages_version"]), (1, 1), "versions")
    t.eq(ask("instructor", "PUT", path + "/pages", act, 200).json(), first, "sent again")
    t.eq(ask("instructor", "GET", path).json()["pages"], pages, "read back")
    post("commissioner", path + "/decide", decided=True, version=1, pages_version=1)
    put("instructor", path + "/pages", pages=[])
    shown = ask("commissioner", "GET", path).json()
    t.eq((shown["pages"], shown["decided_pages"], shown["is_settled"]), ([], pages, False), "what was decided stays")
    t.eq(ask("instructor", "PUT", path + "/pages", {**act, "id": new()}).status, 409, "it changed")
    for url in ("http://example.jp/", "javascript:alert(1)", "ftp://example.jp", "https://", "https://a@example.jp/",
                "//example.jp", "https://exa mple.jp/", "data:text/html,x"):
        bad = [{"text": "あ", "links": [{"title": "い", "url": url}]}]
        reply = ask("instructor", "PUT", path + "/pages", {"id": new(), "pages": bad})
        t.eq((reply.status, [e["pointer"] for e in reply.json()["errors"]]), (422, ["/pages/0/links/0/url"]), url)
    for bad in ([{"text": "", "links": []}], [{"text": "あ", "links": []}] * 31, [{"text": "090-1234-5678", "links": []}]):
        t.eq(ask("instructor", "PUT", path + "/pages", {"id": new(), "pages": bad}).status, 422, "bad pages")


@case
def a_lesson_is_a_course_in_a_slot(t):
    t.req("AI-4.4-キ-イ")
    made, other = decided(), decided(title="えをかく", places=8)
    key, act = new(), new()
    first = lesson(made, lesson=key, id=act, link="https://meet.example.jp/abc", places=10)
    t.eq((first.status, first.json()), (200, {"lesson": key, "version": 1}), "planned")
    t.eq(lesson(made, lesson=key, id=act).json(), first.json(), "sent again")
    t.eq(lesson(made, lesson=key, id=act, role="contractor").status, 409, "not by another")
    one = planned(key)
    t.eq((one["title"], one["places"], one["is_shown"], one["link"], one["from"]),
         (COURSE["title"], 10, True, "https://meet.example.jp/abc", f"{day(3)}T01:15:00.000000Z"), "as planned")
    t.eq(codes(plan(3)["slots"][0]), [], "the slot has a course")
    t.eq(lesson(made, lesson=key, expected_version=0).status, 409, "it is there already")
    t.eq(lesson(other, lesson=key, expected_version=1, area="sea").json()["version"], 2, "changed")
    t.eq((planned(key)["places"], planned(key)["has_link"]), (8, False), "those of the course, no link any more")
    for area in ("sun", "wood"):
        t.eq(lesson(made, area=area).status, 200, f"beside it in {area}")
    full = lesson(made, area="star")
    t.eq((full.status, full.json()["code"]), (409, "slot-full"), "a fourth one")
    t.eq(lesson(made, lesson=key, area="star").status, 200, "which one of the three is, does not count")
    cancel = {"id": new(), "expected_version": 3}
    for _ in range(2):
        t.eq(ask("supporter", "POST", f"/api/v1/lessons/{key}/cancel", cancel, 200).json()["version"], 4, "cancelled")
    t.eq([c["lesson"] for c in plan(3)["cancelled"]], [key], "among the cancelled")
    t.eq(lesson(made, area="star").status, 200, "its place is free")
    t.eq(lesson(made, lesson=key, area="make").status, 409, "and taken")
    t.eq(lesson(made, lesson=key, slot=2).json()["version"], 5, "planned again, in another slot")
    post("supporter", f"/api/v1/courses/{other}/end", ended=True)
    t.eq(lesson(other, slot=3).status, 422, "a course that has ended")
    post("supporter", f"/api/v1/courses/{other}/end", ended=False)
    t.eq(lesson(other, slot=3).status, 200, "resumed")
    undecided = lesson(course(), slot=3, area="sea").json()["lesson"]
    t.ok("course-undecided" in codes(planned(undecided)), "not decided: flagged, not shown")
    t.eq(planned(undecided)["is_shown"], False, "not shown")


@case
def what_a_lesson_may_not_be(t):
    t.req("AI-4.3-イ-ア-1")
    made = decided()
    for what, pointer, more in (
            ("no https", "/link", {"link": "http://meet.example.jp/"}),
            ("a script", "/link", {"link": "javascript:alert(1)"}),
            ("no floor", "/floor", {"floor": "attic"}), ("no area", "/area", {"area": "moon"}),
            ("no slot", "/slot", {"slot": 4}), ("no number", "/slot", {"slot": 0}),
            ("a closed day", "/slot", {"day": NEW_YEAR}), ("yesterday", "/day", {"day": day(-1)}),
            ("no course", "/course", {"course": new()}), ("no person", "/main", {"main": new()}),
            ("a child teaches", "/main", {"main": ids["student"]}),
            ("the board as sub", "/sub", {"sub": ids["commissioner"]}),
            ("a teacher supports", "/supporters", {"supporters": [{"account": ids["teacher"]}]}),
            ("five of them", "/supporters", {"supporters": [{"account": new()}] * 5}),
            ("places", "/places", {"places": -1})):
        reply = lesson(made, days=6, **more)
        found = [e["pointer"] for e in reply.json().get("errors", [])]
        t.ok(reply.status == 422 and pointer in found, what, (reply.status, reply.body[:200]))
    missing = ask("supporter", "POST", f"/api/v1/lessons/{new()}/cancel", {"id": new()})
    t.eq((missing.status, missing.json()["code"]), (404, "not-found"), "cancel what is not there")
    t.eq(plan(6)["slots"][0]["lessons"], [], "nothing was kept")


@case
def two_people_are_counted_as_the_register_says(t):
    t.req("AI-4.4-キ-ウ")
    t.req("AI-4.4-カ-ロ")
    t.req("AI-4.4-キ-オ")
    made = decided()
    key = lesson(made, days=6).json()["lesson"]
    t.eq(codes(planned(key, 6)), ["no-main", "no-supporter"], "nobody yet")

    def with_(**staff):
        lesson(made, days=6, lesson=key, **staff)
        return codes(planned(key, 6))

    helpers = [{"account": ids["helper"]}]
    t.eq(with_(main=ids["teacher"]), ["no-supporter", "qualification-missing"], "the instructor alone")
    t.eq(with_(main=ids["helper"], supporters=helpers),
         ["main-is-supporter", "no-supporter", "qualification-missing"], "who teaches cannot support")
    t.eq(with_(main=ids["teacher"], supporters=helpers), ["qualification-missing"] * 2, "one of each")
    for account, kind in (("teacher", "expertise"), ("helper", "support_training")):
        post("contractor", "/api/v1/qualifications", 201, account=ids[account], kind=kind, what="研修を受けた",
             since=day(-30))
    t.eq(codes(planned(key, 6)), [], "both are qualified")
    t.eq(with_(main=ids["teacher"], sub=ids["instructor"]), ["no-supporter", "qualification-missing"],
         "two who teach")
    t.eq(with_(main=ids["teacher"], sub=ids["helper"], sub_supports=True), ["qualification-missing"],
         "a team: the sub supports; of expertise there is nothing on file")
    post("commissioner", "/api/v1/qualifications", 201, account=ids["helper"], kind="expertise", what="呼吸法",
         since=day(-1))
    t.eq(codes(planned(key, 6)), [], "a whole team of two")
    lesson(made, days=6, area="sea", main=ids["helper"])
    t.ok("staff-twice" in codes(planned(key, 6)), "planned twice at once", planned(key, 6)["flags"])
    node.psql(f"UPDATE account SET state = 'suspended' WHERE id = '{ids['teacher']}'")
    t.ok("staff-gone" in codes(planned(key, 6)), "an ID that is stopped", planned(key, 6)["flags"])
    node.psql(f"UPDATE account SET state = 'active' WHERE id = '{ids['teacher']}'")


@case
def lessons_go_with_their_slot(t):
    t.req("AI-4.4-キ-ア")
    made = decided()
    put("supporter", f"/api/v1/plan/days/{day(4)}", slots=[{"from": "10:00", "to": "10:45"},
                                                         {"from": "13:00", "to": "13:45"}])
    key = lesson(made, days=4, link="https://meet.example.jp/x").json()["lesson"]
    late = lesson(made, days=4, slot=2).json()["lesson"]
    act = {"id": new(), "slots": [{"from": "10:10", "to": "10:55"}]}
    for _ in range(2):
        ask("supporter", "PUT", f"/api/v1/plan/days/{day(4)}", act, 200)
    one = planned(key, 4)
    t.eq((one["version"], one["from"], one["link"]), (2, f"{day(4)}T01:10:00.000000Z", "https://meet.example.jp/x"),
         "moved once, with its link")
    t.eq([(x["lesson"], "slot-gone" in codes(x)) for x in plan(4)["lost"]], [(late, True)], "its slot is gone")
    put("supporter", f"/api/v1/plan/days/{day(4)}")


@case
def qualifications_are_kept_by_board_and_contractor(t):
    t.req("AI-4.4-カ-ロ")
    t.req("AI-4.4-キ-オ")
    path, act = "/api/v1/qualifications", {"id": new(), "account": ids["supporter"], "kind": "support_experience",
                                           "what": "適応指導教室で三年", "since": day(-100), "until": day(100)}
    for _ in range(2):
        ask("contractor", "POST", path, act, 201)
    rows = [q for q in ask("commissioner", "GET", path).json()["items"] if q["account"] == ids["supporter"]]
    t.eq([(q["qualification"], q["what"], q["holds"], q["account_name"]) for q in rows],
         [(act["id"], act["what"], True, "suppの人")], "the board sees the list")
    t.eq([q["qualification"] for q in ask("supporter", "GET", path).json()["items"]], [act["id"]], "one's own")
    t.eq(ask("instructor", "GET", f"{path}?account={ids['supporter']}").json()["items"], [], "not another's")
    t.eq(ask("supporter", "POST", path, {**act, "id": new()}).status, 404, "nobody notes his own")
    t.eq(ask("commissioner", "POST", path, act).status, 409, "the id is another's")
    for what, more in (("a child", {"account": ids["student"]}), ("nobody", {"account": new()}),
                       ("a day", {"since": "2026-02-30"}), ("backwards", {"until": day(-101)}),
                       ("nothing said", {"what": ""}), ("a kind", {"kind": "nice"})):
        t.eq(ask("contractor", "POST", path, {**act, "id": new(), **more}).status, 422, what)
    end = {"id": new()}
    for _ in range(2):
        ask("commissioner", "POST", f"{path}/{act['id']}/end", end, 200)
    t.eq(ask("commissioner", "POST", f"{path}/{act['id']}/end", {"id": new()}).status, 409, "it ended already")
    t.eq([q["holds"] for q in ask("supporter", "GET", path).json()["items"]], [False], "from today on")


@case
def who_may_what_and_hidden_is_missing(t):
    t.req("KP-3-安全-2")
    made = decided()
    key = lesson(made, slot=3, area="star", main=ids["teacher"], link="https://meet.example.jp/z").json()["lesson"]
    asked = (("GET", "/api/v1/plan", None), ("GET", "/api/v1/courses", None), ("GET", f"/api/v1/courses/{made}", None),
             ("POST", "/api/v1/courses", {"id": new(), **COURSE}),
             ("PUT", f"/api/v1/courses/{made}", {"id": new(), **COURSE}),
             ("POST", f"/api/v1/courses/{made}/end", {"id": new(), "ended": True}),
             ("PUT", f"/api/v1/plan/days/{day(3)}", {"id": new(), "slots": []}),
             ("POST", f"/api/v1/lessons/{key}/cancel", {"id": new()}), ("GET", "/api/v1/qualifications", None))
    for role in ("student", "guardian", "guest_teacher", "school_staff", "auditor"):
        for method, path, body in asked:
            hidden = ask(role, method, path, body)
            missing = ask(role, method, "/api/v1/no-such-thing", body)
            t.ok(hidden.status == 404 and hidden.body == missing.body, f"{role} {method} {path}", hidden)
    for method, path, body in asked[5:8]:
        t.eq(ask("instructor", method, path, body).status, 404, f"instructor {method} {path}")
    for path in (f"/api/v1/courses/{new()}", "/api/v1/courses/x"):
        t.eq(ask("instructor", "GET", path).status, 404, path)
        t.eq(ask("instructor", "PUT", path, {"id": new(), **COURSE, "title": "呼吸"}).status, 404, path)

    def link(role):
        return next(x for s in plan(3, role)["slots"] for x in s["lessons"] if x["lesson"] == key).get("link")

    t.eq((link("supporter"), link("teacher"), link("instructor")),
         ("https://meet.example.jp/z", "https://meet.example.jp/z", None), "who has no part in it has no link")
    seen = ask("instructor", "GET", f"/api/v1/plan?from={day(3)}&to={day(3)}").body.decode()
    t.ok(ids["teacher"] in seen and not any(ids[x] in seen for x in ("student", "commissioner", "supporter")),
         "an instructor reads of those who have a part, and of nobody else")
    t.ok("may_support" not in [k for s in plan(3, "instructor", n=2)["staff"] if s["account"] == ids["teacher"] for k in s],
         "not what others are qualified for")
    t.ok({"supporter", "helper", "teacher"} <= {k for k in ids for s in plan(3, n=2)["staff"] if s["account"] == ids[k]},
         "who plans chooses among all")
    made = course("commissioner")
    for role in ("supporter", "instructor"):
        t.ok(ids["commissioner"] not in ask(role, "GET", f"/api/v1/courses/{made}").body.decode(), f"{role}: by whom")
    t.eq(ask("contractor", "GET", f"/api/v1/courses/{made}").json()["by_name"], "commの人", "the contractor knows")


@case
def names_are_sealed_and_acts_can_be_proved(t):
    t.req("NI-T3-8")
    for table, column, words in (("class_course", "title_sealed", "呼吸"), ("class_pages", "pages_sealed", "いき"),
                                 ("class_lesson", "link_sealed", "meet"), ("qualification", "what_sealed", "適応")):
        t.eq(node.psql(f"SELECT count(*) FROM {table} WHERE position('{words}'::bytea in {column}) > 0"), "0", table)
        t.ok(int(node.psql(f"SELECT count(*) FROM {table}")) > 0, f"rows of {table}")
    with tempfile.TemporaryDirectory() as scratch:
        path = scratch + "/export"
        node.cli("log", "export", "--to", path)
        key = node.cli("log", "key").stdout.strip()
        done = node.cli("verify", "log", path, "--key", key, "--checkpoints", node.data_dir + "/checkpoints.log")
        t.ok("異常はありません" in done.stdout, "clean", done.stdout)
        with open(path, encoding="utf-8") as f:
            text = f.read()
        for table in ("class_day", "class_course", "class_pages", "class_course_step", "class_lesson",
                      "qualification", "qualification_end"):
            t.ok(f'"{table}"' in text, f"leaves of {table}")


@case
def all_of_this_can_be_handed_back(t):
    t.req("KP-3-調達-4")
    handback.opens_everything(t, node)


if __name__ == "__main__":
    with Nodes("aozora") as nodes:
        node = nodes["aozora"]
        set_up()
        main(__file__)
