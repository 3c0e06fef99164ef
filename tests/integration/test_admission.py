#!/usr/bin/python3
# tests/run: left 200
"""Facts of a child's admission, and schools that take part, on a whole node: what the board and a
school's staff record and see, what everybody else must not even notice."""
import datetime
import os
import sys
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import Nodes, Session  # noqa: E402
from lib.passkey import Passkey, unb64  # noqa: E402
from lib.t import case, main  # noqa: E402

nodes = node = board = None
TODAY = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=9)).date()
YEAR = TODAY.year - (TODAY.month < 4)


def school(name, **more):
    made = str(uuid.uuid4())
    reply = board.request("POST", "/api/v1/schools", {"id": made, "name": name, **more})
    assert reply.status == 200, reply
    return made


def member(role, of_school, duty=None):
    """An account that belongs to a school, with a duty there; login and session."""
    login = node.account(role)
    node.psql(f"UPDATE account SET school = '{of_school}' WHERE id = '{login.id}';"
              f"UPDATE person SET school = '{of_school}' WHERE id = '{login.id}'")
    if duty:
        reply = board.request("POST", f"/api/v1/people/{login.id}/rights",
                              {"id": str(uuid.uuid4()), "right": duty, "school": of_school})
        assert reply.status in (200, 201), reply
    return login, node.sign_in(login)


def facts(**more):
    return {"id": str(uuid.uuid4()), "target": "unsupported", "target_since": "2026-05-01",
            "route": "desk", "wish": "yes", "wish_by": "child", "support": "none",
            "admission": "resident", **more}


def path(login):
    return f"/api/v1/people/{login.id}/registration"


def setting(name, value):
    reply = board.request("PUT", f"/api/v1/settings/{name}", {"id": str(uuid.uuid4()), "value": value})
    assert reply.status == 200, reply


@case
def registration_is_recorded_in_versions(t):
    t.req("SE-4.1-1")
    t.req("SE-2.2-1")
    t.req("AI-1-1")
    child = node.account("student")
    reply = board.request("GET", path(child))
    t.eq((reply.status, reply.json()["is_due"], "facts" in reply.json()), (200, True, False), "none yet")
    first = facts(note="おばあさんが送りむかえ")
    for _ in range(2):
        reply = board.request("PUT", path(child), first)
        t.eq((reply.status, reply.json()["facts"]["support"]), (200, "none"), "recorded")
    t.eq(node.psql(f"SELECT count(*) FROM registration WHERE person = '{child.id}'"), "1",
         "sent again it adds none")
    reply = board.request("PUT", path(child), facts(support="in_school", wish="no", wish_by="guardian"))
    shown = board.request("GET", path(child)).json()
    t.eq((shown["school_year"], shown["is_due"]), (YEAR, False), "for this school year")
    t.eq({k: shown["facts"][k] for k in ("support", "wish", "wish_by", "route", "role")},
         {"support": "in_school", "wish": "no", "wish_by": "guardian", "route": "desk",
          "role": "commissioner"}, "the latest counts")
    t.ok("note" not in shown["facts"], "each version is whole in itself")
    t.eq(node.psql(f"SELECT count(*) FROM registration WHERE person = '{child.id}'"), "2", "both stay")
    t.eq(node.psql("SELECT count(*) FROM audit_leaf l JOIN registration r ON r.id = l.row_id WHERE"
                   f" l.table_name = 'registration' AND r.person = '{child.id}'"), "2", "as leaves")
    t.ok("おばあさん" not in node.psql("SELECT r::text FROM registration r")
         and "おばあさん".encode().hex() not in node.psql("SELECT r::text FROM registration r"), "sealed")
    t.eq(node.psql("SELECT count(*) FROM access_record WHERE route = 'registration.record' AND outcome"
                   f" = 'ok' AND person = '{child.id}'"), "3", "every request is on record")
    t.eq(node.psql("UPDATE registration SET support = 'both'", user="ibasho_app", check=False)
         .returncode != 0, True, "nothing is ever changed")


@case
def registration_refuses_what_is_not_so(t):
    child = node.account("student")
    for wrong, pointer in (({"target": "all"}, "/target"), ({"target_since": "2026-02-30"}, "/target_since"),
                           ({"target_since": "01-04-2026"}, "/target_since"), ({"route": ""}, "/route"),
                           ({"wish": "not_asked", "wish_by": "child"}, "/wish_by"),
                           ({"wish": "yes", "wish_by": "nobody"}, "/wish_by"),
                           ({"support": None}, "/support"), ({"school_year": YEAR + 2}, "/school_year"),
                           ({"admission": "anyone"}, "/admission"), ({"note": "x" * 401}, "/note"),
                           ({"id": "1"}, "/id"), ({"person": child.id}, "/person")):
        reply = board.request("PUT", path(child), facts(**wrong))
        t.eq((reply.status, [e["pointer"] for e in reply.json()["errors"]]), (422, [pointer]), pointer)
    t.eq(node.psql(f"SELECT count(*) FROM registration WHERE person = '{child.id}'"), "0", "no row")


