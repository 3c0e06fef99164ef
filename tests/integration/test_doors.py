#!/usr/bin/python3
"""Doors of two towns: whose certificate opens which office, and what a stranger can fill."""
# tests/run: right 120
import os
import ssl
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from ibasho_node import Nodes  # noqa: E402
from t import case, main  # noqa: E402


def office_answer(door, holder):
    """Status of door's office for a browser that holds holder's certificate, or the TLS refusal."""
    context = ssl.create_default_context(cafile=door.v["CA"])
    context.load_cert_chain(holder.v["OFFICE_CERT"] + ".pem", holder.v["OFFICE_CERT"] + ".key")
    connection = door.connection("office", context=context)
    try:
        connection.request("GET", "/api/v1/node")
        return connection.getresponse().status
    except ssl.SSLError as e:
        return e.reason
    finally:
        connection.close()


@case
def office_opens_to_its_own_towns_certificate_alone(t):
    t.req("NI-2.3.5-1, CARD-6")
    a, b = nodes["aozora"], nodes["midori"]
    t.eq(office_answer(a, a), 200, "the town's own certificate")
    t.eq(office_answer(b, b), 200, "the other town's own")
    for door, holder in ((a, b), (b, a)):
        answer = office_answer(door, holder)
        t.ok(isinstance(answer, str) and "UNKNOWN_CA" in answer.upper(),
             f"{holder.name}'s certificate at {door.name}'s office", answer)


@case
def strangers_told_to_wait_leave_no_leaves(t):
    t.req("AI-2.6-オ, NI-T3-8")
    node = nodes["aozora"]
    statuses = []
    for _ in range(40):
        reply = node.request("POST", "/api/v1/session",
                             {"login": "nobody-here", "password": "wrong wrong wrong"},
                             {"Origin": node.url()})
        statuses.append(reply.status)
    n_tried, n_waited = statuses.count(401), statuses.count(429)
    t.eq(n_tried + n_waited, 40, "every try has its answer")
    t.ok(n_waited >= 30, "most are told to wait", statuses)
    rows = int(node.psql("SELECT count(*) FROM access_record WHERE route = 'session.open'"))
    t.eq(rows, n_tried, "what was tried is on record, what was not tried is not")


if __name__ == "__main__":
    with Nodes("aozora", "midori") as nodes:
        main(__file__)
