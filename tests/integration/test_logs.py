#!/usr/bin/python3
# tests/run: right 120
"""The four logs taken out of a whole node and searched: who may, with what reason, who approves,
what the files say in CSV, Shift_JIS and JSON, and what stands on record afterwards (AI-2.5-ア...エ,
AI-2.7-イ, KP-3-安全-3, SE-4.1-イ-3)."""
import csv
import datetime
import http.client
import io
import json
import os
import socket
import sys
import time
import uuid
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import Nodes  # noqa: E402
from lib.t import case, main  # noqa: E402
from lib.visitor import Visitor  # noqa: E402

EXPORTS, SEARCHES = "/api/v1/log-exports", "/api/v1/log-searches"
KINDS = ["entry", "chat", "voice", "reaction", "lesson"]
FORMULA, RARE = "=1+1", "ゔ𠮷野"
nodes = Nodes("aozora")
node = nodes.__enter__()["aozora"]
board = node.account("commissioner", display_name="教育長一")
second = node.account("commissioner", display_name="教育長二")
firm = node.account("contractor", display_name="受託一")
checker = node.account("auditor", display_name="監査一")
kid = node.account("student", display_name=FORMULA)
other = node.account("student", display_name=RARE)
as_board, as_second, as_firm, as_checker = map(node.sign_in, (board, second, firm, checker))
DAY = datetime.datetime(2026, 5, 11, tzinfo=datetime.timezone.utc)


def iso(at):
    return at.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def visit(account, at, kind="entry", floor="commons", reason=""):
    row = str(uuid.uuid4())
    node.psql("INSERT INTO visit_event (id, visit, at, account, kind, floor, copy, reason, is_trial)"
              f" VALUES ('{row}', gen_random_uuid(), '{iso(at)}', '{account.id}', '{kind}',"
              f" '{floor}', 1, '{reason}', false)")
    return row


def react(account, at, kind):
    node.psql("INSERT INTO reaction_event (id, at, account, visit, floor, copy, kind) VALUES"
              f" (gen_random_uuid(), '{iso(at)}', '{account.id}', gen_random_uuid(), 'commons', 1,"
              f" '{kind}')")


def speak(login, at):
    """A microphone in a talk of two, put on and then stopped by staff."""
    on, off, talk, visited = (uuid.uuid4() for _ in range(4))
    for row, kind, by, why, began, after in ((on, "on", "self", "tap", "NULL", 0), (off, "off", "staff", "muted", f"'{on}'", 60)):
        when = iso(at + datetime.timedelta(seconds=after))
        node.psql("INSERT INTO voice_event (id, at, account, visit, floor, copy, kind, way, by, reason, to_account, talk,"
                  f" began) VALUES ('{row}', '{when}', '{login.id}', '{visited}', 'plaza', 1, '{kind}', 'private', '{by}',"
                  f" '{why}', '{other.id}', '{talk}', {began})")


def ask(session, **more):
    body = {"id": str(uuid.uuid4()), "kinds": ["entry"], "from": iso(DAY),
            "to": iso(DAY + datetime.timedelta(days=3)), "format": "csv",
            "reason": "入退室の記録の確認のため"}
    body.update({k: v for k, v in more.items() if v is not None})
    return session.request("POST", EXPORTS, body), body


def made(session, **more):
    """An export that may be fetched."""
    reply, body = ask(session, **more)
    assert reply.status == 201, reply
    if reply.json()["state"] == "waiting":
        approve = as_second.request("POST", f"{EXPORTS}/{body['id']}/approve",
                                    {"id": str(uuid.uuid4())})
        assert approve.status == 200, approve
    return body["id"]


def fetch(session, export):
    reply = session.request("GET", f"{EXPORTS}/{export}/file")
    assert reply.status == 200, reply
    return zipfile.ZipFile(io.BytesIO(reply.body))


def rows_of(archive, name, encoding="utf-8"):
    return list(csv.DictReader(io.StringIO(archive.read(name).decode(encoding), newline="")))


