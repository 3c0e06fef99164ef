#!/usr/bin/python3
# tests/run: left 200
"""A town leaves: what others hold of it goes, and each says so under its own key. Two whole nodes - one is the
prefecture, too, and keeps the town's key half - and a third member of other make (tests/lib/fed_peer.py), which lies
before it tells the truth. The receipts are checked with the standard library and openssl alone."""
import datetime
import hashlib
import hmac
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib import fed_peer, purge_receipt  # noqa: E402
from lib.fed_peer import Key, Listener, Request, Roots, SIGNED, answer_headers, b64url, pin_of  # noqa: E402
from lib.fed_peer import reading, send, when, write  # noqa: E402
from lib.ibasho_node import ROOT, Nodes, TITLES  # noqa: E402
from lib.t import case, main  # noqa: E402
from lib.town import Town  # noqa: E402
from lib.visitor import Visitor  # noqa: E402
from lib.ws_client import No  # noqa: E402

ADMIN, SHARED = "/api/v1/admin/federation", "/api/v1/shared"
PURGE = "/fed/v1/purge"
JST = datetime.timezone(datetime.timedelta(hours=9))
# What the town that leaves said, wherever it said it: nobody else says such a thing.
WORDS, TITLE, RULES = "とおくのまちのことば", "とおくの講座《こうざ》", "とおくのまちのきまり"
CARD = {"name": "遠野はるか先生", "field": "星の話", "evidence": "遠野天文台につとめています。", "times": "水曜の午後"}
folder = tempfile.TemporaryDirectory()
nodes = Nodes("midori", "aozora", env={"IBASHO_FEDERATION_POLL_S": "1", "IBASHO_FEDERATION_TIMEOUT_S": "5"})
peer, town = nodes["midori"], nodes["aozora"]
roots = Roots(folder.name)
ids, who, made = {}, {}, {}
evil_key, old_key, gone_key, stranger = (Key(folder.name, n) for n in ("evil-1", "old-1", "gone-1", "stranger-1"))
EVIL, OLD, GONE = (str(uuid.uuid4()) for _ in range(3))
evil = Listener(folder.name, "evil", evil_key)


def new():
    return str(uuid.uuid4())


def day(days):
    return (datetime.datetime.now(JST) + datetime.timedelta(days=days)).date().isoformat()


def ask(node, name, method, path, body=None, status=None):
    reply = who[node.name, name].request(method, path, body)
    assert status is None or reply.status == status, (node.name, name, method, path, body, reply)
    return reply


def post(where, by, path, status=200, **body):
    return ask(where, by, "POST", path, {"id": new(), **body}, status).json()


def put(where, by, path, status=200, **body):
    return ask(where, by, "PUT", path, {"id": new(), **body}, status).json()


def until(found, seconds=25):
    end = time.monotonic() + seconds
    while True:
        got = found()
        if got or time.monotonic() > end:
            return got
        time.sleep(0.1)


def endpoint(node):
    return node.url("federation").removeprefix("https://").rstrip("/")


def says(node, path, body, key=evil_key, op=None):
    """What a member of other make says; signed anew while the node is young."""
    def once():
        reply = send(endpoint(node), Request(
            key, method="POST", path=path, authority=endpoint(node), dest=ids[node.name], reg=roots.reg(),
            op=op or new(), body=json.dumps(body, ensure_ascii=False).encode()))
        return reply if reply.status == 200 or reply.code() != "early-boot" else None
    return until(once)


def join(node, roles, first=()):
    pin = pin_of(node.data_dir + "/front/federation.pem")
    reply = node.admin("POST", ADMIN + "/join", {
        "invitation": b64url(roots.invitation(*first)), "endpoint": endpoint(node), "name_ja": node.name,
        "spki": [{"sha256": b64url(pin)}]})
    asked = reading(reply.body)[0]
    key = asked["keys"][0]
    ids[node.name] = asked["node"]
    roots.member(asked["node"], node.name, endpoint(node), [pin], key["kid"],
                 fed_peer.base64.urlsafe_b64decode(key["ed25519"] + "="), roles)


