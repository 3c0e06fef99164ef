#!/usr/bin/python3
# tests/run: right 400
"""A small town leaves its federation: prefecture, city and town on whole nodes, the town on a volume of its own. A
thousand names are planted by the town's own tool; then from active to certified by routes and commands, while a line in
the city's plaza is never cut. The tools of ops/verify, on a machine without Ibasho, accept bag and certificate; another
contractor's empty node takes the bag and shows the same people, words and lessons; every name is in the bag and none in
what is left of the town nor at its peers."""
import concurrent.futures
import datetime
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "roster"))
import make_samples  # noqa: E402
from lib import fed_peer, handback, marks  # noqa: E402
from lib.fed_peer import Roots, SIGNED, b64url, pin_of, reading  # noqa: E402
from lib.ibasho_node import ROOT, Nodes, TITLES  # noqa: E402
from lib.t import case, main  # noqa: E402
from lib.visitor import Visitor  # noqa: E402
from lib.volume import Volume  # noqa: E402
from lib.ws_client import No  # noqa: E402

ADMIN, SHARED = "/api/v1/admin/federation", "/api/v1/shared"
JOSE = {"Content-Type": "application/jose+json"}
JST = datetime.timezone(datetime.timedelta(hours=9))
IMAGE_MIB, N_NAMES = 384, 1000
folder = tempfile.mkdtemp(dir="/var/tmp")
nodes = Nodes("pref", "aozora", "midori", "kawabe", env={"IBASHO_FEDERATION_POLL_S": "1",
                                                        "IBASHO_FEDERATION_TIMEOUT_S": "5"})
pref, city, town, heir = (nodes[n] for n in ("pref", "aozora", "midori", "kawabe"))
roots = Roots(folder)
volume = Volume(folder + "/volume", IMAGE_MIB)
ids, who, made, own = {}, {}, {}, {}
names = []


def new():
    return str(uuid.uuid4())


def day(days):
    return (datetime.datetime.now(JST) + datetime.timedelta(days=days)).date().isoformat()


def ask(node, name, method, path, body=None, status=None, headers=None):
    reply = who[node.name, name].request(method, path, body, headers, timeout=60)
    assert status is None or reply.status == status, (node.name, name, method, path, reply)
    return reply


def post(where, by, path, status=200, **body):
    return ask(where, by, "POST", path, {"id": new(), **body}, status).json()


def put(where, by, path, **body):
    reply = ask(where, by, "PUT", path, {"id": new(), **body})
    assert reply.status // 100 == 2, (path, reply)
    return reply.json() if reply.body else None


def until(found, seconds=40):
    end = time.monotonic() + seconds
    while True:
        got = found()
        if got or time.monotonic() > end:
            return got
        time.sleep(0.1)


def run(*words, **more):
    return subprocess.run(words, check=True, capture_output=True, text=True, **more).stdout


def office(*words):
    """The town's own machine: the two tools, python3 and openssl, nothing of Ibasho, nothing in its environment."""
    return subprocess.run(["env", "-i", "PATH=/usr/bin:/bin", "python3", *words], cwd=folder + "/office",
                          capture_output=True, text=True, timeout=120, check=False)


def need(done):
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


# ---- marks ----

def marks_in(source):
    return marks.marks_in(names, source)


def marks_of_volume():
    os.sync()
    return marks_in(f"cat {volume.path}")


def marks_below(*places):
    return marks.marks_below(names, *places)


# ---- who is there ----

def start():
    nodes._ops("init")
    pref.up()
    city.up()
    town.look()
    volume.make()
    volume.mount(town.data_dir)
    nodes.env["IBASHO_KEYD_BOOT"] = "escrow"
    nodes._ops("create", "midori", "municipality", TITLES["midori"])
    nodes.env["IBASHO_KEYD_BOOT"] = "token"
    town.look()
    town.start()
    town.first_sheet(os.urandom(32))
    for node in (pref, city, town):
        node.wait_answer()


