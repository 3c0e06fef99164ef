"""tests/lib/storm_load.py - who is there in a storm, each a thread: children in the place who write,
react and talk with staff, a child who calls for help, staff who decide, stop, report and note. Whatever
had an id and was not answered is asked again with that id until it is known, as a tablet does.

    load = Load(node)                 # accounts, a contract, doors open; the clock of now
    with load: ...                    # everybody acts
    load.history["line"]              # History, by kind; load.children[0].segments: what he heard
"""
import collections
import datetime
import http.client
import random
import threading
import time
import uuid

from lib.ibasho_node import NodeError
from lib.storm import History
from lib.visitor import Visitor
from lib.ws_client import Closed, Late, No, Refused

JST = datetime.timezone(datetime.timedelta(hours=9))
WHY = "あらしのなかのためし"
FLOOR = "plaza"
LOST = (OSError, Closed, Late, Refused, http.client.HTTPException, ValueError)
# Said by a node that could not do it now; it may have been done or not.
LATER = ("unavailable", "no-space", "uncertain", "internal", "timeout", "busy", "no-memory",
         "locked", "io", "rate")
SETTINGS = ("login.lockout_tries", "login.lockout_minutes")
# Where the rows of each kind stand.
FOUND = {
    "line": "SELECT id FROM chat_line WHERE channel <> 'talk'",
    "talk": "SELECT id FROM chat_line WHERE channel = 'talk'",
    "sos": "SELECT id FROM sos",
    "sos act": "SELECT id FROM sos_step WHERE act = 'answer'",
    "incident": "SELECT id FROM incident WHERE kind = 'manual'",
    "contact": "SELECT id FROM contact WHERE by IS NOT NULL",
    "decision": "SELECT id FROM chat_decision",
    "measure": "SELECT id FROM measure",
    "setting": "SELECT id FROM setting",
    "lift": "SELECT id FROM measure_lift",
}
KANA = "あいうえおかきくけこさすせそたちつてとなにぬねのはひふへほまみむめもやゆよ"


def held(node):
    """The ids that the node holds, by kind, as often as it holds them."""
    return {kind: node.psql(sql).split() for kind, sql in FOUND.items()}


def open_doors(board):
    """A contract, and the place open today and tomorrow, all day."""
    def put(path, **body):
        reply = board.request("PUT", path, {"id": str(uuid.uuid4()), **body})
        if reply.status // 100 != 2:
            raise NodeError(f"{path}: {reply}")

    put("/api/v1/contract", title="見本の契約", contractor="受託者", begins_on="2020-04-01",
        ends_on="2090-03-31", n_student=400, n_staff=100, n_guardian=0)
    for days in range(2):
        day = (datetime.datetime.now(JST) + datetime.timedelta(days=days)).date()
        put("/api/v1/hours/days", day=day.isoformat(), slots=[{"from": "00:00", "to": "24:00"}])


class Actor:
    """A thread that acts until the storm is over; `pause` between two acts."""

    def __init__(self, load, name, pause_s):
        self.load, self.node, self.name, self.pause_s = load, load.node, name, pause_s
        self.chance = random.Random(f"{load.seed} {name}")
        self.thread = threading.Thread(target=self._run, name=name, daemon=True)

    def _run(self):
        try:
            while not self.load.stop.is_set():
                self.act()
                time.sleep(self.pause_s)
        except Exception as e:  # a defect of the test itself must not look like silence
            self.load.errors.append(f"{self.name}: {e!r}")
        finally:
            self.end()

    def act(self):
        raise NotImplementedError

    def end(self):
        pass

    def gives_up(self):
        return self.load.stop.is_set() and time.monotonic() > self.load.settle_until

    def ask(self, kind, session, method, path, body, no=()):
        """Asks until it is known; the answer, or None: refused by one of `no`, or given up."""
        history, key = self.load.history[kind], body["id"]
        while not self.gives_up():
            history.ask(key)
            try:
                reply = session.request(method, path, body, timeout=8)
            except (OSError, http.client.HTTPException):
                reply = None
            if reply is not None and reply.status // 100 == 2:
                history.end(key, "ok")
                return reply.json()
            if reply is not None and reply.status < 500 and reply.status != 429:
                if reply.json().get("code") not in no:
                    raise RuntimeError(f"{method} {path}: {reply}")
                if history.asked[key] == 1:
                    history.end(key, "refused")
                return None
            time.sleep(0.1)
        return None


