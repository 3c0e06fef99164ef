#!/usr/bin/python3
"""ibasho-supervise with real processes: what dies comes back, what loops waits, what stops stops in
order, and nothing outlives a supervisor that is killed."""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.t import case, main  # noqa: E402

PROGRAM = os.path.join(os.environ.get("IBASHO_BUILD", "build/debug"), "ibasho-supervise")


class Supervisor:
    """One table in a directory of its own."""

    def __init__(self, *programs, env=()):
        self.dir = tempfile.mkdtemp(prefix="ibasho-sup-")
        os.chmod(self.dir, 0o755)
        os.mkdir(self.dir + "/log")
        self.table = self.dir + "/table"
        with open(self.table, "w") as f:
            f.write(f"log {self.dir}/log\nstate {self.dir}/sup\n")
            f.writelines(f"env {e}\n" for e in env)
            f.writelines("program " + p.replace("@", self.dir) + "\n" for p in programs)
        self.process = None

    def script(self, name, text):
        path = f"{self.dir}/{name}"
        with open(path, "w") as f:
            f.write("#!/bin/sh\n" + text.replace("@", self.dir))
        os.chmod(path, 0o755)

    def start(self):
        self.process = subprocess.Popen([PROGRAM, self.table], start_new_session=True)

    def call(self, verb):
        return subprocess.run([PROGRAM, verb, self.table], capture_output=True, text=True,
                              timeout=90)

    def rows(self):
        try:
            with open(self.dir + "/sup.state") as f:
                return {w[0]: (int(w[1]), w[3], int(w[4])) for w in map(str.split, f)}
        except FileNotFoundError:
            return {}

    def wait(self, what, seconds=10):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if what(self.rows()):
                return True
            time.sleep(0.01)
        return False

    def wait_ready(self, name, not_pid=0, seconds=10):
        return self.wait(lambda r: r.get(name, (0, "", 0))[1] == "ready" and
                         r[name][0] != not_pid, seconds)

    def pid(self, name):
        return self.rows()[name][0]

    def log(self, name="supervise"):
        with open(f"{self.dir}/log/{name}.log") as f:
            return f.read()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.dir)


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_gone(pids, seconds=5):
    end = time.monotonic() + seconds
    while time.monotonic() < end and any(is_alive(p) for p in pids):
        time.sleep(0.01)
    return [p for p in pids if is_alive(p)]


SLEEP = "/bin/sleep 1000"


@case
def supervise_brings_back_at_once_what_is_killed(t):
    with Supervisor(f"a - 1 always none - TERM 5 {SLEEP}") as s:
        s.start()
        t.ok(s.wait_ready("a"), "it starts")
        first = s.pid("a")
        began = time.monotonic()
        os.kill(first, signal.SIGKILL)
        t.ok(s.wait_ready("a", first), "killed, it is back")
        t.note(f"back after {1000 * (time.monotonic() - began):.0f} ms")
        t.eq(s.rows()["a"][2], 2, "second start")
        t.ok('"program.killed"' in s.log(), "the log says what happened")


@case
def supervise_backs_off_from_a_crash_loop(t):
    with Supervisor("a - 1 always none - TERM 5 /bin/false") as s:
        s.start()
        # Starts 1 and 2 follow at once, then 0.2, 0.4, 0.8 s of waiting.
        t.ok(s.wait(lambda r: r.get("a", (0, "", 0))[2] >= 4), "it is tried again")
        waits = [line for line in s.log().splitlines() if '"program.waits"' in line]
        t.ok('"wait_ms":200' in waits[0] and '"wait_ms":400' in waits[1], "waits double", waits)
        time.sleep(0.3)
        t.ok(s.rows()["a"][2] < 8, "and it is not tried all the time")
        waited = s.call("--wait")
        t.eq(waited.returncode, 1, "--wait gives up on a loop")
        t.ok("a does not stay up" in waited.stderr, "and says where to look", waited.stderr)


