#!/usr/bin/python3
# tests/run: left 120
"""The end of one person (NI-2.3.4-4b) on a whole node: asked for on screen, what others' records say
of the name decided one by one, confirmed by a second person, done by the node, proved on paper;
sums stay, and a backup from before opens nothing of the person."""
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import Nodes  # noqa: E402
from lib.t import case, main  # noqa: E402

ENDINGS = "/api/v1/endings"
nodes = Nodes("aozora")
node = nodes.__enter__()["aozora"]
board = node.account("commissioner", display_name="教育委員会の係")
second = node.account("commissioner", display_name="教育委員会の課長")
firm = node.account("contractor", display_name="受託者の係")
watcher = node.account("supporter", display_name="支援員")
gone = node.account("student", display_name="ひまわりのこ")
other = node.account("student", display_name="すみれのこ")
as_board, as_second, as_firm, as_watcher = (node.sign_in(a) for a in (board, second, firm, watcher))
kept = {}


def new():
    return str(uuid.uuid4())


def wait(what, seconds=30):
    until = time.monotonic() + seconds
    while True:
        value = what()
        if value or time.monotonic() > until:
            return value
        time.sleep(0.1)


def ask(session=as_board, **more):
    return session.request("POST", ENDINGS, {"id": new(), "person": gone.id, "reason": "withdrawal",
                                             "asked_by": "guardian", **more})


def shown(ending, session=as_board):
    return session.request("GET", f"{ENDINGS}/{ending}").json()


def state(ending):
    return shown(ending)["ending"]["state"]


def mentions(ending, session=as_board):
    return session.request("GET", f"{ENDINGS}/{ending}/mentions").json()["items"]


def act(session, ending, verb, body=None):
    return session.request("POST", f"{ENDINGS}/{ending}/{verb}", body)


def handover(text):
    made = as_watcher.request("POST", "/api/v1/handovers", {"id": new(), "text": text})
    return made.json()["id"]


def lines():
    return node.psql("SELECT count(*), coalesce(sum(n_lines), 0), string_agg(encode(sum, 'hex'), ',')"
                     " FROM weekly_report") + node.psql("SELECT count(*) FROM weekly_line") + \
        node.psql("SELECT count(*), count(DISTINCT account) FROM visit_event")


@case
def only_the_board_asks_and_bad_input_changes_nothing(t):
    t.req("NI-2.3.4-4b")
    for session in (as_firm, as_watcher, node.sign_in(other)):
        t.eq(ask(session).status, 404, "nobody else asks")
        t.eq(session.request("GET", ENDINGS).status, 404, "nor looks")
    t.eq(ask(person=new()).status, 404, "nobody of that id")
    t.eq(ask(person=board.id).json()["code"], "ending-self", "nobody asks for himself")
    t.eq(ask(reason="because").status, 422, "a reason of the list")
    t.eq(ask(due="2020-01-01T00:00:00Z").status, 422, "no day that is over")
    t.eq(node.psql("SELECT count(*) FROM ending"), "0", "nothing was written")
    t.eq(as_board.request("GET", f"{ENDINGS}/{new()}").status, 404, "no such request")
    t.eq(act(as_second, "x", "confirm").status, 404, "no id")


@case
def mentions_are_found_in_others_records(t):
    t.req("NI-2.3.4-4b")
    kept["keep"] = handover("きょうは ひまわりのこ さんと すみれのこ さんが話していました。")
    kept["drop"] = handover("ﾋﾏﾜﾘﾉｺの保護者から電話がありました。")
    handover("なにごともありませんでした。")
    kept["made"] = json.loads(node.cli("backup").stdout)
    reply = ask(note="ひまわりのこさんの保護者から書面で。", id=kept.setdefault("id", new()))
    t.eq(reply.status, 200, "asked")
    t.eq(ask(id=kept["id"]).status, 200, "the same again is known")
    t.eq(ask().json()["code"], "ending-open", "another for the same person is not")
    t.ok(wait(lambda: state(kept["id"]) == "deciding"), "searched", shown(kept["id"]))
    texts = [m for m in mentions(kept["id"]) if "row" in m]
    t.eq({m["row"] for m in texts}, {kept["keep"], kept["drop"]}, "both texts, in any script")
    t.ok(all(m["table"] == "handover" and m["can"] == "delete" and m["is_whole"] for m in texts), "what")
    first = next(m for m in texts if m["row"] == kept["keep"])
    t.eq((first["before"], first["hit"], first["after"]),
         ("きょうは ", "ひまわりのこ", " さんと すみれのこ さんが話していました。"), "with what stands around")
    entry = shown(kept["id"])
    t.ok(entry["n_read"] > 0, "texts were read", entry)
    t.eq(entry["n_unread"], 0, "every sealed value opens as its table's row says")
    t.eq(entry["ending"]["person_name"], "ひまわりのこ", "who")


