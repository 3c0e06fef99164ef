#!/usr/bin/python3
# tests/run: left 300
"""The audit log of a whole node: what its checkers see over HTTP, what the operator's commands
say, and that they say it when a database superuser has been at work."""
import base64
import hashlib
import os
import re
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import Nodes  # noqa: E402
from lib.t import case, main  # noqa: E402
from lib.verify_log import Key, Note  # noqa: E402

nodes = node = key = None
scratch = tempfile.TemporaryDirectory()


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def root_of(leaf, index, size, proof):
    """RFC 9162, section 2.1.3.2."""
    fn, sn, r = index, size - 1, leaf
    for p in proof:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            r = sha256(b"\x01", p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = sha256(b"\x01", r, p)
        fn, sn = fn >> 1, sn >> 1
    return r if sn == 0 else None


def last_note(session):
    reply = session.request("GET", "/api/v1/audit/checkpoint")
    assert reply.status == 200, reply
    return Note(reply.json()["note"].encode())


@case
def audit_checkers_see_checkpoints_and_proofs(t):
    t.req("NI-T3-8")
    auditor = node.sign_in(node.account("auditor"))
    t.eq(node.cli("log", "checkpoint").returncode, 0, "a checkpoint now")
    first = last_note(auditor)
    t.ok(first.by(key), "signed by the node's key")
    t.eq(first.origin, key.name, "origin")
    node.account("supporter")
    t.eq(node.cli("log", "checkpoint").returncode, 0, "another")
    second = last_note(auditor)
    t.ok(second.size > first.size, "the log grew")
    reply = auditor.request(
        "GET", f"/api/v1/audit/consistency?first={first.size}&second={second.size}")
    t.eq(reply.status, 200, "consistency")
    t.ok(all(len(base64.b64decode(h)) == 32 for h in reply.json()["hashes"]), "hashes")
    for seq in (0, first.size - 1, second.size - 1):
        reply = auditor.request("GET", f"/api/v1/audit/inclusion?seq={seq}&size={second.size}")
        t.eq(reply.status, 200, "inclusion")
        told = reply.json()
        stored = node.psql(f"SELECT encode(leaf_hash, 'base64') FROM audit_leaf WHERE seq = {seq}")
        t.eq(told["leaf"], stored, "the leaf")
        t.eq(root_of(base64.b64decode(told["leaf"]), seq, second.size,
                     [base64.b64decode(h) for h in told["hashes"]]), second.root, "proves it")
    for path, status in (("inclusion?seq=99999999", 404), ("inclusion", 400),
                         ("inclusion?seq=x", 400), ("consistency?first=2&second=1", 400),
                         ("consistency?first=1", 400), ("consistency?first=1&second=99999999", 404)):
        reply = auditor.request("GET", f"/api/v1/audit/{path}")
        t.ok(reply.status == status or (status == 400 and reply.status == 422),
             path, f"got {reply.status}")
    pupil = node.sign_in(node.account("student"))
    for path in ("audit/checkpoint", "audit/consistency?first=1&second=2", "audit/inclusion?seq=0",
                 "access-records"):
        t.ok(pupil.request("GET", "/api/v1/" + path).status in (403, 404), f"not for a child: {path}")


@case
def audit_access_record_is_read_by_the_auditor_and_says_so(t):
    t.req("NI-T3-8")
    login = node.account("auditor")
    auditor = node.sign_in(login)
    reply = auditor.request("GET", "/api/v1/access-records")
    t.eq(reply.status, 200, "read")
    items = reply.json()["items"]
    t.ok(len(items) >= 3, "entries", len(items))
    t.eq(sorted((i["at"], i["id"]) for i in items),
         [(i["at"], i["id"]) for i in reversed(items)], "newest first")
    again = auditor.request("GET", f"/api/v1/access-records?account={login.id}&action=read").json()
    t.ok([i["route"] for i in again["items"]] == ["access_records.list"] * len(again["items"])
         and len(again["items"]) == 1, "the reading itself is on record", again)
    own = auditor.request("GET", "/api/v1/access-records?person=" + login.id).json()["items"]
    t.ok(own and all(i["person"] == login.id for i in own), "about one person", own)
    for bad in ("from=x", "account=x", "before=1", "before=x_y", "until=-1",
                f"until={1 << 58}"):
        t.ok(auditor.request("GET", "/api/v1/access-records?" + bad).status in (400, 422), bad)


@case
def audit_export_and_offline_verification(t):
    t.req("NI-T3-8")
    path = scratch.name + "/export"
    checkpoints = node.data_dir + "/checkpoints.log"
    done = node.cli("log", "export", "--to", path)
    t.eq(done.returncode, 0, "export")
    t.eq(os.stat(path).st_mode & 0o777, 0o600, "for the operator's eyes")
    t.eq(node.cli("log", "export", "--to", path, check=False).returncode, 2, "overwrites nothing")
    vkey = node.cli("log", "key").stdout.strip()
    good = node.cli("verify", "log", path, "--key", vkey, "--checkpoints", checkpoints)
    t.ok("異常はありません" in good.stdout, "clean", good.stdout)
    t.ok("まだ外部の検査点に" not in good.stdout, "the checkpoint covers the export's own entry",
         good.stdout)
    with open(path, "rb") as f:
        text = f.read()
    t.ok(b'"route":"audit.export"' in text, "the export is on record, in itself")
    with open(path + ".key", "w", encoding="ascii") as f:
        f.write(vkey + "\n")
    t.eq(node.cli("verify", "log", path, "--key", path + ".key").returncode, 0, "key from a file")
    with open(path + ".bad", "wb") as f:
        f.write(text.replace(b'"action":"change"', b'"action":"read"', 1))
    bad = node.cli("verify", "log", path + ".bad", "--key", vkey, "--checkpoints", checkpoints,
                   check=False)
    t.eq(bad.returncode, 1, "findings")
    t.ok(re.search(r"^番号 \d+\taccess\.change\trow\.changed\t", bad.stdout, re.M), "named",
         bad.stdout)
    for words in (("verify", "log", path), ("verify", "log", path, "--key", "x"),
                  ("verify", "log", "/nonexistent", "--key", vkey),
                  ("verify", "log", checkpoints, "--key", vkey),
                  ("verify", "log", path, "--key", vkey, "--checkpoints", "/nonexistent")):
        t.eq(node.cli(*words, check=False).returncode, 2, "cannot check: " + " ".join(words[2:]))


@case
def audit_live_finds_a_superuser_at_work(t):
    t.req("NI-T3-8")
    t.eq(node.cli("verify", "live").returncode, 0, "clean")
    node.cli("log", "checkpoint")
    before = node.psql("SELECT role FROM access_record ORDER BY at LIMIT 1")
    first = "(SELECT id FROM access_record ORDER BY at LIMIT 1)"
    node.psql(f"UPDATE access_record SET role = 'auditor2' WHERE id = {first}")
    done = node.cli("verify", "live", check=False)
    t.eq(done.returncode, 1, "found")
    t.ok("row.changed" in done.stdout, "named", done.stdout)
    node.psql(f"UPDATE access_record SET role = '{before}' WHERE id = {first}")
    t.eq(node.cli("verify", "live").returncode, 0, "clean again")


@case
def audit_kill_9_leaves_a_clean_log(t):
    for _ in range(3):
        node.account("supporter")
        pid = node.kill("node")
        done = node.cli("verify", "live", check=False)
        t.eq(done.returncode, 0, "clean while it is away: " + done.stdout)
        node.wait_back("node", pid)
        node.wait_answer()
    node.cli("log", "checkpoint")
    done = node.cli("verify", "live", check=False)
    t.eq(done.returncode, 0, "clean: " + done.stdout)
    t.ok("まだ外部の検査点に" not in done.stdout, "all covered")
    metrics = node.admin("GET", "/metrics").body.decode()
    t.ok(re.search(r"^\w*audit_mismatch\S* 0$", metrics, re.M), "no alarm",
         [line for line in metrics.splitlines() if "audit" in line])


@case
def audit_swap_and_rollback_of_the_log(t):
    """A new program takes over where the old one stopped; a log cut meanwhile is flagged."""
    t.req("NI-T3-8")
    node.swap()
    node.wait_answer()
    t.eq(node.cli("verify", "live").returncode, 0, "clean after a swap")
    node.account("supporter")
    node.cli("log", "checkpoint")
    n = int(node.psql("SELECT max(seq) FROM audit_leaf"))
    node.psql("DELETE FROM access_record a USING audit_leaf l WHERE l.row_id = a.id"
              f" AND l.seq >= {n}; DELETE FROM audit_leaf WHERE seq >= {n}")
    pid = node.kill("node")
    node.wait_back("node", pid)
    node.wait_answer()
    done = node.cli("verify", "live", check=False)
    t.eq(done.returncode, 1, "found")
    t.ok("tree.short" in done.stdout or "tree.root" in done.stdout, "named", done.stdout)
    for _ in range(150):  # the node finds it by itself a moment after its start
        if '"audit.mismatch"' in node.log("node"):
            break
        time.sleep(0.1)
    t.ok('"audit.mismatch"' in node.log("node"), "said loudly")
    t.ok(re.search(r"^\w*audit_mismatch\S* 1$", node.admin("GET", "/metrics").body.decode(), re.M),
         "counted")
    t.eq(node.sign_in(node.account("supporter")).request("GET", "/api/v1/session").status, 200,
         "and the node serves on")


if __name__ == "__main__":
    with Nodes("aozora") as nodes:
        node = nodes["aozora"]
        key = Key(node.cli("log", "key").stdout.strip())
        main(__file__, scratch.cleanup)
