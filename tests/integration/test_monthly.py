#!/usr/bin/python3
# tests/run: left 60
"""The monthly report on a whole node, with a real mail server: made by itself once its month is counted,
for designated receivers alone, four pages at most and a workbook of the same figures, frozen: what becomes
of the records afterwards changes nothing (KP-3-調達-3b, AI-4.6-1, AI-4.6-3)."""
import datetime
import io
import os
import re
import subprocess
import sys
import tempfile
import time
import uuid
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import Nodes  # noqa: E402
from lib.mail_server import Certs, MailServer  # noqa: E402
from lib.t import case, main  # noqa: E402

REPORTS, RECEIVERS = "/api/v1/monthly-reports", "/api/v1/report-receivers"
TOKYO = datetime.timezone(datetime.timedelta(hours=9))
certs = Certs().__enter__()
mail = MailServer(certs).__enter__()
nodes = Nodes("aozora", env=mail.env(IBASHO_NOTIFY_RETRY_FIRST_S="1", IBASHO_NOTIFY_RETRY_MOST_S="2"))
node = nodes.__enter__()["aozora"]
board = node.account("commissioner", display_name="教育委員会の係")
second = node.account("commissioner", display_name="教育委員会の課長")
firm = node.account("contractor", display_name="受託者の係")
watcher = node.account("supporter", display_name="支援員")
teacher = node.account("school_staff", display_name="先生")
CANARY = "かなりあ花子"
kids = [node.account("student", display_name=name) for name in (CANARY, "そら", "うみ")]
as_board, as_second, as_firm = (node.sign_in(a) for a in (board, second, firm))
as_watcher, as_teacher = node.sign_in(watcher), node.sign_in(teacher)
as_board.request("PUT", "/api/v1/contract", {
    "id": str(uuid.uuid4()), "title": "令和8年度 学びの居場所 業務委託", "contractor": "みらい社",
    "begins_on": "2026-04-01", "ends_on": "2099-03-31", "n_student": 700, "n_staff": 100,
    "n_guardian": 100})
seen = {}


def month_of(n):
    """The n-th month before the newest that is settled (three days after its end), and where it begins."""
    day = (datetime.datetime.now(TOKYO) - datetime.timedelta(3)).replace(day=1)
    for _ in range(n + 1):
        day = (day - datetime.timedelta(1)).replace(day=1)
    return day.strftime("%Y-%m"), day.replace(hour=0, minute=0, second=0, microsecond=0)


MONTH, BEGIN = month_of(0)
BEFORE, _ = month_of(1)


def wait(what, seconds=60):
    until = time.monotonic() + seconds
    while True:
        value = what()
        if value or time.monotonic() > until:
            return value
        time.sleep(0.1)


def decide(session, account, way="screen", is_on=True, report="monthly"):
    return session.request("POST", RECEIVERS, {"id": str(uuid.uuid4()), "account": account.id, "way": way,
                                               "is_on": is_on, "report": report}).status


def make(session, month):
    return session.request("POST", REPORTS, {"id": str(uuid.uuid4()), "month": month})


def reports(session=None):
    return {r["month"]: r for r in (session or as_board).request("GET", REPORTS).json()["items"]}


def at(day, hour=10, minute=0, second=0):
    return (BEGIN + datetime.timedelta(day, hours=hour, minutes=minute, seconds=second)).isoformat()


def text_of_pdf(bytes_):
    with tempfile.NamedTemporaryFile(suffix=".pdf") as f:
        f.write(bytes_)
        f.flush()
        pages = subprocess.run(["pdfinfo", f.name], check=True, capture_output=True, text=True).stdout
        text = subprocess.run(["pdftotext", "-layout", f.name, "-"], check=True, capture_output=True, text=True).stdout
        return int(re.search(r"Pages:\s+(\d+)", pages).group(1)), text


def rows_of_xlsx(bytes_):
    """(month, figure, of whom) -> (num, den), as they stand in the sheet."""
    book = zipfile.ZipFile(io.BytesIO(bytes_))
    strings = re.findall(r"<si><t[^>]*>(.*?)</t></si>", book.read("xl/sharedStrings.xml").decode(), re.S)
    rows = {}
    for row in re.findall(r"<row .*?</row>", book.read("xl/worksheets/sheet1.xml").decode(), re.S):
        cells = {}
        for column, kind, value in re.findall(r'<c r="([A-Z])\d+"[^>]*?( t="s")?><v>(.*?)</v>', row):
            cells[column] = strings[int(value)] if kind else value
        rows[cells["A"], cells["C"], cells.get("D", "")] = cells.get("F"), cells.get("G")
    return rows


