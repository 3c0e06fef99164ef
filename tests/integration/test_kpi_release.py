#!/usr/bin/python3
# tests/run: left 110
"""Figures of a month go to the prefecture (CARD-5, CARD-7, CARD-14): a town, the prefecture's node and two members of
other make that send what may not be, ask for what they may not have, and leave. Months are written as the count
writes them; their numbers hang together as the definitions say."""
import hashlib
import json
import os
import sys
import tempfile
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib import fed_peer  # noqa: E402
from lib.fed_peer import Key, Listener, Request, Roots, SIGNED, answer_headers, b64url, pin_of  # noqa: E402
from lib.fed_peer import reading, send, write  # noqa: E402
from lib.ibasho_node import Nodes  # noqa: E402
from lib.kpi_month import cells_of, count, month  # noqa: E402
from lib.t import case, main  # noqa: E402

ADMIN, RELEASES = "/api/v1/admin/federation", "/api/v1/kpi/releases"
YEAR = 86400 * 400
folder = tempfile.TemporaryDirectory()
nodes = Nodes("midori", "aozora", env={"IBASHO_FEDERATION_POLL_S": "1", "IBASHO_FEDERATION_TIMEOUT_S": "5"})
pref, town = nodes["midori"], nodes["aozora"]
roots = Roots(folder.name)
ids, who, made = {}, {}, {}
keys = {name: Key(folder.name, f"{name}-1") for name in ("evil", "calm")}
others = {name: str(uuid.uuid4()) for name in keys}
doors = {name: Listener(folder.name, name, key) for name, key in keys.items()}


def new():
    return str(uuid.uuid4())


def until(found, seconds=25):
    end = time.monotonic() + seconds
    while True:
        got = found()
        if got or time.monotonic() > end:
            return got
        time.sleep(0.1)


def ask(node, name, method, path, body=None, status=None):
    reply = who[node.name, name].request(method, path, body)
    assert status is None or reply.status == status, (node.name, name, method, path, body, reply)
    return reply


def act(path, by="board", **body):
    reply = ask(town, by, "POST", RELEASES + path, {"id": new(), **body})
    return reply.json() if reply.status == 200 else reply.json()["code"]


def shown(name):
    return ask(town, "board", "GET", f"{RELEASES}/{name}", status=200).json()


def revisions(name):
    months = ask(town, "board", "GET", RELEASES, status=200).json()["months"]
    return next(m for m in months if m["month"] == name)["revisions"]


def arrived(name, n=1):
    return until(lambda: [p["state"] for r in revisions(name) for p in r["peers"]] == ["received"] * n)


def got(node, name, what="f.revision || ' ' || f.kind || ' ' || count(c.*) || ' ' || count(c.num)"):
    """At the prefecture: the newest revision of that node's month, how many cells, how many of them shown."""
    return pref.psql(f"SELECT {what} FROM fed_kpi f LEFT JOIN fed_kpi_cell c ON c.release = f.id WHERE f.node ="
                     f" '{node}' AND f.month_at = '{name}-01 00:00+09' GROUP BY f.id ORDER BY revision DESC LIMIT 1")


def endpoint(node):
    return node.url("federation").removeprefix("https://").rstrip("/")


def says(node, path, body, name="evil", op=None):
    """What a member of other make says; signed anew while the node is young."""
    def once():
        reply = send(endpoint(node), Request(
            keys[name], method="POST", path=path, authority=endpoint(node), dest=ids[node.name], reg=roots.reg(),
            op=op or new(), body=body if isinstance(body, bytes) else json.dumps(body).encode()))
        return reply if reply.status == 200 or reply.code() not in ("early-boot", "registry-stale") else None
    return until(once)


def join(node, roles):
    pin = pin_of(node.data_dir + "/front/federation.pem")
    reply = node.admin("POST", ADMIN + "/join", {"invitation": b64url(roots.invitation()), "endpoint": endpoint(node),
                                                 "name_ja": node.name, "spki": [{"sha256": b64url(pin)}]})
    asked = reading(reply.body)[0]
    ids[node.name], made[node.name] = asked["node"], (pin, asked["keys"][0])
    is_now(node, roles)


