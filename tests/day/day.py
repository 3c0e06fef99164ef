"""tests/day/day.py - one day of a federation: its nodes, who is there, what was proven.

A chapter is a file here with TITLE (Japanese), `play(day)` and, when later ones need what it leaves, `made(day)`,
which leaves the same quickly. What it finds out it says by `day.prove(words, figure)`, one line each. Nodes stand
in `day.pref`, `day.city`, `day.town_a`, `day.town_b` and, from its chapter on, `day.heir`.
"""
import concurrent.futures
import contextlib
import datetime
import os
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
import unicodedata
import uuid

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
for below in ("tests", "tests/roster"):
    sys.path.insert(0, os.path.join(ROOT, below))
from lib.clock import Clock  # noqa: E402
from lib.fed_peer import Roots  # noqa: E402
from lib.ibasho_node import Nodes, TITLES  # noqa: E402
from lib.relay import Relay  # noqa: E402
from lib.screens import Screens  # noqa: E402
from lib.volume import Volume  # noqa: E402

SHOTS = ROOT + "/build/shots/day"
JST = datetime.timezone(datetime.timedelta(hours=9))
GOAL_S = 15 * 60
VOLUME_MIB = 384
TITLES.update(kawabe="かわべ町", tsugi="かわべ町")  # the second: kawabe's people at the next contractor


class Failed(Exception):
    """A line could not be proven, and what comes after it in its chapter stands on it."""


def new():
    return str(uuid.uuid4())


def day_of(days):
    """The date so many days from today, in Tokyo."""
    return (datetime.datetime.now(JST) + datetime.timedelta(days=days)).date().isoformat()


def until(found, seconds=40):
    """What found() gives as soon as it gives something; None or the like when it never did."""
    end = time.monotonic() + seconds
    while True:
        got = found()
        if got or time.monotonic() > end:
            return got
        time.sleep(0.1)


def must(found, what, seconds=40):
    got = until(found, seconds)
    if not got:
        raise Failed(f"{what}: {seconds} 秒待っても、そうなりません")
    return got


