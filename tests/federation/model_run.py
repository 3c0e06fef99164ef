#!/usr/bin/python3
"""tests/federation/model_run.py - random histories of a federation of five nodes, done to real nodes and to
tests/federation/model.py, and compared after every few operations and when all is healed.

    model_run.py [--rounds N] [--seed S] [--minutes M] [--ops N] [--wrong MISTAKE]     (make model)
    model_run.py --replay FILE...

A history is its seed. One that fails is cut down to what still fails (operations are left out, on new
nodes each time) and kept in tests/federation/seeds/, which every short run does first."""
import argparse
import json
import os
import random
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from federation.model import MISTAKES  # noqa: E402
from federation.model_ops import draw  # noqa: E402
from federation.model_play import play  # noqa: E402
from federation.model_world import World  # noqa: E402
from lib.ibasho_node import NodeError  # noqa: E402

SEEDS = os.path.dirname(os.path.abspath(__file__)) + "/seeds"
ROUNDS_A_WORLD = 4  # as many series as the plan has room for


# ---- from a seed to a kept history ----

def ops_of(seed, n):
    return draw(random.Random(seed), n)


def shorter(ops, what, tries, tell):
    """The same trouble with fewer operations: halves, quarters, ... are left out, on new nodes each."""
    size = max(1, len(ops) // 2)
    while size >= 1 and tries > 0:
        at = 0
        while at < len(ops) and tries > 0:
            less, tries = ops[:at] + ops[at + size:], tries - 1
            with World() as world:
                found = play(world, less, tell=lambda _: None)
            tell(f"  {len(less)} operations: {'still' if found else 'no trouble'}")
            if found and found[1].split(":")[1:2] == what.split(":")[1:2]:
                ops = less[:found[0] + 1]
            else:
                at += size
        size //= 2
    return ops


def keep(seed, ops, what):
    path = f"{SEEDS}/{seed}.json"
    with open(path, "w", encoding="utf-8") as f:
        f.write(json.dumps({"seed": seed, "what": what}, ensure_ascii=False)[:-1] + ', "ops": [\n ')
        f.write(",\n ".join(json.dumps(op) for op in ops) + "]}\n")
    return path


def failed(seed, ops, found, tries):
    at, what = found
    print(f"seed {seed}: {what}", flush=True)
    ops = ops[:at + 1] if at < len(ops) else ops
    print(f"  the first {len(ops)} operations show it", flush=True)
    ops = shorter(ops, what, tries, lambda s: print(s, flush=True)) if tries else ops
    for op in ops:
        print("   ", json.dumps(op))
    if tries:
        print(f"kept: {keep(seed, ops, what)}", flush=True)


def kept():
    return sorted(f"{SEEDS}/{name}" for name in os.listdir(SEEDS) if name.endswith(".json"))


def read(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)["ops"]


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--rounds", type=int, default=8)
    args.add_argument("--seed", type=int, default=None)
    args.add_argument("--minutes", type=float, default=0, help="as long as that, whatever the rounds")
    args.add_argument("--ops", type=int, default=40, help="operations of a round")
    args.add_argument("--tries", type=int, default=12, help="to make a failing history shorter")
    args.add_argument("--wrong", choices=MISTAKES)
    args.add_argument("--show", action="store_true", help="what the nodes said last, of a failed history")
    args.add_argument("--replay", nargs="*", default=[])
    o = args.parse_args()
    first = random.randrange(1, 10**6) if o.seed is None else o.seed
    until = time.monotonic() + 60 * o.minutes
    todo = [(os.path.basename(p), read(p)) for p in o.replay]
    n = 0

    def histories():
        yield from todo
        seed = first
        while not todo and (time.monotonic() < until if o.minutes else seed < first + o.rounds):
            yield seed, ops_of(seed, o.ops)
            seed += 1
    world = None
    try:
        for seed, ops in histories():
            if n % ROUNDS_A_WORLD == 0:
                if world is not None:
                    world.__exit__(None)
                world = World()
                world.__enter__()
            began = time.monotonic()
            found = play(world, ops, o.wrong, tell=lambda s: print(s, flush=True))
            n += 1
            if found:
                world.__exit__(NodeError if o.show else None)
                world = None
                failed(seed, ops, found, 0 if o.wrong or o.replay else o.tries)
                sys.exit(1)
            print(f"ok seed {seed}: {len(ops)} operations, {time.monotonic() - began:.0f} s", flush=True)
    finally:
        if world is not None:
            world.__exit__(None)
    print(f"{n} passed, 0 failed")


if __name__ == "__main__":
    main()
