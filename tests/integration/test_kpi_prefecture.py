#!/usr/bin/python3
# tests/run: left 20
"""The prefecture's coordinator reads what the towns gave: sums that say whose they are, who is missing, the
same as a file. Added up here once more, from the numbers that were given."""
import csv
import io
import os
import sys
import tempfile
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import Nodes, TITLES  # noqa: E402
from lib.prefecture import GIVEN, HIDDEN, Prefecture, TOWNS, month, quiet  # noqa: E402
from lib.t import case, main  # noqa: E402

PATH = "/api/v1/kpi/prefecture"
MEDIANS = tuple(f"days_{n}" for n in range(5))
folder = tempfile.TemporaryDirectory()
nodes = Nodes("pref")
node = nodes.__enter__()["pref"]
coordinator = node.sign_in(node.account("coordinator"))
others = {role: node.sign_in(node.account(role)) for role in ("commissioner", "contractor", "auditor", "analyst")}


def ask(query="", session=coordinator):
    return session.request("GET", PATH + query)


def added(towns, before, kpi):
    """Whose the sum is, its num and den; of a median its bounds."""
    shown = {t: GIVEN[t, before][kpi] for t in towns
             if GIVEN.get((t, before)) is not None and GIVEN[t, before][kpi] != HIDDEN}
    days = [num for num, den in shown.values() if den > 0]
    return (set(shown), sum(num for num, _ in shown.values()), sum(den for _, den in shown.values()),
            (min(days), max(days)) if days else None)


def covered(of, letters):
    return {towns[one["node"]] for one, letter in zip(of["nodes"], letters) if letter == "1"}


@case
def prefecture_is_for_the_coordinator_of_a_coordinator_s_node(t):
    t.req("CARD-7")
    t.eq((ask().status, ask().json()["code"]), (409, "not-coordinator"), "in no federation yet")
    pref.publish(["host"])
    t.eq(ask().json()["code"], "not-coordinator", "no coordinator by the list")
    pref.publish()
    empty = ask().json()
    t.eq((empty["there"], empty["cells"], [m["n_given"] for m in empty["months"]]), ([], [], [0] * 13), "nothing came")
    t.eq({one["standing"] for one in empty["nodes"]}, {"late", "new"}, "who should have given is late")
    pref.give_all()
    for role, session in others.items():
        for path in ("", "/file"):
            t.eq(ask(path, session).status, 404, f"nobody else: {role}")
    desk = coordinator.request("GET", "/api/v1/federation")
    t.eq((desk.status, desk.json()["status"]["seq"]), (200, pref.roots.seq), "how the federation stands")
    t.eq(coordinator.request("POST", "/api/v1/federation/rotation").status, 404, "but nothing to change")


@case
def prefecture_sums_are_those_of_what_was_given(t):
    t.req("CARD-7, CARD-5, KP-2-1, KP-2-4-5")
    of = ask().json()
    t.eq((of["to"], of["from"], len(of["months"]), of["hide_under"]), (month(1), month(13), 13, 5), "a year and a month")
    t.eq(of["there"], [month(1), month(2), month(3)], "months there is anything of")
    for before in (1, 2, 3):
        at = next(m for m in of["months"] if m["month"] == month(before))
        for one in at["sums"]:
            whose, num, den, bounds = added((*TOWNS, "gone"), before, one["kpi"])
            what = f"{one['kpi']} {before} months ago"
            t.eq((covered(of, one["covers"]), one["n_nodes"]), (whose, len(whose)), f"whose: {what}")
            t.eq(one["den"], den, f"of how many: {what}")
            if one["kpi"] in MEDIANS:
                t.ok("num" not in one, f"a median is never added up: {what}")
                t.eq((one.get("low"), one.get("high")), bounds or (None, None), f"the bounds: {what}")
            else:
                t.eq((one["num"], "low" in one), (num, False), f"added up: {what}")
    newest = of["months"][0]
    t.eq(covered(of, newest["has"]), {"aozora", "midori"}, "whose figures stand")
    t.eq(covered(of, newest["is_back"]), {"yama"}, "who took them back")
    hidden = {(towns[c["node"]], c["kpi"]) for c in of["cells"] if "num" not in c}
    t.eq(hidden, {("midori", k) for k in ("isolation_30", "connection_30", "at_0")}, "hidden cells are told as such")
    t.ok(not any(towns[c["node"]] == "yama" for c in of["cells"]), "what was taken back is nowhere")
    stages = [next(d["stage"] for d in of["definitions"] if d["id"] == one["kpi"]) for one in newest["sums"]]
    t.eq(stages, sorted(stages, key=["tie", "keep", "after"].index), "the order of the page, without attendance")


@case
def prefecture_tells_who_is_late(t):
    t.req("CARD-7")
    of = ask().json()
    by_town = {towns[one["node"]]: one for one in of["nodes"]}
    t.eq({name: one["standing"] for name, one in by_town.items()},
         {"aozora": "good", "midori": "good", "yama": "good", "hama": "late", "wakaba": "new", "gone": "ended"},
         "each; what was taken back is not missed")
    t.eq((by_town["hama"]["last_month"], by_town["yama"]["last_month"]), (month(3), month(2)), "its newest month")
    t.ok("last_month" not in by_town["wakaba"], "or none")
    t.eq((by_town["gone"]["name"], by_town["gone"]["is_member"], by_town["gone"]["size"]), ("", False, -1),
         "who left has no name here, and its past figures stay")