@case
def registration_keeps_the_boards_policy(t):
    t.req("HI-3.3-1")
    child = node.account("student")
    allowed = {"resident": ["resident"], "partner": ["resident", "partner"],
               "invited": ["resident", "partner", "invited"]}
    for policy, kinds in allowed.items():
        setting("admission.policy", policy)
        t.eq(board.request("GET", path(child)).json()["policy"], policy, "shown where it is asked")
        for kind in allowed["invited"]:
            reply = board.request("PUT", path(child), facts(admission=kind))
            t.eq(reply.status, 200 if kind in kinds else 422, f"{kind} under {policy}")
            if kind not in kinds:
                t.ok("いまの受け入れの決まりは" in reply.json()["errors"][0]["text"], "with the rule")
    setting("admission.policy", "resident")
    reply = node.sign_in(node.account("contractor")).request(
        "PUT", "/api/v1/settings/admission.policy", {"id": str(uuid.uuid4()), "value": "invited"})
    t.eq(reply.status, 404, "it is not the contractor's to change")


@case
def registration_consent_is_whole_or_none(t):
    t.req("HI-3.3-2")
    child = node.account("student")

    def record(**consent):
        given = {"version": "2026-04", "on": "2026-05-01", "by": "guardian",
                 "items": ["利用の決まり", "記録の保存"], **consent}
        return board.request("PUT", path(child), facts(consent=given))

    t.ok("まだ決まっていません" in record().json()["errors"][0]["text"], "no text, no consent")
    setting("registration.consent_version", "2026-04")
    setting("registration.consent_items", "利用の決まり、記録の保存、緊急のときの連絡")
    reply = record()
    t.eq(reply.status, 422, "an item is missing")
    t.ok("「緊急のときの連絡」への同意" in reply.json()["errors"][0]["text"], "named", reply)
    items = ["緊急のときの連絡", "記録の保存", "利用の決まり"]
    later = str(TODAY + datetime.timedelta(days=1))
    for wrong in ({"version": "2025-04"}, {"on": later}, {"on": "2026-13-01"}, {"by": "uncle"}):
        t.eq(record(items=items, **wrong).status, 422, str(wrong))
    t.eq(node.psql(f"SELECT count(*) FROM registration WHERE person = '{child.id}'"), "0", "no row")
    shown = record(items=items).json()
    t.eq((shown["facts"]["consent_version"], shown["facts"]["is_consent_current"]), ("2026-04", True),
         "recorded")
    t.eq(shown["consent_items"], ["利用の決まり", "記録の保存", "緊急のときの連絡"], "what is asked for")
    setting("registration.consent_version", "2026-10")
    t.eq(board.request("GET", path(child)).json()["facts"]["is_consent_current"], False,
         "a new version makes the old consent visible as old")


@case
def registration_is_hidden_from_the_wrong_side(t):
    t.req("NI-T3-7")
    t.req("AI-4.4-カ-オ")
    ours, theirs = school("青空小"), school("海辺小")
    child, _ = member("student", ours)
    stranger, _ = member("student", theirs)
    t.eq(board.request("PUT", path(child), facts(note="家のこと")).status, 200, "there is one")
    guardian = node.account("guardian")
    node.psql("INSERT INTO guardian_link (id, guardian, child, created_at) VALUES"
              f" (gen_random_uuid(), '{guardian.id}', '{child.id}', now())")
    for role in ("student", "supporter", "instructor", "guest_teacher", "contractor", "data_holder",
                 "analyst", "coordinator", "auditor"):
        session = node.sign_in(node.account(role))
        for method, body in (("GET", None), ("PUT", facts())):
            hidden = session.request(method, path(child), body)
            missing = session.request(method, f"/api/v1/people/{uuid.uuid4()}/registration", body)
            t.eq((hidden.status, hidden.body), (404, missing.body), f"{role} {method}")
        for what in ("summary", "due"):
            t.eq(session.request("GET", f"/api/v1/registration/{what}").status, 404, f"{role} {what}")
    t.eq(node.sign_in(guardian).request("GET", path(child)).status, 404, "nor does the own guardian")
    t.eq(Session(node).request("GET", path(child)).status, 401, "nor a stranger")
    for duty, want in ((None, 404), ("on_duty", 404), ("nurse", 200), ("manager", 200)):
        _, session = member("school_staff", ours, duty)
        reply = session.request("GET", path(child))
        missing = session.request("GET", f"/api/v1/people/{uuid.uuid4()}/registration")
        t.eq(reply.status, want, f"own school, {duty}")
        if want == 404:
            t.eq(reply.body, missing.body, "hidden as missing")
        t.eq(session.request("GET", path(stranger)).status, 404, f"another school's child, {duty}")
        t.eq(session.request("PUT", path(stranger), facts()).status, 404, "to record neither")
        t.eq(session.request("GET", "/api/v1/registration/summary").status, 404, "nor the town's counts")
    staff, session = member("school_staff", ours, "manager")
    t.eq(session.request("PUT", path(child), facts(support="both")).status, 200, "own school records")
    for other in (staff, guardian):
        t.eq(board.request("GET", path(other)).status, 404, "who is no child has none")
    t.eq(node.psql("SELECT count(*) FROM access_record WHERE route = 'registration.show' AND action ="
                   f" 'refused' AND role = 'contractor'") >= "1", True, "a contractor's try is on record")


