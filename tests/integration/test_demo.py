#!/usr/bin/python3
# tests/run: right 900
"""The demo as a person starts it: ops/up at a terminal, three first pages, the addresses
file, signing in, the federation, a fourth town, Ctrl-C; a month later in the background and stopped;
then removed without a trace. Its instance is its own, so that a demo that runs here is left alone."""
import datetime
import glob
import json
import os
import pty
import pwd
import re
import select
import signal
import stat
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import BUILD, ROOT, Login, Node, totp  # noqa: E402
from lib.t import case, main  # noqa: E402

JST = datetime.timezone(datetime.timedelta(hours=9))
INSTANCE = f"test-{os.getpid()}-1"
ENV = dict(os.environ, IBASHO_INSTANCE=INSTANCE, IBASHO_BUILD=BUILD)
ADDRESSES = f"{ROOT}/var/{INSTANCE}/addresses.json"
FIELDS = {"name", "role", "public_url", "office_url", "federation_url", "uploads_url",
          "admin_socket", "data_dir", "logins"}
LOGIN_FIELDS = {"role", "login", "password", "totp_secret"}
ROLES = {"student", "guardian", "supporter", "instructor", "guest_teacher", "school_staff",
         "commissioner", "contractor", "data_holder", "analyst", "coordinator", "auditor"}
NODES = {"pref": "coordinator", "aozora": "municipality", "midori": "municipality"}
BASE = RUN = None
terminal = None
later = tempfile.TemporaryDirectory(prefix="ibasho-later-")


class Terminal:
    """A program at a terminal of its own, as its foreground job."""

    def __init__(self, *command):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            # A shell's background job ignores Ctrl-C and hands that on; a terminal's does not.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.chdir(ROOT)
            os.execve(command[0], command, ENV)
        self.said = ""
        self.status = None

    def read_until(self, pattern, seconds):
        """Reads on until pattern has come (True) or the program ends or time is up (False)."""
        ends = time.monotonic() + seconds
        while not (pattern and re.search(pattern, self.said)):
            if not select.select([self.fd], [], [], max(0, ends - time.monotonic()))[0]:
                return False
            try:
                got = os.read(self.fd, 4096)
            except OSError:  # EIO: nobody holds the other side any more
                return False
            if not got:
                return False
            self.said += got.decode(errors="replace")
        return True

    def key(self, byte):
        os.write(self.fd, byte)

    def wait(self, seconds):
        """How it ended, as subprocess says it; None when it did not within the time."""
        ends = time.monotonic() + seconds
        while self.status is None and time.monotonic() < ends:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
            else:
                self.read_until(None, 0.1)
        return self.status


def ops(*command, seconds=120, env=None):
    return subprocess.run(command, cwd=ROOT, env=env or ENV, stdin=subprocess.DEVNULL, text=True,
                          capture_output=True, timeout=seconds, check=False)


def users():
    mark = "ibd-" + RUN.rsplit("-", 1)[1] + "-"
    return [p.pw_name for p in pwd.getpwall() if p.pw_name.startswith(mark)]


def processes():
    """What runs of the instance: by its users, and by its paths on the command line or open."""
    uids = {pwd.getpwnam(u).pw_uid for u in users()}
    found = []
    for path in glob.glob("/proc/[0-9]*"):
        try:
            with open(path + "/cmdline", "rb") as f:
                words = f.read().replace(b"\0", b" ").decode(errors="replace")
            if os.stat(path).st_uid in uids or BASE in words or RUN in words:
                with open(path + "/stat", encoding="ascii", errors="replace") as f:
                    if f.read().rsplit(")", 1)[1].split()[0] != "Z":
                        found.append((int(path[6:]), words.strip()))
        except OSError:
            continue
    return found


def addresses():
    with open(ADDRESSES, encoding="utf-8") as f:
        return json.load(f)


def reach(entry):
    """The node of one entry, found by nothing but what the file says."""
    node = Node(None, entry["name"], entry["role"])
    node.v = {"URL_PUBLIC": entry["public_url"]}
    return node