def publish():
    for node in (peer, town):
        reply = node.admin("POST", ADMIN + "/registry", roots.publish() if node is peer else roots.sign(),
                           {"Content-Type": SIGNED})
        assert reply.status == 200, reply


def answers(handler, body):
    """The third member as it is at first: polite."""
    asked = json.loads(body or b"{}")
    said = {"series": asked["series"], "state": "offered"} if "series" in asked else {"state": "working"}
    tell(handler, said)


def tell(handler, said):
    text = said if isinstance(said, bytes) else json.dumps(said, separators=(",", ":")).encode()
    write(handler, 200, answer_headers(evil_key, 200, "application/json", text, dict(handler.headers)), text)


def people(node):
    for name in ("commissioner", "contractor", "supporter", "instructor", "child"):
        login = node.account("student" if name == "child" else name,
                             display_name={"child": f"{node.name}の子", "instructor": "せんせい"}.get(name))
        who[node.name, name], ids[node.name, name] = node.sign_in(login), login.id
    put(node, "commissioner", "/api/v1/contract", title="見本の契約", contractor="受託者", begins_on="2020-04-01",
        ends_on="2090-03-31", n_student=400, n_staff=100, n_guardian=10)
    for days in range(0, 4):
        put(node, "commissioner", "/api/v1/hours/days", day=day(days), slots=[{"from": "00:00", "to": "24:00"}])
        put(node, "supporter", f"/api/v1/plan/days/{day(days)}", slots=[{"from": "10:00", "to": "10:45"}])


def share(host, guest, title, rules, days, others=()):
    """A series of one date that the other town accepted; its id."""
    course = post(host, "instructor", "/api/v1/courses", 201, kind="relax", picture="leaf", has_hand=True, has_poll=True,
                  has_question=True, title=title, summary="からだをゆるめます。")["course"]
    put(host, "instructor", f"/api/v1/courses/{course}/pages", pages=[{"text": "めをとじます。", "links": []}])
    post(host, "commissioner", f"/api/v1/courses/{course}/decide", decided=True, version=1, pages_version=1)
    series = new()
    ask(host, "contractor", "POST", f"{SHARED}/series", {
        "id": series, "course": course, "floor": "lounge", "places": 8, "rules": rules,
        "lessons": [{"day": day(days), "slot": 1}]}, 200)
    for node in (ids[guest.name], *others):
        post(host, "commissioner", f"{SHARED}/series/{series}/offer", node=node, places=5)
    path = f"{SHARED}/offers/{series}"
    offer = until(lambda: (r := ask(guest, "commissioner", "GET", path)).status == 200 and r.json()["offer"])
    post(guest, "commissioner", path + "/accept", version=offer["version"])
    assert until(lambda: host.psql(f"SELECT state FROM fed_series_node WHERE series = '{series}' AND node ="
                                   f" '{ids[guest.name]}'") == "accepted")
    return series


def move(node, series, minutes):
    """The date of a series, whatever the hour: from..to, in minutes from now."""
    begin = datetime.datetime.now(datetime.timezone.utc).replace(second=0, microsecond=0)
    times = [(begin + datetime.timedelta(minutes=m)).isoformat() for m in minutes]
    lesson = node.psql(f"SELECT lesson FROM fed_series_lesson WHERE series = '{series}'")
    for table in ("class_lesson", "fed_series_lesson"):
        node.psql(f"UPDATE {table} SET from_at = '{times[0]}', to_at = '{times[1]}' WHERE lesson = '{lesson}'")
    return lesson


def enter(node, floor):
    v = Visitor(node, who[node.name, "child"])
    end = time.monotonic() + 20
    while True:
        try:
            v.enter(floor=floor)
            break
        except No as no:
            assert time.monotonic() < end, (node.name, no)
        time.sleep(0.2)
    v.wait("floor.here")
    return v


