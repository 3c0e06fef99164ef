#!/usr/bin/python3
"""tests/bench/web_frame.py - the figures web.frame and web.frame.heap: a child's browser (Chromium,
headless, without a GPU) in the map view among 60 who turn ten times a second, on a whole node. Work of the
page's main thread a frame by that thread's own clock, times four for a device four times slower, 95 % of
frames; the page's heap afterwards (without that of the thread that draws). Beside it: the same while the reader
walks, under Chromium's own throttle, and the work of the thread that draws. web_frame.mjs looks and says
what exactly is counted."""
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

PEOPLE, SECONDS = 60, 80


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
    clock, slower = said["clock"], said["slower"]
    if clock["frames"] < 200 or said["people"] < PEOPLE:
        sys.exit(f"web_frame: too little was drawn: {said}")

    def slow(of, part="p95_ms"):
        return round(of[part] * slower, 2)
    report("web.frame", slow(clock["main"]), "ms of the main thread a frame, four times slower", 8, quiet,
           frames=clock["frames"], people=said["people"], p50_ms=slow(clock["main"], "p50_ms"),
           p99_ms=slow(clock["main"], "p99_ms"), walking_p95_ms=slow(said["walking"]["main"]),
           throttled_p95_ms=round(said["throttled"]["main"]["p95_ms"], 2),
           throttled_frames=said["throttled"]["frames"], has_own_thread=clock["has_own_thread"],
           drawer_p95_ms=slow(clock["drawer"]), walking_drawer_p95_ms=slow(said["walking"]["drawer"]),
           quality=round(said["quality"], 2))
    report("web.frame.heap", said["heap_mb"], "MB of the page's own heap", 80, quiet)


if __name__ == "__main__":
    main()
