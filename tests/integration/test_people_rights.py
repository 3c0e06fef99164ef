#!/usr/bin/python3
# tests/run: right 150
"""Rights on a whole node, over https: what open sessions see the moment a right is given or ended,
that hidden is missing, that no child's page carries anything of another person, and that who was
erased is found no more."""
import csv
import os
import re
import subprocess
import sys
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import BUILD, ROOT, Login, Nodes  # noqa: E402
from lib.t import case, main  # noqa: E402

nodes = node = None
SCHOOL, OTHER_SCHOOL = str(uuid.uuid4()), str(uuid.uuid4())
who = {}   # name -> Login
open_ = {}  # name -> Session


def account(role, name, school=None):
    wanted = {"id": str(uuid.uuid4()), "role": role, "login": f"login-of-{name}",
              "display_name": f"表示-{name}", "password": "Himawari-2026"}
    if school:
        wanted["school"] = school
    reply = node.admin("POST", "/api/v1/admin/accounts", wanted)
    assert reply.status == 201, reply
    made = reply.json()
    who[name] = Login(role, made["login"], wanted["password"], made.get("totp_secret"), made["id"])
    return who[name]


def set_up():
    node.psql(f"""INSERT INTO org (id, kind, name, created_at) VALUES
        ('{SCHOOL}', 'school', 'きた中学校', now()),
        ('{OTHER_SCHOOL}', 'school', 'みなみ中学校', now())""")
    for name in ("aoi", "ben"):
        account("student", name, SCHOOL)
    account("student", "dai", OTHER_SCHOOL)
    account("school_staff", "kitano", SCHOOL)
    for role in ("commissioner", "contractor", "supporter", "guardian", "auditor"):
        account(role, role)
    node.psql(f"""INSERT INTO guardian_link (id, guardian, child, created_at)
        VALUES (gen_random_uuid(), '{who["guardian"].id}', '{who["aoi"].id}', now())""")
    for name in who:
        if name not in ("ben", "dai"):
            open_[name] = node.sign_in(who[name])


def people(name, query=""):
    return open_[name].request("GET", "/api/v1/people" + query)


def total(name, query=""):
    reply = people(name, query)
    return reply.json()["total"] if reply.status == 200 else reply.status


def give(name, to, **more):
    return open_[name].request("POST", f"/api/v1/people/{who[to].id}/rights",
                               {"id": str(uuid.uuid4()), **more})


@case
def rights_count_at_once_in_open_sessions(t):
    t.req("NI-2.3.4-2a NI-T3-7")
    t.eq(total("kitano"), 1, "a new role starts with nothing but oneself")
    reply = give("commissioner", "kitano", right="manager", school=SCHOOL)
    t.eq(reply.status, 201, f"given: {reply}")
    t.eq(total("kitano"), 3, "the very session sees its school's children")
    t.eq(open_["kitano"].request("GET", f"/api/v1/people/{who['dai'].id}").status, 404,
         "not those of another school")
    right = reply.json()["id"]
    reply = open_["commissioner"].request("DELETE",
                                          f"/api/v1/people/{who['kitano'].id}/rights/{right}")
    t.eq(reply.status, 204, "ended")
    t.eq(total("kitano"), 1, "and nothing of it is left")


@case
def rights_are_raised_by_nobody_for_himself(t):
    t.req("NI-2.3.4-2a")
    own = give("commissioner", "commissioner", right="on_duty")
    none = open_["commissioner"].request("POST", f"/api/v1/people/{uuid.uuid4()}/rights",
                                         {"id": str(uuid.uuid4()), "right": "on_duty"})
    t.eq((own.status, own.body), (none.status, none.body), "oneself is nobody")
    for name in ("kitano", "contractor", "supporter", "auditor", "guardian", "aoi"):
        reply = give(name, "kitano", right="manager", school=SCHOOL)
        t.eq(reply.status, 404, f"{name} gives none")
    t.eq(give("commissioner", "supporter", right="nurse").status, 422, "AI-4.4-カ-オ")
    t.eq(node.psql("SELECT count(*) FROM right_grant WHERE right_name <> 'manager'"), "0", "none")
    t.eq(node.psql("SELECT count(*) FROM access_record WHERE route = 'rights.give'"
                   " AND action = 'refused'"), "7", "each try is on record")


