#!/usr/bin/python3
# tests/run: left 60
"""The registers of a contract on a whole node (AI-8-3, AI-7.2-4): what the contractor received and what
became of it; and every way by which data leaves the node, each with the permission it stands on."""
import glob
import os
import re
import sys
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import ROOT, Nodes  # noqa: E402
from lib.t import case, main  # noqa: E402

MATERIALS, TAKEN = "/api/v1/materials", "/api/v1/taken"
nodes = Nodes("aozora")
node = nodes.__enter__()["aozora"]
board = node.account("commissioner", display_name="教育委員会の係")
firm = node.account("contractor", display_name="受託者の係")
kid = node.account("student", display_name="ひまわり")
as_board, as_firm, as_kid = (node.sign_in(a) for a in (board, firm, kid))
as_auditor = node.sign_in(node.account("auditor"))
kept = {}

# Every row that is recorded as an export, and how it asks for a permission. A new one stands here, or the
# test fails: "asks" is asked below without and with the right; the others say why they need not.
WAYS = {
    "roster.export": "asks",
    "people.slips": "asks",
    "log_exports.file": "asks",
    "shared.shares_csv": "a series' sums for each town: asked once the series was found",
    "kpi.file": "asks",
    "kpi.prefecture_file": "counts that the towns gave the prefecture: the coordinator's own",
    "roster.admin_export": "asks, of the operator",
    "handback.export": "asks, of the operator",
    "weekly.pdf": "goes to whom the board named as a receiver",
    "weekly.csv": "goes to whom the board named as a receiver",
    "monthly.pdf": "goes to whom the board named as a receiver",
    "monthly.xlsx": "goes to whom the board named as a receiver",
    "endings.proof": "the board's own",
    "handback.deliver": "sealed for the town's own certificate",
    "audit.export": "sums, ids and sealed columns: for whoever checks the contractor",
    "backups.record": "sealed under the node's key, which needs the town's half",
}
# Every file that answers with anything but JSON, and by which of the rows above, or why it carries nobody's data.
SENDERS = {
    "reporting/dictionary_http.c": "what the tables mean",
    "reporting/retention_http.c": "terms and sums",
    "reporting/log_ask.c": ["log_exports.file"],
    "reporting/weekly_http.c": ["weekly.pdf", "weekly.csv"],
    "reporting/monthly_http.c": ["monthly.pdf", "monthly.xlsx"],
    "node/server/operator.c": "metrics",
    "node/server/own.c": "the description of the routes",
    "node/place/floor_http.c": "a floor's plan",
    "federation/trust_http.c": "the registry, to other nodes",
    "reporting/kpi/kpi_file_http.c": ["kpi.file"],
    "federation/kpi_prefecture_file_http.c": ["kpi.prefecture_file"],
    "federation/series_share_http.c": ["shared.shares_csv"],
    "tenants/roster/roster_http.c": ["roster.export", "roster.admin_export"],
    "tenants/ending/ending_http.c": ["endings.proof"],
    "tenants/people/slip_http.c": ["people.slips"],
}
# Files that the browser itself makes or saves.
SAVERS = {"adult/report_take.tsx", "adult/roster_parts.tsx", "adult/people_bulk.tsx", "adult/person_acts.tsx",
          "adult/log_take.tsx", "adult/federation_join.tsx", "adult/federation.tsx"}


def new():
    return str(uuid.uuid4())


def add(session=as_firm, **more):
    return session.request("POST", MATERIALS, {
        "id": new(), "form": "file", "received_on": "2026-04-01", "what": "名簿ファイル（四月）",
        "from": "学校教育課", "place": "鍵のかかる棚", "purpose": "IDの発行", **more})


def mark(material, kind, session=as_firm, **more):
    return session.request("POST", f"{MATERIALS}/{material}/marks",
                           {"id": new(), "kind": kind, "done_on": "2026-04-30", **more})


def listed(session=as_board):
    page = session.request("GET", MATERIALS).json()
    return page["n_open"], {one["id"]: one for one in page["items"]}


