#!/usr/bin/python3
# tests/run: alone 90
"""One afternoon of voices on a town's node (AI-2.4-ア, イ, ウ; AI-2.5-ウ; AI-2.6-イ): five people in five contexts of a
browser, two of them without UDP, talk openly, two of them alone, and staff announces something; the media program is
killed meanwhile. Who hears whom is a table, printed and held against what each hears; the log of microphones is held
against the script, row for row."""
import collections
import os
import re
import socket
import struct
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import test_speech as speech  # noqa: E402
from lib.browser_pipe import Browser  # noqa: E402
from lib.ibasho_node import Nodes  # noqa: E402
from lib.t import case, main  # noqa: E402
from lib.udp_relay import UdpRelay  # noqa: E402
from lib.voice_person import ANNOUNCE, PRIVATE, ZONE_WAYS  # noqa: E402
from lib.wire import Wire  # noqa: E402
from lib.ws_voice_person import WsVoicePerson  # noqa: E402

speech.CHILDREN = ("ソラネコ", "うみのいろ", "やまびこ", "そよかぜ")
NAMES = ("one", "two", "three", "four", "staff")
CUT = (2, 3)  # whose UDP all vanishes on the way
STAFF = 4
BACK_S = 2
script = {i: [] for i in range(len(NAMES))}  # rows the log must have of each, in order
offered = {}  # the last answer, as it was given
table = []  # (what, who speaks, who must hear, who hears)


def did(who, kind, way, by="self", reason="tap", to=""):
    script[who].append((kind, way, by, reason, "plaza", to))


def turn_on(who, way="zone", to=""):
    speech.people[who].on(way)
    did(who, "on", way, to=to)


def turn_off(who, way, to=""):
    speech.people[who].off()
    did(who, "off", way, to=to)


def hear(t, what, speaking, listeners, way):
    """Everybody is listened to: those of the list hear exactly the others who speak, nobody else hears anything."""
    people, row = speech.people, []
    for i, person in enumerate(people):
        due = {people[s].hz for s in speaking if s != i} if i in listeners else set()
        found = person.will_hear(due, way)
        row.append(f"{NAMES[i]}:{'+'.join(NAMES[s] for s in speaking if people[s].hz in found) or '-'}")
        t.eq(set(found), due, f"{what}: {NAMES[i]} hears")
        t.ok(all(set(ways) <= set(way) for ways in found.values()), f"{what}: on its own way", found)
    table.append(f"{what}: {'+'.join(NAMES[s] for s in speaking) or 'nobody'} -> {' '.join(row)}")
    t.note(table[-1])


def connect(t, who):
    hole = rf"\g<1> 127.0.0.1 {black_hole.port}"

    def change(answer):
        offered["udp"] = answer
        return re.sub(r"(a=candidate:\d+ 1 udp \d+) \S+ \d+", hole, answer) if who in CUT else answer

    t.eq(speech.people[who].connect(change), "tcp" if who in CUT else "udp", f"{NAMES[who]}: the way")


@case
def five_people_talk_openly(t):
    t.req("AI-2.4-ア")
    everybody = range(len(NAMES))
    for i, person in enumerate(speech.people):
        person.enter()
        connect(t, i)
        person.speak()  # into a microphone that goes nowhere
    t.ok(black_hole.n["up"] > 0 and black_hole.n["up"] == black_hole.n_lost["up"], "UDP was tried and came to nothing")
    hear(t, "microphones off", [], everybody, ZONE_WAYS)
    turn_on(0)
    hear(t, "one speaks", [0], everybody, ZONE_WAYS)
    turn_on(3)
    hear(t, "two at once, one of them without UDP", [0, 3], everybody, ZONE_WAYS)
    turn_off(0, "zone")
    turn_off(3, "zone")
    hear(t, "off again", [], everybody, ZONE_WAYS)


@case
def two_of_them_talk_alone(t):
    t.req("AI-2.4-イ AI-2.5-ウ")
    child, staff = speech.people[2], speech.people[STAFF]
    with_staff, with_child = speech.logins[STAFF].id, speech.logins[2].id
    seat = next(s for s, p in child.v.floor.people.items() if p["name"] == "しえんいん")
    talk = child.v.command("talk.ask", seat=seat)["talk"]
    staff.v.wait("talk.open")
    for person in (child, staff):
        person.v.command("talk.voice", talk=talk, is_on=True)
    turn_on(2, "private", with_staff)
    hear(t, "a private word", [2], [STAFF], (PRIVATE,))
    turn_on(STAFF, "private", with_child)
    hear(t, "and the answer", [2, STAFF], [2, STAFF], (PRIVATE,))
    staff.v.command("talk.voice", talk=talk, is_on=False)
    did(2, "off", "private", "place", "talk", with_staff)
    did(STAFF, "off", "private", "place", "talk", with_child)
    hear(t, "the yes taken back", [], [], (PRIVATE,))
    child.v.command("talk.leave", talk=talk)


@case
def staff_announces_something(t):
    t.req("AI-2.4-ウ")
    turn_on(STAFF, "announce")
    hear(t, "an announcement", [STAFF], range(STAFF), (ANNOUNCE,))
    turn_off(STAFF, "announce")
    hear(t, "over", [], [], (ANNOUNCE,))


