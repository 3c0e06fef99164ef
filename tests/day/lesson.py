"""tests/day/lesson.py - a guest teacher whose card is one town's teaches a lesson that the city holds, to children of
three municipalities; the city's line to the others is cut in the middle of it and heals."""
import concurrent.futures
import datetime
import subprocess
import time

from day import Failed, day_of, must, new, until
from lib.browser_pipe import Browser
from lib.ibasho_node import Login, NodeError, TITLES
from lib.visitor import Visitor
from lib.voice_person import ZONE_WAYS, VoicePerson
from lib.ws_client import No

TITLE = "授業: 町の先生が、市の授業で、三つの市町の子どもに教える"

SHARED = "/api/v1/shared"
GUEST = "星野 そら"
FIELD = "#chat-field"
N_EACH = 3  # children of each municipality
OPEN = (1020, 1200)  # of the lounge's floor
CUT_S = 8  # how long the line stays cut
# Where it is written when a lesson is.
MOVED = (("class_lesson", "id", ("day", "from_at", "to_at")), ("fed_series_lesson", "lesson", ("from_at", "to_at")))


def three(day):
    return [day.city, day.town_a, day.town_b]


# ---- before it begins ----

def course(day):
    key = day.post(day.city, "instructor", "/api/v1/courses", 201, kind="relax", picture="leaf", has_hand=True,
                   has_poll=True, has_question=True, title="ほしぞらの話《はなし》", summary="星と、ゆっくりした呼吸の話です。")["course"]
    day.put(day.city, "instructor", f"/api/v1/courses/{key}/pages",
            pages=[{"title": "はじめ", "text": "めをとじます。そらを思いうかべます。", "links": []},
                   {"title": "秋の星", "text": "秋の空には、四つの星でできた四角があります。", "links": []}])
    day.post(day.city, "commissioner", f"/api/v1/courses/{key}/decide", decided=True, version=1, pages_version=1)
    return key


def share(day):
    """The city offers a date, both towns' boards accept it."""
    series = day.made["series"] = new()
    reply = day.ask(day.city, "contractor", "POST", f"{SHARED}/series", {
        "id": series, "course": course(day), "floor": "lounge", "places": 8, "rules": "",
        "lessons": [{"day": day_of(2), "slot": 1}]}, 200)
    day.made["floor"] = reply.json()["floor"]
    for node in (day.town_a, day.town_b):
        day.post(day.city, "commissioner", f"{SHARED}/series/{series}/offer", node=day.ids[node.name], places=5)
        path = f"{SHARED}/offers/{series}"
        offer = must(lambda n=node, p=path: (r := day.ask(n, "commissioner", "GET", p)).status == 200 and
                     r.json()["offer"], f"{node.name}: the offer")
        day.post(node, "commissioner", path + "/accept", version=offer["version"])
    must(lambda: day.city.psql("SELECT count(*) FROM fed_series_node WHERE state = 'accepted'") == "2", "accepted")
    day.made["lessons"] = {
        node.name: node.psql(f"SELECT lesson FROM fed_series_lesson WHERE series = '{series}'") for node in three(day)}


def keep(day, node, lesson):
    """When each row said that the lesson is, before it was moved: as the log has it."""
    planned = day.made.setdefault("planned", {})
    for table, key, columns in MOVED:
        rows = node.psql(f"SELECT {key}, {', '.join(columns)} FROM {table} WHERE lesson = '{lesson}'")
        for row, *values in (line.split("|") for line in rows.splitlines()):
            planned.setdefault((node.name, table, key, row), dict(zip(columns, values)))


def put_back(day):
    """Every row is again as it was written."""
    for (name, table, key, row), values in day.made.pop("planned", {}).items():
        day.nodes[name].psql(f"UPDATE {table} SET " + ", ".join(f"{c} = '{v}'" for c, v in values.items()) +
                             f" WHERE {key} = '{row}'")


def move(day, begin, end):
    """The lesson lies so many minutes from now, on whole minutes, as every town takes them in."""
    now = datetime.datetime.fromtimestamp(day.clock.now(), datetime.timezone.utc).replace(second=0, microsecond=0)
    at = [(now + datetime.timedelta(minutes=m)).isoformat() for m in (begin, end)]
    for node in three(day):
        lesson = day.made["lessons"][node.name]
        keep(day, node, lesson)
        node.psql(f"UPDATE class_lesson SET day = '{day_of(0)}' WHERE lesson = '{lesson}'")
        for table in ("class_lesson", "fed_series_lesson"):
            node.psql(f"UPDATE {table} SET from_at = '{at[0]}', to_at = '{at[1]}' WHERE lesson = '{lesson}'")


