#!/usr/bin/python3
# tests/run: left 240
"""Requests between nodes, through the front and back: two whole nodes, and a third member that is a
program of the standard library and `openssl` (tests/lib/fed_peer.py), which asks well and badly and
answers well and badly. Then what waits for a node that is away, over kill -9 of either side."""
import json
import os
import socket
import ssl
import sys
import tempfile
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib import fed_peer  # noqa: E402
from lib.fed_peer import Key, Listener, Request, Roots, SIGNED, answer_headers, b64url  # noqa: E402
from lib.fed_peer import pin_of, reading, send, write  # noqa: E402
from lib.ibasho_node import Nodes  # noqa: E402
from lib.t import case, main  # noqa: E402

ADMIN = "/api/v1/admin/federation"
folder = tempfile.TemporaryDirectory()
nodes = Nodes("pref", "aozora", env={
    "IBASHO_FEDERATION_POLL_S": "1", "IBASHO_FEDERATION_TIMEOUT_S": "5"})
nodes.__enter__()
pref, town = nodes["pref"], nodes["aozora"]
roots = Roots(folder.name)
keys, ids = {}, {}  # of nodes by name: (kid, public)
evil_key = Key(folder.name, "evil-1")
old_key = Key(folder.name, "old-1")
stranger = Key(folder.name, "stranger-1")
EVIL, OLD = str(uuid.uuid4()), str(uuid.uuid4())
evil = Listener(folder.name, "evil", evil_key)
plain = Listener(folder.name, "plain", evil_key, plain=True)


def endpoint(node):
    return node.url("federation").removeprefix("https://").rstrip("/")


def member(node, roles, first=()):
    """Joins as a person would: pins the roots, makes a key; the registry then lists it."""
    pin = pin_of(node.data_dir + "/front/federation.pem")
    reply = node.admin("POST", ADMIN + "/join", {
        "invitation": b64url(roots.invitation(*first)), "endpoint": endpoint(node),
        "name_ja": node.name, "spki": [{"sha256": b64url(pin)}]})
    asked = reading(reply.body)[0]
    key = asked["keys"][0]
    public = fed_peer.base64.urlsafe_b64decode(key["ed25519"] + "=")
    keys[node.name], ids[node.name] = (key["kid"], public), asked["node"]
    roots.member(asked["node"], node.name, endpoint(node), [pin], key["kid"], public, roles)


def take(node, text):
    return node.admin("POST", ADMIN + "/registry", text, {"Content-Type": SIGNED})


def status(node):
    return node.admin("GET", ADMIN).json()


def wait_for(what, seconds=20):
    """Until what() is true; what it said last."""
    until = time.monotonic() + seconds
    while True:
        got = what()
        if got or time.monotonic() > until:
            return got
        time.sleep(0.05)


def ask(node, method="GET", path="/fed/v1/node", key=evil_key, **change):
    """A request of the third member to a node, right but for what is changed."""
    return Request(key, **{"method": method, "path": path, "authority": endpoint(node),
                           "dest": ids[node.name], "reg": roots.reg(), **change})


def post(node, body=b'{"n":1}', **change):
    return ask(node, "POST", "/fed/v1/ping", body=body, **change)


def ping(node, peer, **more):
    return node.admin("POST", ADMIN + "/ping", {"node": peer, **more})


def wait_open(node):
    """A node that began takes nothing that was signed before it could know what was used."""
    def is_open():
        reply = send(endpoint(node), ask(node))
        return reply.status == 200 or (reply.code() != "early-boot" and reply)
    return wait_for(is_open, 15)


def effects(node):
    return int(node.psql("SELECT count(*) FROM access_record WHERE route = 'fed.ping' "
                         "AND action = 'change'"))