def is_now(node, roles):
    pin, key = made[node.name]
    roots.member(ids[node.name], node.name, endpoint(node), [pin], key["kid"],
                 fed_peer.base64.urlsafe_b64decode(key["ed25519"] + "="), roles, (-YEAR, 86400 * 30))


def other(name, roles, contract=(-YEAR, 86400 * 30)):
    roots.member(others[name], name, doors[name].endpoint, [doors[name].pin], keys[name].kid, keys[name].public, roles,
                 contract)


def publish():
    text = roots.publish()
    for node in nodes:
        reply = node.admin("POST", ADMIN + "/registry", text, {"Content-Type": SIGNED})
        assert reply.status == 200, reply


def polite(name):
    def answers(handler, _):
        text = b'{"revision":1}'
        write(handler, 200, answer_headers(keys[name], 200, "application/json", text, dict(handler.headers)), text)
    return answers


def begin():
    for node in nodes:
        for name, role in (("board", "commissioner"), ("contractor", "contractor")):
            who[node.name, name] = node.sign_in(node.account(role, display_name=f"{node.name}の{name}"))
        ask(node, "board", "PUT", "/api/v1/contract", {
            "id": new(), "title": "見本の契約", "contractor": "受託者", "begins_on": "2020-04-01",
            "ends_on": "2090-03-31", "n_student": 400, "n_staff": 100, "n_guardian": 10}, 200)
    for name, door in doors.items():
        door.answer = polite(name)


@case
def nothing_goes_without_the_registry_and_its_role(t):
    t.req("CARD-5")
    begin()
    # Two isolated elementary pupils of 40: too few to tell, and connection tells the same.
    count(town, month(1), cells_of(40, 60, isolated=2))
    t.eq((ask(town, "board", "GET", RELEASES).json()["state"], act("", month=month(1))), ("no-registry",) * 2, "alone")
    join(pref, ["host", "guest", "coordinator"])
    join(town, ["host", "guest"])
    other("evil", ["kpi"])
    other("calm", ["kpi"])
    publish()
    t.eq((ask(town, "board", "GET", RELEASES).json()["state"], act("", month=month(1))), ("no-role",) * 2, "no role")
    is_now(town, ["host", "guest", "kpi"])
    publish()
    t.eq(ask(town, "board", "GET", RELEASES).json()["state"], "can", "now it may")
    t.eq(act("", month=month(2)), "not-found", "a month that was not counted")
    t.eq(act("", "contractor", month=month(1)), "not-found", "the contractor gives nothing")
    t.eq(act(f"/{month(1)}/withdraw", reason="まだ"), "not-sent", "nothing to withdraw")
    t.eq(town.psql("SELECT count(*) FROM kpi_release"), "0", "nothing was written")


@case
def the_board_sees_to_the_byte_what_goes(t):
    t.req("CARD-5, CARD-7")
    before = shown(month(1))
    t.ok(not before["is_sent"] and before["k"] == 5, "as it would go")
    why = {(c["kpi"], c["part"]): c["shown"] for c in before["cells"]}
    t.eq((why["isolation_30", "elementary"], why["isolation_30", "all"], why["came", "all"]),
         ("small", "small", "shown"), "what is small is hidden")
    t.ok(all(("num" in c) == (c["shown"] == "shown") for c in before["cells"]), "a hidden number is not even here")
    t.ok("present_days" not in {k for k, _ in why}, "attendance is not among what is given")
    op = new()
    first = ask(town, "board", "POST", RELEASES, {"id": op, "month": month(1)}, 200).json()
    t.eq(ask(town, "board", "POST", RELEASES, {"id": op, "month": month(1)}, 200).json(), first, "again, once")
    t.eq(act("", month=month(1)), "sent-already", "a month is given once")
    t.ok(arrived(month(1)), f"it came: {revisions(month(1))}")
    after = shown(month(1))
    t.eq((after["is_sent"], after["body"], after["sha256"]), (True, before["body"], first["sha256"]), "what was seen")
    t.eq(hashlib.sha256(after["body"].encode()).hexdigest(), first["sha256"], "the sum of these bytes")
    t.eq(got(ids["aozora"], month(1), "encode(f.sum, 'hex')"), first["sha256"], "and of what came")
    n_shown = sum(c["shown"] == "shown" for c in after["cells"])
    t.eq(got(ids["aozora"], month(1)), f"1 send 112 {n_shown}", "cell by cell")
    t.ok(0 < n_shown < 112, f"some are hidden: {n_shown}")
    for node, table in ((town, "kpi_release"), (pref, "fed_kpi")):
        t.eq(node.psql(f"SELECT count(*) FROM {table} r WHERE NOT EXISTS (SELECT FROM audit_leaf l WHERE l.row_id ="
                       f" r.id AND l.table_name = '{table}')"), "0", "a leaf each")


