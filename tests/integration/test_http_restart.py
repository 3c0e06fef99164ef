#!/usr/bin/python3
# tests/run: alone 300
"""A node that is replaced, killed, locked or left without its database: what people at the front
see meanwhile. A swap loses nothing; everything else is said in words and mends itself."""
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import NodeError, Nodes  # noqa: E402
from lib.t import case, main  # noqa: E402

N_SWAPS = 3
SETTING = "/api/v1/settings/first_page.message"

nodes = Nodes("aozora", plain_http=True)  # wrk cannot name a host in its handshake
nodes.__enter__()
node = nodes["aozora"]
session = node.sign_in(node.account("contractor"))


class Writer(threading.Thread):
    """Changes a setting again and again; every answer counts."""

    def __init__(self):
        super().__init__()
        self.n_done, self.failures, self.ids, self.is_over = 0, [], [], threading.Event()

    def run(self):
        while not self.is_over.is_set():
            wanted = str(uuid.uuid4())
            try:
                reply = session.request("PUT", SETTING, {"id": wanted, "value": wanted})
                if reply.status == 200:
                    self.n_done += 1
                    self.ids.append(wanted)
                else:
                    self.failures.append((reply.status, reply.body[:200]))
            except Exception as e:  # noqa: BLE001 - any lost answer is a failure
                self.failures.append(repr(e))

    def end(self):
        self.is_over.set()
        self.join()


class Operator(threading.Thread):
    """Reads the operator's pages again and again, in whatever state the node is."""

    def __init__(self):
        super().__init__()
        self.n_read, self.failures, self.is_over = 0, [], threading.Event()

    def run(self):
        while not self.is_over.is_set():
            for path in ("/metrics", "/api/v1/admin/doctor"):
                reply = node.admin("GET", path, timeout=60)
                if reply.status == 200:
                    self.n_read += 1
                else:
                    self.failures.append((path, reply.status))

    def end(self):
        self.is_over.set()
        self.join()


def start_readers(seconds):
    host, port = re.match(r"http://([^:]+):(\d+)", node.url()).groups()
    cookie = "; ".join(f"{k}={v}" for k, v in session.cookies.items())
    return subprocess.Popen(["wrk", "-t1", "-c8", f"-d{seconds}s", "-H", f"Host: {host}:{port}",
                             "-H", f"Cookie: {cookie}", f"http://127.0.0.1:{port}/api/v1/session"],
                            stdout=subprocess.PIPE, text=True)


def problem(method, path, body=None, **more):
    reply = session.request(method, path, body, **more)
    return reply.status, (reply.json().get("code") if reply.status >= 400 else None)


def wait_until(what, seconds=20):
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if what():
            return time.monotonic() - began
        time.sleep(0.05)
    return None


@case
def http_swap_under_load_loses_no_request(t):
    """Three times another program takes the place of the one that serves, under readers and a
    writer: every request is answered, every acknowledged decision is there once."""
    pids = [node.pid("node")]
    readers, writer = start_readers(4 + 3 * N_SWAPS), Writer()
    writer.start()
    time.sleep(1)
    for _ in range(N_SWAPS):
        node.swap()
        pids.append(node.pid("node"))
        time.sleep(1)
    said = readers.communicate(timeout=60)[0]
    writer.end()
    t.eq(len(set(pids)), N_SWAPS + 1, f"{N_SWAPS} swaps happened: {pids}")
    n_read = int(re.search(r"(\d+) requests in", said).group(1))
    t.note(f"{n_read} reads and {writer.n_done} writes over {N_SWAPS} swaps")
    t.ok(n_read > 100 and writer.n_done > 10, "there was load")
    t.ok("Non-2xx" not in said, "every read was answered with 200", said)
    t.ok("Socket errors" not in said, "no connection was cut", said)
    t.eq(writer.failures, [], "every write was acknowledged")
    ids = "','".join(writer.ids)
    stored = node.psql("SELECT count(*), count(DISTINCT id) FROM setting"
                       f" WHERE id = ANY (ARRAY['{ids}']::uuid[])")
    t.eq(stored, f"{writer.n_done}|{writer.n_done}", "and is there, once")


@case
def http_successor_that_cannot_serve_takes_nothing(t):
    """A new program that fails leaves the old one where it is."""
    conf = node.data_dir + "/node.conf"
    with open(conf, encoding="utf-8") as f:
        good = f.read()
    pid = node.pid("node")
    with open(conf, "w", encoding="utf-8") as f:
        f.write(good.replace("node.role = municipality", "node.role = nonsense"))
    try:
        node.swap()
        t.ok(False, "the swap says that it failed")
    except NodeError:
        t.ok(True, "the swap says that it failed")
    finally:
        with open(conf, "w", encoding="utf-8") as f:
            f.write(good)
    t.eq(node.pid("node"), pid, "the old program goes on")
    t.eq(problem("GET", "/api/v1/session"), (200, None), "and serves")


