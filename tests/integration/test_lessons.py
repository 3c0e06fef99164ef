#!/usr/bin/python3
# tests/run: left 100
"""Lessons while they are held, on a whole node over real sockets: two children, an instructor and a
supporter. Choosing, joining, hands, polls, questions, pages, attendance; wrong roles and bad input; a line
that is cut, a program that is killed; what the log and the weekly report say of it."""
import concurrent.futures
import csv
import datetime
import io
import os
import sys
import time
import uuid
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import Nodes  # noqa: E402
from lib.t import case, main  # noqa: E402
from lib.visitor import Visitor  # noqa: E402

nodes = node = None
who, ids, lessons, courses = {}, {}, {}, {}
JST = datetime.timezone(datetime.timedelta(hours=9))
NAMES = {"commissioner": "承認の人", "supporter": "しえんいん", "instructor": "せんせい", "a": "うさぎ", "b": "くま",
         "c": "きつね", "auditor": "監査の人", "stranger": "よその先生", "guest": "ゲストの人"}
LINK = "https://meet.example.jp/abc"
PAGES = [{"title": "はじめ", "text": "めをとじます。", "links": []}, {"text": "いきをすいます。", "links": []},
         {"text": "おわりです。", "links": []}]


def new():
    return str(uuid.uuid4())


def day(days=0):
    return (datetime.datetime.now(JST) + datetime.timedelta(days=days)).date().isoformat()


def ask(name, method, path, body=None, status=None):
    reply = who[name].request(method, path, body)
    if status is not None:
        assert reply.status == status, (name, method, path, body, reply)
    return reply


def put(name, path, **body):
    return ask(name, "PUT", path, {"id": new(), **body}, 200).json()


def post(name, path, status=200, **body):
    return ask(name, "POST", path, {"id": new(), **body}, status).json()


def course(title, is_decided=True, **more):
    made = post("instructor", "/api/v1/courses", 201, **{
        "kind": "relax", "picture": "leaf", "has_hand": True, "has_poll": True, "has_question": True, "title": title,
        "summary": "からだをゆるめます。", **more})["course"]
    put("instructor", f"/api/v1/courses/{made}/pages", pages=PAGES)
    if is_decided:
        post("commissioner", f"/api/v1/courses/{made}/decide", decided=True, version=1, pages_version=1)
    return made


def lesson(made, area, days=0, **more):
    key = new()
    put("supporter", f"/api/v1/lessons/{key}", **{
        "day": day(days), "slot": 1, "course": made, "floor": "classes", "area": area, "sub_supports": False,
        "main": ids["instructor"], "supporters": [{"account": ids["supporter"]}], **more})
    return key


def on_now(key):
    """Whatever the hour: it is on all of yesterday, today and tomorrow."""
    node.psql("UPDATE class_lesson SET from_at = from_at - interval '1 day', to_at = to_at + interval '1 day'"
              f" WHERE lesson = '{key}'")


def set_up():
    for name, shown in NAMES.items():
        role = "student" if name in "abc" else {"stranger": "instructor", "guest": "guest_teacher"}.get(name, name)
        login = node.account(role, display_name=shown)
        who[name], ids[name] = node.sign_in(login), login.id
    put("commissioner", "/api/v1/contract", title="見本の契約", contractor="受託者", begins_on="2020-04-01",
        ends_on="2090-03-31", n_student=400, n_staff=100, n_guardian=10)
    put("commissioner", "/api/v1/settings/class.parallel_most", value="5")
    put("commissioner", "/api/v1/settings/class.staffless_min", value="1")
    for days in range(3):
        put("commissioner", "/api/v1/hours/days", day=day(days), slots=[{"from": "00:00", "to": "24:00"}])
        put("supporter", f"/api/v1/plan/days/{day(days)}", slots=[{"from": "00:00", "to": "23:59"}])
    for name, title, more in (("breath", "ゆっくり呼吸《こきゅう》", {}), ("draw", "えをかく", {"places": 1}),
                              ("secret", "まだ", {"is_decided": False}),
                              ("quiet", "きく", {"has_hand": False, "has_poll": False}),
                              ("show", "みる", {"has_question": False})):
        courses[name] = course(title, **more)
    lessons["on"] = lesson(courses["breath"], "sun", link=LINK)
    lessons["one"] = lesson(courses["draw"], "sea")
    lessons["secret"] = lesson(courses["secret"], "wood")
    lessons["quiet"] = lesson(courses["quiet"], "wood", main=ids["stranger"])
    lessons["show"] = lesson(courses["show"], "wood", main=ids["guest"], sub=ids["stranger"])
    lessons["later"] = lesson(courses["draw"], "sea", days=2)
    lessons["beside"] = lesson(courses["breath"], "sun", days=2, link=LINK)
    for name in ("on", "one", "secret", "quiet", "show"):
        on_now(lessons[name])


