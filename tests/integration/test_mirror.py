#!/usr/bin/python3
# tests/run: left 240
"""A lesson that three towns hold together, on three whole nodes: the city that holds it, two guests, a relay of ours
before the city's front. Children see each other, walk and talk, each word once; what leaves of them and what does not;
what the city's staff stop; evidence of two towns side by side; a line that is cut, programs that are killed; and that
other towns' words are gone in time."""
import concurrent.futures
import datetime
import os
import subprocess
import sys
import tempfile
import time
import urllib.parse
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib import fed_peer  # noqa: E402
from lib.fed_peer import Roots, SIGNED, b64url, pin_of, reading  # noqa: E402
from lib.ibasho_node import Nodes  # noqa: E402
from lib.relay import Relay  # noqa: E402
from lib.t import case, main  # noqa: E402
from lib.visitor import Visitor  # noqa: E402
from lib.ws_client import No  # noqa: E402

ADMIN, SHARED = "/api/v1/admin/federation", "/api/v1/shared"
JST = datetime.timezone(datetime.timedelta(hours=9))
STAFF = ("commissioner", "contractor", "supporter", "instructor", "auditor")
# Names by town: nobody may be known to another town by anything else.
CHILDREN = {"aozora": {"a": "うさぎ", "b": "くま"}, "midori": {"a": "きつね", "b": "たぬき"},
            "hinata": {"a": "りす", "b": "ねこ"}}
folder = tempfile.TemporaryDirectory()
nodes = city = relay = None
roots = Roots(folder.name)
ids, who, logins, made = {}, {}, {}, {}


def new():
    return str(uuid.uuid4())


def day(days):
    return (datetime.datetime.now(JST) + datetime.timedelta(days=days)).date().isoformat()


def ask(node, name, method, path, body=None, status=None):
    reply = who[node.name, name].request(method, path, body)
    if status is not None:
        assert reply.status == status, (node.name, name, method, path, body, reply)
    return reply


def post(where, name, path, status=200, **body):
    return ask(where, name, "POST", path, {"id": new(), **body}, status).json()


def put(where, name, path, status=200, **body):
    return ask(where, name, "PUT", path, {"id": new(), **body}, status).json()


def until(found, seconds=25):
    end = time.monotonic() + seconds
    while True:
        got = found()
        if got or time.monotonic() > end:
            return got
        time.sleep(0.1)


def endpoint(node):
    """The others reach the city through the relay."""
    own = node.url("federation").removeprefix("https://").rstrip("/")
    return own if node is not city else f"{own.rsplit(':', 1)[0]}:{relay.port}"


def member(node, roles, first=()):
    pin = pin_of(node.data_dir + "/front/federation.pem")
    reply = node.admin("POST", ADMIN + "/join", {
        "invitation": b64url(roots.invitation(*first)), "endpoint": endpoint(node), "name_ja": node.name,
        "spki": [{"sha256": b64url(pin)}]})
    asked = reading(reply.body)[0]
    key = asked["keys"][0]
    public = fed_peer.base64.urlsafe_b64decode(key["ed25519"] + "=")
    ids[node.name] = asked["node"]
    roots.member(asked["node"], node.name, endpoint(node), [pin], key["kid"], public, roles)


def people(node):
    for name in (*STAFF, *CHILDREN[node.name]):
        role = name if name in STAFF else "student"
        shown = f"{node.name}の先生" if name == "instructor" else CHILDREN[node.name].get(name)
        login = node.account(role, display_name=shown)
        who[node.name, name], ids[node.name, name] = node.sign_in(login), login.id
        logins[node.name, name] = login
    put(node, "commissioner", "/api/v1/contract", title="見本の契約", contractor="受託者", begins_on="2020-04-01",
        ends_on="2090-03-31", n_student=400, n_staff=100, n_guardian=10)
    for days in range(0, 3):
        put(node, "commissioner", "/api/v1/hours/days", day=day(days), slots=[{"from": "00:00", "to": "24:00"}])
        put(node, "supporter", f"/api/v1/plan/days/{day(days)}", slots=[{"from": "10:00", "to": "10:45"}])


def course():
    key = post(city, "instructor", "/api/v1/courses", 201, kind="relax", picture="leaf", has_hand=True, has_poll=True,
               has_question=True, title="ゆっくり呼吸《こきゅう》", summary="からだをゆるめます。")["course"]
    put(city, "instructor", f"/api/v1/courses/{key}/pages",
        pages=[{"title": "はじめ", "text": "めをとじます。", "links": []}])
    post(city, "commissioner", f"/api/v1/courses/{key}/decide", decided=True, version=1, pages_version=1)
    return key


