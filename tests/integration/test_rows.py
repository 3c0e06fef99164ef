"""The build stops on a bad row: the program ibasho-rows as the Makefile runs it (rows.ok)."""
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
os.chdir(ROOT)
sys.path.insert(0, "tests/lib")
from t import case, main  # noqa: E402

ROWS = os.path.join(os.environ.get("IBASHO_BUILD", "build/debug"), "ibasho-rows")
MIGRATIONS = "node/db/migrations"


def rows(*args):
    return subprocess.run([ROWS, *args], capture_output=True, text=True, timeout=60)


@case
def rows_of_the_program_are_whole(t):
    t.req("KP-3-調達-3a")
    done = rows("check", MIGRATIONS)
    t.eq(done.stderr, "", "no defect")
    t.eq(done.returncode, 0, "exit status")


@case
def rows_check_stops_on_a_table_nobody_thought_about(t):
    t.req("AI-7.2-1, KP-3-安全-3")
    with tempfile.TemporaryDirectory() as more:
        with open(f"{more}/9000_forgotten.sql", "w", encoding="utf-8") as f:
            f.write("CREATE TABLE forgotten (id uuid PRIMARY KEY);\n"
                    "ALTER TABLE schema_migration ADD COLUMN extra text;\n")
        done = rows("check", MIGRATIONS, more)
        t.eq(done.returncode, 1, "exit status")
        t.ok("rows: table forgotten: a migration makes it, but it has no row" in done.stderr,
             "names the table", done.stderr)
        t.ok("rows: table schema_migration: column extra has no row" in done.stderr,
             "names the column", done.stderr)


@case
def rows_check_names_file_and_line_of_text_it_cannot_read(t):
    with tempfile.TemporaryDirectory() as more:
        with open(f"{more}/9000_bad.sql", "w", encoding="utf-8") as f:
            f.write("SELECT 1;\nCOMMIT;\n")
        done = rows("check", MIGRATIONS, more)
        t.eq(done.returncode, 1, "exit status")
        t.ok(f"{more}/9000_bad.sql: line 2:" in done.stderr, "file and line", done.stderr)
    t.eq(rows("check", "/nonexistent").returncode, 1, "a folder that is not there")


@case
def rows_are_printed_as_lines_of_fields(t):
    for name in ("tables", "routes", "commands", "settings", "stmts", "jobs"):
        done = rows(name)
        lines = done.stdout.splitlines()
        t.eq(done.returncode, 0, name)
        t.ok(lines and lines[0].startswith("#name\t"), f"{name}: a head")
        n_fields = lines[0].count("\t")
        for line in lines[1:]:
            t.eq(line.count("\t"), n_fields, f"{name}: as many fields as the head: {line}")
    t.ok("schema_migration\t" in rows("tables").stdout, "the ledger is among the tables")
    t.eq(rows("nonsense").returncode, 2, "anything else shows the usage")
    t.eq(rows().returncode, 2, "nothing, too")


@case
def embedding_refuses_numbers_that_do_not_rise(t):
    with tempfile.TemporaryDirectory() as d:
        for name in ("0001_one.sql", "0001_two.sql", "two.sql"):
            with open(f"{d}/{name}", "w", encoding="utf-8") as f:
                f.write("SELECT 1;\n")
        for files, says in ((["0001_one.sql", "0001_two.sql"], "taken or out of order"),
                            (["two.sql"], "not NNNN_name.sql")):
            done = subprocess.run(["ops/lib/embed-sql", "migrations"] + [f"{d}/{f}" for f in files],
                                  capture_output=True, text=True, timeout=60)
            t.ok(done.returncode != 0 and says in done.stderr, says, done.stderr)


if __name__ == "__main__":
    main(__file__)
