#!/usr/bin/python3
# tests/run: left 120
"""Key escrow between whole nodes: the town's half comes back from the prefecture's node after the
machine was restarted with nobody there, until it is revoked or the contract is over; and a third
member, written in Python, asks in every wrong way."""
import base64
import contextlib
import hashlib
import hmac
import os
import re
import secrets
import sys
import tempfile
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib import fed_peer  # noqa: E402
from lib.fed_peer import Key, Listener, Request, Roots, SIGNED, b64url  # noqa: E402
from lib.fed_peer import pin_of, reading, send  # noqa: E402
from lib.ibasho_node import TITLES, Nodes  # noqa: E402
from lib.mail_server import Certs, MailServer  # noqa: E402
from lib.t import case, main  # noqa: E402

ADMIN = "/api/v1/admin/federation"
DEPOSIT, RELEASE = "/fed/v1/escrow/deposit", "/fed/v1/escrow/release"
folder = tempfile.TemporaryDirectory()
more = contextlib.ExitStack()
mail = more.enter_context(MailServer(more.enter_context(Certs())))
nodes = Nodes("pref", "aozora", env=mail.env(
    IBASHO_FEDERATION_POLL_S="1", IBASHO_FEDERATION_TIMEOUT_S="5"))
pref, town = nodes["pref"], nodes["aozora"]
roots = Roots(folder.name)
ids, members = {}, {}
evil_key = Key(folder.name, "evil-1")
EVIL = str(uuid.uuid4())
evil = Listener(folder.name, "evil", evil_key)
half = secrets.token_bytes(32)


def kid_of(key):
    return "boot-" + hashlib.sha256(key.public).digest()[:8].hex()


boot = Key(folder.name, "evil-boot")
boot.kid = kid_of(boot)


def begin():
    """The prefecture as the demo makes it; the town with a sheet, booting from escrow."""
    nodes._ops("init")
    pref.up()
    pref.wait_answer()
    nodes.env["IBASHO_KEYD_BOOT"] = "escrow"
    nodes._ops("create", "aozora", "municipality", TITLES["aozora"])
    town.v = dict(line.split("=", 1) for line in nodes._ops("vars", "aozora").splitlines())
    town.data_dir, town.run_dir = town.v["DATA"], town.v["NODE_RUN"]
    town.start()


def endpoint(node):
    return node.url("federation").removeprefix("https://").rstrip("/")


def member(node, given, contract=(-86400, 86400 * 30)):
    """Joins at first; again: another contract."""
    if node.name not in members:
        pin = pin_of(node.data_dir + "/front/federation.pem")
        reply = node.admin("POST", ADMIN + "/join", {
            "invitation": b64url(roots.invitation()), "endpoint": endpoint(node),
            "name_ja": node.name, "spki": [{"sha256": b64url(pin)}]})
        asked = reading(reply.body)[0]
        key = asked["keys"][0]
        public = fed_peer.base64.urlsafe_b64decode(key["ed25519"] + "=")
        ids[node.name] = asked["node"]
        members[node.name] = ([pin], key["kid"], public)
    pins, kid, public = members[node.name]
    roots.member(ids[node.name], node.name, endpoint(node), pins, kid, public, given, contract)


def take(node, text):
    return node.admin("POST", ADMIN + "/registry", text, {"Content-Type": SIGNED})


def wait_for(what, seconds=20):
    until = time.monotonic() + seconds
    while True:
        got = what()
        if got or time.monotonic() > until:
            return got
        time.sleep(0.05)


def state():
    return town.request("GET", "/api/v1/health").json()["status"]


def escrow(node=None):
    return (node or town).admin("GET", "/api/v1/keys/escrow").json()


def type_sheet():
    return town.admin("POST", "/api/v1/keys/unlock", {"half": b64url(half)}).status


def steps(node):
    return node.psql("SELECT coalesce(string_agg(kind, ',' ORDER BY id), '') FROM escrow_step")


def leaves(node):
    """Rows of escrow_step that no audit leaf speaks for."""
    return node.psql("SELECT count(*) FROM escrow_step s WHERE NOT EXISTS (SELECT FROM audit_leaf l "
                     "WHERE l.row_id = s.id AND l.table_name = 'escrow_step')")


