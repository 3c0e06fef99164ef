#!/usr/bin/python3
# tests/run: right 300
"""Two municipalities on one machine: what one node's users can reach of the other, tried out file
by file, socket by socket, process by process."""
import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import Nodes, Session  # noqa: E402
from lib.t import case, main  # noqa: E402

# Runs as the intruder: tries every way in of the list on standard input, prints what worked.
INTRUDER = r"""
import ctypes, json, os, socket, subprocess, sys
tries = json.load(sys.stdin)
worked = []
def attempt(what, function, *words):
    try:
        function(*words)
    except (OSError, ValueError):
        return
    worked.append([what, *words])
def read(path):
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        os.read(fd, 1)
    finally:
        os.close(fd)
def write(path):
    os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
def create(path):
    name = path + "/intruder"
    os.close(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    os.unlink(name)
def connect(path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
        s.settimeout(3)
        s.connect(path)
        # A listener may take everybody and look afterwards: an answer counts, not the accept.
        s.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        if not s.recv(1):
            raise OSError("closed without a byte")
libc = ctypes.CDLL(None, use_errno=True)
def ptrace(pid):
    if libc.ptrace(16, pid, None, None) != 0: # PTRACE_ATTACH
        raise OSError(ctypes.get_errno())
    libc.ptrace(17, pid, None, None)
def vm_read(pid):
    class iovec(ctypes.Structure):
        _fields_ = [("p", ctypes.c_void_p), ("n", ctypes.c_size_t)]
    buffer = ctypes.create_string_buffer(8)
    here = iovec(ctypes.addressof(buffer), 8)
    for at in tries["stacks"].get(str(pid), []):
        there = iovec(at, 8)
        if libc.process_vm_readv(pid, ctypes.byref(here), 1, ctypes.byref(there), 1, 0) == 8:
            return
    raise OSError("no byte")
def psql(directory, role):
    done = subprocess.run(["/usr/lib/postgresql/15/bin/psql", "-X", "-At", "-h", directory, "-U",
                           role, "-c", "SELECT 1", "ibasho"], capture_output=True, timeout=20)
    if done.returncode != 0:
        raise OSError("refused")
n = 0
for what, function in (("read", read), ("write", write), ("create", create), ("list", os.listdir),
                       ("connect", connect), ("follow", os.readlink), ("ptrace", ptrace),
                       ("vm", vm_read), ("signal", lambda pid: os.kill(pid, 0))):
    for target in tries[what]:
        n += 1
        attempt(what, function, target)
for directory in tries["psql"]:
    for role in ("ibasho", "ibasho_app", "postgres"):
        n += 1
        attempt("psql", psql, directory, role)
print(json.dumps({"n": n, "worked": worked}))
"""

nodes = None
a = b = None


def as_user(user, *command, **options):
    group = subprocess.run(["id", "-g", user], capture_output=True, text=True, check=True).stdout
    return subprocess.run(["setpriv", "--reuid=" + user, "--regid=" + group.strip(),
                           "--clear-groups", "--no-new-privs", "--inh-caps=-all",
                           "--bounding-set=-all", *command], cwd="/", capture_output=True,
                          text=True, timeout=120, check=False, **options)


