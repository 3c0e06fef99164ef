#!/usr/bin/python3
"""tests/bench/place_cuts.py [CUTS [FROZEN_S]] - the figures place.cut.seen and place.cut.back: children
on a whole node whose line is cut at random, CUTS times in all (1,000), and who come back.

All of it happens in a network namespace. Every child is a process in another of its own, with an
address on the far end of a pair of virtual interfaces; the front listens on a near end. Nothing of that
is seen outside, and it is gone with the processes. A third of the cuts each:

killed    the socket is reset, or ended without a close frame, or falls silent while it stays open
moved     the address is taken from the interface and another is put there, under the open socket
frozen    the process stands still (SIGSTOP) for FROZEN_S seconds (60) and then goes on

place.cut.seen: the longest time from a cut until somebody else on the floor is told of it; one who
is back before that was missed by nobody, and does not count. place.cut.back: the longest time from
trying again (of the frozen: from going on) until one stands where one stood: a new ticket, a new
line, place.resume. Wall-clock.
"""
import ctypes
import json
import multiprocessing
import os
import random
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
os.environ.setdefault("IBASHO_BUILD", "build/release")
from bench.node_figures import is_quiet  # noqa: E402
from lib.ibasho_node import Nodes  # noqa: E402
from lib.visitor import Visitor  # noqa: E402
from integration import test_place as town  # noqa: E402

N_CHILDREN = 40
SEEN_GOAL_S, BACK_GOAL_S = 5.0, 2.0
KINDS = ("killed", "moved", "frozen")
WALL = 9  # s until a cut must have been seen
CLONE_NEWNET = 0x40000000
NET = "198.18"  # set aside for measuring devices (RFC 2544): nobody's network
libc = ctypes.CDLL(None, use_errno=True)
plain_connection = socket.create_connection


def new_namespace():
    """This process has a network of its own from now on; it ends with the last who lives there."""
    if libc.unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


class Wire:
    """The pair of interfaces that leads to the namespace of the process `pid`."""

    def __init__(self, i, pid):
        self.i, self.pid, self.n = i, pid, 1
        self.near, self.far = f"{NET}.{i}.1", f"{NET}.{i}.2"
        subprocess.run(["ip", "link", "add", f"near{i}", "type", "veth", "peer", "name", "far",
                        "netns", str(pid)], check=True)
        subprocess.run(["ip", "addr", "add", self.near + "/24", "dev", f"near{i}"], check=True)
        subprocess.run(["ip", "link", "set", f"near{i}", "up"], check=True)
        self.inside("link", "set", "far", "up")
        self.put_address()

    def inside(self, *words):
        subprocess.run(["nsenter", "-t", str(self.pid), "-n", "ip", *words], check=True)

    def put_address(self):
        self.inside("addr", "add", self.far + "/24", "dev", "far")
        self.inside("route", "replace", "default", "via", self.near, "src", self.far)

    def move(self):
        old = self.far
        self.n = self.n % 250 + 1
        self.far = f"{NET}.{self.i}.{self.n + 2}"
        self.inside("addr", "del", old + "/24", "dev", "far")
        self.put_address()


def look_at(address):
    """This process finds the front there."""
    socket.create_connection = lambda asked, *args, **more: plain_connection(
        (address, asked[1]), *args, **more)


def listen_at(node, address):
    """The front's listeners move there."""
    with open(node.data_dir + "/node.conf", "a", encoding="ascii") as f:
        f.write(f"front.bind = {address}\n")
    subprocess.run(["ops/front/render", node.data_dir + "/node.conf", node.data_dir + "/front"], check=True)
    node.reload()
    look_at(address)
    node.wait_answer()


# -- a child's process ------------------------------------------------------------------------------

def come(node, session, before=None):
    visitor = Visitor(node, session)
    visitor.node = node
    if before is None:
        visitor.enter("plaza")
    else:
        visitor.resume(before)
    visitor.until(lambda: visitor.floor.here is not None and visitor.seat in visitor.floor.people, what="floor")
    return visitor


def spot(visitor):
    return visitor.me()["x"], visitor.me()["y"]


def stand(visitor):
    visitor.refused("floor.walk", x=random.randint(300, 3000), y=random.randint(300, 2000))
    time.sleep(random.uniform(0, 0.5))
    visitor.refused("floor.stop")  # a cut lets sticks go; a walk would go on
    time.sleep(0.4)
    return spot(visitor)


def kill_line(visitor):
    """By one of three ways; from here on nothing is read and nothing answered."""
    visitor.is_over = True
    visitor.thread.join(5)
    sock, how = visitor.line.sock, random.choice(("reset", "ended", "silent"))
    at = time.monotonic()
    if how == "reset":
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    if how != "silent":
        sock.close()
    return at