def mine(name, key, days=0):
    reply = ask(name, "GET", f"/api/v1/my/lessons?day={day(days)}", status=200).json()
    return next((one for slot in reply["slots"] for one in slot["lessons"] if one["lesson"] == key), None)


def choose(name, key, chosen=True):
    return ask(name, "PUT", f"/api/v1/my/lessons/{key}", {"chosen": chosen})


def until(found, seconds=10):
    end = time.monotonic() + seconds
    while not found() and time.monotonic() < end:
        time.sleep(0.1)
    return found()


def enter(name, **more):
    v = Visitor(node, who[name])
    v.enter(floor="classes", **more)
    v.wait("floor.here")
    return v


def join(v, key):
    """Refused as not-found only until the plan was read."""
    code = until(lambda: v.refused("lesson.join", lesson=key) or "ok")
    end = time.monotonic() + 10
    while code == "not-found" and time.monotonic() < end:
        time.sleep(0.2)
        code = v.refused("lesson.join", lesson=key) or "ok"
    assert code == "ok", code
    return v.wait("lesson.here", where=lambda of: of["lesson"] == key)


def events(name, key):
    text = node.psql(f"SELECT kind, coalesce(reason, '') FROM lesson_event WHERE account = '{ids[name]}' AND lesson ="
                     f" '{key}' ORDER BY at, id")
    return [tuple(r.split("|")) for r in text.splitlines()]


@case
def a_child_chooses_until_the_start_and_later(t):
    t.req("AI-4.4-キ-イ")
    key, beside = lessons["later"], lessons["beside"]
    shown = mine("a", key, 2)
    t.eq((shown["title"], shown["title_kana"], shown["teacher"], shown["places"], shown["left"], shown["state"],
          shown["is_chosen"]), ("えをかく", "えをかく", NAMES["instructor"], 1, 1, "before", False), "as it is shown")
    t.eq(mine("a", beside, 2)["title_kana"], "ゆっくりこきゅう", "with its reading")
    t.ok("left" not in mine("a", beside, 2), "as many as come")
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        found = sorted(reply.status for reply in pool.map(lambda name: choose(name, key), "abc"))
    t.eq(found, [200, 409, 409], "of three at once one has the one place")
    have = next(name for name in "abc" if mine(name, key, 2)["is_chosen"])
    other = next(name for name in "abc" if name != have)
    t.eq(choose(other, key).json()["code"], "full", "the others are told kindly")
    t.eq(choose(have, key).status, 200, "sent again")
    t.eq(mine(other, key, 2)["left"], 0, "no place left")
    t.eq(choose(have, beside).status, 200, "he changes to another of the slot")
    t.eq((mine(have, key, 2)["is_chosen"], mine(other, key, 2)["left"]), (False, 1), "and gives up the first")
    t.eq([choose(other, key).status, choose(other, key, False).status, choose(other, key, False).status],
         [200, 200, 200], "giving it up is always possible, twice too")
    t.eq(node.psql(f"SELECT count(*) FROM lesson_choice WHERE lesson = '{key}' AND ended_at IS NULL"), "0", "free again")
    t.eq((choose("c", lessons["one"]).status, mine("c", lessons["one"])["state"]), (200, "on"), "joining late")
    choose("c", lessons["one"], False)