def share():
    """A series of one date, accepted by both guests; whatever the hour, it is on now."""
    made["series"] = new()
    reply = ask(city, "contractor", "POST", f"{SHARED}/series", {
        "id": made["series"], "course": course(), "floor": "lounge", "places": 8, "rules": "",
        "lessons": [{"day": day(2), "slot": 1}]}, 200)
    made["floor"] = reply.json()["floor"]
    for name in ("midori", "hinata"):
        post(city, "commissioner", f"{SHARED}/series/{made['series']}/offer", node=ids[name], places=5)
        path = f"{SHARED}/offers/{made['series']}"

        def offered(node=nodes[name], path=path):
            reply = ask(node, "commissioner", "GET", path)
            return reply.json()["offer"] if reply.status == 200 else None
        offer = until(offered)
        assert offer, name
        post(nodes[name], "commissioner", path + "/accept", version=offer["version"])
    assert until(lambda: city.psql("SELECT count(*) FROM fed_series_node WHERE state = 'accepted'") == "2")
    begin = datetime.datetime.now(datetime.timezone.utc).replace(second=0, microsecond=0)
    times = [(begin + datetime.timedelta(minutes=m)).isoformat() for m in (-5, 180)]
    for node in nodes:
        row = node.psql(f"SELECT lesson, class FROM fed_series_lesson WHERE series = '{made['series']}'")
        made[node.name], made["class"] = row.split("|")
        for table in ("class_lesson", "fed_series_lesson"):
            node.psql(f"UPDATE {table} SET from_at = '{times[0]}', to_at = '{times[1]}'"
                      f" WHERE lesson = '{made[node.name]}'")
    for node in nodes:
        for name in CHILDREN[node.name]:
            def chosen(node=node, name=name):
                return ask(node, name, "PUT", f"/api/v1/my/lessons/{made[node.name]}", {"chosen": True}).status == 200
            assert until(chosen), (node.name, name)


def enter(node, name, **more):
    """Comes to the shared floor as soon as its door is open to him."""
    v = Visitor(node, who[node.name, name])
    end = time.monotonic() + 20
    while True:
        try:
            v.enter(floor=made["floor"], **more)
            break
        except No as no:
            assert time.monotonic() < end, (node.name, name, no)
        time.sleep(0.2)
    v.wait("floor.here")
    return v


def named(v, name):
    """How somebody of that name is seen, if he is."""
    return next((p for p in list(v.floor.people.values()) if p["name"] == name), None)


def sees(v, name, **want):
    def found():
        one = named(v, name)
        return one if one and all(one.get(k) == w for k, w in want.items()) else None
    return v.until(found, 25, f"{name} {want}")


def gone(v, name):
    return v.until(lambda: named(v, name) is None, 25, f"{name} gone")


def say(v, text, **more):
    line = new()
    return line, v.command("chat.say", line=line, text=text, **more)


def hear(v, line, seconds=25):
    """A line as it comes, or among those of before that whoever comes is told."""
    def found():
        for i, (name, of) in enumerate(v.events):
            if name == "chat.line" and of["line"] == line:
                del v.events[i]
                return of
            for one in of["lines"] if name == "chat.lines" else ():
                if one["line"] == line:
                    return one
        return None
    return v.until(found, seconds, f"line {line}")


def count(v, line):
    """How often a line came, apart from those that were waited for."""
    return sum(of["line"] == line for of in v.seen("chat.line"))


def walk(v, x, y):
    v.command("floor.walk", x=x, y=y)


def evidence(node, name="commissioner", **more):
    query = urllib.parse.urlencode({"lesson": made[node.name], **more})
    return ask(node, name, "GET", f"{SHARED}/evidence?{query}")


def rows(node):
    """node, number -> mac, as that town's commissioner reads it."""
    return {(l["node"], l["number"]): l for l in evidence(node).json()["lines"]}


def files(node):
    """Everything that a node has on disk or in its logs."""
    return [node.data_dir, node.run_dir]


def canary(node, words):
    done = subprocess.run(["grep", "-rlaF", words, *files(node)], capture_output=True, text=True, check=False)
    return [f for f in done.stdout.splitlines() if not f.endswith(".sock")]


def figure(node, name):
    """A number of /metrics; None: it is not there."""
    for text in node.admin("GET", "/metrics").body.decode().splitlines():
        if text.split(" ")[0] in (f"ibasho_fed_mirror_{name}", f"ibasho_fed_mirror_{name}_total"):
            return int(float(text.split(" ")[1]))
    return None