@case
def prefecture_is_cut_by_month_stage_size_and_node_alone(t):
    t.req("CARD-7, CARD-5")
    small = ask("?size=1").json()
    t.eq({towns[n["node"]] for n in small["nodes"] if n["is_chosen"]}, {"midori", "yama", "wakaba"}, "by size")
    t.eq([(s["from"], s["under"]) for s in small["sizes"]], [(0, 2000), (2000, 25000), (25000, 0)], "which sizes")
    one = ask(f"?node={pref.ids['midori']}&to={month(2)}&from={month(3)}").json()
    t.eq([m["month"] for m in one["months"]], [month(2), month(3)], "months of a choice")
    t.eq({(c["num"], c["den"]) for c in one["cells"] if c["kpi"] == "isolation_30"}, {(8, 31)}, "one town's own")
    t.eq(next(s for s in one["months"][0]["sums"] if s["kpi"] == "isolation_30")["num"], 8, "its sum is it")
    back = ask(f"?node={pref.ids['yama']}").json()
    t.eq((back["months"][0]["n_given"], back["cells"], back["months"][0]["sums"]), (0, [], []), "taken back: nothing")
    t.eq(covered(back, back["months"][0]["is_back"]), {"yama"}, "and it says so")
    t.eq(ask("?stage=junior").json()["cells"][0].get("den"), 0, "a stage of school without children")
    for what, query in (("no month", "from=2026-13"), ("no month", "to=may"), ("the wrong way round", "from=2026-05&to=2026-04"),
                        ("over a year", "from=2025-01&to=2026-04"), ("no stage", "stage=class"), ("no size", "size=7"),
                        ("no size", "size=-1"), ("no id", "node=midori"),
                        ("no node", "node=01a2a000-0000-7000-8000-000000000000")):
        for path in ("", "/file"):
            t.eq(ask(f"{path}?{query}").status, 422, f"{what}: {path}?{query}")
    t.eq(ask("/file?form=ods").status, 422, "a form there is none of")


@case
def prefecture_goes_out_as_a_table(t):
    t.req("CARD-7")
    reply = ask("/file")
    t.eq(reply.headers["Content-Type"], "text/csv; charset=utf-8", "CSV")
    rows = list(csv.DictReader(io.StringIO(reply.body.decode("utf-8-sig"))))
    own = [r for r in rows if (r["月"], r["指標"]) == (month(1), "孤立率（30日）")]
    t.eq([(r["自治体"], r["数"], r["もとになる数"], r["状態"]) for r in own if r["自治体"] in ("合計", "緑町", "山里町", "浜辺村", "青空市")],
         sorted([("合計", "12", "64", ""), ("青空市", "12", "64", ""), ("緑町", "", "", "—（人数が少ないため、伏せてあります）"),
                 ("山里町", "", "", "—（取り下げ）"), ("浜辺村", "", "", "—（届いていません）")],
                key=lambda r: [x["自治体"] for x in own].index(r[0])), "the sum, each town, and why there is none")
    t.eq((own[0]["自治体"], own[0]["合計した自治体の数"], own[0]["合計した自治体"]), ("合計", "1", "青空市"), "whose the sum is")
    days = next(r for r in rows if (r["月"], r["指標"], r["自治体"]) == (month(2), "段階1までの日数（中央値）", "合計"))
    _, _, den, (low, high) = added((*TOWNS, "gone"), 2, "days_1")
    t.eq((days["数"], days["もとになる数"], days["いちばん小さい日数"], days["いちばん大きい日数"]),
         ("", str(den), str(low), str(high)), "a median has bounds, no sum")
    t.ok(any(r["自治体"].startswith("登録簿にないノード") for r in rows), "who left, without a name")
    t.eq({r["自治体"] for r in csv.DictReader(io.StringIO(ask("/file?size=2").body.decode("utf-8-sig")))},
         {"合計", "青空市"}, "the same choice as on the page")
    book = ask("/file?form=xlsx")
    with zipfile.ZipFile(io.BytesIO(book.body)) as z:
        sheet = z.read("xl/worksheets/sheet1.xml").decode()
        t.eq(sheet.count("<row "), len(rows) + 1, "a workbook of the same rows")
    t.eq(node.psql("SELECT count(*) FROM access_record WHERE route = 'kpi.prefecture_file'"
                   " AND action = 'export' AND outcome = 'ok'"), "3",
         "each on record")


@case
def prefecture_shows_what_a_correction_left(t):
    t.req("CARD-5, CARD-7")
    own = dict(GIVEN["aozora", 1], isolation_30=HIDDEN)
    pref.give("aozora", 1, own, 2, "correct")
    of = ask().json()
    one = next(s for s in of["months"][0]["sums"] if s["kpi"] == "isolation_30")
    t.eq((one["n_nodes"], one["den"], "num" in one), (0, 0, False), "the newest revision counts: nobody shows it")
    t.ok("num" not in next(c for c in of["cells"] if c["kpi"] == "isolation_30" and towns[c["node"]] == "aozora"),
         "hidden from now on")


@case
def prefecture_shows_what_came_over_the_line(t):
    t.req("CARD-5, CARD-7")
    reply = pref.send("hama", 1, quiet(40))
    t.eq(reply.status, 200, f"taken: {reply.body}")
    t.ok(pref.send("hama", 2, quiet(3)).status >= 400, "what the rule hides is not taken")
    of = ask(f"?node={pref.ids['hama']}").json()
    t.eq([(n["standing"], n["last_month"]) for n in of["nodes"] if n["is_chosen"]], [("good", month(1))], "late no more")
    t.eq({c["kpi"]: (c["num"], c["den"]) for c in of["cells"]}, quiet(40), "each number as it was sent")
    t.eq(of["months"][1]["n_given"], 0, "and nothing of what was refused")


pref = Prefecture(node, folder.name, TITLES["pref"])
towns = {one: name for name, one in pref.ids.items()}
main(__file__, lambda: nodes.__exit__(None, None, None))
