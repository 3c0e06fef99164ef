#!/usr/bin/python3
# tests/run: right 300
"""Fifty IDs from request to paper on a whole node: the ID slips and, apart from them, the first
passwords, read back from the printed pages; who gets none of it; what the record says."""
import os
import re
import subprocess
import sys
import tempfile
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import Login, Nodes, Session  # noqa: E402
from lib.t import case, main  # noqa: E402

SLIPS = "/api/v1/people/slips"
N = 50
NAMES = [("髙橋", "たかはし"), ("山﨑", "やまざき"), ("𠮷田", "よしだ"), ("葛\U000E0100城", "かつらぎ"),
         ("鈴木", "すずき")]
nodes = node = board = contractor = None
people = []   # ids
issued = {}   # id -> (login, first password)


def post(session, path, body):
    return session.request("POST", path, body, timeout=60)


def set_up():
    reply = board.request("PUT", "/api/v1/contract", {
        "id": str(uuid.uuid4()), "title": "見本の契約", "contractor": "受託者",
        "begins_on": "2020-04-01", "ends_on": "2090-03-31", "n_student": 400, "n_staff": 100,
        "n_guardian": 0})
    assert reply.status == 200, reply
    school = str(uuid.uuid4())
    reply = post(board, "/api/v1/schools", {"id": school, "name": "みどり小学校"})
    assert reply.status // 100 == 2, reply
    for n in range(N):
        made = str(uuid.uuid4())
        family, kana = NAMES[n % len(NAMES)]
        reply = post(contractor, "/api/v1/people", {
            "id": made, "role": "student", "family": family, "given": f"子{n:02d}",
            "family_kana": kana, "given_kana": f"こ{n:02d}", "grade": "P5", "school": school})
        assert reply.status in (200, 201), reply
        people.append(made)


def pages(pdf, name, directory):
    """The printed text without blanks, and what the codes hold."""
    path = os.path.join(directory, name)
    with open(path + ".pdf", "wb") as f:
        f.write(pdf)
    text = subprocess.run(["pdftotext", "-raw", path + ".pdf", "-"], capture_output=True, text=True,
                          check=True).stdout
    codes, images = set(), []
    for dpi in ("150", "200"):  # of eight codes on one picture a reader may miss one
        subprocess.run(["pdftoppm", "-r", dpi, "-png", path + ".pdf", path + dpi], check=True)
        images = [os.path.join(directory, f) for f in os.listdir(directory)
                  if f.startswith(name + dpi) and f.endswith(".png")]
        codes |= set(subprocess.run(["zbarimg", "-q", "--raw", *images], capture_output=True,
                                    text=True, check=False).stdout.split())
    return re.sub(r"\s", "", text), sorted(codes), len(images)


