#!/usr/bin/python3
# tests/run: left 120
"""The weekly report of logins and visits on a whole node, with a real mail server: made by itself
for the past week, for designated receivers alone, on the screen or as an encrypted file by mail
whose password goes another way (AI-4.6-ア-1, AI-4.6-1, AI-4.6-3)."""
import csv
import ctypes
import datetime
import io
import os
import re
import subprocess
import sys
import tempfile
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import Nodes  # noqa: E402
from lib.mail_server import Certs, MailServer  # noqa: E402
from lib.t import case, main  # noqa: E402

REPORTS, RECEIVERS = "/api/v1/weekly-reports", "/api/v1/report-receivers"
TOKYO = datetime.timezone(datetime.timedelta(hours=9))
certs = Certs().__enter__()
mail = MailServer(certs).__enter__()
nodes = Nodes("aozora", env=mail.env(IBASHO_NOTIFY_RETRY_FIRST_S="1", IBASHO_NOTIFY_RETRY_MOST_S="2"))
node = nodes.__enter__()["aozora"]
board = node.account("commissioner", display_name="教育委員会の係")
second = node.account("commissioner", display_name="教育委員会の課長")
firm = node.account("contractor", display_name="受託者の係")
watcher = node.account("supporter", display_name="支援員")
CANARY = "かなりあ花子"
pupils = [node.account("student", display_name=name) for name in (CANARY, "=HYPERLINK(1)", "そら")]
as_board, as_second = node.sign_in(board), node.sign_in(second)
as_firm, as_watcher = node.sign_in(firm), node.sign_in(watcher)
now = datetime.datetime.now(TOKYO)
this_week = now.replace(hour=0, minute=0, second=0, microsecond=0) - datetime.timedelta(now.weekday())
week = this_week - datetime.timedelta(7)
node.psql(f"UPDATE account SET created_at = '{week.isoformat()}' WHERE role = 'student'")
as_board.request("PUT", "/api/v1/contract", {
    "id": str(uuid.uuid4()), "title": "令和8年度 学びの居場所 業務委託", "contractor": "みらい社",
    "begins_on": "2026-04-01", "ends_on": "2099-03-31", "n_student": 700, "n_staff": 100,
    "n_guardian": 100})
seen = {}


def wait(what, seconds=20):
    until = time.monotonic() + seconds
    while True:
        value = what()
        if value or time.monotonic() > until:
            return value
        time.sleep(0.1)


def decide(session, account, way="screen", is_on=True):
    return session.request("POST", RECEIVERS, {"id": str(uuid.uuid4()), "account": account.id,
                                               "way": way, "is_on": is_on}).status


def make(session, day):
    return session.request("POST", REPORTS, {"id": str(uuid.uuid4()), "week": day})


def reports(session=None):
    return {r["week"]: r for r in (session or as_board).request("GET", REPORTS).json()["items"]}


def deliveries(report, session=None):
    return {d["account"]: d for d in report["deliveries"]}


def of_week(day, session=None, n=0):
    """The report, once it is there with so many deliveries."""
    def look():
        report = reports(session).get(day)
        return report and len(report["deliveries"]) >= n and report
    return wait(look)


def at(day, clock):
    hour, minute = clock.split(":")
    return (week + datetime.timedelta(day, hours=int(hour), minutes=int(minute))).isoformat()


def visit(account, events):
    visit_id = uuid.uuid4()
    for kind, day, clock in events:
        node.psql("INSERT INTO visit_event (id, visit, at, account, kind, floor, copy, is_trial)"
                  f" VALUES (gen_random_uuid(), '{visit_id}', '{at(day, clock)}', '{account.id}',"
                  f" '{kind}', 'plaza', 1, false)")


def login(account, day, clock, out=None):
    end = f"'{at(day, out)}'" if out else "NULL"
    node.psql("INSERT INTO session (id, token_sha256, account, created_at, last_seen_at, expires_at,"
              " closed_at, stage, listener, device_facts, ended_why) VALUES (gen_random_uuid(),"
              f" sha256(gen_random_uuid()::text::bytea), '{account.id}', '{at(day, clock)}',"
              f" '{at(day, out or clock)}', '{at(day, clock)}'::timestamptz + interval '12 hours',"
              f" {end}, 'full', 'public', '', " + ("'log-out')" if out else "NULL)"))