def write_month():
    """What the report is to say of the month: an SOS answered after 4 min 30 s and one undone, two
    incidents of which one is grave, read after an hour, and closed; calls; the node up but for a day."""
    sos, undone = uuid.uuid4(), uuid.uuid4()
    for one, kid in ((sos, kids[0]), (undone, kids[1])):
        node.psql("INSERT INTO sos (id, at, account, kind, from_page, is_open_hours, undo_until) VALUES"
                  f" ('{one}', '{at(5)}', '{kid.id}', '', '', true, '{at(5)}')")
    for one, kid, act, when in ((sos, kids[0], "answer", at(5, 10, 4, 30)), (undone, kids[1], "undone", at(5))):
        node.psql("INSERT INTO sos_step (id, at, sos, account, act, role, n_made) VALUES (gen_random_uuid(),"
                  f" '{when}', '{one}', '{kid.id}', '{act}', '', 0)")
    grave, small = uuid.uuid4(), uuid.uuid4()
    for one, level, kind in ((grave, 3, "crisis"), (small, 1, "contact")):
        node.psql("INSERT INTO incident (id, at, account, kind, urgency, severity, floor, template, procedure,"
                  f" role) VALUES ('{one}', '{at(6)}', '{kids[0].id}', '{kind}', {level}, 1, '', '', '', '')")
    for act, when in (("read", at(6, 11)), ("close", at(7))):
        node.psql("INSERT INTO incident_step (id, at, incident, account, act, role, n_made) VALUES"
                  f" (gen_random_uuid(), '{when}', '{grave}', '{kids[0].id}', '{act}', '', 0)")
    for n in range(3):
        node.psql("INSERT INTO contact (id, at, child, other, is_peer, kind, is_answered, by, role) VALUES"
                  f" (gen_random_uuid(), '{at(8 + n)}', '{kids[n // 2].id}', '{watcher.id}', false, 'phone',"
                  f" true, '{watcher.id}', 'supporter')")
    node.psql("DELETE FROM up_span")
    for begin, end in ((at(-40), at(9)), (at(10), "now()")):
        end = end if end == "now()" else f"'{end}'"
        node.psql(f"INSERT INTO up_span (id, from_at, to_at) VALUES (gen_random_uuid(), '{begin}', {end})")


@case
def monthly_only_the_commissioner_decides_who_receives(t):
    t.req("AI-4.6-1")
    t.eq(decide(as_firm, firm), 404, "the contractor does not")
    t.eq(decide(as_board, teacher), 422, "school staff may not read the monthly one")
    t.eq(decide(as_board, watcher), 422, "nor a supporter")
    t.eq(decide(as_board, board), 204, "the board on the screen")
    t.eq(decide(as_board, firm, way="mail"), 204, "the contractor by mail")
    t.eq(decide(as_board, second, report="weekly"), 204, "another the weekly one")
    monthly = as_firm.request("GET", RECEIVERS + "?report=monthly").json()["items"]
    t.eq({i["account"]: i["way"] for i in monthly}, {board.id: "screen", firm.id: "mail"}, "who")
    weekly = as_firm.request("GET", RECEIVERS).json()["items"]
    t.eq([i["account"] for i in weekly], [second.id], "each kind has its own")
    t.eq(as_board.request("GET", RECEIVERS + "?report=daily").status, 422, "no such kind")


@case
def monthly_is_made_once_its_month_is_counted(t):
    t.req("KP-3-調達-3b")
    t.eq(reports(), {}, "none before")
    t.eq(make(as_board, MONTH).status, 422, "a month that was not counted")
    for bad in ("2026-13", "2026-1x", "0000-00"):
        t.eq(make(as_board, bad).status, 422, bad)
    t.eq(make(as_watcher, MONTH).status, 404, "not for a supporter to ask")
    write_month()
    node.psql(f"UPDATE account SET created_at = '{at(-20)}' WHERE role = 'student';"
              f" UPDATE node_identity SET made_at = '{at(-10)}'")
    node.restart()
    got = wait(lambda: (r := reports()) and len(r) == 2 and len(r[MONTH]["deliveries"]) == 2 and r)
    t.eq(sorted(got or {}), sorted([MONTH, BEFORE]), "by itself, of each month that was counted")
    t.ok(got[MONTH]["is_mine"] and not reports(as_second)[MONTH]["is_mine"], "for its receivers")
    t.eq(as_watcher.request("GET", REPORTS).status, 404, "not for all to see")
    seen["id"] = got[MONTH]["id"]