@case
def everything_is_decided_before_a_second_person_confirms(t):
    t.req("NI-2.3.4-4b")
    texts = {m["row"]: m["id"] for m in mentions(kept["id"]) if "row" in m}
    t.eq(act(as_second, kept["id"], "confirm").json()["code"], "ending-undecided", "not yet")
    decide = {"mentions": [texts[kept["keep"]]], "decision": "mask"}
    t.eq(act(as_board, kept["id"], "decisions", decide).json()["code"], "ending-cannot", "a leaf is not rewritten")
    t.eq(act(as_board, kept["id"], "decisions", {"mentions": [new()], "decision": "keep"}).status, 404, "no such")
    t.eq(act(as_board, kept["id"], "decisions", {"mentions": [], "decision": "keep"}).status, 422, "none")
    t.eq(act(as_firm, kept["id"], "decisions", decide).status, 404, "nor by others")
    t.eq(act(as_board, kept["id"], "decisions", {**decide, "decision": "keep"}).status, 200, "kept")
    t.eq(act(as_board, kept["id"], "decisions", {"mentions": [texts[kept["drop"]]], "decision": "delete"}).status,
         200, "deleted")
    t.eq(state(kept["id"]), "ready", "all decided")
    t.eq(act(as_board, kept["id"], "confirm").json()["code"], "ending-own", "not by the one who asked")
    t.eq(act(as_firm, kept["id"], "confirm").status, 404, "nor by others")
    t.eq(node.psql(f"SELECT count(*) FROM account WHERE id = '{gone.id}'"), "1", "nothing is gone yet")


@case
def something_new_holds_it(t):
    t.req("NI-2.3.4-4b")
    kept["late"] = handover("ひまわりのこさんの忘れもの。")
    t.eq(act(as_second, kept["id"], "confirm").status, 200, "confirmed")
    t.ok(wait(lambda: state(kept["id"]) == "deciding"), "held", shown(kept["id"]))
    t.eq(node.psql(f"SELECT count(*) FROM account WHERE id = '{gone.id}'"), "1", "nothing is gone yet")
    new_one = [m for m in mentions(kept["id"]) if "row" in m and "decision" not in m]
    t.eq([m["row"] for m in new_one], [kept["late"]], "the new one alone is open")
    t.eq(act(as_second, kept["id"], "decisions", {"mentions": [new_one[0]["id"]], "decision": "keep"}).status, 200,
         "decided")


@case
def the_person_is_gone_and_the_proof_says_so(t):
    t.req("NI-2.3.4-4b, AI-8-3")
    child = node.sign_in(gone)
    for account in (gone, other):
        node.psql("INSERT INTO visit_event (id, visit, at, account, kind, floor, copy, is_trial) VALUES"
                  f" (gen_random_uuid(), gen_random_uuid(), now(), '{account.id}', 'entry', 'plaza', 1, false)")
    before = lines()
    t.eq(act(as_second, kept["id"], "confirm").status, 200, "confirmed again")
    t.ok(wait(lambda: state(kept["id"]) == "done"), "done", shown(kept["id"]))
    entry = shown(kept["id"])
    facts = entry["facts"]
    t.eq((facts["n_left"], facts["n_opened"]), (0, 0), "nothing is left and nothing opens")
    t.ok(facts["n_sealed"] > 0, "though sealed values of leaves stay")
    t.eq((facts["n_kept"], facts["n_deleted"], facts["n_masked"]), (2, 1, 0), "as it was decided")
    tables = {f["name"]: (f["way"], f["before"], f["after"]) for f in facts["tables"]}
    t.eq(tables["account"], ("rows", 1, 0), "the account")
    t.eq(tables["visit_event"], ("key", 1, 1), "visits stay as numbers")
    t.ok(tables["ending_mention"][1] > 0 and tables["ending_mention"][2] == 0, "the list went too")
    t.ok(facts["places"] and all((p["before"], p["after"]) == ("live", "destroyed") for p in facts["places"]),
         "the key, in every copy", facts["places"])
    t.ok("person_name" not in entry["ending"] and "note" not in entry["ending"], "no name any more", entry)
    t.eq(lines(), before, "sums are what they were")
    t.eq(child.request("GET", "/api/v1/session").status, 401, "out at once")
    t.eq(node.psql(f"SELECT count(*) FROM handover WHERE id = '{kept['drop']}'"), "0", "deleted")
    t.eq(node.psql("SELECT rule FROM audit_deletion WHERE table_name = 'handover'"), "person.ended", "lawfully")
    texts = [h["text"] for h in as_board.request("GET", "/api/v1/handovers").json()["items"]]
    t.eq(sum("ひまわりのこ" in text for text in texts), 2, "what was to be kept is there")
    t.eq(node.psql(f"SELECT salt IS NULL FROM audit_leaf WHERE row_id = '{kept['drop']}'"), "t", "and its leaf is closed")
    t.eq(act(as_board, kept["id"], "cancel").json()["code"], "ending-state", "too late")