def give(account, right):
    until = iso(datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=20))
    reply = as_board.request("POST", f"/api/v1/people/{account.id}/rights", {
        "id": str(uuid.uuid4()), "right": right, "purpose": "complaint", "until": until})
    assert reply.status == 201, reply
    return reply.json()["id"]


def listed(session, export):
    items = session.request("GET", EXPORTS).json()["items"]
    return next((i for i in items if i["id"] == export), None)


@case
def logs_entries_come_out_as_they_were(t):
    t.req("AI-2.5-ア")
    t.req("AI-2.7-イ")
    at = DAY + datetime.timedelta(hours=1)
    visit(kid, at)
    visit(kid, at + datetime.timedelta(minutes=30), "exit", reason="left")
    visit(kid, at + datetime.timedelta(hours=1), "lost", reason="cut")
    visit(other, at, floor="study")
    visit(kid, DAY - datetime.timedelta(seconds=1))
    export = made(as_board, account=kid.id)
    archive = fetch(as_board, export)
    t.eq(sorted(archive.namelist()), ["about.json", "entry.csv"], "one file a log")
    rows = rows_of(archive, "entry.csv")
    t.eq([r["できごと"] for r in rows], ["入室", "退室", "切断"], "his alone, of the period, in order")
    t.eq(rows[0]["日時"], "2026-05-11T10:00:00+09:00", "Japan's time, with its offset")
    t.eq([rows[0]["ID"], rows[0]["アカウントのID"]], [kid.login, kid.id], "who")
    t.eq(rows[1]["退室・切断のわけ"], "本人が出た", "why")
    floor = rows_of(fetch(as_board, made(as_board, floor="study")), "entry.csv")
    t.eq([r["アカウントのID"] for r in floor], [other.id], "of one floor")


@case
def logs_all_four_in_json(t):
    t.req("AI-2.5-ウ")
    t.req("AI-2.5-エ")
    at = DAY + datetime.timedelta(hours=2)
    react(kid, at, "clap")
    react(kid, at + datetime.timedelta(seconds=1), "heart")
    speak(kid, at)
    archive = fetch(as_board, made(as_board, kinds=KINDS, format="json"))
    t.eq(sorted(archive.namelist()), ["about.json"] + sorted(f"{k}.ndjson" for k in KINDS), "files")
    rows = [json.loads(line) for line in archive.read("reaction.ndjson").splitlines()]
    t.eq([(r["kind"], r["account"], r["copy"]) for r in rows], [("clap", kid.id, 1), ("heart", kid.id, 1)],
         "each use is one row")
    rows = [json.loads(line) for line in archive.read("voice.ndjson").splitlines()]
    t.eq([(r["kind"], r["way"], r["by"], r["reason"], r["account"], r["to_account"]) for r in rows],
         [("on", "private", "self", "tap", kid.id, other.id), ("off", "private", "staff", "muted", kid.id, other.id)],
         "on and off, by whom, and with whom")
    about = json.loads(archive.read("about.json"))
    t.eq([about["n_entry"], about["n_reaction"], about["n_voice"]],
         [len(archive.read("entry.ndjson").splitlines()), 2, 2], "counted")
    rows = rows_of(fetch(as_board, made(as_board, kinds=["voice"], account=other.id)), "voice.csv")
    t.eq([(r["できごと"], r["どこへ"], r["だれによるか"], r["わけ"], r["相手のID"]) for r in rows],
         [("オン", "ふたりだけ", "本人", "本人が押した", other.login), ("オフ", "ふたりだけ", "職員", "職員が止めた", other.login)],
         "in words, and also by the partner")