@case
def fed_nothing_is_there_without_a_registry(t):
    t.req("CARD-1")
    for path in ("/fed/v1/node", "/fed/v1/registry", "/fed/v1/no/such", "/"):
        reply = town.request("GET", path, listener="federation")
        t.eq((reply.status, reply.json()["code"], reply.headers.get("signature")),
             (404, "not-found", None), path)
    found = {c["name"]: c for c in town.admin("GET", "/api/v1/admin/doctor").json()["checks"]}
    t.eq(found["federation"]["level"], "ok", "a node of its own is a healthy one")
    t.ok("登録簿がありません" in found["federation"]["text"], "and the doctor says that it is alone")
    t.ok(b"ibasho_fed_" not in town.admin("GET", "/metrics").body, "no figure of it")
    t.eq(ping(town, str(uuid.uuid4())).status, 404, "nobody to ping")


@case
def fed_nodes_join_and_believe_each_other(t):
    t.req("CARD-1, CARD-11")
    member(pref, ["coordinator"])
    member(town, ["host", "guest"],
           (endpoint(pref), pin_of(pref.data_dir + "/front/federation.pem")))
    roots.member(EVIL, "悪い町", evil.endpoint, [evil.pin], evil_key.kid, evil_key.public, ["guest"])
    roots.member(OLD, "終わった町", "old.localhost:9", [evil.pin], old_key.kid, old_key.public,
                 ["guest"], contract=(-86400 * 30, -3600))
    reply = take(pref, roots.publish())
    t.eq(reply.status, 200, f"the coordinator takes the first registry: {reply}")
    t.ok(wait_for(lambda: status(town)["has_registry"]),
         "the town fetches it from where its invitation says")
    for node, peer in ((pref, town), (town, pref)):
        def said(node=node, peer=peer):
            reply = ping(node, ids[peer.name]).json()
            return reply if reply["code"] != "early-boot" and reply["answered"] else None
        reply = wait_for(said)
        t.ok(reply and reply["code"] == "ok", f"{node.name} asks {peer.name} and believes it", reply)
    t.eq(effects(town), 1, "one effect")
    t.ok(wait_for(lambda: status(town)["is_fresh"]), "the town has the coordinator's timestamp")


@case
def fed_a_member_of_other_make_is_answered(t):
    """An independent client: what it signs is accepted, what it gets is signed and bound."""
    t.req("CARD-11, CARD-12")
    wait_open(town)
    asked = ask(town)
    reply = send(endpoint(town), asked)
    t.eq(reply.status, 200, f"GET node: {reply.body!r}")
    t.eq((reply.json()["node"], reply.json()["seq"]), (ids["aozora"], 1), "what it is and knows")
    t.ok(reply.is_signed(asked, *keys["aozora"]), "the answer is signed and bound to the request")
    t.ok(not reply.is_signed(ask(town), *keys["aozora"]), "and to no other")
    for path, node in (("/fed/v1/registry", town), ("/fed/v1/timestamp", pref)):
        asked = ask(node, path=path)
        reply = send(endpoint(node), asked)
        t.eq((reply.status, reply.headers["content-type"]), (200, SIGNED), path)
        t.ok(reply.is_signed(asked, *keys[node.name]), f"{path}: signed")
    t.eq(reading(send(endpoint(town), ask(town, path="/fed/v1/registry", query="seq=1")).body)
         [0]["seq"], 1, "the registry of a number")
    t.eq(send(endpoint(town), ask(town, path="/fed/v1/registry", query="seq=2")).code(),
         "not-found", "there is no newer one")
    before, op = effects(town), str(uuid.uuid4())
    said = [send(endpoint(town), post(town, op=op)) for _ in range(3)]
    t.eq({r.status for r in said}, {200}, "the same operation three times")
    t.eq(len({r.body for r in said}), 1, "gets the very same answer")
    t.eq(effects(town), before + 1, "and happens once")
    asked = post(town, b'{"n":2}', op=op)
    reply = send(endpoint(town), asked)
    t.eq((reply.status, reply.code()), (409, "op-conflict"), "another body under that id")
    t.ok(reply.is_signed(asked, *keys["aozora"]), "is refused, signed")
    t.eq(effects(town), before + 1, "and does nothing")
    t.eq(town.psql(f"SELECT count(*) FROM fed_op WHERE op = '{op}'"), "1", "one row remembers it")
    t.eq(town.psql("SELECT count(*) FROM fed_op WHERE answer_sealed LIKE '%\"n\"%'"), "0", "sealed")


