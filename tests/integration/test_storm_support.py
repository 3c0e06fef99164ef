#!/usr/bin/python3
# tests/run: alone 120
"""Parts of a node are killed at any moment while children call for help and staff report: nothing
acknowledged is lost, nothing happens twice, everything unanswered still waits for somebody
(NI-2.3-b2, AI-4.4-カ-ハ-1b)."""
import http.client
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import Nodes  # noqa: E402
from lib.storm import History, Writers, plan, run_plan  # noqa: E402
from lib.t import case, main  # noqa: E402

TARGETS = ("node", "keyd", "postgres")
SECONDS, SEED = 25, 20261122

nodes = node = None
children, staff = [], []


def post(session, path, body):
    """"ok", or None: ask again."""
    try:
        reply = session.request("POST", path, body, timeout=5)
    except (OSError, http.client.HTTPException):
        return None
    if reply.status == 201:
        return "ok"
    if reply.status >= 500:
        return None
    raise RuntimeError(f"{path}: {reply}")


def write_one(client, key):
    time.sleep(0.02)
    if client % 2 == 0:
        return post(children[client // 2], "/api/v1/sos", {"id": key, "kind": "fear"})
    return post(staff[client // 2], "/api/v1/incidents", {
        "id": key, "kind": "manual", "urgency": 3, "severity": 2, "text": "あらしのなかの報告"})


def held():
    return node.psql("SELECT id FROM sos UNION ALL SELECT id FROM incident").split()


@case
def storm_loses_no_call_and_no_incident(t):
    t.req("NI-2.3-b2, AI-4.4-カ-ハ-1b")
    history, hits = History(), {name: 0 for name in TARGETS}
    with Writers(4, write_one, history):
        time.sleep(1)
        for _, target, pid in run_plan(plan(SEED, SECONDS, TARGETS), node):
            hits[target] += pid > 0
        took = node.wait_answer()
    t.note(f"seed {SEED}, {SECONDS} s, hits {hits}, whole again {took:.2f} s after the last")
    t.ok(all(hits.values()), "every target was hit", hits)
    history.check(t, held())
    waiting = set(node.psql("SELECT id FROM duty_call").split())
    t.eq([i for i in held() if i not in waiting], [], "each waits for somebody")
    for table in ("sos", "sos_step", "incident", "incident_step"):
        t.eq(node.psql(f"SELECT count(*) FROM {table} s WHERE NOT EXISTS (SELECT FROM audit_leaf l WHERE"
                       f" l.row_id = s.id AND l.table_name = '{table}')"), "0", f"{table}: leaves")
    t.eq(node.psql("SELECT count(*) FROM (SELECT sos, told FROM sos_step WHERE act = 'sent' GROUP BY"
                   " sos, told HAVING count(*) > 1) d"), "0", "nobody was told twice of one call")


@case
def storm_calls_are_answered_for_good(t):
    """Answered just before everything falls over: still answered afterwards."""
    done = [s["sos"] for s in staff[0].request("GET", "/api/v1/sos").json()["items"]][:10]
    for n, sos in enumerate(done):
        reply = staff[0].request("POST", f"/api/v1/sos/{sos}/act", {
            "id": f"00000000-0000-4000-8000-{n:012x}", "act": "answer"})
        t.eq(reply.json()["state"], "answered", "answered")
    for name in ("supervisor", *TARGETS):
        node.kill(name)
    time.sleep(0.5)
    node.start()
    node.wait_answer()
    for sos in done:
        t.eq(staff[0].request("GET", f"/api/v1/sos/{sos}").json()["state"], "answered", "still")
    among = ", ".join(f"'{s}'" for s in done)
    t.eq(node.psql(f"SELECT count(*) FROM duty_call WHERE id IN ({among})"), "0", "and nobody is told on")


if __name__ == "__main__":
    nodes = Nodes("aozora")
    nodes.__enter__()
    node = nodes["aozora"]
    children += [node.sign_in(node.account("student")) for _ in range(2)]
    staff += [node.sign_in(node.account("supporter")) for _ in range(2)]
    main(__file__, nodes.close)