def people(node):
    for name in ("commissioner", "contractor", "supporter", "instructor", "child", "other"):
        login = node.account("student" if name in ("child", "other") else name, display_name=f"{node.name}の{name}")
        who[node.name, name], ids[node.name, name] = node.sign_in(login), login.id
    put(node, "commissioner", "/api/v1/contract", title="見本の契約", contractor="受託者", begins_on="2020-04-01",
        ends_on="2090-03-31", n_student=1400, n_staff=200, n_guardian=10)
    for days in range(3):
        put(node, "commissioner", "/api/v1/hours/days", day=day(days), slots=[{"from": "00:00", "to": "24:00"}])
        put(node, "supporter", f"/api/v1/plan/days/{day(days)}", slots=[{"from": "10:00", "to": "10:45"}])


def endpoint(node):
    return node.url("federation").removeprefix("https://").rstrip("/")


def join():
    for node in (pref, city, town):
        pin = pin_of(node.data_dir + "/front/federation.pem")
        reply = node.admin("POST", ADMIN + "/join", {
            "invitation": b64url(roots.invitation()), "endpoint": endpoint(node), "name_ja": node.name,
            "spki": [{"sha256": b64url(pin)}]})
        asked = reading(reply.body)[0]
        key = asked["keys"][0]
        ids[node.name] = asked["node"]
        roots.member(asked["node"], node.name, endpoint(node), [pin], key["kid"],
                     fed_peer.base64.urlsafe_b64decode(key["ed25519"] + "="),
                     ["coordinator"] if node is pref else ["host", "guest"])
    text = roots.publish()
    for node in (pref, city, town):
        reply = node.admin("POST", ADMIN + "/registry", text, {"Content-Type": SIGNED})
        assert reply.status == 200, reply


# ---- what happens there before the end ----

def courses(node, titles):
    for title in titles:
        course = post(node, "instructor", "/api/v1/courses", 201, kind="relax", picture="leaf", has_hand=True,
                      has_poll=True, has_question=True, title=title, summary="からだをゆるめます。")["course"]
        put(node, "instructor", f"/api/v1/courses/{course}/pages", pages=[{"text": "めをとじます。", "links": []}])
        post(node, "commissioner", f"/api/v1/courses/{course}/decide", decided=True, version=1, pages_version=1)
    return course


def share():
    """A lesson of the city's with the town, on now."""
    series = made["series"] = new()
    reply = ask(city, "contractor", "POST", f"{SHARED}/series", {
        "id": series, "course": courses(city, ["ゆっくり呼吸《こきゅう》"]), "floor": "lounge", "places": 8, "rules": "",
        "lessons": [{"day": day(2), "slot": 1}]}, 200)
    made["floor"] = reply.json()["floor"]
    post(city, "commissioner", f"{SHARED}/series/{series}/offer", node=ids["midori"], places=5)
    path = f"{SHARED}/offers/{series}"
    offer = until(lambda: (r := ask(town, "commissioner", "GET", path)).status == 200 and r.json()["offer"])
    post(town, "commissioner", path + "/accept", version=offer["version"])
    assert until(lambda: city.psql("SELECT state FROM fed_series_node") == "accepted")
    for node in (city, town):
        made[node.name] = node.psql(f"SELECT lesson FROM fed_series_lesson WHERE series = '{series}'")


def move(times=None):
    """The lesson is on now, whatever the hour; None: back where it was planned, as the log has it."""
    begin = datetime.datetime.now(datetime.timezone.utc).replace(second=0, microsecond=0)
    for node in (city, town):
        for table, key in (("class_lesson", "id"), ("fed_series_lesson", "lesson")):
            rows = node.psql(f"SELECT {key}, from_at, to_at FROM {table} WHERE lesson = '{made[node.name]}'")
            for row, *planned in (own.setdefault((table, r.split("|")[0]), r.split("|")) for r in rows.splitlines()):
                to = [(begin + datetime.timedelta(minutes=m)).isoformat() for m in times] if times else planned
                node.psql(f"UPDATE {table} SET from_at = '{to[0]}', to_at = '{to[1]}' WHERE {key} = '{row}'")


def choose():
    for node in (city, town):
        def chosen(node=node):
            return ask(node, "child", "PUT", f"/api/v1/my/lessons/{made[node.name]}", {"chosen": True}).status == 200
        assert until(chosen), node.name


def enter(node, name, floor):
    v = Visitor(node, who[node.name, name])
    end = time.monotonic() + 30
    while True:
        try:
            v.enter(floor=floor)
            break
        except No as no:
            assert time.monotonic() < end, (node.name, no)
        time.sleep(0.2)
    v.wait("floor.here")
    return v