def refusals():
    """What, the request (signed wrongly or wrong in what it says), how it is sent, the code."""
    now = int(time.time())
    unsigned = ask(town)
    unsigned.headers = unsigned.headers[:5]
    tampered, twice, reordered = post(town), ask(town), ask(town)
    twice.headers.append(("content-type", "application/json"))
    reordered.headers[5] = ("signature-input", reordered.headers[5][1].replace(
        '"@method" "@authority"', '"@authority" "@method"'))
    flipped = ask(town)
    flipped.headers[3] = ("ibasho-reg", "1:0000000000000000")
    label = ask(town)
    label.headers[5] = ("signature-input", label.headers[5][1].replace("fed=", "sig1=", 1))
    moved = ask(town)
    moved.path = "/fed/v1/timestamp"
    other = post(town)
    other.method = "GET"
    return [
        ("no signature", unsigned, {}, "sig-profile"),
        ("another order", reordered, {}, "sig-profile"),
        ("another label", label, {}, "sig-profile"),
        ("a covered header twice", twice, {}, "sig-profile"),
        ("a covered header changed", flipped, {}, "bad-signature"),
        ("sent to another path", moved, {}, "bad-signature"),
        ("sent by another method", other, {}, "bad-signature"),
        ("another body", tampered, {"body": b'{"n":7}'}, "bad-digest"),
        ("a stranger's key", ask(town, key=stranger), {}, "unknown-key"),
        ("a stranger under a member's name", ask(town, key=stranger, kid="evil-1"), {},
         "bad-signature"),
        ("a contract that ended", ask(town, key=old_key), {}, "contract-ended"),
        ("for another node", ask(town, dest=ids["pref"]), {}, "wrong-dest"),
        ("for another address", ask(town, authority="other.localhost:1"), {}, "bad-signature"),
        ("61 s old", ask(town, created=now - 62), {}, ("bad-time", "early-boot")),
        ("from the future", ask(town, created=now + 30), {}, "bad-time"),
        ("lives too long", ask(town, expires=now + 300), {}, ("bad-time", "sig-profile")),
        ("no such thing", ask(town, path="/fed/v1/nothing"), {}, "not-found"),
        ("its neighbour's method", ask(town, "POST", "/fed/v1/node"), {}, "method-not-allowed"),
        ("a route of the people's", ask(town, path="/fed/v1/../../api/v1/session"), {}, None),
        ("no JSON", post(town, b'{"n":1'), {}, "bad-json"),
        ("a field twice", post(town, b'{"n":1,"n":2}'), {}, "bad-json"),
        ("a field of a person", post(town, '{"n":1,"name":"山田"}'.encode()), {}, "bad-json"),
        ("another media type", post(town, media=SIGNED), {}, "media"),
        ("a body where none belongs", ask(town, body=b"{}"), {}, "too-large"),
        ("nearly a mebibyte that is no document", ask(
            town, "POST", "/fed/v1/registry", media=SIGNED, body=b"x" * 1000000), {}, "bad-json"),
        ("over a mebibyte", post(town, b" " * (1024 * 1024 + 1)), {}, "too-large"),
        ("another past of the registry", ask(town, "POST", "/fed/v1/ping", body=b'{"n":1}',
                                             reg="1:0123456789abcdef"), {}, "registry-split"),
    ]