there = {}


def meet():
    """One federation, one series, everybody on its floor."""
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        list(pool.map(people, nodes))
    member(city, ["host", "guest", "coordinator"])
    for name in ("midori", "hinata"):
        member(nodes[name], ["host", "guest"], (endpoint(city), pin_of(city.data_dir + "/front/federation.pem")))
    reply = city.admin("POST", ADMIN + "/registry", roots.publish(), {"Content-Type": SIGNED})
    assert reply.status == 200, reply
    assert all(until(lambda n=n: n.admin("GET", ADMIN).json()["has_registry"]) for n in nodes), "at all three"
    share()
    for node in nodes:
        there[node.name] = enter(node, "a")
    there["staff"] = enter(city, "supporter")
    there["far staff"] = enter(nodes["midori"], "supporter")


@case
def mirror_three_towns_meet(t):
    t.req("CARD-2, CARD-9")
    for node in nodes:
        for other in nodes:
            if other is not node:
                one = sees(there[node.name], CHILDREN[other.name]["a"], town=other.name)
                t.eq(set(one) & {"login", "account", "id", "real"}, set(), "nothing by which a child is found")
            else:
                t.ok("town" not in named(there[node.name], CHILDREN[node.name]["a"]), "own people have no town")
    before = [named(there["hinata"], "きつね")[k] for k in "xy"]
    t.ok(until(lambda: (figure(city, "on"), figure(city, "own"), figure(city, "figures")) == (1, 2, 3)),
         "counted for who looks after the machine")
    checks = {c["name"]: c for c in city.admin("GET", "/api/v1/admin/doctor").json()["checks"]}
    t.eq(checks["federation-mirror"]["level"], "ok", "and the doctor says so")
    walk(there["midori"], 600, 500)
    me = there["midori"].until(lambda: [there["midori"].me()[k] for k in "xy"] != before and there["midori"].me(), 10)
    for name in ("aozora", "hinata"):
        t.ok(there[name].until(lambda v=there[name]: abs(named(v, "きつね")["x"] - me["x"]) <= 5
                               and abs(named(v, "きつね")["y"] - me["y"]) <= 5, 15), f"he walks to the same spot at {name}")


@case
def walk_shared_class_join(t):
    t.req("CARD-2, CARD-6")
    midori = nodes["midori"]
    account = midori.psql("SELECT account FROM fed_seat s JOIN account a ON a.id = s.account WHERE a.role = 'student'")
    t.eq(len(account.split()), 1, "his own node knows whose the pseudonym is")
    t.eq(city.psql(f"SELECT count(*) FROM fed_seat WHERE account = '{account}'"), "0", "the host does not")
    shown = named(there["aozora"], CHILDREN["midori"]["a"])
    t.eq((shown["town"], "pseud" in shown), ("midori", False), "he stands there, by name and town alone")
    t.eq(canary(city, account), [], "and his id came with nothing")


@case
def mirror_a_word_is_heard_once_by_each(t):
    t.req("CARD-9, CARD-12")
    said = []
    for name in ("aozora", "midori", "hinata"):
        said.append((name, *say(there[name], f"{name}から こんにちは")))
    for name, line, answer in said:
        for other in ("aozora", "midori", "hinata"):
            of = hear(there[other], line)
            t.eq(of["text"], answer["text"], f"{name} to {other}")
            t.eq(of.get("town"), None if other == name else name, "with the town it comes from")
    time.sleep(1)
    t.eq([count(there[o], line) for _, line, _ in said for o in ("aozora", "midori", "hinata")], [0] * 9,
         "nobody heard anything twice")
    line, _ = say(there["midori"], "りすさん", to=named(there["midori"], "りす")["seat"])
    t.eq(hear(there["hinata"], line)["to"]["seat"], there["hinata"].seat, "said to somebody of another town")
    there["midori"].command("react", kind="clap")
    t.ok(there["hinata"].wait("reacted", 10, lambda of: of["kind"] == "clap"), "a reaction is seen")
    # Both towns have the same evidence of the same words, and only of what crossed.
    table = {name: until(lambda n=nodes[name]: (lambda r: r if len(r) >= 4 else None)(rows(n)))
             for name in ("aozora", "midori", "hinata")}
    keys = set(table["aozora"])
    t.eq([set(table[name]) == keys for name in table], [True] * 3, "the same lines at all three")
    t.eq({name: [table[name][k]["mac"] for k in sorted(keys)] for name in table},
         {name: [table["aozora"][k]["mac"] for k in sorted(keys)] for name in table}, "with equal macs")
    t.eq([table["hinata"][k].get("text") for k in sorted(keys) if k[0] == ids["midori"]],
         ["midoriから こんにちは", "りすさん"], "what others wrote may be read for a while")
    t.ok(all("text" not in table["midori"][k] for k in keys if k[0] == ids["midori"]), "ours lies with our record")
    for node in nodes:
        t.eq(node.psql("SELECT count(*) FROM chat_line WHERE floor LIKE 'shared-%'"),
             "2" if node.name == "midori" else "1", "each town logs its own children")


