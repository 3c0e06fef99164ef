#!/usr/bin/python3
# tests/run: right 240
"""The bag of a whole node, read by a stranger's eyes: whole, in the forms it says, the same twice at one cut
and after a kill in the middle; what is not whole is named (KP-3-調達-4, AI-8-3, AI-7.2-1)."""
import base64
import csv
import datetime
import hashlib
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "roster"))
import make_samples  # noqa: E402
from lib import bag_edits, ending, handback  # noqa: E402
from lib.ibasho_node import BUILD, ROOT, Nodes  # noqa: E402
from lib.t import case, main  # noqa: E402
from lib.visitor import Visitor  # noqa: E402

JST = datetime.timezone(datetime.timedelta(hours=9))
CANARIES = [f"かなりや{uuid.uuid4().hex}" for _ in range(20)]
SAID, ABOUT = "きょうは =1+1 を、やった \"よ\"", "昼休みに、言い合いがあった"
nodes = Nodes("aozora")
node = nodes.__enter__()["aozora"]
board_login = node.account("commissioner", display_name="教育長一")
board, helper = node.sign_in(board_login), node.sign_in(node.account("supporter"))
kids = [node.account("student", display_name=name) for name in CANARIES]
gone = node.account("student", display_name="さようなら")
first = {}  # the bag that the cases share


def put(session, method, path, **body):
    reply = session.request(method, path, {"id": str(uuid.uuid4()), **body})
    assert reply.status // 100 == 2, reply
    return reply


def bring_roster():
    answer = board.request("POST", "/api/v1/roster/imports", make_samples.make(lambda p: None),
                           {"Content-Type": "application/zip"}, timeout=60).json()
    reply = board.request("POST", f"/api/v1/roster/imports/{answer['id']}/apply", {"preview": answer["preview"]})
    assert reply.status == 200, reply
    for _ in range(600):
        if board.request("GET", f"/api/v1/roster/imports/{answer['id']}").json()["state"] == "applied":
            return
        time.sleep(0.05)
    raise AssertionError("the roster was not applied")


def fill():
    node.permit_export(board)
    put(board, "PUT", "/api/v1/contract", title="見本の契約", contractor="受託者", begins_on="2020-04-01",
        ends_on="2090-03-31", n_student=400, n_staff=100, n_guardian=0)
    for days in range(2):
        day = (datetime.datetime.now(JST) + datetime.timedelta(days=days)).date()
        put(board, "PUT", "/api/v1/hours/days", day=day.isoformat(), slots=[{"from": "00:00", "to": "24:00"}])
    bring_roster()
    with_words = Visitor(node, node.sign_in(kids[0]))
    with_words.enter(floor="plaza", rung="text")
    with_words.wait("floor.here")
    with_words.command("chat.say", line=str(uuid.uuid4()), text=SAID)
    put(helper, "POST", "/api/v1/incidents", kind="manual", urgency=1, severity=1, text=ABOUT, account=kids[1].id)
    put(helper, "POST", "/api/v1/warnings", account=kids[2].id, template="hurt", urgency=1, severity=1)
    put(helper, "POST", "/api/v1/incidents", kind="manual", urgency=1, severity=1, text=ABOUT, account=gone.id)
    node.cli("account", "erase", gone.id, "--yes")


def export(name="bag", *words):
    return handback.export(node, name, *words)


def answer(done):
    return json.loads(done.stdout)


def fresh(name):
    shutil.rmtree(os.path.join(node.data_dir, name), ignore_errors=True)
    return name


@case
def a_bag_is_made_and_a_stranger_finds_it_whole(t):
    t.req("KP-3-調達-4, AI-8-3, AI-7.2-1")
    fill()
    done, bag = export()
    t.eq(done.returncode, 0, f"made: {done.stderr[-800:]}")
    first.update(answer(done), dir=bag)
    labels, counts = handback.info(bag)
    t.eq(handback.defects_of_manifests(bag), [], "every file is the one the manifests say")
    t.eq(handback.misfits(bag), [], "every record fits its schema, column by column")
    t.eq({c: len(handback.records(bag, c)) for c in counts}, counts, "as many rows as bag-info says")
    t.eq(handback.sum_of(f"{bag}/manifest-sha512.txt"), first["bag"], "the bag's id")
    t.eq(labels["Payload-Oxum"], f"{first['n_bytes']}.{first['n_files']}", "octets and files")
    t.eq(labels["Ibasho-Log-Size"], first["n_leaves"], "the cut")
    t.eq((labels["Ibasho-Format"], labels["Ibasho-Origin"]), ("ibasho-bag/1", "aozora.ibasho"), "whose")
    t.ok(not os.path.exists(f"{bag}/ibasho-export.journal"), "nothing of the making is left")
    t.eq(os.stat(bag).st_mode & 0o777, 0o700, "nobody else may look in")