@case
def fed_what_is_wrong_is_refused_by_name(t):
    t.req("CARD-6, CARD-11")
    before = effects(town), town.psql("SELECT count(*) FROM fed_op")
    records = int(town.psql("SELECT count(*) FROM access_record WHERE role = 'node' AND "
                            "action = 'refused'"))
    n_records = 0
    for what, request, how, code in refusals():
        reply = send(endpoint(town), request, **how)
        if code is None:
            t.eq(reply.status, 400, f"{what}: not even a path to the front")
            continue
        t.ok(reply.code() in (code if isinstance(code, tuple) else (code,)), what, reply.body)
        # Bound to the request, unless there is no signature in it to be bound to.
        t.ok(reply.is_signed(request, *keys["aozora"], is_bound=what != "no signature"),
             f"{what}: the refusal is signed")
        t.ok(request.body not in reply.body or not request.body, f"{what}: no echo")
        n_records += reply.code() != "early-boot"
    t.eq((effects(town), town.psql("SELECT count(*) FROM fed_op")), before, "nothing happened")
    t.ok(wait_for(lambda: int(town.psql(
        "SELECT count(*) FROM access_record WHERE role = 'node' AND action = 'refused'"))
        >= records + n_records), "and each refusal is on record once")
    t.eq(status(town)["n_claims"] >= 1, True, "who claims another registry is remembered")
    text = town.admin("GET", "/metrics").body.decode()
    t.ok('ibasho_fed_refused_total{code="bad-signature"}' in text, "and counted by its code")


@case
def fed_a_replay_gets_nothing(t):
    t.req("CARD-11")
    asked = post(town)
    t.eq(send(endpoint(town), asked).status, 200, "once")
    before = effects(town)
    for _ in range(20):
        reply = send(endpoint(town), asked)
        if not t.eq((reply.status, reply.code()), (401, "replayed"), "again"):
            break
    t.ok(reply.is_signed(asked, *keys["aozora"]), "the refusal is signed")
    t.eq(send(endpoint(pref), Request(
        evil_key, method="POST", path="/fed/v1/ping", body=b'{"n":1}', authority=endpoint(pref),
        dest=ids["aozora"], reg=roots.reg())).code(), "wrong-dest", "at another node")
    t.eq(effects(town), before, "no effect")


@case
def fed_the_first_registry_is_open_at_the_coordinator_alone(t):
    line = fed_peer.Line(endpoint(pref))
    line.request("GET", "/fed/v1/registry", headers={"Host": endpoint(pref)})
    answer = line.getresponse()
    t.eq((answer.status, reading(answer.read())[0]["seq"]), (200, roots.seq), "for who has none")
    line.close()
    line = fed_peer.Line(endpoint(town))
    line.request("GET", "/fed/v1/registry", headers={"Host": endpoint(town)})
    t.eq(json.loads(line.getresponse().read())["code"], "sig-profile", "a town says nothing")
    line.close()


@case
def fed_the_listener_speaks_tls13_alone(t):
    host, port = endpoint(town).rsplit(":", 1)
    context = ssl._create_unverified_context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.wrap_socket(socket.create_connection(("127.0.0.1", int(port)), 10),
                            server_hostname=host)
        t.ok(False, "TLS 1.2 is refused")
    except (ssl.SSLError, ConnectionResetError):
        t.ok(True, "TLS 1.2 is refused")
    for path in ("/api/v1/session", "/api/v1/admin/federation", "/metrics"):
        reply = town.request("GET", path, listener="federation")
        t.eq(reply.status in (404, 400), True, f"{path} is not there")
    for listener in ("public", "uploads", "office"):
        reply = town.request("GET", "/fed/v1/node", listener=listener)
        t.ok(b'"seq"' not in reply.body, f"{listener} knows nothing of other nodes")


def pong(handler, body, status_=200, key=evil_key, headers=None, said=None):
    said = said or json.dumps({"n": json.loads(body)["n"], "at": fed_peer.when(time.time())},
                              separators=(",", ":")).encode()
    write(handler, status_, headers or answer_headers(key, status_, "application/json", said,
                                                       dict(handler.headers)), said)