@case
def mirror_what_may_not_leave_stays(t):
    """Masks and what waits for staff are home's; neither the other towns' disks nor logs have it."""
    t.req("CARD-6, CARD-9")
    number = "090-4321-8765"
    held, answer = say(there["midori"], f"でんわして {number}")
    t.eq(answer["state"], "held", "it waits for home's staff")
    masked, answer = say(there["midori"], "しねばいいのに")
    t.ok("＊" in answer["text"], "masked at home")
    t.eq(hear(there["hinata"], masked)["text"], answer["text"], "and so it leaves")
    after, _ = say(there["midori"], "おわり")
    hear(there["hinata"], after)
    t.eq(count(there["hinata"], held) + count(there["aozora"], held), 0, "the held one did not")
    for name in ("aozora", "hinata"):
        nodes[name].psql("CHECKPOINT")
        for words in (number, "4321-8765", ids["midori", "a"], logins["midori", "a"].login):
            t.eq(canary(nodes[name], words), [], f"{words} is nowhere at {name}")
    t.eq(nodes["hinata"].psql(f"SELECT count(*) FROM fed_line WHERE line = '{held}'"), "0", "no row of it either")


@case
def mirror_roles(t):
    t.req("CARD-9")
    t.eq([evidence(city, name).status for name in ("commissioner", "contractor", "supporter", "instructor",
                                                   "auditor", "a")], [200, 404, 404, 404, 404, 404],
         "evidence is the commissioner's")
    t.eq(ask(city, "commissioner", "GET", f"{SHARED}/evidence?lesson={new()}").status, 404, "no such lesson")
    t.eq(ask(city, "commissioner", "GET", f"{SHARED}/evidence?lesson=x").status, 422, "none")
    t.eq(city.psql("SELECT count(*) > 0 FROM access_record a JOIN audit_leaf l ON l.row_id = a.id"
                   f" WHERE a.route = 'shared.evidence' AND a.object = '{made['aozora']}'"), "t", "looking is a leaf")
    seat = sees(there["aozora"], "きつね")["seat"]
    t.ok(there["aozora"].refused("figure.stop", seat=seat, what="chat", on=True), "a child stops nobody")
    seat = sees(there["far staff"], "りす")["seat"]
    t.eq(there["far staff"].refused("figure.stop", seat=seat, what="chat", on=True), "not-host",
         "staff of a guest ask the host's")


@case
def mirror_a_guest_teacher_sees_names_and_towns(t):
    t.req("CARD-3, CARD-6")
    login = city.account("guest_teacher")
    teacher = city.sign_in(login)
    city.psql(f"DELETE FROM class_lesson_staff WHERE part = 'main' AND lesson_version IN (SELECT id FROM class_lesson"
              f" WHERE lesson = '{made['aozora']}'); INSERT INTO class_lesson_staff SELECT id, 'main', '{login.id}'"
              f" FROM class_lesson WHERE lesson = '{made['aozora']}'")

    def roster():
        reply = teacher.request("GET", f"/api/v1/my/roster?lesson={made['aozora']}")
        return sorted((i["name"], i["town"]) for i in reply.json()["items"]) if reply.status == 200 else reply
    own = [("うさぎ", "あおぞら市"), ("くま", "あおぞら市")]
    t.ok(until(lambda: roster() == sorted([*own, ("きつね", "midori"), ("りす", "hinata")])), f"{roster()}")
    reply = teacher.request("GET", f"/api/v1/my/roster?lesson={made['aozora']}").json()
    t.eq({k for i in reply["items"] for k in i}, {"name", "town"}, "and nothing else")


