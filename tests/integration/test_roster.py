#!/usr/bin/python3
"""The roster on a whole node: every valid shape in and out again, who may do what, two previews that
race, a node killed in the middle, who leaves and returns, the roll-over of April."""
# tests/run: right 300
import csv
import io
import os
import sys
import tempfile
import time
import uuid
import warnings

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "roster"))
import make_samples  # noqa: E402
import oneroster_strict  # noqa: E402
from ibasho_node import Login, Nodes  # noqa: E402
from t import case, main  # noqa: E402

warnings.simplefilter("ignore")  # zipfile's, of a name that is doubled on purpose
ZIP = {"Content-Type": "application/zip"}
IMPORTS = "/api/v1/roster/imports"
ROLLOVER = "/api/v1/roster/rollover"
world = {}


def session(role):
    if role not in world:
        node = world["node"]
        world[role] = node.sign_in(node.account(role))
    return world[role]


def base_zip(change=lambda p: None):
    return make_samples.make(change)


def check(data, role="commissioner"):
    return session(role).request("POST", IMPORTS, data, ZIP, timeout=60)


def apply(answer, role="commissioner", **more):
    body = {"preview": answer["preview"], **more}
    return session(role).request("POST", f"{IMPORTS}/{answer['id']}/apply", body)


def settled(import_id, seconds=90):
    """The import when its job is done; a killed node comes back meanwhile."""
    began, last = time.monotonic(), None
    while time.monotonic() - began < seconds:
        try:
            last = session("commissioner").request("GET", f"{IMPORTS}/{import_id}")
            if last.status == 200 and last.json()["state"] != "applying":
                return last.json()
        except OSError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"still applying: {last}")


def bring(t, data, what, **more):
    answer = check(data)
    t.eq(answer.status, 201, f"{what}: taken")
    answer = answer.json()
    t.eq(answer["state"], "checked", f"{what}: checked")
    t.eq(apply(answer, **more).status, 200, f"{what}: decided")
    done = settled(answer["id"])
    t.eq(done["state"], "applied", f"{what}: applied")
    return done


def counts(answer, kind="person"):
    return next(c for c in answer["counts"]["items"] if c["kind"] == kind)


def total(answer):
    return sum(v for c in answer["counts"]["items"] for k, v in c.items() if k != "kind")


def without(user):
    """The base town without its user number `user`, and all that was his."""
    def change(p):
        gone = p.tables["users.csv"].pop(user)["sourcedId"]
        for file in ("roles.csv", "enrollments.csv"):
            p.tables[file] = [r for r in p.tables[file] if r["userSourcedId"] != gone]
        for u in p.tables["users.csv"]:
            u["agentSourcedIds"] = u["agentSourcedIds"].replace(gone, "")
    return change


@case
def every_valid_shape_goes_in_and_comes_out_strict_and_unchanged(t):
    t.req("NI-T2-1")
    node = world["node"]
    for name, change in make_samples.VALID.items():
        bring(t, make_samples.make(change), name)
        out = session("commissioner").request("GET", "/api/v1/roster/export", timeout=60)
        t.eq(out.status, 200, f"{name}: exported")
        t.eq(oneroster_strict.defects(out.body)[:3], [], f"{name}: a strict reader has no defect")
        again = check(out.body).json()
        t.eq((again["state"], total(again)), ("checked", 0), f"{name}: comes back as no change")
    t.ok(len(make_samples.VALID) >= 20, "all shapes")
    t.eq(node.psql("SELECT count(*) FROM access_record WHERE route = 'roster.export' AND action ="
                   " 'export'"), str(len(make_samples.VALID)), "each export is on record")


