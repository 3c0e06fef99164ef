#!/usr/bin/python3
# tests/run: right 150
"""A bag of one contractor checked and taken into the empty node of another: all of it or nothing
(KP-3-調達-4, AI-8-3); what is wrong with a bag is named with its place."""
import datetime
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "roster"))
import make_samples  # noqa: E402
from lib import ending, handback  # noqa: E402
from lib.ibasho_node import BUILD, Login, Nodes, Session  # noqa: E402
from lib.t import case, main  # noqa: E402
from lib.town import Town  # noqa: E402
from lib.visitor import Visitor  # noqa: E402

JST = datetime.timezone(datetime.timedelta(hours=9))
TOMORROW = (datetime.datetime.now(JST) + datetime.timedelta(days=1)).date().isoformat()
SAID, ABOUT = "きょうは \"=1+1\" を\\やった", "昼休みに、言い合いがあった"
nodes = Nodes("aozora", "midori")
nodes.__enter__()
old, new = nodes["aozora"], nodes["midori"]
shared = {}  # the bag


def put(session, method, path, **body):
    reply = session.request(method, path, {"id": str(uuid.uuid4()), **body})
    assert reply.status // 100 == 2, reply
    return reply


def bring_roster(board):
    answer = board.request("POST", "/api/v1/roster/imports", make_samples.make(lambda p: None),
                           {"Content-Type": "application/zip"}, timeout=60).json()
    path = f"/api/v1/roster/imports/{answer['id']}"
    reply = board.request("POST", path + "/apply", {"preview": answer["preview"]})
    assert reply.status == 200, reply
    for _ in range(600):
        if board.request("GET", path).json()["state"] == "applied":
            return
        time.sleep(0.05)
    raise AssertionError("the roster was not applied")


def lesson_of(board, helper, helper_id, kid):
    """A course with its lesson of tomorrow, which the child chose."""
    teacher_login = old.account("instructor")
    teacher, day = old.sign_in(teacher_login), TOMORROW
    made = put(teacher, "POST", "/api/v1/courses", kind="relax", picture="leaf", has_hand=True, has_poll=True,
               has_question=True, title="ゆっくり呼吸《こきゅう》", summary="からだをゆるめます。").json()["course"]
    put(teacher, "PUT", f"/api/v1/courses/{made}/pages", pages=[{"title": "はじめ", "text": "めをとじます。", "links": []}])
    put(board, "POST", f"/api/v1/courses/{made}/decide", decided=True, version=1, pages_version=1)
    put(helper, "PUT", f"/api/v1/plan/days/{day}", slots=[{"from": "00:00", "to": "23:59"}])
    lesson = str(uuid.uuid4())
    put(helper, "PUT", f"/api/v1/lessons/{lesson}", day=day, slot=1, course=made, floor="classes", area="sun",
        sub_supports=False, main=teacher_login.id, supporters=[{"account": helper_id}])
    assert kid.request("PUT", f"/api/v1/my/lessons/{lesson}", {"chosen": True}).status // 100 == 2
    return lesson


def what_a_child_has(child):
    """How it is seen, and the lesson it chose."""
    profile = child.request("GET", "/api/v1/me/profile").json()
    slots = child.request("GET", f"/api/v1/my/lessons?day={TOMORROW}").json()["slots"]
    return profile, [(x["lesson"], x["title"], x["is_chosen"]) for s in slots for x in s["lessons"]]


def everyone(board):
    reply = board.request("GET", "/api/v1/people").json()
    return reply["total"], [(p["id"], p["name"]) for p in reply["items"]]


def slip(login, node=new):
    done = node.cli("handback", "first-slip", "--login", login, "--json", check=False)
    return done.returncode, json.loads(done.stdout) if done.returncode == 0 else done.stderr


