"""tests/lib/voice_alone.py - ibasho-voice without a place, and people before it: a node's part that says who may hear whom
by numbers (tests/lib/voice_node.c), and pages of browsers with a tone of their own each (voice_page.html).

    voice = Voice()
    person = Person(voice, browser.page(PAGE), 0)
    person.come(PLAZA); person.speak(); other.will_hear({person.hz})
    voice.end()
"""
import os
import queue
import shutil
import subprocess
import tempfile
import threading
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
BUILD = os.environ.get("IBASHO_BUILD", "build/debug")
PAGE = os.path.join(ROOT, "tests/lib/voice_page.html")
WAIT_S = 20
TONES = [500, 800, 1100, 1400, 1700, 2000]
HEARD_DB, SILENT_DB = -60, -80
FLOOR, PLAZA, CORNER, ROOM = 1, 11, 12, 13
PRIVATE, ANNOUNCE = 3, 4
ZONE_WAYS = (0, 1, 2)
COUNTS = ("sessions", "in", "out", "dropped", "muted", "strange", "replayed", "untold")


def build():
    subprocess.run(["make", "-s", f"FLAVOUR={os.path.basename(BUILD)}", f"{BUILD}/voice-node"], cwd=ROOT, check=True)


class Voice:
    """The media program, and a node's part towards it."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="ibasho-voice-")
        self.socket = os.path.join(self.folder, "voice.sock")
        conf = os.path.join(self.folder, "node.conf")
        with open(conf, "w", encoding="utf-8") as f:
            f.write(f"voice.socket = {self.socket}\nvoice.bind = 127.0.0.1\nvoice.udp_port = 0\nvoice.tcp_port = 0\n")
        self.log = open(os.path.join(self.folder, "voice.log"), "ab")
        self.program = subprocess.Popen([f"{ROOT}/{BUILD}/ibasho-voice", "-c", conf], stderr=self.log, stdout=self.log)
        self.wait_for(lambda: os.path.exists(self.socket))
        self.say = None
        self.node_comes()

    @staticmethod
    def wait_for(what):
        until = time.monotonic() + WAIT_S
        while not what():
            if time.monotonic() > until:
                raise AssertionError("waited in vain")
            time.sleep(0.01)

    def node_comes(self):
        self.say = subprocess.Popen([f"{ROOT}/{BUILD}/voice-node", self.socket, "127.0.0.1"], stdin=subprocess.PIPE,
                                    stdout=subprocess.PIPE)
        self.events, self.kept = queue.Queue(), []
        threading.Thread(target=self._read, args=(self.say, self.events), daemon=True).start()
        self.udp_port, self.tcp_port = map(int, self.wait("ready")[1:])

    @staticmethod
    def _read(say, events):
        for line in say.stdout:
            words = line.decode().split()
            body = say.stdout.read(int(words[2])).decode() if words[0] == "answer" else None
            events.put([*words, body] if body is not None else words)

    def tell(self, line, body=b""):
        self.say.stdin.write(line.encode() + b"\n" + body)
        self.say.stdin.flush()

    def wait(self, *begin):
        """The first event that begins so; others are kept."""
        begin = [str(word) for word in begin]
        for i, words in enumerate(self.kept):
            if words[:len(begin)] == begin:
                return self.kept.pop(i)
        until = time.monotonic() + WAIT_S
        while True:
            try:
                words = self.events.get(timeout=max(0, until - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no {' '.join(begin)}; came: {self.kept[-8:]}") from None
            if words[:len(begin)] == begin:
                return words
            self.kept.append(words)

    def has(self, *begin):
        while not self.events.empty():
            self.kept.append(self.events.get())
        begin = [str(word) for word in begin]
        return any(words[:len(begin)] == begin for words in self.kept)

    def forget(self):
        self.has("x")
        self.kept.clear()

    def counts(self):
        self.tell("count")
        return dict(zip(COUNTS, map(int, self.wait("counted")[1:])))

    def end(self):
        self.say.kill()
        self.say.wait()
        if self.program.poll() is None:
            self.program.terminate()
        code = self.program.wait(WAIT_S)
        self.log.close()
        if code != 0:
            with open(self.log.name, encoding="utf-8") as f:
                print(f.read()[-2000:])
        shutil.rmtree(self.folder, ignore_errors=True)
        return code


class Person:
    def __init__(self, voice, page, who):
        self.voice, self.who, self.hz = voice, who, TONES[who]
        self.page = page
        self.offer = self.page.ask("offer()")

    def come(self, zone, sealed=False, change=lambda answer: answer):
        offer = self.offer.encode()
        self.voice.tell(f"open {self.who} {len(offer)}", offer)
        answer = self.voice.wait("answer", self.who)[3]
        self.sit(zone, sealed)
        self.page.ask(f"answer({change(answer)!r})")
        self.way = self.voice.wait("up", self.who)[2]

    def sit(self, zone, sealed=False):
        self.voice.tell(f"seat {self.who} {FLOOR} {zone} {int(sealed)}")

    def mic(self, to):
        self.voice.tell(f"mic {self.who} {to}")

    def speak(self, to="zone"):
        self.mic(to)
        self.page.ask(f"speak({self.hz})")

    def hush(self):
        self.page.ask("hush()")

    def hears(self, ms=600):
        """{tone: ways it is heard on}, of the tones that are heard at all."""
        levels = self.page.ask(f"listen({TONES}, {ms})")
        found = {}
        for way, row in enumerate(levels):
            for hz, db in zip(TONES, row):
                if db > HEARD_DB:
                    found.setdefault(hz, []).append(way)
        return found

    def will_hear(self, tones, way=None):
        """Waits until exactly these are heard, and says what is."""
        until = time.monotonic() + WAIT_S
        while True:
            found = self.hears(300)
            right = set(found) == set(tones) and (way is None or all(set(ways) <= set(way) for ways in found.values()))
            if right or time.monotonic() > until:
                return found


def heard(t, listener, tones, what, way=None):
    found = listener.will_hear(tones, way)
    t.eq(set(found), set(tones), what)
    if not tones:  # silence must last
        t.eq([set(listener.hears(300)) for _ in range(3)], [set()] * 3, f"{what}: for good")
    if way is not None:
        t.ok(all(set(ways) <= set(way) for ways in found.values()), f"{what}: on its own way", found)