@case
def received_material_is_listed_corrected_and_given_back(t):
    t.req("AI-8-3")
    first = new()
    t.eq(add(id=first).status, 200, "the contractor writes down")
    t.eq(add(id=first).status, 200, "the same again is known")
    second = add(as_board, form="paper", what="承諾書の写し").json()["id"]
    n_open, items = listed()
    t.eq((n_open, len(items), items[first]["state"]), (2, 2, "open"), "both are open")
    t.eq((items[first]["what"], items[first]["from"], items[first]["by_name"], items[second]["by_role"]),
         ("名簿ファイル（四月）", "学校教育課", "受託者の係", "commissioner"), "what, from whom, by whom")
    t.ok("by_name" not in listed(as_firm)[1][second], "names of the board's people stay with the board")
    fixed = add(what="名簿ファイル（五月）", replaces=first).json()["id"]
    t.eq(add(replaces=first).json()["code"], "material-replaced", "each is corrected once")
    t.eq(mark(first, "returned").json()["code"], "material-replaced", "the old one is done with")
    t.eq(mark(fixed, "reopened").json()["code"], "material-marked", "nothing to take back")
    t.eq(mark(fixed, "returned", note="係に手渡し").status, 200, "given back")
    t.eq(mark(fixed, "erased").json()["code"], "material-marked", "once")
    t.eq(mark(fixed, "reopened", as_board).status, 200, "that was wrong")
    t.eq(mark(fixed, "destroyed").status, 200, "so it was shredded")
    n_open, items = listed(as_auditor)
    t.eq((n_open, items[first]["state"], items[first]["replaced_by"]), (1, "replaced", fixed), "nothing is lost")
    t.eq((items[fixed]["state"], items[fixed]["done_on"], items[fixed]["marked_role"]),
         ("destroyed", "2026-04-30", "contractor"), "who and when")
    t.eq(node.psql("SELECT count(*), (SELECT count(*) FROM material_mark) FROM material"), "3|3", "every row stays")


@case
def bad_input_changes_nothing(t):
    t.req("AI-8-3")
    before = node.psql("SELECT count(*) FROM material")
    t.eq(add(as_kid).status, 404, "not for children")
    t.eq(as_kid.request("GET", MATERIALS).status, 404, "not even to see")
    t.eq(add(as_auditor).status, 404, "who checks writes nothing")
    for bad in ({"received_on": "2026-02-30"}, {"received_on": "2999-01-01"}, {"form": "letter"}, {"what": ""},
                {"place": "あ" * 201}):
        t.eq(add(**bad).status, 422, str(bad)[:30])
    t.eq(add(replaces=new()).status, 404, "corrects nothing there is")
    t.eq(mark(new(), "returned").status, 404, "no such entry")
    t.eq(mark("x", "returned").status, 404, "no id")
    t.eq(as_firm.request("GET", MATERIALS + "?before=x").status, 422, "no cursor")
    t.eq(node.psql("SELECT count(*) FROM material"), before, "nothing was written")


@case
def open_material_is_a_warning_at_the_contracts_end(t):
    t.req("AI-8-3")
    warnings = as_board.request("GET", "/api/v1/leaving").json()["warnings"]
    t.ok("materials-open" in warnings, "named", warnings)
    for one in [i for i, m in listed()[1].items() if m["state"] == "open"]:
        t.eq(mark(one, "returned").status, 200, "given back")
    t.ok("materials-open" not in as_board.request("GET", "/api/v1/leaving").json()["warnings"], "and no more")


def sources(*roots):
    for root in roots:
        for path in sorted(glob.glob(f"{ROOT}/{root}/**/*.c", recursive=True)):
            with open(path, encoding="utf-8") as f:
                yield os.path.relpath(path, ROOT), f.read()


@case
def every_way_out_is_known(t):
    t.req("AI-8-3, AI-7.2-4")
    senders = {path for path, text in sources("node", "tenants", "reporting", "federation")
               if path != "node/base/req.c" and re.search(r"\breply_(bytes|flow)\(", text)}
    acts = as_board.request("GET", "/api/v1/data-dictionary").json()["acts"]
    t.eq({a["name"] for a in acts if a["audit"] == "export"}, set(WAYS), "rows that are exports")
    t.eq(senders, set(SENDERS), "files that send bytes")
    t.ok(all(set(ways) <= set(WAYS) for ways in SENDERS.values() if isinstance(ways, list)), "by those rows")
    savers = {os.path.relpath(p, f"{ROOT}/node/web/src") for p in glob.glob(f"{ROOT}/node/web/src/**/*.ts*",
                                                                            recursive=True)
              if re.search(r"\bsaveFile\(", open(p, encoding="utf-8").read()) and "edge/save" not in p}
    t.eq(savers, SAVERS, "pages that save a file")