@case
def every_sealed_value_of_the_database_is_opened(t):
    t.req("KP-3-調達-4")
    found = handback.sealed_values(node, first["dir"])
    t.eq({k: v for k, v in found.items() if v[0] != v[1]}, {}, "as many in the bag as in the database")
    filled = {k.split(".")[0] for k, v in found.items() if v[0] > 0}
    want = {"account", "person", "enrolment", "person_role", "chat_line", "incident", "file"}
    t.eq(want - filled, set(), "and these had some")
    said = [r for r in handback.records(first["dir"], "chat_line")]
    t.eq([r["text_sealed"]["text"] for r in said], [SAID], "as it was said, letter by letter")
    t.eq((said[0]["text_sealed"]["key"], said[0]["text_sealed"]["of"]), ("person", kids[0].id), "under whose key")


@case
def walk_row_into_bag(t):
    t.req("KP-3-調達-4")
    line, sealed = node.psql("SELECT id, encode(text_sealed, 'hex') FROM chat_line LIMIT 1").split("|")
    record = next(r for r in handback.records(first["dir"], "chat_line") if r["id"] == line)
    t.eq(record["text_sealed"]["text"], SAID, "what was said, in clear")
    name = "data/records/chat_line.ndjson"
    t.eq(handback.listed(first["dir"], "manifest-sha512.txt")[name], handback.sum_of(f"{first['dir']}/{name}"),
         "in a file that the manifest names")
    leaves = [l for l in handback.read(first["dir"], "data/log/leaves.ndjson").splitlines() if line.encode() in l]
    t.eq(len(leaves), 1, "and its leaf lies beside it")
    t.ok(sealed.encode() not in handback.read(first["dir"], name), "the seal itself goes with nobody")
    t.eq(node.cli("verify", "bag", first["dir"]).returncode, 0, "which who checks the bag holds against each other")


@case
def planted_names_are_found_and_closed_ones_are_not(t):
    t.req("AI-7.2-1")
    names = {r["display_name_sealed"].get("text") for r in handback.records(first["dir"], "account")
             if r["display_name_sealed"]}
    t.eq([c for c in CANARIES if c not in names], [], "20 of 20")
    everything = b"".join(handback.read(first["dir"], f) for f in handback.files_of(first["dir"]))
    t.ok("さようなら".encode() not in everything, "the erased child's name is nowhere")
    steps = [r for r in handback.records(first["dir"], "account_step") if r["account"] == gone.id]
    t.ok(steps, "that there was somebody is on record")
    closed = [r["text_sealed"] for r in handback.records(first["dir"], "incident") if r["account"] == gone.id]
    t.eq(closed, [{"key": "person", "of": gone.id, "name": "", "closed": True}], "what was said of him is closed")
    for secret in (kids[0].password, kids[0].totp_secret or "none-of-this", board_login.totp_secret):
        t.ok(secret.encode() not in everything, "no password and no second factor goes out")


@case
def an_uploaded_file_lies_under_its_own_sum(t):
    rows = [r for r in handback.records(first["dir"], "file") if r["sha256"]]
    t.ok(rows, "there are some")
    for row in rows:
        path = f"{first['dir']}/data/files/{row['sha256']}"
        t.eq((handback.sum_of(path, "sha256"), os.path.getsize(path)), (row["sha256"], int(row["n_bytes"])),
             row["name_sealed"].get("text"))