def releases():
    return int(pref.psql("SELECT count(*) FROM escrow_step WHERE kind = 'release' AND "
                         f"peer = '{ids['aozora']}'"))


def body(**fields):
    return fed_peer.json.dumps(fields).encode()


def ask(path, data, key=evil_key, **change):
    """A POST to the prefecture, signed by any key; signed anew while the node is young."""
    def once():
        request = Request(key, **{"method": "POST", "path": path, "authority": endpoint(pref),
                                  "dest": ids["pref"], "reg": roots.reg(), "body": data, **change})
        reply = send(endpoint(pref), request)
        return (request, reply) if reply.status == 200 or reply.code() != "early-boot" else None
    return wait_for(once)


def point():
    """A real X25519 public key."""
    path = os.path.join(folder.name, "point.pem")
    fed_peer.openssl("genpkey", "-algorithm", "X25519", "-out", path)
    return fed_peer.openssl("pkey", "-in", path, "-pubout", "-outform", "DER")[-32:]


@case
def escrow_the_half_goes_to_the_prefecture(t):
    t.req("CARD-1, CARD-11")
    begin()
    town.first_sheet(half)
    t.ok(wait_for(lambda: state() == "ok"), "the town is open")
    reply = town.admin("POST", "/api/v1/keys/escrow/deposit")
    t.eq((reply.status, reply.json()["code"]), (409, "no-coordinator"), "there is nobody to keep it")
    t.eq(escrow()["state"], "none", "nothing is deposited without a federation")
    member(pref, ["coordinator"])
    member(town, ["host", "guest"])
    roots.member(EVIL, "悪い町", evil.endpoint, [evil.pin], evil_key.kid, evil_key.public, ["guest"])
    first = roots.publish()
    for node in (pref, town):
        t.eq(take(node, first).status, 200, f"{node.name} takes the registry")
    t.ok(wait_for(lambda: escrow()["state"] == "hold"), "it is deposited by itself", escrow())
    t.eq((steps(town), steps(pref)), ("send,hold", "deposit"), "both have it on record")
    kept = pref.admin("GET", ADMIN + "/escrow").json()["items"]
    t.eq([k["node"] for k in kept], [ids["aozora"]], "the prefecture lists it")
    t.eq(town.admin("POST", "/api/v1/keys/escrow/deposit").status, 204, "by hand, too")
    t.ok(wait_for(lambda: steps(pref) == "deposit,deposit"), "it is replaced")
    t.eq(pref.psql("SELECT count(*) FROM escrow_deposit"), "1", "one a node")
    t.eq(pref.admin("POST", "/api/v1/keys/escrow/deposit").json()["code"], "no-coordinator",
         "a coordinator has no other to go to")
    mode = os.stat(town.data_dir + "/keyd/boot.key").st_mode & 0o777
    t.eq(mode, 0o600, "the boot key is the agent's alone")
    t.ok(re.search("[0-9a-f]{64}", open(town.data_dir + "/keyd/boot.key").read()), "and there")


@case
def escrow_a_restart_needs_nobody(t):
    t.req("CARD-1")
    t.ok(wait_for(lambda: escrow()["state"] == "hold"), "deposited")
    town.restart()
    t.ok(wait_for(lambda: state() == "ok", 30), "the machine was restarted, and the town is open",
         escrow())
    t.eq(escrow()["asked"], "ok", "by the prefecture")
    t.ok(wait_for(lambda: steps(town).endswith("open")), "the town has it on record")
    t.eq(releases(), 1, "one release")
    t.eq((leaves(pref), leaves(town)), ("0", "0"), "every step is a leaf at both")
    t.eq(town.psql("SELECT op FROM escrow_step WHERE kind = 'open'"),
         pref.psql("SELECT op FROM escrow_step WHERE kind = 'release'"), "the same act")
    checks = {c["name"]: c for c in town.admin("GET", "/api/v1/admin/doctor").json()["checks"]}
    t.eq(checks["key-escrow"]["level"], "ok", checks["key-escrow"]["text"])