@case
def fed_only_a_signed_bound_answer_is_an_answer(t):
    """What a node makes of a peer that answers badly: no answer, whatever the status says."""
    t.req("CARD-11")
    evil.answer = pong
    reply = ping(town, EVIL).json()
    t.eq((reply["answered"], reply["code"]), (True, "ok"), f"the right one is believed: {reply}")
    command, path, headers, _ = evil.seen[-1]
    t.eq((command, path, headers["Host"]), ("POST", "/fed/v1/ping", evil.endpoint), "what came")
    t.eq([n for n in headers if n.lower() in ("cookie", "accept-encoding", "authorization")], [],
         "no header of its own")
    kept = {}

    def keep(handler, body):
        kept["headers"] = answer_headers(evil_key, 200, "application/json", b"{}",
                                         dict(handler.headers))
        write(handler, 200, kept["headers"], b"{}")

    evil.answer = keep
    ping(town, EVIL)

    def redirect(handler, body):
        write(handler, 302, [("Location", f"https://{endpoint(pref)}/fed/v1/ping")], b"")

    def trickle(handler, body):
        handler.send_response_only(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        for _ in range(100):
            handler.wfile.write(b" ")
            time.sleep(0.1)

    bad = [
        ("a byte now and then", trickle),
        ("unsigned", lambda h, b: write(h, 200, [("content-type", "application/json")], b"{}")),
        ("signed by a stranger", lambda h, b: pong(h, b, key=stranger)),
        ("signed by another member", lambda h, b: pong(h, b, key=old_key)),
        ("the answer to another request", lambda h, b: write(h, 200, kept["headers"], b"{}")),
        ("another body", lambda h, b: pong(h, b, headers=answer_headers(
            evil_key, 200, "application/json", b"{}", dict(h.headers)))),
        ("another status", lambda h, b: write(h, 201, answer_headers(
            evil_key, 200, "application/json", b"{}", dict(h.headers)), b"{}")),
        ("an old one", lambda h, b: pong(h, b, headers=answer_headers(
            evil_key, 200, "application/json", b"{}", dict(h.headers), int(time.time()) - 120),
            said=b"{}")),
        ("a redirect", redirect),
        ("over its bound", lambda h, b: pong(h, b, said=b'{"n":1,"x":"' + b"a" * 400000 + b'"}')),
        ("no HTTP", lambda h, b: h.wfile.write(b"hello\r\n\r\n")),
        ("nothing", lambda h, b: h.connection.shutdown(socket.SHUT_RDWR)),
    ]
    before = effects(pref)
    for what, answer in bad:
        evil.answer = lambda h, b, a=answer: (setattr(h, "close_connection", True), a(h, b))
        reply = ping(town, EVIL).json()
        t.eq((reply["answered"], reply["code"]), (False, ""), f"{what}: {reply['trouble']}")
    t.eq(effects(pref), before, "no redirect was followed")


@case
def fed_only_the_pinned_key_over_tls_is_asked(t):
    t.req("CARD-11")
    for what, at, pin, trouble in (
            ("another key", evil.endpoint, b"\1" * 32, "pin"),
            ("plain http", plain.endpoint, evil.pin, "tls"),
            ("nobody there", "evil.localhost:9", evil.pin, "connect")):
        roots.member(EVIL, "悪い町", at, [pin], evil_key.kid, evil_key.public, ["guest"])
        t.eq(take(pref, roots.publish()).status, 200, "the registry changes")
        t.ok(wait_for(lambda: status(town)["seq"] == roots.seq), "the town hears of it")
        n_seen = len(evil.seen) + len(plain.seen)
        reply = ping(town, EVIL).json()
        t.ok(not reply["answered"] and trouble in reply["trouble"], what, reply)
        t.eq(len(evil.seen) + len(plain.seen), n_seen, f"{what}: not a byte of the request went")
    roots.member(EVIL, "悪い町", evil.endpoint, [evil.pin], evil_key.kid, evil_key.public, ["guest"])
    t.eq(take(pref, roots.publish()).status, 200, "back")
    t.ok(wait_for(lambda: status(town)["seq"] == roots.seq), "the town hears of it")


@case
def fed_a_newer_registry_is_fetched_from_who_knows_it(t):
    """The head in a request is enough: the town asks its sender for what it does not have."""
    t.req("CARD-11")
    newer = roots.publish()
    asked = []

    def serve(handler, body):
        asked.append(handler.path)
        is_next = handler.path.endswith(f"seq={roots.seq}")
        said = newer if is_next else b'{"code":"not-found"}'
        media = SIGNED if is_next else "application/problem+json"
        write(handler, 200 if is_next else 404, answer_headers(
            evil_key, 200 if is_next else 404, media, said, dict(handler.headers)), said)

    evil.answer = serve
    t.eq(send(endpoint(town), ask(town)).status, 200, "a request that names a newer one")
    t.ok(wait_for(lambda: status(town)["seq"] == roots.seq), "the town has fetched it", asked)
    t.ok(wait_for(lambda: status(pref)["seq"] == roots.seq),
         "and the coordinator from the town, which asks it for the time")


@case
def fed_a_registry_that_is_handed_over_stands_by_its_roots(t):
    """Any member may bring one; what it is worth its root signatures say, not who brings it."""
    t.req("CARD-11")

    def push(text):
        return send(endpoint(town), ask(town, "POST", "/fed/v1/registry", body=text, media=SIGNED))
    last, seq = roots.last, roots.seq
    known = roots.sign()
    t.eq((push(known).status, push(known).json().get("verdict")), (200, "known"), "the one it has")
    forged = roots.publish()
    bytes_, lines = forged.split(b"\n\n")
    roots.last, roots.seq = last, seq
    t.eq(push(bytes_ + b"\n\n" + lines.split(b"\n")[0] + b"\n").code(), "bad-signature",
         "signed by one root")
    t.eq(push(bytes_.replace("悪い町".encode(), "別の町".encode()) + b"\n\n" + lines).code(),
         "bad-signature", "with a name changed")
    t.eq(push(b"no document").code(), "bad-json", "no document")
    t.eq(status(town)["seq"], seq, "nothing was taken")


@case
def fed_a_revoked_key_and_a_lost_member_are_refused_within_a_minute(t):
    t.req("CARD-11")
    t.eq(send(endpoint(town), ask(town)).status, 200, "still a member")
    del roots.members[EVIL]
    roots.revoked.append({"kid": "evil-1", "node": EVIL, "at": fed_peer.when(time.time() - 1),
                          "reason": "stolen"})
    t.eq(take(pref, roots.publish()).status, 200, "the coordinator alone is told")
    reply = wait_for(lambda: (r := send(endpoint(town), ask(town))).status != 200 and r, 60)
    t.ok(reply and reply.code() in ("unknown-key", "not-member"), "the town refuses it",
         reply and reply.body)
    t.eq(ping(town, EVIL).status, 404, "and asks it no more")


def put(node, peer, numbers):
    ops = []
    for n in numbers:
        reply = ping(node, peer, later=True, n=n)
        ops.append(reply.json()["op"])
    return ops


def arrived(node, ops):
    """Of these, in the order they took effect."""
    rows = node.psql("SELECT op FROM fed_op ORDER BY at, op").split()
    return [o for o in rows if o in set(ops)]


@case
def fed_what_waits_is_neither_lost_nor_doubled(t):
    """The town is away; the coordinator is killed while it waits; the town is killed while it
    takes; all arrive once, in their order."""
    t.req("CARD-12")
    before = effects(town)
    town.stop()
    ops = put(pref, ids["aozora"], range(20))
    t.eq(pref.psql("SELECT count(*) FROM fed_outbox WHERE state = 'waiting'"), "20", "they wait")
    t.eq(pref.psql("SELECT count(*) FROM fed_outbox WHERE body_sealed LIKE '%\"n\"%'"), "0",
         "sealed")
    twice = ping(pref, ids["aozora"], later=True, op=ops[0])
    t.eq((twice.status, pref.psql("SELECT count(*) FROM fed_outbox")), (200, "20"),
         "the same one put twice is put once")
    pid = pref.kill("node")
    pref.wait_back("node", pid)
    pref.wait_answer()
    ops += put(pref, ids["aozora"], range(20, 40))
    town.start()
    town.wait_answer()
    wait_for(lambda: len(arrived(town, ops)) >= 5, 30)
    pid = town.kill("node")
    town.wait_back("node", pid)
    town.wait_answer()
    t.ok(wait_for(lambda: len(arrived(town, ops)) == 40, 60), "all arrive",
         len(arrived(town, ops)))
    t.ok(wait_for(lambda: pref.psql("SELECT count(*) FROM fed_outbox") == "0"), "nothing is left")
    t.eq(arrived(town, ops), ops, "in the order they were put")
    t.eq(effects(town), before + 40, "each once")


@case
def fed_after_a_crash_nothing_signed_before_comes_in(t):
    t.req("CARD-11")
    key = Key(folder.name, "third-1")
    third = str(uuid.uuid4())
    roots.member(third, "三つめの町", "third.localhost:9", [evil.pin], key.kid, key.public, ["guest"])
    t.eq(take(pref, roots.publish()).status, 200, "a third town")
    t.ok(wait_for(lambda: status(town)["seq"] == roots.seq), "the town knows it")
    wait_for(lambda: send(endpoint(town), ask(town, key=key)).status == 200, 15)
    used, unused = post(town, key=key), post(town, key=key)
    t.eq(send(endpoint(town), used).status, 200, "before the crash")
    before = effects(town)
    pid = town.kill("node")
    town.wait_back("node", pid)
    town.wait_answer()
    for what, asked in (("one that was used", used), ("one that was not", unused)):
        reply = wait_for(lambda a=asked: (r := send(endpoint(town), a)).status != 503 and r)
        t.eq((reply.status, reply.code()), (425, "early-boot"), what)
        t.ok(reply.is_signed(asked, *keys["aozora"]), f"{what}: signed")
    t.ok(wait_for(lambda: send(endpoint(town), post(town, key=key)).status == 200, 15),
         "signed anew, it comes in a moment later")
    t.eq(effects(town), before + 1, "once")


@case
def fed_a_clock_behind_what_it_has_seen_is_told(t):
    """Set back an hour: what it took an hour from now, it took already."""
    t.req("CARD-11")
    found = {c["name"]: c for c in town.admin("GET", "/api/v1/admin/doctor").json()["checks"]}
    t.ok("federation-clock" not in found, "nothing is said of a clock that goes on")
    town.psql("UPDATE fed_registry SET taken_at = now() + interval '1 hour'")
    pid = town.kill("node")
    town.wait_back("node", pid)
    town.wait_answer()
    found = {c["name"]: c for c in town.admin("GET", "/api/v1/admin/doctor").json()["checks"]}
    t.eq(found["federation-clock"]["level"], "bad", "the doctor says so")
    t.ok("59 分" in found["federation-clock"]["text"], f"by how much: {found['federation-clock']}")


@case
def fed_a_town_whose_registry_was_tampered_with_goes_on_alone(t):
    """Its own children come first: what cannot be believed stops the federation, not the node."""
    t.req("CARD-1, CARD-12")
    town.psql("UPDATE fed_registry SET sig_lines = 'x' WHERE seq = (SELECT max(seq) FROM "
              "fed_registry)")
    pid = town.kill("node")
    town.wait_back("node", pid)
    town.wait_answer()
    found = {c["name"]: c for c in town.admin("GET", "/api/v1/admin/doctor").json()["checks"]}
    t.eq(found["federation"]["level"], "bad", "the doctor says so")
    reply = town.request("GET", "/fed/v1/node", listener="federation")
    t.eq((reply.status, reply.headers.get("signature")), (404, None), "nothing is told to others")
    t.eq(ping(town, ids["pref"]).status, 404, "nor asked")
    t.ok("federation.spoilt" in town.log("node"), "and it stands in the log")


if __name__ == "__main__":
    def fini():
        nodes.__exit__(None, None, None)
        evil.close()
        plain.close()
        folder.cleanup()
    main(__file__, fini)