@case
def monthly_says_what_the_records_say_on_four_pages(t):
    t.req("KP-3-調達-3b")
    reply = as_board.request("GET", f"{REPORTS}/{seen['id']}/pdf")
    t.eq((reply.status, reply.headers["content-type"]), (200, "application/pdf"), "a document")
    n, text = text_of_pdf(reply.body)
    t.ok(n <= 4, "four pages at most", str(n))
    lines = [re.sub(r"\s+", "", line) for line in text.splitlines()]
    flat = "".join(lines)
    for words in ("様式：M-1", "令和8年度学びの居場所業務委託", "受注者：みらい社", "令和", "孤立率（30日）", "段階4"):
        t.ok(words in flat, f"{words} stands in it", text)
    t.ok(CANARY not in flat and "そら" not in flat, "nobody's name", text)

    def line(name):
        return next((one for one in lines if one.startswith(name)), text)
    for name, want in (("助けが必要かもしれない言葉", "1件（うち終えた1件）"), ("連絡先のやりとり", "1件（うち終えた0件）"),
                       ("月の終わりに終わっていない", "1件"), ("急ぐ・重い出来事を職員が読んだ", "1件のうち1件(100.0%)"),
                       ("読むまでの時間（中央値）", "1時間00分"), ("SOS（", "1回（1人）"), ("うち、職員が応えた", "1件のうち1件"),
                       ("応えるまでの時間（中央値）", "4分30秒"), ("電話", "3回（2人）"), ("停止1件", ""),
                       ("停止（いちばん長いもの）", "1日0時間")):
        t.ok(want in line(name), f"{name}: {want}", line(name))
    days = (BEGIN.replace(day=28) + datetime.timedelta(4)).replace(day=1) - BEGIN
    share = (days.days - 1) * 10000 // days.days
    t.ok(f"{share // 100}.{share % 100:02}％" in line("動いていた時間"), "up but for a day", line("動いていた時間"))
    seen["pdf"] = reply.body
    if os.environ.get("KEEP"):
        with open(os.environ["KEEP"], "wb") as f:
            f.write(reply.body)


@case
def monthly_workbook_says_the_same(t):
    reply = as_board.request("GET", f"{REPORTS}/{seen['id']}/xlsx")
    t.eq(reply.status, 200, "a workbook")
    seen["xlsx"], rows = reply.body, rows_of_xlsx(reply.body)
    t.eq(rows[MONTH, "電話", ""], ("3", "2"), "as on paper")
    t.eq(rows[MONTH, "応えるまでの時間（中央値）", ""], ("270", "1"), "in seconds")
    cells = next(m for m in as_board.request("GET", "/api/v1/kpi").json()["months"] if m["month"] == MONTH)["cells"]
    shown = {c["part"]: (str(c["num"]), str(c["den"])) for c in cells if c["kpi"] == "isolation_30"}
    t.eq({p: rows[MONTH, "孤立率（30日）", w] for p, w in (("all", "全員"), ("other", "そのほか"))},
         {p: shown[p] for p in ("all", "other")}, "the frozen figures")
    t.ok((BEFORE, "孤立率（30日）", "全員") in rows, "and those of the trend")


@case
def monthly_opens_for_its_receivers_alone_and_tells(t):
    t.req("AI-4.6-3")
    path = f"{REPORTS}/{seen['id']}"
    for what in ("pdf", "xlsx"):
        t.eq(as_second.request("GET", f"{path}/{what}").status, 404, f"another commissioner: {what}")
        t.eq(as_watcher.request("GET", f"{path}/{what}").status, 404, "a supporter")
    t.eq(as_second.request("POST", f"{path}/password").status, 404, "nor the password")
    opened = {d["account"]: "opened_at" in d for d in reports(as_second)[MONTH]["deliveries"]}
    t.eq(opened, {board.id: True, firm.id: False}, "who opened it")
    t.eq(node.psql("SELECT string_agg(step, ',' ORDER BY at) FROM weekly_step WHERE account ="
                   f" '{board.id}' AND report = '{seen['id']}'"), "given,pdf,xlsx", "its steps")
    t.eq(node.psql("SELECT count(*) FROM access_record WHERE route IN ('monthly.pdf', 'monthly.xlsx')"
                   " AND outcome = 'ok'"), "2", "and on the access record")
    t.eq(decide(as_board, second), 204, "designated")
    t.eq(make(as_firm, MONTH).status, 202, "given on request")
    t.ok(wait(lambda: reports(as_second)[MONTH]["is_mine"]), "to her, too")
    t.eq(node.psql("SELECT count(*) FROM monthly_report"), "2", "the same report")
    t.eq(as_second.request("GET", f"{path}/pdf").body, seen["pdf"], "the same document")
    t.eq(decide(as_board, second, is_on=False), 204, "taken off")
    t.eq(as_second.request("GET", f"{path}/pdf").status, 404, "closed")