def first_page_answers(entry):
    reply = reach(entry).request("GET", "/")
    return reply.status == 200 and b"<!doctype html" in reply.body.lower()


@case
def demo_starts_at_a_terminal_and_answers(t):
    global terminal
    began = time.monotonic()
    terminal = Terminal("ops/up")
    t.ok(terminal.read_until(r"Ctrl-C ends all of it\.", 600), "it says when it is ready",
         terminal.said[-1500:])
    t.note(f"ready after {time.monotonic() - began:.0f} s")
    got = addresses()
    t.eq({e["name"]: e["role"] for e in got}, NODES, "three nodes")
    for entry in got:
        t.ok(first_page_answers(entry), f"{entry['name']}: the first page answers")
        t.ok(entry["public_url"] in terminal.said, f"{entry['name']}: and its address was shown")
    t.ok(len(processes()) >= 3 * 8, "processes to be ended later", len(processes()))
    t.eq(len(users()), 6, "two users a node")


@case
def demo_addresses_hold_the_agreed_fields(t):
    t.eq(stat.S_IMODE(os.stat(ADDRESSES).st_mode), 0o600, "passwords are for root alone")
    got = addresses()
    t.ok(isinstance(got, list), "a list of nodes")
    seen = set()
    for entry in got:
        name = entry["name"]
        t.eq(FIELDS - set(entry), set(), f"{name}: no field is missing")
        for field in FIELDS - {"logins"}:
            t.ok(isinstance(entry[field], str) and entry[field], f"{name}: {field} is a text")
        for field in ("public_url", "office_url", "federation_url", "uploads_url"):
            t.ok(re.fullmatch(rf"https?://([a-z]+\.)?{name}\.localhost:\d+", entry[field]),
                 f"{name}: {field}", entry[field])
            t.ok(entry[field] not in seen, f"{name}: {field} is its own")
            seen.add(entry[field])
        t.ok(stat.S_ISSOCK(os.stat(entry["admin_socket"]).st_mode), f"{name}: admin_socket")
        t.ok(os.path.isfile(entry["data_dir"] + "/node.conf"), f"{name}: data_dir")
        more = ["student"] if name == "midori" else []  # a second child, to write to
        t.eq(sorted(login["role"] for login in entry["logins"]), sorted([*ROLES, *more]),
             f"{name}: each of the twelve roles")
        for login in entry["logins"]:
            t.eq(set(login), LOGIN_FIELDS, f"{name} {login['role']}: fields")
            t.ok(len(login["password"]) >= 12, f"{name} {login['role']}: a password")
            t.eq(bool(re.fullmatch(r"[A-Z2-7]{32}", login["totp_secret"])),
                 login["role"] != "student", f"{name} {login['role']}: adults have a second factor")


@case
def demo_logins_open_the_door(t):
    for entry in addresses():
        for role in ("student", "commissioner"):
            row = next(row for row in entry["logins"] if row["role"] == role)
            person = Login(role, row["login"], row["password"], row["totp_secret"], None)
            session = reach(entry).sign_in(person)
            reply = session.request("GET", "/api/v1/session")
            t.eq((reply.status, reply.json()["role"]), (200, role), f"{entry['name']}: {role}")


@case
def demo_tells_the_code_an_adult_types(t):
    row = next(row for row in addresses()[1]["logins"] if row["role"] == "supporter")

    def said(login):
        return subprocess.run([f"{ROOT}/ops/lib/demo-code", login], env=ENV, capture_output=True,
                              text=True, check=False)
    for _ in range(2):  # a step may end between the two
        at, told = time.time(), said(row["login"])
        if told.stdout.strip() == totp(row["totp_secret"], at):
            break
    t.eq((told.returncode, told.stdout.strip()), (0, totp(row["totp_secret"], at)), "six digits")
    for login in ("", "nobody@aozora", addresses()[1]["logins"][0]["login"] + "x"):
        told = said(login)
        t.ok(told.returncode != 0 and "demo-code:" in told.stderr, f"refused: {login!r}")


