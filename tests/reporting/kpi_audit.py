#!/usr/bin/python3
"""tests/reporting/kpi_audit.py PROGRAM [--prefectures N] [--seed S] [--from I] [--jobs J] - made-up prefectures over
twelve months (kpi_world.py), masked by PROGRAM (build/FLAVOUR/kpi-mask-say) and read by somebody who wants to know what
is hidden (kpi_outsider.py): each month by itself, and each with the one before. Beside it the naive rule, that hides
what is small and nothing else. Known too closely is a hidden number of 1 to k - 1 when not all of 1 to k - 1 stay
possible. Prints counts; exit status 1 when there is one, when a question could not be decided, or when the naive rule
gives nothing away (then this audit could not fail)."""
import argparse
import collections
import json
import multiprocessing
import subprocess
import sys
import time

from kpi_corners import Undecided
from kpi_outsider import audit_month, audit_pair
from kpi_world import BEFORE_DAYS, prefecture

KS = (5, 5, 5, 3, 10)


class Mask:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, n_days, cells, k, is_next):
        line = {"k": k, "n_days": n_days, "is_next": is_next, "cells": [
            {"kpi": name, "part": part, "num": num, "den": den} for (name, part), (num, den) in cells.items()]}
        self.process.stdin.write(json.dumps(line) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def shown(self, n_days, cells, k, is_next):
        answer = self.ask(n_days, cells, k, is_next)
        if "shown" not in answer:
            raise ValueError(f"refused: {answer}")
        return dict(zip(cells, answer["shown"]))

    def end(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def _judge(count, what, how, *args):
    try:
        tight, branched = how(*args)
    except Undecided:
        count["undecided"] += 1
        return {}
    count["branched"] += branched
    if tight is not None:
        count[what] += len(tight)
    return tight


def audit_town(town, months, mask, k):
    """months: which of the twelve, in a row. Returns counts, and what was known too closely."""
    count, found, last = collections.Counter(), [], None
    for i in months:
        n_days, cells = town.months[i]
        shown = mask.shown(n_days, cells, k, last is not None)
        hidden = {key for key, how in shown.items() if how != "shown"}
        small = {key for key, how in shown.items() if how == "small"}
        now = (n_days, BEFORE_DAYS[i], cells, hidden)
        count.update(months=1, cells=len(cells), small=len(small), shown=len(cells) - len(hidden))
        tight = _judge(count, "known", audit_month, *now, k)
        pair = _judge(count, "known over two months", audit_pair, last, now, k) if last is not None else None
        if pair is not None:
            count["pairs"] += 1
        if tight or pair:
            found.append((i, tight, pair))
        _judge(count, "known by the naive rule", audit_month, n_days, BEFORE_DAYS[i], cells, small, k)
        last = now
    return count, found


def _audit_prefecture(job):
    program, seed, i = job
    mask, counts, found = Mask(program), collections.Counter(), []
    for n, town in enumerate(prefecture(f"{seed} {i}")):
        count, some = audit_town(town, range(12), mask, KS[i % len(KS)])
        counts += count
        found += [(i, n, *what) for what in some]
    mask.end()
    return counts, found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--prefectures", type=int, default=1000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--from", type=int, default=0, dest="first")
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    began, total, all_found = time.monotonic(), collections.Counter(), []
    jobs = [(args.program, args.seed, i) for i in range(args.first, args.first + args.prefectures)]
    with multiprocessing.Pool(args.jobs) as pool:
        for done, (count, found) in enumerate(pool.imap_unordered(_audit_prefecture, jobs), 1):
            total += count
            all_found += found
            for what in found:
                print("known too closely (prefecture, town, month, alone, with the month before):", *what, flush=True)
            if done % 10 == 0 or done == len(jobs):
                print(f"{done} prefectures, {time.monotonic() - began:.0f} s: "
                      + ", ".join(f"{what} {n}" for what, n in sorted(total.items())), flush=True)
    print(f"{len(all_found)} months known too closely, {total['undecided']} undecided; "
          f"by the naive rule {total['known by the naive rule']} numbers")
    sys.exit(1 if all_found or total["undecided"] or not total["known by the naive rule"] else 0)


if __name__ == "__main__":
    main()