def open_zip(bytes_, password):
    """{name: bytes} as libarchive's own reader opens it; None: it does not."""
    la = ctypes.CDLL("libarchive.so.13")
    la.archive_read_new.restype = ctypes.c_void_p
    la.archive_entry_pathname.restype = ctypes.c_char_p
    la.archive_read_data.restype = ctypes.c_ssize_t
    handle, entry, files = ctypes.c_void_p(la.archive_read_new()), ctypes.c_void_p(), {}
    la.archive_read_support_format_zip(handle)
    if password:
        la.archive_read_add_passphrase(handle, password.encode())
    la.archive_read_open_memory(handle, bytes_, ctypes.c_size_t(len(bytes_)))
    while la.archive_read_next_header(handle, ctypes.byref(entry)) == 0:
        piece, whole = ctypes.create_string_buffer(65536), b""
        while (n := la.archive_read_data(handle, piece, ctypes.c_size_t(65536))) > 0:
            whole += piece.raw[:n]
        if n < 0:
            return None
        files[la.archive_entry_pathname(entry).decode()] = whole
    la.archive_read_free(handle)
    return files


def text_of_pdf(bytes_):
    with tempfile.NamedTemporaryFile(suffix=".pdf") as f:
        f.write(bytes_)
        f.flush()
        return subprocess.run(["pdftotext", "-layout", f.name, "-"], check=True,
                              capture_output=True, text=True).stdout


@case
def weekly_only_the_commissioner_decides_who_receives(t):
    t.req("AI-4.6-1")
    t.eq(decide(as_firm, firm), 404, "the contractor does not")
    t.eq(decide(as_watcher, watcher), 404, "nor staff")
    t.eq(decide(as_board, watcher), 422, "a supporter may not read it")
    t.eq(decide(as_board, pupils[0]), 422, "a child least of all")
    t.eq(decide(as_board, board), 204, "the board on the screen")
    t.eq(decide(as_board, firm, way="mail"), 204, "the contractor by mail")
    items = as_firm.request("GET", RECEIVERS).json()["items"]
    t.eq({i["account"]: (i["way"], i["is_on"], i["role"]) for i in items},
         {board.id: ("screen", True, "commissioner"), firm.id: ("mail", True, "contractor")}, "who")
    t.eq(as_watcher.request("GET", RECEIVERS).status, 404, "not for all to see")


@case
def weekly_says_what_the_records_say(t):
    t.req("AI-4.6-ア-1")
    login(pupils[0], 1, "9:55", "11:05")
    login(pupils[1], 2, "10:00")
    visit(pupils[0], [("entry", 1, "10:00"), ("lost", 1, "10:30"), ("entry", 1, "10:31"),
                      ("exit", 1, "11:00")])
    visit(pupils[0], [("entry", 3, "23:40"), ("exit", 4, "0:20")])
    visit(pupils[1], [("entry", 2, "10:05"), ("lost", 2, "10:15")])
    day = week.date().isoformat()
    t.eq(make(as_watcher, day).status, 404, "a supporter makes none")
    for bad in (this_week.date().isoformat(), "2026-13-01", "2019-01-01", "x" * 10):
        t.eq(make(as_board, bad).status, 422, f"not {bad}")
    reply = make(as_board, (week + datetime.timedelta(6)).date().isoformat())
    t.eq((reply.status, reply.json()), (202, {"week": day}), "any day of the week names it")
    report = of_week(day, n=2)
    t.ok(report, "it is made")
    t.eq(report["n_pupils"], 3, "every pupil stands in it")
    reply = as_board.request("GET", f"{REPORTS}/{report['id']}/csv")
    t.eq(reply.status, 200, "the board opens it")
    t.ok(reply.body.startswith(b"\xef\xbb\xbf"), "with a byte order mark")
    rows = list(csv.reader(io.StringIO(reply.body.decode("utf-8-sig"))))
    mine = [r[4:11] for r in rows if r[0] == pupils[0].login]
    day1, day3, day4 = ((week + datetime.timedelta(d)).date().isoformat() for d in (1, 3, 4))
    t.eq(mine, [
        ["ログイン", f"{day1} 09:55:00", f"{day1} 11:05:00", "ログアウト", "", "0", ""],
        ["入退室", f"{day1} 10:00:00", f"{day1} 11:00:00", "退室", "", "1", str(59 * 60)],
        ["入退室", f"{day3} 23:40:00", f"{day4} 00:00:00", "翌日へ続く", "", "0", "1200"],
        ["入退室", f"{day4} 00:00:00", f"{day4} 00:20:00", "退室", "はい", "0", "1200"]], "her week")
    t.eq([r[4] for r in rows if r[0] == pupils[2].login], ["記録なし"], "who never came is named")
    t.ok(any(r[1] == "'=HYPERLINK(1)" for r in rows), "no formula", str(rows))
    seen["report"], seen["day"] = report["id"], day