@case
def mirror_the_host_has_words_of_its_own(t):
    """A word that the host's own list holds is masked there, and behind it."""
    t.req("CARD-8, CARD-10")
    post(city, "commissioner", "/api/v1/words/changes", list="own", add=["ぽよぽよ"])
    line, answer = say(there["midori"], "ぽよぽよ だね")
    t.eq(answer["text"], "ぽよぽよ だね", "said at home")
    t.eq((hear(there["aozora"], line)["text"], hear(there["hinata"], line)["text"]), ("＊＊＊＊ だね",) * 2,
         "masked at the host and at the third town")
    t.eq(city.psql(f"SELECT state FROM fed_line WHERE line = '{line}'"), "masked", "and so it stands there")
    mine, theirs = ({l["line"]: l for l in rows(n).values()}[line] for n in (nodes["midori"], city))
    t.eq(mine["mac"], theirs["mac"], "the mac is of the words as they were sent")
    t.eq(theirs["text"], "ぽよぽよ だね", "which the host's board may read for a while")


def incidents(node):
    reply = ask(node, "commissioner", "GET", "/api/v1/incidents?state=all", status=200).json()
    return reply["items"] if "items" in reply else reply["incidents"]


@case
def mirror_the_host_warns(t):
    """By a ready text, with the line it is about: his own town gives the warning, in its own name."""
    t.req("CARD-10, AI-4.4-カ-ハ-1a")
    staff, fox, squirrel = there["staff"], there["midori"], there["hinata"]
    line, _ = say(fox, "そんなの しらないよ")
    hear(staff, line)
    seat = named(staff, "きつね")["seat"]
    for who_, body, code in ((staff, {"seat": seat, "template": "none"}, "no-template"),
                             (staff, {"seat": seat, "template": "hurt", "line": new()}, "not-found"),
                             (there["far staff"], {"seat": named(there["far staff"], "りす")["seat"], "template": "hurt"},
                              "not-host"),
                             (fox, {"seat": named(fox, "りす")["seat"], "template": "hurt"}, None)):
        t.ok((who_.refused("figure.warn", **body) or "") == code or code is None, f"{body} {code}")
    t.eq(city.psql("SELECT count(*) FROM fed_act WHERE kind = 'warn'"), "0", "none of these is on record")
    before = {n.name: len(incidents(n)) for n in nodes}
    staff.command("figure.warn", seat=seat, template="hurt", line=line)
    word = fox.wait("warned", 30)
    t.eq((word["title"], word["quoted"]), ("ことばについて", "そんなの しらないよ"), "he reads it, with what he wrote")
    mine = ask(nodes["midori"], "a", "GET", "/api/v1/warnings/mine").json()["items"]
    t.eq([(m["title"], m["quoted"]) for m in mine], [("ことばについて", "そんなの しらないよ")], "it stays to be read")
    t.eq(squirrel.seen("warned"), [], "nobody else is told")
    one = next(i for i in incidents(nodes["midori"]) if i["kind"] == "warning")
    t.eq(nodes["midori"].psql(f"SELECT account, line FROM incident WHERE id = '{one['incident']}'"),
         f"{ids['midori', 'a']}|{line}", "his town's staff see about what")
    t.eq([len(incidents(n)) - before[n.name] for n in nodes], [1, 1, 0], "one at each of the two, none at the third")
    t.eq(city.psql("SELECT what, line, by FROM fed_act WHERE kind = 'warn'"), f"8|{line}|{ids['aozora', 'supporter']}",
         "and who did it")


