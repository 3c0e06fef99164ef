"""tests/day/month.py - the month ends: what was counted of the day, what each town gives and what it keeps back, the
prefecture's sums, and what a board receives on paper."""
import csv
import datetime
import io
import os
import re
import subprocess
import zipfile

import lesson
import start
from day import must, new, until
from lib.fed_peer import SIGNED
from lib.ibasho_node import TITLES
from lib.visitor import Visitor

TITLE = "月が終わる: 数え、渡し、県がまとめ、報告書が届く"

REGISTRY = "/api/v1/admin/federation/registry"
RELEASES, MONTHLY, WEEKLY = "/api/v1/kpi/releases", "/api/v1/monthly-reports", "/api/v1/weekly-reports"
OPEN_VISITS = ("SELECT count(*) FROM visit_event e WHERE kind = 'entry' AND NOT EXISTS"
               " (SELECT FROM visit_event x WHERE x.visit = e.visit AND x.kind = 'exit')")
STEP_DAYS = 5   # the list of members is good for six
N_QUIET = 2     # pupils of the smallest town who have an ID and never came
N_LIVED = {"aozora": 6, "midori": 6, "kawabe": 3}  # who comes in when there was no morning
SMALL = "人数が少ないため伏せてあります"


def towns(day):
    return [day.city, day.town_a, day.town_b]


# ---- without a morning ----

def lived(day):
    """When nobody has played a morning: some children come in."""
    for node in towns(day):
        if node.psql("SELECT count(*) FROM visit_event") != "0":
            continue
        for name in day.children[node.name][:N_LIVED[node.name]]:
            with Visitor(node, node.sign_in(day.logins[node.name, name])) as visitor:
                visitor.enter()


def called(day):
    """In the afternoon staff has every child on the telephone whom the node has not seen in touch with anybody."""
    n = 0
    for node in towns(day):
        tied = set(node.psql("SELECT DISTINCT child FROM contact WHERE is_answered").split())
        for name in day.children[node.name]:
            if day.ids[node.name, name] not in tied:
                day.post(node, "supporter", "/api/v1/contacts", 201, child=day.ids[node.name, name], kind="phone",
                         is_answered=True)
                n += 1
    day.prove("午後、見守りの人が電話で声をかけ、返事があったことを記録した", f"{n} 人")


# ---- the clock ----

def few(day):
    """Two more pupils of the smallest town get an ID on the last day and have not come yet: too few to tell."""
    found = day.ask(day.town_b, "commissioner", "GET", "/api/v1/people?state=none", status=200).json()["items"]
    start.issue(day, day.town_b, [one["id"] for one in found if one["kind"] == "student"][:N_QUIET])


def settled(day):
    """The first Monday, ten o'clock, on which the month of today is over since three days."""
    at = day.clock.today().replace(day=1, hour=10, minute=0, second=0, microsecond=0)
    at = (at + datetime.timedelta(days=32)).replace(day=4)
    return at + datetime.timedelta(days=-at.weekday() % 7)


def renew(day):
    """Two of the roots sign the list of members again; every node takes it."""
    text = day.roots.publish()
    for node in day.four:
        reply = node.admin("POST", REGISTRY, text, {"Content-Type": SIGNED})
        if reply.status != 200:
            raise AssertionError(f"{node.name}: {reply}")


def come_back(day):
    """Whoever is of the staff signs in again: after two weeks nobody is signed in any more."""
    def at(node):
        for (name, who), login in list(day.logins.items()):
            if name == node.name and login.role not in ("student", "guest_teacher"):
                day.who[name, who] = node.sign_in(login)
        for days in range(3):
            date = (day.clock.today() + datetime.timedelta(days=days)).date().isoformat()
            day.put(node, "commissioner", "/api/v1/hours/days", day=date, slots=[{"from": "00:00", "to": "24:00"}])
            day.put(node, "supporter", f"/api/v1/plan/days/{date}", slots=[{"from": "10:00", "to": "10:45"}])
    day.each(at)


def go_home(day):
    """Everybody ends the visit and signs out, as on any evening; nobody is left in the place when the clock moves."""
    for visitor in day.visitors:
        visitor.close()
    day.visitors.clear()
    day.close_screens()

    def at(node):
        for (name, who), session in list(day.who.items()):
            if name == node.name:
                session.request("DELETE", "/api/v1/session")
                del day.who[name, who]
        return until(lambda: node.psql(OPEN_VISITS) == "0")
    day.prove("夕方、みんなログアウトして帰った。入ったままの訪問はない", "0 件", all(day.each(at)))