def forged(steps, node=None):
    """A journal of leaving that is whole in itself, by somebody who may write that file but has no key of the town's."""
    path, text, prev, contract = town.data_dir + "/leaving", "", "0" * 64, new()
    for n, step in enumerate(steps, 1):
        facts = {"drain": {"log_key": stranger.public.hex()}, "ordered": {"erasure_key": stranger.public.hex()}}
        line = purge_receipt.jws({"n": n, "prev": prev, "step": step, "at": when(time.time()), "node": node or ids["aozora"],
                                  "contract": contract, "actor": "node", "facts": facts.get(step, {})}, stranger,
                                 "ibasho-step/1")
        prev, text = hashlib.sha256(line.encode()).hexdigest(), text + line
    os.makedirs(path, mode=0o755, exist_ok=True)
    with open(path + "/steps.jsonl", "w", encoding="utf-8") as f:
        f.write(text)
    os.chmod(path + "/steps.jsonl", 0o644)


def leave(what, body=None, by="commissioner", headers=None):
    reply = who["aozora", by].request("POST", "/api/v1/leaving/" + what, body, headers)
    assert reply.status == 204, (what, reply)


def begin():
    return town.admin("POST", ADMIN + "/purge")


def shown():
    return town.admin("GET", ADMIN + "/purge").json()


def of(node):
    return next(p for p in shown()["peers"] if p["node"] == (node if isinstance(node, str) else ids[node.name]))


def ask_again(what):
    """Peers are asked with longer and longer pauses; a person may ask at once."""
    def once():
        begin()
        return what()
    return until(once, 40)


def canary(node, words):
    done = subprocess.run(["grep", "-rlaF", words, node.data_dir, node.run_dir], capture_output=True, text=True, check=False)
    return [f for f in done.stdout.splitlines() if not f.endswith(".sock")]


def count(node, table, where="true"):
    return int(node.psql(f"SELECT count(*) FROM {table} WHERE {where}"))


def disks():
    """Two copies of the keystore, a tablespace, and what others have beside them, on the volume that all share."""
    made["disk"] = os.path.dirname(town.data_dir) + "/disk"
    for name in ("a", "b", "fast"):
        os.makedirs(f"{made['disk']}/{name}")
        subprocess.run(["chown", "-R", town.user, f"{made['disk']}/{name}"], check=True)
    for name in ("a/other", "other"):
        with open(f"{made['disk']}/{name}", "w", encoding="utf-8") as f:
            f.write("somebody else's")
    made["copies"] = [f"{made['disk']}/{name}/keystore" for name in ("a", "b")]
    with open(town.data_dir + "/node.conf", "a", encoding="utf-8") as f:
        f.write(f"keys.copies = {', '.join(made['copies'])}\n")


@case
def purge_towns_have_much_together(t):
    t.req("CARD-14")
    nodes._ops("init")
    peer.up()
    nodes.env["IBASHO_KEYD_BOOT"] = "escrow"
    nodes._ops("create", "aozora", "municipality", TITLES["aozora"])
    town.look()
    disks()
    town.start()
    town.first_sheet(os.urandom(32))
    for node in (peer, town):
        node.wait_answer()
        people(node)
    join(peer, ["host", "guest", "coordinator"])
    join(town, ["host", "guest"])
    roots.member(EVIL, "悪い町", evil.endpoint, [evil.pin], evil_key.kid, evil_key.public, ["host", "guest"])
    for node, key, contract in ((OLD, old_key, (-86400 * 30, -3600)), (GONE, gone_key, (-86400, 86400 * 30))):
        roots.member(node, key.kid, f"{key.kid}.invalid:443", [evil.pin], key.kid, key.public, ["guest"], contract)
    roots.revoked.append({"kid": gone_key.kid, "node": GONE, "at": when(time.time() - 60), "reason": "stolen"})
    publish()
    evil.answer = answers
    made["ours"] = share(peer, town, "ゆっくり呼吸《こきゅう》", "", 2, (EVIL,))
    reply = says(peer, "/fed/v1/series/answer", {"series": made["ours"], "answer": "accepted"})
    t.eq(reply.status, 200, f"the third member takes part, too: {reply.body!r}")
    made["theirs"] = share(town, peer, TITLE, RULES, 3)
    card = new()
    put(town, "commissioner", f"/api/v1/teachers/{card}", expected_version=0, **CARD)
    post(town, "commissioner", f"/api/v1/teachers/{card}/offer", nodes=[{"node": ids["midori"]}])
    t.ok(until(lambda: count(peer, "teacher_card") == 1), "a teacher's card came")
    made["lesson"] = move(peer, made["ours"], (-5, 180))
    made["town_lesson"] = move(town, made["ours"], (-5, 180))
    for node, lesson in ((peer, made["lesson"]), (town, made["town_lesson"])):
        def chosen(node=node, lesson=lesson):
            return ask(node, "child", "PUT", f"/api/v1/my/lessons/{lesson}", {"chosen": True}).status == 200
        t.ok(until(chosen), f"{node.name}: chosen")
    floor = peer.psql(f"SELECT floor FROM fed_series WHERE series = '{made['ours']}'")
    with enter(peer, floor) as here, enter(town, floor) as there:
        for v, text in ((there, WORDS), (here, "みどりのことば")):
            t.ok(until(lambda v=v: len(v.floor.people) == 2), "they see each other")
            v.command("chat.say", line=new(), text=text)
        t.ok(until(lambda: count(peer, "fed_line", "text_sealed IS NOT NULL") == 1), "a word crossed")
        t.ok(until(lambda: count(town, "fed_line") == 2), "both ways")
    t.ok(until(lambda: town.admin("GET", "/api/v1/keys/escrow").json()["state"] == "hold"), "the key half is kept there")
    t.eq(count(peer, "escrow_deposit", "box_sealed IS NOT NULL"), 1, "by the prefecture")