@case
def what_is_not_decided_or_not_theirs_is_not_there(t):
    t.req("AI-4.4-キ-エ")
    t.req("AI-4.3-イ-ア-1")
    t.ok(mine("a", lessons["secret"]) is None, "an undecided course is not in the list")
    for path in (lessons["secret"], new(), "x"):
        t.eq(choose("a", path).status, 404, "nor to be chosen")
        t.eq(ask("a", "GET", f"/api/v1/my/lessons/{path}").status, 404, "nor to be read")
    t.ok("link" not in mine("b", lessons["on"]), "the link is not for who has not chosen")
    t.eq(ask("b", "GET", f"/api/v1/my/lessons/{lessons['on']}").status, 404, "nor the material")
    choose("b", lessons["on"])
    choose("b", lessons["beside"])
    t.eq(mine("b", lessons["on"])["link"], LINK, "he who has, while it is on")
    t.ok("link" not in mine("b", lessons["beside"], 2), "and not before its slot")
    shown = ask("b", "GET", f"/api/v1/my/lessons/{lessons['on']}", status=200).json()
    t.eq((shown["pages"], shown["lesson"]["link"], shown["state"]["page"]), (PAGES, LINK, 0), "pages at his own pace")
    choose("b", lessons["on"], False)
    t.ok("link" not in mine("b", lessons["on"]), "gone with the choice")
    for name in ("instructor", "supporter", "commissioner", "auditor"):
        t.eq(ask(name, "GET", "/api/v1/my/lessons").status, 404, f"{name} chooses nothing")
    for name in ("a", "stranger", "auditor"):
        for part in ("live", "attendance"):
            t.eq(ask(name, "GET", f"/api/v1/lessons/{lessons['on']}/{part}").status, 404, f"{name}: {part}")
    t.eq(ask("a", "GET", "/api/v1/my/lessons?day=x").status, 422, "a day that is none")
    for bad in ({}, {"chosen": 1}, {"chosen": True, "x": 1}):
        t.eq(ask("a", "PUT", f"/api/v1/my/lessons/{lessons['on']}", bad).status, 422, f"{bad}")