@case
def what_was_received_goes_out_unchanged(t):
    t.req("NI-T2-1")
    bring(t, base_zip(make_samples.VALID["names_of_every_kind"]), "names of every kind")
    out = session("commissioner").request("GET", "/api/v1/roster/export")
    got = {u["sourcedId"]: u for u in oneroster_strict.read(out.body)["users"]}
    p = make_samples.base()
    make_samples.VALID["names_of_every_kind"](p)
    for want in p.tables["users.csv"]:
        mine = got.get(want["sourcedId"], {})
        for column, value in want.items():
            if column not in ("password", "resourceSourcedIds"):
                t.eq(mine.get(column), value, f"{column}, letter by letter")


@case
def a_formula_in_a_name_comes_out_harmless_and_comes_back(t):
    t.req("NI-T2-1")
    name = "=HYPERLINK(1)"

    def change(p):
        p.tables["users.csv"][0]["givenName"] = name
    bring(t, base_zip(change), "a formula for a name")
    out = session("commissioner").request("GET", "/api/v1/roster/export")
    names = {u["givenName"] for u in oneroster_strict.read(out.body)["users"]}
    t.ok("'" + name in names and name not in names, "a spreadsheet shows it", names)
    again = check(out.body).json()
    t.eq((again["state"], total(again)), ("checked", 0), "and for the node it is the same name")


@case
def a_package_with_defects_is_refused_with_its_findings(t):
    t.req("NI-T2-1")
    def change(p):
        p.tables["roles.csv"][0]["orgSourcedId"] = "00000000-0000-4000-8000-000000000000"
    answer = check(base_zip(change))
    t.eq(answer.status, 201, "looked at")
    answer = answer.json()
    t.eq(answer["state"], "refused", "refused")
    t.ok(answer["findings"] and answer["findings"][0]["file"] == "roles.csv", "says where")
    t.ok("preview" not in answer or not answer["preview"], "there is nothing to approve")
    text = session("commissioner").request("GET", f"{IMPORTS}/{answer['id']}/findings.csv")
    t.eq(text.status, 200, "as CSV")
    rows = list(csv.reader(io.StringIO(text.body.decode("utf-8-sig"))))
    t.eq(rows[0], ["重さ", "規則", "ファイル", "行", "列", "説明"], "with a head")
    t.ok(len(rows) > 1, "and rows")
    t.eq(check(b"PK\x03\x04 nothing").json()["state"], "refused", "no ZIP")
    t.eq(session("commissioner").request("POST", IMPORTS, b"{}", {"Content-Type":
         "application/json"}).status, 415, "JSON is no package")
    t.eq(session("commissioner").request("POST", f"{IMPORTS}/{answer['id']}/apply",
                                         {"preview": "0" * 64}).status, 409, "cannot be applied")


@case
def no_defect_sample_gets_further_than_its_findings(t):
    t.req("NI-T2-1")
    node = world["node"]
    session("commissioner")
    letters = "SELECT count(*), max(xmin::text::bigint) FROM person"
    before = node.psql(letters)
    states = {}
    for name, entry in make_samples.DEFECT.items():
        data = make_samples.make(entry[5])
        if len(data) > 16 << 20:  # the front's to refuse, before it is sent
            continue
        answer = check(data)
        t.eq(answer.status, 201, f"{name}: {answer.body[:120]}")
        state = answer.json()["state"] if answer.status == 201 else "?"
        states[state] = states.get(state, 0) + 1
        t.eq(state, "refused" if entry[1] == make_samples.E else "checked", name)
    t.note(f"{len(make_samples.DEFECT)} samples: {states}")
    t.eq(node.psql(letters), before, "nobody was touched")


