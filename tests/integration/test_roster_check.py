#!/usr/bin/python3
"""`ibasho roster check` on every sample of tests/roster/make_samples.py: a defect gives exactly its
rule with file, line and column, a valid shape gives nothing; and no finding quotes a value."""
# tests/run: right 300
import csv
import io
import os
import subprocess
import sys
import tempfile
import warnings

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "roster"))
import make_samples  # noqa: E402
import oneroster_strict  # noqa: E402
from t import case, main  # noqa: E402

IBASHO = os.path.join(os.environ.get("IBASHO_BUILD", "build/debug"), "ibasho")
E = make_samples.E
warnings.simplefilter("ignore")  # zipfile's, of a name that is doubled on purpose


def check(path, *flags):
    return subprocess.run([IBASHO, "roster", "check", path, *flags], capture_output=True,
                          timeout=60, check=False)


def findings(path):
    """Exit status and (rule, severity, file, line, column) of each finding."""
    run = check(path, "--csv")
    rows = list(csv.reader(io.StringIO(run.stdout.decode(), newline="")))
    assert rows[0] == ["重さ", "規則", "ファイル", "行", "列", "説明"], rows[:1]
    return run.returncode, [(r[1], r[0], r[2], r[3], r[4]) for r in rows[1:]]


def write(directory, name, data):
    path = os.path.join(directory, name + ".zip")
    with open(path, "wb") as f:
        f.write(data)
    return path


@case
def every_valid_shape_is_clean(t):
    t.req("NI-T2-1")
    with tempfile.TemporaryDirectory() as directory:
        for name, function in make_samples.VALID.items():
            path = write(directory, name, make_samples.make(function))
            t.eq(findings(path), (0, []), name)
    t.ok(len(make_samples.VALID) >= 20, "all shapes are there")


@case
def every_defect_gives_exactly_its_rule_file_line_and_column(t):
    t.req("NI-T2-1")
    with tempfile.TemporaryDirectory() as directory:
        for name, entry in make_samples.DEFECT.items():
            path = write(directory, name, make_samples.make(entry[5]))
            want = tuple(entry[:5])
            t.eq(findings(path), (1 if want[1] == E else 3, [want]), name)
            os.unlink(path)
    t.ok(len(make_samples.DEFECT) >= 100, "at least 100 samples")
    t.note(f"{len(make_samples.DEFECT)} defects, "
           f"{len({d[0] for d in make_samples.DEFECT.values()})} rules")


@case
def every_rule_has_a_sample(t):
    with open("tenants/roster/rules.h", encoding="utf-8") as f:
        rules = {part.split('"')[1] for part in f.read().split(" X(")[1:] if '"' in part}
    t.eq(rules - {d[0] for d in make_samples.DEFECT.values()}, set(), "rules without a sample")


@case
def all_defects_are_told_not_the_first(t):
    t.req("NI-T2-1")
    p = make_samples.base()
    p.tables["users.csv"][1]["grades"] = "5"
    p.tables["users.csv"][1]["metadata.jp.kanaGivenName"] = "ｻｸﾗ"
    p.tables["users.csv"][2]["email"] = "x"
    p.tables["orgs.csv"][1]["name"] = ""
    p.tables["enrollments.csv"][0]["beginDate"] = "2026/04/01"
    p.manifest["file.lineItems"] = "maybe"
    with tempfile.TemporaryDirectory() as directory:
        status, found = findings(write(directory, "many", p.zip()))
    t.eq(status, 1, "refused")
    t.eq([(f[0], f[2], f[3]) for f in found],
         [("manifest.value", "manifest.csv", "13"), ("field.missing", "orgs.csv", "3"),
          ("grade.code", "users.csv", "3"), ("users.kana.halfwidth", "users.csv", "3"),
          ("date.form", "enrollments.csv", "2"), ("mail.form", "users.csv", "4")],
         "errors first, then by file, line and column")


@case
def no_finding_quotes_a_value(t):
    """A person's name never leaves the file, whatever is wrong with it."""
    p = make_samples.base()
    canary = "秘密野ﾋﾐﾂ"
    for u in p.tables["users.csv"]:
        for column in ("givenName", "familyName", "metadata.jp.kanaGivenName", "grades", "email",
                       "agentSourcedIds", "userMasterIdentifier", "enabledUser", "username"):
            u[column] = canary
    with tempfile.TemporaryDirectory() as directory:
        path = write(directory, "canary", p.zip())
        for flags in ((), ("--csv",), ("--csv", "--bom")):
            run = check(path, *flags)
            t.eq(run.returncode, 1, "refused")
            t.ok("秘密野".encode() not in run.stdout + run.stderr, f"no name with {flags}")


@case
def text_csv_and_mark_say_the_same(t):
    with tempfile.TemporaryDirectory() as directory:
        path = write(directory, "x", make_samples.make(make_samples.DEFECT["grade_user"][5]))
        text, plain, marked = check(path), check(path, "--csv"), check(path, "--csv", "--bom")
        t.ok("誤り users.csv 3行 grades: ".encode() in text.stdout, "text", text.stdout.decode())
        t.ok("誤り 1 件、注意 0 件。".encode() in text.stdout, "the count")
        t.eq(marked.stdout, b"\xef\xbb\xbf" + plain.stdout, "one mark more")
        t.ok(plain.stdout.endswith(b"\r\n"), "CRLF")
        t.eq(check(path, "--bom").returncode, 2, "a mark without CSV is refused")
        t.eq(check(os.path.join(directory, "none.zip")).returncode, 2, "no such file")
        t.eq(check(directory).returncode, 1, "a directory is no ZIP")


@case
def strict_reader_takes_the_exporters_form_alone(t):
    """The independent reader that exports must pass: it takes every canonical shape, and refuses
    what binds an exporter (byte order mark, unquoted, line feeds, upper case) and each defect."""
    for name in ("profile_1_2", "profile_1_2_1", "profile_1_2_jp", "k12_schools_spelling",
                 "manifest_alone", "names_of_every_kind", "a_whole_town"):
        t.eq(oneroster_strict.defects(make_samples.make(make_samples.VALID[name])), [], name)
    for name in ("byte_order_mark", "unquoted", "line_feeds"):
        t.ok(oneroster_strict.defects(make_samples.make(make_samples.VALID[name])), name)
    missed = []
    for name, entry in make_samples.DEFECT.items():
        if entry[1] == E and not name.startswith(("zip_too", "zip_total", "zip_file_too",
                                                  "zip_bomb", "csv_too_many_rows")):
            if not oneroster_strict.defects(make_samples.make(entry[5])):
                missed.append(name)
    t.eq(missed, [], "every error is one for the strict reader too")


if __name__ == "__main__":
    main(__file__)