@case
def the_log_verifies_by_another_program(t):
    t.req("NI-T3-8")
    log = f"{first['dir']}/data/log"
    with open(f"{log}/key.txt", encoding="ascii") as f:
        key = f.read().strip()
    done = subprocess.run([sys.executable, f"{ROOT}/tests/lib/verify_log.py", f"{log}/leaves.ndjson", key,
                           f"{log}/checkpoints.txt"], capture_output=True, text=True, timeout=60, check=False)
    t.eq((done.returncode, json.loads(done.stdout)["findings"]), (0, 0), "no finding")
    leaves = [json.loads(line) for line in handback.read(first["dir"], "data/log/leaves.ndjson").splitlines()]
    leaves = [leaf for leaf in leaves if "seq" in leaf]
    t.eq(len(leaves), int(first["n_leaves"]), "up to the cut")
    for table in {leaf["table"] for leaf in leaves}:
        t.eq({leaf["row_id"] for leaf in leaves if leaf["table"] == table and leaf["row"]},
             {r["id"] for r in handback.records(first["dir"], table)}, f"{table}: a record for each leaf")


@case
def the_export_is_on_record_behind_its_own_cut(t):
    t.req("KP-3-安全-3")
    seq = node.psql("SELECT l.seq FROM access_record a JOIN audit_leaf l ON l.row_id = a.id"
                    " WHERE a.route = 'handback.export' AND a.action = 'export' ORDER BY 1 LIMIT 1")
    t.ok(int(seq) >= int(first["n_leaves"]), "behind the cut", seq)


@case
def sheets_are_for_people(t):
    t.req("AI-8-3")
    text = handback.read(first["dir"], "excel/chat_line.csv")
    t.ok(text.startswith(b"\xef\xbb\xbf") and text.count(b"\xef\xbb\xbf") == 1, "a mark, once")
    rows = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline="")))
    column = next(c for c in rows[0] if c.endswith("[text_sealed]"))
    t.ok(rows[0][column].startswith("きょうは"), "in clear", rows[0][column])
    readme = handback.read(first["dir"], "data/README.ja.txt").decode()
    t.ok("見本の契約" in readme and "受託者" in readme, "the contract stands in the first text")
    t.ok("Source-Organization: あおぞら市\n" in handback.read(first["dir"], "bag-info.txt").decode(), "the label, too")
    roster = sorted(os.listdir(f"{first['dir']}/data/oneroster"))
    t.ok("users.csv" in roster and "manifest.csv" in roster, "the roster, unpacked", roster)


@case
def the_same_cut_gives_the_same_bag(t):
    t.req("AI-8-3")
    done, bag = export("again", "--at", first["n_leaves"])
    t.eq(done.returncode, 0, f"made: {done.stderr[-400:]}")
    t.eq(answer(done)["bag"], first["bag"], "the same manifest")
    t.eq(handback.read(bag, "data/README.ja.txt"), handback.read(first["dir"], "data/README.ja.txt"), "to the letter")
    shutil.rmtree(bag)