@case
def mirror_the_host_mutes_and_ejects(t):
    t.req("CARD-10")
    staff, fox, squirrel = there["staff"], there["midori"], there["hinata"]
    before = {n.name: len(incidents(n)) for n in nodes}
    staff.command("figure.stop", seat=named(staff, "きつね")["seat"], what="chat", on=True)
    t.ok(fox.wait("stopped", 10, lambda of: of["kind"] == "chat" and of["is_on"]), "he is told at once")
    sees(staff, "きつね", is_chat_stopped=True)
    t.ok("is_chat_stopped" not in named(there["aozora"], "きつね"), "staff alone read what is stopped")
    t.ok(until(lambda: fox.refused("chat.say", line=new(), text="まだ話せる") == "stopped", 10), "held at home, too")
    act = city.psql("SELECT act FROM fed_act WHERE kind = 'stop'")
    t.ok(until(lambda: city.psql(f"SELECT count(*) FROM fed_act WHERE kind = 'held' AND act = '{act}'") == "1"),
         "home confirmed")
    took = city.psql(f"SELECT round(extract(epoch FROM h.at - s.at) * 1000) FROM fed_act s JOIN fed_act h USING (act)"
                     f" WHERE s.act = '{act}' AND s.kind = 'stop' AND h.kind = 'held'")
    t.note(f"home confirmed after {took} ms")
    t.eq(nodes["midori"].psql(f"SELECT kind FROM fed_act WHERE id = '{act}'"), "stop", "a row at home")
    t.ok(until(lambda: len(incidents(nodes["midori"])) > before["midori"], 60), "an incident at home")
    t.ok(len(incidents(city)) > before["aozora"], "and at the host")
    t.eq(len(incidents(nodes["hinata"])), before["hinata"], "not at the third town")
    t.eq(nodes["midori"].psql("SELECT account FROM incident ORDER BY at DESC LIMIT 1"), ids["midori", "a"], "about him")
    t.eq(city.psql("SELECT count(*) FROM incident WHERE account IS NOT NULL AND kind = 'manual'"), "0",
         "the host does not know who he is")
    staff.command("figure.stop", seat=named(staff, "きつね")["seat"], what="chat", on=False)

    def speaks():
        try:
            return say(fox, "また話せる")[0]
        except No:
            return None
    line = until(speaks, 10)
    t.eq(hear(squirrel, line)["town"], "midori", "given back")
    t.ok(sees(staff, "きつね", is_chat_stopped=False), "and so it reads")
    badger = enter(nodes["midori"], "b")
    sees(staff, "たぬき"), sees(squirrel, "たぬき")
    staff.command("figure.stop", seat=named(staff, "たぬき")["seat"], what="eject", on=True)
    t.ok(gone(staff, "たぬき") and gone(squirrel, "たぬき"), "gone at the host and at the third town")
    t.ok(until(lambda: badger.closed is not None or badger.refused("chat.say", line=new(), text="い"), 15),
         "put out at home")
    badger.close()
    again = Visitor(nodes["midori"], who["midori", "b"])
    t.ok(again.refused("place.enter", floor=made["floor"], rung="text"), "and not let in again")
    again.close()
    t.ok(until(lambda: city.psql("SELECT count(*) FROM fed_act WHERE kind = 'held'") == "3"), "each confirmed")
    out = staff.wait("mirror.state", 10, lambda of: of.get("out"))["out"]
    t.eq([(o["name"], o["town"]) for o in out], [("たぬき", "midori")], "staff read who is out")
    t.ok(not any(of.get("out") for of in there["aozora"].seen("mirror.state")), "nobody else does")
    t.eq(there["far staff"].refused("figure.admit", pseud=out[0]["pseud"]), "not-found", "nor lets in, at a guest")
    staff.command("figure.admit", pseud=out[0]["pseud"])
    t.ok(staff.wait("mirror.state", 10, lambda of: of["out"] == []), "nobody is out any more")
    t.eq(staff.refused("figure.admit", pseud=out[0]["pseud"]), "not-found", "once")
    badger = enter(nodes["midori"], "b")
    sees(staff, "たぬき")
    badger.close()
    t.ok(until(lambda: city.psql("SELECT count(*) FROM fed_act WHERE kind = 'held'") == "4"), "home confirmed that, too")
    t.eq(nodes["midori"].psql("SELECT what FROM fed_act WHERE kind = 'resume' ORDER BY at DESC LIMIT 1"), "4", "on record")
    # A line that the host's staff take away is gone for all.
    line, _ = say(fox, "これはかくされる")
    hear(squirrel, line), hear(staff, line)
    staff.command("figure.hide", line=line)
    t.ok(squirrel.wait("chat.gone", 15, lambda of: of["line"] == line), "at the third town")
    for node, table in ((city, "fed_act"), (city, "fed_line"), (nodes["midori"], "fed_act"), (nodes["midori"], "fed_line")):
        t.eq(node.psql(f"SELECT count(*) FROM {table} s WHERE NOT EXISTS (SELECT FROM audit_leaf l WHERE l.row_id ="
                       f" s.id AND l.table_name = '{table}')"), "0", f"every row of {table} is a leaf")


@case
def mirror_a_home_mutes_its_own(t):
    t.req("CARD-10")
    sent = nodes["hinata"].psql("SELECT count(*) FROM fed_line WHERE state = 'sent'")
    reply = ask(nodes["hinata"], "supporter", "POST", "/api/v1/measures", {
        "id": new(), "kind": "chat", "account": ids["hinata", "a"], "minutes": 5, "reason": "見本"})
    t.ok(reply.status in (200, 201), f"home's own staff: {reply}")
    t.eq(there["hinata"].refused("chat.say", line=new(), text="話せない"), "stopped", "nothing is said")
    lifted = reply.json().get("measure", reply.json().get("id"))
    t.eq(nodes["hinata"].psql("SELECT count(*) FROM fed_line WHERE state = 'sent'"), sent, "so nothing leaves")
    ask(nodes["hinata"], "supporter", "POST", f"/api/v1/measures/{lifted}/lift", {"id": new(), "reason": "おわり"})
    cat = enter(nodes["hinata"], "b")
    sees(there["aozora"], "ねこ"), sees(there["midori"], "ねこ")
    reply = ask(nodes["hinata"], "contractor", "POST", f"/api/v1/people/{ids['hinata', 'b']}/suspend", {"reason": "見本"})
    t.eq(reply.status, 200, f"suspended at home: {reply}")
    t.ok(gone(there["aozora"], "ねこ") and gone(there["midori"], "ねこ"), "holds everywhere")
    cat.cut()


