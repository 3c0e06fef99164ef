#!/usr/bin/python3
# tests/run: left 25
"""Joining a federation at the office's desk: an invitation is read, compared and answered, the list
of members handed in, a new key asked for, by routes of the session; nobody else has them."""
import base64
import hashlib
import os
import sys
import tempfile
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.fed_peer import Roots, SIGNED, b64url, pin_of, reading  # noqa: E402
from lib.ibasho_node import Nodes  # noqa: E402
from lib.t import case, main  # noqa: E402

DESK = "/api/v1/federation"
folder = tempfile.TemporaryDirectory()
nodes = Nodes("aozora")
nodes.__enter__()
town = nodes["aozora"]
roots = Roots(folder.name)
others = Roots(tempfile.mkdtemp(dir=folder.name), "kage")
board = town.sign_in(town.account("commissioner"))
contractor = town.sign_in(town.account("contractor"))
invitation = roots.invitation()
seen = {}


def code_of(of):
    """What the one who invited reads out over the telephone."""
    data = b"ibasho-roots/1\n" + of.federation.encode() + b"".join(k.public for k in of.keys)
    text = hashlib.sha256(data).hexdigest()[:16]
    return "-".join(text[i:i + 4] for i in range(0, 16, 4))


def show(session=board):
    return session.request("GET", DESK).json()


def look(text, session=board):
    return session.request("POST", DESK + "/invitation", {"invitation": b64url(text)})


def join(check, text=None, session=board, **more):
    return session.request("POST", DESK + "/joining", {
        "invitation": b64url(text or invitation), "check": check, "name": "青空町", **more})


def hand_in(text, session=board):
    return session.request("POST", DESK + "/registry", text, {"Content-Type": SIGNED})


@case
def fed_desk_an_invitation_is_read_and_nothing_is_changed(t):
    t.req("CARD-11")
    for session in (board, contractor):
        now = show(session)
        t.eq((now["status"]["has_roots"], now["members"], now["name"]), (False, [], ""), "alone")
        t.eq(now["endpoint"], town.url("federation").removeprefix("https://").rstrip("/"),
             "its own address is looked up")
    said = look(invitation, contractor).json()
    t.eq((said["name"], said["guest"], said["is_by_file"], said["is_known"]),
         ("ひなた県の連合", "テスト", True, False), "what it says")
    t.ok("roots_code" not in said and code_of(roots) not in str(said),
         "but not the code that is to be heard")
    broken = bytearray(invitation)
    broken[40] ^= 1
    for what, text, code in (("changed", bytes(broken), ("form", "signatures")),
                             ("cut", invitation[:90], ("form",)),
                             ("no invitation", b"\x00\xff" * 40, ("form",))):
        reply = look(text)
        t.ok(reply.status == 422 and reply.json()["code"] in code, f"{what}: {reply}")
    t.eq(show()["status"]["has_roots"], False, "nothing is pinned")


@case
def fed_desk_joining_needs_the_code_that_was_heard(t):
    t.req("CARD-11")
    for what, check in (("another's", code_of(others)), ("too short", code_of(roots)[:-1]),
                        ("too long", code_of(roots) + "0"), ("no digit of it", "はい"),
                        ("one digit", "0000-0000-0000-0000")):
        reply = join(check)
        t.eq((reply.status, reply.json()["errors"][0]["pointer"]), (422, "/check"), what)
    t.eq(join(code_of(roots), code="12345").status, 422, "a code of five digits")
    t.eq(show()["status"]["has_roots"], False, "nothing is pinned, no key made")
    t.eq(town.psql("SELECT count(*) FROM fed_step"), "0", "no step")
    t.eq(join(code_of(roots), session=contractor).status, 404, "the board alone joins")
    reply = join(" " + code_of(roots).upper().replace("-", " "), code="123456")
    t.eq((reply.status, reply.headers["Content-Type"]), (200, SIGNED), f"the application: {reply}")
    asked = reading(reply.body)[0]
    pin = pin_of(town.data_dir + "/front/federation.pem")
    t.eq((asked["name_ja"], asked["code"], asked["endpoint"]),
         ("青空町", "123456", show()["endpoint"]), "what the list will say")
    t.eq([one["sha256"] for one in asked["spki"]], [b64url(pin)], "with the front's own key")
    again = reading(join(code_of(roots)).body)[0]
    t.eq(again["keys"], asked["keys"], "made again: the same key")
    seen.update(asked)
    now = show()["status"]
    t.eq((now["has_roots"], now["has_registry"], now["roots_code"]), (True, False, code_of(roots)),
         "it waits for the list")
    t.eq(town.psql("SELECT string_agg(kind, ',' ORDER BY kind) FROM fed_step"), "key,pin", "on record")
    reply = join(code_of(others), others.invitation())
    t.eq((reply.status, reply.json()["code"]), (409, "other-roots"), "and in no other federation")


@case
def fed_desk_the_list_comes_as_a_file(t):
    t.req("CARD-11")
    key = seen["keys"][0]
    public = base64.urlsafe_b64decode(key["ed25519"] + "=")
    roots.member(seen["node"], "青空町", seen["endpoint"],
                 [pin_of(town.data_dir + "/front/federation.pem")], key["kid"], public,
                 ["host", "guest"])
    roots.member(str(uuid.uuid4()), "緑町", "federation.midori.example:443", [b"\1" * 32],
                 "midori-1", others.keys[0].public, ["guest"], (-86400, -60))
    text = roots.publish()
    t.eq(hand_in(others.publish()).status, 409, "another federation's")
    t.eq(hand_in(text[:-30]).status, 409, "one that was cut")
    reply = hand_in(text, contractor)
    t.eq((reply.status, reply.json()["seq"]), (200, 1), f"taken: {reply}")
    now = show()
    t.eq(now["name"], "ひなた県の連合", "the federation has a name")
    rows = {one["name"]: one for one in now["members"]}
    t.eq({n: (m["is_self"], m["is_host"], m["in_contract"]) for n, m in rows.items()},
         {"青空町": (True, True, True), "緑町": (False, False, False)}, "who is in it")
    t.eq((now["status"]["own_kid"], now["status"]["seq"]), (key["kid"], 1), "and how it stands")


@case
def fed_desk_a_new_key_is_asked_for(t):
    t.req("CARD-11")
    t.eq(contractor.request("POST", DESK + "/rotation").status, 404, "the board alone asks")
    reply = board.request("POST", DESK + "/rotation")
    asked = reading(reply.body)[0]
    t.eq((reply.status, asked["old_kid"]), (200, seen["keys"][0]["kid"]), f"{reply}")
    t.ok(show()["status"]["waiting_kid"] not in ("", asked["old_kid"]), "it waits for the list")


@case
def fed_desk_is_not_there_for_others(t):
    t.req("CARD-6")
    for role in ("student", "supporter", "auditor", "data_holder"):
        session = town.sign_in(town.account(role))
        for reply in (session.request("GET", DESK), look(invitation, session),
                      join(code_of(roots), session=session), hand_in(roots.sign(), session)):
            t.eq(reply.status, 404, f"{role}: {reply}")
    t.eq(town.request("GET", DESK).status, 401, "nor for who has not come in")
    steps = board.request("GET", "/api/v1/keys/escrow/steps").json()
    t.eq((steps["items"], steps["n_opens"]), ([], 0), "nothing was deposited")


if __name__ == "__main__":
    def fini():
        nodes.close()
        folder.cleanup()
    main(__file__, fini)