@case
def supervise_starts_in_order_of_readiness_and_stops_in_reverse(t):
    s = Supervisor("low - 10 always notify - TERM 5 @/low", "high - 20 always none - TERM 5 @/high",
                   "mid - 15 always connect:@/sock - TERM 5 @/mid")
    with s:
        for name, ready in (("low", "sleep 0.3; echo up low >>@/order; echo READY=1 >&$NOTIFY_FD"),
                            ("mid", "sleep 0.2; /usr/bin/python3 -c \"import socket,time; "
                                    "s=socket.socket(socket.AF_UNIX); s.bind('@/sock'); "
                                    "s.listen(); time.sleep(1000)\" & c=$!"), ("high", ":")):
            s.script(name, f"trap 'sleep 0.1; echo end {name} >>@/order; kill $c; exit 0' TERM\n"
                           f"c=; echo start {name} >>@/order\n{ready}\n"
                           f"echo up {name} >>@/order\nwhile :; do sleep 0.05; done\n")
        s.start()
        t.ok(s.wait_ready("high"), "all start")
        t.eq(s.call("--wait").returncode, 0, "--wait returns when all are ready")
        status = s.call("--status")
        t.eq((status.returncode, status.stdout.count("ready")), (0, 3), "--status shows them")
        time.sleep(0.2)
        t.eq(s.call("--stop").returncode, 0, "--stop waits for the end")
        t.eq(s.process.wait(5), 0, "the supervisor ends well")
        with open(s.dir + "/order") as f:
            words = f.read().split("\n")[:-1]
        t.ok(words.index("up low") < words.index("start mid") < words.index("start high"),
             "a higher order waits for readiness", words)
        t.eq(words[-3:], ["end high", "end mid", "end low"], "the end goes the other way")


@case
def supervise_kills_what_does_not_stop_in_its_time(t):
    with Supervisor("a - 1 always none - TERM 1 @/a") as s:
        s.script("a", "trap '' TERM\nwhile :; do sleep 0.1; done\n")
        s.start()
        t.ok(s.wait_ready("a"), "it starts")
        time.sleep(0.1)
        pid = s.pid("a")
        began = time.monotonic()
        t.eq(s.call("--stop").returncode, 0, "--stop")
        t.ok(0.9 < time.monotonic() - began, "it had its second")
        t.eq(wait_gone([pid]), [], "then it was killed")
        t.ok('"program.overdue"' in s.log(), "the log says so")


@case
def supervise_killed_leaves_nothing_and_the_next_one_starts_clean(t):
    with Supervisor(f"a - 1 always none - TERM 5 {SLEEP}",
                    f"b - 2 always none - TERM 5 {SLEEP}") as s:
        s.start()
        t.ok(s.wait_ready("b"), "it starts")
        before = [s.pid("a"), s.pid("b")]
        s.process.kill()
        s.process.wait()
        t.eq(wait_gone(before), [], "no program outlives its supervisor")
        s.start()
        t.ok(s.wait(lambda r: r.get("supervisor", (0,))[0] == s.process.pid), "the next one runs")
        t.ok(s.wait_ready("b", before[1]), "and starts its programs again")


@case
def supervise_kills_what_a_killed_one_could_not_take_along(t):
    """A program may escape the kernel's signal (it forked away); the state file finds it."""
    stray = subprocess.Popen(["/bin/sleep", "60"], start_new_session=True,
                             stdout=subprocess.DEVNULL)
    try:
        stray_is_found(t, stray)
    finally:
        stray.kill()


def stray_is_found(t, stray):
    with open(f"/proc/{stray.pid}/stat") as f:
        started = f.read().rsplit(")", 1)[1].split()[19]
    with Supervisor(f"a - 1 always none - TERM 5 {SLEEP}") as s:
        with open(s.dir + "/sup.state", "w") as f:
            f.write(f"supervisor 999999 1 running 0\na {stray.pid} {started} ready 1\n"
                    f"b {os.getpid()} 1 ready 1\n")
        s.start()
        t.ok(s.wait_ready("a", stray.pid), "it starts")
        t.eq(stray.wait(5), -signal.SIGKILL, "the stray is killed")
        t.ok('"leftovers.killed"' in s.log() and '"n":1' in s.log(),
             "and nothing else: this test's own number had another start time")


