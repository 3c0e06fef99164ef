"""tests/day/start.py - the morning of the day: four nodes, one federation, four rosters of schools."""
import os

import make_samples  # tests/roster
from day import Failed, day_of, must
from lib.fed_peer import SIGNED, b64url, base64, pin_of, reading
from lib.ibasho_node import TITLES, Login

TITLE = "はじまり: 県と市と二つの町"
GOES_ON = False

ADMIN = "/api/v1/admin/federation"
N_ROSTER = {"pref": 20, "aozora": 120, "midori": 60, "kawabe": 60}  # people, nineteen of twenty are pupils
N_CHILDREN = {"pref": 2, "aozora": 30, "midori": 18, "kawabe": 14}  # who get an ID
STAFF = (("commissioner", "commissioner", "教育 一子"), ("commissioner2", "commissioner", "教育 二郎"),
         ("contractor", "contractor", "運営 つかさ"), ("supporter", "supporter", "森 いずみ"),
         ("supporter2", "supporter", "岸 みなと"), ("instructor", "instructor", "教野 はじめ"),
         ("auditor", "auditor", "監査 見"))
ROLES = {"pref": ["coordinator"], "aozora": ["host", "guest", "kpi"], "midori": ["host", "guest", "kpi"],
         "kawabe": ["host", "guest", "kpi"]}


# ---- nodes ----

def own_volume(day):
    """The smallest town's data lies on a volume of its own, which can be discarded as one."""
    day.volume.make()
    day.volume.mount(day.town_b.data_dir)


def nodes_up(day):
    day.nodes._ops("init")
    for node in (day.pref, day.city, day.town_a):
        node.up()
    day.town_b.look()
    own_volume(day)
    day.nodes.env["IBASHO_KEYD_BOOT"] = "escrow"  # the prefecture will keep a half of its key
    day.nodes._ops("create", "kawabe", "municipality", TITLES["kawabe"])
    day.nodes.env["IBASHO_KEYD_BOOT"] = "token"
    day.town_b.look()
    day.town_b.start()
    day.town_b.first_sheet(os.urandom(32))
    for node in day.four:
        node.wait_answer()


# ---- federation ----

def endpoint(day, node):
    """The others reach the city through the relay."""
    own = node.url("federation").removeprefix("https://").rstrip("/")
    return f"{own.rsplit(':', 1)[0]}:{day.relay.port}" if node is day.city else own


def federate(day):
    day.cut_before_the_city()
    for node in day.four:
        pin = pin_of(node.data_dir + "/front/federation.pem")
        reply = node.admin("POST", ADMIN + "/join", {
            "invitation": b64url(day.roots.invitation()), "endpoint": endpoint(day, node),
            "name_ja": TITLES[node.name], "spki": [{"sha256": b64url(pin)}]})
        asked = reading(reply.body)[0]
        key = asked["keys"][0]
        day.ids[node.name] = asked["node"]
        day.roots.member(asked["node"], TITLES[node.name], endpoint(day, node), [pin], key["kid"],
                         base64.urlsafe_b64decode(key["ed25519"] + "="), ROLES[node.name],
                         (-400 * 86400, 30 * 86400))
    text = day.roots.publish()
    for node in day.four:
        reply = node.admin("POST", ADMIN + "/registry", text, {"Content-Type": SIGNED})
        if reply.status != 200:
            raise Failed(f"{node.name}: the list of members: {reply}")


# ---- people ----

def staff(day, node):
    for name, role, display_name in STAFF:
        day.account(node, name, role, display_name)
    if node is day.pref:
        day.account(node, "coordinator", "coordinator", "県野 まとめ")
    day.put(node, "commissioner", "/api/v1/contract", title="いばしょの運営", contractor="運営の会社",
            begins_on=f"{day.school_year() - 1}-04-01", ends_on=f"{day.school_year() + 2}-03-31", n_student=1400,
            n_staff=200, n_guardian=10)
    for days in range(3):
        day.put(node, "commissioner", "/api/v1/hours/days", day=day_of(days), slots=[{"from": "00:00", "to": "24:00"}])
        day.put(node, "supporter", f"/api/v1/plan/days/{day_of(days)}", slots=[{"from": "10:00", "to": "10:45"}])


def bring_roster(day, node):
    """Handed in by the board, looked at, put into force; how many people are in it then."""
    package = make_samples.town(N_ROSTER[node.name], seed=len(node.name)).zip()
    answer = day.ask(node, "commissioner", "POST", "/api/v1/roster/imports", package, 201,
                     {"Content-Type": "application/zip"}).json()
    path = f"/api/v1/roster/imports/{answer['id']}"
    day.ask(node, "commissioner", "POST", path + "/apply", {"preview": answer["preview"]}, 200)
    state = must(lambda: (s := day.ask(node, "commissioner", "GET", path, status=200).json()["state"]) in
                 ("applied", "failed") and s, f"{node.name}: roster", 90)
    if state != "applied":
        raise Failed(f"{node.name}: the roster is {state}")
    return int(node.psql("SELECT count(*) FROM person WHERE source_index IS NOT NULL"))


def issue(day, node, pupils):
    for pupil in pupils:
        day.ask(node, "commissioner2", "POST", f"/api/v1/people/{pupil}/request", {"role": "student"}, 201)
    day.ask(node, "commissioner", "POST", "/api/v1/people/approve", {"ids": pupils}, 204)
    return day.ask(node, "contractor", "POST", "/api/v1/people/issue", {"ids": pupils, "first": "sheet"},
                   200).json()["items"]


def give_ids(day, node):
    """The board's way for pupils of the roster: asked for, approved by somebody else, issued with a first password."""
    found = day.ask(node, "commissioner", "GET", "/api/v1/people?state=none", status=200).json()["items"]
    items = issue(day, node, [one["id"] for one in found if one["kind"] == "student"][:N_CHILDREN[node.name]])
    day.children[node.name] = []
    for n, item in enumerate(items, 1):
        name = f"child{n}"
        day.logins[node.name, name] = Login("student", item["login"], item["first_password"], None, item["id"])
        day.ids[node.name, name] = item["id"]
        day.children[node.name].append(name)
    return len(items)


def play(day):
    nodes_up(day)
    day.prove("県・市・二つの町が、それぞれ自分のデータベースと鍵で動きだした", f"{len(day.four)} ノード")
    federate(day)
    day.each(lambda node: staff(day, node))
    members = [must(lambda n=n: (r := n.admin("GET", ADMIN).json()).get("has_registry") and r, n.name) for n in day.four]
    day.prove("四つとも、同じ参加者の名簿（連合の登録簿）を受け入れた", f"{len(members)} / 4")
    brought = day.each(lambda node: bring_roster(day, node))
    day.prove("学校の名簿（OneRoster）を教育委員会が取りこんだ",
              "・".join(f"{TITLES[n.name]} {k} 人" for n, k in zip(day.four, brought)))
    given = day.each(lambda node: give_ids(day, node))
    day.prove("名簿の子どもに、申請・承認・発行を別々の人がしてIDを渡した", f"{sum(given)} 人")