@case
def logs_spreadsheets_compute_nothing(t):
    t.req("AI-2.7-イ")
    visit(kid, DAY + datetime.timedelta(hours=5))
    archive = fetch(as_board, made(as_board, account=kid.id, has_bom=True))
    raw = archive.read("entry.csv")
    t.ok(raw.startswith(b"\xef\xbb\xbf"), "the mark was asked for")
    t.eq({r["表示名"] for r in rows_of(archive, "entry.csv", "utf-8-sig")}, {"'" + FORMULA}, "no formula")
    plain = fetch(as_board, made(as_board, account=kid.id)).read("entry.csv")
    t.ok(plain.startswith('"日時"'.encode()), "no mark unless asked for")
    lines = fetch(as_board, made(as_board, account=kid.id, format="json")).read("entry.ndjson")
    t.eq({json.loads(x)["display_name"] for x in lines.splitlines()}, {FORMULA}, "JSON says it as it is")


@case
def logs_in_shift_jis_list_what_was_replaced(t):
    t.req("AI-2.7-イ")
    archive = fetch(as_board, made(as_board, charset="sjis", floor="study"))
    rows = rows_of(archive, "entry.csv", "cp932")
    t.eq({r["表示名"] for r in rows}, {"〓〓野"}, "what it does not have")
    replaced = rows_of(archive, "replaced.csv", "utf-8-sig")
    t.eq([(r["文字"], r["代わりの文字"], r["いくつ"]) for r in replaced],
         [("ゔ", "〓", "1"), ("𠮷", "〓", "1")], "is listed beside it")
    clean = fetch(as_board, made(as_board, charset="sjis", account=kid.id))
    t.ok("replaced.csv" not in clean.namelist(), "nothing was replaced: no list")
    t.eq(ask(as_board, charset="sjis", format="json")[0].status, 422, "JSON is UTF-8")
    t.eq(ask(as_board, charset="sjis", has_bom=True)[0].status, 422, "a mark is of UTF-8")


@case
def logs_bulk_needs_somebody_else(t):
    t.req("AI-2.7-イ")
    reply, body = ask(as_board, reason="年度の報告をまとめるため")
    export = body["id"]
    t.eq(reply.json()["state"], "waiting", "everybody's: a second person decides")
    t.eq(as_board.request("GET", f"{EXPORTS}/{export}/file").status, 409, "no file before")
    step = {"id": str(uuid.uuid4())}
    own = as_board.request("POST", f"{EXPORTS}/{export}/approve", step)
    t.eq([own.status, own.json()["code"]], [403, "log-export-own"], "not the one who asked")
    for session in (as_firm, as_checker):
        t.eq(session.request("POST", f"{EXPORTS}/{export}/approve", step).status, 404, "nor another role")
    t.ok(listed(as_second, export)["may_approve"], "the other one may")
    t.eq(listed(as_second, export)["reason"], "年度の報告をまとめるため", "and reads why")
    for _ in range(2):
        done = as_second.request("POST", f"{EXPORTS}/{export}/approve", step)
        t.eq([done.status, done.json()["state"]], [200, "approved"], "approved; sent again it is the same")
    t.eq(as_second.request("GET", f"{EXPORTS}/{export}/file").status, 404, "the file is not the approver's")
    t.ok("entry.csv" in fetch(as_board, export).namelist(), "but of who asked")
    week = datetime.timedelta(days=7)
    t.eq(ask(as_board, account=kid.id, to=iso(DAY + week))[0].json()["state"], "approved", "one child's week")
    t.eq(ask(as_board, account=kid.id, to=iso(DAY + week + datetime.timedelta(seconds=1)))[0]
         .json()["state"], "waiting", "a moment more")
    t.eq(ask(as_board, account=kid.id, **{"from": iso(DAY + week), "to": iso(DAY + 2 * week)})[0].json()["state"],
         "waiting", "nor two weeks in two pieces")
    t.eq(ask(as_board, account=other.id)[0].json()["state"], "waiting", "nor one person after the other")
    t.eq(ask(as_board, account=kid.id)[0].json()["state"], "approved", "the same once more is no more")
    n = node.psql("SELECT count(*) FROM watch_notice WHERE kind = 'export'")
    t.ok(int(n) > 0, "a notice of every bulk file")


