#!/usr/bin/python3
"""tests/authz/run.py - every route x every listener x every role x state of the session, asked of
a whole running node, compared with tests/authz/expected.tsv (NI-T3-7, KP-3-安全-2).

expected.tsv is what `ibasho-rows matrix` printed when the rows were last read by a person: a route
or role that changed makes the first case fail until the new table has been read and put in place
(`tests/authz/run.py --accept`). Then each line is asked for real. Status and kind of body are
compared, and each answer is searched for canaries: names of accounts that are not the caller's.
"""
import collections
import csv
import http.client
import os
import re
import secrets
import subprocess
import sys
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import t as tlib  # noqa: E402
from ibasho_node import BUILD, ROOT, Nodes, Session  # noqa: E402

EXPECTED = os.path.join(ROOT, "tests/authz/expected.tsv")
ROLES = ["student", "guardian", "supporter", "instructor", "guest_teacher", "school_staff",
         "commissioner", "contractor", "data_holder", "analyst", "coordinator", "auditor"]
Line = collections.namedtuple("Line", "route method path listener role expect object audit")


def printed():
    return subprocess.run([f"{BUILD}/ibasho-rows", "matrix"], cwd=ROOT, check=True, text=True,
                          capture_output=True).stdout


def lines_of(text):
    rows = list(csv.reader(text.splitlines(), delimiter="\t"))
    return [Line(*row) for row in rows[1:]]


class World:
    """One node, an account of each role, a session row of each state for each."""

    def __init__(self, nodes):
        self.node = nodes["aozora"]
        self.accounts, self.canaries, self.tokens = {}, {}, {}
        for role in ROLES:
            canary = "Z" + secrets.token_hex(8)
            login = self.node.account(role, f"az-{role.replace('_', '-')}", canary)
            self.accounts[role], self.canaries[role] = login.id, canary
        for role in ROLES:
            for state in ("valid", "expired", "closed"):
                self.renew(role, state)

    def renew(self, role, state="valid"):
        """Session rows as sign-in makes them, one a door, in the state asked for: signing in for
        real would wait 30 s a session for the next one-time code (test_account has it)."""
        until = "now() - interval '1 minute'" if state == "expired" else "now() + interval '1 hour'"
        closed = "now()" if state == "closed" else "NULL"
        self.tokens[role, state] = {}
        for listener in ("public", "office"):
            token, device = secrets.token_hex(32), secrets.token_hex(32)
            self.node.psql(f"""
                INSERT INTO session (id, token_sha256, account, created_at, last_seen_at,
                                     expires_at, closed_at, listener, device_sha256, device_facts)
                VALUES ('{uuid.uuid4()}', sha256('{token}'), '{self.accounts[role]}', now(), now(),
                        {until}, {closed}, '{listener}',
                        sha256('{device}'::bytea || '\\x00' || 'その他'::bytea), 'その他')""")
            self.tokens[role, state][listener] = (token, device)

    def session(self, listener, token):
        """token: the role's two sessions, or None; a door without sessions gets the public one."""
        session = Session(self.node, listener)
        if token is not None:
            session.cookies["__Host-ibasho"], session.cookies["__Host-ibasho-device"] = \
                token.get(listener, token["public"])
        return session

    def refusals(self, role):
        return int(self.node.psql(
            f"SELECT count(*) FROM access_record WHERE account = '{self.accounts[role]}'"
            " AND action = 'refused'"))


def target(line):
    """Forged ids for the path: the object does not exist, so an allowed caller changes nothing."""
    return re.sub(r"\{(\w+)\}", lambda m: str(uuid.uuid4()), line.path)


def bodies():
    """NAME -> what a body of that route is: JSON, a file of some type, or none."""
    text = subprocess.run([f"{BUILD}/ibasho-rows", "routes"], cwd=ROOT, check=True, text=True,
                          capture_output=True).stdout
    rows = csv.DictReader(text.lstrip("#").splitlines(), delimiter="\t")
    return {r["name"]: "application/json" if r["input"] != "-" else r["file"] for r in rows}


BODIES = bodies()


def ask(world, line, token, headers=None):
    body = None
    head = dict(headers or {})
    if line.method in ("POST", "PUT") and BODIES[line.route] != "-":
        body, head["Content-Type"] = b"{}", BODIES[line.route]
    return world.session(line.listener, token).request(line.method, target(line), body, head)


def code_of(reply):
    if "problem+json" not in (reply.headers.get("Content-Type") or ""):
        return ""
    return reply.json().get("code", "")


def canary_of_others(world, reply, role):
    return [r for r, c in world.canaries.items()
            if r != role and c.encode() in reply.body]


# Staff whose duty is the list of accounts may see names of others. Each such route is named here
# with whom each role may see, so that the search stays honest (test_people_read has every field).
EVERYONE = set(ROLES)
MAY_SEE_OTHERS = {
    "people.list": {"commissioner": EVERYONE, "contractor": EVERYONE, "supporter": {"student"}},
}