@case
def people_hidden_is_missing(t):
    t.req("KP-3-安全-2")
    for name in ("kitano", "guardian"):
        hidden = open_[name].request("GET", f"/api/v1/people/{who['dai'].id}")
        missing = open_[name].request("GET", f"/api/v1/people/{uuid.uuid4()}")
        forged = open_[name].request("GET", "/api/v1/people/1")
        t.eq(hidden.status, 404, name)
        t.ok(hidden.body == missing.body == forged.body, "the same bytes")
        strip = [sorted((k, v) for k, v in r.headers.items() if k != "Date")
                 for r in (hidden, missing)]
        t.eq(strip[0], strip[1], "the same headers")
    t.eq(node.psql(f"SELECT DISTINCT action, outcome FROM access_record WHERE person ="
                   f" '{who['dai'].id}' AND route = 'people.show' AND account ="
                   f" '{who['kitano'].id}'"), "refused|hidden", "but the record says which it was")
    t.eq(total("auditor"), 404, "an auditor has no list of people")


@case
def people_each_role_gets_its_part(t):
    t.req("KP-3-安全-2 AI-2.7-エ")
    t.eq(total("commissioner"), len(who), "everyone")
    t.eq(total("contractor"), len(who), "everyone")
    t.eq(total("supporter"), 4, "three children and oneself")
    item = people("supporter", "?role=student").json()["items"][0]
    t.eq(sorted(item), ["display_name", "id", "login", "role"], "display name and ID, no more")
    items = people("guardian").json()["items"]
    t.eq(sorted(i["display_name"] for i in items), ["表示-aoi", "表示-guardian"],
         "own child and oneself")
    t.ok(all(sorted(i) == ["display_name", "id", "role", "state"] for i in items), "no ID")


def routes_open_to(role):
    text = subprocess.run([f"{BUILD}/ibasho-rows", "routes"], cwd=ROOT, check=True, text=True,
                          capture_output=True).stdout
    rows = csv.DictReader(text.lstrip("#").splitlines(), delimiter="\t")
    return [r for r in rows if r["method"] == "GET" and "public" in r["listeners"]
            and (role in r["roles"].split(",") or "anonymous" in r["roles"].split(",")
                 or r["roles"] in ("all", "everyone"))]


@case
def people_no_child_page_carries_another_person(t):
    t.req("AI-2.7-エ KP-3-安全-2")
    for name, own_child in (("aoi", None), ("guardian", "aoi")):
        routes = routes_open_to(who[name].role)
        t.ok(len(routes) >= 3, f"{len(routes)} routes to ask as {name}")
        n = 0
        for route in routes:
            for other in who:
                path = re.sub(r"\{\w+\}", who[other].id, route["path"])
                reply = open_[name].request("GET", path)
                body = reply.body.decode("utf-8", "replace")
                n += 1
                for person, login in who.items():
                    if person == name:
                        continue
                    t.ok(login.login not in body, f"{path}: the ID of {person}")
                    if person != own_child:
                        t.ok(login.id not in body and f"表示-{person}" not in body,
                             f"{path}: {person}")
                if "{" not in route["path"]:
                    break
        t.ok(n > 3, f"{n} answers of {name} were read")


@case
def roles_table_for_those_who_answer_for_it(t):
    t.req("NI-T3-7")
    whole = open_["auditor"].request("GET", "/api/v1/roles").json()
    names = [r["name"] for g in whole["groups"] for r in g["rows"]]
    t.eq(len(names), len(set(names)), "each row once")
    t.ok("people.list" in names and "accounts.erase" in names, "the operator's as well")
    own = open_["supporter"].request("GET", "/api/v1/roles").json()
    t.eq([r["id"] for r in own["roles"]], ["supporter"], "a supporter's own")
    t.eq({x for g in own["groups"] for r in g["rows"] for x in r["roles"]}, {"supporter"}, "only")


@case
def people_erased_are_found_no_more(t):
    t.req("KP-3-安全-3")
    t.eq(total("commissioner", "?q=login-of-ben"), 1, "there")
    t.eq(node.admin("DELETE", f"/api/v1/admin/accounts/{who['ben'].id}").status, 204, "erased")
    t.eq(total("commissioner", "?q=login-of-ben"), 0, "gone")
    t.eq(open_["commissioner"].request("GET", f"/api/v1/people/{who['ben'].id}").status, 404,
         "and by its id")


if __name__ == "__main__":
    with Nodes("aozora") as nodes:
        node = nodes["aozora"]
        set_up()
        main(__file__)
