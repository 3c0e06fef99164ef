#!/usr/bin/python3
"""A contract's end while the node still runs: who may take which step and when, what is refused,
that nothing else changes meanwhile, and that a restart changes nothing."""
import os
import re
import shutil
import sys
import tempfile
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import Nodes, Session  # noqa: E402
from lib.t import case, main  # noqa: E402
from lib.town import Town, plant  # noqa: E402

BAG, OTHER = "ab" * 64, "cd" * 64
JOSE = {"Content-Type": "application/jose+json"}
nodes = node = town = stranger = directory = None
people, sessions = {}, {}
planted = plant(20)
# What goes on changing while a node is left: signing in, one's own way in, keys, exports, leaving,
# what was received and goes back.
GO_ON = ("/api/v1/session", "/api/v1/materials", "/api/v1/me/", "/api/v1/keys/", "/api/v1/log-exports",
         "/api/v1/leaving", "/api/v1/admin/")


def state(who="commissioner"):
    return sessions[who].request("GET", "/api/v1/leaving").json()


def act(who, what, body=None):
    return sessions[who].request("POST", "/api/v1/leaving/" + what, body)


def hand_in(who, what, document):
    return sessions[who].request("POST", "/api/v1/leaving/" + what, document, JOSE)


def exported(bag=BAG):
    return town.exported(node, bag)


def journal():
    with open(node.data_dir + "/leaving/steps.jsonl", "rb") as f:
        return f.read().splitlines()


def told(reply):
    return (reply.status, reply.json().get("code") if reply.status >= 400 else None)


def key_put(who, certificate):
    return sessions[who].request("PUT", "/api/v1/leaving/town-key",
                                 {"id": str(uuid.uuid4()), "certificate": certificate})


@case
def nothing_has_begun_and_only_the_board_sees_it(t):
    global nodes, node, town, stranger, directory
    t.req("AI-7.2-1")
    directory = tempfile.mkdtemp()
    nodes = Nodes("aozora")
    nodes.__enter__()
    node = nodes["aozora"]
    for role in ("commissioner", "contractor", "auditor", "student", "supporter"):
        people[role] = node.account(role)
        sessions[role] = node.sign_in(people[role])
    people["spare"] = node.account("commissioner")
    sessions["spare"] = node.sign_in(people["spare"])
    t.eq(told(act("commissioner", "drain")), (409, "contract-missing"), "no contract ends")
    reply = sessions["commissioner"].request("PUT", "/api/v1/contract", {
        "id": str(uuid.uuid4()), "title": "委託", "contractor": "受託社",
        "begins_on": "2026-04-01", "ends_on": "2027-03-31", "n_student": 50, "n_staff": 50,
        "n_guardian": 50})
    t.ok(reply.status == 200, "a contract", reply)
    with open(node.data_dir + "/node.conf", encoding="utf-8") as f:
        own = [line.split(" = ")[1].strip() for line in f if line.startswith("node.id")][0]
    town = Town(directory, own, reply.json()["contract"])
    stranger = Town(directory, own, reply.json()["contract"], "stranger")
    now = state()
    t.eq((now["state"], now["next"], now["next_actor"]), ("active", "begin", "commissioner"),
         "what comes next and who")
    t.eq((now["may_act"], state("contractor")["may_act"]), (True, False), "and who may")
    t.ok({"town-key-missing", "canaries-missing"} <= set(now["warnings"]), "what is missing", now)
    for who in ("student", "supporter"):
        t.eq(sessions[who].request("GET", "/api/v1/leaving").status, 404, who)
    for who in ("student", "supporter", "contractor", "auditor"):
        t.eq(act(who, "drain").status, 404, who + " begins nothing")


