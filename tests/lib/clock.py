"""tests/lib/clock.py - the time of day of whole nodes, moved while they run (clock_jump.c, in every program of theirs).

    clock = Clock(folder)                       # folder: anybody may pass through it
    nodes = Nodes("pref", "aozora", env=clock.env)
    nodes.now = clock.now                       # codes of a second check, permissions
    roots.now = clock.now                       # what the roots sign is of that time
    clock.move_to(moment)                       # seconds since 1970; the monotonic clock never moves. Lines end.
"""
import datetime
import mmap
import os
import struct
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOKYO = datetime.timezone(datetime.timedelta(hours=9))


class Clock:
    def __init__(self, folder):
        library, path = os.path.join(folder, "clock_jump.so"), os.path.join(folder, "jump")
        subprocess.run(["cc", "-std=c17", "-D_GNU_SOURCE", "-O1", "-shared", "-fPIC", "-o", library,
                        HERE + "/clock_jump.c"], check=True)
        with open(path, "wb") as f:
            f.write(struct.pack("q", 0))
        for one in (folder, library, path):
            os.chmod(one, 0o755)
        with open(path, "r+b") as f:
            self.jump = mmap.mmap(f.fileno(), 8)
        self.env = {"LD_PRELOAD": library, "IBASHO_CLOCK_JUMP": path}

    def off(self):
        """Seconds by which the nodes are ahead."""
        return struct.unpack("q", self.jump[:8])[0]

    def now(self):
        """What the nodes take the time for."""
        return time.time() + self.off()

    def today(self):
        return datetime.datetime.fromtimestamp(self.now(), TOKYO)

    def move_to(self, moment):
        """A second after it, at most."""
        self.jump[:8] = struct.pack("q", int(moment - time.time()) + 1)
