#!/usr/bin/python3
"""tests/bench/sos_path.py [PREFIX] - the figure sos.path: from the moment before a child's press leaves its
device to the last console of staff on duty having heard it, milliseconds, p99 over all presses and
consoles. A whole node with its front and TLS; CONSOLES lines of staff in the lobby, CHILDREN on a floor
who walk meanwhile, PRESSES presses from four devices at once, each stored, with its leaf and its record,
before it is answered. Beside it the time until the answer (what the child waits for)."""
import concurrent.futures
import datetime
import json
import os
import random
import sys
import threading
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
os.environ.setdefault("IBASHO_BUILD", "build/release")
from bench.node_figures import is_quiet  # noqa: E402
from lib.ibasho_node import Nodes  # noqa: E402
from lib.visitor import Visitor  # noqa: E402

CONSOLES, CHILDREN, DEVICES, PRESSES, GOAL_MS = 12, 20, 4, 400, 1000
JST = datetime.timezone(datetime.timedelta(hours=9))


class Console(Visitor):
    """Remembers when it heard of which call."""

    def __init__(self, node, session):
        self.at = {}
        super().__init__(node, session)

    def _hear_text(self, said):
        if said.get("ev") == "sos.new":
            self.at[said["of"]["sos"]] = time.monotonic()
        super()._hear_text(said)


def open_place(board):
    today = datetime.datetime.now(JST).date()
    wanted = [("/api/v1/contract", {"title": "計測", "contractor": "受託者", "begins_on": "2020-04-01",
                                    "ends_on": "2090-03-31", "n_student": 400, "n_staff": 100,
                                    "n_guardian": 0})]
    wanted += [("/api/v1/hours/days", {"day": (today + datetime.timedelta(days=n)).isoformat(),
                                       "slots": [{"from": "00:00", "to": "24:00"}]}) for n in range(2)]
    for path, body in wanted:
        reply = board.request("PUT", path, {"id": str(uuid.uuid4()), **body})
        if reply.status // 100 != 2:
            sys.exit(f"{path}: {reply}")


def walk(people, over):
    while not over.wait(0.5 / len(people)):
        v = random.choice(people)
        v.post("floor.walk", x=random.randint(300, 2000), y=random.randint(300, 1200))


def press(session):
    sos = str(uuid.uuid4())
    began = time.monotonic()
    reply = session.request("POST", "/api/v1/sos", {"id": sos, "kind": "fear", "page": "place"})
    if reply.status != 201:
        sys.exit(f"a press: {reply}")
    return sos, began, time.monotonic()


def at_p99(values):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * 0.99))]


def measure(node):
    board = node.sign_in(node.account("commissioner"))
    open_place(board)
    staff = node.sign_in(node.account("supporter"))
    more = [node.sign_in(node.account("supporter")) for _ in range((CONSOLES + 7) // 8 - 1)]
    consoles = [Console(node, ([staff] + more)[i // 8]) for i in range(CONSOLES)]
    children = [node.sign_in(node.account("student")) for _ in range(CHILDREN)]
    people = [Visitor(node, s) for s in children]
    for v in people:
        v.enter(floor="plaza", rung="text")
    over, quiet = threading.Event(), is_quiet()
    walker = threading.Thread(target=walk, args=(people, over))
    walker.start()
    with concurrent.futures.ThreadPoolExecutor(DEVICES) as pool:
        pressed = list(pool.map(lambda i: press(children[i % DEVICES]), range(PRESSES)))
    time.sleep(2)
    over.set()
    walker.join()
    unheard = [s for s, _, _ in pressed for c in consoles if s not in c.at]
    took = [(c.at[s] - began) * 1000 for s, began, _ in pressed for c in consoles if s in c.at]
    for v in consoles + people:
        v.close()
    value = at_p99(took)
    print(json.dumps({
        "name": "sos.path", "value": round(value, 1),
        "unit": f"ms p99 from a press to each of {CONSOLES} consoles", "goal": GOAL_MS,
        "holds": value <= GOAL_MS and not unheard, "quiet": quiet, "median": round(sorted(took)[len(took) // 2], 1),
        "most": round(max(took), 1), "presses": PRESSES, "unheard": len(unheard),
        "answer_p99": round(at_p99([(end - began) * 1000 for _, began, end in pressed]), 1)}), flush=True)


if __name__ == "__main__":
    if "sos.path".startswith(sys.argv[1] if len(sys.argv) > 1 else ""):
        with Nodes("aozora") as nodes:
            measure(nodes["aozora"])
