#!/usr/bin/python3
# tests/run: left 60
"""The data dictionary and the terms of records, against the catalogue of the running database
(KP-3-調達-3a, KP-3-安全-3, NI-2.3.4-4)."""
import os
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import Nodes  # noqa: E402
from lib.t import case, main  # noqa: E402

DICTIONARY, RETENTION = "/api/v1/data-dictionary", "/api/v1/retention"
nodes = Nodes("aozora")
node = nodes.__enter__()["aozora"]
as_board = node.sign_in(node.account("commissioner"))
as_watcher = node.sign_in(node.account("supporter"))
pupil = node.account("student")
as_pupil = node.sign_in(pupil)


def text_of_pdf(name, reply):
    with tempfile.NamedTemporaryFile(suffix=".pdf") as f:
        f.write(reply.body)
        f.flush()
        if os.environ.get("KEEP"):
            with open(f"{os.environ['KEEP']}/{name}.pdf", "wb") as kept:
                kept.write(reply.body)
        text = subprocess.run(["pdftotext", "-raw", f.name, "-"], check=True,
                              capture_output=True, text=True).stdout
    return re.sub(r"\s+", "", text), text.count("\f")


@case
def dictionary_matches_the_database(t):
    t.req("KP-3-調達-3a")
    said = as_board.request("GET", DICTIONARY).json()
    t.eq(said["differences"], [], "it says so itself")
    mine = {(table["name"], c["name"], c["type"]) for table in said["tables"]
            for c in table["columns"]}
    rows = node.psql("SELECT relname || '|' || attname || '|' || format_type(atttypid, atttypmod)"
                     " FROM pg_attribute JOIN pg_class c ON c.oid = attrelid WHERE relnamespace ="
                     " 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped")
    real = {tuple(line.split("|")) for line in rows.splitlines()}
    t.eq(mine ^ real, set(), "every table, column and type, both ways")
    t.ok(len(real) > 300, "and that is not few", str(len(real)))
    keys = {(table["name"], c["name"]) for table in said["tables"] for c in table["columns"]
            if c["is_key"]}
    rows = node.psql("SELECT table_name || '|' || column_name FROM information_schema"
                     ".key_column_usage u JOIN information_schema.table_constraints k USING"
                     " (constraint_name, table_name) WHERE constraint_type = 'PRIMARY KEY'"
                     " AND k.table_schema = 'public'")
    t.eq(keys, {tuple(line.split("|")) for line in rows.splitlines()}, "its keys")
    for table in said["tables"]:
        t.ok(table["meaning"] and table["purpose"] and table["ground"], f"{table['name']} has words")
        sealed = [c["name"] for c in table["columns"] if c["is_sealed"]]
        t.eq(table["key_of"] != "none", bool(sealed), f"{table['name']}: a key where sealed")
    t.ok(any(s["name"] == "log.visit_days" and s["value"] == "1827" for s in said["settings"]),
         "settings with their values")
    acts = {a["name"]: a["audit"] for a in said["acts"]}
    t.eq(acts.get("weekly.pdf"), "export", "acts that are recorded")
    t.ok("dictionary.show" not in acts, "and no others")


@case
def dictionary_notices_a_column_nobody_wrote_down(t):
    t.req("KP-3-安全-3")
    node.psql("ALTER TABLE notify_event ADD COLUMN diagnosis text")
    t.eq(as_board.request("GET", DICTIONARY).json()["differences"],
         ["not in the dictionary: notify_event.diagnosis"], "it is named")
    text, _ = text_of_pdf("altered", as_board.request("GET", DICTIONARY + ".pdf"))
    t.ok("notify_event.diagnosis" in text, "on paper, too")
    node.psql("ALTER TABLE notify_event DROP COLUMN diagnosis")
    t.eq(as_board.request("GET", DICTIONARY).json()["differences"], [], "gone again")


