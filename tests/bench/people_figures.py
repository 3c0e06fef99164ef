#!/usr/bin/python3
"""tests/bench/people_figures.py [PREFIX] - what the matrix of rights comes to, one JSON line each:
people.matrix   cells asked by tests/authz/run.py; holds when none deviates
people.hidden   time of the answer about a person who is hidden to one who never was
people.unknown  time of a wrong sign-in with a login that is known to one that is not

The last two are wall-clock, medians of pairs taken in turn, the larger over the smaller: what
somebody outside could measure. They say whether the machine was quiet."""
import json
import os
import re
import subprocess
import sys
import time
import uuid

HERE = os.path.dirname(os.path.abspath(__file__))
for place in ("../lib", "../authz", "."):
    sys.path.insert(0, os.path.join(HERE, place))
os.environ.setdefault("IBASHO_BUILD", "build/release")
from ibasho_node import ROOT, Nodes  # noqa: E402
from node_figures import is_quiet  # noqa: E402
from world import World  # noqa: E402

N_HIDDEN, N_LOGINS = 300, 80


def report(name, value, unit, goal, holds, quiet):
    print(json.dumps({"name": name, "value": round(value, 3), "unit": unit, "goal": goal,
                      "holds": holds, "quiet": quiet}), flush=True)


def figure_matrix():
    done = subprocess.run([sys.executable, "tests/authz/run.py", "every_way", "every_cell"],
                          cwd=ROOT, capture_output=True, text=True, check=False)
    cells = [int(n) for n in re.findall(r"note (\d+) cells tested", done.stdout)]
    if not cells:
        sys.exit(f"people.matrix: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    report("people.matrix", cells[-1], "cells asked, none of them other than expected", 3000,
           cells[-1] >= 3000 and done.returncode == 0, is_quiet())


def took_ms(ask):
    began = time.perf_counter()
    ask()
    return (time.perf_counter() - began) * 1000


def ratio(name, asks, n):
    """Median times of two kinds of requests, one after the other, each first every second time."""
    times = ([], [])
    for i in range(n):
        for at in ((0, 1), (1, 0))[i % 2]:
            times[at].append(took_ms(lambda: asks[at](i)))
    middle = [sorted(t)[n // 2] for t in times]
    print(f"{name}: {middle[0]:.2f} and {middle[1]:.2f} ms", file=sys.stderr)
    return max(middle) / min(middle)


def figure_hidden(world):
    cookie = world.cookie("school_staff", "valid", "public")

    def show(person):
        reply = world.ask("public", "GET", f"/api/v1/people/{person}", cookie)
        if reply.status != 404:
            sys.exit(f"people.hidden: {reply.status}")

    asks = (lambda i: show(world.person("school_staff", "other")), lambda i: show(uuid.uuid4()))
    ratio("warm-up", asks, 20)
    quiet = is_quiet()
    value = ratio("people.hidden", asks, N_HIDDEN)
    report("people.hidden", value, "time of hidden to missing, larger to smaller", 1.1,
           value <= 1.1, quiet)


def figure_unknown(world):
    """A login of its own for each try: nobody is slowed down or locked."""
    known = [world.node.account("student").login for _ in range(N_LOGINS + 2)]

    def sign_in(login):
        reply = world.ask("public", "POST", "/api/v1/session", None, json.dumps(
            {"login": login, "password": "not the password"}).encode())
        if reply.status != 401:
            sys.exit(f"people.unknown: {reply.status}")

    asks = (lambda i: sign_in(known[i]), lambda i: sign_in(f"student-{uuid.uuid4().hex[:12]}"))
    quiet = is_quiet()
    value = ratio("people.unknown", asks, N_LOGINS)
    report("people.unknown", value, "time of a known to an unknown login, larger to smaller", 1.1,
           value <= 1.1, quiet)


def main():
    only = sys.argv[1] if len(sys.argv) > 1 else ""
    if "people.matrix".startswith(only):
        figure_matrix()
    inside = {"people.hidden": figure_hidden, "people.unknown": figure_unknown}
    wanted = [f for name, f in inside.items() if name.startswith(only)]
    if wanted:
        with Nodes("aozora", "midori") as nodes:
            world = World(nodes)
            for figure in wanted:
                figure(world)


if __name__ == "__main__":
    main()