@case
def http_killed_node_is_back(t):
    pid = node.kill("node")
    seconds = node.wait_back("node", pid)
    t.note(f"ready {seconds:.2f} s after kill -9; answers {node.wait_answer():.2f} s later")
    t.eq(problem("GET", "/api/v1/session"), (200, None), "sessions go on")
    before = problem("PUT", SETTING, {"id": str(uuid.uuid4()), "value": "still here"})
    t.eq(before, (200, None), "and changes are made")


@case
def http_front_says_in_japanese_that_the_node_is_away(t):
    """The supervisor is held for a moment, so that nobody brings the node back at once."""
    supervisor = node.rows()["supervisor"][0]
    os.kill(supervisor, signal.SIGSTOP)
    try:
        node.kill("node")
        page = node.request("GET", "/", timeout=15)
        api = node.request("GET", "/api/v1/session", timeout=15)
    finally:
        os.kill(supervisor, signal.SIGCONT)
    # 502 while the dead program's last connections are cleared away.
    t.ok(page.status in (502, 503), "a page", page.status)
    t.ok("text/html" in page.headers["Content-Type"] and "準備中" in page.body.decode(),
         "in words for people", page.body[:200])
    t.ok(api.status in (502, 503), "the program's interface", api.status)
    t.eq((api.headers["Content-Type"], api.json()["code"]),
         ("application/problem+json", "unavailable"), "as a problem")
    node.wait_answer()
    t.eq(problem("GET", "/api/v1/session"), (200, None), "back again")


def database_away():
    os.rename(node.run_dir + "/pg", node.run_dir + "/pg.away")
    subprocess.run(["/usr/lib/postgresql/15/bin/psql", "-X", "-q", "-h", node.run_dir + "/pg.away",
                    "-U", "ibasho", "ibasho", "-c", "SELECT pg_terminate_backend(pid) FROM"
                    " pg_stat_activity WHERE pid <> pg_backend_pid() AND"
                    " backend_type = 'client backend'"], check=True, capture_output=True, cwd="/")


def database_back():
    os.rename(node.run_dir + "/pg.away", node.run_dir + "/pg")


@case
def http_database_away_is_said_and_mends_itself(t):
    pid = node.pid("node")
    database_away()
    try:
        got = wait_until(lambda: problem("GET", "/api/v1/session")[0] == 503)
        t.ok(got is not None, "reads say 503")
        t.eq(problem("GET", "/api/v1/session"), (503, "unavailable"), "with a code")
        # The session cannot be looked up, so nobody is let in and nobody is sent away.
        t.eq(problem("PUT", SETTING, {"id": str(uuid.uuid4()), "value": "x"}),
             (503, "unavailable"), "writes too")
        t.eq(node.request("GET", "/").status, 200, "the first page is there")
        t.eq(node.request("GET", "/api/v1/node").status, 200, "and says whose it is")
        doctor = node.admin("GET", "/api/v1/admin/doctor", timeout=60).json()
        t.ok(any(c["name"] == "database" and c["level"] == "bad" for c in doctor["checks"]),
             "doctor names the database")
        t.ok(all(c["next"] for c in doctor["checks"] if c["level"] != "ok"), "with a next step")
    finally:
        database_back()
    got = wait_until(lambda: problem("PUT", SETTING, {"id": str(uuid.uuid4()), "value": "y"})
                     == (200, None))
    t.ok(got is not None, "writes again, without a hand")
    t.eq(problem("GET", "/api/v1/session"), (200, None), "reads again")
    t.eq(node.pid("node"), pid, "in the same process")


@case
def http_node_starts_without_its_database(t):
    database_away()
    try:
        pid = node.kill("node")
        node.wait_back("node", pid)
        t.eq(node.request("GET", "/api/v1/health").json(), {"status": "starting"}, "it says so")
        t.eq(node.request("GET", "/").status, 200, "the first page is there")
        t.eq(problem("GET", "/api/v1/session"), (503, "starting"), "everything else waits")
        t.eq(problem("POST", "/api/v1/session", {"login": "x", "password": "y"}),
             (503, "starting"), "signing in, too")
        doctor = node.admin("GET", "/api/v1/admin/doctor", timeout=60)
        t.eq((doctor.status, doctor.json()["level"]), (200, "bad"), "doctor answers")
        t.ok(node.admin("GET", "/metrics").body.endswith(b"# EOF\n"), "metrics answer")
        pid = node.pid("node")
        # Over the moment in which the parts arrive; see http_no_secret_in_the_logs.
        operator = Operator()
        operator.start()
    finally:
        database_back()
    node.wait_answer()
    operator.end()
    t.eq(problem("GET", "/api/v1/session"), (200, None), "and goes on when it comes")
    t.eq(node.pid("node"), pid, "in the same process")
    t.ok(operator.n_read > 0 and not operator.failures, "the operator was answered throughout",
         operator.failures)
    t.ok(b"\nibasho_writer_ready 1\n" in node.admin("GET", "/metrics").body, "all parts are seen")