@case
def slips_are_for_issued_ids_alone(t):
    reply = post(contractor, SLIPS, {"ids": people[:3], "kind": "ids"})
    t.eq((reply.status, reply.json()["code"]), (409, "not-issued"), "requested is not issued")
    t.eq(post(board, "/api/v1/people/approve", {"ids": people}).status // 100, 2, "approved")
    reply = post(contractor, "/api/v1/people/issue", {"ids": people, "first": "sheet"})
    t.eq(reply.status, 200, f"issued: {reply}")
    for item in reply.json()["items"]:
        issued[item["id"]] = (item["login"], item["first_password"])
    t.eq(len(issued), N, "fifty IDs")


@case
def slips_of_fifty_are_printed(t):
    reply = post(contractor, SLIPS, {"ids": people, "kind": "ids"})
    t.eq((reply.status, reply.headers.get("Content-Type")), (200, "application/pdf"), "a PDF")
    t.eq(reply.headers.get("Cache-Control"), "no-store", "kept by no one on the way")
    t.ok("attachment" in reply.headers.get("Content-Disposition", ""), "to be saved")
    with tempfile.TemporaryDirectory() as directory:
        text, codes, n_pages = pages(reply.body, "ids", directory)
    url = node.url()
    t.eq(n_pages, 7, "eight on a page")
    t.eq(codes, sorted(f"{url}/#/in?id={login}" for login, _ in issued.values()),
         "each code holds the address and the ID alone")
    t.ok(all(login in text for login, _ in issued.values()), "every ID in letters")
    t.ok(not any(password in text for _, password in issued.values()), "no password")
    for family, kana in NAMES:
        t.ok(family.replace("\U000E0100", "") in text.replace("\U000E0100", "") and kana in text,
             "name and reading")


@case
def slips_of_first_passwords_stand_apart(t):
    reply = post(board, SLIPS, {"ids": people, "kind": "passwords"})
    t.eq(reply.status, 200, f"a PDF: {reply if reply.status != 200 else ''}")
    with tempfile.TemporaryDirectory() as directory:
        text, codes, n_pages = pages(reply.body, "passwords", directory)
    t.eq((codes, n_pages), ([], 7), "no codes")
    t.ok(all(password in text for _, password in issued.values()), "every first password")
    t.ok(not any(login in text for login, _ in issued.values()), "and no ID beside it")


@case
def slips_of_a_used_password_are_none(t):
    login, password = issued[people[0]]
    node.sign_in(Login("student", login, password, None, people[0]))
    reply = post(contractor, SLIPS, {"ids": people[:2], "kind": "passwords"})
    t.eq((reply.status, reply.json().get("code")), (409, "no-first-password"), "used up")
    t.ok("1人" in reply.json()["title"], "and says of how many", reply.body.decode())
    t.eq(post(contractor, SLIPS, {"ids": people[:2], "kind": "ids"}).status, 200,
         "the ID slip still goes")
    t.eq(post(contractor, SLIPS, {"ids": people[1:2], "kind": "passwords"}).status, 200,
         "and the other's password")


@case
def slips_are_hidden_from_everybody_else(t):
    body = {"ids": people[:1], "kind": "ids"}
    for role in ("school_staff", "supporter", "guardian", "auditor", "student"):
        session = node.sign_in(node.account(role))
        t.eq(post(session, SLIPS, body).status, 404, role)
    t.eq(Session(node).request("POST", SLIPS, body).status, 401, "nobody")
    missing = post(contractor, SLIPS, {"ids": [str(uuid.uuid4())], "kind": "ids"})
    mixed = post(contractor, SLIPS, {"ids": [people[0], str(uuid.uuid4())], "kind": "ids"})
    t.eq((missing.status, mixed.status), (404, 404), "one that is missing refuses the whole")
    t.eq(missing.body, mixed.body, "the same bytes")
    over = post(contractor, SLIPS, {"ids": [node.account("commissioner").id], "kind": "passwords"})
    t.eq((over.status, over.body), (404, missing.body),
         "the password of whoever oversees him is nobody's")
    for bad in ({"ids": [], "kind": "ids"}, {"ids": people[:1], "kind": "all"},
                {"ids": people[:1] * 2, "kind": "ids"}, {"ids": ["x" * 36], "kind": "ids"},
                {"kind": "ids"}, {}):
        t.eq(post(contractor, SLIPS, bad).status, 422, str(bad)[:40])


@case
def slips_are_on_record_for_every_person(t):
    ids = ",".join(f"'{p}'" for p in people)
    t.eq(node.psql("SELECT count(DISTINCT p) FROM access_record r JOIN access_shown s USING (id),"
                   " unnest(s.persons) AS p WHERE r.route = 'people.slips' AND r.action = 'export'"
                   f" AND p IN ({ids})"), str(N), "the record names each one")
    log = node.log("node")
    t.ok(not any(password in log for _, password in issued.values()), "no password in the log")
    t.ok(not any(family in log for family, _ in NAMES), "no name either")


if __name__ == "__main__":
    nodes = Nodes("aozora")
    with nodes:
        node = nodes["aozora"]
        board = node.sign_in(node.account("commissioner"))
        desk = node.account("contractor")
        contractor = node.sign_in(desk)
        node.permit_export(board, desk)
        set_up()
        main(__file__)
