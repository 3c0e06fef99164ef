#!/usr/bin/python3
# tests/run: left 120
"""Checkpoints cosigned by other nodes: two whole nodes that witness each other, and a third member of other make
(tests/lib/fed_peer.py) with a log of its own, which it forks, shortens and signs with another key, and which as a
witness answers badly."""
import base64
import hashlib
import json
import os
import sys
import tempfile
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.fed_peer import Key, Listener, Request, Roots, SIGNED, answer_headers, b64url  # noqa: E402
from lib.fed_peer import is_signed_by, pin_of, reading, send, write  # noqa: E402
from lib import handback  # noqa: E402
from lib.ibasho_node import Nodes  # noqa: E402
from lib.t import case, main  # noqa: E402

ADMIN = "/api/v1/admin/federation"
folder = tempfile.TemporaryDirectory()
nodes = Nodes("pref", "aozora", env={"IBASHO_FEDERATION_POLL_S": "1", "IBASHO_FEDERATION_TIMEOUT_S": "5"})
nodes.__enter__()
pref, town = nodes["pref"], nodes["aozora"]
roots = Roots(folder.name)
third_key, log_key, other_log_key = (Key(folder.name, n) for n in ("third-1", "log", "log-2"))
third = Listener(folder.name, "third", third_key)
THIRD = str(uuid.uuid4())
ids, kids, by, kept = {}, {}, {}, {}


# ---- a log of other make ----

def leaf(i, fork):
    return hashlib.sha256(b"\0%d %d" % (i, i >= fork)).digest()