@case
def demo_opens_as_it_says(t):
    t.req("AI-4.3-ウ-イ-2")
    long, short = ([{"from": "10:00", "to": end}] for end in ("15:00", "12:00"))
    for name, week in (("aozora", [long, short, long, short, long, [], []]),
                       ("midori", [[{"from": "00:00", "to": "24:00"}]] * 7)):
        entry = next(e for e in addresses() if e["name"] == name)
        row = next(row for row in entry["logins"] if row["role"] == "student")
        child = reach(entry).sign_in(Login("student", row["login"], row["password"], "", None))
        plan = child.request("GET", "/api/v1/hours/plan").json()
        t.eq(list(plan["week"].values()), week, f"{name}: its week")
        now = child.request("GET", "/api/v1/hours").json()
        t.ok(now["today"]["phase"] != "none", f"{name}: today is in a period", now["today"])
        if name == "midori":
            t.eq(now["state"], "open", f"{name}: a child can come in at any hour")
            months = [child.request("GET", f"/api/v1/hours/month?month={day['day'][:7]}").json()
                      for day in plan["holidays"]]
            shut = [day for m in months for day in m["days"] if day["day"] >= now["today"]["day"]
                    and day["phase"] == "contract" and not day["slots"]]
            t.eq(shut, [], f"{name}: on no day to come it is closed")
        else:
            t.eq([day["title"] for day in plan["days"]], ["ほっとルーム"], f"{name}: a session")
    t.ok("ALWAYS" in terminal.said, "which of them is open is said where it starts")


def cli(name, *words):
    return ops("ops/node", "cli", name, *words).stdout


def federation(name):
    return json.loads(cli(name, "federation", "show", "--json"))


def escrow(name):
    return json.loads(cli(name, "key", "escrow", "status", "--json"))


def wait_for(what, seconds=20):
    until = time.monotonic() + seconds
    while not (got := what()) and time.monotonic() < until:
        time.sleep(0.1)
    return got


@case
def demo_nodes_are_one_federation(t):
    t.req("CARD-1, CARD-11")
    for name in NODES:
        told = federation(name)
        t.eq((told["federation"], told["n_members"], told["is_fresh"]), ("hinata-demo", 3, True), name)
    roots = glob.glob(f"{BASE}/federation-demo/roots/*.pem")
    t.eq(sorted(os.path.basename(p) for p in roots),
         ["DEMO-root-1-ひなた県.pem", "DEMO-root-2-あおぞら市.pem", "DEMO-root-3-みどり町.pem"],
         "each root key says whose it is, and that it is the demo's")
    t.eq({stat.S_IMODE(os.stat(p).st_mode) for p in roots}, {0o600}, "for root alone")
    t.eq([escrow(name)["state"] for name in ("aozora", "midori")], ["hold", "hold"],
         "the towns' halves are at the prefecture's node")
    t.ok(not glob.glob(f"{BASE}/[am]*/keyd/municipality.token"), "and not beside the others")


def shared(name):
    """The series of a town as its contractor sees them, and the lessons of its plan."""
    entry = next(e for e in addresses() if e["name"] == name)
    row = next(row for row in entry["logins"] if row["role"] == "contractor")
    who = reach(entry).sign_in(Login("contractor", row["login"], row["password"],
                                     row["totp_secret"], None))
    plan = who.request("GET", "/api/v1/plan").json()["days"]
    lessons = [lesson for day in plan for slot in day["slots"] for lesson in slot["lessons"]]
    return who.request("GET", "/api/v1/shared/series").json()["items"], lessons