@case
def mirror_a_cut_loses_and_doubles_nothing(t):
    t.req("CARD-12")
    until(lambda: there["hinata"].refused("react", kind="nod") is None, 10)
    t.eq(there["midori"].seen("mirror.state")[-1:] in ([], [{"is_cut": False}]), True, "no notice before")
    there["midori"].forget("mirror.state")
    relay.cut()
    notice = there["midori"].wait("mirror.state", 40, lambda of: of["is_cut"])
    t.ok("since" in notice, "told with its time")
    t.ok(sees(there["midori"], "りす", is_lost=True) if "is_lost" in named(there["midori"], "りす")
         else named(there["midori"], "りす"), "the others stand there greyed")
    fox = named(there["staff"], "きつね")["seat"]
    there["staff"].command("figure.stop", seat=fox, what="react", on=True)
    act = city.psql("SELECT act FROM fed_act WHERE kind = 'stop' ORDER BY at DESC LIMIT 1")
    t.ok(until(lambda: city.psql(f"SELECT count(*) FROM fed_act WHERE kind = 'late' AND act = '{act}'") == "1", 15),
         "home did not confirm within a second: staff hear of it")
    said = [(name, say(there[name], f"{name} {n}")[0]) for n in range(3) for name in ("aozora", "midori", "hinata")]
    for name, line in said:
        hear(there[name], line)
    relay.heal()
    for name, line in said:
        for other in ("aozora", "midori", "hinata"):
            if other != name:
                hear(there[other], line, 40)
    t.ok(there["midori"].wait("mirror.state", 30, lambda of: not of["is_cut"]), "told that it is back")
    time.sleep(1)
    t.eq(sum(count(there[o], line) for _, line in said for o in ("aozora", "midori", "hinata")), 0, "nothing doubled")
    t.ok(until(lambda: there["midori"].refused("react", kind="nod") == "stopped", 15), "what the host stopped holds now")
    t.ok(until(lambda: city.psql(f"SELECT count(*) FROM fed_act WHERE kind = 'held' AND act = '{act}'") == "1"),
         "and is confirmed")
    there["staff"].command("figure.stop", seat=named(there["staff"], "きつね")["seat"], what="react", on=False)
    lines = "', '".join(line for _, line in said)
    for node in nodes:
        t.eq(node.psql(f"SELECT count(*), count(DISTINCT line) FROM fed_line WHERE line IN ('{lines}')"), "9|9",
             f"each is one row at {node.name}")


def killed(node):
    pid = node.pid("node")
    node.kill("node")
    node.wait_back("node", pid)
    node.wait_answer()


@case
def mirror_killed_programs_go_on(t):
    t.req("CARD-12")
    said = [(name, say(there[name], text)[0]) for name, text in (("midori", "おはよう"), ("hinata", "こんにちは"))]
    killed(nodes["midori"])
    there["far staff"].cut(), there["midori"].cut()
    meanwhile, _ = say(there["hinata"], "いない間に")
    there["midori"] = enter(nodes["midori"], "a")
    sees(there["hinata"], "きつね"), sees(there["midori"], "りす"), sees(there["aozora"], "きつね")
    hear(there["midori"], meanwhile, 40)
    after, _ = say(there["midori"], "もどった")
    hear(there["hinata"], after), hear(there["aozora"], after)
    killed(city)
    there["aozora"].cut(), there["staff"].cut()
    alone, _ = say(there["midori"], "まちがとまっても")
    hear(there["midori"], alone)
    there["aozora"] = enter(city, "a")
    for name, other in (("midori", "りす"), ("hinata", "きつね"), ("aozora", "きつね"), ("hinata", "うさぎ")):
        sees(there[name], other)
    hear(there["hinata"], alone, 40)
    said += [("hinata", meanwhile), ("midori", after), ("midori", alone)]
    lines = "', '".join(line for _, line in said)
    for node in nodes:
        t.ok(until(lambda n=node: n.psql(f"SELECT count(*), count(DISTINCT line) FROM fed_line WHERE line IN"
                                         f" ('{lines}')") == f"{len(said)}|{len(said)}"), f"each once at {node.name}")
    t.eq([count(there["hinata"], alone), count(there["hinata"], after)], [0, 0], "nobody heard it twice")


