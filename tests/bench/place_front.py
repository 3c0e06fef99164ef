#!/usr/bin/python3
"""tests/bench/place_front.py [PEOPLE] - the figure place.front: CPU a person a second of a whole node
and its front with TLS, in the afternoon scene on the ready floors, PEOPLE children (200) with accounts
and sessions of their own; the node's share beside it. A figure without a goal.

The load speaks plainly to a front of its own (a second HAProxy, not counted), which speaks TLS to the
node's, one line a person.
"""
import concurrent.futures
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
os.environ.setdefault("IBASHO_BUILD", "build/release")
from bench.node_figures import cpu_us, is_quiet, tree  # noqa: E402
from lib import ws_client  # noqa: E402
from lib.ibasho_node import BUILD, Nodes  # noqa: E402
from integration import test_place as town  # noqa: E402

SECONDS, JOIN_S = 10, 5
# The scene's twenty floors, on ready floors by how many can land there: where spawns are, areas fill.
FLOORS = 8 * ("plaza",) + 4 * ("classes", "lounge", "quiet")
CLIENT = """global
    maxconn 4000
defaults
    mode tcp
    timeout connect 5s
    timeout client 60s
    timeout server 60s
listen tls
    bind unix@{dir}/ws.sock
    server front 127.0.0.1:{port} ssl verify none sni str({host})
"""


def children(node, n):
    """Sessions of n new children; passwords are hashed on few threads."""
    def one(_):
        return node.sign_in(node.account("student"))
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        return list(pool.map(one, range(n)))


@contextlib.contextmanager
def crowd(node, where, n, scene, seconds, join_s, floors, bye=False, talk_s=0):
    """The load, going through a front of its own; targets are WHERE/targets. Bye: at the end all say that
    they leave; else their lines are cut. Talk: every so many seconds each writes a line and reacts."""
    host, port = node.url().removeprefix("https://").split(":")
    with open(where + "/haproxy.cfg", "w", encoding="ascii") as f:
        f.write(CLIENT.format(dir=where, port=port, host=host))
    with subprocess.Popen(["haproxy", "-db", "-q", "-f", where + "/haproxy.cfg"]) as client:
        try:
            while not os.path.exists(where + "/ws.sock"):
                time.sleep(0.05)
            with subprocess.Popen(
                    [BUILD + "/load", "--address", f"unix:{where}/ws.sock", "--kind", "ibasho", "--scene",
                     f"tests/load/scenes/{scene}.json", "--people", str(n), "--seconds", str(seconds),
                     "--join", str(join_s), "--targets", where + "/targets", "--host", f"{host}:{port}",
                     "--origin", node.url(), "--floors", floors, "--bye", str(int(bye)),
                     "--talk", str(talk_s)],
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as load:
                yield load
        finally:
            client.terminate()


def play(node, where, n):
    floors = ",".join(FLOORS)
    pids = {"node": tree(node.pid("node")), "front": tree(node.pid("front"))}
    spent = {}
    with crowd(node, where, n, "afternoon", SECONDS, JOIN_S, floors) as load:
        for line in load.stderr:
            if line in ("load: measuring\n", "load: measured\n"):
                sign = -1 if line.endswith("measuring\n") else 1
                for name, those in pids.items():
                    spent[name] = spent.get(name, 0) + sign * sum(map(cpu_us, those))
        return json.loads(load.stdout.read()), spent


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    quiet = is_quiet()
    with Nodes("aozora") as town.nodes, tempfile.TemporaryDirectory(prefix="ibasho-front-") as where:
        node = town.node = town.nodes["aozora"]
        os.chmod(where, 0o755)
        town.set_up()
        town.setting("place.floor_capacity", max(100, n))
        sessions = children(node, n)
        with open(where + "/targets", "w", encoding="ascii") as f:
            f.writelines(ws_client.ticket(session) + "\n" for session in sessions)
        said, spent = play(node, where, n)
    if said["entered"] != n or said["lost"] > 0:
        sys.exit(f"place_front: not everybody was there: {said}")
    us = {name: value / n / said["seconds"] for name, value in spent.items()}
    total = sum(us.values())
    print(json.dumps({"name": "place.front", "value": round(total, 1), "unit": "us CPU a person a second",
                      "goal": None, "holds": True, "quiet": quiet, "people": n,
                      "node_us": round(us["node"], 1), "front_us": round(us["front"], 1),
                      "node_share": round(us["node"] / total, 3)}), flush=True)


if __name__ == "__main__":
    main()