def teacher(day):
    """A card of one town's; a yes of all three boards; the lesson is given to it; an ID at the city."""
    card = new()
    day.put(day.town_a, "commissioner", f"/api/v1/teachers/{card}", expected_version=0, name=GUEST, field="星と宇宙の話",
            evidence="県立天文台に十二年つとめています。", times="水曜の午前")
    day.post(day.town_a, "commissioner", f"/api/v1/teachers/{card}/offer",
             nodes=[{"node": day.ids["aozora"]}, {"node": day.ids["kawabe"]}])
    for node in three(day):
        must(lambda n=node: day.ask(n, "commissioner", "POST", f"/api/v1/teachers/{card}/approve",
                                    {"id": new(), "version": 1}).status == 200, f"{node.name}: the teacher's card")
    move(day, 60, 120)

    def given():
        version = int(day.city.psql(f"SELECT max(version) FROM class_lesson WHERE lesson ="
                                    f" '{day.made['lessons']['aozora']}'"))
        return day.ask(day.city, "commissioner", "POST", f"/api/v1/teachers/{card}/slots", {
            "id": new(), "lesson": day.made["lessons"]["aozora"], "part": "main",
            "expected_version": version}).status == 200
    must(given, "the lesson is given")
    issued = day.ask(day.city, "commissioner", "POST", "/api/v1/people/issue", {"ids": [card], "first": "sheet"},
                     200).json()["items"][0]
    login = day.logins["aozora", "teacher"] = Login("guest_teacher", issued["login"], issued["first_password"], None, card)
    move(day, -5, 120)

    def comes_in():
        try:
            return day.city.sign_in(login)
        except NodeError:
            return None
    day.who["aozora", "teacher"] = must(comes_in, "the teacher comes in")
    version = (f"(SELECT id FROM class_lesson WHERE lesson = '{day.made['lessons']['aozora']}'"
               " ORDER BY version DESC LIMIT 1)")
    day.city.psql(f"INSERT INTO class_lesson_staff (lesson_version, part, account) VALUES ({version}, 'support',"
                  f" '{day.ids['aozora', 'supporter']}')")


def choose(day, n_each):
    """So many children of each town chose the lesson; (node, person)."""
    chosen = []
    for node in three(day):
        lesson = day.made["lessons"][node.name]
        for name in day.children[node.name][:n_each]:
            if (node.name, name) not in day.who:
                day.who[node.name, name] = node.sign_in(day.logins[node.name, name])
            must(lambda n=node, who=name, of=lesson: day.ask(n, who, "PUT", f"/api/v1/my/lessons/{of}",
                                                             {"chosen": True}).status == 200, f"{node.name}/{name} chooses")
            chosen.append((node, name))
    return chosen


# ---- aloud ----

def speaker(visitor, browser, tone):
    """The same person with a voice: a page of Chromium that sounds a tone of its own and hears which others come."""
    one = VoicePerson(None, None, browser, tone)  # he is in the place already
    one.v = visitor
    visitor.command("me.rung", rung="voice")
    visitor.command("floor.walk", x=OPEN[0], y=OPEN[1])  # not in the corner with walls of its own
    one.connect()
    one.speak()
    must(lambda: abs(visitor.me()["x"] - OPEN[0]) < 200, "stands in the open")
    return one


def aloud(day, there):
    """The teacher, who is at the city, is heard by children of two other towns; one of them by him. By tone."""
    with Browser("--force-webrtc-ip-handling-policy=default") as browser:
        teacher = speaker(enter(day, day.city, "teacher", joins=False), browser, 0)
        far = [speaker(next(v for v in there if v.town == node.name), browser, 1 + n)
               for n, node in enumerate((day.town_a, day.town_b))]
        quiet = [child.hears() for child in far]
        teacher.on()
        heard = [child.will_hear({teacher.hz}, ZONE_WAYS) for child in far]
        far[0].on()
        back, third = teacher.will_hear({far[0].hz}), far[1].will_hear({teacher.hz, far[0].hz})
        day.prove("市の教室にいる外部講師の声が、二つの町の子どもに聞こえ、町の子の声も、先生ともう一つの町に聞こえた",
                  f"先生 {teacher.hz} Hz → {'・'.join(TITLES[c.v.town] for c in far)}、子ども {far[0].hz} Hz →"
                  f" 先生・{TITLES[far[1].v.town]}（話す前 {sum(map(len, quiet))} 音）",
                  quiet == [{}, {}] and all(set(h) == {teacher.hz} for h in heard) and set(back) == {far[0].hz} and
                  set(third) == {teacher.hz, far[0].hz})
        far[0].off()
        n_home = int(day.town_a.psql("SELECT count(*) FROM voice_event WHERE floor LIKE 'shared-%'"))
        n_else = sum(int(node.psql("SELECT count(*) FROM voice_event v JOIN account a ON a.id = v.account"
                                   " WHERE v.floor LIKE 'shared-%' AND a.role = 'student'"))
                     for node in (day.city, day.town_b))
        day.prove("その子がマイクを使ったことは、その子の町の記録にだけ残った", f"{n_home} 行（ほかの市町に {n_else} 行）",
                  n_home == 2 and n_else == 0)
        for one in (teacher, *far):
            one.v.command("voice.close")
        day.visitors.remove(teacher.v)
        teacher.v.cut()