def thief():
    """Who has read the town's boot key signs as the town's agent does."""
    seed = bytes.fromhex(re.search("[0-9a-f]{64}",
                                   open(town.data_dir + "/keyd/boot.key").read()).group())
    extract = hmac.digest(uuid.UUID(ids["aozora"]).bytes, seed, "sha256")
    secret = hmac.digest(extract, b"ibasho-escrow-sign/1\x01", "sha256")
    key = Key(folder.name, "thief")
    fed_peer.openssl("pkey", "-inform", "DER", "-out", key.path,
                     data=bytes.fromhex("302e020100300506032b657004220420") + secret)
    key.public = fed_peer.openssl("pkey", "-in", key.path, "-pubout", "-outform", "DER")[-32:]
    key.kid = kid_of(key)
    return key


def pref_sends():
    """What it owes goes out within half a minute; with what a person sends, at once."""
    pref.admin("POST", ADMIN + "/ping", {"node": ids["aozora"], "later": True})


@case
def escrow_the_board_hears_of_each_release(t):
    t.req("CARD-1")
    board = town.account("commissioner")
    session = town.sign_in(board)
    reply = session.request("POST", "/api/v1/notify/receivers", {
        "id": str(uuid.uuid4()), "account": board.id, "channel": "mail",
        "address": "board@example.jp", "kinds": ["incident"]})
    t.eq(reply.status, 201, f"an address of the board: {reply}")
    proof = wait_for(lambda: mail.to("board@example.jp"))[-1].message.get_content()
    token = re.search(r"/#/n/([A-Za-z0-9_-]{43})\s", proof).group(1)
    t.eq(session.request("POST", "/api/v1/notify/open", {"token": token}).status, 200, "proved")
    town.restart()
    t.ok(wait_for(lambda: steps(town).endswith("open,open"), 30), "a restart", steps(town))
    mails = wait_for(lambda: len(mail.to("board@example.jp")) == 2)
    t.ok(mails, "the board is told")
    t.ok("鍵" not in mail.to("board@example.jp")[-1].message.get_content(), "without saying of what")
    pref_sends()
    t.ok(wait_for(lambda: pref.psql("SELECT count(*) FROM fed_outbox") == "0", 40),
         "the prefecture tells, too")
    t.ok(steps(town).endswith("open,open"), "which the town knew", steps(town))
    _, reply = ask(RELEASE, body(point=b64url(point())), key=thief())
    t.eq(reply.status, 200, f"who has the boot key gets the box: {reply.body!r}")
    pref_sends()
    t.ok(wait_for(lambda: steps(town).endswith("open,release"), 40), "the town hears of it, too",
         steps(town))
    t.eq(town.psql("SELECT op FROM escrow_step WHERE kind = 'release'"),
         pref.psql("SELECT op FROM escrow_step WHERE kind = 'release' ORDER BY id DESC LIMIT 1"),
         "which one it was")
    t.eq(leaves(town), "0", "as a leaf")
    t.ok(wait_for(lambda: len(mail.to("board@example.jp")) == 3), "and so does its board")
    t.eq(town.psql("SELECT count(*) FROM notify_notice WHERE link = 'federation'"), "2", "once each")
    said = session.request("GET", "/api/v1/keys/escrow/steps").json()
    t.eq((said["items"][0]["kind"], said["n_opens"]), ("release", 2), "the screen can say so")
    t.ok("escrow.given-unasked" in town.log("node"), "and a line in the log")
    offers_a_teacher(t)


def offers_a_teacher(t):
    """What comes from another town and waits for the board is told in the same way, once (CARD-3)."""
    other, card = pref.sign_in(pref.account("commissioner")), str(uuid.uuid4())
    path = f"/api/v1/teachers/{card}"
    reply = other.request("PUT", path, {
        "id": str(uuid.uuid4()), "expected_version": 0, "name": "星野 そら", "field": "星と宇宙の話",
        "evidence": "県立天文台に十二年つとめています。", "times": "水曜の午前"})
    t.eq(reply.status, 200, f"a card: {reply}")
    reply = other.request("POST", path + "/offer", {"id": str(uuid.uuid4()), "nodes": [{"node": ids["aozora"]}]})
    t.eq(reply.status, 200, f"offered: {reply}")
    t.ok(wait_for(lambda: len(mail.to("board@example.jp")) == 4, 40), "the board is told that something waits")
    t.ok("星" not in mail.to("board@example.jp")[-1].message.get_content(), "not what")
    t.eq(town.psql("SELECT count(*) FROM notify_notice WHERE link = 'teachers'"), "1", "once")