@case
def only_the_commissioner_applies_and_others_see_nothing(t):
    t.req("NI-T2-1")
    answer = check(base_zip(), "contractor")
    t.eq(answer.status, 201, "the contractor may check")
    answer = answer.json()
    t.eq(apply(answer, "contractor").status, 404, "but not apply")
    missing = session("contractor").request("POST", f"{IMPORTS}/{'0' * 8}-0000-7000-8000-"
                                            f"{'0' * 12}/apply", {"preview": answer["preview"]})
    t.eq(missing.body, apply(answer, "contractor").body, "hidden looks like missing")
    for role in ("school_staff", "auditor", "supporter", "student"):
        for method, path, body, headers in (
                ("POST", IMPORTS, base_zip(), ZIP), ("GET", IMPORTS, None, None),
                ("GET", f"{IMPORTS}/{answer['id']}", None, None),
                ("GET", f"{IMPORTS}/{answer['id']}/changes", None, None),
                ("GET", "/api/v1/roster/export", None, None),
                ("POST", ROLLOVER, {"school_year": 2027}, None)):
            t.eq(session(role).request(method, path, body, headers).status, 404,
                 f"{role} {method} {path}")
    node = world["node"]
    t.eq(node.request("POST", IMPORTS, base_zip(), ZIP).status in (401, 403), True, "nobody")
    t.ok(int(node.psql("SELECT count(*) FROM access_record WHERE route = 'roster.apply' AND action"
                       " = 'refused'")) >= 1, "the refusal is on record")


@case
def the_list_of_changes_names_them_and_who_left_returns(t):
    t.req("NI-T2-1")
    bring(t, base_zip(), "the town")
    node = world["node"]
    gone = check(base_zip(without(3))).json()
    t.eq((counts(gone)["left"], counts(gone)["added"]), (1, 0), "one left")
    page = session("commissioner").request(
        "GET", f"{IMPORTS}/{gone['id']}/changes?kind=person").json()
    t.eq([c["what"] for c in page["items"]], ["left"], "in the list")
    want = make_samples.base().tables["users.csv"][3]
    t.ok(want["familyName"] in page["items"][0]["label"], "with his name")
    t.ok(want["familyName"] not in node.log("node"), "which no log has")
    person = page["items"][0]["object"]
    t.eq(apply(gone).status, 200, "decided")
    t.eq(settled(gone["id"])["state"], "applied", "applied")
    t.eq(node.psql(f"SELECT left_at IS NOT NULL FROM person WHERE id = '{person}'"), "t", "left")
    back = bring(t, base_zip(), "the town again")
    t.eq(counts(back)["returned"], 1, "he returns")
    t.eq(node.psql(f"SELECT left_at IS NULL FROM person WHERE id = '{person}'"), "t",
         "the same person")
    t.eq(node.psql("SELECT count(*) FROM access_record WHERE route = 'roster.changes'") != "0", True,
         "looking at names is on record")


@case
def a_contractor_exports_for_a_purpose_and_each_export_is_told(t):
    t.req("NI-2.3.4-2c")
    node, board = world["node"], session("commissioner")
    bring(t, base_zip(), "the town")
    desk = node.account("contractor")
    his = node.sign_in(desk)
    notices = ("SELECT count(*), min(n_persons) FROM watch_notice WHERE kind = 'export' AND"
               f" account = '{desk.id}'")
    out = his.request("GET", "/api/v1/roster/export")
    t.eq((out.status, out.json()["code"]), (403, "export-purpose"), "without a purpose")
    t.eq(node.psql(notices), "0|", "and nothing went out")
    until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86400))
    given = board.request("POST", f"/api/v1/people/{desk.id}/rights",
                          {"id": str(uuid.uuid4()), "right": "export", "purpose": "handover",
                           "until": until})
    t.eq(given.status, 201, f"given {given}")
    for n in (1, 2):
        t.eq(his.request("GET", "/api/v1/roster/export").status, 200, "for a purpose")
        t.eq(node.psql(notices).split("|")[0], str(n), "each with its notice")
    t.ok(int(node.psql(notices).split("|")[1]) >= 9, "which says how many")
    end = board.request("POST", f"/api/v1/people/{desk.id}/rights/{given.json()['id']}/end")
    if end.status == 404:
        end = board.request("DELETE", f"/api/v1/people/{desk.id}/rights/{given.json()['id']}")
    t.ok(end.status in (200, 204), "ended", end)
    t.eq(his.request("GET", "/api/v1/roster/export").status, 403, "and no longer")


