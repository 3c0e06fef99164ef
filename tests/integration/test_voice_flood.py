#!/usr/bin/python3
# tests/run: beside 60
"""Twenty live voices beside thousands of malformed packets a second (design section 5): the media program loses nothing
more than without them, counts what it drops and keeps its memory. Every packet is counted by tests/load/voice_crowd.c.
Here a few seconds; a minute: `make voice-flood`."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.t import case, main  # noqa: E402

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
BUILD = os.environ.get("IBASHO_BUILD", "build/debug")
SECONDS, RATE = int(os.environ.get("VOICE_FLOOD_S", "4")), int(os.environ.get("VOICE_FLOOD_RATE", "5000"))
PEOPLE, ZONE = 20, 3  # everybody speaks, in zones of three: 20 voices, each heard by all who are near
FOLDER = tempfile.mkdtemp(prefix="ibasho-flood-")
SOCKET = os.path.join(FOLDER, "voice.sock")
MEMORY_MORE_KB = 256  # pages of what was reserved at start are touched one by one


def begin():
    conf = os.path.join(FOLDER, "node.conf")
    with open(conf, "w", encoding="utf-8") as f:
        f.write(f"voice.socket = {SOCKET}\nvoice.bind = 127.0.0.1\nvoice.udp_port = 0\nvoice.tcp_port = 0\n")
    program = subprocess.Popen([f"{ROOT}/{BUILD}/ibasho-voice", "-c", conf], stderr=subprocess.DEVNULL)
    until = time.monotonic() + 20
    while not os.path.exists(SOCKET) and time.monotonic() < until:
        time.sleep(0.01)
    return program


def memory_kb(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("RssAnon:"))


@case
def twenty_voices_do_not_notice_a_flood_of_malformed_packets(t):
    program = begin()
    crowd = subprocess.Popen([f"{ROOT}/{BUILD}/voice-crowd", SOCKET, str(PEOPLE), str(ZONE), str(ZONE), str(SECONDS),
                              str(SECONDS), str(RATE)], stdout=subprocess.PIPE, text=True)
    said = {}
    for line in crowd.stdout:
        row = json.loads(line)
        said[row["phase"]] = {**row, "memory": memory_kb(program.pid)}
        t.note(line.strip())
    t.eq(crowd.wait(), 0, "all came, nobody went")
    calm, flood = said["calm"], said["flood"]
    for row in (calm, flood):
        t.ok(row["said"] >= PEOPLE * 49 * SECONDS, f"{row['phase']}: twenty speak", row["said"])
        t.eq(row["astray"], 0, f"{row['phase']}: nobody hears one of elsewhere, nor one who is muted")
    t.ok(flood["flood"] >= RATE * SECONDS * 0.99, "so many malformed packets", flood["flood"])
    lost = {name: row["due"] - row["heard"] for name, row in (("calm", calm), ("flood", flood))}
    t.eq(lost["flood"], lost["calm"], f"not one packet more is lost, of {flood['due']}")
    t.eq(flood["dropped"], flood["flood"], "every one of them was dropped and counted")
    t.eq(calm["dropped"], 0, "and without them none")
    for what in ("strange", "muted", "replayed"):
        t.ok(flood[what] > 0, what, flood[what])
    t.ok(flood["memory"] - said["there"]["memory"] <= MEMORY_MORE_KB, "memory stays",
         (said["there"]["memory"], calm["memory"], flood["memory"]))
    program.terminate()
    t.eq(program.wait(20), 0, "and it ends well")


if __name__ == "__main__":
    subprocess.run(["make", "-s", f"FLAVOUR={os.path.basename(BUILD)}", f"{BUILD}/voice-crowd"], cwd=ROOT, check=True)
    main(__file__, lambda: shutil.rmtree(FOLDER, ignore_errors=True))