def talk(wanted):
    """The town's child among the city's, in the lesson; four of these, as the city's child heard them. A few letters
    in a row may look like a word that hurts, or a telephone number: such a line is not taken."""
    heard = []
    move((-5, 180))
    choose()
    with enter(city, "child", made["floor"]) as here, enter(town, "child", made["floor"]) as there:
        assert until(lambda: len(here.floor.people) == len(there.floor.people) == 2), "they see each other"
        for text in wanted:
            there.command("chat.say", line=new(), text=text)
            if until(lambda text=text: any(of["text"] == text for of in here.seen("chat.line")), 5):
                heard.append(text)
            if len(heard) == 4:
                break
    assert len(heard) == 4, heard
    move()
    return heard


def roster_of(given):
    package = make_samples.town(len(given))
    for row, name in zip(package.tables["users.csv"], given):
        row["givenName"] = row["preferredGivenName"] = name
    return package.zip()


def bring_roster(given):
    answer = ask(town, "commissioner", "POST", "/api/v1/roster/imports", roster_of(given), None,
                 {"Content-Type": "application/zip"}).json()
    path = f"/api/v1/roster/imports/{answer['id']}"
    ask(town, "commissioner", "POST", path + "/apply", {"preview": answer["preview"]}, 200)
    state = until(lambda: (s := ask(town, "commissioner", "GET", path).json()["state"]) in ("applied", "failed") and s, 90)
    assert state == "applied", state


def plant(file="marks", bring=bring_roster):
    """As the tool made them: most are people of the roster; some stand where people write."""
    names.extend(marks.names_of(f"{folder}/office/{file}/canaries.csv"))
    names.sort(key=lambda name: sum(c.isdigit() for c in name))
    lines = talk(names[:12])
    names.sort(key=lambda name: name not in lines)
    titles, shown, told = names[4:8], names[8:14], names[14:20]
    courses(town, titles)
    for name in shown:
        town.account("student", display_name=name)
    for text in told:
        put_incident = {"kind": "manual", "urgency": 1, "severity": 1, "text": text, "account": ids["midori", "child"]}
        post(town, "supporter", "/api/v1/incidents", 201, **put_incident)
    bring(names[20:])


def clock(t, what):
    now = time.monotonic()
    t.note(f"{what}: {now - own.setdefault('clock', now):.0f} s")


@case
def a_town_lives_among_others_with_a_thousand_names(t):
    t.req("AI-7.2-1, CARD-14")
    clock(t, "begin")
    start()
    clock(t, "up")
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        list(pool.map(people, (pref, city, town)))
    join()
    os.makedirs(folder + "/office")
    for tool in ("ibasho_town.py", "ibasho_verify.py"):
        shutil.copy(f"{ROOT}/ops/verify/{tool}", folder + "/office")
    need(office("ibasho_town.py", "new-key", "--to", "key"))
    contract = ask(town, "commissioner", "GET", "/api/v1/contract").json()["contract"]
    own["papers"] = ["--key", "key/town.key", "--cert", "key/town.pem"]
    need(office("ibasho_town.py", "canaries", "--node", ids["midori"], "--contract", contract, "--to", "marks", "--n",
                str(N_NAMES), *own["papers"]))
    clock(t, "joined")
    share()
    clock(t, "shared")
    plant()
    clock(t, "planted")
    t.eq(len(set(names)), N_NAMES, "planted")
    said = ask(city, "commissioner", "GET", f"{SHARED}/evidence?lesson={made['aozora']}")
    t.ok(names[0] in said.body.decode(), "the city's board may read what the town's child said")
    t.ok(until(lambda: town.admin("GET", "/api/v1/keys/escrow").json()["state"] == "hold"), "the prefecture keeps a half")
    own["backup"] = json.loads(town.cli("backup").stdout)
    t.eq(marks_of_volume(), 0, "no name lies in the clear on the town's volume, as it is")
    marks.careless(names, town)
    t.eq(marks_of_volume(), N_NAMES, "then all of them do")


# ---- the end ----

def act(what, body=None, by="commissioner", headers=None, status=204):
    return ask(town, by, "POST", "/api/v1/leaving/" + what, body, status, headers)


def paper(name):
    with open(f"{folder}/office/{name}", "rb") as f:
        return f.read()


