#!/usr/bin/python3
"""tests/authz/run.py - the whole matrix, asked of running nodes (NI-T3-7, KP-3-安全-2): every route
and command x every role and nobody x whose object x what session x same or cross site. Status and
kind of body of each cell are compared with tests/authz/expected.tsv, which a person has read; each
answer is searched for names, logins and ids the caller may not know.

expected.tsv holds the cells of a valid session from the same site, and of half-way sessions where a
route admits them. The others follow from three sentences, and each of them is asked for real:
  - a session that is expired, not yet through its second factor (where the route does not say
    otherwise), or used from another device is nobody: the cell of `anonymous`
  - what changes something is 403:cross-site from another site, whoever asks; what reads is the same
  - on the office listener a route answers as on the public one
Session and site are judged before an object is looked for (node/server/http_judge.c, dispatch.c), so of a
route with several objects each role asks about some of them, by turns: every role in every state and from
both sites of every route, and of every object in every state and from both sites. AUTHZ=all, and --accept,
ask every role about every object.

`run.py --accept` asks everything, then writes the file anew: read `git diff` before committing it.
tests/authz/objects.py says about which objects each route is asked."""
import concurrent.futures
import itertools
import json
import os
import re
import subprocess
import sys
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import t as tlib  # noqa: E402
from ibasho_node import BUILD, ROOT, Nodes  # noqa: E402
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import commands  # noqa: E402
from objects import ROUTES, Route  # noqa: E402
from world import ROLES, World, fill  # noqa: E402

EXPECTED = os.path.join(ROOT, "tests/authz/expected.tsv")
CALLERS = ["anonymous"] + ROLES
SHORT = {"401:sign-in-needed": "401", "404:not-found": "404", "403:cross-site": "403",
         "422:invalid": "422", "409:conflict": "409"}
PEOPLE_LISTENERS = ("public", "office")
PLAIN = Route(lambda world, role, kind: ({}, None))


def rows(kind):
    text = subprocess.run([f"{BUILD}/ibasho-rows", kind], cwd=ROOT, check=True, text=True,
                          capture_output=True).stdout
    lines = [line.split("\t") for line in text.splitlines()]
    return [dict(zip([h.lstrip("#") for h in lines[0]], line)) for line in lines[1:]]


def routes():
    return [r for r in rows("routes") if r["listeners"] != "admin"]


def about(route):
    """The builder of a route's objects and body."""
    known = ROUTES.get(route["name"])
    if known is None and "{" not in route["path"]:
        return PLAIN
    return known


def stages(route):
    return route["stages"].split(",")


# ---- asking one cell ----

