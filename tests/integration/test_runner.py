#!/usr/bin/python3
"""tests/run itself: what becomes of a failed case that is asked once more, alone."""
# tests/run: right 60
import contextlib
import importlib.machinery
import importlib.util
import io
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.t import case, main  # noqa: E402

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
# A suite of three: good, one that fails the first time only, one that fails always.
SUITE = """import os, sys
bad = 0
for name in ("good", "once", "always"):
    if sys.argv[1:] and not any(w in name for w in sys.argv[1:]):
        continue
    seen = os.path.exists(name)
    open(name, "w").close()
    fails = name == "always" or (name == "once" and not seen)
    bad |= fails
    print("FAIL" if fails else "ok", name, "suite.py")
sys.exit(bad)
"""


def runner():
    loader = importlib.machinery.SourceFileLoader("runner", f"{ROOT}/tests/run")
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("runner", loader))
    loader.exec_module(module)
    return module


def tried(n_suites=1, has_second=True):
    """The verdicts of each suite, what was unsteady, what was kept."""
    r = runner()
    came_from = os.getcwd()
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        os.chdir(folder)
        try:
            os.makedirs(r.RESULTS)
            suites = []
            for i in range(n_suites):
                with open("suite.py", "w", encoding="utf-8") as f:
                    f.write(SUITE)
                command = [sys.executable, "suite.py"]
                suites.append(r.Suite(f"s{i}", command, 20, "right", again=command if has_second else None))
                r.run(suites[-1])
                if i + 1 < n_suites:
                    os.unlink("once")
            unsteady = r.ask_again(suites)
            with open(f"{r.RESULTS}/s0.tsv", encoding="utf-8") as f:
                kept = {row.split("\t")[1]: row.split("\t")[3] for row in f}
        finally:
            os.chdir(came_from)
    return [{c[0]: c[2] for c in s.cases} for s in suites], unsteady, kept


@case
def passes_alone_is_unsteady_and_fails_again_is_failed(t):
    verdicts, unsteady, kept = tried()
    t.eq(verdicts, [{"good": True, "once": True, "always": False}], "the verdicts")
    t.eq(unsteady, [("s0", "once")], "told apart from what passed at once")
    t.eq(kept, {"good": "ok", "once": "ok", "always": "FAIL"}, "what is kept")


@case
def too_many_failures_are_no_accident(t):
    verdicts, unsteady, _ = tried(n_suites=2)
    t.eq(unsteady, [], "four failed: none is asked again")
    t.ok(not any(v["once"] or v["always"] for v in verdicts), "all stay failed", verdicts)


@case
def a_suite_without_single_cases_has_one_try(t):
    verdicts, unsteady, _ = tried(has_second=False)
    t.eq((verdicts[0]["once"], unsteady), (False, []), "failed is failed")


if __name__ == "__main__":
    main(__file__)