def fill():
    board = old.sign_in(old.account("commissioner", login="board", display_name="教育長一"))
    old.account("commissioner", login="board-2", display_name="教育長二")
    helper_login = old.account("supporter")
    helper = old.sign_in(helper_login)
    old.permit_export(board)
    for value in ("true", "false"):  # a text that reads as nothing
        put(board, "PUT", "/api/v1/settings/care.hold_entries", value=value)
    kids = [old.account("student", login=f"kid-{i}", display_name=f"こども{i}") for i in range(3)]
    for kid in kids:
        put(helper, "POST", "/api/v1/incidents", kind="manual", urgency=1, severity=1, text=ABOUT,
            account=kid.id)
    old.cli("account", "erase", kids[2].id, "--yes") # before the roster, which would go with him
    put(board, "PUT", "/api/v1/contract", title="見本の契約", contractor="前の受託者",
        begins_on="2020-04-01", ends_on="2090-03-31", n_student=400, n_staff=100, n_guardian=0)
    for days in range(2):
        day = (datetime.datetime.now(JST) + datetime.timedelta(days=days)).date()
        put(board, "PUT", "/api/v1/hours/days", day=day.isoformat(),
            slots=[{"from": "00:00", "to": "24:00"}])
    bring_roster(board)
    kid = old.sign_in(kids[0])
    now = kid.request("GET", "/api/v1/me/profile").json()
    put(kid, "PUT", "/api/v1/me/profile", name=now["name"], note="いぬがすき", kind=now["kind"], colour=now["colour"],
        open=True, private=True, wave=True, version=now["version"])
    shared["lesson"] = lesson_of(board, helper, helper_login.id, kid)
    shared["had"], shared["people"] = what_a_child_has(kid), everyone(board)
    talker = Visitor(old, kid)
    talker.enter(floor="plaza", rung="text")
    talker.wait("floor.here")
    talker.command("chat.say", line=str(uuid.uuid4()), text=SAID)
    with tempfile.TemporaryDirectory() as at:
        put(board, "PUT", "/api/v1/leaving/town-key", certificate=Town(at).certificate)
    shared["no_slip"] = slip("board", old)
    assert board.request("POST", "/api/v1/leaving/drain").status == 204  # the bag of a contract that ends
    return kids


def verify(bag, *words):
    """(exit status, what was found) of the check, which needs no node."""
    done = subprocess.run([BUILD + "/ibasho", "verify", "bag", bag, "--json", *words],
                          capture_output=True, text=True, check=False)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return done.returncode, found, done.stderr


def counts(node):
    """Rows of every table that a bag fills."""
    tables = [t for t in handback.info(shared["dir"])[1]]
    return dict(line.split("|") for line in node.psql(" UNION ALL ".join(
        f"SELECT '{t}', count(*) FROM {t}" for t in tables)).splitlines())


@case
def a_bag_of_the_old_node_is_whole(t):
    t.req("KP-3-調達-4")
    shared["kids"] = fill()
    done, bag = handback.export(old, "bag")
    t.eq(done.returncode, 0, f"made: {done.stderr[-500:]}")
    shared["dir"] = bag
    status, found, err = verify(bag)
    t.eq((status, found[:-1]), (0, []), f"nothing is wrong with it {err}")
    t.eq(found[-1]["bag"], handback.sum_of(f"{bag}/manifest-sha512.txt"), "its hash")
    t.eq(ending.verify.bag(bag)[0]["bag"], found[-1]["bag"], "the other verifier says so, too")
    t.ok(handback.info(bag)[1]["access_shown"] > 0, "with lists of people that were seen")


def bag_at_new(change=None):
    """A copy of the bag where the new node can read it, spoiled by change(path)."""
    path = new.data_dir + "/bag"
    shutil.rmtree(path, ignore_errors=True)
    shutil.copytree(shared["dir"], path)
    if change:
        change(path)
    subprocess.run(["chown", "-R", new.user, path], check=True)
    return path


def write(path, data):
    with open(path, "wb") as f:
        f.write(data)


def edit(name, change):
    def run(bag):
        write(f"{bag}/{name}", change(handback.read(bag, name)))
    return run


def without_line(n):
    return lambda b: b"".join(b.splitlines(True)[:n] + b.splitlines(True)[n + 1:])


def swapped(b):
    lines = b.splitlines(True)
    return b"".join([lines[1], lines[0], *lines[2:]])