class Guest(Actor):
    """Somebody in the place, over one line after another; `segments` keeps what each line brought."""

    def __init__(self, load, name, login, session, pause_s=0.2):
        super().__init__(load, name, pause_s)
        self.login, self.session = login, session
        self.v = self.before = None
        self.segments, self.probes = [], []  # (events, bytes); (from, till, stopped kinds, entered)
        self.texts, self.private = {}, {}  # line -> text, -> what of it nobody else may have
        self.reactions = []  # [asked at, kind, verdict, answered at]

    def drop(self):
        v, self.v = self.v, None
        if v is None:
            return
        v.cut()
        self.segments.append((v.events, v.heard))
        self.before = v if v.visit is not None else self.before

    def online(self):
        """The line, on a floor; None: there is none just now, or he is kept out."""
        if self.v is not None and self.v.closed is None and self.v.visit is not None:
            if not self.v.seen("out"):
                return self.v
        began = time.monotonic()
        try:
            if self.v is None or self.v.closed is not None or self.v.seen("out"):
                self.drop()
                began = time.monotonic()
                self.v = Visitor(self.node, self.session)
            entered = self._come_in()
            stops = {}
            with self.v.lock:
                for ev, of in self.v.events:
                    if ev == "stopped":
                        stops[of["kind"]] = of["is_on"]
            self.probes.append((began, time.monotonic(), {k for k, on in stops.items() if on}, entered))
            if entered:
                self.v.until(lambda: self.v.floor.here, 5, "floor.here")
                return self.v
        except Refused as refused:
            if refused.status == 401:
                self._sign_in()
        except LOST:
            self.drop()
        time.sleep(0.2)
        return None

    def _come_in(self):
        if self.before is not None:
            before, self.before = self.before, None
            try:
                self.v.resume(before)
                return True
            except No as no:
                if no.code in LATER:
                    raise Closed(1006) from no
        try:
            self.v.enter(floor=FLOOR, rung="text")
            return True
        except No as no:
            if no.code == "ejected":
                return False
            raise Closed(1006, no.code) from no

    def _sign_in(self):
        try:
            self.session = self.node.sign_in(self.login)
        except (NodeError, OSError, http.client.HTTPException, KeyError, ValueError):
            time.sleep(0.2)

    def end(self):
        v = self.v
        try:
            if v is not None:
                time.sleep(0.5)
                v.close()
        except (OSError, Closed, Late):
            pass
        self.drop()

    # -- what he does -----------------------------------------------------------------------------
    def word(self):
        return "".join(self.chance.choice(KANA) for _ in range(12))

    def say(self, kind, command, text, canary, **more):
        """A line, asked again until it is known; its answer, or None."""
        key, history = str(uuid.uuid4()), self.load.history[kind]
        self.texts[key] = text
        if canary is not None:
            self.private[key] = canary
        while not self.gives_up():
            v = self.online()
            if v is None:
                if not history.asked[key]:
                    return None
                continue
            history.ask(key)
            try:
                ok = v.command(command, line=key, text=text, **more)
            except No as no:
                if no.code in LATER or no.code in ("too-many", "slow"):
                    time.sleep(0.5)
                    continue
                if history.asked[key] == 1:
                    history.end(key, "refused")
                self.load.codes[f"{command} {no.code}"] += 1
                return None
            except LOST:
                self.drop()
                continue
            history.end(key, "ok")
            if ok["line"] != key or ok["state"] not in ("said", "held"):
                self.load.errors.append(f"{self.name}: {ok}")
            return ok
        return None

    def react(self):
        v = self.online()
        if v is None:
            return
        kind = self.chance.choice(("clap", "heart", "star", "good", "thanks", "cheer"))
        one = [time.monotonic(), kind, None, None]
        self.reactions.append(one)
        try:
            v.command("react", kind=kind)
            one[2] = "ok"
        except No as no:
            if no.code not in LATER:
                one[2] = "refused"
            self.load.codes[f"react {no.code}"] += 1
        except LOST:
            self.drop()
        one[3] = time.monotonic()

    def talk(self, text, canary):
        v = self.online()
        if v is None:
            return
        opened = v.seen("talk.open")
        over = {of["talk"] for of in v.seen("talk.over")}
        talk = next((of["talk"] for of in reversed(opened) if of["talk"] not in over), None)
        if talk is None:
            seat = self.staff_seat(v)
            if seat is not None:
                try:
                    v.command("talk.ask", seat=seat)
                except No as no:
                    self.load.codes[f"talk.ask {no.code}"] += 1
                except LOST:
                    self.drop()
            return
        self.say("talk", "talk.say", text, canary, talk=talk)

    def staff_seat(self, v):
        with v.lock:
            return next((s for s, p in v.floor.people.items() if p.get("name") == self.load.staff_name), None)


