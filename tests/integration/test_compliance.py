#!/usr/bin/python3
# tests/run: left 60
"""仕様適合表: what `make compliance` makes of a register and of test results, as
text, CSV and PDF, and how it ends; then of this house's own register."""
import csv
import io
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import BUILD, ROOT  # noqa: E402
from lib.t import case, main  # noqa: E402

PROGRAM = f"{ROOT}/{BUILD}/ibasho-compliance"
HEAD = "id\tterm_ja\ttitle_en\n"
REGISTER = HEAD + ("AA-1\t合格の項目\tpasses\n" "AA-2\t不合格の項目\tfails\n"
                   "AA-3\t試験のない項目\tnone\n" "AA-4\t=SUM(A1:A9)\tlooks like a formula\n"
                   "AA-5\t引用\"符の項目\thas a quote\n")
GOOD = ("unit\tadds_up\ttests/unit/test_a.c\tok\tAA-1,AA-4\t0.001\n"
        "unit\t@weird\ttests/unit/test_a.c\tok\tAA-5, AA-1\t0.001\n"
        "unit\tno_ids\ttests/unit/test_b.c\tFAIL\t\t0.001\n")
# One of two proofs of AA-2 fails: one is enough.
BAD = GOOD + ("integration.x\tfalls\ttests/integration/test_x.py\tFAIL\tAA-2\t1.5\n"
              "integration.x\tstands\ttests/integration/test_x.py\tok\tAA-2\t1.5\n")


class Made:
    def __init__(self, register, results, out="out"):
        with tempfile.TemporaryDirectory(prefix="ibasho-compliance-") as top:
            os.mkdir(top + "/results")
            os.mkdir(top + "/out")
            with open(top + "/register.tsv", "w", encoding="utf-8") as f:
                f.write(register)
            for name, text in results.items():
                with open(f"{top}/results/{name}", "w", encoding="utf-8") as f:
                    f.write(text)
            done = subprocess.run([PROGRAM, top + "/register.tsv", top + "/results",
                                   f"{top}/{out}"], capture_output=True, timeout=60, check=False)
            self.status, self.error = done.returncode, done.stderr.decode()
            self.files = sorted(os.listdir(top + "/out"))
            self.text, self.csv = self._read(top, "txt"), self._read(top, "csv")
            self.pdf = self.pages = b""
            if "compliance.pdf" in self.files:
                path = top + "/out/compliance.pdf"
                with open(path, "rb") as f:
                    self.pdf = f.read()
                self.pages = subprocess.run(["pdftotext", "-layout", path, "-"], check=True,
                                            capture_output=True, timeout=60).stdout.decode()
                self.info = subprocess.run(["pdfinfo", path], check=True, capture_output=True,
                                           timeout=60).stdout.decode()

    @staticmethod
    def _read(top, ending):
        try:
            with open(f"{top}/out/compliance.{ending}", "rb") as f:
                return f.read()
        except FileNotFoundError:
            return b""

    def rows(self):
        return list(csv.DictReader(io.StringIO(self.csv.decode("utf-8-sig"), newline="")))


@case
def compliance_says_passed_failed_and_untested(t):
    made = Made(REGISTER, {"a.tsv": BAD, "ignored.log": "not a result"})
    t.eq(made.status, 1, "a failed requirement is a failure: " + made.error)
    t.eq(made.files, ["compliance.csv", "compliance.pdf", "compliance.txt"], "three forms")
    text = made.text.decode()
    t.ok("適合 3　不適合 1　試験なし 1" in text.splitlines()[0], "counts", text.splitlines()[0])
    for line in ("AA-1　合格の項目　適合", "AA-2　不合格の項目　不適合",
                 "    適合 adds_up (tests/unit/test_a.c)",
                 "    不適合 falls (tests/integration/test_x.py)",
                 "    適合 stands (tests/integration/test_x.py)", "試験のない要求: AA-3"):
        t.ok(line in text.splitlines(), line, text)
    got = sorted((r["要求ID"], r["結果"], r["試験"]) for r in made.rows())
    t.eq(got, sorted([("AA-1", "適合", "adds_up"), ("AA-1", "適合", "'@weird"),
                      ("AA-2", "不適合", "falls"), ("AA-2", "適合", "stands"),
                      ("AA-3", "試験なし", ""), ("AA-4", "適合", "adds_up"),
                      ("AA-5", "適合", "'@weird")]), "each proof is a row")