# ---- in it ----

def enter(day, node, name, joins=True):
    visitor = Visitor(node, day.who[node.name, name])
    end = time.monotonic() + 30
    while True:
        try:
            visitor.enter(floor=day.made["floor"])
            break
        except No as no:
            if time.monotonic() > end:
                raise Failed(f"{node.name}/{name}: {no}") from no
        time.sleep(0.2)
    visitor.wait("floor.here")
    if joins:  # the place may not have read yet that it has begun
        must(lambda: visitor.refused("lesson.join", lesson=day.made["lessons"][node.name]) is None,
             f"{node.name}/{name} takes part", 30)
    visitor.town = node.name
    day.visitors.append(visitor)
    return visitor


def enter_on_screen(day, page):
    page.open(f"#/place/floor/{day.made['floor']}")
    page.see(".spot-form")
    page.on(".choice-list .choice", "click", nth=2)
    page.click(".spot-form .button")
    page.see(".inside [data-seat]")
    if "かんたん" in page.text(".view-switch"):  # the map itself may be drawn later
        page.click(".view-switch")
    page.gone(".map")
    page.click(".lesson-offer .row button")
    page.see(".lesson-panel")


def screens(day):
    pages = {"teacher": day.screen(day.city, "teacher")}
    for node, size in zip(three(day), ("tablet", "tablet", "phone")):
        pages[node.name] = day.screen(node, "child1", size=size)
    for page in pages.values():
        enter_on_screen(day, page)
    return pages


def in_step(day, pages, there):
    teach = pages["teacher"]
    teach.click(".lesson-panel button", "最初のページ")
    for name in ("aozora", "midori", "kawabe"):
        pages[name].see(".lesson-page .lines", "めをとじます")
    pages["kawabe"].click("button:has-text('あげる')")
    teach.see(".lesson-hands li")
    day.shot(teach, "teacher-a-hand-of-another-town", whole=False)
    teach.fill(FIELD, "みんな、ようこそ", enter=True)
    for name in ("aozora", "midori", "kawabe"):
        pages[name].see(".chat-log .chat-line", "みんな、ようこそ")
        pages[name].see(".chat-log .chat-line [data-teacher]")
    day.prove("資料のページ・挙手・先生の言葉が、三つの市町の画面に同時に出た", f"{len(pages) - 1} つの市町")
    day.shot(pages["kawabe"], "child-of-another-town-in-the-lesson", whole=False)
    day.shot(pages["aozora"], "child-of-the-city-in-the-lesson", whole=False)


def nothing_else_crossed(day):
    """Of the towns' children in the lesson, neither the city's rows nor any of its files have ID or account. The same
    search finds the city's own child."""
    people = [(node.name, name) for node in (day.town_a, day.town_b) for name in day.children[node.name][:N_EACH]]
    marks = [day.ids[one] for one in people] + [day.logins[one].login for one in people]
    rows = subprocess.run(["/usr/lib/postgresql/15/bin/pg_dump", "-h", day.city.run_dir + "/pg", "-U", "ibasho", "ibasho"],
                          capture_output=True, text=True, check=True, cwd="/").stdout
    files = subprocess.run(["grep", "-rlaFf", "/dev/stdin", day.city.data_dir + "/log", day.city.run_dir],
                           input="\n".join(marks), capture_output=True, text=True, check=False).stdout.split()
    n_own = rows.count(day.ids["aozora", "child1"])
    n_found = sum(mark in rows for mark in marks) + sum(not file.endswith(".sock") for file in files)
    day.prove("町の子のIDや番号は、授業をひらいた市の表にも記録にもない（伝わるのは呼び名・姿・町の名）",
              f"さがした印 {len(marks)}、見つかった数 {n_found}（同じ探しかたで市の子一人は {n_own} か所）",
              n_found == 0 and n_own > 0)


def say(visitor, text):
    line = new()
    visitor.command("chat.say", line=line, text=text)
    return line


def lines_of(visitor):
    """Every line it was told of, once or more."""
    return [of["line"] for of in visitor.seen("chat.line")] + [
        one["line"] for of in visitor.seen("chat.lines") for one in of["lines"]]