def check_cell(t, world, line):
    """One line of the table, with a valid session of that role (none for anonymous)."""
    token = None if line.role == "anonymous" else world.tokens[line.role, "valid"]
    before = 0 if token is None else world.refusals(line.role)
    reply = ask(world, line, token)
    refused = 0 if token is None else world.refusals(line.role) - before
    what = f"{line.listener} {line.route} as {line.role}"
    if line.expect == "401":
        t.eq((reply.status, code_of(reply)), (401, "sign-in-needed"), what)
    elif line.expect == "404":
        t.eq((reply.status, code_of(reply)), (404, "not-found"), what)
        t.eq(refused, 1, what + ": the refusal stands in the access record")
    else:
        t.ok(reply.status not in (401, 403, 405, 500) and refused == 0, what,
             f"{reply.status} {code_of(reply)}, {refused} refusals recorded")
        if token is not None and line.route == "session.close":
            world.renew(line.role)
    may = MAY_SEE_OTHERS.get(line.route, {}).get(line.role, set())
    seen = [r for r in canary_of_others(world, reply, line.role) if r not in may]
    t.eq(seen, [], what + ": nobody else's name in the answer")
    return reply


def real_lines():
    return [line for line in lines_of(open(EXPECTED, encoding="utf-8").read())
            if line.listener != "admin"]


N_CELLS = 0


def count(n=1):
    global N_CELLS
    N_CELLS += n


@tlib.case
def rows_are_the_table_that_was_read(t):
    t.req("NI-T3-7")
    expected = open(EXPECTED, encoding="utf-8").read().splitlines()
    now = printed().splitlines()
    for line in sorted(set(now) - set(expected)):
        t.ok(False, "a row nobody has read yet", line)
    for line in sorted(set(expected) - set(now)):
        t.ok(False, "a row that is gone", line)
    t.ok(len(now) > 20, "the table is there")


@tlib.case
def every_cell_answers_as_the_table_says(t):
    t.req("NI-T3-7, KP-3-安全-2")
    for line in real_lines():
        if line.role != "*":
            check_cell(t, WORLD, line)
            count()


@tlib.case
def a_route_of_another_listener_does_not_exist(t):
    for line in real_lines():
        if line.role != "*":
            continue
        for role in ("commissioner", "student"):
            reply = ask(WORLD, line, WORLD.tokens[role, "valid"])
            is_page = line.method == "GET" and not line.path.startswith("/api/") and \
                b"<!doctype html>" in reply.body  # any other path is the client's own
            t.ok(reply.status in (404, 405) or is_page, f"{line.listener} {line.route} as {role}",
                 f"{reply.status} {code_of(reply)}")
            count()


@tlib.case
def dead_sessions_are_nobody(t):
    """Expired, closed, forged: the same as no cookie at all."""
    t.req("AI-2.6-オ, NI-T3-1")
    for line in real_lines():
        if line.role not in ("commissioner", "student"):
            continue
        anonymous = ask(WORLD, line, None)
        for state in ("expired", "closed", "forged"):
            token = secrets.token_bytes(32) if state == "forged" else \
                WORLD.tokens[line.role, state]
            reply = ask(WORLD, line, token)
            t.eq((reply.status, code_of(reply)), (anonymous.status, code_of(anonymous)),
                 f"{line.listener} {line.route} with a session that is {state}")
            count()


@tlib.case
def cross_site_requests_change_nothing(t):
    t.req("AI-2.6-オ")
    for line in real_lines():
        if line.role not in ("commissioner", "anonymous") or line.method == "GET":
            continue
        token = WORLD.tokens.get((line.role, "valid"))
        for headers in ({"Origin": "https://evil.example"},
                        {"Sec-Fetch-Site": "cross-site"},
                        {"Origin": "null"}):
            reply = ask(WORLD, line, token, headers)
            t.eq(reply.status, 403, f"{line.listener} {line.route} from {headers}")
            count()


@tlib.case
def hidden_and_missing_are_the_same_bytes(t):
    """A route of the wrong role answers exactly what a path that is no route answers."""
    for listener in ("public", "office"):
        session = WORLD.session(listener, WORLD.tokens["student", "valid"])
        hidden = [line for line in real_lines()
                  if line.role == "student" and line.expect == "404" and line.method == "GET"
                  and line.listener == listener]
        missing = session.request("GET", "/api/v1/there-is-no-such-route")
        t.eq(missing.status, 404, f"{listener}: a path that is no route")
        for line in hidden:
            reply = session.request("GET", target(line))
            t.ok(reply.body == missing.body, f"{listener} {line.route}: body", code_of(reply))
            t.eq(sorted(k.lower() for k in reply.headers), sorted(k.lower() for k in missing.headers),
                 f"{listener} {line.route}: header names")
            count()


@tlib.case
def the_sessions_of_this_test_are_accepted(t):
    """Positive control: without it every refusal above would prove nothing."""
    for role in ROLES:
        reply = WORLD.session("public", WORLD.tokens[role, "valid"]).request("GET", "/api/v1/session")
        t.eq(reply.status, 200, role)
        t.eq(reply.json().get("role"), role, role)


def main():
    global WORLD
    if sys.argv[1:] == ["--accept"]:
        with open(EXPECTED, "w", encoding="utf-8") as f:
            f.write(printed())
        print("read the change before you commit it: git diff tests/authz/expected.tsv")
        return
    with Nodes("aozora") as nodes:
        WORLD = World(nodes)
        tlib.main(__file__, lambda: print(f"  note {N_CELLS} cells tested", flush=True))


if __name__ == "__main__":
    try:
        main()
    except http.client.HTTPException as e:
        sys.exit(f"authz: {e!r}")
