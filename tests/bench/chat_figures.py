#!/usr/bin/python3
"""tests/bench/chat_figures.py [PREFIX] - figures of what is written in the place, one JSON line each.

chat.ack       200 people on one floor, a line each in 5 s: milliseconds from the sending to the answer,
               which comes after the commit (p99). Every line is read by all 200. A flush of the database
               takes 5 ms (commit_delay; limits guide, section 4)
chat.ack.cpu   user and system time of the node for such a line, less what the same people cost who write
               nothing: the safe words, three seals, the row, its leaf, the answer
chat.ack.fan   the same with all 200 on one floor, so that one line is 200 frames out

The stage (tests/load/stage.c) is the node's own live server, place, writer and database, without HTTP and
front; the load (tests/load/chat.c) is one thread. For chat.ack.cpu the people stand by tens on twenty
floors, so that a line is ten frames; what a frame costs is the difference of the two. The database's own
processes are not counted."""
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from node_figures import cpu_us, is_quiet  # noqa: E402

BUILD = os.environ.get("IBASHO_BUILD", "build/release")
ORIGIN = "http://localhost"
PEOPLE, EVERY_S, SECONDS = 200, 5, 20


def report(name, value, unit, goal, holds, quiet, **more):
    print(json.dumps({"name": name, "value": round(value, 2), "unit": unit, "goal": goal,
                      "holds": bool(holds), "quiet": quiet, **more}), flush=True)


class Stage:
    def __init__(self, floors):
        self.dir = tempfile.mkdtemp(prefix="ibasho-chat-")
        os.chmod(self.dir, 0o755)
        self.socket = self.dir + "/ws.sock"
        self.process = subprocess.Popen(
            ["tests/lib/with-cluster", BUILD + "/stage", self.socket, str(PEOPLE), str(floors),
             "tests/load/field.json", ORIGIN, "chat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.pid = 0
        self.read()

    def read(self):
        """Tickets for everybody, into self.targets."""
        with open(self.dir + "/targets", "w", encoding="ascii") as f:
            for line in self.process.stdout:
                if line.startswith("pid "):
                    self.pid = int(line.split()[1])
                elif line == "ready\n":
                    return
                else:
                    f.write(line)
        sys.exit("the stage did not open")

    def play(self, every_s, apart):
        """(what the load said, microseconds of the node meanwhile)"""
        words = [BUILD + "/chat", "unix:" + self.socket, self.dir + "/targets", ORIGIN, str(PEOPLE),
                 str(SECONDS), str(every_s)] + (["floors"] if apart else [])
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as load:
            if load.stdout.readline() != "begin\n":
                sys.exit("the load did not begin")
            before = cpu_us(self.pid)
            if load.stdout.readline() != "end\n":
                sys.exit("the load broke off")
            spent = cpu_us(self.pid) - before
            said = json.loads(load.stdout.readline())
        self.process.stdin.write("again\n")
        self.process.stdin.flush()
        self.read()
        return said, spent

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        shutil.rmtree(self.dir, ignore_errors=True)


def measure(apart):
    stage = Stage(PEOPLE // 10 if apart else 1)
    try:
        quiet = is_quiet()
        _, idle_us = stage.play(0, apart)
        said, busy_us = stage.play(EVERY_S, apart)
        return said, (busy_us - idle_us) / max(1, said["answered"]), quiet
    finally:
        stage.close()


def main():
    only = sys.argv[1] if len(sys.argv) > 1 else ""
    if not any(name.startswith(only) for name in ("chat.ack", "chat.ack.cpu", "chat.ack.fan")):
        return
    said, fan_us, quiet = measure(False)
    few, line_us, _ = measure(True)
    report("chat.ack", said["p99_ms"], "ms p99", 50, said["p99_ms"] <= 50 and said["refused"] == 0, quiet,
           p50_ms=said["p50_ms"], most_ms=said["most_ms"], said=said["said"], answered=said["answered"],
           refused=said["refused"])
    report("chat.ack.cpu", line_us, "us CPU a line", 60, line_us <= 60, quiet, readers=10,
           answered=few["answered"])
    report("chat.ack.fan", fan_us, "us CPU a line", 0, True, quiet, readers=PEOPLE,
           us_a_frame=round((fan_us - line_us) / (PEOPLE - 10), 2))


if __name__ == "__main__":
    main()
