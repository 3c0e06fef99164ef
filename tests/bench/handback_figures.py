#!/usr/bin/python3
"""tests/bench/handback_figures.py [PREFIX] - what is done with a bag, one JSON line each:
handback.verify (MB a second of `ibasho verify bag`, CPU, all files of the bag counted),
handback.open (memory of what stock openssl, tar and sha256sum need to open a delivery with its
own open.sh, the largest of them, under a limit of 1 GB of addresses), handback.import (CPU seconds
of an empty node, its database's servers and the command, told for 2 million rows and 2 GB of
files).

IBASHO_BENCH_BAG names the bag that handback.export left (tests/bench/handback.c); where there is
none it is made first. A tenth of the whole unless IBASHO_BENCH_SCALE says otherwise. The memory of
handback.open is that of one part of 256 MiB, whatever the bag's size.
"""
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from node_figures import Nodes, is_quiet, report, tree  # noqa: E402

SCALE = max(1, int(os.environ.get("IBASHO_BENCH_SCALE", "10")))
FIGURES = ("handback.verify", "handback.open", "handback.import")
N_ROUNDS = 3
MOST_BYTES = 1 << 30


def make_bag(path):
    subprocess.run(["tests/lib/with-cluster", "build/release/bench", "handback.export"], check=True,
                   env={**os.environ, "IBASHO_BENCH_BAG": path}, stdout=subprocess.DEVNULL)


def bytes_of(bag):
    return sum(os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(bag) for name in names)


def own_cpu():
    u = resource.getrusage(resource.RUSAGE_CHILDREN)
    return u.ru_utime + u.ru_stime


def verify_speed(bag):
    """The middle of N_ROUNDS."""
    speeds = []
    for _ in range(N_ROUNDS):
        before = own_cpu()
        done = subprocess.run(["build/release/ibasho", "verify", "bag", bag, "--json"], capture_output=True, text=True,
                              check=False)
        if done.returncode != 0:
            sys.exit(f"verify bag: {done.stdout[-500:]}{done.stderr[-500:]}")
        speeds.append(bytes_of(bag) / 1e6 / (own_cpu() - before))
    return sorted(speeds)[N_ROUNDS // 2]


def limit():
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))


def run(node, *words):
    done = subprocess.run([node.v["BIN"] + "/ibasho", "-c", node.data_dir + "/node.conf", *words], capture_output=True,
                          text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(words)}: {done.stdout[-500:]}{done.stderr[-500:]}")


def open_mb(node, bag, room):
    subprocess.run(["openssl", "req", "-x509", "-nodes", "-newkey", "rsa:3072", "-subj", "/CN=Aozora", "-days", "30",
                    "-keyout", f"{room}/town.key", "-out", f"{room}/town.pem"], check=True, capture_output=True)
    os.chmod(room, 0o755)
    to = node.data_dir + "/parts"
    run(node, "handback", "deliver", bag, "--certificate", f"{room}/town.pem", "--to", to)
    opening = subprocess.Popen(["sh", "open.sh", f"{room}/town.key", f"{room}/open"], cwd=to, preexec_fn=limit,
                               stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(opening.pid, 0)
    if status != 0 or bytes_of(f"{room}/open/ibasho-bag") != bytes_of(bag):
        sys.exit(f"open.sh: {status}")
    shutil.rmtree(to)
    shutil.rmtree(f"{room}/open")
    return used.ru_maxrss / 1024


def node_cpu(node):
    """Seconds of everything below the node's supervisor, living and ended."""
    with open(f"/proc/{node.pid('node')}/stat", encoding="ascii") as f:
        top = int(f.read().rsplit(")", 1)[1].split()[1])
    total = 0
    for pid in tree(top):
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii") as f:
                total += sum(int(v) for v in f.read().rsplit(")", 1)[1].split()[11:15])
        except OSError:
            pass # ended; who waited for it has its time
    return total / os.sysconf("SC_CLK_TCK")


def import_seconds(node, bag):
    before, old = own_cpu() + node_cpu(node), node.pid("node")
    began = time.monotonic()
    run(node, "handback", "import", bag)
    wall = time.monotonic() - began
    node.wait_back("node", old)
    node.wait_answer()
    print(f"  import: {wall:.1f} s by the clock", file=sys.stderr)
    return own_cpu() + node_cpu(node) - before


def at_node(node, bag):
    """The bag where the node can read it."""
    to = node.data_dir + "/bag"
    subprocess.run(["cp", "-a", bag, to], check=True)
    subprocess.run(["chown", "-R", node.user, to], check=True)
    return to


def figures(wanted, bag, room):
    quiet = is_quiet()
    mb = bytes_of(bag) / 1e6
    if "handback.verify" in wanted:
        value = verify_speed(bag)
        print(json.dumps({"name": "handback.verify", "value": round(value, 1), "unit": f"MB/s of CPU ({mb:.0f} MB)",
                          "goal": 150, "holds": value >= 150, "quiet": quiet}), flush=True)
    if set(wanted) <= {"handback.verify"}:
        return
    with Nodes("aozora") as nodes:
        node = nodes["aozora"]
        copy = at_node(node, bag)
        if "handback.open" in wanted:
            report("handback.open", open_mb(node, copy, room), f"MB, the largest program ({mb:.0f} MB of bag)", 1024,
                   quiet)
        if "handback.import" in wanted:
            report("handback.import", import_seconds(node, copy) * SCALE,
                   f"CPU s for 2 million rows and 2 GB (from 1/{SCALE})", 300, quiet)


def main():
    prefix = sys.argv[1] if len(sys.argv) > 1 else ""
    wanted = [n for n in FIGURES if n.startswith(prefix)]
    if not wanted:
        return
    with tempfile.TemporaryDirectory(prefix="ibasho-bag-") as room:
        bag = os.environ.get("IBASHO_BENCH_BAG", "")
        if not os.path.isdir(bag):
            bag = room + "/bag"
            make_bag(bag)
        figures(wanted, bag, room)


if __name__ == "__main__":
    main()