@case
def logs_what_went_out_is_on_record(t):
    t.req("AI-2.7-イ")
    export = made(as_board, account=kid.id)
    archive = fetch(as_board, export)
    n = len(rows_of(archive, "entry.csv"))
    steps = node.psql("SELECT kind, n_rows, is_whole FROM log_export_step WHERE export ="
                      f" '{export}' ORDER BY at").splitlines()
    t.eq(steps, ["begun||", f"ended|{n}|t"], "begun before the first byte, ended with its rows")
    said = listed(as_board, export)
    t.eq([said["n_files"], said["n_rows"], said["by"], said["by_name"]],
         [1, n, board.id, "教育長一"], "told in the list")
    t.eq(node.psql("SELECT count(*) FROM audit_leaf WHERE table_name IN ('log_export',"
                   " 'log_export_step')"),
         node.psql("SELECT (SELECT count(*) FROM log_export) + (SELECT count(*) FROM log_export_step)"),
         "each row has its leaf")
    t.eq(node.psql("SELECT count(*) FROM access_record WHERE route = 'log_exports.file' AND object ="
                   f" '{export}' AND action = 'export' AND outcome = 'ok'"), "1", "and the access record")
    t.eq(node.psql("SELECT count(*) FROM log_export WHERE position('確認'::bytea IN reason_sealed) > 0"),
         "0", "reasons are sealed")


@case
def logs_are_for_those_who_may(t):
    t.req("AI-2.7-イ")
    for role in ("student", "guardian", "supporter", "instructor", "guest_teacher", "school_staff",
                 "data_holder", "analyst"):
        session = node.sign_in(node.account(role))
        for method, path in (("GET", EXPORTS), ("POST", EXPORTS), ("POST", SEARCHES),
                             ("GET", f"{EXPORTS}/{uuid.uuid4()}/file")):
            t.eq(session.request(method, path, {} if method == "POST" else None).status, 404,
                 f"{role}: {method} {path}")
    reply = ask(as_firm, account=kid.id)[0]
    t.eq([reply.status, reply.json()["code"]], [403, "logs-purpose"], "the contractor: by purpose")
    give(firm, "logs.read")
    t.eq(ask(as_firm, account=kid.id)[0].status, 403, "to read is not to take out")
    give(firm, "export")
    t.eq(ask(as_firm, account=kid.id)[0].status, 201, "now he may")
    t.eq(ask(as_firm, account=kid.id, kinds=["chat"])[0].status, 403, "but not what people wrote")
    give(firm, "messages.read")
    export = made(as_firm, account=kid.id, kinds=["chat"])
    t.eq(fetch(as_firm, export).namelist(), ["chat.csv", "about.json"], "now that as well")
    t.eq(as_board.request("GET", f"{EXPORTS}/{export}/file").status, 404, "another's is not there")
    t.ok(listed(as_board, export) is not None, "though the board sees that it was asked for")
    give(checker, "logs.read")
    give(checker, "export")
    t.eq(ask(as_checker, account=kid.id)[0].status, 201, "the auditor by purpose")
    t.eq(ask(as_checker, account=kid.id, kinds=["chat"])[0].status, 403, "never bodies without a case")
    firms = {i["by"] for i in as_firm.request("GET", EXPORTS).json()["items"]}
    t.eq(firms, {firm.id}, "the contractor's list holds his own")


@case
def logs_for_guests_carry_no_id(t):
    t.req("SE-4.1-イ-3")
    archive = fetch(as_board, made(as_board, kinds=KINDS, is_for_guests=True))
    everything = b"".join(archive.read(n) for n in archive.namelist()).decode()
    for word in (kid.id, other.id, kid.login, other.login, FORMULA, "𠮷"):
        t.ok(word not in everything, "nothing that tells who it was", word)
    rows = rows_of(archive, "entry.csv")
    t.eq(sorted({r["表示名"] for r in rows}), ["参加者1", "参加者2"], "numbers for names")
    t.ok("アカウントのID" not in rows[0] and "ID" not in rows[0], "no such column")