@case
def demo_towns_hold_a_series_together(t):
    t.req("CARD-1")
    (series,), own = shared("aozora")
    weeks = {datetime.datetime.fromisoformat(lesson["from"].replace("Z", "+00:00")).astimezone(JST)
             .isocalendar()[:2] for lesson in own if lesson["course"] == series["course"]}
    t.eq(len(series["lessons"]), len(weeks), "a date in every week of the timetable")
    t.eq([(node["name"], node["state"]) for node in series["nodes"]], [("みどり町", "accepted")],
         "offered and accepted")
    (there,), plan = shared("midori")
    t.eq((there["series"], there["is_host"], there["title"], there["state"]),
         (series["series"], False, series["title"], "accepted"), "the same at the guest")
    dates = [lesson for lesson in plan if lesson["floor"] == there["floor"]]
    t.eq([lesson["from"] for lesson in dates], [lesson["from"] for lesson in series["lessons"]],
         "in its plan")
    t.ok(all(lesson["supporters"] and not lesson["flags"] for lesson in dates),
         "with its own supporter, who is needed nowhere else", dates)


@case
def demo_town_that_was_restarted_needs_nobody(t):
    t.req("CARD-1")
    t.eq(ops("ops/node", "stop", "midori").returncode, 0, "one town's programs end")
    t.eq(ops("ops/node", "start", "midori").returncode, 0, "and start")
    entry = next(e for e in addresses() if e["name"] == "midori")

    def is_open():
        try:
            return reach(entry).request("GET", "/api/v1/health", timeout=2).json()["status"] == "ok"
        except (OSError, ValueError):
            return False
    t.ok(wait_for(is_open, 40), "open, and nobody typed anything")
    t.eq(escrow("midori")["asked"], "ok", "by the prefecture's node")


@case
def demo_takes_one_more_town(t):
    for words, why in (((), "usage"), (("kawabe",), "usage"), (("Ka wabe", "かわべ町"), "NAME is"),
                       (("kawabe", 'かわ"べ町'), "TITLE is"), (("midori", "かわべ町"), "there already"),
                       (("kawabe", "みどり町"), "there already")):
        done = ops("ops/add-town", *words)
        t.ok(done.returncode != 0 and why in done.stderr, f"refused: {words}", done.stderr)
    t.eq(len(addresses()), 3, "nothing was made")
    for _ in range(2):  # the second time it is only shown
        done = ops("ops/add-town", "kawabe", "かわべ町", seconds=300)
        t.ok(done.returncode == 0 and "かわべ町" in done.stdout, "a town by one command", done.stderr)
    t.eq(len(addresses()), 4, "once")
    entry = addresses()[3]
    t.ok(first_page_answers(entry) and entry["public_url"] in done.stdout, "its first page answers")
    for login in entry["logins"]:
        t.ok(f"{login['login']} " in done.stdout and login["password"] in done.stdout, login["login"])
    told = reach(entry).request("GET", "/api/v1/node").json()
    t.eq((told["title_ja"], told["kana"]), ("かわべ町", "かわべちょう"), "its name, and how it is read")
    row = next(row for row in entry["logins"] if row["role"] == "student")
    child = reach(entry).sign_in(Login("student", row["login"], row["password"], "", None))
    t.eq(child.request("GET", "/api/v1/hours").json()["state"], "open", "a child can come in")
    day = (datetime.datetime.now(JST) + datetime.timedelta(days=1)).date().isoformat()
    told = child.request("GET", f"/api/v1/my/lessons?day={day}").json()
    t.ok([lesson for slot in told["slots"] for lesson in slot["lessons"]], "and finds lessons", told)
    for name in (*NODES, "kawabe"):
        t.eq(federation(name)["n_members"], 4, f"{name} knows it")
    t.eq(escrow("kawabe")["state"], "hold", "its half, too, is at the prefecture's node")
    t.eq([one["state"] for one in shared("kawabe")[0]], ["accepted"], "and it is in the series")


@case
def demo_starts_once_only(t):
    done = ops("ops/up")
    t.eq(done.returncode, 1, "a second start is refused")
    t.ok("the demo runs already" in done.stderr, "and says why", done.stderr)
    t.ok(all(map(first_page_answers, addresses())), "the first one goes on")