def hear(text):
    """A word in the city's plaza, said by one child and heard by the other."""
    line = new()
    own["other"].command("chat.say", line=line, text=text)
    return own["plaza"].wait("chat.line", 25, lambda of: of["line"] == line)["text"]


@case
def the_bag_is_made_and_the_towns_own_machine_accepts_it(t):
    t.req("AI-7.2-1, KP-3-調達-4")
    own["plaza"], own["other"] = enter(city, "child", "plaza"), enter(city, "other", "plaza")
    t.eq(hear("おはよう"), "おはよう", "the city's plaza is alive")
    put(town, "commissioner", "/api/v1/settings/leaving.grace_days", value="0")
    put(town, "commissioner", "/api/v1/leaving/town-key", certificate=paper("key/town.pem").decode())
    act("canaries", paper("marks/canaries.json"), headers=JOSE)
    act("drain")
    t.ok(until(lambda: "up" not in [p["link"] for p in town.admin("GET", ADMIN + "/peers").json()["peers"]]),
         "links of the town are closed")
    done, bag = handback.export(town)
    t.eq(done.returncode, 0, f"a bag is made: {done.stderr[-600:]}")
    clock(t, "exported")
    need(town.cli("leave", "exported", bag))
    shutil.copy(folder + "/office/key/town.pem", folder + "/town.pem")
    need(town.cli("handback", "deliver", bag, "--certificate", folder + "/town.pem", "--to", town.data_dir + "/parts"))
    shutil.copytree(town.data_dir + "/parts", folder + "/office/parts")  # on a disk that is carried there
    need(office("ibasho_town.py", "open", "parts", "--to", "opened", *own["papers"]))
    made["bag"] = os.path.dirname(glob.glob(folder + "/office/opened/**/bagit.txt", recursive=True)[0])
    t.eq(marks_below(made["bag"] + "/data/records"), N_NAMES, "every name is in it")
    done = office("ibasho_town.py", "receipt", made["bag"], "--to", "receipt.json", *own["papers"])
    t.eq(done.returncode, 0, "its own tool accepts the bag, and signs: " + done.stdout + done.stderr)
    act("receipt", paper("receipt.json"), headers=JOSE)
    need(office("ibasho_town.py", "order", made["bag"], "--receipt", "receipt.json", "--by", "教育委員会 学校教育課長",
                "--canaries", "marks/canaries.secret.json", "--to", "order.json", *own["papers"]))
    act("order", paper("order.json"), headers=JOSE)
    made["id"] = handback.sum_of(made["bag"] + "/manifest-sha512.txt")
    act("confirmation", {"bag": made["id"]}, "contractor")
    t.eq(hear("こんにちは"), "こんにちは", "the city works on")


@case
def the_order_is_carried_out_and_the_peers_give_receipts(t):
    t.req("AI-7.2-1, CARD-14")
    began = time.monotonic()
    for _ in range(6):
        done = town.cli("leave", "run", check=False)
        if done.returncode != 3 or time.monotonic() - began > 120:
            break
    clock(t, f"carried out in {time.monotonic() - began:.0f} s")
    t.eq(done.returncode, 0, "carried out: " + done.stdout[-500:] + done.stderr[-2500:])
    t.ok("証明書 2 / 相手 2" in done.stderr, "who has given a receipt is printed", done.stderr)
    with open(town.data_dir + "/leaving/certificate.json", "rb") as f:
        made["certificate"] = f.read()
    with open(town.data_dir + "/leaving/steps.jsonl", "rb") as f:
        steps = [json.loads(fed_peer.base64.urlsafe_b64decode(json.loads(s)["payload"] + "==")) for s in f]
    facts = {s["step"]: s["facts"] for s in steps}
    peers = {p["node"]: p for p in facts["peers_purged"]["purge"]["peers"]}
    t.eq({n: p["state"] for n, p in peers.items()}, {ids["aozora"]: "receipt", ids["pref"]: "receipt"}, "peers")
    t.eq(peers[ids["pref"]]["box"], "gone", "the half that the prefecture kept is gone, in its own words")
    t.eq((facts["scanned"]["n_names"], facts["scanned"]["n_hits"]), (N_NAMES, 0), "the scan")
    t.eq([(b["id"], b["key"]) for b in facts["backups_listed"]["backups"]], [(own["backup"]["id"], "destroyed")],
         "the backup")
    t.eq(facts["volume_discarded"]["is_own"], True, "a volume of its own")