@case
def the_town_gives_its_key_and_promises_its_names(t):
    t.req("AI-7.2-1")
    t.eq(told(hand_in("commissioner", "canaries", town.canaries(planted))),
         (409, "town-key-missing"), "nobody's signature")
    t.eq(key_put("contractor", town.certificate).status, 404, "not the contractor's")
    t.eq(key_put("commissioner", "-----BEGIN CERTIFICATE-----\nAAAA\n").status, 422, "no key")
    t.eq(key_put("commissioner", town.certificate).status, 204, "the town's")
    t.eq(state()["town_key_sha256"], town.sha256, "with its fingerprint")
    t.eq(told(hand_in("commissioner", "canaries", stranger.canaries(planted))),
         (422, "not-signed"), "a stranger's list")
    t.eq(told(hand_in("commissioner", "canaries", b"{}\n")), (422, "not-a-document"), "no list")
    t.eq(hand_in("commissioner", "canaries", town.canaries(planted)).status, 204, "the town's")
    t.eq((state()["n_committed"], state()["warnings"]), (20, []), "nothing is missing")
    t.eq(key_put("commissioner", stranger.certificate).status, 204, "the certificate is replaced")
    t.eq(state()["n_committed"], 0, "what was promised with the one before binds nobody: it is promised again")
    t.eq(node.admin("GET", "/api/v1/admin/leaving/papers").json()["canaries"], [], "nor is it in a certificate")
    t.eq(key_put("commissioner", town.certificate).status, 204, "back")
    t.eq(len(node.admin("GET", "/api/v1/admin/leaving/papers").json()["canaries"]), 1, "in force")


@case
def from_the_drain_on_nothing_changes(t):
    t.req("AI-7.2-1")
    before = node.psql("SELECT count(*) FROM job")
    t.eq(told(exported()), (409, "wrong-state"), "an export before")
    t.eq(act("commissioner", "drain").status, 204, "begun")
    t.eq(told(act("commissioner", "drain")), (409, "wrong-state"), "once")
    t.eq(told(town.say_exported(node, BAG)), (422, "old-bag"), "a bag made before: what came since is not in it")
    root, size = town.log
    town.log = ("0" * 64, size)
    t.eq(told(town.say_exported(node, BAG)), (422, "old-bag"), "a bag of another log")
    town.log = (root, size)
    t.eq(state()["state"], "drain", "drain")
    for who in ("student", "supporter"):
        t.eq(sessions[who].request("GET", "/api/v1/hours").status, 401, who + " is out")
        reply = Session(node).request("POST", "/api/v1/session", {
            "login": people[who].login, "password": people[who].password})
        t.eq(told(reply), (403, "draining"), who + " is not let in")
        t.ok("契約の終わり" in reply.json()["title"], "and told why, kindly")
    rows = node.request("GET", "/api/v1/openapi.json").json()["paths"]
    changing = [(method.upper(), path) for path, methods in rows.items() for method in methods
                if method != "get" and not path.startswith(GO_ON)]
    answers = {}
    for method, path in changing:
        reply = sessions["commissioner"].request(method, re.sub("{[^}]*}", str(uuid.uuid4()), path),
                                                 {})
        answers.setdefault(told(reply)[1], []).append(f"{method} {path}")
    t.ok(len(answers.get("draining", [])) > 60, "rows that change are refused", answers.keys())
    # Rows of other roles or listeners are not there for a commissioner, draining or not.
    t.eq(set(answers) - {"draining", "not-found", "type", "too-large"}, set(), "all of them")
    t.eq(node.psql("SELECT count(*) FROM job"), before, "no job begins")
    t.eq(sessions["contractor"].request("GET", "/api/v1/contract").status, 200, "reading goes on")


@case
def a_round_that_is_cancelled_leaves_the_node_as_it_was(t):
    t.req("AI-7.2-1")
    t.eq(told(hand_in("commissioner", "order", town.order(BAG))), (428, "receipt-required"),
         "an order without a receipt")
    t.eq(told(hand_in("commissioner", "receipt", town.receipt(BAG))), (409, "wrong-state"),
         "a receipt before the export")
    t.eq(exported().status, 204, "exported")
    t.eq(told(hand_in("commissioner", "order", town.order(BAG))), (428, "receipt-required"),
         "still")
    t.eq(told(hand_in("commissioner", "receipt", town.receipt(OTHER))), (422, "other-bag"),
         "of another bag")
    t.eq(told(hand_in("commissioner", "receipt", town.receipt(BAG, log_size=8))),
         (422, "other-bag"), "in which the tool found less of the log")
    t.eq(told(hand_in("commissioner", "receipt", stranger.receipt(BAG))), (422, "not-signed"),
         "by another town")
    t.eq(hand_in("contractor", "receipt", town.receipt(BAG)).status, 404, "by the contractor")
    t.eq(hand_in("commissioner", "receipt", town.receipt(BAG)).status, 204, "the town's")
    now = state()
    t.eq((now["state"], now["grace_days"], now["next"]), ("grace", 14, "upload"), "14 days")
    t.eq(told(hand_in("commissioner", "order", town.order(BAG))), (409, "grace-not-over"),
         "not before their end")
    t.eq(act("contractor", "cancel").status, 404, "not the contractor's to cancel")
    t.eq(act("commissioner", "cancel").status, 204, "cancelled")
    t.eq(state()["state"], "active", "and active")
    sessions["student"] = node.sign_in(people["student"])
    t.eq(sessions["student"].request("GET", "/api/v1/session").status, 200, "who was out is in again")