class Child(Guest):
    def act(self):
        what = self.chance.random()
        if what < 0.45:
            self.say("line", "chat.say", f"きょうは{self.word()}したよ", None)
        elif what < 0.55:
            digits = f"{self.chance.randrange(1000, 9999)}-{self.chance.randrange(1000, 9999)}"
            self.say("line", "chat.say", f"でんわは090-{digits}だよ", digits)
        elif what < 0.58:
            ok = self.say("line", "chat.say", "もう死にたいよ", None)
            if ok:
                self.load.cries.add(ok["line"])
        elif what < 0.8:
            self.react()
        else:
            word = self.word()
            self.talk(f"ないしょ{word}", word)
        time.sleep(self.chance.uniform(0.2, 0.6))


class StaffInside(Guest):
    """On the floor all the time; answers in every talk."""

    def act(self):
        v = self.online()
        if v is None:
            return
        over = {of["talk"] for of in v.seen("talk.over")}
        talks = sorted({of["talk"] for of in v.seen("talk.open")} - over)
        if talks and self.chance.random() < 0.7:
            word = self.word()
            self.say("talk", "talk.say", f"はい{word}", word, talk=self.chance.choice(talks))
        else:
            self.say("line", "chat.say", f"みんな{self.word()}", None)
        time.sleep(self.chance.uniform(0.5, 1.5))

    def staff_seat(self, v):
        return None


class Caller(Actor):
    """A child who calls for help; staff answer some of it."""

    def act(self):
        sos = str(uuid.uuid4())
        if self.ask("sos", self.load.caller, "POST", "/api/v1/sos", {"id": sos, "kind": "fear"}) is None:
            return
        if self.chance.random() < 0.3:
            self.ask("sos act", self.load.desk, "POST", f"/api/v1/sos/{sos}/act",
                     {"id": str(uuid.uuid4()), "act": "answer"})


class Reporter(Actor):
    def act(self):
        if self.chance.random() < 0.5:
            self.ask("incident", self.load.desk, "POST", "/api/v1/incidents", {
                "id": str(uuid.uuid4()), "kind": "manual", "urgency": 3, "severity": 2, "text": WHY})
        else:
            child = self.chance.choice(self.load.children)
            self.ask("contact", self.load.desk, "POST", "/api/v1/contacts", {
                "id": str(uuid.uuid4()), "child": child.login.id, "kind": "call", "text": WHY})


class Decider(Actor):
    def act(self):
        try:
            reply = self.load.desk.request("GET", "/api/v1/held", timeout=8)
            items = reply.json()["items"] if reply.status == 200 else []
        except (OSError, http.client.HTTPException):
            items = []
        for item in items[:3]:
            act = "release" if self.chance.random() < 0.3 else "keep"
            if act == "release":
                self.load.released.add(item["line"])
            self.ask("decision", self.load.desk, "POST", f"/api/v1/held/{item['line']}",
                     {"id": str(uuid.uuid4()), "act": act}, no=("held-decided", "conflict", "decided"))