@case
def in_a_lesson(t):
    t.req("AI-4.4-キ-エ")
    t.req("AI-4.6-ア-2")
    key = lessons["on"]
    with enter("a") as a, enter("b") as b, enter("instructor") as teacher, enter("supporter") as helper, \
            Visitor(node, who["c"]) as c, enter("stranger") as stranger:
        c.enter(floor="plaza")
        t.eq(a.refused("lesson.hand", lesson=key, on=True), "not-in-lesson", "who is not in it does nothing")
        here = join(a, key)
        t.eq((here["lesson"], here["page"], here["n_here"], here["hands"], here["questions"]), (key, 0, 1, [], []),
             "how it stands")
        for v in (b, teacher, helper):
            join(v, key)
        t.eq(c.refused("lesson.join", lesson=key), "other-floor", "tied to its floor")
        t.eq([a.refused("lesson.join", lesson=x) for x in (lessons["secret"], lessons["later"], new(), "x")],
             ["not-found", "not-found", "not-found", "invalid"], "what is not there")
        t.eq(stranger.refused("lesson.join", lesson=key), "not-found", "nobody's teacher")
        t.eq(mine("a", key)["is_chosen"], True, "joining late takes a place")
        # Another lesson beside it.
        t.eq(choose("c", lessons["one"]).status, 200, "its one place is taken")
        t.ok(until(lambda: b.refused("lesson.join", lesson=lessons["one"]) == "full"),
             "joining late needs a place, too")
        t.eq(events("b", key), [("joined", "")], "and who got none stays where he was")
        choose("c", lessons["one"], False)
        t.eq(b.refused("lesson.join", lesson=lessons["one"]), None, "then he changes")
        t.eq(b.wait("lesson.over"), {"lesson": key, "reason": "self"}, "out of the one")
        t.eq(b.wait("lesson.here", where=lambda of: of["lesson"] == lessons["one"])["n_here"], 1, "in the other")
        t.eq([mine("b", lessons[x])["is_chosen"] for x in ("on", "one")], [False, True], "chosen with it")
        join(b, key)
        b.wait("lesson.over")
        # Pages.
        teacher.command("lesson.page", lesson=key, page=2)
        t.eq(a.wait("lesson.here", where=lambda of: of["page"] == 2)["n_pages"], 3, "in step")
        t.eq(teacher.refused("lesson.page", lesson=key, page=4), "invalid", "no such page")
        t.eq([v.refused("lesson.page", lesson=key, page=1) for v in (a, helper)], ["not-found", "lesson-teach"],
             "instructors alone turn pages")
        # Hands.
        a.command("lesson.hand", lesson=key, on=True)
        seen = b.wait("lesson.hand")
        t.eq(seen, {"lesson": key, "seat": a.seat, "on": True}, "a sign that others see, without a name")
        raised = helper.wait("lesson.here", where=lambda of: of["n_hands"] == 1)["hands"][0]
        t.eq((raised["name"], raised["account"], raised["seat"]), (NAMES["a"], ids["a"], a.seat), "the team knows whose")
        theirs = b.wait("lesson.here", where=lambda of: of["n_hands"] == 1)
        t.eq((sorted(theirs["hands"][0]), theirs["my_hand"]), (["at", "seat"], False), "the others do not")
        t.eq(b.refused("lesson.hand", lesson=key, on=False, seat=a.seat), "lesson-hand", "nor put it down")
        helper.command("lesson.hand", lesson=key, on=False, seat=a.seat)
        a.wait("lesson.here", where=lambda of: not of["my_hand"] and of["n_hands"] == 0)
        # Polls.
        poll = {"lesson": key, "poll": new(), "question": "わかった？", "choices": ["はい", "まだ", "すこし"]}
        t.eq([teacher.refused("lesson.poll.open", **{**poll, **bad}) for bad in (
            {"choices": ["はい"]}, {"choices": ["あ"] * 7}, {"question": ""}, {"choices": ["あ", "い" * 41]})],
             ["invalid"] * 4, "two to six answers")
        t.eq(helper.refused("lesson.poll.open", **poll), "lesson-teach", "not by the supporter")
        for _ in range(2):
            teacher.command("lesson.poll.open", **poll)
        t.eq(teacher.refused("lesson.poll.open", **{**poll, "poll": new()}), "open", "one at a time")
        asked = a.wait("lesson.here", where=lambda of: "poll" in of)["poll"]
        t.eq((asked["question"], asked["choices"], asked["is_open"]),
             ("わかった？", [{"text": x} for x in poll["choices"]], True), "no counts while it is open")
        for choice in (0, 2):
            a.command("lesson.poll.answer", poll=poll["poll"], choice=choice)
        b.command("lesson.poll.answer", poll=poll["poll"], choice=2)
        t.eq([b.refused("lesson.poll.answer", poll=x, choice=y) for x, y in ((poll["poll"], 3), (poll["poll"], 6),
                                                                          (new(), 0))],
             ["invalid", "invalid", "closed"], "answers that are none")
        t.eq(teacher.refused("lesson.poll.answer", poll=poll["poll"], choice=0), "not-found", "children answer")
        teacher.wait("lesson.here", where=lambda of: [c["n"] for c in of.get("poll", {"choices": [{"n": 0}]})["choices"]]
                     == [0, 0, 2])
        t.eq(a.wait("lesson.here", where=lambda of: of.get("poll", {}).get("my_choice") == 2)["poll"]["is_open"], True,
             "changed, and his own is told him")
        t.eq(a.refused("lesson.poll.close", poll=poll["poll"]), "not-found", "the instructor closes it")
        teacher.command("lesson.poll.close", poll=poll["poll"])
        over = b.wait("lesson.here", where=lambda of: "poll" in of and not of["poll"]["is_open"])["poll"]
        t.eq([c["n"] for c in over["choices"]], [0, 0, 2], "then counts for everybody")
        t.eq(a.refused("lesson.poll.answer", poll=poll["poll"], choice=0), "closed", "and no more answers")
        t.eq(node.psql("SELECT count(*) FROM lesson_vote"), "0", "who gave which answer is forgotten")
        # Questions.
        plain, held, rude = new(), new(), new()
        for _ in range(2):
            ok = a.command("lesson.ask", lesson=key, question=plain, text="もう一回おしえてください")
            t.eq(ok["state"], "said", "asked, and once more the same")
        t.eq(a.command("lesson.ask", lesson=key, question=held, text="でんわは090-1234-5678です")["state"], "held",
             "a contact detail waits for staff")
        t.eq(a.command("lesson.ask", lesson=key, question=rude, text="うるさい、死ね")["text"].count("＊"), 2,
             "words that hurt are masked")
        found = teacher.wait("lesson.here", where=lambda of: len(of["questions"]) == 2)["questions"]
        t.eq([(q["question"], q["name"]) for q in found], [(plain, NAMES["a"]), (rude, NAMES["a"])],
             "the team sees who asked; what is held it does not see")
        own = a.wait("lesson.here", where=lambda of: len(of["questions"]) == 3)["questions"]
        t.eq([q["state"] for q in own], ["said", "held", "said"], "his own, all of them")
        helper.command("lesson.answered", lesson=key, question=plain)
        a.wait("lesson.here", where=lambda of: any(q["is_answered"] for q in of["questions"]))
        t.ok(until(lambda: node.psql(f"SELECT count(*) FROM contact WHERE child = '{ids['a']}' AND other ="
                                     f" '{ids['supporter']}'") == "1"), "asked and answered is a contact of the two")
        t.eq([v.refused("lesson.answered", lesson=key, question=plain) for v in (a, b)], ["not-found"] * 2, "by the team")
        t.eq(teacher.refused("lesson.answered", lesson=key, question=new()), "not-found", "a question that is none")
        t.eq(a.refused("lesson.ask", lesson=key, question=new(), text=" "), "blank", "nothing asked")
        t.ok(b.seen("chat.said") == [] and all(of["questions"] == [] for of in b.seen("lesson.here")),
             "another child hears nothing of it")
        waiting = ask("supporter", "GET", "/api/v1/held", status=200).json()["items"]
        t.ok(held in [x["line"] for x in waiting], "the held one is in the list of held lines")
        post("supporter", f"/api/v1/held/{held}", act="release")
        shown = teacher.wait("lesson.here", where=lambda of: len(of["questions"]) == 3)["questions"]
        t.eq([(q["question"], q["state"]) for q in shown][1], (held, "said"), "let through, its teacher reads it")
        reply = ask("commissioner", "POST", "/api/v1/measures",
                    {"id": new(), "kind": "chat", "account": ids["a"], "minutes": 5, "reason": "ためし"})
        t.eq(reply.status, 200, "writing stopped")
        t.eq(a.refused("lesson.ask", lesson=key, question=new(), text="いいですか"), "stopped", "stops questions too")
        said = b"\n".join(b.heard)
        t.ok(ids["a"].encode() not in said and NAMES["a"].encode() not in b"\n".join(
            x for x in b.heard if b'"lesson.' in x), "no ID, and no name in what a child hears of the lesson")
        # Staff over HTTP, and the link.
        live = ask("instructor", "GET", f"/api/v1/lessons/{key}/live", status=200).json()
        t.eq((live["is_on"], live["link"], live["state"]["n_here"]), (True, LINK, 2), "how it stands, for staff")
        t.ok(until(lambda: not ask("supporter", "GET", f"/api/v1/lessons/{key}/live").json()["no_main"]),
             "both are there who must be")
        # Leaving.
        b.command("lesson.leave", lesson=key)
        t.eq(b.wait("lesson.over")["reason"], "self", "told")
        c.enter(floor="classes")
        c.wait("floor.here")
        join(c, key)
        c.enter(floor="plaza")
        t.eq(c.wait("lesson.over")["reason"], "away", "who goes to another floor is out of it")
        stamps = until(lambda: events("c", key)[1:])
        t.eq((events("b", key), stamps), ([("joined", ""), ("left", "self")] * 2, [("left", "away")]), "each a row")
        # Nobody teaches any more.
        teacher.command("place.leave")
        t.ok(until(lambda: ask("supporter", "GET", f"/api/v1/lessons/{key}/live").json()["no_main"]),
             "a lesson that runs without its instructor is seen")
    t.eq(node.psql("SELECT count(*) FROM lesson_event r WHERE NOT EXISTS (SELECT FROM audit_leaf l WHERE l.row_id ="
                   " r.id AND l.table_name = 'lesson_event')"), "0", "leaves")