@case
def purge_needs_an_order(t):
    t.req("AI-7.2-1")
    t.eq((begin().json()["code"], shown()["state"]), ("not-ordered", "none"), "no journal")
    round_of = ("drain", "exported", "receipted", "grace", "ordered")
    for steps, node in ((round_of, None), (round_of[-1:], None), (round_of, ids["midori"])):
        forged(steps, node)
        t.ok(begin().status >= 400, f"{steps[0]} to {steps[-1]} of {node}, signed by a stranger")
    shutil.rmtree(town.data_dir + "/leaving")
    t.ok(until(lambda: "up" in [p["link"] for p in town.admin("GET", ADMIN + "/peers").json()["peers"]]), "linked")
    put(town, "commissioner", "/api/v1/settings/leaving.grace_days", value="0")
    made["by"] = Town(folder.name, ids["aozora"], ask(town, "commissioner", "GET", "/api/v1/contract").json()["contract"])
    ask(town, "commissioner", "PUT", "/api/v1/leaving/town-key", {"id": new(), "certificate": made["by"].certificate}, 204)
    leave("drain")
    t.ok(begin().status >= 400, "not while it is drained")
    t.ok(until(lambda: '"draining"' in town.log("node")), "its links close, and say why")
    said = town.cli("federation", "purge", "begin", check=False)
    t.eq(said.returncode, 1, f"the command says so: {said.stderr}")
    t.eq(count(town, "fed_purge_peer"), 0, "nobody was asked")


@case
def purge_for_another_is_a_duty_while_one_leaves_oneself(t):
    t.req("CARD-14, AI-7.2-1")
    t.eq(says(town, "/fed/v1/series/answer", {"series": made["theirs"], "answer": "accepted"}).code(), "draining",
         "nothing new begins at a town that is drained")
    body = {"node": OLD, "ask": new()}
    t.eq(says(town, PURGE, body, key=old_key).json(), {"state": "working"}, "but who left may ask to be forgotten")
    done = until(lambda: (r := says(town, PURGE, body, key=old_key).json())["state"] == "done" and r)
    t.ok(done and "receipt" in done, f"and is, with a receipt: {done}")


@case
def purge_needs_both_persons(t):
    t.req("AI-7.2-1")
    bag = "ab" * 64
    reply = made["by"].exported(town, bag, 1)
    t.eq(reply.status, 204, "exported")
    jose = {"Content-Type": "application/jose+json"}
    leave("receipt", made["by"].receipt(bag), headers=jose)
    leave("order", made["by"].order(bag, aggregates="withdraw"), headers=jose)
    t.ok(begin().status >= 400, "one person's word is none")
    leave("confirmation", {"bag": bag}, "contractor")
    t.eq(count(town, "fed_purge_peer"), 0, "nobody was asked yet")