@case
def walk_kpi_cell(t):
    t.req("CARD-5, CARD-7")
    coordinator = pref.sign_in(pref.account("coordinator"))
    found = coordinator.request("GET", f"/api/v1/kpi/prefecture?from={month(1)}&to={month(1)}").json()
    for kpi, counted in (("came", "100|100"), ("isolation_30", "2|100")):
        cell = next(c for c in found["cells"] if (c["node"], c["kpi"]) == (ids["aozora"], kpi))
        at = f"kpi = '{kpi}' AND part = 'all'"
        t.eq(town.psql(f"SELECT num, den FROM kpi_cell WHERE {at}"), counted, f"{kpi} as it was counted")
        t.eq((cell.get("num"), cell.get("den")), (100, 100) if kpi == "came" else (None, None), "as the prefecture reads it")
        t.eq(pref.psql(f"SELECT count(*) FROM fed_kpi_cell WHERE {at} AND num IS NULL AND den IS NULL"),
             "0" if kpi == "came" else "1", "no number of what is hidden is there")


def body(**change):
    """A good release of the member of other make; `cells` may be changed by a function."""
    out = {"month": month(1), "version": 1, "revision": 1, "kind": "send", "k": 5, "registry_seq": roots.seq,
           "cells": [dict(c) for c in cells_of(40, 60) if c["kpi"] != "present_days"]}
    edit = change.pop("edit", None)
    out.update(change)
    if edit:
        edit(out["cells"])
    return out


def one(cells, kpi, part="all"):
    return next(c for c in cells if c["kpi"] == kpi and c["part"] == part)


@case
def what_may_not_be_is_refused_for_its_reason_and_recorded(t):
    t.req("CARD-5, CARD-7")
    small = [c for c in cells_of(40, 60, isolated=2) if c["kpi"] != "present_days"]
    rows = [
        ("not-json", b"{", "bad-json"), ("a field more", {**body(), "who": "x"}, "bad-json"),
        ("text for a number", body(edit=lambda c: c[0].update(num="1")), "bad-json"),
        ("another k", body(k=4), "kpi-rule"), ("a registry to come", body(registry_seq=10 ** 6), "kpi-rule"),
        ("this month", body(month=month(0)), "kpi-month"), ("no month", body(month="2026-00"), "kpi-month"),
        ("before the contract", body(month="2020-01"), "kpi-month"),
        ("definitions to come", body(version=2), "kpi-unknown"),
        ("an unknown figure", body(edit=lambda c: c[0].update(kpi="grades")), "kpi-unknown"),
        ("attendance", body(edit=lambda c: c[0].update(kpi="present_days")), "kpi-unknown"),
        ("a cell short", body(edit=lambda c: c.pop()), "kpi-cells"),
        ("a cell twice", body(edit=lambda c: c.append(dict(c[0]))), "kpi-cells"),
        ("half a cell", body(edit=lambda c: c[0].pop("den")), "kpi-cells"),
        ("less than nothing", body(edit=lambda c: one(c, "visits").update(num=-1)), "kpi-count"),
        ("more than all", body(edit=lambda c: one(c, "came").update(num=101)), "kpi-count"),
        ("parts that do not add up", body(edit=lambda c: one(c, "came").update(num=90)), "kpi-count"),
        ("small cells", body(cells=small), "kpi-hidden"),
        ("only the small ones hidden", body(cells=[
            {k: v for k, v in c.items() if k not in ("num", "den")} if c["num"] == 2 else c for c in small]),
         "kpi-hidden"),
        ("a correction of nothing", body(kind="correct"), "kpi-revision"),
        ("a withdrawal with cells", body(kind="withdraw", revision=2), "kpi-cells"),
    ]
    for what, sent, code in rows:
        t.eq(says(pref, "/fed/v1/kpi/release", sent).code(), code, what)
    t.eq(got(others["evil"], month(1)), "", "nothing of it is kept")
    t.eq(says(town, "/fed/v1/kpi/release", body()).code(), "role-denied", "a town takes none")
    op = new()
    t.eq([says(pref, "/fed/v1/kpi/release", body(), op=op).status for _ in range(2)], [200, 200], "the same act again")
    t.eq(says(pref, "/fed/v1/kpi/release", body()).code(), "kpi-revision", "twice")
    t.eq(got(others["evil"], month(1)), "1 send 112 112", "a good one is taken")
    seen = set(pref.psql("SELECT DISTINCT outcome FROM access_record WHERE route = 'kpi.release' AND action ="
                         f" 'refused' AND object = '{others['evil']}'").split())
    t.eq(seen, {code for _, _, code in rows} | {"kpi-revision"}, "each reason is on record")
    other("evil", ["guest"])
    publish()
    t.eq(says(pref, "/fed/v1/kpi/release", body(month=month(2))).code(), "role-denied", "without the role")
    other("evil", ["kpi"], (-YEAR, -60))
    publish()
    t.eq(says(pref, "/fed/v1/kpi/release", body(month=month(2))).code(), "contract-ended", "after its end")


