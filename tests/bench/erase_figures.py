#!/usr/bin/python3
"""tests/bench/erase_figures.py [PREFIX] - handback.erase: seconds from the order's confirmation to the
certificate, of a node on a volume of its own with 2 million rows of 1 kB and 2 GB of files; one JSON line.

Measured at a tenth (all of it with IBASHO_BENCH_SCALE=1). The journal says when each step ended and how many
bytes it met: what grows with them (overwriting cluster and files, discarding the volume, scanning it) is told for
as many bytes as the whole has, the rest (asking, stopping, keys, papers) as it was. By the clock; says whether the
machine was quiet.
"""
import base64
import datetime
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from node_figures import Nodes, is_quiet, report  # noqa: E402
from lib.town import Town, plant  # noqa: E402

SCALE = max(1, int(os.environ.get("IBASHO_BENCH_SCALE", "10")))
WHOLE_MB = 2000  # of rows, and of files
MB = WHOLE_MB // SCALE
# How many times that much each step meets: the volume is three times as large.
GROWING = {"cluster_removed": 1, "volume_discarded": 1, "scanned": 3}
JOSE = {"Content-Type": "application/jose+json"}


def run(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def mount(node, folder):
    nodes = node.nodes
    nodes._ops("init")
    node.look()
    with open(folder + "/volume", "wb") as f:
        f.truncate((3 * MB + 512) << 20)
    run("mkfs.ext4", "-q", "-F", folder + "/volume")
    loop = run("losetup", "--find", "--show", folder + "/volume").strip()
    os.makedirs(node.data_dir, exist_ok=True)
    run("mount", loop, node.data_dir)
    return loop


def fill(node):
    node.psql("CREATE EXTENSION IF NOT EXISTS pgcrypto; CREATE TABLE bench_fill (n bigint, b bytea);"
              "ALTER TABLE bench_fill ALTER b SET STORAGE EXTERNAL;")
    for _ in range(0, MB, 20):
        node.psql("INSERT INTO bench_fill SELECT i, gen_random_bytes(1000) FROM generate_series(1, 20000) i")
    node.psql("CHECKPOINT")
    os.makedirs(node.data_dir + "/files/bench", exist_ok=True)
    for n in range(0, MB, 10):
        with open(f"{node.data_dir}/files/bench/{n}", "wb") as f:
            f.write(os.urandom(10 << 20))
    os.sync()


def order(node, folder):
    """Everything up to the second person's word."""
    board, contractor = (node.sign_in(node.account(role)) for role in ("commissioner", "contractor"))
    reply = board.request("PUT", "/api/v1/contract", {
        "id": str(uuid.uuid4()), "title": "委託", "contractor": "受託社", "begins_on": "2026-04-01",
        "ends_on": "2027-03-31", "n_student": 50, "n_staff": 50, "n_guardian": 50})
    with open(node.data_dir + "/node.conf", encoding="utf-8") as f:
        number = next(line.split(" = ")[1].strip() for line in f if line.startswith("node.id"))
    town, planted, bag = Town(folder, number, reply.json()["contract"]), plant(20), "ab" * 64

    def ok(reply):
        assert reply.status in (200, 201, 204), reply
    ok(board.request("PUT", "/api/v1/settings/leaving.grace_days", {"id": str(uuid.uuid4()), "value": "0"}))
    ok(board.request("PUT", "/api/v1/leaving/town-key", {"id": str(uuid.uuid4()), "certificate": town.certificate}))
    ok(board.request("POST", "/api/v1/leaving/canaries", town.canaries(planted), JOSE))
    ok(board.request("POST", "/api/v1/leaving/drain"))
    ok(town.exported(node, bag, 22))
    ok(board.request("POST", "/api/v1/leaving/receipt", town.receipt(bag), JOSE))
    ok(board.request("POST", "/api/v1/leaving/order", town.order(bag, planted), JOSE))
    ok(contractor.request("POST", "/api/v1/leaving/confirmation", {"bag": bag}))


def seconds(node):
    """From the journal, each step from the end of the one before."""
    began, told, last = None, 0, None
    with open(node.data_dir + "/leaving/steps.jsonl", "rb") as f:
        for line in f:
            payload = json.loads(line)["payload"]
            step = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
            at = datetime.datetime.strptime(step["at"], "%Y-%m-%dT%H:%M:%S.%fZ").timestamp()
            if began is not None:
                here = step["facts"].get("n_bytes", 0)
                more = GROWING.get(step["step"], 0) * (WHOLE_MB - MB) << 20
                told += (at - last) * ((here + more) / here if more else 1)
                print(f"  {step['step']}: {at - last:.2f} s, {here >> 20} MiB", file=sys.stderr)
            if step["step"] == "ordered":
                began = at
            last = at
    return told


def main():
    if not "handback.erase".startswith(sys.argv[1] if len(sys.argv) > 1 else ""):
        return
    folder = tempfile.mkdtemp(dir="/var/tmp")
    nodes, loop, node = Nodes("aozora"), None, None
    try:
        node = nodes["aozora"]
        loop = mount(node, folder)
        nodes.__enter__()
        fill(node)
        quiet = is_quiet()
        order(node, folder)
        began = time.monotonic()
        node.cli("leave", "run")
        print(f"  {time.monotonic() - began:.1f} s by the clock", file=sys.stderr)
        report("handback.erase", seconds(node), f"s (2 million rows and 2 GB of files, from 1/{SCALE})", 120, quiet)
    finally:
        if loop:
            node.stop()
            subprocess.run(["umount", node.data_dir], check=False)
            subprocess.run(["losetup", "-d", loop], check=False)
            nodes._ops("remove", "aozora")
        nodes.close()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