@case
def the_media_program_dies_and_is_back(t):
    everybody = range(len(NAMES))
    turn_on(1)
    hear(t, "before", [1], everybody, ZONE_WAYS)
    for person in speech.people:
        person.v.forget("voice.up")
        person.v.forget("voice.mic")
    pid = speech.node.kill("voice")
    did(1, "off", "zone", "place", "restart")
    for i, person in enumerate(speech.people):
        down = person.v.wait("voice.down")
        t.ok("オフ" in down["title"] and len(down["title"]) > 10, f"{NAMES[i]} is told in words", down)
    t.eq(speech.people[1].v.wait("voice.mic", where=lambda of: of["to"] == "none")["by"], "place", "his microphone is off")
    seconds = speech.node.wait_back("voice", pid)
    t.note(f"back after {seconds:.2f} s: {down['title']}")
    t.ok(seconds <= BACK_S, "soon", seconds)
    for i in everybody:
        connect(t, i)
        speech.people[i].speak()
    hear(t, "back, microphones off", [], everybody, ZONE_WAYS)
    turn_on(1)
    hear(t, "on by its owner's hand", [1], everybody, ZONE_WAYS)
    turn_off(1, "zone")


@case
def the_log_is_the_script(t):
    t.req("AI-2.6-イ")
    n = sum(map(len, script.values()))
    t.ok(speech.will_be(lambda: speech.node.psql("SELECT count(*) FROM voice_event") == str(n)), "as many rows as steps",
         speech.node.psql("SELECT count(*) FROM voice_event"))
    for i, name in enumerate(NAMES):
        t.eq(speech.rows(i), script[i], name)
        for row in script[i]:
            t.note(f"{name}: {' '.join(row[:5])}{' (of two)' if row[5] else ''}")
    t.eq(speech.node.psql("SELECT count(*) FROM voice_event v WHERE kind = 'on' AND NOT EXISTS (SELECT FROM voice_event o"
                          " WHERE o.began = v.id)"), "0", "whatever was on is off")
    t.ok(len(table) >= 12, "the table was gone through", len(table))


class Remembered(WsVoicePerson):
    """What he says is known byte for byte: it goes by TLS, and to the others by UDP and TCP, as it is."""

    def send(self, packet, level=12):
        self.said.append(packet)
        super().send(packet, level)


def clear_rtp(packet, number):
    return struct.pack(">BBHII", 0x80, 111, number, number * 2880, 7) + packet


def sameness(payloads):
    """The share of the most frequent first byte: Opus in the clear begins with one and the same (RFC 6716 section 3.1)."""
    return max(collections.Counter(one[0] for one in payloads).values()) / len(payloads)


@case
def nothing_of_it_can_be_read_on_the_wire_or_on_the_disk(t):
    t.req("AI-2.6-イ")
    a = speech.people[0]
    w = Remembered(speech.node, speech.people[1].session, 1)
    w.said = []
    speech.people[1].hush()
    speech.people[1].v.close()
    w.enter()
    t.eq(w.connect(), "ws", "one by the WebSocket")
    port = int(re.search(r" (\d+) typ host", offered["udp"]).group(1))
    with Wire() as wire:
        w.on()
        w.speak()
        a.on()
        for i in (2, 3, STAFF):
            t.eq(set(speech.people[i].will_hear({a.hz, w.hz})), {a.hz, w.hz}, f"{NAMES[i]} hears both")
        time.sleep(1)
        w.hush()
        known = [one for one in w.said if len(one) > 60]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sink, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            sink.bind(("127.0.0.1", 0))
            for i, one in enumerate(known[:20]):  # the same in the clear, on the same wire: what is looked for can be found
                out.sendto(clear_rtp(one, i), sink.getsockname())
            control = sink.getsockname()[1]
            time.sleep(0.3)
    media, clear = wire.rtp(port), wire.rtp(control)
    t.note(f"{len(wire.packets)} packets on the wire, {len(media)} of RTP; of {len(known)} spoken in known bytes")
    t.ok(len(media) > 100 and len(known) >= 20, "voices ran")
    t.eq(len(clear), 20, "the control is seen")
    t.ok(all(wire.has(one[8:40]) == 1 for one in known[:20]), "its bytes are found, and nowhere but there")
    t.eq([i for i, one in enumerate(known[20:]) if wire.has(one[8:40])], [], "none of the others is readable anywhere")
    t.ok(sameness(clear) == 1 and sameness(media) < 0.1, "nor does anything at the media port look like Opus",
         (sameness(clear), sameness(media)))
    needles = known[0][8:40], known[-1][8:40]
    t.eq(holding(speech.node.data_dir, needles), [], "no file of the node's holds it")
    with open(os.path.join(speech.node.data_dir, "control.bin"), "wb") as f:
        f.write(b"x" * 5000 + known[0])
    t.eq(len(holding(speech.node.data_dir, needles)), 1, "where it lay it would be found")
    os.remove(f.name)


def holding(folder, needles):
    found = []
    for at, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(at, name)
            if os.path.islink(path) or not os.path.isfile(path):
                continue
            with open(path, "rb") as f:
                data = f.read()
            if any(one in data for one in needles):
                found.append(path)
    return found


if __name__ == "__main__":
    with Nodes("aozora") as nodes, Browser("--force-webrtc-ip-handling-policy=default") as browser, \
            UdpRelay(9) as black_hole:
        black_hole.loss = 1
        speech.node = nodes["aozora"]
        speech.set_up(browser)
        main(__file__)