def flipped(b):
    return b[:len(b) // 2] + bytes([b[len(b) // 2] ^ 1]) + b[len(b) // 2 + 1:]


def link(bag):
    os.remove(f"{bag}/data/README.ja.txt")
    os.symlink("/etc/passwd", f"{bag}/data/README.ja.txt")


SPOILED = [
    ("a bit flipped in a record", edit("data/records/chat_line.ndjson", flipped),
     ("file.hash", "data/records/chat_line.ndjson")),
    ("a bit flipped in the log", edit("data/log/leaves.ndjson", flipped),
     ("file.hash", "data/log/leaves.ndjson")),
    ("a record removed", edit("data/records/incident.ndjson", without_line(0)),
     ("file.hash", "data/records/incident.ndjson")),
    ("a file renamed", lambda b: os.rename(f"{b}/data/records/org.ndjson",
                                           f"{b}/data/records/orgs.ndjson"),
     ("file.missing", "data/records/org.ndjson")),
    ("a file more", lambda b: write(f"{b}/data/records/x.ndjson", b""),
     ("file.extra", "data/records/x.ndjson")),
    ("a file outside of data", lambda b: write(f"{b}/x.sh", b""), ("file.extra", "x.sh")),
    ("the manifest reordered", edit("manifest-sha512.txt", swapped),
     ("manifest.order", "manifest-sha512.txt")),
    ("a path that escapes",
     edit("manifest-sha512.txt", lambda b: b + b"0" * 128 + b"  data/../../etc/passwd\n"),
     ("manifest.path", "manifest-sha512.txt")),
    ("a link", link, ("file.kind", "data/README.ja.txt")),
    ("a bomb of a line", edit("manifest-sha512.txt", lambda b: b + b"0" * 1000000),
     ("manifest.form", "manifest-sha512.txt")),
    ("an older schema",
     edit("bag-info.txt", lambda b: b.replace(b"Ibasho-Schema: ", b"Ibasho-Schema: 1")),
     ("info.schema", "bag-info.txt")),
    ("a label left out", edit("bag-info.txt", without_line(6)), ("info.form", "bag-info.txt")),
    ("another signature", edit("ibasho-signature.txt", lambda b: b[:-10] + b"AAAAAAAA=\n"),
     ("signature.wrong", "ibasho-signature.txt")),
    ("cut off on its way", lambda b: os.remove(f"{b}/ibasho-signature.txt"),
     ("file.missing", "ibasho-signature.txt")),
]


@case
def what_is_wrong_with_a_bag_is_named_with_its_place(t):
    t.req("KP-3-調達-4")
    for what, change, want in SPOILED:
        bag = bag_at_new(change)
        status, found, err = verify(bag)
        t.eq(status, 1, f"{what}: refused {err}")
        t.ok(want in [(d["code"], d["file"]) for d in found[:-1]], what, found[:3])


@case
def a_spoiled_bag_leaves_the_empty_node_empty(t):
    before = counts(new)
    for what, change, want in (SPOILED[0], SPOILED[6], SPOILED[10]):
        done = new.cli("handback", "import", bag_at_new(change), "--json", check=False)
        answer = json.loads(done.stdout)
        t.eq((done.returncode, answer["state"]), (1, "refused"), what)
        t.ok(want in [(d["code"], d["file"]) for d in answer["defects"]], what, answer)
    after = counts(new)
    t.eq({k: v for k, v in after.items() if v != before[k] and k != "access_record"}, {}, "as before")


@case
def an_import_that_is_killed_leaves_the_node_empty(t):
    """All rows are written, the old log is on its way: somebody holds its table, kill -9."""
    t.req("KP-3-調達-4")
    psql = ["/usr/lib/postgresql/15/bin/psql", "-X", "-q", "-h", new.run_dir + "/pg", "-U", "ibasho", "ibasho"]
    holder = subprocess.Popen(psql, stdin=subprocess.PIPE, text=True, cwd="/")
    holder.stdin.write("BEGIN; LOCK TABLE handback_piece IN SHARE MODE;\n")
    holder.stdin.flush()
    before, pid = counts(new), new.pid("node")
    asking = subprocess.Popen([new.v["BIN"] + "/ibasho", "-c", new.data_dir + "/node.conf", "handback", "import",
                               bag_at_new()], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'handback_piece'::regclass"
    for _ in range(500):
        if new.psql(waits) == "1":
            break
        time.sleep(0.01)
    t.eq(new.psql(waits), "1", "it was in the middle")
    new.kill("node")
    holder.communicate("ROLLBACK;\n")
    new.wait_back("node", pid)
    new.wait_answer()
    said = asking.communicate()
    t.eq(asking.returncode, 2, f"who asked is told {said}")
    after = counts(new)
    t.eq({k: v for k, v in after.items() if v != before[k] and k != "access_record"}, {}, "as before")
    t.eq(new.cli("verify", "live", check=False).returncode, 0, "its log is clean")


@case
def it_comes_into_an_empty_node(t):
    t.req("KP-3-調達-4, AI-8-3")
    done = new.cli("handback", "import", bag_at_new(), "--json", check=False)
    t.eq(done.returncode, 0, f"taken in: {done.stdout[-1500:]} {done.stderr[-500:]}")
    shared["import"] = json.loads(done.stdout)
    t.eq(shared["import"]["bag"], handback.sum_of(f"{shared['dir']}/manifest-sha512.txt"), "this bag")
    done = new.cli("verify", "live", check=False)
    t.eq(done.returncode, 0, f"the node's own log: {done.stdout[-800:]}")
    again = new.cli("handback", "import", new.data_dir + "/bag", "--json", check=False)
    t.eq(again.returncode, 1, f"not a second time: {again.stdout[-300:]}")
    t.ok("not empty" in again.stdout, "and it says why", again.stdout)


KEPT = {"town_key": 1, "leaving_step": 1}  # of the old node's contract; and what is empty here


@case
def the_old_nodes_end_does_not_come_alive_here(t):
    t.req("KP-3-調達-4, AI-7.2-1")
    had = handback.info(shared["dir"])[1]
    t.eq({k: had[k] for k in KEPT}, KEPT, "what the bag had")
    for table in (*KEPT, "leaving_paper", "fed_purge_peer", "fed_purge", "fed_purge_part", "fed_purge_step"):
        t.eq(new.psql(f"SELECT count(*) FROM {table}"), "0", f"{table} is no row here")
    t.ok(not os.path.exists(new.data_dir + "/leaving/steps.jsonl"), "no step was taken here")


def differing(a, b):
    """Paths that are not the same bytes in both, or in one only."""
    files = sorted(set(handback.files_of(a)) | set(handback.files_of(b)))
    return [f for f in files if not (os.path.isfile(f"{a}/{f}") and os.path.isfile(f"{b}/{f}")
                                     and handback.read(a, f) == handback.read(b, f))]


def as_it_came(name):
    return handback.export(new, name, "--as-of-import", shared["import"]["id"])


@case
def it_goes_back_as_it_came(t):
    t.req("KP-3-調達-4")
    done, bag = as_it_came("as-it-came")
    t.eq(done.returncode, 0, f"made: {done.stderr[-500:]}")
    t.eq(differing(shared["dir"], bag), [], "every file, letter by letter: manifest, records, log, sheets, signature")
    said = json.loads(done.stdout)
    t.eq((said["bag"], said["n_rows"]), (shared["import"]["bag"], sum(handback.info(bag)[1].values())), "the same bag")
    status, found, err = verify(bag, "--key", handback.read(bag, "data/log/key.txt").decode().strip())
    t.eq((status, found[:-1]), (0, []), f"signed by the node that gave it {err}")
    again, _ = as_it_came("as-it-came")
    t.eq(again.returncode, 2, "not over it")
    none, _ = handback.export(new, "none", "--as-of-import", str(uuid.uuid4()))
    t.ok(none.returncode == 2 and "no such import" in none.stderr, "no such import", none.stderr)
    both, _ = handback.export(new, "both", "--as-of-import", shared["import"]["id"], "--at", "3")
    t.eq(both.returncode, 2, "one cut only")


@case
def what_came_in_goes_out_again(t):
    t.req("KP-3-調達-4")
    done, bag = handback.export(new, "onward")
    t.eq(done.returncode, 0, f"made: {done.stderr[-500:]}")
    status, found, err = verify(bag)
    t.eq((status, found[:-1]), (0, []), f"nothing is wrong with it {err}")
    ending.verify.bag(bag)
    lost = {}
    for table in handback.info(shared["dir"])[1]:
        want = set(handback.read(shared["dir"], f"data/records/{table}.ndjson").splitlines())
        at = f"data/log/past/{handback.sum_of(shared['dir'] + '/data/log/leaves.ndjson', 'sha256')}" if table in KEPT else "data"
        got = set(handback.read(bag, f"{at}/records/{table}.ndjson").splitlines())
        if want - got:
            lost[table] = sorted(got - want)[:2]
    t.eq(lost, {}, "every record, letter by letter, closed ones too")
    past = f"{bag}/data/log/past/{handback.sum_of(shared['dir'] + '/data/log/leaves.ndjson', 'sha256')}"
    for name in ("leaves.ndjson", "checkpoints.txt", "key.txt"):
        with open(f"{past}/{name}", "rb") as f:
            t.eq(f.read(), handback.read(shared["dir"], f"data/log/{name}"), f"the old {name}, verbatim")
    t.eq(sorted(os.listdir(f"{bag}/data/files")), sorted(os.listdir(f"{shared['dir']}/data/files")), "every file")


def lets_itself_in(login, one_time, old_secret=None):
    """Who got a one-time password signs in and sets what is asked for."""
    own = Login("", login, one_time, old_secret, None)
    return new.sign_in(own)


@case
def nobody_is_let_in_before_a_new_slip(t):
    reply = Session(new).request("POST", "/api/v1/session", {"login": "kid-0", "password": shared["kids"][0].password})
    t.eq(reply.status, 401, f"the old password opens nothing {reply}")
    t.eq(new.psql("SELECT count(*) FROM account WHERE state = 'active' AND password_hash_sealed IS NULL"), "0",
         "but every account is as it was")


@case
def the_operator_lets_one_commissioner_in(t):
    t.req("KP-3-調達-4, NI-2.3.4-2b")
    status, said = shared["no_slip"]
    t.ok(status == 1 and "引き継いでいません" in said, "only after an import", said)
    status, said = slip("kid-0")
    t.ok(status == 1 and "教育委員会担当者のログインIDではありません" in said, "nobody but a commissioner", said)
    t.eq(slip("nobody-at-all")[0], 1, "nobody who is not there")
    status, made = slip("Board")
    t.eq(status, 0, f"one commissioner {made}")
    status, said = slip("board-2")
    t.ok(status == 1 and "一度に一人だけ" in said, "one slip at a time", said)
    status, again = slip("board")
    t.eq(status, 0, "the same again: it was lost")
    reply = Session(new).request("POST", "/api/v1/session", {"login": "board", "password": made["one_time"]})
    t.eq(reply.status, 401, "the lost one opens nothing")
    shared["board"] = lets_itself_in("board", again["one_time"])
    t.eq(new.psql(f"SELECT string_agg(state || ' ' || actor_role, ', ' ORDER BY at, id) FROM account_step"
                  f" WHERE account = '{made['id']}' AND at > (SELECT at FROM handback_import)"),
         "suspended operator, issued operator, active commissioner", "all of it on record")
    status, said = slip("board-2")
    t.ok(status == 1 and "もうログインしています" in said, "from now on nobody else", said)
    t.eq(new.cli("verify", "live", check=False).returncode, 0, "the log is clean")


@case
def a_child_comes_in_with_all_that_was_its_own(t):
    t.req("KP-3-調達-4")
    board, kid = shared["board"], shared["kids"][0]
    def waits():
        return board.request("GET", f"/api/v1/people/{kid.id}").json().get("waits_for_slip", False)

    t.eq(waits(), True, "the board sees that nobody can come in with this ID yet")
    reply = board.request("POST", f"/api/v1/people/{kid.id}/reset")
    t.eq((reply.status, waits()), (200, False), "the board makes a slip on the screen")
    child = lets_itself_in("kid-0", reply.json()["one_time"])
    t.eq(waits(), False, "and then there is a password")
    t.eq(what_a_child_has(child), shared["had"], "seen as before, with the lesson it chose")
    t.eq(everyone(board), shared["people"], "everybody is known by name")
    now = datetime.datetime.now(datetime.timezone.utc)
    times = {k: (now + datetime.timedelta(hours=h)).strftime("%Y-%m-%dT%H:%M:%SZ") for k, h in (("from", -1), ("to", 1))}
    reply = board.request("POST", "/api/v1/log-searches", {"id": str(uuid.uuid4()), "words": SAID[:4], **times,
                                                           "reason": "引き継いだ記録の確認のため"})
    t.ok(reply.status == 200 and json.dumps(SAID, ensure_ascii=False)[1:-1] in reply.body.decode(), "what was said is found", reply)


@case
def what_was_added_is_left_out_and_what_was_changed_is_named(t):
    t.req("KP-3-調達-4")
    new.account("student", login="kid-new", display_name="あたらしいこ")
    done, bag = as_it_came("later")
    t.eq((done.returncode, differing(shared["dir"], bag) if done.returncode == 0 else done.stderr), (0, []),
         "slips, sign-ins and a new account are no part of it")
    new.cli("account", "erase", shared["kids"][1].id, "--yes")
    done, bag = as_it_came("too-late")
    t.eq(done.returncode, 1, "who was erased is in no copy")
    t.ok("data/records/" in done.stderr and "そのままの形では書き出せません" in done.stderr, "the place", done.stderr)
    t.ok(not os.path.exists(f"{bag}/ibasho-signature.txt"), "and no signature")
    done, bag = handback.export(new, "now")
    t.eq((done.returncode, verify(bag)[0]), (0, 0), "what it holds now goes out")


if __name__ == "__main__":
    main(__file__, lambda: nodes.__exit__(None, None, None))