@case
def logs_refuse_what_is_wrong(t):
    for more, pointer in (({"kinds": []}, "/kinds"), ({"kinds": ["video"]}, "/kinds"),
                          ({"to": iso(DAY)}, "/to"), ({"reason": "む"}, "/reason"),
                          ({"to": iso(DAY + datetime.timedelta(days=401))}, "/to")):
        reply = ask(as_board, **more)[0]
        t.eq(reply.status, 422, f"{more}")
        t.ok(pointer in json.dumps(reply.json()), f"{pointer} is named")
    reply, body = ask(as_board, account=kid.id)
    t.eq(as_board.request("POST", EXPORTS, body).status, 201, "sent again it is the same one")
    t.eq(as_board.request("POST", EXPORTS, dict(body, kinds=["chat"])).status, 409, "another is not")
    t.eq(as_board.request("GET", f"{EXPORTS}/{uuid.uuid4()}/file").status, 404, "no such export")
    t.eq(as_board.request("GET", f"{EXPORTS}/x/file").status, 404, "no id at all")


def around_now():
    now, hour = datetime.datetime.now(datetime.timezone.utc), datetime.timedelta(hours=1)
    return {"from": iso(now - hour), "to": iso(now + hour)}


def search(session, words, **more):
    body = {"id": str(uuid.uuid4()), "words": words, "reason": "けんかの相談の確認のため",
            **around_now(), **more}
    return session.request("POST", SEARCHES, body), body


def found(reply):
    return [json.loads(line) for line in reply.body.splitlines()]


