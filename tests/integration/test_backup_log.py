#!/usr/bin/python3
# tests/run: beside 600
"""The archived log: a backup restored to a chosen second on a host that has nothing, the drill,
and whatever may happen to the archive: killed, cut, mixed up, without room, without its slot."""
import glob
import json
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import Nodes  # noqa: E402
from lib.t import case, main  # noqa: E402

NAME = "きろくのこ"
nodes = node = None
base = {}      # the backup that the cases share
moments = []   # (text for --at, accounts then)
planted = []   # (id, bytes) of files that came after the backup


def backups(path=""):
    return node.data_dir + "/backups" + path


def file_of(backup):
    return backups(f"/{backup['id']}.ibasho-backup")


def pieces(backup=None):
    return sorted(glob.glob(backups(f"/wal/{backup['id'] if backup else '*'}/*.ibasho-wal")))


def state():
    try:
        with open(backups("/wal/state"), encoding="utf-8") as f:
            return json.load(f)
    except FileNotFoundError:
        return {}


def until(what, seconds=40):
    end = time.monotonic() + seconds
    while not what() and time.monotonic() < end:
        time.sleep(0.05)
    return what()


def place(text):
    high, low = text.split("/")
    return int(high, 16) << 32 | int(low, 16)


def archived():
    """Everything until now is in the archive."""
    now = place(node.psql("SELECT pg_current_wal_flush_lsn()"))
    return until(lambda: state().get("trouble") == "fine" and place(state()["place"]) >= now)


def n_accounts():
    return int(node.psql("SELECT count(*) FROM account"))


def moment():
    """A whole second in which nothing is written, and what was there then."""
    archived()
    time.sleep(1.1)
    at = time.time()
    moments.append((time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(at + 9 * 3600)), n_accounts()))
    time.sleep(1.1 - at % 1 if at % 1 < 0.1 else 1.1)


def child():
    return node.account("student", display_name=NAME)


def restore(backup, *words):
    to = node.data_dir + "/restored"
    shutil.rmtree(to, ignore_errors=True)
    done = node.cli("restore", file_of(backup), "--to", to, *words, check=False)
    return done.returncode, done.stdout + done.stderr, to


def doctor(name):
    found = node.admin("GET", "/api/v1/admin/doctor").json()["checks"]
    return next((c for c in found if c["name"] == name), {"level": None, "text": ""})


def drill(want=0):
    done = node.cli("drill", "--json", check=False)
    if not done.stdout:
        return False, {}, done.stderr
    return done.returncode == want, json.loads(done.stdout), done.stderr


@case
def log_is_archived_sealed_and_listed(t):
    global nodes, node
    t.req("NI-T3-9")
    nodes = Nodes("aozora", env={"IBASHO_BACKUP_WAL_EVERY_S": "1", "IBASHO_BACKUP_RESERVE_MIB": "0"})
    nodes.__enter__()
    node = nodes["aozora"]
    t.eq(doctor("backup")["level"], "warn", "no backup, and the doctor says so")
    base.update(json.loads(node.cli("backup").stdout))
    first = child()
    moment()
    child()
    moment()
    child()
    shard = node.data_dir + "/files/"
    for _ in range(3):
        name, data = str(uuid.uuid4()), secrets.token_bytes(2000)
        with open(shard + name[-2:] + "/" + name, "wb") as f:
            f.write(data)
        os.chown(f.name, *pwd.getpwnam(node.user)[2:4])
        planted.append((name, data))
    child()
    t.ok(archived(), "the archive follows", state())
    found = pieces(base)
    t.ok(len(found) >= 3, "piece by piece", found)
    for path in found:
        with open(path, "rb") as f:
            data = f.read()
        t.ok(data.startswith(b"ibasho-seal/1\n") and b"account" not in data and
             bytes.fromhex(first.id.replace("-", "")) not in data, "sealed")
        t.eq((os.stat(path).st_mode & 0o777, pwd.getpwuid(os.stat(path).st_uid).pw_name),
             (0o600, node.user), "the node's alone")
    said = node.cli("backup", "list").stdout
    t.ok(base["id"] in said and "までに戻せます" in said and "途切れ" not in said, "the range", said)
    t.eq(node.psql("SHOW max_slot_wal_keep_size"), "256MB", "the slot cannot fill the disk")
    t.eq(doctor("backup-log")["level"], "ok", "the doctor sees it")
    t.eq(doctor("drill")["level"], "warn", "and misses a drill")