def cut_off(bag, after):
    """Runs an export and kills it as soon as the journal holds `after` lines; True when it was in time."""
    program = subprocess.Popen([node.v["BIN"] + "/ibasho", "-c", node.data_dir + "/node.conf", "handback", "export",
                                "--to", bag, "--at", first["n_leaves"]], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    while program.poll() is None:
        try:
            with open(f"{bag}/ibasho-export.journal", "rb") as f:
                if f.read().count(b"\n") >= after:
                    program.send_signal(signal.SIGKILL)
                    break
        except FileNotFoundError:
            pass
    return program.wait() == -signal.SIGKILL


@case
def an_export_that_was_killed_goes_on_to_the_same_bag(t):
    t.req("AI-8-3")
    bag, n_killed = os.path.join(node.data_dir, fresh("killed")), 0
    for after in (3, 40, 70, 120, 190):
        n_killed += cut_off(bag, after)
    t.ok(n_killed >= 3, "killed in the middle", n_killed)
    done, bag = export("killed", "--at", first["n_leaves"])
    t.eq(done.returncode, 0, f"went on: {done.stderr[-400:]}")
    t.eq((answer(done)["bag"], answer(done)["resumed"]), (first["bag"], True), "the same manifest")
    t.eq(handback.defects_of_manifests(bag), [], "and nothing besides")
    done, _ = export("killed")
    t.eq(done.returncode, 2, "a whole bag is not written over")
    shutil.rmtree(bag)


def refused(t, what, says, code=1):
    done, bag = export(fresh("broken"))
    t.eq(done.returncode, code, f"{what}: refused: {done.stdout}")
    t.ok(says in done.stderr, f"{what}: names it", done.stderr[-500:])
    t.ok(not os.path.exists(f"{bag}/manifest-sha512.txt"), f"{what}: no manifest, so no bag")
    shutil.rmtree(bag, ignore_errors=True)


@case
def what_is_not_whole_is_named(t):
    t.req("KP-3-調達-4, NI-T3-8")
    row = node.psql("SELECT id FROM chat_line LIMIT 1")
    seq = node.psql(f"SELECT seq FROM audit_leaf WHERE row_id = '{row}'")
    node.psql(f"CREATE TABLE kept AS SELECT * FROM chat_line WHERE id = '{row}';"
              f" DELETE FROM chat_line WHERE id = '{row}'")
    refused(t, "a row that is gone", f"leaf {seq} (")
    node.psql("INSERT INTO chat_line SELECT * FROM kept; DROP TABLE kept")

    fake = str(uuid.uuid4())
    node.psql("INSERT INTO visit_event (id, visit, at, account, kind, floor, copy, reason, is_trial) VALUES"
              f" ('{fake}', gen_random_uuid(), now(), '{kids[0].id}', 'entry', 'plaza', 1, '', false)")
    refused(t, "a row nobody put on record", f"row {fake} of visit_event has no leaf")
    node.psql(f"DELETE FROM visit_event WHERE id = '{fake}'")

    one, other = kids[0].id, kids[1].id
    swap = (f"UPDATE account a SET display_name_sealed = b.display_name_sealed FROM account b"
            f" WHERE a.id IN ('{one}', '{other}') AND b.id IN ('{one}', '{other}') AND a.id <> b.id")
    node.psql(swap)
    refused(t, "a name in another one's row", f"account.display_name_sealed of {min(one, other)}")
    node.psql(swap)
    done, bag = export("mended", "--at", first["n_leaves"])
    t.eq(answer(done)["bag"] if done.returncode == 0 else done.stderr, first["bag"], "mended: the same bag")
    shutil.rmtree(bag)


TOWN = "/tmp/ibasho-town-" + uuid.uuid4().hex


def certificate(name, *kind):
    """A municipality's own key and certificate, by stock openssl."""
    os.makedirs(TOWN, exist_ok=True)
    subprocess.run(["openssl", "req", "-x509", "-nodes", "-newkey", *kind, "-subj", "/CN=Aozora", "-days", "30",
                    "-keyout", f"{TOWN}/{name}.key", "-out", f"{TOWN}/{name}.pem"], check=True, capture_output=True)
    return f"{TOWN}/{name}.pem"


def deliver(bag, pem, name, *words):
    to = os.path.join(node.data_dir, name)
    return node.cli("handback", "deliver", bag, "--certificate", pem, "--to", to, "--json", *words, check=False), to


def open_parts(to, name, out):
    return subprocess.run(["sh", "open.sh", f"{TOWN}/{name}.key", out], cwd=to, capture_output=True, text=True,
                          timeout=60, check=False)


def parts_of(to):
    """The signed list, its signature checked with the log's public key by stock openssl."""
    whole = json.loads(handback.read(to, "parts.json"))
    (signed,) = whole["signatures"]
    pad = lambda b: base64.urlsafe_b64decode(b + "=" * (-len(b) % 4))  # noqa: E731
    key = handback.read(first["dir"], "data/log/key.txt").decode().split("+", 2)[2]
    spki = bytes.fromhex("302a300506032b6570032100") + base64.b64decode(key)[1:]
    for path, data in (("k.der", spki), ("s", pad(signed["signature"])),
                       ("m", f"{signed['protected']}.{whole['payload']}".encode())):
        with open(f"{TOWN}/{path}", "wb") as f:
            f.write(data)
    subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", f"{TOWN}/k.der", "-rawin",
                    "-in", f"{TOWN}/m", "-sigfile", f"{TOWN}/s"], check=True, capture_output=True)
    head = json.loads(pad(signed["protected"]))
    assert (head["typ"], head["kid"]) == ("ibasho-parts/1", hashlib.sha256(spki).hexdigest()), head
    return json.loads(pad(whole["payload"]))