def processes(node):
    """Every process of the node's two users."""
    uids = {int(subprocess.run(["id", "-u", u], capture_output=True, text=True,
                               check=True).stdout) for u in (node.user, node.front_user)}
    found = []
    for name in os.listdir("/proc"):
        try:
            if name.isdigit() and os.stat("/proc/" + name).st_uid in uids | {0}:
                with open(f"/proc/{name}/status", encoding="ascii", errors="replace") as f:
                    uid = int(re.search(r"^Uid:\s+(\d+)", f.read(), re.M).group(1))
                if uid in uids:
                    found.append(int(name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def stack_of(pid):
    with open(f"/proc/{pid}/maps", encoding="ascii", errors="replace") as f:
        for line in f:
            if "[stack]" in line:
                return [int(line.split("-")[1].split()[0], 16) - 8]
    return []


def ways_in(node):
    """All there is of a node, as root sees it. What every process shows of every other one on a
    Linux machine (name, state, command line) is not in the list; it holds paths and no secret."""
    tries = {k: [] for k in ("read", "write", "create", "list", "connect", "follow", "ptrace",
                             "vm", "signal", "psql")}
    tries["stacks"] = {}
    for top in (node.data_dir, node.run_dir, node.v["TABLE"], node.v["STATE"]):
        for path, dirs, files in os.walk(top) if os.path.isdir(top) else [("/", [], [top])]:
            if os.path.isdir(top):
                tries["list"].append(path)
                tries["create"].append(path)
            for name in files:
                full = os.path.join(path, name)
                try:
                    mode = os.lstat(full).st_mode
                except FileNotFoundError:
                    continue
                if stat.S_ISSOCK(mode):
                    tries["connect"].append(full)
                else:
                    tries["read"].append(full)
                    tries["write"].append(full)
    for pid in processes(node):
        tries["stacks"][str(pid)] = stack_of(pid)
        for name in ("environ", "mem", "maps", "smaps", "io", "auxv", "syscall", "pagemap"):
            tries["read"].append(f"/proc/{pid}/{name}")
        tries["write"] += [f"/proc/{pid}/mem", f"/proc/{pid}/oom_score_adj"]
        tries["list"] += [f"/proc/{pid}/fd", f"/proc/{pid}/map_files", f"/proc/{pid}/cwd/"]
        tries["follow"] += [f"/proc/{pid}/{n}" for n in ("exe", "cwd", "root")]
        for fd in os.listdir(f"/proc/{pid}/fd"):
            tries["read"].append(f"/proc/{pid}/fd/{fd}")
        for what in ("ptrace", "vm", "signal"):
            tries[what].append(pid)
    tries["psql"] = [node.run_dir + "/pg"]
    return tries


def intrude(user, tries):
    done = as_user(user, "/usr/bin/python3", "-c", INTRUDER, input=json.dumps(tries))
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)


@case
def isolation_one_nodes_users_reach_nothing_of_another(t):
    t.req("CARD-1, CARD-6")
    for intruder, target in ((a, b), (b, a)):
        tries = ways_in(target)
        t.ok(len(tries["read"]) > 500 and len(tries["connect"]) >= 6 and len(tries["ptrace"]) >= 8,
             "there is something to try", {k: len(v) for k, v in tries.items()})
        for user in (intruder.user, intruder.front_user):
            got = intrude(user, tries)
            t.note(f"{got['n']} tries of {user} against {target.name}")
            t.ok(got["n"] > 1000, "all were tried", got["n"])
            t.eq(got["worked"], [], f"nothing worked for {user}")


@case
def isolation_the_front_reaches_neither_keys_nor_database_of_its_own_node(t):
    tries = ways_in(a)
    front = set(processes(a))
    own = {p for p in front if open(f"/proc/{p}/comm", encoding="ascii").read().strip() == "haproxy"}
    for what in ("ptrace", "vm", "signal"):
        tries[what] = [p for p in tries[what] if p not in own]
    keep = re.compile(r"^/proc/(\d+)/")
    for what in ("read", "write", "list", "follow"):
        tries[what] = [p for p in tries[what]
                       if not (keep.match(p) and int(keep.match(p).group(1)) in own)]
    got = intrude(a.front_user, tries)
    allowed = (a.data_dir + "/front/", a.run_dir + "/front")
    bad = [w for w in got["worked"] if not str(w[1]).startswith(allowed) and
           w[1] not in (a.data_dir + "/front",)]
    t.note(f"{got['n']} tries, {len(got['worked'])} of them at its own configuration and sockets")
    t.eq(bad, [], "the public-facing program reads nothing but its own configuration")
    t.eq([w for w in got["worked"] if w[0] in ("write", "create")], [], "and writes nothing at all")


@case
def isolation_the_intruder_does_find_what_is_its_own(t):
    """The control: without it, an intruder that can do nothing at all would prove nothing."""
    # Not attaching: a process that is let go of may stay stopped, and the node with it.
    got = intrude(b.user, dict(ways_in(b), ptrace=[]))
    kinds = {w[0] for w in got["worked"]}
    t.note(f"{len(got['worked'])} of {got['n']} tries of a user at its own node")
    t.ok({"read", "write", "create", "list", "connect", "follow", "signal", "psql"} <= kinds,
         "every kind of try works where it should", sorted(kinds))


@case
def isolation_one_node_takes_nothing_from_anothers_front(t):
    """The front's sockets look at who connects: another user's process gets no answer."""
    n = 0
    for name in sorted(os.listdir(b.run_dir + "/front")):
        path = f"{b.run_dir}/front/{name}"
        if not stat.S_ISSOCK(os.stat(path).st_mode):
            continue
        n += 1
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s: # as root: the door is open
            s.settimeout(5)
            got = b""
            try:
                s.connect(path)
                s.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                got = s.recv(100)
            except OSError:
                pass
        t.eq(got, b"", f"{name} says nothing to a stranger")
    t.ok(n >= 4, "sockets tried", n)


def node_program(user, conf, seconds=15):
    """ibasho-node by hand; how it ended and what it said."""
    command = [b.v["BIN"] + "/ibasho-node", "-c", conf]
    try:
        done = as_user(user, "timeout", "-k", "2", str(seconds), *command)
    except subprocess.TimeoutExpired:
        return 124, ""
    return done.returncode, done.stdout + done.stderr


def conf_with(node, owner, **changes):
    """A copy of node's configuration with some lines changed, readable by owner."""
    with open(node.data_dir + "/node.conf", encoding="utf-8") as f:
        text = f.read()
    for name, value in changes.items():
        text = re.sub(rf"^{re.escape(name.replace('__', '.'))} = .*$",
                      f"{name.replace('__', '.')} = {value}", text, flags=re.M)
    run = f"/tmp/ibasho-mixed-{os.getpid()}"
    subprocess.run(["rm", "-rf", run], check=True)
    os.makedirs(run + "/front")
    path = run + "/node.conf"
    with open(path, "w", encoding="utf-8") as f:
        f.write(re.sub(r"^node\.run_dir = .*$", f"node.run_dir = {run}", text, flags=re.M))
    subprocess.run(["chown", "-R", owner, run], check=True)
    return path


def conf_value(node, name):
    with open(node.data_dir + "/node.conf", encoding="utf-8") as f:
        return re.search(rf"^{re.escape(name)} = (.*)$", f.read(), re.M).group(1)


@case
def isolation_a_program_refuses_another_nodes_data(t):
    before = a.rows()
    status, said = node_program(a.user, b.data_dir + "/node.conf")
    t.ok(status not in (0, 124), "another's configuration cannot even be read", (status, said))

    conf = conf_with(a, a.user, node__data_dir=b.data_dir)
    status, said = node_program(a.user, conf)
    t.ok(status not in (0, 124), "another's directory", (status, said[-500:]))
    t.ok(b.data_dir in said, "the directory is named", said[-500:])

    theirs = conf_value(b, "node.id")
    conf = conf_with(a, a.user, node__id=theirs, db__socket_dir=a.run_dir + "/pg",
                     keyd__socket=a.run_dir + "/keyd.sock")
    status, said = node_program(a.user, conf)
    t.ok(status not in (0, 124), "another's id over one's own data", (status, said[-500:]))
    t.ok("the keystore is of another node" in said, "and it says so", said[-500:])

    # With a keystore of the right name the cluster still says whose it is.
    conf = conf_with(a, a.user, node__role="coordinator", db__socket_dir=a.run_dir + "/pg",
                     keyd__socket=a.run_dir + "/keyd.sock")
    status, said = node_program(a.user, conf)
    t.ok(status not in (0, 124), "another role over one's own data", (status, said[-500:]))
    t.ok("node.conf says coordinator" in said, "and it says so", said[-500:])
    a.wait_answer()
    t.eq(a.rows(), before, "the node itself goes on: the same processes, none started anew")


def without_nonce(reply):
    """A passkey's challenge differs with every answer, whoever asks."""
    return re.sub(rb'"challenge":"[\w-]{43}"', b'"challenge":""', reply.body)


@case
def isolation_a_session_of_one_node_is_nobody_at_another(t):
    t.req("CARD-6")
    there = a.sign_in(a.account("commissioner"))
    t.eq(there.request("GET", "/api/v1/settings").status, 200, "good where it was given")
    stray = Session(b)
    stray.cookies = dict(there.cookies)
    paths = b.request("GET", "/api/v1/openapi.json").json()["paths"]
    n = 0
    for path, methods in paths.items():
        path = path.replace("{name}", "login.lockout_tries").replace("{id}", str(uuid.uuid4()))
        for method in methods:
            if method not in ("get", "post", "put", "delete"):
                continue
            with_token = stray.request(method.upper(), path)
            without = Session(b).request(method.upper(), path)
            t.eq((with_token.status, without_nonce(with_token)),
                 (without.status, without_nonce(without)),
                 f"{method} {path}: the same as without it")
            n += 1
    t.ok(n >= 8, "ways in tried", n)


@case
def isolation_one_node_away_leaves_the_other_at_work(t):
    t.req("CARD-1")
    a.stop()
    t.eq(b.request("GET", "/api/v1/health").json(), {"status": "ok"}, "the other answers")
    login = b.account("student")
    t.eq(b.sign_in(login).request("GET", "/api/v1/session").status, 200, "and lets people in")
    a.start()
    a.wait_answer()


@case
def isolation_no_process_leaves_a_core_and_none_may_gain(t):
    for node in (a, b):
        pids = processes(node)
        t.ok(len(pids) >= 8, "processes", len(pids))
        for pid in pids:
            try:
                with open(f"/proc/{pid}/limits", encoding="ascii") as f:
                    limits = f.read()
                with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as f:
                    status = f.read()
            except FileNotFoundError:
                continue
            name = re.search(r"Name:\s+(\S+)", status).group(1)
            t.ok(re.search(r"^Max core file size\s+0\s+0\s", limits, re.M), f"{name}: no core")
            t.ok("NoNewPrivs:\t1" in status, f"{name}: no new privileges")
            for kind in ("CapEff", "CapPrm", "CapBnd", "CapInh", "CapAmb"):
                t.ok(f"{kind}:\t0000000000000000" in status, f"{name}: {kind} empty")


@case
def isolation_the_key_agent_is_closed(t):
    pid = a.pid("keyd")
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        status = f.read()
    t.ok("Seccomp:\t2" in status, "a list of system calls binds it")
    # Not dumpable: the kernel gives its /proc entries to root, so even its own user is kept out.
    t.eq(os.stat(f"/proc/{pid}/environ").st_uid, 0, "not dumpable")
    own = intrude(a.user, dict(ways_in(a), read=[f"/proc/{pid}/mem", f"/proc/{pid}/environ"],
                               write=[f"/proc/{pid}/mem"], create=[], list=[f"/proc/{pid}/fd"],
                               connect=[], follow=[], signal=[], psql=[], ptrace=[pid], vm=[pid]))
    t.eq(own["worked"], [], "the node's own user cannot look into the key agent")


@case
def isolation_a_crash_leaves_no_core_file(t):
    def cores():
        done = subprocess.run(["find", "/", "-xdev", "-maxdepth", "1", "-name", "core*"],
                              capture_output=True, text=True, check=True).stdout.split()
        return done + subprocess.run(["find", a.nodes.nodes[a.name].v["BASE"], a.run_dir, "-name",
                                      "core*", "-size", "+16k"], capture_output=True, text=True,
                                     check=True).stdout.split()
    before = cores()
    for name in ("keyd", "node"):
        pid = a.kill(name, signal.SIGSEGV)
        t.ok(pid > 0, f"{name} was hit")
        a.wait_back(name, pid)
    a.wait_answer()
    time.sleep(0.2)
    t.eq(cores(), before, "no core file")


if __name__ == "__main__":
    with Nodes("aozora", "midori") as nodes:
        a, b = nodes["aozora"], nodes["midori"]
        main(__file__)