@case
def names_in_previews_count(t):
    """Lists of changes are lists of names: of whom the register knows, and of whom it does not."""
    t.req("NI-2.3.4-2c")
    node = world["node"]
    reader = node.sign_in(node.account("contractor"))
    answer = check(make_samples.town(1000).zip()).json()
    path, seen, after = f"{IMPORTS}/{answer['id']}/changes?kind=person&after=", 0, 0
    for _ in range(12):
        page = reader.request("GET", path + str(after))
        if page.status != 200:
            break
        seen, after = seen + len(page.json()["items"]), page.json().get("next", 0)
    t.eq((page.status, page.json().get("code")), (429, "reading-budget"), f"after {seen} names")
    t.ok(seen >= 100, "not before", seen)
    t.eq(reader.request("GET", "/api/v1/people").status, 429, "nor elsewhere")


def moved_teacher(p):
    """The base town's first teacher, now at the second school."""
    teacher, school = p.tables["users.csv"][6], p.tables["orgs.csv"][2]["sourcedId"]
    teacher["primaryOrgSourcedId"] = school
    for r in p.tables["roles.csv"]:
        if r["userSourcedId"] == teacher["sourcedId"]:
            r["orgSourcedId"] = school
    for e in p.tables["enrollments.csv"]:
        if e["userSourcedId"] == teacher["sourcedId"]:
            e["classSourcedId"] = p.tables["classes.csv"][1]["sourcedId"]
            e["schoolSourcedId"] = school


@case
def who_moves_to_another_school_reads_no_longer_at_the_first(t):
    t.req("NI-2.3.4-2a")
    bring(t, base_zip(), "the town")
    node, board, desk = world["node"], session("commissioner"), session("contractor")
    staff, first, second = node.psql(
        "SELECT p.id, o.id, (SELECT id FROM org WHERE code LIKE 'C1%' AND left_at IS NULL LIMIT 1)"
        " FROM person p JOIN org o ON o.id = p.school WHERE p.kind = 'staff' AND p.left_at IS NULL"
        " AND p.source_index IS NOT NULL AND o.code LIKE 'B1%'").split("|")
    child = node.psql(f"SELECT id FROM person WHERE school = '{first}' AND kind = 'student' AND"
                      " left_at IS NULL LIMIT 1")
    for school in (first, second):
        t.eq(board.request("PUT", f"/api/v1/schools/{school}", {"is_cooperating": True}).status
             in (200, 204), True, "takes part")
    signed = board.request("PUT", "/api/v1/contract", {
        "id": str(uuid.uuid4()), "title": "学びの居場所", "contractor": "受託社",
        "begins_on": "2026-04-01", "ends_on": "2099-03-31", "n_student": 100, "n_staff": 100,
        "n_guardian": 100})
    t.eq(signed.status, 200, f"a contract {signed}")
    asked = desk.request("POST", f"/api/v1/people/{staff}/request", {"role": "school_staff"})
    t.ok(asked.status in (200, 201, 204), "asked for", asked)
    said = board.request("POST", "/api/v1/people/approve", {"ids": [staff]})
    t.eq(said.status, 204, f"approved {said}")
    made = session("commissioner").request("POST", "/api/v1/people/issue", {"ids": [staff], "first": "sheet"})
    t.eq(made.status, 200, f"issued {made}")
    made = made.json()
    teacher = node.sign_in(Login("school_staff", made["items"][0]["login"],
                                 made["items"][0]["first_password"], None, staff))

    def guidance(school):
        return board.request("POST", f"/api/v1/people/{staff}/rights",
                             {"id": str(uuid.uuid4()), "right": "guidance", "school": school})

    t.eq(guidance(first).status, 201, "a duty at the first school")
    t.eq(teacher.request("GET", f"/api/v1/people/{child}").status, 200, "whose child he may see")
    bring(t, base_zip(moved_teacher), "the town after the move")
    t.eq(teacher.request("GET", f"/api/v1/people/{child}").status, 404, "and no longer")
    t.eq(node.psql("SELECT count(*) FROM right_grant g JOIN right_end e ON e.right_grant = g.id"
                   " JOIN audit_leaf l ON l.row_id = e.id"
                   f" WHERE g.account = '{staff}' AND e.role = 'commissioner'"), "1",
         "the right has ended, with its leaf")
    t.eq(guidance(first).status, 422, "nor can it be given again")
    t.eq(guidance(second).status, 201, "a duty where he is now")
    t.eq(teacher.request("GET", f"/api/v1/people/{child}").status, 404, "still not there")
    bring(t, base_zip(), "the town as it was")