@case
def compliance_succeeds_when_nothing_failed(t):
    made = Made(REGISTER, {"a.tsv": GOOD, "b.tsv": "web\tw\tw.ts\tok\tAA-3\t0\n"})
    t.eq((made.status, made.error), (0, ""), "a failed test that proves no requirement is no defect")
    t.ok("適合 4　不適合 0　試験なし 1" in made.text.decode(), "results of every file count",
         made.text.decode())


@case
def compliance_csv_is_safe_in_a_spreadsheet(t):
    made = Made(REGISTER, {"a.tsv": GOOD})
    t.eq(made.csv[:3], b"\xef\xbb\xbf", "a byte order mark, so that Excel reads UTF-8")
    t.eq(made.csv.count(b"\n"), made.csv.count(b"\r\n"), "lines end as RFC 4180 says")
    by_id = {r["要求ID"]: r for r in made.rows()}
    t.eq(by_id["AA-4"]["項目"], "'=SUM(A1:A9)", "a formula is a text")
    t.ok(b'"=SUM' not in made.csv and b'"@' not in made.csv, "nowhere a cell that computes")
    t.eq(by_id["AA-5"]["項目"], "引用\"符の項目", "a quote comes back as one")


@case
def compliance_pdf_holds_ids_and_counts(t):
    made = Made(REGISTER, {"a.tsv": BAD})
    t.eq(made.pdf[:5], b"%PDF-", "a PDF")
    pages = re.sub(r"\s+", "", made.pages)
    for wanted in ("仕様適合表", "要求5件", "適合したもの3件", "不適合1件", "試験のないもの1件",
                   "AA-1", "AA-2", "AA-3", "AA-4", "AA-5", "adds_up", "falls", "試験のない項目"):
        t.ok(wanted in pages, wanted, pages)
    t.ok(re.search(r"Page size:\s+595\S* x 84[12]\S* pts \(A4\)", made.info), "A4", made.info)


@case
def compliance_refuses_what_would_prove_nothing(t):
    good = Made(REGISTER, {"a.tsv": GOOD})
    t.eq(good.status, 0, "the control")
    for what, register, results, said in (
            ("an id the register does not hold", REGISTER,
             {"a.tsv": GOOD + "unit\tmisspelt\tf.c\tok\tAA-9\t0\n"}, "misspelt carries AA-9"),
            ("no results", REGISTER, {}, "run make test first"),
            ("a result with a column missing", REGISTER, {"a.tsv": "unit\tx\tf.c\tok\n"}, "a.tsv"),
            ("a register with a column missing", HEAD + "AA-1\tonly two\n", {"a.tsv": GOOD},
             "register.tsv:2")):
        made = Made(register, results)
        t.eq(made.status, 2, what)
        t.ok(said in made.error, f"{what}: says so", made.error)
        t.eq(made.files, [], f"{what}: and writes nothing")
    made = Made(REGISTER, {"a.tsv": GOOD}, out="nowhere")
    t.eq(made.status, 2, "nowhere to write")
    t.ok("nowhere/compliance.txt" in made.error, "says where", made.error)
    done = subprocess.run([PROGRAM], capture_output=True, text=True, timeout=60, check=False)
    t.eq((done.returncode, done.stderr.split(":")[0]), (2, "usage"), "without arguments")


@case
def compliance_covers_the_whole_register(t):
    with open(f"{ROOT}/ops/data/requirements.tsv", encoding="utf-8") as f:
        register = f.read()
    ids = [line.split("\t")[0] for line in register.splitlines()[1:]]
    t.ok(len(ids) > 100, "requirements", len(ids))
    t.eq(len(set(ids)), len(ids), "each once")
    made = Made(register, {"a.tsv": f"unit\tone\tf.c\tok\t{ids[0]}\t0\n"})
    t.eq(made.status, 0, made.error)
    t.eq([r["要求ID"] for r in made.rows()], ids, "each is in the table, in the register's order")
    pages = re.sub(r"\s+", "", made.pages)
    t.eq([i for i in ids if i not in pages], [], "and in the PDF")


if __name__ == "__main__":
    main(__file__)