@case
def dictionary_is_printed_whole(t):
    t.req("KP-3-調達-3a")
    began = time.monotonic()
    reply = as_board.request("GET", DICTIONARY + ".pdf")
    t.note(f"dictionary: {time.monotonic() - began:.2f} s, {len(reply.body)} bytes")
    t.eq((reply.status, reply.headers["content-type"]), (200, "application/pdf"), "a document")
    text, pages = text_of_pdf("dictionary", reply)
    t.ok(pages > 5, "of some pages", str(pages))
    said = as_board.request("GET", DICTIONARY).json()
    missing = [table["name"] for table in said["tables"] if table["name"] not in text]
    t.eq(missing, [], "every table")
    columns = {c["name"] for table in said["tables"] for c in table["columns"]}
    t.eq([c for c in columns if c not in text], [], "every column")
    t.eq([s["name"] for s in said["settings"] if s["name"] not in text], [], "every setting")


@case
def retention_says_term_purpose_and_ground(t):
    t.req("KP-3-安全-3")
    kinds = {k["table"]: k for k in as_board.request("GET", RETENTION).json()["items"]}
    for name, days in (("visit_event", 1827), ("notify_event", 400), ("access_record", 1827),
                       ("weekly_line", 1827), ("retention_record", 0)):
        t.eq(kinds[name]["term_days"], days, name)
        t.ok(kinds[name]["is_log"] and kinds[name]["purpose"] and kinds[name]["ground"],
             f"{name} is a record, with words")
    reply = as_board.request("GET", RETENTION + ".pdf")
    text, pages = text_of_pdf("retention", reply)
    t.note(f"terms: {pages} pages")
    t.eq([n for n, k in kinds.items() if k["is_log"] and n not in text], [], "all on paper")


@case
def retention_counts_what_went(t):
    t.req("NI-2.3.4-4")
    node.psql("INSERT INTO weekly_line (report, n, made_at, account, kind, end_how, is_continued,"
              " n_lost, seconds, is_trial) SELECT gen_random_uuid(), 0, now() - interval '1828 days',"
              f" '{pupil.id}', 'none', 'open', false, 0, 0, false FROM generate_series(1, 7)")
    node.psql("INSERT INTO weekly_line (report, n, made_at, account, kind, end_how, is_continued,"
              " n_lost, seconds, is_trial) VALUES (gen_random_uuid(), 0, now() - interval"
              f" '1826 days', '{pupil.id}', 'none', 'open', false, 0, 0, false)")
    node.psql("INSERT INTO job (id, kind, payload, state, run_at, created_at) VALUES"
              " (gen_random_uuid(), 'retention.sweep', '{}', 'waiting', now(), now())")
    until = time.monotonic() + 20
    records = []
    while not records and time.monotonic() < until:
        time.sleep(0.3)
        records = [r for r in as_board.request("GET", RETENTION + "/records").json()["items"]
                   if r["table"] == "weekly_line"]
    t.eq([r["n_rows"] for r in records], [7], "seven rows past their term, counted")
    t.eq(node.psql("SELECT count(*) FROM weekly_line"), "1", "the one within it stays")
    kinds = {k["table"]: k for k in as_board.request("GET", RETENTION).json()["items"]}
    t.eq((kinds["weekly_line"]["n_gone"], kinds["weekly_line"]["n_times"]), (7, 1), "summed")
    t.eq(node.psql("SELECT count(*) FROM audit_leaf WHERE table_name = 'retention_record' AND row_id"
                   f" = '{records[0]['id']}'"), "1", "the count is a leaf")


@case
def dictionary_is_for_those_who_answer_for_data(t):
    for path in (DICTIONARY, DICTIONARY + ".pdf", RETENTION, RETENTION + ".pdf",
                 RETENTION + "/records"):
        t.eq(as_watcher.request("GET", path).status, 404, f"a supporter: {path}")
        t.eq(as_pupil.request("GET", path).status, 404, f"a child: {path}")
        t.eq(node.request("GET", path).status, 401, f"nobody: {path}")


if __name__ == "__main__":
    main(__file__, lambda: nodes.__exit__(None, None, None))