@case
def monthly_by_mail_is_encrypted(t):
    t.req("AI-4.6-1")
    address = "keeper@firm.example.jp"
    as_board.request("POST", "/api/v1/notify/receivers", {
        "id": str(uuid.uuid4()), "account": firm.id, "channel": "mail", "address": address, "kinds": ["report"]})
    proof = wait(lambda: mail.to(address))[0]
    token = re.search(r"/#/n/([A-Za-z0-9_-]{43})\s", proof.message.get_content()).group(1)
    as_firm.request("POST", "/api/v1/notify/open", {"token": token})
    node.psql(f"DELETE FROM weekly_delivery WHERE account = '{firm.id}' AND report = '{seen['id']}'")
    t.eq(make(as_board, MONTH).status, 202, "given anew, now that there is an address")
    one = wait(lambda: len(mail.to(address)) > 1 and mail.to(address)[1])
    t.ok(one, "a mail")
    parts = {p.get_content_type(): p for p in one.message.walk()}
    token = re.search(r"/#/n/([A-Za-z0-9_-]{43})\s", parts["text/plain"].get_content()).group(1)
    t.eq(as_firm.request("POST", "/api/v1/notify/open", {"token": token}).json(),
         {"kind": "report", "link": f"monthly/{seen['id']}"}, "it leads its own reader there")
    names = zipfile.ZipFile(io.BytesIO(parts["application/zip"].get_payload(decode=True))).infolist()
    t.eq(sorted((i.filename, i.flag_bits & 1) for i in names),
         [(f"monthly-{MONTH}.pdf", 1), (f"monthly-{MONTH}.xlsx", 1)], "both inside, encrypted")
    reply = as_firm.request("POST", f"{REPORTS}/{seen['id']}/password")
    t.ok(re.fullmatch(r"([A-HJ-NP-Z2-9]{4}-){4}[A-HJ-NP-Z2-9]{4}", reply.json()["password"]), "100 bits")
    t.eq(as_firm.request("POST", f"{REPORTS}/{seen['id']}/password").status, 409, "shown once")
    got = wait(lambda: (d := {d["account"]: d for d in reports()[MONTH]["deliveries"]}[firm.id]) and
               "sent_at" in d and d)
    t.ok(got and got["n_addresses"] == 1, "sent")


@case
def monthly_is_frozen_and_what_was_altered_does_not_open(t):
    t.req("KP-3-調達-3b")
    path = f"{REPORTS}/{seen['id']}"
    node.psql(f"DELETE FROM contact WHERE kind = 'phone'; DELETE FROM up_span WHERE to_at < '{at(9, 12)}'")
    as_board.request("PUT", "/api/v1/contract", {
        "id": str(uuid.uuid4()), "title": "べつの委託", "contractor": "みらい社", "begins_on": "2026-04-01",
        "ends_on": "2099-03-31", "n_student": 700, "n_staff": 100, "n_guardian": 100})
    t.ok(as_board.request("GET", f"{path}/pdf").body == seen["pdf"], "drawn again: the same bytes")
    t.ok(as_board.request("GET", f"{path}/xlsx").body == seen["xlsx"], "and the same workbook")
    node.psql(f"UPDATE monthly_line SET num = num + 1 WHERE name = 'phone' AND report = '{seen['id']}'")
    reply = as_board.request("GET", f"{path}/pdf")
    t.eq((reply.status, reply.json()["code"]), (409, "report-altered"), "the sum tells")
    node.psql(f"UPDATE monthly_line SET num = num - 1 WHERE name = 'phone' AND report = '{seen['id']}';"
              " UPDATE kpi_cell SET num = num + 1 WHERE kpi = 'visits' AND part = 'all' AND month ="
              f" (SELECT id FROM kpi_month WHERE month_at = '{BEGIN.isoformat()}')")
    t.eq(as_board.request("GET", f"{path}/xlsx").status, 409, "and that of the figures")


@case
def monthly_up_spans_go_on_and_begin_anew(t):
    """The node's own word that it is there: one span while it says so, another after a silence."""
    t.eq(node.psql("SELECT count(*) FROM up_span WHERE to_at >= now() - interval '6 minutes'"), "1", "up now")
    node.psql("UPDATE up_span SET to_at = now() - interval '20 minutes', from_at = now() - interval '1 hour'"
              " WHERE to_at >= now() - interval '6 minutes'")
    node.restart()
    t.ok(wait(lambda: node.psql("SELECT count(*) FROM up_span WHERE from_at > now() - interval '5 minutes'") == "1"),
         "20 minutes of silence end a span")


def fini():
    nodes.__exit__(None, None, None)
    mail.__exit__(None, None, None)
    certs.__exit__(None, None, None)


if __name__ == "__main__":
    main(__file__, fini)