@case
def purge_is_refused_to_others(t):
    t.req("CARD-14")
    before = count(peer, "fed_purge")
    body = {"node": EVIL, "ask": new()}
    for what, change, code in (
            ("for another town", {"body": {**body, "node": ids["aozora"]}}, "role-denied"),
            ("by a stranger", {"key": stranger}, "unknown-key"),
            ("by a revoked key", {"key": gone_key, "body": {**body, "node": GONE}}, "unknown-key"),
            ("without a leaving", {"body": {"node": EVIL}}, "bad-json"),
            ("with more", {"body": {**body, "series": new()}}, "bad-json")):
        t.eq(says(peer, PURGE, change.pop("body", body), **change).code(), code, what)
    t.eq(count(peer, "fed_purge"), before, "nothing was begun")
    body = {"node": OLD, "ask": new()}
    t.eq(says(peer, "/fed/v1/ping", {"n": 1}, key=old_key).code(), "contract-ended", "who left is no partner")
    t.eq(says(peer, PURGE, body, key=old_key).json(), {"state": "working"}, "but may still ask to be forgotten")
    done = until(lambda: (r := says(peer, PURGE, body, key=old_key).json())["state"] == "done" and r)
    t.eq(says(peer, PURGE, body, key=old_key).json(), done, "twice: the same receipt")
    t.eq(says(peer, PURGE, {**body, "ask": new()}, key=old_key).code(), "op-conflict", "not under another leaving")


@case
def purge_of_a_town_that_leaves(t):
    t.req("AI-7.2-1, CARD-14")
    said = town.cli("federation", "purge", "begin")
    t.ok("30日" in said.stdout, said.stdout)
    t.eq((shown()["state"], shown()["n_peers"]), ("asked", 4), "everybody of the registry")
    t.ok(until(lambda: of(peer)["code"] == "working"), "the other town is at it", of(peer))
    t.eq(peer.psql(f"SELECT takes_kpi FROM fed_purge WHERE node = '{ids['aozora']}'"), "t",
         "which hears what the signed order says of its past figures")
    t.ok(until(lambda: count(peer, "fed_line", f"node = '{ids['aozora']}'") == 0), "its children's words went at once")
    t.eq(peer.psql(f"SELECT node, state FROM fed_series_node WHERE node IN ('{ids['aozora']}', '{EVIL}') ORDER BY"
                   " state").splitlines(), [f"{EVIL}|accepted", f"{ids['aozora']}|left"], "the others go on")
    t.eq(count(peer, "fed_context", "closed_at IS NULL"), 1, "their lesson, too, to its end")
    t.eq(peer.psql(f"SELECT is_cancelled FROM class_lesson WHERE lesson = '{made['lesson']}' ORDER BY version DESC LIMIT 1"),
         "f", "as it was planned")
    peer.psql("UPDATE fed_context SET to_at = now() - interval '1 minute'")
    t.ok(ask_again(lambda: of(peer)["state"] == "receipt"), "then a receipt comes", of(peer))
    made["receipt"] = of(peer)
    receipt = purge_receipt.opened(made["receipt"]["receipt"], made["receipt"]["member"])
    t.ok(isinstance(receipt, dict), "which holds", receipt)
    gone = {r["table"]: r["n"] for r in receipt["rows"]}
    t.eq((receipt["from"], receipt["by"], receipt["contract"], receipt["box"], receipt["keys"]),
         (ids["aozora"], ids["midori"], "keiyaku-1", "gone", 1), "whose, of what")
    t.eq(sorted(s["id"] for s in receipt["series"]), sorted([made["ours"], made["theirs"]]), "of both series")
    t.eq({k: v for k, v in gone.items() if v and k not in ("fed_op", "fed_outbox")},
         {"fed_line": 1, "fed_series": 1, "fed_series_lesson": 1, "teacher_card": 1, "teacher_answer": 1}, "rows by table")
    t.eq(town.psql(f"SELECT encode(sha256, 'hex') FROM fed_purge_step WHERE kind = 'receipt' AND node = '{ids['midori']}'"),
         hashlib.sha256(made["receipt"]["receipt"].encode()).hexdigest(), "on record")
    for table in ("fed_purge_step", "escrow_step"):
        for node in (peer, town):
            t.eq(count(node, table + " s", "NOT EXISTS (SELECT FROM audit_leaf l WHERE l.row_id = s.id AND"
                       f" l.table_name = '{table}')"), 0, f"{node.name} {table}: leaves")


