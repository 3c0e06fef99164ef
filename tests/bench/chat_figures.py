#!/usr/bin/python3
"""tests/bench/chat_figures.py [PREFIX] - figures of what is written in the place, one JSON line each.

chat.ack       200 people on one floor, a line each in 5 s: milliseconds from the sending to the answer,
               which comes after the commit (p99). Every line is read by all 200. A flush of the database
               takes 5 ms (commit_delay; limits guide, section 4)
chat.ack.cpu   user and system time of the node for such a line: the safe words, the seals, the row, its
               leaf, the answer and ten frames
chat.ack.fan   the same with all 200 on one floor, so that one line is 200 frames out; what a frame more
               costs is the difference of the two (us_a_frame)

What counts: the time all threads of the node's process ran (schedstat) while the lines of 20 s were
written, less what they ran in 20 s right before in which the same people stood in the same places and
wrote nothing; over the lines answered. live_us and writer_us are the shares of the thread that serves
and of the others, nearly all the one that writes; frames_us is what the ten frames are of it, by us_a_frame. At 40 lines a
second every line wakes both threads and meets cold caches: beside other load the figures double.

The stage (tests/load/stage.c) is the node's own live server, place, writer and database, without HTTP and
front; the load (tests/load/chat.c) is one thread. For chat.ack.cpu the people stand by tens on twenty
floors, so that a line is ten frames. The database's own processes are not counted."""
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

    def spent_us(self):
        """Microseconds that the node ran so far: all, its live thread, the others: nearly all the writer."""
        live = 0
        for task in os.listdir(f"/proc/{self.pid}/task"):
            with open(f"/proc/{self.pid}/task/{task}/comm", encoding="ascii") as f:
                is_live = f.read().strip() == "live"
            with open(f"/proc/{self.pid}/task/{task}/schedstat", encoding="ascii") as f:
                live += int(f.read().split()[0]) / 1000 if is_live else 0
        total = cpu_us(self.pid)
        return total, live, total - live

    def play(self, every_s, apart):
        """(what the load said, microseconds of the node meanwhile, as spent_us)"""
        words = [BUILD + "/chat", "unix:" + self.socket, self.dir + "/targets", ORIGIN, str(PEOPLE),
                 str(SECONDS), str(every_s)] + (["floors"] if apart else [])
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as load:
            if load.stdout.readline() != "begin\n":
                sys.exit("the load did not begin")
            before = self.spent_us()
            if load.stdout.readline() != "end\n":
                sys.exit("the load broke off")
            spent = [after - was for after, was in zip(self.spent_us(), before)]
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
        return said, [(busy - idle) / max(1, said["answered"]) for busy, idle in zip(busy_us, idle_us)], quiet
    finally:
        stage.close()


def main():
    only = sys.argv[1] if len(sys.argv) > 1 else ""
    if not any(name.startswith(only) for name in ("chat.ack", "chat.ack.cpu", "chat.ack.fan")):
        return
    said, (fan_us, _, _), quiet = measure(False)
    few, (line_us, live_us, writer_us), _ = measure(True)
    frame_us = (fan_us - line_us) / (PEOPLE - 10)
    report("chat.ack", said["p99_ms"], "ms p99", 50, said["p99_ms"] <= 50 and said["refused"] == 0, quiet,
           p50_ms=said["p50_ms"], most_ms=said["most_ms"], said=said["said"], answered=said["answered"],
           refused=said["refused"])
    report("chat.ack.cpu", line_us, "us CPU a line", 60, line_us <= 60, quiet, readers=10,
           answered=few["answered"], live_us=round(live_us, 1), writer_us=round(writer_us, 1),
           frames_us=round(10 * frame_us, 1))
    report("chat.ack.fan", fan_us, "us CPU a line", 0, True, quiet, readers=PEOPLE,
           us_a_frame=round(frame_us, 2))


if __name__ == "__main__":
    main()