def wide(text):
    """Columns of a terminal that a text takes."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


class Day:
    def __init__(self):
        self.began = time.monotonic()
        self.folder = tempfile.mkdtemp(dir="/var/tmp")
        os.chmod(self.folder, 0o711)
        self.clock = Clock(tempfile.mkdtemp(dir=self.folder))
        self.nodes = Nodes("pref", "aozora", "midori", "kawabe", "tsugi", env={
            **self.clock.env, "IBASHO_FEDERATION_POLL_S": "1", "IBASHO_FEDERATION_TIMEOUT_S": "5"})
        self.pref, self.city, self.town_a, self.town_b, self.heir = self.nodes
        self.roots = Roots(self.folder)
        self.nodes.now = self.roots.now = self.clock.now
        self.relay = None     # before the city's door for other nodes: what is cut
        self.volume = Volume(self.folder + "/volume", VOLUME_MIB)  # town_b's
        self.ids = {}         # node's name -> its id; (node's name, person) -> the account's
        self.logins = {}      # (node's name, person) -> Login
        self.who = {}         # the same -> Session
        self.children = {}    # node's name -> persons who are children
        self.made = {}        # what a chapter leaves for later ones
        self.lines, self.chapter, self.times = [], "", []
        self.players, self.n_shots, self.visitors = [], 0, []
        self.gone = []        # nodes that ended
        self.ends = contextlib.ExitStack()  # what a chapter began and leaves to later ones

    @property
    def four(self):
        return [self.pref, self.city, self.town_a, self.town_b]

    def school_year(self):
        """The year in whose April it began."""
        return (self.clock.today() - datetime.timedelta(days=90)).year

    # ---- asking ----

    def ask(self, node, name, method, path, body=None, status=None, headers=None, timeout=60):
        reply = self.who[node.name, name].request(method, path, body, headers, timeout=timeout)
        if status is not None and reply.status != status:
            raise Failed(f"{node.name}/{name} {method} {path}: {reply}")
        return reply

    def post(self, node, name, path, /, status=200, **body):
        reply = self.ask(node, name, "POST", path, {"id": new(), **body}, status)
        return reply.json() if reply.body else None

    def put(self, node, name, path, /, **body):
        reply = self.ask(node, name, "PUT", path, {"id": new(), **body})
        if reply.status // 100 != 2:
            raise Failed(f"{node.name}/{name} PUT {path}: {reply}")
        return reply.json() if reply.body else None

    def account(self, node, name, role, display_name):
        """Somebody made by the operator's own way, signed in."""
        login = node.account(role, display_name=display_name)
        self.logins[node.name, name], self.ids[node.name, name] = login, login.id
        self.who[node.name, name] = node.sign_in(login)
        return login

    def each(self, do, of=None):
        """The same at several nodes, side by side."""
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            return list(pool.map(do, of or self.four))

    # ---- what was proven ----

    def prove(self, what, figure="", good=True):
        """A line for whoever reads: what holds, and its figure with its unit. Not good: a ✗, and the day fails."""
        self.lines.append((self.chapter, bool(good), what, str(figure)))
        print(f"  {'✓' if good else '✗'} {what}{'  … ' if figure != '' else ''}{figure}", flush=True)
        return bool(good)

    def need(self, good, what, figure=""):
        """The same, and the chapter ends here when it does not hold."""
        if not self.prove(what, figure, good):
            raise Failed(what)

    def note(self, text):
        """Worth reading, proves nothing."""
        print(f"    {text}", flush=True)

    @contextlib.contextmanager
    def taking(self, title, name):
        """A chapter: its lines, its time; an exception is a ✗ of its own. Tells whether it was whole."""
        self.chapter, whole = title, {"is": True}
        began, n_bad = time.monotonic(), self.n_bad()
        print(f"\n■ {title}", flush=True)
        try:
            yield whole
        except Exception as error:  # pylint: disable=broad-except
            whole["is"] = False
            if not (isinstance(error, Failed) and self.n_bad() > n_bad):
                self.prove(f"「{title}」が途中で止まりました", f"{type(error).__name__}: {error}".splitlines()[0][:200], False)
            print("    " + traceback.format_exc().replace("\n", "\n    "), flush=True)
            for i, (_, page) in enumerate(self.pages()):
                with contextlib.suppress(Exception):
                    page.shot(f"{SHOTS}/failed-{name}-{i}.png")
        self.times.append((title, time.monotonic() - began))

    def n_bad(self):
        return sum(not good for _, good, _, _ in self.lines)

    def tell(self):
        """All lines again, as a table, and how long it took. The exit status."""
        width = max((wide(what) for _, _, what, _ in self.lines), default=0)
        print("\n\n==== 今日、確かめられたこと ====", flush=True)
        chapter = None
        for title, good, what, figure in self.lines:
            if title != chapter:
                chapter = title
                print(f"\n{title}")
            print(f"  {'✓' if good else '✗'} {what}{' ' * (width - wide(what))}  {figure}".rstrip())
        spent = time.monotonic() - self.began
        print("\nかかった時間")
        for title, seconds in self.times:
            print(f"  {title}: {seconds:.0f} 秒")
        print(f"  全部で: {spent // 60:.0f} 分 {spent % 60:02.0f} 秒（目標 {GOAL_S // 60} 分以内"
              f"{'' if spent <= GOAL_S else '。こえました'}）")
        print(f"画面の写真: {os.path.relpath(SHOTS, ROOT)}/（{self.n_shots} 枚）")
        n_good = len(self.lines) - self.n_bad()
        print(f"{n_good} passed, {self.n_bad()} failed", flush=True)
        return 1 if self.n_bad() or not n_good else 0

    # ---- screens ----

    def screen(self, node, name, size="laptop", office=False):
        """Somebody at a browser: goes on with the session he has, or signs in there by the form. A child's words have
        their readings, as the node shows them; an adult has chosen plain ones."""
        key = (node.name, name)
        login, session = self.logins.get(key), self.who.get(key)
        player = next((p for p, _ in self.players if node.name in p.nodes and (session or p.logins.get(key) is login)),
                      None)
        if player is None:
            place = tempfile.mkdtemp(dir=self.folder)
            player = Screens(place, {n.name: n for n in self.nodes if n.v and n not in self.gone}, self.logins)
            self.players.append((player, []))
        page = player.come(node.name, name, size, session, office, None if login and login.role == "student" else "plain")
        next(pages for p, pages in self.players if p is player).append((f"{node.name}/{name}", page))
        return page

    def pages(self):
        return [one for _, pages in self.players for one in pages]

    def shot(self, page, name, whole=True):
        """A picture of a page as it is now, or of what the screen shows of it; returns its path."""
        page.settled()
        path = self.next_shot(name)
        page.shot(path, whole)
        return path

    def next_shot(self, name):
        """Where the next picture goes."""
        self.n_shots += 1
        return f"{SHOTS}/{self.n_shots:02}-{name}.png"

    def shot_pdf(self, pdf, name, n_pages=3):
        """The first pages of a PDF as pictures; returns their paths."""
        paths = []
        with tempfile.TemporaryDirectory(dir=self.folder) as place:
            subprocess.run(["pdftoppm", "-r", "80", "-l", str(n_pages), "-png", pdf, place + "/p"], check=True)
            for file in sorted(os.listdir(place)):
                self.n_shots += 1
                paths.append(f"{SHOTS}/{self.n_shots:02}-{name}-{len(paths) + 1}.png")
                shutil.copy(f"{place}/{file}", paths[-1])
        return paths

    def no_faults(self):
        """What any page did that no page may do."""
        return [f"{who}: {fault}" for who, page in self.pages() for fault in page.faults()]

    def leave_screens(self):
        """Everybody goes from his browser."""
        for _, pages in self.players:
            for _, page in pages:
                with contextlib.suppress(Exception):
                    page.away()
            pages.clear()

    def close_screens(self):
        for player, _ in self.players:
            player.close()
        self.players = []

    # ---- begin and end ----

    def cut_before_the_city(self):
        self.relay = Relay(int(self.city.url("federation").rstrip("/").rsplit(":", 1)[1]))

    def run(self, *words):
        return subprocess.run(words, check=True, capture_output=True, text=True).stdout

    def close(self):
        """Everything that was started here ends, whatever has happened."""
        for visitor in self.visitors:
            with contextlib.suppress(Exception):
                visitor.cut()
        for end in (self.ends.close, self.close_screens):
            with contextlib.suppress(Exception):
                end()
        if self.relay:
            self.relay.__exit__()
        if self.volume.loop:
            with contextlib.suppress(Exception):
                self.town_b.stop()
            self.volume.away()
            with contextlib.suppress(Exception):
                self.nodes._ops("remove", self.town_b.name)  # when its table is gone it stands in no list
        self.nodes.close()
        shutil.rmtree(self.folder, ignore_errors=True)