@case
def mirror_a_child_leaves(t):
    t.req("CARD-2")
    there["midori"].command("place.leave")
    t.ok(gone(there["aozora"], "きつね") and gone(there["hinata"], "きつね"), "gone everywhere")
    for node in nodes:
        own = {value for key, value in ids.items() if key[0] == node.name}
        seats = set(node.psql("SELECT account FROM fed_seat").splitlines())
        t.ok(seats and seats <= own, f"{node.name} knows its own people alone")


@case
def mirror_a_town_is_left_out_in_the_middle_of_a_lesson(t):
    t.req("CARD-4, CARD-8")
    node = nodes["midori"]
    there["midori"] = enter(node, "b")
    t.ok(sees(there["hinata"], "たぬき") and sees(there["aozora"], "たぬき"), "there")
    post(city, "commissioner", f"{SHARED}/series/{made['series']}/leave_out", node=ids["midori"])
    t.ok(gone(there["aozora"], "たぬき") and gone(there["hinata"], "たぬき"), "gone from the others at once")
    line, _ = say(there["aozora"], "まだ つづきます")
    t.eq(hear(there["hinata"], line)["text"], "まだ つづきます", "who is left goes on")
    t.ok(until(lambda: node.psql("SELECT state FROM fed_series") == "ended"), "the town knows")
    out = there["midori"].wait("out")
    t.eq(out["reason"], "floor", "the floor is closed, and the child is told so")
    t.ok("ロビー" in out["title"], "and where to go")
    t.eq(count(there["midori"], line), 0, "and hears nothing of it any more")


@case
def mirror_words_of_others_are_gone_in_time(t):
    t.req("CARD-9")
    node = nodes["hinata"]
    line, _ = say(there["aozora"], "あとで きえる")
    hear(there["hinata"], line)
    for v in there.values():
        v.cut()
    t.ok(any("text" in l for l in rows(node).values()), "they may be read")
    before = {k: l["mac"] for k, l in rows(node).items()}
    t.eq(ask(node, "commissioner", "PUT", "/api/v1/settings/federation.context_days",
             {"id": new(), "value": "31"}).status, 422, "no longer than 30 days")
    # The lesson was 31 days ago; its rows as they stand in an old backup, too.
    for table in ("class_lesson", "fed_series_lesson"):
        node.psql(f"UPDATE {table} SET from_at = from_at - interval '31 days', to_at = to_at - interval '31 days'"
                  f" WHERE lesson = '{made['hinata']}'")
    old = node.psql("SELECT encode(text_sealed, 'hex') FROM fed_line WHERE text_sealed IS NOT NULL LIMIT 1")
    node.psql("UPDATE fed_context SET to_at = to_at - interval '31 days'")
    killed(node)  # the job runs once after a start
    who["hinata", "commissioner"] = node.sign_in(logins["hinata", "commissioner"])
    t.ok(until(lambda: node.psql("SELECT count(*) FROM fed_context WHERE closed_at IS NOT NULL") == "1", 60), "closed")
    t.eq(node.psql("SELECT count(*) FROM fed_line WHERE text_sealed IS NOT NULL"), "0", "no text is left")
    t.eq({k: l["mac"] for k, l in rows(node).items()}, before, "the evidence stays")
    line = node.psql("SELECT id FROM fed_line WHERE state = 'said' LIMIT 1")
    node.psql(f"UPDATE fed_line SET text_sealed = decode('{old}', 'hex') WHERE id = '{line}'")
    t.ok(all("text" not in l for l in rows(node).values()), "what an old backup holds opens no more")
    t.ok(until(lambda: any("text" in l for l in rows(nodes["midori"]).values())), "another town's time is its own")


def begin():
    global nodes, city, relay
    nodes = Nodes("aozora", "midori", "hinata", env={
        "IBASHO_FEDERATION_POLL_S": "1", "IBASHO_FEDERATION_TIMEOUT_S": "5"})
    nodes.__enter__()
    city = nodes["aozora"]
    relay = Relay(int(city.url("federation").rstrip("/").rsplit(":", 1)[1]))


begin()
meet()
if __name__ == "__main__":
    def fini():
        for visitor in there.values():
            visitor.cut()
        relay.__exit__()
        nodes.close()
        folder.cleanup()
    main(__file__, fini)