def cut_and_heal(day, pages, there):
    """Everybody goes on at home meanwhile; afterwards each word is everywhere, once."""
    child = pages["midori"]
    day.relay.cut()
    began = time.monotonic()
    child.see("[data-cut]")
    noticed = time.monotonic() - began
    day.shot(child, "child-the-line-is-cut", whole=False)
    child.on("[data-cut]", "scrollIntoViewIfNeeded")
    said = []
    for n in range(3):
        said += [say(visitor, f"{TITLES[visitor.town]}から {'いち に さん'.split()[n]}") for visitor in there]
    at_home = all(until(lambda v=v: {line for line, w in zip(said, there * 3) if w.town == v.town} <= set(lines_of(v)), 10)
                  for v in there)
    day.prove("線が切れたことが画面に出て、それぞれの市町では授業と話がつづいた",
              f"切れてから {noticed:.1f} 秒で表示、間の言葉 {len(said)}", at_home)
    time.sleep(max(0.0, CUT_S - (time.monotonic() - began)))
    gap = time.monotonic() - began
    day.relay.heal()
    healed = time.monotonic()
    complete = [must(lambda v=v: set(said) <= set(lines_of(v)), f"{v.town}: all lines", 60) for v in there]
    caught_up = time.monotonic() - healed
    child.gone("[data-cut]")
    n_twice = sum(lines_of(v).count(line) > 1 for v in there for line in said)
    day.prove("線がもどると、間の言葉が全員に届いた。失われた言葉も、二度届いた言葉もない",
              f"切断 {gap:.1f} 秒、追いつくまで {caught_up:.1f} 秒、{len(said)} × {len(there)} 人、重複 {n_twice}",
              all(complete) and n_twice == 0)
    day.shot(child, "child-the-line-is-back", whole=False)


def evidence(day):
    """Two boards lay what they have side by side."""
    def lines(node):
        reply = day.ask(node, "commissioner", "GET", f"{SHARED}/evidence?lesson={day.made['lessons'][node.name]}", status=200)
        return {(l["node"], l["number"]): l["mac"] for l in reply.json()["lines"]}
    tables = [lines(node) for node in three(day)]
    same = until(lambda: (t := [lines(n) for n in three(day)]) and t[0] == t[1] == t[2] and len(t[0])) or 0
    day.prove("三つの教育委員会の証跡（だれの市町の何番目の言葉か、その印）が一致した", f"{same or len(tables[0])} 行", same)
    pupils = {node.name: day.ask(node, "commissioner", "GET", f"/api/v1/lessons/{day.made['lessons'][node.name]}/attendance",
                                 status=200).json()["items"] for node in three(day)}
    own = {name: {day.ids[name, who] for who in day.children[name]} for name in pupils}
    here = {name: {p["account"] for p in items} for name, items in pupils.items()}
    foreign = sum(len(here[a] & own[b]) for a in here for b in own if a != b)
    day.prove("出席は、その子の市町にだけ残った", "・".join(
        f"{TITLES[n]} {len(here[n] & own[n])} 人" for n in here) + f"（よその子 {foreign} 人）",
        foreign == 0 and all(here[n] & own[n] for n in here))


def board_looks(day):
    page = day.screen(day.city, "commissioner")
    page.open(f"#/shared/{day.made['series']}")
    page.see("h1")
    day.shot(page, "board-the-shared-course")
    page.away()


def play(day):
    share(day)
    day.prove("市が共同授業を申し出て、二つの町の教育委員会が承諾した", "3 市町")
    teacher(day)
    day.prove("みどり町の外部講師を、三つの教育委員会がそれぞれ承認し、市の授業を受けもった", GUEST)
    chosen = choose(day, N_EACH)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        there = list(pool.map(lambda one: enter(day, *one), [c for c in chosen if c[1] != "child1"]))
    aloud(day, there)
    pages = screens(day)
    must(lambda: all(len(v.floor.people) >= len(chosen) + 1 for v in there), "they see each other")
    day.prove("三つの市町の子どもが、同じ教室に入った", f"子ども {len(chosen)} 人と先生")
    in_step(day, pages, there)
    cut_and_heal(day, pages, there)
    nothing_else_crossed(day)
    evidence(day)
    day.note("一分ほどの授業なので、月の指標の「授業・活動への参加」（決められた分数より長くいた人）には入りません。")
    faults = day.no_faults()
    day.prove("授業の画面も、失敗を出さなかった", f"{len(faults)} 件 / {len(pages)} 台", not faults)
    for fault in faults:
        day.note(fault)
    day.leave_screens()
    board_looks(day)
    for visitor in day.visitors:
        visitor.cut()
    day.visitors.clear()