@case
def escrow_nobody_sees_the_half(t):
    """Neither half nor box is in a row, a log or the prefecture's memory of answers."""
    for node in (pref, town):
        for mark in (half.hex(), base64.b64encode(half).decode()[:40], b64url(half)):
            for name in ("node", "keyd", "supervise"):
                t.ok(mark not in node.log(name), f"{node.name} {name}.log")
        rows = node.psql("SELECT (SELECT string_agg(encode(answer_sealed, 'hex'), ' ') FROM fed_op), "
                         "(SELECT string_agg(encode(box_sealed, 'hex'), ' ') FROM escrow_deposit)")
        t.ok(half.hex() not in rows, f"{node.name}: no row has it")


@case
def escrow_a_lock_by_hand_stays(t):
    before = releases()
    t.eq(town.admin("POST", "/api/v1/admin/keys/lock").status, 204, "closed by hand")
    t.ok(wait_for(lambda: state() == "locked"), "closed")
    time.sleep(2.5)  # two looks of the program
    t.eq((state(), releases()), ("locked", before), "and nobody asks for the half")
    t.eq(type_sheet(), 204, "the sheet opens it")
    t.ok(wait_for(lambda: state() == "ok"), "open")


@case
def escrow_only_its_own_key_gets_it(t):
    t.req("CARD-11")
    before = releases()
    data = body(point=b64url(point()))
    kid = pref.psql(f"SELECT kid FROM escrow_deposit WHERE node = '{ids['aozora']}'")
    for what, change, code in (
            ("another member's own key", {}, "unknown-key"),
            ("a boot key nobody left", {"key": boot}, "unknown-key"),
            ("the town's boot key by name, signed by another", {"kid": kid}, "bad-signature"),
            ("no point", {"data": body(point="AA"), "key": boot}, "unknown-key")):
        _, reply = ask(RELEASE, **{"data": data, **change})
        t.eq(reply.code(), code, what)
    t.eq(releases(), before, "nothing was given out")
    t.eq(ask("/fed/v1/escrow/ended", body(generation=1))[1].code(), "role-denied",
         "only a coordinator says that it is over")
    contract = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86400 * 365))
    deposit = body(generation=1, boot_key=b64url(boot.public), box=b64url(secrets.token_bytes(60)),
                   until=contract)
    _, reply = ask(DEPOSIT, deposit, key=boot)
    t.eq(reply.code(), "unknown-key", "a boot key deposits nothing")
    _, reply = ask(DEPOSIT, deposit)
    t.eq(reply.status, 200, f"the other member deposits its own: {reply.body!r}")
    t.ok(reply.json()["until"] < contract, "until its contract ends, not longer")
    taken = body(generation=1, boot_key=b64url(base64.b64decode(pref.psql(
        f"SELECT encode(boot_key, 'base64') FROM escrow_deposit WHERE node = '{ids['aozora']}'"))),
                 box=b64url(secrets.token_bytes(60)), until=contract)
    t.ok(ask(DEPOSIT, taken)[1].status != 200, "not under the town's boot key")
    asked, reply = ask(RELEASE, data, key=boot)
    t.eq(reply.status, 200, f"and has it back: {reply.body!r}")
    t.eq(len(base64.urlsafe_b64decode(reply.json()["sealed"] + "==")), 88, "sealed to its point")
    t.ok(reply.is_signed(asked, *members["pref"][1:]), "signed and bound to the request")
    again = send(endpoint(pref), asked)
    t.eq(again.code(), "replayed", "the same request again")
    t.eq(ask(RELEASE, body(point=b64url(bytes(32))), key=boot)[1].code(), "bad-json",
         "a point that agrees with nobody")
    t.eq(ask("/fed/v1/ping", b'{"n":1}', key=boot)[1].code(), "unknown-key",
         "a boot key is good for nothing else")
    said = [ask(RELEASE, data, key=boot)[1] for _ in range(6)]
    t.eq([r.status for r in said], [200] * 5 + [429], "six an hour")
    t.eq(releases(), before, "the town's was never touched")


