#!/usr/bin/python3
# tests/run: beside 600
"""Backups: sealed under a key of their own, whole or not at all; restored with every name but
those of persons who were erased since."""
import fcntl
import hashlib
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import NodeError, Nodes  # noqa: E402
from lib.t import case, main  # noqa: E402

nodes = node = None
people = []
made = {}  # the backup that the cases share


def backups_dir():
    return node.data_dir + "/backups"


def lying():
    """What lies in the directory of backups, but for the log and the files beside them."""
    return sorted(n for n in os.listdir(backups_dir()) if n not in ("wal", "files"))


def file_of(backup):
    return f"{backups_dir()}/{backup['id']}.ibasho-backup"


def keys():
    return node.admin("GET", "/api/v1/keys/status").json()


def refuses(*words):
    """(exit status, what was said) of a command that must not succeed."""
    done = node.cli(*words, check=False)
    return done.returncode, done.stdout + done.stderr


def into(name):
    path = f"{node.data_dir}/{name}"
    shutil.rmtree(path, ignore_errors=True)
    return path


def holds(top, needle):
    for path, _, names in os.walk(top):
        for name in names:
            with open(os.path.join(path, name), "rb") as f:
                if needle in f.read():
                    return True
    return False


def swap_cluster(restored):
    """As the manual says: stop, exchange, start."""
    node.stop()
    shutil.rmtree(node.data_dir + "/cluster")
    os.rename(restored, node.data_dir + "/cluster")
    node.start()
    node.wait_answer()


def names_readable():
    """Of each person: the display name over HTTP, or the refusal."""
    found = []
    for person in people:
        try:
            session = node.sign_in(person)
            found.append(session.request("GET", "/api/v1/session").json()["display_name"])
        except NodeError:
            found.append(None)
    return found


@case
def backup_is_whole_and_sealed(t):
    global nodes, node
    t.req("NI-T3-9")
    nodes = Nodes("aozora")
    nodes.__enter__()
    node = nodes["aozora"]
    people.extend(node.account("student", display_name=f"ひかえのこ{i}") for i in range(6))
    made.update(json.loads(node.cli("backup").stdout))
    path = file_of(made)
    with open(path, "rb") as f:
        data = f.read()
    t.eq(len(data), made["bytes"], "as long as the index says")
    t.eq(hashlib.sha256(data).hexdigest(), made["sha256"], "and of that hash")
    t.ok(data.startswith(b"ibasho-seal/1\n"), "sealed")
    t.ok(b"PG_VERSION" not in data and b"pg_wal" not in data, "nothing of the tar shows")
    t.eq(os.stat(path).st_mode & 0o777, 0o600, "its owner's alone")
    t.eq(pwd.getpwuid(os.stat(path).st_uid).pw_name, node.user, "the node's, not root's")
    t.eq(pwd.getpwuid(os.stat(node.data_dir + "/keys/keystore").st_uid).pw_name, node.user,
         "and so is the keystore that got its key")
    t.ok(made["wal_start"] and made["wal_end"], "the range of the log")
    t.ok(made["id"] in node.cli("backup", "list").stdout, "listed")
    t.eq(lying(), sorted([os.path.basename(path), "index"]),
         "and nothing else lies about")
    t.eq(node.psql("SELECT role, action, outcome FROM access_record "
                   "WHERE route = 'backups.record'"), "operator|export|ok",
         "who took a copy of everything stands in the record")


@case
def backup_opens_and_the_keystore_is_not_inside(t):
    t.req("NI-T3-9b")
    t.eq(node.cli("restore", file_of(made), "--check").returncode, 0, "rehearsed")
    restored = into("restored")
    t.eq(node.cli("restore", file_of(made), "--to", restored).returncode, 0, "unpacked")
    t.ok(os.path.exists(restored + "/PG_VERSION"), "a cluster")
    t.eq(os.stat(restored).st_mode & 0o777, 0o700, "as PostgreSQL wants it")
    t.ok(not holds(restored, b"ibasho-keystore/"), "no keystore in any backup")
    rc, said = refuses("restore", file_of(made), "--to", restored)
    t.ok(rc == 2 and "empty" in said, "not over what is there", said)
    shutil.rmtree(restored)