@case
def a_lesson_is_given_by_the_means_of_its_course(t):
    t.req("AI-4.4-キ-エ")
    quiet, show = lessons["quiet"], lessons["show"]
    parts = [{x["lesson"]: (x["part"], x["is_on"]) for x in
              ask(name, "GET", "/api/v1/my/teaching", status=200).json()["lessons"]} for name in ("guest", "stranger")]
    t.eq(parts, [{show: ("main", True)}, {quiet: ("main", True), show: ("sub", True)}],
         "a guest teacher sees what he teaches, an instructor his parts")
    for path in ("/api/v1/plan", f"/api/v1/lessons/{lessons['on']}/live"):
        t.eq(ask("guest", "GET", path).status, 404, f"and nothing else: {path}")
    t.eq(ask("guest", "GET", f"/api/v1/lessons/{show}/live", status=200).json()["state"]["is_instructor"], True, "his")
    t.eq(ask("commissioner", "GET", "/api/v1/my/teaching", status=200).json()["lessons"], [], "who teaches nothing")
    t.eq(ask("a", "GET", "/api/v1/my/teaching").status, 404, "children do not")
    poll = {"poll": new(), "question": "わかった？", "choices": ["はい", "まだ"]}
    with enter("b") as b, enter("stranger") as teacher:
        here = join(b, quiet)
        join(teacher, quiet)
        t.eq([here[x] for x in ("takes_hands", "takes_polls", "takes_questions")], [False, False, True], "as it is given")
        t.eq(b.refused("lesson.hand", lesson=quiet, on=True), "lesson-means", "no hands")
        t.eq(b.refused("lesson.hand", lesson=quiet, on=False), None, "putting it down is always possible")
        t.eq(teacher.refused("lesson.poll.open", lesson=quiet, **poll), "lesson-means", "no polls")
        t.eq(b.refused("lesson.ask", lesson=quiet, question=new(), text="どうするの"), None, "questions")
        teacher.wait("lesson.here", where=lambda of: [q["text"] for q in of["questions"]] == ["どうするの"])
        b.forget("lesson.here")
        here = join(b, show)
        join(teacher, show)
        t.eq([here[x] for x in ("takes_hands", "takes_polls", "takes_questions")], [True, True, False], "the other one")
        t.eq(b.refused("lesson.ask", lesson=show, question=new(), text="どうするの"), "lesson-means", "no questions")
        t.eq((b.refused("lesson.hand", lesson=show, on=True), teacher.refused("lesson.poll.open", lesson=show, **poll)),
             (None, None), "hands and polls")