class Matrix:
    def __init__(self, world, is_all):
        self.world, self.is_all = world, is_all
        self.cells = {}      # (route, object, session, role) -> "200:Person", same site, public
        self.replies = {}    # of those, for hidden and missing
        self.counted = itertools.count(1)
        self.n_cells = 0
        self.wrong = []
        self.asking = concurrent.futures.ThreadPoolExecutor(8)
        self.schemas = json.loads(self.ask_plain("/api/v1/openapi.json").body)

    def ask_plain(self, path):
        return self.world.ask("public", "GET", path, None)

    def ask(self, route, kind, role, state="valid", site="same", listener="public"):
        world, spec = self.world, about(route)
        params, body = spec.build(world, role, kind)
        if body is None and route["input"] != "-":
            body = {}
        raw, content_type = body, None
        if route["file"] != "-":
            raw, content_type = body or b"PK\x05\x06" + bytes(18), route["file"]
        elif body is not None:
            raw = json.dumps(body).encode()
        path = fill(route["path"], params)
        reply = world.ask(listener, route["method"], path, world.cookie(role, state, listener), raw,
                          site == "cross", content_type)
        self.n_cells = next(self.counted)
        what = f"{listener} {route['name']} {kind} as {role}, {state}, {site}-site"
        if spec.spends and reply.status < 300 and state != "other_device":
            world.spend(role, state, listener)
        self.search(reply, role, state, path + str(body), what)
        return self.class_of(route, reply, what), reply, what

    def search(self, reply, role, state, asked, what):
        for canary in self.world.hidden_from(role, state, asked):
            if canary in reply.body or any(canary.decode() in v for v in reply.headers.values()):
                self.wrong.append(f"{what}: the answer holds {canary.decode()}")

    def class_of(self, route, reply, what):
        kind = (reply.headers.get("Content-Type") or "").split(";")[0]
        name = kind.split("/")[-1]
        if kind == "application/problem+json":
            name = reply_code(reply)
        elif kind == "application/json" and route["output"] != "-":
            name = route["output"]
            self.check_shape(name, json.loads(reply.body), what)
        cell = f"{reply.status}:{name}" if name else str(reply.status)
        return SHORT.get(cell, cell)

    def check_shape(self, name, value, what):
        schema = self.schemas["components"]["schemas"][name]
        if not set(schema["required"]) <= set(value) <= set(schema["properties"]):
            self.wrong.append(f"{what}: {sorted(value)} is no {name}")

    # ---- all cells ----

    def walk(self, only=""):
        for route in routes():
            if only in route["name"]:
                for kind in about(route).kinds:
                    for state in ("valid",) + tuple(s for s in stages(route) if s != "full"):
                        self.row(route, kind, state)
                    self.derived(route, kind)

    def row(self, route, kind, state):
        if not set(route["listeners"].split(",")) & set(PEOPLE_LISTENERS):
            return
        listener = "public" if "public" in route["listeners"].split(",") else "office"
        for role in CALLERS:
            if role == "anonymous" and state != "valid":
                continue
            cell, reply, _ = self.ask(route, kind, role, state, listener=listener)
            self.cells[route["name"], kind, state, role] = cell
            self.replies[route["name"], kind, state, role] = reply

    def derived(self, route, kind):
        """The cells that follow from those of the table; side by side, for they change nothing but
        by the office's."""
        list(self.asking.map(lambda cell: self.compare(route, kind, *cell),
                             list(self.follow(route, kind))))

    def follow(self, route, kind):
        listeners = [x for x in PEOPLE_LISTENERS if x in route["listeners"].split(",")]
        kinds = about(route).kinds
        turn = kinds.index(kind) + len(route["name"])
        for i, role in enumerate(CALLERS if listeners else ()):
            if len(listeners) == 2 and kind == kinds[0]:
                yield (role, "valid", "same", "office",
                       self.cells[route["name"], kind, "valid", role])
            if (i + turn) % len(kinds) and not self.is_all:
                continue
            states = ["valid"]
            if role != "anonymous":
                states += ["expired", "other_device"]
                states += [] if "second_factor" in stages(route) else ["second_factor"]
            for state in states:
                as_whom = role if state == "valid" else "anonymous"
                same = self.cells[route["name"], kind, "valid", as_whom]
                yield (role, state, "cross", listeners[0],
                       "403" if route["method"] != "GET" else same)
                if state != "valid":
                    yield role, state, "same", listeners[0], same

    def compare(self, route, kind, role, state, site, listener, want):
        got, _, what = self.ask(route, kind, role, state, site, listener)
        if got != want:
            self.wrong.append(f"{what}: {got}, want {want}")

    # ---- the table ----

    def text(self):
        lines = ["# Who is answered what: written by tests/authz/run.py --accept, read by a person.",
                 "# 401 = 401:sign-in-needed, 404 = 404:not-found (hidden and missing alike),",
                 "# 403 = 403:cross-site, 422 = 422:invalid, 409 = 409:conflict; else status:body,",
                 "# a body by its problem's code, its shape or its kind. Sessions not listed are",
                 "# nobody's. Objects: tests/authz/objects.py.",
                 "\t".join(["route", "object", "session"] + CALLERS)]
        for route in routes():
            lines.append(head_of(route))
            for (name, kind, state, role) in self.cells:
                if name == route["name"] and role == "student":
                    cells = [self.cells.get((name, kind, state, r), "-") for r in CALLERS]
                    lines.append("\t".join([name, kind, state] + cells))
        return "\n".join(lines) + "\n"


def head_of(route):
    return (f"# {route['name']}: {route['method']} {route['path']} on {route['listeners']},"
            f" stages {route['stages']}, object {route['object']}, audit {route['audit']}")


def reply_code(reply):
    try:
        return json.loads(reply.body).get("code", "?")
    except ValueError:
        return "?"


def expected():
    with open(EXPECTED, encoding="utf-8") as f:
        return f.read()


def cells_of(text):
    cells = {}
    for line in text.splitlines():
        if line and not line.startswith("#") and not line.startswith("route\t"):
            name, kind, state, *by_role = line.split("\t")
            for role, cell in zip(CALLERS, by_role):
                cells[name, kind, state, role] = cell
    return cells


# ---- the cases ----

MATRIX = None


@tlib.case
def every_way_in_has_its_objects(t):
    """A path with a parameter needs to say whose objects it is asked about, and a body right in
    form."""
    t.req("NI-T3-7")
    for route in routes():
        if "{" in route["path"]:
            known = ROUTES.get(route["name"])
            if t.ok(known is not None, f"{route['name']} stands in tests/authz/objects.py"):
                params, body = known.build(MATRIX.world, "commissioner", known.kinds[0])
                t.ok(route["input"] == "-" or body is not None, f"{route['name']} has a body")
    names = {r["name"] for r in routes()}
    t.eq(sorted(set(ROUTES) - names - set(LATER)), [], "objects of routes that are gone")


