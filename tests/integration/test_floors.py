#!/usr/bin/python3
# tests/run: right 200
"""Floors of a whole node, by the operator's command line and by a commissioner through the front:
published, refused, brought back (AI-2.3-エ, AI-4.3-イ-エ-2)."""
import json
import os
import sys
import tempfile
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import ROOT, Nodes  # noqa: E402
from lib.t import case, main  # noqa: E402

nodes = Nodes("aozora")
node = nodes.__enter__()["aozora"]
TYPE = "application/vnd.ibasho.floor+json"
board = node.sign_in(node.account("commissioner"))
child = node.sign_in(node.account("student"))


def ready(name):
    with open(f"{ROOT}/node/place/floors/{name}.json", encoding="utf-8") as f:
        return json.load(f)


files = tempfile.TemporaryDirectory()


def file_of(floor):
    path = f"{files.name}/{uuid.uuid4()}.json"
    with open(path, "w", encoding="utf-8") as f:
        json.dump(floor, f, ensure_ascii=False)
    return path


def end():
    files.cleanup()
    nodes.close()


def ibasho(*words):
    """Status and all that was said."""
    done = node.cli(*words, check=False)
    return done.returncode, done.stdout + done.stderr


def versions():
    return {f["id"]: f["version"] for f in
            board.request("GET", "/api/v1/floors").json()["items"]}


def publish(session, floor, query=""):
    return session.request("POST", f"/api/v1/floors{query}",
                           json.dumps(floor, ensure_ascii=False).encode(), {"Content-Type": TYPE})


def status_of_length(n_bytes):
    """The front refuses by the head; who goes on sending may find the line cut."""
    connection = board.node.connection()
    connection.putrequest("POST", "/api/v1/floors")
    for name, value in (("Content-Type", TYPE), ("Content-Length", str(n_bytes)),
                        ("Origin", board.node.url()),
                        ("Cookie", "; ".join(f"{k}={v}" for k, v in board.cookies.items()))):
        connection.putheader(name, value)
    connection.endheaders()
    status = connection.getresponse().status
    connection.close()
    return status


@case
def floors_are_published_and_brought_back_by_the_command_line(t):
    t.req("AI-4.3-イ-エ-2 AI-2.3-エ")
    t.eq(versions(), {"classes": 0, "counsel": 0, "lounge": 0, "plaza": 0, "quiet": 0}, "ready ones")
    plaza = ready("plaza")
    plaza["name"]["en"] = "Market"
    status, said = ibasho("floor", "publish", file_of(plaza))
    t.eq(status, 0, said)
    t.ok("公開しました: plaza 版 1 " in said, "says what was done", said)
    status, said = ibasho("floor", "publish", file_of(plaza))
    t.ok(status == 0 and "同じです" in said, "the same floor is no new version", said)
    status, said = ibasho("floor", "list")
    t.ok(status == 0 and "plaza            版 1" in said and "広場" in said, "listed", said)
    plaza["name"]["en"] = "Bazaar"
    status, said = ibasho("floor", "publish", file_of(plaza), "--expected", "0")
    t.ok(status == 1 and "変わりました" in said, "somebody was faster", said)
    status, said = ibasho("floor", "publish", file_of(plaza), "--expected", "1")
    t.eq((status, versions()["plaza"]), (0, 2), "published over what was seen")
    status, said = ibasho("floor", "revert", "plaza")
    t.ok(status == 0 and "版 3" in said, "one back", said)
    t.eq(board.request("GET", "/api/v1/floors/plaza").json()["name_en"], "Market", "the one before")
    status, said = ibasho("floor", "revert", "plaza", "0")
    t.eq((status, board.request("GET", "/api/v1/floors/plaza").json()["name_en"]), (0, "Plaza"),
         "the ready floor")
    status, said = ibasho("floor", "revert", "quiet")
    t.ok(status == 1 and "もどせる前の版はありません" in said, "nothing to bring back", said)
    history = board.request("GET", "/api/v1/floors/plaza/history").json()["items"]
    t.eq([(h["version"], h["role"], h.get("of_version")) for h in history],
         [(4, "operator", 0), (3, "operator", 1), (2, "operator", None), (1, "operator", None)],
         "who did what")


@case
def floors_with_a_fault_change_nothing(t):
    before = versions()
    lounge = ready("lounge")
    lounge["spawns"][0]["x"] = lounge["walls"][0]["x"] + 5
    lounge["spawns"][0]["y"] = lounge["walls"][0]["y"] + 5
    status, said = ibasho("floor", "publish", file_of(lounge))
    t.ok(status == 1 and "/spawns/0" in said, "refused, with the place of the fault", said)
    t.eq(ibasho("floor", "publish", "/nowhere.json")[0], 2, "no file")
    t.eq(ibasho("floor", "publish")[0], 2, "no words")
    t.eq(ibasho("floor", "revert", "../plaza")[0], 2, "no floor's id")
    reply = publish(board, lounge)
    t.eq(reply.status, 422, "the same over HTTP")
    t.ok(any(e["pointer"] == "/spawns/0" for e in reply.json()["errors"]), "the same place", reply)
    t.eq(publish(board, ready("lounge"), "?expected_version=9").status, 409, "never seen")
    reply = board.request("POST", "/api/v1/floors", {"format": 1})
    t.ok(reply.status in (400, 415), "not sent as a floor", reply)
    t.eq(status_of_length(65537), 413, "over 65,536 bytes")
    t.eq(versions(), before, "everything is as it was")