@case
def supervise_takes_along_what_a_dead_program_had_started(t):
    with Supervisor("a - 1 always none - TERM 5 @/a") as s:
        s.script("a", f"setsid {SLEEP} & echo $! >@/child\n{SLEEP}\n")
        s.start()
        t.ok(s.wait(lambda r: os.path.exists(s.dir + "/child")), "it starts a child")
        time.sleep(0.2)
        with open(s.dir + "/child") as f:
            child = int(f.read())
        t.ok(is_alive(child), "the child lives")
        first = s.pid("a")
        os.kill(first, signal.SIGKILL)
        t.ok(s.wait_ready("a", first), "the program is back")
        t.eq(wait_gone([child]), [], "its child is gone")


@case
def supervise_refuses_a_second_one_on_the_same_table(t):
    with Supervisor(f"a - 1 always none - TERM 5 {SLEEP}") as s:
        s.start()
        t.ok(s.wait_ready("a"), "the first runs")
        second = subprocess.run([PROGRAM, s.table], capture_output=True, text=True, timeout=10)
        t.eq(second.returncode, 1, "the second ends")
        t.ok("another supervisor runs" in second.stderr, "and says why", second.stderr)
        t.ok(is_alive(s.pid("a")), "the first goes on")


SWAPPER = """trap 'echo end $$ >>@/order; exit 0' TERM
[ -e @/bad ] && exit 3
[ -e @/mute ] || { sleep 0.2; echo ready $$ >>@/order; echo READY=1 >&$NOTIFY_FD; }
while :; do sleep 0.05; done
"""


@case
def supervise_swaps_first_ready_then_stop(t):
    with Supervisor("a - 1 always notify swap TERM 5 @/a") as s:
        s.script("a", SWAPPER)
        s.start()
        t.ok(s.wait_ready("a"), "it starts")
        first = s.pid("a")
        swap = s.call("--swap")
        t.eq(swap.returncode, 0, "--swap returns when the old one is gone")
        second = s.pid("a")
        t.ok(second != first and is_alive(second) and not is_alive(first), "another serves")
        with open(s.dir + "/order") as f:
            words = f.read().split("\n")[:-1]
        t.eq(words, [f"ready {first}", f"ready {second}", f"end {first}"],
             "the new one was ready before the old one was asked to end")


@case
def supervise_keeps_the_old_one_when_the_new_one_fails(t):
    with Supervisor("a - 1 always notify swap TERM 5 @/a") as s:
        s.script("a", SWAPPER)
        s.start()
        t.ok(s.wait_ready("a"), "it starts")
        first = s.pid("a")
        open(s.dir + "/bad", "w").close()
        swap = s.call("--swap")
        t.eq(swap.returncode, 1, "--swap says that it failed")
        t.ok("still serves" in swap.stderr, "in words", swap.stderr)
        t.eq((s.pid("a"), s.rows()["a"][1], is_alive(first)), (first, "ready", True),
             "the old one goes on")


@case
def supervise_promotes_the_new_one_when_the_old_one_dies_in_a_swap(t):
    with Supervisor("a - 1 always notify swap TERM 5 @/a") as s:
        s.script("a", SWAPPER)
        s.start()
        t.ok(s.wait_ready("a"), "it starts")
        first = s.pid("a")
        s.process.send_signal(signal.SIGUSR2)
        t.ok(s.wait(lambda r: "a/next" in r), "a second instance comes up")
        second = s.pid("a/next")
        os.kill(first, signal.SIGKILL)
        t.ok(s.wait_ready("a", first), "one serves again")
        t.eq(s.pid("a"), second, "it is the new one, not a third")
        t.eq(s.rows()["a"][2], 2, "two starts in all")