@case
def demo_ends_on_ctrl_c(t):
    terminal.key(b"\x03")
    t.eq(terminal.wait(60), 0, "a clean end: " + terminal.said[-300:])
    t.ok("stopped; the data stays" in terminal.said, "and says so", terminal.said[-300:])
    t.eq(processes(), [], "no process is left")
    for entry in addresses():
        t.ok(not os.path.exists(entry["admin_socket"]), f"{entry['name']}: no socket is left")
        try:
            reach(entry).request("GET", "/", timeout=2)
            t.ok(False, f"{entry['name']}: somebody still answers")
        except ConnectionRefusedError as e:
            t.ok(e.errno is not None, f"{entry['name']}: nobody listens")


def month_later(folder):
    """What a program gets so that it is a month later for it and for all it starts."""
    library, path = folder + "/clock_jump.so", folder + "/jump"
    subprocess.run(["cc", "-std=c17", "-D_GNU_SOURCE", "-O1", "-shared", "-fPIC", "-o", library,
                    f"{ROOT}/tests/lib/clock_jump.c"], check=True)
    with open(path, "wb") as f:
        f.write(struct.pack("q", 31 * 86400))
    for p in (folder, library, path):
        os.chmod(p, 0o755)
    jump = {"LD_PRELOAD": library, "IBASHO_CLOCK_JUMP": path}
    return {**ENV, **jump, "IBASHO_NODE_ENV": " ".join(f"{k}={v}" for k, v in jump.items())}


@case
def demo_runs_in_the_background_until_stopped(t):
    """A month later: the registry was over long ago."""
    before = addresses()
    done = ops("ops/up", "--background", seconds=600, env=month_later(later.name))
    t.eq(done.returncode, 0, "it returns when all is there: " + done.stderr[-500:])
    t.eq(addresses(), before, "the same addresses, logins and passwords as before")
    told = {name: federation(name) for name in (*NODES, "kawabe")}
    t.eq({f["seq"] for f in told.values()}, {6}, "one registry more")
    t.eq([f["is_fresh"] for f in told.values()], [True] * 4, "that everybody has and believes")
    t.eq([escrow(name)["asked"] for name in ("aozora", "midori", "kawabe")], ["ok"] * 3,
         "and the towns opened by themselves")
    t.ok(all(map(first_page_answers, before)), "the first pages answer")
    person = next(row for row in before[1]["logins"] if row["role"] == "student")
    session = reach(before[1]).sign_in(Login("student", person["login"], person["password"], "",
                                             None))
    t.eq(session.request("GET", "/api/v1/session").status, 200, "the data stayed")
    done = ops("ops/down")
    t.eq((done.returncode, done.stdout), (0, "stopped\n"), "stopped: " + done.stderr)
    t.eq(processes(), [], "no process is left")


@case
def demo_is_removed_without_a_trace(t):
    t.eq(len(users()), 8, "there is something to remove")
    done = ops("ops/down", "--remove")
    t.eq(done.returncode, 0, "removed: " + done.stderr)
    t.eq(users(), [], "no user")
    for path in (BASE, RUN, os.path.dirname(ADDRESSES)):
        t.ok(not os.path.lexists(path), "no " + path)
    t.eq(processes(), [], "no process")


def clean():
    if terminal is not None and terminal.status is None:
        os.kill(terminal.pid, signal.SIGTERM)
        if terminal.wait(60) is None:
            os.kill(terminal.pid, signal.SIGKILL)
    if os.path.isdir(BASE):
        ops("ops/down", "--remove", seconds=180)
    later.cleanup()


if __name__ == "__main__":
    where = dict(line.split("=", 1) for line in ops("ops/node", "vars").stdout.splitlines())
    BASE, RUN = where["BASE"], where["RUN"]
    # tests/run ends a suite that takes too long by SIGTERM: the instance goes with it.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    main(__file__, clean)
