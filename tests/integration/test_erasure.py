#!/usr/bin/python3
# tests/run: beside 600
"""The order is carried out on a node whose data lie on a volume of their own: planted names are in
the raw volume before and nowhere after; killed in the middle of every step it comes to the same
end."""
import base64
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import Nodes  # noqa: E402
from lib.t import case, main  # noqa: E402
from lib.town import Town, plant  # noqa: E402

BAG = "ab" * 64
JOSE = {"Content-Type": "application/jose+json"}
IMAGE_MIB = 256
STEPS = ["peers_purged", "keys_destroyed", "cluster_removed", "volume_discarded",
         "backups_listed", "scanned", "certified"]
nodes = node = town = directory = None
planted = plant(20)
own = {}


def run(*words, **more):
    return subprocess.run(words, check=True, capture_output=True, text=True, **more).stdout


def leave(fault=None, word="run"):
    env = dict(os.environ, **({"IBASHO_LEAVE_FAULT": fault} if fault else {}))
    return subprocess.run([node.v["BIN"] + "/ibasho", "-c", node.data_dir + "/node.conf", "leave",
                           word], capture_output=True, text=True, timeout=120, check=False,
                          env=env)


def steps():
    with open(node.data_dir + "/leaving/steps.jsonl", "rb") as f:
        return [json.loads(own["b64"](json.loads(line)["payload"])) for line in f]


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def raw_hits():
    """How many planted names the raw volume holds, in UTF-8 or UTF-16."""
    os.sync()
    with open(directory + "/volume", "rb") as f:
        data = f.read()
    return sum(name.encode() in data or name.encode("utf-16-le") in data for name, _ in planted)


def loop_mount():
    with open(directory + "/volume", "wb") as f:
        f.truncate(IMAGE_MIB << 20)
    run("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0", directory + "/volume")
    own["loop"] = run("losetup", "--find", "--show", directory + "/volume").strip()
    os.makedirs(node.data_dir, exist_ok=True)
    run("mount", own["loop"], node.data_dir)


@case
def a_node_on_its_own_volume_is_ordered_away(t):
    global nodes, node, town, directory
    t.req("AI-7.2-1")
    own["b64"] = decode
    directory = tempfile.mkdtemp(dir="/var/tmp")
    nodes = Nodes("aozora")
    node = prepare(nodes)
    board, contractor = node.account("commissioner"), node.account("contractor")
    board, contractor = node.sign_in(board), node.sign_in(contractor)
    reply = board.request("PUT", "/api/v1/contract", {
        "id": str(uuid.uuid4()), "title": "委託", "contractor": "受託社",
        "begins_on": "2026-04-01", "ends_on": "2027-03-31", "n_student": 50, "n_staff": 50,
        "n_guardian": 50})
    with open(node.data_dir + "/node.conf", encoding="utf-8") as f:
        number = [line.split(" = ")[1].strip() for line in f if line.startswith("node.id")][0]
    town = Town(directory, number, reply.json()["contract"])
    # Each planted name as a town would have it: a child's name (sealed), and in clear where a
    # careless program would leave it: a table, its log, a file.
    for name, _ in planted:
        node.account("student", display_name=name)
    node.psql("CREATE TABLE careless (name text); INSERT INTO careless VALUES " +
              ",".join(f"('{name}')" for name, _ in planted) + "; CHECKPOINT")
    node.psql("DELETE FROM careless; VACUUM careless")
    with open(node.data_dir + "/log/careless.log", "w", encoding="utf-16-le") as f:
        f.write("".join(name for name, _ in planted))
    own["backup"] = json.loads(node.cli("backup").stdout)
    t.eq(raw_hits(), 20, "planted: all of them are in the raw volume")

    def ok(reply):
        t.ok(reply.status in (200, 201, 204), "accepted", reply)

    ok(board.request("PUT", "/api/v1/settings/leaving.grace_days",
                     {"id": str(uuid.uuid4()), "value": "0"}))
    ok(board.request("PUT", "/api/v1/leaving/town-key",
                     {"id": str(uuid.uuid4()), "certificate": town.certificate}))
    ok(board.request("POST", "/api/v1/leaving/canaries", town.canaries(planted), JOSE))
    done = leave()
    t.eq(done.returncode, 1, "nothing is erased without an order")
    ok(board.request("POST", "/api/v1/leaving/drain"))
    ok(town.exported(node, BAG, 22))
    ok(board.request("POST", "/api/v1/leaving/receipt", town.receipt(BAG), JOSE))
    ok(board.request("POST", "/api/v1/leaving/order", town.order(BAG, planted), JOSE))
    done = leave()
    t.eq(done.returncode, 1, "nor with the word of one person")
    ok(contractor.request("POST", "/api/v1/leaving/confirmation", {"bag": BAG}))
    t.ok(os.path.exists(node.data_dir + "/cluster/PG_VERSION"), "all is there still")