def missing(of):
    return of["no_main"] or of["no_supporter"]


@case
def a_lesson_without_its_staff_is_an_incident_until_it_is_mended(t):
    t.req("AI-4.4-キ-ウ")
    count = "SELECT count(*) FROM incident WHERE kind = 'unstaffed'"
    key = lessons["quiet"]
    with Visitor(node, who["supporter"]) as helper:
        before = int(node.psql(count))
        helper.enter(floor="plaza")
        helper.wait("floor.here")
        told = helper.wait("lesson.unstaffed", 75, lambda of: of["lesson"] == key and missing(of))
        t.eq((told["no_main"], told["no_supporter"]), (True, True), "nobody is there")
        all_told = [told] + [of for of in helper.seen("lesson.unstaffed") if missing(of)]
        t.ok(until(lambda: int(node.psql(count)) - before == len(all_told)), "an incident each, once")
        t.eq(node.psql("SELECT DISTINCT floor, urgency, account IS NULL FROM incident WHERE kind = 'unstaffed'"),
             "classes|3|t", "about nobody, urgent")
        # Held by another town: its main instructor stands there.
        node.psql(f"UPDATE class_lesson SET main_at = '{new()}' WHERE lesson = '{key}'")
        told = helper.wait("lesson.unstaffed", 10, lambda of: of["lesson"] == key)
        t.eq((told["no_main"], told["no_supporter"]), (False, True), "a supporter of ours is missed all the same")
        helper.enter(floor="classes")
        told = helper.wait("lesson.unstaffed", 10, lambda of: of["lesson"] == key)
        t.eq(missing(told), False, "mended: they hear of it")
    now = [x for x in ask("supporter", "GET", "/api/v1/my/teaching", status=200).json()["lessons"] if x["lesson"] == key]
    t.eq(now[0]["is_elsewhere"], True, "and whoever has a part in it here knows")
    row = "SELECT slot, from_at, to_at, course, floor, area, main_at FROM class_lesson WHERE lesson = '{}' ORDER BY" \
          " version DESC LIMIT 1"
    was = node.psql(row.format(key))
    put("supporter", f"/api/v1/lessons/{key}", day=day(1), slot=1, course=courses["draw"], floor="plaza",
        sub_supports=False, supporters=[{"account": ids["supporter"]}])
    t.eq(node.psql(row.format(key)), was, "what and when are not ours to change")
    t.eq(node.psql("SELECT string_agg(s.part, ' ') FROM class_lesson l JOIN class_lesson_staff s ON s.lesson_version ="
                   f" l.id WHERE l.lesson = '{key}' AND l.version = 2"), "support", "our staff is")
    plan = ask("supporter", "GET", f"/api/v1/plan?from={day()}&to={day()}", status=200).json()
    flags = [f["code"] for d in plan["days"] for s in d["slots"] for x in s["lessons"] if x["lesson"] == key
             for f in x["flags"]]
    t.ok("no-main" not in flags, "the plan misses no main instructor either", flags)