@case
def registration_is_counted_and_renewed(t):
    t.req("AI-1-1")
    t.req("SE-4.1-1")
    before = board.request("GET", "/api/v1/registration/summary").json()
    ours = school("丘の上小")
    reached, waiting, due = (member("student", ours)[0] for _ in range(3))
    node.psql(f"UPDATE account SET state = 'issued' WHERE id = '{waiting.id}'")
    board.request("PUT", path(reached), facts(route="wish"))
    board.request("PUT", path(waiting), facts(route="wish", target="not_settled"))
    board.request("PUT", path(due), facts(route="wish", school_year=YEAR - 1))
    after = board.request("GET", "/api/v1/registration/summary").json()
    for name, more in (("n_registered", 2), ("n_unsupported", 2), ("n_reached", 1), ("n_due", 1)):
        t.eq(after[name] - before[name], more, name)
    t.eq(after["percent_reached"], after["n_reached"] * 100 // after["n_unsupported"], "the share")

    def n(summary, field, code):
        return sum(c["n"] for c in summary["counts"] if (c["field"], c["code"]) == (field, code))

    t.eq(n(after, "route", "wish") - n(before, "route", "wish"), 2, "by route")
    t.eq(n(after, "target", "not_settled") - n(before, "target", "not_settled"), 1, "by target")
    t.eq(sum(c["n"] for c in after["counts"] if c["field"] == "support"), after["n_registered"], "whole")
    last = board.request("GET", f"/api/v1/registration/summary?school_year={YEAR - 1}").json()
    t.eq((last["school_year"], n(last, "route", "wish")), (YEAR - 1, 1), "another year")
    for wrong in ("x", "1999", "999999999999999999999"):
        t.eq(board.request("GET", f"/api/v1/registration/summary?school_year={wrong}").status, 422, wrong)
    _, session = member("school_staff", ours, "manager")
    listed = session.request("GET", "/api/v1/registration/due").json()
    t.eq([(i["id"], i.get("last_year"), i["school_name"]) for i in listed["items"]],
         [(due.id, YEAR - 1, "丘の上小")], "who has no row of this year, in one's own reach")
    _, session = member("school_staff", ours)
    t.eq(session.request("GET", "/api/v1/registration/due").json()["total"], 0, "without a duty nobody")
    t.ok(due.id in [i["id"] for i in board.request("GET", "/api/v1/registration/due").json()["items"]],
         "the board sees all")


@case
def schools_are_kept_by_the_board(t):
    made = school("川べり小", code="B101")
    again = board.request("POST", "/api/v1/schools", {"id": made, "name": "川べり小"})
    t.eq(again.status, 200, "sent again")
    t.eq(board.request("POST", "/api/v1/schools", {"id": made, "name": "別の小"}).status, 409, "taken")
    row = [s for s in board.request("GET", "/api/v1/schools").json()["items"] if s["id"] == made]
    t.eq(row, [{"id": made, "kind": "school", "name": "川べり小", "code": "B101", "is_cooperating": True,
                "has_left": False}], "listed once")
    reply = board.request("PUT", f"/api/v1/schools/{made}", {"is_cooperating": False})
    t.eq((reply.status, reply.json()["is_cooperating"]), (200, False), "switched")
    t.eq(node.psql("SELECT purpose FROM access_record WHERE route = 'schools.change' AND object ="
                   f" '{made}' AND outcome = 'ok'"), "not-cooperating", "with what was decided")
    for wrong in (str(uuid.uuid4()), "x"):
        t.eq(board.request("PUT", f"/api/v1/schools/{wrong}", {"is_cooperating": True}).status, 404, wrong)
    district = str(uuid.uuid4())
    node.psql(f"INSERT INTO org (id, kind, name, created_at) VALUES ('{district}', 'district', '教委', now())")
    t.eq(board.request("PUT", f"/api/v1/schools/{district}", {"is_cooperating": False}).status, 404,
         "the board's office is no school")
    for wrong in ({"is_cooperating": "no"}, {}, {"is_cooperating": False, "name": "x"}):
        t.eq(board.request("PUT", f"/api/v1/schools/{made}", wrong).status, 422, str(wrong))
    _, staff = member("school_staff", made, "manager")
    t.eq([s["id"] for s in staff.request("GET", "/api/v1/schools").json()["items"]], [made],
         "staff know their own alone")
    contractor = node.sign_in(node.account("contractor"))
    t.ok(len(contractor.request("GET", "/api/v1/schools").json()["items"]) > 1, "a contractor all")
    for session in (staff, contractor):
        t.eq(session.request("PUT", f"/api/v1/schools/{made}", {"is_cooperating": True}).status, 404, "but")
        t.eq(session.request("POST", "/api/v1/schools", {"id": str(uuid.uuid4()), "name": "x"}).status, 404,
             "neither changes one")
    for role in ("student", "guardian", "supporter", "auditor"):
        t.eq(node.sign_in(node.account(role)).request("GET", "/api/v1/schools").status, 404, role)


@case
def schools_that_do_not_take_part_see_nothing(t):
    t.req("NI-2.3.1-1")
    inside, outside = school("協力小"), school("ほかの小", is_cooperating=False)
    pupil_in, in_session = member("student", inside)
    pupil_out, out_session = member("student", outside)
    staff_out, staff_session = member("school_staff", outside, "manager")
    options = staff_session.request("POST", "/api/v1/me/passkeys/options").json()
    key = Passkey(options["rp_id"], user_handle=unb64(options["user_id"]))
    staff_session.request("POST", "/api/v1/me/passkeys", {
        **key.create(unb64(options["challenge"]), node.url()), "label": "x",
        "password": staff_out.password})

    def passkey():
        session = Session(node)
        challenge = unb64(session.request("POST", "/api/v1/session/passkey/options").json()["challenge"])
        return session.request("POST", "/api/v1/session/passkey", key.get(challenge, node.url()))

    def sign_in(login):
        return Session(node).request("POST", "/api/v1/session",
                                     {"login": login.login, "password": login.password})

    def is_in(session):
        return session.request("GET", "/api/v1/session").status == 200

    t.ok(is_in(in_session) and is_in(out_session) and is_in(staff_session), "all are in while it is off")
    t.eq(staff_session.request("GET", f"/api/v1/people/{pupil_out.id}").status, 200, "and seen")
    setting("school.cooperating_only", "true")
    try:
        t.ok(board.request("GET", "/api/v1/schools").json()["cooperating_only"], "shown")
        t.eq((is_in(in_session), is_in(out_session), is_in(staff_session)), (True, False, False), "at once")
        wrong = Session(node).request("POST", "/api/v1/session",
                                      {"login": pupil_out.login, "password": "falsch-falsch"})
        reply = sign_in(pupil_out)
        t.eq((reply.status, reply.body), (wrong.status, wrong.body), "as with a wrong password")
        t.eq(sign_in(staff_out).body, wrong.body, "staff too")
        t.eq(passkey().status, 401, "nor by passkey")
        t.eq(node.psql("SELECT count(DISTINCT outcome) FROM access_record WHERE outcome IN"
                       " ('school-not-open', 'passkey-school-not-open')"), "2", "the record says why")
        t.eq(sign_in(pupil_in).status, 200, "the others come in")
        t.eq(board.request("GET", f"/api/v1/people/{pupil_out.id}").status, 200, "the board sees all")
        board.request("PUT", f"/api/v1/schools/{outside}", {"is_cooperating": True})
        t.ok(is_in(out_session) and is_in(staff_session), "a school that joins is in at once")
        t.eq(staff_session.request("GET", f"/api/v1/people/{pupil_out.id}").status, 200, "and seen")
        board.request("PUT", f"/api/v1/schools/{inside}", {"is_cooperating": False})
        t.ok(not is_in(in_session), "one that leaves is out at once")
    finally:
        setting("school.cooperating_only", "false")
    t.ok(is_in(in_session) and sign_in(pupil_out).status == 200, "all are back when it is off")


if __name__ == "__main__":
    with Nodes("aozora") as nodes:
        node = nodes["aozora"]
        board = node.sign_in(node.account("commissioner"))
        for name, value in (("login.tries_per_minute", "60"),):
            setting(name, value)
        main(__file__)