@case
def backup_changed_or_cut_starts_nothing(t):
    with open(file_of(made), "rb") as f:
        data = f.read()
    middle, last = len(data) // 2, len(data) - 1
    bad = {"a bit in the middle": data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1:],
           "a bit at the end": data[:last] + bytes([data[last] ^ 1]),
           "cut in the middle": data[:middle], "cut by a byte": data[:last],
           "cut at a chunk": data[:37 + 65552 * 3], "a byte more": data + b"x",
           "a chunk left out": data[:37 + 65552] + data[37 + 2 * 65552:],
           "no backup at all": b"hello" * 100, "nothing": b""}
    path = node.data_dir + "/bad"
    for what, content in bad.items():
        with open(path, "wb") as f:
            f.write(content)
        restored = into("restored")
        rc, said = refuses("restore", path, "--to", restored)
        t.eq(rc, 1, f"{what}: {said}")
        t.ok(not os.path.exists(restored + "/PG_VERSION"), what + ": nothing that would start")
        t.eq(refuses("restore", path, "--check")[0], 1, what + ": found by a rehearsal too")
    os.unlink(path)


@case
def backup_stopped_leaves_nothing(t):
    before = keys()
    for wait_s in (0.0, 0.05, 0.15, 0.3):
        command = subprocess.Popen([node.v["BIN"] + "/ibasho", "-c",
                                    node.data_dir + "/node.conf", "backup"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(wait_s)
        command.send_signal(signal.SIGINT)
        rc = command.wait(60)
        listed = {e["id"] for e in map(json.loads, open(backups_dir() + "/index"))}
        there = {n.split(".")[0] for n in lying() if n != "index"}
        t.eq(there, listed, f"stopped after {wait_s} s ({rc}): every file is a whole backup")
        t.ok(not [n for n in os.listdir(backups_dir()) if n.endswith(".part")], "no part left")
    n_whole = len(listed) - 1
    t.eq(keys()["n_keys"], before["n_keys"] + n_whole, "no key is left without its backup")


def listed():
    with open(backups_dir() + "/index", encoding="utf-8") as f:
        return {e["id"] for e in map(json.loads, f)}


def backup_key_ids():
    """Every id in the keystore that has a live key of a backup (kind 2), by the file itself."""
    with open(node.data_dir + "/keys/keystore", "rb") as f:
        data = f.read()
    at, found = len(b"ibasho-keystore/1\n") + 16 + 4 + 8, set()
    n, at = int.from_bytes(data[at:at + 4], "big"), at + 4
    for _ in range(n):
        state, kind, name_len = data[at], data[at + 1], data[at + 42]
        if state == 1 and kind == 2:
            found.add(str(uuid.UUID(bytes=data[at + 18:at + 34])))
        at += 43 + name_len + (60 if state == 1 else 0)
    return found


@case
def backup_killed_leaves_nothing_after_the_next(t):
    """kill -9 at any point: the next run ends what was begun, and touches nothing else."""
    n_left = 0
    for wait_s in (0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2, 0.3):
        command = subprocess.Popen([node.v["BIN"] + "/ibasho", "-c",
                                    node.data_dir + "/node.conf", "backup"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(wait_s)
        command.kill()
        command.wait(60)
        n_left += len([n for n in os.listdir(backups_dir()) if n.endswith(".part")])
    t.ok(n_left > 0, "some were hit in the middle", n_left)
    last = json.loads(node.cli("backup").stdout)
    ids = listed()
    t.ok({made["id"], last["id"]} <= ids, "the whole ones are there")
    t.eq(lying(),
         sorted([i + ".ibasho-backup" for i in ids] + ["index"]),
         "every file is a listed backup, and every listed one is there")
    t.eq(backup_key_ids(), ids, "as many keys as backups, and no other")
    for backup in ids:
        t.eq(node.cli("restore", file_of({"id": backup}), "--check").returncode, 0, "it opens")

    # Killed between its line in the index and its name: it is a whole backup.
    os.rename(file_of(last), file_of(last)[:-len("ibasho-backup")] + "part")
    stray = file_of({"id": "00000000-0000-7000-8000-000000000001"})
    shutil.copy(file_of(made), stray)
    done = node.cli("backup")
    t.eq(node.cli("restore", file_of(last), "--check").returncode, 0, "it got its name")
    t.ok(os.path.exists(stray) and os.path.basename(stray) in done.stderr,
         "a file of unknown origin is told and left alone", done.stderr)
    os.unlink(stray)

    # Another index (a disk that was not mounted): no key is taken from the backups elsewhere.
    os.rename(backups_dir() + "/index", backups_dir() + "/index.away")
    before = backup_key_ids()
    alone = json.loads(node.cli("backup").stdout)
    t.eq(backup_key_ids(), before | {alone["id"]}, "a lost index costs no key")
    node.cli("backup", "forget", alone["id"])
    os.rename(backups_dir() + "/index.away", backups_dir() + "/index")
    for backup in ids:
        t.eq(node.cli("restore", file_of({"id": backup}), "--check").returncode, 0, "it opens")


@case
def backup_works_alone(t):
    fd = os.open(backups_dir(), os.O_RDONLY | os.O_DIRECTORY)
    before = lying(), backup_key_ids()
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        for words, want in ((("backup",), 2), (("backup", "forget", made["id"]), 1)):
            rc, said = refuses(*words)
            t.ok(rc == want and "まだ動いています" in said, " ".join(words), said)
    finally:
        os.close(fd)
    t.eq((lying(), backup_key_ids()), before, "nothing was done")
    t.eq(node.cli("backup").returncode, 0, "and afterwards it goes on")


@case
def backup_by_other_users(t):
    """As the node's own user it works like as root; as anybody else it does not."""
    def run_as(user, *words):
        who = pwd.getpwnam(user)
        return subprocess.run(["setpriv", f"--reuid={who.pw_uid}", f"--regid={who.pw_gid}",
                               "--clear-groups", node.v["BIN"] + "/ibasho", "-c",
                               node.data_dir + "/node.conf", *words], capture_output=True,
                              text=True, timeout=120, check=False, cwd="/")

    done = run_as(node.user, "backup")
    t.eq(done.returncode, 0, f"the node's user: {done.stderr}")
    n = len(os.listdir(backups_dir()))
    for user in ("nobody", node.front_user):
        t.ok(run_as(user, "backup").returncode != 0, f"{user} takes none")
        t.ok(run_as(user, "restore", file_of(made), "--check").returncode != 0,
             f"{user} opens none")
    t.eq(len(os.listdir(backups_dir())), n, "nothing was made")


@case
def backup_restored_without_the_erased(t):
    """NI-2.3.4-4: back up, erase a person, restore: that person is gone, all others are there."""
    t.req("NI-2.3.4-4, NI-2.3.4-4b, NI-T3-9b")
    erased = people[2]
    want = [f"ひかえのこ{i}" for i in range(6)]
    t.eq(names_readable(), want, "all are there before")
    # One by the operator's command.
    asked = people[4]
    t.eq(refuses("account", "erase", asked.id)[0], 1, "not without --yes")
    t.eq(refuses("account", "erase", str(uuid.uuid4()), "--yes")[0], 1, "nobody of that id")
    t.eq(refuses("account", "erase", "me", "--yes")[0], 2, "no id at all")
    t.eq(names_readable(), want, "all are still there")
    session = node.sign_in(asked)
    n_before = keys()["n_destroyed"]
    node.cli("account", "erase", asked.id, "--yes")
    want[4] = None
    t.eq(node.psql(f"SELECT count(*) FROM account WHERE id = '{asked.id}'"), "0", "row gone")
    t.eq(session.request("GET", "/api/v1/session").status, 401, "and whoever was signed in is out")
    t.eq(keys()["n_destroyed"], n_before + 1, "and the key")
    t.eq(node.psql("SELECT route, role, action, outcome FROM access_record WHERE person = "
                   f"'{asked.id}' AND route IN ('accounts.erase', 'person.erase') ORDER BY 1"),
         "accounts.erase|operator|change|ok\nperson.erase|operator|change|ok", "on record")
    t.eq(node.psql("SELECT count(*) FROM audit_leaf l JOIN access_record r ON l.row_id = r.id "
                   "WHERE r.route = 'accounts.erase' AND r.outcome = 'ok'"), "1", "with a leaf")
    t.eq(refuses("account", "erase", asked.id, "--yes")[0], 1, "there is nobody left to erase")
    # Another in two steps: the first one of an erasure is this line; the next start ends it.
    node.stop()
    who = pwd.getpwnam(node.user)
    path = node.data_dir + "/keys/erased"
    with open(path, "a", encoding="ascii") as f:
        f.write(f"{erased.id} 2026-11-21T20:17:21.000000Z\n")
    os.chown(path, who.pw_uid, who.pw_gid)
    node.start()
    node.wait_answer()
    want[2] = None
    t.eq(node.psql(f"SELECT count(*) FROM account WHERE id = '{erased.id}'"), "0", "erased")
    t.eq(names_readable(), want, "the others are there")
    n_destroyed = keys()["n_destroyed"]
    t.ok(n_destroyed >= 1, "the key is destroyed")

    restored = into("restored")
    t.eq(node.cli("restore", file_of(made), "--to", restored).returncode, 0, "the backup opens")
    canary = bytes.fromhex(erased.id.replace("-", ""))
    t.ok(holds(restored + "/base", canary), "the restored cluster holds the person's row again")
    t.ok(holds(restored + "/base", bytes.fromhex(asked.id.replace("-", ""))), "and the other's")
    swap_cluster(restored)
    t.eq(node.psql(f"SELECT count(*) FROM account WHERE id = '{erased.id}'"), "0",
         "but nobody is served before it is gone again")
    t.eq(node.psql(f"SELECT count(*) FROM account WHERE id = '{asked.id}'"), "0", "nor the other")
    t.eq(node.psql("SELECT count(*) FROM access_record WHERE route = 'person.erase-again' "
                   f"AND person = '{erased.id}'"), "1", "with a leaf that says so")
    t.eq(names_readable(), want, "that person is unreadable, all others readable")
    reply = node.admin("POST", "/api/v1/admin/accounts",
                       {"id": erased.id, "role": "student", "login": "again-2026",
                        "display_name": "もういちど", "password": "long enough"})
    t.ok(reply.status >= 400, "and nobody makes a key for them", reply)
    t.eq(keys()["n_destroyed"], n_destroyed, "the keystore stayed as it was")


@case
def backup_without_its_key_opens_nowhere(t):
    t.req("NI-2.3.4-4")
    copy = node.data_dir + "/copy"
    shutil.copy(file_of(made), copy)
    t.eq(node.cli("backup", "forget", made["id"]).returncode, 0, "forgotten")
    t.ok(not os.path.exists(file_of(made)), "the file is gone")
    t.ok(made["id"] not in node.cli("backup", "list").stdout, "and off the list")
    rc, said = refuses("restore", copy, "--to", into("restored"))
    t.ok(rc == 1 and "鍵が消されています" in said, "a copy of it opens no more", said)
    t.eq(refuses("restore", copy, "--check")[0], 1, "no more")
    t.eq(refuses("backup", "forget", made["id"])[0], 1, "there is nothing left to forget")
    last = json.loads(node.cli("backup", "--keep", "1").stdout)
    t.eq(lying(),
         sorted([last["id"] + ".ibasho-backup", "index"]), "--keep 1 forgets all others")
    t.eq(node.cli("restore", file_of(last), "--check").returncode, 0, "and keeps one that opens")


@case
def backup_says_what_is_wrong(t):
    for words in (("restore",), ("restore", "x"), ("restore", "x", "--to", "relative"),
                  ("restore", "x", "--to", "/a", "--check"), ("backup", "x"),
                  ("backup", "--keep", "0"), ("backup", "forget", "x"), ("backup", "list", "x")):
        rc, said = refuses(*words)
        t.ok(rc == 2 and "使い方" in said, " ".join(words), said)
    rc, said = refuses("restore", "/nowhere", "--check")
    t.ok(rc == 1 and "/nowhere" in said, "a file that is not there", said)
    rc, said = refuses("restore", node.data_dir, "--check")
    t.ok(rc == 2 and "reading the backup: errno 21" in said,
         "what cannot be read is told as such, not as a broken backup", said)
    pid = node.kill("keyd", signal.SIGSTOP)
    os.kill(pid, signal.SIGKILL)
    node.wait_back("keyd", pid)
    node.stop()
    rc, said = refuses("backup")
    t.eq(rc, 2, f"without a cluster: {said}")
    t.ok(not [n for n in os.listdir(backups_dir()) if n.endswith(".part")], "no part left")
    node.start()
    node.wait_answer()


if __name__ == "__main__":
    main(__file__, lambda: nodes and nodes.close())