@case
def stock_openssl_and_tar_open_what_was_delivered(t):
    t.req("KP-3-調達-4, AI-7.2-1")
    pem = certificate("town", "rsa:3072")
    certificate("other", "rsa:3072")
    done, to = deliver(first["dir"], pem, "parts", "--part-bytes", "200000")
    t.eq(done.returncode, 0, f"made: {done.stderr}")
    listed = parts_of(to)
    t.eq(listed["bag"], first["bag"], "of that bag")
    names = [p["file"] for p in listed["parts"]]
    t.ok(len(names) > 3 and names == sorted(f for f in os.listdir(to) if f.endswith(".cms")), "all parts", names)
    for part in listed["parts"]:
        path = f"{to}/{part['file']}"
        t.eq((handback.sum_of(path, "sha256"), os.path.getsize(path)), (part["sha256"], part["bytes"]), part["file"])
    t.ok(not any(c.encode() in handback.read(to, f) for f in os.listdir(to) for c in CANARIES), "no name shows")
    done = open_parts(to, "town", f"{TOWN}/open")
    t.eq(done.returncode, 0, f"opened: {done.stderr}")
    opened = f"{TOWN}/open/ibasho-bag"
    t.eq(handback.files_of(opened), handback.files_of(first["dir"]), "every file")
    t.ok(all(handback.read(opened, f) == handback.read(first["dir"], f) for f in handback.files_of(opened)),
         "the same bytes")
    t.ok(open_parts(to, "other", f"{TOWN}/none").returncode != 0, "another town's key opens nothing")
    t.eq(os.path.exists(f"{TOWN}/none/ibasho-bag/data"), False, "nothing at all")

    with open(f"{to}/part-0002.cms", "r+b") as f:
        f.seek(100000)
        byte = f.read(1)
        f.seek(100000)
        f.write(bytes([byte[0] ^ 1]))
    t.ok(open_parts(to, "town", f"{TOWN}/bent").returncode != 0, "one bit is seen by its sum")
    done = subprocess.run(["openssl", "cms", "-decrypt", "-binary", "-inform", "DER", "-in", f"{to}/part-0002.cms",
                           "-inkey", f"{TOWN}/town.key", "-out", f"{TOWN}/x"], capture_output=True, check=False)
    t.ok(done.returncode != 0, "and by openssl itself")
    shutil.rmtree(to)


def town(*words):
    """The town's tool and the verifier as they run elsewhere: Python and openssl, nothing of this machine around them."""
    return subprocess.run(["/usr/bin/python3", "-I", ending.TOWN if words[0] != "bag" else ending.VERIFY, *words],
                          env={}, cwd=TOWN, capture_output=True, text=True, timeout=120, check=False)


@case
def the_town_opens_verifies_and_signs_with_its_own_tool(t):
    t.req("AI-7.2-1, AI-8-3")
    os.makedirs(TOWN, exist_ok=True)
    t.eq(town("new-key", "--to", "own").returncode, 0, "a key")
    keys = ["--key", "own/town.key", "--cert", "own/town.pem"]
    done, to = deliver(first["dir"], f"{TOWN}/own/town.pem", "sent", "--part-bytes", "200000")
    t.eq(done.returncode, 0, f"sent: {done.stderr}")
    done = town("open", to, "--to", "had", *keys)
    t.eq(done.returncode, 0, f"opened: {done.stdout}{done.stderr}")
    had = f"{TOWN}/had"
    t.eq(town("bag", had).returncode, 0, "the verifier alone")
    done = town("receipt", had, "--to", "receipt.json", *keys)
    t.eq(done.returncode, 0, f"received: {done.stdout}{done.stderr}")
    with open(f"{TOWN}/receipt.json", "rb") as f:
        said = ending.verify.Document(f.read(), "receipt", "ibasho-receipt/1").of
    t.eq((said["bag"], said["log_size"], said["n_files"]), (first["bag"], int(first["n_leaves"]), first["n_files"]),
         "of this bag")
    done = town("order", had, "--receipt", "receipt.json", "--by", "教育委員会", "--to", "order.json", *keys)
    t.eq(done.returncode, 0, f"ordered: {done.stdout}{done.stderr}")
    with open(f"{had}/data/README.ja.txt", "ab") as f:
        f.write(b"!")
    t.eq(town("receipt", had, "--to", "no.json", *keys).returncode, 1, "no receipt for what is not whole")
    t.ok(not os.path.exists(f"{TOWN}/no.json"), "none at all")
    with open(f"{to}/part-0001.cms", "ab") as f:
        f.write(b"!")
    t.eq((town("open", to, "--to", "bent", *keys).returncode, os.path.exists(f"{TOWN}/bent")), (1, False),
         "a changed part leaves nothing")
    shutil.rmtree(to)
    shutil.rmtree(f"{TOWN}/had")


