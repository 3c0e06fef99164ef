#!/usr/bin/python3
# tests/run: left 30
"""`make demo-day` (tests/day) is no part of `make test`; that each of its chapters loads, and says what it is, is."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.t import case, main  # noqa: E402

DAY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "day")


def run(*words):
    return subprocess.run(["/usr/bin/python3", DAY + "/run", *words], capture_output=True, text=True, check=False)


@case
def demo_day_chapters_load(t):
    done = run("--list")
    t.eq(done.returncode, 0, "every chapter loads: " + done.stderr)
    names = done.stdout.split()
    t.eq(names[:1], ["start"], "the first makes the nodes")
    files = {f.removesuffix(".py") for f in os.listdir(DAY) if f.endswith(".py")}
    t.ok(set(names) <= files, f"each is a file: {names}")
    t.eq(sorted(f"TITLE missing in {n}" for n in names
                if "TITLE = " not in open(f"{DAY}/{n}.py", encoding="utf-8").read()), [], "each has a title to print")


@case
def demo_day_knows_its_chapters(t):
    done = run("no-such-chapter")
    t.eq(done.returncode, 2, "an unknown chapter starts nothing")
    t.ok("start" in done.stderr, "and the known ones are named", done.stderr)


if __name__ == "__main__":
    main(__file__)