@case
def drill_proves_the_newest_backup(t):
    t.req("NI-T3-9b")
    fine, result, said = drill()
    t.ok(fine and result["good"], "it can be restored", (result, said))
    t.ok(result["rows"] > 0 and result["leaves"] > 0 and result["keys"] > 0 and
         result["sealed"] > 0 and result["tables"] > 50, "and was looked at", result)
    t.eq(result["backup"], base["id"], "the newest")
    t.eq(doctor("drill")["level"], "ok", "on the doctor's page")
    metrics = node.admin("GET", "/metrics").body.decode()
    for name in ("backup_last_seconds", "backup_log_through_seconds", "drill_last_seconds"):
        t.ok(re.search(rf"^ibasho_{name} \d{{10}}$", metrics, re.M), name)
    t.ok("\nibasho_drill_good 1\n" in metrics and "\nibasho_backup_log_trouble 0\n" in metrics,
         "and in the metrics")
    t.eq(node.psql("SELECT role, outcome FROM access_record WHERE route = 'backups.drilled'"),
         "operator|ok", "on record")
    t.ok(not os.path.exists(node.data_dir + "/drill"), "nothing of it lies about")


@case
def archive_killed_leaves_no_gap(t):
    for _ in range(4):
        child()
        pid = node.kill("archive")
        node.wait_back("archive", pid)
    t.ok(archived(), "it goes on where it was", state())
    t.ok("途切れ" not in node.cli("backup", "list").stdout, "without a gap")
    rc, said, to = restore(base, "--at", "latest")
    t.eq(rc, 0, f"all of it is there: {said}")
    command = subprocess.Popen([node.v["BIN"] + "/ibasho", "-c", node.data_dir + "/node.conf",
                                "restore", file_of(base), "--to", to + "2", "--at", "latest"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(lambda: os.path.exists(to + "2/recovery.signal"))
    command.kill()
    command.wait(60)
    t.ok(os.path.exists(to + "2/recovery.signal") or not os.path.exists(to + "2/PG_VERSION"),
         "a restore that was killed is nothing that starts by itself")
    shutil.rmtree(to + "2")


@case
def log_changed_or_missing_is_named(t):
    where = pieces(base)
    at = moments[1][0]
    middle = where[len(where) // 2 - 1] if len(where) > 3 else where[1]
    with open(middle, "rb") as f:
        data = f.read()
    with open(middle, "wb") as f:
        f.write(data[:-20] + bytes([data[-20] ^ 1]) + data[-19:])
    rc, said, to = restore(base, "--at", "latest")
    t.ok(rc == 1 and os.path.basename(middle) in said, "a bit: refused by name", (rc, said))
    t.ok(not os.path.exists(to + "/PG_VERSION"), "nothing that would start")
    shutil.copyfile(where[0], middle)
    t.ok(os.path.basename(middle) in restore(base, "--at", "latest")[1], "another piece's bytes")
    with open(middle, "wb") as f:
        f.write(data[:len(data) // 2])
    fine, result, _ = drill(1)
    t.ok(fine and not result["good"] and os.path.basename(middle) in result["text"],
         "a drill finds one that is torn", result)
    t.eq(doctor("drill")["level"], "bad", "and the doctor says so")
    os.unlink(middle)
    t.ok("途切れ" in node.cli("backup", "list").stdout, "a missing one shows in the list")
    start, end = (int(x, 16) for x in os.path.basename(middle).split("-")[1:3])
    late = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() + 9 * 3600))
    rc, said, _ = restore(base, "--at", late)
    t.ok(rc == 1 and f"{start >> 32:X}/{start & 0xffffffff:X} to {end >> 32:X}/{end & 0xffffffff:X}"
         in said, "and is named", said)
    with open(middle, "wb") as f:
        f.write(data)
    os.chown(middle, *pwd.getpwnam(node.user)[2:4])
    for text in ("2026-13-01 00:00:00", "yesterday", "2026-11-22"):
        t.eq(restore(base, "--at", text)[0], 2, text)
    t.eq(restore(base, "--at", "2020-01-01 00:00:00")[0], 1, "before the backup")
    t.eq(restore(base, "--at", at)[0], 0, "whole again")


@case
def forgetting_one_backup_costs_no_other_its_log(t):
    second = json.loads(node.cli("backup").stdout)
    child()
    archived()
    third = json.loads(node.cli("backup").stdout)
    child()
    archived()
    n = n_accounts()
    node.cli("backup", "forget", second["id"])
    t.ok(not os.path.exists(backups("/wal/" + second["id"])) and
         not os.path.exists(backups("/files/" + second["id"])), "its log and files are gone")
    rc, said, _ = restore(base, "--at", "latest")
    t.ok(rc == 0 and "途切れ" not in said, "the one before reaches the end over it", said)
    rc, said, _ = restore(third, "--at", "latest")
    t.eq(rc, 0, f"and so does the one behind: {said}")
    node.cli("backup", "forget", third["id"])
    t.ok(archived() and n == n_accounts(), "the archive goes on under the one that is left")
    t.ok("途切れ" not in node.cli("backup", "list").stdout, "which has it all")


@case
def disk_that_is_full_stops_nobody(t):
    subprocess.run(["cp", "-a", backups(), node.data_dir + "/away"], check=True)
    used = int(subprocess.run(["du", "-sm", backups()], capture_output=True, text=True,
                              check=True).stdout.split()[0])
    node.kill("archive", signal.SIGSTOP)
    who = pwd.getpwnam(node.user)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={used + 8}m,uid={who.pw_uid},mode=700",
                    "none", backups()], check=True)
    try:
        subprocess.run(["cp", "-a", node.data_dir + "/away/.", backups()], check=True)
        subprocess.run(["dd", "if=/dev/zero", "of=" + backups("/ballast"), "bs=64k"],
                       capture_output=True, check=False)
        node.kill("archive")
        before = n_accounts()
        child()
        t.ok(until(lambda: doctor("backup-log")["level"] == "bad"), "the doctor says so",
             doctor("backup-log"))
        child()
        t.eq(n_accounts(), before + 2, "the node works on")
        os.unlink(backups("/ballast"))
        t.ok(archived(), "with room again it catches up", state())
        t.ok("途切れ" not in node.cli("backup", "list").stdout, "without a gap")
        rm = node.data_dir + "/away"
        shutil.rmtree(rm)
        subprocess.run(["cp", "-a", backups("/."), rm], check=True)
    finally:
        node.kill("archive", signal.SIGSTOP)
        subprocess.run(["umount", "-l", backups()], check=True)
    shutil.rmtree(backups())
    os.rename(node.data_dir + "/away", backups())
    node.kill("archive")
    t.ok(archived(), "and back on its own disk", state())


@case
def restored_to_a_second_on_a_clean_host(t):
    """What is brought: node.conf, keys, the agent's directory, the backups, the checkpoints."""
    t.req("NI-T3-9, NI-T3-9b")
    archived()
    node.stop()
    old = node.data_dir + ".old"
    os.rename(node.data_dir, old)
    nodes._ops("create", node.name, node.role, "あおぞら市")
    for name in ("node.conf", "keys", "keyd", "backups"):
        subprocess.run(["rm", "-rf", f"{node.data_dir}/{name}"], check=True)
        subprocess.run(["cp", "-a", f"{old}/{name}", node.data_dir], check=True)
    node.start()
    node.wait_answer()
    t.eq(n_accounts(), 0, "a host that knows nobody")
    rc, said, to = restore(base, "--at", moments[0][0], "--files", node.data_dir + "/files")
    t.eq(rc, 0, f"restored: {said}")
    for name, data in planted:
        with open(f"{node.data_dir}/files/{name[-2:]}/{name}", "rb") as f:
            t.eq(f.read(), data, "a file that came after the backup")
    node.stop()
    shutil.rmtree(node.data_dir + "/cluster")
    os.rename(to, node.data_dir + "/cluster")
    for path in glob.glob(old + "/checkpoints.log*"):
        subprocess.run(["cp", "-a", path, node.data_dir], check=True)
    node.start()
    node.wait_answer()
    t.ok(moments[0][1] < moments[1][1], "there was more later", moments)
    t.eq(n_accounts(), moments[0][1], "exactly who was there at that second")
    t.ok(until(lambda: state()["trouble"] == "gap"), "the archive waits for a new backup")
    t.eq(doctor("backup-log")["level"], "bad", "and the doctor asks for one")
    base.update(json.loads(node.cli("backup").stdout))
    child()
    t.ok(archived(), "then it goes on", state())
    shutil.rmtree(old)


@case
def slot_given_up_is_a_gap_until_the_next_backup(t):
    node.psql("ALTER SYSTEM SET max_slot_wal_keep_size = '2MB'")
    node.psql("SELECT pg_reload_conf()")
    node.cli("key", "lock")
    node.kill("archive")
    t.ok(until(lambda: state()["trouble"] == "locked"), "without keys nothing is fetched", state())
    for _ in range(6):
        node.psql("SELECT pg_switch_wal(), pg_logical_emit_message(false, 'x', repeat('y', 900000))")
    node.psql("CHECKPOINT")
    t.ok(until(lambda: node.psql("SELECT wal_status FROM pg_replication_slots") == "lost"),
         "PostgreSQL gave the slot up rather than its disk")
    pid = node.kill("keyd")
    node.wait_back("keyd", pid)
    node.wait_answer()
    t.ok(until(lambda: state()["trouble"] == "gap"), "the archive knows", state())
    t.eq(doctor("backup-log")["level"], "bad", "the doctor says so")
    fine, result, said = drill(1)
    t.ok(fine and "gap" in result["text"], "a drill too", (result, said))
    base.update(json.loads(node.cli("backup").stdout))
    t.ok(archived(), "a new backup begins again", state())
    fine, result, said = drill()
    t.ok(fine and result["good"], "and can be restored", (result, said))


@case
def nothing_opens_once_the_keys_are_gone(t):
    t.req("NI-2.3.4-4, NI-T3-9")
    who = child()
    archived()
    marks = [NAME.encode(), who.id.encode(), bytes.fromhex(who.id.replace("-", "")), b"PG_VERSION",
             b"account"]
    # A keystore of the same node that has lost this key: the file is there, its key is not.
    conf = node.data_dir + "/other.conf"
    other = node.data_dir + "/otherkeys"
    os.mkdir(other)
    os.chown(other, *pwd.getpwnam(node.user)[2:4])
    with open(node.data_dir + "/node.conf", encoding="utf-8") as f:
        text = re.sub(r"(?m)^keys\.dir = .*$", f"keys.dir = {other}", f.read())
    with open(conf, "w", encoding="utf-8") as f:
        f.write(text)
    to = node.data_dir + "/restored"
    shutil.rmtree(to, ignore_errors=True)
    done = subprocess.run([node.v["BIN"] + "/ibasho", "-c", conf, "restore", file_of(base), "--to",
                           to, "--at", "latest"], capture_output=True, text=True, check=False)
    t.ok(done.returncode == 1 and not os.path.exists(to + "/PG_VERSION"), "a wrong keystore", done)
    node.stop()
    for name in ("keys", "keyd"):
        for path in glob.glob(f"{node.data_dir}/{name}/*"):
            os.unlink(path)
    n = 0
    for top, _, names in os.walk(backups()):
        for name in names:
            if name in ("index", "state", "drill.json") or name in (p[0] for p in planted):
                continue
            with open(os.path.join(top, name), "rb") as f:
                data = f.read()
            n += 1
            t.ok(data.startswith(b"ibasho-seal/1\n") and not any(m in data for m in marks),
                 "no plain mark in " + name)
    t.ok(n >= 2, "backup and log were looked through", n)
    for words in (("--check",), ("--to", to)):
        done = node.cli("restore", file_of(base), *words, check=False)
        t.ok(done.returncode != 0 and not os.path.exists(to + "/PG_VERSION"), "refused", done)


if __name__ == "__main__":
    main(__file__, lambda: nodes and nodes.close())