@case
def weekly_paper_is_whole(t):
    reply = as_board.request("GET", f"{REPORTS}/{seen['report']}/pdf")
    t.eq((reply.status, reply.headers["content-type"]), (200, "application/pdf"), "a document")
    text = text_of_pdf(reply.body)
    flat = re.sub(r"\s+", "", text)
    for words in ("様式：W-1", "契約の件名：令和8年度学びの居場所業務委託", "受注者：みらい社", "対象の期間", "作成した日時", CANARY, "そら", "通信が切れて終了", "－1－"):
        t.ok(words in flat, f"{words} stands in it", text)
    days = [line for line in text.splitlines() if re.search(r"週の合計", line)]
    t.eq(days[0].split()[1:], ["2", "2", "2", "3", "1時間49分"], "the week's totals")
    if os.environ.get("KEEP"):
        with open(os.environ["KEEP"], "wb") as f:
            f.write(reply.body)


@case
def weekly_opens_for_its_receivers_alone(t):
    t.req("AI-4.6-3")
    path = f"{REPORTS}/{seen['report']}"
    missing = as_second.request("GET", f"{REPORTS}/{uuid.uuid4()}/pdf")
    for what in ("pdf", "csv"):
        reply = as_second.request("GET", f"{path}/{what}")
        t.eq((reply.status, reply.json()["code"]), (404, missing.json()["code"]),
             f"another commissioner: {what}")
        t.eq(as_watcher.request("GET", f"{path}/{what}").status, 404, "a supporter")
        t.eq(node.request("GET", f"{path}/{what}").status, 401, "nobody")
    t.eq(as_second.request("POST", f"{path}/password").status, 404, "nor the password")
    report = reports(as_second)[seen["day"]]
    t.ok(not report["is_mine"], "she sees that it is there, and to whom it went")
    opened = deliveries(report)
    t.ok("opened_at" in opened[board.id] and "opened_at" not in opened[firm.id], "who opened it")
    t.eq(node.psql("SELECT string_agg(step, ',' ORDER BY at) FROM weekly_step WHERE account ="
                   f" '{board.id}' AND report = '{seen['report']}'"), "given,csv,pdf", "its steps")
    t.eq(node.psql("SELECT count(*) FROM audit_leaf WHERE table_name IN ('weekly_report',"
                   " 'weekly_step', 'report_receiver')"), str(
                       1 + int(node.psql("SELECT count(*) FROM weekly_step")) +
                       int(node.psql("SELECT count(*) FROM report_receiver"))), "each a leaf")
    t.eq(node.psql("SELECT count(*) FROM access_record WHERE route IN ('weekly.pdf', 'weekly.csv')"
                   " AND outcome = 'ok'"), "2", "and on the access record")
    shown = node.psql("SELECT count(*) FROM access_shown s JOIN access_record a ON a.id = s.access"
                      " WHERE a.route = 'weekly.pdf'", check=False)
    t.ok(shown != "0", "with whose data it showed", shown)