@case
def the_prefecture_asks_for_what_it_lost_and_for_nothing_finer(t):
    t.req("CARD-5, CARD-7")
    asked = {}

    def answer(cuts, name=month(1)):
        op = new()
        ask(pref, "board", "POST", "/api/v1/kpi/asks",
            {"id": op, "node": ids["aozora"], "month": name, "cuts": cuts}, 204)
        asked[op] = until(lambda: pref.psql(f"SELECT code FROM fed_kpi_ask WHERE op = '{op}'"))
        return asked[op]

    t.eq(ask(town, "board", "GET", "/api/v1/kpi/asks").json()["code"], "no-coordinator", "a town asks nobody")
    t.eq((answer(["stage"]), answer([], month(2))), ("sent", "absent"), "what was given, and what was not")
    for cut in ("grade", "school", "class", "person", "weather"):
        t.eq(answer(["stage", cut]), "cut-too-fine", cut)
    t.eq(town.psql("SELECT count(*) FROM access_record WHERE route = 'kpi.ask' AND outcome = 'cut-too-fine' AND object ="
                   f" '{ids['midori']}'"), "5", "on record at the town")
    coordinator, op = pref.sign_in(pref.account("coordinator")), new()
    body = {"id": op, "node": ids["aozora"], "month": month(1), "cuts": ["grade"]}
    t.eq(coordinator.request("POST", "/api/v1/kpi/asks", body).status, 204, "who reads the figures asks, too")
    t.ok(until(lambda: pref.psql(f"SELECT code FROM fed_kpi_ask WHERE op = '{op}'")), "and is answered")
    said = coordinator.request("GET", "/api/v1/kpi/asks").json()["items"][0]
    t.eq((said["code"], "渡せません" in said["code_ja"]), ("cut-too-fine", True), "with the reason")
    items = ask(pref, "board", "GET", "/api/v1/kpi/asks", status=200).json()["items"]
    t.eq(sum(i["code"] == "cut-too-fine" for i in items), 6, "and at the prefecture")
    t.eq(says(town, "/fed/v1/kpi/ask", {"month": month(1), "cuts": [], "has": 0}, "calm").code(), "role-denied",
         "who is no prefecture is told nothing")
    # As after a restored backup.
    pref.psql(f"DELETE FROM fed_kpi_cell; DELETE FROM fed_kpi WHERE node = '{ids['aozora']}'; DELETE FROM fed_op")
    t.eq((got(ids["aozora"], month(1)), answer(["stage"])), ("", "sent"), "lost and asked for")
    t.eq(town.psql("SELECT kind FROM fed_outbox WHERE ended_at IS NULL"), "kpi.release", "it goes again, with what is next")