def time_passes(day):
    go_home(day)
    began, end, n = day.clock.today(), settled(day), 0
    while day.clock.today() < end:
        day.clock.move_to(min(day.clock.now() + STEP_DAYS * 86400, end.timestamp()))
        renew(day)
        n += 1
    os.environ["IBASHO_AHEAD_S"] = str(day.clock.off())
    day.pref.restart()  # first: it keeps the half of the smallest town's key
    day.pref.wait_answer()
    day.each(lambda node: (node.restart(), node.wait_answer()), towns(day))
    come_back(day)
    day.prove(f"時計を{began.month}月{began.day}日から{end.month}月{end.day}日まで進め、四つとも再起動して、みな元どおりに答える",
              f"{(end.date() - began.date()).days} 日、その間の連合の登録簿の更新 {n} 回")
    held = day.town_b.admin("GET", "/api/v1/keys/escrow").json()["state"]
    day.prove(f"{TITLES[day.town_b.name]}の鍵は、県が預かる半分を使って、人の手なしで開いた",
              "県の預かりは続いている" if held == "hold" else held, held == "hold")
    return began.strftime("%Y-%m"), began.date()


# ---- counted ----

def all_of(day, node, month):
    """Figure -> (num, den) of everybody, as the town's board reads it."""
    months = day.ask(node, "commissioner", "GET", "/api/v1/kpi", status=200).json()["months"]
    cells = next((m["cells"] for m in months if m["month"] == month), [])
    return {c["kpi"]: (c["num"], c["den"]) for c in cells if c["part"] == "all"}


def counted(day, month):
    figures = {}
    for node in towns(day):
        own = figures[node.name] = must(lambda n=node: all_of(day, n, month), f"{node.name}: {month}", 60)
        came = int(node.psql("SELECT count(DISTINCT v.account) FROM visit_event v JOIN account a ON a.id = v.account"
                             " WHERE v.kind = 'entry' AND a.role = 'student' AND NOT a.is_trial"))
        day.prove(f"{TITLES[node.name]}の{int(month[5:])}月が数えられ、来られた人の数が入室の記録と同じ",
                  f"ID {own['came'][1]} 人・来られた {own['came'][0]} 人・だれとも行き来がない {own['isolation_30'][0]} 人",
                  own["came"][0] == came and own["isolation_30"][0] + own["connection_30"][0] == own["came"][1])
        page = day.screen(node, "commissioner")
        page.open("#/kpi")
        page.see(".kpi-lines")
        day.shot(page, f"month-{node.name}-counted")
        page.away()
    return figures


# ---- given ----

def give(day, month):
    """By hand at the screens of two, by itself at the third."""
    for node in towns(day):
        page = day.screen(node, "commissioner")
        page.open("#/kpi-release")
        page.see("#kpi-releases")
        page.click("#kpi-releases > li:first-child button[aria-expanded]")
        page.see("tr[data-kpi=isolation_30]")
        first = "#kpi-releases > li:first-child"
        if node is not day.town_a:
            day.shot(page, f"month-{node.name}-before-it-goes")
            page.click(f"{first} button.button", "この内容を渡す")
        page.see(f"{first} [data-revision='1']")
        day.shot(page, f"month-{node.name}-given")
        page.away()
    must(lambda: day.pref.psql("SELECT count(*) FROM fed_kpi") == "3", "the prefecture has all", 60)
    told = []
    for node in towns(day):
        cells = day.ask(node, "commissioner", "GET", f"{RELEASES}/{month}", status=200).json()["cells"]
        told.append((TITLES[node.name], sum(c["shown"] != "shown" for c in cells), len(cells)))
    there = int(day.pref.psql("SELECT count(*) FROM fed_kpi_cell WHERE num IS NULL"))
    day.prove("委員会が画面で中身を見てから渡した（二つは手で、一つは設定により自動で）", f"{len(told)} 自治体")
    day.prove("少ない人数の数は、町を出る前に伏せられる。県のデータベースに、その数字はない",
              "・".join(f"{name} {n} / {of}" for name, n, of in told) + " が「—」",
              there == sum(n for _, n, _ in told) and told[2][1] > 0)


# ---- the prefecture ----