@case
def ways_out_lead_to_floors_that_are_there(t):
    t.req("AI-4.3-イ-エ-2")
    with open(f"{ROOT}/tests/floors/good/base.json", encoding="utf-8") as f:
        hall = json.load(f)
    way_out = next(i for i, a in enumerate(hall["areas"]) if a["kind"] == "portal")
    hall["id"] = "hall"
    hall["areas"][way_out]["to"] = "loft"
    attic = dict(hall, id="loft", areas=[dict(a) for a in hall["areas"]])
    attic["areas"][way_out]["to"] = "hall"
    pointer = f"/areas/{way_out}/to"
    status, said = ibasho("floor", "check", file_of(hall))
    t.ok(status == 0 and f"{pointer}: portal-unknown: 注意" in said, "a warning on one machine", said)
    status, said = ibasho("floor", "check", file_of(hall), file_of(attic))
    t.ok(status == 0 and "portal-unknown" not in said, "two that lead to each other", said)
    reply = publish(board, hall)
    t.eq((reply.status, [(e["pointer"], e["rule"]) for e in reply.json().get("errors", [])]),
         (422, [(pointer, "portal-unknown")]), "refused where the floor should be")
    t.eq([publish(board, {**ready("lounge"), "id": "shared-abcdefgh"}).status,
          board.request("POST", "/api/v1/floors/shared-abcdefgh/revert",
                        {"id": str(uuid.uuid4()), "version": 0}).status], [409, 409],
         "what is kept for floors that other towns see")
    status, said = ibasho("floor", "publish", file_of(hall))
    t.ok(status == 1 and pointer in said, "the operator too", said)
    t.ok("hall" not in versions(), "nothing was published", versions())
    hall["areas"][way_out]["to"] = "hall"
    t.eq(publish(board, hall).status, 200, "to itself")
    t.eq(publish(board, attic).status, 200, "to one that is there by now")
    hall["areas"][way_out]["to"] = "loft"
    t.eq(publish(board, hall).status, 200, "and back")


@case
def names_that_deceive_are_refused(t):
    t.req("AI-4.3-イ-エ-2")
    lounge = ready("lounge")
    lounge["name"]["en"] = "Lou\u202enge"
    lounge["areas"][0]["name"]["en"] = "A\u0301\u0301\u0301rea"
    status, said = ibasho("floor", "check", file_of(lounge))
    t.ok(status == 1 and "/name/en: hidden" in said and "U+202E" in said
         and "/areas/0/name/en: marks" in said, "by place, rule and character", said)
    reply = publish(board, lounge)
    t.eq((reply.status, sorted(e["rule"] for e in reply.json()["errors"])),
         (422, ["hidden", "marks"]), "at publishing too")


@case
def floors_are_a_commissioners_and_known_to_everyone_inside(t):
    t.req("AI-2.3-エ AI-4.3-イ-エ-2")
    quiet = ready("quiet")
    quiet["name"]["en"] = "Library"
    t.eq(publish(child, quiet).status, 404, "no child publishes")
    act = str(uuid.uuid4())
    reply = publish(board, quiet, f"?id={act}&expected_version=0")
    t.eq((reply.status, reply.json()["version"], reply.json()["is_new"]), (200, 1, True), "published")
    again = publish(board, quiet, f"?id={act}&expected_version=0")
    t.eq((again.status, again.json()["version"]), (200, 1), "sent again: the same act")
    reply = child.request("GET", f"/api/v1/floors/quiet/file?hash={reply.json()['hash']}")
    t.eq((reply.status, reply.json()["name"]["en"]), (200, "Library"), "a child's browser gets it")
    t.ok("immutable" in reply.headers["Cache-Control"], "and keeps it", reply)
    plan = {"id": str(uuid.uuid4()), "when_full": "wait", "is_hidden": True}
    t.eq(board.request("PUT", "/api/v1/floors/quiet/plan", plan).status, 204, "hidden")
    hidden = child.request("GET", "/api/v1/floors/quiet/file")
    nowhere = child.request("GET", "/api/v1/floors/attic/file")
    t.eq((hidden.status, hidden.body), (404, nowhere.body), "hidden is missing, to the byte")
    record = board.request("GET", "/api/v1/floors").json()["items"]
    t.ok(any(f["id"] == "quiet" and f["is_hidden"] for f in record), "the board sees it", record)


if __name__ == "__main__":
    main(__file__, end)
