#!/usr/bin/python3
# tests/run: left 300
"""The walks of README.md, most of them as a real message here, and README.md itself: every file it names
exists, every row it names stands in a file of its walk, in order. And the guide that machines
read: the OpenAPI document."""
import os
import re
import subprocess
import sys
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import BUILD, ROOT, Nodes  # noqa: E402
from lib.t import case, main  # noqa: E402
from lib.visitor import Visitor  # noqa: E402

nodes = node = None
# Each with the file of its case; without one it is here.
WALKS = {"walk_first_page": "", "walk_sign_in": "", "walk_change_setting": "", "walk_make_account": "",
         "walk_live_message": "", "walk_chat_line": "", "walk_sos": "", "walk_shared_class_join": "test_mirror.py",
         "walk_kpi_cell": "test_kpi_release.py", "walk_row_into_bag": "test_handback_export.py", "walk_restart": ""}


def walks():
    with open(ROOT + "/README.md", encoding="utf-8") as f:
        text = f.read()
    parts = re.split(r"^\*\*(walk_\w+)\*\*", text, flags=re.M)
    return dict(zip(parts[1::2], (p.split("\n## ")[0] for p in parts[2::2])))


def access(route, whom):
    """What the access record says of the last act of a row: what, how it ended, by whom."""
    return node.psql(f"SELECT action, outcome, {whom} FROM access_record WHERE route = '{route}'"
                     " ORDER BY at DESC LIMIT 1")


