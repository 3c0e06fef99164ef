#!/usr/bin/python3
"""tests/bench/backup_figures.py [PREFIX] [--mb N] - figures of backups, one JSON line each:
handback.backup (CPU of `ibasho backup` by the CPU of pg_basebackup of the same cluster into a
tar, clients and servers counted) and handback.restore (seconds to restore 5 GB to the latest
second, scaled up from a cluster with N MB of bytes that do not compress, 300 unless told).

CPU is read from /proc and from what the kernel says of ended processes, so a busy neighbour
hardly changes it; handback.restore is wall-clock and says whether the machine was quiet.
"""
import json
import os
import resource
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from node_figures import Nodes, is_quiet, report  # noqa: E402

WANTED_MB = 5000
N_ROUNDS = 3
PG_BASEBACKUP = "/usr/lib/postgresql/15/bin/pg_basebackup"


def ended_cpu(pid):
    """Seconds of a process's children that have ended."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def cpu_of(node, words, **more):
    """Seconds of CPU of a command, its children, and the server's processes that served it."""
    server = node.pid("postgres")
    before = resource.getrusage(resource.RUSAGE_CHILDREN), ended_cpu(server)
    subprocess.run(words, check=True, timeout=900, **more)
    time.sleep(0.3)  # until the server has noticed that its process ended
    after = resource.getrusage(resource.RUSAGE_CHILDREN), ended_cpu(server)
    return (after[0].ru_utime - before[0].ru_utime + after[0].ru_stime - before[0].ru_stime +
            after[1] - before[1])


def fill(node, mb):
    node.psql("CREATE TABLE bench_fill (n bigint, b bytea);"
              "ALTER TABLE bench_fill ALTER b SET STORAGE EXTERNAL;"
              "CREATE EXTENSION IF NOT EXISTS pgcrypto;")
    for at in range(0, mb, 20):
        node.psql("INSERT INTO bench_fill SELECT i, gen_random_bytes(1000) "
                  f"FROM generate_series(1, {min(20, mb - at) * 1000}) i")
    node.psql("CHECKPOINT")


def backup_ratio(node):
    ours, theirs = [], []
    tar = node.data_dir + "/bench.tar"
    for _ in range(N_ROUNDS):
        with open(tar, "wb") as f:
            theirs.append(cpu_of(node, [PG_BASEBACKUP, "-h", node.run_dir + "/pg", "-U", "ibasho", "-D",
                                        "-", "-Ft", "-Xfetch", "-cfast", "-w"], stdout=f, cwd="/"))
        ours.append(cpu_of(node, [node.v["BIN"] + "/ibasho", "-c", node.data_dir + "/node.conf",
                                  "backup", "--keep", "1"], stdout=subprocess.DEVNULL))
    os.unlink(tar)
    return min(ours) / min(theirs)


def restore_seconds(node, mb):
    """Of a backup and as much of a log again as one in ten rows makes."""
    backup = json.loads(node.cli("backup", "--keep", "1").stdout)
    node.psql("UPDATE bench_fill SET n = n + 1 WHERE n % 10 = 0")
    end = time.monotonic() + 120
    flushed = node.psql("SELECT pg_current_wal_flush_lsn()")
    while time.monotonic() < end:
        with open(node.data_dir + "/backups/wal/state", encoding="utf-8") as f:
            state = json.load(f)
        if state["trouble"] == "fine" and node.psql(
                f"SELECT '{state['place'] or '0/0'}'::pg_lsn >= '{flushed}'::pg_lsn") == "t":
            break
        time.sleep(0.2)
    began = time.monotonic()
    node.cli("restore", f"{node.data_dir}/backups/{backup['id']}.ibasho-backup", "--to",
             node.data_dir + "/restored", "--at", "latest")
    return (time.monotonic() - began) * WANTED_MB / mb


def main():
    words = sys.argv[1:]
    mb = int(words[words.index("--mb") + 1]) if "--mb" in words else 300
    prefix = words[0] if words and not words[0].startswith("--") else ""
    wanted = [n for n in ("handback.backup", "handback.restore") if n.startswith(prefix)]
    if not wanted:
        return
    with Nodes("aozora", env={"IBASHO_BACKUP_WAL_EVERY_S": "2"}) as nodes:
        node = nodes["aozora"]
        fill(node, mb)
        quiet = is_quiet()
        if "handback.backup" in wanted:
            report("handback.backup", backup_ratio(node), "times pg_basebackup", 1.5, quiet)
        if "handback.restore" in wanted:
            report("handback.restore", restore_seconds(node, mb), f"s (5 GB, from {mb} MB)", 600, quiet)


if __name__ == "__main__":
    main()