LATER = ()


@tlib.case
def rows_are_those_that_were_read(t):
    t.req("NI-T3-7")
    read = {line for line in expected().splitlines() if line.startswith("# ") and ": " in line
            and " on " in line}
    now = {head_of(route) for route in routes()}
    t.eq(sorted(now - read), [], "rows that nobody has read yet")
    t.eq(sorted(read - now), [], "rows that are gone")


@tlib.case
def every_cell_is_as_expected(t):
    t.req("NI-T3-7, KP-3-安全-2, NI-2.3.4-2a, AI-2.6-オ, NI-T3-1")
    MATRIX.walk()
    want = cells_of(expected())
    for key, cell in MATRIX.cells.items():
        if key[3] != "anonymous" or key[2] == "valid":
            t.eq(cell, want.get(key), " ".join(key))
    gone = {k for k, v in want.items() if v != "-"} - set(MATRIX.cells)
    t.eq(sorted(gone), [], "cells of the file that were not asked")
    for text in MATRIX.wrong:
        t.ok(False, text)
    t.note(f"{MATRIX.n_cells} cells tested")


@tlib.case
def hidden_is_missing_byte_for_byte(t):
    """What is hidden, of another node, or erased, is answered as what never was: the same bytes, the
    same header names; and as a path that is no route."""
    t.req("NI-T3-7, KP-3-安全-2")
    nothing = MATRIX.world.ask("public", "GET", "/api/v1/there-is-no-such-route", None)
    t.eq(nothing.status, 404, "a path that is no route")
    n = 0
    for key, reply in MATRIX.replies.items():
        if MATRIX.cells[key] == "404":
            t.ok(reply.body == nothing.body, " ".join(key) + ": body", reply.body)
            t.eq([h for h in reply.header_names() if h != "connection"],
                 [h for h in nothing.header_names() if h != "connection"],
                 " ".join(key) + ": header names")
            n += 1
    t.ok(n > 100, "there were such", n)


@tlib.case
def a_route_of_another_listener_does_not_exist(t):
    for route in rows("routes"):
        for listener in ("public", "uploads", "office", "federation"):
            if listener in route["listeners"].split(","):
                continue
            for role in ("anonymous", "commissioner", "student"):
                where = listener if listener in PEOPLE_LISTENERS else "public"
                path = re.sub(r"\{\w+\}", lambda m: str(uuid.uuid4()), route["path"])
                reply = MATRIX.world.ask(listener, route["method"], path,
                                         MATRIX.world.cookie(role, "valid", where))
                is_page = route["method"] == "GET" and not path.startswith("/api/") and \
                    b"<!doctype html>" in reply.body  # any other path is the client's own
                t.ok(reply.status in (404, 405, 403) or is_page,
                     f"{listener} {route['name']} as {role}", reply.status)
                t.ok(reply.status != 403 or route["method"] != "GET", "reads are not told apart")
                MATRIX.n_cells = next(MATRIX.counted)


@tlib.case
def a_wrong_role_stands_in_the_access_record(t):
    world = MATRIX.world
    for role in ("student", "instructor"):
        def refusals():
            return int(world.node.psql(
                f"SELECT count(*) FROM access_record WHERE account = '{world.accounts[role]}'"
                " AND action = 'refused'"))
        before, n = refusals(), 0
        for route in routes():
            if role not in route["roles"].split(",") and "anonymous" not in \
                    route["roles"].split(",") and "public" in route["listeners"].split(","):
                n += MATRIX.ask(route, about(route).kinds[0], role)[0] == "404"
        t.eq(refusals() - before, n, f"{role}: each of {n} refusals is on record")
        t.ok(n > 5, f"{role}: there were some", n)


@tlib.case
def the_sessions_of_this_test_are_accepted(t):
    """Positive control: without it every refusal above would prove nothing."""
    for role in ROLES:
        for listener in PEOPLE_LISTENERS:
            reply = MATRIX.world.ask(listener, "GET", "/api/v1/session",
                                     MATRIX.world.cookie(role, "valid", listener))
            t.eq(reply.status, 200, f"{role} {listener}")
            t.eq(json.loads(reply.body).get("role"), role, role)


@tlib.case
def every_command_is_as_expected(t):
    t.req("NI-T3-7, KP-3-安全-2")
    cells = commands.ask(MATRIX.world, ROLES)
    got, want = commands.text_of(cells, ROLES).splitlines(), commands.read().splitlines()
    for line in sorted(set(got) ^ set(want)):
        t.ok(False, "differs, " + ("got" if line in got else "want"), line)
    t.eq(sorted({name for name, _, _ in cells}), sorted(r["name"] for r in rows("commands")),
         "each command is asked")
    for row in rows("commands"):
        for role in ROLES:
            told = {c for (name, _, who), c in cells.items() if name == row["name"] and who == role}
            t.ok(role in row["roles"].split(",") or told <= {"not-found"},
                 f"{row['name']} is not there for {role}", told)