@case
def logs_what_children_write_is_kept_and_found(t):
    t.req("AI-2.5-イ")
    t.req("AI-2.4-エ")
    for path, body in (
            ("/api/v1/contract", {"title": "見本の契約", "contractor": "受託者", "begins_on": "2020-04-01",
                                  "ends_on": "2090-03-31", "n_student": 400, "n_staff": 100, "n_guardian": 9}),
            ("/api/v1/hours/days", {"day": datetime.datetime.now(datetime.timezone(datetime.timedelta(
                hours=9))).date().isoformat(), "slots": [{"from": "00:00", "to": "24:00"}]})):
        reply = as_board.request("PUT", path, {"id": str(uuid.uuid4()), **body})
        t.eq(reply.status // 100, 2, f"{path}: {reply}")
    line = str(uuid.uuid4())
    with Visitor(node, node.sign_in(node.account("student", display_name="ことり"))) as v:
        v.enter(floor="plaza", rung="text")
        v.wait("floor.here")
        v.command("chat.say", line=line, text="水族館でペンギンを見たよ")
        v.command("chat.say", line=str(uuid.uuid4()), text="おまえなんかしね")
    rows = rows_of(fetch(as_board, made(as_board, kinds=["chat"], **around_now())), "chat.csv")
    t.eq([(r["書かれた文"], "＊" in r["ほかの人に見えた文"], r["書いた人の表示名"]) for r in rows],
         [("水族館でペンギンを見たよ", False, "ことり"), ("おまえなんかしね", True, "ことり")],
         "as written and as others saw it")
    entries = rows_of(fetch(as_board, made(as_board, **around_now())), "entry.csv")
    t.ok("入室" in [r["できごと"] for r in entries], "and that he came")
    reply, body = search(as_board, "ぺんぎん　水族館")
    t.eq([reply.status, reply.headers["Content-Type"]], [200, "application/x-ndjson"], "an answer in lines")
    said = found(reply)
    t.eq([x["line"]["id"] for x in said if "line" in x], [line], "found as it is folded")
    t.eq(said[-1], {"end": {"n_seen": 2, "n_hits": 1, "is_cut": False}}, "and its end")
    kept = listed(as_second, body["id"])
    t.eq([kept["act"], kept["words"], kept["reason"], kept["n_rows"]],
         ["search", "ぺんぎん　水族館", "けんかの相談の確認のため", 1], "who looked for what, and why")
    t.eq(as_board.request("POST", SEARCHES, body).status, 409, "an id is one search")
    t.eq(as_board.request("GET", f"{EXPORTS}/{body['id']}/file").status, 404, "it has no file")
    t.eq(search(as_board, "　 ")[0].status, 422, "no word")
    t.eq(search(as_board, "いぬ", reason="む")[0].status, 422, "no reason")
    t.eq(search(as_checker, "ペンギン")[0].json()["code"], "logs-purpose", "not without a purpose")
    notices = lambda: node.psql("SELECT count(*) FROM watch_notice WHERE rule = 'log_searches.make'")  # noqa: E731
    n = int(notices())
    t.ok(n > 0, "a notice of every search over everybody")
    t.eq(search(as_board, "ぺんぎん", account=kid.id)[0].status, 200, "one child's two hours")
    t.eq(int(notices()), n, "of those none, as with files")


@case
def logs_whoever_leaves_ends_it(t):
    node.psql("INSERT INTO visit_event (id, visit, at, account, kind, floor, copy, reason, is_trial)"
              " SELECT gen_random_uuid(), gen_random_uuid(), timestamptz '2026-04-01 00:00Z' +"
              f" i * interval '1 s', '{kid.id}', 'entry', 'commons', 1, md5(i::text), false"
              " FROM generate_series(1, 200000) AS i")
    export = made(as_board, **{"from": iso(DAY - datetime.timedelta(days=60))})
    connection = node.connection()
    connection.request("GET", f"{EXPORTS}/{export}/file", headers={
        "Cookie": "; ".join(f"{k}={v}" for k, v in as_board.cookies.items())})
    answer = connection.getresponse()
    t.eq(len(answer.read(1000)), 1000, "it had begun")
    connection.sock.shutdown(socket.SHUT_RDWR) if connection.sock else answer.fp.close()
    answer.close()
    connection.close()
    until, last = time.monotonic() + 15, ""
    while time.monotonic() < until and "ended" not in last:
        time.sleep(0.2)
        last = node.psql(f"SELECT kind, is_whole FROM log_export_step WHERE export = '{export}'"
                         " ORDER BY at DESC LIMIT 1")
    t.eq(last, "ended|f", "the cut one is on record as cut")
    archive = fetch(as_board, export)
    t.ok(len(archive.read("entry.csv").splitlines()) > 200000, "and a place is free for the next")


@case
def logs_do_not_hold_a_node_that_is_to_stop(t):
    export = made(as_board, **{"from": iso(DAY - datetime.timedelta(days=60))})
    connection = node.connection()
    connection.request("GET", f"{EXPORTS}/{export}/file", headers={
        "Cookie": "; ".join(f"{k}={v}" for k, v in as_board.cookies.items())})
    answer = connection.getresponse()
    t.eq(len(answer.read(1000)), 1000, "it had begun, and nobody reads on")
    was = node.pid("node")
    node.swap()
    until = time.monotonic() + 20
    while time.monotonic() < until and os.path.exists(f"/proc/{was}"):
        time.sleep(0.1)
    t.ok(not os.path.exists(f"/proc/{was}"), "the old program is gone all the same")
    t.eq(node.psql(f"SELECT kind, is_whole FROM log_export_step WHERE export = '{export}'"
                   " ORDER BY at DESC LIMIT 1"), "ended|f", "what it cut is on record")
    try:
        rest = answer.read()
    except (http.client.IncompleteRead, OSError):
        rest = None
    t.eq(rest, None, "and the reader sees that it is cut")
    connection.close()
    node.wait_answer()
    t.ok("entry.csv" in fetch(as_board, export).namelist(), "the next program hands it out whole")


if __name__ == "__main__":
    main(__file__, lambda: nodes.__exit__(None, None, None))
