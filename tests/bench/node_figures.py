#!/usr/bin/python3
"""tests/bench/node_figures.py [PREFIX] - figures of a whole node behind its front, one JSON line
each: foundation.read (CPU of the node a signed-in read), foundation.idle (memory of node, key
agent, cluster and front), foundation.start (kill -9 to the first answer), people.login (CPU of
coming back with a cookie), federation.nodes (the same memory of a member of a federation that was
idle for a minute).

CPU and memory are read from /proc, so a busy neighbour does not change them; foundation.start is
wall-clock and says whether the machine was quiet.
"""
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import time

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", more) for more in ("", "lib")]
os.environ.setdefault("IBASHO_BUILD", "build/release")
from ibasho_node import Nodes  # noqa: E402
from lib import fed_peer  # noqa: E402

READ_S, N_ROUNDS = 2, 5
IDLE_S, FEDERATION_IDLE_S = 5, 60
ADMIN = "/api/v1/admin/federation"
N_STARTS = 5
DEMO = ("pref", "aozora", "midori")  # as `make run` starts them


def report(name, value, unit, goal, quiet, **more):
    print(json.dumps({"name": name, "value": round(value, 3), "unit": unit, "goal": goal,
                      "holds": value <= goal, "quiet": quiet, **more}), flush=True)


def cpu_times():
    with open("/proc/stat", encoding="ascii") as f:
        v = [int(x) for x in f.readline().split()[1:9]]
    return v[3] + v[4], sum(v)


def is_quiet():
    idle, total = cpu_times()
    time.sleep(0.5)
    idle2, total2 = cpu_times()
    return (idle2 - idle) / max(1, total2 - total) > 0.9


def cpu_us(pid):
    """User and system time of all threads of a process, living and ended."""
    total = 0
    for path in glob.glob(f"/proc/{pid}/task/*/schedstat"):
        with open(path, encoding="ascii") as f:
            total += int(f.read().split()[0])
    return total / 1000


def pss_kb(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("Pss:"))


def tree(pid):
    """The process and all below it."""
    pids = [pid]
    for path in glob.glob(f"/proc/{pid}/task/*/children"):
        with open(path, encoding="ascii") as f:
            for child in f.read().split():
                pids += tree(int(child))
    return pids