@case
def two_previews_race_and_one_wins(t):
    t.req("NI-T2-1")
    bring(t, base_zip(), "the town")
    one, two = check(base_zip(without(1))).json(), check(base_zip(without(2))).json()
    t.eq(apply(one).status, 200, "the first is decided")
    t.eq(apply(one).status, 200, "and again, harmlessly")
    t.eq(settled(one["id"])["state"], "applied", "applied")
    late = apply(two)
    t.eq((late.status, late.json()["code"]), (409, "conflict"), "the second must be previewed again")
    t.eq(apply(one).status, 200, "a repeated decision after the deed is harmless too")
    t.eq(session("commissioner").request("POST", f"{IMPORTS}/{two['id']}/apply",
                                         {"preview": "f" * 64}).status, 409, "a forged preview")


@case
def a_node_killed_in_the_middle_leaves_all_or_nothing(t):
    t.req("NI-T2-1")
    node = world["node"]
    bring(t, base_zip(), "the small town")
    there = "SELECT count(*) FROM person WHERE left_at IS NULL AND source_index IS NOT NULL"
    before = int(node.psql(there))
    town = check(base_zip(make_samples.VALID["a_whole_town"])).json()
    t.eq(apply(town).status, 200, "decided")
    time.sleep(0.25)
    pid = node.kill("node")
    node.wait_back("node", pid)
    node.wait_answer()
    now = int(node.psql(there))
    t.ok(now in (before, 1000), "as before, or whole", f"{before} {now}")
    t.note(f"the kill found it {'done' if now == 1000 else 'undone'}")
    node.psql("UPDATE job SET lease_until = now() WHERE state = 'running'")  # not wait a minute
    t.eq(settled(town["id"])["state"], "applied", "the job ends what was begun")
    t.eq(node.psql(there), "1000", "all of them")
    t.eq(node.psql("SELECT count(*) - count(DISTINCT source_index) FROM person WHERE source_index"
                   " IS NOT NULL"), "0", "nobody twice")


@case
def who_was_erased_comes_back_only_when_a_person_says_so(t):
    t.req("NI-T2-1")
    node = world["node"]
    bring(t, base_zip(), "the town")
    gone = check(base_zip(without(4))).json()
    page = session("commissioner").request(
        "GET", f"{IMPORTS}/{gone['id']}/changes?kind=person").json()
    person = page["items"][0]["object"]
    # As an operator erases: an account makes him somebody the command knows.
    node.psql("INSERT INTO account (id, role, id_class, state, created_at) VALUES"
              f" ('{person}', 'student', 'student', 'requested', now())")
    erased = node.admin("DELETE", f"/api/v1/admin/accounts/{person}")
    if erased.status != 204:
        node.psql(f"DELETE FROM person WHERE id = '{person}'")
    t.eq(node.psql(f"SELECT count(*) FROM person WHERE id = '{person}'"), "0", "erased")
    answer = check(base_zip()).json()
    t.eq((counts(answer)["kept_out"], counts(answer)["added"]), (1, 0), "kept out")
    t.eq(apply(answer).status, 200, "decided without him")
    settled(answer["id"])
    answer = check(base_zip()).json()
    t.eq(apply(answer, admit_erased=True).status, 200, "a person admits him")
    settled(answer["id"])
    t.eq(total(check(base_zip()).json()), 0, "now he is there")
    t.eq(node.psql(f"SELECT count(*) FROM person WHERE id = '{person}'"), "0", "as somebody new")