def by_python(bag):
    """(what is wrong with it or "", the place it names: file, and line where it says one)"""
    try:
        ending.verify.bag(bag)
        return "", ("", None)
    except ending.verify.Bad as bad:
        found = re.search(r"([A-Za-z0-9_./-]+\.(?:ndjson|txt|json|csv)|data/[a-z0-9_./-]+)(?: (\d+)行目)?", str(bad))
        return str(bad), (found[1], found[2] and int(found[2]))


def by_c(bag):
    """Every defect with its place."""
    done = subprocess.run([f"{BUILD}/ibasho", "verify", "bag", bag, "--json"], capture_output=True, text=True, check=False)
    found = [json.loads(row) for row in done.stdout.splitlines()][:-1]
    assert done.returncode == (1 if found else 0), (done.returncode, done.stderr)
    return found


@case
def both_verifiers_find_what_was_done_to_a_bag(t):
    t.req("AI-8-3, AI-7.2-2")
    at = os.path.join(TOWN, "edits")
    os.makedirs(at, exist_ok=True)
    n = 0
    for name, bag, want in bag_edits.copies(first["dir"], at, ending.Key(at, "log")):
        said, place = by_python(bag)
        found = by_c(bag)
        t.eq((bool(said), bool(found)), (want == 1, want == 1), f"{name}: {said} / {found[:2]}")
        if want == 1:
            t.ok(any(place[0] == d["file"] and place[1] in (None, d.get("line")) for d in found),
                 f"{name}: both name one place", (said, found[:4]))
        n += 1
    t.ok(n > 30, "edits", n)


@case
def a_certificate_is_about_this_bag_and_no_other(t):
    t.req("AI-7.2-2")
    at = os.path.join(TOWN, "about")
    os.makedirs(at, exist_ok=True)
    end = ending.Ending(at)
    shutil.copytree(first["dir"], f"{at}/bag")
    ending.resign(f"{at}/bag", end.log)
    end.found, _, counts = ending.verify.bag(f"{at}/bag")
    end.node, end.contract = end.found["node"], end.found["contract"]
    end.counts = [{"n": counts[k], "table": k} for k in sorted(counts)]

    def said(name, data, bag="bag"):
        with open(f"{at}/{name}", "wb") as f:
            f.write(data)
        words = [f"{at}/{name}", "--bag", f"{at}/{bag}"]
        c = subprocess.run([f"{BUILD}/ibasho", "verify", "certificate", *words], capture_output=True, text=True, check=False)
        python = subprocess.run(["/usr/bin/python3", "-I", ending.VERIFY, "certificate", *words], env={}, cwd="/",
                                capture_output=True, text=True, check=False)
        return c.returncode, python.returncode
    t.eq(said("as-it-is", end.certificate()), (0, 0), "of this bag")
    for name, change in {"bag": ("found", {**end.found, "bag": "ab" * 64}),
                         "origin": ("found", {**end.found, "origin": "minato.ibasho"}),
                         "root": ("found", {**end.found, "log_root": "cd" * 32}),
                         "leaves": ("found", {**end.found, "log_size": end.found["log_size"] + 1}),
                         "files": ("found", {**end.found, "n_files": end.found["n_files"] + 1}),
                         "bytes": ("found", {**end.found, "n_bytes": end.found["n_bytes"] - 1}),
                         "counts": ("counts", [{**end.counts[0], "n": end.counts[0]["n"] + 1}, *end.counts[1:]]),
                         "a table less": ("counts", end.counts[1:]),
                         "the contract": ("contract", str(uuid.uuid4())), "the node": ("node", str(uuid.uuid4()))}.items():
        was, found = getattr(end, change[0]), end.found
        setattr(end, *change)
        if change[0] in end.found:
            end.found = {**found, change[0]: change[1]}
        data = end.certificate()
        setattr(end, change[0], was)
        end.found = found
        t.eq((ending.verify.certificate(data)[2], said("another", data)), ([], (1, 1)), f"another one: {name}")
    with open(f"{at}/bag/data/README.ja.txt", "ab") as f:
        f.write(b"!")
    t.eq(said("as-it-is", end.certificate()), (1, 1), "a bag that is not whole")
    t.eq(said("as-it-is", end.certificate(), "none"), (3, 3), "no bag is no verdict")
    shutil.rmtree(at)