@case
def a_correction_hides_and_a_withdrawal_ends(t):
    t.req("CARD-5, CARD-14")
    path = f"/{month(1)}/correct"
    t.eq(act(path, kpis=["grades"], reason="まちがい"), "invalid", "no figure")
    t.eq(act(path, kpis=["came"]), "invalid", "no reason")
    n_before = sum(c["shown"] == "shown" for c in shown(month(1))["cells"])
    done = act(path, kpis=["came", "stayed", "visits"], reason="入室の記録が二重だった")
    t.eq(done["revision"], 2, f"corrected: {done}")
    t.ok(arrived(month(1), 2), "it came")
    now = shown(month(1))["cells"]
    taken = {c["kpi"] for c in now if c["shown"] == "taken"}
    n_now = sum(c["shown"] == "shown" for c in now)
    t.eq(taken, {"came", "stayed", "visits"}, "what was taken back")
    t.ok(n_now <= n_before - 9, "it shows less")
    t.eq(got(ids["aozora"], month(1)), f"2 correct 112 {n_now}", "so does the prefecture")
    t.eq(pref.psql(f"SELECT string_agg(revision::text, ',' ORDER BY revision) FROM fed_kpi WHERE node ="
                   f" '{ids['aozora']}'"), "1,2", "what was lost came before it")
    t.eq(pref.psql("SELECT count(*) FROM fed_kpi_cell c JOIN fed_kpi f ON f.id = c.release WHERE f.node ="
                   f" '{ids['aozora']}' AND f.revision = 1"), "0", "which has no more of the first")
    t.ok("二重" not in shown(month(1))["body"], "the reason stays in the house")
    t.eq(act(f"/{month(1)}/withdraw", reason="名簿が古かった")["revision"], 3, "withdrawn")
    t.ok(arrived(month(1), 3), "that came, too")
    t.eq(got(ids["aozora"], month(1)), "3 withdraw 0 0", "nothing of it is left there")
    t.eq((act("", month=month(1)), act(path, kpis=["came"], reason="x")), ("withdrawn",) * 2, "for good")
    t.eq(town.psql("SELECT string_agg(kind || ' ' || reason, ',' ORDER BY revision) FROM kpi_release"),
         "send ,correct 入室の記録が二重だった,withdraw 名簿が古かった", "all of it is kept here")


@case
def who_leaves_takes_its_figures_back_or_lets_them_stay(t):
    t.req("CARD-14")
    other("evil", ["kpi"])
    publish()
    t.eq([says(pref, "/fed/v1/kpi/release", body(month=month(2)), name).status for name in keys], [200, 200], "given")
    for name, choice in (("evil", {"kpi": "withdraw"}), ("calm", {"kpi": "keep"})):
        reply = says(pref, "/fed/v1/purge", {"node": others[name], "ask": new(), **choice}, name)
        t.eq((reply.status, reply.json().get("state")), (200, "working"), f"{name} leaves")
        t.ok(until(lambda n=name: pref.psql(f"SELECT 1 FROM fed_purge WHERE node = '{others[n]}' AND receipt IS NOT"
                                            " NULL") == "1", 40), "and has its receipt")
    t.eq((got(others["evil"], month(2)), got(others["calm"], month(2))), ("2 withdraw 0 0", "1 send 112 112"),
         "taken back, and kept")
    parts = pref.psql("SELECT node || ' ' || n FROM fed_purge_part WHERE part = 'fed_kpi_cell'")
    t.eq(parts, f"{others['evil']} 112", "the receipt counts what went")
    t.eq(says(pref, "/fed/v1/kpi/release", body(month=month(3)), "calm").code(), "class-purged", "nothing more comes")


@case
def the_node_gives_by_itself_when_it_was_told_to(t):
    t.req("CARD-5")
    count(town, month(2), cells_of(40, 60, alone=3))
    ask(town, "board", "PUT", "/api/v1/settings/kpi.release", {"id": new(), "value": "auto"}, 200)
    t.eq(town.psql("SELECT count(*) FROM kpi_release WHERE by IS NULL"), "0", "not at once")
    town.restart()
    town.wait_answer()
    t.ok(until(lambda: got(ids["aozora"], month(2)).startswith("1 send 112 "), 40), "the job gave it")
    t.eq(town.psql("SELECT count(*) FROM kpi_release WHERE by IS NULL"), "1", "once, and no older one again")


if __name__ == "__main__":
    with nodes:
        main(__file__, lambda: ([door.close() for door in doors.values()], folder.cleanup()))
