#!/usr/bin/python3
"""tests/bench/place_cuts.py [CUTS [LONG_S]] - the figures place.cut.seen and place.cut.back: children on
a whole node whose line is cut at random, CUTS times in all (1,000), and who come back.

killed    the socket is reset; the front hears of it at once
moved     the old line falls silent and stays so, and the child comes from another address of this
          machine (127.0.0.2 to 127.0.0.250): for the node it is what a change of address is
frozen    the line falls silent, nobody comes for LONG_S seconds (6 to 20 at random), then from the same
          address; one in thirty

place.cut.seen: the longest time from a cut until somebody else on the floor is told of it; one who
is back before that was missed by nobody, and does not count. place.cut.back: the longest time from
trying again (a new ticket, a new line, place.resume) until one stands where one stood. Wall-clock.
"""
import json
import os
import random
import socket
import struct
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
os.environ.setdefault("IBASHO_BUILD", "build/release")
from bench.node_figures import is_quiet  # noqa: E402
from lib import ws_client  # noqa: E402
from lib.ibasho_node import Nodes  # noqa: E402
from lib.visitor import Visitor  # noqa: E402
from integration import test_place as town  # noqa: E402

N_CHILDREN = 24
SEEN_GOAL_S, BACK_GOAL_S = 5.0, 2.0
KINDS = ["killed"] * 15 + ["moved"] * 14 + ["frozen"]
WALL = 9  # s until a cut must have been seen


class Observer(Visitor):
    """Somebody on the floor who notes when each name was told lost."""

    def __init__(self, *args):
        self.lost_at = {}
        super().__init__(*args)

    def _hear_text(self, said):
        super()._hear_text(said)
        if said.get("ev") in ("people.changed", "people.came"):
            for person in said["of"]["people"]:
                if person["is_lost"]:
                    self.lost_at[person["name"]] = time.monotonic()


class Results:
    def __init__(self, n):
        self.lock, self.left = threading.Lock(), n
        self.seen, self.back, self.wrong = [], [], []

    def take(self):
        with self.lock:
            self.left -= 1
            return self.left >= 0


def reset(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def silence(visitor):
    """Neither reads nor answers any more; the socket stays."""
    visitor.is_over = True
    visitor.thread.join(5)


def from_address(address):
    """The next line of this thread comes from there."""
    ws_client.addresses.source = (address, 0)


def cut_once(kind, visitor, session, watcher, long_s, results):
    name = visitor.me()["name"]
    spot = (visitor.me()["x"], visitor.me()["y"])
    silence(visitor)
    watcher.lost_at.pop(name, None)
    cut_at = time.monotonic()
    if kind == "killed":
        reset(visitor.line.sock)
    away_s = long_s if kind == "frozen" and long_s else \
        random.uniform(6, 20) if kind == "frozen" else random.uniform(0.2, 7)
    until = cut_at + away_s
    while time.monotonic() < until and name not in watcher.lost_at:
        time.sleep(0.01)
    seen_at = watcher.lost_at.get(name)
    time.sleep(max(0, until - time.monotonic()))
    from_address(f"127.0.0.{random.randint(2, 250)}" if kind == "moved" else "127.0.0.1")
    began = time.monotonic()
    again = Visitor(visitor.node, session)
    again.node = visitor.node
    again.resume(visitor)
    again.until(lambda: again.floor.here is not None and again.seat in again.floor.people, what="floor")
    back_s = time.monotonic() - began
    with results.lock:
        if seen_at is not None:
            results.seen.append((seen_at - cut_at, kind))
        elif away_s > WALL:
            results.wrong.append((kind, "not seen"))
        results.back.append((back_s, kind))
        if (again.me()["x"], again.me()["y"]) != spot:
            results.wrong.append((kind, "elsewhere", spot, (again.me()["x"], again.me()["y"])))
    if kind != "killed":
        visitor.line.sock.close()
    return again


def one_child(i, node, watcher, long_s, results):
    session = town.children[i][1]
    visitor = Visitor(node, session)
    visitor.node = node
    visitor.enter("plaza")
    visitor.wait("floor.here")
    while results.take():
        try:
            visitor.refused("floor.walk", x=random.randint(300, 3000), y=random.randint(300, 2000))
            time.sleep(random.uniform(0, 0.5))
            visitor.refused("floor.stop")  # a cut lets sticks go; a walk would go on
            time.sleep(0.4)
            kind = random.choice(KINDS)
            visitor = cut_once(kind, visitor, session, watcher, long_s, results)
        except Exception as e:  # pylint: disable=broad-except
            with results.lock:
                results.wrong.append((kind, repr(e)))
            visitor = Visitor(node, session)
            visitor.node = node
            visitor.enter("plaza")
            visitor.wait("floor.here")
    visitor.close()


def report(name, values, goal, results, quiet, n):
    if not values:
        sys.exit(f"place_cuts: {name}: nothing was measured: {results.wrong[:1]}")
    values.sort()
    worst = values[-1][0]
    wrong = len(results.wrong)
    print(json.dumps({"name": name, "value": round(worst, 3), "unit": "s", "goal": goal,
                      "holds": worst <= goal and wrong == 0, "quiet": quiet, "cuts": n,
                      "p50_s": round(values[len(values) // 2][0], 3), "n": len(values),
                      "p99_s": round(values[int(len(values) * 0.99)][0], 3), "wrong": wrong}),
          flush=True)


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    long_s = float(sys.argv[2]) if len(sys.argv) > 2 else 0
    quiet, results = is_quiet(), Results(n)
    with Nodes("aozora") as town.nodes:
        town.node = town.nodes["aozora"]
        town.set_up()
        town.setting("place.floor_capacity", 200)
        while len(town.children) < N_CHILDREN:
            login = town.node.account("student", display_name=f"きられる子{len(town.children)}")
            town.children.append((login, town.node.sign_in(login)))
        watcher = Observer(town.node, town.supporter)
        watcher.enter("plaza")
        threads = [threading.Thread(target=one_child, args=(i, town.node, watcher, long_s, results))
                   for i in range(N_CHILDREN)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        watcher.close()
    for one in results.wrong[:5]:
        print("place_cuts:", *one, file=sys.stderr)
    report("place.cut.seen", results.seen, SEEN_GOAL_S, results, quiet, n)
    report("place.cut.back", results.back, BACK_GOAL_S, results, quiet, n)


if __name__ == "__main__":
    main()