@case
def what_is_not_to_be_delivered_is_refused(t):
    t.req("AI-7.2-1")
    for name, kind in (("short", ("rsa:2048",)), ("curve", ("ec", "-pkeyopt", "ec_paramgen_curve:P-256"))):
        done, to = deliver(first["dir"], certificate(name, *kind), "parts")
        t.eq((done.returncode, os.path.exists(to)), (2, False), f"{name}: {done.stderr}")
    copy = os.path.join(node.data_dir, "copy")
    subprocess.run(["cp", "-a", first["dir"], copy], check=True)
    path = f"{copy}/data/records/account.ndjson"
    with open(path, "r+b") as f:
        f.write(b"[")
    done, to = deliver(copy, f"{TOWN}/town.pem", "parts")
    t.eq(done.returncode, 1, "a bag with one byte changed")
    t.ok("data/records/account.ndjson is another" in done.stderr, "names it", done.stderr)
    t.eq(os.listdir(to), [], "no part of it is left")
    os.unlink(path)
    done, _ = deliver(copy, f"{TOWN}/town.pem", "parts2")
    t.ok("data/records/account.ndjson is not there" in done.stderr, "a file that is gone", done.stderr)
    for gone_dir in (copy, to):
        shutil.rmtree(gone_dir)


@case
def too_little_room_is_said_before_anything_is_written(t):
    at = os.path.join(node.data_dir, "small")
    os.makedirs(at)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m,mode=0755", "tmpfs", at], check=True)
    try:
        done, bag = export("small/bag")
        t.eq(done.returncode, 2, "refused")
        t.ok("MiB free" in done.stderr and "空きが足りません" in done.stderr, "says how much", done.stderr)
        t.eq([f for f in handback.files_of(bag) if not f.endswith(".journal")], [], "nothing written")
    finally:
        subprocess.run(["umount", at], check=True)
        os.rmdir(at)


@case
def nobody_else_can_make_one(t):
    t.req("KP-3-安全-3")
    to = "/tmp/ibasho-bag-" + uuid.uuid4().hex
    done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", node.v["BIN"] + "/ibasho",
                           "-c", node.data_dir + "/node.conf", "handback", "export", "--to", to],
                          capture_output=True, text=True, timeout=60, check=False)
    t.eq((done.returncode, os.path.exists(to)), (2, False), done.stderr)
    full = os.path.join(node.data_dir, "full")
    os.makedirs(full)
    with open(f"{full}/other", "w", encoding="ascii") as f:
        f.write("x")
    done, _ = export("full")
    t.eq(done.returncode, 2, "not into a folder with other things")
    t.ok("空ではありません" in done.stderr, "which it says", done.stderr)
    shutil.rmtree(full)
    done, _ = export("none", "--at", "999999")
    t.eq(done.returncode, 2, "not at a checkpoint that never was")
    node.stop()
    done, bag = export("silent")
    t.eq((done.returncode, os.path.exists(f"{bag}/data")), (2, False), "not while nobody keeps the record")


if __name__ == "__main__":
    main(__file__, lambda: (nodes.__exit__(None, None, None), shutil.rmtree(TOWN, ignore_errors=True)))