def child(pipe, node, session):
    """Does what it is told, and answers with what came of it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    random.seed()
    new_namespace()
    pipe.send((True, None))
    visitor = came = None
    while True:
        try:
            what, arg = pipe.recv()
        except EOFError:
            return
        try:
            if what == "look at":
                look_at(arg)
                said = None
            elif what == "enter":
                visitor, said = come(node, session), None
            elif what == "stand":
                said = (visitor.me()["name"], stand(visitor))
            elif what == "kill":
                said = kill_line(visitor)
            elif what == "back":
                if arg is not None:
                    visitor.wait_closed(5)  # it hears at once that the line is gone
                began = arg or time.monotonic()
                came = come(node, session, visitor)
                said = (time.monotonic() - began, spot(came))
                visitor.cut()
                visitor = came
            else:
                visitor.close()
                said = None
            if visitor is not None:
                visitor.heard.clear()
            pipe.send((True, said))
        except Exception as e:  # pylint: disable=broad-except
            pipe.send((False, repr(e)))


# -- who cuts, and who watches ----------------------------------------------------------------------

class Observer(Visitor):
    """Somebody on the floor who notes when each name was told lost."""

    def __init__(self, *args):
        self.lost = {}  # name -> (event, [when])
        super().__init__(*args)

    def watch(self, name):
        self.lost[name] = (threading.Event(), [])
        return self.lost[name]

    def _hear_text(self, said):
        super()._hear_text(said)
        if said.get("ev") != "hello":
            self.heard.clear()
            self.events.clear()
        if said.get("ev") in ("people.changed", "people.came"):
            for person in said["of"]["people"]:
                if person["is_lost"] and person["name"] in self.lost:
                    event, when = self.lost[person["name"]]
                    when.append(time.monotonic())
                    event.set()


class Results:
    def __init__(self, n):
        self.lock, self.left = threading.Lock(), n
        self.seen, self.back, self.wrong = [], [], []

    def take(self):
        with self.lock:
            self.left -= 1
            return self.left >= 0


class Child:
    def __init__(self, i, node, session):
        self.pipe, other = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=child, args=(other, node, session), daemon=True)
        self.process.start()
        other.close()
        self.answer("begin")
        self.wire = Wire(i, self.process.pid)

    def tell(self, what, arg=None):
        self.pipe.send((what, arg))
        return self.answer(what)

    def answer(self, what):
        good, said = self.pipe.recv()
        if not good:
            raise RuntimeError(f"{what}: {said}")
        return said

    def end(self):
        self.process.kill()  # also one that stands still
        self.process.join(5)


def cut_once(kind, one, watcher, frozen_s, results):
    name, stood = one.tell("stand")
    event, when = watcher.watch(name)
    cut_at, away_s, began = time.monotonic(), random.uniform(0.2, 7), None
    if kind == "killed":
        cut_at = one.tell("kill")
    elif kind == "moved":
        one.wire.move()
    else:
        away_s = frozen_s
        os.kill(one.process.pid, signal.SIGSTOP)
    event.wait(away_s)
    time.sleep(max(0, cut_at + away_s - time.monotonic()))
    if kind == "frozen":
        began = time.monotonic()
        os.kill(one.process.pid, signal.SIGCONT)
    back_s, stands = one.tell("back", began)
    with results.lock:
        if when:
            results.seen.append((when[0] - cut_at, kind))
        elif away_s > WALL:
            results.wrong.append((kind, "not seen"))
        results.back.append((back_s, kind))
        if stands != stood:
            results.wrong.append((kind, "elsewhere", stood, stands))


def cut_often(one, watcher, frozen_s, results):
    one.tell("enter")
    while results.take():
        kind = random.choice(KINDS)
        try:
            cut_once(kind, one, watcher, frozen_s, results)
        except Exception as e:  # pylint: disable=broad-except
            with results.lock:
                results.wrong.append((kind, repr(e)))
            os.kill(one.process.pid, signal.SIGCONT)
            one.tell("enter")
    one.tell("close")


def report(name, values, goal, results, quiet, n):
    if not values:
        sys.exit(f"place_cuts: {name}: nothing was measured: {results.wrong[:1]}")
    values.sort()
    worst = values[-1][0]
    wrong = len(results.wrong)
    print(json.dumps({"name": name, "value": round(worst, 3), "unit": "s", "goal": goal,
                      "holds": worst <= goal and wrong == 0, "quiet": quiet, "cuts": n,
                      "p50_s": round(values[len(values) // 2][0], 3), "n": len(values),
                      "p99_s": round(values[int(len(values) * 0.99)][0], 3), "wrong": wrong,
                      **{f"{kind}_s": round(max((v for v, k in values if k == kind), default=0), 3)
                         for kind in KINDS},
                      **{f"{kind}_n": sum(k == kind for _, k in values) for kind in KINDS}}),
          flush=True)


def play(node, n, frozen_s, results):
    """The children's processes are made before any thread."""
    children = []
    try:
        for i, (_, session) in enumerate(town.children):
            children.append(Child(i, node, session))
        listen_at(node, children[0].wire.near)
        for one in children:
            one.tell("look at", children[0].wire.near)
        watcher = Observer(node, town.supporter)
        watcher.enter("plaza")
        threads = [threading.Thread(target=cut_often, args=(one, watcher, frozen_s, results), daemon=True)
                   for one in children]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        watcher.close()
    finally:
        for one in children:
            one.end()


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    frozen_s = float(sys.argv[2]) if len(sys.argv) > 2 else 60
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))  # what is made is taken away again
    multiprocessing.set_start_method("fork")
    new_namespace()  # what changes here is no change of the machine's network
    quiet, results = is_quiet(), Results(n)
    with Nodes("aozora") as town.nodes:
        node = town.node = town.nodes["aozora"]
        town.set_up()
        town.setting("place.floor_capacity", 200)
        while len(town.children) < N_CHILDREN:
            login = node.account("student", display_name=f"きられる子{len(town.children)}")
            town.children.append((login, node.sign_in(login)))
        play(node, n, frozen_s, results)
    for one in results.wrong[:5]:
        print("place_cuts:", *one, file=sys.stderr)
    report("place.cut.seen", results.seen, SEEN_GOAL_S, results, quiet, n)
    report("place.cut.back", results.back, BACK_GOAL_S, results, quiet, n)


if __name__ == "__main__":
    main()