class Chooser(Actor):
    """The board's own settings."""

    def act(self):
        name = self.chance.choice(SETTINGS)
        self.ask("setting", self.load.board, "PUT", f"/api/v1/settings/{name}",
                 {"id": str(uuid.uuid4()), "value": str(self.chance.randrange(10, 50))})


class Warden(Actor):
    """Stops and lifts, one thing at a time a child; `spans` are what held for sure."""

    KINDS = ("chat", "react", "mute", "eject", "rename", "chat", "react")

    def __init__(self, load, child):
        super().__init__(load, f"warden of {child.name}", 0.3)
        self.child, self.n = child, 0
        self.spans, self.named = [], None

    def act(self):
        kind = self.KINDS[(self.n + self.load.seed) % len(self.KINDS)]
        self.n += 1
        made = str(uuid.uuid4())
        body = {"id": made, "kind": kind, "account": self.child.login.id, "reason": WHY}
        if kind == "eject":
            body["minutes"] = 120
        reply = self.ask("measure", self.load.guard, "POST", "/api/v1/measures", body)
        if reply is None:
            return
        if kind == "rename":
            self.named = reply["name_after"]
            return
        span = {"kind": kind, "from": time.monotonic(), "till": float("inf")}
        self.spans.append(span)
        until = time.monotonic() + self.chance.uniform(2, 9)
        while time.monotonic() < until and not self.load.stop.is_set():
            time.sleep(0.1)
        span["till"] = time.monotonic()
        self.ask("lift", self.load.guard, "POST", f"/api/v1/measures/{made}/lift",
                 {"id": str(uuid.uuid4())})


class Load:
    def __init__(self, node, seed, settle_s=40):
        self.node, self.seed, self.settle_s = node, seed, settle_s
        self.history = {kind: History() for kind in FOUND}
        self.stop, self.settle_until = threading.Event(), 0.0
        self.errors, self.codes = [], collections.Counter()
        self.released, self.cries = set(), set()
        self.lines_before = set(node.psql("SELECT id FROM chat_line").split())  # of cases before
        self.staff_name = "しえんいん"
        self._people()
        self.wardens = [Warden(self, child) for child in self.children[2:]]
        self.actors = [*self.children, self.inside, *self.wardens, Caller(self, "caller", 0.25),
                       Reporter(self, "reporter", 0.3), Decider(self, "decider", 0.7),
                       Chooser(self, "chooser", 0.4)]

    def _people(self):
        node = self.node
        self.board = node.sign_in(node.account("commissioner"))
        open_doors(self.board)
        self.second = node.sign_in(node.account("commissioner"))
        self.desk, self.guard = (node.sign_in(node.account("supporter")) for _ in range(2))
        self.caller = node.sign_in(node.account("student"))
        self.children = []
        for i in range(4):
            login = node.account("student", display_name=f"こども{i}")
            self.children.append(Child(self, f"child {i}", login, node.sign_in(login)))
        login = node.account("supporter", display_name=self.staff_name)
        self.inside = StaffInside(self, "inside", login, node.sign_in(login))

    def n_ok(self):
        return sum(len(h.ok) for h in self.history.values())

    def __enter__(self):
        self.before = {kind: set(ids) for kind, ids in held(self.node).items()}
        for actor in self.actors:
            actor.thread.start()
        return self

    def __exit__(self, *_):
        self.settle_until = time.monotonic() + self.settle_s
        self.stop.set()
        for actor in self.actors:
            actor.thread.join(self.settle_s + 30)
        if any(actor.thread.is_alive() for actor in self.actors):
            self.errors.append("somebody did not come to an end")
        if self.errors:
            raise RuntimeError("load: " + "; ".join(self.errors))