@case
def two_persons_order_and_a_restart_changes_nothing(t):
    t.req("AI-7.2-1")
    reply = sessions["commissioner"].request("PUT", "/api/v1/settings/leaving.grace_days", {
        "id": str(uuid.uuid4()), "value": "0"})
    t.ok(reply.status < 300, "no days to wait", reply)
    t.eq(act("commissioner", "drain").status, 204, "begun again")
    t.eq(exported().status, 204, "exported")
    node.kill("node")
    node.wait_back("node")
    node.wait_answer()
    t.eq(state()["state"], "exported", "after a crash")
    t.eq(told(sessions["commissioner"].request("PUT", "/api/v1/settings/leaving.grace_days", {
        "id": str(uuid.uuid4()), "value": "3"})), (403, "draining"), "read only still")
    t.eq(hand_in("commissioner", "receipt", town.receipt(BAG)).status, 204, "receipt")
    t.eq(told(act("contractor", "confirmation", {"bag": BAG})), (409, "order-missing"),
         "nothing to confirm")
    t.eq(told(hand_in("commissioner", "order", town.order(OTHER, planted))), (422, "other-bag"),
         "for another bag")
    t.eq(told(hand_in("commissioner", "order", town.order(BAG, plant(1)))),
         (422, "unknown-canary"), "a name nobody promised")
    t.eq(told(hand_in("commissioner", "order", stranger.order(BAG, planted))),
         (422, "not-signed"), "another town's")
    t.eq(hand_in("commissioner", "order", town.order(BAG, planted)).status, 204, "the first person")
    now = state("contractor")
    t.eq((now["next"], now["next_actor"], now["may_act"], now["n_opened"]),
         ("confirm", "contractor", True, 20), "the second one's turn")
    for who in ("commissioner", "spare"):
        t.eq(told(act(who, "confirmation", {"bag": BAG})), (403, "second-person-required"), who)
    t.eq(act("auditor", "confirmation", {"bag": BAG}).status, 404, "the auditor")
    t.eq(told(act("contractor", "confirmation", {"bag": OTHER})), (422, "other-bag"),
         "who read another bag")
    t.ok(not os.path.exists(node.data_dir + "/leaving/erasure.key"), "no key before")
    t.eq(act("contractor", "confirmation", {"bag": BAG}).status, 204, "ordered")
    t.eq(told(act("commissioner", "cancel")), (409, "wrong-state"), "no way back")
    key = os.stat(node.data_dir + "/leaving/erasure.key")
    t.eq(key.st_mode & 0o777, 0o600, "the erasure's key is the node's alone")
    node.restart()
    node.wait_answer()
    now = state("auditor")
    t.eq((now["state"], now["next"], now["next_actor"]), ("ordered", "purge", "operator"),
         "after a restart")


@case
def every_step_is_a_leaf_and_stands_in_the_journal(t):
    t.req("AI-7.2-1")
    t.req("NI-T3-8")
    steps = [s["step"] for s in state()["steps"]]
    t.eq(steps, ["drain", "exported", "receipted", "grace", "active", "drain", "exported",
                 "receipted", "grace", "ordered"], "both rounds")
    lines = node.psql("SELECT line FROM leaving_step ORDER BY n").splitlines()
    t.eq([line.encode() for line in lines], journal(), "the file says what the rows say")
    t.eq(node.psql("SELECT count(*) FROM audit_leaf WHERE table_name IN ('leaving_step', "
                   "'leaving_paper', 'town_key')"), "15", "leaves")
    t.eq(node.cli("verify", "live").returncode, 0, "and the log holds")
    with open(node.data_dir + "/leaving/steps.jsonl", "ab") as f:
        f.write(b'{"payload":"half')
    node.restart()
    node.wait_answer()
    t.ok("leaving.torn" in node.log("node"), "half a line is cut and said")
    t.eq(len(journal()), 10, "whole again")


def away():
    if nodes:
        nodes.close()
    if directory:
        shutil.rmtree(directory)


if __name__ == "__main__":
    main(__file__, away)