def references(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "$ref":
                yield inner
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def resolve(document, ref):
    at = document
    for name in ref.removeprefix("#/").split("/"):
        at = at[name.replace("~1", "/").replace("~0", "~")]
    return at


def schemas(value):
    """Every schema of the components, with those inside it."""
    yield value
    inside = list(value.get("properties", {}).values()) + value.get("allOf", [])
    for inner in inside + ([value["items"]] if "items" in value else []):
        yield from schemas(inner)


def public_rows():
    """(method, path) -> (name, has input) of the rows that people's listeners serve; and the paths
    of the operator's socket, as ibasho-rows tells them."""
    done = subprocess.run([f"{ROOT}/{BUILD}/ibasho-rows", "routes"], capture_output=True, text=True,
                          timeout=60, check=True)
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    rows, hidden = {}, set()
    for line in lines[1:]:
        row = dict(zip([h.lstrip("#") for h in lines[0]], line))
        if set(row["listeners"].split(",")) & {"public", "office", "uploads", "federation"}:
            rows.setdefault((row["method"].lower(), row["path"]), []).append(row)
        else:
            hidden.add((row["method"].lower(), row["path"]))
    return rows, hidden


@case
def walks_of_the_readme_name_what_exists(t):
    found = walks()
    t.eq(tuple(found), tuple(WALKS), "the walks")
    for name, text in found.items():
        with open(f"{ROOT}/tests/integration/{WALKS[name] or 'test_walks.py'}", encoding="utf-8") as f:
            t.ok(f"\n@case\ndef {name}(t):\n" in f.read(), f"{name}: a case of its name")
        files = re.findall(r"`([a-z_/]+\.(?:c|h|in|tsx?))`", text)
        t.ok(len(files) >= 3, f"{name}: files", files)
        sources = ""
        for file in files:
            if t.ok(os.path.exists(f"{ROOT}/{file}"), f"{name}: {file} exists"):
                with open(f"{ROOT}/{file}", encoding="utf-8") as f:
                    sources += f.read()
        for row in re.findall(r"`([a-z]+\.[a-z]+)`", text):
            if not os.path.exists(f"{ROOT}/{row}"):
                t.ok(f'"{row}"' in sources, f"{name}: row {row} stands in one of its files")
        for method, path in re.findall(r"`(GET|POST|PUT|DELETE) (/api/[^`]+)`", text):
            t.ok(f'"{path}"' in sources, f"{name}: {method} {path} stands in one of its files")


@case
def walks_every_route_is_found_in_two_steps(t):
    """`git grep` of a path gives its rows, one a method, and the handler of each is a static
    function of the same file."""
    ways = sorted(public_rows()[0])
    t.ok(len(ways) >= 20, "routes", len(ways))
    for method, path in ways:
        hits = subprocess.run(
            ["grep", "-rlF", "--include=*.c", f'"{path}"', "node", "tenants", "reporting", "federation", "ops"],
            cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
        found = []
        for name in hits:
            with open(f"{ROOT}/{name}", encoding="utf-8") as f:
                source = f.read()
            rows = re.findall(r"\{[^{}]*\.path = \"" + re.escape(path) + r"\"[^{}]*\}", source)
            found += [(source, row) for row in rows if f".method = HTTP_{method.upper()}," in row]
        if t.eq(len(found), 1, f"{method} {path}: one row"):
            source, row = found[0]
            handler = re.search(r"\.handle = (\w+)", row).group(1)
            t.ok(re.search(rf"^static void {handler}\(", source, re.M),
                 f"{method} {path}: {handler} stands beside its row")


@case
def walk_first_page(t):
    page = node.request("GET", "/")
    t.eq(page.status, 200, "the page")
    t.ok(page.body.lower().startswith(b"<!doctype html"), "is HTML")
    t.ok("default-src 'self'" in page.headers["content-security-policy"], "with its CSP")
    for name in re.findall(rb'(?:src|href)="(/?[\w./-]+\.(?:js|css|svg))"', page.body):
        part = node.request("GET", "/" + name.decode().lstrip("/"))
        t.eq(part.status, 200, f"{name.decode()}")
        t.ok("immutable" in part.headers["cache-control"], f"{name.decode()} may be kept")
    shown = node.request("GET", "/api/v1/node").json()
    t.eq((shown["name"], shown["status"]), ("aozora", "ok"), "and what it asks first")


@case
def walk_sign_in(t):
    login = node.account("student")
    session = node.sign_in(login)
    t.ok("__Host-ibasho" in session.cookies, "a cookie for this name alone")
    t.eq(session.request("GET", "/api/v1/session").json()["role"], "student", "it is them")
    t.eq(access("session.open", "person"), f"change|ok|{login.id}", "the access record says so")
    wrong = node.request("POST", "/api/v1/session", {"login": login.login, "password": "x"},
                         {"Origin": node.url()})
    t.eq((wrong.status, wrong.json()["code"]), (401, "wrong-sign-in"), "a wrong one is told kindly")


@case
def walk_change_setting(t):
    session = node.sign_in(node.account("commissioner"))
    key = str(uuid.uuid4())
    path = "/api/v1/settings/login.lockout_tries"
    first = session.request("PUT", path, {"id": key, "value": "12"})
    again = session.request("PUT", path, {"id": key, "value": "12"})
    t.eq((first.status, again.status), (200, 200), "the decision, and the same again")
    t.eq(node.psql(f"SELECT count(*), max(value) FROM setting WHERE id = '{key}'"), "1|12",
         "is one row")
    t.eq(access("settings.change", "role"), "change|ok|commissioner", "in the access record")
    student = node.sign_in(node.account("student"))
    t.eq(student.request("PUT", path, {"id": str(uuid.uuid4()), "value": "12"}).status, 404,
         "whoever may not is told what is told of nothing")


@case
def walk_make_account(t):
    made = node.account("guardian", display_name="小川のぞみ")
    t.ok(made.totp_secret, "an adult gets a secret, told once")
    t.eq(access("accounts.create", "role"), "change|ok|operator", "in the access record")
    t.eq(node.psql("SELECT count(*) FROM account WHERE "
                   f"id = '{made.id}' AND position('小川のぞみ'::bytea in account::text::bytea) = 0"),
         "1", "the database does not see the name")
    body = {"id": str(uuid.uuid4()), "role": "guardian", "login": "front-door",
            "display_name": "x", "password": "12345678abc"}
    outside = node.request("POST", "/api/v1/admin/accounts", body, {"Origin": node.url()})
    t.eq(outside.status, 404, "through the front there is no such way in")


@case
def walk_live_message(t):
    board = node.sign_in(node.account("commissioner"))
    with Visitor(node, board) as a, Visitor(node, node.sign_in(node.account("supporter"))) as b:
        for v in (a, b):
            v.command("place.enter", floor="plaza", rung="text")
            v.wait("floor.here")
        b.until(lambda: a.seat in b.floor.people, what="the other")
        at = a.me()["x"], a.me()["y"]
        t.eq(a.command("floor.walk", x=1800, y=800), {}, "answered")
        b.until(lambda: (b.floor.people[a.seat]["x"], b.floor.people[a.seat]["y"]) == (1800, 800),
                what="the walk")
        t.ok(at != (1800, 800), "told to whoever sees it, as a whole way")
        end = time.monotonic() + 30
        while time.monotonic() < end and node.psql("SELECT x, y FROM visit_seat ORDER BY at DESC") \
                .split("\n").count("1800|800") == 0:
            time.sleep(0.5)
        t.ok("1800|800" in node.psql("SELECT x, y FROM visit_seat"), "and written when it got there")


def two_on_the_plaza():
    """A child who writes or calls, and staff who are there."""
    child, helper = node.account("student", display_name="そら"), node.account("supporter")
    sessions = node.sign_in(child), node.sign_in(helper)
    visitors = [Visitor(node, session) for session in sessions]
    for v in visitors:
        v.command("place.enter", floor="plaza", rung="text")
        v.wait("floor.here")
    return child, *visitors, *sessions


def open_all_day():
    """A contract, and hours under it."""
    board = node.sign_in(node.account("commissioner"))

    def put(path, **body):
        reply = board.request("PUT", path, {"id": str(uuid.uuid4()), **body})
        assert reply.status // 100 == 2, reply
    put("/api/v1/contract", title="見本の契約", contractor="受託者", begins_on="2020-04-01", ends_on="2090-03-31",
        n_student=400, n_staff=100, n_guardian=9)
    for days in range(2):
        put("/api/v1/hours/days", day=time.strftime("%Y-%m-%d", time.gmtime(time.time() + (9 + days * 24) * 3600)),
            slots=[{"from": "00:00", "to": "24:00"}])


@case
def walk_chat_line(t):
    open_all_day()
    child, me, helper, _, _ = two_on_the_plaza()
    with me, helper:
        line = str(uuid.uuid4())
        first = me.command("chat.say", line=line, text="きょうは いい天気")
        again = me.command("chat.say", line=line, text="きょうは いい天気")
        t.eq((first["text"], again["text"]), ("きょうは いい天気",) * 2, "answered, and the same again")
        heard = helper.wait("chat.line", 10, lambda of: of["line"] == line)
        t.eq(heard["text"], "きょうは いい天気", "whoever may hear it hears it")
    t.eq(node.psql(f"SELECT account, position('天気'::bytea in c::text::bytea) FROM chat_line c WHERE id = '{line}'"),
         f"{child.id}|0", "one row of that child, sealed")
    t.eq(node.psql(f"SELECT count(*) FROM audit_leaf WHERE table_name = 'chat_line' AND row_id = '{line}'"), "1",
         "with its leaf")


@case
def walk_sos(t):
    child, me, helper, as_child, as_helper = two_on_the_plaza()
    with me, helper:
        sos = str(uuid.uuid4())
        reply = as_child.request("POST", "/api/v1/sos", {"id": sos, "kind": "fear", "page": "place"})
        t.eq((reply.status, reply.json()["state"]), (201, "waiting"), "the child is answered")
        t.eq(node.psql(f"SELECT account, (SELECT count(*) FROM duty_call WHERE id = sos.id) FROM sos WHERE id = '{sos}'"),
             f"{child.id}|1", "when it is stored, with who is to be called when nobody looks")
        t.eq(helper.wait("sos.new", 10)["sos"], sos, "staff hear of it")
        t.eq(as_helper.request("POST", f"/api/v1/sos/{sos}/act", {"id": str(uuid.uuid4()), "act": "seen"}).status,
             200, "somebody looks")
        t.eq(me.wait("sos.state", 10, lambda of: of["sos"] == sos and of["state"] == "seen")["state"], "seen",
             "and the child is told")


@case
def walk_restart(t):
    before = node.pid("node")
    node.swap()
    t.ok(node.pid("node") not in (0, before), "another program serves")
    t.eq(node.request("GET", "/api/v1/health").json(), {"status": "ok"}, "and answers")


@case
def openapi_is_whole_and_tells_every_way_in(t):
    """OpenAPI 3.1.0, as its specification wants it: sections 4.8.1, 4.8.8 to 4.8.16, 4.8.23."""
    t.req("KP-3-調達-3a")
    reply = node.request("GET", "/api/v1/openapi.json")
    t.eq((reply.status, reply.headers["Content-Type"]), (200, "application/json"), "is served")
    document = reply.json()
    t.ok(re.fullmatch(r"3\.1\.\d+", document["openapi"]), "openapi", document["openapi"])
    for field in ("title", "version"):
        t.ok(isinstance(document["info"][field], str) and document["info"][field], "info." + field)
    t.ok(set(document) <= {"openapi", "info", "paths", "components", "x-websocket"},
         "nothing else on top", sorted(document))
    for kind in ("commands", "events"):
        done = subprocess.run([f"{ROOT}/{BUILD}/ibasho-rows", kind], capture_output=True, text=True,
                              timeout=60, check=True)
        names = [line.split("\t")[0] for line in done.stdout.splitlines()[1:]]
        t.eq(sorted(document["x-websocket"][kind]), sorted(names), f"all {kind} of the WebSocket")
    seen, told = [], {}
    for path, item in document["paths"].items():
        t.ok(path.startswith("/"), path)
        for method, operation in item.items():
            what = f"{method} {path}"
            t.ok(method in ("get", "put", "post", "delete"), what)
            told[method, path] = operation
            seen.append(operation["operationId"])
            t.ok(operation["summary"], what + ": says what it is for")
            given = [(p["name"], p["in"], p["required"]) for p in operation["parameters"]]
            t.eq(sorted(given), sorted((n, "path", True) for n in re.findall(r"{(\w+)}", path)),
                 what + ": parameters")
            t.ok(all("schema" in p for p in operation["parameters"]), what + ": with a schema")
            answers = operation["responses"]
            t.ok(any(status[0] == "2" for status in answers), what + ": says what success is")
            for status, answer in answers.items():
                t.ok(re.fullmatch(r"[1-5]\d\d", status), f"{what}: {status}")
                t.ok(resolve(document, answer["$ref"])["description"] if "$ref" in answer
                     else answer["description"], f"{what}: {status} is described")
            if "requestBody" in operation:
                t.ok(method != "get" and operation["requestBody"]["content"], what + ": body")
    t.eq(sorted(seen), sorted(set(seen)), "every operationId once")
    found = list(references(document))
    t.ok(len(found) > 50, "references", len(found))
    for ref in sorted(set(found)):
        try:
            t.ok(ref.startswith("#/") and isinstance(resolve(document, ref), dict), ref)
        except KeyError as e:
            t.ok(False, f"{ref} leads nowhere: {e}")
    for name, schema in document["components"]["schemas"].items():
        t.ok(re.fullmatch(r"[A-Za-z0-9._-]+", name), name)
        t.ok(set(schema["required"]) <= set(schema["properties"]), f"{name}: required are there")
        for inner in schemas(schema):
            t.ok("$ref" in inner or "allOf" in inner or inner.get("type") in (
                "object", "array", "string", "integer", "boolean"), f"{name}: a type", inner)
            t.ok("nullable" not in inner, f"{name}: 3.0's word is not 3.1's")
            t.ok(inner.get("type") != "array" or "items" in inner, f"{name}: items", inner)
            t.ok("enum" not in inner or len(set(inner["enum"])) == len(inner["enum"]) > 0,
                 f"{name}: choices", inner)
    rows, hidden = public_rows()
    t.eq(sorted(told), sorted(rows), "every way in of people's listeners, and no other")
    for key, several in rows.items():
        operation = told.get(key, {})
        t.ok(operation.get("operationId") in [r["name"] for r in several], f"{key}: its row")
        takes_body = several[0]["input"] != "-" or several[0]["file"] != "-"
        t.eq("requestBody" in operation, takes_body, f"{key}: its body")
    t.ok(len(hidden) >= 8, "the operator's socket has rows of its own", sorted(hidden))
    t.eq(sorted(hidden & set(told)), [], "and none is told")
    t.ok(b"/admin/" not in reply.body and b"/metrics" not in reply.body, "not even by name")


if __name__ == "__main__":
    with Nodes("aozora") as nodes:
        node = nodes["aozora"]
        main(__file__)