@case
def http_locked_node_says_so_and_opens_again(t):
    """Without the node key the node is up: pages, health, doctor; what needs keys says `locked`."""
    node.cli("key", "lock")
    try:
        got = wait_until(lambda: node.request("GET", "/api/v1/health").json()
                         == {"status": "locked"})
        t.ok(got is not None, "health says locked")
        t.eq(node.request("GET", "/").status, 200, "the first page is there")
        t.eq(node.request("GET", "/api/v1/node").json()["status"], "locked", "and can say why")
        t.eq(problem("POST", "/api/v1/session", {"login": "x", "password": "yyyyyyyyyy"}),
             (503, "locked"), "nobody can sign in")
        checks = node.admin("GET", "/api/v1/admin/doctor").json()["checks"]
        t.ok(any(c["name"] == "keys" and c["level"] == "bad" for c in checks), "doctor says so")
    finally:
        pid = node.kill("keyd")  # its successor takes the local token
        node.wait_back("keyd", pid)
    node.wait_answer()
    t.eq(problem("GET", "/api/v1/session"), (200, None), "open again")


@case
def http_metrics_count_what_happened(t):
    def count(name):
        text = node.admin("GET", "/metrics").body.decode()
        found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.M)
        return float(found.group(1)) if found else 0.0

    shown = 'ibasho_http_requests_total{route="node.show",status="200"}'
    lost = 'ibasho_http_requests_total{listener="public",status="404"}'
    before = count(shown), count(lost)
    for _ in range(3):
        node.request("GET", "/api/v1/node")
    node.request("GET", "/api/v1/nothing")
    t.eq((count(shown) - before[0], count(lost) - before[1]), (3, 1), "by route and by listener")
    reply = node.admin("GET", "/metrics")
    t.ok(reply.headers["Content-Type"].startswith("application/openmetrics-text"), "OpenMetrics")
    text = reply.body.decode()
    t.ok(text.endswith("# EOF\n"), "with its end")
    for name in ("writer_batches_total", "audit_leaves", "jobs_waiting", "keys_unlocked",
                 "db_read_connections", "process_pss_bytes", "process_open_fds"):
        t.ok(f"\nibasho_{name}" in text, name)
    types = re.findall(r"^# TYPE (\S+)", text, re.M)
    t.eq(len(types), len(set(types)), "every family once")
    t.ok(not re.search(r"contractor-|192\.|あおぞら", text), "nothing of people or places in it")


@case
def http_doctor_speaks_plainly(t):
    said = node.cli("doctor", check=False)
    t.ok(said.returncode in (0, 1), f"it ran: {said.returncode} {said.stderr}")
    t.ok("注意" in said.stdout and "→" in said.stdout, "the demo's token is worth a word", said.stdout)
    report = json.loads(node.cli("doctor", "--json", check=False).stdout)
    t.ok(any("accounts.operator_makes" in c["next"] for c in report["checks"]),
         "a test node lets the operator make everybody: named as not for real use")
    names = {c["name"] for c in report["checks"]}
    for name in ("node", "client", "keys", "database", "migrations", "writer", "jobs", "clock",
                 "sheet", "audit", "backup", "disk", "configuration", "front-public",
                 "front-office", "front-federation", "live"):
        t.ok(name in names, f"checks {name}")
    live = next(c for c in report["checks"] if c["name"] == "live")
    t.ok(live["level"] != "bad" and re.search("つながりは 0（上限 [0-9]+）", live["text"]),
         "the way to the place through the front", live)
    t.ok(all(re.search("[ぁ-ん]", c["text"]) for c in report["checks"]), "in Japanese")
    t.ok(all((c["next"] == "") == (c["level"] == "ok") for c in report["checks"]),
         "a next step where one is needed")


@case
def http_process_is_confined(t):
    """No core file, no new privileges, nobody may look into it; its own user and nothing more."""
    pid = node.pid("node")
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        status = dict(line.rstrip("\n").split(":\t", 1) for line in f if ":\t" in line)
    with open(f"/proc/{pid}/limits", encoding="ascii") as f:
        limits = f.read()
    uid = subprocess.check_output(["id", "-u", node.user], text=True).strip()
    t.eq(set(status["Uid"].split()), {uid}, "runs as the node's user")
    t.eq((status["NoNewPrivs"], status["CapEff"], status["CapBnd"]), ("1", "0" * 16, "0" * 16),
         "without rights to gain")
    t.ok(re.search(r"Max core file size\s+0\s+0 ", limits), "no core file")
    t.eq(os.stat(f"/proc/{pid}/mem").st_uid, 0, "not dumpable: its memory is root's to read")
    threads = os.listdir(f"/proc/{pid}/task")
    t.note(f"{len(threads)} threads")


@case
def http_no_secret_in_the_logs(t):
    """Cookies, passwords and bodies of all of the above are in no log."""
    cookies = list(session.cookies.values())
    for name in ("node", "front", "keyd", "postgres", "supervise"):
        log = node.log(name)
        t.ok(not any(c in log for c in cookies) and "still here" not in log,
             f"{name}: neither session nor device nor body")
        found = [line for line in log.splitlines() if "Sanitizer" in line]
        t.eq(found, [], f"{name}: an instrumented build found nothing")


if __name__ == "__main__":
    main(__file__, nodes.close)