@case
def what_was_acknowledged_outlives_a_cut_and_a_kill(t):
    t.req("AI-4.6-ア-2")
    key = lessons["on"]
    a, teacher = enter("b"), enter("instructor")
    join(a, key)
    join(teacher, key)
    a.command("lesson.hand", lesson=key, on=True)
    teacher.command("lesson.page", lesson=key, page=3)
    poll = new()
    teacher.command("lesson.poll.open", lesson=key, poll=poll, question="どう？", choices=["よい", "まあ"])
    a.command("lesson.poll.answer", poll=poll, choice=1)
    a.cut()
    with Visitor(node, who["b"]) as again:
        again.resume(a)

        def has_all(of):
            return of["my_hand"] and of.get("poll", {}).get("my_choice") == 1
        heard = [of for of in a.seen("lesson.here") if has_all(of)]  # in time before the cut: not told again
        here = heard[-1] if heard else again.wait("lesson.here", where=has_all)
        t.eq(here["page"], 3, "back on the same stay after a cut")
        time.sleep(2.5)  # where he stands is written within two seconds, and by what he comes back
        pid = node.kill("node")
        t.ok(pid, "killed")
        node.wait_back("node", pid)
        node.wait_answer()
    t.eq(until(lambda: ask("instructor", "GET", f"/api/v1/lessons/{key}/live").status) and
         ask("instructor", "GET", f"/api/v1/lessons/{key}/live").json()["state"]["page"], 3, "the page")
    with Visitor(node, who["b"]) as back:
        back.resume(again)
        here = back.wait("lesson.here", where=lambda of: of["my_hand"] and "poll" in of and of["page"] == 3)
        t.eq((here["poll"]["my_choice"], here["page"]), (1, 3), "hand, answer and page")
        t.eq(back.refused("lesson.poll.answer", poll=poll, choice=0), None, "and it goes on")
        back.command("lesson.leave", lesson=key)
    teacher.cut()
    t.eq(events("b", key)[-2:], [("joined", ""), ("left", "self")], "one stay through all of it")
    t.eq(events("b", key).count(("joined", "")), 3, "no stay twice")


@case
def the_end_of_the_slot_ends_it_for_all(t):
    t.req("AI-4.6-ア-2")
    key = lessons["one"]
    with enter("a") as a, enter("instructor") as teacher:
        join(a, key)
        join(teacher, key)
        poll = new()
        teacher.command("lesson.poll.open", lesson=key, poll=poll, question="どう？", choices=["よい", "まあ"])
        a.command("lesson.poll.answer", poll=poll, choice=0)
        node.psql(f"UPDATE class_lesson SET to_at = now() WHERE lesson = '{key}'")
        for v in (a, teacher):
            t.eq(v.wait("lesson.over", 10, lambda of: of["lesson"] == key)["reason"], "end", "told")
        t.eq(a.refused("lesson.join", lesson=key), "over", "nobody comes any more")
    t.ok(until(lambda: events("a", key)[-1] == ("left", "end")), "a row", events("a", key))
    t.eq(node.psql(f"SELECT e.at = l.to_at FROM lesson_event e JOIN class_lesson l ON l.lesson = e.lesson WHERE e.account"
                   f" = '{ids['a']}' AND e.kind = 'left' AND e.reason = 'end'"), "t", "at the end of the slot")
    t.ok(until(lambda: node.psql(f"SELECT array_to_string(counts, ' ') FROM lesson_poll WHERE id = '{poll}'") == "1 0"),
         "a poll that was left open is counted")
    t.ok(until(lambda: node.psql("SELECT count(*) FROM lesson_seat") == "0"), "nobody is in a lesson any more")


