"""tests/lib/storm_faults.py - what befalls a node in a storm: a part killed or standing still, the
disk full, the clock of its machine moved.

    with Weather(node) as weather:           # node: up; it restarts on a volume of its own
        weather.strike("kill", chance)       # returns what was done, healed again
"""
import mmap
import os
import signal
import struct
import subprocess
import tempfile
import time

PARTS = ("node", "keyd", "postgres")
VOLUME_MIB = 1200
STOP_S, FULL_S = 5.0, 3.0
JUMP_MOST_S = 240  # less than what ends a session that nobody uses
HERE = os.path.dirname(os.path.abspath(__file__))


def run(*words):
    subprocess.run(words, check=True, capture_output=True)


class Weather:
    KINDS = ("kill-node", "kill-keyd", "kill-postgres", "stop", "full", "clock")

    def __init__(self, node):
        self.node, self.scratch, self.jump = node, None, None
        self.n_back = 0  # how often the clock went back

    def __enter__(self):
        self.scratch = tempfile.mkdtemp(prefix="ibasho-storm-", dir="/tmp")
        os.chmod(self.scratch, 0o755)
        try:
            self.node.stop()
            self._clock()
            self._volume()
            self.node.start()
            self.node.wait_answer()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.node.stop()
        subprocess.run(["umount", self.node.data_dir], check=False, capture_output=True)
        subprocess.run(["rm", "-rf", self.scratch], check=False)

    def _clock(self):
        library, path = self.scratch + "/clock_jump.so", self.scratch + "/jump"
        run("cc", "-std=c17", "-D_GNU_SOURCE", "-O1", "-shared", "-fPIC", "-o", library, HERE + "/clock_jump.c")
        with open(path, "wb") as f:
            f.write(struct.pack("q", 0))
        os.chmod(path, 0o644)
        with open(path, "r+b") as f:
            self.jump = mmap.mmap(f.fileno(), 8)
        with open(self.node.v["TABLE"], "r+", encoding="utf-8") as f:
            table = f.read()
            f.seek(0)
            f.write(f"env LD_PRELOAD={library}\nenv IBASHO_CLOCK_JUMP={path}\n{table}")

    def _volume(self):
        """The data directory as it is, on a file system of its own."""
        image, place = self.scratch + "/image", self.scratch + "/mnt"
        run("truncate", "-s", f"{VOLUME_MIB}M", image)
        run("mkfs.ext4", "-q", "-m", "0", image)
        os.mkdir(place)
        run("mount", "-o", "loop", image, place)
        try:
            os.rmdir(place + "/lost+found")
            run("cp", "-a", self.node.data_dir + "/.", place + "/")
        finally:
            run("umount", place)
        run("mount", "-o", "loop", image, self.node.data_dir)

    # -- what befalls it --------------------------------------------------------------------------
    def strike(self, kind, chance):
        if kind.startswith("kill-"):
            return self._kill(kind[len("kill-"):])
        return {"stop": self._stop, "full": self._full, "clock": self._move}[kind](chance)

    def _pid(self, name):
        until = time.monotonic() + 15
        while time.monotonic() < until:
            pid = self.node.rows().get(name, (0,))[0]
            if pid:
                return pid
            time.sleep(0.01)
        raise RuntimeError(f"{name} does not run")

    def _kill(self, name):
        pid = self._pid(name)
        os.kill(pid, signal.SIGKILL)
        self.node.wait_back(name, pid)
        return f"{name} killed"

    def _stop(self, chance):
        name = chance.choice(PARTS)
        pid = self._pid(name)
        os.kill(pid, signal.SIGSTOP)
        try:
            time.sleep(STOP_S)
        finally:
            try:
                os.kill(pid, signal.SIGCONT)
            except ProcessLookupError:
                pass
        return f"{name} stood still for {STOP_S:.0f} s"

    def _full(self, chance):
        filler = self.node.data_dir + "/filler"
        percent = chance.choice((94, 98, 100))
        v = os.statvfs(self.node.data_dir)
        usable = v.f_blocks - v.f_bfree + v.f_bavail
        more = int((percent / 100 * usable - (v.f_blocks - v.f_bfree)) * v.f_frsize)
        try:
            if more > 0:
                subprocess.run(["fallocate", "-l", str(more), filler], check=False,
                               capture_output=True)
            time.sleep(FULL_S)
        finally:
            if os.path.exists(filler):
                os.unlink(filler)
        return f"disk {percent} % full for {FULL_S:.0f} s"

    def set_clock(self, off_s):
        before = struct.unpack("q", self.jump[:8])[0]
        self.n_back += off_s < before
        self.jump[:8] = struct.pack("q", off_s)
        return off_s - before

    def _move(self, chance):
        by = self.set_clock(chance.randrange(-JUMP_MOST_S, JUMP_MOST_S))
        return f"clock moved by {by:+d} s"