@case
def the_proof_is_a_page_and_a_signed_line(t):
    t.req("NI-2.3.4-4b")
    reply = as_board.request("GET", f"{ENDINGS}/{kept['id']}/proof")
    t.eq(reply.status, 200, "a file")
    with tempfile.NamedTemporaryFile(suffix=".pdf") as f:
        f.write(reply.body)
        f.flush()
        text = subprocess.run(["pdftotext", "-layout", f.name, "-"], check=True, capture_output=True, text=True).stdout
    t.ok("個人の情報を消した証明" in text and "壊した" in text, "in words", text[:400])
    t.ok("ひまわり" not in text, "without the name")
    facts = node.psql(f"SELECT facts FROM ending_step WHERE ending = '{kept['id']}' AND kind = 'done'")
    note = shown(kept["id"])["proof"]
    t.eq(note.split("\n")[0], "ibasho-ending/1", "the line")
    t.eq(note.split("\n")[2], hashlib.sha256(facts.encode()).hexdigest(), "over the facts")
    t.eq(as_firm.request("GET", f"{ENDINGS}/{kept['id']}/proof").status, 404, "the board's")
    t.eq(node.psql("SELECT count(*) FROM audit_leaf l JOIN ending_step s ON s.id = l.row_id"),
         node.psql("SELECT count(*) FROM ending_step"), "each step is a leaf")


@case
def a_request_is_taken_back(t):
    reply = ask(person=other.id, id=kept.setdefault("back", new()), due="2099-01-01T00:00:00Z")
    t.eq(reply.status, 422, "within 400 days")
    due = time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() + 20 * 86400))
    t.eq(ask(person=other.id, id=kept["back"], due=due).status, 200, "asked for a day")
    t.ok(wait(lambda: state(kept["back"]) in ("deciding", "ready")), "searched")
    for m in mentions(kept["back"]):
        if "row" in m:
            act(as_board, kept["back"], "decisions", {"mentions": [m["id"]], "decision": "keep"})
    t.eq(act(as_second, kept["back"], "confirm").status, 200, "confirmed")
    t.eq(state(kept["back"]), "waiting", "for its day")
    t.eq(act(as_board, kept["back"], "cancel").status, 200, "taken back")
    t.eq(state(kept["back"]), "cancelled", "on record")
    t.eq(node.psql(f"SELECT count(*) FROM account WHERE id = '{other.id}'"), "1", "nobody went")


@case
def an_older_backup_opens_nothing_of_the_person(t):
    """Last: the cluster is exchanged."""
    t.req("NI-2.3.4-4b, NI-2.3.4-4, NI-T3-9b")
    restored = node.data_dir + "/restored"
    path = f"{node.data_dir}/backups/{kept['made']['id']}.ibasho-backup"
    shutil.rmtree(restored, ignore_errors=True)
    t.eq(node.cli("restore", path, "--to", restored).returncode, 0, "restored")
    node.stop()
    shutil.rmtree(node.data_dir + "/cluster")
    os.rename(restored, node.data_dir + "/cluster")
    node.start()
    node.wait_answer()
    t.eq(node.psql(f"SELECT count(*) FROM account WHERE id = '{gone.id}'"), "0", "gone again before anyone is served")
    session = node.sign_in(board)
    found = session.request("GET", "/api/v1/people?q=%E3%81%B2%E3%81%BE%E3%82%8F%E3%82%8A").json()
    t.eq(found["items"], [], "nobody finds the name")
    t.eq(node.psql(f"SELECT count(*) FROM account WHERE id = '{other.id}'"), "1", "the others are there")


if __name__ == "__main__":
    main(__file__, lambda: nodes.__exit__(None, None, None))