@case
def purge_leaves_nothing_there(t):
    t.req("AI-7.2-1, CARD-14")
    town_id = ids["aozora"]
    for table, where in (("fed_line", f"node = '{town_id}'"), ("fed_act", f"node = '{town_id}'"),
                         ("fed_series", f"host = '{town_id}'"), ("fed_series_lesson", f"host = '{town_id}'"),
                         ("teacher_card", f"home = '{town_id}'"), ("teacher_answer", f"node = '{town_id}'"),
                         ("fed_outbox", f"peer = '{town_id}'"), ("fed_op", f"peer = '{town_id}' AND kind <> 'fed.purge'"),
                         ("escrow_deposit", f"node = '{town_id}' AND box_sealed IS NOT NULL")):
        t.eq(count(peer, table, where), 0, table)
    t.eq(count(peer, "audit_leaf", "table_name = 'fed_line' AND salt IS NOT NULL AND NOT EXISTS (SELECT FROM fed_line f"
               " WHERE f.id = row_id)"), 0, "no salt without its row")
    t.eq(count(peer, "audit_deletion", "rule = 'federation.purge'"), 1, "a lawful deletion")
    t.eq((count(peer, "fed_line", f"node = '{ids['midori']}'"), count(peer, "chat_line")), (1, 1), "our own words stay")
    t.eq(count(peer, "class_lesson", "is_cancelled"), 1, "what it held is cancelled at home, and on record")
    peer.psql("CHECKPOINT")
    for words in (WORDS, RULES, "とおくの講座", CARD["name"], CARD["evidence"], f"{town.name}の子"):
        t.eq(canary(peer, words), [], f"nowhere in the clear: {words}")
    said = ask(peer, "commissioner", "GET", f"{SHARED}/evidence?lesson={made['lesson']}")
    t.ok(WORDS not in said.body.decode(), "not by our own keys either")
    said = peer.cli("verify", "live", check=False).stdout
    t.ok("法令により削除 1" in said and "異常が 1 件" in said and "\tclasses\trow.changed" in said,
         "the log knows of it, and of nothing else but the lesson that this test moved", said)


@case
def purge_takes_the_key_half(t):
    t.req("AI-7.2-1")
    t.eq((shown()["escrow"], of(peer)["box"]), (ids["midori"], "gone"), "the prefecture's word")
    t.eq(town.admin("GET", "/api/v1/keys/escrow").json()["state"], "refused", "the town knows")
    seed = bytes.fromhex(re.search("[0-9a-f]{64}", open(town.data_dir + "/keyd/boot.key").read()).group())
    secret = hmac.digest(hmac.digest(uuid.UUID(ids["aozora"]).bytes, seed, "sha256"), b"ibasho-escrow-sign/1\x01", "sha256")
    key = Key(folder.name, "boot")
    fed_peer.openssl("pkey", "-inform", "DER", "-out", key.path,
                     data=bytes.fromhex("302e020100300506032b657004220420") + secret)
    key.public = fed_peer.openssl("pkey", "-in", key.path, "-pubout", "-outform", "DER")[-32:]
    key.kid = "boot-" + hashlib.sha256(key.public).digest()[:8].hex()
    reply = says(peer, "/fed/v1/escrow/release", {"point": b64url(bytes(31) + b"\x09")}, key=key)
    t.eq(reply.code(), "escrow-revoked", "nobody gets it any more")


