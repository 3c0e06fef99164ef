#!/usr/bin/python3
"""tests/bench/web_frame.py - the figures web.frame and web.frame.heap: a child's browser (Chromium,
headless, its CPU a quarter) in the map view among 60 who move all the time, on a whole node. Work of the
main thread a frame by the thread's own clock, 95 % of frames; heap afterwards. web_frame.mjs looks."""
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
os.environ.setdefault("IBASHO_BUILD", "build/release")
from bench.node_figures import is_quiet  # noqa: E402
from bench.place_figures import NODE  # noqa: E402
from bench.place_front import children, crowd  # noqa: E402
from lib import ws_client  # noqa: E402
from lib.ibasho_node import Nodes  # noqa: E402
from integration import test_place as town  # noqa: E402

PEOPLE, SECONDS = 60, 45


def report(name, value, unit, goal, quiet, **more):
    print(json.dumps({"name": name, "value": round(value, 2), "unit": unit, "goal": goal,
                      "holds": value <= goal, "quiet": quiet, **more}), flush=True)


def main():
    quiet = is_quiet()
    with Nodes("aozora") as town.nodes, tempfile.TemporaryDirectory(prefix="ibasho-frame-") as where:
        node = town.node = town.nodes["aozora"]
        os.chmod(where, 0o755)
        town.set_up()
        sessions, looker = children(node, PEOPLE), node.account("student")
        node.sign_in(looker)
        with open(where + "/targets", "w", encoding="ascii") as f:
            f.writelines(ws_client.ticket(session) + "\n" for session in sessions)
        with crowd(node, where, PEOPLE, "equal", SECONDS, 2, "plaza") as load:
            while "are in" not in load.stderr.readline():
                pass
            out = subprocess.run([NODE, "tests/bench/web_frame.mjs", node.url(),
                                  looker.login, looker.password], capture_output=True, text=True, check=False)
            load.kill()
    if out.returncode != 0:
        sys.exit("web_frame: " + out.stderr)
    sys.stderr.write(out.stderr)
    said = json.loads(out.stdout)
    if said["frames"] < 50 or said["people"] < PEOPLE:
        sys.exit(f"web_frame: too little was drawn: {said}")
    report("web.frame", said["p95_ms"], "ms of the main thread a frame", 8, quiet,
           frames=said["frames"], p50_ms=round(said["p50_ms"], 2), people=said["people"])
    report("web.frame.heap", said["heap_mb"], "MB", 80, quiet)


if __name__ == "__main__":
    main()