def wrk(node, session, path="/api/v1/session"):
    """READ_S seconds of signed-in reads, 32 waiting at a time; returns how many were answered."""
    port = node.url().rsplit(":", 1)[1]
    cookies = "; ".join(f"{k}={v}" for k, v in session.cookies.items())
    out = subprocess.run(["wrk", "-t1", "-c32", f"-d{READ_S}", "-H", f"Host: {node.name}.localhost:{port}",
                          "-H", f"Cookie: {cookies}", f"http://127.0.0.1:{port}{path}"],
                         capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out or "Socket errors" in out:
        sys.exit(f"{path}: not every read was answered:\n{out}")
    return int(re.search(r"(\d+) requests in", out).group(1))


def figure_read(node):
    """The middle of N_ROUNDS, wrk on kept connections to the front over plain http."""
    quiet = is_quiet()
    session = node.sign_in(node.account("commissioner", "bench-reader", "計測　花子"))
    wrk(node, session)
    pid, rounds = node.pid("node"), []
    for _ in range(N_ROUNDS):
        before = cpu_us(pid)
        n = wrk(node, session)
        rounds.append((cpu_us(pid) - before) / n)
    report("foundation.read", sorted(rounds)[N_ROUNDS // 2], "us CPU of the node a read", 60, quiet)


def figure_login(node):
    """Coming back with a cookie: who am I, and where else. No password is hashed. Reads the two
    answers a page asks for, each the middle of N_ROUNDS."""
    quiet, total = is_quiet(), 0
    session = node.sign_in(node.account("student", "bench-child", "計測　そら"))
    pid = node.pid("node")
    for path in ("/api/v1/session", "/api/v1/me/sessions"):
        wrk(node, session, path)
        rounds = []
        for _ in range(N_ROUNDS):
            before = cpu_us(pid)
            n = wrk(node, session, path)
            rounds.append((cpu_us(pid) - before) / n)
        total += sorted(rounds)[N_ROUNDS // 2] / 1000
    report("people.login", total, "ms CPU of the node a resumed page load", 0.2, quiet)


def idle(name, node, seconds):
    """After so many seconds without a request: every process of the node's set, shared pages by their
    share (PSS of /proc/PID/smaps_rollup)."""
    time.sleep(seconds)
    parts = {}
    for program, (pid, word, _) in node.rows().items():
        if word == "ready" and program != "supervise":
            parts[program] = sum(pss_kb(p) for p in tree(pid)) / 1024
    connections = int(node.psql("SELECT count(*) FROM pg_stat_activity"
                                " WHERE backend_type = 'client backend'")) - 1
    print(f"{name}: {connections} connections; " +
          ", ".join(f"{k} {v:.1f} MB" for k, v in parts.items()), file=sys.stderr)
    return connections, sum(parts.values())


def among_and_alone(name, nodes, town, seconds):
    """A town as it runs in the demo prefecture: programs and libraries are in memory once, and each
    node pays its share (that is what lets a prefecture's towns fit on a machine, design.md §1). Then
    the same town when the others have ended: what it takes on a machine of its own."""
    connections, value = idle(name, nodes[town], seconds)
    quiet = is_quiet()
    if connections > 4:
        sys.exit(f"{name}: {connections} connections, at most 4 are meant")
    for node in nodes:
        if node is not nodes[town]:
            node.stop()
    alone = idle(name + ", alone", nodes[town], 0)[1]
    report(name, value, "MB PSS", 60, quiet, nodes=len(list(nodes)), alone=round(alone, 1))


def figure_idle():
    with Nodes(*DEMO) as nodes:
        among_and_alone("foundation.idle", nodes, DEMO[-1], IDLE_S)


def figure_start(node):
    """The worst of N_STARTS."""
    quiet, worst = is_quiet(), 0
    for _ in range(N_STARTS):
        began = time.monotonic()
        pid = node.kill("node")
        node.wait_back("node", pid)
        node.wait_answer()
        worst = max(worst, time.monotonic() - began)
    report("foundation.start", worst, "s from kill -9 to the first answer", 3, quiet)


def federate(nodes, folder):
    """All of them members, by the same steps as people go."""
    roots, pref = fed_peer.Roots(folder), nodes["pref"]
    for node in nodes:
        at = node.url("federation").removeprefix("https://").rstrip("/")
        pin = fed_peer.pin_of(node.data_dir + "/front/federation.pem")
        reply = node.admin("POST", ADMIN + "/join", {
            "invitation": fed_peer.b64url(roots.invitation()), "endpoint": at, "name_ja": node.name,
            "spki": [{"sha256": fed_peer.b64url(pin)}]})
        asked = fed_peer.reading(reply.body)[0]
        key = asked["keys"][0]
        roots.member(asked["node"], node.name, at, [pin], key["kid"],
                     fed_peer.base64.urlsafe_b64decode(key["ed25519"] + "="),
                     ["coordinator"] if node is pref else ["host", "guest"])
    text = roots.publish()
    for node in nodes:
        reply = node.admin("POST", ADMIN + "/registry", text, {"Content-Type": fed_peer.SIGNED})
        if reply.status != 200:
            sys.exit(f"federation.nodes: {node.name} does not take the registry: {reply}")
    until = time.monotonic() + 60
    for node in nodes:
        while not node.admin("GET", ADMIN).json()["is_fresh"]:
            if time.monotonic() > until:
                sys.exit(f"federation.nodes: {node.name} has not heard that its registry is the newest")
            time.sleep(0.2)


def figure_nodes():
    """After a minute in which the towns asked for news alone."""
    with tempfile.TemporaryDirectory() as folder, Nodes(*DEMO) as nodes:
        federate(nodes, folder)
        among_and_alone("federation.nodes", nodes, DEMO[-1], FEDERATION_IDLE_S)


WHOLE = {"foundation.idle": figure_idle, "federation.nodes": figure_nodes}
FIGURES = {"foundation.read": figure_read,
           "foundation.start": figure_start, "people.login": figure_login}


def main():
    only = sys.argv[1] if len(sys.argv) > 1 else ""
    for name, figure in WHOLE.items():
        if name.startswith(only):
            figure()
    wanted = [f for name, f in FIGURES.items() if name.startswith(only)]
    if not wanted:
        return
    with Nodes("aozora", plain_http=True) as nodes:
        for figure in wanted:
            figure(nodes["aozora"])


if __name__ == "__main__":
    main()