@case
def weekly_without_an_address_is_on_the_screen(t):
    """The contractor wanted mail but has no proved address: nothing goes anywhere."""
    got = deliveries(reports()[seen["day"]])[firm.id]
    t.eq((got["way"], got["n_addresses"], "sent_at" in got), ("mail", 0, False), "told as it is")
    t.eq(mail.mails, [], "no mail")
    t.eq(as_firm.request("GET", f"{REPORTS}/{seen['report']}/pdf").status, 200, "he opens it here")
    t.eq(as_firm.request("POST", f"{REPORTS}/{seen['report']}/password").status, 409, "no password")
    t.eq(node.psql("SELECT count(*) FROM file"), "0", "no file was kept")


@case
def weekly_mail_is_encrypted_and_its_key_comes_another_way(t):
    t.req("AI-4.6-1")
    address = "keeper@firm.example.jp"
    as_board.request("POST", "/api/v1/notify/receivers", {
        "id": str(uuid.uuid4()), "account": firm.id, "channel": "mail", "address": address,
        "kinds": ["report"]})
    proof = wait(lambda: mail.to(address))[0]
    token = re.search(r"/#/n/([A-Za-z0-9_-]{43})\s", proof.message.get_content()).group(1)
    as_firm.request("POST", "/api/v1/notify/open", {"token": token})
    day = (week - datetime.timedelta(7)).date().isoformat()
    t.eq(make(as_board, day).status, 202, "the week before, an empty one")
    report = of_week(day, n=2)
    t.eq(report["n_pupils"], 0, "an empty week is reported: no ID was there yet")
    one = wait(lambda: len(mail.to(address)) > 1 and mail.to(address)[1])
    t.ok(one, "a mail")
    parts = {p.get_content_type(): p for p in one.message.walk()}
    body = parts["text/plain"].get_content()
    attached = parts["application/zip"]
    t.eq(attached.get_filename(), "report.zip", "one file")
    t.ok(CANARY not in body and "そら" not in body, "no name in the text", body)
    token = re.search(r"/#/n/([A-Za-z0-9_-]{43})\s", body).group(1)
    zipped = attached.get_payload(decode=True)
    t.eq(open_zip(zipped, None), None, "closed without a password")
    t.eq(open_zip(zipped, "AAAA-AAAA-AAAA"), None, "and with another")
    t.eq(as_second.request("POST", "/api/v1/notify/open", {"token": token}).status, 404,
         "the link opens nothing for another account")
    t.eq(as_firm.request("POST", "/api/v1/notify/open", {"token": token}).json(),
         {"kind": "report", "link": f"weekly/{report['id']}"}, "it leads its own reader there")
    t.ok(reports(as_firm)[day]["has_password"], "where the password waits")
    reply = as_firm.request("POST", f"{REPORTS}/{report['id']}/password")
    password = reply.json()["password"]
    t.ok(re.fullmatch(r"([A-HJ-NP-Z2-9]{4}-){4}[A-HJ-NP-Z2-9]{4}", password), "100 bits", password)
    t.ok(password not in one.bytes.decode() and password not in body, "never in the mail")
    t.eq(as_firm.request("POST", f"{REPORTS}/{report['id']}/password").status, 409, "shown once")
    files = open_zip(zipped, password)
    t.eq(sorted(files), [f"weekly-{day}.csv", f"weekly-{day}.pdf"], "both inside")
    t.ok("この週のログインと入退室の記録はありません" in
         re.sub(r"\s+", "", text_of_pdf(files[f"weekly-{day}.pdf"])), "an empty week says so")
    got = wait(lambda: (d := deliveries(reports()[day])[firm.id]) and "sent_at" in d and d)
    t.ok(got and got["n_addresses"] == 1, "sent")
    sealed = node.psql("SELECT count(*) FROM file WHERE key_kind = 'person' AND owner ="
                       f" '{firm.id}'")
    t.eq(sealed, "1", "the file is sealed under its receiver's key")