@case
def purge_believes_no_lie(t):
    t.req("AI-7.2-1")
    asked, told_of = [], set()

    def lie(said):
        def answer(handler, body):
            asked.append(json.loads(body))
            tell(handler, said(json.loads(body)) if callable(said) else said)
        return answer

    def receipt(key=evil_key, **fields):
        def of_ask(body):
            payload = purge_receipt.made(evil_key, time.time(), **{
                "from": ids["aozora"], "by": EVIL, "ask": body["ask"], **fields})
            return done(purge_receipt.jws(payload, key))
        return of_ask

    def done(text):
        return {"state": "done", "receipt": b64url(text.encode())}
    other = made["receipt"]["receipt"]
    for what, said in (
            ("no JSON", b"OK"),
            ("done, and nothing", {"state": "done"}),
            ("no receipt", done("done\n")),
            ("another node's receipt", done(other)),
            ("a stranger's signature", receipt(key=stranger)),
            ("a receipt of another town", receipt(**{"from": EVIL})),
            ("a receipt in another's name", receipt(by=ids["midori"])),
            ("a receipt of another leaving", receipt(ask=new())),
            ("a receipt of last year", receipt(at="2025-01-01T00:00:00.000000Z", cleared_at="2025-01-01T00:00:00.000000Z")),
            ("a leaf that is not in the log", receipt(leaf_hash=b64url(bytes(32)))),
            ("a key of another log", receipt(log_key=json.loads(purge_receipt.un64url(json.loads(other)["payload"]))["log_key"])),
            ("a receipt without rows", receipt(rows=None))):
        told_of |= {a["kpi"] for a in asked if "ask" in a}
        asked.clear()
        evil.answer = lie(said)
        t.ok(ask_again(lambda: asked and not town.psql("SELECT op FROM fed_purge_peer WHERE op IS NOT NULL AND "
                                                       f"node = '{EVIL}'")), f"{what}: heard")
        t.eq((of(EVIL)["state"], of(EVIL)["code"]), ("outstanding", "bad-receipt"), what)
    t.eq(told_of, {"withdraw"}, "each time with what the signed order says of past figures")
    t.eq(count(town, "fed_purge_step", f"node = '{EVIL}' AND kind = 'refused'"), 1, "on record, once")
    said = town.cli("federation", "purge", "show", check=False)
    t.eq(said.returncode, 1, "somebody is outstanding")
    t.ok("bad-receipt" in said.stdout and "証明書 1 / 相手 4" in said.stdout, said.stdout)
    evil.answer = lie(receipt())
    t.ok(ask_again(lambda: of(EVIL)["state"] == "receipt"), "a true one is taken")
    t.eq({a["node"] for a in asked}, {ids["aozora"]}, "asked for itself")
    town.psql("UPDATE fed_purge_peer SET begun_at = begun_at - interval '31 days'")
    now = shown()
    t.eq((now["state"], sorted(p["state"] for p in now["peers"])),
         ("done", ["receipt", "receipt", "unreachable", "unreachable"]), "who cannot be reached stays listed so")
    t.eq(of(peer), {**made["receipt"], "since": of(peer)["since"]}, "receipts stay as they came")


@case
def purge_bars_the_door(t):
    t.req("CARD-14")
    reply = says(peer, PURGE, body := {"node": EVIL, "ask": new()})
    t.eq(reply.status, 200, f"the third member leaves, too: {reply.body!r}")
    t.eq(says(peer, "/fed/v1/ping", {"n": 1}).code(), "class-purged", "from then on it brings nothing")
    first = until(lambda: (r := says(peer, PURGE, body).json())["state"] == "done" and r)
    t.ok(first, "done")
    op = new()
    t.eq([says(peer, PURGE, body, op=op).json() for _ in range(2)], [first] * 2, "the same again: the same receipt")
    t.eq(says(peer, PURGE, {**body, "ask": new()}, op=op).code(), "op-conflict", "not with another body")
    t.eq(count(peer, "fed_purge_step", f"node = '{EVIL}' AND kind = 'cleared'"), 1, "it happened once")
    roots.members[EVIL]["contract"]["id"] = "keiyaku-2"
    reply = peer.admin("POST", ADMIN + "/registry", roots.publish(), {"Content-Type": SIGNED})
    t.eq(reply.status, 200, f"a new contract: {reply}")
    t.eq(says(peer, "/fed/v1/ping", {"n": 1}).status, 200, "opens it again")