def node_of(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def root(leaves):
    if len(leaves) == 1:
        return leaves[0]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return node_of(root(leaves[:k]), root(leaves[k:]))


def proof(m, leaves, whole=True):
    """RFC 6962, section 2.1.2."""
    if m in (0, len(leaves)):
        return [] if whole else [root(leaves)]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    if m <= k:
        return proof(m, leaves[:k], whole) + [root(leaves[k:])]
    return proof(m - k, leaves[k:], False) + [root(leaves[:k])]


def key_id(name, public, kind):
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def offer(start, n, fork=1 << 40, key=None, **change):
    """What the third node says of its log."""
    key, name = key or log_key, "third.ibasho"
    leaves = [leaf(i, fork) for i in range(n)]
    text = f"{name}\n{n}\n{base64.b64encode(root(leaves)).decode()}\n"
    mark = base64.b64encode(key_id(name, key.public, 1) + key.sign(text.encode())).decode()
    return {"log_key": f"{name}+{key_id(name, key.public, 1).hex()}+"
                       f"{base64.b64encode(bytes([1]) + key.public).decode()}",
            "checkpoint": f"{text}\n— {name} {mark}\n", "from": start,
            "proof": [{"hash": b64url(h)} for h in proof(start, leaves)], **change}


def is_cosigned(line, checkpoint, kid, public):
    """Read with other code: who, when, over what (C2SP tlog-cosignature)."""
    dash, name, blob = line.rstrip("\n").split(" ")
    blob = base64.b64decode(blob)
    text = checkpoint.split("\n\n")[0] + "\n"
    at = int.from_bytes(blob[4:12], "big")
    return (dash == "—" and name == kid and blob[:4] == key_id(kid, public, 4) and abs(at - time.time()) < 3600 and
            is_signed_by(public, f"cosignature/v1\ntime {at}\n{text}".encode(), blob[12:]))


# ---- three members ----

def endpoint(node):
    return node.url("federation").removeprefix("https://").rstrip("/")


def member(node, roles, first=()):
    pin = pin_of(node.data_dir + "/front/federation.pem")
    asked = reading(node.admin("POST", ADMIN + "/join", {
        "invitation": b64url(roots.invitation(*first)), "endpoint": endpoint(node), "name_ja": node.name,
        "spki": [{"sha256": b64url(pin)}]}).body)[0]
    key = asked["keys"][0]
    kids[node.name] = (key["kid"], base64.urlsafe_b64decode(key["ed25519"] + "="))
    ids[node.name] = asked["node"]
    roots.member(asked["node"], node.name, endpoint(node), [pin], *kids[node.name], roles)


def list_third(roles, contract=(-86400, 86400 * 30), name="keiyaku-1"):
    roots.member(THIRD, "三つめの町", third.endpoint, [third.pin], third_key.kid, third_key.public, roles, contract)
    roots.members[THIRD]["contract"]["id"] = name
    text = roots.publish()
    for node in (pref, town):
        reply = node.admin("POST", ADMIN + "/registry", text, {"Content-Type": SIGNED})
        assert reply.status == 200, reply


def wait_for(what, seconds=20):
    until = time.monotonic() + seconds
    while True:
        got = what()
        if got or time.monotonic() > until:
            return got
        time.sleep(0.1)


def ask(node, body, path="/fed/v1/witness", **change):
    """Signed anew while the node is young."""
    def once():
        kept["asked"] = Request(third_key, **{"method": "POST", "path": path, "authority": endpoint(node),
                                              "dest": ids[node.name], "reg": roots.reg(),
                                              "body": json.dumps(body, ensure_ascii=False).encode(), **change})
        reply = send(endpoint(node), kept["asked"])
        return reply if reply.status == 200 or reply.code() != "early-boot" else None
    return wait_for(once)


def says(body, node=None):
    """State and size of the answer."""
    reply = ask(node or pref, body)
    if reply.status != 200:
        return reply.status, reply.code()
    kept["line"] = reply.json().get("line")
    return reply.json()["state"], reply.json()["size"]


def job(node):
    """The job that sends runs now, to its end."""
    assert node.admin("POST", ADMIN + "/witness").status == 204
    assert wait_for(lambda: node.psql("SELECT count(*) FROM job WHERE kind = 'federation.witness' AND state IN"
                                      " ('waiting', 'running') AND run_at <= now()") == "0"), "the job"


def checkpoint(node):
    """One more leaf, and a checkpoint over it."""
    by[node.name].request("GET", "/api/v1/access-records?account=" + str(uuid.uuid4()))
    assert node.admin("POST", "/api/v1/admin/audit/checkpoint").status < 300
    return int(node.psql("SELECT max(size) FROM audit_checkpoint"))


def shown(node):
    return by[node.name].request("GET", "/api/v1/federation/witnesses").json()


def steps(node, where="true"):
    return node.psql(f"SELECT string_agg(kind || ' ' || code || ' ' || size || ' ' || seen, ',' ORDER BY at, id)"
                     f" FROM fed_witness_step WHERE {where}")


@case
def witness_nodes_cosign_each_other(t):
    t.req("NI-T3-8, CARD-14")
    for node in (pref, town):
        by[node.name] = node.sign_in(node.account("commissioner", display_name="board"))
    t.eq(shown(town)["own"], [], "without a registry nobody is asked")
    job(town)
    member(pref, ["coordinator"])
    member(town, ["host", "guest", "witness"], (endpoint(pref), pin_of(pref.data_dir + "/front/federation.pem")))
    list_third(["guest"])
    t.eq([w["size"] for w in shown(town)["own"]], [0], "the coordinator, who has not been asked yet")

    def cosigned(node, n):
        job(node)
        return node.psql("SELECT count(*) FROM fed_witness WHERE code = ''") == str(n)
    size = checkpoint(town)
    t.ok(wait_for(lambda: cosigned(town, 1)), "the prefecture cosigns", town.psql("SELECT code FROM fed_witness"))
    t.ok(wait_for(lambda: cosigned(pref, 1)), "and the town cosigns the prefecture's",
         pref.psql("SELECT code FROM fed_witness"))
    one = shown(town)["own"][0]
    t.eq((one["name"], one["code"], one["size"] >= size, "at" in one), ("pref", "", True, True), "shown at the town")
    seen = {w["name"]: w for w in shown(pref)["others"]}["aozora"]
    t.eq((seen["size"], seen["code"]), (one["size"], ""), "and at the witness")
    note, line, kid = town.psql("SELECT convert_from(note, 'UTF8'), line, kid FROM fed_cosignature").split("|")
    t.ok(is_cosigned(line, note, *kids["pref"]), "the line is of its key, over that checkpoint, and of now")
    t.eq(kid, kids["pref"][0], "by the name that the registry has")
    t.eq(steps(pref, f"node = '{ids['aozora']}'").split()[0], "first", "the first time is a leaf")


@case
def witness_is_asked_when_the_log_grew(t):
    t.req("NI-T3-8")
    def asked():
        return town.psql("SELECT at FROM fed_witness")
    job(town)
    before = asked()
    job(town)
    t.eq(asked(), before, "an unchanged log is not sent again")
    t.ok(int(pref.psql("SELECT count(*) FROM access_record WHERE route = 'fed.witness'")) == 0,
         "and looking leaves no record that would make the witness's own log grow")
    size = checkpoint(town)
    job(town)
    t.eq(shown(town)["own"][0]["size"], size, "a grown one is, with its proof")
    town.psql("UPDATE fed_witness SET size = 1")  # an answer that was lost
    checkpoint(town)
    job(town)
    one = shown(town)["own"][0]
    t.eq((one["code"], one["size"] > size), ("", True), "from where the witness says that it stands")
    t.eq(town.psql("SELECT count(*) FROM fed_cosignature"), "1", "one a day and witness is kept")


@case
def witness_refuses_what_is_shorter_forked_or_of_another_key(t):
    """The third member's log, of other make: RFC 6962 by the definition."""
    t.req("NI-T3-8, CARD-14")
    t.eq(says(offer(0, 40)), ("cosigned", 40), "seen for the first time")
    t.ok(is_cosigned(kept["line"], offer(0, 40)["checkpoint"], *kids["pref"]), "and cosigned")
    t.eq(says(offer(40, 40)), ("cosigned", 40), "the same again")
    t.eq(says(offer(7, 64)), ("behind", 40), "a proof from another size gets the right one")
    t.eq(says(offer(40, 64)), ("cosigned", 64), "and then it is good")
    refused = [("shorter", offer(40, 40), "shrunk"), ("forked below", offer(64, 70, 63), "forked"),
               ("another of that size", offer(64, 64, 63), "forked"),
               ("another key", offer(64, 70, key=other_log_key), "other-key")]
    for what, body, state in refused:
        t.eq(says(body), (state, 64), what)
        t.eq(kept["line"], None, what + ": no cosignature")
        row = {w["node"]: w for w in shown(pref)["others"]}[THIRD]
        t.eq((row["code"], row["size"], row["name"]), (state, 64, "三つめの町"), what + ": shown to the witness")
        t.ok("前に見届けたもの" in row["text"] or "鍵" in row["text"], what + ": in a sentence", row["text"])
    t.eq(steps(pref, f"node = '{THIRD}'"), "first  40 0,refused shrunk 40 64,refused forked 70 64,"
         "refused other-key 70 64", "on record, once a day for each reason")
    t.eq(pref.psql("SELECT count(*) FROM fed_witness_step s JOIN audit_leaf l ON l.row_id = s.id"),
         pref.psql("SELECT count(*) FROM fed_witness_step"), "each a leaf")
    t.eq(says(offer(64, 70)), ("cosigned", 70), "the true one is taken on")
    t.eq({w["node"]: w["code"] for w in shown(pref)["others"]}[THIRD], "", "and nothing is shown any more")
    replayed = send(endpoint(pref), kept["asked"])
    t.eq((replayed.status, replayed.code()), (401, "replayed"), "the very same request again")
    t.eq(says(offer(0, 40)), ("shrunk", 70), "an old offer signed anew")
    bad = [("a checkpoint of another key", offer(70, 71, key=log_key, log_key=offer(0, 1, key=other_log_key)["log_key"]),
            (401, "bad-signature")),
           ("no checkpoint", offer(70, 71, checkpoint="x"), (400, "bad-json")),
           ("proved from beyond", {**offer(70, 71), "from": 72}, (400, "bad-json")),
           ("a hash too short", offer(70, 71, proof=[{"hash": "AAAA"}]), (400, "bad-json")),
           ("65 hashes", offer(70, 71, proof=[{"hash": b64url(bytes(32))}] * 65), (400, "bad-json"))]
    for what, body, want in bad:
        t.eq(says(body), want, what)
    t.eq(pref.psql(f"SELECT size FROM fed_witness_seen WHERE node = '{THIRD}'"), "70", "nothing of it is kept")
    list_third(["guest"], name="keiyaku-2")
    t.eq(says(offer(0, 3, key=other_log_key)), ("cosigned", 3), "another contract may begin another log")
    t.eq(steps(pref, f"node = '{THIRD}' AND kind = 'anew'"), "anew  3 70", "which is a leaf, too")


@case
def witness_says_plainly_that_a_log_was_cut(t):
    """As after an old backup was restored: the witness has seen more than there is."""
    t.req("NI-T3-8, CARD-14")
    of_town = f"node = '{ids['aozora']}'"
    whole = pref.psql(f"SELECT size FROM fed_witness_seen WHERE {of_town}")
    size = checkpoint(town)
    pref.psql(f"UPDATE fed_witness_seen SET size = {size + 500} WHERE {of_town}")
    job(town)
    one = shown(town)["own"][0]
    t.eq((one["code"], one["told"], one["tried"]), ("shrunk", size + 500, size), "the town knows how far it was seen")
    t.ok("短くなっています" in one["text"] and "古いバックアップ" in one["text"], "in a plain sentence", one["text"])
    t.eq({w["name"]: w["code"] for w in shown(pref)["others"]}["aozora"], "shrunk", "the witness shows it, too")
    t.eq(steps(town, "kind = 'told'"), f"told shrunk {size} {size + 500}", "on record at the town")
    pref.psql(f"UPDATE fed_witness_seen SET size = {whole}, root = decode(repeat('00', 32), 'hex') WHERE {of_town}")
    checkpoint(town)
    job(town)
    t.eq(shown(town)["own"][0]["code"], "forked", "a log that does not contain what was seen")
    pref.psql(f"DELETE FROM fed_witness_seen WHERE {of_town}")
    checkpoint(town)
    job(town)
    t.eq(shown(town)["own"][0]["code"], "", "a good answer ends it")


@case
def witness_that_answers_badly_is_not_believed(t):
    """The third member witnesses the town now, and lies."""
    t.req("NI-T3-8")
    list_third(["guest", "witness"], name="keiyaku-2")

    def row():
        return town.psql(f"SELECT code, size FROM fed_witness WHERE witness = '{THIRD}'")

    def answer(key, say):
        def write_it(handler, body):
            if handler.path != "/fed/v1/witness":
                return write(handler, 503, [], b"")
            asked = json.loads(body)
            out = json.dumps(say(asked), ensure_ascii=False).encode()
            return write(handler, 200, answer_headers(third_key, 200, "application/json", out, handler.headers), out)
        third.answer = write_it
        checkpoint(town)
        job(town)
        return row()

    def line(key, asked, kid=None, at=None):
        text = asked["checkpoint"].split("\n\n")[0] + "\n"
        at = int(time.time()) if at is None else at
        mark = key.sign(f"cosignature/v1\ntime {at}\n{text}".encode())
        kid = kid or key.kid
        blob = key_id(kid, key.public, 4) + at.to_bytes(8, "big") + mark
        return f"— {kid} {base64.b64encode(blob).decode()}\n"

    def size(asked):
        return int(asked["checkpoint"].split("\n")[1])
    lies = [("another key's", lambda a: {"state": "cosigned", "size": size(a), "line": line(log_key, a, "third-1")}),
            ("under another's name", lambda a: {"state": "cosigned", "size": size(a),
                                                "line": line(third_key, a, kids["pref"][0])}),
            ("over another checkpoint", lambda a: {"state": "cosigned", "size": size(a), "line": line(
                third_key, {"checkpoint": "aozora.ibasho\n1\nx\n\n"})}),
            ("of another size", lambda a: {"state": "cosigned", "size": 1, "line": line(third_key, a)}),
            ("none", lambda a: {"state": "cosigned", "size": size(a)}),
            ("with a refusal", lambda a: {"state": "forked", "size": 1, "line": line(third_key, a)}),
            ("of no form", lambda a: {"state": "yes"})]
    for what, say in lies:
        t.eq(answer(third_key, say), "bad-answer|0", "a cosignature " + what)
    t.eq(town.psql(f"SELECT count(*) FROM fed_cosignature WHERE witness = '{THIRD}'"), "0", "none is kept")
    t.eq(answer(third_key, lambda a: {"state": "behind", "size": 3}), "behind|0", "who never agrees is asked twice")
    t.eq(len([1 for s in third.seen[-2:] if s[1] == "/fed/v1/witness"]), 2, "and no more")
    got = answer(third_key, lambda a: {"state": "cosigned", "size": size(a), "line": line(third_key, a)})
    t.eq(got, "|" + town.psql("SELECT max(size) FROM audit_checkpoint"), "a true one is")
    third.answer = lambda handler, body: write(handler, 500, [], b"")
    checkpoint(town)
    job(town)
    t.eq(row().split("|")[0], "no-answer", "an answer without a signature is none")


@case
def witness_lines_lie_in_the_bag_and_are_checked(t):
    t.req("CARD-14, KP-3-調達-4")
    pref.permit_export(by["pref"])
    checkpoint(pref)
    job(pref)
    done, bag = handback.export(pref)
    t.eq(done.returncode, 0, f"made: {done.stderr[-800:]}")
    rows = handback.records(bag, "fed_cosignature")
    noted = bytes.fromhex(rows[0]["note"]).decode()
    t.ok(len(rows) == 1 and is_cosigned(rows[0]["line"], noted, *kids["aozora"]), "as the town cosigned it")
    t.ok(noted.encode() in handback.read(bag, "data/log/checkpoints.txt"), "beside the checkpoint it is of")
    t.eq(pref.cli("verify", "bag", bag).returncode, 0, "and the bag is whole")
    forged = f"pref.ibasho\n3\n{base64.b64encode(hashlib.sha256(b'x').digest()).decode()}\n"
    mark = third_key.sign(f"cosignature/v1\ntime 1\n{forged}".encode())
    blob = base64.b64encode(key_id("third-1", third_key.public, 4) + (1).to_bytes(8, "big") + mark).decode()
    forged += "\n— pref.ibasho AAAAAAAAAAAA\n"
    row = (f"convert_to('{forged}', 'UTF8'), '— third-1 {blob}' || chr(10), 'third-1',"
           f" decode('{third_key.public.hex()}', 'hex')")
    of_town = f"witness = '{ids['aozora']}'"
    pref.psql("INSERT INTO fed_cosignature (witness, day, at, size, note, line, kid, ed25519) VALUES"
              f" ('{THIRD}', '2020-01-01', now(), 3, {row});"
              "INSERT INTO fed_cosignature (witness, day, at, size, note, line, kid, ed25519) SELECT witness,"
              f" '2020-01-02', at, size, convert_to('{forged}', 'UTF8'), line, kid, ed25519 FROM fed_cosignature"
              f" WHERE {of_town}")
    done, bag = handback.export(pref, "bag2")
    t.eq(done.returncode, 0, f"made: {done.stderr[-800:]}")
    done = pref.cli("verify", "bag", bag, check=False)
    t.eq(done.returncode, 1, "a checkpoint that this log never had, and a line of another one")
    said = done.stdout + done.stderr
    t.ok("witness.checkpoint" in said and "witness.signature" in said, "each by its name", said[-800:])
    pref.psql("DELETE FROM fed_cosignature WHERE day < '2021-01-01'")


@case
def witness_takes_nothing_more_of_a_town_that_left(t):
    t.req("CARD-14")
    third.answer = lambda handler, body: write(handler, 500, [], b"")
    t.eq(says(offer(3, 9, key=other_log_key)), ("cosigned", 9), "before it leaves")
    reply = ask(pref, {"node": THIRD, "ask": str(uuid.uuid4())}, "/fed/v1/purge")
    t.eq((reply.status, reply.json()["state"]), (200, "working"), "it leaves")
    t.eq(says(offer(9, 12, key=other_log_key)), (410, "class-purged"), "nothing more is taken")
    t.eq(pref.psql(f"SELECT size FROM fed_witness_seen WHERE node = '{THIRD}'"), "9",
         "what was seen stays: no word, no person, the evidence of its end")
    list_third(["guest"], (-86400, -60), "keiyaku-3")
    t.eq(says(offer(9, 12, key=other_log_key)), (403, "contract-ended"), "nor when its contract has ended")
    t.eq(says(offer(0, 3), town)[0], 403, "by anybody")


if __name__ == "__main__":
    def fini():
        nodes.__exit__(None, None, None)
        third.close()
        folder.cleanup()
    main(__file__, fini)