@case
def nobody_needs_ibasho_to_check_it(t):
    t.req("AI-7.2-2")
    with open(folder + "/office/certificate.json", "wb") as f:
        f.write(made["certificate"])
    for words, status in ((["bag", made["bag"]], 0), (["certificate", "certificate.json"], 0),
                          (["certificate", "certificate.json", "--bag", made["bag"], "--town", "key/town.pem"], 0)):
        done = office("ibasho_verify.py", *words)
        t.eq(done.returncode, status, " ".join(words[:2]) + done.stdout + done.stderr)
    done = subprocess.run([city.v["BIN"] + "/ibasho", "verify", "certificate", folder + "/office/certificate.json"],
                          capture_output=True, text=True, check=False)
    t.eq(done.returncode, 0, "our own verifier says the same: " + done.stdout + done.stderr)


@case
def no_name_is_left_anywhere_but_in_the_bag(t):
    t.req("AI-7.2-1, CARD-14")
    t.eq(marks_of_volume(), 0, "raw volume, with WAL, backups, logs")
    t.eq(marks_below(town.data_dir, town.run_dir), 0, "what files are left, and the spool")
    town_id = ids["midori"]
    t.eq(city.psql(f"SELECT count(*) FROM fed_line WHERE node = '{town_id}'"), "0", "the city has no line of the town's")
    said = ask(city, "commissioner", "GET", f"{SHARED}/evidence?lesson={made['aozora']}")
    t.ok(not any(n in said.body.decode() for n in names[:4]), "nor can its board read one")
    for node in (city, pref):
        t.eq(marks.marks_at(names, node), (0, 0), f"{node.name}: dump, files")
    t.eq(hear("またね"), "またね", "the line in the city's plaza was never cut")
    t.eq((own["plaza"].closed, own["other"].closed), (None, None), "nor the other")
    for node in (city, pref):
        node.wait_answer()
        t.eq(node.psql("SELECT count(*) FROM job WHERE state = 'dead'"), "0", f"{node.name}: nothing died")


# ---- another contractor's node ----

def records(table):
    return [json.loads(line) for line in handback.read(made["bag"], f"data/records/{table}.ndjson").splitlines()]


@case
def an_empty_node_takes_the_bag_and_shows_the_same(t):
    t.req("KP-3-調達-4, AI-8-3")
    heir.up()
    heir.wait_answer()
    shutil.copytree(made["bag"], heir.data_dir + "/bag")
    run("chown", "-R", heir.user, heir.data_dir + "/bag")
    done = heir.cli("handback", "import", heir.data_dir + "/bag", "--json", check=False)
    t.eq(done.returncode, 0, f"taken in: {done.stdout[-1500:]}{done.stderr[-500:]}")
    counts = handback.info(made["bag"])[1]
    for table in ("account", "person", "enrolment", "chat_line", "class_course", "class_lesson", "incident"):
        t.eq(heir.psql(f"SELECT count(*) FROM {table}"), str(counts[table]), table)
    board = heir.sign_in(heir.account("commissioner"))
    for name in (names[8], names[20], names[-1]):
        found = board.request("GET", "/api/v1/people?q=" + urllib.parse.quote(name)).json()
        t.eq(int(found["total"]), 1, f"found by name: {name}")
    shown = board.request("GET", "/api/v1/courses").json()["items"]
    t.eq({c["title"] for c in shown} & set(names[4:8]), set(names[4:8]), "lessons by their titles")
    line = next(r for r in records("chat_line") if r["text_sealed"].get("text") == names[0])
    reply = board.request("POST", "/api/v1/log-searches", {
        "id": new(), "reason": "契約が変わったあとの確かめ", "words": names[0], "from": day(-1) + "T00:00:00Z",
        "to": day(1) + "T00:00:00Z"})
    t.ok(reply.status == 200 and names[0] in reply.body.decode(), f"and what was said, {line['id']}", reply)


def away():
    for name in ("plaza", "other"):
        if name in own:
            own[name].cut()
    if town.v:
        town.stop()
    volume.away()
    if town.v:
        nodes._ops("remove", "midori")  # its table is gone, so it is in no list any more
    nodes.close()
    shutil.rmtree(folder)


if __name__ == "__main__":
    main(__file__, away)