def prefecture(day, month, figures):
    page = day.screen(day.pref, "coordinator")
    page.click('a[href="#/prefecture"]')
    page.see(".kpi-lines")
    day.shot(page, "month-prefecture")
    of = day.ask(day.pref, "coordinator", "GET", f"/api/v1/kpi/prefecture?from={month}&to={month}", status=200).json()
    by_id = {day.ids[node.name]: node for node in towns(day)}
    hidden = {by_id[c["node"]].name for c in of["cells"] if c["kpi"] == "isolation_30" and "num" not in c}
    day.prove("県の画面では、人数の少ない町だけが「—」で、なぜ見えないかが書いてある",
              f"{len(of['nodes'])} 自治体のうち {len(hidden)}", hidden == {day.town_b.name})
    row = page.on(".prefecture-nodes tr", "innerText", text=TITLES[day.town_b.name])
    why = page.on(f".prefecture-nodes tr:has-text('{TITLES[day.town_b.name]}') [role=img]", "getAttribute", "aria-label")
    day.prove("「—」の読み上げ", f"「{why}」", why == SMALL and "—" in row)
    for kpi, words in (("came", "来られた人"), ("visits", "訪問の回数")):
        total = next((s for s in of["months"][0]["sums"] if s["kpi"] == kpi), {})
        shown = [n.name for n in towns(day) if any(c["kpi"] == kpi and c["node"] == day.ids[n.name] and "num" in c
                                                   for c in of["cells"])]
        own = sum(figures[name][kpi][0] for name in shown)
        day.prove(f"県の合計（{words}）は、見えている自治体の数を足したものと同じ",
                  f"{total.get('num', '—')}（{len(shown)} 自治体の合計）", total.get("num") == (own if shown else None))
    page.click("tr[data-kpi=connection_30] button")
    page.see("tr[data-kpi=connection_30] .kpi-list li")
    day.shot(page, "month-prefecture-by-town")
    page.page("emulateMedia", {"media": "print"})
    path = f"{day.folder}/prefecture.pdf"
    page.page("pdf", {"path": path, "format": "A4"})
    day.shot_pdf(path, "month-prefecture-on-paper")
    page.away()


# ---- reports ----

def receive(day):
    """The city's board says who receives the reports: itself, on the screen."""
    for report in ("monthly", "weekly"):
        day.ask(day.city, "commissioner", "POST", "/api/v1/report-receivers", {
            "id": new(), "account": day.ids[day.city.name, "commissioner"], "way": "screen", "is_on": True,
            "report": report}, 204)


def opened(day, kind, path, key, value, table):
    """The board's own report: found on its page, opened there; its paper and its table."""
    report = must(lambda: next((r for r in day.ask(day.city, "commissioner", "GET", path, status=200).json()["items"]
                                if r[key] == value and r["is_mine"]), None), f"the {kind} report", 60)
    page = day.screen(day.city, "commissioner")
    page.open(f"#/{kind}")
    page.see("a.door", "あなたあて")
    day.shot(page, f"month-{kind}-list")
    page.open(f"#/{kind}/{report['id']}")
    page.see(f"#{kind}-files")
    page.click("button", "PDF")
    page.see("li", "に開いた")
    day.shot(page, f"month-{kind}-opened")
    page.away()
    paper = f"{day.folder}/{kind}.pdf"
    with open(paper, "wb") as f:
        f.write(day.ask(day.city, "commissioner", "GET", f"{path}/{report['id']}/pdf", status=200).body)
    day.shot_pdf(paper, f"month-{kind}-paper", 4)
    facts = subprocess.run(["pdfinfo", paper], check=True, capture_output=True, text=True).stdout
    text = subprocess.run(["pdftotext", "-layout", paper, "-"], check=True, capture_output=True, text=True).stdout
    body = day.ask(day.city, "commissioner", "GET", f"{path}/{report['id']}/{table}", status=200).body
    return int(re.search(r"Pages:\s+(\d+)", facts).group(1)), re.sub(r"\s+", "", text), body


def monthly(day, month, figures):
    n, text, book = opened(day, "monthly", MONTHLY, "month", month, "xlsx")
    num, den = figures[day.city.name]["came"]
    day.prove("月次報告書が、県に届く数と別に、委員会の画面に届き、PDFで開けた", f"{n} ページ（4 ページ以内）",
              n <= 4 and "様式：M-1" in text and f"({num}/{den})" in text)
    with zipfile.ZipFile(io.BytesIO(book)) as z:
        sheets = [name for name in z.namelist() if name.startswith("xl/worksheets/")]
        rows = z.read(sheets[0]).decode().count("<row ")
    day.prove("同じ数字の表（Excel）も開けた", f"{rows} 行", rows > 50)
    day.note("時計を飛ばした日々は、ノードが「動いている」と書けなかったので、報告書には停止として出ます（9 システムの稼働）。")


def weekly(day, monday):
    n, text, table = opened(day, "weekly", WEEKLY, "week", monday, "csv")
    rows = list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))[1:]
    came = {r[0] for r in rows if r[4] == "入退室"}
    pupils = {r[0] for r in rows}
    day.prove("週次報告書（ログインと入退室）が月曜の朝に届き、PDFと表で開けた",
              f"{n} ページ、児童生徒 {len(pupils)} 人・入室した {len(came)} 人", bool(came) and "様式：W-1" in text)


def play(day):
    lesson.put_back(day)
    lived(day)
    called(day)
    few(day)
    receive(day)
    day.put(day.town_a, "commissioner", "/api/v1/settings/kpi.release", value="auto")
    month, date = time_passes(day)
    figures = counted(day, month)
    give(day, month)
    prefecture(day, month, figures)
    monthly(day, month, figures)
    weekly(day, (date - datetime.timedelta(days=date.weekday())).isoformat())