@case
def escrow_the_sheet_is_asked_for_once_it_is_revoked(t):
    t.req("CARD-1")
    reply = pref.cli("key", "escrow", "end", ids["aozora"])
    t.ok("消しました" in reply.stdout, "the prefecture ends it")
    t.eq(pref.psql("SELECT count(*) FROM escrow_deposit WHERE box_sealed IS NULL"), "1", "it is gone")
    t.ok(wait_for(lambda: escrow()["state"] == "refused"), "the town hears of it at once", escrow())
    checks = {c["name"]: c for c in town.admin("GET", "/api/v1/admin/doctor").json()["checks"]}
    t.eq(checks["key-escrow"]["level"], "warn", checks["key-escrow"]["text"])
    before = releases()
    town.restart()
    t.ok(wait_for(lambda: escrow()["asked"] == "escrow-revoked"), "the town is told", escrow())
    t.eq((state(), releases()), ("locked", before), "and stays closed")
    said = town.cli("key", "escrow", "status", check=False)
    t.eq(said.returncode, 1, "the command says that something is to be done")
    t.ok("取り消されています" in said.stdout and "鍵の紙" in said.stdout, said.stdout)
    t.eq(type_sheet(), 204, "the sheet opens it")
    t.ok(wait_for(lambda: state() == "ok"), "open")
    t.ok("取り消しました" in town.cli("key", "escrow", "revoke").stdout, "the town revokes, too")
    t.ok(wait_for(lambda: town.psql("SELECT count(*) FROM fed_outbox") == "0"), "the prefecture knows")
    t.eq(escrow()["state"], "stop", "stopped")
    left = open(town.data_dir + "/keyd/boot.key").read()
    t.ok(re.search("[0-9a-f]{64}", left) is None, "the boot key is gone from its file")
    town.restart()
    t.ok(wait_for(lambda: state() == "locked"), "closed")
    time.sleep(2.5)
    t.eq((state(), releases(), escrow()["asked"]), ("locked", before, ""), "nobody even asks")
    t.eq(type_sheet(), 204, "the sheet")
    t.ok(wait_for(lambda: state() == "ok"), "open")
    t.eq(escrow()["state"], "stop", "and it is not deposited again by itself")


@case
def escrow_ends_with_the_contract(t):
    t.req("CARD-11")
    town.cli("key", "escrow", "deposit")
    t.ok(wait_for(lambda: escrow()["state"] == "hold"), "deposited again", escrow())
    where = f"WHERE node = '{ids['aozora']}'"
    until = pref.psql(f"SELECT until_at FROM escrow_deposit {where}")
    pref.psql(f"UPDATE escrow_deposit SET until_at = now() - interval '1 minute' {where}")
    before = releases()
    town.restart()
    t.ok(wait_for(lambda: escrow()["asked"] == "contract-ended"), "the deposit is over", escrow())
    t.eq((state(), releases()), ("locked", before), "closed")
    pref.psql(f"UPDATE escrow_deposit SET until_at = '{until}' {where}")
    member(town, ["host", "guest"], contract=(-86400 * 30, -3600))
    t.eq(take(pref, roots.publish()).status, 200, "the prefecture alone hears of the end")
    town.restart()
    t.ok(wait_for(lambda: escrow()["asked"] == "contract-ended"), "by its registry", escrow())
    t.eq((state(), releases()), ("locked", before), "closed")
    checks = {c["name"]: c for c in town.admin("GET", "/api/v1/admin/doctor").json()["checks"]}
    t.eq(checks["key-escrow"]["level"], "bad", checks["key-escrow"]["text"])
    t.eq(type_sheet(), 204, "the sheet is the town's own, contract or not")
    t.ok(wait_for(lambda: state() == "ok"), "open")


if __name__ == "__main__":
    def fini():
        evil.close()
        nodes.close()
        more.close()
        folder.cleanup()
    main(__file__, fini)