@case
def supervise_reloads_by_the_programs_own_signal(t):
    with Supervisor("a - 1 always none USR2 TERM 5 @/a",
                    f"b - 1 always none - TERM 5 {SLEEP}") as s:
        s.script("a", "trap 'echo reloaded >>@/order' USR2\necho up >>@/order\n"
                      "while :; do sleep 0.05; done\n")
        s.start()
        t.ok(s.wait(lambda r: os.path.exists(s.dir + "/order")), "it starts")
        t.ok(s.wait_ready("a") and s.wait_ready("b"), "and is known to")
        before = s.rows()
        t.eq(s.call("--reload").returncode, 0, "--reload")
        t.ok(s.wait(lambda r: open(s.dir + "/order").read() == "up\nreloaded\n"), "it was told")
        t.eq(s.rows(), before, "nobody was restarted")


@case
def supervise_gives_a_program_nothing_of_its_own(t):
    """User, groups, capabilities, new privileges, core files, umask, descriptors, environment."""
    if os.geteuid() != 0:
        raise RuntimeError("needs root, like every test that starts nodes")
    with Supervisor("a nobody 1 always none - TERM 5 @/a", env=["TZ=Asia/Tokyo"]) as s:
        s.script("a", "id; cat /proc/self/status; ulimit -c; umask; ls /proc/self/fd; env; pwd\n"
                      "echo done\nexec sleep 1000\n")
        os.environ["IBASHO_SECRET"] = "of the supervisor alone"
        s.start()
        del os.environ["IBASHO_SECRET"]
        t.ok(s.wait(lambda r: os.path.exists(s.dir + "/log/a.log") and "done" in s.log("a")),
             "it ran")
        said = s.log("a")
        for want in ("uid=65534(nobody) gid=65534(nogroup) groups=65534(nogroup)",
                     "CapEff:\t0000000000000000", "CapPrm:\t0000000000000000",
                     "CapBnd:\t0000000000000000", "NoNewPrivs:\t1", "\n0077\n", "\n0\n",
                     "TZ=Asia/Tokyo", "\n/\n"):
            t.ok(want in said, "stands there: " + repr(want))
        t.ok("IBASHO_SECRET" not in said, "nothing of the supervisor's environment")
        fds = said.split("\n0077\n")[1].split("\n")
        fds = [int(f) for f in fds if f.isdigit()]
        t.eq(fds, [0, 1, 2, 3], "three descriptors, and ls's own directory")


@case
def supervise_says_what_is_wrong_with_a_table(t):
    with Supervisor("a root 1 always none - TERM 5 /bin/true") as s:
        check = s.call("--check")
        t.eq(check.returncode, 1, "root by name is refused")
        t.ok("root" in check.stderr, "in words", check.stderr)
    with Supervisor("a no-such-user 1 always none - TERM 5 /bin/true") as s:
        t.ok("no user no-such-user" in s.call("--check").stderr, "an unknown user")
    with Supervisor("a - one always none - TERM 5 /bin/true") as s:
        t.ok("line 3" in s.call("--check").stderr, "the line of a defect")
    with Supervisor(f"a - 1 always none - TERM 5 {SLEEP}") as s:
        t.eq(s.call("--check").returncode, 0, "a good one")
        t.ok("no supervisor" in s.call("--swap").stderr or s.call("--swap").returncode == 1,
             "--swap without a supervisor")
        t.eq(s.call("--stop").returncode, 0, "--stop with nothing running is done already")


@case
def supervise_says_when_a_program_cannot_be_executed(t):
    with Supervisor("a - 1 never none - TERM 5 /nonexistent/program") as s:
        s.start()
        t.ok(s.wait(lambda r: r.get("a", (0, "", 0))[1] == "ended"), "it ended")
        t.ok("/nonexistent/program: No such file" in s.log("a"), "its log says why", s.log("a"))


if __name__ == "__main__":
    main(__file__)