@case
def the_contractor_takes_nothing_without_a_permission(t):
    t.req("AI-8-3, NI-2.3.4-2c")
    logs = {"id": new(), "kinds": ["entry"], "from": "2026-04-01T00:00:00Z", "to": "2026-04-02T00:00:00Z",
            "format": "csv", "reason": "確認のため", "account": kid.id}
    ways = {
        "roster.export": lambda: as_firm.request("GET", "/api/v1/roster/export"),
        "people.slips": lambda: as_firm.request("POST", "/api/v1/people/slips", {"ids": [kid.id], "kind": "ids"}),
        "log_exports.file": lambda: as_firm.request("POST", "/api/v1/log-exports", logs),
        "kpi.file": lambda: as_firm.request("GET", "/api/v1/kpi/file"),
        "roster.admin_export": lambda: node.admin("GET", "/api/v1/admin/roster/export"),
        "handback.export": lambda: node.admin("POST", "/api/v1/admin/handback/export"),
    }
    t.eq(set(ways), {name for name, how in WAYS.items() if how.startswith("asks")}, "all that ask")
    for name, ask in ways.items():
        t.eq(ask().status, 403, f"{name} without")
    grant = node.permit_export(as_board, firm)
    for name in set(ways) - {"log_exports.file"}:
        t.ok(ways[name]().status in (200, 204), f"{name} with")
    t.eq(ways["log_exports.file"]().status, 403, "logs want to be readable first")
    reply = as_board.request("DELETE", f"/api/v1/people/{firm.id}/rights/{grant}")
    t.ok(reply.status in (200, 204), "ended", reply)
    for name, ask in ways.items():
        t.eq(ask().status, 403, f"{name} no longer")
    kept["grant"] = grant


@case
def each_export_is_listed_with_what_it_stands_on(t):
    t.req("AI-8-3, AI-7.2-4")
    t.eq(as_board.request("GET", "/api/v1/roster/export").status, 200, "the board's own")
    items = as_board.request("GET", TAKEN).json()["items"]
    t.eq((items[0]["route"], items[0]["basis"], items[0]["name"]), ("roster.export", "owner", "教育委員会の係"), "newest")
    went = [i for i in items if not i["is_refused"] and i["basis"] != "owner"]
    t.eq({(i["route"], i["basis"], i.get("grant")) for i in went},
         {(r, "grant", kept["grant"]) for r in ("roster.export", "people.slips", "kpi.file", "roster.admin_export",
                                                "handback.export")}, "each by the grant it had")
    t.eq({(i["purpose"], i["given_name"], i["holder_name"]) for i in went},
         {("handover", "教育委員会の係", "受託者の係")}, "who gave it to whom, for what")
    t.ok(all(i["what"] and i["at"] and i["until"] for i in went), "what and when")
    refused = [i for i in items if i["is_refused"]]
    t.ok(len(refused) >= 4 and all(i["basis"] == "none" for i in refused), "what was refused stands there, too")
    t.ok(as_auditor.request("GET", TAKEN).json()["items"][0].get("name") is None, "no names for who checks")
    for session in (as_firm, as_kid):
        t.eq(session.request("GET", TAKEN).status, 404, "for nobody else")
    t.eq(as_board.request("GET", TAKEN + "?before=1").status, 422, "no cursor")
    rest = as_board.request("GET", f"{TAKEN}?before={items[0]['id']}").json()["items"]
    t.eq(rest[0]["id"], items[1]["id"], "page by page")


@case
def the_log_holds_all_of_it(t):
    t.req("AI-8-3")
    t.eq(node.psql("SELECT count(*) FROM material m WHERE NOT EXISTS (SELECT FROM audit_leaf l WHERE l.row_id = m.id)"),
         "0", "every entry is a leaf")


if __name__ == "__main__":
    main(__file__, lambda: nodes.__exit__(None, None, None))