@case
def attendance_is_listed_logged_and_reported(t):
    t.req("AI-4.6-ア-2")
    t.req("AI-4.6-ア-3")
    key = lessons["on"]
    node.psql("UPDATE lesson_event SET at = at - interval '20 minutes' WHERE kind = 'joined' AND account ="
              f" '{ids['c']}'")
    shown = ask("instructor", "GET", f"/api/v1/lessons/{key}/attendance", status=200).json()
    rows = {x["account"]: x for x in shown["items"]}
    t.ok(ids["instructor"] not in rows, "children are listed")
    t.eq((rows[ids["c"]]["minutes"], rows[ids["c"]]["is_attended"], rows[ids["c"]]["name"]), (20, True, NAMES["c"]),
         "long enough")
    t.eq((rows[ids["b"]]["is_attended"], rows[ids["b"]]["n_joined"]), (False, 3), "too short")
    t.ok("login" not in rows[ids["c"]], "an instructor sees no ID")
    seen = ask("supporter", "GET", f"/api/v1/lessons/{key}/attendance", status=200).json()["items"]
    t.ok(all(x.get("login") for x in seen), "a supporter does")
    put("commissioner", "/api/v1/settings/class.attended_min", value="21")
    shown = ask("commissioner", "GET", f"/api/v1/lessons/{key}/attendance", status=200).json()
    t.eq((shown["attended_min"], any(x["is_attended"] for x in shown["items"])), (21, False), "a setting")
    put("commissioner", "/api/v1/settings/class.attended_min", value="15")
    now = datetime.datetime.now(datetime.timezone.utc)
    export = new()
    reply = ask("commissioner", "POST", "/api/v1/log-exports", {
        "id": export, "kinds": ["lesson"], "account": ids["c"], "format": "csv", "reason": "参加の記録の確認のため",
        "from": (now - datetime.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "to": (now + datetime.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")})
    t.eq((reply.status, reply.json().get("state")), (201, "approved"), "one child's log")
    reply = ask("commissioner", "GET", f"/api/v1/log-exports/{export}/file", status=200)
    with zipfile.ZipFile(io.BytesIO(reply.body)) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("lesson.csv").decode("utf-8-sig"), newline="")))
    t.eq([(r["できごと"], r["講座名"], r["退出のわけ"], r["表示名"]) for r in rows],
         [("参加", "ゆっくり呼吸《こきゅう》", "", NAMES["c"]), ("退出", "ゆっくり呼吸《こきゅう》", "その場所をはなれた", NAMES["c"])],
         "joined and left, the course")
    # Of last week.
    node.psql("UPDATE account SET created_at = created_at - interval '14 days' WHERE role = 'student'")
    today = datetime.datetime.now(JST).date()
    monday = (today - datetime.timedelta(today.weekday() + 7)).isoformat()
    first = node.psql(f"SELECT min(at) FROM lesson_event WHERE account = '{ids['c']}'").strip()
    back = f"('{first}'::timestamptz - timestamptz '{monday}T12:00:00+09:00')"
    node.psql(f"UPDATE lesson_event SET at = at - {back}")
    node.psql(f"UPDATE class_lesson SET from_at = from_at - {back}, to_at = to_at - {back} WHERE lesson = '{key}'")
    ask("commissioner", "POST", "/api/v1/report-receivers",
        {"id": new(), "account": ids["commissioner"], "way": "screen", "is_on": True}, 204)
    reply = ask("commissioner", "POST", "/api/v1/weekly-reports", {"id": new(), "week": monday})
    t.ok(reply.status // 100 == 2, "asked for", reply)

    def report():
        items = ask("commissioner", "GET", "/api/v1/weekly-reports").json()["items"]
        return next((r["id"] for r in items if r["week"] == monday and r["is_mine"]), None)

    made = until(report, 20)
    text = ask("commissioner", "GET", f"/api/v1/weekly-reports/{made}/csv", status=200).body.decode("utf-8-sig")
    lines = [r for r in csv.DictReader(io.StringIO(text, newline="")) if r["種類"] == "授業" and r["表示名"] == NAMES["c"]]
    t.eq([(r["講座"], r["講座の種類"], r["授業に参加と数えるか"], int(r["いた時間（秒）"]) // 60) for r in lines],
         [("ゆっくり呼吸", "リラックス・ストレスとのつきあい方", "はい", 20)], "in the weekly report, with its content")
    t.eq(ask("commissioner", "GET", f"/api/v1/weekly-reports/{made}/pdf").body[:4], b"%PDF", "and on paper")


if __name__ == "__main__":
    with Nodes("aozora") as nodes:
        node = nodes["aozora"]
        set_up()
        main(__file__)
