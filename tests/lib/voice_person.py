"""tests/lib/voice_person.py - somebody in the place with a voice: a Visitor, and a page of Chromium with a tone of his
own, whose ear says which tones it hears on which of the five ways (voice_page.html). Who hears whom is proven by that.

    p = VoicePerson(node, session, browser, 0)         # the tone TONES[0]
    p.enter("plaza"); p.connect(); p.on(); p.speak()
    other.will_hear({p.hz})
"""
import os
import time

from lib.visitor import Visitor

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "voice_page.html")
TONES = [500, 800, 1100, 1400, 1700, 2000]
SPAWNS = {"plaza": "entrance"}  # in the open, where all hear each other
HEARD_DB, WAIT_S = -60, 20
ZONE_WAYS, PRIVATE, ANNOUNCE = (0, 1, 2), 3, 4


class VoicePerson:
    def __init__(self, node, session, browser, tone):
        self.node, self.session, self.hz = node, session, TONES[tone]
        self.page = browser.page(PAGE)
        self.v = None

    def enter(self, floor="plaza", rung="voice", **more):
        self.v = self.v or Visitor(self.node, self.session)
        if floor in SPAWNS:
            more = {"spawn": SPAWNS[floor], **more}
        self.v.enter(floor=floor, rung=rung, **more)
        self.v.wait("floor.here")

    def connect(self, change=lambda answer: answer):
        """A session of the browser with the media program, sound ready to flow; returns the way."""
        self.v.wait("voice.up")
        return self.connect_again(change)

    def connect_again(self, change=lambda answer: answer):
        offer = self.page.ask("offer()")
        ok = self.v.command("voice.open", offer=offer)
        self.number = ok["number"]
        self.v.forget("voice.ready")
        self.page.ask(f"answer({change(ok['answer'])!r})")
        return self.v.wait("voice.ready")["way"]

    def on(self, to="zone"):
        self.v.command("voice.mic", to=to)

    def off(self):
        self.v.command("voice.mic", to="none")

    def speak(self):
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
            right = set(found) == set(tones) and (way is None or all(set(w) <= set(way) for w in found.values()))
            if right or time.monotonic() > until:
                return found


def heard(t, listener, tones, what, way=None):
    found = listener.will_hear(tones, way)
    t.eq(set(found), set(tones), what)
    if not tones:  # silence must last
        t.eq([set(listener.hears(300)) for _ in range(3)], [set()] * 3, f"{what}: for good")
    if way is not None:
        t.ok(all(set(ways) <= set(way) for ways in found.values()), f"{what}: on its own way", found)