@case
def the_command_imports_and_exports(t):
    t.req("NI-T2-1")
    node = world["node"]
    with tempfile.TemporaryDirectory() as directory:
        good, bad, out = (os.path.join(directory, n) for n in ("good.zip", "bad.zip", "out.zip"))
        warned = os.path.join(directory, "warned.zip")
        with open(good, "wb") as f:
            f.write(base_zip())
        with open(bad, "wb") as f:
            f.write(b"no package")
        with open(warned, "wb") as f:
            f.write(base_zip(lambda p: p.tables["users.csv"][2].update(userMasterIdentifier="")))
        done = node.cli("roster", "import", good, check=False)
        t.eq(done.returncode, 0, f"clean {done.stdout}{done.stderr}")
        t.ok("取り込みID" in done.stdout and "教育委員会" in done.stdout, "says what comes next")
        t.eq(node.cli("roster", "import", bad, check=False).returncode, 1, "refused")
        t.eq(node.cli("roster", "import", warned, check=False).returncode, 3, "warnings only")
        t.ok(node.cli("roster", "export", out, check=False).returncode != 0, "not without a permission")
        node.permit_export(session("commissioner"))
        t.eq(node.cli("roster", "export", out, check=False).returncode, 0, "exported")
        with open(out, "rb") as f:
            t.eq(oneroster_strict.defects(f.read())[:3], [], "a strict reader has no defect")
        t.eq(node.cli("roster", "export", out, check=False).returncode, 2, "never over a file")
    t.eq(node.psql("SELECT count(*) FROM roster_import WHERE role = 'operator' AND state ="
                   " 'checked'"), "2", "a commissioner decides")


@case
def the_roll_over_is_previewed_applied_and_undone(t):
    t.req("NI-T2-1")
    node = world["node"]
    bring(t, base_zip(), "the town")
    letters = ("SELECT md5(string_agg(t, '' ORDER BY t)) FROM (SELECT p::text AS t FROM person p"
               " UNION ALL SELECT e::text FROM enrolment e UNION ALL SELECT c::text FROM"
               " school_class c) AS x")
    before = node.psql(letters)
    # The running school year: with the next one, the test would not run in January to March.
    year = time.gmtime(time.time() + 9 * 3600)
    year = year.tm_year + (year.tm_mon >= 4)
    board = session("commissioner")
    seen = session("contractor").request("POST", ROLLOVER, {"school_year": year})
    t.eq(seen.status, 201, f"the contractor may look {seen.body[:200]}")
    seen = seen.json()
    t.eq(seen["counts"]["up"], 5, "five go up")
    t.eq(node.psql(letters), before, "nothing changed by looking")
    act = f"{ROLLOVER}/{seen['id']}"
    t.eq(session("contractor").request("POST", act + "/apply", {"preview": seen["preview"]}).status,
         404, "but not apply")
    t.eq(board.request("POST", act + "/apply", {"preview": "0" * 64}).status, 409, "forged")
    t.eq(board.request("POST", act + "/apply", {"preview": seen["preview"]}).status, 200, "applied")
    t.ok(node.psql(letters) != before, "grades went up")
    page = board.request("GET", act + "/changes?kind=up").json()
    t.eq(sorted({c["grade_before"] + c["grade"] for c in page["items"]}), ["J1J2", "P5P6"], "list")
    out = board.request("GET", "/api/v1/roster/export")
    t.eq(oneroster_strict.defects(out.body)[:3], [], "strict in between too")
    t.eq(board.request("POST", ROLLOVER, {"school_year": year}).status, 409, "once a year")
    t.eq(board.request("POST", act + "/undo").status, 200, "undone")
    t.eq(node.psql(letters), before, "to the letter")
    t.eq(board.request("POST", act + "/confirm").status, 409, "too late to confirm")


if __name__ == "__main__":
    with Nodes("aozora") as nodes:
        world["node"] = nodes["aozora"]
        main(__file__)