# ---- the same statements ----

# Of other threads, at any moment: checkpoints, jobs, calls that are due, the hours, lessons that other
# towns share, how people look on the floors, the brackets of the writer's batches.
OTHERS_WORK = re.compile(r"(audit_checkpoint|audit_leaf_(hashes|max)|job_|db_|session_seen|duty_call_due|"
                         r"(contract|hours)_current|contract_newest|contract_change_(last|steps)|series_lesson_(due|moved|on|teaching)|look_|"
                         r"purge_(row_open|peer_list)|transfer_(taking|resting|lapsing)|kpi_|up_span_|notify_next|"
                         r"witness_(row_list|row_put|cosignature_put|step_last|step_add))")


def logged(world):
    """The cluster's log up to a mark made now; lines reach the file a moment after their answer."""
    mark = f"mark {uuid.uuid4()}"
    world.node.psql(f"SELECT '{mark}'")
    for _ in range(500):
        text = world.node.log("postgres")
        if mark in text:
            return text
        time.sleep(0.01)
    raise RuntimeError("the cluster does not log statements")


def statements(world, ask):
    """Names of the prepared statements that one request runs, in a cluster told to log them."""
    before = len(logged(world))
    ask()
    names = re.findall(r"execute (\w+)(?:/\w+)?:", logged(world)[before:])
    return sorted(n for n in names if not OTHERS_WORK.match(n))


def differs(world, route, kind, role):
    """The statements for what is hidden and for what never was; "" when they are the same. Both are
    asked up to six times, and any answer to the one may equal any to the other: a cache that another
    thread let go of, or what other threads ask meanwhile, differs by chance; a leak differs always."""
    got, want = [], []
    for _ in range(6):
        got.append(statements(world, lambda: MATRIX.ask(route, kind, role)))
        want.append(statements(world, lambda: MATRIX.ask(route, "forged", role)))
        if any(g and g in want for g in got):
            return ""
    return f"{got[-1]}, want {want[-1]}"


@tlib.case
def hidden_is_missing_statement_for_statement(t):
    """Not by a clock: what the database is asked is the same, whether a person is hidden, of
    another node, erased, or was never there."""
    t.req("NI-T3-7")
    world = MATRIX.world
    world.node.psql("ALTER DATABASE ibasho SET log_statement = 'all'")
    was = world.node.kill("node")
    world.node.wait_back("node", was)
    world.node.wait_answer()
    world.make_sessions()
    n = 0
    for route in routes():
        kinds = about(route).kinds
        hides = about(route).hides and {"own", "other", "forged"} <= set(kinds)
        if not hides or "public" not in route["listeners"].split(","):
            continue
        for role in ROLES:
            cells = {k: MATRIX.cells[route["name"], k, "valid", role] for k in kinds}
            if cells["forged"] != "404" or cells["own"] == "404":
                continue  # nothing is hidden from this role but by its role
            MATRIX.ask(route, "forged", role)  # plans and caches are warm from here on
            for kind in kinds:
                if cells[kind] == "404" and kind not in ("self", "forged"):
                    t.eq(differs(world, route, kind, role), "", f"{route['name']} {kind} as {role}")
                    n += 1
    t.ok(n > 50, "there were such", n)
    t.note(f"{n} hidden objects compared by their statements")
    world.node.psql("ALTER DATABASE ibasho RESET log_statement")


def main():
    global MATRIX
    accept = sys.argv[1:2] == ["--accept"]
    is_all = accept or os.environ.get("AUTHZ") == "all"
    with Nodes("aozora", "midori") as nodes:
        MATRIX = Matrix(World(nodes), is_all)
        if accept:
            MATRIX.walk()
            for text in MATRIX.wrong:
                print(f"  DEVIATION {text}")
            with open(EXPECTED, "w", encoding="utf-8") as f:
                f.write(MATRIX.text())
            commands.write(commands.text_of(commands.ask(MATRIX.world, ROLES), ROLES))
            print(f"{MATRIX.n_cells} cells, {len(MATRIX.wrong)} deviations. Read the change before"
                  " you commit it: git diff tests/authz/expected.tsv")
            return 1 if MATRIX.wrong else 0
        tlib.main(__file__, lambda: print(f"  note {MATRIX.n_cells} cells tested", flush=True))
    return 0


if __name__ == "__main__":
    sys.exit(main())