@case
def purge_ends_in_a_certificate_that_names_who_was_not_reached(t):
    t.req("AI-7.2-1, AI-7.2-2, CARD-14")
    town.psql(f"CREATE TABLESPACE fast LOCATION '{made['disk']}/fast'")
    town.psql(f"CREATE TABLE careless (word text) TABLESPACE fast; INSERT INTO careless VALUES ('{WORDS}'); CHECKPOINT")
    found = subprocess.run(["grep", "-rlF", WORDS, made["disk"]], capture_output=True, text=True, check=False).stdout
    t.ok(made["disk"] + "/fast/" in found, "the tablespace holds words", found)
    t.eq([os.path.getsize(c) > 0 for c in made["copies"]], [True, True], "two copies of the keystore")
    os.rename(made["copies"][1], made["copies"][1] + ".away")
    done = town.cli("leave", "run", check=False)
    t.ok(done.returncode == 2 and "bring it back" in done.stderr, "a copy is out of reach", done.stderr)
    t.ok("届かない" in done.stderr and OLD in done.stderr and "証明書 2 / 相手 4" in done.stderr, "who was not reached")
    t.ok(os.path.exists(made["copies"][0]), "nothing is destroyed before every copy is at hand")
    os.rename(made["copies"][1] + ".away", made["copies"][1])
    done = town.cli("leave", "run", check=False)
    t.eq(done.returncode, 0, "carried out: " + done.stderr[-1500:])
    path = folder.name + "/certificate.json"
    shutil.copy(town.data_dir + "/leaving/certificate.json", path)
    for words in (["env", "-i", "PATH=/usr/bin:/bin", "python3", ROOT + "/ops/verify/ibasho_verify.py"],
                  [peer.v["BIN"] + "/ibasho", "verify"]):
        done = subprocess.run([*words, "certificate", path], capture_output=True, text=True, check=False)
        t.eq(done.returncode, 2, f"valid, with receipts missing: {words[-1]} {done.stdout}{done.stderr}")
        t.ok(OLD in done.stdout and GONE in done.stdout and EVIL not in done.stdout, "by their names", done.stdout)
    with open(path, encoding="utf-8") as f:
        payload = json.loads(purge_receipt.un64url(json.load(f)["payload"]))
    steps = [json.loads(purge_receipt.un64url(s["payload"])) for s in payload["journal"]]
    facts = {s["step"]: s["facts"] for s in steps}
    t.eq({p["node"]: p["state"] for p in facts["peers_purged"]["purge"]["peers"]},
         {ids["midori"]: "receipt", EVIL: "receipt", OLD: "unreachable", GONE: "unreachable"}, "each peer")
    t.eq(sorted(c["path"] for c in facts["keys_destroyed"]["copies"] if c["kind"] == "keystore-copy"),
         sorted(made["copies"]), "every copy of the keystore is stated")
    t.eq((facts["volume_discarded"]["is_own"], facts["volume_discarded"]["method"]), (False, "shared"), "a shared volume")
    t.eq(sorted(os.path.relpath(os.path.join(at, name), made["disk"]) for at, _, names in os.walk(made["disk"])
                for name in names), ["a/other", "other"], "copies and tablespace are gone, what is of others stays")
    for name in ("a/other", "other"):
        with open(f"{made['disk']}/{name}", encoding="utf-8") as f:
            t.eq(f.read(), "somebody else's", name)
    peer.wait_answer()
    t.eq(peer.psql("SELECT count(*) FROM job WHERE state = 'dead'"), "0", "the neighbour on that volume works on")


if __name__ == "__main__":
    def fini():
        nodes._ops("remove", "aozora")  # its table is gone, so it is in no list any more
        evil.close()
        nodes.close()
        folder.cleanup()
    main(__file__, fini)
