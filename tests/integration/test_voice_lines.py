#!/usr/bin/python3
# tests/run: beside 120
"""ibasho-voice over lines as they are, and Gecko as one more peer: what a tone keeps when datagrams are lost, late and in
another order (a relay of our own, tests/lib/udp_relay.py), and a ClientHello in several parts that come the wrong way
round."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.browser_pipe import Browser  # noqa: E402
from lib.firefox_pipe import Firefox  # noqa: E402
from lib.t import case, main  # noqa: E402
from lib.udp_relay import UdpRelay, own_address  # noqa: E402
from lib.voice_alone import PAGE, PLAZA, TONES, ZONE_WAYS, Person, Voice, build, heard  # noqa: E402

PLAIN = os.path.join(os.path.dirname(PAGE), "voice_page_plain.html")
LISTEN_MS = 8000
GOAL = 0.98

build()
voice = Voice()
browser = Browser("--force-webrtc-ip-handling-policy=default")


def through(relay):
    """The answer, with the relay in place of the media port."""
    return lambda answer: "\r\n".join(
        line.replace(f" 127.0.0.1 {voice.udp_port} ", f" {relay.host} {relay.port} ") for line in answer.split("\r\n") if " tcp " not in line)


@case
def a_tone_stays_whole_though_datagrams_are_lost_late_and_swapped(t):
    people = [Person(voice, browser.page(PAGE), i) for i in range(2)]
    with UdpRelay(voice.udp_port) as relay:
        for person in people:
            person.come(PLAZA, change=through(relay))
            t.eq(person.way, "udp", "by UDP")
        people[0].speak()
        heard(t, people[1], {people[0].hz}, "a good line", ZONE_WAYS)
        shares = {}
        for name, loss, jitter_s in (("good", 0, 0), ("2 % lost", 0.02, 0), ("2 % lost, up to 40 ms late", 0.02, 0.04)):
            relay.loss, relay.jitter_s = loss, jitter_s
            before = dict(relay.n), dict(relay.n_lost), dict(relay.n_overtaken)
            shares[name] = people[1].page.ask(f"intact({people[0].hz}, {LISTEN_MS})")
            n, n_lost, n_late = (sum(now.values()) - sum(then.values()) for now, then in
                                 zip((relay.n, relay.n_lost, relay.n_overtaken), before))
            t.note(f"{name}: {100 * shares[name]:.2f} % whole; {n} datagrams, {n_lost} lost, {n_late} overtaken")
            t.ok(n_lost > 0 or loss == 0, "datagrams were lost")
            t.ok(n_late > 0 or jitter_s == 0, "and overtaken")
            t.ok(shares[name] >= GOAL, name, shares[name])
        relay.loss, relay.jitter_s = 0.5, 0
        share = people[1].page.ask(f"intact({people[0].hz}, {LISTEN_MS // 2})")
        t.ok(share < GOAL, "half of it lost is heard as such: the measure can say no", share)
    for i in range(2):
        voice.tell(f"close {i}")


class Gecko(Person):
    """What is heard is known by whom the packets name, and by how much sound was played of them."""

    def hears(self, ms=600):
        found = {}
        for way, row in enumerate(self.page.ask(f"sources({ms})")):
            if row["loud"] > 0.01:
                for who in row["who"]:
                    found.setdefault(TONES[who], []).append(way)
        return found


@case
def firefox_hears_and_is_heard_though_its_first_words_come_in_the_wrong_order(t):
    prefs = {"media.navigator.streams.fake": True, "media.navigator.permission.disabled": True,
             "media.navigator.audio.fake_frequency": TONES[3]}
    with Firefox(**prefs) as firefox, UdpRelay(voice.udp_port, own_address()) as relay:
        a, b = Person(voice, browser.page(PAGE), 2), Gecko(voice, firefox.page(PLAIN), 3)
        t.ok("a=bundle-only" in b.offer, "its offer has sections without a port of their own")
        a.come(PLAZA)
        relay.hold_hello_s = 0.05
        b.come(PLAZA, change=through(relay))
        t.eq(b.way, "udp", "Firefox is there, by UDP")
        t.note(f"ClientHello, whole and parts as they were sent: {relay.hellos}")
        if any(part < whole for whole, part in relay.hellos):
            t.ok(relay.n_overtaken["up"] > 0, "the second part came before the first", relay.n_overtaken)
        a.speak()
        heard(t, b, {a.hz}, "Firefox hears Chromium", ZONE_WAYS)
        a.hush()
        b.speak()
        heard(t, a, {b.hz}, "Chromium hears Firefox", ZONE_WAYS)
        heard(t, b, set(), "nobody hears himself")
        voice.tell("mute 3 1")
        heard(t, a, set(), "muted, whatever it sends")
        voice.tell("close 2")
        voice.tell("close 3")


def fini():
    browser.__exit__()
    voice.end()


if __name__ == "__main__":
    main(__file__, fini)