@case
def weekly_is_made_once_and_missed_mondays_are_made_up_for(t):
    t.req("AI-4.6-ア-1")
    before = node.psql("SELECT count(*) FROM weekly_report")
    t.eq(make(as_firm, seen["day"]).status, 202, "asked again, by the contractor")
    t.eq(decide(as_board, second), 204, "another receiver")
    t.eq(make(as_board, seen["day"]).status, 202, "asked again")
    report = of_week(seen["day"], n=3)
    t.ok(report and report["id"] == seen["report"], "the same report, for who had it not")
    t.eq(as_second.request("GET", f"{REPORTS}/{seen['report']}/csv").status, 200, "she opens it now")
    t.eq(node.psql("SELECT count(*) FROM weekly_report"), before, "no second one")
    # As if the node had been set up five weeks ago and was down for the last three Mondays. Due from
    # midnight on: early on a Monday last week's would not be, but it was asked for.
    reply = as_board.request("PUT", "/api/v1/settings/weekly.hour",
                             {"id": str(uuid.uuid4()), "value": "0"})
    t.eq(reply.status, 200, "the hour is the town's to set")
    node.psql("UPDATE node_identity SET made_at = now() - interval '60 days'")
    node.restart()
    weeks = wait(lambda: (r := reports()) and len(r) >= 5 and
                 all(one["deliveries"] for one in r.values()) and r, 40)
    t.ok(weeks, "the start makes up for it, each is given", str(reports()))
    t.eq(node.psql("SELECT count(*) || ' ' || count(DISTINCT week_at) FROM weekly_report"), "5 5",
         "five weeks, each once")
    t.ok(wait(lambda: node.psql("SELECT count(*) FROM notify_notice WHERE attachment IS NOT NULL"
                                " AND state = 'waiting'") == "0"), "all mails went out")
    # Each run of a report's job clears what was sent: by now that may have been one of the monthly's.
    make(as_board, seen["day"])
    t.ok(wait(lambda: node.psql("SELECT count(*) FROM file") == "0"), "their files go with the next look")


@case
def weekly_of_a_school_shows_its_own_pupils_alone(t):
    """Staff of a school without a pupil of theirs: no line, no figure, no other receiver."""
    t.req("AI-4.6-3")
    teacher = node.account("school_staff")
    as_teacher = node.sign_in(teacher)
    t.eq(as_teacher.request("GET", REPORTS).json()["items"], [], "none before")
    t.eq(decide(as_board, teacher), 204, "designated")
    t.eq(make(as_board, seen["day"]).status, 202, "given")
    got = of_week(seen["day"], as_teacher, n=1)
    t.eq((got["is_mine"], got["n_pupils"], list(deliveries(got))), (True, 0, [teacher.id]),
         "his own delivery alone")
    reply = as_teacher.request("GET", f"{REPORTS}/{seen['report']}/csv")
    t.eq((reply.status, len(reply.body.decode("utf-8-sig").splitlines())), (200, 1), "no pupil")
    text = text_of_pdf(as_teacher.request("GET", f"{REPORTS}/{seen['report']}/pdf").body)
    t.ok("対象の児童生徒はいません" in text and CANARY not in text, "nor on paper", text)


@case
def weekly_taken_off_sees_nothing_more(t):
    t.req("AI-4.6-3")
    t.eq(decide(as_board, second, is_on=False), 204, "taken off")
    t.eq(as_second.request("GET", f"{REPORTS}/{seen['report']}/csv").status, 404, "closed")
    t.ok(not reports(as_second)[seen["day"]]["is_mine"], "and told so")


@case
def weekly_altered_lines_do_not_open(t):
    node.psql("UPDATE weekly_line SET seconds = seconds + 1 WHERE kind = 'stay'"
              f" AND report = '{seen['report']}'")
    reply = as_board.request("GET", f"{REPORTS}/{seen['report']}/pdf")
    t.eq((reply.status, reply.json()["code"]), (409, "report-altered"), "the sum tells")


def fini():
    nodes.__exit__(None, None, None)
    mail.__exit__(None, None, None)
    certs.__exit__(None, None, None)


if __name__ == "__main__":
    main(__file__, fini)