def prepare(all_nodes):
    """The volume is mounted where the node's data will be, before the node is made."""
    global node
    all_nodes._ops("init")
    node = all_nodes["aozora"]
    node.look()
    loop_mount()
    all_nodes.__enter__()
    return node


@case
def killed_in_every_step_it_comes_to_the_same_end(t):
    t.req("AI-7.2-1")
    for step in STEPS:
        whens = ["before", "half", "after"] if step in STEPS[:4] + ["certified"] else ["before",
                                                                                    "after"]
        for when in whens:
            done = leave(f"{step}:{when}")
            t.eq(done.returncode, -signal.SIGKILL, f"killed at {step}:{when}")
            if done.returncode != -signal.SIGKILL:
                t.ok(False, "said", done.stdout + done.stderr)
                return
            t.ok(step not in [s["step"] for s in steps()], f"{step} is not on record yet")
    with open(node.data_dir + "/leaving/steps.jsonl", "ab") as f:
        whole = f.tell()
        f.write(b'{"payload":"')
    shown = leave(word="status")
    t.ok(shown.returncode == 0 and "次に進むときに取り除かれます" in shown.stderr,
         "half a line is told", shown.stdout + shown.stderr)
    t.ok(os.path.getsize(node.data_dir + "/leaving/steps.jsonl") > whole, "and left by a look")
    done = leave()
    t.ok("取り除いて続けます" in done.stderr, "and cut by whoever goes on", done.stderr)
    t.eq(done.returncode, 0, "then it goes through")
    t.ok(done.returncode == 0, "said", done.stdout + done.stderr)
    t.eq([s["step"] for s in steps()][-8:], ["ordered"] + STEPS, "every step once, in its order")
    t.eq(leave().returncode, 0, "once more does nothing")


@case
def nothing_is_left_but_the_journal(t):
    t.req("AI-7.2-1")
    facts = {s["step"]: s["facts"] for s in steps()}
    t.eq(raw_hits(), 0, "no planted name in the raw volume")
    t.eq((facts["scanned"]["n_hits"], facts["scanned"]["n_names"]), (0, 20), "as the scan says")
    t.ok(any(p["kind"] == "volume" and p["bytes"] == IMAGE_MIB << 20
             for p in facts["scanned"]["places"]), "the whole volume was looked at")
    t.eq(facts["volume_discarded"]["is_own"], True, "a volume of its own")
    t.ok(facts["volume_discarded"]["method"] in ("fstrim", "fill"), "discarded", facts)
    t.eq([(b["id"], b["sha256"], b["key"]) for b in facts["backups_listed"]["backups"]],
         [(own["backup"]["id"], own["backup"]["sha256"], "destroyed")], "the backup is listed")
    kinds = {c["kind"] for c in facts["keys_destroyed"]["copies"]}
    t.ok({"keystore", "contractor-half"} <= kinds, "keystore and half", kinds)
    t.ok(facts["cluster_removed"]["n_files"] > 500, "the cluster's files are counted")
    t.eq(sorted(os.listdir(node.data_dir)), ["leaving", "lost+found", "node.conf"], "what stays")
    t.eq(sorted(os.listdir(node.data_dir + "/leaving")),
         ["certificate.json", "certificate.pdf", "steps.jsonl"],
         "of the journal's folder; the key, the plans and the town's papers are gone, too")
    with open(node.data_dir + "/leaving/certificate.json", "rb") as f:
        t.eq(hashlib.sha256(f.read()).hexdigest(), facts["certified"]["certificate_sha256"],
             "the certificate on record is the one that is there")
    t.eq((facts["drain"]["town"], [(c["title"], c["contractor"]) for c in facts["drain"]["contracts"]]),
         ("あおぞら市", [("委託", "受託社")]), "whose data it was, in words")
    text = subprocess.run(["pdftotext", "-layout", node.data_dir + "/leaving/certificate.pdf", "-"], capture_output=True,
                          text=True, check=True).stdout
    t.ok("あおぞら市" in text and "受託社" in text, "and on paper", text[:400])
    made = subprocess.run(["setpriv", "--reuid=" + node.user, "--regid=" + node.user,
                           "--clear-groups", node.v["BIN"] + "/ibasho-node", "-c", node.data_dir + "/node.conf"],
                          capture_output=True, text=True, timeout=30, check=False)
    t.ok(made.returncode != 0 and "never starts again" in made.stdout + made.stderr,
         "the node never starts again", made.stdout + made.stderr)


def away():
    if node:
        node.stop()
        subprocess.run(["umount", node.data_dir], check=False)
    if own.get("loop"):
        subprocess.run(["losetup", "-d", own["loop"]], check=False)
    if nodes:
        nodes._ops("remove", "aozora")  # its table is gone, so it is in no list any more
        nodes.close()
    if directory:
        shutil.rmtree(directory)


if __name__ == "__main__":
    main(__file__, away)
